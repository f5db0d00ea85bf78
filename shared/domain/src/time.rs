//! Instants, and how they are written.

use chrono::{DateTime, Duration, SecondsFormat, Utc};

/// A moment in UTC.
pub type Instant = DateTime<Utc>;

/// RFC 3339 in UTC with `Z`; fractions of a second only where there are any (`docs/api.md §1`).
pub fn format_rfc3339(at: Instant) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// Whole seconds until a time is over, the last one begun counted; `None`: it is over.
pub fn seconds_left(left: Duration) -> Option<u32> {
    let milliseconds = u64::try_from(left.num_milliseconds()).ok().filter(|left| *left > 0)?;
    Some(u32::try_from(milliseconds.div_ceil(1000)).unwrap_or(u32::MAX))
}
