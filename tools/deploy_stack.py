"""Deploys what is built, and protects what it has made.

A stack that is protected from its first second cannot be rolled back when its first deploy fails. So a new one
is made without protection, then given it, and last CloudFormation is told not to delete the stack. A sandbox is
never protected. Whatever was done already is seen and not done again, so a deploy that was stopped is repeated.
"""

import argparse
import os
import shlex
import subprocess
import sys
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from stack import TEMPLATE, Refused, connect, describe, template_parameters

SAM = Path(sys.executable).parent / "sam"
PROTECTED = "Protected"
LOOK_ONLY = "--no-execute-changeset"

READY = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE")
# What has to be done by hand before anything can be deployed.
STUCK = {
    "ROLLBACK_COMPLETE": "its first deploy failed and was rolled back: `aws cloudformation delete-stack --stack-name {name}`, then deploy again",
    "ROLLBACK_FAILED": "its first deploy failed and could not be rolled back: its events say at what; delete it, then deploy again",
    "CREATE_FAILED": "its first deploy failed: delete it, then deploy again",
    "DELETE_FAILED": "it was deleted in part: finish that first",
    "UPDATE_ROLLBACK_FAILED": "an update could not be rolled back: `aws cloudformation continue-update-rollback --stack-name {name}`",
}


def read_parameters(words: list[str], names: set[str]) -> dict[str, str]:
    """`Name=value` words as parameters of the template."""
    parameters: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or name not in names:
            raise Refused(f"{word!r} is no parameter: `Name=value`, and Name is one of {', '.join(sorted(names - {PROTECTED}))}")
        if name == PROTECTED:
            raise Refused(f"{PROTECTED} is set by the deploy itself")
        if name in parameters:
            raise Refused(f"{name} is given twice")
        parameters[name] = value
    return parameters


def plan(name: str, found: dict | None, given: dict[str, str], names: set[str], look_only: bool) -> list[dict[str, str] | None]:
    """The deploys, each with the parameters that it has besides those that are given; `None` protects the stack."""
    status = found["StackStatus"] if found else "REVIEW_IN_PROGRESS"
    is_new = status == "REVIEW_IN_PROGRESS"  # a change set was made, and nothing of it carried out
    if not is_new and status not in READY:
        why = STUCK.get(status, "it is being changed right now: wait, then deploy again")
        raise Refused(f"{name} is {status}: {why.format(name=name)}")
    before = {} if is_new else {one["ParameterKey"]: one["ParameterValue"] for one in found.get("Parameters", [])}
    sandbox = given.get("Sandbox", before.get("Sandbox", "false"))
    if not is_new and sandbox != before.get("Sandbox", "false"):
        raise Refused(f"{name} was deployed with Sandbox={before.get('Sandbox', 'false')}, which stays so: use another stack")
    unprotected, protected = ({PROTECTED: "false"}, {PROTECTED: "true"}) if PROTECTED in names else ({}, {})
    if sandbox == "true":
        return [unprotected]
    if look_only:
        return [unprotected if is_new else protected]
    first = [unprotected] if is_new and unprotected else []
    return [*first, protected, None]


def sam_command(name: str, parameters: dict[str, str], more: list[str]) -> list[str]:
    """The deploy of SAM. A value is quoted, since it may have spaces in it."""
    quoted = ["{}=\"{}\"".format(key, value.replace("\\", "\\\\").replace('"', '\\"')) for key, value in parameters.items()]
    return [
        str(SAM), "deploy", "--template-file", str(TEMPLATE), "--stack-name", name, "--resolve-s3", "--capabilities", "CAPABILITY_IAM",
        "--no-fail-on-empty-changeset", "--parameter-overrides", *quoted, *more,
    ]


def run_sam(command: list[str]) -> None:
    subprocess.run(command, cwd=TEMPLATE.parent, env={**os.environ, "SAM_CLI_ENABLE_LANGUAGE_EXTENSIONS": "1"}, check=True)


def deploy(name: str, given: dict[str, str], more: list[str], run=run_sam, connect=connect) -> None:
    """Carries out the plan, one step after the other."""
    names = set(template_parameters())
    steps = plan(name, describe(name, connect), given, names, LOOK_ONLY in more)
    for number, step in enumerate(steps, 1):
        what = "the stack is protected against deletion" if step is None else "deploy " + " ".join(f"{key}={value}" for key, value in step.items())
        print(f"[{number}/{len(steps)}] {what.strip()}", flush=True)
        if step is None:
            connect("cloudformation").update_termination_protection(StackName=name, EnableTerminationProtection=True)
        else:
            run(sam_command(name, {**given, **step}, more))


def main(arguments: list[str]) -> int:
    asking = argparse.ArgumentParser(prog="deploy_stack", description="Deploys what is built, and protects what it has made.")
    asking.add_argument("--stack", required=True)
    asking.add_argument("--parameter", action="append", default=[], metavar="NAME=VALUE")
    asking.add_argument("--parameters", default="", help="more of them, in one text")
    asking.add_argument("sam", nargs="*", help="what `sam deploy` is given as it is")
    asked = asking.parse_args(arguments)
    try:
        given = read_parameters([*asked.parameter, *shlex.split(asked.parameters)], set(template_parameters()) | {PROTECTED})
        deploy(asked.stack, given, asked.sam)
    except subprocess.CalledProcessError as failed:
        print("The deploy failed at this step; what was done before it stays. Repeat it when the cause is gone.", file=sys.stderr)
        return failed.returncode
    except (Refused, ClientError, BotoCoreError, ValueError) as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
