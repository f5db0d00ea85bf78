//! The embedded calendar behind an id.

use super::id::NATIONAL_ONLY;
use super::{
    BusinessCalendar, CalendarError, CalendarId, CountryCode, Subdivision, UnknownSubdivision,
};

impl CalendarId {
    /// The calendar of the **embedded** data with this id's country and subdivision, without
    /// closures and exceptions, whatever the version the id names: good for names of holidays, not
    /// for counting again.
    ///
    /// # Errors
    /// If the embedded data knows the country or the subdivision no longer.
    pub fn embedded_calendar(&self) -> Result<BusinessCalendar, CalendarError> {
        let place = self.as_str().split('@').next().unwrap_or_default();
        let (country, subdivision) = match place.split_once('-') {
            Some((country, subdivision)) => (country, Some(subdivision)),
            None => (place, None),
        };
        let country: CountryCode = country.parse()?;
        match subdivision {
            None => BusinessCalendar::new(country, None, UnknownSubdivision::Any),
            Some(NATIONAL_ONLY) => BusinessCalendar::new(country, None, UnknownSubdivision::None),
            Some(code) => {
                let subdivision = Subdivision::parse(country, code)?;
                BusinessCalendar::new(country, Some(subdivision), UnknownSubdivision::Any)
            }
        }
    }
}
