//! When the term of associations ends, as it is told of every claim (`docs/domain.md §3.1`).

use domain::claim::Status;
use domain::program::Policy;

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
