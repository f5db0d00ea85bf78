//! A claim whose customer cannot be reached.

use crate::claim::Claim;
use crate::context::Context;
use crate::decision::deadlines::correct_by;
use crate::decision::new_event;
use crate::event::{Event, EventBody, FailureCause};
use crate::rejection::Rejection;

/// The claim waits for a contact who can be reached, in the partner's days.
pub(crate) fn unreachable(
    claim: &Claim,
    cause: FailureCause,
    context: &Context,
) -> Result<Event, Rejection> {
    let correct_by = correct_by(context)?;
    Ok(new_event(claim, context, EventBody::NoticeFailed { cause, correct_by }))
}
