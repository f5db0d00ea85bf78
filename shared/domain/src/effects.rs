//! What a transition means beyond the claim's own record: locks on items, and blocks by the
//! customer (`docs/domain.md §3`, *Exclusivity*; `docs/architecture.md §3`).

use crate::claim::{Claim, Instant, Item, ItemStatus, Mark, State};
use crate::event::{Event, EventBody};
use crate::ids::ItemNo;
use crate::program::Policy;
use crate::reason::EndReason;

/// What happens to an item's lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockChange {
    /// The claim takes it.
    Take(ItemNo),
    /// The claim gives it back.
    Release(ItemNo),
}

/// The changes of locks that go with the step from `old` to `new`, in the same transaction.
pub fn lock_changes(old: Option<&Claim>, new: &Claim) -> Vec<LockChange> {
    let held = |claim: &Claim, no| claim.find_item(no).is_some_and(|item| holds_lock(claim, item));
    let change = |item: &Item| {
        let before = old.is_some_and(|old| held(old, item.no));
        match (before, holds_lock(new, item)) {
            (false, true) => Some(LockChange::Take(item.no)),
            (true, false) => Some(LockChange::Release(item.no)),
            (true, true) | (false, false) => None,
        }
    };
    new.items.iter().filter_map(change).collect()
}

/// The items that become active with the step from `old` to `new`: one that another partner holds
/// changes hands (`docs/domain.md §3`, *Exclusivity*).
pub fn activated_items(old: &Claim, new: &Claim) -> Vec<ItemNo> {
    let before = |no| old.active_items().any(|item| item.no == no);
    new.active_items().map(|item| item.no).filter(|no| !before(*no)).collect()
}

/// The event of an end, or of a "no" with ends in it, that comes when the window of who is next for an item has ended at
/// `next_from` and is not closed yet: the associations end then, since the next one's begins there. `None` where they end
/// no later anyway.
pub fn ended_before_next(event: &Event, next_from: Instant) -> Option<Event> {
    let mut sooner = event.clone();
    let mut is_later = false;
    if let EventBody::AssociationEnded { at, .. } = &mut sooner.body {
        is_later = std::mem::replace(at, next_from) > next_from;
    }
    if let EventBody::ItemsDeclined { ended, ended_at, .. } = &mut sooner.body {
        *ended_at = Some(next_from);
        is_later = !ended.is_empty() && event.at > next_from;
    }
    is_later.then_some(sooner)
}

/// The event of a "yes" to an item that its holder left at `left_at` only, after the "yes" had arrived: the association
/// begins then, since the holder's ran until there. `None` where it begins no sooner anyway.
pub fn delay_begin(event: &Event, left_at: Instant) -> Option<Event> {
    let is_sooner = matches!(event.body, EventBody::ItemsAccepted { .. }) && event.at < left_at;
    is_sooner.then(|| Event { at: left_at, ..event.clone() })
}

/// Whether the claim holds the lock of one of its items: from validate until the item is final. A
/// no that can still be undone keeps it; it is settled when the window's timer fires.
pub fn holds_lock(claim: &Claim, item: &Item) -> bool {
    match claim.item_status(item) {
        ItemStatus::Pending | ItemStatus::Active { .. } => true,
        ItemStatus::Declined { settled, .. } => !settled && declines_can_be_undone(&claim.state),
        ItemStatus::Proposed
        | ItemStatus::Ended { .. }
        | ItemStatus::Dropped
        | ItemStatus::Withdrawn
        | ItemStatus::Rejected => false,
    }
}

/// Whether a no to a part can still be taken back: in the window that runs, or in the one that the
/// notice on its way, or the next, will open.
pub(crate) fn declines_can_be_undone(state: &State) -> bool {
    matches!(
        state,
        State::Notifying { .. }
            | State::Unreachable { .. }
            | State::OnHold { .. }
            | State::AwaitingCustomer { .. }
            | State::Declined { window: Some(_) }
    )
}

/// A claim whose customer declined everything in a window: once that has passed, its locks are
/// given back and the blocks are written. The record itself says all it has to say already.
pub fn declines_settle_at(claim: &Claim, policy: &Policy) -> Option<Instant> {
    let State::Declined { window: Some(window) } = &claim.state else { return None };
    Some(window.closes_at + chrono::Duration::seconds(policy.grace_seconds.into()))
}

/// The items of which the customer's no became final with the step from `old` to `new`: each blocks
/// the same partner and item for the policy's `block_days`.
pub fn newly_blocked(old: Option<&Claim>, new: &Claim) -> Vec<ItemNo> {
    let before =
        |no| old.is_some_and(|old| old.find_item(no).is_some_and(|item| is_refused(old, item)));
    new.items
        .iter()
        .filter(|item| is_refused(new, item) && !before(item.no))
        .map(|item| item.no)
        .collect()
}

/// The items that a settled decline blocks: those the customer refused.
pub fn blocked_on_settling(claim: &Claim) -> Vec<ItemNo> {
    let answered = |item: &&Item| {
        matches!(item.mark, Some(Mark::Declined { no_answer: false, settled: false, .. }))
    };
    claim.items.iter().filter(answered).map(|item| item.no).collect()
}

fn is_refused(claim: &Claim, item: &Item) -> bool {
    match claim.item_status(item) {
        ItemStatus::Declined { no_answer, settled, .. } => {
            !no_answer && (settled || !declines_can_be_undone(&claim.state))
        }
        ItemStatus::Ended { reason, .. } => reason == EndReason::CustomerRevoked,
        ItemStatus::Proposed
        | ItemStatus::Pending
        | ItemStatus::Active { .. }
        | ItemStatus::Dropped
        | ItemStatus::Withdrawn
        | ItemStatus::Rejected => false,
    }
}

/// Whether closing the claim's window needs more than one attribute on one record: a declined or
/// accepted item, a yes that is asked for, a term, a renewal, or a transfer (`docs/architecture.md §3`).
pub fn needs_single_close(claim: &Claim, policy: &Policy) -> bool {
    claim.consent(policy) == crate::program::Consent::OptIn
        || policy.term_months.is_some()
        || claim.contested
        || claim.details.renews.is_some()
        || claim.kept_items().any(|item| item.mark.is_some())
}
