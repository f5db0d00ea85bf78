//! The language a customer is written to in.

use serde::{Deserialize, Serialize};

use crate::ids::MalformedId;

/// The language a customer is written to in, as a tag: `cs`, `en`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Locale(String);

impl Locale {
    /// Parses a language tag: letters, digits and hyphens, 2–35 characters.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (2..=35).contains(&text.len())
            && text.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-');
        fits.then(|| Self(text.to_owned()))
    }

    /// The tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Locale {
    type Error = MalformedId;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or(MalformedId("locale"))
    }
}

impl From<Locale> for String {
    fn from(locale: Locale) -> Self {
        locale.0
    }
}
