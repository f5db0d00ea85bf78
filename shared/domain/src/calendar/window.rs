//! The window: business days counted forward from Day 0, with the explanation (docs/domain.md §4).

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};

use super::id::data_of;
use super::{BusinessCalendar, CalendarId, Day, OutsideData, SkipReason, TZDB_VERSION, Tz, Zone};

/// A deadline in business days, with all that is needed to recompute it offline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// When it began; its local date is Day 0 and never counted.
    pub delivered_at: DateTime<Utc>,
    /// The end, exclusive: the first instant of the local day after the last counted one.
    pub closes_at: DateTime<Utc>,
    /// In which zone days were counted.
    pub time_zone: Tz,
    /// The id of the calendar by which days were counted.
    pub calendar: CalendarId,
    /// By which version of the time zone database.
    pub tzdb: String,
    /// The days that were counted.
    pub counted: Vec<NaiveDate>,
    /// The days between them, and before the first, that were not.
    pub skipped: Vec<SkippedDay>,
}

/// A day that was not counted, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedDay {
    /// The local date that was not counted.
    pub date: NaiveDate,
    /// Why it was not counted.
    pub reason: SkipReason,
    /// The name of the holiday or exception.
    pub name: Option<String>,
}

impl Window {
    /// The end as the clocks of its zone show it.
    pub fn closes_at_local(&self) -> DateTime<FixedOffset> {
        self.time_zone.to_local(self.closes_at)
    }

    /// The last day on which an answer is in time; `None` for a window of no days.
    pub fn last_counted(&self) -> Option<NaiveDate> {
        self.counted.last().copied()
    }

    /// By what data it was counted, as [`super::counting_data`] names it.
    pub fn counting_data(&self) -> String {
        data_of(&self.tzdb, self.calendar.data_version())
    }

    /// The local date of delivery.
    pub fn day_zero(&self) -> NaiveDate {
        self.time_zone.local_date(self.delivered_at)
    }

    /// How many of the counted days come after the local date of `at`: where the zone is not known, in that of its
    /// country's zones where the fewest do.
    pub(crate) fn counted_after(&self, at: DateTime<Utc>, zone: &Zone) -> usize {
        let zones = zone.candidate_zones().into_iter().chain([self.time_zone]);
        let latest = zones.map(|zone| zone.local_date(at)).max();
        let comes_after = |counted: &&NaiveDate| latest.is_none_or(|date| **counted > date);
        self.counted.iter().filter(comes_after).count()
    }

    /// The closures that this window skipped. A closure between them that was added later does not
    /// act on it (§4 point 5).
    pub fn skipped_closures(&self) -> impl Iterator<Item = NaiveDate> {
        self.skipped.iter().filter(|day| day.reason == SkipReason::Closure).map(|day| day.date)
    }
}

/// The window of `business_days` that begins with a delivery.
///
/// ```
/// # use domain::calendar::*;
/// let egypt: CountryCode = "EG".parse()?;
/// let calendar = BusinessCalendar::new(egypt, None, UnknownSubdivision::Any)?;
/// let delivered_at = chrono::DateTime::parse_from_rfc3339("2026-04-16T09:00:00+02:00")?.to_utc();
/// let window = count_window(delivered_at, 5, &calendar, &Zone::AnyOf(egypt))?;
/// // 24 April has no midnight in Cairo: it begins at 01:00.
/// assert_eq!(window.closes_at_local().to_rfc3339(), "2026-04-24T01:00:00+03:00");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`OutsideData`] if a day has to be judged that the calendar does not know, in any of the zones.
pub fn count_window(
    delivered_at: DateTime<Utc>,
    business_days: u32,
    calendar: &BusinessCalendar,
    zone: &Zone,
) -> Result<Window, OutsideData> {
    let mut latest: Option<Window> = None;
    for zone in zone.candidate_zones() {
        let window = window_in(delivered_at, business_days, calendar, zone)?;
        if latest.as_ref().is_none_or(|latest| latest.closes_at < window.closes_at) {
            latest = Some(window);
        }
    }
    latest.ok_or_else(|| calendar.outside_error(delivered_at.date_naive()))
}

fn window_in(
    delivered_at: DateTime<Utc>,
    business_days: u32,
    calendar: &BusinessCalendar,
    zone: Tz,
) -> Result<Window, OutsideData> {
    let day_zero = zone.local_date(delivered_at);
    let mut count = Count { last: day_zero, counted: Vec::new(), skipped: Vec::new() };
    for _ in 0..business_days {
        count.next_business_day(calendar, zone)?;
    }
    Ok(Window {
        delivered_at,
        closes_at: count.closes_at(calendar, zone)?,
        time_zone: zone,
        calendar: calendar.id().clone(),
        tzdb: TZDB_VERSION.to_owned(),
        counted: count.counted,
        skipped: count.skipped,
    })
}

/// A count on its way: everything up to and including `last` is judged.
pub(super) struct Count {
    pub(super) last: NaiveDate,
    pub(super) counted: Vec<NaiveDate>,
    pub(super) skipped: Vec<SkippedDay>,
}

impl Count {
    /// Goes on to the next business day and counts it.
    pub(super) fn next_business_day(
        &mut self,
        calendar: &BusinessCalendar,
        zone: Tz,
    ) -> Result<(), OutsideData> {
        let before = self.counted.len();
        while self.counted.len() == before {
            self.next_day(calendar, zone)?;
        }
        Ok(())
    }

    /// Judges the next day. A date the zone never had is neither counted nor listed.
    pub(super) fn next_day(
        &mut self,
        calendar: &BusinessCalendar,
        zone: Tz,
    ) -> Result<(), OutsideData> {
        let date = self.last.succ_opt().ok_or_else(|| calendar.outside_error(self.last))?;
        if zone.has_date(date) {
            match calendar.classify_day(date)? {
                Day::Business => self.counted.push(date),
                Day::Skipped { reason, name } => {
                    self.skipped.push(SkippedDay { date, reason, name });
                }
            }
        }
        self.last = date;
        Ok(())
    }

    /// The first instant of the local day after the last one judged.
    pub(super) fn closes_at(
        &self,
        calendar: &BusinessCalendar,
        zone: Tz,
    ) -> Result<DateTime<Utc>, OutsideData> {
        self.last
            .succ_opt()
            .and_then(|after| zone.first_instant(after))
            .ok_or_else(|| calendar.outside_error(self.last))
    }
}
