//! In which zone days are counted, and periods of them (docs/domain.md §4 points 6 and 8).

use chrono::{DateTime, Days, Months, NaiveDate, Utc};

use super::{CountryCode, Tz};

/// In which zone a party's days are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// The one zone of the party, where it is known.
    Known(Tz),
    /// Unknown: every zone of the country, and the latest result wins (docs/domain.md §4 point 6).
    AnyOf(CountryCode),
}

impl Zone {
    /// The zones to compute in; never empty.
    pub(super) fn candidate_zones(self) -> Vec<Tz> {
        match self {
            Self::Known(zone) => vec![zone],
            Self::AnyOf(country) => country.time_zones(),
        }
    }

    /// The local date of `at`; the latest of them where there are several zones.
    pub fn local_date(self, at: DateTime<Utc>) -> NaiveDate {
        let dates = self.candidate_zones().into_iter().map(|zone| zone.local_date(at));
        dates.max().unwrap_or_else(|| at.date_naive())
    }
}

/// The end of a period in calendar days: the first instant of the local day after its last day
/// (docs/domain.md §4 point 8). The day of `start` is day 0, so 30 days end with day 30.
///
/// ```
/// use domain::calendar::{Zone, days_after};
///
/// let rejected_at = chrono::DateTime::parse_from_rfc3339("2026-11-01T09:00:00+01:00")?.to_utc();
/// let end = days_after(rejected_at, 30, &Zone::Known("Europe/Prague".parse()?));
/// assert_eq!(end.to_rfc3339(), "2026-12-01T23:00:00+00:00"); // all of 1 December is in time
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn days_after(start: DateTime<Utc>, days: u32, zone: &Zone) -> DateTime<Utc> {
    let end = |zone: Tz| {
        zone.first_instant(zone.local_date(start).checked_add_days(Days::new(u64::from(days) + 1))?)
    };
    // Past the end of representable time: never, rather than too early.
    let never = DateTime::<Utc>::MAX_UTC;
    zone.candidate_zones().into_iter().map(|zone| end(zone).unwrap_or(never)).max().unwrap_or(never)
}

/// As many calendar months later by the clocks of a zone, at the same time of the local day; the last day of a month
/// that is too short. `None` past the end of representable time.
///
/// ```
/// use domain::calendar::months_after;
///
/// let closes_at = chrono::DateTime::parse_from_rfc3339("2026-07-01T00:00:00+02:00")?.to_utc();
/// let end = months_after(closes_at, 8, "Europe/Prague".parse()?).ok_or("never")?;
/// assert_eq!(end.to_rfc3339(), "2027-02-28T23:00:00+00:00"); // 1 March, by winter time
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn months_after(start: DateTime<Utc>, months: u32, zone: Tz) -> Option<DateTime<Utc>> {
    let date = zone.local_date(start);
    let into_day = start - zone.first_instant(date)?;
    let end = zone.first_instant(date.checked_add_months(Months::new(months))?)?;
    end.checked_add_signed(into_day)
}
