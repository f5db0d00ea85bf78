"""Builds the functions for this machine and deploys the template, unchanged, on the local cloud."""

import hashlib
import json
import platform
import shutil
import subprocess
import sys

from aws import client
from settings import BINARIES, OPERATOR_CONTACT, ROOT, SENDER, SHARDS, STACK, STATE, TEMPLATE, TOOLS, tool_environment

DEPLOYED = STATE / "deployed"
LOG = STATE / "deploy.log"
LOCAL_BATCHES = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "dynamodb:BatchExecuteStatement", "Resource": "*"}],
}


def build() -> None:
    """Builds every function once, in the profile and for the target that `cargo test` uses too."""
    command = [str(TOOLS / "cargo-lambda"), "lambda", "build", "--workspace", "--bins", "--compiler", "cargo"]
    subprocess.run(command, cwd=ROOT, env=tool_environment(), check=True)


def is_current() -> bool:
    """Whether what is built now is what was deployed last."""
    return DEPLOYED.exists() and DEPLOYED.read_text() == _fingerprint()


def deploy() -> None:
    """Deploys; shows the tool's output only if it fails."""
    _verify_sender()
    command = [
        str(TOOLS / "sam"), "deploy", "--template-file", str(TEMPLATE), "--stack-name", STACK, "--resolve-s3",
        "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar",
        "--parameter-overrides", *(f"{name}={value}" for name, value in _parameters().items()),
    ]
    with LOG.open("w") as log:
        done = subprocess.run(command, cwd=ROOT, env=tool_environment(), stdout=log, stderr=subprocess.STDOUT)
    if done.returncode:
        sys.exit(f"{LOG.read_text()}\nThe template could not be deployed; the output above is {LOG}.")
    _let_batches_pass()
    DEPLOYED.write_text(_fingerprint())


def _let_batches_pass() -> None:
    """The local cloud wants an action for BatchExecuteStatement that IAM does not know.

    On AWS the statements' own actions count. Here each role that has them gets the other one too.
    """
    iam = client("iam")
    for role in (role["RoleName"] for role in iam.list_roles()["Roles"]):
        for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            if "dynamodb:PartiQLUpdate" in json.dumps(iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]):
                iam.put_role_policy(RoleName=role, PolicyName="local-batches", PolicyDocument=json.dumps(LOCAL_BATCHES))


def _parameters() -> dict[str, str]:
    architecture = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}[platform.machine()]
    return {
        "Architecture": architecture, "Sandbox": "true", "Shards": str(SHARDS),
        "SenderAddress": SENDER, "OperatorContact": OPERATOR_CONTACT,
    }


def _verify_sender() -> None:
    """What an operator does once, outside the template: SES sends for known domains only."""
    ses, domain = client("sesv2"), SENDER.partition("@")[2]
    if domain not in (known["IdentityName"] for known in ses.list_email_identities()["EmailIdentities"]):
        ses.create_email_identity(EmailIdentity=domain)


def _fingerprint() -> str:
    total = hashlib.sha256(repr(_parameters()).encode())
    for file in (TEMPLATE, *sorted(BINARIES.glob("*/bootstrap"))):
        with file.open("rb") as content:
            total.update(file.parent.name.encode() + hashlib.file_digest(content, "sha256").digest())
    return total.hexdigest()


def forget() -> None:
    """Removes what was kept about the deployment."""
    for file in (DEPLOYED, LOG):
        file.unlink(missing_ok=True)
    shutil.rmtree(STATE / "tmp", ignore_errors=True)
