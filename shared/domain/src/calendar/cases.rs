//! The table of docs/domain.md §4 and its edge cases, date by date.

use chrono::{DateTime, NaiveDate, Utc};

use super::window::Count;
use super::{
    BusinessCalendar, CountryCode, Exception, ExtendError, PackedWindow, SkipReason, Subdivision,
    TZDB_VERSION, Tz, UnknownSubdivision, Window, Zone, count_window, days_after, extend_by,
    extend_window, recount_window,
};

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn zone(name: &str) -> Tz {
    name.parse().unwrap()
}

fn prague() -> Tz {
    zone("Europe/Prague")
}

fn country(code: &str) -> CountryCode {
    code.parse().unwrap()
}

/// The calendar of `CZ` or `US-CA`.
fn calendar(place: &str) -> BusinessCalendar {
    let (code, subdivision) = place.split_once('-').map_or((place, None), |(c, s)| (c, Some(s)));
    let country = country(code);
    let subdivision = subdivision.map(|code| Subdivision::parse(country, code).unwrap());
    BusinessCalendar::new(country, subdivision, UnknownSubdivision::Any).unwrap()
}

fn exception(date: &str, subdivision: Option<Subdivision>) -> Exception {
    Exception { date: day(date), name: "Day of mourning".to_owned(), subdivision }
}

fn five_days(delivered_at: &str, place: &str, zone: Tz) -> Window {
    count_window(at(delivered_at), 5, &calendar(place), &Zone::Known(zone)).unwrap()
}

/// `MM-DD` of the counted days.
fn counted(window: &Window) -> Vec<String> {
    window.counted.iter().map(|date| date.format("%m-%d").to_string()).collect()
}

/// `MM-DD reason` of the skipped days.
fn skipped(window: &Window) -> Vec<String> {
    let line = |day: &super::SkippedDay| format!("{} {:?}", day.date.format("%m-%d"), day.reason);
    window.skipped.iter().map(line).collect()
}

#[track_caller]
fn check(window: &Window, expected: &[&str], closes_at: &str) {
    assert_eq!(counted(window), expected);
    assert_eq!(window.closes_at, at(closes_at));
}

#[test]
fn v1_christmas_in_prague() {
    let window = five_days("2026-12-22T15:00:00+01:00", "CZ", prague());
    check(&window, &["12-23", "12-28", "12-29", "12-30", "12-31"], "2026-12-31T23:00:00Z");
    assert_eq!(
        skipped(&window),
        ["12-24 Holiday", "12-25 Holiday", "12-26 Weekend", "12-27 Weekend"]
    );
    assert_eq!(window.skipped[0].name.as_deref(), Some("Christmas Eve"));
    assert_eq!(window.closes_at_local().to_rfc3339(), "2027-01-01T00:00:00+01:00");
    assert_eq!(window.calendar.as_str(), "CZ@2026.12");
}

#[test]
fn v2_easter_in_prague_with_summer_time_beginning() {
    let window = five_days("2027-03-22T10:00:00+01:00", "CZ", prague());
    check(&window, &["03-23", "03-24", "03-25", "03-30", "03-31"], "2027-03-31T22:00:00Z");
    assert_eq!(
        skipped(&window),
        ["03-26 Holiday", "03-27 Weekend", "03-28 Weekend", "03-29 Holiday"]
    );
}

#[test]
fn v3_california_with_summer_time_ending() {
    let window = five_days("2026-10-30T18:30:00-07:00", "US-CA", zone("America/Los_Angeles"));
    check(&window, &["11-02", "11-03", "11-04", "11-05", "11-06"], "2026-11-07T08:00:00Z");
    assert_eq!(window.calendar.as_str(), "US-CA@2026.12");
}

#[test]
fn v4_riyadh_rests_on_friday_and_saturday() {
    let window = five_days("2026-11-25T09:00:00+03:00", "SA", zone("Asia/Riyadh"));
    check(&window, &["11-26", "11-29", "11-30", "12-01", "12-02"], "2026-12-02T21:00:00Z");
    assert_eq!(skipped(&window), ["11-27 Weekend", "11-28 Weekend"]);
}

#[test]
fn v5_a_sunday_is_day_zero_and_does_not_roll() {
    let window = five_days("2026-11-29T23:30:00+01:00", "CZ", prague());
    check(&window, &["11-30", "12-01", "12-02", "12-03", "12-04"], "2026-12-04T23:00:00Z");
    assert!(window.skipped.is_empty());
}

#[test]
fn v6_cairo_has_no_midnight_on_the_day_after() {
    let window = five_days("2026-04-16T09:00:00+02:00", "EG", zone("Africa/Cairo"));
    check(&window, &["04-19", "04-20", "04-21", "04-22", "04-23"], "2026-04-23T22:00:00Z");
    assert_eq!(window.closes_at_local().to_rfc3339(), "2026-04-24T01:00:00+03:00");
}

#[test]
fn the_last_tenth_of_a_second_belongs_to_its_local_day() {
    let before = five_days("2026-11-30T23:59:59.900+01:00", "CZ", prague());
    let after = five_days("2026-12-01T00:00:00+01:00", "CZ", prague());
    assert_eq!((before.day_zero(), after.day_zero()), (day("2026-11-30"), day("2026-12-01")));
    assert_eq!(before.closes_at, at("2026-12-07T23:00:00Z"));
    assert_eq!(after.closes_at, at("2026-12-08T23:00:00Z"));
}

#[test]
fn a_window_goes_over_new_year() {
    let window = five_days("2026-12-28T12:00:00+01:00", "CZ", prague());
    check(&window, &["12-29", "12-30", "12-31", "01-04", "01-05"], "2027-01-05T23:00:00Z");
    let names = "Independent Czech State Restoration Day; New Year's Day";
    assert_eq!(window.skipped[0].name.as_deref(), Some(names));
}

#[test]
fn a_window_of_no_days_ends_with_the_day_of_delivery() {
    let none = count_window(at("2026-11-25T09:00:00Z"), 0, &calendar("CZ"), &Zone::Known(prague()));
    let none = none.unwrap();
    assert_eq!((none.last_counted(), none.closes_at), (None, at("2026-11-25T23:00:00Z")));
}

#[test]
fn a_subdivision_may_have_its_own_weekend_and_change_it() {
    let weekday = |place: &str, date: &str| calendar(place).classify_day(day(date)).unwrap();
    let rests = |place: &str, date: &str| weekday(place, date) != super::Day::Business;
    assert!(rests("MY-03", "2026-11-13") && !rests("MY-03", "2026-11-15"), "Kelantan: Fri, Sat");
    assert!(!rests("MY-14", "2026-11-13"), "Kuala Lumpur: Sat, Sun");
    assert!(rests("MY-01", "2024-11-15"), "Johor rested on Fridays until the end of 2024");
    assert!(!rests("MY-01", "2025-11-14"), "and no longer does");
}

#[test]
fn a_midnight_that_exists_twice_means_the_later() {
    let havana = zone("America/Havana");
    assert_eq!(havana.first_instant(day("2024-11-03")), Some(at("2024-11-03T05:00:00Z")));
    // Saturday counts in Iran's calendar, so the window ends with that night.
    let delivered_at = at("2024-10-28T12:00:00-04:00");
    let window = count_window(delivered_at, 3, &calendar("IR"), &Zone::Known(havana)).unwrap();
    assert_eq!(window.last_counted(), Some(day("2024-11-02")));
    assert_eq!(window.closes_at, at("2024-11-03T05:00:00Z"));
}

#[test]
fn an_evening_that_is_repeated_ends_with_its_second_midnight() {
    // Beirut sets its clocks from midnight back to 23:00 of the same day.
    let beirut = zone("Asia/Beirut");
    assert_eq!(beirut.first_instant(day("2026-10-25")), Some(at("2026-10-24T22:00:00Z")));
}

#[test]
fn a_midnight_that_does_not_exist_moves_forward() {
    for (zone, date, instant) in [
        (zone("Africa/Cairo"), "2026-04-24", "2026-04-23T22:00:00Z"),
        (zone("Asia/Beirut"), "2026-03-29", "2026-03-28T22:00:00Z"),
        (zone("America/Santiago"), "2026-09-06", "2026-09-06T04:00:00Z"),
        // Here the gap ends at midnight.
        (zone("America/Scoresbysund"), "2026-03-29", "2026-03-29T01:00:00Z"),
    ] {
        assert_eq!(zone.first_instant(day(date)), Some(at(instant)), "{zone}");
    }
}

#[test]
fn a_date_the_zone_skipped_is_neither_counted_nor_listed() {
    let apia = zone("Pacific/Apia");
    assert!(!apia.has_date(day("2011-12-30")) && apia.has_date(day("2011-12-31")));
    assert_eq!(apia.first_instant(day("2011-12-30")), Some(at("2011-12-30T10:00:00Z")));
    assert_eq!(apia.first_instant(day("2011-12-31")), Some(at("2011-12-30T10:00:00Z")));

    let mut count = Count { last: day("2011-12-29"), counted: Vec::new(), skipped: Vec::new() };
    count.next_day(&calendar("WS"), apia).unwrap();
    assert_eq!((count.last, count.counted.len(), count.skipped.len()), (day("2011-12-30"), 0, 0));
}

#[test]
fn an_unknown_zone_takes_the_latest_end() {
    let portugal = Zone::AnyOf(country("PT"));
    let noon = count_window(at("2026-11-03T12:00:00Z"), 5, &calendar("PT"), &portugal).unwrap();
    assert_eq!(noon.time_zone, zone("Atlantic/Azores"));
    assert_eq!(noon.closes_at, at("2026-11-11T01:00:00Z"));
    // At this instant it is already Tuesday in Lisbon, still Monday on the Azores.
    let night = count_window(at("2026-11-03T00:30:00Z"), 5, &calendar("PT"), &portugal).unwrap();
    assert_eq!(night.time_zone, zone("Europe/Lisbon"));
    assert_eq!(night.closes_at, at("2026-11-11T00:00:00Z"));
}

#[test]
fn an_unknown_subdivision_rests_with_any_or_with_none() {
    // Cesar Chavez Day, 31 March 2027: California's, not Nevada's.
    let us = country("US");
    let date = day("2027-03-31");
    let nevada = Subdivision::parse(us, "us-nv").unwrap();
    let business = |subdivision, unknown| {
        let calendar = BusinessCalendar::new(us, subdivision, unknown).unwrap();
        calendar.classify_day(date).unwrap() == super::Day::Business
    };
    assert!(!business(None, UnknownSubdivision::Any));
    assert!(business(None, UnknownSubdivision::None));
    assert!(business(Some(nevada), UnknownSubdivision::Any));
    let national = BusinessCalendar::new(us, None, UnknownSubdivision::None).unwrap();
    assert_eq!(national.id().as_str(), "US-none@2026.12");
}

#[test]
fn an_estimated_holiday_counts_one_day_either_side() {
    // The Prophet's Birthday, 25 August 2026, by the moon.
    let window = five_days("2026-08-23T09:00:00+03:00", "EG", zone("Africa/Cairo"));
    assert_eq!(counted(&window), ["08-27", "08-30", "08-31", "09-01", "09-02"]);
    let estimated: Vec<_> = window.skipped.iter().take(3).map(|day| day.name.as_deref()).collect();
    assert_eq!(estimated, [Some("Prophet's Birthday (estimated)"); 3]);
}

#[test]
fn a_window_that_leaves_the_data_is_refused() {
    for (code, delivered_at, date, years) in [
        ("CZ", "2040-12-26T12:00:00Z", "2041-01-01", (2024, 2040)),
        ("CZ", "2023-12-20T12:00:00Z", "2023-12-21", (2024, 2040)),
        ("LK", "2026-12-28T12:00:00Z", "2027-01-01", (2024, 2026)),
        ("US-CA", "2035-12-27T12:00:00Z", "2036-01-01", (2024, 2035)),
    ] {
        let zone = Zone::AnyOf(country(&code[..2]));
        let outside = count_window(at(delivered_at), 5, &calendar(code), &zone).unwrap_err();
        assert_eq!(outside.date, day(date), "{code}");
        assert_eq!((outside.first_year, outside.last_year), years, "{code}");
    }
}

#[test]
fn the_last_window_inside_the_data_is_answered() {
    let window = five_days("2040-12-19T12:00:00+01:00", "CZ", prague());
    check(&window, &["12-20", "12-21", "12-27", "12-28", "12-31"], "2040-12-31T23:00:00Z");
}

#[test]
fn closures_and_exceptions_are_not_counted() {
    let calendar = calendar("CZ")
        .with_closures([day("2026-11-26"), day("2026-11-28")])
        .with_exceptions(3, [exception("2026-11-27", None), exception("2026-11-26", None)]);
    let window =
        count_window(at("2026-11-25T09:00:00Z"), 2, &calendar, &Zone::Known(prague())).unwrap();
    assert_eq!(counted(&window), ["11-30", "12-01"]);
    assert_eq!(
        skipped(&window),
        ["11-26 Closure", "11-27 Exception", "11-28 Weekend", "11-29 Weekend"]
    );
    assert_eq!(window.skipped[1].name.as_deref(), Some("Day of mourning"));
    assert_eq!(window.calendar.as_str(), "CZ@2026.12+3");
    assert_eq!(window.skipped_closures().collect::<Vec<_>>(), [day("2026-11-26")]);
}

#[test]
fn an_exception_of_another_subdivision_does_not_count() {
    let subdivision = |code| Some(Subdivision::parse(country("DE"), code).unwrap());
    let of = |calendar: BusinessCalendar| {
        let added = exception("2026-11-26", subdivision("BY"));
        calendar.with_exceptions(1, [added]).classify_day(day("2026-11-26")).unwrap()
    };
    assert_eq!(of(calendar("DE-HE")), super::Day::Business);
    assert_ne!(of(calendar("DE-BY")), super::Day::Business);
    assert_ne!(of(calendar("DE")), super::Day::Business);
}

#[test]
fn a_holiday_announced_in_an_open_window_lengthens_it() {
    let stored = five_days("2026-11-25T09:00:00+01:00", "CZ", prague());
    let announced = calendar("CZ").with_exceptions(1, [exception("2026-11-30", None)]);
    let longer = recount_window(&stored, &announced, &Zone::Known(prague())).unwrap().unwrap();
    assert_eq!(counted(&longer), ["11-26", "11-27", "12-01", "12-02", "12-03"]);
    assert_eq!(longer.closes_at, at("2026-12-03T23:00:00Z"));
    assert_eq!(
        recount_window(&longer, &calendar("CZ"), &Zone::Known(prague())).unwrap(),
        None,
        "a taken back one changes nothing"
    );
}

#[test]
fn the_customer_extends_by_business_days() {
    let stored = five_days("2026-12-14T09:00:00+01:00", "CZ", prague());
    let longer = extend_by(&stored, 5, &calendar("CZ")).unwrap();
    assert_eq!(longer.counted.len(), 10);
    assert_eq!(longer.last_counted(), Some(day("2026-12-30")));
    assert_eq!(
        longer,
        count_window(stored.delivered_at, 10, &calendar("CZ"), &Zone::Known(prague())).unwrap()
    );
}

#[test]
fn the_operator_extends_to_a_later_business_day_only() {
    let stored = five_days("2026-12-14T09:00:00+01:00", "CZ", prague());
    let to = |date| extend_window(&stored, day(date), &calendar("CZ"));
    assert_eq!(to("2026-12-23").unwrap().closes_at, at("2026-12-23T23:00:00Z"));
    assert_eq!(to("2026-12-21"), Err(ExtendError::NotLater(day("2026-12-21"))));
    let refused = ExtendError::NotBusiness { date: day("2026-12-24"), reason: SkipReason::Holiday };
    assert_eq!(to("2026-12-24"), Err(refused));
    assert!(matches!(to("2041-01-02"), Err(ExtendError::Outside(_))));
}

#[test]
fn thirty_days_end_at_the_first_instant_of_the_thirty_first_local_day() {
    let prague = Zone::Known(prague());
    let end = days_after(at("2026-11-01T23:30:00Z"), 30, &prague);
    assert_eq!(end, at("2026-12-02T23:00:00Z"), "day 0 is 2 November in Prague");
    let portugal = Zone::AnyOf(country("PT"));
    assert_eq!(days_after(at("2026-11-01T12:00:00Z"), 30, &portugal), at("2026-12-02T01:00:00Z"));
    assert_eq!(days_after(at("2026-11-01T12:00:00Z"), u32::MAX, &prague), DateTime::<Utc>::MAX_UTC);
}

#[test]
fn a_packed_window_is_short_and_says_all() {
    let window = five_days("2026-12-22T15:00:00+01:00", "CZ", prague());
    let packed = window.pack();
    let version = TZDB_VERSION;
    let expected = format!("20261223;bhhwwbbbb;CZ@2026.12;{version};Europe/Prague");
    assert_eq!(packed.as_str(), expected);
    assert_eq!(packed.unpack(window.delivered_at, window.closes_at).unwrap(), window);
}

#[test]
fn names_of_exceptions_come_back_from_the_calendar() {
    let calendar = calendar("CZ").with_exceptions(1, [exception("2026-11-27", None)]);
    let window =
        count_window(at("2026-11-25T09:00:00Z"), 2, &calendar, &Zone::Known(prague())).unwrap();
    let read = window.pack().unpack(window.delivered_at, window.closes_at).unwrap();
    assert_eq!(read.skipped[0].name, None);
    assert_eq!(read.with_names_of(&calendar), window);
}

#[test]
fn a_date_the_zone_never_had_survives_packing() {
    let mut window = five_days("2026-11-25T09:00:00+01:00", "CZ", prague());
    window.counted.remove(1);
    let packed = window.pack();
    assert!(packed.as_str().starts_with("20261126;b-wwbbb;"));
    assert_eq!(packed.unpack(window.delivered_at, window.closes_at).unwrap(), window);
}

#[test]
fn a_packed_window_of_an_older_version_is_read_and_a_damaged_one_refused() {
    let read = |text: &str| {
        let moment = at("2026-12-22T15:00:00Z");
        PackedWindow::from_stored(text).unpack(moment, moment)
    };
    let older = read("20251223;bhhbww;CZ@2025.3+2;2024a;Europe/Prague").unwrap();
    assert_eq!(older.skipped[0].name.as_deref(), Some("Christmas Eve"));
    let gone = read("20251223;bh;ZZ@2025.3;2024a;Europe/Prague").unwrap();
    assert_eq!(gone.skipped[0].name, None);
    for damaged in [
        "",
        "20251223",
        "20251323;b;CZ@2026.12;2026f;Europe/Prague",
        "20251223;bx;CZ@2026.12;2026f;Europe/Prague",
        "20251223;b;CZ@2026.12;2026f;Europe/Nowhere",
        "20251223;b;CZ@2026.12;2026f;Europe/Prague;",
    ] {
        assert!(read(damaged).is_err(), "{damaged:?}");
    }
}
