//! `undo`: the customer takes a no back.

use crate::claim::{Claim, Instant, ItemStatus, State};
use crate::command::{CommandKind, Selection};
use crate::context::Context;
use crate::decision::selection::{chosen, every, only};
use crate::decision::tenant_item::has_item;
use crate::decision::{Decision, invalid_state, new_event};
use crate::event::EventBody;
use crate::ids::ItemNo;
use crate::rule::{COMMANDS, Rule};

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule =
    Rule::new(COMMANDS, "undo", "until the deadline the customer may take a no back");

/// The customer takes a no back, before the window closes. One that a review has come after is settled.
pub(crate) fn decide(claim: &Claim, selection: &Selection, context: &Context) -> Decision {
    if !undo_is_open(claim, context.at) {
        return Err(invalid_state(claim, CommandKind::Undo));
    }
    let chosen = chosen(claim, selection)?;
    let mut items = only(claim, &chosen, may_be_taken_back);
    if *selection != Selection::All && only(claim, &chosen, ItemStatus::is_settled) == chosen {
        return Err(invalid_state(claim, CommandKind::Undo));
    }
    items.retain(|no| is_there(claim, *no, context));
    Ok((!items.is_empty()).then(|| new_event(claim, context, EventBody::DeclineUndone { items })))
}

/// The items wait in the window again. `None` where there is no window.
pub(crate) fn apply(claim: &mut Claim, items: &[ItemNo]) -> Option<()> {
    let window = claim.state.window()?.clone();
    claim.mark(items, None);
    claim.state = State::AwaitingCustomer { window };
    Some(())
}

/// Whether the tenant still has an item: what has vanished since it was declined does not wait for
/// silence again.
fn is_there(claim: &Claim, no: ItemNo, context: &Context) -> bool {
    let (tenant, item) = (context.facts.tenant.as_ref(), claim.item(no));
    tenant.zip(item).is_none_or(|(tenant, item)| has_item(claim, item, tenant))
}

/// Whether the window runs in which a no can be taken back.
pub fn undo_is_open(claim: &Claim, at: Instant) -> bool {
    let (State::AwaitingCustomer { window } | State::Declined { window: Some(window) }) =
        &claim.state
    else {
        return false;
    };
    at < window.closes_at
}

/// The items to which an undo that arrived at `at` would do something.
pub fn undoable(claim: &Claim, at: Instant) -> Vec<ItemNo> {
    if undo_is_open(claim, at) { every(claim, may_be_taken_back) } else { Vec::new() }
}

fn may_be_taken_back(status: ItemStatus) -> bool {
    matches!(status, ItemStatus::Declined { settled: false, .. })
}
