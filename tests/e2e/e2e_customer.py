"""The customer's side: mails, links, codes, deadlines, and what comes after."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
import seed

from aws import outbox
from demo import TICK_S, other_code
from link import sign_old
from scene import Scene
from settings import OPERATOR_NAME
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
    token = scene.link().token
    for method in ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]:
        # The local gateway answers OPTIONS itself, with 403.
        assert api.call(method, f"/d/{token}").status in (200, 403, 404, 405)
    for code in [[], [("code", "")], [("code", "letters")], [("code", "1234567")]]:
        refused = api.form(f"/d/{token}", [("decision", "decline"), *code], accept="application/json").must(422).json
        assert [(one["pointer"], one["code"]) for one in refused["errors"]] == [("/code", "malformed")], code
    assert scene.statuses() == ["pending"] * 3


def the_page_is_plain_and_strict(api):
    scene = Scene(api).awaiting()
    page = api.get(f"/d/{scene.link().token}").must(200)
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert (page.headers["referrer-policy"], page.headers["cache-control"]) == ("no-referrer", "no-store")
    assert "<script" not in page.text and 'lang="cs"' in page.text


def a_tampered_or_foreign_link_is_unknown(api):
    scene = Scene(api).awaiting()
    token = scene.link().token
    flipped = token[:20] + ("A" if token[20] != "A" else "B") + token[21:]
    for text in [flipped, token[:-1], "x", "a" * 4000, "%00"]:
        assert api.get(f"/d/{text}").status == 404, text
        assert api.form(f"/d/{text}", [("decision", "decline"), ("code", "000000")]).status == 404, text


def wrong_codes_for_a_no_lock_nothing(api):
    scene = Scene(api).awaiting()
    wrong = other_code(scene.code())
    for _ in range(12):
        refused = scene.decide("decline", code=wrong).must(403).json
        assert refused["code"] == "code-wrong" and "tries_left" not in refused
    assert scene.decide("decline").must(200).json["claim_status"] == "declined"


def ten_wrong_codes_for_more_time_lock_more_time_and_nothing_else(api):
    scene = Scene(api).awaiting()
    wrong = other_code(scene.code())
    left = [scene.decide("extend", code=wrong).must(403).json["tries_left"] for _ in range(10)]
    assert left == list(range(9, -1, -1))
    for locked in [scene.decide("extend", code=wrong), scene.decide("extend")]:
        assert locked.must(429).json["code"] == "code-locked" and locked.headers["retry-after"]
    scene.decide("decline", [1]).must(200)
    scene.decide("undo").must(200)
    assert scene.statuses() == ["pending"] * 3


@pytest.mark.parametrize("written", ["{0} {1}", "{0}-{1}", "\u200b{0}\u00a0{1}\n"])
def a_code_is_read_as_people_paste_it(api, written):
    scene = Scene(api).awaiting()
    code = scene.code()
    assert scene.decide("decline", code=written.format(code[:3], code[3:])).must(200).json["claim_status"] == "declined"


def a_no_is_undone_with_the_code_of_its_receipt_until_the_deadline(api):
    scene = Scene(api).awaiting()
    answer = scene.decide("decline").must(200).json
    assert (answer["claim_status"], answer["in_time"]) == ("declined", True) and answer["receipt_id"]
    assert scene.decide("decline").must(200).json["claim_status"] == "declined"
    refused = scene.decide("undo", [2], code=scene.code()).must(422).json
    assert [(one["pointer"], one["code"]) for one in refused["errors"]] == [("/code", "malformed")], "the code of the notice"
    assert scene.decide("undo", [2], code=other_code(scene.undo_code())).must(403).json["tries_left"] == 9
    assert scene.decide("undo", [2]).must(200).json["claim_status"] == "awaiting_customer"
    assert scene.statuses() == ["declined", "pending", "declined"]


def two_recipients_have_links_and_codes_of_their_own_and_one_no_is_enough(api):
    scene = Scene(api, contact="jana", verified=("it", "office")).awaiting()
    names = ["jana", "it", "office"]
    assert [scene.link(name).recipient for name in names] == [1, 2, 3]
    assert len({scene.link(name).token for name in names}) == len({scene.code(name) for name in names}) == 3
    assert scene.decide("decline", [1], code=scene.code("it"), by="jana").must(403).json["code"] == "code-wrong"
    scene.decide("decline", [1], by="office").must(200)
    assert scene.statuses() == ["declined", "pending", "pending"]
    for name in names:
        scene.told(name, "je zaznamenáno pro tuto položku: Exchange Online")


def a_no_of_two_stands_until_both_are_taken_back(api):
    scene = Scene(api, verified=("it", "office")).awaiting()
    scene.decide("decline", [1], by="it").must(200)
    scene.decide("decline", [1], by="office").must(200)
    assert scene.read("reviewer")["items"][0]["declined_by"] == ["recipient:1", "recipient:2"]
    scene.decide("undo", [1], by="it").must(200)
    assert scene.statuses()[0] == "declined"
    scene.decide("undo", [1], by="office").must(200)
    assert scene.statuses()[0] == "pending"


def a_contact_that_nobody_verified_says_no_and_nothing_more(api):
    scene = Scene(api, contact="jana").awaiting()
    scene.decide("decline", [1], by="jana").must(200)
    scene.told("jana", "je zaznamenáno")
    assert scene.decide("extend", by="jana").must(409).json["code"] == "invalid-state"
    code = scene.undo_code("it")
    assert scene.decide("undo", code=code, by="jana").must(403).json["code"] == "code-wrong"
    assert not any(code in text for text in scene.mails("jana"))
    scene.decide("undo", code=code, by="it").must(200)
    assert scene.statuses() == ["pending"] * 3


def an_address_outside_the_tenant_gets_one_plain_mail_without_a_link(api):
    scene = Scene(api)
    contact = {"name": "Jana", "title": "IT", "email": f"jana-{scene.tenant['id'][:8]}@elsewhere.example"}
    checked = api.post("/v1/claims:check", "alpine_user", scene.body(customer_contact=contact)).must(200).json
    assert [one["code"] for one in checked["warnings"]] == ["contact-outside"]
    scene.validated(customer_contact=contact)
    mails = lambda: [mail for mail in outbox() if contact["email"] in mail["To"]]
    until("the plain mail", mails, seconds=60)
    until("the window to open", lambda: scene.read()["status"] == "awaiting_customer", seconds=60)
    assert len(mails()) == 1 and "nemusíte dělat nic" in mails()[0]["BodyText"]
    assert not any(word in mails()[0]["BodyText"] for word in ["http", "Alpine", "Teams"])


def a_recipient_that_is_not_the_right_person_still_says_no(api):
    scene = Scene(api, verified=("it", "office")).awaiting()
    scene.decide("wrong_contact", by="office").must(200)
    assert scene.recipients()["office"] == "refused" and scene.read()["status"] == "awaiting_customer"
    assert scene.decide("extend", by="office").must(409).json["code"] == "invalid-state"
    scene.told("it", "není ta správná osoba")
    assert scene.decide("decline", by="office").must(200).json["claim_status"] == "declined"


def a_retired_link_still_says_no_and_nothing_else(api):
    scene = Scene(api, verified=("it", "office")).awaiting()
    scene.act("review", "operator", {"action": "retire_link", "recipient": 2, "comment": "They asked us to."}).must(200)
    assert scene.recipients()["office"] == "retired" and scene.read()["last_event"]["type"] == "notice_changed"
    scene.told("office", "lze dál odmítnout, a to vše a kdykoli")
    for decision in ["extend", "wrong_contact"]:
        assert scene.decide(decision, by="office").must(409).json["code"] == "link-retired"
    assert scene.decide("decline", by="office").must(200).json["claim_status"] == "declined"


def the_link_of_an_earlier_notice_says_no_and_nothing_else(api):
    scene = Scene(api).awaiting()
    scene.act("review", "operator", {"action": "hold", "comment": "We are asking."}).must(200)
    scene.act("review", "operator", {"action": "resume"}).must(200)
    until("the window to open again", lambda: scene.read()["status"] == "awaiting_customer", seconds=60)
    old, new = scene.link(), scene.link(notice=2)
    assert (old.recipient, old.token != new.token) == (new.recipient, True)
    assert scene.decide("extend").must(409).json["code"] == "invalid-state"
    assert scene.decide("decline").must(200).json["claim_status"] == "declined"


def a_link_of_the_form_without_recipients_says_no_and_nothing_else(api, stack):
    scene = Scene(api).awaiting()
    token, code = sign_old(stack, scene.link())
    fields = lambda decision: [("decision", decision), ("code", code)]
    assert api.get(f"/d/{token}").must(200)
    assert api.form(f"/d/{token}", fields("extend"), accept="application/json").must(409).json["code"] == "invalid-state"
    assert api.form(f"/d/{token}", fields("decline"), accept="application/json").must(200).json["claim_status"] == "declined"


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


def silence_that_makes_items_active_is_told_to_everybody_who_was_asked(api):
    scene = Scene(api, contact="jana", verified=("it", "office"), items=["teams"]).awaiting()
    scene.decide("wrong_contact", by="office").must(200)
    scene.past_the_deadline()
    assert scene.read()["status"] == "associated"
    for name in ["jana", "it", "office"]:
        scene.told(name, "je nyní oficiálním partnerem organizace Contoso v programu")
        scene.told(name, "odkazem a kódem z oznámení, které máte, lze dál odmítnout")


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
    scene.act("withdraw", "alpine_admin", {"reason_code": "customer_request"}).must(200)
    assert scene.decide("decline").must(200).json["claim_status"] == "withdrawn"


def a_bounce_makes_the_customer_unreachable(api):
    scene = Scene(api, contact="bounce", verified=("bounce",)).validated()
    claim = until("the bounce", lambda: (c := scene.read())["status"] == "unreachable" and c, seconds=60)
    assert claim["turn"]["who"] == "partner" and claim["turn"]["on_silence"] == "reject"


def a_bounce_at_one_of_two_moves_nothing_while_the_other_delivery_stands(api):
    scene = Scene(api, contact="bounce", verified=("it",)).awaiting()
    until("the report of the bounce", lambda: scene.recipients() == {"bounce": "failed", "it": "delivered"}, seconds=60)
    assert scene.read()["status"] == "awaiting_customer"


def a_proposed_contact_waits_for_the_operator_and_one_that_is_vouched_for_is_asked(api):
    scene = Scene(api, contact="bounce", verified=("bounce",)).validated()
    until("the bounce", lambda: scene.read()["status"] == "unreachable", seconds=60)
    contact = {"name": "Jana Nováková", "title": "IT", "email": scene.address("jana")}
    proposed = scene.act("correct-contact", "alpine_admin", {"customer_contact": contact}).must(200).json
    assert (proposed["status"], proposed["turn"]["who"]) == ("unreachable", "operator")
    correct = {"action": "correct_contact", "customer_contact": contact}
    assert scene.act("review", "operator", correct).must(409).json["code"] == "contact-unverified"
    scene.act("review", "operator", {"action": "vouch", "comment": "We called the switchboard."}).must(200)
    assert scene.act("review", "operator", correct).must(409).json["code"] == "another-reviewer-required"
    assert scene.act("review", "operator_2", correct).must(200).json["status"] == "notifying"
    until("the window to open", lambda: scene.read()["status"] == "awaiting_customer", seconds=60)
    assert scene.read()["vouched"] is True


def a_tenant_without_a_verified_contact_is_asked_when_somebody_has_vouched(api):
    scene = Scene(api, contact="jana", verified=())
    checked = api.post("/v1/claims:check", "alpine_user", scene.body()).must(200).json
    assert [one["code"] for one in checked["warnings"]] == ["vouching-needed"]
    scene.submit().must(201)
    assert scene.claim in [one["id"] for one in api.get("/v1/reviews?needs=vouch&limit=100", "reviewer").must(200).json["items"]]
    scene.act("review", "reviewer", {"action": "begin"}).must(200)
    assert scene.act("review", "reviewer", {"action": "validate"}).must(409).json["code"] == "contact-unverified"
    scene.act("review", "operator", {"action": "vouch", "comment": "We called the switchboard."}).must(200)
    assert scene.act("review", "reviewer", {"action": "validate"}).must(200).json["status"] == "notifying"
    until("the window to open", lambda: scene.read()["status"] == "awaiting_customer", seconds=60)


def an_authenticity_code_shows_the_true_notice(api):
    scene = Scene(api).awaiting()
    path = next(line.split("//", 1)[1].split("/", 1)[1] for line in scene.mail()["BodyText"].splitlines() if "/n/" in line)
    page = api.get(f"/{path}").must(200)
    assert "Alpine Cloud" in page.text
    assert api.get("/n/AAAAA-AAAAA").status == 404


def the_mail_says_what_silence_means_in_the_tenants_language(api):
    mail = Scene(api).validated().mail()
    head, greeting, sender, first = "\n".join(mail["BodyText"].splitlines()).split("\n\n")[:4]
    assert OPERATOR_NAME in head and greeting == "Dobrý den," and OPERATOR_NAME in sender
    assert first.startswith("Pokud neuděláte nic,"), first
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
    scene.told("it", "Správce organizace Contoso souhlasil")
