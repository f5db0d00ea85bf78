"""The directory that every local stack starts with, written through the API as an operator would."""

from api import Api

TENANTS = {
    "contoso": "c0000000-0000-4000-8000-000000000001",
    "tailwind": "7a000000-0000-4000-8000-000000000002",
    "fabrikam": "fab00000-0000-4000-8000-000000000003",
}
SUBSCRIPTIONS = {name: [f"{name}-d365-sales", f"{name}-d365-service"] for name in TENANTS}
WORKLOADS = ["exchange-online", "teams", "sharepoint-online"]
PRODUCTS = ["dynamics-365-sales", "dynamics-365-customer-service"]
# What customers call the things of the catalogues, by language.
NAMES = {
    "exchange-online": {"en": "Exchange Online", "cs": "Exchange Online"},
    "teams": {"en": "Microsoft Teams", "cs": "Microsoft Teams"},
    "sharepoint-online": {"en": "SharePoint Online", "cs": "SharePoint Online"},
    "dynamics-365-sales": {"en": "Dynamics 365 Sales", "cs": "Dynamics 365 Prodej"},
    "dynamics-365-customer-service": {"en": "Dynamics 365 Customer Service", "cs": "Dynamics 365 Zákaznický servis"},
}
PROGRAMS = ["osu-m365", "osu-business-apps", "osa-sell", "osu-security"]

POLICY = {
    "window_business_days": 5, "consent": "opt_out", "grace_seconds": 120, "delivery_business_days": 2,
    "contact_business_days": 5, "review_start_business_days": 5, "review_business_days": 5,
    "answer_business_days": 5, "defence_business_days": 5, "draft_idle_days": 90, "dispute_days": 30,
    "recall_business_days": 5, "extension_business_days": 5, "block_days": 90, "evidence": "declared",
    "evidence_max_age_months": 12, "unknown_subdivision": "any", "term_months": None,
    # Everybody tries on the same few tenants.
    "open_claims_at_tenant": 1000, "monthly_notice_quota": 1000,
}


def seed(api: Api) -> None:
    """Programs, partners and tenants. Writing them again changes nothing."""
    for body in (*programs(), *partners()):
        kind = "programs" if "family" in body else "partners"
        api.put(f"/v1/{kind}/{body['id']}", "operator", body).must(200, 201)
    for body in (contoso(), tailwind(), fabrikam()):
        api.put(f"/v1/tenants/{body['id']}", "operator", body).must(200, 201)


def programs() -> list[dict]:
    return [
        _program("osu-m365", "Online Services Usage – Microsoft 365", "workload", "usage", WORKLOADS),
        _program("osu-business-apps", "Online Services Usage – Business Applications", "subscription", "usage", PRODUCTS),
        _program("osa-sell", "Online Services Advisor – Sell", "subscription", "presales", PRODUCTS),
        # The one that asks for documents.
        _program("osu-security", "Online Services Usage – Security", "workload", "usage", WORKLOADS, evidence="uploaded"),
    ]


def _program(id: str, name: str, item_kind: str, activity: str, catalogue: list[str], **policy) -> dict:
    return {
        "id": id, "name": name, "status": "open", "family": id, "item_kind": item_kind, "activities": [activity],
        "catalogue": catalogue, "catalogue_names": {id: NAMES[id] for id in catalogue},
        "policy_version": 1, "policy": {**POLICY, **policy},
    }


def partners() -> list[dict]:
    return [
        {
            **_partner("p-alpine", "Alpine Cloud", "4711", "CZ", "Europe/Prague"),
            "domains": ["alpine.example"], "contacts": [{"name": "Partner desk", "email": "desk@alpine.example"}],
            "locale": "cs",
        },
        _partner("p-borealis", "Borealis Consulting", "4712", "US", "America/New_York"),
    ]


def _partner(id: str, name: str, location: str, country: str, time_zone: str) -> dict:
    return {
        "id": id, "name": name, "status": "active", "locations": [{"id": location, "programs": PROGRAMS}],
        "country": country, "time_zone": time_zone, "daily_claim_quota": 100_000, "open_claim_quota": 100_000,
    }


def contoso(id: str = TENANTS["contoso"], domain: str = "contoso.example") -> dict:
    """Contoso's data; a test or a demo gives it an id and a domain of its own."""
    return tenant("contoso", "Contoso", id, domain, "CZ", None, "Europe/Prague", "cs")


def tailwind(id: str = TENANTS["tailwind"], domain: str = "tailwind.example") -> dict:
    return tenant("tailwind", "Tailwind Traders", id, domain, "US", "CA", "America/Los_Angeles", "en")


def fabrikam(id: str = TENANTS["fabrikam"], domain: str = "fabrikam.example") -> dict:
    return tenant("fabrikam", "Fabrikam", id, domain, "EG", None, "Africa/Cairo", "en")


def tenant(key: str, name: str, id: str, domain: str, country: str, subdivision: str | None, zone: str, locale: str) -> dict:
    workloads = [_item("workload", workload, workload) for workload in WORKLOADS]
    subscriptions = [_item("subscription", *pair) for pair in zip(SUBSCRIPTIONS[key], PRODUCTS)]
    return {
        "id": id, "name": name, "status": "active", "domains": [domain], "country": country, "subdivision": subdivision,
        "time_zone": zone, "locale": locale, "closures": [],
        "contacts": [{"name": f"{name} IT", "email": f"it@{domain}", "verified": True}],
        "items": workloads + subscriptions,
    }


def _item(kind: str, id: str, product: str) -> dict:
    return {"kind": kind, "id": id, "product": product, "claimable": True, "state": "active"}
