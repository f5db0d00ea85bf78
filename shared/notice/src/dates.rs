//! Dates as people of a language write them. What a language makes of weekday, day, month and year
//! is in its messages; which declension a place needs, too.

use chrono::{DateTime, Datelike, NaiveDate, Timelike};
use domain::calendar::Tz;
use domain::claim::Instant;
use fluent_bundle::FluentArgs;

use crate::messages;
use language::{Language, TextSet};

/// A day with its year: `Thursday 31 December 2026`.
pub fn format_date(language: Language, date: NaiveDate) -> String {
    date_message(language, "date", date)
}

/// The end of a day, with its year: `the end of Thursday 31 December 2026`.
pub fn format_end_of_day(language: Language, date: NaiveDate) -> String {
    date_message(language, "date-end", date)
}

/// A day without its year, for lists: `Thursday 31 December`.
pub fn format_day(language: Language, date: NaiveDate) -> String {
    date_message(language, "date-day", date)
}

/// A day without weekday and year: `31 December`.
pub fn format_short(language: Language, date: NaiveDate) -> String {
    date_message(language, "date-short", date)
}

/// Weekday, day of the month, and month with its year, each for itself.
pub fn format_leaf(language: Language, date: NaiveDate) -> [String; 3] {
    let weekday = messages::plain_message(
        language,
        &format!("weekday-{}", date.weekday().number_from_monday()),
    );
    let [day, month] = ["date-day-of-month", "date-month-of-year"]
        .map(|message| date_message(language, message, date));
    [weekday, day, month]
}

/// A moment as the clocks of a zone show it, with the zone's name.
pub fn format_local(language: Language, at: Instant, zone: Tz) -> String {
    let local = zone.to_local(at);
    let mut args = date_arguments(language, local.date_naive());
    args.set("time", format_clock(&local));
    args.set("zone", zone_name(language, &zone.abbreviation_at(at)));
    args.set("area", zone.name().to_owned());
    messages::format_message(language, "date-local", &args)
}

/// A moment in UTC.
pub fn format_utc(language: Language, at: Instant) -> String {
    let mut args = date_arguments(language, at.date_naive());
    args.set("time", format_clock(&at));
    messages::format_message(language, "date-utc", &args)
}

fn date_message(language: Language, message: &str, date: NaiveDate) -> String {
    messages::format_message(language, message, &date_arguments(language, date))
}

fn format_clock<Z: chrono::TimeZone>(at: &DateTime<Z>) -> String {
    format!("{}:{:02}", at.hour(), at.minute())
}

fn date_arguments(language: Language, date: NaiveDate) -> FluentArgs<'static> {
    let weekday = date.weekday().number_from_monday();
    let mut args = FluentArgs::new();
    args.set("weekday", messages::plain_message(language, &format!("weekday-{weekday}")));
    args.set(
        "weekday-genitive",
        messages::plain_message(language, &format!("weekday-genitive-{weekday}")),
    );
    args.set("day", date.day().to_string());
    args.set("month", messages::plain_message(language, &format!("month-{}", date.month())));
    args.set("year", date.year().to_string());
    args
}

/// The name of a zone's present time. Where a zone has no abbreviation of letters, its offset.
fn zone_name(language: Language, abbreviation: &str) -> String {
    let named = language.find_message(TextSet::Notices, &format!("zone-{abbreviation}"), None);
    named.unwrap_or_else(|| {
        if abbreviation.starts_with(['+', '-']) {
            format!("UTC{abbreviation}")
        } else {
            abbreviation.to_owned()
        }
    })
}

/// The instants of tests and documentation.
#[cfg(test)]
pub(crate) fn at(text: &str) -> Instant {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(tag: &str, zone: &str, instant: &str, expected: [&str; 4]) {
        let (language, zone): (_, Tz) = (Language::of_tag(tag).unwrap(), zone.parse().unwrap());
        let at = at(instant);
        let local_date = zone.local_date(at);
        let written = [
            format_date(language, local_date),
            format_end_of_day(language, local_date),
            format_local(language, at, zone),
            format_utc(language, at),
        ];
        assert_eq!(written, expected);
    }

    #[test]
    fn a_czech_date_has_its_month_in_the_genitive() {
        check(
            "cs",
            "Europe/Prague",
            "2026-12-30T23:00:00Z",
            [
                "čtvrtek 31. prosince 2026",
                "konce čtvrtka 31. prosince 2026",
                "čtvrtek 31. prosince 2026 0:00, středoevropský čas (Europe/Prague)",
                "středa 30. prosince 2026 23:00 UTC",
            ],
        );
    }

    #[test]
    fn an_english_date_names_the_zone_and_its_summer_time() {
        check(
            "en",
            "America/Los_Angeles",
            "2026-07-03T12:05:00Z",
            [
                "Friday 3 July 2026",
                "the end of Friday 3 July 2026",
                "Friday 3 July 2026 5:05, PDT (America/Los_Angeles)",
                "Friday 3 July 2026 12:05 UTC",
            ],
        );
    }

    #[test]
    fn a_zone_without_an_abbreviation_shows_its_offset() {
        let english = Language::En;
        let text =
            format_local(english, at("2026-12-02T21:00:00Z"), "Asia/Riyadh".parse().unwrap());
        assert_eq!(text, "Thursday 3 December 2026 0:00, UTC+03 (Asia/Riyadh)");
    }
}
