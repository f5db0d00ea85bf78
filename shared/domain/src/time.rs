//! Instants, and how they are written.

use chrono::{DateTime, SecondsFormat, Utc};

/// A moment in UTC.
pub type Instant = DateTime<Utc>;

/// RFC 3339 in UTC with `Z`; fractions of a second only where there are any (`docs/api.md §1`).
pub fn format_rfc3339(at: Instant) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}
