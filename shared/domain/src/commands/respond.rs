//! `respond`: the partner answers the reviewer.

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
pub(crate) const RULE: Rule = Rule::new(COMMANDS, "respond");

/// The partner answers, in time.
pub(crate) fn decide(claim: &Claim, comment: Option<&Comment>, context: &Context) -> Decision {
    let asked = |answer_by| context.at < answer_by;
    if !matches!(claim.state, State::ActionRequired { answer_by, .. } if asked(answer_by)) {
        return Err(invalid_state(claim, CommandKind::Respond));
    }
    let body = EventBody::InformationAnswered { due_at: review_deadline(context) };
    Ok(Some(with_remark(comment, new_event(claim, context, body))))
}

/// The review goes on.
pub(crate) fn apply(claim: &mut Claim, due_at: Instant) {
    let overturned = matches!(claim.state, State::ActionRequired { overturned: true, .. });
    claim.state = State::InReview { due_at: Some(due_at), overturned };
}
