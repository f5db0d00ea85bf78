//! Dates as people of a language write them. What a language makes of weekday, day, month and year
//! is in its messages; which declension a place needs, too.

use chrono::{DateTime, Datelike, NaiveDate, Timelike};
use domain::calendar::Tz;
use domain::claim::Instant;
use fluent_bundle::FluentArgs;

use crate::language::NoticeLanguage;
use crate::say;

/// A day with its year: `Thursday 31 December 2026`.
pub fn date(language: NoticeLanguage, date: NaiveDate) -> String {
    dated(language, "date", date)
}

/// The end of a day, with its year: `the end of Thursday 31 December 2026`.
pub fn end_of(language: NoticeLanguage, date: NaiveDate) -> String {
    dated(language, "date-end", date)
}

/// A day without its year, for lists: `Thursday 31 December`.
pub fn day(language: NoticeLanguage, date: NaiveDate) -> String {
    dated(language, "date-day", date)
}

/// A day without weekday and year: `31 December`.
pub fn short(language: NoticeLanguage, date: NaiveDate) -> String {
    dated(language, "date-short", date)
}

/// Weekday, day of the month, and month with its year, each for itself.
pub fn of_leaf(language: NoticeLanguage, date: NaiveDate) -> [String; 3] {
    let weekday = say::plain(language, &format!("weekday-{}", date.weekday().number_from_monday()));
    let [day, month] =
        ["date-day-of-month", "date-month-of-year"].map(|message| dated(language, message, date));
    [weekday, day, month]
}

/// A moment as the clocks of a zone show it, with the zone's name.
pub fn local(language: NoticeLanguage, at: Instant, zone: Tz) -> String {
    let local = zone.local(at);
    let mut args = parts(language, local.date_naive());
    args.set("time", clock(&local));
    args.set("zone", zone_name(language, &zone.abbreviation(at)));
    args.set("area", zone.name().to_owned());
    say::with(language, "date-local", &args)
}

/// A moment in UTC.
pub fn utc(language: NoticeLanguage, at: Instant) -> String {
    let mut args = parts(language, at.date_naive());
    args.set("time", clock(&at));
    say::with(language, "date-utc", &args)
}

fn dated(language: NoticeLanguage, message: &str, date: NaiveDate) -> String {
    say::with(language, message, &parts(language, date))
}

fn clock<Z: chrono::TimeZone>(at: &DateTime<Z>) -> String {
    format!("{}:{:02}", at.hour(), at.minute())
}

fn parts(language: NoticeLanguage, date: NaiveDate) -> FluentArgs<'static> {
    let weekday = date.weekday().number_from_monday();
    let mut args = FluentArgs::new();
    args.set("weekday", say::plain(language, &format!("weekday-{weekday}")));
    args.set("weekday-genitive", say::plain(language, &format!("weekday-genitive-{weekday}")));
    args.set("day", date.day().to_string());
    args.set("month", say::plain(language, &format!("month-{}", date.month())));
    args.set("year", date.year().to_string());
    args
}

/// The name of a zone's present time. Where a zone has no abbreviation of letters, its offset.
fn zone_name(language: NoticeLanguage, abbreviation: &str) -> String {
    let named = language.message(&format!("zone-{abbreviation}"), None);
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
        let (language, zone): (_, Tz) =
            (NoticeLanguage::of_tag(tag).unwrap(), zone.parse().unwrap());
        let at = at(instant);
        let local_date = zone.date(at);
        let written = [
            date(language, local_date),
            end_of(language, local_date),
            local(language, at, zone),
            utc(language, at),
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
        let english = NoticeLanguage::ENGLISH;
        let text = local(english, at("2026-12-02T21:00:00Z"), "Asia/Riyadh".parse().unwrap());
        assert_eq!(text, "Thursday 3 December 2026 0:00, UTC+03 (Asia/Riyadh)");
    }
}
