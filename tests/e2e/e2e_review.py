"""Partner and operator talk it over: questions and answers, a dispute, and two partners for one item."""

import json
import re
import subprocess

from scene import Scene
from settings import BINARIES, ROOT
from wait import until


def the_recipe_of_the_contract_computes_every_hash_that_a_party_is_shown(api):
    scene = Scene(api).awaiting()
    scene.act("withdraw", "alpine_admin", {"reason_code": "claimed_in_error", "comment": "A mistake of ours."}).must(200)
    text = (ROOT / "docs/api.md").read_text()
    recipe = re.search(r"```python\n(.*?def check\(history\):.*?)```", text, re.S)[1]
    names = {}
    exec(recipe, names)  # noqa: S102
    for who in ["alpine_user", "reviewer", "auditor"]:
        last = until("the history", lambda: [e for e in api.get(f"{scene.path}/history?limit=100", who).must(200).json["items"] if e["type"] == "withdrawn"])
        assert last
        items = api.get(f"{scene.path}/history?limit=100", who).must(200).json["items"]
        names["check"](items)
        assert any(entry.get("parts") for entry in items), who
        spoilt = [{**entry, "entry": entry["entry"].replace("alpine", "borealis")} for entry in items]
        spoilt[-1]["entry"] = spoilt[-1]["entry"].replace("withdrawn", "submitted")
        try:
            names["check"](spoilt)
        except AssertionError:
            continue
        raise AssertionError("a changed entry is found")


def the_bundle_of_each_party_verifies_without_the_server_and_a_changed_one_does_not(api):
    scene = Scene(api).awaiting()
    scene.act("withdraw", "alpine_admin", {"reason_code": "claimed_in_error", "comment": "A mistake of ours."}).must(200)
    for who in ["alpine_user", "reviewer", "auditor"]:
        bundle = until("the whole bundle", lambda: next(
            (answer for answer in [api.get(f"{scene.path}/bundle", who).must(200)] if answer.json["complete"]), None))
        checked = cpor_verify(bundle.text)
        assert checked.returncode == 0, checked.stdout + checked.stderr
        report = json.loads(checked.stdout)
        assert (report["verified"], report["status"], report["findings"]) == (True, "withdrawn", []), who
        assert report["checked"]["hashes"] == bundle.json["version"]
        spoilt = cpor_verify(bundle.text.replace("withdrawn", "discarded"))
        assert spoilt.returncode == 1, spoilt.stdout
    assert cpor_verify("{}").returncode == 2


def cpor_verify(bundle: str) -> subprocess.CompletedProcess:
    """The program `cpor`, as it was built with the functions."""
    command = [BINARIES / "cpor" / "bootstrap", "verify", "--sandbox", "--json", "-"]
    return subprocess.run(command, input=bundle, capture_output=True, text=True, timeout=60, check=False)


def a_question_is_answered_and_the_claim_validated(api):
    scene = Scene(api)
    draft = scene.submit(draft=True, label="Rollout").must(201).json
    assert (draft["status"], draft["turn"]["on_silence"]) == ("draft", "discard")
    checked = api.post("/v1/claims:check", "alpine_user", scene.body()).must(200).json
    assert (checked["ok"], checked["contested"], checked["errors"]) == (True, False, [])
    scene.edit("alpine_user", {"external_ref": "CRM-1", "label": None}).must(200)
    submitted = scene.act("submit", "alpine_admin").must(200).json
    assert (submitted["status"], submitted["external_ref"], submitted["label"]) == ("submitted", "CRM-1", None)
    scene.act("review", "reviewer", {"action": "begin"}).must(200)
    reasons = [{"code": "evidence_item_missing", "item_no": 3, "comment": "Where is it ordered?"}]
    asked = scene.act("review", "reviewer", {"action": "request_information", "reasons": reasons}).must(200).json
    assert (asked["status"], asked["turn"]["who"], asked["turn"]["on_silence"]) == ("action_required", "partner", "reject")
    seen = scene.read("alpine_user")
    assert seen["reasons"] == reasons and seen["explain"]["rule"]["name"] == "request information"
    kept = [{"kind": item["kind"], "id": item["id"]} for item in seen["items"][:2]]
    assert scene.edit("alpine_admin", {"items": []}).must(422).json["errors"][0]["pointer"] == "/items"
    scene.edit("alpine_admin", {"items": kept}).must(200)
    scene.act("respond", "alpine_admin", {"comment": "It is not; we dropped it."}).must(200)
    scene.act("review", "reviewer_2", {"action": "validate"}).must(200)
    until("the window to open", lambda: scene.read()["status"] == "awaiting_customer", seconds=60)
    assert scene.statuses() == ["pending", "pending", "dropped"]


def a_recalled_claim_keeps_its_place(api):
    scene = Scene(api)
    first = scene.submit().must(201).json
    assert scene.act("recall", "alpine_user").must(200).json["status"] == "draft"
    again = scene.act("submit", "alpine_admin").must(200).json
    assert again["priority_at"] == first["priority_at"] and again["submitted_at"] >= first["submitted_at"]
    scene.act("recall", "alpine_user").must(200)
    assert scene.act("discard", "alpine_user").must(200).json["status"] == "discarded"


def a_rejection_is_disputed_and_overturned_by_another_reviewer(api):
    scene = Scene(api)
    scene.submit().must(201)
    scene.act("review", "reviewer", {"action": "begin"}).must(200)
    reject = {"action": "reject", "reasons": [{"code": "evidence_unreadable"}]}
    rejected = scene.act("review", "reviewer", reject).must(200).json
    assert (rejected["status"], rejected["turn"]["who"]) == ("rejected", "partner")
    assert scene.act("dispute", "alpine_admin").must(422).json["errors"][0]["code"] == "required"
    assert scene.act("dispute", "alpine_admin", {"comment": "It opens here."}).must(200).json["status"] == "disputed"
    overturn = {"action": "overturn", "comment": "It opens here, too."}
    assert scene.act("review", "reviewer", overturn).must(409).json["code"] == "another-reviewer-required"
    assert scene.act("review", "reviewer_2", overturn).must(200).json["status"] == "in_review"
    assert scene.act("review", "reviewer_2", {"action": "validate"}).must(200).json["status"] == "notifying"


def two_partners_claim_one_item_and_it_changes_hands_without_a_gap(api):
    held = Scene(api, items=["teams"]).associated()
    rival = Scene(api, items=["teams"], tenant=held.tenant, partner="borealis")
    checked = api.post("/v1/claims:check", "borealis_admin", rival.body()).must(200)
    assert checked.json["contested"] is True and "lpine" not in checked.text
    rival.submit().must(201)
    begun = rival.act("review", "reviewer", {"action": "begin"}).must(200).json
    assert begun["contested"] and begun["rivals"] == [{"item_no": 1, "claim_id": held.claim}]
    asked = until("the holder to be asked", lambda: held.read()["defence"], seconds=30)
    grounds = {"action": "validate", "comment": "The newer acknowledgement."}
    assert rival.act("review", "reviewer", grounds).must(403)
    assert rival.act("review", "operator", grounds).must(409).json["code"] == "invalid-state"
    rival.clock_to(asked["until"])
    # At that moment the review is overdue too: the timer may move the version between reading and writing.
    until("the validation", lambda: rival.act("review", "operator", grounds).status == 200, seconds=30)
    until("the window to open", lambda: rival.read()["status"] == "awaiting_customer", seconds=60)
    assert held.statuses() == ["active"]
    rival.past_the_deadline()
    until("the item to change hands", lambda: rival.read()["status"] == "associated", seconds=60)
    old, new = held.association("alpine_admin"), rival.association("borealis_admin")
    assert (old["status"], old["reason"], new["status"]) == ("ended", "superseded", "active")
    assert old["ended_at"] == new["effective_at"]
    api.get(f"/v1/associations/{held.claim}-1/usage", "alpine_admin").must(403)
    api.get(f"/v1/associations/{rival.claim}-1/usage", "borealis_admin").must(200)
    for scene, who, other in [(held, "alpine_admin", rival), (rival, "borealis_admin", held)]:
        told = api.get(scene.path, who).text + api.get(f"{scene.path}/history", who).text
        assert other.claim not in told and f"p-{other.partner}" not in told


def put_confirmed(api, tenant_id, body):
    """Puts a tenant whose claims lose something by it: first asked, then confirmed."""
    path = f"/v1/tenants/{tenant_id}"
    assert api.put(path, "operator", body).must(409).json["code"] == "confirmation-required"
    dry_run = api.put(f"{path}?dry_run=true", "operator", body).must(200)
    api.put(f"{path}?confirm={dry_run.json['confirm']}", "operator", body, if_match=dry_run.etag).must(200)


def an_item_and_then_a_tenant_that_vanish_take_the_claim_with_them(api):
    scene = Scene(api).awaiting()
    gone = {**scene.tenant, "items": [item for item in scene.tenant["items"] if item["id"] != "teams"]}
    put_confirmed(api, scene.tenant["id"], gone)
    until("the vanished item to be left out", lambda: "rejected" in scene.statuses(), seconds=30)
    assert scene.read()["status"] == "awaiting_customer"
    deleted = {**scene.tenant, "status": "deleted"}
    put_confirmed(api, scene.tenant["id"], deleted)
    until("the claim of a deleted tenant to end", lambda: scene.read()["status"] == "rejected", seconds=30)


def a_holiday_announced_in_an_open_window_lengthens_it_with_a_mail(api):
    scene = Scene(api)
    scene.tenant |= {"country": "SK", "time_zone": "Europe/Bratislava"}
    api.put(f"/v1/tenants/{scene.tenant['id']}", "operator", scene.tenant).must(200)
    scene.awaiting()
    window = scene.read()["window"]
    last = window["counted"][-1]
    added = {"added": [{"date": last, "name": "Day of mourning"}]}
    assert api.put("/v1/calendars/SK", "operator", added).must(200).json["revision"] >= 1
    until("the window to become longer", lambda: scene.read()["window"]["closes_at"] > window["closes_at"], seconds=60)
    longer = scene.read()["window"]
    assert {"date": last, "reason": "exception", "name": "Day of mourning"} in longer["skipped"]
    assert len(longer["counted"]) == len(window["counted"])
    until("the customer to be told", lambda: any("Day of mourning" in text for text in scene.mails()), seconds=60)
    api.put("/v1/calendars/SK", "operator", {"added": []}).must(200)
    assert scene.read()["window"]["closes_at"] == longer["closes_at"]
