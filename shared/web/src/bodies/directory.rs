//! Partners, tenants and programs, as the operator writes them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use domain::calendar::CountryCode;
use domain::claim::PartnerContact;
use domain::directory::{
    DEFAULT_CHECK_QUOTA, DEFAULT_DRAFT_QUOTA, LANGUAGES, Locale, Location, MAX_CHECK_QUOTA,
    MAX_PARTNER_CONTACTS, MAX_PARTNER_DOMAINS, Partner, Tenant, TenantContact, TenantItem,
};
use domain::ids::{PartnerId, ProductId, ProgramId, TenantId};
use domain::partner_news::PartnerTopic;
use domain::program::{NamesByLanguage, Policy, Program, RetentionDays};
use domain::rejection::{FieldCode, FieldError, Hint};
use domain::rules::StandingRules;
use domain::text::{Domain, Email};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::calendar::read_subdivision;
use crate::failure::RequestError;
use crate::fields::BodyFields;
use crate::values::{Readable, ValueError};
use crate::views::{PartnerView, ProgramView, TenantView};
use crate::words::{
    ConsentWord, EvidenceWord, ItemKindWord, PartnerStatusWord, PartnerTopicWord,
    ProgramStatusWord, SubdivisionWord, TenantItemWord, TenantStatusWord, UsageHistoryWord,
    VouchingWord,
};

/// The most entries of each list of a directory entry, so that it stays one small item.
const ENTRIES: RangeInclusive<usize> = 0..=500;
/// Lists that must not be empty.
const SOME_ENTRIES: RangeInclusive<usize> = 1..=500;

/// The most languages in which a thing has a name.
const MOST_LANGUAGES: usize = 20;

/// Write a partner. What is left out stays as it is; a new one needs all that has no other default.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PartnerBody {
    /// If given, the path's.
    pub id: Option<String>,
    /// Its name, as customers read it.
    #[schema(min_length = 1, max_length = 200, required = false)]
    pub name: String,
    /// Whether the partner may claim and read.
    #[schema(required = false)]
    pub status: PartnerStatusWord,
    /// The partner's locations and where they are enrolled.
    #[schema(max_items = 500, required = false, nullable)]
    pub locations: Vec<LocationBody>,
    /// The country of its business calendar.
    #[schema(pattern = "^[A-Za-z]{2}$", example = "CZ", required = false)]
    pub country: String,
    /// The partner's time zone, a name of the tz database.
    #[schema(example = "Europe/Prague", required = false)]
    pub time_zone: String,
    /// How many claims it may submit in a day.
    #[schema(minimum = 0, maximum = 2_147_483_647, required = false)]
    pub daily_claim_quota: u32,
    /// How many open claims it may have.
    #[schema(minimum = 0, maximum = 2_147_483_647, required = false)]
    pub open_claim_quota: u32,
    /// How many drafts it may have; left out: 200.
    #[schema(minimum = 0, maximum = 2_147_483_647)]
    pub open_draft_quota: Option<u32>,
    /// How many tenants at which it claims nothing it may check in a local day; left out: 50.
    #[schema(minimum = 0, maximum = 2_500)]
    pub daily_check_quota: Option<u32>,
    /// The domains that are its own. Mails go to addresses at these very domains, and to no other.
    #[schema(max_items = 20, required = false, nullable)]
    pub domains: Vec<String>,
    /// Who is told by mail what becomes of the partner's claims, each at one of `domains`.
    #[schema(max_items = 10, required = false, nullable)]
    pub contacts: Vec<PartnerMailContactBody>,
    /// The language of these mails; `null`: English.
    #[schema(pattern = "^[A-Za-z0-9-]{2,35}$", example = "cs")]
    pub locale: Option<String>,
    /// What they are told; `null`: everything, an empty list: nothing.
    #[schema(max_items = 5)]
    pub notify: Option<Vec<PartnerTopicWord>>,
}

/// Somebody at a partner who is told by mail what becomes of its claims.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PartnerMailContactBody {
    /// The name of the person or desk, 1–200 characters.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// The e-mail address to write to, at most 254 characters, at one of the partner's domains.
    #[schema(max_length = 254, format = Email)]
    pub email: String,
    /// Taken and ignored: another spelling of the address.
    pub email_unicode: Option<String>,
}

/// A location and the programs it is enrolled in.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LocationBody {
    /// The location's id, unique within the partner.
    #[schema(pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    pub id: String,
    /// The programs in which the location is enrolled, by their ids.
    #[schema(max_items = 500, required = false, nullable)]
    pub programs: Vec<String>,
    /// What people call it.
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// What it is called in other languages, by language tag.
    #[schema(value_type = Option<BTreeMap<String, String>>, example = json!({"en": "Prague"}))]
    pub names: BTreeMap<String, String>,
}

/// Write a tenant. What is left out stays as it is; a new one needs all that has no other default.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TenantBody {
    /// If given, the path's, a UUID in any case.
    #[schema(pattern = "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$")]
    pub id: Option<String>,
    /// The name of the customer, 1–200 characters.
    #[schema(min_length = 1, max_length = 200, required = false)]
    pub name: String,
    /// Whether the tenant exists.
    #[schema(required = false)]
    pub status: TenantStatusWord,
    /// The domains that are its own.
    #[schema(min_items = 1, max_items = 500, required = false)]
    pub domains: Vec<String>,
    /// Taken and ignored: another spelling of the domains.
    #[schema(value_type = Option<Object>)]
    pub domains_unicode: Option<Value>,
    /// Taken and ignored: the system says who added a domain, and when.
    #[schema(value_type = Option<Object>)]
    pub domain_added: Option<Value>,
    /// The tenant's country of ISO 3166-1, two letters.
    #[schema(pattern = "^[A-Za-z]{2}$", example = "CZ", required = false)]
    pub country: String,
    /// Its subdivision, if known.
    pub subdivision: Option<String>,
    /// Its time zone, if known.
    pub time_zone: Option<String>,
    /// The language of its notices.
    #[schema(pattern = "^[A-Za-z0-9-]{2,35}$", example = "cs", required = false)]
    pub locale: String,
    /// Days on which it is closed.
    #[schema(max_items = 500, required = false, nullable)]
    pub closures: Vec<String>,
    /// Its contacts, in the order in which notices try them.
    #[schema(max_items = 500, required = false, nullable)]
    pub contacts: Vec<TenantContactBody>,
    /// Its workloads and subscriptions.
    #[schema(max_items = 500, required = false, nullable)]
    pub items: Vec<TenantItemBody>,
}

/// A contact of a tenant.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TenantContactBody {
    /// The name of the person or desk, 1–200 characters.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// The e-mail address to write to, at most 254 characters.
    #[schema(max_length = 254, format = Email)]
    pub email: String,
    /// Taken and ignored: another spelling of the address.
    pub email_unicode: Option<String>,
    /// Whether the contact is known to speak for the tenant.
    pub verified: bool,
    /// Taken and ignored: the system says since when.
    #[schema(format = DateTime)]
    pub verified_since: Option<String>,
    /// Taken and ignored: the system says who did it.
    pub verified_by: Option<String>,
}

/// A workload or subscription of a tenant.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TenantItemBody {
    /// Whether the item is a workload or a subscription.
    pub kind: ItemKindWord,
    /// The item's id at the tenant.
    #[schema(pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    pub id: String,
    /// What was bought, by its id; a program's catalogue names it.
    #[schema(pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    pub product: String,
    /// Whether it may be claimed.
    pub claimable: bool,
    /// The state of the item at the tenant.
    pub state: TenantItemWord,
}

/// Write a program. What is left out stays as it is; a new one needs all that has no other default.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgramBody {
    /// If given, the path's.
    pub id: Option<String>,
    /// The program's name, 1–200 characters.
    #[schema(min_length = 1, max_length = 200, required = false)]
    pub name: String,
    /// Whether the program takes new claims.
    #[schema(required = false)]
    pub status: ProgramStatusWord,
    /// The family within which an item has one partner.
    #[schema(pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", required = false)]
    pub family: String,
    /// What the program's items are.
    #[schema(required = false)]
    pub item_kind: ItemKindWord,
    /// The activities a claim may name.
    #[schema(min_items = 1, max_items = 500, required = false)]
    pub activities: Vec<String>,
    /// Workload ids, or the products of subscriptions. What is not among them cannot be claimed; of an empty list nothing can.
    #[schema(max_items = 500, required = false, nullable)]
    pub catalogue: Vec<String>,
    /// Its name in other languages, by language tag; at most 20.
    #[schema(required = false, nullable, example = json!({"cs": "Využití online služeb"}))]
    pub names: BTreeMap<String, String>,
    /// What customers call the things of the catalogue, by id and language tag; what has no name is called by its id.
    #[schema(required = false, nullable, example = json!({"teams": {"en": "Microsoft Teams"}}))]
    pub catalogue_names: BTreeMap<String, BTreeMap<String, String>>,
    /// Taken and ignored: a changed policy makes the next version.
    #[schema(minimum = 0, maximum = 2_147_483_647)]
    pub policy_version: Option<u32>,
    /// Taken and ignored: the system keeps the versions.
    #[schema(value_type = Option<Vec<Object>>)]
    pub versions: Option<Value>,
    /// What of the policy differs from the defaults.
    pub policy: Option<PolicyBody>,
}

/// The rules of a program; what is left out stays as it is, and of a new program takes its default.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyBody {
    /// The customer's window, in business days of the customer.
    #[schema(minimum = 1, maximum = 30)]
    pub window_business_days: Option<u32>,
    /// What silence in the window means.
    pub consent: Option<ConsentWord>,
    /// Seconds between the end of the window and its close.
    #[schema(minimum = 60, maximum = 120)]
    pub grace_seconds: Option<u32>,
    /// The time for a delivery proof, in business days of the operator.
    #[schema(minimum = 1, maximum = 30)]
    pub delivery_business_days: Option<u32>,
    /// The partner's time to correct an unreachable contact, in business days.
    #[schema(minimum = 1, maximum = 30)]
    pub contact_business_days: Option<u32>,
    /// The operator's time to begin a review, in business days.
    #[schema(minimum = 1, maximum = 30)]
    pub review_start_business_days: Option<u32>,
    /// The operator's time to finish a review or a dispute, in business days.
    #[schema(minimum = 1, maximum = 30)]
    pub review_business_days: Option<u32>,
    /// The partner's time to answer a request for information, in business days.
    #[schema(minimum = 1, maximum = 30)]
    pub answer_business_days: Option<u32>,
    /// A holder's time to defend an item, in business days.
    #[schema(minimum = 1, maximum = 30)]
    pub defence_business_days: Option<u32>,
    /// Calendar days after which an idle draft is discarded.
    #[schema(minimum = 1, maximum = 366)]
    pub draft_idle_days: Option<u32>,
    /// Calendar days in which a rejection can be disputed.
    #[schema(minimum = 1, maximum = 366)]
    pub dispute_days: Option<u32>,
    /// Business days in which a recalled claim keeps its priority date.
    #[schema(minimum = 1, maximum = 30)]
    pub recall_business_days: Option<u32>,
    /// What the customer's one extension adds, in business days.
    #[schema(minimum = 1, maximum = 30)]
    pub extension_business_days: Option<u32>,
    /// Calendar days for which a customer's no blocks the same partner and item.
    #[schema(minimum = 1, maximum = 3660)]
    pub block_days: Option<u32>,
    /// What a partner must bring as evidence.
    pub evidence: Option<EvidenceWord>,
    /// How old the customer's acknowledgement may be at the submission, in calendar months.
    #[schema(minimum = 1, maximum = 120)]
    pub evidence_max_age_months: Option<u32>,
    /// Which holidays count for a tenant whose subdivision is not known.
    pub unknown_subdivision: Option<SubdivisionWord>,
    /// Calendar months after the window at which associations end; `null`: never.
    #[schema(minimum = 1, maximum = 120)]
    pub term_months: Option<u32>,
    /// Whether the operator may vouch for a contact of the tenant's domain.
    pub vouching: Option<VouchingWord>,
    /// Which days of usage an association's partner may read.
    pub usage_history: Option<UsageHistoryWord>,
    /// How many open claims of one partner there may be at a tenant.
    #[schema(minimum = 1, maximum = 1000)]
    pub open_claims_at_tenant: Option<u32>,
    /// How many notices to a tenant may be made due by `validate` in a month, by UTC.
    #[schema(minimum = 1, maximum = 1000)]
    pub monthly_notice_quota: Option<u32>,
    /// How long the personal data of a claim that is over are kept; `null`: until somebody erases them.
    pub retention_days: Option<RetentionDaysBody>,
}

/// For how many days, `null`: until somebody erases them.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct RetentionDaysBody {
    /// Days of 24 hours after a draft was discarded.
    #[schema(minimum = 1, maximum = 3660)]
    pub discarded: Option<u32>,
    /// Days of 24 hours after any other claim was over.
    #[schema(minimum = 1, maximum = 3660)]
    pub r#final: Option<u32>,
}

/// Reads a partner, whose id is the path's. What the body leaves out is as `before` has it.
pub fn read_partner(
    id: &PartnerId,
    body: &Value,
    before: Option<&Partner>,
) -> Result<Partner, RequestError> {
    let body = complete_body(body, before.map(PartnerView::of).as_ref(), &["locale", "notify"]);
    let mut fields = BodyFields::of(&body);
    same_id(&mut fields, id);
    let (name, status) = (fields.read_required("name"), fields.read_required("status"));
    let locations = fields.read_objects("locations", ENTRIES, read_location);
    fields.require_unique("locations", entry_keys(&locations, |location| location.id.clone()));
    let (country, time_zone) = (fields.read_required("country"), fields.read_required("time_zone"));
    let daily_claim_quota = fields.read_required("daily_claim_quota");
    let open_claim_quota = fields.read_required("open_claim_quota");
    let open_draft_quota = fields.read_optional("open_draft_quota").unwrap_or(DEFAULT_DRAFT_QUOTA);
    let daily_check_quota =
        fields.read_optional("daily_check_quota").unwrap_or(DEFAULT_CHECK_QUOTA);
    if daily_check_quota > MAX_CHECK_QUOTA {
        fields
            .refuse_value("daily_check_quota", ValueError::out_of_range(0, MAX_CHECK_QUOTA.into()));
    }
    let domains: BTreeSet<Domain> =
        fields.read_values("domains", 0..=MAX_PARTNER_DOMAINS).into_iter().collect();
    let contacts = fields.read_objects("contacts", 0..=MAX_PARTNER_CONTACTS, |fields| {
        mail_contact(fields, &domains)
    });
    let mailbox = |own: &PartnerContact| own.email.as_str().to_ascii_lowercase();
    fields.require_unique("contacts", entry_keys(&contacts, mailbox));
    let locale = fields.read_optional("locale");
    let old_locale = before.and_then(|before| before.locale.as_ref());
    known_language(&mut fields, locale.as_ref(), old_locale);
    let topics = fields.read_values("notify", 0..=PartnerTopic::ALL.len()).into_iter().collect();
    let says_topics = body.get("notify").is_some_and(|own| !own.is_null());
    let notify = says_topics.then_some(topics);
    let partner = || {
        Some(Partner {
            id: id.clone(),
            name: name?,
            status: status?,
            locations: locations.into_iter().flatten().collect(),
            country: country?,
            time_zone: time_zone?,
            daily_claim_quota: daily_claim_quota?,
            open_claim_quota: open_claim_quota?,
            open_draft_quota,
            daily_check_quota,
            domains,
            contacts: contacts.into_iter().flatten().collect(),
            locale,
            notify,
            suspended_since: None,
            left_programs: BTreeMap::new(),
        })
    };
    fields.finish_reading(partner())
}

/// A contact whose address is at one of these very domains.
fn mail_contact(fields: &mut BodyFields<'_>, domains: &BTreeSet<Domain>) -> Option<PartnerContact> {
    let (name, email) = (fields.read_required("name"), fields.read_required::<Email>("email"));
    fields.ignore_member("email_unicode");
    let is_own = |email: &Email| domains.iter().any(|domain| domain.as_str() == email.domain());
    if email.as_ref().is_some_and(|email| !is_own(email)) {
        fields.report_error("email", FieldCode::DomainNotOwn);
    }
    Some(PartnerContact { name: name?, email: email? })
}

fn read_location(fields: &mut BodyFields<'_>) -> Option<Location> {
    let (id, programs) = (fields.read_required("id"), fields.read_values("programs", ENTRIES));
    let name = fields.read_optional("name");
    let names = NamesByLanguage(fields.read_map("names", MOST_LANGUAGES));
    Some(Location { id: id?, programs: programs.into_iter().collect(), name, names })
}

/// Reads a tenant, whose id is the path's. What the body leaves out is as `before` has it. Who made a contact
/// verified or added a domain is not read: the system knows it.
pub fn read_tenant(
    id: &TenantId,
    body: &Value,
    before: Option<&Tenant>,
) -> Result<Tenant, RequestError> {
    let body =
        complete_body(body, before.map(TenantView::of).as_ref(), &["subdivision", "time_zone"]);
    let mut fields = BodyFields::of(&body);
    same_id(&mut fields, id);
    let (name, status) = (fields.read_required("name"), fields.read_required("status"));
    let domains = fields.read_values("domains", SOME_ENTRIES);
    fields.ignore_member("domains_unicode");
    fields.ignore_member("domain_added");
    let country: Option<CountryCode> = fields.read_required("country");
    let subdivision = read_subdivision(&mut fields, country);
    let (time_zone, locale) = (fields.read_optional("time_zone"), fields.read_required("locale"));
    known_language(&mut fields, locale.as_ref(), before.map(|before| &before.locale));
    let closures = fields.read_values("closures", ENTRIES);
    let contacts = fields.read_objects("contacts", ENTRIES, tenant_contact);
    let items = fields.read_objects("items", ENTRIES, tenant_item);
    fields.require_unique("items", entry_keys(&items, |item| (item.kind, item.id.clone())));
    let tenant = || {
        Some(Tenant {
            id: id.clone(),
            name: name?,
            status: status?,
            domains: domains.into_iter().collect(),
            domain_added: BTreeMap::new(),
            former_contacts: Vec::new(),
            country: country?,
            subdivision,
            time_zone,
            locale: locale?,
            closures: closures.into_iter().collect(),
            contacts: contacts.into_iter().flatten().collect(),
            items: items.into_iter().flatten().collect(),
            rules: StandingRules::default(),
        })
    };
    fields.finish_reading(tenant())
}

fn tenant_contact(fields: &mut BodyFields<'_>) -> Option<TenantContact> {
    let (name, email) = (fields.read_required("name"), fields.read_required("email"));
    let verified = fields.read_required("verified");
    fields.ignore_member("email_unicode");
    fields.ignore_member("verified_since");
    fields.ignore_member("verified_by");
    Some(TenantContact {
        name: name?,
        email: email?,
        verified: verified?,
        verified_since: None,
        verified_by: None,
    })
}

fn tenant_item(fields: &mut BodyFields<'_>) -> Option<TenantItem> {
    let (kind, id) = (fields.read_required("kind"), fields.read_required("id"));
    let (product, claimable) = (fields.read_required("product"), fields.read_required("claimable"));
    let state = fields.read_required("state");
    Some(TenantItem {
        kind: kind?,
        id: id?,
        product: product?,
        claimable: claimable?,
        state: state?,
    })
}

/// Reads a program, whose id is the path's. What the body leaves out is as `before` has it, also of the policy. Its
/// policy version is 1 here: which one it becomes depends on what is stored.
pub fn read_program(
    id: &ProgramId,
    body: &Value,
    before: Option<&Program>,
) -> Result<Program, RequestError> {
    let before = before.map(ProgramView::of);
    let says_names = body.get("catalogue_names").is_some_and(|names| !names.is_null());
    let mut body = complete_body(body, before.as_ref(), &[]);
    if let (Some(policy), Some(before)) = (body.get_mut("policy"), &before) {
        if let Some(days) = policy.get_mut("retention_days") {
            *days =
                complete_body(days, before.policy.retention_days.as_ref(), &["discarded", "final"]);
        }
        *policy = complete_body(policy, Some(&before.policy), &["term_months", "retention_days"]);
    }
    let mut fields = BodyFields::of(&body);
    same_id(&mut fields, id);
    fields.read_optional::<u32>("policy_version");
    fields.ignore_member("versions");
    let (name, status) = (fields.read_required("name"), fields.read_required("status"));
    let (family, item_kind) = (fields.read_required("family"), fields.read_required("item_kind"));
    let activities = fields.read_values("activities", SOME_ENTRIES);
    let catalogue: Vec<ProductId> = fields.read_values("catalogue", ENTRIES);
    let names = NamesByLanguage(fields.read_map("names", MOST_LANGUAGES));
    let called: BTreeMap<ProductId, _> =
        fields.read_nested_map("catalogue_names", *ENTRIES.end(), MOST_LANGUAGES);
    for id in called.keys().filter(|id| says_names && !catalogue.contains(id)) {
        fields.report_member_error("catalogue_names", id.as_str(), FieldCode::ItemNotClaimable);
    }
    // A name that the body does not say goes with the thing that it is the name of.
    let called = called.into_iter().filter(|(id, _)| catalogue.contains(id));
    let catalogue_names = called.map(|(id, names)| (id, NamesByLanguage(names))).collect();
    let policy = fields.read_object("policy", read_policy).unwrap_or_default();
    let program = || {
        Some(Program {
            id: id.clone(),
            name: name?,
            status: status?,
            family: family?,
            item_kind: item_kind?,
            activities,
            catalogue,
            names,
            catalogue_names,
            policy_version: 1,
            policy,
        })
    };
    fields.finish_reading(program())
}

#[expect(clippy::unnecessary_wraps, reason = "as the reader of an object takes it")]
fn read_policy(fields: &mut BodyFields<'_>) -> Option<Policy> {
    let mut policy = Policy::default();
    read_policy_key(fields, "window_business_days", &mut policy.window_business_days);
    read_policy_key(fields, "consent", &mut policy.consent);
    read_policy_key(fields, "grace_seconds", &mut policy.grace_seconds);
    read_policy_key(fields, "delivery_business_days", &mut policy.delivery_business_days);
    read_policy_key(fields, "contact_business_days", &mut policy.contact_business_days);
    read_policy_key(fields, "review_start_business_days", &mut policy.review_start_business_days);
    read_policy_key(fields, "review_business_days", &mut policy.review_business_days);
    read_policy_key(fields, "answer_business_days", &mut policy.answer_business_days);
    read_policy_key(fields, "defence_business_days", &mut policy.defence_business_days);
    read_policy_key(fields, "draft_idle_days", &mut policy.draft_idle_days);
    read_policy_key(fields, "dispute_days", &mut policy.dispute_days);
    read_policy_key(fields, "recall_business_days", &mut policy.recall_business_days);
    read_policy_key(fields, "extension_business_days", &mut policy.extension_business_days);
    read_policy_key(fields, "block_days", &mut policy.block_days);
    read_policy_key(fields, "evidence", &mut policy.evidence);
    read_policy_key(fields, "evidence_max_age_months", &mut policy.evidence_max_age_months);
    read_policy_key(fields, "unknown_subdivision", &mut policy.unknown_subdivision);
    policy.term_months = fields.read_optional("term_months");
    read_policy_key(fields, "vouching", &mut policy.vouching);
    read_policy_key(fields, "usage_history", &mut policy.usage_history);
    read_policy_key(fields, "open_claims_at_tenant", &mut policy.open_claims_at_tenant);
    read_policy_key(fields, "monthly_notice_quota", &mut policy.monthly_notice_quota);
    if fields.is_null("retention_days") {
        policy.retention_days = None;
    } else if let Some(days) = fields.read_object("retention_days", retention_days) {
        policy.retention_days = Some(days);
    }
    for (name, bounds) in policy.out_of_bounds() {
        fields.refuse_value(
            name,
            ValueError::out_of_range((*bounds.start()).into(), (*bounds.end()).into()),
        );
    }
    Some(policy)
}

#[expect(clippy::unnecessary_wraps, reason = "as the reader of an object takes it")]
fn retention_days(fields: &mut BodyFields<'_>) -> Option<RetentionDays> {
    let mut days = RetentionDays::default();
    for (name, value) in [("discarded", &mut days.discarded), ("final", &mut days.after_end)] {
        if fields.is_null(name) {
            *value = None;
        } else if let Some(given) = fields.read_optional(name) {
            *value = Some(given);
        }
    }
    Some(days)
}

/// Refuses a language that there are no texts in, unless the entry has it already.
pub(super) fn known_language(
    fields: &mut BodyFields<'_>,
    locale: Option<&Locale>,
    before: Option<&Locale>,
) {
    if locale.is_some_and(|locale| !locale.has_texts() && before != Some(locale)) {
        let hint = Hint::OneOf(&LANGUAGES);
        fields.refuse_value("locale", ValueError { code: FieldCode::LanguageUnknown, hint });
    }
}

/// A program that a partner's body names, at its place.
pub fn programs_of_partner(body: &Value) -> Vec<(String, ProgramId)> {
    let mut named = Vec::new();
    for (no, location) in list_entries(body, "locations").enumerate() {
        named.extend(ids_in(location, "programs", &format!("/locations/{no}"), ProgramId::parse));
    }
    named
}

/// The places of these domains in a tenant's body; the list where the body leaves it out.
pub fn places_of_domains(body: &Value, domains: &BTreeSet<Domain>) -> Vec<FieldError> {
    let is_one =
        |value: &Value| Domain::from_json(value).is_ok_and(|domain| domains.contains(&domain));
    let listed = list_entries(body, "domains").enumerate().filter(|(_, value)| is_one(value));
    let mut places: Vec<_> = listed.map(|(no, _)| format!("/domains/{no}")).collect();
    if places.is_empty() {
        places.push("/domains".to_owned());
    }
    places.into_iter().map(|place| FieldError::new(place, FieldCode::DomainTaken)).collect()
}

/// The entries of a list in a body that may be none.
pub(super) fn list_entries<'v>(body: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    body.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// The ids in a list of a body, those that can be read, each with its place.
pub(super) fn ids_in<T, E>(
    body: &Value,
    name: &str,
    at: &str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Vec<(String, T)> {
    let id = |(no, value): (usize, &Value)| {
        Some((format!("{at}/{name}/{no}"), parse(value.as_str()?).ok()?))
    };
    list_entries(body, name).enumerate().filter_map(id).collect()
}

/// The body with what it leaves out as the present entry has it. `null` counts as left out, but for the names in
/// `emptied`, which it empties. What is no object stays what it is.
pub(super) fn complete_body<V: Serialize>(
    body: &Value,
    present: Option<&V>,
    emptied: &[&str],
) -> Value {
    let present = present.and_then(|present| serde_json::to_value(present).ok());
    let (Value::Object(given), Some(Value::Object(mut whole))) = (body, present) else {
        return body.clone();
    };
    for (name, value) in given {
        if !value.is_null() || emptied.contains(&name.as_str()) || !whole.contains_key(name) {
            whole.insert(name.clone(), value.clone());
        }
    }
    Value::Object(whole)
}

/// A key of the policy that may be left out.
fn read_policy_key<T: Readable>(fields: &mut BodyFields<'_>, name: &'static str, value: &mut T) {
    if let Some(given) = fields.read_optional(name) {
        *value = given;
    }
}

/// The body may repeat the path's id, and name no other.
fn same_id<T: Readable + PartialEq>(fields: &mut BodyFields<'_>, id: &T) {
    if fields.read_optional::<T>("id").is_some_and(|given| given != *id) {
        fields.report_error("id", FieldCode::NotEditable);
    }
}

/// The keys of a list's entries, by place.
fn entry_keys<T, K>(entries: &[Option<T>], key: impl Fn(&T) -> K) -> Vec<Option<K>> {
    entries.iter().map(|entry| entry.as_ref().map(&key)).collect()
}

#[cfg(test)]
mod tests {
    use domain::program::Vouching;
    use serde_json::json;

    use super::*;
    use crate::bodies::tests::refused;

    const TENANT: &str = "6f3c0000-0000-4000-8000-000000000001";

    fn alpine() -> Value {
        json!({"id": "p-alpine", "name": "Alpine Cloud", "status": "active",
               "locations": [{"id": "4711", "programs": ["osu-m365"]}],
               "country": "CZ", "time_zone": "Europe/Prague",
               "daily_claim_quota": 100, "open_claim_quota": 1000, "open_draft_quota": 30, "daily_check_quota": 60})
    }

    fn contoso() -> Value {
        json!({"id": TENANT, "name": "Contoso", "status": "active", "domains": ["contoso.example"],
               "domain_added": {},
               "country": "CZ", "subdivision": null, "time_zone": "Europe/Prague", "locale": "cs",
               "closures": ["2026-12-31"],
               "contacts": [{"name": "IT", "email": "it@contoso.example", "verified": true,
                             "verified_since": null, "verified_by": null}],
               "items": [{"kind": "workload", "id": "teams", "product": "teams", "claimable": true, "state": "active"}]})
    }

    fn osu() -> Value {
        json!({"name": "OSU", "status": "open", "family": "osu-m365", "item_kind": "workload",
               "activities": ["usage"], "catalogue": ["teams"], "policy": {"window_business_days": 7}})
    }

    fn edited(mut body: Value, name: &str, value: Value) -> Value {
        body[name] = value;
        body
    }

    #[test]
    fn what_the_operator_reads_he_can_write_back() {
        let id = PartnerId::parse("p-alpine").unwrap();
        let read = read_partner(&id, &alpine(), None).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), alpine());
        let id = TenantId::parse(TENANT).unwrap();
        let read = read_tenant(&id, &contoso(), None).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), contoso());
        let id = ProgramId::parse("osu-m365").unwrap();
        let read = read_program(&id, &osu(), None).unwrap();
        assert_eq!(read.policy, Policy { window_business_days: 7, ..Policy::default() });
        let written = serde_json::to_value(&read).unwrap();
        assert_eq!(read_program(&id, &written, None).unwrap(), read);
        let named = edited(osu(), "names", json!({"cs": "Využití"}));
        let named =
            edited(named, "catalogue_names", json!({"teams": {"en": "Teams", "cs": "Týmy"}}));
        let read = read_program(&id, &named, None).unwrap();
        let name = |language| read.names_of("teams").of(language).unwrap().as_str().to_owned();
        assert_eq!([name("cs"), name("de")], ["Týmy", "Teams"]);
        let shown = serde_json::to_value(crate::views::ProgramView::of(&read)).unwrap();
        assert_eq!(read_program(&id, &shown, None).unwrap(), read);
    }

    #[test]
    fn display_names_are_honest_texts_by_language_of_things_in_the_catalogue() {
        let id = ProgramId::parse("osu-m365").unwrap();
        let many: Value = (0..21).map(|no| (format!("x{no:02}"), json!("N"))).collect();
        for (name, value, expected) in [
            ("names", json!([]), "wrong-type /names"),
            ("names", json!({"?": "N"}), "malformed /names/?"),
            ("names", json!({"cs": " "}), "too-short /names/cs"),
            ("names", json!({"cs": "A\u{202e}B"}), "malformed /names/cs"),
            ("names", many.clone(), "too-long /names"),
            ("catalogue_names", json!({"teams": "N"}), "wrong-type /catalogue_names/teams"),
            (
                "catalogue_names",
                json!({"teams": {"cs": 1}}),
                "wrong-type /catalogue_names/teams/cs",
            ),
            ("catalogue_names", json!({"teams": many}), "too-long /catalogue_names/teams"),
            ("catalogue_names", json!({"x": {"cs": "N"}}), "item-not-claimable /catalogue_names/x"),
        ] {
            assert_eq!(refused(read_program(&id, &edited(osu(), name, value), None)), [expected]);
        }
    }

    #[test]
    fn the_quota_of_drafts_is_200_where_it_is_left_out() {
        let id = PartnerId::parse("p-alpine").unwrap();
        let mut body = alpine();
        body.as_object_mut().unwrap().remove("open_draft_quota");
        let stored: Partner = serde_json::from_value(body.clone()).unwrap();
        assert_eq!(
            (stored.open_draft_quota, read_partner(&id, &body, None).unwrap()),
            (200, stored)
        );
        let above = edited(alpine(), "daily_check_quota", json!(2_501));
        let read = read_partner(&id, &above, None);
        let hint = read.as_ref().map_err(|failure| failure.field_errors()[0].hint).err();
        assert_eq!(hint, Some(domain::rejection::Hint::Within(0, 2_500)));
        assert_eq!(refused(read), ["out-of-range /daily_check_quota"]);
        let negative = edited(alpine(), "open_draft_quota", json!(-1));
        assert_eq!(refused(read_partner(&id, &negative, None)), ["out-of-range /open_draft_quota"]);
    }

    #[test]
    fn who_made_a_contact_verified_or_added_a_domain_is_not_taken_from_a_body() {
        let id = TenantId::parse(TENANT).unwrap();
        let contact = json!({"name": "IT", "email": "it@contoso.example", "verified": true,
                             "verified_since": "2020-01-01T00:00:00Z", "verified_by": "somebody"});
        let since = json!({"since": "2020-01-01T00:00:00Z", "by": "somebody"});
        let body = edited(contoso(), "contacts", json!([contact]));
        let body = edited(body, "domain_added", json!({"contoso.example": since}));
        let read = read_tenant(&id, &body, None).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), contoso());
    }

    #[test]
    fn a_partners_errors_are_told_with_their_places() {
        let id = PartnerId::parse("p-alpine").unwrap();
        let read =
            |name: &str, value| refused(read_partner(&id, &edited(alpine(), name, value), None));
        assert_eq!(read("id", json!("p-borealis")), ["not-editable /id"]);
        assert_eq!(read("country", json!("ZZ")), ["malformed /country"]);
        assert_eq!(read("time_zone", json!("Mars/Base")), ["malformed /time_zone"]);
        assert_eq!(read("status", json!("gone")), ["unknown-code /status"]);
        assert_eq!(read("daily_claim_quota", json!(-1)), ["out-of-range /daily_claim_quota"]);
        let twice = json!([{"id": "1", "programs": []}, {"id": "1", "programs": ["a b"]}]);
        assert_eq!(
            read("locations", twice),
            ["duplicate /locations/1", "malformed /locations/1/programs/0"]
        );
    }

    #[test]
    fn a_tenant_needs_a_country_and_a_domain() {
        let id = TenantId::parse(TENANT).unwrap();
        let read =
            |name: &str, value| refused(read_tenant(&id, &edited(contoso(), name, value), None));
        assert_eq!(read("country", Value::Null), ["required /country"]);
        assert_eq!(read("domains", json!([])), ["required /domains"]);
        assert_eq!(read("domains", json!(["contoso"])), ["malformed /domains/0"]);
        assert_eq!(read("subdivision", json!("CA")), ["unknown-code /subdivision"]);
        assert_eq!(read("closures", json!(["31.12.2026"])), ["malformed /closures/0"]);
        assert_eq!(
            read("contacts", json!([{"name": "IT", "email": "x"}])),
            ["malformed /contacts/0/email", "required /contacts/0/verified"]
        );
    }

    #[test]
    fn a_policy_outside_its_bounds_is_refused_by_key() {
        let id = ProgramId::parse("osu-m365").unwrap();
        let read = |policy| refused(read_program(&id, &edited(osu(), "policy", policy), None));
        assert_eq!(read(json!({"grace_seconds": 5})), ["out-of-range /policy/grace_seconds"]);
        assert_eq!(read(json!({"window_days": 5})), ["unknown-field /policy/window_days"]);
        assert_eq!(read(json!({"consent": "maybe"})), ["unknown-code /policy/consent"]);
        assert_eq!(read(json!({"vouching": "often"})), ["unknown-code /policy/vouching"]);
    }

    #[test]
    fn a_policy_says_whether_the_operator_may_vouch() {
        let id = ProgramId::parse("osu-m365").unwrap();
        let read = |policy| {
            read_program(&id, &edited(osu(), "policy", policy), None).unwrap().policy.vouching
        };
        assert_eq!(read(json!({})), Vouching::Allowed);
        assert_eq!(read(json!({"vouching": "never"})), Vouching::Never);
    }
}
