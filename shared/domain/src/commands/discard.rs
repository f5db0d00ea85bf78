//! `discard`: a draft is dropped.

use crate::claim::{Claim, State};
use crate::command::CommandKind;
use crate::context::Context;
use crate::decision::{Decision, invalid_state, new_event};
use crate::event::EventBody;

/// Drops a draft.
pub(crate) fn decide(claim: &Claim, context: &Context) -> Decision {
    let State::Draft { .. } = claim.state else {
        return Err(invalid_state(claim, CommandKind::Discard));
    };
    Ok(Some(new_event(claim, context, EventBody::Discarded)))
}

/// The draft is over.
pub(crate) fn apply(claim: &mut Claim) {
    claim.state = State::Discarded;
}
