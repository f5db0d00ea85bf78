"""Who is let in: the gateway's own refusals, and what a stranger to a claim sees."""

import base64
import json
import uuid

import pytest

import people
import seed
from aws import outputs
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


@pytest.mark.parametrize(("name", "app"), [
    ("operator", "CustomersClientId"), ("reviewer", "PartnersClientId"), ("alpine_admin", "OperatorsClientId"),
    ("contoso_admin", "PartnersClientId"),
])
def a_user_who_signs_in_with_another_sides_client_is_nobody(api, name, app):
    found = outputs()
    tokens = people.sign_in(found["UserPoolId"], found[app], name)
    refused = api.get("/v1/me", authorization=f"Bearer {tokens['IdToken']}").must(401)
    assert refused.json["code"] == "unauthenticated"


def an_access_token_is_nobodys_and_an_id_token_of_a_sandbox_is_good_for_twelve_hours(api):
    found = outputs()
    tokens = people.sign_in(found["UserPoolId"], found["OperatorsClientId"], "operator")
    api.get("/v1/me", authorization=f"Bearer {tokens['AccessToken']}").must(401)
    api.get("/v1/me", authorization=f"Bearer {tokens['IdToken']}").must(200)
    claims = claims_of(tokens["IdToken"])
    assert claims["exp"] - claims["iat"] == 12 * 3600


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
    head, _, signature = token.split(".")
    changed = json.dumps({**claims_of(token), "custom:role": "operator"}).encode()
    return ".".join((head, base64.urlsafe_b64encode(changed).decode().rstrip("="), signature))


def claims_of(token: str) -> dict:
    """What a token says, whoever signed it."""
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
