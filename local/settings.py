"""Where the local cloud stands. Read once; two settings let a second one stand beside the first."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PORT = int(os.environ.get("CPOR_PORT", "4566"))
STATE = Path(os.environ.get("CPOR_STATE", ROOT / ".local")).resolve()

STACK = "cpor"
REGION = "us-east-1"
ENDPOINT = f"http://127.0.0.1:{PORT}"
OUTBOX = f"{ENDPOINT}/_ministack/ses/messages"
SENDER = "notices@operator.example"
OPERATOR_CONTACT = "help@operator.example"
OPERATOR_NAME = "Vendor Programs"
SHARDS = 4

BINARIES = ROOT / "target" / "lambda"
TEMPLATE = ROOT / "template.yaml"
TOOLS = ROOT / ".venv" / "bin"

# What the tools and the functions find in their environment: nothing of the caller's account.
AWS = {
    "AWS_ENDPOINT_URL": ENDPOINT,
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
    "SAM_CLI_TELEMETRY": "0",
    "SAM_CLI_ENABLE_LANGUAGE_EXTENSIONS": "1",  # the template has loops
    "__SAM_CLI_APP_DISABLE_VERSION_CHECK": "1",
}


def tool_environment() -> dict[str, str]:
    """The caller's environment without its AWS settings, with the local cloud's instead."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {**kept, **AWS, "PATH": f"{TOOLS}:{kept.get('PATH', '')}"}


def cloud_environment() -> dict[str, str]:
    """What the local cloud starts with, and hands on to every function."""
    return {
        **AWS,
        "PATH": f"{TOOLS}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(STATE),
        "LANG": "C.UTF-8",
        "TMPDIR": str(STATE / "tmp"),
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(PORT),
        "IOT_MTLS_ENABLED": "0",
        "AUTH": "true",  # every function acts under its own role, and what the role lacks is refused
        "PYTHONUNBUFFERED": "1",
    }
