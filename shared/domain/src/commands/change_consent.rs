//! `change_consent`: the customer's standing rules make silence a "no" in a claim under way.

use crate::claim::{Basis, Claim, ItemStatus};
use crate::commands::undo::undo_is_open;
use crate::context::Context;
use crate::decision::selection::every;
use crate::decision::{Decision, new_event};
use crate::event::EventBody;
use crate::reason::EndReason;
use crate::rule::{COMMANDS, Rule};

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule =
    Rule::new(COMMANDS, "change consent", "the customer's rules ask for a yes, so silence is a no");

/// Silence is a "no" from the moment of the rule on, also of what can wait for it again: a "no" may be taken back,
/// a rejection overturned. What silence made active meanwhile, although the rule came
/// before the window's end, ends.
pub(crate) fn decide(claim: &Claim, context: &Context) -> Decision {
    let closes_at = claim.state.window().map(|window| window.closes_at);
    let before = closes_at.is_some_and(|closes_at| context.at < closes_at);
    let deemed = |status| {
        let ItemStatus::Active { basis: Basis::Deemed, effective_at } = status else {
            return false;
        };
        before && Some(effective_at) == closes_at
    };
    let items = every(claim, deemed);
    if !items.is_empty() {
        let at = context.at.max(claim.last_event.at);
        let body = EventBody::AssociationEnded { items, reason: EndReason::CustomerRevoked, at };
        return Ok(Some(new_event(claim, context, body)));
    }
    let waits = claim.state.is_open() && claim.undecided().next().is_some();
    let may_wait = undo_is_open(claim, context.at)
        || (claim.state.can_be_overturned() && !claim.is_final(context.at));
    let in_window = closes_at.is_none_or(|closes_at| context.at < closes_at);
    if claim.subject.explicit_yes || !(waits || may_wait) || !in_window {
        return Ok(None);
    }
    Ok(Some(new_event(claim, context, EventBody::ConsentChanged)))
}

/// Silence is a "no".
pub(crate) fn apply(claim: &mut Claim) {
    claim.subject.explicit_yes = true;
}
