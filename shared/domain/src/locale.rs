//! The language a customer is written to in.

use serde::{Deserialize, Serialize};

use crate::ids::MalformedId;

/// The languages that there are texts in, as primary tags. The first is the one for everybody else.
pub const LANGUAGES: [&str; 2] = ["en", "cs"];

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

    /// Whether there are texts in the language, whatever region the tag names.
    pub fn has_texts(&self) -> bool {
        let primary = self.0.split('-').next().unwrap_or_default();
        LANGUAGES.iter().any(|tag| tag.eq_ignore_ascii_case(primary))
    }

    /// The language tag as it was written: `cs`, `en-GB`.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_has_texts_whatever_region_its_tag_names() {
        let has = |tag| Locale::parse(tag).unwrap().has_texts();
        assert_eq!(["en", "cs", "cs-CZ", "EN-us"].map(has), [true; 4]);
        assert_eq!(["de", "csx", "sk-CS"].map(has), [false; 3]);
    }
}
