//! `accept`: the customer says yes.

use crate::claim::{Claim, ItemStatus, State};
use crate::command::{CommandKind, Selection};
use crate::context::Context;
use crate::decision::selection::{chosen, only};
use crate::decision::term::term_end;
use crate::decision::{Decision, invalid_state, new_event};
use crate::event::EventBody;

/// The customer says yes: at once, and only signed in, since a link can be forwarded to the partner. A
/// declined item must be undone first.
pub(crate) fn decide(claim: &Claim, items: &Selection, context: &Context) -> Decision {
    let State::AwaitingCustomer { window } = &claim.state else {
        return Err(invalid_state(claim, CommandKind::Accept));
    };
    let chosen = chosen(claim, items)?;
    let pending = only(claim, &chosen, |status| status == ItemStatus::Pending);
    let refused = |status| matches!(status, ItemStatus::Declined { .. });
    let contradicts = *items != Selection::All && !only(claim, &chosen, refused).is_empty();
    if context.at >= window.closes_at || contradicts {
        return Err(invalid_state(claim, CommandKind::Accept));
    }
    if pending.is_empty() {
        return Ok(None);
    }
    let ends_at = term_end(claim, context);
    Ok(Some(new_event(claim, context, EventBody::ItemsAccepted { items: pending, ends_at })))
}
