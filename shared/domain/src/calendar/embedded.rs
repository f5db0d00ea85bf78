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
        let (country, (subdivision, unknown)) = self.region()?;
        BusinessCalendar::new(country, subdivision, unknown)
    }

    /// The country, the subdivision, and what counts where that is not known.
    pub(super) fn region(
        &self,
    ) -> Result<(CountryCode, (Option<Subdivision>, UnknownSubdivision)), CalendarError> {
        let place = self.as_str().split('@').next().unwrap_or_default();
        let (country, subdivision) = match place.split_once('-') {
            Some((country, subdivision)) => (country, Some(subdivision)),
            None => (place, None),
        };
        let region = match subdivision {
            None => (None, UnknownSubdivision::Any),
            Some(NATIONAL_ONLY) => (None, UnknownSubdivision::None),
            Some(code) => (Some(Subdivision(code.to_owned())), UnknownSubdivision::Any),
        };
        Ok((country.parse()?, region))
    }
}
