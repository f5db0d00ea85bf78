"""A new claim: as it is stored, and as its partner sees it."""

from . import days, table

SUBMITTED, PARTNER = 2, 1
RULE = {"section": "§3", "name": "submit", "says": "every guard of a submission held, so a reviewer is due"}


def details_of(claim: dict, facts: dict) -> dict:
    def contact(given: dict | None) -> dict | None:
        return given and {name[0]: value for name, value in given.items()}

    evidence = [
        {"i": f"e{no}", "n": entry["name"], "h": entry["sha256"], "a": entry["acknowledged_on"], "s": "none"}
        for no, entry in enumerate(claim.get("evidence", []), 1)
    ]
    fields = {
        "p": facts["partner"]["name"], "t": facts["tenant"]["name"], "td": claim["tenant"]["domain"],
        "cc": contact(claim["customer_contact"]), "tc": contact(claim.get("technical_contact")),
        "pc": contact(claim["partner_contact"]), "l": claim.get("label"), "x": claim.get("external_ref"), "e": evidence,
    }
    return {name: value for name, value in fields.items() if value}


def record_of(claim_id: str, claim: dict, facts: dict, details: dict, at: int, due_at: int, write: bytes) -> dict:
    partner, tenant, program = facts["partner"]["id"], facts["tenant"]["id"], facts["program"]
    by_time = f"{at:013}#{claim_id}"
    record = {
        "pk": f"C#{claim_id}", "sk": "A", "v": 1, "st": "submitted",
        "dh": table.details_digest(details["s"], details["d"]), "le": table.event(SUBMITTED, PARTNER, at, write),
        "ip": partner, "ik": by_time, "it": tenant, "iu": f"{partner}#{by_time}", "iq": "submitted", "iw": by_time,
        "lo": claim["location_id"], "pr": program["id"], "pv": program["policy_version"], "ki": program["item_kind"],
        "ac": claim["activity"], "i": table.pack_items(item["id"] for item in claim["items"]), "du": due_at,
    }
    if program["family"] != program["id"]:
        record["fa"] = program["family"]
    explicit = facts["rules"].get("explicit_yes", "none")
    if explicit == "all" or (isinstance(explicit, dict) and program["id"] in explicit["programs"]):
        record["y"] = True
    return record


def view_of(record: dict, details: dict) -> dict:
    """The claim as its partner sees it."""
    policy, claim_id = table.policy_of(record), record["pk"][2:]
    at = days.rfc3339(int(record["ik"].partition("#")[0]))
    due_at = days.rfc3339(int(record["du"])) if "du" in record else None

    def contact(given: dict | None) -> dict | None:
        return given and {name: given[name[0]] for name in ("name", "title", "email") if name[0] in given}

    facts = {
        "policy_version": record["pv"], "last_event_at": at, "priority_at": at,
        "review_start_business_days": policy["review_start_business_days"], "due_at": due_at,
    }
    return {
        "id": claim_id, "version": int(record["v"]), "status": record["st"], "contested": "co" in record,
        "program": record["pr"], "policy_version": int(record["pv"]), "activity": record["ac"],
        "location_id": record["lo"],
        "partner": {"id": record["ip"], "name": details["p"]},
        "tenant": {"id": record["it"], "domain": details["td"], "name": details["t"]},
        "items": [
            {"no": no, "kind": record["ki"], "id": item, "status": "proposed"}
            for no, item in enumerate(table.items_of(record), 1)
        ],
        "customer_contact": contact(details.get("cc")), "technical_contact": contact(details.get("tc")),
        "partner_contact": contact(details.get("pc")), "label": details.get("l"), "external_ref": details.get("x"),
        "evidence": [
            {"id": own["i"], "name": own["n"], "sha256": own["h"], "acknowledged_on": own["a"], "scan": own["s"]}
            for own in details.get("e", [])
        ],
        "created_at": at, "submitted_at": at, "priority_at": at,
        "turn": {"who": "operator", "until": due_at, "on_silence": "nothing"},
        "window": None, "reasons": [], "defence": None,
        "last_event": {"type": "submitted", "at": at, "actor": "partner"},
        "explain": {
            "rule": RULE, "by_silence": False,
            "facts": [{"name": name, "value": str(value)} for name, value in facts.items()],
            "next": f"The operator's turn until {due_at}; silence changes nothing.",
        },
    }
