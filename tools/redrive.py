"""Gives what waits in a queue that nobody reads to its reader again.

A message of a dead-letter queue is received, sent to the queue that it came from with the same body and
attributes, and deleted, in this order. Where there is no such queue (a record of the stream that `publish` set
aside) the function itself is invoked, and the message deleted once it says that it is done. So this may be stopped at any point and begun again: a message that was under way is worked off
twice at the worst, and is never lost. It moves no more than was there when it began, so that a message that
comes back at once does not go round for ever.
"""

import argparse
import base64
import json
import sys

from stack import Refused, Stack, print_refusal

# The readers of queues that no other queue has for its dead letters. Such a queue holds one record of a stream a message.
RECORDS = {"ParkQueue": "PublishFunction"}
# What `publish` logs when it sets a record aside.
SET_ASIDE = "Record parked"
# How long a message stays with this run: longer than any function may work on it.
HELD_S = 180
# How often an empty answer is asked for again: SQS may look at some of its places only.
EMPTY_ANSWERS = 3


class Redrive:
    """A queue of a stack, and where its messages go."""

    def __init__(self, stack: Stack, queue: str):
        self.stack, self.sqs = stack, stack.connect("sqs")
        urls = stack.of_type("AWS::SQS::Queue")
        attributes = {name: self._attributes(url) for name, url in urls.items()}
        sources = {arn: urls[name] for name, own in attributes.items() if (arn := _dead_letters_of(own))}
        targets = {name: sources.get(own["QueueArn"]) for name, own in attributes.items()}
        known = sorted(name for name in urls if targets[name] or name in RECORDS)
        if queue not in known:
            raise Refused(f"the stack {stack.name} has no such queue; QUEUE is one of: {', '.join(known)}")
        self.queue, self.url, self.source = queue, urls[queue], targets[queue]

    def count(self) -> int:
        """How many messages wait now, as far as SQS knows."""
        return int(self._attributes(self.url)["ApproximateNumberOfMessages"])

    def run(self, most: int | None = None) -> int:
        """Moves what is there, or `most` of it. Says how many messages were moved."""
        left = self.count()
        left = left if most is None else min(left, most)
        moved = empty = 0
        while moved < left and empty < EMPTY_ANSWERS:
            messages = self._receive(min(left - moved, 10 if self.source else 1))
            empty = 0 if messages else empty + 1
            for message in messages:
                self._move(message)
                moved += 1
        return moved

    def _receive(self, most: int) -> list[dict]:
        answer = self.sqs.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=most, VisibilityTimeout=HELD_S, WaitTimeSeconds=1,
            MessageAttributeNames=["All"], MessageSystemAttributeNames=["All"],
        )
        return answer.get("Messages", [])

    def _move(self, message: dict) -> None:
        """Gives one message on, and deletes it only when that is done."""
        set_aside_again = False
        if self.source:
            self.sqs.send_message(QueueUrl=self.source, MessageBody=message["Body"], **_attributes_to_send(message))
        else:
            set_aside_again = self._invoke(message)
        self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        if set_aside_again:
            raise Refused("the record still cannot be read and was set aside again: deploy code that can read it, first")

    def _invoke(self, message: dict) -> bool:
        """Gives a message to its reader and waits for the answer. Says whether the reader has set it aside again."""
        reader = self.stack.resource(RECORDS[self.queue])
        try:
            body = json.loads(message["Body"])
        except ValueError:
            raise Refused(f"message {message['MessageId']} is no JSON: look at it, then delete it by hand") from None
        payload = json.dumps({"Records": [body]}).encode()
        answer = self.stack.connect("lambda").invoke(FunctionName=reader, LogType="Tail", Payload=payload)
        said = json.loads(answer["Payload"].read() or b"null")
        if "FunctionError" in answer or (isinstance(said, dict) and said.get("batchItemFailures")):
            raise Refused(f"{reader} could not do it, and the message stays in the queue: its log says why")
        return SET_ASIDE in base64.b64decode(answer.get("LogResult", "")).decode(errors="replace")

    def _attributes(self, url: str) -> dict[str, str]:
        return self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]


def _dead_letters_of(attributes: dict[str, str]) -> str | None:
    """The ARN of the queue that has the dead letters of a queue."""
    policy = attributes.get("RedrivePolicy")
    return json.loads(policy)["deadLetterTargetArn"] if policy else None


def _attributes_to_send(message: dict) -> dict:
    """The attributes of a received message in the form in which they are sent.

    Of those that are SQS's own a sender sets the trace alone.
    """
    kept = ("DataType", "StringValue", "BinaryValue")
    own = {name: {key: value[key] for key in kept if key in value} for name, value in message.get("MessageAttributes", {}).items()}
    trace = message.get("Attributes", {}).get("AWSTraceHeader")
    traced = {"MessageSystemAttributes": {"AWSTraceHeader": {"DataType": "String", "StringValue": trace}}} if trace else {}
    return {"MessageAttributes": own, **traced}


@print_refusal
def main(arguments: list[str], open_stack=Stack):
    asking = argparse.ArgumentParser(prog="redrive", description="Gives what waits in a queue that nobody reads to its reader again.")
    asking.add_argument("--stack", required=True)
    asking.add_argument("--queue", required=True, help="the queue's name in the template")
    asking.add_argument("--most", type=int, help="at most so many messages")
    asked = asking.parse_args(arguments)
    if asked.most is not None and asked.most < 1:
        raise Refused("--most is 1 or more")
    redrive = Redrive(open_stack(asked.stack), asked.queue)
    print(f"{redrive.count()} waiting in {asked.queue}", flush=True)
    moved = redrive.run(asked.most)
    print(f"{moved} moved, {redrive.count()} waiting")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
