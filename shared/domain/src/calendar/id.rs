//! The identity of a calendar: with it, and the data of that version, a deadline can be recomputed.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::data::Region;
use super::{CountryCode, Subdivision, TZDB_VERSION};

/// The version of the embedded data, as in `data/VERSION`.
pub const DATA_VERSION: &str = "2026.12";

/// By what data windows are counted now: the versions of the time zone database and of the holidays. A later version
/// of either sorts behind an earlier one.
pub fn counting_data() -> String {
    data_of(TZDB_VERSION, DATA_VERSION)
}

/// The name of that data of zones and of holidays.
pub(super) fn data_of(tzdb: &str, holidays: &str) -> String {
    format!("{tzdb}/{holidays}")
}

/// Stands for the subdivision where the policy counts national holidays only.
pub(super) const NATIONAL_ONLY: &str = "none";

/// `CZ@2026.12`; with a known subdivision `US-CA@2026.12`; with the operator's exceptions of
/// revision 3 `CZ@2026.12+3`; under the policy `unknown_subdivision: none`, where it makes a
/// difference, `US-none@2026.12`.
///
/// The text is kept as it was written: a calendar of an older version must still be readable.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CalendarId(String);

impl CalendarId {
    /// An id as it was stored.
    pub fn from_stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(super) fn of(country: CountryCode, region: &Region, version: &str) -> Self {
        let place = match region {
            Region::Any => country.to_string(),
            Region::National => format!("{country}-{NATIONAL_ONLY}"),
            Region::Known(subdivision) => format!("{country}-{subdivision}"),
        };
        Self(format!("{place}@{version}"))
    }

    /// The same calendar with the operator's exceptions of a revision; none of them have none.
    #[must_use]
    pub fn with_revision(&self, revision: u32) -> Self {
        let base = self.0.split('+').next().unwrap_or_default();
        match revision {
            0 => Self(base.to_owned()),
            revision => Self(format!("{base}+{revision}")),
        }
    }

    /// The country, where the embedded data still knows it.
    pub fn country(&self) -> Option<CountryCode> {
        self.0.split(['@', '-']).next()?.parse().ok()
    }

    /// The revision of the operator's exceptions; 0 where there are none.
    pub fn revision(&self) -> u32 {
        let revision = self.0.rsplit_once('+').and_then(|(_, revision)| revision.parse().ok());
        revision.unwrap_or(0)
    }

    /// The version of the embedded data; empty where the id names none.
    pub fn data_version(&self) -> &str {
        self.0.split('@').nth(1).and_then(|rest| rest.split('+').next()).unwrap_or_default()
    }

    /// Whether a day that was added for that subdivision (`None`: for the country) is off by this calendar. One whose
    /// place is not known is off: then it is looked at.
    pub fn includes_subdivision(&self, subdivision: Option<&Subdivision>) -> bool {
        let Some(other) = subdivision else { return true };
        let place = self.0.split('@').next().unwrap_or_default();
        match place.split_once('-') {
            Some((_, NATIONAL_ONLY)) => false,
            Some((_, own)) => own == other.as_str(),
            None => true,
        }
    }

    /// The id as text, such as `CZ@2026.12+3` (`docs/domain.md §4.5`).
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CalendarId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
