//! The same rule, written a second time and as simply as possible: the raw text of the data, one day
//! after the other, one quarter of an hour after the other. Slow, and used by the properties only.

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Timelike, Utc};

use super::Tz;
use super::data::COUNTRIES;

/// Whether the date is a business day of the country and subdivision (`None`: of any).
pub(super) fn is_business_day(country: &str, subdivision: Option<&str>, date: NaiveDate) -> bool {
    let (_, text) = COUNTRIES.iter().find(|(code, _)| *code == country).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split('|').collect()).collect();
    let all = rows.iter().find(|row| row[0] == "subdivisions").unwrap()[1].split(',');
    let whose = subdivision.map_or_else(|| all.chain(["-"]).collect(), |code| vec![code]);
    let weekend = |code: &str| {
        rows.iter()
            .filter(|row| row[0] == "weekend" && scope_holds(row[1], code))
            .filter(|row| row[2] <= date.format("%Y%m%d").to_string().as_str())
            .max_by_key(|row| row[2])
    };
    let weekday = date.weekday().number_from_monday().to_string();
    let holiday = rows
        .iter()
        .filter(|row| row[0] == "holiday" || row[0] == "estimated")
        .filter(|row| subdivision.is_none_or(|code| scope_holds(row[1], code)))
        .any(|row| possible_dates(row[0], date).any(|date| names_date(row[3], date)));
    let rests = |code: &str| weekend(code).unwrap()[3].contains(&weekday);
    !whose.into_iter().filter(|code| !code.is_empty()).any(rests) && !holiday
}

fn scope_holds(scope: &str, code: &str) -> bool {
    let listed = |list: &str| list.split(',').any(|one| one == code);
    scope == "*" || scope.strip_prefix('!').map_or_else(|| listed(scope), |not| !listed(not))
}

/// On which dates a row may stand for this date to be its holiday.
fn possible_dates(kind: &str, date: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    let (from, length) = if kind == "estimated" { (1, 3) } else { (0, 1) };
    (date - Days::new(from)).iter_days().take(length)
}

fn names_date(dates: &str, date: NaiveDate) -> bool {
    let (yearly, single) = (date.format("%m%d").to_string(), date.format("%y%m%d").to_string());
    dates.split(' ').any(|word| word == yearly || word == single)
}

/// The counted days after Day 0.
pub(super) fn counted_days(
    country: &str,
    subdivision: Option<&str>,
    delivered_at: DateTime<Utc>,
    zone: Tz,
    business_days: usize,
) -> Vec<NaiveDate> {
    let day_zero = zone.local_date(delivered_at);
    day_zero
        .iter_days()
        .skip(1)
        .filter(|date| is_business_day(country, subdivision, *date))
        .take(business_days)
        .collect()
}

/// The last midnight that begins the date, or where there is none the first instant after it.
pub(super) fn day_begin(date: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let noon_before = date.and_hms_opt(0, 0, 0).unwrap().and_utc() - TimeDelta::hours(20);
    let quarters = (0..160).map(|n| noon_before + TimeDelta::minutes(15 * n));
    let local = |instant: &DateTime<Utc>| zone.to_local(*instant).naive_local();
    let midnight = quarters.clone().rfind(|instant| {
        local(instant).date() == date && local(instant).num_seconds_from_midnight() == 0
    });
    midnight.or_else(|| quarters.clone().find(|instant| local(instant).date() >= date)).unwrap()
}
