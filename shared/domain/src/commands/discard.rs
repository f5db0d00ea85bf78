//! `discard`: a draft is dropped.

use crate::claim::{Claim, State};
use crate::context::Context;
use crate::decision::new_event;
use crate::event::{Event, EventBody};
use crate::rule::{COMMANDS, Rule};

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule = Rule::new(COMMANDS, "discard");

/// The event that ends a draft for good.
pub(crate) fn decide(claim: &Claim, context: &Context) -> Event {
    new_event(claim, context, EventBody::Discarded)
}

/// The draft is over.
pub(crate) fn apply(claim: &mut Claim) {
    claim.state = State::Discarded;
}
