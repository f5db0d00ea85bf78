//! What holds for every country, zone, start and number of days.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use proptest::prelude::*;
use proptest::sample::Index;

use super::{
    BusinessCalendar, CountryCode, Exception, Subdivision, Tz, UnknownSubdivision, Window, Zone,
    count_window, extend_by, naive, recount_window,
};

/// Whose days are counted, from when, and how many.
#[derive(Debug, Clone)]
struct Case {
    country: CountryCode,
    subdivision: Option<Subdivision>,
    zone: Tz,
    delivered_at: DateTime<Utc>,
    business_days: u32,
}

impl Case {
    fn calendar(&self) -> BusinessCalendar {
        let subdivision = self.subdivision.clone();
        BusinessCalendar::new(self.country, subdivision, UnknownSubdivision::Any).unwrap()
    }

    fn window(&self) -> Window {
        self.window_by(&self.calendar())
    }

    fn window_by(&self, calendar: &BusinessCalendar) -> Window {
        let zone = Zone::Known(self.zone);
        count_window(self.delivered_at, self.business_days, calendar, &zone).unwrap()
    }
}

fn pick<T: Clone>(from: &[T], index: Index) -> T {
    index.get(from).clone()
}

/// Countries of three kinds are drawn more often: with subdivisions, with estimated dates, with many
/// zones. Starts leave room for the window in even the shortest data.
fn case() -> impl Strategy<Value = Case> {
    let often =
        prop::sample::select(vec!["CZ", "US", "DE", "MY", "EG", "SA", "IN", "CL", "CU", "LB"]);
    let countries: Vec<CountryCode> = CountryCode::all().collect();
    let country = prop_oneof![
        1 => often.prop_map(|code| code.parse::<CountryCode>().unwrap()),
        1 => prop::sample::select(countries),
    ];
    let second = 1_704_300_000_i64..1_788_000_000; // January 2024 to August 2026
    (country, any::<(bool, Index, Index)>(), second, 0_i64..1000, 0_u32..12).prop_map(
        |(country, (named, subdivision, zone), second, milli, business_days)| {
            let known = country.subdivisions();
            let subdivision = (named && !known.is_empty()).then(|| pick(&known, subdivision));
            let zone = pick(&country.time_zones(), zone);
            let delivered_at = DateTime::from_timestamp_millis(second * 1000 + milli).unwrap();
            Case { country, subdivision, zone, delivered_at, business_days }
        },
    )
}

fn exceptions(case: &Case, offsets: &[u64]) -> Vec<Exception> {
    let first: NaiveDate = case.delivered_at.date_naive();
    let exception = |offset: &u64| Exception {
        date: first + Days::new(*offset),
        name: "added".to_owned(),
        subdivision: None,
    };
    offsets.iter().map(exception).collect()
}

proptest! {
    #[test]
    fn a_later_start_never_ends_earlier(case in case(), hours in 0_i64..100, anywhere: bool) {
        let calendar = case.calendar();
        let zone = if anywhere { Zone::AnyOf(case.country) } else { Zone::Known(case.zone) };
        let later = case.delivered_at + TimeDelta::hours(hours);
        let end = |start| count_window(start, case.business_days, &calendar, &zone).unwrap().closes_at;
        prop_assert!(end(case.delivered_at) <= end(later));
    }

    #[test]
    fn exactly_as_many_business_days_are_counted(case in case()) {
        let (window, calendar) = (case.window(), case.calendar());
        prop_assert_eq!(window.counted.len(), usize::try_from(case.business_days).unwrap());
        for date in &window.counted {
            prop_assert_eq!(calendar.classify_day(*date).unwrap(), super::Day::Business);
        }
    }

    #[test]
    fn every_day_between_start_and_end_is_accounted_for(case in case()) {
        let window = case.window();
        let mut days: Vec<NaiveDate> = window.skipped.iter().map(|day| day.date).collect();
        days.extend(&window.counted);
        days.sort_unstable();
        let all: Vec<NaiveDate> = window.day_zero().iter_days().skip(1).take(days.len()).collect();
        prop_assert_eq!(days, all);
    }

    #[test]
    fn adding_a_holiday_never_shortens(case in case(), offsets in prop::collection::vec(0_u64..20, 0..6)) {
        let more = case.calendar().with_exceptions(1, exceptions(&case, &offsets));
        let (before, after) = (case.window(), case.window_by(&more));
        prop_assert!(before.closes_at <= after.closes_at);
        let recounted = recount_window(&before, &more, &Zone::Known(case.zone)).unwrap();
        prop_assert_eq!(recounted, (after.closes_at > before.closes_at).then_some(after));
    }

    #[test]
    fn day_zero_is_never_counted(case in case()) {
        let window = case.window();
        prop_assert!(window.counted.iter().all(|date| *date > window.day_zero()));
        prop_assert!(window.closes_at > window.delivered_at);
    }

    #[test]
    fn the_window_is_what_a_naive_count_gives(case in case()) {
        let window = case.window();
        let subdivision = case.subdivision.as_ref().map(Subdivision::as_str);
        let days = usize::try_from(case.business_days).unwrap();
        let counted =
            naive::counted_days(case.country.as_str(), subdivision, case.delivered_at, case.zone, days);
        let last = counted.last().copied().unwrap_or(window.day_zero());
        prop_assert_eq!(&window.counted, &counted);
        prop_assert_eq!(window.closes_at, naive::day_begin(last + Days::new(1), case.zone));
    }

    #[test]
    fn an_unknown_zone_ends_no_earlier_than_any(case in case()) {
        let latest = Zone::AnyOf(case.country);
        let window =
            count_window(case.delivered_at, case.business_days, &case.calendar(), &latest).unwrap();
        prop_assert!(window.closes_at >= case.window().closes_at);
    }

    #[test]
    fn extending_is_counting_on(case in case(), more in 0_u32..8) {
        let extended = extend_by(&case.window(), more, &case.calendar()).unwrap();
        let whole = Case { business_days: case.business_days + more, ..case.clone() };
        if case.business_days > 0 {
            prop_assert_eq!(extended, whole.window());
        }
    }

    #[test]
    fn packing_keeps_everything(case in case(), offsets in prop::collection::vec(0_u64..20, 0..4)) {
        let closures = exceptions(&case, &offsets).into_iter().map(|added| added.date);
        let window = case.window_by(&case.calendar().with_closures(closures));
        let read = window.pack().unpack(window.delivered_at, window.closes_at).unwrap();
        prop_assert_eq!(read, window);
    }
}
