"""What a submit may be refused for: everything it looks at, and every problem at once."""

import os
from functools import partial

from . import days, table
from .body import missing
from .problem import Problem
from .table import body, get_all, query, records, together

COUNTRY, ZONE = os.environ["OPERATOR_COUNTRY"], os.environ["OPERATOR_TIME_ZONE"]
OPEN = {
    "submitted", "in_review", "action_required", "disputed", "notifying", "unreachable", "awaiting_customer", "on_hold",
}
PAGE, PAGES = 100, 5

if COUNTRY != days.COUNTRY:
    raise SystemExit(f"there are no holidays of {COUNTRY}")


def judge(claim_id: str, partner_id: str, claim: dict, malformed: list, at: int) -> tuple[dict, int]:
    """Reads what eligibility looks at, and refuses with every problem at once."""
    named = claim.get("tenant") or {}
    partner, (tenant, rules), program = together(
        partial(body, f"PA#{partner_id}"),
        lambda: tenant_of(named["id"]) if named.get("id") else (None, {}),
        lambda: body(f"PR#{claim['program']}") if claim.get("program") else None,
    )
    facts = {"partner": partner, "tenant": tenant, "program": program, "rules": rules}
    countries = [COUNTRY] + [party["country"] for party in (partner, tenant) if party]
    calendar, *_ = together(*(partial(body, f"CA#{country}") for country in countries))
    own, blocked, over_quota = None, False, None
    items = [(item["kind"], item["id"]) for item in claim.get("items", []) if is_whole(item)]
    if partner and tenant and program:
        own, blocked = together(
            partial(own_claim, claim_id, partner_id, tenant["id"], program["family"], items),
            partial(is_blocked, partner_id, tenant["id"], program["family"], items, rules, at),
        )
        over_quota = wait_for_quota(partner, at)
    kind = program["item_kind"] if program else None
    errors = malformed + missing(claim, kind, malformed) + problems(claim, facts, at)
    if errors:
        raise Problem("invalid-fields", sorted(set(errors)))
    if own:
        raise Problem("duplicate-claim", claim_id=own)
    if blocked:
        raise Problem("blocked-by-customer")
    if over_quota:
        raise Problem("quota-exceeded", retry_after=over_quota["retry_after"])
    added = {day["date"] for day in (calendar or {}).get("added", [])}
    return facts, days.deadline(at, int(program["policy"]["review_start_business_days"]), ZONE, added)


def tenant_of(tenant_id: str) -> tuple[dict | None, dict]:
    """A tenant with its customer's standing rules, which are stored apart from it."""
    found = {item["pk"]: item["b"] for item in get_all([(f"TN#{tenant_id}", "A"), (f"RU#{tenant_id}", "A")])}
    return found.get(f"TN#{tenant_id}"), found.get(f"RU#{tenant_id}", {})


def own_claim(claim_id: str, partner: str, tenant: str, family: str, items: list) -> str | None:
    """An open or active claim of the same partner on one of the items: named by the index, each read strongly."""
    ids, start = [], {}
    while start is not None:
        answer = query(
            "it = :p AND begins_with(iu, :s)", {":p": tenant, ":s": f"{partner}#"},
            IndexName="tenant", Limit=1000, **start,
        )
        ids += [item["pk"]["S"][2:] for item in answer["Items"]]
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]} if "LastEvaluatedKey" in answer else None
    for record in records(other for other in ids if other != claim_id):
        held = OPEN | {"associated"}
        if record.get("fa", record["pr"]) == family and record["st"] in held:
            for item, mark in zip(table.items_of(record), table.marks_of(record), strict=True):
                # Undecided or active: what was dropped, declined or ended may be claimed again.
                if mark[0] >> 4 in (0, 5) and (record["ki"], item) in items:
                    return record["pk"][2:]
    return None


def is_blocked(partner: str, tenant: str, family: str, items: list, rules: dict, at: int) -> bool:
    blocks = get_all((f"L#{tenant}#{family}#{kind}#{item}", f"B#{partner}") for kind, item in items)
    return partner in rules.get("blocked_partners", []) or any(at < block["u"] for block in blocks) or any(
        wish["partner"] == partner and (wish["kind"], wish["id"]) in items and at < days.millis(wish["until"])
        for wish in rules.get("blocks", [])
    )


def wait_for_quota(partner: dict, at: int) -> dict | None:
    """Why one more claim does not fit, with the seconds to wait where waiting helps; `None` where it fits."""
    zone, daily = partner["time_zone"], int(partner["daily_claim_quota"])
    today = days.local_date(at, zone)
    since = {":p": partner["id"], ":since": f"{days.first_instant(today, zone):013}"}
    answer = query("ip = :p AND ik >= :since", since, IndexName="partner", Select="COUNT", Limit=daily + PAGE)
    if answer["Count"] >= daily:
        tomorrow = days.first_instant(today + days.DAY, zone)
        return {"retry_after": (tomorrow - at) // 1000}
    return {"retry_after": None} if has_open(partner["id"], int(partner["open_claim_quota"])) else None


def has_open(partner: str, quota: int) -> bool:
    """Whether the partner has that many open claims among its newest; a few pages tell."""
    still, start = 0, {}
    for _ in range(PAGES):
        answer = query("ip = :p", {":p": partner}, IndexName="partner", ScanIndexForward=False, Limit=PAGE, **start)
        more = answer.get("LastEvaluatedKey")
        if not more and still + len(answer["Items"]) < quota:
            return False
        found = records(item["pk"]["S"][2:] for item in answer["Items"])
        still += sum(record["st"] in OPEN for record in found)
        if still >= quota or not more:
            break
        start = {"ExclusiveStartKey": more}
    return still >= quota


def problems(claim: dict, facts: dict, at: int) -> list:
    """What is there and not eligible, against the directory as it is now."""
    partner, tenant, program = facts["partner"], facts["tenant"], facts["program"]
    errors = []
    if not partner or partner["status"] == "suspended":
        errors.append(("", "partner-suspended"))
    locations = {location["id"]: location["programs"] for location in (partner or {}).get("locations", [])}
    location, wanted = claim.get("location_id"), claim.get("program")
    if location and wanted and wanted not in locations.get(location, []):
        errors.append(("/location_id", "location-not-enrolled"))
    if claim.get("program") and not program:
        errors.append(("/program", "program-unknown"))
    if program and program["status"] == "closed":
        errors.append(("/program", "program-closed"))
    if program and claim.get("activity") and claim["activity"] not in program["activities"]:
        errors.append(("/activity", "activity-not-allowed"))
    named = claim.get("tenant") or {}
    if named.get("id") and (not tenant or tenant["status"] != "active"):
        errors.append(("/tenant/id", "tenant-unknown"))
    elif tenant and named.get("domain") and named["domain"] not in tenant["domains"]:
        errors.append(("/tenant/domain", "tenant-domain-mismatch"))
    errors += item_problems(claim.get("items", []), tenant, program)
    email = (claim.get("customer_contact") or {}).get("email")
    if email and tenant and not is_reachable(email, tenant, facts["rules"]):
        errors.append(("/customer_contact/email", "customer-unreachable"))
    return errors + (evidence_problems(claim, facts, at) if partner else [])


def is_whole(entry: dict | None) -> bool:
    return bool(entry and entry.get("kind") and entry.get("id"))


def item_problems(items: list, tenant: dict | None, program: dict | None) -> list:
    errors, seen = [], set()
    known = {(item["kind"], item["id"]): item for item in (tenant or {}).get("items", []) if item["state"] != "ended"}
    for no, entry in enumerate(items):
        if not is_whole(entry):
            continue
        item = (entry["kind"], entry["id"])
        found = known.get(item)
        if item in seen:
            errors.append((f"/items/{no}", "duplicate"))
        elif program and program["item_kind"] != item[0]:
            errors.append((f"/items/{no}/kind", "item-kind-wrong"))
        elif tenant and not found:
            errors.append((f"/items/{no}/id", "item-not-in-tenant"))
        elif found and not (found["claimable"] and is_listed(item, found, program)):
            errors.append((f"/items/{no}/id", "item-not-claimable"))
        seen.add(item)
    return errors


def is_listed(item: tuple, found: dict, program: dict | None) -> bool:
    return not program or (item[1] if item[0] == "workload" else found["product"]) in program["catalogue"]


def is_reachable(email: str, tenant: dict, rules: dict) -> bool:
    """Somebody must be there whose mail can open a window."""
    own = email.rpartition("@")[2].lower() in tenant["domains"]
    return own or any(contact["verified"] for contact in tenant["contacts"]) or bool(rules.get("contacts"))


def evidence_problems(claim: dict, facts: dict, at: int) -> list:
    today = days.local_date(at, facts["partner"]["time_zone"])
    months = int(facts["program"]["policy"]["evidence_max_age_months"]) if facts["program"] else 12
    oldest = days.months_before(today, months).isoformat()
    errors = []
    for no, entry in enumerate(claim.get("evidence", [])):
        acknowledged_on = (entry or {}).get("acknowledged_on")
        if acknowledged_on and acknowledged_on > today.isoformat():
            errors.append((f"/evidence/{no}/acknowledged_on", "evidence-rejected"))
        elif acknowledged_on and acknowledged_on < oldest:
            errors.append((f"/evidence/{no}/acknowledged_on", "evidence-too-old"))
    return errors
