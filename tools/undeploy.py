"""Deletes a sandbox, and then what its stack has left: documents, table, users, secrets, keys.

What holds data or keys outlives its stack. So its ids are written down first, the stack is deleted, and then
what is left is deleted by these ids. This may be stopped and begun again: the note is taken up where the stack
is gone already. Anything but a sandbox is refused.
"""

import argparse
import json
import sys
from pathlib import Path

from botocore.exceptions import ClientError, WaiterError

from stack import Refused, STACK_NAME, Stack, code_of, connect, describe, print_refusal

NOTES = Path(".local")
KEY_WAITS_DAYS = 7  # the shortest that KMS takes
# What "it is not there any more" is called.
GONE = ("404", "NoSuchBucket", "ResourceNotFoundException", "NotFoundException")


class Left:
    """What a stack leaves behind, and how each of it is deleted."""

    def __init__(self, connect=connect):
        self.connect = connect
        self.deletes = {
            "AWS::S3::Bucket": self.delete_bucket, "AWS::DynamoDB::Table": self.delete_table, "AWS::Cognito::UserPool": self.delete_pool,
            "AWS::SecretsManager::Secret": self.delete_secret, "AWS::KMS::Key": self.delete_key,
        }

    def delete(self, kind: str, id: str) -> str:
        """Deletes one of it, and says what was done."""
        try:
            return self.deletes[kind](id)
        except ClientError as error:
            if code_of(error) in GONE:
                return "was gone"
            raise

    def empty_bucket(self, name: str) -> int:
        """Deletes every version of every object; says how many. The bucket's policy lets nobody delete a daily root."""
        s3, count = self.connect("s3"), 0
        s3.delete_bucket_policy(Bucket=name)
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
            found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            if found:
                objects = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]
                failed = s3.delete_objects(Bucket=name, Delete={"Objects": objects, "Quiet": True}).get("Errors")
                if failed:
                    raise Refused(f"{name}: {len(failed)} documents could not be deleted ({failed[0]['Code']})")
                count += len(found)
        return count

    def delete_bucket(self, name: str) -> str:
        count = self.empty_bucket(name)
        self.connect("s3").delete_bucket(Bucket=name)
        return f"deleted with {count} versions of documents"

    def delete_table(self, name: str) -> str:
        self.connect("dynamodb").delete_table(TableName=name)
        return "deleted"

    def delete_pool(self, id: str) -> str:
        self.connect("cognito-idp").delete_user_pool(UserPoolId=id)
        return "deleted"

    def delete_secret(self, id: str) -> str:
        self.connect("secretsmanager").delete_secret(SecretId=id, ForceDeleteWithoutRecovery=True)
        return "deleted"

    def delete_key(self, id: str) -> str:
        kms = self.connect("kms")
        if kms.describe_key(KeyId=id)["KeyMetadata"]["KeyState"] == "PendingDeletion":
            return "was scheduled for deletion"
        kms.schedule_key_deletion(KeyId=id, PendingWindowInDays=KEY_WAITS_DAYS)
        return f"will be deleted in {KEY_WAITS_DAYS} days"


def undeploy(name: str, confirm, connect=connect, notes: Path = NOTES) -> None:
    """Deletes the sandbox of that name. `confirm` is asked for the name once it is known what would be deleted."""
    if not STACK_NAME.fullmatch(name):
        raise Refused(f"{name!r} is no name of a stack")
    left, note = Left(connect), notes / f"undeploy-{name}.json"
    if describe(name, connect):
        noted = _look(Stack(name, connect), left)
        before = json.loads(note.read_text()) if note.exists() else {"stack": "", "left": []}
        if before["stack"] == noted["stack"]:  # a deletion that was stopped: what it has deleted is not of the stack any more
            noted["left"] += [one for one in before["left"] if one not in noted["left"]]
        _confirm(name, noted, confirm)
        notes.mkdir(parents=True, exist_ok=True)
        note.write_text(json.dumps(noted, indent=2) + "\n")
    elif note.exists():
        noted = json.loads(note.read_text())
        _check_place(noted["stack"], connect)
        _confirm(name, noted, confirm)
    else:
        raise Refused(f"there is no stack {name!r} in this account and region, and no note of one that was being deleted")
    _delete_stack(noted, left, connect)
    for kind, id in noted["left"]:
        print(f"{kind} {id}: {left.delete(kind, id)}", flush=True)
    note.unlink()


def _look(stack: Stack, left: Left) -> dict:
    """What will be deleted; refused unless it is a sandbox that may be."""
    if not stack.is_sandbox:
        raise Refused(f"{stack.name} is no sandbox: it is not deleted by a command (docs/operations.md §6.4)")
    if stack.is_protected:
        raise Refused(f"somebody has protected {stack.name} against deletion: ask them")
    if stack.status.endswith("_IN_PROGRESS") and stack.status != "REVIEW_IN_PROGRESS":
        raise Refused(f"{stack.name} is {stack.status}: wait, then try again")
    return {"stack": stack.id, "left": [[kind, id] for kind in left.deletes for id in stack.of_type(kind).values()]}


def _confirm(name: str, noted: dict, confirm) -> None:
    print(f"This deletes the stack {name} with all its data:")
    for kind, id in noted["left"]:
        print(f"  {kind} {id}")
    if confirm() != name:
        raise Refused("that is not the stack's name: nothing was deleted")


def _check_place(arn: str, connect) -> None:
    """Refuses a note that was written in another account or region."""
    _, _, _, region, account, _ = arn.split(":", 5)
    sts = connect("sts")
    if (sts.meta.region_name, sts.get_caller_identity()["Account"]) != (region, account):
        raise Refused(f"the note of this stack is of account {account}, region {region}: be there, or remove the note")


def _delete_stack(noted: dict, left: Left, connect) -> None:
    """Deletes the stack and waits for that. Its bucket has to be empty where the template does not keep it."""
    for kind, id in noted["left"]:
        if kind == "AWS::S3::Bucket":
            try:
                left.empty_bucket(id)
            except ClientError as error:
                if code_of(error) not in GONE:
                    raise
    cloudformation = connect("cloudformation")
    cloudformation.delete_stack(StackName=noted["stack"])
    try:
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=noted["stack"])
    except WaiterError as error:
        raise Refused(f"the stack could not be deleted; its events say at what, and this command can be repeated: {error}") from None
    print("the stack is deleted", flush=True)


@print_refusal
def main(arguments: list[str]):
    asking = argparse.ArgumentParser(prog="undeploy", description="Deletes a sandbox with all its data.")
    asking.add_argument("--stack", required=True)
    asking.add_argument("--yes", metavar="NAME", help="the stack's name again, instead of typing it")
    asked = asking.parse_args(arguments)

    def confirm() -> str:
        if asked.yes is not None:
            return asked.yes
        print("Type the stack's name to delete it: ", end="", flush=True)
        return sys.stdin.readline().strip()

    undeploy(asked.stack, confirm)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
