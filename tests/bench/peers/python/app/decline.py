"""`POST /d/{token}`: the customer's "no", by the link of a notice and the code printed in its mail."""

import hmac
import json
import os
import re
from base64 import urlsafe_b64decode
from urllib.parse import parse_qsl

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.metrics import MetricUnit
from botocore.exceptions import ClientError

from . import table
from .problem import Problem, bounded_body, handle_problems
from .table import ATTEMPTS, get, load, marshal, now_ms, policy_of, put, unmarshal

ITEMS_DECLINED, CUSTOMER, FINGERPRINT = 17, 2, 0x40
DROPPED, DECLINED = 1, 4
MARKED = ("", "dropped", "withdrawn", "rejected", "declined", "active", "ended", "ended")
TRIES, LOCK = 5, 15 * 60_000
STRICT = {
    "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY", "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "X-Robots-Tag": "noindex, nofollow",
}

logger, metrics = Logger(service="decline"), Metrics(namespace="cpor", service="decline")
app = APIGatewayHttpResolver()
handle_problems(app, logger, metrics, STRICT)
secrets = table.load_secrets()
table.warm()


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP)
@metrics.log_metrics
def handler(event, context):
    return app.resolve(event, context)


@app.post("/d/<token>")
def decide(token: str) -> Response:
    claim_id, notice, right_code = open_link(token)
    event = app.current_event
    at = event.request_context.time_epoch
    fields = parse_qsl(bounded_body(event, "application/x-www-form-urlencoded"), keep_blank_values=True)
    record_of(claim_id, notice)  # A claim that is not there has no tries to count.
    codes = [value for name, value in fields if name == "code"]
    check_code(claim_id, notice, right_code, codes[0] if len(codes) == 1 else "", at)
    record = decline(claim_id, notice, asked(fields), at)
    logger.info("The customer decided", claim_id=claim_id, version=int(record["v"]), status=record["st"])
    metrics.add_metric("declined", MetricUnit.Count, 1)
    statuses = [MARKED[mark[0] >> 4] or "pending" for mark in table.marks_of(record)]
    answer = {
        "claim_status": record["st"],
        "items": [{"no": no, "status": status} for no, status in enumerate(statuses, 1)],
        "receipt_id": f"{claim_id}-{record['v']}", "in_time": at < record["cl"],
    }
    return Response(200, "application/json", json.dumps(answer), STRICT)


def open_link(token: str) -> tuple[str, int, str]:
    """Claim, notice and right code of a token of ours. Whatever is wrong with another, it is answered alike."""
    try:
        raw = urlsafe_b64decode(token + "=") if re.fullmatch(r"[\w-]{47}", token, re.ASCII) else bytes(35)
    except ValueError:
        raw = bytes(35)
    number, subject, mac = raw[0], raw[1:19], raw[19:]
    key = secrets.get(number, bytes(32))

    def derived(label: bytes) -> bytes:
        return hmac.digest(key, label + bytes([0, number]) + subject, "sha256")[:16]

    genuine = hmac.compare_digest(derived(b"cpor/link-token/1"), mac)
    if not genuine or number not in secrets:
        raise Problem("not-found")
    code = int.from_bytes(derived(b"cpor/decision-code/1")[:8], "big") % 1_000_000
    return table.base32(subject[:16]), int.from_bytes(subject[16:], "big"), f"{code:06}"


def record_of(claim_id: str, notice: int) -> dict:
    """The record of a claim that had such a notice, by a strong read."""
    found = load(claim_id)
    if not found or not 1 <= notice <= found[0].get("n", 0):
        raise Problem("not-found")
    record, _, latest = found
    open_until = record["cl"] if record["st"] == "awaiting_customer" else None
    if open_until and latest >= open_until and latest >= open_until + int(policy_of(record)["grace_seconds"]) * 1000:
        # Silence comes first, and carrying it out is another function's work.
        raise table.Unavailable("the window is due to be closed")
    return record


def check_code(claim_id: str, notice: int, right_code: str, given: str, at: int) -> None:
    """A right code passes while the notice is not locked; a wrong one is counted before it is answered."""
    key = {"pk": f"C#{claim_id}", "sk": f"K#{notice}"}
    right = hmac.compare_digest(right_code.encode(), "".join(given.split()).encode())
    if not right and (used := count_wrong_code(key, at)):
        raise Problem("code-wrong", tries_left=max(0, TRIES - used))
    tries = get(**key)
    if tries and tries["n"] >= TRIES and at < tries["l"] + LOCK:
        raise Problem("code-locked", retry_after=-(-int(tries["l"] + LOCK - at) // 1000))
    if not right:
        raise Problem("code-wrong", tries_left=TRIES)


def count_wrong_code(key: dict, at: int) -> int | None:
    """How many there are now; `None` where the notice is locked."""
    values = {":at": at, ":x": (now_ms() + table.KEPT) // 1000, ":one": 1, ":most": TRIES}
    for update, condition, more in (
        ("SET l = :at, expires = :x ADD n :one", "attribute_not_exists(n) OR n < :most", {}),
        ("SET l = :at, expires = :x, n = :one", "n >= :most AND l <= :unlocked", {":unlocked": at - LOCK}),
    ):
        try:
            answer = table.dynamodb.update_item(
                TableName=table.TABLE, Key=marshal(key), UpdateExpression=update, ConditionExpression=condition,
                ExpressionAttributeValues=marshal(values | more), ReturnValues="ALL_NEW",
            )
            return int(unmarshal(answer["Attributes"])["n"])
        except ClientError as error:
            if not table.is_conflict(error):
                raise
    return None


def asked(fields: list) -> list[int] | None:
    """The items that are meant; `None`: all of them."""
    strange = [name[:40] for name, _ in fields if name not in ("decision", "items", "code")]
    errors = [("/" + name.replace("~", "~0").replace("/", "~1"), "unknown-field") for name in strange]
    decisions = [value for name, value in fields if name == "decision"]
    if decisions != ["decline"]:
        errors.append(("/decision", ("required", "malformed", "duplicate")[min(len(decisions), 2)]))
    items = [value for name, value in fields if name == "items"]
    errors += [(f"/items/{no}", "malformed") for no, text in enumerate(items) if not re.fullmatch("[1-9][0-9]?", text)]
    if errors:
        raise Problem("invalid-fields", errors)
    return sorted({int(text) for text in items}) or None


def decline(claim_id: str, notice: int, chosen: list[int] | None, at: int) -> dict:
    """Declines items by one conditional write; the record as it is then."""
    command = ["link", {"decline": {"items": {"these": chosen} if chosen else "all"}}]
    fingerprint = table.canonical_hash(command)[:16]
    writes = set()
    for attempt in range(ATTEMPTS):
        record = record_of(claim_id, notice)
        if table.write_of(record) in writes or bytes(record["le"])[16:32] == fingerprint:
            return record
        policy_of(record)  # What a "no" means does not depend on it; the real function reads it for every command.
        write = os.urandom(8)
        writes.add(write)
        new = declined(record, chosen, at, write, fingerprint)
        if new is None:
            return record
        if put(new, "v = :v", {":v": record["v"]}):
            return new
        table.pause(attempt)
    raise table.Unavailable("others write all the time")


def declined(record: dict, chosen: list[int] | None, at: int, write: bytes, fingerprint: bytes) -> dict | None:
    """The record that follows; `None` where what is asked for is so already."""
    marks = table.marks_of(record)
    errors = [(f"/items/{no}", "malformed") for no, item in enumerate(chosen or []) if item > len(marks)]
    if errors:
        raise Problem("invalid-fields", errors)
    pending = [no for no, mark in enumerate(marks) if mark == b"\0" and (not chosen or no + 1 in chosen)]
    if record["st"] == "declined" or (record["st"] == "awaiting_customer" and not pending):
        return None
    if record["st"] != "awaiting_customer" or any(mark[0] >> 4 in (5, 6, 7) for mark in marks):
        # Ending an association changes locks and blocks as well: not the job that is measured.
        raise Problem("invalid-state", command="decline", status=record["st"])
    created_at = int(record["iu"].split("#")[1])
    no_mark = bytes([DECLINED << 4 | (at < record["cl"])]) + (at - created_at).to_bytes(5, "big", signed=True)
    marks = [no_mark if no in pending else mark for no, mark in enumerate(marks)]
    new = record | {
        "v": record["v"] + 1, "m": b"".join(marks),
        "le": table.event(ITEMS_DECLINED, CUSTOMER | FINGERPRINT, at, write, fingerprint),
    }
    # A window with a decided item needs more to close than one attribute.
    new["sl"] = True
    if all(mark[0] >> 4 in (DROPPED, DECLINED) for mark in marks):
        new["st"] = "declined"
        del new["sl"]
    return new
