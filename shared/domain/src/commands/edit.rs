//! `edit`: a draft is rewritten; under a request for information, what may still change; else the partner's own label
//! and reference.

use chrono::TimeDelta;

use crate::claim::{Claim, Details, Instant, Item, Mark, State};
use crate::command::{ClaimInput, CommandKind, DeclaredEvidence};
use crate::context::Context;
use crate::decision::content::build_items;
use crate::decision::deadlines::discard_deadline;
use crate::decision::dispute::is_finally_rejected;
use crate::decision::evidence::merge_declared;
use crate::decision::{Decision, invalid_state, new_event};
use crate::eligibility::{EvidenceMoments, evidence_problem, wrong_kinds};
use crate::event::{Event, EventBody, EventType, Opening};
use crate::ids::ItemNo;
use crate::rejection::{FieldCode, FieldError, Rejection};
use crate::rule::{COMMANDS, Rule};
use crate::transition::replace_content;

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule = Rule::new(COMMANDS, "edit");

/// How long the next edit of label and reference waits, in seconds: nobody whose turn it is finds the claim changed
/// again and again.
const PAUSE_S: i64 = 60;

/// Rewrites a draft; of a claim under a request for information, what may still change; of any other, the partner's
/// own label and reference.
pub(crate) fn decide(claim: &Claim, input: &ClaimInput, context: &Context) -> Decision {
    if is_finally_rejected(claim, context.at) {
        return Err(invalid_state(claim, CommandKind::Edit));
    }
    let body = match claim.state {
        State::Draft { .. } => EventBody::Edited {
            opening: Some(Box::new(rewrite_draft(claim, input)?)),
            removed: Vec::new(),
            discard_at: Some(discard_deadline(context)?),
        },
        State::ActionRequired { .. } => {
            let errors =
                [fixed_errors(claim, input), new_evidence_errors(claim, input, context)?].concat();
            refuse_errors(errors)?;
            let removed = removed_items(claim, input);
            EventBody::Edited { opening: None, removed, discard_at: None }
        }
        State::Submitted { .. }
        | State::InReview { .. }
        | State::Disputed { .. }
        | State::Notifying { .. }
        | State::Unreachable { .. }
        | State::AwaitingCustomer { .. }
        | State::OnHold { .. }
        | State::Associated { .. }
        | State::Rejected { .. }
        | State::Declined { .. }
        | State::Withdrawn
        | State::Discarded
        | State::Ended { .. } => {
            refuse_errors(errors_but_of_labels(claim, input))?;
            EventBody::Edited { opening: None, removed: Vec::new(), discard_at: None }
        }
    };
    if ClaimInput::of(claim) == *input {
        return Ok(None);
    }
    if is_edited_too_soon(claim, context.at) {
        let waited = (context.at - claim.last_event.at).num_seconds();
        let retry_after_s = u32::try_from(PAUSE_S.saturating_sub(waited)).ok();
        return Err(Rejection::QuotaExceeded { retry_after_s });
    }
    let details = Box::new(edited_details(claim, input));
    Ok(Some(Event { details: Some(details), ..new_event(claim, context, body) }))
}

/// Whether label and reference were edited a moment ago, and nothing has happened since.
pub(crate) fn is_edited_too_soon(claim: &Claim, at: Instant) -> bool {
    let is_partners_turn =
        matches!(claim.state, State::Draft { .. } | State::ActionRequired { .. });
    let last = &claim.last_event;
    let is_edited = last.event_type == EventType::Edited;
    !is_partners_turn && is_edited && at < last.at + TimeDelta::seconds(PAUSE_S)
}

/// The content is the new one, or items are removed; a draft idles anew.
pub(crate) fn apply(
    claim: &mut Claim,
    opening: Option<&Opening>,
    removed: &[ItemNo],
    new_discard_at: Option<Instant>,
) {
    if let Some(opening) = opening {
        let had = |item: &Item| claim.items.iter().any(|own| own.id == item.id);
        // Its priority date is that of the items it was submitted with.
        if !opening.items.iter().all(had)
            && let State::Draft { keeps_priority_until, .. } = &mut claim.state
        {
            *keeps_priority_until = None;
        }
        replace_content(claim, opening);
    }
    claim.mark_items(removed, Some(Mark::Dropped));
    if let (State::Draft { discard_at, .. }, Some(new_discard_at)) =
        (&mut claim.state, new_discard_at)
    {
        *discard_at = new_discard_at;
    }
}

/// What is declared anew under a request for information is judged as it is when it is added; what was there before
/// was judged with the submit.
fn new_evidence_errors(
    claim: &Claim,
    input: &ClaimInput,
    context: &Context,
) -> Result<Vec<FieldError>, Rejection> {
    let (place, moments) = (context.partner_place()?, EvidenceMoments::from_moment(context.at));
    let was_there = |entry: &DeclaredEvidence| {
        claim.details.evidence.iter().any(|own| own.as_declared() == *entry)
    };
    let mut errors = Vec::new();
    for (no, entry) in input.evidence.iter().enumerate() {
        let new = entry.as_ref().filter(|entry| !was_there(entry));
        let problem = new.and_then(|own| evidence_problem(own, &context.policy, moments, place));
        errors.extend(
            problem.map(|code| FieldError::new(format!("/evidence/{no}/acknowledged_on"), code)),
        );
    }
    Ok(errors)
}

fn edited_details(claim: &Claim, input: &ClaimInput) -> Details {
    Details {
        customer_contact: input.customer_contact.clone(),
        technical_contact: input.technical_contact.clone(),
        partner_contact: input.partner_contact.clone(),
        label: input.label.clone(),
        external_ref: input.external_ref.clone(),
        renews: input.renews.clone(),
        evidence: merge_declared(&input.evidence, &claim.details.evidence),
        ..claim.details.clone()
    }
}

/// The draft's new content. Program and tenant are fixed from the draft on.
fn rewrite_draft(claim: &Claim, input: &ClaimInput) -> Result<Opening, Rejection> {
    let fixed = [
        ("/program", input.program.as_ref() == Some(&claim.subject.program)),
        ("/tenant/id", input.tenant.as_ref() == Some(&claim.subject.tenant)),
        ("/tenant/domain", input.tenant_domain.as_ref() == Some(&claim.details.tenant_domain)),
    ];
    refuse_errors([fixed_field_errors(&fixed), wrong_kinds(input, claim.subject.kind)].concat())?;
    let mut subject = claim.subject.clone();
    subject.location.clone_from(&input.location);
    subject.activity.clone_from(&input.activity);
    let items = build_items(input);
    Ok(Opening { id: claim.id.clone(), subject, items })
}

/// What an answer to a request for information may not change: one item must stay that nobody has decided, what
/// the customer has answered stays on record, and nothing but items is removed.
fn fixed_errors(claim: &Claim, input: &ClaimInput) -> Vec<FieldError> {
    let before = ClaimInput::of(claim);
    let named = |item: &Item| is_named(item, input);
    let mut errors = fixed_field_errors(&[
        ("/program", input.program == before.program),
        ("/activity", input.activity == before.activity),
        ("/location_id", input.location == before.location),
        ("/tenant/id", input.tenant == before.tenant),
        ("/tenant/domain", input.tenant_domain == before.tenant_domain),
        ("/renews", input.renews == before.renews),
        ("/items", input.items.iter().all(|item| before.items.contains(item))),
        ("/items", claim.kept_items().all(|item| named(item) || !is_answered(item))),
    ]);
    if !claim.undecided_items().any(named) {
        errors.push(FieldError::new("/items", FieldCode::NothingLeft));
    }
    errors
}

/// What an edit may not change that is none of a draft or of an answer: everything but the partner's own label and
/// reference.
fn errors_but_of_labels(claim: &Claim, input: &ClaimInput) -> Vec<FieldError> {
    let before = ClaimInput::of(claim);
    fixed_field_errors(&[
        ("/program", input.program == before.program),
        ("/activity", input.activity == before.activity),
        ("/location_id", input.location == before.location),
        ("/tenant/id", input.tenant == before.tenant),
        ("/tenant/domain", input.tenant_domain == before.tenant_domain),
        ("/renews", input.renews == before.renews),
        ("/items", input.items == before.items),
        ("/customer_contact", input.customer_contact == before.customer_contact),
        ("/technical_contact", input.technical_contact == before.technical_contact),
        ("/partner_contact", input.partner_contact == before.partner_contact),
        ("/evidence", input.evidence == before.evidence),
    ])
}

/// The items that an answer to a request for information removes.
fn removed_items(claim: &Claim, input: &ClaimInput) -> Vec<ItemNo> {
    claim.kept_items().filter(|item| !is_named(item, input)).map(|item| item.no).collect()
}

fn is_named(item: &Item, input: &ClaimInput) -> bool {
    input.items.iter().flatten().any(|(_, id)| *id == item.id)
}

/// Whether the customer has said something about an item: then it is not the partner's to remove.
fn is_answered(item: &Item) -> bool {
    matches!(item.mark, Some(Mark::Declined { .. } | Mark::Active { .. } | Mark::Ended { .. }))
}

/// An error for each of the fields that is not the same any more.
fn fixed_field_errors(fields: &[(&str, bool)]) -> Vec<FieldError> {
    fields
        .iter()
        .filter(|(_, same)| !same)
        .map(|(pointer, _)| FieldError::new(*pointer, FieldCode::NotEditable))
        .collect()
}

/// All the errors at once, in the order of their places.
fn refuse_errors(mut errors: Vec<FieldError>) -> Result<(), Rejection> {
    errors.sort();
    errors.dedup();
    if errors.is_empty() { Ok(()) } else { Err(Rejection::Fields(errors)) }
}
