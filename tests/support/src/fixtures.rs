//! The directory that `make up` seeds, as values: two partners, three tenants, three programs.

use domain::directory::{Partner, Tenant, TenantContact};
use domain::program::Program;
use domain::text::Email;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Contoso's tenant id.
pub const CONTOSO: &str = "6f3c1a52-9d4e-4b7a-8c21-0a5e7d9b1c01";
/// Tailwind's tenant id.
pub const TAILWIND: &str = "6f3c1a52-9d4e-4b7a-8c21-0a5e7d9b1c02";
/// Fabrikam's tenant id.
pub const FABRIKAM: &str = "6f3c1a52-9d4e-4b7a-8c21-0a5e7d9b1c03";
/// The Czech partner.
pub const ALPINE: &str = "p-alpine";
/// The American partner.
pub const BOREALIS: &str = "p-borealis";
/// The Irish partner.
pub const EMERALD: &str = "p-emerald";
/// The Sri Lankan partner.
pub const CEYLON: &str = "p-ceylon";
/// The workloads every tenant has.
pub const WORKLOADS: [&str; 3] = ["exchange-online", "teams", "sharepoint-online"];

/// Alpine Cloud: location 4711, Prague.
pub fn alpine() -> Partner {
    partner(ALPINE, "Alpine Cloud", &["4711"], "CZ", "Europe/Prague")
}

/// Borealis Partners: location 4712, New York.
pub fn borealis() -> Partner {
    partner(BOREALIS, "Borealis Partners", &["4712"], "US", "America/New_York")
}

/// Emerald Systems: locations 4720, Dublin, and 4721, Cork.
pub fn emerald() -> Partner {
    partner(EMERALD, "Emerald Systems", &["4720", "4721"], "IE", "Europe/Dublin")
}

/// Ceylon Systems: location 4731, Colombo. Its country's calendar ends with 2026.
pub fn ceylon() -> Partner {
    partner(CEYLON, "Ceylon Systems", &["4731"], "LK", "Asia/Colombo")
}

fn partner(id: &str, name: &str, locations: &[&str], country: &str, zone: &str) -> Partner {
    let location =
        |id: &&str| json!({"id": id, "programs": ["osu-m365", "osu-business-apps", "osa-sell"]});
    let locations: Vec<_> = locations.iter().map(location).collect();
    read(json!({
        "id": id, "name": name, "status": "active",
        "locations": locations,
        "country": country, "time_zone": zone,
        "daily_claim_quota": 1000, "open_claim_quota": 100_000,
    }))
}

/// Contoso, Prague, Czech.
pub fn contoso() -> Tenant {
    tenant(CONTOSO, "Contoso", "CZ", None, "Europe/Prague", "cs")
}

/// Contoso with further verified contacts, by what stands before their addresses' `@`.
pub fn contoso_with(more: &[&str]) -> Tenant {
    let mut tenant = contoso();
    let verified = tenant.contacts.first().expect("a verified contact").clone();
    for name in more {
        let email = Email::parse(&format!("{name}@contoso.example")).expect("an address");
        tenant.contacts.push(TenantContact { email, ..verified.clone() });
    }
    tenant
}

/// Tailwind, California, English.
pub fn tailwind() -> Tenant {
    tenant(TAILWIND, "Tailwind", "US", Some("CA"), "America/Los_Angeles", "en")
}

/// Tailwind's entry under the id of another tenant, with a domain of its own.
pub fn tailwind_named(id: &str) -> Tenant {
    tenant(id, "Tailspin", "US", Some("CA"), "America/Los_Angeles", "en")
}

/// Fabrikam, Cairo, English.
pub fn fabrikam() -> Tenant {
    tenant(FABRIKAM, "Fabrikam", "EG", None, "Africa/Cairo", "en")
}

fn tenant(
    id: &str,
    name: &str,
    country: &str,
    part: Option<&str>,
    zone: &str,
    locale: &str,
) -> Tenant {
    let domain = format!("{}.example", name.to_lowercase());
    let workload = |id: &str| json!({"kind": "workload", "id": id, "product": id, "claimable": true, "state": "active"});
    let subscription = |product: &str| {
        let id = format!("sub-{}-{product}", name.to_lowercase());
        json!({"kind": "subscription", "id": id, "product": product, "claimable": true, "state": "active"})
    };
    let mut items: Vec<Value> = WORKLOADS.map(workload).into();
    items.extend(["d365-sales", "d365-finance"].map(subscription));
    read(json!({
        "id": id, "name": name, "status": "active", "domains": [domain],
        "country": country, "subdivision": part, "time_zone": zone, "locale": locale, "closures": [],
        "contacts": [{"name": "IT desk", "email": format!("it@{domain}"), "verified": true}],
        "items": items,
    }))
}

/// `osu-m365`: workloads, usage.
pub fn osu_m365() -> Program {
    program(
        "osu-m365",
        "Online Services Usage - Microsoft 365",
        "osu-m365",
        "workload",
        "usage",
        &WORKLOADS,
    )
}

/// `osu-business-apps`: subscriptions, usage.
pub fn osu_business_apps() -> Program {
    program(
        "osu-business-apps",
        "Online Services Usage - Business Applications",
        "osu-business-apps",
        "subscription",
        "usage",
        &["d365-sales", "d365-finance"],
    )
}

/// `osa-sell`: subscriptions, presales.
pub fn osa_sell() -> Program {
    program(
        "osa-sell",
        "Online Services Advisor - Sell",
        "osa-sell",
        "subscription",
        "presales",
        &["d365-sales", "d365-finance"],
    )
}

fn program(
    id: &str,
    name: &str,
    family: &str,
    kind: &str,
    activity: &str,
    catalogue: &[&str],
) -> Program {
    read(json!({
        "id": id, "name": name, "status": "open", "family": family, "item_kind": kind,
        "activities": [activity], "catalogue": catalogue, "policy_version": 1, "policy": {},
    }))
}

fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("a fixture of the directory")
}

/// The body of a claim of Alpine's on workloads of Contoso.
pub fn claim_body(workloads: &[&str]) -> Value {
    claim_body_of("4711", CONTOSO, "contoso.example", workloads)
}

/// The body of a claim on workloads of a tenant.
pub fn claim_body_of(location: &str, tenant: &str, domain: &str, workloads: &[&str]) -> Value {
    let item = |id: &&str| json!({"kind": "workload", "id": id});
    json!({
        "program": "osu-m365", "activity": "usage", "location_id": location,
        "tenant": {"id": tenant, "domain": domain},
        "items": workloads.iter().map(item).collect::<Vec<_>>(),
        "customer_contact": {"name": "Jana Nováková", "title": "IT manager", "email": format!("jana@{domain}")},
        "partner_contact": partner_contact(location),
        "evidence": [{"name": "sow.pdf", "sha256": "a".repeat(64), "acknowledged_on": "2026-10-01"}],
    })
}

/// Whom the customer may ask at the partner of that location.
fn partner_contact(location: &str) -> Value {
    match location {
        "4712" => json!({"name": "Bo Borg", "email": "bo@borealis.example"}),
        "4731" => json!({"name": "Nimal Perera", "email": "nimal@ceylon.example"}),
        "4720" | "4721" => json!({"name": "Niamh Byrne", "email": "niamh@emerald.example"}),
        _ => json!({"name": "Petr Alpin", "email": "petr@alpine.example"}),
    }
}
