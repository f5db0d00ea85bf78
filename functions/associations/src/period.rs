//! For which days usage is asked.

use chrono::{DateTime, Days, NaiveDate, Utc};
use web::Failure;
use web::queries::UsageQuery;

/// The most days of one answer.
const MOST_DAYS: i64 = 400;
/// How many days are answered where no beginning is given.
const DEFAULT_DAYS: u64 = 30;

/// Days from the first to the last, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) from: NaiveDate,
    pub(crate) to: NaiveDate,
}

impl Period {
    /// The days asked for: up to today where no end is given, 30 of them where no beginning is.
    pub(crate) fn of(query: UsageQuery, now: DateTime<Utc>) -> Result<Self, Failure> {
        let to = query.to.unwrap_or_else(|| now.date_naive());
        let from = query.from.or_else(|| to.checked_sub_days(Days::new(DEFAULT_DAYS - 1)));
        let from = from.unwrap_or(to);
        let days = (to - from).num_days() + 1;
        if (1..=MOST_DAYS).contains(&days) {
            Ok(Self { from, to })
        } else {
            Err(Failure::InvalidQuery("from".to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(from: &str, to: &str, expected: Option<(&str, &str)>) {
        let date = |text: &str| text.parse::<NaiveDate>().ok();
        let now = "2026-12-31T23:30:00Z".parse().unwrap();
        let period = Period::of(UsageQuery { from: date(from), to: date(to) }, now).ok();
        let period = period.map(|period| (period.from.to_string(), period.to.to_string()));
        assert_eq!(period, expected.map(|(from, to)| (from.to_owned(), to.to_owned())));
    }

    #[test]
    fn without_dates_it_is_the_last_thirty_days() {
        check("", "", Some(("2026-12-02", "2026-12-31")));
        check("", "2026-03-01", Some(("2026-01-31", "2026-03-01")));
        check("2026-12-30", "", Some(("2026-12-30", "2026-12-31")));
    }

    #[test]
    fn a_single_day_is_a_period() {
        check("2026-12-30", "2026-12-30", Some(("2026-12-30", "2026-12-30")));
    }

    #[test]
    fn a_period_backwards_or_longer_than_400_days_is_refused() {
        check("2026-12-31", "2026-12-30", None);
        check("2027-01-05", "", None);
        check("2025-11-27", "2026-12-31", Some(("2025-11-27", "2026-12-31")));
        check("2025-11-26", "2026-12-31", None);
    }
}
