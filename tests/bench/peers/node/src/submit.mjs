// `POST /v1/claims`: submits a claim as it stands.
import { randomBytes } from "node:crypto";
import { Router } from "@aws-lambda-powertools/event-handler/http";
import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { PutCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { missing, readClaim } from "./body.mjs";
import { detailsOf, recordOf, viewOf } from "./claim.mjs";
import { judge } from "./eligibility.mjs";
import { boundedBody, handleProblems, Problem } from "./problem.mjs";
import * as table from "./table.mjs";
import { ATTEMPTS, load, put, TABLE } from "./table.mjs";

const ABSENT = "attribute_not_exists(pk)";
const NO_STORE = { "cache-control": "no-store" };

const logger = new Logger({ serviceName: "submit" });
const metrics = new Metrics({ namespace: "cpor", serviceName: "submit" });
const app = new Router({ logger });
handleProblems(app, logger, metrics, NO_STORE);
// They sign the cursors of lists, which the function serves as well.
await table.loadSecrets();
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

app.post("/v1/claims", async ({ req, event }) => {
  const partner = caller(event.requestContext.authorizer?.jwt?.claims);
  const content = parsed(await boundedBody(req, "application/json"));
  const key = req.headers.get("idempotency-key") ?? "";
  if (!/^[!-~]{1,255}$/.test(key)) throw new Problem("idempotency-key-missing");
  const { record, details, replayed } = await create(partner, key, content, event.requestContext.timeEpoch);
  const view = await viewOf(record, details.d);
  metrics.addMetric("submitted", MetricUnit.Count, replayed ? 0 : 1);
  const headers = { ...NO_STORE, location: `/v1/claims/${view.id}`, etag: `"${view.version}"` };
  if (replayed) headers["idempotent-replayed"] = "true";
  return {
    statusCode: 201,
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify(view),
  };
});

function caller(claims = {}) {
  const { "custom:role": role, "custom:partner_id": partner } = claims ?? {};
  if (role && role !== "partner_admin") throw new Problem("role-not-allowed");
  if (!role || !partner) throw new Problem("unauthenticated");
  return partner;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem("malformed-body");
  }
}

async function create(partnerId, key, content, at) {
  const [claimId, requestHash] = [table.claimIdOf(partnerId, key), table.canonicalHash(content)];
  const { claim, malformed } = readClaim(content);
  const isSound = malformed.length === 0 && missing(claim, undefined, []).length === 0;
  const writes = new Set();
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const found = isSound ? await load(claimId) : undefined;
    if (found) {
      const own = writes.has(table.writeOf(found.record));
      if (!own && !requestHash.equals(found.details.r)) throw new Problem("idempotency-conflict");
      return { ...found, replayed: !own };
    }
    const { facts, dueAt } = await judge(claimId, partnerId, claim, malformed, at);
    const fields = detailsOf(claim, facts);
    const details = { pk: `C#${claimId}`, sk: "D", s: randomBytes(16), r: requestHash, d: fields };
    const write = table.writeId();
    writes.add(write.toString("hex"));
    // The timer comes before the claim: a crash between leaves a harmless timer, never a forgotten claim.
    const [, stale] = await Promise.all([
      put(table.timer(claimId, dueAt, Math.max(at, Date.now()))),
      putDetails(details),
    ]);
    const record = recordOf(claimId, claim, facts, details, at, dueAt, write);
    if (await putClaim(record, stale ? details : undefined, write)) return { record, details, replayed: false };
    await table.pause(attempt);
  }
  throw new table.Unavailable("others write all the time");
}

/** Whether there are others, left by a creation that did not come to its end. */
async function putDetails(details) {
  const put = { TableName: TABLE, Item: details, ConditionExpression: ABSENT };
  try {
    await table.dynamodb.send(new PutCommand({ ...put, ReturnValuesOnConditionCheckFailure: "ALL_OLD" }));
    return false;
  } catch (error) {
    if (!table.isConflict(error)) throw error;
    const found = unmarshall(error.Item);
    const sameFields = table.canonicalHash(found.d).equals(table.canonicalHash(details.d));
    if (!sameFields || !details.r.equals(found.r)) return true;
    details.s = found.s;
    return false;
  }
}

async function putClaim(record, replacing, write) {
  if (!replacing) return put(record, ABSENT);
  const actions = [
    { Put: { TableName: TABLE, Item: record, ConditionExpression: ABSENT } },
    { Put: { TableName: TABLE, Item: replacing } },
  ];
  const token = write.toString("hex");
  try {
    await table.dynamodb.send(new TransactWriteCommand({ TransactItems: actions, ClientRequestToken: token }));
    return true;
  } catch (error) {
    if (error.name === "TransactionCanceledException") return false;
    throw error;
  }
}
