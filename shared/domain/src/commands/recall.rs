//! `recall`: a claim is taken back before its review.

use crate::claim::{Claim, Instant, State};
use crate::context::Context;
use crate::decision::deadlines::{discard_deadline, partner_deadline};
use crate::decision::{Decision, new_event};
use crate::event::EventBody;
use crate::rule::{COMMANDS, Rule};

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule = Rule::new(COMMANDS, "recall");

/// Takes a claim back before its review; resubmitted soon, it keeps its priority date.
pub(crate) fn decide(claim: &Claim, context: &Context) -> Decision {
    let days = context.policy.recall_business_days;
    let body = EventBody::Recalled {
        discard_at: discard_deadline(context)?,
        keeps_priority_until: partner_deadline(context, days)?,
    };
    Ok(Some(new_event(claim, context, body)))
}

/// The claim is a draft again.
pub(crate) fn apply(claim: &mut Claim, discard_at: Instant, keeps_priority_until: Instant) {
    let keeps_priority_until = Some(keeps_priority_until);
    claim.state = State::Draft { discard_at, keeps_priority_until };
}
