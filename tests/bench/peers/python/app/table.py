"""The table: clients made once for each process, reads and writes, keys, packed values."""

import base64
import hashlib
import json
import os
import random
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import boto3
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.config import Config
from botocore.exceptions import ClientError

TABLE = os.environ["TABLE_NAME"]
QUARTER = 15 * 60_000
KEPT = 90 * 86_400_000
ATTEMPTS = 6

CONFIG = Config(
    connect_timeout=1, read_timeout=2, max_pool_connections=16,
    retries={"mode": "standard", "total_max_attempts": 3},
)
dynamodb = boto3.client("dynamodb", config=CONFIG)
pool = ThreadPoolExecutor(max_workers=16)
serialize, deserialize = TypeSerializer().serialize, TypeDeserializer().deserialize
_policies: dict[tuple, dict] = {}


class Unavailable(Exception):
    """Nothing is known to have changed; the same call may succeed later."""


def marshal(item: dict) -> dict:
    return {name: serialize(value) for name, value in item.items()}


def unmarshal(item: dict) -> dict:
    return {name: deserialize(value) for name, value in item.items()}


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def together(*calls):
    """The results of calls that wait for nothing of each other."""
    return [future.result() for future in [pool.submit(call) for call in calls]]


def pause(attempt: int) -> None:
    longest = 0.02 * 2 ** min(attempt, 5)
    time.sleep(random.uniform(longest / 2, longest))


def get(pk: str, sk: str = "A") -> dict | None:
    answer = dynamodb.get_item(TableName=TABLE, Key=marshal({"pk": pk, "sk": sk}), ConsistentRead=True)
    return unmarshal(answer["Item"]) if "Item" in answer else None


def body(pk: str, sk: str = "A") -> dict | None:
    """An entry of the directory."""
    item = get(pk, sk)
    return item and item["b"]


def get_all(keys) -> list[dict]:
    """The items of these keys that exist, by strong reads, in no order."""
    wanted = [marshal({"pk": pk, "sk": sk}) for pk, sk in dict.fromkeys(keys)]
    found = []
    for at in range(0, len(wanted), 100):
        rest = {TABLE: {"Keys": wanted[at:at + 100], "ConsistentRead": True}}
        for attempt in range(8):
            answer = dynamodb.batch_get_item(RequestItems=rest)
            found += map(unmarshal, answer["Responses"].get(TABLE, []))
            if not (rest := answer.get("UnprocessedKeys")):
                break
            pause(attempt)
        else:
            raise Unavailable("a batch stays unprocessed")
    return found


def records(claim_ids) -> list[dict]:
    return get_all((f"C#{claim_id}", "A") for claim_id in claim_ids)


def query(condition: str, values: dict, **options) -> dict:
    return dynamodb.query(
        TableName=TABLE, KeyConditionExpression=condition, ExpressionAttributeValues=marshal(values), **options
    )


def put(item: dict, condition: str | None = None, values: dict | None = None) -> bool:
    """Puts an item; says whether its condition held."""
    conditional = {"ConditionExpression": condition} if condition else {}
    if values:
        conditional["ExpressionAttributeValues"] = marshal(values)
    try:
        dynamodb.put_item(TableName=TABLE, Item=marshal(item), **conditional)
        return True
    except ClientError as error:
        if is_conflict(error):
            return False
        raise


def is_conflict(error: ClientError) -> bool:
    return error.response["Error"]["Code"] in ("ConditionalCheckFailedException", "TransactionConflictException")


def load(claim_id: str) -> tuple[dict, dict, int] | None:
    """Record and details of a claim, and the latest it can be by the two clocks."""
    for attempt in range(4):
        answer = query(
            "pk = :pk AND sk BETWEEN :first AND :last",
            {":pk": f"C#{claim_id}", ":first": "A", ":last": "D"}, ConsistentRead=True,
        )
        parts = {item["sk"]: item for item in map(unmarshal, answer["Items"])}
        if "A" not in parts:
            return None
        # A query is not one read with regard to a transaction that writes both.
        if "D" in parts and details_digest(parts["D"]["s"], parts["D"]["d"]) == bytes(parts["A"]["dh"]):
            return parts["A"], parts["D"], max(date_ms(answer), now_ms())
        pause(attempt)
    raise Unavailable("record and details do not belong together")


def policy_of(record: dict) -> dict:
    """The policy a claim is pinned to. It never changes, so it is read once and kept."""
    pinned = (record["pr"], record["pv"])
    if pinned not in _policies:
        _policies[pinned] = body(f"PR#{record['pr']}", f"V#{record['pv']}")
    return _policies[pinned]


def date_ms(answer: dict) -> int:
    """The table's clock, in whole seconds."""
    date = answer["ResponseMetadata"]["HTTPHeaders"]["date"]
    return int(parsedate_to_datetime(date).timestamp()) * 1000


def canonical_hash(value) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=int)
    return hashlib.sha256(text.encode()).digest()


def details_digest(salt, fields: dict) -> bytes:
    return hashlib.sha256(bytes(salt) + canonical_hash(fields)).digest()


def base32(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=").lower()


def event(kind: int, actor: int, at: int, write: bytes, fingerprint: bytes = b"") -> bytes:
    """The last event within the record: type, actor with flags, instant, write id, fingerprint."""
    return bytes([kind, actor]) + at.to_bytes(6, "big") + write + fingerprint


def items_of(record: dict) -> list[str]:
    """Item ids in the order of their numbers: a UUID takes 17 bytes, any other id its length and its text."""
    packed, items = bytes(record["i"]), []
    while packed:
        end = 17 if packed[0] == 0xFF else 1 + packed[0]
        items.append(str(uuid.UUID(bytes=packed[1:end])) if packed[0] == 0xFF else packed[1:end].decode())
        packed = packed[end:]
    return items


def marks_of(record: dict) -> list[bytes]:
    """How each item departs from its claim's status: its kind in the upper half of the first byte, 0 for none."""
    packed = bytes(record.get("m", b"")) or bytes(len(items_of(record)))
    marks = []
    while packed:
        end = (1, 1, 1, 1, 6, 6, 11, 11)[packed[0] >> 4]
        marks.append(packed[:end])
        packed = packed[end:]
    return marks


def write_of(record: dict) -> bytes:
    return bytes(record["le"])[8:16]


def floor_quarter(at: int) -> int:
    return at // QUARTER * QUARTER


def bucket_key(bucket: int, shard: int) -> str:
    return f"T#{datetime.fromtimestamp(bucket / 1000, UTC):%Y-%m-%dT%H:%M}#{shard}"


def load_secrets() -> dict[int, bytes]:
    """The keys that links are signed with, by their number."""
    client = boto3.client("secretsmanager", config=CONFIG)
    texts = json.loads(client.get_secret_value(SecretId=os.environ["SECRET_ID"])["SecretString"])
    texts.pop("current")
    return {int(number): secret.encode() for number, secret in texts.items()}


def warm() -> None:
    """One cheap read while nobody waits yet: it opens the connection."""
    try:
        get("S", "clock")
    except Exception:
        pass  # The first request will meet the reason, and answer it.
