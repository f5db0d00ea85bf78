use chrono::Duration;
use domain::actor::Actor;
use domain::claim::{State, Status};
use domain::command::Command;
use domain::decide;
use domain::event::FailureCause;
use domain::ids::NoticeNo;

use crate::given::*;

fn failure(notice: u16, others_left: bool) -> Command {
    let cause = FailureCause::Bounce;
    Command::RecordFailure { notice: NoticeNo(notice), cause, others_left }
}

#[test]
fn delivery_opens_the_window_of_v1() {
    let given = Given::awaiting();
    let State::AwaitingCustomer { window } = &given.claim.state else { panic!() };
    assert_eq!(window.closes_at, closes_at());
    assert_eq!(given.claim.deadline(), Some(closes_at()));
}

#[test]
fn only_the_current_notice_to_somebody_who_speaks_for_the_tenant_opens_it() {
    let given = Given::notifying();
    let unqualified = Command::RecordDelivery { notice: NoticeNo(1), qualifying: false };
    for proof in [delivery(2), unqualified] {
        assert_eq!(given.when(&proof, Actor::System, delivered_at()), Ok(None));
    }
}

#[test]
fn a_second_delivery_moves_nothing() {
    let later = delivered_at() + Duration::days(1);
    assert_eq!(Given::awaiting().when(&delivery(1), Actor::System, later), Ok(None));
}

#[test]
fn a_bounce_days_after_acceptance_voids_the_window() {
    let later = delivered_at() + Duration::days(3);
    let given = Given::awaiting().then(&failure(1, false), Actor::System, later);
    assert_eq!(given.status(), Status::Unreachable);
    assert_eq!(given.claim.state.window(), None);
}

#[test]
fn a_bounce_changes_nothing_where_another_recipient_is_left_or_the_notice_is_older() {
    for proof in [failure(1, true), failure(0, false)] {
        assert_eq!(Given::awaiting().when(&proof, Actor::System, delivered_at()), Ok(None));
    }
}

#[test]
fn a_bounce_changes_nothing_once_somebody_has_answered_or_the_window_is_over() {
    let answered = Given::awaiting().then(&decline(&[1]), link(), delivered_at());
    assert_eq!(answered.when(&failure(1, false), Actor::System, delivered_at()), Ok(None));
    assert_eq!(Given::awaiting().when(&failure(1, false), Actor::System, closes_at()), Ok(None));
}

#[test]
fn a_window_that_would_leave_the_calendar_is_held_by_the_system() {
    let beyond = at("2099-06-01T10:00:00Z");
    let given = Given::notifying().then(&delivery(1), Actor::System, beyond);
    assert_eq!(given.status(), Status::OnHold);
}

#[test]
fn without_a_proof_in_two_of_the_operators_days_the_customer_is_unreachable() {
    let claim = Given::notifying().claim;
    let due = claim.deadline().unwrap();
    // Validated on Monday 21 December: 22 and 23.
    assert_eq!(due, at("2026-12-23T23:00:00Z"));
    let early = context(Actor::System, due - Duration::milliseconds(1));
    assert_eq!(decide(&claim, &Command::DeadlinePassed, &early), Ok(None));
    let event = decide(&claim, &Command::DeadlinePassed, &context(Actor::System, due)).unwrap();
    assert!(event.unwrap().by_silence);
}
