//! A deadline with the days that were counted for it.

use chrono::SecondsFormat;
use domain::calendar::{SkippedDay, Window};
use domain::claim::Claim;
use domain::time::format_rfc3339;
use serde::Serialize;
use utoipa::ToSchema;

use crate::caller::Viewer;
use crate::words::{ExtensionWord, SkipWord, Word};

/// A window: when it closes, and why then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WindowView {
    /// When the window began: the proof of delivery.
    #[schema(format = DateTime)]
    pub delivered_at: String,
    /// The end of the window, exclusive.
    #[schema(format = DateTime)]
    pub closes_at: String,
    /// The same as the clocks of its zone show it.
    #[schema(format = DateTime)]
    pub closes_at_local: String,
    /// In which zone days were counted.
    #[schema(example = "Europe/Prague")]
    pub time_zone: String,
    /// The calendar and the version of its data by which days were counted.
    #[schema(example = "CZ@2026.12")]
    pub calendar: String,
    /// By which version of the time zone database.
    #[schema(example = "2026b")]
    pub tzdb: String,
    /// The days that were counted.
    #[schema(value_type = Vec<String>)]
    pub counted: Vec<chrono::NaiveDate>,
    /// The days that were not, and why.
    pub skipped: Vec<SkippedDayView>,
    /// Of a claim's window: why it became longer, each cause once; for operator staff and the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extended_by: Option<Vec<ExtensionWord>>,
    /// Of a claim's window: whose delivery it is counted from; for operator staff and the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counted_from: Option<CountedFromView>,
}

/// The delivery that a window is counted from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CountedFromView {
    /// The recipient's number; `null`: the notice is from before recipients had numbers.
    #[schema(minimum = 1, maximum = 23, required)]
    pub recipient: Option<u8>,
    /// When the notice was delivered to it.
    #[schema(format = DateTime)]
    pub delivered_at: String,
}

/// A day that was not counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SkippedDayView {
    /// The day that was not counted.
    #[schema(value_type = String, format = Date)]
    pub date: chrono::NaiveDate,
    /// Why the day is not counted.
    pub reason: SkipWord,
    /// The name of the holiday or of the day that was added; `null` where it has none.
    #[schema(required)]
    pub name: Option<String>,
}

impl WindowView {
    /// The view of a window.
    pub fn of(window: &Window) -> Self {
        Self {
            delivered_at: format_rfc3339(window.delivered_at),
            closes_at: format_rfc3339(window.closes_at),
            closes_at_local: window.closes_at_local().to_rfc3339_opts(SecondsFormat::AutoSi, false),
            time_zone: window.time_zone.name().to_owned(),
            calendar: window.calendar.to_string(),
            tzdb: window.tzdb.clone(),
            counted: window.counted.clone(),
            skipped: window.skipped.iter().map(skipped_day_view).collect(),
            extended_by: None,
            counted_from: None,
        }
    }

    /// The view of a claim's window, the one that is open or that led to its state. The partner is not told
    /// whose delivery it is counted from, nor what made it longer.
    pub(super) fn of_claim(claim: &Claim, viewer: Viewer) -> Option<Self> {
        let window = claim.state.window()?;
        let view = Self::of(window);
        if viewer == Viewer::Partner {
            return Some(view);
        }
        let causes = claim.extended_by.iter().map(Word).collect();
        let counted_from = CountedFromView {
            recipient: claim.opened_by.map(|no| no.0),
            delivered_at: view.delivered_at.clone(),
        };
        Some(Self { extended_by: Some(causes), counted_from: Some(counted_from), ..view })
    }
}

fn skipped_day_view(day: &SkippedDay) -> SkippedDayView {
    SkippedDayView { date: day.date, reason: Word(day.reason), name: day.name.clone() }
}

#[cfg(test)]
mod tests {
    use domain::calendar::{BusinessCalendar, UnknownSubdivision, Zone, count_window};
    use serde_json::json;

    use super::*;

    #[test]
    fn the_deadline_over_new_year_in_prague_is_explained_as_in_the_contract() {
        let calendar =
            BusinessCalendar::new("CZ".parse().unwrap(), None, UnknownSubdivision::Any).unwrap();
        let delivered_at = crate::values::parse_instant("2026-12-22T14:00:00Z").unwrap();
        let zone = Zone::Known("Europe/Prague".parse().unwrap());
        let window = count_window(delivered_at, 5, &calendar, &zone).unwrap();
        let view = serde_json::to_value(WindowView::of(&window)).unwrap();
        assert_eq!(view["closes_at"], "2026-12-31T23:00:00Z");
        assert_eq!(view["closes_at_local"], "2027-01-01T00:00:00+01:00");
        assert_eq!(view["time_zone"], "Europe/Prague");
        assert_eq!(view["counted"][0], "2026-12-23");
        assert_eq!(view["skipped"][0]["date"], "2026-12-24");
        assert_eq!(view["skipped"][0]["reason"], json!("holiday"));
        assert!(view["skipped"][0]["name"].is_string());
    }
}
