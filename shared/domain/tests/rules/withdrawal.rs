use chrono::Duration;
use domain::claim::{Basis, Mark, State, Status};
use domain::effects::{LockChange, lock_changes, newly_blocked};
use domain::ids::ItemNo;
use domain::rejection::Rejection;

use crate::given::*;

#[test]
fn a_partner_withdraws_until_the_last_instant_of_the_window() {
    let last = closes_at() - Duration::milliseconds(1);
    let given = Given::awaiting().then(&withdraw(), alpine(), last);
    assert_eq!(given.status(), Status::Withdrawn);
    assert_eq!(given.items(), ["withdrawn", "withdrawn", "withdrawn"]);
    let late = Given::awaiting().when(&withdraw(), alpine(), closes_at());
    assert!(matches!(late, Err(Rejection::InvalidState { .. })));
}

#[test]
fn withdrawing_touches_only_what_is_undecided() {
    let given = Given::awaiting().then(&decline(&[2]), link(), delivered_at());
    let given = given.then(&withdraw(), alpine(), delivered_at());
    assert_eq!(given.items(), ["withdrawn", "declined", "withdrawn"]);
    assert_eq!(given.status(), Status::Withdrawn);
}

#[test]
fn withdrawing_beside_an_accepted_item_leaves_the_association() {
    let mut given = Given::awaiting();
    let (basis, effective_at) = (Basis::Explicit, delivered_at());
    given.claim.items.first_mut().unwrap().mark = Some(Mark::Active { basis, effective_at });
    let given = given.then(&withdraw(), alpine(), delivered_at());
    assert_eq!(given.items(), ["active", "withdrawn", "withdrawn"]);
    assert_eq!(given.status(), Status::Associated);
}

#[test]
fn validate_takes_a_lock_for_each_item_and_withdrawing_gives_them_back() {
    let (before, after) = (Given::in_review().claim, Given::notifying().claim);
    let all = |change: fn(ItemNo) -> LockChange| [1, 2, 3].map(|no| change(ItemNo(no)));
    assert_eq!(lock_changes(Some(&before), &after), all(LockChange::Take));
    let withdrawn = Given::notifying().then(&withdraw(), alpine(), delivered_at()).claim;
    assert_eq!(lock_changes(Some(&after), &withdrawn), all(LockChange::Release));
}

#[test]
fn closing_in_silence_touches_no_lock() {
    assert_eq!(lock_changes(Some(&Given::awaiting().claim), &Given::associated().claim), []);
}

#[test]
fn a_no_in_the_window_keeps_its_lock_and_blocks_nobody_until_the_close() {
    let open = Given::awaiting();
    let declined = open.clone().then(&decline(&[2]), link(), delivered_at());
    assert_eq!(lock_changes(Some(&open.claim), &declined.claim), []);
    assert_eq!(newly_blocked(Some(&open.claim), &declined.claim), []);
    let close = domain::command::Command::DeadlinePassed;
    let closed = declined.clone().then(&close, domain::actor::Actor::System, after_grace());
    let released = [LockChange::Release(ItemNo(2))];
    assert_eq!(lock_changes(Some(&declined.claim), &closed.claim), released);
    assert_eq!(newly_blocked(Some(&declined.claim), &closed.claim), [ItemNo(2)]);
}

#[test]
fn silence_that_declines_gives_every_lock_back_and_only_an_earlier_no_blocks() {
    let mut open = Given::awaiting();
    open.claim.subject.explicit_yes = true;
    let declined = open.then(&decline(&[2]), link(), delivered_at());
    let close = domain::command::Command::DeadlinePassed;
    let closed = declined.clone().then(&close, domain::actor::Actor::System, after_grace());
    let released = [1, 2, 3].map(|no| LockChange::Release(ItemNo(no)));
    assert_eq!(lock_changes(Some(&declined.claim), &closed.claim), released);
    assert_eq!(newly_blocked(Some(&declined.claim), &closed.claim), [ItemNo(2)]);
    assert_eq!(closed.claim.state, State::Declined { window: None });
}

#[test]
fn a_no_before_the_window_keeps_its_lock_through_it_as_it_can_be_undone_there() {
    let before = Given::notifying();
    let declined = before.clone().then(&decline(&[2]), link(), delivered_at());
    assert_eq!(lock_changes(Some(&before.claim), &declined.claim), []);
    assert_eq!(newly_blocked(Some(&before.claim), &declined.claim), []);
    let later = delivered_at() + Duration::hours(1);
    let open = declined.clone().delivered(FIRST, later);
    assert_eq!(lock_changes(Some(&declined.claim), &open.claim), []);
    let left = declined.clone().then(&withdraw(), alpine(), later);
    let released = [1, 2, 3].map(|no| LockChange::Release(ItemNo(no)));
    assert_eq!(lock_changes(Some(&declined.claim), &left.claim), released);
    assert_eq!(newly_blocked(Some(&declined.claim), &left.claim), [ItemNo(2)]);
}

#[test]
fn a_no_after_the_close_gives_the_lock_back_and_blocks_at_once() {
    let before = Given::associated();
    let after = before.clone().then(&decline(&[2]), link(), after_grace());
    let released = [LockChange::Release(ItemNo(2))];
    assert_eq!(lock_changes(Some(&before.claim), &after.claim), released);
    assert_eq!(newly_blocked(Some(&before.claim), &after.claim), [ItemNo(2)]);
}

#[test]
fn a_partner_who_leaves_is_not_blocked() {
    let before = Given::associated();
    let after = before.clone().then(&end(1), alpine(), after_grace());
    assert_eq!(newly_blocked(Some(&before.claim), &after.claim), []);
}
