"""`make demo`: one claim's life on the local cloud, each step as what was sent and what came back.

Every step says what it expects; the first difference ends the story with an error.
"""

import re
import subprocess
import sys
import textwrap
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import seed
import up
from api import Api
from aws import client, invoke, outbox
from link import Link
from link import find as find_link
from settings import BINARIES, STATE
from wait import until

GRACE = timedelta(minutes=3)  # the policy's two minutes, and one to be past them
RECIPIENTS = ["jana", "it"]
AUTHORITY = {
    "domain": "an address of the customer's domain; the link says no",
    "verified": "a contact that the operator knows; the delivery of this mail starts the time",
}
TICK_S = 150  # the rule ticks every minute; a tick, its message and the close


@dataclass
class Story:
    """What the steps share: the stack, and what became known on the way."""

    stack: dict
    api: Api
    tenant: dict
    claim: str = ""
    notices: dict[str, dict] = field(default_factory=dict)  # by recipient, without the domain

    def link(self, name: str) -> Link:
        return find_link(self.notices[name]["BodyText"])


def main() -> None:
    stack = up.main()
    try:
        told = tell(stack)
    except (AssertionError, TimeoutError) as difference:
        sys.exit(f"\nThe story went another way: {difference}")
    print("\nThe decision pages of this claim, for a browser:")
    for name in RECIPIENTS:
        print(f"  {name:<5} {told.link(name).url}")
    print("To stop everything: make down")


def tell(stack: dict) -> Story:
    """The whole story with a tenant of its own, so that it can be told again."""
    short = uuid.uuid4().hex[:8]
    tenant = {**seed.contoso(str(uuid.uuid4()), f"contoso-{short}.example"), "locale": "en"}
    story = Story(stack, Api(stack["api_host"], stack["tokens"]), tenant)
    for number, step in enumerate(STEPS, 1):
        print(f"\n{number}. {step.__doc__.splitlines()[0]}", flush=True)
        step(story)
    return story


def a_tenant_appears(story: Story) -> None:
    """The operator enters a new customer, Contoso"""
    story.api.put(f"/v1/tenants/{story.tenant['id']}", "operator", story.tenant).must(201)
    verified = ", ".join(contact["email"] for contact in story.tenant["contacts"])
    show(f"PUT /v1/tenants/{story.tenant['id']}", f"201, verified contact {verified}")


def the_partner_claims(story: Story) -> None:
    """The partner Alpine claims three workloads, and names Jana as its contact at Contoso"""
    body = claim_body(story.tenant, now(story.api))
    body["customer_contact"]["email"] = f"jana@{story.tenant['domains'][0]}"
    answer = story.api.post("/v1/claims", "alpine_admin", body, idempotency_key=str(uuid.uuid4())).must(201)
    claim = answer.json
    story.claim = claim["id"]
    same("status", claim["status"], "submitted")
    same("items", [item["status"] for item in claim["items"]], ["proposed"] * 3)
    show("POST /v1/claims " + ", ".join(item["id"] for item in body["items"]), f"201 {claim['id']}, {claim['status']}; {turn(claim)}")


def the_operator_reviews(story: Story) -> None:
    """The operator reviews and validates"""
    waiting = story.api.get("/v1/reviews?state=submitted&limit=100", "reviewer").must(200).json
    show("GET /v1/reviews?state=submitted", f"200, {len(waiting['items'])} waiting")
    begun = review(story, {"action": "begin"})
    same("status", begun["status"], "in_review")
    validated = review(story, {"action": "validate"})
    same("status", validated["status"], "notifying")


def the_customer_gets_two_mails(story: Story) -> None:
    """Two people at Contoso get the notice, each with a link and a code of their own"""
    story.notices = until("the two notices in the outbox", lambda: notices_of(story), seconds=60)
    codes = {code_of(mail["BodyText"]) for mail in story.notices.values()}
    links = {story.link(name).token for name in RECIPIENTS}
    same("different links and codes", (len(links), len(codes)), (2, 2))
    for one in recipients(story):
        print(f"   {one['no']}. {one['email']}: {AUTHORITY[one['authority']]}")
    print("\n   The second mail; the first has another link and other codes:")
    print_mail(story.notices["it"])


def the_window_opens(story: Story) -> None:
    """The delivery to the verified contact opens the window of five business days"""
    claim = until("the window to open", lambda: claim_in(story, "awaiting_customer"), seconds=60)
    window = claim["window"]
    staff = story.api.get(f"/v1/claims/{story.claim}", "reviewer").must(200).json
    same("recipient whose delivery counts", staff["window"]["counted_from"]["recipient"], 2)
    same("counted days", len(window["counted"]), 5)
    show(f"GET /v1/claims/{story.claim}", f"200 {claim['status']}; {turn(claim)}")
    print(f"   delivered {window['delivered_at']} ({window['time_zone']}, {window['calendar']})")
    print(f"   counted   {', '.join(map(day, window['counted']))}")
    print("   skipped   " + (", ".join(f"{day(one['date'])} {one.get('name') or one['reason']}" for one in window["skipped"]) or "none"))
    print(f"   closes at {window['closes_at']} = {window['closes_at_local']}")


def the_customer_declines_one(story: Story) -> None:
    """Jana says no to one item with her link and code"""
    token, code = story.link("jana").token, code_of(story.notices["jana"]["BodyText"])
    page = story.api.get(f"/d/{token}").must(200)
    same("page", page.headers["content-type"].partition(";")[0], "text/html")
    for wrong, whose in [(other_code(code), "wrong"), (code_of(story.notices["it"]["BodyText"]), "of the other mail")]:
        refused = story.api.form(f"/d/{token}", decision("3", wrong), accept="application/json").must(403)
        same("code", refused.json["code"], "code-wrong")
        show(f"POST /d/… decision=decline items=3 code=({whose})", f"403 {refused.json['code']}")
    why = ("reason_code", "wrong_items")
    answer = story.api.form(f"/d/{token}", [*decision("3", code), why], accept="application/json").must(200).json
    same("in time", answer["in_time"], True)
    same("items", {item["no"]: item["status"] for item in answer["items"]}, {1: "pending", 2: "pending", 3: "declined"})
    show(f"POST /d/… decision=decline items=3 reason_code={why[1]} code={code}", f"200 {answer['claim_status']}, item 3 declined, receipt {answer['receipt_id']}")


def both_are_told_of_the_no(story: Story) -> None:
    """Both are told of the no, and only the verified contact gets ten digits that would take it back"""
    told = until("the receipts", lambda: mails_about(story, 'your "no" to Alpine Cloud is recorded'), seconds=60)
    same("who can take it back", {name: bool(undo_code_of(mail["BodyText"])) for name, mail in told.items()}, {"jana": False, "it": True})
    print_mail(told["it"])


def nothing_happens_before_the_deadline(story: Story) -> None:
    """One minute before the deadline, nothing happens"""
    closes_at = closing(story)
    version = stored_version(story)
    set_clock(story, closes_at - timedelta(minutes=1))
    answer = invoke(story.stack["functions"]["finalize"], {"source": "demo"})
    show("invoke finalize", f"{answer}")
    same("version", stored_version(story), version)
    claim = story.api.get(f"/v1/claims/{story.claim}", "alpine_admin").must(200).json
    same("status", claim["status"], "awaiting_customer")
    show(f"GET /v1/claims/{story.claim}", f"200 {claim['status']}")


def the_rule_closes_the_window(story: Story) -> None:
    """After the deadline the scheduled rule closes the window: silence makes the other two items active"""
    version = stored_version(story)
    set_clock(story, closing(story) + GRACE)
    print("   waiting for the rule of every minute, without asking for the claim …", flush=True)
    until("the scheduled rule", lambda: stored_version(story) > version, seconds=TICK_S)
    claim = story.api.get(f"/v1/claims/{story.claim}", "alpine_admin").must(200).json
    same("status", claim["status"], "associated")
    same("last event", (claim["last_event"]["type"], claim["last_event"]["actor"]), ("window_closed", "system"))
    same("items", [item["status"] for item in claim["items"]], ["active", "active", "declined"])
    show(f"GET /v1/claims/{story.claim}", f"200 {claim['status']}: " + ", ".join(f"{item['id']} {item['status']}" for item in claim["items"]))


def both_are_told_that_it_is_official(story: Story) -> None:
    """Both are told that Alpine is official now, and how they can end it"""
    told = until("the mails", lambda: mails_about(story, "Alpine Cloud is now your official partner"), seconds=60)
    print_mail(told["jana"])


def the_partner_reads_what_it_may(story: Story) -> None:
    """Alpine reads the usage of an active item, and not that of the declined one"""
    today = now(story.api).astimezone(ZoneInfo("Europe/Prague")).date()
    rows = [usage_row(item, today) for item in seed.WORKLOADS]
    story.api.put(f"/v1/tenants/{story.tenant['id']}/usage", "operator", {"rows": rows}).must(200)
    period = f"to={today}"
    active = story.api.get(f"/v1/associations/{story.claim}-1/usage?{period}", "alpine_admin").must(200).json
    same("active users", [row["active_users"] for row in active["items"]], [42])
    show(f"GET /v1/associations/{story.claim}-1/usage", f"200 {active['items'][0]}")
    refused = story.api.get(f"/v1/associations/{story.claim}-3/usage?{period}", "alpine_admin").must(403)
    same("code", refused.json["code"], "association-not-active")
    show(f"GET /v1/associations/{story.claim}-3/usage", f"403 {refused.json['code']}")


def the_other_partner_sees_nothing(story: Story) -> None:
    """Borealis, another partner, sees nothing of it"""
    for path in (f"/v1/claims/{story.claim}", f"/v1/associations/{story.claim}-1", f"/v1/associations/{story.claim}-1/usage"):
        refused = story.api.get(path, "borealis_admin").must(404)
        same("code", refused.json["code"], "not-found")
        show(f"GET {path}", f"404 {refused.json['code']}")
    listed = story.api.get(f"/v1/claims?tenant_id={story.tenant['id']}", "borealis_admin").must(200).json
    same("claims", listed["items"], [])
    show(f"GET /v1/claims?tenant_id={story.tenant['id']}", "200, none")


def the_history_tells_it(story: Story) -> None:
    """The history keeps every step, each entry with the hash of the one before"""
    history = until("the archived history", lambda: complete_history(story), seconds=60)
    kinds = [event["type"] for event in history]
    same("events", kinds, ["submitted", "review_begun", "validated", "window_opened", "items_declined", "window_closed"])
    same("chain", [event["previous_hash"] for event in history[1:]], [event["hash"] for event in history[:-1]])
    for event in history:
        print(f"   {event['version']}  {event['at']:<24}  {event['actor']:<9} {event['type']:<15} {event['hash'][:12]}…")


def anybody_checks_it(story: Story) -> None:
    """Without the server, anybody checks the claim's bundle: hashes, states and deadlines. Today has no daily root yet"""
    path = f"/v1/claims/{story.claim}/bundle"
    bundle = STATE / "bundle.json"
    bundle.write_bytes(story.api.get(path, "alpine_admin").must(200).body)
    checked = subprocess.run([BINARIES / "cpor" / "bootstrap", "verify", "--sandbox", bundle], capture_output=True, text=True, check=False)
    print(textwrap.indent(checked.stdout + checked.stderr, "   "), flush=True)
    same("cpor verify", checked.returncode, 0)
    same("today's root", "was not closed yet when the bundle was made" in checked.stdout, True)


STEPS = [
    a_tenant_appears, the_partner_claims, the_operator_reviews, the_customer_gets_two_mails, the_window_opens,
    the_customer_declines_one, both_are_told_of_the_no, nothing_happens_before_the_deadline, the_rule_closes_the_window,
    both_are_told_that_it_is_official, the_partner_reads_what_it_may, the_other_partner_sees_nothing, the_history_tells_it,
    anybody_checks_it,
]


def claim_body(tenant: dict, at: datetime, items: list[str] = seed.WORKLOADS) -> dict:
    """A good request for workloads of that tenant."""
    acknowledged = (at - timedelta(days=30)).date().isoformat()
    return {
        "program": "osu-m365", "activity": "usage", "location_id": "4711",
        "tenant": {"id": tenant["id"], "domain": tenant["domains"][0]},
        "items": [{"kind": "workload", "id": item} for item in items],
        "customer_contact": {"name": "Jana Nováková", "title": "IT", "email": f"it@{tenant['domains'][0]}"},
        "partner_contact": {"name": "Petr Svoboda", "email": "petr@alpine.example"},
        "label": "Contoso rollout",
        "evidence": [{"name": "sow.pdf", "sha256": "a" * 64, "acknowledged_on": acknowledged}],
    }


def review(story: Story, body: dict) -> dict:
    """One action of the reviewer on the claim as it stands."""
    path = f"/v1/claims/{story.claim}"
    etag = story.api.get(path, "reviewer").must(200).etag
    claim = story.api.post(f"{path}/review", "reviewer", body, if_match=etag).must(200).json
    show(f"POST /v1/claims/{story.claim}/review {body['action']}", f"200 {claim['status']}; {turn(claim)}")
    return claim


def recipients(story: Story) -> list[dict]:
    """Whom the notice asks, as the operator sees it: the partner does not."""
    return story.api.get(f"/v1/claims/{story.claim}", "reviewer").must(200).json["recipients"]


def notices_of(story: Story) -> dict[str, dict] | None:
    """The notices of the claim by recipient, once everybody has one."""
    links = ((mail, find_link(mail["BodyText"])) for mail in outbox())
    return by_recipient(mail for mail, link in links if link and link.claim == story.claim)


def mails_about(story: Story, subject: str) -> dict[str, dict] | None:
    """The mails to Contoso's people with that subject, once both have one."""
    domain = story.tenant["domains"][0]
    return by_recipient(mail for mail in outbox() if mail["To"][0].endswith(domain) and subject in mail["Subject"])


def by_recipient(mails) -> dict[str, dict] | None:
    found = {mail["To"][0].partition("@")[0]: mail for mail in mails}
    return found if found.keys() == set(RECIPIENTS) else None


def print_mail(mail: dict) -> None:
    print(f"   To: {', '.join(mail['To'])}\n   Subject: {mail['Subject']}\n")
    print(textwrap.indent(mail["BodyText"].strip(), "   | "), flush=True)


def claim_in(story: Story, status: str) -> dict | None:
    claim = story.api.get(f"/v1/claims/{story.claim}", "alpine_admin").must(200).json
    return claim if claim["status"] == status else None


def complete_history(story: Story) -> list[dict] | None:
    version = stored_version(story)
    events = story.api.get(f"/v1/claims/{story.claim}/history?limit=100", "alpine_admin").must(200).json["items"]
    return events if events and events[-1]["version"] == version and all(event.get("hash") for event in events) else None


def stored_version(story: Story) -> int:
    """The version in the table itself: asking the API would close what is due."""
    key = {"pk": {"S": f"C#{story.claim}"}, "sk": {"S": "A"}}
    item = client("dynamodb").get_item(TableName=story.stack["table"], Key=key, ConsistentRead=True)["Item"]
    return int(item["v"]["N"])


def closing(story: Story) -> datetime:
    return instant(story.api.get(f"/v1/claims/{story.claim}", "alpine_admin").must(200).json["window"]["closes_at"])


def now(api: Api) -> datetime:
    """The stack's own clock."""
    return instant(api.get("/v1/sandbox/clock", "operator").must(200).json["now"])


def set_clock(story: Story, at: datetime) -> None:
    body = {"now": at.strftime("%Y-%m-%dT%H:%M:%SZ")}
    answer = story.api.put("/v1/sandbox/clock", "operator", body).must(200).json
    show(f"PUT /v1/sandbox/clock {body['now']}", f"200 {answer['now']}")


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def day(date: str) -> str:
    return datetime.fromisoformat(date).strftime("%a %d %b")


def turn(claim: dict) -> str:
    told = claim.get("turn")
    return f"turn: {told['who']} until {told.get('until')}, silence: {told['on_silence']}" if told else "nobody's turn"


def code_of(text: str) -> str:
    """The six digits that stand alone on a line of the mail."""
    return re.search(r"^\s*(\d{6})\s*$", text, re.MULTILINE)[1]


def undo_code_of(text: str) -> str | None:
    """The ten digits of a receipt, alone on a line; nothing in a receipt that lets nobody take anything back."""
    found = re.search(r"^\s*(\d{10})\s*$", text, re.MULTILINE)
    return found and found[1]


def other_code(code: str) -> str:
    """A wrong code with as many digits."""
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}d}"


def decision(item: str, code: str) -> list[tuple[str, str]]:
    return [("decision", "decline"), ("items", item), ("code", code)]


def usage_row(item: str, date) -> dict:
    return {"kind": "workload", "id": item, "date": date.isoformat(), "active_users": 42, "provisioned_seats": 50}


def show(sent: str, came_back: str) -> None:
    print(f"   > {sent}\n   < {came_back}", flush=True)


def same(what: str, found, expected) -> None:
    """An error that shows both when they differ."""
    if found != expected:
        raise AssertionError(f"{what}: expected {expected!r}, found {found!r}")


if __name__ == "__main__":
    main()
