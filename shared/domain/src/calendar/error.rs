//! What can go wrong with a calendar.

use chrono::NaiveDate;

use super::CountryCode;

/// A calendar that cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// The data has no such country.
    #[error("no calendar of the country {0:?}")]
    UnknownCountry(String),
    /// The country's data has no such subdivision.
    #[error("no subdivision {code:?} of {country}")]
    UnknownSubdivision {
        /// The country that was asked.
        country: CountryCode,
        /// What was asked for.
        code: String,
    },
    /// The embedded data of the country cannot be read; a test keeps this from being shipped.
    #[error("the embedded calendar of {0} cannot be read")]
    Broken(CountryCode),
}

/// A date for which the calendar data says nothing: before its first year or after its last
/// (docs/domain.md §4 point 7). The caller holds the claim; nobody guesses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{date} is outside the calendar data of {country} ({first_year} to {last_year})")]
pub struct OutsideData {
    /// The country whose data ends.
    pub country: CountryCode,
    /// The first date that was needed and is not known.
    pub date: NaiveDate,
    /// The first year the data knows.
    pub first_year: i32,
    /// The last year the data knows.
    pub last_year: i32,
}
