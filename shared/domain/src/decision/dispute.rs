//! Until when a rejection can be disputed, and who may judge a dispute.

use crate::claim::{Claim, Instant, RejectionRecord, State};
use crate::command::CommandKind;
use crate::context::Context;
use crate::decision::invalid_state;
use crate::rejection::Rejection;

/// Whether the claim is rejected and nothing can be said against that any more.
pub(crate) fn is_finally_rejected(claim: &Claim, at: Instant) -> bool {
    let State::Rejected { disputable_until, .. } = claim.state else { return false };
    disputable_until.is_none_or(|until| at >= until)
}

/// A rejection is not judged by the reviewer who made it (I9).
pub(crate) fn check_other_reviewer(
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
