//! Creating a claim by submitting it at once.

use crate::actor::Actor;
use crate::claim::{Details, Evidence, Item, Scan, Subject};
use crate::command::{ClaimInput, DeclaredEvidence};
use crate::context::{Context, Facts};
use crate::directory::{Partner, Tenant};
use crate::eligibility;
use crate::event::{Event, EventBody, Opening};
use crate::ids::{ClaimId, EvidenceId, ItemNo, Version};
use crate::program::Program;
use crate::rejection::{FieldCode, FieldError, Rejection};

/// Decides a claim's first event: submitted as it stands. `malformed` are the fields of the request
/// that could not be read; they are reported together with what is not eligible.
///
/// # Errors
/// [`Rejection::Fields`] with every problem at once; then duplicate, block and quota, in that order.
pub fn open(
    id: &ClaimId,
    input: &ClaimInput,
    malformed: &[FieldError],
    context: &Context,
) -> Result<Event, Rejection> {
    let Actor::Partner { admin: true, .. } = &context.actor else {
        return Err(Rejection::RoleNotAllowed);
    };
    let errors = check(input, malformed, context);
    if !errors.is_empty() {
        return Err(Rejection::Fields(errors));
    }
    admissible(&context.facts)?;
    let (opening, details) = content(id, input, &context.facts)
        .ok_or_else(|| Rejection::Fields(vec![FieldError::new("", FieldCode::Required)]))?;
    let due_at =
        context.places.operator.deadline(context.at, context.policy.review_start_business_days)?;
    let body = EventBody::Submitted { opening: Box::new(opening), due_at, priority_at: context.at };
    let event = Event::new(Version(1), context.at, &context.actor, body);
    Ok(Event { details: Some(Box::new(details)), ..event })
}

/// Everything that is wrong with a submit, at once and in the order of the pointers.
pub fn check(input: &ClaimInput, malformed: &[FieldError], context: &Context) -> Vec<FieldError> {
    let facts = &context.facts;
    let kind = facts.program.as_ref().map(|program| program.item_kind);
    let place = context.places.partner.as_ref();
    let mut errors = malformed.to_vec();
    errors.extend(eligibility::missing(input, kind, malformed));
    errors.extend(eligibility::problems(input, facts, &context.policy, context.at, place));
    errors.sort();
    errors.dedup();
    errors
}

/// The refusals that are no fault of a field, all of them, the one to answer with first.
pub fn conflicts(facts: &Facts) -> Vec<Rejection> {
    let own = facts.own_claims.first();
    let duplicate = own.map(|(_, claim)| Rejection::DuplicateClaim { claim: claim.clone() });
    let blocked = (!facts.blocked.is_empty()).then_some(Rejection::BlockedByCustomer);
    let full = facts.over_quota.map(|retry_after_s| Rejection::QuotaExceeded { retry_after_s });
    duplicate.into_iter().chain(blocked).chain(full).collect()
}

pub(super) fn admissible(facts: &Facts) -> Result<(), Rejection> {
    conflicts(facts).into_iter().next().map_or(Ok(()), Err)
}

/// The content of a claim that has passed [`check`]; `None` where something is missing after all.
pub(super) fn content(
    id: &ClaimId,
    input: &ClaimInput,
    facts: &Facts,
) -> Option<(Opening, Details)> {
    let (partner, program) = (facts.partner.as_ref()?, facts.program.as_ref()?);
    let tenant = facts.tenant.as_ref()?;
    let opening = Opening {
        id: id.clone(),
        subject: subject(input, partner, program, tenant),
        items: items(input),
    };
    Some((opening, details(input, partner, tenant)?))
}

fn subject(input: &ClaimInput, partner: &Partner, program: &Program, tenant: &Tenant) -> Subject {
    Subject {
        partner: partner.id.clone(),
        location: input.location.clone(),
        program: program.id.clone(),
        policy_version: program.policy_version,
        family: program.family.clone(),
        kind: program.item_kind,
        activity: input.activity.clone(),
        tenant: tenant.id.clone(),
        explicit_yes: tenant.rules.ask_for_a_yes(&program.id),
    }
}

pub(super) fn items(input: &ClaimInput) -> Vec<Item> {
    let ids = input.items.iter().flatten().map(|(_, id)| id.clone());
    (1..).zip(ids).map(|(no, id)| Item { no: ItemNo(no), id, mark: None }).collect()
}

fn details(input: &ClaimInput, partner: &Partner, tenant: &Tenant) -> Option<Details> {
    Some(Details {
        partner_name: partner.name.clone(),
        tenant_name: tenant.name.clone(),
        tenant_domain: input.tenant_domain.clone()?,
        customer_contact: input.customer_contact.clone(),
        technical_contact: input.technical_contact.clone(),
        partner_contact: input.partner_contact.clone(),
        label: input.label.clone(),
        external_ref: input.external_ref.clone(),
        evidence: declared(&input.evidence, &[]),
        reason_comments: Vec::new(),
        remarks: Vec::new(),
    })
}

/// The evidence list as declared. An entry that was there before keeps its id and its scan; a new one
/// takes the next number that was never used.
pub(super) fn declared(entries: &[Option<DeclaredEvidence>], before: &[Evidence]) -> Vec<Evidence> {
    let used = before.iter().filter_map(|entry| entry.id.as_str().strip_prefix('e')?.parse().ok());
    let mut next: u16 = used.max().unwrap_or(0);
    let mut left = before.to_vec();
    let mut list = Vec::new();
    for entry in entries.iter().flatten() {
        if let Some(at) = left.iter().position(|old| old.declared() == *entry) {
            list.push(left.remove(at));
        } else {
            next = next.saturating_add(1);
            list.extend(declare(next, entry));
        }
    }
    list
}

fn declare(no: u16, entry: &DeclaredEvidence) -> Option<Evidence> {
    Some(Evidence {
        id: EvidenceId::parse(&format!("e{no}")).ok()?,
        name: entry.name.clone(),
        sha256: entry.sha256,
        acknowledged_on: entry.acknowledged_on,
        scan: Scan::None,
    })
}
