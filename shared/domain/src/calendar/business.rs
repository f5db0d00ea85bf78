//! Which days are business days (docs/domain.md §4 point 2).

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::codes::codes;
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::data::{self, HolidayLine, Region};
use super::{
    CalendarError, CalendarId, CountryCode, DATA_VERSION, OutsideData, Subdivision, Window,
};

codes! {
    /// What counts where a tenant's subdivision is not known: policy key `unknown_subdivision`.
    UnknownSubdivision {
        /// A holiday of any subdivision counts.
        Any => "any",
        /// Only holidays of the whole country count.
        None => "none",
    }
}

#[expect(clippy::derivable_impls, reason = "the cases of a list of codes take no attribute")]
impl Default for UnknownSubdivision {
    fn default() -> Self {
        Self::Any
    }
}

/// A holiday the operator added, for a country or one of its subdivisions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Exception {
    /// The local date of the holiday.
    pub date: NaiveDate,
    /// What it is called, in English.
    pub name: String,
    /// `None`: in the whole country.
    pub subdivision: Option<Subdivision>,
}

impl Exception {
    /// Whether it is that day in that place, whatever it is called.
    pub fn is_at(&self, date: NaiveDate, subdivision: Option<&Subdivision>) -> bool {
        self.date == date && self.subdivision.as_ref() == subdivision
    }
}

codes! {
    /// Why a day is not counted.
    SkipReason {
        /// A day of the country's weekend.
        Weekend => "weekend",
        /// A public holiday of the country or subdivision.
        Holiday => "holiday",
        /// A closure of the tenant.
        Closure => "closure",
        /// A holiday the operator added.
        Exception => "exception",
    }
}

/// What a date is to a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Day {
    /// It is counted as a business day.
    Business,
    /// It is not. If several reasons hold, this is the first in the order of docs/domain.md §4 point 2:
    /// weekend, holiday, closure, exception.
    Skipped {
        /// Why it is not counted.
        reason: SkipReason,
        /// The name of the holiday or exception.
        name: Option<String>,
    },
}

/// The business days of one country (and subdivision), with a tenant's closures and the operator's
/// exceptions.
///
/// Working days moved to a weekend stay weekend here, and a holiday the source only estimates counts
/// one day either side as well: a deadline may come later than it must, never earlier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusinessCalendar {
    id: CalendarId,
    country: CountryCode,
    region: Region,
    years: (i32, i32),
    /// The weekends of each subdivision that is asked for: a day in any of them is a weekend day.
    weekends: Vec<Vec<Weekend>>,
    /// Each day with its name, sorted by date.
    holidays: Vec<(NaiveDate, Cow<'static, str>)>,
    closures: BTreeSet<NaiveDate>,
    exceptions: BTreeMap<NaiveDate, Vec<String>>,
}

/// Weekend days, from a date on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Weekend {
    from: Option<NaiveDate>,
    /// A bit for each day of the week that is one: the sixth is Saturday's.
    days: u8,
}

impl BusinessCalendar {
    /// The calendar of a country, or of one of its subdivisions.
    ///
    /// `unknown` matters only where no subdivision is given, and only for holidays. The weekend is
    /// then the days on which any of the subdivisions rests (docs/domain.md §4 point 2).
    ///
    /// # Errors
    /// If the subdivision is not one of the country's.
    pub fn new(
        country: CountryCode,
        subdivision: Option<Subdivision>,
        unknown: UnknownSubdivision,
    ) -> Result<Self, CalendarError> {
        let text = data::country_text(country);
        Self::of_text((country, text), (subdivision, unknown), DATA_VERSION, Cow::Borrowed)
    }

    /// The same by a country's file of some version of the data; `keep` makes of a name what is kept of it.
    pub(super) fn of_text<'a>(
        (country, text): (CountryCode, &'a str),
        (subdivision, unknown): (Option<Subdivision>, UnknownSubdivision),
        version: &str,
        keep: fn(&'a str) -> Cow<'static, str>,
    ) -> Result<Self, CalendarError> {
        let known = data::text_subdivisions(text);
        let region = find_region((country, &known), subdivision, unknown)?;
        if !data::is_readable(text) {
            return Err(CalendarError::Broken(country));
        }
        let years = covered_years(text, &region);
        Ok(Self {
            id: CalendarId::of(country, &region, version),
            country,
            years,
            weekends: region_weekends((text, known), &region),
            holidays: region_holidays(text, &region, years, keep),
            closures: BTreeSet::new(),
            exceptions: BTreeMap::new(),
            region,
        })
    }

    /// The same calendar with a tenant's closures added. They do not show in the id: they are the
    /// tenant's, not the calendar's.
    #[must_use]
    pub fn with_closures(mut self, closures: impl IntoIterator<Item = NaiveDate>) -> Self {
        self.closures.extend(closures);
        self
    }

    /// The same calendar with the closures that act when an open window is counted again (§4 point
    /// 5): those it skipped, and those of days it did not count. Of the latter nobody knows which
    /// were there when it opened, so all are taken: late, never early.
    #[must_use]
    pub(super) fn with_closures_of(mut self, window: &Window) -> Self {
        self.closures.retain(|date| !window.counted.contains(date));
        self.closures.extend(window.skipped_closures());
        self
    }

    /// The same calendar with at most so many of its closures: the first after a date on days that
    /// would be business days.
    #[must_use]
    pub(super) fn with_closures_after(mut self, date: NaiveDate, most: usize) -> Self {
        let closures = std::mem::take(&mut self.closures);
        let open = |day: &NaiveDate| matches!(self.classify_day(*day), Ok(Day::Business));
        let first = closures.into_iter().filter(|day| *day > date && open(day)).take(most);
        self.closures = first.collect();
        self
    }

    /// The same calendar with the operator's exceptions of a revision (0: there are none), those of
    /// other subdivisions left out.
    #[must_use]
    pub fn with_exceptions(
        mut self,
        revision: u32,
        exceptions: impl IntoIterator<Item = Exception>,
    ) -> Self {
        self.id = self.id.with_revision(revision);
        for exception in exceptions {
            if self.region.includes_subdivision(exception.subdivision.as_ref()) {
                self.exceptions.entry(exception.date).or_default().push(exception.name);
            }
        }
        self
    }

    /// What names this calendar in the API and in the record: `CZ@2026.12`.
    pub fn id(&self) -> &CalendarId {
        &self.id
    }

    /// Whose calendar this is.
    pub fn country(&self) -> CountryCode {
        self.country
    }

    /// What the date is.
    ///
    /// # Errors
    /// [`OutsideData`] if the date is not in the years of the data.
    pub fn classify_day(&self, date: NaiveDate) -> Result<Day, OutsideData> {
        self.check_covered(date)?;
        let skipped = |reason, name| Day::Skipped { reason, name };
        Ok(if self.is_weekend(date) {
            skipped(SkipReason::Weekend, None)
        } else if let Some(name) = self.holiday_names(date) {
            skipped(SkipReason::Holiday, Some(name))
        } else if self.closures.contains(&date) {
            skipped(SkipReason::Closure, None)
        } else if let Some(names) = self.exceptions.get(&date) {
            skipped(SkipReason::Exception, Some(names.join("; ")))
        } else {
            Day::Business
        })
    }

    /// The error for a date this calendar cannot answer for.
    pub(super) fn outside_error(&self, date: NaiveDate) -> OutsideData {
        let (first_year, last_year) = self.years;
        OutsideData { country: self.country, date, first_year, last_year }
    }

    fn check_covered(&self, date: NaiveDate) -> Result<(), OutsideData> {
        let (first, last) = self.years;
        if (first..=last).contains(&date.year()) { Ok(()) } else { Err(self.outside_error(date)) }
    }

    /// The names of the holidays on that date, each once.
    fn holiday_names(&self, date: NaiveDate) -> Option<String> {
        let from = self.holidays.partition_point(|(other, _)| *other < date);
        let mut names: Vec<&str> = Vec::new();
        for (_, name) in self.holidays.iter().skip(from).take_while(|(other, _)| *other == date) {
            if !names.contains(&name.as_ref()) {
                names.push(name);
            }
        }
        (!names.is_empty()).then(|| names.join("; "))
    }

    fn is_weekend(&self, date: NaiveDate) -> bool {
        let weekday = 1_u8 << date.weekday().num_days_from_monday();
        self.weekends
            .iter()
            .filter_map(|own| {
                own.iter().rfind(|weekend| weekend.from.is_none_or(|from| from <= date))
            })
            .any(|weekend| weekend.days & weekday != 0)
    }
}

impl Region {
    /// Whether an exception of that subdivision (`None`: of the country) counts here.
    fn includes_subdivision(&self, subdivision: Option<&Subdivision>) -> bool {
        match (self, subdivision) {
            (_, None) | (Self::Any, Some(_)) => true,
            (Self::National, Some(_)) => false,
            (Self::Known(own), Some(other)) => own == other,
        }
    }
}

fn find_region(
    (country, known): (CountryCode, &[Subdivision]),
    subdivision: Option<Subdivision>,
    unknown: UnknownSubdivision,
) -> Result<Region, CalendarError> {
    match subdivision {
        Some(own) if known.contains(&own) => Ok(Region::Known(own)),
        Some(other) => {
            let code = other.as_str().to_owned();
            Err(CalendarError::UnknownSubdivision { country, code })
        }
        // Where there are no subdivisions both policies are one calendar, and have one id.
        None if known.is_empty() => Ok(Region::Any),
        None => Ok(match unknown {
            UnknownSubdivision::Any => Region::Any,
            UnknownSubdivision::None => Region::National,
        }),
    }
}

/// The years for which the source knows every holiday of the region.
fn covered_years(text: &str, region: &Region) -> (i32, i32) {
    let mut years = (i32::MAX, i32::MIN);
    for line in data::text_lines(text) {
        match line {
            HolidayLine::Years { first, last } => years = (first, last),
            HolidayLine::Until { scope, last } if scope.covers_region(region) => {
                years.1 = years.1.min(last);
            }
            HolidayLine::Until { .. }
            | HolidayLine::Zones(_)
            | HolidayLine::Subdivisions(_)
            | HolidayLine::Weekend { .. }
            | HolidayLine::Holiday { .. } => {}
        }
    }
    years
}

/// The weekends of the region, each once: of a known subdivision its own; else those of the country
/// and of all its subdivisions, whatever the policy says of their holidays.
fn region_weekends((text, known): (&str, Vec<Subdivision>), region: &Region) -> Vec<Vec<Weekend>> {
    let regions = match region {
        Region::Known(_) => vec![region.clone()],
        Region::Any | Region::National => {
            let subdivisions = known.into_iter().map(Region::Known);
            subdivisions.chain([Region::National]).collect()
        }
    };
    let lines: Vec<HolidayLine<'_>> = data::text_lines(text).collect();
    let mut found: Vec<Vec<Weekend>> = Vec::new();
    for region in &regions {
        let own = weekends_of(&lines, region);
        if !found.contains(&own) {
            found.push(own);
        }
    }
    found
}

/// The weekends of one subdivision, in the order in which they begin.
fn weekends_of(lines: &[HolidayLine<'_>], region: &Region) -> Vec<Weekend> {
    let mut found = Vec::new();
    for line in lines {
        if let HolidayLine::Weekend { scope, from, days } = line
            && scope.covers_region(region)
        {
            found.push(Weekend { from: *from, days: weekday_bits(days) });
        }
    }
    found.sort_by_key(|weekend| weekend.from);
    found
}

/// A bit for each day of the week whose number (1 is Monday) is among the digits.
fn weekday_bits(digits: &str) -> u8 {
    let days =
        digits.chars().filter_map(|day| day.to_digit(10)).filter(|day| (1..=7).contains(day));
    days.fold(0, |bits, day| bits | (1 << (day - 1)))
}

/// Dates and names, sorted by date; names of one date in the order of the file.
fn region_holidays<'a>(
    text: &'a str,
    region: &Region,
    years: (i32, i32),
    keep: fn(&'a str) -> Cow<'static, str>,
) -> Vec<(NaiveDate, Cow<'static, str>)> {
    let mut found = Vec::new();
    for line in data::text_lines(text) {
        let HolidayLine::Holiday { scope, name, dates, estimated } = line else {
            continue;
        };
        if !scope.covers_region(region) {
            continue;
        }
        for date in data::parse_dates(dates, years).unwrap_or_default() {
            if estimated {
                found.extend(data::neighbour_dates(date).map(|day| (day, keep(name))));
            } else {
                found.push((date, keep(name)));
            }
        }
    }
    found.sort_by_key(|(date, _)| *date);
    found
}
