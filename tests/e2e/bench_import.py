"""`make bench-import`: 2,000 claims from a file, interrupted in the middle, and how long each part took."""

import json
import time
import uuid
from datetime import timedelta

from demo import now
from program import Program, claims, tenants
from wait import until

ROWS = 2_000


def a_file_of_two_thousand_rows_is_imported_once(api, stack, tmp_path):
    cpor = Program(tmp_path).sign_in("alpine_admin").sign_in("operator")
    customers = tenants(ROWS)
    cpor.write("tenants.csv", customers)
    said = _time("tenants written, at most 100 a second", lambda: cpor.run(
        "import", "tenants", "tenants.csv", "--per-second", "100", "--json", "--profile", "operator"))
    assert json.loads(said)["counts"] == {"created": ROWS}
    cpor.write("claims.csv", claims(customers, f"bench-{uuid.uuid4().hex[:8]}", (now(api) - timedelta(days=30)).date().isoformat()))

    report = cpor.folder / "claims.report.csv"
    first = cpor.begin("import", "claims.csv", "--profile", "alpine_admin")
    _time("half of the claims, 10 a second", lambda: until(
        "half of the rows", lambda: report.exists() and len(report.read_text().splitlines()) > ROWS // 2, seconds=1800))
    first.kill()
    first.communicate()
    said = _time("all of them again, 10 a second", lambda: cpor.run("import", "claims.csv", "--json", "--profile", "alpine_admin"))
    counts = json.loads(said)["counts"]
    print(f"  {counts}")
    assert counts["present"] >= ROWS // 2 and counts["present"] + counts["created"] == ROWS
    assert len({row["id"] for row in cpor.rows("claims.report.csv")}) == ROWS


def _time(what: str, do):
    began = time.monotonic()
    done = do()
    print(f"\n  {time.monotonic() - began:6.1f} s  {what}", flush=True)
    return done
