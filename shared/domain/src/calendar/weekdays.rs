//! Monday to Friday: what is counted where the data of every calendar has ended (docs/domain.md §4
//! point 7).

use chrono::{DateTime, Datelike, NaiveDate, Utc, Weekday};

use super::{CalendarId, Tz, Zone};

/// What names Monday to Friday in the place of a calendar. No country has it as its code.
const WEEKDAYS: &str = "weekdays";

impl CalendarId {
    /// The id of Monday to Friday without holidays: `weekdays`.
    pub fn weekdays() -> Self {
        Self::from_stored(WEEKDAYS)
    }
}

/// The first instant of the local day after the last of `days` days from Monday to Friday, no holiday
/// left out. The day of `start` is day 0 and never counted. Needs no data, so it has an answer in every
/// year.
///
/// ```
/// use domain::calendar::{Zone, weekdays_after};
///
/// let friday = chrono::DateTime::parse_from_rfc3339("2040-12-28T09:00:00+01:00")?.to_utc();
/// let end = weekdays_after(friday, 2, &Zone::Known("Europe/Prague".parse()?));
/// assert_eq!(end.to_rfc3339(), "2041-01-01T23:00:00+00:00"); // Monday and Tuesday are counted
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn weekdays_after(start: DateTime<Utc>, days: u32, zone: &Zone) -> DateTime<Utc> {
    let end = |zone: Tz| window_end_in(zone, zone.local_date(start), days);
    // Past the end of representable time: never, rather than too early.
    let never = DateTime::<Utc>::MAX_UTC;
    zone.candidate_zones().into_iter().map(|zone| end(zone).unwrap_or(never)).max().unwrap_or(never)
}

fn window_end_in(zone: Tz, day_zero: NaiveDate, days: u32) -> Option<DateTime<Utc>> {
    let mut last = day_zero;
    for _ in 0..days {
        last = last.iter_days().skip(1).find(|date| is_counted(zone, *date))?;
    }
    zone.first_instant(last.succ_opt()?)
}

/// Whether a day is one from Monday to Friday that the zone has.
fn is_counted(zone: Tz, date: NaiveDate) -> bool {
    !matches!(date.weekday(), Weekday::Sat | Weekday::Sun) && zone.has_date(date)
}
