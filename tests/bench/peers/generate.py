"""Writes the English texts of the problems that the peers answer, from the project's own texts.

    python3.11 tests/bench/peers/generate.py
"""

import json
import re
from pathlib import Path

PEERS = Path(__file__).parent
TEXTS = PEERS.parents[2] / "shared/language/texts/en/problems.ftl"
STATUSES = {
    "malformed-body": 400, "code-wrong": 403, "not-found": 404, "invalid-state": 409, "payload-too-large": 413,
    "unsupported-media-type": 415, "invalid-fields": 422, "code-locked": 429, "unavailable": 503,
}
FIELDS = ("required", "malformed", "unknown-field", "duplicate")


def texts() -> dict:
    source = re.sub(r"\{ \$(\w+) \}", r"{\1}", TEXTS.read_text())
    entries = re.findall(r"^([\w-]+) = (.*)(?:\n    \.detail = (.*))?$", source, re.M)
    problems = {code: [STATUSES[code], title, detail] for code, title, detail in entries if code in STATUSES}
    fields = {name.removeprefix("field-"): text for name, text, _ in entries if name.startswith("field-")}
    return {"problems": problems, "fields": {code: fields[code] for code in FIELDS}}


def main() -> None:
    path = PEERS / "python" / "app" / "texts.json"
    path.write_text(json.dumps(texts(), ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
