"""Drains shards of timers: closes the windows that are due, 25 at a time."""

import json
import os
from functools import partial

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from . import table
from .table import (
    QUARTER, TABLE, date_ms, dynamodb, floor_quarter, load, marshal, now_ms, put, query, records, together, unmarshal,
)

WINDOW_CLOSED, SYSTEM_BY_SILENCE = 23, 0x84
CALENDARS = "2026.12"
SETTLING, LOOK_BACK, LEASE_MARGIN, MARGIN = 120_000, 2 * 86_400_000, 30_000, 10_000
LATE = 12 * 3_600_000
BATCH, IN_FLIGHT, PROBES, PAGE = 25, 4, 16, 250
STATEMENT = f'UPDATE "{TABLE}" SET st=? SET v=v+1 SET le=? WHERE pk=? AND sk=? AND st=? AND cl=? AND sl IS MISSING'
THROTTLED = {
    "ThrottlingError", "ProvisionedThroughputExceeded", "RequestLimitExceeded", "TransactionConflict",
    "InternalServerError", "DuplicateItem",
}

logger, metrics = Logger(service="close"), Metrics(namespace="cpor", service="close")
table.warm()


class Held(Exception):
    """A timer that this worker cannot give a final outcome: the position stays before it."""


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event, context):
    until = now_ms() + context.get_remaining_time_in_millis() - MARGIN
    failures = []
    for message in event["Records"]:
        try:
            shard = json.loads(message["body"])["shard"]
            drained = drain(shard, until)
            metrics.add_metric("closed", MetricUnit.Count, drained["closed"])
            metrics.add_metric("early_close", MetricUnit.Count, drained["early"])
            logger.info("A shard was drained", shard=shard, **drained)
        except Exception:
            metrics.add_metric("faults", MetricUnit.Count, 1)
            logger.exception("A shard could not be drained")
            failures.append({"itemIdentifier": message["messageId"]})
    return {"batchItemFailures": failures}


def drain(shard: int, until: int) -> dict:
    """Drains a shard up to now, or until the clock shows `until`; the rest is for the next tick."""
    drained = {"closed": 0, "stale": 0, "reminded": 0, "early": 0, "held_up": False, "finished": False, "leased": False}
    owner = os.urandom(8)
    position = lease(shard, until, owner)
    if position:
        drained["leased"] = True
        try:
            walk(shard, position, owner, until, drained)
        finally:
            keep(position, owner, over=True)
    return drained


def lease(shard: int, until: int, owner: bytes) -> dict | None:
    now = now_ms()
    values = {
        ":until": until + LEASE_MARGIN, ":owner": owner, ":now": now, ":start": floor_quarter(now) - LOOK_BACK,
    }
    try:
        answer = dynamodb.update_item(
            TableName=TABLE, Key=marshal({"pk": "S", "sk": f"{shard:02}"}),
            UpdateExpression="SET lu = :until, lw = :owner, b = if_not_exists(b, :start)",
            ConditionExpression="attribute_not_exists(lu) OR lu < :now OR lw = :owner",
            ExpressionAttributeValues=marshal(values), ReturnValues="ALL_NEW",
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return None
    return unmarshal(answer["Attributes"])


def keep(position: dict, owner: bytes, over: bool) -> bool:
    """Writes the position, if the lease is this worker's still; `over` gives it back."""
    item = {"g": 0} | {name: value for name, value in position.items() if not (over and name in ("lu", "lw"))}
    values = {":owner": owner, ":g": item["g"]}
    return put(item, "lw = :owner AND (attribute_not_exists(g) OR g = :g)", values)


def pass_to(position: dict, bucket: int) -> None:
    position["b"] = bucket
    for name in ("x", "fc", "fn"):
        position.pop(name, None)


def walk(shard: int, position: dict, owner: bytes, until: int, drained: dict) -> None:
    while now_ms() < until:
        last = floor_quarter(now_ms() - SETTLING)
        if position["b"] > last:
            drained["finished"] = True
            return
        bucket, page = next_timers(shard, position, last)
        if bucket != position["b"]:
            pass_to(position, bucket)
        if page and not work_page(page, position, owner, drained):
            return


def next_timers(shard: int, position: dict, last: int) -> tuple[int, dict | None]:
    """The next bucket with timers and a page of them; without a page, the bucket up to which there are none."""
    first = int(position["b"])
    buckets = list(range(first, last + 1, QUARTER))[:PROBES]
    bucket = first
    if "x" not in position and len(buckets) > 1:
        probes = together(*(partial(timers, shard, bucket, 1) for bucket in buckets))
        bucket = next((bucket for bucket, probe in zip(buckets, probes, strict=True) if probe["timers"]), None)
    if bucket is None:
        return buckets[-1] + QUARTER, None
    page = timers(shard, bucket, PAGE, position.get("x") if bucket == first else None)
    return (bucket, page) if page["timers"] else (bucket + QUARTER, None)


def timers(shard: int, bucket: int, limit: int, after: str | None = None) -> dict:
    pk = table.bucket_key(bucket, shard)
    start = {"ExclusiveStartKey": marshal({"pk": pk, "sk": after})} if after else {}
    sent_at = now_ms()
    answer = query("pk = :pk", {":pk": pk}, ConsistentRead=True, Limit=limit, **start)
    clock = (sent_at, date_ms(answer), now_ms())
    found = [unmarshal(item) for item in answer["Items"]]
    return {"timers": found, "more": "LastEvaluatedKey" in answer, "clock": clock}


def checked(sent_at: int, date: int, received_at: int) -> int:
    """The earlier of the two clocks, if they agree: nobody is closed early because a clock is wrong."""
    if date + 1000 < sent_at - 2000 or date > received_at + 2000:
        raise table.Unavailable("the clock cannot be trusted")
    return min(date, received_at)


def work_page(page: dict, position: dict, owner: bytes, drained: dict) -> bool:
    """Works a page off; says whether to go on."""
    now = checked(*page["clock"])
    if position["b"] > floor_quarter(now - SETTLING):
        return False
    answer = query("pk = :pk", {":pk": "CA#revisions"}, ConsistentRead=True)
    revisions = {item["sk"]: int(item["v"]) for item in map(unmarshal, answer["Items"])}
    due = [timer for timer in page["timers"] if is_fast(timer, revisions, now)]
    closed = close_windows(due, now)
    for timer in page["timers"]:
        try:
            ending, early = closed.get(timer["sk"]) or (one_by_one(timer, now), False)
            if isinstance(ending, dict):
                ending = stale_or_held(ending, now)
        except Exception as failure:
            logger.warning("A timer failed", claim_id=timer["sk"], error=str(failure))
            drained["held_up"] = True
            return False
        drained[ending] += 1
        drained["early"] += early
        position["x"] = timer["sk"]
    if not page["more"]:
        pass_to(position, int(position["b"]) + QUARTER)
    return keep(position, owner, over=False)


def is_fast(timer: dict, revisions: dict, now: int) -> bool:
    """Whether the timer is of a window that is due and was counted by the calendar as it is now."""
    if timer["k"] != "window" or timer["d"] + SETTLING > now or "c" not in timer:
        return False
    place, _, version = timer["c"].partition("@")
    data, _, revision = version.partition("+")
    return data == CALENDARS and int(revision or 0) == revisions.get(place.split("-")[0], 0)


def close_windows(windows: list[dict], now: int) -> dict:
    """What became of each window: `closed` and whether that was early, or the record that was found instead."""
    write, outcomes = os.urandom(8), {}
    chunks = [windows[at:at + BATCH] for at in range(0, len(windows), BATCH)]
    in_flight = IN_FLIGHT
    while chunks:
        group, chunks = chunks[:in_flight], chunks[in_flight:]
        throttled = []
        answered = together(*(partial(close_batch, chunk, now, write) for chunk in group))
        for chunk, answers in zip(group, answered, strict=True):
            outcomes |= {timer["sk"]: answer for timer, answer in zip(chunk, answers, strict=True) if answer}
            throttled += [timer for timer, answer in zip(chunk, answers, strict=True) if not answer]
        if throttled:
            in_flight = max(1, in_flight // 2)
        outcomes |= {timer["sk"]: close_alone(timer, now, write) for timer in throttled}
    return outcomes


def close_alone(timer: dict, now: int, write: bytes) -> tuple:
    for attempt in range(table.ATTEMPTS):
        table.pause(attempt)
        if answer := close_batch([timer], now, write)[0]:
            return answer
    raise table.Unavailable("a statement stays throttled")


def close_batch(chunk: list[dict], now: int, write: bytes) -> list:
    event = table.event(WINDOW_CLOSED, SYSTEM_BY_SILENCE, now, write)
    parameters = [["associated", event, f"C#{timer['sk']}", "A", "awaiting_customer", timer["d"]] for timer in chunk]
    statements = [
        {
            "Statement": STATEMENT, "Parameters": [table.serialize(value) for value in values],
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        for values in parameters
    ]
    answer = dynamodb.batch_execute_statement(Statements=statements)
    date = date_ms(answer) + 1000
    responses = zip(chunk, answer["Responses"], strict=True)
    return [outcome(response, write, date < timer["d"]) for timer, response in responses]


def outcome(response: dict, write: bytes, early: bool) -> tuple | None:
    """One statement's: done, another record, or nothing where it is to be tried alone."""
    error = response.get("Error")
    if not error:
        return "closed", early
    if error["Code"] == "ConditionalCheckFailed":
        record = unmarshal(error.get("Item") or {})
        own = record and table.write_of(record) == write
        return ("closed", False) if own else (record or "stale", False)
    if error["Code"] in THROTTLED:
        return None
    raise table.Unavailable(f"statement refused: {error['Code']}")


def one_by_one(timer: dict, now: int):
    """A timer that no batch closes: a reminder, or one of another kind, which is stale or held."""
    if timer["k"] not in ("window", "other"):
        return remind(timer, now)
    found = load(timer["sk"])
    return stale_or_held(found[0], now) if found else "stale"


def stale_or_held(record: dict, now: int) -> str:
    """A claim that is still due needs the generic commit, which is not the job that is measured."""
    window = record["st"] in ("awaiting_customer", "declined")
    deadline = record.get("cl") if window else record.get("du") if record["st"] != "rejected" else None
    if deadline is None or now < deadline:
        return "stale"
    raise Held(f"the claim is {record['st']} and due")


def remind(timer: dict, now: int) -> str:
    """Leaves the mark of a reminder, where it is still wanted."""
    claim_id, _, kind = timer["sk"].partition("#")
    found = records([claim_id])
    wanted = found and found[0]["st"] == "awaiting_customer" and found[0]["cl"] == timer["w"]
    if not wanted or now >= timer["w"] or now >= timer["d"] + LATE:
        return "stale"
    mark = {
        "pk": f"C#{claim_id}", "sk": f"M#{found[0]['n']}#{kind}", "at": timer["d"], "cl": timer["w"],
        "expires": (int(timer["w"]) + table.KEPT) // 1000,
    }
    return "reminded" if put(mark, "attribute_not_exists(pk)") else "stale"
