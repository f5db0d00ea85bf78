"""Who is let in: the gateway's own refusals, and what a stranger to a claim sees."""

import base64
import json
import uuid

import pytest

import seed
from demo import claim_body, now

GUARDED = ["/v1/claims", "/v1/reviews?state=submitted", "/v1/associations", "/v1/partners/p-alpine", "/v1/sandbox/clock"]


@pytest.mark.parametrize("path", GUARDED)
def a_call_without_a_token_is_refused(api, path):
    api.get(path).must(401)


@pytest.mark.parametrize("path", GUARDED)
def a_call_with_junk_for_a_token_is_refused(api, path):
    api.get(path, authorization="Bearer junk").must(401)


def a_token_with_another_role_under_the_same_signature_is_refused(api):
    api.get("/v1/reviews?state=submitted", authorization=f"Bearer {forged(api.tokens['alpine_admin'])}").must(401)


def a_path_that_no_route_serves_is_not_found(api):
    api.get("/v1/nowhere", "operator").must(404)


def another_partners_claim_does_not_exist(api):
    tenant = seed.contoso(str(uuid.uuid4()), f"contoso-{uuid.uuid4().hex[:8]}.example")
    api.put(f"/v1/tenants/{tenant['id']}", "operator", tenant).must(201)
    body = claim_body(tenant, now(api), ["teams"])
    claim = api.post("/v1/claims", "alpine_admin", body, idempotency_key=str(uuid.uuid4())).must(201).json

    foreign = api.get(f"/v1/claims/{claim['id']}", "borealis_admin").must(404).json
    unknown = api.get(f"/v1/claims/{claim['id'][:-1]}a", "borealis_admin").must(404).json

    assert {**foreign, "instance": ""} == {**unknown, "instance": ""}


def forged(token: str) -> str:
    """The token with the role of an operator in it, signed by nobody."""
    head, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    changed = base64.urlsafe_b64encode(json.dumps({**claims, "custom:role": "operator"}).encode()).decode().rstrip("=")
    return ".".join((head, changed, signature))
