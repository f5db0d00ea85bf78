//! Days of open windows: closures, zones that are not known, and data that has changed.

use chrono::NaiveDate;
use domain::actor::Actor;
use domain::calendar::{
    BusinessCalendar, CountryCode, Exception, PackedWindow, UnknownSubdivision, Window, Zone,
    counting_data,
};
use domain::claim::State;
use domain::command::Command;
use domain::context::{Context, LocalCalendar};
use domain::decide;
use domain::event::{Event, EventBody};

use crate::given::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The customer's days, with the closures of the tenant and the days the operator has added.
fn customer(place: LocalCalendar, closures: &[&str], added: &[&str]) -> LocalCalendar {
    let added = added.iter().map(|date| Exception {
        date: day(date),
        name: "Day of mourning".to_owned(),
        subdivision: None,
    });
    let calendar = place.calendar.with_closures(closures.iter().map(|date| day(date)));
    LocalCalendar { calendar: calendar.with_exceptions(1, added), ..place }
}

fn prague() -> LocalCalendar {
    place("CZ", "Europe/Prague")
}

/// A claim whose window is open by the days of `place`.
fn awaiting_in(place: LocalCalendar, delivered_at: Instant) -> Given {
    let given = Given::notifying().noted_delivery(FIRST, delivered_at);
    let event = in_place(&given, &reports(1), Actor::System, delivered_at, place);
    given.evolved(event)
}

/// The event that a command makes where the customer's days are those of `place`.
fn in_place(
    given: &Given,
    command: &Command,
    actor: Actor,
    at: Instant,
    place: LocalCalendar,
) -> Event {
    let mut context: Context = given.context(actor, at);
    context.places.customer = Some(place);
    decide(Some(&given.claim), command, &context).unwrap().expect("an event")
}

fn window_of(event: Event) -> Window {
    let EventBody::WindowExtended { window, .. } = event.body else { panic!("{event:?}") };
    window
}

#[test]
fn a_recount_keeps_a_closure_that_lies_after_the_windows_old_end() {
    let given = awaiting_in(customer(prague(), &["2027-01-04"], &[]), delivered_at());
    assert_eq!(given.claim.state.window().unwrap().closes_at, closes_at());
    let announced = customer(prague(), &["2027-01-04"], &["2026-12-31"]);
    let event = in_place(&given, &Command::Recount, Actor::System, delivered_at(), announced);
    let window = window_of(event);
    let counted = ["2026-12-23", "2026-12-28", "2026-12-29", "2026-12-30", "2027-01-05"].map(day);
    assert_eq!(window.counted, counted);
    assert_eq!(window.closes_at, at("2027-01-05T23:00:00Z"));
}

#[test]
fn a_recount_takes_no_closure_that_was_added_on_a_counted_day() {
    let given = Given::awaiting();
    let announced = customer(prague(), &["2026-12-29", "2026-12-30"], &["2026-12-31"]);
    let event = in_place(&given, &Command::Recount, Actor::System, delivered_at(), announced);
    let window = window_of(event);
    assert_eq!(window.skipped_closures().count(), 0);
    assert_eq!(window.closes_at, at("2027-01-04T23:00:00Z"));
}

#[test]
fn a_recount_without_a_known_zone_takes_the_latest_of_all_zones() {
    let delivered_at = at("2026-11-03T05:30:00Z");
    let country: CountryCode = "US".parse().unwrap();
    let national = || BusinessCalendar::new(country, None, UnknownSubdivision::None).unwrap();
    let unknown = || LocalCalendar { calendar: national(), zone: Zone::AnyOf(country) };
    let given = awaiting_in(unknown(), delivered_at);
    assert_eq!(given.claim.state.window().unwrap().closes_at, at("2026-11-11T05:00:00Z"));
    let announced = customer(unknown(), &[], &["2026-11-03"]);
    let event = in_place(&given, &Command::Recount, Actor::System, delivered_at, announced);
    assert_eq!(window_of(event).closes_at, at("2026-11-11T10:00:00Z"));
}

/// From Friday 1 January 2027 on.
fn four_hundred_days() -> LocalCalendar {
    let LocalCalendar { calendar, zone } = prague();
    let closures = day("2027-01-01").iter_days().take(400);
    LocalCalendar { calendar: calendar.with_closures(closures), zone }
}

#[test]
fn closures_added_after_the_opening_do_not_make_an_extension_thirteen_months_long() {
    let more = Command::Extend { closes_on: None };
    let extended = |place| {
        let event = in_place(&Given::awaiting(), &more, administrator(), delivered_at(), place);
        window_of(event).closes_at
    };
    assert_eq!(extended(prague()), at("2027-01-08T23:00:00Z"));
    assert_eq!(extended(four_hundred_days()), at("2027-01-15T23:00:00Z"));
}

#[test]
fn closures_added_after_the_opening_do_not_make_an_undo_thirteen_months_long() {
    let undone = |place| {
        let declined_at = at("2026-12-31T08:00:00Z");
        let given = Given::awaiting().then(&decline(&[1]), administrator(), declined_at);
        let arrival = at("2026-12-31T09:00:00Z");
        let event = in_place(&given, &undo(&[1]), administrator(), arrival, place);
        given.evolved(event).closes_at().unwrap()
    };
    assert_eq!(undone(prague()), at("2027-01-04T23:00:00Z"));
    assert_eq!(undone(four_hundred_days()), at("2027-01-05T23:00:00Z"), "one of them counts");
}

#[test]
fn an_extension_does_not_count_a_closure_that_was_known_when_the_window_opened() {
    let closed = || customer(prague(), &["2027-01-04"], &[]);
    let given = awaiting_in(closed(), delivered_at());
    let more = Command::Extend { closes_on: None };
    let event = in_place(&given, &more, administrator(), delivered_at(), closed());
    assert_eq!(window_of(event).closes_at, at("2027-01-11T23:00:00Z"));
}

#[test]
fn the_operator_extends_past_closures_that_were_added_later() {
    let until = Command::Extend { closes_on: Some(day("2027-01-08")) };
    let given = Given::awaiting();
    let event = in_place(&given, &until, operator(), delivered_at(), four_hundred_days());
    assert_eq!(window_of(event).closes_at, at("2027-01-08T23:00:00Z"));
}

#[test]
fn a_window_that_older_data_counted_takes_the_later_end_before_it_closes() {
    // Hong Kong, delivered on 25 November: by the older data Saturday the 28th was counted.
    let packed = "20261126;bbbwbb;HK@2026.11;2026f;Asia/Hong_Kong";
    let closes_at = at("2026-12-01T16:00:00Z");
    let older = PackedWindow::from_stored(packed).unpack(at("2026-11-25T02:00:00Z"), closes_at);
    let mut given = Given::awaiting();
    given.claim.state = State::AwaitingCustomer { window: older.unwrap() };
    let hong_kong = || place("HK", "Asia/Hong_Kong");
    let after_grace = closes_at + chrono::Duration::seconds(120);
    let silence = Command::DeadlinePassed;
    let event = in_place(&given, &silence, Actor::System, after_grace, hong_kong());
    let window = window_of(event);
    assert_eq!(window.closes_at, at("2026-12-02T16:00:00Z"));
    assert_eq!(window.calendar.as_str(), "HK@2026.12");
    assert_eq!(window.counting_data(), counting_data());
}
