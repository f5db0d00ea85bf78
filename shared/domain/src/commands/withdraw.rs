//! `withdraw`: the partner takes back what nobody has decided.

use crate::claim::{Claim, Instant, Mark, State};
use crate::command::CommandKind;
use crate::context::Context;
use crate::decision::remark::with_remark;
use crate::decision::term::term_end;
use crate::decision::{Decision, invalid_state, new_event};
use crate::event::{Event, EventBody};
use crate::motive::{Motive, motive_error};
use crate::rejection::Rejection;
use crate::rule::{COMMANDS, Rule};
use crate::text::Comment;
use crate::transition::finish_claim;

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule = Rule::new(COMMANDS, "withdraw");

/// The partner takes back what nobody has decided.
pub(crate) fn decide(
    claim: &Claim,
    motive: Motive,
    comment: Option<&Comment>,
    context: &Context,
) -> Decision {
    // From `closes_at` on only a "no" and the close are taken (`docs/domain.md §4`, *The race*).
    if let State::AwaitingCustomer { window } = &claim.state
        && context.at >= window.closes_at
    {
        return Err(invalid_state(claim, CommandKind::Withdraw));
    }
    if let Some(error) = motive_error(Some(motive), context.actor.kind()) {
        return Err(Rejection::Fields(vec![error]));
    }
    let body = EventBody::Withdrawn { ends_at: term_end(claim, context) };
    let event = Event { motive: Some(motive), ..new_event(claim, context, body) };
    Ok(Some(with_remark(comment, event)))
}

/// Undecided items are withdrawn, and the claim with them unless items say otherwise.
pub(crate) fn apply(claim: &mut Claim, ends_at: Option<Instant>) {
    finish_claim(claim, Mark::Withdrawn, State::Withdrawn, ends_at);
}
