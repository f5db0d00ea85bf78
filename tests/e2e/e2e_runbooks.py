"""The runbooks that can be rehearsed on one machine: a claim that was destroyed, keys that are lost, an outage."""

import json
import uuid
from contextlib import contextmanager
from datetime import timedelta

import pytest

import tool
from aws import client, invoke
from demo import instant, now
from scene import Scene
from settings import STACK
from wait import until


def partition(table: str, claim: str) -> dict[str, dict]:
    """Every item of a claim in a table, by its sort key."""
    query = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": f"C#{claim}"}}, "ConsistentRead": True}
    return {item["sk"]["S"]: item for item in client("dynamodb").query(TableName=table, **query)["Items"]}


def timers(table: str, claim: str) -> list[dict]:
    """Every timer of a claim."""
    scan = {"FilterExpression": "begins_with(pk, :t) AND sk = :c", "ExpressionAttributeValues": {":t": {"S": "T#"}, ":c": {"S": claim}}}
    pages = client("dynamodb").get_paginator("scan").paginate(TableName=table, **scan)
    return [item for page in pages for item in page["Items"]]


@pytest.fixture
def restored(stack):
    """Restores the table as it is now beside the live one, and says its name."""
    made = []

    def restore() -> str:
        name = f"restored-{uuid.uuid4().hex[:8]}"
        client("dynamodb").restore_table_to_point_in_time(SourceTableName=stack["table"], TargetTableName=name, UseLatestRestorableTime=True)
        client("dynamodb").get_waiter("table_exists").wait(TableName=name)
        made.append(name)
        return name

    yield restore
    for name in made:
        client("dynamodb").delete_table(TableName=name)


def restore_claim(source: str, claim: str, *more: str):
    return tool.run("restore_claim", "--source", source, "--claim", claim, *more)


def a_claim_that_was_destroyed_is_put_back_goes_on_and_is_closed_by_its_timer(stack, api, restored):
    scene = Scene(api).awaiting()
    source, before = restored(), partition(stack["table"], scene.claim)
    for item in (*before.values(), *timers(stack["table"], scene.claim)):
        client("dynamodb").delete_item(TableName=stack["table"], Key={"pk": item["pk"], "sk": item["sk"]})
    api.get(scene.path, "reviewer").must(404)
    done = restore_claim(source, scene.claim)
    assert done.returncode == 0 and f"{len(before)} items put, 0 deleted; a timer stands at" in done.stdout, done
    assert partition(stack["table"], scene.claim) == before
    scene.decide("decline", [1]).must(200)
    scene.past_the_deadline()
    record = lambda: partition(stack["table"], scene.claim)["A"]["st"]["S"]
    until("the close", lambda: invoke(stack["functions"]["finalize"], {}) and record() == "associated", seconds=60)
    assert scene.statuses() == ["declined", "active", "active"]


def a_claim_that_has_gone_on_is_put_back_only_if_what_came_since_may_be_lost(stack, api, restored):
    scene = Scene(api).awaiting()
    source, before = restored(), scene.read()["version"]
    scene.decide("decline", [1]).must(200)
    until("the entry of the history", lambda: f"H#{before + 1:06}" in partition(stack["table"], scene.claim))
    refused = restore_claim(source, scene.claim)
    assert refused.returncode == 1 and f"at version {before + 1}, and the restored one at {before}" in refused.stderr, refused
    assert scene.statuses()[0] == "declined"
    done = restore_claim(source, scene.claim, "--lose-later")
    assert done.returncode == 0, done
    assert (scene.read()["version"], scene.statuses()[0]) == (before, "pending")
    assert f"H#{before + 1:06}" not in partition(stack["table"], scene.claim)


def a_claim_that_was_erased_or_is_unknown_is_not_put_back(stack, api, restored):
    scene = Scene(api)
    scene.submit().must(201)
    scene.act("withdraw", "alpine_admin", {"reason_code": "customer_request"}).must(200)
    source = restored()
    assert api.post(f"{scene.path}/erase", "operator", if_match="*").must(200).json["erased"] is True
    refused = restore_claim(source, scene.claim, "--lose-later")
    assert refused.returncode == 1 and "was erased" in refused.stderr, refused
    for claim, table, says in [("a" * 26, source, "has no such claim"), ("../x", source, "is no id"), (scene.claim, stack["table"], "another name")]:
        refused = restore_claim(table, claim)
        assert refused.returncode == 1 and says in refused.stderr, refused


@contextmanager
def lost_keys(stack):
    """Another key under another number is all that is left of the link keys; afterwards the old ones are back, and current."""
    found = client("cloudformation").describe_stack_resources(StackName=STACK, LogicalResourceId="LinkSecret")["StackResources"]
    secret, secrets = found[0]["PhysicalResourceId"], client("secretsmanager")
    kept = json.loads(secrets.get_secret_value(SecretId=secret)["SecretString"])
    new = str(max(int(name) for name in kept if name != "current") + 1)
    only = {"current": new, new: uuid.uuid4().hex * 2}
    put = lambda keys: (secrets.put_secret_value(SecretId=secret, SecretString=json.dumps(keys)), start_processes(stack))
    put(only)
    try:
        yield
    finally:
        put({**kept, **only})


def start_processes(stack) -> None:
    """New processes of the functions that read the link keys."""
    for name in (stack["functions"]["decision"], stack["functions"]["notify"]):
        given = client("lambda").get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        client("lambda").update_function_configuration(FunctionName=name, Environment={"Variables": {**given, "KEYS_OF": str(uuid.uuid4())}})
        client("lambda").get_waiter("function_updated_v2").wait(FunctionName=name)


def a_customer_whose_link_died_with_its_key_is_asked_again(stack, api):
    scene = Scene(api).awaiting()
    old = scene.link()
    with lost_keys(stack):
        until("the end of the old link", lambda: api.get(f"/d/{old.token}").status == 404)
        scene.act("review", "operator", {"action": "hold", "comment": "The keys are lost."}).must(200)
        scene.act("review", "operator", {"action": "resume"}).must(200)
        new = scene.link(notice=2)
        assert api.get(f"/d/{new.token}").status == 200
    until("both links", lambda: [api.get(f"/d/{link.token}").status for link in (old, new)] == [200, 200])


def a_window_in_whose_last_hours_nobody_could_answer_gets_a_day_more(stack, api):
    scene = Scene(api).awaiting()
    window, told = scene.read()["window"], len(scene.mails("it"))
    ends = instant(window["closes_at"])
    moment = lambda at: at.strftime("%Y-%m-%dT%H:%M:%SZ")
    scene.clock_to(moment(ends - timedelta(hours=3)))
    body = {"closing_from": moment(ends - timedelta(hours=1)), "closing_until": moment(ends + timedelta(minutes=1)), "comment": "Rehearsed."}
    path = "/v1/windows:extend"
    dry = api.post(f"{path}?dry_run=true", "operator", body).must(200)
    assert scene.claim in [claim["claim_id"] for claim in dry.json["claims"]]
    refused = api.post(path, "operator", body, if_match=dry.etag).must(409).json
    assert (refused["code"], refused["consequences"]["confirm"]) == ("confirmation-required", dry.json["confirm"])
    query = f"{path}?confirm={dry.json['confirm']}"
    first, again = [api.post(query, "operator", body, if_match=dry.etag).must(200) for _ in range(2)]
    assert first.json == again.json and first.etag == again.etag != dry.etag
    later = until("the longer window", lambda: instant((found := scene.read("operator")["window"])["closes_at"]) > ends and found, seconds=150)
    assert later["extended_by"] == ["outage"] and len(later["counted"]) == len(window["counted"]) + 1 and now(api) < ends
    until("the mail that tells it", lambda: len(scene.mails("it")) > told, seconds=60)
    extend = scene.act("review", "operator", {"action": "extend", "closes_on": window["counted"][-1]})
    assert extend.status == 422, "a single one is extended to a later day only"
