//! `overturn`: another reviewer finds the rejection wrong.

use crate::claim::{Claim, Instant, Item, Mark, State};
use crate::command::CommandKind;
use crate::context::Context;
use crate::decision::deadlines::review_deadline;
use crate::decision::dispute::check_other_reviewer;
use crate::decision::remark::with_remark;
use crate::decision::{Decision, new_event};
use crate::event::EventBody;
use crate::rule::{COMMANDS, Rule};
use crate::text::Comment;

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule = Rule::new(COMMANDS, "overturn");

/// Another reviewer finds the rejection wrong: the review goes on.
pub(crate) fn decide(claim: &Claim, comment: &Comment, context: &Context) -> Decision {
    check_other_reviewer(claim, CommandKind::Overturn, context)?;
    let body = EventBody::DisputeOverturned { due_at: review_deadline(context) };
    Ok(Some(with_remark(Some(comment), new_event(claim, context, body))))
}

/// What was rejected is proposed again, and the claim in review.
pub(crate) fn apply(claim: &mut Claim, due_at: Instant) {
    let rejected = |item: &&Item| item.mark == Some(Mark::Rejected);
    let numbers: Vec<_> = claim.items.iter().filter(rejected).map(|item| item.no).collect();
    claim.mark_items(&numbers, None);
    claim.state = State::InReview { due_at: Some(due_at), overturned: true };
}
