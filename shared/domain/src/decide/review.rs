//! The operator's half: begin, reject, validate.

use crate::actor::{Actor, StaffRole};
use crate::claim::{Claim, Details, Instant, Item, Mark, RejectionRecord, State};
use crate::command::{ClaimInput, CommandKind, GivenReason};
use crate::context::{Context, Rival, Standing};
use crate::decide::silence::term_end;
use crate::decide::{Decision, invalid_state, new_event};
use crate::eligibility;
use crate::event::{Event, EventBody};
use crate::ids::{ClaimId, ItemNo};
use crate::program::ItemRef;
use crate::reason::ReasonCode;
use crate::rejection::{FieldCode, FieldError, Rejection};
use crate::text::Comment;
use crate::{content, program};

/// A reviewer takes the claim up. Where another partner holds an item he is asked to defend it; a
/// holder who came in during the review is asked by beginning once more.
pub(super) fn begin(claim: &Claim, context: &Context) -> Decision {
    let unasked = holders(context).any(|holder| holder.defence.is_none());
    let again = matches!(claim.state, State::InReview { .. }) && unasked;
    if !again && !matches!(claim.state, State::Submitted { .. }) {
        return Err(invalid_state(claim, CommandKind::BeginReview));
    }
    let defence_until = defence_until(claim, context)?;
    let due_at =
        context.places.operator.deadline(context.at, context.policy.review_business_days)?;
    let contested = !context.facts.rivals.is_empty();
    let body = EventBody::ReviewBegun { due_at, contested, defence_until };
    Ok(Some(new_event(claim, context, body)))
}

/// Until when the holders of the claim's items may defend, each in his own calendar: the latest.
fn defence_until(claim: &Claim, context: &Context) -> Result<Option<Instant>, Rejection> {
    let days = context.policy.defence_business_days;
    let mut latest = claim.defence_until;
    for holder in holders(context) {
        let place = holder.place.as_ref().ok_or(Rejection::MissingFact("holder"))?;
        latest = latest.max(Some(place.deadline(context.at, days)?));
    }
    Ok(latest)
}

/// The rivals whose association runs.
fn holders(context: &Context) -> impl Iterator<Item = &Rival> {
    context.facts.rivals.iter().filter(|rival| rival.standing == Standing::Active)
}

/// The holder of an item is asked to defend it (`docs/domain.md §3`, *Exclusivity*). Who has used an
/// earlier defence is asked anew.
pub(super) fn request_defence(claim: &Claim, until: Instant, context: &Context) -> Option<Event> {
    let asked = claim.defence.is_some_and(|asked| !asked.used && asked.until >= until);
    let holds = claim.active().next().is_some();
    (holds && !asked).then(|| new_event(claim, context, EventBody::DefenceRequested { until }))
}

/// A reviewer refuses the claim.
pub(super) fn reject(claim: &Claim, given: &[GivenReason], context: &Context) -> Decision {
    let (State::InReview { .. } | State::OnHold) = claim.state else {
        return Err(invalid_state(claim, CommandKind::Reject));
    };
    reasons_fit(claim, given)?;
    let rejection = RejectionRecord {
        by: context.actor.staff_id().cloned(),
        reasons: given.iter().map(|given| given.reason).collect(),
    };
    let event = rejected(claim, rejection, context)?;
    Ok(Some(Event { details: commented(claim, given), ..event }))
}

/// Everything undecided is rejected; once, that can be disputed.
pub(super) fn rejected(
    claim: &Claim,
    rejection: RejectionRecord,
    context: &Context,
) -> Result<Event, Rejection> {
    let disputable_until = (!claim.disputed)
        .then(|| context.partner_place())
        .transpose()?
        .map(|place| place.days_after(context.at, context.policy.dispute_days));
    let (items, ends_at) = (Vec::new(), term_end(claim, context));
    let body = EventBody::Rejected { items, rejection, disputable_until, ends_at };
    Ok(new_event(claim, context, body))
}

/// At least one reason, each of the claim or of an item that is still in it.
pub(super) fn reasons_fit(claim: &Claim, given: &[GivenReason]) -> Result<(), Rejection> {
    if given.is_empty() {
        return Err(fields(vec![FieldError::new("/reasons", FieldCode::Required)]));
    }
    let foreign = |no: ItemNo| !claim.kept().any(|item| item.no == no);
    let errors: Vec<_> = given
        .iter()
        .enumerate()
        .filter(|(_, given)| given.reason.item_no.is_some_and(foreign))
        .map(|(at, _)| FieldError::new(format!("/reasons/{at}/item_no"), FieldCode::Malformed))
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(fields(errors)) }
}

/// The details with the reasons' comments; `None` where there are none and were none, so that a
/// rejection by code alone writes one record.
pub(super) fn commented(claim: &Claim, given: &[GivenReason]) -> Option<Box<Details>> {
    let spoken = given.iter().any(|given| given.comment.is_some());
    (spoken || !claim.details.reason_comments.is_empty()).then(|| {
        let reason_comments = given.iter().map(|given| given.comment.clone()).collect();
        Box::new(Details { reason_comments, ..claim.details.clone() })
    })
}

/// A reviewer finds the claim right: the customer is to be told.
pub(super) fn validate(
    claim: &Claim,
    drop: &[(ItemNo, ReasonCode)],
    comment: Option<&Comment>,
    context: &Context,
) -> Decision {
    let State::InReview { .. } = claim.state else {
        return Err(invalid_state(claim, CommandKind::Validate));
    };
    let kept = after(claim, drop);
    let errors = [drop_problems(claim, drop, &kept), still_eligible(&kept, context)].concat();
    if !errors.is_empty() {
        return Err(fields(errors));
    }
    still_admissible(&kept, drop, context)?;
    let contested = arbitrated(claim, drop, comment, context)?;
    let body = EventBody::Validated {
        dropped: drop.to_vec(),
        contested,
        notice: claim.notice.next(),
        content_hash: content::hash(&kept),
        deliver_by: context
            .places
            .operator
            .deadline(context.at, context.policy.delivery_business_days)?,
    };
    let event = new_event(claim, context, body);
    let details = comment.map(|text| Box::new(claim.details.with_remark(event.version, text)));
    Ok(Some(Event { details, ..event }))
}

/// The claim without the dropped items.
fn after(claim: &Claim, drop: &[(ItemNo, ReasonCode)]) -> Claim {
    let mut kept = claim.clone();
    let numbers: Vec<_> = drop.iter().map(|(no, _)| *no).collect();
    kept.mark(&numbers, Some(Mark::Dropped));
    kept
}

fn drop_problems(claim: &Claim, drop: &[(ItemNo, ReasonCode)], kept: &Claim) -> Vec<FieldError> {
    let undecided = |no: ItemNo| claim.undecided().any(|item| item.no == no);
    let mut errors: Vec<_> = drop
        .iter()
        .enumerate()
        .filter(|(_, (no, _))| !undecided(*no))
        .map(|(at, _)| FieldError::new(format!("/drop/{at}/item_no"), FieldCode::Malformed))
        .collect();
    if kept.undecided().next().is_none() {
        errors.push(FieldError::new("/drop", FieldCode::Malformed));
    }
    errors
}

/// Submit's guards once more, for the undecided items that are left of the claim: what the customer has
/// answered or has no more waits for nothing. Evidence is as old as it was at submit.
fn still_eligible(claim: &Claim, context: &Context) -> Vec<FieldError> {
    // Each at its place, so that a pointer means the item that the claim has there.
    let in_place = |item: &Item| {
        let judged = claim.undecided().any(|own| own.no == item.no);
        judged.then(|| (claim.subject.kind, item.id.clone()))
    };
    let items = claim.items.iter().map(in_place).collect();
    let input = ClaimInput { items, ..ClaimInput::of(claim) };
    let submitted_at = claim.submitted_at.unwrap_or(context.at);
    let facts = &context.facts;
    let place = context.places.partner.as_ref();
    let mut errors = eligibility::missing(&input, Some(claim.subject.kind), &[]);
    errors.extend(eligibility::problems(&input, facts, &context.policy, submitted_at, place));
    let evidence = &claim.details.evidence;
    let usable = |scan| match context.policy.evidence {
        program::EvidencePolicy::Declared => eligibility::usable(scan),
        program::EvidencePolicy::Uploaded => scan == crate::claim::Scan::Clean,
    };
    if evidence.is_empty() {
        errors.push(FieldError::new("/evidence", FieldCode::Required));
    } else if !evidence.iter().any(|entry| usable(entry.scan)) {
        errors.push(FieldError::new("/evidence", FieldCode::EvidenceRejected));
    }
    errors
}

fn still_admissible(
    claim: &Claim,
    drop: &[(ItemNo, ReasonCode)],
    context: &Context,
) -> Result<(), Rejection> {
    let facts = &context.facts;
    let is_judged = |item: &ItemRef| claim.undecided().any(|own| claim.item_ref(own) == *item);
    let duplicate = |(item, own): &&(ItemRef, ClaimId)| *own != claim.id && is_judged(item);
    if let Some((_, own)) = facts.own_claims.iter().find(duplicate) {
        return Err(Rejection::DuplicateClaim { claim: own.clone() });
    }
    if facts.blocked.iter().any(is_judged) {
        return Err(Rejection::BlockedByCustomer);
    }
    let next = |rival: &&Rival| rival.standing == Standing::Next;
    let busy: Vec<_> = remaining(drop, context).filter(next).map(|rival| rival.item).collect();
    if busy.is_empty() { Ok(()) } else { Err(Rejection::ItemBusy { items: busy }) }
}

/// The rivals on items that are not dropped.
fn remaining<'a>(
    drop: &'a [(ItemNo, ReasonCode)],
    context: &'a Context,
) -> impl Iterator<Item = &'a Rival> {
    let dropped = |rival: &&Rival| drop.iter().any(|(no, _)| *no == rival.item);
    context.facts.rivals.iter().filter(move |rival| !dropped(rival))
}

/// Whether the claim is contested; if so only the operator decides, says on which grounds, and waits
/// until every holder has defended or had his time to.
fn arbitrated(
    claim: &Claim,
    drop: &[(ItemNo, ReasonCode)],
    comment: Option<&Comment>,
    context: &Context,
) -> Result<bool, Rejection> {
    if remaining(drop, context).next().is_none() {
        return Ok(false);
    }
    let Actor::Staff { role: StaffRole::Operator, .. } = context.actor else {
        return Err(Rejection::RoleNotAllowed);
    };
    if comment.is_none() {
        return Err(fields(vec![FieldError::new("/comment", FieldCode::Required)]));
    }
    if remaining(drop, context).all(|rival| is_heard(claim, rival, context.at)) {
        Ok(true)
    } else {
        Err(invalid_state(claim, CommandKind::Validate))
    }
}

/// Whether a rival has nothing to defend, or has done so, or had his time to: a later newcomer's
/// request does not make this one wait longer.
fn is_heard(claim: &Claim, rival: &Rival, at: Instant) -> bool {
    let own_time = claim.defence_until.is_some_and(|until| at >= until);
    let asked = rival.defence.is_some_and(|defence| own_time || defence.is_over(at));
    rival.standing != Standing::Active || asked
}

fn fields(errors: Vec<FieldError>) -> Rejection {
    Rejection::Fields(errors)
}
