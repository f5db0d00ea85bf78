//! Reminders of an open window: at half time and one business day before its end. They move nothing
//! (`docs/domain.md §5.6`), and one that would come late does not come at all. The contact in reserve is asked
//! by the same way, and so is told that a term ends (`docs/domain.md §5.11`).

use chrono::Duration;

use crate::calendar::Window;
use crate::claim::{Claim, Instant, State};

/// How long before the end of a term it is told.
pub const TERM_TOLD_BEFORE: Duration = Duration::days(30);
/// After how long a reminder is too late to be one.
const LATE: Duration = Duration::hours(12);

/// Which of a window's reminders, or that of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reminder {
    /// Half of the business days are over.
    HalfTime,
    /// One business day is left.
    LastDay,
    /// Everybody who has the notice answered automatically: the contact in reserve is asked now, and nobody is
    /// reminded. No timer.
    Reserve,
    /// The term of associations ends in thirty days.
    Term,
}

impl Reminder {
    /// Those of a window that come by a timer, the earlier first.
    pub const ALL: [Self; 2] = [Self::HalfTime, Self::LastDay];

    /// The stable name: `half_time`, `last_day`, `reserve` or `term`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HalfTime => "half_time",
            Self::LastDay => "last_day",
            Self::Reserve => "reserve",
            Self::Term => "term",
        }
    }

    /// The reminder of a stable name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().chain([Self::Reserve, Self::Term]).find(|own| own.as_str() == name)
    }

    /// When it is due: the first instant of the counted day with which its part of the window begins.
    /// `None` where the window is too short to have it beside the last one.
    pub fn due_at(self, window: &Window) -> Option<Instant> {
        let half = window.counted.len() / 2;
        let last = window.counted.len().checked_sub(1)?;
        let day = match self {
            Self::HalfTime => Some(half).filter(|half| *half < last),
            Self::LastDay => Some(last),
            Self::Reserve | Self::Term => None,
        };
        window.time_zone.first_instant(*window.counted.get(day?)?)
    }

    /// How many business days are left when it is due; `None` where nobody is reminded.
    pub fn days_left(self, window: &Window) -> Option<usize> {
        match self {
            Self::HalfTime => Some(window.counted.len() - window.counted.len() / 2),
            Self::LastDay => Some(1),
            Self::Reserve | Self::Term => None,
        }
    }

    /// Whether the contact in reserve gets the notice itself with it.
    pub fn asks_reserve(self) -> bool {
        match self {
            Self::HalfTime | Self::Reserve => true,
            Self::LastDay | Self::Term => false,
        }
    }
}

/// When it is told that the term of a claim's associations ends, where they have one.
pub fn term_told_at(claim: &Claim) -> Option<Instant> {
    let State::Associated { ends_at, .. } = claim.state else { return None };
    ends_at?.checked_sub_signed(TERM_TOLD_BEFORE)
}

/// Whether it is still to be told at `now` that the term of a claim's associations ends at `ends_at`: they run, and end
/// then. It is told late rather than not at all.
pub fn is_term_to_be_told(claim: &Claim, ends_at: Instant, now: Instant) -> bool {
    let is_its =
        matches!(claim.state, State::Associated { ends_at: own, .. } if own == Some(ends_at));
    is_its && now < ends_at && claim.active_items().next().is_some()
}

/// Whether a reminder that was due at `due_at`, of the window that ends at `closes_at`, is to be sent
/// at `now`: the window is open still and ends then, and it is not late.
pub fn is_to_be_sent(claim: &Claim, closes_at: Instant, due_at: Instant, now: Instant) -> bool {
    let State::AwaitingCustomer { window } = &claim.state else { return false };
    window.closes_at == closes_at && now < closes_at && now < due_at + LATE
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::calendar::{BusinessCalendar, UnknownSubdivision, Zone, count_window};

    fn at(text: &str) -> Instant {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    fn due(days: u32) -> [Option<Instant>; 2] {
        let country = "CZ".parse().unwrap();
        let calendar = BusinessCalendar::new(country, None, UnknownSubdivision::Any).unwrap();
        let zone = Zone::Known("Europe/Prague".parse().unwrap());
        let window = count_window(at("2026-12-22T14:00:00Z"), days, &calendar, &zone).unwrap();
        Reminder::ALL.map(|reminder| reminder.due_at(&window))
    }

    #[test]
    fn half_time_and_the_last_business_day_begin_with_the_local_day() {
        // 23, 28, 29, 30, 31 December.
        let expected = [at("2026-12-28T23:00:00Z"), at("2026-12-30T23:00:00Z")];
        assert_eq!(due(5), expected.map(Some));
    }

    #[test]
    fn a_short_window_has_only_the_last_one() {
        assert_eq!(due(1), [None, Some(at("2026-12-22T23:00:00Z"))]);
        assert_eq!(due(2), [None, Some(at("2026-12-27T23:00:00Z"))]);
        assert_eq!(due(3), [at("2026-12-27T23:00:00Z"), at("2026-12-28T23:00:00Z")].map(Some));
    }

    #[test]
    fn the_contact_in_reserve_is_asked_at_half_time_or_when_nobody_answers_in_person() {
        assert!(Reminder::HalfTime.asks_reserve() && Reminder::Reserve.asks_reserve());
        assert!(!Reminder::LastDay.asks_reserve());
    }

    #[test]
    fn a_name_is_read_back() {
        for reminder in Reminder::ALL.into_iter().chain([Reminder::Reserve, Reminder::Term]) {
            assert_eq!(Reminder::parse(reminder.as_str()), Some(reminder));
        }
        assert_eq!(Reminder::parse("tomorrow"), None);
    }
}
