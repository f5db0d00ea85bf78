"""The operators' tools where the services are played: the order of their steps, and what they refuse."""

import io
import json
import sys

import pytest

from settings import ROOT

sys.path.insert(0, str(ROOT / "tools"))

import redrive  # noqa: E402


class PlayedStack:
    """A stack whose services are objects of the test."""

    def __init__(self, services: dict, resources: dict[str, tuple[str, str]] | None = None):
        self.name, self.services, self.resources = "cpor", services, resources or {}

    def connect(self, service: str):
        return self.services[service]

    def of_type(self, kind: str) -> dict[str, str]:
        return {name: id for name, (own, id) in self.resources.items() if own == kind}

    def resource(self, name: str) -> str:
        return self.resources[name][1]


class PlayedQueues:
    """Queues in memory. What is received stays there until it is deleted; `stops_at` is the call that fails."""

    def __init__(self, **queues: list[str]):
        self.queues = {name: [{"Body": body, "MessageId": body, "ReceiptHandle": body} for body in bodies] for name, bodies in queues.items()}
        self.dead_letters_of: dict[str, str] = {}
        self.held: set[str] = set()
        self.stops_at = ""

    def get_queue_attributes(self, QueueUrl, AttributeNames):
        own = {"QueueArn": f"arn:{QueueUrl}", "ApproximateNumberOfMessages": str(len(self.queues[QueueUrl]))}
        target = self.dead_letters_of.get(QueueUrl)
        return {"Attributes": {**own, **({"RedrivePolicy": json.dumps({"deadLetterTargetArn": f"arn:{target}"})} if target else {})}}

    def receive_message(self, QueueUrl, MaxNumberOfMessages, **_):
        found = [one for one in self.queues[QueueUrl] if one["ReceiptHandle"] not in self.held][:MaxNumberOfMessages]
        self.held |= {one["ReceiptHandle"] for one in found}
        return {"Messages": found} if found else {}

    def send_message(self, QueueUrl, MessageBody, **attributes):
        self._stop("send")
        self.queues[QueueUrl].append({"Body": MessageBody, "MessageId": MessageBody, "ReceiptHandle": f"{MessageBody}'", **attributes})

    def delete_message(self, QueueUrl, ReceiptHandle):
        self._stop("delete")
        self.queues[QueueUrl] = [one for one in self.queues[QueueUrl] if one["ReceiptHandle"] != ReceiptHandle]

    def bodies(self, name: str) -> list[str]:
        return [one["Body"] for one in self.queues[name]]

    def _stop(self, call: str) -> None:
        if self.stops_at == call:
            raise KeyboardInterrupt(call)


class PlayedFunctions:
    """Functions that answer as the test says, and what they were given."""

    def __init__(self, answer: bytes = b"null", **more):
        self.answer, self.more, self.given = answer, more, []

    def invoke(self, FunctionName, LogType, Payload):
        self.given.append((FunctionName, json.loads(Payload)))
        return {"Payload": io.BytesIO(self.answer), **self.more}


def queues_of_deliveries(count: int) -> tuple[PlayedQueues, PlayedStack]:
    queues = PlayedQueues(deliveries=[], dead=[f"m{number}" for number in range(count)])
    queues.dead_letters_of["deliveries"] = "dead"
    urls = {"DeliveryQueue": ("AWS::SQS::Queue", "deliveries"), "DeliveryDeadLetters": ("AWS::SQS::Queue", "dead")}
    return queues, PlayedStack({"sqs": queues}, urls)


def every_message_is_moved_with_its_attributes_and_no_more_than_were_there():
    queues, stack = queues_of_deliveries(25)
    queues.queues["dead"][0].update(
        MessageAttributes={"waited": {"DataType": "Number", "StringValue": "3", "StringListValues": []}},
        Attributes={"AWSTraceHeader": "Root=1-5759e988-bd862e3fe1be46a994272793", "SenderId": "somebody"},
    )
    assert redrive.Redrive(stack, "DeliveryDeadLetters").run() == 25
    assert (len(queues.bodies("deliveries")), queues.bodies("dead")) == (25, [])
    first = queues.queues["deliveries"][0]
    assert first["MessageAttributes"] == {"waited": {"DataType": "Number", "StringValue": "3"}}
    assert first["MessageSystemAttributes"]["AWSTraceHeader"]["StringValue"].startswith("Root=1-")


@pytest.mark.parametrize("call", ["send", "delete"])
def a_redrive_that_is_stopped_anywhere_has_every_message_somewhere(call):
    queues, stack = queues_of_deliveries(3)
    queues.stops_at = call
    with pytest.raises(KeyboardInterrupt):
        redrive.Redrive(stack, "DeliveryDeadLetters").run()
    assert set(queues.bodies("dead")) | set(queues.bodies("deliveries")) == {"m0", "m1", "m2"}
    queues.stops_at, queues.held = "", set()
    assert redrive.Redrive(stack, "DeliveryDeadLetters").run() == 3
    assert set(queues.bodies("deliveries")) == {"m0", "m1", "m2"} and not queues.bodies("dead")


def queue_of_events(functions: PlayedFunctions) -> tuple[PlayedQueues, PlayedStack]:
    queues = PlayedQueues(dead=['{"detail": {"type": "validated"}}'])
    resources = {"NotifyDeadLetters": ("AWS::SQS::Queue", "dead"), "NotifyFunction": ("AWS::Lambda::Function", "cpor-notify")}
    return queues, PlayedStack({"sqs": queues, "lambda": functions}, resources)


def an_event_that_was_given_up_is_given_to_its_function_and_then_deleted():
    functions = PlayedFunctions()
    queues, stack = queue_of_events(functions)
    assert redrive.main(["--stack", "cpor", "--queue", "NotifyDeadLetters"], lambda name: stack) == 0
    assert functions.given == [("cpor-notify", {"detail": {"type": "validated"}})] and not queues.bodies("dead")


@pytest.mark.parametrize(("answer", "more"), [
    (b'{"errorMessage": "no"}', {"FunctionError": "Unhandled"}),
    (b'{"batchItemFailures": [{"itemIdentifier": "1"}]}', {}),
])
def an_event_that_fails_again_stays_where_it_is(answer, more, capsys):
    queues, stack = queue_of_events(PlayedFunctions(answer, **more))
    assert redrive.main(["--stack", "cpor", "--queue", "NotifyDeadLetters"], lambda name: stack) == 1
    assert len(queues.bodies("dead")) == 1 and "could not do it" in capsys.readouterr().err
