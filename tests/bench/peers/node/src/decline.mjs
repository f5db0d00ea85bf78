// `POST /d/{token}`: the customer's "no", by the link of a notice and the code printed in its mail.
import { createHmac, timingSafeEqual } from "node:crypto";
import { Router } from "@aws-lambda-powertools/event-handler/http";
import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { boundedBody, handleProblems, Problem } from "./problem.mjs";
import * as table from "./table.mjs";
import { ATTEMPTS, get, load, policyOf, put, TABLE } from "./table.mjs";

const [ITEMS_DECLINED, CUSTOMER, FINGERPRINT] = [17, 2, 0x40];
const [DROPPED, DECLINED] = [1, 4];
const MARKED = ["pending", "dropped", "withdrawn", "rejected", "declined", "active", "ended", "ended"];
const [TRIES, LOCK] = [5, 15 * 60_000];
const STRICT = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "strict-transport-security": "max-age=63072000; includeSubDomains",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "x-robots-tag": "noindex, nofollow",
};

const logger = new Logger({ serviceName: "decline" });
const metrics = new Metrics({ namespace: "cpor", serviceName: "decline" });
const app = new Router({ logger });
handleProblems(app, logger, metrics, STRICT);
const secrets = await table.loadSecrets();
await table.warm();

export async function handler(event, context) {
  logger.addContext(context);
  logger.setCorrelationId(event.requestContext.requestId);
  try {
    return await app.resolve(event, context);
  } finally {
    metrics.publishStoredMetrics();
  }
}

app.post("/d/:token", async ({ req, event, params }) => {
  const { claimId, notice, code } = openLink(params.token);
  const at = event.requestContext.timeEpoch;
  const form = new URLSearchParams(await boundedBody(req, "application/x-www-form-urlencoded"));
  await recordOf(claimId, notice); // A claim that is not there has no tries to count.
  const codes = form.getAll("code");
  await checkCode(claimId, notice, code, codes.length === 1 ? codes[0] : "", at);
  const record = await decline(claimId, notice, asked(form), at);
  logger.info("The customer decided", { claim_id: claimId, version: record.v, status: record.st });
  metrics.addMetric("declined", MetricUnit.Count, 1);
  const answer = {
    claim_status: record.st,
    items: table.marksOf(record).map((mark, no) => ({ no: no + 1, status: MARKED[mark[0] >> 4] })),
    receipt_id: `${claimId}-${record.v}`,
    in_time: at < record.cl,
  };
  return {
    statusCode: 200,
    headers: { ...STRICT, "content-type": "application/json" },
    body: JSON.stringify(answer),
  };
});

/** Claim, notice and right code of a token of ours. Whatever is wrong with another, it is answered alike. */
function openLink(token) {
  const raw = /^[\w-]{47}$/.test(token) ? Buffer.from(token, "base64url") : Buffer.alloc(35);
  const [number, subject, mac] = [raw[0], raw.subarray(1, 19), raw.subarray(19)];
  const key = secrets.get(number) ?? Buffer.alloc(32);
  const derived = (label) =>
    createHmac("sha256", key)
      .update(label)
      .update(Buffer.from([0, number]))
      .update(subject)
      .digest()
      .subarray(0, 16);
  const genuine = timingSafeEqual(derived("cpor/link-token/1"), mac) && raw.toString("base64url") === token;
  if (!genuine || !secrets.has(number)) throw new Problem("not-found");
  const code = String(derived("cpor/decision-code/1").readBigUInt64BE() % 1_000_000n).padStart(6, "0");
  return { claimId: table.base32(subject.subarray(0, 16)), notice: subject.readUInt16BE(16), code };
}

/** The record of a claim that had such a notice, by a strong read. */
async function recordOf(claimId, notice) {
  const found = await load(claimId);
  if (!found || notice < 1 || notice > (found.record.n ?? 0)) throw new Problem("not-found");
  const { record, latest } = found;
  if (record.st === "awaiting_customer" && latest >= record.cl) {
    const { grace_seconds: grace } = await policyOf(record);
    // Silence comes first, and carrying it out is another function's work.
    if (latest >= record.cl + grace * 1000) throw new table.Unavailable("the window is due to be closed");
  }
  return record;
}

/** A right code passes while the notice is not locked; a wrong one is counted before it is answered. */
async function checkCode(claimId, notice, rightCode, given, at) {
  const key = { pk: `C#${claimId}`, sk: `K#${notice}` };
  const typed = Buffer.from(given.replace(/\s/g, ""));
  const right = typed.length === rightCode.length && timingSafeEqual(typed, Buffer.from(rightCode));
  const used = right ? undefined : await countWrongCode(key, at);
  if (used) throw new Problem("code-wrong", { tries_left: Math.max(0, TRIES - used) });
  const tries = await get(key.pk, key.sk);
  if (tries?.n >= TRIES && at < tries.l + LOCK) {
    throw new Problem("code-locked", { retryAfter: Math.ceil((tries.l + LOCK - at) / 1000) });
  }
  if (!right) throw new Problem("code-wrong", { tries_left: TRIES });
}

/** How many there are now; nothing where the notice is locked. */
async function countWrongCode(key, at) {
  const values = { ":at": at, ":x": Math.floor((Date.now() + table.KEPT) / 1000), ":one": 1, ":most": TRIES };
  for (const [update, condition, more] of [
    ["SET l = :at, expires = :x ADD n :one", "attribute_not_exists(n) OR n < :most", {}],
    ["SET l = :at, expires = :x, n = :one", "n >= :most AND l <= :unlocked", { ":unlocked": at - LOCK }],
  ]) {
    try {
      const call = { TableName: TABLE, Key: key, UpdateExpression: update, ConditionExpression: condition };
      const expression = { ExpressionAttributeValues: { ...values, ...more }, ReturnValues: "ALL_NEW" };
      const answer = await table.dynamodb.send(new UpdateCommand({ ...call, ...expression }));
      return answer.Attributes.n;
    } catch (error) {
      if (!table.isConflict(error)) throw error;
    }
  }
  return undefined;
}

/** The items that are meant; nothing: all of them. */
function asked(form) {
  const known = ["decision", "items", "code"];
  const strange = [...form.keys()].filter((name) => !known.includes(name));
  const escaped = (name) => name.slice(0, 40).replaceAll("~", "~0").replaceAll("/", "~1");
  const errors = strange.map((name) => [`/${escaped(name)}`, "unknown-field"]);
  const decisions = form.getAll("decision");
  if (decisions.length !== 1 || decisions[0] !== "decline") {
    errors.push(["/decision", ["required", "malformed", "duplicate"][Math.min(decisions.length, 2)]]);
  }
  const items = form.getAll("items");
  errors.push(...items.flatMap((text, no) => (/^[1-9][0-9]?$/.test(text) ? [] : [[`/items/${no}`, "malformed"]])));
  if (errors.length > 0) throw new Problem("invalid-fields", { errors });
  const chosen = [...new Set(items.map(Number))].sort((one, other) => one - other);
  return chosen.length > 0 ? chosen : undefined;
}

/** Declines items by one conditional write; the record as it is then. */
async function decline(claimId, notice, chosen, at) {
  const command = ["link", { decline: { items: chosen ? { these: chosen } : "all" } }];
  const fingerprint = table.canonicalHash(command).subarray(0, 16);
  const writes = new Set();
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const record = await recordOf(claimId, notice);
    const repeated = fingerprint.equals(record.le.subarray(16, 32));
    if (writes.has(table.writeOf(record)) || repeated) return record;
    await policyOf(record); // What a "no" means does not depend on it; the real function reads it for every command.
    const write = table.writeId();
    writes.add(write.toString("hex"));
    const next = declined(record, chosen, at, write, fingerprint);
    if (!next) return record;
    if (await put(next, "v = :v", { ":v": record.v })) return next;
    await table.pause(attempt);
  }
  throw new table.Unavailable("others write all the time");
}

/** The record that follows; nothing where what is asked for is so already. */
function declined(record, chosen, at, write, fingerprint) {
  const marks = table.marksOf(record);
  const kinds = marks.map((mark) => mark[0] >> 4);
  const errors = (chosen ?? []).flatMap((item, no) => (item > marks.length ? [[`/items/${no}`, "malformed"]] : []));
  if (errors.length > 0) throw new Problem("invalid-fields", { errors });
  const pending = kinds.map((kind, no) => kind === 0 && (!chosen || chosen.includes(no + 1)));
  const waiting = record.st === "awaiting_customer";
  if (record.st === "declined" || (waiting && !pending.includes(true))) return undefined;
  if (!waiting || kinds.some((kind) => kind >= 5)) {
    // Ending an association changes locks and blocks as well: not the job that is measured.
    throw new Problem("invalid-state", { command: "decline", status: record.st });
  }
  const mark = Buffer.alloc(6, (DECLINED << 4) | (at < record.cl ? 1 : 0));
  mark.writeIntBE(at - Number(record.iu.split("#")[1]), 1, 5);
  const next = {
    ...record,
    v: record.v + 1,
    m: Buffer.concat(marks.map((old, no) => (pending[no] ? mark : old))),
    le: table.event(ITEMS_DECLINED, CUSTOMER | FINGERPRINT, at, write, fingerprint),
    // A window with a decided item needs more to close than one attribute.
    sl: true,
  };
  const isAll = kinds.every((kind, no) => pending[no] || kind === DROPPED || kind === DECLINED);
  return isAll ? { ...next, st: "declined", sl: undefined } : next;
}
