//! What must hold of a window that cannot be counted again, whatever the rules of its zone are: which days it counts, that none
//! is left out, and between which moments it can end.

use chrono::{Duration, NaiveDate, NaiveTime};
use domain::calendar::{BusinessCalendar, Day, SkipReason, Window};
use domain::claim::Instant;
use domain::event::EventType;
use domain::time::format_rfc3339;

use super::deadlines::StepCheck;
use super::moments::later;
use super::report::{BundleReport, FindingKind};

/// How far the clocks of a zone are ahead of UTC at most, in hours.
const MOST_AHEAD: i64 = 14;
/// How far they are behind at most, with the hour that a day may begin late, in hours.
const MOST_BEHIND: i64 = 13;

impl<'a> StepCheck<'a> {
    /// Checks a window that was counted by data which this program does not have. `told` is the latest end that was told
    /// before, and whether the holidays of the calendar are there.
    pub(crate) fn check_plain(
        self,
        window: &Window,
        calendar: &BusinessCalendar,
        (told, has_data): (Option<Instant>, bool),
        report: &mut BundleReport,
    ) {
        let no = self.entry.version.0;
        let problems = [
            self.count_problem(window, told),
            order_problem(window),
            self.day_problem(window, calendar, has_data),
            end_problem(window, told),
        ];
        for text in problems.into_iter().flatten() {
            report.add_finding(FindingKind::Window, no, text);
        }
    }

    fn opens(self) -> bool {
        self.entry.event_type == EventType::WindowOpened
    }

    /// The window before, where it became another one.
    fn stored_window(self) -> Option<&'a Window> {
        let before = self.before.filter(|candidate| !candidate.is_assumed && !self.opens());
        before.and_then(|candidate| candidate.claim.state.window())
    }

    /// It counts as many days as the policy says, and more only to end no earlier than was told; one that became longer, as
    /// many as before at least.
    fn count_problem(self, window: &Window, told: Option<Instant>) -> Option<String> {
        let days = usize::try_from(self.policy.window_business_days).unwrap_or(usize::MAX);
        let least = self.stored_window().map_or(days, |stored| stored.counted.len().max(days));
        let counted = window.counted.len();
        let is_right = counted == least || (counted > least && (told.is_some() || !self.opens()));
        (!is_right).then(|| format!("the window counts {counted} days, and not {least}"))
    }

    /// No day that it counts is one of rest, and each that it skips is one for the reason that it says. What was counted
    /// before a holiday was announced stays counted.
    fn day_problem(
        self,
        window: &Window,
        calendar: &BusinessCalendar,
        has_data: bool,
    ) -> Option<String> {
        let stored = self.stored_window();
        let is_new = |date: &NaiveDate| stored.is_none_or(|own| !own.counted.contains(date));
        for date in window.counted.iter().filter(|date| is_new(date)) {
            let is_rest = match calendar.classify_day(*date).ok()? {
                Day::Business => false,
                Day::Skipped { reason: SkipReason::Weekend, .. } => true,
                Day::Skipped { reason: SkipReason::Exception, .. } => has_data && self.opens(),
                Day::Skipped { .. } => has_data,
            };
            if is_rest {
                return Some(format!("the window counts {date}, on which nobody works"));
            }
        }
        for own in window.skipped.iter().filter(|_| has_data && self.opens()) {
            let is_same = match calendar.classify_day(own.date).ok()? {
                Day::Business => false,
                Day::Skipped { reason, .. } => reason == own.reason,
            };
            if !is_same {
                let reason = own.reason.as_str();
                return Some(format!("the window skips {} as {reason}, which it is not", own.date));
            }
        }
        None
    }
}

/// The days that it counts and those that it skips follow one another, from the day behind the delivery on.
fn order_problem(window: &Window) -> Option<String> {
    let is_ascending = |days: &[NaiveDate]| days.is_sorted_by(|one, other| one < other);
    let skipped: Vec<NaiveDate> = window.skipped.iter().map(|day| day.date).collect();
    if !is_ascending(&window.counted) || !is_ascending(&skipped) {
        return Some("the days of the window are not in their order".to_owned());
    }
    let mut days = [window.counted.as_slice(), skipped.as_slice()].concat();
    days.sort_unstable();
    // In its zone the delivery was on the day by UTC, or on one beside it.
    let delivered = window.delivered_at.date_naive();
    let first = [delivered.pred_opt(), Some(delivered), delivered.succ_opt()];
    let begins = first.into_iter().flatten().any(|zero| zero.succ_opt() == days.first().copied());
    // A zone may have gone without a date, once.
    let follows = |one: NaiveDate, other: NaiveDate| one.succ_opt() == Some(other);
    let gaps: Vec<_> = days
        .iter()
        .zip(days.iter().skip(1))
        .filter(|(one, other)| !follows(**one, **other))
        .collect();
    let is_one_date = |(one, other): &(&NaiveDate, &NaiveDate)| {
        one.succ_opt().is_some_and(|between| follows(between, **other))
    };
    let is_whole = begins && gaps.len() <= 1 && gaps.iter().all(is_one_date);
    (!is_whole).then(|| "the window leaves days out, or has one twice".to_owned())
}

/// It ends as the day behind the last counted one begins, somewhere on earth; later where a later end was told before.
fn end_problem(window: &Window, told: Option<Instant>) -> Option<String> {
    let last = window.last_counted().and_then(|last| last.succ_opt())?;
    let midnight = last.and_time(NaiveTime::MIN).and_utc();
    let first = midnight.checked_sub_signed(Duration::hours(MOST_AHEAD))?;
    let latest = told.unwrap_or(midnight).max(later(midnight, Duration::hours(MOST_BEHIND)));
    let is_within = (first..=latest).contains(&window.closes_at);
    (!is_within).then(|| {
        let (end, first) = (format_rfc3339(window.closes_at), format_rfc3339(first));
        format!(
            "the window ends at {end}, and {last} begins in no zone before {first} or after {}",
            format_rfc3339(latest)
        )
    })
}
