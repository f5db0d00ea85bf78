//! The window as the claim's record keeps it: first date, one letter per day, calendar, version and
//! zone (docs/architecture.md §2). `delivered_at` and `closes_at` stand beside it as numbers.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{BusinessCalendar, CalendarId, Day, SkipReason, SkippedDay, Tz, Window};

/// `20261223;bhhwwbbbb;CZ@2026.12;2026f;Europe/Prague`: the day after Day 0; a letter for each day
/// (`b` business, counted; `w` weekend; `h` holiday; `c` closure; `e` exception; `-` a date the zone
/// never had); calendar; time zone database; zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PackedWindow(String);

/// A packed window that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a packed window: {0:?}")]
pub struct UnpackError(String);

const BUSINESS: char = 'b';
const MISSING: char = '-';

impl Window {
    /// The window without its two instants and without the names of holidays.
    pub fn pack(&self) -> PackedWindow {
        let mut letters: BTreeMap<NaiveDate, char> =
            self.counted.iter().map(|date| (*date, BUSINESS)).collect();
        letters.extend(self.skipped.iter().map(|day| (day.date, reason_letter(day.reason))));
        let first = letters.keys().next().copied().unwrap_or_else(|| self.day_zero());
        let last = letters.keys().next_back().copied();
        let days: String = first
            .iter_days()
            .take_while(|date| last.is_some_and(|last| *date <= last))
            .map(|date| letters.get(&date).copied().unwrap_or(MISSING))
            .collect();
        let (calendar, tzdb, zone) = (&self.calendar, &self.tzdb, self.time_zone.name());
        PackedWindow(format!("{};{days};{calendar};{tzdb};{zone}", first.format("%Y%m%d")))
    }

    /// The window with the names that are missing filled in from a calendar: those of exceptions,
    /// which the packed form does not keep.
    #[must_use]
    pub fn with_names_of(mut self, calendar: &BusinessCalendar) -> Self {
        for day in self.skipped.iter_mut().filter(|day| day.name.is_none()) {
            day.name = skip_name(day.date, day.reason, calendar);
        }
        self
    }
}

impl PackedWindow {
    /// A window as it was stored; reading it may fail later.
    pub fn from_stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text to store.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The whole window again. Names of holidays come from the embedded data of the calendar's
    /// country and subdivision (`None` where it does not know one); exceptions have none, see
    /// [`Window::with_names_of`].
    ///
    /// # Errors
    /// [`UnpackError`] if the text is not of this form, or its zone is unknown.
    pub fn unpack(
        &self,
        delivered_at: DateTime<Utc>,
        closes_at: DateTime<Utc>,
    ) -> Result<Window, UnpackError> {
        self.try_unpack(delivered_at, closes_at).ok_or_else(|| UnpackError(self.0.clone()))
    }

    fn try_unpack(&self, delivered_at: DateTime<Utc>, closes_at: DateTime<Utc>) -> Option<Window> {
        let mut fields = self.0.split(';');
        let first = NaiveDate::parse_from_str(fields.next()?, "%Y%m%d").ok()?;
        let letters = fields.next()?;
        let calendar = CalendarId::from_stored(fields.next()?);
        let tzdb = fields.next()?.to_owned();
        let time_zone: Tz = fields.next()?.parse().ok()?;
        let (counted, skipped) = unpack_days(first, letters, &calendar)?;
        let window =
            Window { delivered_at, closes_at, time_zone, calendar, tzdb, counted, skipped };
        fields.next().is_none().then_some(window)
    }
}

type Counted = (Vec<NaiveDate>, Vec<SkippedDay>);

/// Counted and skipped days of the letters.
fn unpack_days(first: NaiveDate, letters: &str, calendar: &CalendarId) -> Option<Counted> {
    let names = if letters.contains('h') { calendar.embedded_calendar().ok() } else { None };
    let (mut counted, mut skipped) = (Vec::new(), Vec::new());
    for (offset, letter) in (0_u64..).zip(letters.chars()) {
        let date = first.checked_add_days(Days::new(offset))?;
        match letter {
            BUSINESS => counted.push(date),
            MISSING => {}
            letter => {
                let reason = parse_reason_letter(letter)?;
                let name = names.as_ref().and_then(|calendar| skip_name(date, reason, calendar));
                skipped.push(SkippedDay { date, reason, name });
            }
        }
    }
    Some((counted, skipped))
}

/// The calendar's name of the day, if it skips the day for the same reason.
fn skip_name(date: NaiveDate, reason: SkipReason, calendar: &BusinessCalendar) -> Option<String> {
    match calendar.classify_day(date).ok()? {
        Day::Skipped { reason: own, name } if own == reason => name,
        Day::Skipped { .. } | Day::Business => None,
    }
}

fn reason_letter(reason: SkipReason) -> char {
    match reason {
        SkipReason::Weekend => 'w',
        SkipReason::Holiday => 'h',
        SkipReason::Closure => 'c',
        SkipReason::Exception => 'e',
    }
}

fn parse_reason_letter(letter: char) -> Option<SkipReason> {
    match letter {
        'w' => Some(SkipReason::Weekend),
        'h' => Some(SkipReason::Holiday),
        'c' => Some(SkipReason::Closure),
        'e' => Some(SkipReason::Exception),
        _ => None,
    }
}
