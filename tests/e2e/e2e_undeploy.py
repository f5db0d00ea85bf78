"""A sandbox beside the tests' own stack, deployed and deleted by the operators' commands."""

import platform

import pytest

import tool
from aws import client
from settings import OPERATOR_CONTACT, OPERATOR_NAME, SENDER

NAME = "cpor-for-a-while"
KEPT = {"AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::Cognito::UserPool", "AWS::SecretsManager::Secret", "AWS::KMS::Key"}


@pytest.fixture(scope="module")
def sandbox(stack):
    """A sandbox with a document and a daily root in its bucket; its resources by type."""
    architecture = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}[platform.machine()]
    parameters = [
        f"Architecture={architecture}", f"SenderAddress={SENDER}", f"OperatorContact={OPERATOR_CONTACT}", f"OperatorName={OPERATOR_NAME}",
    ]
    done = tool.run(
        "deploy_stack", *(word for one in parameters for word in ("--parameter", one)), "--parameters", "Sandbox=true MalwareScan=external",
        "--", "--no-progressbar", stack=NAME, seconds=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    pages = client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=NAME)
    found = [(one["ResourceType"], one["PhysicalResourceId"]) for page in pages for one in page["StackResourceSummaries"]]
    for kind, id in found:
        if kind == "AWS::S3::Bucket":
            client("s3").put_object(Bucket=id, Key="clean/left.pdf", Body=b"%PDF-")
            client("s3").put_object(Bucket=id, Key="roots/2026-12-22.json", Body=b"{}", IfNoneMatch="*")
    yield found
    tool.run("undeploy", "--yes", NAME, stack=NAME, seconds=120)


def a_sandbox_is_deleted_with_what_holds_its_data_once_its_name_is_typed(stack, sandbox):
    refused = tool.run("undeploy", stack=NAME, given="cpor\n")
    assert refused.returncode == 1 and "nothing was deleted" in refused.stderr, refused
    done = tool.run("undeploy", stack=NAME, given=f"{NAME}\n", seconds=120)
    assert done.returncode == 0, done.stdout + done.stderr
    ids = {id for kind, id in sandbox if kind in KEPT}
    assert ids and all(id in done.stdout for id in ids), done.stdout
    assert not [table for table in client("dynamodb").list_tables()["TableNames"] if table in ids]
    assert not [bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"] if bucket["Name"] in ids]
    assert not [pool["Id"] for pool in client("cognito-idp").list_user_pools(MaxResults=60)["UserPools"] if pool["Id"] in ids]
    assert not [secret["Name"] for secret in client("secretsmanager").list_secrets()["SecretList"] if secret["Name"] in ids]
    keys = [id for kind, id in sandbox if kind == "AWS::KMS::Key"]
    states = {client("kms").describe_key(KeyId=id)["KeyMetadata"]["KeyState"] for id in keys}
    assert states == {"PendingDeletion"}


def another_stack_is_not_touched_by_it(stack, sandbox, api):
    assert api.get("/v1/health").status == 200
    gone = tool.run("undeploy", stack=NAME, given=f"{NAME}\n")
    assert gone.returncode == 1 and "there is no stack" in gone.stderr, gone
