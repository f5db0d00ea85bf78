//! The embedded data: every country can be read, and `VERSION` tells the truth about it.

use chrono::NaiveDate;

use super::data::{self, HolidayLine};
use super::{
    BusinessCalendar, CalendarError, CountryCode, DATA_VERSION, Day, SkipReason, Subdivision,
    UnknownSubdivision,
};

const VERSION: &str = include_str!("../../data/VERSION");

fn last_year(country: CountryCode) -> Option<i32> {
    data::country_lines(country).find_map(|line| match line {
        HolidayLine::Years { last, .. } => Some(last),
        HolidayLine::Until { .. }
        | HolidayLine::Zones(_)
        | HolidayLine::Subdivisions(_)
        | HolidayLine::Weekend { .. }
        | HolidayLine::Holiday { .. } => None,
    })
}

fn reasons_in_2026(calendar: &BusinessCalendar) -> Vec<SkipReason> {
    let first = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    let reason = |date| match calendar.classify_day(date).unwrap() {
        Day::Skipped { reason, .. } => Some(reason),
        Day::Business => None,
    };
    first.iter_days().take(365).filter_map(reason).collect()
}

#[test]
fn every_line_of_every_country_can_be_read() {
    for country in CountryCode::all() {
        assert!(data::is_readable(data::country_text(country)), "{country}");
        for line in data::country_lines(country) {
            if let HolidayLine::Holiday { dates, name, .. } = line {
                assert!(data::parse_dates(dates, (2024, 2026)).is_some(), "{country} {name}");
            }
        }
    }
}

/// Three uninhabited ones, and Ukraine, which has no days off under martial law.
const WITHOUT_HOLIDAYS: [&str; 4] = ["BV", "HM", "IO", "UA"];

#[test]
fn every_country_and_subdivision_has_a_weekend_and_holidays() {
    for country in CountryCode::all() {
        let none = WITHOUT_HOLIDAYS.contains(&country.as_str());
        let subdivisions = country.subdivisions().into_iter().map(Some);
        for subdivision in subdivisions.chain([None]) {
            let calendar =
                BusinessCalendar::new(country, subdivision, UnknownSubdivision::Any).unwrap();
            let reasons = reasons_in_2026(&calendar);
            assert!(reasons.contains(&SkipReason::Weekend), "{}", calendar.id());
            assert_ne!(reasons.contains(&SkipReason::Holiday), none, "{}", calendar.id());
        }
    }
}

#[test]
fn every_zone_of_the_data_is_known_here() {
    for country in CountryCode::all() {
        for line in data::country_lines(country) {
            if let HolidayLine::Zones(names) = line {
                assert_eq!(country.time_zones().len(), names.split(' ').count(), "{country}");
            }
        }
    }
}

#[test]
fn the_version_is_one_line_that_agrees_with_the_data() {
    assert_eq!(VERSION.lines().count(), 1);
    assert!(VERSION.starts_with(&format!("data {DATA_VERSION}; source PyPI holidays ")));
    let countries = format!("; countries {};", CountryCode::all().count());
    assert!(VERSION.contains(&countries), "{countries}");
    let fewer: Vec<String> = CountryCode::all()
        .filter_map(|country| last_year(country).map(|year| (country, year)))
        .filter(|(_, year)| *year != 2040)
        .map(|(country, year)| format!("{country}:{year}"))
        .collect();
    assert!(VERSION.contains(&format!("; years 2024-2040, fewer {};", fewer.join(","))));
    assert!(VERSION.contains("; category PUBLIC; licence MIT;"));
}

#[test]
fn codes_are_read_in_small_letters_and_refused_when_unknown() {
    assert_eq!("cz".parse::<CountryCode>().unwrap().as_str(), "CZ");
    for unknown in ["", "C", "ZZ", "CZE", "č"] {
        assert_eq!(
            unknown.parse::<CountryCode>(),
            Err(CalendarError::UnknownCountry(unknown.to_owned()))
        );
    }
    assert!(serde_json::from_str::<CountryCode>("\"ZZ\"").is_err());
    let us: CountryCode = serde_json::from_str("\"US\"").unwrap();
    for code in ["CA", "ca", "US-CA", "us-ca"] {
        assert_eq!(Subdivision::parse(us, code).unwrap().as_str(), "CA");
    }
    for unknown in ["", "XX", "DE-BY", "US-", "CA-CA"] {
        assert!(Subdivision::parse(us, unknown).is_err(), "{unknown:?}");
    }
}

#[test]
fn a_subdivision_of_another_country_has_no_calendar() {
    let (us, cz): (CountryCode, CountryCode) = ("US".parse().unwrap(), "CZ".parse().unwrap());
    let california = Subdivision::parse(us, "CA").unwrap();
    let refused = BusinessCalendar::new(cz, Some(california), UnknownSubdivision::Any);
    assert!(matches!(refused, Err(CalendarError::UnknownSubdivision { .. })));
}
