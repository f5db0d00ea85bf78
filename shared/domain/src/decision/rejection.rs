//! Rejections by a reviewer and by silence, and the reasons a reviewer gives.

use crate::claim::{Claim, Details, RejectionRecord};
use crate::command::GivenReason;
use crate::context::Context;
use crate::decision::new_event;
use crate::decision::term::term_end;
use crate::event::{Event, EventBody};
use crate::ids::ItemNo;
use crate::rejection::{FieldCode, FieldError, Hint, Rejection};

/// Everything undecided is rejected; once, that can be disputed.
pub(crate) fn reject_undecided(
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
pub(crate) fn check_reasons(claim: &Claim, given: &[GivenReason]) -> Result<(), Rejection> {
    if given.is_empty() {
        let missing = FieldError::new("/reasons", FieldCode::Required).with_hint(Hint::Entry);
        return Err(fields_rejection(vec![missing]));
    }
    let foreign = |no: ItemNo| !claim.kept_items().any(|item| item.no == no);
    let errors: Vec<_> = given
        .iter()
        .enumerate()
        .filter(|(_, given)| given.reason.item_no.is_some_and(foreign))
        .map(|(at, _)| FieldError::new(format!("/reasons/{at}/item_no"), FieldCode::ItemUnknown))
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(fields_rejection(errors)) }
}

/// The details with the reasons' comments; `None` where there are none and were none, so that a
/// rejection by code alone writes one record.
pub(crate) fn with_reason_comments(claim: &Claim, given: &[GivenReason]) -> Option<Box<Details>> {
    let spoken = given.iter().any(|given| given.comment.is_some());
    (spoken || !claim.details.reason_comments.is_empty()).then(|| {
        let reason_comments = given.iter().map(|given| given.comment.clone()).collect();
        Box::new(Details { reason_comments, ..claim.details.clone() })
    })
}

fn fields_rejection(errors: Vec<FieldError>) -> Rejection {
    Rejection::Fields(errors)
}
