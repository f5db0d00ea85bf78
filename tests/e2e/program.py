"""The program `cpor`, as it was built with the functions, with a folder of configurations of its own."""

import csv
import os
import subprocess
import uuid
from pathlib import Path

from settings import BINARIES, STATE

PROGRAM = BINARIES / "cpor" / "bootstrap"
CLAIM_COLUMNS = [
    "import_id", "external_ref", "program", "tenant_id", "tenant_domain", "items", "activity", "location_id", "customer_name",
    "customer_title", "customer_email", "partner_name", "partner_email", "label", "evidence_name", "evidence_sha256",
    "evidence_acknowledged_on",
]


class Program:
    """The program in a folder."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.environment = {**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config")}

    def begin(self, *arguments: str) -> subprocess.Popen:
        """The program, which runs."""
        pipe = subprocess.PIPE
        return subprocess.Popen([PROGRAM, *arguments], cwd=self.folder, env=self.environment, stdout=pipe, stderr=pipe, text=True)

    def run(self, *arguments: str, code: int = 0) -> str:
        """What the program printed, if it ended with that code."""
        done = subprocess.run(
            [PROGRAM, *arguments], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=3600, check=False
        )
        assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        return done.stdout

    def sign_in(self, who: str) -> "Program":
        """The tokens of a person of the tests' stack, under the person's own name."""
        said = self.run("login", "--stack", str(STATE / "stack.json"), "--as", who, "--profile", who)
        assert said.startswith("Signed in as"), said
        return self

    def rows(self, file: str) -> list[dict[str, str]]:
        """A table that the program wrote."""
        with (self.folder / file).open(newline="") as text:
            return list(csv.DictReader(text))

    def write(self, file: str, rows: list[dict[str, str]]) -> None:
        """A file for an import."""
        with (self.folder / file).open("w", newline="") as text:
            writer = csv.DictWriter(text, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)


def tenants(count: int) -> list[dict[str, str]]:
    """Rows of customers that are there for one test."""
    mark = uuid.uuid4().hex[:8]
    return [
        {
            "id": str(uuid.uuid4()), "name": f"Customer {mark} {no}", "status": "active", "domains": f"c{no}-{mark}.example",
            "country": "CZ", "time_zone": "Europe/Prague", "locale": "en",
            "contacts": f"IT desk <it@c{no}-{mark}.example> verified", "items": "workload:teams:teams workload:exchange-online:exchange-online",
        }
        for no in range(count)
    ]


def claims(customers: list[dict[str, str]], import_id: str, acknowledged_on: str) -> list[dict[str, str]]:
    """A claim at each of them."""
    return [
        dict(zip(CLAIM_COLUMNS, [
            import_id, f"{import_id}-{no}", "osu-m365", customer["id"], customer["domains"], "workload:teams", "usage", "4711",
            "Jana Nováková", "IT", f"it@{customer['domains']}", "Petr Svoboda", "petr@alpine.example", f"=1+{no}", "sow.pdf", "a" * 64,
            acknowledged_on,
        ], strict=True))
        for no, customer in enumerate(customers)
    ]
