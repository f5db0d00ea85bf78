//! Submit's guards (`docs/domain.md §3`, *submit*): every problem at once, each at its place in the
//! request.

use std::collections::BTreeSet;

use chrono::Months;

use crate::claim::{Instant, Scan};
use crate::codes::codes;
use crate::command::{ClaimInput, DeclaredEvidence};
use crate::context::{Facts, LocalCalendar};
use crate::directory::{Partner, PartnerStatus, Tenant, TenantItem, TenantItemState};
use crate::ids::{ItemId, ProductId};
use crate::program::{ItemKind, ItemRef, Policy, Program, ProgramStatus, Vouching};
use crate::recipient::Authority;
use crate::rejection::{FieldCode, FieldError};

/// What submit still lacks: fields that must be there. `malformed` are the places that were there
/// and could not be read; they are not reported a second time.
pub fn missing_fields(
    input: &ClaimInput,
    kind: Option<ItemKind>,
    malformed: &[FieldError],
) -> Vec<FieldError> {
    let technical = kind != Some(ItemKind::Subscription) || input.technical_contact.is_some();
    let fields = [
        ("/program", input.program.is_some()),
        ("/activity", input.activity.is_some()),
        ("/location_id", input.location.is_some()),
        ("/tenant/id", input.tenant.is_some()),
        ("/tenant/domain", input.tenant_domain.is_some()),
        ("/items", !input.items.is_empty()),
        ("/customer_contact", input.customer_contact.is_some()),
        ("/technical_contact", technical),
        ("/partner_contact", input.partner_contact.is_some()),
    ];
    let known =
        |pointer: &str| malformed.iter().any(|error| covers_pointer(&error.pointer, pointer));
    fields
        .into_iter()
        .filter(|(pointer, there)| !there && !known(pointer))
        .map(|(pointer, _)| FieldError::new(pointer, FieldCode::Required))
        .collect()
}

/// Whether an error at `reported` speaks of `pointer`: at it, above it or below it.
pub(crate) fn covers_pointer(reported: &str, pointer: &str) -> bool {
    let within = |outer: &str, inner: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    within(reported, pointer) || within(pointer, reported)
}

/// By which moments the dates of evidence are judged: what is acknowledged after `now` is in the future, and how old
/// evidence may be is asked as of `submitted_at`, so that a review that takes long makes nothing too old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EvidenceMoments {
    /// The moment of the command.
    pub now: Instant,
    /// The moment of the submit.
    pub submitted_at: Instant,
}

impl EvidenceMoments {
    /// Both are the moment of the command.
    pub fn from_moment(now: Instant) -> Self {
        Self { now, submitted_at: now }
    }
}

/// What is there and not eligible, against the directory as it is now. `partner_place` tells which date it is for
/// the partner.
pub fn eligibility_errors(
    input: &ClaimInput,
    facts: &Facts,
    policy: &Policy,
    moments: EvidenceMoments,
    partner_place: Option<&LocalCalendar>,
) -> Vec<FieldError> {
    let tenant = known_tenant(input, facts.tenant.as_ref());
    let mut errors = Vec::new();
    check_partner(input, facts.partner.as_ref(), &mut errors);
    check_partner_contact(input, tenant, facts.partner.as_ref(), &mut errors);
    check_program(input, facts.program.as_ref(), &mut errors);
    errors.extend(unknown_tenant(input, tenant));
    check_items(input, tenant, facts.program.as_ref(), &mut errors);
    check_reachable(input, tenant, policy, &mut errors);
    check_evidence(input, policy, moments, partner_place, &mut errors);
    errors
}

fn check_partner(input: &ClaimInput, partner: Option<&Partner>, errors: &mut Vec<FieldError>) {
    if partner.is_none_or(|partner| partner.status == PartnerStatus::Suspended) {
        errors.push(FieldError::new("", FieldCode::PartnerSuspended));
    }
    if let (Some(location), Some(program)) = (&input.location, &input.program)
        && !partner.is_some_and(|partner| partner.is_enrolled(location, program))
    {
        errors.push(FieldError::new("/location_id", FieldCode::LocationNotEnrolled));
    }
}

/// Whom the customer can ask of the partner is nobody of the customer's: a name that the customer trusts would speak
/// for the partner. An address at a domain of both is the partner's, too.
fn check_partner_contact(
    input: &ClaimInput,
    tenant: Option<&Tenant>,
    partner: Option<&Partner>,
    errors: &mut Vec<FieldError>,
) {
    let (Some(contact), Some(tenant)) = (&input.partner_contact, tenant) else { return };
    let is_own = partner.is_some_and(|partner| partner.has_domain_of(&contact.email));
    if !is_own && tenant.authority_of(&contact.email) != Authority::Outside {
        errors.push(FieldError::new("/partner_contact/email", FieldCode::DomainNotOwn));
    }
}

fn check_program(input: &ClaimInput, program: Option<&Program>, errors: &mut Vec<FieldError>) {
    let (Some(_), Some(program)) = (&input.program, program) else {
        if input.program.is_some() {
            errors.push(FieldError::new("/program", FieldCode::ProgramUnknown));
        }
        return;
    };
    if let Some(activity) = &input.activity
        && !program.activities.contains(activity)
    {
        errors.push(FieldError::new("/activity", FieldCode::ActivityNotAllowed));
    }
}

/// The tenant, where the input names one of its domains: nothing else is judged against it, so that no answer says
/// whether a tenant exists whose domain nobody gave.
pub fn known_tenant<'t>(input: &ClaimInput, tenant: Option<&'t Tenant>) -> Option<&'t Tenant> {
    let domain = input.tenant_domain.as_ref()?;
    tenant.filter(|tenant| tenant.is_known_by(domain))
}

/// The one problem of a tenant that is named by id and domain, and not known by them.
pub(crate) fn unknown_tenant(input: &ClaimInput, known: Option<&Tenant>) -> Option<FieldError> {
    let is_named = input.tenant.is_some() && input.tenant_domain.is_some();
    let is_unknown = is_named && known.is_none();
    is_unknown.then(|| FieldError::new("/tenant", FieldCode::TenantUnknown))
}

/// What keeps a submit out of a program that takes no new claims. A claim that was submitted before goes on.
pub(crate) fn closed_program_error(
    input: &ClaimInput,
    program: Option<&Program>,
) -> Option<FieldError> {
    let is_closed = program.is_some_and(|program| program.status == ProgramStatus::Closed);
    (input.program.is_some() && is_closed)
        .then(|| FieldError::new("/program", FieldCode::ProgramClosed))
}

fn check_items(
    input: &ClaimInput,
    tenant: Option<&Tenant>,
    program: Option<&Program>,
    errors: &mut Vec<FieldError>,
) {
    let mut seen = BTreeSet::new();
    for (at, entry) in input.items.iter().enumerate() {
        let Some((kind, id)) = entry else { continue };
        let problem = if seen.insert((kind, id)) {
            item_problem(*kind, id, tenant, program)
        } else {
            Some(("", FieldCode::Duplicate))
        };
        if let Some((field, code)) = problem {
            errors.push(FieldError::new(format!("/items/{at}{field}"), code));
        }
    }
}

/// The items of a draft that are not of its program's kind: nothing else of it is judged before the submit.
pub(crate) fn wrong_kinds(input: &ClaimInput, kind: ItemKind) -> Vec<FieldError> {
    let is_wrong = |(_, entry): &(usize, &Option<(ItemKind, ItemId)>)| {
        entry.as_ref().is_some_and(|(own, _)| *own != kind)
    };
    let wrong = input.items.iter().enumerate().filter(is_wrong);
    wrong
        .map(|(at, _)| FieldError::new(format!("/items/{at}/kind"), FieldCode::ItemKindWrong))
        .collect()
}

fn item_problem(
    kind: ItemKind,
    id: &ItemId,
    tenant: Option<&Tenant>,
    program: Option<&Program>,
) -> Option<(&'static str, FieldCode)> {
    if program.is_some_and(|program| program.item_kind != kind) {
        return Some(("/kind", FieldCode::ItemKindWrong));
    }
    let item = tenant?.find_item(&ItemRef { kind, id: id.clone() });
    let Some(item) = item.filter(|item| item.state != TenantItemState::Ended) else {
        return Some(("/id", FieldCode::ItemNotInTenant));
    };
    let listed = program.is_none_or(|program| match kind {
        ItemKind::Workload => program.catalogue.iter().any(|own| own.as_str() == id.as_str()),
        ItemKind::Subscription => lists_product(&program.catalogue, &item.product),
    });
    (!item.claimable || !listed).then_some(("/id", FieldCode::ItemNotClaimable))
}

codes! {
    /// Whether a partner can claim an item of a tenant.
    Claimability {
        /// The partner can claim the item now.
        Claimable => "claimable",
        /// A claim of its own names the item already, open or active.
        Mine => "mine",
        /// The customer keeps the item from this partner.
        Blocked => "blocked",
        /// The program does not list the item, or the operator does not let it be claimed.
        NotClaimable => "not_claimable",
    }
}

/// What a partner can claim at a tenant in a program: the items of the program's kind that have not ended. Who else
/// claims an item is not told.
pub fn list_claimable<'t>(
    tenant: &'t Tenant,
    program: &Program,
    facts: &Facts,
) -> Vec<(&'t TenantItem, Claimability)> {
    let listed =
        |item: &&TenantItem| item.kind == program.item_kind && item.state != TenantItemState::Ended;
    let judged = |item: &'t TenantItem| {
        let named = ItemRef { kind: item.kind, id: item.id.clone() };
        let claimability = if facts.own_claims.iter().any(|(own, _)| *own == named) {
            Claimability::Mine
        } else if facts.blocked.contains(&named) {
            Claimability::Blocked
        } else if item_problem(item.kind, &item.id, Some(tenant), Some(program)).is_some() {
            Claimability::NotClaimable
        } else {
            Claimability::Claimable
        };
        (item, claimability)
    };
    tenant.items.iter().filter(listed).map(judged).collect()
}

fn lists_product(catalogue: &[ProductId], product: &ProductId) -> bool {
    catalogue.contains(product)
}

/// Somebody must be there whose delivery can open a window, or for whom the operator can vouch
/// (`docs/domain.md §5.1`).
fn check_reachable(
    input: &ClaimInput,
    tenant: Option<&Tenant>,
    policy: &Policy,
    errors: &mut Vec<FieldError>,
) {
    let (Some(contact), Some(tenant)) = (&input.customer_contact, tenant) else { return };
    let authority = tenant.authority_of(&contact.email);
    let can_be_vouched = authority == Authority::Domain && policy.vouching == Vouching::Allowed;
    if !tenant.has_verified_contact() && !can_be_vouched {
        errors.push(FieldError::new("/customer_contact/email", FieldCode::CustomerUnreachable));
    }
}

fn check_evidence(
    input: &ClaimInput,
    policy: &Policy,
    moments: EvidenceMoments,
    place: Option<&LocalCalendar>,
    errors: &mut Vec<FieldError>,
) {
    let Some(place) = place else { return };
    for (no, entry) in input.evidence.iter().enumerate() {
        let problem =
            entry.as_ref().and_then(|entry| evidence_problem(entry, policy, moments, place));
        if let Some(code) = problem {
            errors.push(FieldError::new(format!("/evidence/{no}/acknowledged_on"), code));
        }
    }
}

/// What is wrong with an entry's date of acknowledgement.
pub(crate) fn evidence_problem(
    entry: &DeclaredEvidence,
    policy: &Policy,
    moments: EvidenceMoments,
    place: &LocalCalendar,
) -> Option<FieldCode> {
    let today = place.date_of(moments.now);
    let submitted_on = place.date_of(moments.submitted_at);
    let oldest = submitted_on.checked_sub_months(Months::new(policy.evidence_max_age_months));
    if entry.acknowledged_on > today {
        Some(FieldCode::InTheFuture)
    } else if oldest.is_some_and(|oldest| entry.acknowledged_on < oldest) {
        Some(FieldCode::EvidenceTooOld)
    } else {
        None
    }
}

/// Whether a scan result lets a document stand as evidence.
pub(crate) fn is_usable(scan: Scan) -> bool {
    match scan {
        Scan::None | Scan::Clean => true,
        Scan::Pending | Scan::Infected => false,
    }
}
