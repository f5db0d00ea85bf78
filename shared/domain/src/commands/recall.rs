//! `recall`: a claim is taken back before its review.

use crate::claim::{Claim, State};
use crate::command::CommandKind;
use crate::context::Context;
use crate::decision::deadlines::idle_until;
use crate::decision::{Decision, invalid_state, new_event};
use crate::event::EventBody;

/// Takes a claim back before its review; resubmitted soon, it keeps its priority date.
pub(crate) fn decide(claim: &Claim, context: &Context) -> Decision {
    let State::Submitted { .. } = claim.state else {
        return Err(invalid_state(claim, CommandKind::Recall));
    };
    let days = context.policy.recall_business_days;
    let body = EventBody::Recalled {
        discard_at: idle_until(context)?,
        keeps_priority_until: context.partner_place()?.deadline(context.at, days)?,
    };
    Ok(Some(new_event(claim, context, body)))
}
