//! What the operator has added to the calendar of a country.

use domain::calendar::Exception;
use domain::directory::CountryCalendar;
use serde::Serialize;
use utoipa::ToSchema;

/// The days that are added to the calendar of a country.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CalendarView {
    /// The country of ISO 3166-1, two capital letters.
    pub country: String,
    /// How often it has changed; it stands in the ids of calendars: `CZ@2026.12+3`.
    pub revision: u32,
    /// The days that were added, in their order.
    pub added: Vec<AddedDayView>,
}

/// A holiday that was announced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AddedDayView {
    /// The day that is no business day, as `YYYY-MM-DD`.
    pub date: String,
    /// What the day is called, in English.
    pub name: String,
    /// Where; `null`: in the whole country.
    #[schema(required)]
    pub subdivision: Option<String>,
}

impl CalendarView {
    /// The view of a calendar.
    pub fn of(calendar: &CountryCalendar) -> Self {
        Self {
            country: calendar.country.to_string(),
            revision: calendar.revision,
            added: calendar.added.iter().map(added_day).collect(),
        }
    }
}

fn added_day(day: &Exception) -> AddedDayView {
    AddedDayView {
        date: day.date.to_string(),
        name: day.name.clone(),
        subdivision: day.subdivision.as_ref().map(ToString::to_string),
    }
}
