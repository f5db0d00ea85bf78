//! `reject`: a reviewer refuses the claim.

use crate::claim::{Claim, RejectionRecord, State};
use crate::command::{CommandKind, GivenReason};
use crate::context::Context;
use crate::decision::rejection::{commented, reasons_fit, rejected};
use crate::decision::{Decision, invalid_state};
use crate::event::Event;

/// A reviewer refuses the claim.
pub(crate) fn decide(claim: &Claim, given: &[GivenReason], context: &Context) -> Decision {
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
