// The table: clients made once for each process, reads and writes, keys, packed values.
import { createHash, randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { BatchGetCommand, DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";

export const TABLE = process.env.TABLE_NAME;
const SHARDS = Number(process.env.SHARDS);
export const QUARTER = 15 * 60_000;
export const KEPT = 90 * 86_400_000;
export const ATTEMPTS = 6;

const config = { maxAttempts: 3, requestHandler: { connectionTimeout: 1000, requestTimeout: 2000 } };
const client = new DynamoDBClient(config);
// The close compares the function's clock with the table's.
client.middlewareStack.add(
  (next) => async (args) => {
    const result = await next(args);
    result.output.$metadata.date = Date.parse(result.response.headers.date);
    return result;
  },
  { name: "tableDate", step: "deserialize", priority: "high" },
);
export const dynamodb = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
const policies = new Map();

/** Nothing is known to have changed; the same call may succeed later. */
export class Unavailable extends Error {}

export function pause(attempt) {
  const longest = 20 * 2 ** Math.min(attempt, 5);
  return sleep(longest / 2 + (Math.random() * longest) / 2);
}

export async function get(pk, sk = "A") {
  const answer = await dynamodb.send(new GetCommand({ TableName: TABLE, Key: { pk, sk }, ConsistentRead: true }));
  return answer.Item;
}

/** An entry of the directory. */
export const body = async (pk, sk = "A") => (await get(pk, sk))?.b;

/** The items of these keys that exist, by strong reads, in no order. */
export async function getAll(keys) {
  const wanted = [...new Map(keys.map((key) => [`${key.pk} ${key.sk}`, key])).values()];
  const found = [];
  for (let at = 0; at < wanted.length; at += 100) {
    let rest = { [TABLE]: { Keys: wanted.slice(at, at + 100), ConsistentRead: true } };
    for (let attempt = 0; rest[TABLE]; attempt++) {
      if (attempt === 8) throw new Unavailable("a batch stays unprocessed");
      if (attempt > 0) await pause(attempt);
      const answer = await dynamodb.send(new BatchGetCommand({ RequestItems: rest }));
      found.push(...(answer.Responses[TABLE] ?? []));
      rest = answer.UnprocessedKeys ?? {};
    }
  }
  return found;
}

export const records = (claimIds) => getAll(claimIds.map((id) => ({ pk: `C#${id}`, sk: "A" })));

export const query = (condition, values, options) =>
  dynamodb.send(
    new QueryCommand({
      TableName: TABLE,
      KeyConditionExpression: condition,
      ExpressionAttributeValues: values,
      ...options,
    }),
  );

/** Puts an item; says whether its condition held. */
export async function put(item, condition, values) {
  const conditional = { ConditionExpression: condition, ExpressionAttributeValues: values };
  try {
    await dynamodb.send(new PutCommand({ TableName: TABLE, Item: item, ...conditional }));
    return true;
  } catch (error) {
    if (isConflict(error)) return false;
    throw error;
  }
}

export const isConflict = ({ name }) =>
  name === "ConditionalCheckFailedException" || name === "TransactionConflictException";

/** Record and details of a claim, and the latest it can be by the two clocks. */
export async function load(claimId) {
  for (let attempt = 0; attempt < 4; attempt++) {
    const values = { ":pk": `C#${claimId}`, ":first": "A", ":last": "D" };
    const answer = await query("pk = :pk AND sk BETWEEN :first AND :last", values, { ConsistentRead: true });
    const part = (sk) => answer.Items.find((item) => item.sk === sk);
    const [record, details] = [part("A"), part("D")];
    if (!record) return undefined;
    // A query is not one read with regard to a transaction that writes both.
    if (details && detailsDigest(details.s, details.d).equals(record.dh)) {
      return { record, details, latest: Math.max(answer.$metadata.date, Date.now()) };
    }
    await pause(attempt);
  }
  throw new Unavailable("record and details do not belong together");
}

/** The policy a claim is pinned to. It never changes, so it is read once and kept. */
export async function policyOf(record) {
  const pinned = `${record.pr} ${record.pv}`;
  if (!policies.has(pinned)) policies.set(pinned, await body(`PR#${record.pr}`, `V#${record.pv}`));
  return policies.get(pinned);
}

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();

function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical)}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`)}}`;
}

export const canonicalHash = (value) => sha256(canonical(value));
export const detailsDigest = (salt, fields) => sha256(salt, canonicalHash(fields));

export function base32(bytes) {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return bits
    .match(/.{1,5}/g)
    .map((five) => "abcdefghijklmnopqrstuvwxyz234567"[parseInt(five.padEnd(5, "0"), 2)])
    .join("");
}

export function claimIdOf(partner, key) {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(partner));
  return base32(sha256(length, partner, key).subarray(0, 16));
}

export const writeId = () => randomBytes(8);

/** The last event within the record: type, actor with flags, instant, write id, fingerprint. */
export function event(kind, actor, at, write, fingerprint = Buffer.alloc(0)) {
  const instant = Buffer.alloc(6);
  instant.writeUIntBE(at, 0, 6);
  return Buffer.concat([Buffer.from([kind, actor]), instant, write, fingerprint]);
}

export const writeOf = (record) => Buffer.from(record.le).toString("hex", 8, 16);

/** Item ids in the order of their numbers: a UUID takes 17 bytes, any other id its text and its length. */
export const packItems = (ids) =>
  Buffer.concat(
    ids.map((id) =>
      /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)
        ? Buffer.from(`ff${id.replaceAll("-", "")}`, "hex")
        : Buffer.from([id.length, ...Buffer.from(id)]),
    ),
  );

export function itemsOf(record) {
  const packed = Buffer.from(record.i);
  const items = [];
  for (let at = 0, end; at < packed.length; at = end) {
    const isUuid = packed[at] === 0xff;
    end = at + 1 + (isUuid ? 16 : packed[at]);
    const text = packed.toString(isUuid ? "hex" : "utf8", at + 1, end);
    items.push(isUuid ? text.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-") : text);
  }
  return items;
}

/** How each item departs from its claim's status: its kind in the upper half of the first byte, 0 for none. */
export function marksOf(record) {
  const packed = Buffer.from(record.m ?? Buffer.alloc(itemsOf(record).length));
  const marks = [];
  for (let at = 0, end; at < packed.length; at = end) {
    end = at + [1, 1, 1, 1, 6, 6, 11, 11][packed[at] >> 4];
    marks.push(packed.subarray(at, end));
  }
  return marks;
}

export const floorQuarter = (at) => Math.floor(at / QUARTER) * QUARTER;
export const bucketKey = (bucket, shard) => `T#${new Date(bucket).toISOString().slice(0, 16)}#${shard}`;

/** A deadline's timer: in the quarter at or after it, and never in one that may be drained already. */
export function timer(claimId, deadline, now) {
  const bucket = Math.max(Math.ceil(deadline / QUARTER) * QUARTER, floorQuarter(now) + QUARTER);
  const shard = sha256(claimId).readUInt16BE() % SHARDS;
  const expires = (bucket + KEPT) / 1000;
  return { pk: bucketKey(bucket, shard), sk: claimId, d: deadline, k: "other", expires };
}

/** The keys that links and cursors are signed with, by their number. */
export async function loadSecrets() {
  const secrets = new SecretsManagerClient(config);
  const answer = await secrets.send(new GetSecretValueCommand({ SecretId: process.env.SECRET_ID }));
  const { current, ...texts } = JSON.parse(answer.SecretString);
  return new Map(Object.entries(texts).map(([number, secret]) => [Number(number), secret]));
}

/** One cheap read while nobody waits yet: it opens the connection. The first request meets what is wrong. */
export const warm = () => get("S", "clock").catch(() => undefined);
