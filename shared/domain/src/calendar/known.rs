//! Which countries and subdivisions the data knows, and what it says of their zones.

use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::data::{self, HolidayLine};
use super::{CalendarError, CountryCode, Subdivision, Tz};

impl CountryCode {
    /// Every country of the data, sorted by code.
    pub fn all() -> impl Iterator<Item = Self> {
        data::COUNTRIES.iter().map(|(code, _)| Self(code))
    }

    /// The country of a code, in capital or small letters.
    ///
    /// # Errors
    /// [`CalendarError::UnknownCountry`] for every code without a calendar.
    pub fn parse(text: &str) -> Result<Self, CalendarError> {
        let code = text.to_ascii_uppercase();
        data::COUNTRIES
            .binary_search_by_key(&code.as_str(), |(known, _)| known)
            .ok()
            .and_then(|index| data::COUNTRIES.get(index))
            .map(|(known, _)| Self(known))
            .ok_or_else(|| CalendarError::UnknownCountry(text.to_owned()))
    }

    /// The zones of the country, as in the time zone database; never empty.
    pub fn time_zones(self) -> Vec<Tz> {
        let names = data::country_lines(self).find_map(|line| match line {
            HolidayLine::Zones(names) => Some(names),
            HolidayLine::Years { .. }
            | HolidayLine::Until { .. }
            | HolidayLine::Subdivisions(_)
            | HolidayLine::Weekend { .. }
            | HolidayLine::Holiday { .. } => None,
        });
        let zones: Vec<Tz> =
            names.unwrap_or_default().split(' ').filter_map(|name| name.parse().ok()).collect();
        if zones.is_empty() { vec![Tz::LAST_ON_EARTH] } else { zones }
    }

    /// The subdivisions the data knows, sorted by code.
    pub fn subdivisions(self) -> Vec<Subdivision> {
        data::text_subdivisions(data::country_text(self))
    }
}

impl FromStr for CountryCode {
    type Err = CalendarError;

    fn from_str(text: &str) -> Result<Self, CalendarError> {
        Self::parse(text)
    }
}

// Derived, it would ask for text that lives for ever.
impl<'de> Deserialize<'de> for CountryCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl Subdivision {
    /// Reads `CA` or `US-CA`, in capital or small letters.
    ///
    /// # Errors
    /// [`CalendarError::UnknownSubdivision`] if the country's data has no such subdivision, or the
    /// code names another country.
    pub fn parse(country: CountryCode, text: &str) -> Result<Self, CalendarError> {
        let code = match text.split_once('-') {
            Some((prefix, rest)) if prefix.eq_ignore_ascii_case(country.as_str()) => rest,
            _ => text,
        };
        country
            .subdivisions()
            .into_iter()
            .find(|known| known.0.eq_ignore_ascii_case(code))
            .ok_or_else(|| CalendarError::UnknownSubdivision { country, code: text.to_owned() })
    }
}
