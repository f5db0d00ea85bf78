//! A deadline with its calendar, drawn.

use std::fmt::{self, Write as _};

use chrono::{Datelike, Days, NaiveDate, Weekday};
use domain::calendar::{
    BusinessCalendar, CalendarError, CountryCode, Exception, OutsideData, SkipReason, Subdivision,
    Tz, UnknownSubdivision, Window, Zone, count_window,
};
use domain::claim::Instant;
use domain::time::format_rfc3339;
use serde_json::{Value, json};

use crate::visible::to_visible;

/// What a window is counted by.
#[derive(Debug, Clone)]
pub struct WindowInput {
    /// When the notice was delivered.
    pub delivered_at: Instant,
    /// How many business days the window has.
    pub business_days: u32,
    /// The country of the customer.
    pub country: CountryCode,
    /// The part of it, where it is known.
    pub subdivision: Option<String>,
    /// Whose holidays count where it is not.
    pub unknown_subdivision: UnknownSubdivision,
    /// The zone of the customer; `None`: every zone of the country, and the latest end.
    pub time_zone: Option<Tz>,
    /// Days on which the customer is closed.
    pub closures: Vec<NaiveDate>,
    /// Holidays beyond those of the data.
    pub added: Vec<NaiveDate>,
}

/// Why a window cannot be counted.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// The calendar of the place is not known.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// It leaves the years of the data.
    #[error(transparent)]
    Outside(#[from] OutsideData),
}

/// A window that was counted, to be shown.
#[derive(Debug, Clone)]
pub struct Drawing(Window);

/// Counts a window.
///
/// # Errors
/// [`WindowError`] for a place or years that the data do not have.
pub fn draw_window(input: WindowInput) -> Result<Drawing, WindowError> {
    let place =
        input.subdivision.map(|code| Subdivision::parse(input.country, &code)).transpose()?;
    let day = |date| Exception { date, name: "added".to_owned(), subdivision: None };
    let added: Vec<_> = input.added.into_iter().map(day).collect();
    let revision = u32::from(!added.is_empty());
    let calendar = BusinessCalendar::new(input.country, place, input.unknown_subdivision)?
        .with_closures(input.closures)
        .with_exceptions(revision, added);
    let zone = input.time_zone.map_or(Zone::AnyOf(input.country), Zone::Known);
    Ok(Drawing(count_window(input.delivered_at, input.business_days, &calendar, &zone)?))
}

impl Drawing {
    /// The same for programs, as `GET /v1/windows` has it.
    pub fn to_json(&self) -> Value {
        let own = &self.0;
        let skipped = own.skipped.iter();
        let skipped: Vec<_> = skipped
            .map(|day| json!({"date": day.date, "reason": day.reason.as_str(), "name": day.name}))
            .collect();
        json!({
            "delivered_at": format_rfc3339(own.delivered_at),
            "closes_at": format_rfc3339(own.closes_at),
            "closes_at_local": own.closes_at_local().to_rfc3339(),
            "time_zone": own.time_zone.to_string(),
            "calendar": own.calendar.as_str(),
            "tzdb": own.tzdb,
            "counted": own.counted,
            "skipped": skipped,
        })
    }

    /// What stands at a day.
    fn mark_of(&self, date: NaiveDate) -> String {
        let own = &self.0;
        if date == own.day_zero() {
            return "0".to_owned();
        }
        if let Some(place) = own.counted.iter().position(|counted| *counted == date) {
            return (place + 1).to_string();
        }
        let skipped = own.skipped.iter().find(|day| day.date == date);
        skipped.map_or("", |day| reason_letter(day.reason)).to_owned()
    }
}

fn reason_letter(reason: SkipReason) -> &'static str {
    match reason {
        SkipReason::Weekend => "w",
        SkipReason::Holiday => "h",
        SkipReason::Closure => "c",
        SkipReason::Exception => "x",
    }
}

impl fmt::Display for Drawing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let own = &self.0;
        let delivered = own.time_zone.to_local(own.delivered_at);
        writeln!(f, "Delivered  {} ({})", delivered.to_rfc3339(), own.time_zone)?;
        writeln!(
            f,
            "Ends       {} = {}",
            own.closes_at_local().to_rfc3339(),
            format_rfc3339(own.closes_at)
        )?;
        writeln!(f, "Calendar   {}, zones {}\n", own.calendar, own.tzdb)?;
        writeln!(f, "            Mo     Tu     We     Th     Fr     Sa     Su")?;
        let last = own.closes_at_local().date_naive();
        let mut monday = own.day_zero().week(Weekday::Mon).first_day();
        while monday <= last {
            let mut line = format!("{:8}", monday.format("%Y-%m"));
            for date in monday.iter_days().take(7) {
                let ends = if date == last { "]" } else { " " };
                write!(line, " {ends}{:>2}{:<3}", date.day(), format_mark(&self.mark_of(date)))?;
            }
            writeln!(f, "{}", line.trim_end())?;
            let Some(next) = monday.checked_add_days(Days::new(7)) else { break };
            monday = next;
        }
        writeln!(
            f,
            "\n0 delivered; 1, 2, … counted; w weekend, h holiday, c closed, x added; ] ends as the day begins"
        )?;
        for day in own.skipped.iter().filter(|day| day.reason != SkipReason::Weekend) {
            let name = day.name.as_deref().map(to_visible).unwrap_or_default();
            writeln!(f, "{} {} {name}", day.date, day.reason.as_str())?;
        }
        Ok(())
    }
}

fn format_mark(mark: &str) -> String {
    if mark.is_empty() { String::new() } else { format!("·{mark}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input() -> WindowInput {
        WindowInput {
            delivered_at: "2026-12-22T14:00:00Z".parse().unwrap(),
            business_days: 5,
            country: "CZ".parse().unwrap(),
            subdivision: None,
            unknown_subdivision: UnknownSubdivision::Any,
            time_zone: Some("Europe/Prague".parse().unwrap()),
            closures: Vec::new(),
            added: Vec::new(),
        }
    }

    #[test]
    fn a_window_over_christmas_is_drawn_with_each_day_that_counts_and_each_that_does_not() {
        let drawn = draw_window(input()).unwrap();
        assert_eq!(drawn.to_json()["closes_at"], "2026-12-31T23:00:00Z");
        let text = drawn.to_string();
        for part in ["22·0", "23·1", "24·h", "26·w", "28·2", "31·5", "] 1", "2026-12-24 holiday"]
        {
            assert!(text.contains(part), "{part}:\n{text}");
        }
    }

    #[test]
    fn closures_and_added_days_make_it_longer_and_an_unknown_place_is_refused() {
        let day = |text: &str| text.parse().unwrap();
        let closed = WindowInput {
            closures: vec![day("2026-12-28")],
            added: vec![day("2026-12-29")],
            ..input()
        };
        let json = draw_window(closed).unwrap().to_json();
        assert_eq!(json["closes_at"], "2027-01-05T23:00:00Z");
        assert_eq!(json["calendar"], "CZ@2026.12+1");
        assert!(
            draw_window(WindowInput { subdivision: Some("ZZ".to_owned()), ..input() }).is_err()
        );
        let late = WindowInput { delivered_at: "2999-01-01T00:00:00Z".parse().unwrap(), ..input() };
        assert!(matches!(draw_window(late), Err(WindowError::Outside(_))));
    }
}
