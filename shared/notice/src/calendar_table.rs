//! The window as a small calendar: which days count, which do not. It is a table of texts, so that it
//! reads the same in a mail without pictures, on a page and aloud.

use chrono::{Datelike, NaiveDate, Weekday};
use domain::calendar::Window;

use crate::content::last_day;
use crate::dates;
use crate::messages::{self, Messages};
use language::Language;

/// How wide a column of the text is.
const COLUMN: usize = 8;

/// Whole weeks, Monday first, from the day of delivery to the last that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CalendarTable {
    /// What the marks mean.
    pub(crate) legend: String,
    /// The heading of the first column.
    pub(crate) corner: String,
    /// The weekdays, in short.
    pub(crate) weekdays: Vec<String>,
    /// The weeks from that of day 0 to that of the last counted day.
    pub(crate) weeks: Vec<CalendarWeek>,
}

/// A week of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CalendarWeek {
    /// The date of its Monday, in short.
    pub(crate) label: String,
    /// Seven days, Monday first.
    pub(crate) days: Vec<CalendarCell>,
}

/// A day of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CalendarCell {
    /// The day of the month; empty for one outside the window.
    pub(crate) day: String,
    /// Its mark, as the legend explains it.
    pub(crate) mark: String,
    /// What the day is, as the style sheet names it.
    pub(crate) class: &'static str,
}

/// The last day of a window, as a leaf of a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CalendarLeaf {
    /// What the day is.
    pub(crate) label: String,
    /// The name of its weekday.
    pub(crate) weekday: String,
    /// Its day of the month.
    pub(crate) day: String,
    /// Its month, with the year.
    pub(crate) month: String,
}

impl CalendarLeaf {
    /// The leaf of a window's last day; `say` knows how certain it is.
    pub(crate) fn of(say: &Messages, window: &Window) -> Self {
        let last = last_day(window);
        let [weekday, day, month] = dates::format_leaf(say.language(), last);
        Self { label: say.of("leaf-label"), weekday, day, month }
    }
}

impl CalendarTable {
    /// The picture of a window; `None` for one of no days.
    pub(crate) fn of(language: Language, window: &Window) -> Option<Self> {
        let last = window.last_counted()?;
        let monday = |date: NaiveDate| date.week(Weekday::Mon).first_day();
        let mondays = monday(window.day_zero()).iter_weeks();
        let week = |monday: NaiveDate| CalendarWeek {
            label: dates::format_short(language, monday),
            days: monday.iter_days().take(7).map(|date| calendar_cell(window, date)).collect(),
        };
        let name = |no: u32| messages::plain_message(language, &format!("weekday-short-{no}"));
        let say = Messages::new(language).with_value("days", window.counted.len());
        Some(Self {
            legend: say.of("picture-legend"),
            corner: say.of("picture-week"),
            weekdays: (1..=7).map(name).collect(),
            weeks: mondays.take_while(|monday| *monday <= last).map(week).collect(),
        })
    }

    /// The picture as lines of equal columns.
    pub(crate) fn to_lines(&self) -> Vec<String> {
        let width = self.weeks.iter().map(|week| week.label.chars().count());
        let width = width.chain([self.corner.chars().count()]).max().unwrap_or_default();
        let line = |label: &str, cells: &mut dyn Iterator<Item = String>| {
            let first = format!("{label:width$}");
            let line = cells.fold(first, |line, cell| line + &format!("{cell:>COLUMN$}"));
            line.trim_end().to_owned()
        };
        let heading = line(&self.corner, &mut self.weekdays.iter().cloned());
        let weeks = self.weeks.iter().map(|week| {
            line(&week.label, &mut week.days.iter().map(|day| format!("{} {}", day.day, day.mark)))
        });
        std::iter::once(heading).chain(weeks).collect()
    }
}

fn calendar_cell(window: &Window, date: NaiveDate) -> CalendarCell {
    let counted = window.counted.iter().position(|day| *day == date);
    let (mark, class) = if let Some(before) = counted {
        (format!("({})", before + 1), "counts")
    } else if date == window.day_zero() {
        ("*".to_owned(), "zero")
    } else if window.skipped.iter().any(|skipped| skipped.date == date) {
        ("x".to_owned(), "skipped")
    } else {
        return CalendarCell { day: String::new(), mark: String::new(), class: "outside" };
    };
    CalendarCell { day: date.day().to_string(), mark, class }
}
