//! Partners, tenants, programs, and what belongs to nobody.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::claim::Instant;
use domain::directory::{Grant, Locale, Location, Partner, Tenant};
use domain::program::{NamesByLanguage, Policy, Program};
use domain::text::{Domain, Name};
use domain::time::format_rfc3339;
use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, OneOfBuilder, SchemaFormat, Type};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::claim::PartnerContactView;
use crate::words::{
    ConsentWord, EvidenceWord, ItemKindWord, PartnerStatusWord, PartnerTopicWord,
    ProgramStatusWord, SubdivisionWord, TenantItemWord, TenantStatusWord, UsageHistoryWord,
    VouchingWord, Word,
};

/// An item by kind and id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ItemRefView {
    /// Whether the item is a workload or a subscription.
    pub kind: ItemKindWord,
    /// The item's id at the tenant.
    pub id: String,
}

/// A partner's entry in the directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PartnerView {
    /// The partner's id, unique in the directory.
    pub id: String,
    /// The partner's name, as customers read it.
    pub name: String,
    /// Whether the partner may claim and read.
    pub status: PartnerStatusWord,
    /// The partner's locations and where they are enrolled.
    pub locations: Vec<LocationView>,
    /// The country of its business calendar.
    pub country: String,
    /// The partner's time zone, a name of the tz database.
    pub time_zone: String,
    /// How many claims it may submit in a day.
    pub daily_claim_quota: u32,
    /// How many open claims it may have.
    pub open_claim_quota: u32,
    /// How many drafts it may have.
    pub open_draft_quota: u32,
    /// How many tenants at which it claims nothing it may check in a local day.
    pub daily_check_quota: u32,
    /// The domains that are its own.
    pub domains: Vec<String>,
    /// Who is told by mail what becomes of its claims.
    pub contacts: Vec<PartnerContactView>,
    /// The language of these mails; `null`: English.
    #[schema(required)]
    pub locale: Option<String>,
    /// What they are told; `null`: everything.
    #[schema(required)]
    pub notify: Option<Vec<PartnerTopicWord>>,
}

/// A unit of the partner that is enrolled in programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LocationView {
    /// The location's id, unique within the partner.
    pub id: String,
    /// The programs it is enrolled in.
    pub programs: Vec<String>,
    /// What people call it; absent where it has no name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its name in other languages, by language tag; in the directory alone.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<String, String>,
}

impl LocationView {
    /// The view of a location, with all its names.
    fn of(location: &Location) -> Self {
        Self {
            id: location.id.to_string(),
            programs: location.programs.iter().map(ToString::to_string).collect(),
            name: location.name.as_ref().map(|name| name.as_str().to_owned()),
            names: by_language(&location.names),
        }
    }

    /// The view of a location with what it is called in that language.
    pub(super) fn named_in_language(location: &Location, language: &str) -> Self {
        let name = location.name_in(language).map(|name| name.as_str().to_owned());
        Self { name, names: BTreeMap::new(), ..Self::of(location) }
    }
}

impl PartnerView {
    /// The view of a partner.
    pub fn of(partner: &Partner) -> Self {
        Self {
            id: partner.id.to_string(),
            name: partner.name.as_str().to_owned(),
            status: Word(partner.status),
            locations: partner.locations.iter().map(LocationView::of).collect(),
            country: partner.country.to_string(),
            time_zone: partner.time_zone.name().to_owned(),
            daily_claim_quota: partner.daily_claim_quota,
            open_claim_quota: partner.open_claim_quota,
            open_draft_quota: partner.open_draft_quota,
            daily_check_quota: partner.daily_check_quota,
            domains: partner.domains.iter().map(|own| own.as_str().to_owned()).collect(),
            contacts: partner.contacts.iter().map(PartnerContactView::of).collect(),
            locale: partner.locale.as_ref().map(|locale| locale.as_str().to_owned()),
            notify: partner.notify.as_ref().map(|own| own.iter().copied().map(Word).collect()),
        }
    }
}

/// A partner in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PartnerEntryView {
    /// The partner's id, unique in the directory.
    pub id: String,
    /// The partner's name, as customers read it.
    pub name: String,
    /// Whether the partner may claim and read.
    pub status: PartnerStatusWord,
    /// The country of its business calendar.
    pub country: String,
}

impl PartnerEntryView {
    /// The view of a partner.
    pub fn of(partner: &Partner) -> Self {
        Self {
            id: partner.id.to_string(),
            name: partner.name.as_str().to_owned(),
            status: Word(partner.status),
            country: partner.country.to_string(),
        }
    }
}

/// A tenant in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TenantEntryView {
    /// The id of the tenant.
    #[schema(format = "uuid")]
    pub id: String,
    /// The name of the customer.
    pub name: String,
    /// Whether the tenant exists.
    pub status: TenantStatusWord,
    /// The tenant's country of ISO 3166-1, two letters.
    pub country: String,
}

impl TenantEntryView {
    /// The view of a tenant.
    pub fn of(tenant: &Tenant) -> Self {
        Self {
            id: tenant.id.to_string(),
            name: tenant.name.as_str().to_owned(),
            status: Word(tenant.status),
            country: tenant.country.to_string(),
        }
    }
}

/// A tenant's entry in the directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TenantView {
    /// The id of the tenant.
    #[schema(format = "uuid")]
    pub id: String,
    /// The name of the customer.
    pub name: String,
    /// Whether the tenant exists.
    pub status: TenantStatusWord,
    /// The domains that are its own, as A-labels.
    pub domains: Vec<String>,
    /// Those of them that have another spelling of one script, with that; taken and ignored where it is written.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub domains_unicode: BTreeMap<String, String>,
    /// Who added which of them, and when; those of the first entry are not in it.
    pub domain_added: BTreeMap<String, GrantView>,
    /// The tenant's country of ISO 3166-1, two letters.
    pub country: String,
    /// Its subdivision, if known.
    #[schema(required)]
    pub subdivision: Option<String>,
    /// Its time zone, if known.
    #[schema(required)]
    pub time_zone: Option<String>,
    /// The language of its notices.
    pub locale: String,
    /// Days on which it is closed.
    pub closures: Vec<String>,
    /// The contacts, in the order in which notices try them.
    pub contacts: Vec<TenantContactView>,
    /// Its workloads and subscriptions.
    pub items: Vec<TenantItemView>,
}

/// A contact of a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TenantContactView {
    /// The name of the person or desk, 1–200 characters.
    pub name: String,
    /// The e-mail address to write to, at most 254 characters.
    pub email: String,
    /// The same with the domain in its own script, where that is another spelling and of one script.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_unicode: Option<String>,
    /// Whether the contact is known to speak for the tenant.
    pub verified: bool,
    /// Since when, where it was not so in the tenant's first entry.
    #[schema(format = DateTime, required)]
    pub verified_since: Option<String>,
    /// Who of the staff made it so.
    #[schema(required)]
    pub verified_by: Option<String>,
}

/// Who of the staff made a change of the directory, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GrantView {
    /// The moment at which it was written.
    #[schema(format = DateTime)]
    pub since: String,
    /// The member of the staff who did it.
    pub by: String,
}

/// A workload or subscription of a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TenantItemView {
    /// Whether the item is a workload or a subscription.
    pub kind: ItemKindWord,
    /// The item's id at the tenant.
    pub id: String,
    /// What was bought, by its id; a program's catalogue names it.
    pub product: String,
    /// Whether it may be claimed.
    pub claimable: bool,
    /// The state of the item at the tenant.
    pub state: TenantItemWord,
}

impl TenantView {
    /// The view of a tenant.
    pub fn of(tenant: &Tenant) -> Self {
        Self {
            id: tenant.id.to_string(),
            name: tenant.name.as_str().to_owned(),
            status: Word(tenant.status),
            domains: tenant.domains.iter().map(|domain| domain.as_str().to_owned()).collect(),
            domains_unicode: tenant.domains.iter().filter_map(unicode_spelling).collect(),
            domain_added: tenant.domain_added.iter().map(GrantView::with_domain).collect(),
            country: tenant.country.to_string(),
            subdivision: tenant.subdivision.as_ref().map(ToString::to_string),
            time_zone: tenant.time_zone.map(|zone| zone.name().to_owned()),
            locale: tenant.locale.as_str().to_owned(),
            closures: tenant.closures.iter().map(ToString::to_string).collect(),
            contacts: tenant.contacts.iter().map(TenantContactView::of).collect(),
            items: tenant.items.iter().map(TenantItemView::of).collect(),
        }
    }
}

/// A domain and its other spelling.
fn unicode_spelling(domain: &Domain) -> Option<(String, String)> {
    Some((domain.as_str().to_owned(), domain.unicode_form()?))
}

impl TenantContactView {
    fn of(contact: &domain::directory::TenantContact) -> Self {
        Self {
            name: contact.name.as_str().to_owned(),
            email: contact.email.as_str().to_owned(),
            email_unicode: contact.email.unicode_form(),
            verified: contact.verified,
            verified_since: contact.verified_since.map(format_rfc3339),
            verified_by: contact.verified_by.as_ref().map(ToString::to_string),
        }
    }
}

impl GrantView {
    fn with_domain((domain, grant): (&Domain, &Grant)) -> (String, Self) {
        let view = Self { since: format_rfc3339(grant.since), by: grant.by.to_string() };
        (domain.as_str().to_owned(), view)
    }
}

impl TenantItemView {
    fn of(item: &domain::directory::TenantItem) -> Self {
        Self {
            kind: Word(item.kind),
            id: item.id.to_string(),
            product: item.product.to_string(),
            claimable: item.claimable,
            state: Word(item.state),
        }
    }
}

/// A program's entry in the directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProgramView {
    /// The program's id, unique in the directory.
    pub id: String,
    /// The program's name, as people read it.
    pub name: String,
    /// Whether the program takes new claims.
    pub status: ProgramStatusWord,
    /// The family within which an item has one partner.
    pub family: String,
    /// What the program's items are.
    pub item_kind: ItemKindWord,
    /// The activities a claim may name.
    pub activities: Vec<String>,
    /// Workload ids, or the products of subscriptions. What is not among them cannot be claimed; of an empty list nothing can.
    pub catalogue: Vec<String>,
    /// Its name in other languages, by language tag.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<String, String>,
    /// What customers call the things of the catalogue, by id and language tag.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub catalogue_names: BTreeMap<String, BTreeMap<String, String>>,
    /// The version of its policy.
    pub policy_version: u32,
    /// The rules new claims are pinned to.
    pub policy: PolicyView,
    /// For a partner: its locations that are enrolled in the program.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub enrolled_locations: Option<Vec<String>>,
    /// Where the program is read alone: the versions of its policy, oldest first. Each acts on claims that are submitted
    /// while it is the last one, and never backwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub versions: Option<Vec<PolicyVersionView>>,
}

/// A version of a program's policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PolicyVersionView {
    /// The number of the version, from 1 on.
    pub policy_version: u32,
    /// Since when; `null`: from before that was kept.
    #[schema(format = DateTime, required)]
    pub since: Option<String>,
    /// What differs from the version before; of the first, from the defaults.
    pub changed: Vec<PolicyChangeView>,
}

/// A key of a policy that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PolicyChangeView {
    /// Which key of the policy.
    pub key: String,
    /// The value of the key before.
    #[schema(value_type = PolicyValueView)]
    pub from: Value,
    /// The value of the key in this version.
    #[schema(value_type = PolicyValueView)]
    pub to: Value,
}

/// The value of a key of a policy: a figure, a word, or how long data are kept.
#[derive(Debug, Clone, Copy)]
pub struct PolicyValueView;

impl PartialSchema for PolicyValueView {
    fn schema() -> RefOr<Schema> {
        let number = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
            .description(Some("A figure: days, months, seconds or a quota."));
        let word = ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("A word out of the key's list, such as `opt_in`."));
        let said =
            "The value of a key of a policy, of the type that the key has there; `null`: none.";
        OneOfBuilder::new()
            .item(number)
            .item(word)
            .item(Ref::from_schema_name(RetentionDaysView::name()))
            .item(ObjectBuilder::new().schema_type(Type::Null))
            .description(Some(said))
            .into()
    }
}

impl ToSchema for PolicyValueView {
    fn name() -> Cow<'static, str> {
        "PolicyValue".into()
    }
}

impl PolicyVersionView {
    /// The views of all versions of a policy, oldest first.
    pub fn all_versions<'a>(
        versions: impl Iterator<Item = (u32, Option<Instant>, &'a Policy)>,
    ) -> Vec<Self> {
        let mut before = PolicyView::of(&Policy::default());
        let mut all = Vec::new();
        for (policy_version, since, policy) in versions {
            let now = PolicyView::of(policy);
            let changed = PolicyChangeView::changes_between(&before, &now);
            all.push(Self { policy_version, since: since.map(format_rfc3339), changed });
            before = now;
        }
        all
    }
}

impl PolicyChangeView {
    fn changes_between(before: &PolicyView, now: &PolicyView) -> Vec<Self> {
        let members = |view| match serde_json::to_value(view) {
            Ok(Value::Object(members)) => members,
            Ok(_) | Err(_) => serde_json::Map::new(),
        };
        let (before, now) = (members(before), members(now));
        let change = |(key, to): (String, Value)| {
            let from = before.get(&key).cloned().unwrap_or_default();
            (from != to).then_some(Self { key, from, to })
        };
        now.into_iter().filter_map(change).collect()
    }
}

/// The rules of a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PolicyView {
    /// The customer's window, in business days of the customer.
    pub window_business_days: u32,
    /// What silence in the window means.
    pub consent: ConsentWord,
    /// Seconds between the end of the window and its close.
    pub grace_seconds: u32,
    /// The time for a delivery proof, in business days of the operator.
    pub delivery_business_days: u32,
    /// The partner's time to correct an unreachable contact, in business days.
    pub contact_business_days: u32,
    /// The operator's time to begin a review, in business days.
    pub review_start_business_days: u32,
    /// The operator's time to finish a review or a dispute, in business days.
    pub review_business_days: u32,
    /// The partner's time to answer a request for information, in business days.
    pub answer_business_days: u32,
    /// A holder's time to defend an item, in business days.
    pub defence_business_days: u32,
    /// Calendar days after which an idle draft is discarded.
    pub draft_idle_days: u32,
    /// Calendar days in which a rejection can be disputed.
    pub dispute_days: u32,
    /// Business days in which a recalled claim keeps its priority date.
    pub recall_business_days: u32,
    /// What the customer's one extension adds, in business days.
    pub extension_business_days: u32,
    /// Calendar days for which a customer's no blocks the same partner and item.
    pub block_days: u32,
    /// What a partner must bring as evidence.
    pub evidence: EvidenceWord,
    /// How old the customer's acknowledgement may be at the submission, in calendar months.
    pub evidence_max_age_months: u32,
    /// Which holidays count for a tenant whose subdivision is not known.
    pub unknown_subdivision: SubdivisionWord,
    /// Calendar months after the window at which associations end; `null`: never.
    #[schema(required)]
    pub term_months: Option<u32>,
    /// Whether the operator may vouch for a contact of the tenant's domain.
    pub vouching: VouchingWord,
    /// Which days of usage an association's partner may read.
    pub usage_history: UsageHistoryWord,
    /// How many open claims of one partner there may be at a tenant.
    pub open_claims_at_tenant: u32,
    /// How many notices to a tenant may be made due by `validate` in a month, by UTC.
    pub monthly_notice_quota: u32,
    /// How long the personal data of a claim that is over are kept; `null`: until somebody erases them.
    #[schema(required)]
    pub retention_days: Option<RetentionDaysView>,
}

/// For how many days, `null`: until somebody erases them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct RetentionDaysView {
    /// Days of 24 hours after a draft was discarded.
    #[schema(required)]
    pub discarded: Option<u32>,
    /// Days of 24 hours after any other claim was over.
    #[schema(required)]
    pub r#final: Option<u32>,
}

impl ProgramView {
    /// The view of a program.
    pub fn of(program: &Program) -> Self {
        Self {
            id: program.id.to_string(),
            name: program.name.as_str().to_owned(),
            status: Word(program.status),
            family: program.family.to_string(),
            item_kind: Word(program.item_kind),
            activities: program.activities.iter().map(ToString::to_string).collect(),
            catalogue: program.catalogue.iter().map(ToString::to_string).collect(),
            names: by_language(&program.names),
            catalogue_names: program
                .catalogue_names
                .iter()
                .map(|(id, names)| (id.to_string(), by_language(names)))
                .collect(),
            policy_version: program.policy_version,
            policy: PolicyView::of(&program.policy),
            enrolled_locations: None,
            versions: None,
        }
    }

    /// The same with the partner's locations that are enrolled in it.
    #[must_use]
    pub fn read_by(self, partner: &Partner) -> Self {
        let enrolled = |own: &&domain::directory::Location| {
            own.programs.iter().any(|program| program.as_str() == self.id)
        };
        let locations = partner.locations.iter().filter(enrolled).map(|own| own.id.to_string());
        Self { enrolled_locations: Some(locations.collect()), ..self }
    }
}

fn by_language(names: &NamesByLanguage) -> BTreeMap<String, String> {
    let name = |(tag, name): (&Locale, &Name)| (tag.as_str().into(), name.as_str().into());
    names.0.iter().map(name).collect()
}

impl PolicyView {
    /// The view of a policy.
    pub(crate) fn of(policy: &Policy) -> Self {
        Self {
            window_business_days: policy.window_business_days,
            consent: Word(policy.consent),
            grace_seconds: policy.grace_seconds,
            delivery_business_days: policy.delivery_business_days,
            contact_business_days: policy.contact_business_days,
            review_start_business_days: policy.review_start_business_days,
            review_business_days: policy.review_business_days,
            answer_business_days: policy.answer_business_days,
            defence_business_days: policy.defence_business_days,
            draft_idle_days: policy.draft_idle_days,
            dispute_days: policy.dispute_days,
            recall_business_days: policy.recall_business_days,
            extension_business_days: policy.extension_business_days,
            block_days: policy.block_days,
            evidence: Word(policy.evidence),
            evidence_max_age_months: policy.evidence_max_age_months,
            unknown_subdivision: Word(policy.unknown_subdivision),
            term_months: policy.term_months,
            vouching: Word(policy.vouching),
            usage_history: Word(policy.usage_history),
            open_claims_at_tenant: policy.open_claims_at_tenant,
            monthly_notice_quota: policy.monthly_notice_quota,
            retention_days: policy.retention_days.map(|days| RetentionDaysView {
                discarded: days.discarded,
                r#final: days.after_end,
            }),
        }
    }
}

/// What the test clock of a sandbox shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ClockView {
    /// The moment that the test clock shows.
    #[schema(format = DateTime)]
    pub now: String,
}

impl ClockView {
    /// The view of a moment.
    pub fn of(now: DateTime<Utc>) -> Self {
        Self { now: format_rfc3339(now) }
    }
}

/// That we are there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HealthView {
    /// Always `ok`: else the answer is 503.
    pub status: String,
}

impl HealthView {
    /// The answer of an API that reaches its table.
    pub fn ok() -> Self {
        Self { status: "ok".to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use domain::text::Email;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_directory_entry_is_shown_as_the_domain_writes_it() {
        let partner: Partner = serde_json::from_value(json!({
            "id": "p-alpine", "name": "Alpine", "status": "suspended",
            "locations": [{"id": "4711", "programs": ["osu-m365"]},
                          {"id": "4712", "programs": [], "name": "Brno", "names": {"de": "Brünn"}}], "country": "CZ",
            "time_zone": "Europe/Prague", "daily_claim_quota": 1, "open_claim_quota": 2,
            "open_draft_quota": 3, "domains": ["alpine.example"],
            "contacts": [{"name": "Petr", "email": "petr@alpine.example"}], "locale": "cs",
            "notify": ["turn", "ended"],
        }))
        .unwrap();
        let view = serde_json::to_value(PartnerView::of(&partner)).unwrap();
        assert_eq!(view, serde_json::to_value(&partner).unwrap());
        let tenant: Tenant = serde_json::from_value(json!({
            "id": "6f3c0000-0000-4000-8000-000000000001", "name": "Contoso", "status": "active",
            "domains": ["contoso.example", "contoso.test"],
            "domain_added": {"contoso.test": {"since": "2026-11-03T09:00:00Z", "by": "olga"}}, "country": "US", "subdivision": "CA", "time_zone": null,
            "locale": "en", "closures": ["2026-12-31"],
            "contacts": [{"name": "IT", "email": "it@contoso.example", "verified": true},
                         {"name": "CIO", "email": "cio@contoso.example", "verified": true,
                          "verified_since": "2026-11-03T09:00:00.5Z", "verified_by": "olga"}],
            "items": [{"kind": "workload", "id": "teams", "product": "teams", "claimable": true, "state": "grace"}],
        })).unwrap();
        let view = serde_json::to_value(TenantView::of(&tenant)).unwrap();
        assert_eq!(view, serde_json::to_value(&tenant).unwrap());
        let mut tenant = tenant;
        tenant.contacts[0].email = Email::parse("it@münchen.example").unwrap();
        let domains =
            ["contoso.example", "münchen.example"].map(|name| Domain::parse(name).unwrap());
        let other = Tenant { domains: domains.into(), ..tenant };
        let view = serde_json::to_value(TenantView::of(&other)).unwrap();
        assert_eq!(view["domains_unicode"], json!({"xn--mnchen-3ya.example": "münchen.example"}));
        assert_eq!(view["contacts"][0]["email_unicode"], "it@münchen.example");
        // What is read can be written back.
        let written = crate::bodies::read_tenant(&other.id, &view, None).unwrap();
        assert_eq!(
            (written.domains, written.contacts[0].email.clone()),
            (other.domains.clone(), other.contacts[0].email.clone())
        );
        let program: Program = serde_json::from_value(json!({
            "id": "osu", "name": "OSU", "status": "closed", "family": "osu", "item_kind": "subscription",
            "activities": ["usage"], "catalogue": ["crm"], "policy_version": 3, "policy": {"term_months": 12},
        })).unwrap();
        let view = serde_json::to_value(ProgramView::of(&program)).unwrap();
        assert_eq!(view, serde_json::to_value(&program).unwrap());
        let names = json!({"crm": {"cs": "Zákazníci", "en": "Customers"}});
        let program =
            Program { catalogue_names: serde_json::from_value(names).unwrap(), ..program };
        let view = serde_json::to_value(ProgramView::of(&program)).unwrap();
        assert_eq!(view, serde_json::to_value(&program).unwrap());
    }
}
