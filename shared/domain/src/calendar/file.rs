//! A country's file of one version of the holidays: what a window that was counted by it can be counted by again, whatever
//! version a program has.

use std::borrow::Cow;

use super::data::{self, HolidayLine};
use super::{BusinessCalendar, CalendarError, CalendarId, CountryCode, DATA_VERSION};
use crate::ids::Sha256Hash;

/// The longest file that is read, in bytes: several times as long as that of any country.
const MOST_BYTES: usize = 64 * 1024;
/// The first and last year that a file may cover.
const YEARS: (i32, i32) = (2000, 2200);

/// A country's holidays, weekends and subdivisions, as one version of the data has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountryFile {
    /// The country that it is of.
    pub country: CountryCode,
    /// The version of the data, as in the ids of calendars.
    pub version: String,
    /// Its lines (`shared/domain/data/README.md`).
    pub text: String,
}

impl CountryFile {
    /// The file of the country in this program's own data.
    pub fn embedded(country: CountryCode) -> Self {
        let (version, text) = (DATA_VERSION.to_owned(), data::country_text(country).to_owned());
        Self { country, version, text }
    }

    /// SHA-256 of its text.
    pub fn digest(&self) -> Sha256Hash {
        Sha256Hash::of(self.text.as_bytes())
    }

    /// Whether it is the file of that calendar's country and version.
    pub fn is_of(&self, id: &CalendarId) -> bool {
        id.country() == Some(self.country) && id.data_version() == self.version
    }

    /// The calendar with the id's subdivision by this file, without closures and exceptions.
    ///
    /// # Errors
    /// Where the file is of another country, cannot be read, or does not know the subdivision.
    pub fn calendar(&self, id: &CalendarId) -> Result<BusinessCalendar, CalendarError> {
        let (country, region) = id.region()?;
        if country != self.country || !self.is_readable() {
            return Err(CalendarError::Broken(self.country));
        }
        BusinessCalendar::of_text((country, &self.text), region, &self.version, keep_name)
    }

    /// Whether each line and each date of it can be read, and it is no longer than files are.
    fn is_readable(&self) -> bool {
        let mut covered = None;
        let is_right = |line: HolidayLine<'_>| match line {
            HolidayLine::Years { first, last } => {
                covered = Some((first, last));
                YEARS.0 <= first && first <= last && last <= YEARS.1
            }
            HolidayLine::Holiday { dates, .. } => {
                covered.is_some_and(|years| data::parse_dates(dates, years).is_some())
            }
            HolidayLine::Until { .. }
            | HolidayLine::Zones(_)
            | HolidayLine::Subdivisions(_)
            | HolidayLine::Weekend { .. } => true,
        };
        self.text.len() <= MOST_BYTES
            && data::is_readable(&self.text)
            && data::text_lines(&self.text).all(is_right)
            && data::text_lines(&self.text).any(|line| matches!(line, HolidayLine::Years { .. }))
    }
}

fn keep_name(name: &str) -> Cow<'static, str> {
    Cow::Owned(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{Day, UnknownSubdivision};

    fn czechia() -> CountryCode {
        "CZ".parse().unwrap()
    }

    #[test]
    fn every_country_has_the_calendar_by_its_file_that_it_has_by_the_embedded_data() {
        for country in CountryCode::all() {
            let file = CountryFile::embedded(country);
            for unknown in [UnknownSubdivision::Any, UnknownSubdivision::None] {
                let own = BusinessCalendar::new(country, None, unknown).unwrap();
                assert_eq!(file.calendar(own.id()).as_ref(), Ok(&own), "{country}");
                assert!(file.is_of(own.id()));
            }
            for subdivision in country.subdivisions().into_iter().take(2) {
                let unknown = UnknownSubdivision::Any;
                let own = BusinessCalendar::new(country, Some(subdivision), unknown).unwrap();
                assert_eq!(file.calendar(own.id()), Ok(own));
            }
        }
    }

    #[test]
    fn a_file_of_another_version_names_its_calendar_by_that_and_counts_by_its_own_lines() {
        let mut file = CountryFile::embedded(czechia());
        let date = "2026-12-24".parse().unwrap();
        let id = CalendarId::from_stored("CZ@2025.03+7");
        assert!(!file.is_of(&id));
        file.version = "2025.03".to_owned();
        assert!(file.is_of(&id));
        let calendar = file.calendar(&id).unwrap();
        assert_eq!(calendar.id().as_str(), "CZ@2025.03");
        assert!(matches!(calendar.classify_day(date), Ok(Day::Skipped { .. })));
        let without = file.text.lines().filter(|line| !line.contains("Christmas Eve"));
        file.text = without.collect::<Vec<_>>().join("\n");
        assert_eq!(file.calendar(&id).unwrap().classify_day(date), Ok(Day::Business));
    }

    #[test]
    fn a_file_that_is_none_gives_no_calendar() {
        let id = CalendarId::from_stored(format!("CZ@{DATA_VERSION}"));
        let whole = CountryFile::embedded(czechia());
        assert!(whole.calendar(&CalendarId::from_stored("SK@2026.12")).is_err());
        let years = "years|2024|2040\n";
        for text in [
            String::new(),
            "holiday|*|x|1224\n".to_owned(),
            "years|2024|2000000000\nholiday|*|x|1224\n".to_owned(),
            "years|2040|2024\n".to_owned(),
            format!("{years}holiday|*|x|1324\n"),
            format!("{years}holiday|*|x|\n"),
            format!("{years}nonsense\n"),
            format!("{years}{}", "zones|Europe/Prague\n".repeat(5000)),
        ] {
            let start: String = text.chars().take(60).collect();
            let file = CountryFile { text, ..whole.clone() };
            assert_eq!(file.calendar(&id), Err(CalendarError::Broken(czechia())), "{start}");
        }
    }
}
