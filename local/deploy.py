"""Builds the functions for this machine and deploys the template, unchanged, on the local cloud."""

import hashlib
import json
import platform
import shutil
import subprocess
import sys

from aws import client, outputs
from settings import BINARIES, OPERATOR_CONTACT, OPERATOR_NAME, ROOT, SENDER, SHARDS, STACK, STATE, TEMPLATE, TOOLS, tool_environment

DEPLOYED = STATE / "deployed"
LOG = STATE / "deploy.log"
# Where the local cloud's IAM is not that of AWS: an action of the template, and the statement that a
# role which has it needs here besides.
LOCAL_DIFFERENCES = {
    # AWS asks for the actions of the statements in a batch; here the batch is an action of its own.
    "dynamodb:PartiQLUpdate": {"Effect": "Allow", "Action": "dynamodb:BatchExecuteStatement", "Resource": "*"},
    # On AWS the permission to send is that to send a batch.
    "sqs:SendMessage": {"Effect": "Allow", "Action": "sqs:SendMessageBatch", "Resource": "*"},
    # A reference to a secret is its ARN on AWS and its name here.
    "secretsmanager:GetSecretValue": {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"},
    # AWS compares the prefix of a list; here there is nothing to compare with.
    "s3:prefix": {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"},
    # AWS asks for the sender's identity and the configuration set; here it is always "*".
    "ses:SendEmail": {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"},
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
    _bridge_differences()
    DEPLOYED.write_text(_fingerprint())


def _bridge_differences() -> None:
    """Gives each role what only the local cloud asks for, and only where the template gives the same. And takes away
    the bucket's policy, which refuses what comes without TLS: the local cloud honours it and speaks none."""
    client("s3").delete_bucket_policy(Bucket=outputs()["DocumentsBucket"])
    iam = client("iam")
    for role in (role["RoleName"] for role in iam.list_roles()["Roles"]):
        policies = [policy["PolicyArn"] for policy in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]]
        given = json.dumps([_document(iam, policy) for policy in policies])
        statements = [statement for action, statement in LOCAL_DIFFERENCES.items() if action in given]
        if statements:
            document = {"Version": "2012-10-17", "Statement": statements}
            iam.put_role_policy(RoleName=role, PolicyName="local", PolicyDocument=json.dumps(document))


def _document(iam, policy: str) -> dict | str:
    version = iam.get_policy(PolicyArn=policy)["Policy"]["DefaultVersionId"]
    return iam.get_policy_version(PolicyArn=policy, VersionId=version)["PolicyVersion"]["Document"]


def _parameters() -> dict[str, str]:
    """What this stack is deployed with."""
    architecture = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}[platform.machine()]
    return {
        "Architecture": architecture, "Sandbox": "true", "Protected": "false", "SecondFactor": "OPTIONAL", "Shards": str(SHARDS),
        "SenderAddress": SENDER, "OperatorContact": OPERATOR_CONTACT, "OperatorName": f'"{OPERATOR_NAME}"', "MalwareScan": "external",
        "SignInPrefix": "cpor-local",
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
