//! At which quarters of an hour windows may end: where their timers are looked for.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate, Timelike as _};
use domain::calendar::CountryCode;
use domain::claim::Instant;
use domain::directory::CountryCalendar;

use crate::timers::bucket::{QUARTER, floor_quarter};

/// How many days ahead windows end that are looked for.
pub(super) const AHEAD: u64 = 130;

/// The ends of windows that a day which was added to the country can make longer.
pub(super) fn ends_in_country(calendar: &CountryCalendar, now: Instant) -> BTreeSet<Instant> {
    let first = calendar.added.iter().map(|added| added.date).min();
    let Some(first) = first.map(|first| first.max(now.date_naive())) else {
        return BTreeSet::new();
    };
    let ends = (0..=AHEAD).flat_map(|days| local_midnights(calendar.country, first, days));
    ends.filter(|end| *end > now).collect()
}

/// The ends of local days, some days after the first, in the zones of the country.
fn local_midnights(country: CountryCode, first: NaiveDate, days: u64) -> Vec<Instant> {
    let date = first.checked_add_days(Days::new(days));
    let date = date.and_then(|date| date.succ_opt());
    let zones = country.time_zones().into_iter();
    date.map(|date| zones.filter_map(|zone| zone.first_instant(date)).collect()).unwrap_or_default()
}

/// The quarters of an hour from the one of `from` on, and up to the one behind `until`, at which a day begins somewhere:
/// the hours and half hours, and those at which one of the zones has a midnight at either end.
pub(super) fn ends_of_days(from: Instant, until: Instant) -> BTreeSet<Instant> {
    let last = until + QUARTER;
    let midnights = [from, until].into_iter().flat_map(|at| {
        CountryCode::all().flat_map(move |country| local_midnights(country, at.date_naive(), 0))
    });
    let times: BTreeSet<_> = midnights.map(|midnight| midnight.time()).collect();
    let quarters = std::iter::successors(Some(floor_quarter(from)), |at| Some(*at + QUARTER));
    quarters
        .take_while(|quarter| *quarter <= last)
        .filter(|quarter| quarter.minute() % 30 == 0 || times.contains(&quarter.time()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn days_begin_at_every_hour_and_half_hour_and_at_some_quarters() {
        let (from, until) = (at("2026-12-22T14:07:00Z"), at("2026-12-22T18:20:00Z"));
        let ends: Vec<_> = ends_of_days(from, until).into_iter().collect();
        assert_eq!(ends.first(), Some(&at("2026-12-22T14:00:00Z")));
        assert_eq!(ends.last(), Some(&at("2026-12-22T18:30:00Z")), "one quarter behind its end");
        // In Kathmandu, and in Eucla.
        for quarter in ["2026-12-22T18:15:00Z", "2026-12-22T15:15:00Z"] {
            assert!(ends.contains(&at(quarter)), "{quarter}");
        }
        assert!(!ends.contains(&at("2026-12-22T16:45:00Z")));
    }

    #[test]
    fn every_midnight_of_every_zone_is_among_them() {
        let (from, until) = (at("2027-03-20T00:00:00Z"), at("2027-04-04T00:00:00Z"));
        let ends = ends_of_days(from, until);
        for zone in CountryCode::all().flat_map(CountryCode::time_zones) {
            for date in from.date_naive().iter_days().skip(1).take(14) {
                let midnight = zone.first_instant(date).unwrap();
                let is_within = (from..until).contains(&midnight);
                assert!(!is_within || ends.contains(&midnight), "{zone} {date}");
            }
        }
    }
}
