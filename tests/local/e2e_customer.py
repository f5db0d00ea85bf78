"""The customer's side, as he meets it: mail, link, code, deadline, and what comes after."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import link
import pytest
import seed

from demo import TICK_S, code_of, other_code
from scene import Scene
from wait import until

VECTORS = [
    ("CZ", "", "Europe/Prague", "2026-12-22T14:00:00Z", "2026-12-31T23:00:00Z", ["2026-12-23", "2026-12-28", "2026-12-29", "2026-12-30", "2026-12-31"]),
    ("CZ", "", "Europe/Prague", "2027-03-22T09:00:00Z", "2027-03-31T22:00:00Z", ["2027-03-23", "2027-03-24", "2027-03-25", "2027-03-30", "2027-03-31"]),
    ("US", "CA", "America/Los_Angeles", "2026-10-31T01:30:00Z", "2026-11-07T08:00:00Z", ["2026-11-02", "2026-11-03", "2026-11-04", "2026-11-05", "2026-11-06"]),
    ("SA", "", "Asia/Riyadh", "2026-11-25T06:00:00Z", "2026-12-02T21:00:00Z", ["2026-11-26", "2026-11-29", "2026-11-30", "2026-12-01", "2026-12-02"]),
    ("CZ", "", "Europe/Prague", "2026-11-29T22:30:00Z", "2026-12-04T23:00:00Z", ["2026-11-30", "2026-12-01", "2026-12-02", "2026-12-03", "2026-12-04"]),
    ("EG", "", "Africa/Cairo", "2026-04-16T07:00:00Z", "2026-04-23T22:00:00Z", ["2026-04-19", "2026-04-20", "2026-04-21", "2026-04-22", "2026-04-23"]),
]


@pytest.mark.parametrize(("country", "subdivision", "zone", "delivered", "closes", "counted"), VECTORS)
def a_window_is_explained_day_by_day(api, country, subdivision, zone, delivered, closes, counted):
    part = f"&subdivision={subdivision}" if subdivision else ""
    query = f"country={country}{part}&time_zone={zone}&delivered_at={delivered}&business_days=5"
    window = api.get(f"/v1/windows?{query}", "alpine_user").must(200).json
    assert (window["closes_at"], window["counted"]) == (closes, counted)


def a_window_outside_the_calendar_is_refused(api):
    query = "country=CZ&time_zone=Europe/Prague&delivered_at=2060-01-01T00:00:00Z"
    api.get(f"/v1/windows?{query}", "alpine_user").must(422)


def a_link_decides_nothing_until_it_is_posted_with_the_code(api):
    scene = Scene(api).awaiting()
    token = link.find(scene.mail()["BodyText"]).token
    for method in ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]:
        # The local gateway answers OPTIONS itself, with 403.
        assert api.call(method, f"/d/{token}").status in (200, 403, 404, 405)
    for fields in [[("decision", "decline")], [("decision", "decline"), ("code", "letters")]]:
        assert api.form(f"/d/{token}", fields, accept="application/json").must(403).json["code"] == "code-wrong"
    assert scene.statuses() == ["pending"] * 3


def the_page_is_plain_and_strict(api):
    scene = Scene(api).awaiting()
    page = api.get(f"/d/{link.find(scene.mail()['BodyText']).token}").must(200)
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert (page.headers["referrer-policy"], page.headers["cache-control"]) == ("no-referrer", "no-store")
    assert "<script" not in page.text and 'lang="cs"' in page.text


def a_tampered_or_foreign_link_is_unknown(api):
    scene = Scene(api).awaiting()
    token = link.find(scene.mail()["BodyText"]).token
    flipped = token[:20] + ("A" if token[20] != "A" else "B") + token[21:]
    for text in [flipped, token[:-1], "x", "a" * 4000, "%00"]:
        assert api.get(f"/d/{text}").status == 404, text
        assert api.form(f"/d/{text}", [("decision", "decline"), ("code", "000000")]).status == 404, text


def a_wrong_code_locks_after_five_tries_for_right_codes_too(api):
    scene = Scene(api).awaiting()
    code = code_of(scene.mail()["BodyText"])
    left = [scene.decide("decline", code=other_code(code)).must(403).json["tries_left"] for _ in range(5)]
    assert left == [4, 3, 2, 1, 0]
    for locked in [scene.decide("decline", code=other_code(code)), scene.decide("decline")]:
        assert locked.must(429).json["code"] == "code-locked" and locked.headers["retry-after"]
    assert scene.statuses() == ["pending"] * 3


def a_no_can_be_undone_until_the_deadline(api):
    scene = Scene(api).awaiting()
    answer = scene.decide("decline").must(200).json
    assert (answer["claim_status"], answer["in_time"]) == ("declined", True) and answer["receipt_id"]
    assert scene.decide("decline").must(200).json["claim_status"] == "declined"
    assert scene.decide("undo", [2]).must(200).json["claim_status"] == "awaiting_customer"
    assert scene.statuses() == ["declined", "pending", "declined"]


def a_read_past_the_deadline_finds_the_window_closed(api):
    scene = Scene(api).awaiting()
    scene.past_the_deadline()
    claim = scene.read()
    assert claim["status"] == "associated"
    assert claim["items"][0]["basis"] == "deemed"
    assert claim["items"][0]["effective_at"] == claim["window"]["closes_at"]


def a_silent_customer_is_reminded_at_half_time_and_nothing_moves(api):
    scene = Scene(api).awaiting()
    before = scene.read()
    day = datetime.fromisoformat(before["window"]["counted"][2]).replace(tzinfo=ZoneInfo(before["window"]["time_zone"]))
    scene.clock_to((day + timedelta(minutes=3)).astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"))
    until("the reminder", lambda: any("Tato připomínka nic nemění" in text for text in scene.mails()), seconds=TICK_S)
    assert scene.read()["version"] == before["version"]


def a_no_after_the_close_ends_the_association_and_its_data(api):
    scene = Scene(api, items=["teams"]).associated()
    association = f"/v1/associations/{scene.claim}-1"
    api.get(f"{association}/usage", "alpine_admin").must(200)
    answer = scene.decide("decline").must(200).json
    assert answer["claim_status"] == "ended"
    ended = api.get(association, "alpine_admin").must(200).json
    assert (ended["status"], ended["reason"]) == ("ended", "customer_revoked")
    assert api.get(f"{association}/usage", "alpine_admin").must(403).json["code"] == "association-not-active"
    refused = scene.submit().must(409).json
    assert refused["code"] == "blocked-by-customer"


def a_no_to_a_withdrawn_claim_changes_nothing_and_is_no_error(api):
    scene = Scene(api).awaiting()
    scene.act("withdraw", "alpine_admin").must(200)
    assert scene.decide("decline").must(200).json["claim_status"] == "withdrawn"


def a_bounce_makes_the_customer_unreachable(api):
    scene = Scene(api, contact="bounce").validated()
    claim = until("the bounce", lambda: (c := scene.read())["status"] == "unreachable" and c, seconds=60)
    assert claim["turn"]["who"] == "partner" and claim["turn"]["on_silence"] == "reject"


def an_authenticity_code_shows_the_true_notice(api):
    scene = Scene(api).awaiting()
    path = next(line.split("//", 1)[1].split("/", 1)[1] for line in scene.mail()["BodyText"].splitlines() if "/n/" in line)
    page = api.get(f"/{path}").must(200)
    assert "Alpine Cloud" in page.text
    assert api.get("/n/AAAAA-AAAAA").status == 404


def the_mail_says_what_silence_means_in_the_tenants_language(api):
    mail = Scene(api).validated().mail()
    greeting, first = mail["BodyText"].split("\r\n\r\n")[:2]
    assert greeting == "Dobrý den," and first.startswith("Pokud neuděláte nic,"), first
    assert mail["To"] == [f"it@{mail['To'][0].partition('@')[2]}"]


def the_ledger_tells_who_sees_what_and_the_rules_keep_others_out(api):
    contoso = seed.contoso()
    scene = Scene(api, tenant=contoso, items=["exchange-online"]).associated()
    association = f"{scene.claim}-1"
    api.get(f"/v1/associations/{association}/usage", "alpine_admin").must(200)

    def of_alpine():
        entries = api.get("/v1/customer/ledger?limit=100", "contoso_admin").must(200).json["items"]
        return next(entry for entry in entries if entry["partner"]["id"] == "p-alpine")

    shown = next(one for one in of_alpine()["associations"] if one["id"] == association)
    assert (shown["status"], shown["basis"]) == ("active", "deemed") and shown["last_read_at"]
    api.get("/v1/customer/ledger", "alpine_admin").must(403)

    rules = api.get("/v1/customer/rules", "contoso_admin").must(200).json
    own = api.put("/v1/customer/rules", "contoso_admin", {**rules, "blocked_partners": ["p-borealis"]}).must(200).json
    assert own["blocked_partners"] == ["p-borealis"]
    rival = Scene(api, tenant=contoso, items=["exchange-online"], partner="borealis")
    assert rival.submit().must(409).json["code"] == "blocked-by-customer"
    api.put("/v1/customer/rules", "contoso_admin", rules).must(200)
    api.post(f"/v1/associations/{association}/end", "contoso_admin", {}).must(200)
    until("the receipt", lambda: any(receipt["type"] == "association_ended" for receipt in of_alpine()["receipts"]), seconds=60)


def the_signed_in_customer_answers_for_his_tenant_and_for_no_other(api):
    scene = Scene(api, tenant=seed.contoso(), items=["teams"]).awaiting()
    path = f"/v1/customer/claims/{scene.claim}"
    listed = api.get("/v1/customer/claims", "contoso_admin").must(200).json["items"]
    shown = next(claim for claim in listed if claim["id"] == scene.claim)
    assert shown["turn"]["on_silence"] == "associate" and "evidence" not in shown
    api.post(f"{path}/accept", "tailwind_admin", {}).must(404)
    api.post(f"{path}/accept", "operator", {}).must(403)
    assert api.post(f"{path}/decline", "contoso_admin", {}).must(200).json["status"] == "declined"
    assert api.post(f"{path}/undo", "contoso_admin_2", {}).must(200).json["status"] == "awaiting_customer"
    accepted = api.post(f"{path}/accept", "contoso_admin", {"items": [1]}).must(200).json
    assert (accepted["status"], accepted["items"][0]["basis"]) == ("associated", "explicit")
    until("the receipt of the yes", lambda: any("je odteď oficiálním partnerem" in text for text in scene.mails()), seconds=60)
