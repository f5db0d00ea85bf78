//! What a claim or a notice may have a few times only, through holds, corrected contacts and reviews: what is
//! counted anew, and what is not (`docs/domain.md §3.2`, `§4.4`, `§5`).

use chrono::Duration;
use domain::actor::{Actor, StaffRole};
use domain::claim::{ExtensionCause, Status};
use domain::command::Command;
use domain::ids::{NoticeNo, StaffId};
use domain::recipient::RecipientNo;

use crate::given::*;

const TWO: [&str; 2] = ["it@contoso.example", "ciso@contoso.example"];

fn minutes(count: i64) -> Instant {
    delivered_at() + Duration::minutes(count)
}

fn extend() -> Command {
    Command::Extend { closes_on: None }
}

fn correct(email: &str) -> Command {
    Command::CorrectContact { contact: contact(email), comment: None }
}

fn refuse() -> Command {
    Command::RefuseContact { comment: None }
}

fn overturn(given: Given, at: Instant) -> Given {
    let dispute = Command::Dispute { comment: comment() };
    let given = given.then(&reject(), reviewer(), at).then(&dispute, alpine(), at);
    given.then(&Command::Overturn { comment: comment() }, operator(), at)
}

/// Nobody but the first contact is verified, and its mail came back.
fn unreachable(given: Given, at: Instant) -> Given {
    let given = given.failed(FIRST, at);
    assert_eq!(given.status(), Status::Unreachable);
    given
}

/// The operator asks the failed address once more, and it is delivered.
fn corrected(given: Given, at: Instant) -> Given {
    let given = given.then(&correct("it@contoso.example"), operator(), at);
    given.delivered(FIRST, at)
}

fn held_and_resumed(given: Given, at: Instant) -> Given {
    let given = given.then(&hold(), operator(), at).then(&Command::Resume, operator(), at);
    given.delivered(FIRST, at)
}

// Once in the life of a claim

#[test]
fn the_customers_extension_does_not_come_back_with_a_new_window() {
    let extended = Given::awaiting().then(&extend(), link(), minutes(1));
    assert!(extended.claim.extended);
    let held = held_and_resumed(extended.clone(), minutes(2));
    let asked_anew = corrected(unreachable(extended.clone(), minutes(2)), minutes(3));
    let on_hold = extended.then(&hold(), operator(), minutes(2));
    let reviewed = overturn(on_hold, minutes(3));
    let validate = Command::Validate { drop: vec![], comment: None };
    let reviewed = reviewed.then(&validate, reviewer(), minutes(4)).delivered(FIRST, minutes(4));
    for given in [held, asked_anew, reviewed] {
        assert_eq!((given.status(), given.claim.notice), (Status::AwaitingCustomer, NoticeNo(2)));
        for actor in [administrator(), link_of(2, FIRST)] {
            assert!(is_invalid_state(&given.when(&extend(), actor, minutes(5))));
        }
        let further = Command::Extend { closes_on: Some("2027-03-01".parse().unwrap()) };
        assert!(given.when(&further, operator(), minutes(5)).unwrap().is_some(), "the operator's");
    }
}

#[test]
fn an_extension_that_was_not_used_is_there_in_every_later_window() {
    let held = held_and_resumed(Given::awaiting(), minutes(1));
    let asked_anew = corrected(unreachable(Given::awaiting(), minutes(1)), minutes(2));
    for given in [held, asked_anew] {
        let longer = given.clone().then(&extend(), administrator(), minutes(3));
        assert!(longer.closes_at() > given.closes_at());
        assert!(is_invalid_state(&longer.when(&extend(), link_of(2, FIRST), minutes(4))));
    }
}

#[test]
fn what_the_operator_gave_does_not_use_the_customers_extension() {
    let far = Command::Extend { closes_on: Some("2027-01-11".parse().unwrap()) };
    let given = Given::awaiting().then(&far, operator(), minutes(1));
    assert!(!given.claim.extended);
    assert!(given.when(&extend(), administrator(), minutes(2)).unwrap().is_some());
}

#[test]
fn a_rejection_is_disputed_once_though_the_claim_was_held_and_asked_anew_since() {
    let reviewed = overturn(Given::in_review(), submitted_at() + Duration::hours(2));
    let validate = Command::Validate { drop: vec![], comment: None };
    let given = reviewed.then(&validate, reviewer(), submitted_at() + Duration::hours(3));
    let given = given.delivered(FIRST, delivered_at());
    let given = held_and_resumed(given, minutes(1)).then(&hold(), operator(), minutes(2));
    let given = given.then(&reject(), reviewer(), minutes(3));
    assert_eq!(given.claim.state.runs_until(), None, "nobody can dispute it");
    let dispute = Command::Dispute { comment: comment() };
    assert!(is_invalid_state(&given.when(&dispute, alpine(), minutes(4))));
}

#[test]
fn new_notices_by_the_system_are_counted_through_holds_and_corrected_contacts() {
    let mut given = Given::awaiting_of(&TWO).failed(FIRST, minutes(1));
    assert_eq!((given.status(), given.claim.used.renewals), (Status::Notifying, 1));
    given = given.failed(SECOND, minutes(1));
    assert_eq!((given.status(), given.claim.used.renewals), (Status::Unreachable, 1));
    given = given.then(&correct("it@contoso.example"), operator(), minutes(2));
    assert_eq!(given.claim.used.renewals, 1, "a person's notice is none, and resets none");
    given = given.then(&hold(), operator(), minutes(3));
    given = given.then(&Command::Resume, operator(), minutes(3));
    assert_eq!(given.claim.used.renewals, 1);
}

// Anew with every notice

#[test]
fn undos_by_link_are_counted_anew_with_every_notice_whatever_led_to_it() {
    let spent = |given: Given| {
        (0..3).fold(given, |given, round| {
            let given = given.then(&decline(&[1]), link(), minutes(10 * round + 1));
            given.then(&undo(&[1]), link(), minutes(10 * round + 2))
        })
    };
    let given = spent(Given::awaiting());
    assert_eq!(given.claim.used.undos, 3);
    let again = given.clone().then(&decline(&[1]), link(), minutes(31));
    assert!(is_invalid_state(&again.when(&undo(&[1]), link(), minutes(32))));
    let held = held_and_resumed(given.clone(), minutes(40));
    let asked_anew = corrected(unreachable(given, minutes(40)), minutes(41));
    for given in [held, asked_anew] {
        assert_eq!(given.claim.used.undos, 0);
        let given = given.then(&decline(&[1]), link_of(2, FIRST), minutes(50));
        let given = given.then(&undo(&[1]), link_of(2, FIRST), minutes(51));
        assert_eq!(given.claim.used.undos, 1);
    }
}

#[test]
fn why_a_window_is_longer_is_said_of_that_window_only() {
    let far = Command::Extend { closes_on: Some("2027-01-11".parse().unwrap()) };
    let longer = Given::awaiting().then(&far, operator(), minutes(1));
    assert!(longer.claim.extended_by.contains(ExtensionCause::Operator));
    let on_hold = longer.clone().then(&hold(), operator(), minutes(2));
    let lost = unreachable(longer.clone(), minutes(2));
    let renewed = Given::awaiting_of(&TWO).then(&far, operator(), minutes(1));
    let renewed = renewed.failed(FIRST, minutes(2));
    assert_eq!(renewed.claim.notice, NoticeNo(2));
    for given in [on_hold, lost, renewed] {
        assert_eq!(given.claim.extended_by.to_bits(), 0, "{:?}", given.status());
        assert_eq!(given.claim.opened_by, None, "{:?}", given.status());
    }
}

#[test]
fn an_undo_moves_the_end_once_more_in_a_later_window() {
    let moved = |given: Given, who: Actor, end: Instant| {
        let given = given.then(&decline(&[1]), who.clone(), end - Duration::hours(3));
        given.then(&undo(&[1]), who, end - Duration::hours(2))
    };
    let given = moved(Given::awaiting(), link(), closes_at());
    assert!(given.claim.extended_by.contains(ExtensionCause::Undo));
    let given = held_and_resumed(given, closes_at() - Duration::hours(1));
    let end = given.closes_at().unwrap();
    let given = moved(given, link_of(2, FIRST), end);
    assert!(given.closes_at() > Some(end));
}

// Anew with every contact that is asked

#[test]
fn refused_proposals_are_counted_until_a_contact_is_corrected() {
    let mut given = unreachable(Given::awaiting(), minutes(1));
    for round in 0..2 {
        given = given.then(&correct("ota@contoso.example"), alpine(), minutes(2 + round));
        given = given.then(&refuse(), operator(), minutes(2 + round));
    }
    assert_eq!(given.claim.used.refused_proposals, 2);
    given = given.then(&correct("ota@contoso.example"), alpine(), minutes(5));
    assert!(is_invalid_state(&given.when(&refuse(), operator(), minutes(6))));
    // The operator vouches for it, and another brings the claim to it.
    given = given.then(&Command::Vouch { comment: Some(comment()) }, operator(), minutes(7));
    let another =
        Actor::Staff { id: StaffId::parse("another").unwrap(), role: StaffRole::Operator };
    given = given.then(&correct("ota@contoso.example"), another, minutes(8));
    assert_eq!((given.status(), given.claim.used.refused_proposals), (Status::Notifying, 0));
    given = given.failed(RecipientNo(3), minutes(9));
    assert_eq!(given.status(), Status::Unreachable);
    given = given.then(&correct("cio@contoso.example"), alpine(), minutes(10));
    given = given.then(&refuse(), operator(), minutes(11));
    assert_eq!(given.claim.used.refused_proposals, 1);
}

#[test]
fn refused_proposals_are_counted_through_a_hold() {
    let mut given = unreachable(Given::awaiting(), minutes(1));
    for round in 0..2 {
        given = given.then(&correct("ota@contoso.example"), alpine(), minutes(2 + round));
        given = given.then(&refuse(), operator(), minutes(2 + round));
    }
    given = given.then(&hold(), operator(), minutes(5));
    given = given.then(&Command::Resume, operator(), minutes(6));
    assert_eq!(given.status(), Status::Unreachable, "nobody is left who could be asked");
    assert_eq!(given.claim.used.refused_proposals, 2);
    given = given.then(&correct("ota@contoso.example"), alpine(), minutes(7));
    assert!(is_invalid_state(&given.when(&refuse(), operator(), minutes(8))));
}
