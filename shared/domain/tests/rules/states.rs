//! What a report, a refusal, a retirement and a "no" do in each state: the table of `docs/domain.md §5.3`, a test
//! for each of its cells.

use chrono::Duration;
use domain::actor::Actor;
use domain::claim::{ExtensionCause, Status};
use domain::command::Command;
use domain::event::{EventType, FailureCause};
use domain::recipient::RecipientStanding;

use crate::given::*;

const TWO: [&str; 2] = ["it@contoso.example", "ciso@contoso.example"];

fn later() -> Instant {
    delivered_at() + Duration::hours(1)
}

/// A moment between the end of the window and its close.
fn closing() -> Instant {
    closes_at() + Duration::seconds(30)
}

fn last_instant() -> Instant {
    closes_at() - Duration::milliseconds(1)
}

fn notifying() -> Given {
    Given::notifying_to(&TWO)
}

fn window() -> Given {
    Given::awaiting_of(&TWO)
}

fn unreachable() -> Given {
    window().failed(SECOND, later()).failed(FIRST, later())
}

fn on_hold() -> Given {
    window().then(&hold(), operator(), later())
}

fn declined() -> Given {
    window().then(&decline(&[]), link(), later())
}

fn active() -> Given {
    window().closed()
}

/// The claim stays as it is, though the report is noted.
fn is_only_noted(given: &Given, after: &Given) {
    assert_eq!(after.claim, given.claim);
    assert_ne!(after.recipients, given.recipients, "it is noted");
}

// Delivery to a verified recipient of the current notice

#[test]
fn a_verified_delivery_while_notifying_opens() {
    let given = notifying().delivered(FIRST, delivered_at());
    assert_eq!((given.status(), given.claim.opened_by), (Status::AwaitingCustomer, Some(FIRST)));
}

#[test]
fn a_verified_delivery_in_the_window_is_noted() {
    is_only_noted(&window(), &window().delivered(SECOND, later()));
}

#[test]
fn a_verified_delivery_from_the_end_to_the_close_is_noted() {
    is_only_noted(&window(), &window().delivered(SECOND, closing()));
}

#[test]
fn a_verified_delivery_while_unreachable_or_on_hold_is_noted() {
    is_only_noted(&on_hold(), &on_hold().delivered(SECOND, later()));
    is_only_noted(&unreachable(), &unreachable().delivered(SECOND, later()));
}

#[test]
fn a_verified_delivery_where_everything_is_declined_is_noted() {
    is_only_noted(&declined(), &declined().delivered(SECOND, later()));
}

#[test]
fn a_verified_delivery_after_the_close_is_noted() {
    is_only_noted(&active(), &active().delivered(SECOND, after_grace()));
}

// Every other delivery, and the failure of others

#[test]
fn every_other_delivery_and_the_failure_of_others_is_noted_in_every_state() {
    for given in [notifying(), window(), on_hold(), declined(), active()] {
        is_only_noted(&given, &given.clone().delivered(DOMAIN, later()));
        is_only_noted(&given, &given.clone().failed(DOMAIN, later()));
    }
    is_only_noted(&unreachable(), &unreachable().failed(DOMAIN, later()));
    is_only_noted(&window(), &window().failed(DOMAIN, closing()));
}

// Failure of a verified recipient

#[test]
fn a_verified_failure_while_notifying_is_noted_and_the_last_one_asks_others() {
    is_only_noted(&notifying(), &notifying().failed(FIRST, delivered_at()));
    let given = notifying().failed(FIRST, delivered_at()).failed(SECOND, delivered_at());
    assert_eq!(given.status(), Status::Unreachable);
    let three = ["it@contoso.example", "ciso@contoso.example", "audit@contoso.example"];
    let given = Given::notifying_to(&three).failed(FIRST, later()).failed(SECOND, later());
    assert_eq!((given.status(), given.claim.notice.0), (Status::Notifying, 2));
}

#[test]
fn the_failure_of_the_counted_recipient_in_the_window_counts_again() {
    let given = window().delivered(SECOND, at("2026-12-28T09:00:00Z"));
    let given = given.failed(FIRST, at("2026-12-29T08:00:00Z"));
    assert_eq!(given.closes_at(), Some(at("2027-01-05T23:00:00Z")));
    assert_eq!(window().failed(FIRST, later()).status(), Status::Notifying, "reports may come");
    let late = window().failed(FIRST, at("2026-12-29T08:00:00Z"));
    assert_eq!(late.status(), Status::Unreachable);
}

#[test]
fn a_failure_stamped_before_the_end_and_processed_before_the_close_counts_again() {
    let noted = |given: Given| given.noted_failure(FIRST, last_instant(), FailureCause::Bounce);
    let given = noted(window().delivered(SECOND, at("2026-12-28T09:00:00Z")));
    let given = given.reports_applied(closing());
    assert_eq!(given.closes_at(), Some(at("2027-01-05T23:00:00Z")));
    assert!(given.claim.extended_by.contains(ExtensionCause::Delivery));
    let alone = noted(window()).reports_applied(closing());
    assert_eq!(alone.status(), Status::Unreachable);
}

#[test]
fn a_failure_stamped_at_the_end_or_later_does_not_keep_the_window_from_closing() {
    for stamp in [closes_at(), closing()] {
        let given = window().failed(FIRST, stamp);
        is_only_noted(&window(), &given);
        assert_eq!(given.closed().items(), ["active"; 3]);
    }
}

#[test]
fn a_verified_failure_while_unreachable_or_on_hold_is_noted() {
    is_only_noted(&on_hold(), &on_hold().failed(FIRST, later()));
    let noted = Given::awaiting().then(&hold(), operator(), later()).failed(FIRST, later());
    let resumed = noted.then(&Command::Resume, operator(), later());
    assert_eq!(resumed.status(), Status::Unreachable, "nobody is left to resume to");
}

#[test]
fn a_verified_failure_where_everything_is_declined_is_noted_and_an_undo_asks_anew() {
    is_only_noted(&declined(), &declined().failed(FIRST, later()));
    let three = ["it@contoso.example", "ciso@contoso.example", "audit@contoso.example"];
    let given = Given::awaiting_of(&three).then(&decline(&[]), link(), later());
    let given = given.failed(FIRST, later());
    let undone_at = later() + Duration::minutes(1);
    let given = given.then(&undo(&[]), administrator(), undone_at);
    assert_eq!((given.status(), given.claim.notice.0), (Status::Notifying, 2));
}

#[test]
fn a_failure_stamped_before_the_end_ends_what_is_active_by_silence() {
    let given = active().noted_failure(FIRST, last_instant(), FailureCause::Bounce);
    let given = given.reports_applied(after_grace());
    assert_eq!((given.status(), given.items()), (Status::Ended, vec!["ended"; 3]));
}

// Refusal and retirement

fn refuse() -> Command {
    Command::WrongContact
}

/// Only what the recipient may do changes.
fn changes_rights_only(given: &Given, command: &Command, actor: Actor, at: Instant) {
    let after = given.clone().then(command, actor, at);
    assert_eq!(after.claim.state, given.claim.state, "{command:?}");
    assert_eq!(after.claim.notice, given.claim.notice, "{command:?}");
    assert_eq!(after.claim.opened_by, given.claim.opened_by, "{command:?}");
    let expected = if *command == Command::WrongContact {
        RecipientStanding::Refused
    } else {
        RecipientStanding::Retired
    };
    assert_eq!(after.standing(FIRST), expected);
}

#[test]
fn a_refusal_or_retirement_while_notifying_asks_others_where_it_is_the_last() {
    for (command, actor) in [(refuse(), link()), (retire(FIRST), operator())] {
        changes_rights_only(&notifying(), &command, actor.clone(), later());
        let given = notifying().failed(SECOND, delivered_at()).then(&command, actor, later());
        assert_eq!(given.status(), Status::Unreachable, "{command:?}");
    }
}

#[test]
fn a_refusal_or_retirement_in_the_window_counts_again_or_asks_others() {
    for (command, actor) in [(refuse(), link()), (retire(FIRST), operator())] {
        let given = window().delivered(SECOND, at("2026-12-28T09:00:00Z"));
        let given = given.then(&command, actor.clone(), at("2026-12-29T08:00:00Z"));
        assert_eq!(given.closes_at(), Some(at("2027-01-05T23:00:00Z")), "{command:?}");
        let soon = window().then(&command, actor.clone(), later());
        assert_eq!(soon.status(), Status::Notifying, "reports may come");
        let late = window().then(&command, actor, at("2026-12-29T08:00:00Z"));
        assert_eq!(late.status(), Status::Unreachable);
    }
}

#[test]
fn from_the_end_to_the_close_a_refusal_is_refused_and_a_retirement_changes_rights_only() {
    for moment in [closes_at(), closing()] {
        assert!(is_invalid_state(&window().when(&refuse(), link(), moment)));
        changes_rights_only(&window(), &retire(FIRST), operator(), moment);
    }
    let retired = window().then(&retire(FIRST), operator(), closing());
    assert_eq!(retired.closed().items(), ["active"; 3], "the delivery had stood for a full window");
}

#[test]
fn while_unreachable_or_on_hold_a_refusal_or_retirement_changes_rights_only() {
    for given in [unreachable(), on_hold()] {
        changes_rights_only(&given, &refuse(), link(), later());
        changes_rights_only(&given, &retire(FIRST), operator(), later());
    }
}

#[test]
fn where_everything_is_declined_a_refusal_or_retirement_changes_rights_only() {
    changes_rights_only(&declined(), &refuse(), link(), later());
    changes_rights_only(&declined(), &retire(FIRST), operator(), later());
}

#[test]
fn after_the_close_a_refusal_or_retirement_changes_rights_only() {
    changes_rights_only(&active(), &refuse(), link(), after_grace());
    changes_rights_only(&active(), &retire(FIRST), operator(), after_grace());
}

// No

#[test]
fn a_no_while_notifying_declines_and_one_to_all_is_final() {
    let given = notifying().then(&decline(&[1]), link(), later());
    assert_eq!(given.items(), ["declined", "pending", "pending"]);
    let given = notifying().then(&decline(&[]), link(), later());
    assert_eq!(given.status(), Status::Declined);
    assert!(is_invalid_state(&given.when(&undo(&[]), administrator(), closing())));
}

#[test]
fn a_no_in_the_window_declines() {
    let given = window().then(&decline(&[1]), link(), later());
    assert_eq!(given.items(), ["declined", "pending", "pending"]);
    assert_eq!(given.status(), Status::AwaitingCustomer);
}

#[test]
fn a_no_from_the_end_to_the_close_is_late_and_counts() {
    let given = window().then(&decline(&[1]), link(), closing());
    assert_eq!(given.clone().closed().items(), ["declined", "active", "active"]);
    assert!(is_invalid_state(&given.when(&undo(&[1]), administrator(), last_instant())));
}

#[test]
fn a_no_while_unreachable_or_on_hold_declines() {
    for given in [unreachable(), on_hold()] {
        let given = given.then(&decline(&[1]), link(), later());
        assert_eq!(given.items(), ["declined", "pending", "pending"]);
    }
}

#[test]
fn a_no_where_everything_is_declined_is_joined() {
    let given = declined().then(&decline(&[]), link_of(1, SECOND), later());
    assert_eq!(given.claim.last_event.event_type, EventType::ItemsDeclined);
    assert_eq!(given.status(), Status::Declined);
}

#[test]
fn a_no_to_what_is_active_by_silence_ends_it() {
    let given = active().then(&decline(&[2]), link(), after_grace());
    assert_eq!(given.items(), ["active", "ended", "active"]);
}

// From the end of the window on only a "no" and the close are taken

#[test]
fn from_the_end_of_the_window_on_only_a_no_and_the_close_act_on_undecided_items() {
    let given = window().then(&decline(&[1]), link(), later());
    let accept = Command::Accept { items: these(&[]) };
    let longer = Command::Extend { closes_on: Some("2027-02-01".parse().unwrap()) };
    for (command, actor) in [
        (accept, administrator()),
        (undo(&[]), administrator()),
        (Command::Extend { closes_on: None }, administrator()),
        (longer, operator()),
        (hold(), operator()),
        (withdraw(), alpine()),
        (refuse(), link()),
    ] {
        let last = given.when(&command, actor.clone(), last_instant());
        assert!(last.unwrap().is_some(), "{command:?} in the last millisecond");
        for moment in [closes_at(), closing()] {
            let refused = given.when(&command, actor.clone(), moment);
            assert!(is_invalid_state(&refused), "{command:?} at {moment}: {refused:?}");
        }
    }
    for command in [Command::Recount, Command::ChangeConsent] {
        let actor = if command == Command::Recount { Actor::System } else { administrator() };
        for moment in [closes_at(), closing()] {
            assert_eq!(given.when(&command, actor.clone(), moment), Ok(None), "{command:?}");
        }
    }
}
