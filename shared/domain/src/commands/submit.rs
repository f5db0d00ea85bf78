//! `submit`: a claim is submitted at once, or a draft as it stands.

use crate::claim::{Claim, Details, Instant, State};
use crate::command::{ClaimInput, CommandKind, Creation};
use crate::context::{Context, Facts};
use crate::decision::content::build_content;
use crate::decision::deadlines::review_begin_deadline;
use crate::decision::renewal::{is_renewed, renewal_errors};
use crate::decision::{Decision, invalid_state, new_event};
use crate::eligibility::{self, EvidenceMoments};
use crate::event::{Event, EventBody, Opening};
use crate::ids::{ClaimId, ItemId, ItemNo, Version};
use crate::program::{ItemKind, ItemRef, Policy};
use crate::rejection::{FieldCode, FieldError, Rejection};
use crate::rule::{COMMANDS, Rule};
use crate::transition::{new_claim, replace_content};

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule = Rule::new(COMMANDS, "submit");

/// A new claim is submitted at once.
///
/// # Errors
/// [`Rejection::Fields`] with every problem at once; then duplicate, block and quota, in that order.
pub(crate) fn create_submitted(creation: &Creation, context: &Context) -> Result<Event, Rejection> {
    let Creation { id, input, malformed } = creation;
    let errors = check_submit(input, malformed, context);
    if !errors.is_empty() {
        return Err(Rejection::Fields(errors));
    }
    check_admissible(input, context)?;
    let (opening, details) = build_content(id, input, &context.facts)
        .ok_or_else(|| Rejection::Fields(vec![FieldError::new("", FieldCode::Required)]))?;
    let due_at = review_begin_deadline(context);
    let body = EventBody::Submitted { opening: Box::new(opening), due_at, priority_at: context.at };
    let event = Event::new(Version(1), context.at, &context.actor, body);
    Ok(Event { details: Some(Box::new(details)), ..event })
}

/// Submits a draft as it stands.
pub(crate) fn decide(claim: &Claim, context: &Context) -> Decision {
    let State::Draft { keeps_priority_until, .. } = &claim.state else {
        return Err(invalid_state(claim, CommandKind::Submit));
    };
    let input = ClaimInput::of(claim);
    let errors = check_submit(&input, &[], context);
    if !errors.is_empty() {
        let errors = errors.into_iter().map(FieldError::of_claim).collect();
        return Err(Rejection::Fields(errors));
    }
    check_admissible(&input, context)?;
    let (opening, details) = build_content(&claim.id, &input, &context.facts)
        .ok_or(Rejection::MissingFact("partner"))?;
    let kept =
        claim.priority_at.filter(|_| keeps_priority_until.is_some_and(|end| context.at < end));
    let body = EventBody::Submitted {
        opening: Box::new(opening),
        due_at: review_begin_deadline(context),
        priority_at: kept.unwrap_or(context.at),
    };
    // The entries with their documents, as they are.
    let evidence = claim.details.evidence.clone();
    let details = Some(Box::new(Details { evidence, ..details }));
    Ok(Some(Event { details, ..new_event(claim, context, body) }))
}

/// The claim is submitted at once.
pub(crate) fn create_claim(
    event: &Event,
    opening: &Opening,
    due_at: Instant,
    priority_at: Instant,
) -> Option<Claim> {
    let mut claim = new_claim(event, opening, State::Submitted { due_at: Some(due_at) })?;
    claim.submitted_at = Some(event.at);
    claim.priority_at = Some(priority_at);
    Some(claim)
}

/// The draft is submitted, with the content that it has then.
pub(crate) fn apply(
    claim: &mut Claim,
    at: Instant,
    opening: &Opening,
    due_at: Instant,
    priority_at: Instant,
) {
    replace_content(claim, opening);
    claim.submitted_at = Some(at);
    claim.priority_at = Some(priority_at);
    claim.state = State::Submitted { due_at: Some(due_at) };
}

/// Everything that is wrong with a submit, at once and in the order of the pointers.
pub fn check_submit(
    input: &ClaimInput,
    malformed: &[FieldError],
    context: &Context,
) -> Vec<FieldError> {
    let facts = &context.facts;
    let kind = facts.program.as_ref().map(|program| program.item_kind);
    let place = context.places.partner.as_ref();
    let mut errors = malformed.to_vec();
    errors.extend(eligibility::missing_fields(input, kind, malformed));
    errors.extend(eligibility::closed_program_error(input, facts.program.as_ref()));
    errors.extend(renewal_errors(input, facts, context.at));
    errors.extend(eligibility::eligibility_errors(
        input,
        facts,
        &context.policy,
        EvidenceMoments::from_moment(context.at),
        place,
    ));
    errors.sort();
    errors.dedup();
    errors
}

/// The refusals that are no fault of a field, all of them, the one to answer with first.
pub fn find_conflicts(input: &ClaimInput, facts: &Facts, policy: &Policy) -> Vec<Rejection> {
    let is_new =
        |(item, own): &&(ItemRef, ClaimId)| !is_renewed(input.renews.as_ref(), facts, (item, own));
    let duplicate = facts
        .own_claims
        .iter()
        .find(is_new)
        .map(|(_, claim)| Rejection::DuplicateClaim { claim: claim.clone() });
    let items = blocked_items(input, facts);
    let blocked = (!facts.blocked.is_empty()).then_some(Rejection::BlockedByCustomer { items });
    let is_full_at_tenant = facts.open_at_tenant >= policy.open_claims_at_tenant;
    let over = facts.over_quota.or(is_full_at_tenant.then_some(None));
    let full = over.map(|retry_after_s| Rejection::QuotaExceeded { retry_after_s });
    duplicate.into_iter().chain(blocked).chain(full).collect()
}

/// The items that the customer has blocked for the partner, as the submit numbers them.
fn blocked_items(input: &ClaimInput, facts: &Facts) -> Vec<ItemNo> {
    let is_blocked = |named: &Option<(ItemKind, ItemId)>| {
        let same =
            |own: &ItemRef, (kind, id): &(ItemKind, ItemId)| own.kind == *kind && own.id == *id;
        named.as_ref().is_some_and(|named| facts.blocked.iter().any(|own| same(own, named)))
    };
    let numbered = (1..=u8::MAX).map(ItemNo).zip(&input.items);
    numbered.filter(|(_, named)| is_blocked(named)).map(|(no, _)| no).collect()
}

fn check_admissible(input: &ClaimInput, context: &Context) -> Result<(), Rejection> {
    find_conflicts(input, &context.facts, &context.policy).into_iter().next().map_or(Ok(()), Err)
}
