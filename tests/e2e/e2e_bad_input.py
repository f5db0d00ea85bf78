"""Bad input through the gateway: each gets its code, and loses nothing."""

import json
import uuid

import pytest

from scene import Scene


def codes(answer) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in answer.json["errors"]]


def post(api, body, **headers):
    headers.setdefault("idempotency_key", str(uuid.uuid4()))
    headers.setdefault("content_type", "application/json")
    return api.call("POST", "/v1/claims", "alpine_admin", body, **headers)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("{", 400, "malformed-body"),
        ("", 400, "malformed-body"),
        ("[" * 5000 + "]" * 5000, 400, "malformed-body"),
        (json.dumps({"label": "a" * 65 * 1024}), 413, "payload-too-large"),
    ],
)
def a_body_that_cannot_be_read_is_refused(api, body, status, code):
    assert post(api, body).must(status).json["code"] == code


def a_body_of_another_media_type_is_refused(api):
    assert post(api, "a=b", content_type="application/x-www-form-urlencoded").must(415).json["code"] == "unsupported-media-type"


def a_problem_document_says_what_where_and_in_whose_language(api):
    answer = post(api, "{}", accept_language="cs").must(422)
    problem = answer.json
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert (problem["type"], problem["status"], problem["code"]) == ("urn:cpor:problem:invalid-fields", 422, "invalid-fields")
    english = post(api, "{}", accept_language="en").must(422).json
    assert problem["title"] != english["title"] and problem["instance"]


def every_wrong_field_is_reported_at_once(api):
    scene = Scene(api)
    answer = scene.submit(
        items=[{"kind": "workload", "id": "teams"}, {"kind": "workload", "id": "teams"}, {"kind": "subscription", "id": "x#y"}],
        customer_contact={"name": "n" * 2000, "title": "IT"}, surprise=1, location_id="4712", activity="presales",
    ).must(422)
    found = codes(answer)
    for expected in [
        ("/items/1", "duplicate"), ("/items/2/id", "malformed"), ("/customer_contact/name", "too-long"),
        ("/customer_contact/email", "required"), ("/surprise", "unknown-field"),
    ]:
        assert expected in found, found


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"program": "nope"}, ("/program", "program-unknown")),
        ({"location_id": "4712"}, ("/location_id", "location-not-enrolled")),
        ({"activity": "presales"}, ("/activity", "activity-not-allowed")),
        ({"items": [{"kind": "subscription", "id": "contoso-d365-sales"}]}, ("/items/0/kind", "item-kind-wrong")),
        ({"items": [{"kind": "workload", "id": "yammer"}]}, ("/items/0/id", "item-not-in-tenant")),
        ({"items": "teams"}, ("/items", "wrong-type")),
        ({"items": []}, ("/items", "required")),
        ({"partner_contact": {"name": "Petr", "email": "petr@alpine.example\r\nBcc: x@y.example"}}, ("/partner_contact/email", "malformed")),
    ],
)
def a_claim_that_is_not_eligible_says_why(api, changes, expected):
    assert expected in codes(Scene(api).submit(**changes).must(422))


def an_unknown_tenant_and_a_foreign_domain_are_refused(api):
    scene = Scene(api)
    unknown = {"id": str(uuid.uuid4()), "domain": scene.tenant["domains"][0]}
    assert ("/tenant", "tenant-unknown") in codes(scene.submit(tenant=unknown).must(422))
    foreign = {"id": scene.tenant["id"], "domain": "fabrikam.example"}
    assert ("/tenant", "tenant-unknown") in codes(scene.submit(tenant=foreign).must(422))


@pytest.mark.parametrize("key", [None, "", "k" * 256])
def a_missing_or_over_long_idempotency_key_is_refused(api, key):
    headers = {} if key is None else {"idempotency_key": key}
    answer = api.post("/v1/claims", "alpine_admin", Scene(api).body(), **headers)
    assert answer.must(400).json["code"] == "idempotency-key-missing"


def the_same_key_replays_the_claim_as_it_is_now_and_takes_no_other_body(api):
    scene, key = Scene(api), str(uuid.uuid4())
    first = scene.submit(key).must(201)
    scene.act("withdraw", "alpine_admin", {"reason_code": "customer_request"}).must(200)
    again = scene.submit(key).must(201)
    assert again.headers["idempotent-replayed"] == "true"
    assert (again.json["status"], again.headers["location"]) == ("withdrawn", first.headers["location"])
    assert scene.submit(key, label="other").must(422).json["code"] == "idempotency-conflict"


def a_second_claim_on_the_same_item_names_the_partners_own(api):
    scene = Scene(api)
    scene.submit().must(201)
    first = scene.claim
    refused = scene.submit().must(409).json
    assert (refused["code"], refused["claim_id"]) == ("duplicate-claim", first)


def a_change_without_or_with_a_stale_version_is_refused(api):
    scene = Scene(api)
    scene.submit().must(201)
    path, why = f"{scene.path}/withdraw", {"reason_code": "claimed_in_error"}
    assert api.post(path, "alpine_admin", why).must(428).json["code"] == "precondition-required"
    assert api.post(path, "alpine_admin", why, if_match='"9"').must(412).json["code"] == "version-mismatch"
    assert scene.read()["status"] == "submitted"


def a_repeat_of_the_last_command_answers_again(api):
    scene = Scene(api)
    etag = scene.submit().must(201).etag
    for _ in range(2):
        assert api.post(f"{scene.path}/withdraw", "alpine_admin", {"reason_code": "other"}, if_match=etag).must(200).json["version"] == 2


def a_cursor_of_another_caller_or_a_tampered_one_is_refused(api):
    for _ in range(2):
        Scene(api).submit().must(201)
    cursor = api.get("/v1/claims?limit=1", "alpine_admin").must(200).json["next_cursor"]
    assert api.get(f"/v1/claims?limit=1&cursor={cursor}", "alpine_admin").must(200).json["items"]
    for who, text in [("borealis_admin", cursor), ("alpine_admin", cursor[:-2] + "AA"), ("alpine_admin", "junk")]:
        assert api.get(f"/v1/claims?limit=1&cursor={text}", who).must(400).json["code"] == "invalid-cursor"


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "status=nope", "colour=red"])
def a_query_that_makes_no_sense_is_refused(api, query):
    assert api.get(f"/v1/claims?{query}", "alpine_admin").must(400).json["code"] == "invalid-query"


def a_role_may_do_only_what_it_may(api):
    scene = Scene(api)
    body = scene.body()
    for who in ["alpine_user", "reviewer", "operator", "auditor", "contoso_admin"]:
        refused = api.post("/v1/claims", who, body, idempotency_key=str(uuid.uuid4()))
        assert refused.must(403).json["code"] == "role-not-allowed", who
    scene.submit().must(201)
    for who in ["alpine_admin", "auditor", "contoso_admin"]:
        refused = api.post(f"{scene.path}/review", who, {"action": "begin"}, if_match='"1"')
        assert refused.must(403).json["code"] == "role-not-allowed", who


def a_review_action_with_a_field_it_does_not_have_is_refused(api):
    scene = Scene(api)
    etag = scene.submit().must(201).etag
    refused = api.post(f"{scene.path}/review", "reviewer", {"action": "begin", "comment": "x"}, if_match=etag)
    assert ("/comment", "unknown-field") in codes(refused.must(422))
    refused = api.post(f"{scene.path}/review", "reviewer", {"action": "begin"}, if_match=etag)
    assert refused.must(200).json["status"] == "in_review"
