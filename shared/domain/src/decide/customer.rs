//! The customer's answers. A "no" is never lost and never an error (`docs/domain.md §4`, I2).

use crate::claim::{Claim, Instant, Item, ItemStatus, State};
use crate::command::{CommandKind, Selection};
use crate::context::Context;
use crate::decide::silence::term_end;
use crate::decide::vanish::has_item;
use crate::decide::{Decision, invalid_state, new_event};
use crate::event::EventBody;
use crate::ids::{ItemNo, NoticeNo};
use crate::reason::EndReason;
use crate::rejection::{FieldCode, FieldError, Rejection};

/// The customer says no: undecided items are declined, running associations end, and what is over
/// already stays as it is.
pub(super) fn decline(claim: &Claim, items: &Selection, context: &Context) -> Decision {
    if claim.notice == NoticeNo::default() {
        return Err(invalid_state(claim, CommandKind::Decline));
    }
    let chosen = chosen(claim, items)?;
    let declined = only(claim, &chosen, |status| is_open(claim, status, context.at));
    let ended = only(claim, &chosen, |status| matches!(status, ItemStatus::Active { .. }));
    if declined.is_empty() && ended.is_empty() {
        return Ok(None);
    }
    let body = if declined.is_empty() {
        let reason = EndReason::CustomerRevoked;
        EventBody::AssociationEnded { items: ended, reason, at: context.at }
    } else {
        let (in_time, ends_at) = (is_in_time(claim, context.at), term_end(claim, context));
        EventBody::ItemsDeclined { declined, ended, in_time, ends_at }
    };
    Ok(Some(new_event(claim, context, body)))
}

/// The customer takes a no back, before the window closes. One that a review has come after is settled.
pub(super) fn undo(claim: &Claim, selection: &Selection, context: &Context) -> Decision {
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

/// Whether the tenant still has an item: what has vanished since it was declined does not wait for
/// silence again.
fn is_there(claim: &Claim, no: ItemNo, context: &Context) -> bool {
    let (tenant, item) = (context.facts.tenant.as_ref(), claim.item(no));
    tenant.zip(item).is_none_or(|(tenant, item)| has_item(claim, item, tenant))
}

/// Whether the window runs in which a no can be taken back.
pub fn undo_is_open(claim: &Claim, at: Instant) -> bool {
    let closes_at = match &claim.state {
        State::AwaitingCustomer { window } | State::Declined { window: Some(window) } => {
            window.closes_at
        }
        State::Declined { window: None }
        | State::Draft { .. }
        | State::Submitted { .. }
        | State::InReview { .. }
        | State::ActionRequired { .. }
        | State::Disputed { .. }
        | State::Notifying { .. }
        | State::Unreachable { .. }
        | State::OnHold
        | State::Associated { .. }
        | State::Rejected { .. }
        | State::Withdrawn
        | State::Discarded
        | State::Ended { .. } => return false,
    };
    at < closes_at
}

/// The items to which an undo that arrived at `at` would do something.
pub fn undoable(claim: &Claim, at: Instant) -> Vec<ItemNo> {
    if undo_is_open(claim, at) { every(claim, may_be_taken_back) } else { Vec::new() }
}

fn may_be_taken_back(status: ItemStatus) -> bool {
    matches!(status, ItemStatus::Declined { settled: false, .. })
}

/// The items to which a no that arrived at `at` would do something: the undecided and the active.
pub fn refusable(claim: &Claim, at: Instant) -> Vec<ItemNo> {
    let active = |status| matches!(status, ItemStatus::Active { .. });
    every(claim, |status| active(status) || is_open(claim, status, at))
}

fn every(claim: &Claim, fits: impl Fn(ItemStatus) -> bool) -> Vec<ItemNo> {
    let fits = |item: &&Item| fits(claim.item_status(item));
    claim.items.iter().filter(fits).map(|item| item.no).collect()
}

/// The customer says yes: at once, and only signed in, since a link can be forwarded to the partner. A
/// declined item must be undone first.
pub(super) fn accept(claim: &Claim, items: &Selection, context: &Context) -> Decision {
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

/// The numbers the customer means; a number that is not in the claim is a fault of the request.
fn chosen(claim: &Claim, items: &Selection) -> Result<Vec<ItemNo>, Rejection> {
    let Selection::These(numbers) = items else {
        return Ok(claim.items.iter().map(|item| item.no).collect());
    };
    if numbers.is_empty() {
        return Err(Rejection::Fields(vec![FieldError::new("/items", FieldCode::Required)]));
    }
    let errors: Vec<_> = numbers
        .iter()
        .enumerate()
        .filter(|(_, no)| claim.item(**no).is_none())
        .map(|(at, _)| FieldError::new(format!("/items/{at}"), FieldCode::Malformed))
        .collect();
    if errors.is_empty() { Ok(numbers.clone()) } else { Err(Rejection::Fields(errors)) }
}

fn only(claim: &Claim, chosen: &[ItemNo], fits: impl Fn(ItemStatus) -> bool) -> Vec<ItemNo> {
    let mut numbers = every(claim, fits);
    numbers.retain(|no| chosen.contains(no));
    numbers
}

/// Whether an item of that status can still be declined: nobody has decided it, or only the operator
/// has, in a way that can still be disputed. What has vanished while others wait is over.
fn is_open(claim: &Claim, status: ItemStatus, at: Instant) -> bool {
    match status {
        ItemStatus::Proposed | ItemStatus::Pending => !is_final(claim, at),
        ItemStatus::Rejected => claim.state.can_be_overturned() && !is_final(claim, at),
        ItemStatus::Active { .. }
        | ItemStatus::Declined { .. }
        | ItemStatus::Ended { .. }
        | ItemStatus::Dropped
        | ItemStatus::Withdrawn => false,
    }
}

/// Whether nothing can change the claim any more but the customer's undo and his "no".
fn is_final(claim: &Claim, at: Instant) -> bool {
    match &claim.state {
        State::Rejected { disputable_until, .. } => {
            disputable_until.is_none_or(|until| at >= until)
        }
        State::Withdrawn | State::Discarded => true,
        State::Draft { .. }
        | State::Submitted { .. }
        | State::InReview { .. }
        | State::ActionRequired { .. }
        | State::Disputed { .. }
        | State::Notifying { .. }
        | State::Unreachable { .. }
        | State::AwaitingCustomer { .. }
        | State::OnHold
        | State::Associated { .. }
        | State::Declined { .. }
        | State::Ended { .. } => false,
    }
}

/// A no is late only when a window has passed: outside any window it is in time.
fn is_in_time(claim: &Claim, at: Instant) -> bool {
    claim.state.window().is_none_or(|window| at < window.closes_at)
}
