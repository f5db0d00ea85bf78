//! A day counts only if offices of the country work on it: the calendars that the source has wrong.

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};

use super::{
    BusinessCalendar, CountryCode, Day, Exception, SkipReason, Subdivision, UnknownSubdivision,
    Zone, count_window, extend_by, extend_window, recount_window,
};

fn parse_instant(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn parse_date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn parse_zone(name: &str) -> Zone {
    Zone::Known(name.parse().unwrap())
}

fn load_calendar(country: &str) -> BusinessCalendar {
    calendar_under(country, UnknownSubdivision::Any)
}

fn calendar_under(country: &str, unknown: UnknownSubdivision) -> BusinessCalendar {
    BusinessCalendar::new(country.parse().unwrap(), None, unknown).unwrap()
}

#[track_caller]
fn assert_closes(country: &str, zone_name: &str, delivered_at: &str, closes_at: &str) {
    let found = count_window(
        parse_instant(delivered_at),
        5,
        &load_calendar(country),
        &parse_zone(zone_name),
    )
    .unwrap();
    assert_eq!(found.closes_at, parse_instant(closes_at), "{country}: {:?}", found.counted);
}

#[test]
fn libya_rests_on_friday_and_saturday() {
    assert_closes("LY", "Africa/Tripoli", "2026-11-29T08:00:00Z", "2026-12-06T22:00:00Z");
}

#[test]
fn mauritania_rests_on_saturday_and_sunday() {
    assert_closes("MR", "Africa/Nouakchott", "2026-12-04T09:00:00Z", "2026-12-12T00:00:00Z");
}

#[test]
fn iran_rests_on_thursday_and_friday() {
    assert_closes("IR", "Asia/Tehran", "2026-11-28T06:00:00Z", "2026-12-05T20:30:00Z");
}

#[test]
fn brunei_rests_on_friday_saturday_and_sunday() {
    assert_closes("BN", "Asia/Brunei", "2026-11-26T02:00:00Z", "2026-12-07T16:00:00Z");
}

#[test]
fn malaysia_without_a_subdivision_rests_on_the_weekend_days_of_any() {
    assert_closes("MY", "Asia/Kuala_Lumpur", "2026-11-29T02:00:00Z", "2026-12-07T16:00:00Z");
}

#[test]
fn hong_kong_does_not_count_saturday() {
    assert_closes("HK", "Asia/Hong_Kong", "2026-11-25T02:00:00Z", "2026-12-02T16:00:00Z");
}

#[test]
fn paraguay_does_not_count_saturday() {
    assert_closes("PY", "America/Asuncion", "2026-11-25T13:00:00Z", "2026-12-03T03:00:00Z");
}

#[test]
fn every_row_of_the_table_is_the_weekend_of_its_country() {
    let saturday_sunday = ["HK", "PY", "VE", "CD", "KN", "AI", "NE", "TK", "MR"].map(|c| (c, "67"));
    let friday_saturday = ["LY", "PS", "SO"].map(|c| (c, "56"));
    let others = [("IR", "45"), ("BN", "567")];
    for (code, rest) in saturday_sunday.into_iter().chain(friday_saturday).chain(others) {
        let country: CountryCode = code.parse().unwrap();
        for subdivision in country.subdivisions().into_iter().map(Some).chain([None]) {
            let own = BusinessCalendar::new(country, subdivision, UnknownSubdivision::Any).unwrap();
            for date in parse_date("2026-11-23").iter_days().take(7) {
                let is_rest = rest.contains(&date.weekday().number_from_monday().to_string());
                assert_eq!(is_weekend(&own, date), is_rest, "{} {date}", own.id());
            }
        }
    }
}

fn is_weekend(calendar: &BusinessCalendar, date: NaiveDate) -> bool {
    matches!(calendar.classify_day(date).unwrap(), Day::Skipped { reason: SkipReason::Weekend, .. })
}

/// Every calendar there is: of each country with either policy, and of each subdivision.
fn every_calendar() -> impl Iterator<Item = BusinessCalendar> {
    CountryCode::all().flat_map(|country| {
        let of = move |subdivision: Option<Subdivision>, unknown| {
            BusinessCalendar::new(country, subdivision, unknown).unwrap()
        };
        let known = country.subdivisions().into_iter().map(Some);
        let unknown = [UnknownSubdivision::Any, UnknownSubdivision::None];
        let known = known.map(move |own| of(own, UnknownSubdivision::Any));
        known.chain(unknown.map(move |unknown| of(None, unknown)))
    })
}

#[test]
fn no_calendar_counts_six_days_a_week() {
    for calendar in every_calendar() {
        let monday = parse_date("2024-01-01");
        let known = monday.iter_days().take_while(|date| calendar.classify_day(*date).is_ok());
        let rests: Vec<bool> = known.map(|date| is_weekend(&calendar, date)).collect();
        assert!(rests.len() > 1000, "{}", calendar.id());
        for (weeks, week) in (0..).zip(rests.chunks_exact(7)) {
            let rest = week.iter().filter(|rest| **rest).count();
            assert!(rest >= 2, "{} from {}", calendar.id(), monday + Days::new(7 * weeks));
        }
    }
}

#[test]
fn an_unknown_subdivision_rests_on_the_weekend_of_any_under_both_policies() {
    for unknown in [UnknownSubdivision::Any, UnknownSubdivision::None] {
        let malaysia = calendar_under("MY", unknown);
        for date in ["2026-11-27", "2026-11-28", "2026-11-29"] {
            assert!(is_weekend(&malaysia, parse_date(date)), "{date}");
        }
        assert_eq!(malaysia.classify_day(parse_date("2026-11-26")).unwrap(), Day::Business);
    }
    let country: CountryCode = "MY".parse().unwrap();
    let kelantan = Subdivision::parse(country, "03").unwrap();
    let kelantan = BusinessCalendar::new(country, Some(kelantan), UnknownSubdivision::Any).unwrap();
    assert!(!is_weekend(&kelantan, parse_date("2026-11-29")), "a known one has its own");
}

#[track_caller]
fn is_holiday(country: &str, date: &str, name: &str) {
    let Day::Skipped { reason: SkipReason::Holiday, name: Some(found) } =
        load_calendar(country).classify_day(parse_date(date)).unwrap()
    else {
        panic!("{country} {date} is no holiday");
    };
    assert!(found.contains(name), "{country} {date}: {found}");
}

#[test]
fn a_holiday_that_egypt_is_predicted_to_move_is_off_on_both_days() {
    is_holiday("EG", "2027-04-25", "Sinai Liberation Day");
    is_holiday("EG", "2027-04-29", "Sinai Liberation Day");
    // Delivered on Thursday 22 April: Sunday 25 and Thursday 29 April are off.
    let found = count_window(
        parse_instant("2027-04-22T07:00:00Z"),
        5,
        &load_calendar("EG"),
        &parse_zone("Africa/Cairo"),
    );
    let counted =
        ["2027-04-26", "2027-04-27", "2027-04-28", "2027-05-02", "2027-05-04"].map(parse_date);
    assert_eq!(found.unwrap().counted, counted, "3 May is the Spring Festival");
}

#[test]
fn an_estimated_holiday_that_may_be_moved_is_off_around_its_own_day_too() {
    // By the moon on Sunday 6 June 2027, and then predicted for Thursday 10 June.
    for date in ["2027-06-06", "2027-06-07", "2027-06-09", "2027-06-10"] {
        is_holiday("EG", date, "Islamic New Year");
    }
}

#[test]
fn a_move_that_is_announced_year_by_year_leaves_both_days_off_in_every_such_country() {
    for (country, own, predicted, name) in [
        ("BZ", "2027-10-12", "2027-10-11", "Indigenous Peoples' Resistance Day"),
        ("FJ", "2027-05-14", "2027-05-17", "Girmit Day"),
        ("TO", "2027-11-04", "2027-11-08", "Constitution Day"),
    ] {
        is_holiday(country, own, name);
        is_holiday(country, predicted, name);
    }
}

#[test]
fn a_move_that_a_law_names_is_believed() {
    // Law 51 of 1983: Epiphany, a Wednesday in 2027, is kept on Monday 11 January.
    assert_eq!(load_calendar("CO").classify_day(parse_date("2027-01-06")).unwrap(), Day::Business);
    is_holiday("CO", "2027-01-11", "Epiphany");
}

#[test]
fn a_recount_keeps_a_closure_of_a_day_that_was_a_weekend_day_before() {
    // Counted with Sunday as weekend; the closure on Sunday 29 November was there and did not show.
    let stored =
        super::PackedWindow::from_stored("20261126;bbwwbbb;LY@2026.11;2026f;Africa/Tripoli");
    let stored = stored
        .unpack(parse_instant("2026-11-25T08:00:00Z"), parse_instant("2026-12-02T22:00:00Z"))
        .unwrap();
    let closed = load_calendar("LY").with_closures([parse_date("2026-11-29")]);
    let anew = recount_window(&stored, &closed, &parse_zone("Africa/Tripoli")).unwrap().unwrap();
    assert!(anew.skipped_closures().eq([parse_date("2026-11-29")]), "{:?}", anew.counted);
    assert!(!anew.counted.contains(&parse_date("2026-11-29")));
}

#[test]
fn closures_after_the_last_counted_date_lengthen_an_extension_by_at_most_its_own_days() {
    let delivered_at = parse_instant("2026-12-22T14:00:00Z");
    let stored =
        count_window(delivered_at, 5, &load_calendar("CZ"), &parse_zone("Europe/Prague")).unwrap();
    let ends = |closures: usize, days| {
        let closures = parse_date("2027-01-01").iter_days().take(closures);
        let closed = load_calendar("CZ").with_closures(closures);
        extend_by(&stored, days, &closed).unwrap().closes_at
    };
    assert_eq!(ends(0, 5), parse_instant("2027-01-08T23:00:00Z"));
    assert_eq!(
        ends(4, 5),
        parse_instant("2027-01-11T23:00:00Z"),
        "Monday 4 January alone is a closure"
    );
    assert_eq!(ends(400, 5), parse_instant("2027-01-15T23:00:00Z"));
    assert_eq!(ends(400, 1), parse_instant("2027-01-05T23:00:00Z"));
}

#[test]
fn closures_refuse_no_date_to_which_the_operator_extends() {
    let delivered_at = parse_instant("2026-12-22T14:00:00Z");
    let stored =
        count_window(delivered_at, 5, &load_calendar("CZ"), &parse_zone("Europe/Prague")).unwrap();
    let closed = load_calendar("CZ").with_closures(parse_date("2026-12-01").iter_days().take(400));
    let longer = extend_window(&stored, parse_date("2027-01-08"), &closed).unwrap();
    assert_eq!(longer.closes_at, parse_instant("2027-01-08T23:00:00Z"));
    assert!(
        extend_window(&stored, parse_date("2027-01-09"), &closed).is_err(),
        "a Saturday still does"
    );
}

#[test]
fn a_recount_of_a_tenant_without_a_zone_considers_every_zone() {
    let country: CountryCode = "US".parse().unwrap();
    let calendar = calendar_under("US", UnknownSubdivision::None);
    let unknown = Zone::AnyOf(country);
    let stored =
        count_window(parse_instant("2026-11-03T05:30:00Z"), 5, &calendar, &unknown).unwrap();
    assert_eq!(stored.closes_at, parse_instant("2026-11-11T05:00:00Z"));
    let added =
        Exception { date: parse_date("2026-11-03"), name: "added".to_owned(), subdivision: None };
    let changed = calendar.with_exceptions(1, [added]);
    let anew = recount_window(&stored, &changed, &unknown).unwrap().unwrap();
    assert_eq!(anew.closes_at, parse_instant("2026-11-11T10:00:00Z"));
    assert_eq!(anew.time_zone.name(), "America/Adak");
    assert_eq!(recount_window(&stored, &changed, &Zone::Known(stored.time_zone)), Ok(None));
}
