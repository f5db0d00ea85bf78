//! A "no" is taken back by whom it belongs to, or by one named above, and in time.

use chrono::Duration;
use domain::actor::Actor;
use domain::claim::{ExtensionCause, Mark, Status};
use domain::command::Command;
use domain::decide::undoable_items;
use domain::event::{EventBody, EventType};
use domain::ids::{ItemNo, NoticeNo};
use domain::recipient::Decliners;

use crate::given::*;

const TWO: [&str; 2] = ["it@contoso.example", "ciso@contoso.example"];

fn later() -> Instant {
    delivered_at() + Duration::hours(1)
}

fn minutes(count: i64) -> Instant {
    later() + Duration::minutes(count)
}

fn open() -> Given {
    Given::awaiting_of(&TWO).delivered(SECOND, delivered_at())
}

/// The window, in which these parties have declined the first item, a minute after each other.
fn declined_by(parties: &[Actor]) -> Given {
    let said = (0..).zip(parties);
    said.fold(open(), |given, (at, party)| given.then(&decline(&[1]), party.clone(), minutes(at)))
}

fn domain_link() -> Actor {
    link_of(1, DOMAIN)
}

fn second_link() -> Actor {
    link_of(1, SECOND)
}

// Whose noes

#[test]
fn a_verified_link_takes_back_its_own_no_and_that_of_a_domain_recipient() {
    for parties in [vec![link()], vec![domain_link()], vec![domain_link(), link()]] {
        let given = declined_by(&parties).then(&undo(&[1]), link(), minutes(9));
        assert_eq!(given.items(), ["pending"; 3], "{parties:?}");
    }
}

#[test]
fn a_verified_link_takes_back_neither_another_verified_ones_no_nor_the_administrators() {
    for party in [second_link(), administrator(), old_link(1)] {
        let given = declined_by(std::slice::from_ref(&party));
        assert!(is_invalid_state(&given.when(&undo(&[1]), link(), minutes(9))), "{party:?}");
        assert_eq!(given.when(&undo(&[2]), link(), minutes(9)), Ok(None), "nothing to take back");
    }
}

#[test]
fn an_undo_takes_away_noes_and_the_item_waits_again_only_when_none_is_left() {
    for other in [second_link(), administrator(), old_link(1)] {
        let given = declined_by(&[link(), domain_link(), other.clone()]);
        let given = given.then(&undo(&[1]), link(), minutes(9));
        assert_eq!(given.items(), ["declined", "pending", "pending"], "{other:?}");
        let left = if other == second_link() {
            Decliners::only_recipient(SECOND)
        } else {
            Decliners::ADMINISTRATOR
        };
        let Some(Mark::Declined { by, at, .. }) = given.claim.items.first().unwrap().mark else {
            panic!()
        };
        assert_eq!((by, at), (left, later()), "the first arrival stays");
        assert_eq!(given.closed().items(), ["declined", "active", "active"]);
    }
}

#[test]
fn an_administrator_takes_back_the_noes_of_administrators_and_links() {
    let all = [link(), second_link(), domain_link(), administrator()];
    let given = declined_by(&all).then(&undo(&[1]), administrator(), minutes(9));
    assert_eq!(given.items(), ["pending"; 3]);
    let given = declined_by(&[old_link(1)]).then(&undo(&[1]), administrator(), minutes(9));
    assert_eq!(given.items(), ["pending"; 3], "an old link's is the administrator's");
}

#[test]
fn a_domain_link_takes_nothing_back_not_even_its_own() {
    let given = declined_by(&[domain_link()]);
    assert!(is_invalid_state(&given.when(&undo(&[1]), domain_link(), minutes(9))));
}

#[test]
fn a_mark_from_before_these_rules_is_the_administrators() {
    let mut given = open();
    given.claim.items.first_mut().unwrap().mark = Some(Mark::Declined {
        at: later(),
        latest: later(),
        by: Decliners::ADMINISTRATOR,
        in_time: true,
        no_answer: false,
        settled: false,
    });
    assert!(is_invalid_state(&given.when(&undo(&[1]), link(), minutes(9))));
    assert!(given.when(&undo(&[1]), administrator(), minutes(9)).unwrap().is_some());
}

#[test]
fn who_can_take_something_back_is_said_by_party() {
    let given = declined_by(&[link(), second_link()]);
    let of = |party| undoable_items(&given.claim, party, minutes(9));
    assert_eq!(of(Decliners::only_recipient(FIRST)), [ItemNo(1)]);
    assert_eq!(of(Decliners::only_recipient(DOMAIN)), []);
    assert_eq!(of(Decliners::ALL), [ItemNo(1)]);
    assert_eq!(undoable_items(&given.claim, Decliners::ALL, closes_at()), []);
}

// Arrivals are compared, not commits

#[test]
fn an_undo_that_did_not_arrive_after_the_latest_no_leaves_the_item_as_it_is() {
    let given = declined_by(&[link(), second_link()]);
    // The second arrived a minute later.
    for undone_at in [later(), minutes(1)] {
        for actor in [link(), administrator()] {
            assert!(is_invalid_state(&given.when(&undo(&[1]), actor, undone_at)), "{undone_at}");
        }
    }
    let after = minutes(1) + Duration::milliseconds(1);
    assert!(given.when(&undo(&[1]), administrator(), after).unwrap().is_some());
}

#[test]
fn the_latest_arrival_counts_in_whichever_order_the_noes_are_stored() {
    let given = open().then(&decline(&[1]), second_link(), minutes(5));
    let given = given.then(&decline(&[1]), link(), minutes(1));
    assert!(is_invalid_state(&given.when(&undo(&[1]), link(), minutes(3))));
}

#[test]
fn a5_an_undo_takes_back_no_no_that_arrived_after_it_and_none_that_was_late() {
    let given = open().then(&decline(&[1]), link(), later());
    let given = given.then(&decline(&[2]), link(), closes_at() + Duration::seconds(1));
    let in_time = closes_at() - Duration::milliseconds(1);
    let given = given.then(&undo(&[]), administrator(), in_time);
    assert_eq!(given.items(), ["pending", "declined", "pending"]);
    let Some(Mark::Declined { in_time, .. }) = given.claim.items.get(1).unwrap().mark else {
        panic!()
    };
    assert!(!in_time);
    // The undo left the customer a business day.
    let closed = given.then(&Command::DeadlinePassed, Actor::System, at("2027-01-04T23:02:00Z"));
    assert_eq!(closed.items(), ["active", "declined", "active"]);
}

#[test]
fn a_late_no_stays_also_in_a_window_that_became_longer() {
    let given = open().then(&decline(&[1]), link(), later());
    let given = given.then(&decline(&[2]), link(), closes_at() + Duration::seconds(1));
    let in_time = closes_at() - Duration::milliseconds(1);
    let longer = given.then(&undo(&[1]), administrator(), in_time);
    assert_eq!(longer.closes_at(), Some(at("2027-01-04T23:00:00Z")));
    let refused = longer.when(&undo(&[2]), administrator(), at("2027-01-01T10:00:00Z"));
    assert!(is_invalid_state(&refused), "{refused:?}");
}

#[test]
fn a5_a_no_that_joined_after_the_undo_arrived_keeps_the_item_declined() {
    let given = open().then(&decline(&[1]), link(), later());
    let given = given.then(&decline(&[1]), second_link(), closes_at() + Duration::seconds(1));
    let in_time = closes_at() - Duration::milliseconds(1);
    for actor in [link(), administrator()] {
        assert!(is_invalid_state(&given.when(&undo(&[]), actor, in_time)));
    }
    assert_eq!(given.closed().items(), ["declined", "active", "active"]);
}

// How often

#[test]
fn three_undos_by_link_a_notice_and_an_administrators_do_not_count() {
    let mut given = open();
    for round in 0..3 {
        given = given.then(&decline(&[1]), link(), minutes(10 * round));
        given = given.then(&undo(&[1]), link(), minutes(10 * round + 5));
    }
    let given = given.then(&decline(&[1]), link(), minutes(40));
    assert!(is_invalid_state(&given.when(&undo(&[1]), link(), minutes(45))));
    let given = given.then(&undo(&[1]), administrator(), minutes(45));
    assert_eq!(given.items(), ["pending"; 3]);
    // Of the next notice three more.
    let given = given.then(&hold(), operator(), minutes(50));
    let given = given.then(&Command::Resume, operator(), minutes(50)).delivered(FIRST, minutes(51));
    let given = given.then(&decline(&[1]), link_of(2, FIRST), minutes(52));
    assert!(given.when(&undo(&[1]), link_of(2, FIRST), minutes(53)).unwrap().is_some());
}

#[test]
fn an_undo_by_link_that_leaves_another_no_counts_as_well() {
    let given = declined_by(&[link(), second_link()]).then(&undo(&[1]), link(), minutes(9));
    assert_eq!(given.claim.used.undos, 1);
}

// V1: the customer keeps a business day

#[test]
fn v1_an_undo_on_the_last_day_moves_the_end_behind_the_next_business_day() {
    for actor in [link(), administrator()] {
        let given = open().then(&decline(&[1]), link(), later());
        let given = given.then(&undo(&[1]), actor, at("2026-12-31T09:00:00Z"));
        assert_eq!(given.closes_at(), Some(at("2027-01-04T23:00:00Z")));
        assert!(given.claim.extended_by.contains(ExtensionCause::Undo));
        assert_eq!(given.claim.opened_by, Some(FIRST));
        assert!(!given.claim.extended, "it is not the customer's one extension");
    }
}

#[test]
fn v1_an_undo_in_the_last_millisecond_of_the_day_before_changes_nothing() {
    let given = open().then(&decline(&[1]), link(), later());
    let given = given.then(&undo(&[1]), link(), at("2026-12-30T22:59:59.999Z"));
    assert_eq!(given.closes_at(), Some(closes_at()));
    assert!(!given.claim.extended_by.contains(ExtensionCause::Undo));
    let given = open().then(&decline(&[1]), link(), later());
    let given = given.then(&undo(&[1]), link(), at("2026-12-30T23:00:00Z"));
    assert_eq!(given.closes_at(), Some(at("2027-01-04T23:00:00Z")), "a millisecond later");
}

#[test]
fn v1_of_a_claim_that_was_declined_as_a_whole_the_window_opens_again_and_is_longer() {
    let given = open().then(&decline(&[]), link(), later());
    assert_eq!(given.status(), Status::Declined);
    let given = given.then(&undo(&[2]), link(), at("2026-12-31T09:00:00Z"));
    assert_eq!(given.status(), Status::AwaitingCustomer);
    assert_eq!(given.items(), ["declined", "pending", "declined"]);
    assert_eq!(given.closes_at(), Some(at("2027-01-04T23:00:00Z")));
}

#[test]
fn an_undo_that_leaves_the_item_declined_moves_no_end() {
    let given = open().then(&decline(&[1]), link(), later());
    let given = given.then(&decline(&[1]), second_link(), later());
    let given = given.then(&undo(&[1]), link(), at("2026-12-31T09:00:00Z"));
    assert_eq!(given.items(), ["declined", "pending", "pending"]);
    assert_eq!(given.closes_at(), Some(closes_at()));
}

#[test]
fn the_end_is_moved_once_a_notice_and_where_it_would_need_it_again_the_no_stands() {
    let given = open().then(&decline(&[1]), link(), later());
    let given = given.then(&undo(&[1]), link(), at("2026-12-31T09:00:00Z"));
    let given = given.then(&decline(&[1]), link(), at("2027-01-04T09:00:00Z"));
    let again = at("2027-01-04T10:00:00Z");
    for actor in [link(), administrator()] {
        assert!(is_invalid_state(&given.when(&undo(&[1]), actor, again)));
    }
    assert_eq!(given.items(), ["declined", "pending", "pending"]);
    let before = given.then(&decline(&[2]), link(), at("2027-01-04T10:00:00Z"));
    let closed = before.then(&Command::DeadlinePassed, Actor::System, at("2027-01-04T23:02:00Z"));
    assert_eq!(closed.items(), ["declined", "declined", "active"]);
}

#[test]
fn an_undo_that_does_not_need_more_time_is_taken_after_one_that_did() {
    let far = Command::Extend { closes_on: Some("2027-02-01".parse().unwrap()) };
    let given = open().then(&decline(&[1]), link(), later());
    let given = given.then(&undo(&[1]), link(), at("2026-12-31T09:00:00Z"));
    let given = given.then(&far, operator(), at("2026-12-31T10:00:00Z"));
    let given = given.then(&decline(&[1]), link(), at("2026-12-31T11:00:00Z"));
    let given = given.then(&undo(&[1]), link(), at("2026-12-31T12:00:00Z"));
    assert_eq!(given.closes_at(), Some(at("2027-02-01T23:00:00Z")));
}

#[test]
fn an_undo_that_would_leave_the_years_of_the_calendar_is_refused() {
    let given = open().then(&decline(&[1]), link(), later());
    let mut context = given.context(link(), at("2026-12-31T09:00:00Z"));
    // Sri Lanka's data end with 2026.
    context.places.customer = Some(place("LK", "Asia/Colombo"));
    assert!(is_invalid_state(&given.decided(&undo(&[1]), &context)));
}

#[test]
fn an_undo_at_the_end_of_the_window_is_too_late() {
    let given = open().then(&decline(&[1]), link(), later());
    assert!(is_invalid_state(&given.when(&undo(&[1]), link(), closes_at())));
    let last = closes_at() - Duration::milliseconds(1);
    assert!(given.when(&undo(&[1]), link(), last).unwrap().is_some());
}

// What becomes of the notice

#[test]
fn an_undo_after_the_counted_delivery_failed_counts_from_another_or_asks_anew() {
    let declined = open().then(&decline(&[]), link(), later());
    let noted = declined.failed(FIRST, minutes(1));
    assert_eq!(noted.status(), Status::Declined, "noted");
    let given = noted.then(&undo(&[]), administrator(), minutes(2));
    assert_eq!(given.status(), Status::AwaitingCustomer);
    assert_eq!((given.claim.opened_by, given.closes_at()), (Some(SECOND), Some(closes_at())));
}

#[test]
fn an_undo_where_no_verified_delivery_stands_leads_to_a_new_notice_and_none_ends_earlier() {
    let given = Given::awaiting_of(&TWO).then(&decline(&[]), second_link(), later());
    let given = given.failed(FIRST, at("2026-12-29T08:00:00Z"));
    let given = given.then(&undo(&[]), administrator(), at("2026-12-29T09:00:00Z"));
    assert_eq!((given.status(), given.items()), (Status::Unreachable, vec!["pending"; 3]));
    assert_eq!(given.list().told_until, Some(closes_at()));
    let three = ["it@contoso.example", "ciso@contoso.example", "audit@contoso.example"];
    let given = Given::awaiting_of(&three).then(&decline(&[]), second_link(), later());
    let given = given.failed(FIRST, minutes(1)).then(&undo(&[]), administrator(), minutes(2));
    assert_eq!((given.status(), given.claim.notice), (Status::Notifying, NoticeNo(2)));
    assert_eq!(given.list().told_until, Some(closes_at()));
    assert_eq!(given.claim.last_event.event_type, EventType::DeclineUndone);
}

#[test]
fn the_event_says_whose_noes_and_whether_a_link_took_them_back() {
    let said = |actor| {
        let given = declined_by(&[link()]).then(&undo(&[1]), actor, minutes(9));
        let EventBody::DeclineUndone { items, by, by_link, .. } =
            &given.events.last().unwrap().body
        else {
            panic!()
        };
        (items.clone(), *by, *by_link)
    };
    let own = Decliners::only_recipient(FIRST).with(Decliners::only_recipient(DOMAIN));
    assert_eq!(said(link()), (vec![ItemNo(1)], own, true));
    assert_eq!(said(administrator()), (vec![ItemNo(1)], Decliners::ALL, false));
}

#[test]
fn an_undo_that_arrived_before_a_no_was_said_again_takes_nothing_back() {
    let given = open().then(&decline(&[1]), link(), minutes(1));
    let undone = |repeated| {
        let mut context = given.context(link(), minutes(5));
        context.facts.no_repeated_at = Some(repeated);
        given.decided(&undo(&[1]), &context)
    };
    for repeated in [minutes(5), minutes(6)] {
        assert!(is_invalid_state(&undone(repeated)), "{repeated}");
    }
    assert!(undone(minutes(5) - Duration::milliseconds(1)).unwrap().is_some());
}
