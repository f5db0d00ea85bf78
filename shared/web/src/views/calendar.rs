//! What the operator has added to the calendar of a country.

use domain::calendar::Exception;
use domain::directory::CountryCalendar;
use domain::time::format_rfc3339;
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
    /// The day that is no business day.
    #[schema(format = Date)]
    pub date: String,
    /// What the day is called, in English.
    pub name: String,
    /// Where; `null`: in the whole country.
    #[schema(required)]
    pub subdivision: Option<String>,
    /// When it was added; `null`: by the system, or before that was kept.
    #[schema(format = DateTime, required)]
    pub added_at: Option<String>,
    /// Who of the staff added it; `null` as above.
    #[schema(required)]
    pub added_by: Option<String>,
}

impl CalendarView {
    /// The view of a calendar.
    pub fn of(calendar: &CountryCalendar) -> Self {
        Self {
            country: calendar.country.to_string(),
            revision: calendar.revision,
            added: calendar.added.iter().map(|day| added_day(calendar, day)).collect(),
        }
    }
}

fn added_day(calendar: &CountryCalendar, day: &Exception) -> AddedDayView {
    let given = calendar.day_grant(day.date, day.subdivision.as_ref());
    AddedDayView {
        added_at: given.map(|given| format_rfc3339(given.since)),
        added_by: given.map(|given| given.by.to_string()),
        date: day.date.to_string(),
        name: day.name.clone(),
        subdivision: day.subdivision.as_ref().map(ToString::to_string),
    }
}
