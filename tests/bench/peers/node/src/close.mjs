// Drains shards of timers: closes the windows that are due, 25 at a time.
import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { BatchExecuteStatementCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as table from "./table.mjs";
import { floorQuarter, load, put, QUARTER, query, records, TABLE } from "./table.mjs";

const [WINDOW_CLOSED, SYSTEM_BY_SILENCE] = [23, 0x84];
const CALENDARS = "2026.11";
const [SETTLING, LOOK_BACK, LEASE_MARGIN, MARGIN] = [120_000, 2 * 86_400_000, 30_000, 10_000];
const LATE = 12 * 3_600_000;
const [BATCH, IN_FLIGHT, PROBES, PAGE] = [25, 4, 16, 250];
const STATEMENT = `UPDATE "${TABLE}" SET st=? SET v=v+1 SET le=? WHERE pk=? AND sk=? AND st=? AND cl=? AND sl IS MISSING`;
const THROTTLED = new Set([
  "ThrottlingError",
  "ProvisionedThroughputExceeded",
  "RequestLimitExceeded",
  "TransactionConflict",
  "InternalServerError",
  "DuplicateItem",
]);

const logger = new Logger({ serviceName: "close" });
const metrics = new Metrics({ namespace: "cpor", serviceName: "close" });
await table.warm();

export async function handler(event, context) {
  logger.addContext(context);
  const until = Date.now() + context.getRemainingTimeInMillis() - MARGIN;
  const batchItemFailures = [];
  for (const { body, messageId } of event.Records) {
    try {
      const { shard } = JSON.parse(body);
      if (!Number.isInteger(shard)) throw new TypeError("a message names no shard");
      const drained = await drain(shard, until);
      metrics.addMetric("closed", MetricUnit.Count, drained.closed);
      metrics.addMetric("early_close", MetricUnit.Count, drained.early);
      logger.info("A shard was drained", { shard, ...drained });
    } catch (error) {
      metrics.addMetric("faults", MetricUnit.Count, 1);
      logger.error("A shard could not be drained", error);
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  metrics.publishStoredMetrics();
  return { batchItemFailures };
}

/** Drains a shard up to now, or until the clock shows `until`; the rest is for the next tick. */
async function drain(shard, until) {
  const drained = { closed: 0, stale: 0, reminded: 0, early: 0, held_up: false, finished: false, leased: false };
  const owner = table.writeId();
  const position = await lease(shard, until, owner);
  if (position) {
    drained.leased = true;
    try {
      await walk(shard, position, owner, until, drained);
    } finally {
      await keep(position, owner, true);
    }
  }
  return drained;
}

async function lease(shard, until, owner) {
  const now = Date.now();
  const values = {
    ":until": until + LEASE_MARGIN,
    ":owner": owner,
    ":now": now,
    ":start": floorQuarter(now) - LOOK_BACK,
  };
  const call = new UpdateCommand({
    TableName: TABLE,
    Key: { pk: "S", sk: String(shard).padStart(2, "0") },
    UpdateExpression: "SET lu = :until, lw = :owner, b = if_not_exists(b, :start)",
    ConditionExpression: "attribute_not_exists(lu) OR lu < :now OR lw = :owner",
    ExpressionAttributeValues: values,
    ReturnValues: "ALL_NEW",
  });
  try {
    return (await table.dynamodb.send(call)).Attributes;
  } catch (error) {
    if (table.isConflict(error)) return undefined;
    throw error;
  }
}

/** Writes the position, if the lease is this worker's still; `over` gives it back. */
function keep({ lu, lw, ...position }, owner, over) {
  const item = { g: 0, ...position, ...(!over && { lu, lw }) };
  const own = "lw = :owner AND (attribute_not_exists(g) OR g = :g)";
  return put(item, own, { ":owner": owner, ":g": item.g });
}

const passTo = (position, bucket) => Object.assign(position, { b: bucket, x: undefined, fc: undefined, fn: undefined });

async function walk(shard, position, owner, until, drained) {
  while (Date.now() < until) {
    const last = floorQuarter(Date.now() - SETTLING);
    if (position.b > last) {
      drained.finished = true;
      return;
    }
    const { bucket, page } = await nextTimers(shard, position, last);
    if (bucket !== position.b) passTo(position, bucket);
    if (page && !(await workPage(page, position, owner, drained))) return;
  }
}

/** The next bucket with timers and a page of them; without a page, the bucket up to which there are none. */
async function nextTimers(shard, position, last) {
  const count = Math.min(PROBES, (last - position.b) / QUARTER + 1);
  const buckets = Array.from({ length: count }, (_, no) => position.b + no * QUARTER);
  let bucket = position.b;
  if (position.x === undefined && count > 1) {
    const probes = await Promise.all(buckets.map((probed) => timers(shard, probed, 1)));
    bucket = buckets.find((_, no) => probes[no].timers.length > 0);
  }
  if (bucket === undefined) return { bucket: buckets.at(-1) + QUARTER };
  const page = await timers(shard, bucket, PAGE, bucket === position.b ? position.x : undefined);
  return page.timers.length > 0 ? { bucket, page } : { bucket: bucket + QUARTER };
}

async function timers(shard, bucket, limit, after) {
  const pk = table.bucketKey(bucket, shard);
  const start = after && { pk, sk: after };
  const sentAt = Date.now();
  const options = { ConsistentRead: true, Limit: limit, ExclusiveStartKey: start };
  const answer = await query("pk = :pk", { ":pk": pk }, options);
  const clock = { sentAt, date: answer.$metadata.date, receivedAt: Date.now() };
  return { timers: answer.Items, more: answer.LastEvaluatedKey !== undefined, clock };
}

/** The earlier of the two clocks, if they agree: nobody is closed early because a clock is wrong. */
function checked({ sentAt, date, receivedAt }) {
  const agree = date + 1000 >= sentAt - 2000 && date <= receivedAt + 2000;
  if (!agree) throw new table.Unavailable("the clock cannot be trusted");
  return Math.min(date, receivedAt);
}

/** Works a page off; says whether to go on. */
async function workPage(page, position, owner, drained) {
  const now = checked(page.clock);
  if (position.b > floorQuarter(now - SETTLING)) return false;
  const answer = await query("pk = :pk", { ":pk": "CA#revisions" }, { ConsistentRead: true });
  const revisions = new Map(answer.Items.map((item) => [item.sk, item.v]));
  const closed = await closeWindows(
    page.timers.filter((timer) => isFast(timer, revisions, now)),
    now,
  );
  for (const timer of page.timers) {
    try {
      const { ending, early = false } = closed.get(timer.sk) ?? { ending: await oneByOne(timer, now) };
      drained[typeof ending === "string" ? ending : staleOrHeld(ending, now)] += 1;
      drained.early += early ? 1 : 0;
    } catch (failure) {
      logger.warn("A timer failed", { claim_id: timer.sk, error: failure.message });
      drained.held_up = true;
      return false;
    }
    position.x = timer.sk;
  }
  if (!page.more) passTo(position, position.b + QUARTER);
  return keep(position, owner, false);
}

/** Whether the timer is of a window that is due and was counted by the calendar as it is now. */
function isFast({ k: kind, d: deadline, c: calendar }, revisions, now) {
  if (kind !== "window" || deadline + SETTLING > now || !calendar) return false;
  const [place, version] = calendar.split("@");
  const [data, revision = "0"] = version.split("+");
  return data === CALENDARS && Number(revision) === (revisions.get(place.split("-")[0]) ?? 0);
}

/** What became of each window: `closed` and whether that was early, or the record that was found instead. */
async function closeWindows(windows, now) {
  const write = table.writeId();
  const outcomes = new Map();
  let inFlight = IN_FLIGHT;
  for (let at = 0; at < windows.length;) {
    const group = windows.slice(at, at + inFlight * BATCH);
    at += group.length;
    const starts = Array.from({ length: Math.ceil(group.length / BATCH) }, (_, no) => no * BATCH);
    const answers = await Promise.all(starts.map((from) => closeBatch(group.slice(from, from + BATCH), now, write)));
    const throttled = group.filter((timer, no) => {
      const answer = answers.flat()[no];
      if (answer) outcomes.set(timer.sk, answer);
      return !answer;
    });
    if (throttled.length > 0) inFlight = Math.max(1, Math.floor(inFlight / 2));
    for (const timer of throttled) outcomes.set(timer.sk, await closeAlone(timer, now, write));
  }
  return outcomes;
}

async function closeAlone(timer, now, write) {
  for (let attempt = 0; attempt < table.ATTEMPTS; attempt++) {
    await table.pause(attempt);
    const [answer] = await closeBatch([timer], now, write);
    if (answer) return answer;
  }
  throw new table.Unavailable("a statement stays throttled");
}

async function closeBatch(chunk, now, write) {
  const event = table.event(WINDOW_CLOSED, SYSTEM_BY_SILENCE, now, write);
  const statements = chunk.map((timer) => ({
    Statement: STATEMENT,
    Parameters: ["associated", event, `C#${timer.sk}`, "A", "awaiting_customer", timer.d],
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  }));
  const answer = await table.dynamodb.send(new BatchExecuteStatementCommand({ Statements: statements }));
  const date = answer.$metadata.date + 1000;
  return chunk.map((timer, no) => outcome(answer.Responses[no], write, date < timer.d));
}

/** One statement's: done, another record, or nothing where it is to be tried alone. */
function outcome({ Error: error }, write, early) {
  if (!error) return { ending: "closed", early };
  if (error.Code === "ConditionalCheckFailed") {
    const own = error.Item && table.writeOf(error.Item) === write.toString("hex");
    return { ending: own ? "closed" : (error.Item ?? "stale") };
  }
  if (THROTTLED.has(error.Code)) return undefined;
  throw new table.Unavailable(`statement refused: ${error.Code}`);
}

/** A timer that no batch closes: a reminder, or one of another kind, which is stale or held. */
async function oneByOne(timer, now) {
  if (!["window", "other"].includes(timer.k)) return remind(timer, now);
  const found = await load(timer.sk);
  return found ? staleOrHeld(found.record, now) : "stale";
}

/** A claim that is still due needs the generic commit, which is not the job that is measured. */
function staleOrHeld({ st: status, cl: closesAt, du: until }, now) {
  const window = ["awaiting_customer", "declined"].includes(status);
  const deadline = window ? closesAt : status === "rejected" ? undefined : until;
  if (deadline === undefined || now < deadline) return "stale";
  throw new Error(`the claim is ${status} and due`);
}

/** Leaves the mark of a reminder, where it is still wanted. */
async function remind(timer, now) {
  const [claimId, kind] = timer.sk.split("#");
  const [record] = await records([claimId]);
  const wanted = record?.st === "awaiting_customer" && record.cl === timer.w;
  if (!wanted || now >= timer.w || now >= timer.d + LATE) return "stale";
  const expires = Math.floor((timer.w + table.KEPT) / 1000);
  const mark = { pk: `C#${claimId}`, sk: `M#${record.n}#${kind}`, at: timer.d, cl: timer.w, expires };
  return (await put(mark, "attribute_not_exists(pk)")) ? "reminded" : "stale";
}
