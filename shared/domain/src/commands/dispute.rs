//! `dispute`: the partner disputes a rejection.

use crate::claim::{Claim, Instant, State};
use crate::command::CommandKind;
use crate::context::Context;
use crate::decision::deadlines::review_deadline;
use crate::decision::remark::with_remark;
use crate::decision::{Decision, invalid_state, new_event};
use crate::event::EventBody;
use crate::rule::{COMMANDS, Rule};
use crate::text::Comment;

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule = Rule::new(COMMANDS, "dispute");

/// The partner disputes a rejection, once.
pub(crate) fn decide(claim: &Claim, comment: &Comment, context: &Context) -> Decision {
    let open = |until| context.at < until;
    if !matches!(claim.state, State::Rejected { disputable_until: Some(end), .. } if open(end)) {
        return Err(invalid_state(claim, CommandKind::Dispute));
    }
    let body = EventBody::Disputed { due_at: review_deadline(context) };
    Ok(Some(with_remark(Some(comment), new_event(claim, context, body))))
}

/// The rejection is disputed, and the one dispute used. `None` where there is no rejection.
pub(crate) fn apply(claim: &mut Claim, due_at: Instant) -> Option<()> {
    let State::Rejected { rejection, .. } = &claim.state else { return None };
    let rejection = rejection.clone();
    claim.disputed = true;
    claim.state = State::Disputed { rejection, due_at: Some(due_at) };
    Some(())
}
