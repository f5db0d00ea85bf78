//! The business calendar: when a window opens, counts and closes (docs/domain.md §4).
//!
//! Everything here is pure. The holidays of every country, its weekends and its zones are embedded
//! (`data/`, written by `data/generate.py`); nothing is parsed before a country is asked for, and a
//! date outside the data is [`OutsideData`], never a guess.
//!
//! ```
//! use domain::calendar::{BusinessCalendar, CountryCode, UnknownSubdivision, Zone, count_window};
//!
//! let czechia: CountryCode = "CZ".parse()?;
//! let calendar = BusinessCalendar::new(czechia, None, UnknownSubdivision::Any)?;
//! let delivered_at = chrono::DateTime::parse_from_rfc3339("2026-12-22T15:00:00+01:00")?.to_utc();
//! let prague = Zone::Known("Europe/Prague".parse()?);
//! let window = count_window(delivered_at, 5, &calendar, &prague)?;
//!
//! assert_eq!(window.closes_at.to_rfc3339(), "2026-12-31T23:00:00+00:00");
//! assert_eq!(window.closes_at_local().to_rfc3339(), "2027-01-01T00:00:00+01:00");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod added;
mod business;
mod country;
mod data;
mod embedded;
mod error;
mod extension;
mod file;
mod id;
mod known;
mod pack;
mod tz;
mod weekdays;
mod window;
mod zone;

#[cfg(test)]
mod cases;
#[cfg(test)]
mod dataset;
#[cfg(test)]
mod days;
#[cfg(test)]
mod naive;
#[cfg(test)]
mod properties;

pub use added::{AddedDay, AddedDays};
pub use business::{BusinessCalendar, Day, Exception, SkipReason, UnknownSubdivision};
pub use country::{CountryCode, Subdivision};
pub use error::{CalendarError, OutsideData};
pub use extension::{
    ExtendError, count_one_more_day, extend_by, extend_until, extend_window, recount_window,
};
pub use file::CountryFile;
pub use id::{CalendarId, DATA_VERSION, counting_data};
pub use pack::{PackedWindow, UnpackError};
pub use tz::{TZDB_VERSION, Tz, UnknownTz};
pub use weekdays::weekdays_after;
pub use window::{SkippedDay, Window, count_window};
pub use zone::{Zone, days_after, months_after};
