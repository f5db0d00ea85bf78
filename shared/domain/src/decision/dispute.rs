//! Who may judge a dispute.

use crate::claim::{Claim, RejectionRecord, State};
use crate::command::CommandKind;
use crate::context::Context;
use crate::decision::invalid_state;
use crate::rejection::Rejection;

/// A rejection is not judged by the reviewer who made it (I9).
pub(crate) fn judged(
    claim: &Claim,
    command: CommandKind,
    context: &Context,
) -> Result<(), Rejection> {
    let State::Disputed { rejection: RejectionRecord { by, .. }, .. } = &claim.state else {
        return Err(invalid_state(claim, command));
    };
    let same = by.is_some() && by.as_ref() == context.actor.staff_id();
    if same { Err(Rejection::AnotherReviewerRequired) } else { Ok(()) }
}
