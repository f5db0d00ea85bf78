//! When the term of associations ends, as it is told of every claim (`docs/domain.md §3.1`).

use chrono::Duration;
use domain::claim::Status;
use domain::program::Policy;
use domain::reminder::{is_term_to_be_told, term_told_at};

use crate::given::*;

/// A policy whose associations run for a year.
fn yearly() -> Policy {
    Policy { term_months: Some(12), ..Policy::default() }
}

/// A year after the deadline of V1, counted in Prague.
fn a_year_later() -> Instant {
    at("2027-12-31T23:00:00Z")
}

#[test]
fn the_term_is_told_from_the_open_window_on_and_stays_what_it_was_when_the_claim_has_ended() {
    let open = Given { policy: yearly(), ..Given::awaiting() };
    assert_eq!(open.claim.term_ends_at(&yearly()), Some(a_year_later()));
    let associated = open.closed();
    assert_eq!(associated.claim.term_ends_at(&yearly()), Some(a_year_later()));
    let ended = associated.then(&decline(&[]), link(), after_grace());
    assert_eq!(ended.status(), Status::Ended);
    assert_eq!(ended.claim.term_ends_at(&yearly()), Some(a_year_later()));
}

#[test]
fn an_association_keeps_the_term_of_the_policy_that_it_began_under() {
    let associated = Given::associated();
    assert_eq!(associated.claim.term_ends_at(&yearly()), None);
}

#[test]
fn without_a_window_or_a_term_there_is_no_end() {
    assert_eq!(Given::notifying().claim.term_ends_at(&yearly()), None);
    assert_eq!(Given::awaiting().claim.term_ends_at(&Policy::default()), None);
}

#[test]
fn the_end_of_a_term_is_told_thirty_days_before_it() {
    let associated = Given { policy: yearly(), ..Given::awaiting() }.closed();
    let told_at = term_told_at(&associated.claim);
    assert_eq!(told_at, Some(a_year_later() - Duration::days(30)));
    assert!(is_term_to_be_told(&associated.claim, a_year_later(), told_at.unwrap()));
    let last = a_year_later() - Duration::milliseconds(1);
    assert!(is_term_to_be_told(&associated.claim, a_year_later(), last), "late rather than never");
    assert!(!is_term_to_be_told(&associated.claim, a_year_later(), a_year_later()));
    assert!(!is_term_to_be_told(&associated.claim, last, told_at.unwrap()), "another term");
}

#[test]
fn the_end_of_what_has_ended_before_is_not_told() {
    let associated = Given { policy: yearly(), ..Given::awaiting() }.closed();
    let now = a_year_later() - Duration::days(30);
    let in_part = associated.clone().then(&end(1), alpine(), after_grace());
    assert!(is_term_to_be_told(&in_part.claim, a_year_later(), now), "two are left");
    let ended = associated.then(&decline(&[]), link(), after_grace());
    assert!(!is_term_to_be_told(&ended.claim, a_year_later(), now));
    assert_eq!(term_told_at(&ended.claim), None);
}

#[test]
fn without_a_term_no_end_is_told() {
    assert_eq!(term_told_at(&Given::associated().claim), None);
    assert_eq!(term_told_at(&Given::awaiting().claim), None);
}
