"""Writes what the peers take from the project's own sources, as JSON beside each of them: the operator's
holidays, and the English texts of problems.

    python3.11 tests/bench/peers/generate.py
"""

import json
import re
from pathlib import Path

PEERS = Path(__file__).parent
SHARED = PEERS.parents[2] / "shared"
STATUSES = {
    "malformed-body": 400, "idempotency-key-missing": 400, "unauthenticated": 401, "role-not-allowed": 403,
    "code-wrong": 403, "not-found": 404, "invalid-state": 409, "duplicate-claim": 409, "blocked-by-customer": 409,
    "payload-too-large": 413, "unsupported-media-type": 415, "invalid-fields": 422, "idempotency-conflict": 422,
    "quota-exceeded": 429, "code-locked": 429, "unavailable": 503,
}


def calendar(country: str) -> dict:
    """A country without subdivisions or estimated days: weekend, and every holiday of its years."""
    lines = [line.split("|") for line in (SHARED / f"domain/data/countries/{country}.txt").read_text().splitlines()]
    first, last = next((int(line[1]), int(line[2])) for line in lines if line[0] == "years")
    weekend = next(line[3] for line in lines if line[0] == "weekend")
    days = set()
    for line in lines:
        if line[0] == "estimated":
            raise SystemExit(f"{country} has estimated holidays")
        for word in line[3].split() if line[0] == "holiday" else []:
            years = range(first, last + 1) if len(word) == 4 else [2000 + int(word[:2])]
            days |= {f"{year}-{word[-4:-2]}-{word[-2:]}" for year in years}
    weekend = [int(day) for day in weekend]
    return {"country": country, "years": [first, last], "weekend": weekend, "holidays": sorted(days)}


def texts() -> dict:
    source = re.sub(r"\{ \$(\w+) \}", r"{\1}", (SHARED / "http/src/texts/en.ftl").read_text())
    entries = re.findall(r"^([\w-]+) = (.*)(?:\n    \.detail = (.*))?$", source, re.M)
    problems = {code: [STATUSES[code], title, detail] for code, title, detail in entries if code in STATUSES}
    fields = {code.removeprefix("field-"): text for code, text, _ in entries if code.startswith("field-")}
    return {"problems": problems, "fields": fields}


def main() -> None:
    for folder in (PEERS / "python" / "app", PEERS / "node" / "src"):
        for name, value in (("holidays.json", calendar("CZ")), ("texts.json", texts())):
            (folder / name).write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
