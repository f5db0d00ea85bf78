//! Outages in the last hours of a window (`docs/domain.md §4.4`): a business day more, once for each, and never for
//! what does not run.

use chrono::Duration;
use domain::actor::Actor;
use domain::calendar::Exception;
use domain::claim::{Claim, ExtensionCause, HoldReason, State, Status};
use domain::command::Command;
use domain::context::Context;
use domain::event::{Event, EventBody, EventType};
use domain::ids::StaffId;
use domain::outage::{AnnouncedOutage, MOST_OUTAGES, Outage, Outages};
use domain::rejection::FieldCode;
use domain::text::Comment;

use crate::given::*;

/// The window of [`Given::awaiting`] ends with New Year's Eve, and the next business day is 4 January.
const ONE_DAY_MORE: &str = "2027-01-04T23:00:00Z";
const TWO_DAYS_MORE: &str = "2027-01-05T23:00:00Z";

/// Announced while the window runs, for an interval of three days around its end.
fn outage(number: u32) -> Outage {
    Outage {
        number,
        closing_from: closes_at() - Duration::days(1),
        closing_until: closes_at() + Duration::days(2),
        announced_at: closes_at() - Duration::hours(3),
    }
}

fn knowing(given: &Given, outages: &[Outage], at: Instant) -> Context {
    let mut context = given.context(Actor::System, at);
    context.facts.outages = outages.to_vec();
    context
}

fn decided(given: &Given, outages: &[Outage], at: Instant) -> Option<Event> {
    given.decided(&Command::Recount, &knowing(given, outages, at)).unwrap()
}

fn longer(given: Given, outages: &[Outage], at: Instant) -> Given {
    let event = decided(&given, outages, at).expect("a longer window");
    given.evolved(event)
}

fn last_hour() -> Instant {
    closes_at() - Duration::hours(1)
}

#[test]
fn a_window_that_ends_in_the_interval_gets_one_business_day_of_the_customers_calendar() {
    let given = longer(Given::awaiting(), &[outage(1)], last_hour());
    assert_eq!(given.closes_at(), Some(at(ONE_DAY_MORE)));
    assert_eq!(given.status(), Status::AwaitingCustomer);
    assert_eq!(given.claim.last_event.event_type, EventType::WindowExtended);
    assert_eq!(given.claim.last_outage, 1);
    assert!(given.claim.extended_by.contains(ExtensionCause::Outage));
    assert!(!given.claim.extended, "the customer's own extension is left");
}

#[test]
fn an_outage_gives_a_window_one_day_however_often_it_is_carried_out_and_by_whomever() {
    let long = Outage { closing_until: closes_at() + Duration::days(30), ..outage(1) };
    let given = longer(Given::awaiting(), &[long], last_hour());
    assert!(long.covers_end(given.closes_at().unwrap()), "it ends in the interval again");
    assert_eq!(decided(&given, &[long], last_hour()), None);
    let late = at(ONE_DAY_MORE) + Duration::minutes(2);
    let closed = given.decided(&Command::DeadlinePassed, &knowing(&given, &[long], late));
    let closed = given.evolved(closed.unwrap().unwrap());
    assert_eq!(closed.status(), Status::Associated);
}

#[test]
fn two_outages_give_two_days_also_with_one_interval_and_in_one_step() {
    let second = Outage { closing_until: closes_at() + Duration::days(10), ..outage(2) };
    let one_by_one = longer(Given::awaiting(), &[outage(1)], last_hour());
    let one_by_one = longer(one_by_one, &[outage(1), second], last_hour());
    let at_once = longer(Given::awaiting(), &[outage(1), second], last_hour());
    for given in [one_by_one, at_once] {
        assert_eq!(given.closes_at(), Some(at(TWO_DAYS_MORE)));
        assert_eq!(given.claim.last_outage, 2);
    }
}

#[test]
fn the_interval_has_its_beginning_and_not_its_end() {
    let given = Given::awaiting();
    let from = Outage { closing_from: closes_at(), ..outage(1) };
    assert!(decided(&given, &[from], last_hour()).is_some());
    let millisecond = Duration::milliseconds(1);
    for outside in [
        Outage { closing_until: closes_at(), ..outage(1) },
        Outage { closing_from: closes_at() + millisecond, ..outage(1) },
    ] {
        assert_eq!(decided(&given, &[outside], last_hour()), None, "{outside:?}");
    }
}

#[test]
fn a_window_that_had_ended_when_the_outage_was_announced_stays_ended() {
    let given = Given::awaiting();
    for late in [closes_at(), closes_at() + Duration::seconds(30)] {
        let outage = Outage { announced_at: late, ..outage(1) };
        assert_eq!(decided(&given, &[outage], late), None);
        let context = knowing(&given, &[outage], after_grace());
        let closed = given.decided(&Command::DeadlinePassed, &context).unwrap().unwrap();
        assert_eq!(closed.body.event_type(), EventType::WindowClosed);
    }
}

#[test]
fn a_window_that_ends_before_anybody_carries_out_an_outage_gets_its_day_before_it_is_closed() {
    let given = Given::awaiting();
    let outage = Outage { announced_at: closes_at() - Duration::milliseconds(1), ..outage(1) };
    assert_eq!(decided(&given, &[outage], closes_at()), None, "the close does it");
    let context = knowing(&given, &[outage], after_grace());
    let event = given.decided(&Command::DeadlinePassed, &context).unwrap().unwrap();
    let given = given.evolved(event);
    assert_eq!(
        (given.status(), given.closes_at()),
        (Status::AwaitingCustomer, Some(at(ONE_DAY_MORE)))
    );
}

#[test]
fn an_outage_makes_no_window_of_what_has_none() {
    for status in Status::ALL {
        let given = given_in(*status);
        let runs = given.claim.state.window().is_some()
            && matches!(status, Status::AwaitingCustomer | Status::Declined);
        let outage = Outage {
            closing_from: at("2020-01-01T00:00:00Z"),
            closing_until: at("2040-01-01T00:00:00Z"),
            announced_at: at("2020-01-01T00:00:00Z"),
            number: 1,
        };
        assert_eq!(decided(&given, &[outage], last_hour()).is_some(), runs, "{status:?}");
    }
}

#[test]
fn a_customer_who_has_declined_everything_may_take_it_back_a_day_longer_and_the_no_stays() {
    let given = Given::awaiting().then(&decline(&[]), link(), delivered_at());
    assert_eq!(given.status(), Status::Declined);
    let items = given.items();
    let given = longer(given, &[outage(1)], last_hour());
    assert_eq!((given.status(), given.closes_at()), (Status::Declined, Some(at(ONE_DAY_MORE))));
    assert_eq!(given.items(), items);
    let given = given.then(&undo(&[1]), administrator(), closes_at() + Duration::hours(1));
    assert_eq!(given.status(), Status::AwaitingCustomer);
}

#[test]
fn a_holiday_that_was_announced_comes_before_the_day_for_an_outage() {
    let given = Given::awaiting();
    let mut context = knowing(&given, &[outage(1)], last_hour());
    let place = context.places.customer.as_mut().unwrap();
    let (date, name) = ("2026-12-31".parse().unwrap(), "Day of mourning".to_owned());
    let added = Exception { date, name, subdivision: None };
    place.calendar = place.calendar.clone().with_exceptions(1, [added]);
    let holiday = given.decided(&Command::Recount, &context).unwrap().unwrap();
    let EventBody::WindowExtended { cause: ExtensionCause::Holiday, outage: None, .. } =
        holiday.body
    else {
        panic!("{holiday:?}")
    };
    let given = given.evolved(holiday);
    // It does not end in the interval any more.
    assert_eq!(given.decided(&Command::Recount, &context), Ok(None));
}

#[test]
fn a_window_of_sixty_business_days_gets_no_more() {
    let mut given = Given::awaiting();
    let forever = |number| Outage { closing_until: at("2040-01-01T00:00:00Z"), ..outage(number) };
    for number in 1..=55 {
        given = longer(given, &[forever(number)], last_hour());
    }
    assert_eq!(given.claim.state.window().unwrap().counted.len(), 60);
    assert_eq!(decided(&given, &[forever(56)], last_hour()), None);
}

#[test]
fn a_window_that_cannot_be_made_longer_within_the_calendar_is_held() {
    let mut given = Given::awaiting();
    let State::AwaitingCustomer { window } = &mut given.claim.state else { panic!() };
    // As if it had been counted up to the last day that is known of Czechia.
    window.counted.push("2040-12-31".parse().unwrap());
    window.closes_at = at("2040-12-31T23:00:00Z");
    let outage = Outage { closing_until: at("2041-01-02T00:00:00Z"), ..outage(1) };
    let event = decided(&given, &[outage], last_hour()).unwrap();
    let held = EventBody::Held { reason: Some(HoldReason::CalendarEnds) };
    assert_eq!(event.body, held);
}

#[test]
fn the_event_of_a_second_outage_is_found_between_two_versions() {
    let given = longer(Given::awaiting(), &[outage(1)], last_hour());
    let wide = Outage { closing_until: closes_at() + Duration::days(10), ..outage(2) };
    let before: Claim = given.claim.clone();
    let event = decided(&given, &[wide], last_hour()).unwrap();
    let after = given.evolved(event.clone()).claim;
    let found = Event::derive(Some(&before), &after).unwrap();
    assert_eq!(found.body, event.body);
}

#[test]
fn no_more_outages_are_kept_than_fifty_and_those_of_long_ago_make_room() {
    let announced = |number, at: Instant| AnnouncedOutage {
        outage: Outage {
            number,
            closing_from: at,
            closing_until: at + Duration::hours(1),
            announced_at: at,
        },
        by: StaffId::parse("olga").unwrap(),
        comment: Comment::parse("The page could not be reached").unwrap(),
    };
    let (mut all, now) = (Outages::default(), at("2026-12-22T14:00:00Z"));
    for number in 1..=u32::try_from(MOST_OUTAGES).unwrap() {
        all = all.with_outage(announced(number, now)).unwrap();
    }
    let refused = all.with_outage(announced(51, now + Duration::days(89))).unwrap_err();
    assert_eq!((refused.pointer.as_str(), refused.code), ("", FieldCode::TooLong));
    let later = all.with_outage(announced(51, now + Duration::days(91))).unwrap();
    assert_eq!(later.announced.len(), 1);
}
