"""Clients of the local cloud's own services, and what was deployed there."""

import json
import urllib.request
from functools import cache

import boto3
from botocore.config import Config

from settings import AWS, ENDPOINT, OUTBOX, REGION, STACK


@cache
def client(service: str):
    return boto3.client(
        service, endpoint_url=ENDPOINT, region_name=REGION, config=Config(read_timeout=90, retries={"max_attempts": 2}),
        aws_access_key_id=AWS["AWS_ACCESS_KEY_ID"], aws_secret_access_key=AWS["AWS_SECRET_ACCESS_KEY"],
    )


def outputs() -> dict[str, str]:
    """The outputs of the deployed template."""
    stack = client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def physical(name: str) -> str:
    """The physical id of a resource of the template."""
    found = client("cloudformation").describe_stack_resources(StackName=STACK, LogicalResourceId=name)["StackResources"]
    return found[0]["PhysicalResourceId"]


def waiting(queue: str) -> int:
    """How many messages a queue of the template has, with those that somebody holds."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = client("sqs").get_queue_attributes(QueueUrl=physical(queue), AttributeNames=names)["Attributes"]
    return sum(map(int, found.values()))


def outbox() -> list[dict]:
    """Every mail sent so far, oldest first: To, Subject, BodyText, MessageId and more."""
    with urllib.request.urlopen(OUTBOX, timeout=10) as answer:
        accounts = json.load(answer)["messages"]
    return [mail for mails in accounts.values() for mail in mails]


def invoke(function: str, payload: dict) -> dict:
    """Invokes a function by hand and waits for its answer."""
    answer = client("lambda").invoke(FunctionName=function, Payload=json.dumps(payload).encode())
    body = answer["Payload"].read()
    if "FunctionError" in answer:
        raise RuntimeError(f"{function}: {body.decode(errors='replace')}")
    return json.loads(body or b"null")
