//! The embedded text of one country, read line by line (`shared/domain/data/README.md` describes the format).

use chrono::{Days, NaiveDate};

use super::{CountryCode, Subdivision};

#[path = "../../data/countries.rs"]
mod countries;

pub(super) use countries::COUNTRIES;

/// One line of a country's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HolidayLine<'a> {
    /// The years the file covers.
    Years { first: i32, last: i32 },
    /// Some subdivisions for which the source ends earlier.
    Until { scope: HolidayScope<'a>, last: i32 },
    /// Zones, separated by spaces.
    Zones(&'a str),
    /// Codes, separated by commas.
    Subdivisions(&'a str),
    /// Weekend days (`6` is Saturday), from a date on or from the beginning.
    Weekend { scope: HolidayScope<'a>, from: Option<NaiveDate>, days: &'a str },
    /// A holiday; estimated ones count one day either side.
    Holiday { scope: HolidayScope<'a>, name: &'a str, dates: &'a str, estimated: bool },
}

impl<'a> HolidayLine<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (kind, rest) = text.split_once('|')?;
        let mut fields = rest.split('|');
        let mut field = || fields.next();
        match kind {
            "years" => {
                Some(Self::Years { first: parse_number(field()?)?, last: parse_number(field()?)? })
            }
            "until" => {
                Some(Self::Until { scope: HolidayScope(field()?), last: parse_number(field()?)? })
            }
            "zones" => Some(Self::Zones(rest)),
            "subdivisions" => Some(Self::Subdivisions(rest)),
            "weekend" => Some(Self::Weekend {
                scope: HolidayScope(field()?),
                from: NaiveDate::parse_from_str(field()?, "%Y%m%d").ok(),
                days: field()?,
            }),
            "holiday" | "estimated" => Some(Self::Holiday {
                scope: HolidayScope(field()?),
                name: field()?,
                dates: field()?,
                estimated: kind == "estimated",
            }),
            _ => None,
        }
    }
}

fn parse_number(text: &str) -> Option<i32> {
    text.parse().ok()
}

/// The country's lines in the embedded data.
pub(super) fn country_lines(country: CountryCode) -> impl Iterator<Item = HolidayLine<'static>> {
    text_lines(country_text(country))
}

/// The lines of a country's file; lines that cannot be read are left out, and [`is_readable`] says so.
pub(super) fn text_lines(text: &str) -> impl Iterator<Item = HolidayLine<'_>> {
    text.lines().filter_map(HolidayLine::parse)
}

/// Whether every line of a country's file can be read.
pub(super) fn is_readable(text: &str) -> bool {
    text.lines().all(|line| HolidayLine::parse(line).is_some())
}

/// The subdivisions that a country's file knows.
pub(super) fn text_subdivisions(text: &str) -> Vec<Subdivision> {
    let codes = text_lines(text).find_map(|line| match line {
        HolidayLine::Subdivisions(codes) => Some(codes),
        HolidayLine::Years { .. }
        | HolidayLine::Until { .. }
        | HolidayLine::Zones(_)
        | HolidayLine::Weekend { .. }
        | HolidayLine::Holiday { .. } => None,
    });
    let codes = codes.into_iter().flat_map(|codes| codes.split(','));
    codes.filter(|code| !code.is_empty()).map(|code| Subdivision(code.to_owned())).collect()
}

/// The country's file in the embedded data.
pub(super) fn country_text(country: CountryCode) -> &'static str {
    COUNTRIES
        .binary_search_by_key(&country.as_str(), |(code, _)| code)
        .ok()
        .and_then(|index| COUNTRIES.get(index))
        .map_or("", |(_, text)| text)
}

/// Whose days are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Region {
    /// The subdivision is not known: what holds in any of them.
    Any,
    /// Only what holds where no subdivision is named.
    National,
    /// The days of this subdivision.
    Known(Subdivision),
}

/// For whom a line holds: `*` everybody, `-` the country without a subdivision, `A,B` these,
/// `!A,B` everybody but these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct HolidayScope<'a>(&'a str);

impl HolidayScope<'_> {
    /// Whether the line holds for the region.
    pub(super) fn covers_region(self, region: &Region) -> bool {
        let code = match region {
            Region::Any => return true,
            Region::National => "-",
            Region::Known(subdivision) => subdivision.as_str(),
        };
        match self.0.strip_prefix('!') {
            Some(others) => !others.split(',').any(|other| other == code),
            None => self.0 == "*" || self.0.split(',').any(|one| one == code),
        }
    }
}

/// The dates of a holiday: `MMDD` stands for that date in each of the years, `YYMMDD` for one date.
/// `None` if one of them cannot be read.
pub(super) fn parse_dates(text: &str, years: (i32, i32)) -> Option<Vec<NaiveDate>> {
    let mut found = Vec::new();
    for word in text.split(' ') {
        let digits: u32 = word.parse().ok()?;
        let (month, day) = (digits / 100 % 100, digits % 100);
        let (first, last) = match word.len() {
            4 => years,
            _ => single_year(digits)?,
        };
        for year in first..=last {
            found.push(NaiveDate::from_ymd_opt(year, month, day)?);
        }
    }
    Some(found)
}

fn single_year(digits: u32) -> Option<(i32, i32)> {
    let year = 2000 + i32::try_from(digits / 10_000).ok()?;
    Some((year, year))
}

/// The date and its neighbours: where an estimated holiday may fall in truth.
pub(super) fn neighbour_dates(date: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    [date.checked_sub_days(Days::new(1)), Some(date), date.checked_add_days(Days::new(1))]
        .into_iter()
        .flatten()
}
