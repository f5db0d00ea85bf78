//! Since which revision of a country's calendar each added day is off: by that it is known which windows a new revision
//! concerns.

use std::fmt::Write as _;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{CalendarId, CountryCode, Subdivision};

/// A day that was added to the calendar of a country.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddedDay {
    /// The local date that is not counted.
    pub date: NaiveDate,
    /// Where; `None`: in the whole country.
    pub subdivision: Option<Subdivision>,
    /// The revision that added it.
    pub revision: u32,
}

/// The days that are added to the calendar of a country in a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedDays {
    /// The calendar's revision, raised by one with every write.
    pub revision: u32,
    /// The days; `None`: they are not known, and each revision may concern every window.
    pub days: Option<Vec<AddedDay>>,
}

impl AddedDays {
    /// Whether a window that `counted` has counted, no later than up to `last`, may be counted otherwise now: a day up to
    /// its end was added since. A day behind its end, of another part of the country or taken back changes nothing.
    pub fn may_change_count(&self, counted: &CalendarId, last: NaiveDate) -> bool {
        let by = counted.revision();
        if by >= self.revision {
            // Of a revision that there is not nothing is known.
            return by > self.revision;
        }
        let is_new = |day: &AddedDay| {
            by < day.revision
                && day.date <= last
                && counted.includes_subdivision(day.subdivision.as_ref())
        };
        self.days.as_ref().is_none_or(|days| days.iter().any(is_new))
    }

    /// The days as one text: `2026-12-31+2 2027-01-04:CA+3`. `None` where they are not known.
    pub fn to_text(&self) -> Option<String> {
        let mut text = String::new();
        for day in self.days.as_ref()? {
            let place = day.subdivision.as_ref();
            let place = place.map(|own| format!(":{}", own.as_str())).unwrap_or_default();
            let blank = if text.is_empty() { "" } else { " " };
            write!(text, "{blank}{}{place}+{}", day.date, day.revision).ok()?;
        }
        Some(text)
    }

    /// Reads the days of a revision of a country; `None` for what is no such text.
    pub fn of_text(country: CountryCode, revision: u32, text: &str) -> Option<Self> {
        let day = |text: &str| {
            let (day, revision) = text.split_once('+')?;
            let (date, place) =
                day.split_once(':').map_or((day, None), |(date, at)| (date, Some(at)));
            let subdivision = match place {
                Some(code) => Some(Subdivision::parse(country, code).ok()?),
                None => None,
            };
            Some(AddedDay {
                date: date.parse().ok()?,
                subdivision,
                revision: revision.parse().ok()?,
            })
        };
        let days: Option<Vec<_>> = text.split(' ').filter(|day| !day.is_empty()).map(day).collect();
        Some(Self { revision, days: Some(days?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn us() -> CountryCode {
        "US".parse().unwrap()
    }

    fn days() -> AddedDays {
        AddedDays::of_text(us(), 3, "2026-12-29:CA+1 2026-12-30+2 2027-01-04+3").unwrap()
    }

    fn concerned(calendar: &str, last: &str) -> bool {
        days().may_change_count(&CalendarId::from_stored(calendar), last.parse().unwrap())
    }

    #[test]
    fn days_are_read_as_they_are_written() {
        assert_eq!(AddedDays::of_text(us(), 3, &days().to_text().unwrap()), Some(days()));
        let none = AddedDays { revision: 3, days: Some(Vec::new()) };
        assert_eq!(AddedDays::of_text(us(), 3, ""), Some(none));
        for wrong in ["2026-12-29", "x+1", "2026-12-29+x", "2026-12-29:ZZ+1"] {
            assert_eq!(AddedDays::of_text(us(), 3, wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_day_concerns_the_windows_that_span_it_and_were_counted_before_it_was_added() {
        assert!(concerned("US-NY@2026.12+1", "2026-12-31"), "30 December");
        assert!(!concerned("US-NY@2026.12+2", "2026-12-31"), "counted with it");
        assert!(concerned("US-NY@2026.12+2", "2027-01-04"), "its last day");
        assert!(!concerned("US-NY@2026.12", "2026-12-29"), "the 29th is another state's");
        assert!(concerned("US-CA@2026.12", "2026-12-29"));
        assert!(concerned("US@2026.12", "2026-12-29"), "the part is not known: any of them");
        assert!(!concerned("US-none@2026.12", "2026-12-29"), "the days of the whole country alone");
        assert!(!concerned("US-NY@2026.12+3", "2027-01-10"));
        assert!(concerned("US-NY@2026.12+4", "2026-01-01"), "of a revision that there is not");
    }

    #[test]
    fn where_the_days_are_not_known_every_window_of_another_revision_is_concerned() {
        let unknown = AddedDays { revision: 2, days: None };
        let last = "2026-01-01".parse().unwrap();
        assert!(unknown.may_change_count(&CalendarId::from_stored("US@2026.12+1"), last));
        assert!(!unknown.may_change_count(&CalendarId::from_stored("US@2026.12+2"), last));
    }
}
