//! Information and disputes: what partner and operator say to each other (`docs/domain.md §3`).

use crate::claim::{Claim, RejectionRecord, State};
use crate::command::{CommandKind, GivenReason};
use crate::context::Context;
use crate::decide::ending::with_remark;
use crate::decide::review::{commented, reasons_fit};
use crate::decide::{Decision, invalid_state, new_event};
use crate::event::{Event, EventBody};
use crate::rejection::Rejection;
use crate::text::Comment;

/// A reviewer asks the partner.
pub(super) fn request(claim: &Claim, given: &[GivenReason], context: &Context) -> Decision {
    let State::InReview { .. } = claim.state else {
        return Err(invalid_state(claim, CommandKind::RequestInformation));
    };
    reasons_fit(claim, given)?;
    let days = context.policy.answer_business_days;
    let body = EventBody::InformationRequested {
        reasons: given.iter().map(|given| given.reason).collect(),
        answer_by: context.partner_place()?.deadline(context.at, days)?,
    };
    Ok(Some(Event { details: commented(claim, given), ..new_event(claim, context, body) }))
}

/// The partner answers, in time.
pub(super) fn respond(claim: &Claim, comment: Option<&Comment>, context: &Context) -> Decision {
    let asked = |answer_by| context.at < answer_by;
    if !matches!(claim.state, State::ActionRequired { answer_by, .. } if asked(answer_by)) {
        return Err(invalid_state(claim, CommandKind::Respond));
    }
    let body = EventBody::InformationAnswered { due_at: review_due(context)? };
    Ok(Some(with_remark(claim, comment, new_event(claim, context, body))))
}

/// The partner disputes a rejection, once.
pub(super) fn dispute(claim: &Claim, comment: &Comment, context: &Context) -> Decision {
    let open = |until| context.at < until;
    if !matches!(claim.state, State::Rejected { disputable_until: Some(end), .. } if open(end)) {
        return Err(invalid_state(claim, CommandKind::Dispute));
    }
    let body = EventBody::Disputed { due_at: review_due(context)? };
    Ok(Some(with_remark(claim, Some(comment), new_event(claim, context, body))))
}

/// Another reviewer finds the rejection right: it is final.
pub(super) fn uphold(claim: &Claim, comment: &Comment, context: &Context) -> Decision {
    judged(claim, CommandKind::Uphold, context)?;
    let event = new_event(claim, context, EventBody::DisputeUpheld);
    Ok(Some(with_remark(claim, Some(comment), event)))
}

/// Another reviewer finds the rejection wrong: the review goes on.
pub(super) fn overturn(claim: &Claim, comment: &Comment, context: &Context) -> Decision {
    judged(claim, CommandKind::Overturn, context)?;
    let body = EventBody::DisputeOverturned { due_at: review_due(context)? };
    Ok(Some(with_remark(claim, Some(comment), new_event(claim, context, body))))
}

/// A rejection is not judged by the reviewer who made it (I9).
fn judged(claim: &Claim, command: CommandKind, context: &Context) -> Result<(), Rejection> {
    let State::Disputed { rejection: RejectionRecord { by, .. }, .. } = &claim.state else {
        return Err(invalid_state(claim, command));
    };
    let same = by.is_some() && by.as_ref() == context.actor.staff_id();
    if same { Err(Rejection::RoleNotAllowed) } else { Ok(()) }
}

fn review_due(context: &Context) -> Result<crate::claim::Instant, Rejection> {
    context.places.operator.deadline(context.at, context.policy.review_business_days)
}
