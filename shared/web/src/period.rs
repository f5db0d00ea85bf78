//! For which days usage is asked.

use chrono::{Days, NaiveDate};
use domain::rejection::{FieldCode, FieldError, Hint};

use crate::failure::RequestError;
use crate::queries::UsageQuery;

/// The most days of one answer.
const MOST_DAYS: i64 = 400;
/// How many days are answered where no beginning is given.
const DEFAULT_DAYS: u64 = 30;

/// Days from the first to the last, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The first day of the period.
    pub from: NaiveDate,
    /// The last day of the period.
    pub to: NaiveDate,
}

impl Period {
    /// The days asked for: up to today where no end is given, 30 of them where no beginning is. None comes
    /// before the `first` that can be read.
    ///
    /// # Errors
    /// [`RequestError::BeforeAssociation`] for a day before the first; [`RequestError::InvalidQuery`] where the days are more than
    /// 400, or begin behind their end.
    pub fn of(
        query: UsageQuery,
        today: NaiveDate,
        first: Option<NaiveDate>,
    ) -> Result<Self, RequestError> {
        if let Some(first) = first {
            let given = [("/from", query.from), ("/to", query.to)];
            let early = given.into_iter().filter(|(_, date)| date.is_some_and(|date| date < first));
            let pointers: Vec<_> = early.map(|(pointer, _)| pointer).collect();
            if !pointers.is_empty() {
                return Err(RequestError::BeforeAssociation { first, pointers });
            }
        }
        Self::running_days(query, today, first)
    }

    /// The days asked for, without those before the `first` that can be read; `None` where none is left.
    ///
    /// # Errors
    /// [`RequestError::InvalidQuery`] where the days are more than 400, or begin behind their end.
    pub fn readable_days(
        query: UsageQuery,
        today: NaiveDate,
        first: Option<NaiveDate>,
    ) -> Result<Option<Self>, RequestError> {
        let asked = Self::running_days(query, today, None)?;
        let from = first.map_or(asked.from, |first| asked.from.max(first));
        Ok((from <= asked.to).then_some(Self { from, ..asked }))
    }

    fn running_days(
        query: UsageQuery,
        today: NaiveDate,
        first: Option<NaiveDate>,
    ) -> Result<Self, RequestError> {
        let to = query.to.unwrap_or(today);
        let thirty_days = || to.checked_sub_days(Days::new(DEFAULT_DAYS - 1)).max(first);
        let from = query.from.or_else(thirty_days).unwrap_or(to);
        let days = (to - from).num_days() + 1;
        match days {
            1..=MOST_DAYS => Ok(Self { from, to }),
            ..=0 => Err(RequestError::invalid_query("from", FieldCode::InTheFuture)),
            _ => {
                let too_long = FieldError::new("/from", FieldCode::OutOfRange);
                Err(RequestError::InvalidQuery(
                    too_long.with_hint(Hint::AtMost(MOST_DAYS.unsigned_abs())),
                ))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Option<NaiveDate> {
        text.parse().ok()
    }

    fn asked(from: &str, to: &str, first: Option<NaiveDate>) -> Result<Period, RequestError> {
        let query = UsageQuery { from: date(from), to: date(to) };
        Period::of(query, "2026-12-31".parse().unwrap(), first)
    }

    fn check(from: &str, to: &str, expected: Option<(&str, &str)>) {
        let period = asked(from, to, None).ok();
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
        let Err(RequestError::InvalidQuery(error)) = asked("2025-11-26", "2026-12-31", None) else {
            panic!("401 days are too many")
        };
        assert_eq!((error.code, error.hint), (FieldCode::OutOfRange, Hint::AtMost(400)));
    }

    #[test]
    fn of_many_associations_each_begins_with_its_own_first_day() {
        let readable = |from, to, first| {
            let query = UsageQuery { from: date(from), to: date(to) };
            let period = Period::readable_days(query, "2026-12-31".parse().unwrap(), date(first));
            period.unwrap().map(|own| (own.from.to_string(), own.to.to_string()))
        };
        let both = |from: &str, to: &str| Some((from.to_owned(), to.to_owned()));
        assert_eq!(readable("", "", "2026-12-30"), both("2026-12-30", "2026-12-31"));
        assert_eq!(readable("2026-12-01", "", ""), both("2026-12-01", "2026-12-31"));
        assert_eq!(readable("2026-12-01", "2026-12-29", "2026-12-30"), None);
    }

    #[test]
    fn no_day_before_the_first_is_read_whichever_end_names_it() {
        let first = date("2026-12-30");
        let early = |from, to| match asked(from, to, first) {
            Err(RequestError::BeforeAssociation { pointers, .. }) => pointers,
            other => panic!("{other:?}"),
        };
        assert_eq!(early("2026-12-29", "2026-12-31"), ["/from"]);
        assert_eq!(early("", "2026-12-29"), ["/to"]);
        assert_eq!(early("2026-12-01", "2026-12-29"), ["/from", "/to"]);
        let period = |from, to| asked(from, to, first).map(|own| (Some(own.from), Some(own.to)));
        let both = Ok((first, date("2026-12-31")));
        assert_eq!(period("", ""), both, "the period begins with the first day");
        assert_eq!(period("2026-12-30", "2026-12-31"), both);
        assert_eq!(period("", "2026-12-30"), Ok((first, first)));
    }
}
