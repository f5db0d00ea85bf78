//! Longer windows: by the customer, by the operator, or because a holiday was announced.
//!
//! A stored deadline is never shortened (docs/domain.md §4 point 5, I4): what was counted stays counted,
//! and a recount is taken only when it ends later.

use chrono::{DateTime, NaiveDate, Utc};

use super::window::Count;
use super::{
    BusinessCalendar, Day, OutsideData, SkipReason, TZDB_VERSION, Window, Zone, count_window,
};

/// Why a window cannot be extended to a date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExtendError {
    /// The date is not after the last counted one.
    #[error("the window is counted up to {0} already")]
    NotLater(NaiveDate),
    /// The date would not be counted, so it cannot be the last counted one.
    #[error("{date} is not a business day")]
    NotBusiness {
        /// The date that was asked for.
        date: NaiveDate,
        /// Why it is not one.
        reason: SkipReason,
    },
    /// The calendar does not know all the days up to the date.
    #[error(transparent)]
    Outside(#[from] OutsideData),
}

/// The window extended so that `last_counted` is its last counted date (the operator's `closes_on`).
/// Closures after the present one refuse no date: they act on later windows (§4 point 5).
///
/// # Errors
/// [`ExtendError`]; the window then stays as it is.
pub fn extend_window(
    window: &Window,
    last_counted: NaiveDate,
    calendar: &BusinessCalendar,
) -> Result<Window, ExtendError> {
    let mut count = resume_count(window);
    if last_counted <= count.last {
        return Err(ExtendError::NotLater(count.last));
    }
    let calendar = &calendar.clone().with_closures_after(count.last, 0);
    if let Day::Skipped { reason, .. } = calendar.classify_day(last_counted)? {
        return Err(ExtendError::NotBusiness { date: last_counted, reason });
    }
    while count.last < last_counted {
        count.next_day(calendar, window.time_zone)?;
    }
    Ok(extended_window(window, count, calendar)?)
}

/// The window with more business days after its last counted one (the customer's extension).
///
/// Of the closures after that date nobody knows which were there when the window opened. As many as
/// days are added are taken: a known closure is not counted, and a year of new ones is no year more.
///
/// # Errors
/// [`OutsideData`] if a day has to be judged that the calendar does not know.
pub fn extend_by(
    window: &Window,
    business_days: u32,
    calendar: &BusinessCalendar,
) -> Result<Window, OutsideData> {
    let mut count = resume_count(window);
    let most = usize::try_from(business_days).unwrap_or(usize::MAX);
    let calendar = &calendar.clone().with_closures_after(count.last, most);
    for _ in 0..business_days {
        count.next_business_day(calendar, window.time_zone)?;
    }
    extended_window(window, count, calendar)
}

/// One business day from a moment on, for a customer whose window was counted already: of the closures after its
/// last counted date one is taken at the most, as for each day of [`extend_by`].
///
/// # Errors
/// [`OutsideData`] if a day has to be judged that the calendar does not know.
pub fn count_one_more_day(
    window: &Window,
    from: DateTime<Utc>,
    calendar: &BusinessCalendar,
    zone: &Zone,
) -> Result<Window, OutsideData> {
    let last = resume_count(window).last;
    count_window(from, 1, &calendar.clone().with_closures_after(last, 1), zone)
}

/// The window with as many more business days as bring its end to `end` or beyond.
///
/// # Errors
/// [`OutsideData`] if a day has to be judged that the calendar does not know.
pub fn extend_until(
    window: &Window,
    end: DateTime<Utc>,
    calendar: &BusinessCalendar,
) -> Result<Window, OutsideData> {
    let mut count = resume_count(window);
    while count.closes_at(calendar, window.time_zone)? < end {
        count.next_business_day(calendar, window.time_zone)?;
    }
    extended_window(window, count, calendar)
}

/// The window counted anew, with as many days, by a calendar that has changed; `None` if it would
/// not close later, for then the stored one stands.
///
/// Where the zone is not known, every zone of the country is considered (§4 point 6), and the one
/// in which the window was counted. A closure that was added on a counted day does not act.
///
/// # Errors
/// [`OutsideData`] if a day has to be judged that the calendar does not know.
pub fn recount_window(
    stored: &Window,
    calendar: &BusinessCalendar,
    zone: &Zone,
) -> Result<Option<Window>, OutsideData> {
    let days = u32::try_from(stored.counted.len()).unwrap_or(u32::MAX);
    let calendar = &calendar.clone().with_closures_of(stored);
    let mut latest =
        count_window(stored.delivered_at, days, calendar, &Zone::Known(stored.time_zone))?;
    if let Zone::AnyOf(_) = zone {
        let any = count_window(stored.delivered_at, days, calendar, zone)?;
        if any.closes_at > latest.closes_at {
            latest = any;
        }
    }
    Ok((latest.closes_at > stored.closes_at).then_some(latest))
}

/// The count, where the window left it.
fn resume_count(window: &Window) -> Count {
    Count {
        last: window.last_counted().unwrap_or_else(|| window.day_zero()),
        counted: window.counted.clone(),
        skipped: window.skipped.clone(),
    }
}

fn extended_window(
    window: &Window,
    count: Count,
    calendar: &BusinessCalendar,
) -> Result<Window, OutsideData> {
    let closes_at: DateTime<Utc> = count.closes_at(calendar, window.time_zone)?;
    Ok(Window {
        // The database may have changed since the window was stored: never earlier.
        closes_at: closes_at.max(window.closes_at),
        calendar: calendar.id().clone(),
        tzdb: TZDB_VERSION.to_owned(),
        counted: count.counted,
        skipped: count.skipped,
        ..window.clone()
    })
}
