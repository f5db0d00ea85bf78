//! The partner's drafts: stored, edited, submitted, taken back, dropped.

use crate::actor::Actor;
use crate::claim::{Claim, Details, Item, Mark, State};
use crate::command::{ClaimInput, CommandKind};
use crate::context::{Context, Facts};
use crate::decide::opening::{admissible, check, content, declared};
use crate::decide::{Decision, invalid_state, new_event};
use crate::event::{Event, EventBody, Opening};
use crate::ids::{ClaimId, ItemNo, Version};
use crate::rejection::{FieldCode, FieldError, Rejection};

/// Decides a claim's first event: a draft, which needs only program and tenant (`docs/domain.md §3`).
///
/// # Errors
/// [`Rejection::Fields`] with what could not be read, and program and tenant where they are missing
/// or unknown.
pub fn draft(
    id: &ClaimId,
    input: &ClaimInput,
    malformed: &[FieldError],
    context: &Context,
) -> Result<Event, Rejection> {
    let Actor::Partner { .. } = &context.actor else {
        return Err(Rejection::RoleNotAllowed);
    };
    let mut errors = malformed.to_vec();
    errors.extend(missing_for_draft(input, malformed));
    errors.extend(unknown(input, &context.facts));
    if !errors.is_empty() {
        errors.sort();
        return Err(Rejection::Fields(errors));
    }
    let (opening, details) =
        content(id, input, &context.facts).ok_or(Rejection::MissingFact("partner"))?;
    let opening = Box::new(opening);
    let body = EventBody::Drafted { opening, discard_at: idle_until(context)? };
    let event = Event::new(Version(1), context.at, &context.actor, body);
    Ok(Event { details: Some(Box::new(details)), ..event })
}

/// What a draft must have and the input does not, beside what could not be read.
pub fn missing_for_draft(input: &ClaimInput, malformed: &[FieldError]) -> Vec<FieldError> {
    let given = [
        ("/program", input.program.is_some()),
        ("/tenant/id", input.tenant.is_some()),
        ("/tenant/domain", input.tenant_domain.is_some()),
    ];
    let unread = |pointer: &str| {
        malformed.iter().any(|error| error.pointer == pointer || error.pointer == "/tenant")
    };
    given
        .into_iter()
        .filter(|(pointer, given)| !given && !unread(pointer))
        .map(|(pointer, _)| FieldError::new(pointer, FieldCode::Required))
        .collect()
}

/// Program and tenant, where they are named and not known.
fn unknown(input: &ClaimInput, facts: &Facts) -> Vec<FieldError> {
    let program = input.program.is_some() && facts.program.is_none();
    let tenant = input.tenant.is_some() && facts.tenant.is_none();
    let program = program.then(|| FieldError::new("/program", FieldCode::ProgramUnknown));
    let tenant = tenant.then(|| FieldError::new("/tenant/id", FieldCode::TenantUnknown));
    program.into_iter().chain(tenant).collect()
}

/// Submits a draft as it stands.
pub(super) fn submit(claim: &Claim, context: &Context) -> Decision {
    let State::Draft { keeps_priority_until, .. } = &claim.state else {
        return Err(invalid_state(claim, CommandKind::Submit));
    };
    let input = ClaimInput::of(claim);
    let errors = check(&input, &[], context);
    if !errors.is_empty() {
        return Err(Rejection::Fields(errors));
    }
    admissible(&context.facts)?;
    let (opening, details) =
        content(&claim.id, &input, &context.facts).ok_or(Rejection::MissingFact("partner"))?;
    let kept =
        claim.priority_at.filter(|_| keeps_priority_until.is_some_and(|end| context.at < end));
    let body = EventBody::Submitted {
        opening: Box::new(opening),
        due_at: context
            .places
            .operator
            .deadline(context.at, context.policy.review_start_business_days)?,
        priority_at: kept.unwrap_or(context.at),
    };
    // The entries with their documents, as they are.
    let evidence = claim.details.evidence.clone();
    let details = Some(Box::new(Details { evidence, ..details }));
    Ok(Some(Event { details, ..new_event(claim, context, body) }))
}

/// Rewrites a draft; of a claim under a request for information, what may still change.
pub(super) fn edit(claim: &Claim, input: &ClaimInput, context: &Context) -> Decision {
    let body = match &claim.state {
        State::Draft { .. } => EventBody::Edited {
            opening: Some(Box::new(rewritten(claim, input)?)),
            removed: Vec::new(),
            discard_at: Some(idle_until(context)?),
        },
        State::ActionRequired { .. } => {
            let removed = removed(claim, input)?;
            EventBody::Edited { opening: None, removed, discard_at: None }
        }
        State::Submitted { .. }
        | State::InReview { .. }
        | State::Disputed { .. }
        | State::Notifying { .. }
        | State::Unreachable { .. }
        | State::AwaitingCustomer { .. }
        | State::OnHold
        | State::Associated { .. }
        | State::Rejected { .. }
        | State::Declined { .. }
        | State::Withdrawn
        | State::Discarded
        | State::Ended { .. } => return Err(invalid_state(claim, CommandKind::Edit)),
    };
    if ClaimInput::of(claim) == *input {
        return Ok(None);
    }
    let details = Box::new(edited_details(claim, input));
    Ok(Some(Event { details: Some(details), ..new_event(claim, context, body) }))
}

fn edited_details(claim: &Claim, input: &ClaimInput) -> Details {
    Details {
        customer_contact: input.customer_contact.clone(),
        technical_contact: input.technical_contact.clone(),
        partner_contact: input.partner_contact.clone(),
        label: input.label.clone(),
        external_ref: input.external_ref.clone(),
        evidence: declared(&input.evidence, &claim.details.evidence),
        ..claim.details.clone()
    }
}

/// The draft's new content. Program and tenant are fixed from the draft on.
fn rewritten(claim: &Claim, input: &ClaimInput) -> Result<Opening, Rejection> {
    let fixed = [
        ("/program", input.program.as_ref() == Some(&claim.subject.program)),
        ("/tenant/id", input.tenant.as_ref() == Some(&claim.subject.tenant)),
        ("/tenant/domain", input.tenant_domain.as_ref() == Some(&claim.details.tenant_domain)),
    ];
    same(&fixed)?;
    let mut subject = claim.subject.clone();
    subject.location.clone_from(&input.location);
    subject.activity.clone_from(&input.activity);
    let items = super::opening::items(input);
    Ok(Opening { id: claim.id.clone(), subject, items })
}

/// The items an answer to a request for information removes: one must stay that nobody has decided, what
/// the customer has answered stays on record, and nothing else of the content may change.
fn removed(claim: &Claim, input: &ClaimInput) -> Result<Vec<ItemNo>, Rejection> {
    let before = ClaimInput::of(claim);
    let named = |item: &Item| input.items.iter().flatten().any(|(_, id)| *id == item.id);
    same(&[
        ("/program", input.program == before.program),
        ("/activity", input.activity == before.activity),
        ("/location_id", input.location == before.location),
        ("/tenant/id", input.tenant == before.tenant),
        ("/tenant/domain", input.tenant_domain == before.tenant_domain),
        ("/items", input.items.iter().all(|item| before.items.contains(item))),
        ("/items", claim.undecided().any(named)),
        ("/items", claim.kept().all(|item| named(item) || !is_answered(item))),
    ])?;
    Ok(claim.kept().filter(|item| !named(item)).map(|item| item.no).collect())
}

/// Whether the customer has said something about an item: then it is not the partner's to remove.
fn is_answered(item: &Item) -> bool {
    matches!(item.mark, Some(Mark::Declined { .. } | Mark::Active { .. } | Mark::Ended { .. }))
}

fn same(fields: &[(&str, bool)]) -> Result<(), Rejection> {
    let errors: Vec<_> = fields
        .iter()
        .filter(|(_, same)| !same)
        .map(|(pointer, _)| FieldError::new(*pointer, FieldCode::Malformed))
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(Rejection::Fields(errors)) }
}

/// Takes a claim back before its review; resubmitted soon, it keeps its priority date.
pub(super) fn recall(claim: &Claim, context: &Context) -> Decision {
    let State::Submitted { .. } = claim.state else {
        return Err(invalid_state(claim, CommandKind::Recall));
    };
    let days = context.policy.recall_business_days;
    let body = EventBody::Recalled {
        discard_at: idle_until(context)?,
        keeps_priority_until: context.partner_place()?.deadline(context.at, days)?,
    };
    Ok(Some(new_event(claim, context, body)))
}

/// Drops a draft.
pub(super) fn discard(claim: &Claim, context: &Context) -> Decision {
    let State::Draft { .. } = claim.state else {
        return Err(invalid_state(claim, CommandKind::Discard));
    };
    Ok(Some(new_event(claim, context, EventBody::Discarded)))
}

fn idle_until(context: &Context) -> Result<crate::claim::Instant, Rejection> {
    Ok(context.partner_place()?.days_after(context.at, context.policy.draft_idle_days))
}
