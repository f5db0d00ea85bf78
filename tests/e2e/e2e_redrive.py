"""Redriving: what a broken reader left behind reaches it again once it is mended, and nothing of it is lost."""

import base64
import json
import uuid
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest

import documents
import invoke as sample
import tool
from aws import client, invoke, physical, waiting
from demo import now
from scene import Scene
from wait import until


@dataclass(frozen=True)
class Case:
    """A queue of dead letters, the queue whose they are, that queue's reader, and what the reader may not do for a while.

    The story is told in four parts: before the reader breaks, until something is in the queue, before the redrive, after it.
    """

    dead_letters: str
    source: str
    reader: str
    denied: tuple[str, ...]
    story: Callable


def story_of_a_delivery(stack, api):
    """A notice is delivered. Its window opens once the delivery is recorded."""
    yield
    scene = Scene(api).validated()
    yield
    assert scene.read()["status"] == "notifying"
    yield
    until("the window to open", lambda: scene.read()["status"] == "awaiting_customer", seconds=60)


def story_of_a_shard(stack, api):
    """A window ends. It closes once its shard is drained; no tick may ask for that meanwhile."""
    scene, events, tick = Scene(api), client("events"), physical("TickRule")
    # The first tick of a table writes by which data its windows are counted.
    invoke(stack["functions"]["finalize"], {"source": "redrive"})
    yield
    scene.awaiting()
    scene.past_the_deadline()
    opened = version(stack, scene)
    events.disable_rule(Name=tick)
    try:
        invoke(stack["functions"]["finalize"], {"source": "redrive"})
        yield
        assert version(stack, scene) == opened
        yield
        until("the window to close", lambda: version(stack, scene) > opened, seconds=60)
    finally:
        events.enable_rule(Name=tick)


def story_of_a_notice(_stack, api):
    """A claim is validated. Its customer is written to."""
    yield
    scene = Scene(api).validated()
    yield
    assert scene.read()["status"] == "notifying"
    yield
    assert scene.link().notice == 1


def story_of_what_became_official(_stack, api):
    """A window ends in silence. Its customer is told what became official."""
    scene = Scene(api, locale="en").awaiting()
    yield
    scene.past_the_deadline()
    assert scene.read()["status"] == "associated"
    yield
    assert not any(OFFICIAL in text for text in scene.mails())
    yield
    scene.told("it", OFFICIAL)


def story_of_a_document(_stack, api):
    """A document is uploaded and scanned. Its evidence is clean once the scan's result is carried out."""
    yield
    scene = documents.drafted(api)
    form = documents.add(scene, documents.PDF)["upload"]
    assert documents.upload(form, documents.PDF) in (200, 204)
    yield
    assert documents.scan_of(scene) == "pending"
    yield
    until("the scan", lambda: documents.scan_of(scene) == "clean", seconds=60)


def story_of_a_link(_stack, api):
    """A contact asks for a link to its overview. A mail has it."""
    scene = Scene(api, verified=("it",)).validated()
    # Whoever is verified for less than a week gets none.
    scene.clock_to((now(api) + timedelta(days=8)).strftime("%Y-%m-%dT%H:%M:%SZ"))
    yield
    api.form("/c", [("email", scene.address("it"))]).must(200)
    yield
    assert not any(OVERVIEW in text for text in scene.mails("it"))
    yield
    scene.told("it", OVERVIEW)


def story_of_a_webhook(_stack, api):
    """An event waits for a webhook whose name leads nowhere. A turn tries to send it; no look may ask for another turn meanwhile."""
    name, events, look = f"redrive-{uuid.uuid4().hex[:8]}", client("events"), physical("LookRule")
    path = f"/v1/webhooks/{name}"
    api.put(path, "alpine_admin", {"url": "https://nobody.alpine.example/"}).must(201)
    events.disable_rule(Name=look)
    try:
        scene = Scene(api)
        scene.submit().must(201)
        until("the event in the feed", lambda: scene.claim in claims_of_the_feed(api), seconds=60)
        yield
        message = json.dumps({"owner": {"partner": "p-alpine"}, "id": name})
        client("sqs").send_message(QueueUrl=physical("WebhooksQueue"), MessageBody=message)
        yield
        assert api.get(path, "alpine_admin").must(200).json["status"] == "active"
        yield
        until("an attempt", lambda: api.get(path, "alpine_admin").must(200).json["status"] == "failing", seconds=60)
    finally:
        events.enable_rule(Name=look)
        api.call("DELETE", path, "alpine_admin").must(200)


def claims_of_the_feed(api) -> set[str]:
    """The claims of which Alpine's feed tells."""
    found, after, more = set(), "", True
    while more:
        page = api.get(f"/v1/events?limit=100{after}", "alpine_admin").must(200).json
        found.update(event["claim_id"] for event in page["items"])
        after, more = f"&after={page['next_cursor']}", page["more"]
    return found


OFFICIAL = "is now the official partner of"
OVERVIEW = "/c/"

CASES = [
    Case("NoticesDeadLetters", "NoticesQueue", "notify", ("dynamodb:*",), story_of_a_notice),
    Case("DeliveryDeadLetters", "DeliveryQueue", "delivery", ("dynamodb:*",), story_of_a_delivery),
    Case("ScanDeadLetters", "ScanQueue", "scan", ("dynamodb:*",), story_of_a_document),
    Case("ShardDeadLetters", "ShardQueue", "finalize", ("dynamodb:UpdateItem", "dynamodb:PutItem"), story_of_a_shard),
    # Windows of all stories end in it: a tick that follows has more to do than the shard.
    Case("RemindersDeadLetters", "RemindersQueue", "notify", ("dynamodb:*",), story_of_what_became_official),
    Case("WebhooksDeadLetters", "WebhooksQueue", "webhooks", ("dynamodb:PutItem",), story_of_a_webhook),
    Case("OverviewsDeadLetters", "OverviewsQueue", "notify", ("dynamodb:*",), story_of_a_link),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.dead_letters)
def every_message_that_a_broken_reader_left_is_worked_off_after_a_redrive_and_none_is_lost(stack, api, case):
    story = case.story(stack, api)
    next(story)
    # What somebody holds already would not come back as soon as the broken reader gives it up.
    until(f"nothing in {case.source}", lambda: not waiting(case.source), seconds=60)
    before = waiting(case.dead_letters)
    with broken(case):
        next(story)
        until(f"something in {case.dead_letters}", lambda: waiting(case.dead_letters) > before, seconds=90)
        until(f"nothing in {case.source}", lambda: not waiting(case.source), seconds=90)
        next(story)
    there = waiting(case.dead_letters)
    one = tool.run("redrive", "--queue", case.dead_letters, "--most", "1")
    assert one.returncode == 0 and "\n1 moved" in one.stdout, one
    rest = tool.run("redrive", "--queue", case.dead_letters)
    assert rest.returncode == 0 and f"\n{there - 1} moved, 0 waiting" in rest.stdout, rest
    next(story, None)
    until(f"nothing in {case.source}", lambda: not waiting(case.source), seconds=60)
    assert waiting(case.dead_letters) == 0


def a_record_that_was_set_aside_reaches_the_history_once_code_can_read_it(stack, api):
    scene = Scene(api)
    scene.submit().must(201)
    archived = until("the entry of the history", lambda: entry(stack, scene.claim, "H#000001"))
    record = entry(stack, scene.claim, "A")
    # As older code would have left it: the record is in the queue, and the entry was never written.
    client("dynamodb").delete_item(TableName=stack["table"], Key=key(scene.claim, "H#000001"))
    park(record)
    done = tool.run("redrive", "--queue", "ParkQueue")
    assert done.returncode == 0 and "1 moved, 0 waiting" in done.stdout, done
    assert entry(stack, scene.claim, "H#000001").keys() == archived.keys()


def a_record_that_still_cannot_be_read_stays_and_the_redrive_says_so(stack):
    park({**key(uuid.uuid4().hex[:26], "A"), "v": {"S": "one"}})
    try:
        refused = tool.run("redrive", "--queue", "ParkQueue")
        assert refused.returncode == 1 and "still cannot be read" in refused.stderr, refused
        assert waiting("ParkQueue") == 1
    finally:
        client("sqs").purge_queue(QueueUrl=physical("ParkQueue"))


@pytest.mark.parametrize("queue", ["ShardQueue", "NoSuchQueue"])
def a_queue_that_has_no_dead_letters_in_it_is_refused_with_those_that_have(stack, queue):
    refused = tool.run("redrive", "--queue", queue)
    assert refused.returncode == 1 and "DeliveryDeadLetters" in refused.stderr and "ParkQueue" in refused.stderr, refused


@contextmanager
def broken(case: Case):
    """The reader fails, and what it fails at is given up after two attempts within seconds. Afterwards all is as before."""
    sqs, iam, role = client("sqs"), client("iam"), physical(f"{case.reader}Role")
    before = {}
    denied = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": list(case.denied), "Resource": "*"}]}
    iam.put_role_policy(RoleName=role, PolicyName="broken", PolicyDocument=json.dumps(denied))
    try:
        # What the same reader fails at of its other queues comes back within seconds as well, and is never given up.
        for queue in [other.source for other in CASES if other.reader == case.reader]:
            url = physical(queue)
            before[url] = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout", "RedrivePolicy"])["Attributes"]
            attempts = {**json.loads(before[url]["RedrivePolicy"]), "maxReceiveCount": 2 if queue == case.source else 1000}
            sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1", "RedrivePolicy": json.dumps(attempts)})
        yield
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName="broken")
        for url, attributes in before.items():
            sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)


def key(claim: str, sort: str) -> dict:
    return {"pk": {"S": f"C#{claim}"}, "sk": {"S": sort}}


def entry(stack: dict, claim: str, sort: str) -> dict | None:
    """An item of a claim in the table itself."""
    return client("dynamodb").get_item(TableName=stack["table"], Key=key(claim, sort), ConsistentRead=True).get("Item")


def version(stack: dict, scene: Scene) -> int:
    """The version in the table itself: asking the API would close what is due."""
    return int(entry(stack, scene.claim, "A")["v"]["N"])


def park(item: dict) -> None:
    """Sets the record of a new item aside, as `publish` does. Binary values are in base64 there."""
    record = sample.read("publish", "submitted")["Records"][0]
    record["dynamodb"].update(Keys={name: item[name] for name in ("pk", "sk")}, NewImage=item)
    body = json.dumps(record, default=lambda value: base64.b64encode(value).decode())
    client("sqs").send_message(QueueUrl=physical("ParkQueue"), MessageBody=body)
