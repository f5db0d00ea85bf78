"""The decision link in a mail: whose notice it is."""

import base64
import re
from dataclasses import dataclass

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
