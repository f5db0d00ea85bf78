//! From local days to instants (domain.md §4 points 3, 6 and 8).

use chrono::offset::LocalResult;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::{GapInfo, Tz};

use super::CountryCode;

/// In which zone a party's days are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// Its own.
    Known(Tz),
    /// Unknown: every zone of the country, and the latest result wins (domain.md §4 point 6).
    AnyOf(CountryCode),
}

impl Zone {
    /// The zones to compute in; never empty.
    pub(super) fn candidates(self) -> Vec<Tz> {
        match self {
            Self::Known(zone) => vec![zone],
            Self::AnyOf(country) => country.zones(),
        }
    }
}

/// The first instant of a local day.
///
/// A midnight that does not exist moves forward to the first valid instant, and one that exists
/// twice means the later (domain.md §4 point 3). A date the zone skipped whole begins, like the next
/// one, at that first valid instant. `None` only at the ends of representable time.
pub fn first_instant(date: NaiveDate, zone: Tz) -> Option<DateTime<Utc>> {
    let midnight = date.and_time(NaiveTime::MIN);
    match zone.from_local_datetime(&midnight) {
        LocalResult::Single(instant) => Some(instant.to_utc()),
        LocalResult::Ambiguous(one, other) => Some(one.to_utc().max(other.to_utc())),
        LocalResult::None => GapInfo::new(&midnight, &zone)?.end.map(|end| end.to_utc()),
    }
}

/// Whether the zone's clocks ever showed that date: Samoa had no 30 December 2011.
pub(super) fn exists(date: NaiveDate, zone: Tz) -> bool {
    date.succ_opt().is_none_or(|next| first_instant(date, zone) != first_instant(next, zone))
}

/// The end of a period in calendar days: the first instant of the local day after its last day
/// (domain.md §4 point 8). The day of `start` is day 0, so 30 days end with day 30.
///
/// ```
/// use domain::calendar::{Zone, days_after};
///
/// let rejected_at = chrono::DateTime::parse_from_rfc3339("2026-11-01T09:00:00+01:00")?.to_utc();
/// let end = days_after(rejected_at, 30, &Zone::Known(chrono_tz::Europe::Prague));
/// assert_eq!(end.to_rfc3339(), "2026-12-01T23:00:00+00:00"); // all of 1 December is in time
/// # Ok::<(), chrono::ParseError>(())
/// ```
pub fn days_after(start: DateTime<Utc>, days: u32, zone: &Zone) -> DateTime<Utc> {
    let end = |zone: Tz| {
        let day_zero = start.with_timezone(&zone).date_naive();
        let after = day_zero.checked_add_days(Days::new(u64::from(days) + 1))?;
        first_instant(after, zone)
    };
    // Past the end of representable time: never, rather than too early.
    let never = DateTime::<Utc>::MAX_UTC;
    zone.candidates().into_iter().map(|zone| end(zone).unwrap_or(never)).max().unwrap_or(never)
}
