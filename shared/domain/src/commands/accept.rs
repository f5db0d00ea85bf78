//! `accept`: the customer says yes.

use crate::claim::{Basis, Claim, Instant, ItemStatus, Mark, State};
use crate::command::{CommandKind, ItemSelection};
use crate::context::Context;
use crate::decision::selection::{chosen_items, chosen_with_status};
use crate::decision::standing::check_claimable;
use crate::decision::term::term_end;
use crate::decision::{Decision, invalid_state, new_event};
use crate::event::EventBody;
use crate::ids::ItemNo;
use crate::rule::{COMMANDS, Rule};
use crate::transition::finish_undecided;

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule = Rule::new(COMMANDS, "accept");

/// The customer says yes: at once, and only signed in, since a link can be forwarded to the partner. A
/// declined item must be undone first.
pub(crate) fn decide(claim: &Claim, items: &ItemSelection, context: &Context) -> Decision {
    let State::AwaitingCustomer { window } = &claim.state else {
        return Err(invalid_state(claim, CommandKind::Accept));
    };
    if context.at >= window.closes_at {
        return Err(invalid_state(claim, CommandKind::Accept));
    }
    let chosen = chosen_items(claim, items)?;
    let pending = chosen_with_status(claim, &chosen, |status| status == ItemStatus::Pending);
    let refused = |status| matches!(status, ItemStatus::Declined { .. });
    if *items != ItemSelection::All && !chosen_with_status(claim, &chosen, refused).is_empty() {
        return Err(invalid_state(claim, CommandKind::Accept));
    }
    if pending.is_empty() {
        return Ok(None);
    }
    check_claimable(claim, &pending, CommandKind::Accept, context)?;
    let ends_at = term_end(claim, context);
    Ok(Some(new_event(claim, context, EventBody::ItemsAccepted { items: pending, ends_at })))
}

/// The items are active at once.
pub(crate) fn apply(claim: &mut Claim, at: Instant, items: &[ItemNo], ends_at: Option<Instant>) {
    let mark = Mark::Active { basis: Basis::Explicit, effective_at: at };
    claim.mark_items(items, Some(mark));
    finish_undecided(claim, ends_at);
}
