//! The codes of countries and subdivisions.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A country of the data, by its ISO 3166-1 alpha-2 code (and `XK`).
///
/// Parsing accepts small letters and refuses every code without a calendar.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct CountryCode(pub(super) &'static str);

impl CountryCode {
    /// The code's two capital letters.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// A subdivision that its country's data knows, by the part of its code after the country: `CA`.
///
/// Parsing needs the country. One that was read from storage is not checked before
/// [`BusinessCalendar::new`](super::BusinessCalendar::new) meets it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Subdivision(pub(super) String);

impl Subdivision {
    /// The code without the country.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Subdivision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
