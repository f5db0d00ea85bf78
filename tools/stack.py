"""A deployed stack, as the operators' tools see it: its resources by their names in the template.

The credentials of the account stand in the environment, as for the AWS CLI. With `AWS_ENDPOINT_URL` that of
the local cloud the same tools work there.
"""

import re
import sys
from functools import cached_property, wraps
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import yaml
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

STACK_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}")
TEMPLATE = Path(__file__).resolve().parents[1] / "template.yaml"


class Refused(Exception):
    """What was asked for is not done, and why."""


def connect(service: str):
    """A client of a service. It waits for as long as a function may run, and asks again a few times."""
    return boto3.client(service, config=Config(read_timeout=90, retries={"max_attempts": 4, "mode": "standard"}))


def code_of(error: ClientError) -> str:
    """The code of an error of AWS."""
    return error.response.get("Error", {}).get("Code", "")


def print_refusal(main):
    """Has a tool end with 1 and say why, where it is refused or AWS refuses; with 0 where it says nothing else."""
    @wraps(main)
    def run(*given, **named) -> int:
        try:
            return main(*given, **named) or 0
        except (Refused, ClientError, BotoCoreError) as refusal:
            print(refusal, file=sys.stderr)
            return 1
    return run


def describe(name: str, connect=connect) -> dict | None:
    """What CloudFormation says about a stack; nothing where there is none."""
    if not STACK_NAME.fullmatch(name):
        raise Refused(f"{name!r} is no name of a stack")
    try:
        return connect("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if code_of(error) == "ValidationError" and "does not exist" in str(error):
            return None
        raise


class Stack:
    """A stack that is there. `connect` makes clients; tests put others in its place."""

    def __init__(self, name: str, connect=connect):
        described = describe(name, connect)
        if described is None:
            raise Refused(f"there is no stack {name!r} in this account and region")
        self.name, self.id, self.status = name, described["StackId"], described["StackStatus"]
        self.outputs = {one["OutputKey"]: one["OutputValue"] for one in described.get("Outputs", [])}
        self.parameters = {one["ParameterKey"]: one["ParameterValue"] for one in described.get("Parameters", [])}
        self.is_protected = bool(described.get("EnableTerminationProtection"))
        self.connect = connect

    @cached_property
    def resources(self) -> dict[str, tuple[str, str]]:
        """Type and physical id of every resource, by its name in the template."""
        pages = self.connect("cloudformation").get_paginator("list_stack_resources").paginate(StackName=self.id)
        return {
            one["LogicalResourceId"]: (one["ResourceType"], one["PhysicalResourceId"])
            for page in pages for one in page["StackResourceSummaries"] if one.get("PhysicalResourceId")
        }

    def of_type(self, resource_type: str) -> dict[str, str]:
        """The physical ids of all resources of a type, by their names in the template."""
        return {name: id for name, (kind, id) in self.resources.items() if kind == resource_type}

    def resource(self, name: str) -> str:
        """The physical id of a resource."""
        if name not in self.resources:
            raise Refused(f"the stack {self.name} has no {name}")
        return self.resources[name][1]

    @property
    def is_sandbox(self) -> bool:
        return self.parameters.get("Sandbox") == "true"

    @cached_property
    def is_local(self) -> bool:
        """Whether this is the local cloud, where some of what AWS does is not done."""
        endpoint = self.connect("cloudformation").meta.endpoint_url
        return urlsplit(endpoint).hostname in ("127.0.0.1", "localhost")


class _Loader(yaml.SafeLoader):
    """Reads a template without carrying out its functions."""


_Loader.add_multi_constructor("!", lambda loader, suffix, node: None)


def template_parameters(template: Path = TEMPLATE) -> dict[str, dict]:
    """The parameters of the template, by name."""
    return yaml.load(template.read_text(), Loader=_Loader)["Parameters"]
