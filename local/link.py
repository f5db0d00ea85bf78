"""The decision link in a mail: whose notice it is."""

import base64
import hmac
import json
import re
from dataclasses import dataclass

from aws import client

PATTERN = re.compile(r"https?://\S+/d/([A-Za-z0-9_-]{48})(?![A-Za-z0-9_-])")


@dataclass(frozen=True)
class Link:
    """A decision link, and whom its token names (not who made it: that needs the key)."""

    url: str
    token: str
    claim: str
    notice: int
    recipient: int


def find(text: str) -> Link | None:
    """The decision link of a mail's text, or nothing."""
    found = PATTERN.search(text or "")
    if not found:
        return None
    token = base64.urlsafe_b64decode(found[1])
    claim = base64.b32encode(token[1:17]).decode().rstrip("=").lower()
    return Link(found[0], found[1], claim, int.from_bytes(token[17:19], "big"), token[19])


def sign_old(stack: dict, link: Link) -> tuple[str, str]:
    """Token and code of the same notice in the form without recipients, as they were made before there were any."""
    deployed = client("lambda").get_function_configuration(FunctionName=stack["functions"]["decision"])
    secret_id = deployed["Environment"]["Variables"]["SECRET_ID"]
    keys = json.loads(client("secretsmanager").get_secret_value(SecretId=secret_id)["SecretString"])
    number, named = int(keys["current"]), base64.urlsafe_b64decode(link.token)[1:19]

    def mac(label: bytes) -> bytes:
        return hmac.digest(keys[keys["current"]].encode(), label + bytes([0, number]) + named, "sha256")[:16]

    token = base64.urlsafe_b64encode(bytes([number]) + named + mac(b"cpor/link-token/1")).decode().rstrip("=")
    return token, f"{int.from_bytes(mac(b'cpor/decision-code/1')[:8], 'big') % 1_000_000:06d}"
