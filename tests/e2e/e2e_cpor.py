"""The command line: a file of claims that is interrupted and sent again, usage, exports, reviews, and the hosted sign-in."""

import html
import json
import re
import urllib.parse
import urllib.request
import uuid
from datetime import timedelta

import pytest

import people
from demo import now
from program import Program, claims, tenants
from settings import ENDPOINT
from wait import until

ROWS = 60


@pytest.fixture
def cpor(stack, tmp_path) -> Program:
    return Program(tmp_path).sign_in("alpine_admin").sign_in("operator").sign_in("reviewer")


def a_file_that_is_interrupted_and_sent_again_makes_no_claim_twice_and_leaves_none_out(api, cpor):
    customers = tenants(ROWS)
    cpor.write("tenants.csv", customers)
    written = json.loads(cpor.run("import", "tenants", "tenants.csv", "--per-second", "100", "--json", "--profile", "operator"))
    assert written["counts"] == {"created": ROWS}
    import_id = f"e2e-{uuid.uuid4().hex[:8]}"
    rows = claims(customers, import_id, (now(api) - timedelta(days=30)).date().isoformat())
    cpor.write("claims.csv", rows)
    cpor.write("few.csv", rows[:3])
    alpine = ("--profile", "alpine_admin")
    dry = json.loads(cpor.run("import", "few.csv", "--dry-run", "--json", *alpine))
    assert dry["counts"] == {"good": 3}

    first = cpor.begin("import", "claims.csv", *alpine)
    report = cpor.folder / "claims.report.csv"
    until("a third of the rows", lambda: report.exists() and len(report.read_text().splitlines()) > ROWS // 3, seconds=60)
    first.kill()
    first.communicate()
    assert len(cpor.rows("claims.report.csv")) < ROWS

    counts = json.loads(cpor.run("import", "claims.csv", "--json", *alpine))["counts"]
    assert counts["present"] >= ROWS // 3 and counts["present"] + counts["created"] == ROWS, counts
    assert json.loads(cpor.run("import", "claims.csv", "--json", *alpine))["counts"] == {"present": ROWS}
    ids = {row["reference"]: row["id"] for row in cpor.rows("claims.report.csv")}
    assert len(ids) == len(set(ids.values())) == ROWS
    for row in (rows[0], rows[ROWS // 3], rows[-1]):
        found = json.loads(cpor.run("claims", "list", "--external-ref", row["external_ref"], "--json", *alpine))
        assert [claim["id"] for claim in found] == [ids[row["external_ref"]]]

    rows[1]["label"] = "Another label"
    cpor.write("changed.csv", rows[:3])
    cpor.run("import", "changed.csv", *alpine, code=1)
    assert [row["result"] for row in cpor.rows("changed.report.csv")] == ["present", "changed", "present"]

    since = (now(api) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    cpor.run("export", "claims", "--updated-since", since, "--output", "all.csv", *alpine)
    exported = {row["external_ref"]: row for row in cpor.rows("all.csv") if row["external_ref"].startswith(import_id)}
    assert exported.keys() == ids.keys()
    assert {row["id"] for row in exported.values()} == set(ids.values())
    assert all(row["label"].startswith("'=1+") and row["items"] == "workload:teams=proposed" for row in exported.values())


def a_claim_is_begun_validated_and_withdrawn_from_the_command_line(api, cpor):
    customers = tenants(2)
    cpor.write("tenants.csv", customers)
    cpor.run("import", "tenants", "tenants.csv", "--profile", "operator")
    rows = claims(customers, f"e2e-{uuid.uuid4().hex[:8]}", (now(api) - timedelta(days=30)).date().isoformat())
    cpor.write("claims.csv", rows)
    cpor.run("import", "claims.csv", "--profile", "alpine_admin")
    first, second = (row["id"] for row in cpor.rows("claims.report.csv"))
    waiting = json.loads(cpor.run("reviews", "list", "--state", "submitted", "--limit", "1000", "--json", "--profile", "reviewer"))
    assert {first, second} <= {claim["id"] for claim in waiting}
    assert "in_review" in cpor.run("reviews", "begin", first, "--profile", "reviewer")
    cpor.run("reviews", "reject", first, "--reason", "nothing_known", "--profile", "reviewer", code=2)
    cpor.run("reviews", "hold", first, "--comment", "Wait.", "--profile", "reviewer", code=3)
    cpor.run("reviews", "reject", first, "--reason", "evidence_tenant_mismatch", "--comment", "Another customer.", "--profile", "reviewer")
    shown = cpor.run("claims", "show", first, "--profile", "alpine_admin")
    assert "rejected" in shown and "Another customer." in shown and "dispute" in shown
    assert "withdrawn" in cpor.run("claims", "withdraw", second, "--reason", "claimed_in_error", "--comment", "A mistake.", "--profile", "alpine_admin")
    assert "withdrawn" in cpor.run("claims", "watch", second, "--until", "withdrawn", "--profile", "alpine_admin")
    assert "osu-m365" in cpor.run("programs", "list", "--profile", "alpine_admin")
    assert "window_business_days" in cpor.run("programs", "show", "osu-m365", "--profile", "alpine_admin")


def a_row_of_usage_that_is_refused_is_named_and_the_others_can_be_read(api, cpor):
    customer = tenants(1)[0]
    cpor.write("tenants.csv", [customer])
    cpor.run("import", "tenants", "tenants.csv", "--profile", "operator")
    day = (now(api) - timedelta(days=3)).date().isoformat()
    cpor.write("usage.csv", [
        {"tenant_id": customer["id"], "kind": "workload", "id": item, "date": day, "active_users": 40, "provisioned_seats": 100}
        for item in ("teams", "unknown", "exchange-online")
    ])
    cpor.run("import", "usage", "usage.csv", "--profile", "operator", code=1)
    told = {row["reference"].split()[2]: (row["result"], row["code"]) for row in cpor.rows("usage.report.csv")}
    assert told == {"teams": ("written", ""), "unknown": ("refused", "invalid-fields item-not-in-tenant"), "exchange-online": ("written", "")}
    path = f"/v1/tenants/{customer['id']}/usage?kind=workload&id=teams&from={day}&to={day}"
    assert api.get(path, "operator").must(200).json["items"][0]["active_users"] == 40
    # What a signed-in partner may read of its usage is a table, whatever is in it.
    assert cpor.run("export", "usage", "--profile", "alpine_admin").startswith("association_id,tenant_id,")


def a_person_signs_in_on_the_page_of_the_pool_and_out_again(stack, tmp_path):
    cpor = Program(tmp_path)
    api = f"{ENDPOINT}/_aws/execute-api/{stack['api_host'].partition('.')[0]}/%24default"
    program = cpor.begin("login", "--api", api, "--sign-in", stack["sign_in"], "--client", stack["clients"]["Partners"])
    link = next(line.strip() for line in program.stderr if "/oauth2/authorize?" in line)
    page = urllib.request.urlopen(link, timeout=30).read().decode()
    fields = {name: html.unescape(value) for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)}
    form = urllib.parse.urlencode({**fields, "username": "alpine_user", "password": people.PASSWORD}).encode()
    # The browser follows the page to the port that the program listens on.
    with urllib.request.urlopen(urllib.request.Request(f"{ENDPOINT}/login", data=form), timeout=30) as answer:
        assert "Go back to the terminal" in answer.read().decode()
    said, wrong = program.communicate(timeout=60)
    assert program.returncode == 0, wrong
    assert said == "Signed in as partner_user Alpine Cloud\n"
    profile = tmp_path / "config" / "cpor" / "default.json"
    assert profile.stat().st_mode & 0o777 == 0o600
    kept = json.loads(profile.read_text())
    # The ID token is spoilt: the refresh token brings another one.
    profile.write_text(json.dumps({**kept, "id_token": "spoilt"}))
    assert "osu-m365" in cpor.run("programs", "list")
    assert json.loads(profile.read_text())["id_token"] not in ("spoilt", "")
    # The local cloud revokes no refresh token: that is said, and the tokens are forgotten all the same.
    cpor.run("logout", code=5)
    assert not profile.exists()
    cpor.run("programs", "list", code=4)
