"""`POST /v1/claims`: submits a claim as it stands."""

import json
import os
import re
from functools import partial

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.metrics import MetricUnit
from botocore.exceptions import ClientError

from . import table
from .body import missing, read_claim
from .claim import details_of, record_of, view_of
from .eligibility import judge
from .problem import Problem, bounded_body, handle_problems
from .table import ATTEMPTS, load, now_ms, put, together, unmarshal

logger, metrics = Logger(service="submit"), Metrics(namespace="cpor", service="submit")
app = APIGatewayHttpResolver()
handle_problems(app, logger, metrics, {"Cache-Control": "no-store"})
# They sign the cursors of lists, which the function serves as well.
secrets = table.load_secrets()
table.warm()


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP)
@metrics.log_metrics
def handler(event, context):
    return app.resolve(event, context)


@app.post("/v1/claims")
def submit() -> Response:
    event = app.current_event
    partner = caller(event.request_context.authorizer.jwt_claim)
    try:
        content = json.loads(bounded_body(event, "application/json"))
    except ValueError:
        raise Problem("malformed-body") from None
    key = event.headers.get("idempotency-key") or ""
    if not re.fullmatch(r"[!-~]{1,255}", key):
        raise Problem("idempotency-key-missing")
    record, details, replayed = create(partner, key, content, event.request_context.time_epoch)
    view = json.dumps(view_of(record, details["d"]), ensure_ascii=False)
    headers = {"Location": f"/v1/claims/{record['pk'][2:]}", "ETag": f'"{record["v"]}"', "Cache-Control": "no-store"}
    if replayed:
        headers["Idempotent-Replayed"] = "true"
    metrics.add_metric("submitted", MetricUnit.Count, int(not replayed))
    return Response(201, "application/json", view, headers)


def caller(claims: dict | None) -> str:
    role, partner = (claims or {}).get("custom:role"), (claims or {}).get("custom:partner_id")
    if role and role != "partner_admin":
        raise Problem("role-not-allowed")
    if not role or not partner:
        raise Problem("unauthenticated")
    return partner


def create(partner_id: str, key: str, content, at: int) -> tuple[dict, dict, bool]:
    claim_id, request_hash = table.claim_id_of(partner_id, key), table.canonical_hash(content)
    claim, malformed = read_claim(content)
    writes = set()
    for attempt in range(ATTEMPTS):
        if not malformed and not missing(claim, None, []) and (found := load(claim_id)):
            record, details, _ = found
            own = table.write_of(record) in writes
            if not own and bytes(details["r"]) != request_hash:
                raise Problem("idempotency-conflict")
            return record, details, not own
        facts, due_at = judge(claim_id, partner_id, claim, malformed, at)
        fields = details_of(claim, facts)
        details = {"pk": f"C#{claim_id}", "sk": "D", "s": os.urandom(16), "r": request_hash, "d": fields}
        write = os.urandom(8)
        writes.add(write)
        # The timer comes before the claim: a crash between leaves a harmless timer, never a forgotten claim.
        _, stale = together(
            partial(put, table.timer(claim_id, due_at, max(at, now_ms()))), partial(put_details, details)
        )
        record = record_of(claim_id, claim, facts, details, at, due_at, write)
        if put_claim(record, details if stale else None, write):
            return record, details, False
        table.pause(attempt)
    raise table.Unavailable("others write all the time")


def put_details(details: dict) -> bool:
    """Whether there are others, left by a creation that did not come to its end."""
    try:
        table.dynamodb.put_item(
            TableName=table.TABLE, Item=table.marshal(details), ConditionExpression="attribute_not_exists(pk)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
        return False
    except ClientError as error:
        if not table.is_conflict(error):
            raise
        found = unmarshal(error.response["Item"])
        same = found["d"] == details["d"] and bytes(found["r"]) == details["r"]
        details["s"] = bytes(found["s"]) if same else details["s"]
        return not same


def put_claim(record: dict, replacing: dict | None, write: bytes) -> bool:
    absent = "attribute_not_exists(pk)"
    if replacing is None:
        return put(record, absent)
    actions = [
        {"Put": {"TableName": table.TABLE, "Item": table.marshal(record), "ConditionExpression": absent}},
        {"Put": {"TableName": table.TABLE, "Item": table.marshal(replacing)}},
    ]
    try:
        table.dynamodb.transact_write_items(TransactItems=actions, ClientRequestToken=write.hex())
        return True
    except table.dynamodb.exceptions.TransactionCanceledException:
        return False
