//! Outages: windows that end while customers cannot answer get a business day more (`docs/domain.md §4.4`).

use chrono::Duration;
use serde::{Deserialize, Serialize};

use crate::calendar::Window;
use crate::claim::Instant;
use crate::ids::StaffId;
use crate::rejection::{FieldCode, FieldError};
use crate::text::Comment;

/// How long the interval of an outage may be: a slip in a date moves no window of another week.
const LONGEST_OUTAGE: Duration = Duration::days(3);
/// How far ahead an outage may end: nobody can know of a later one that customers cannot answer.
const LATEST_OUTAGE: Duration = Duration::days(7);
/// How many outages are kept for windows that are not closed yet.
pub const MOST_OUTAGES: usize = 50;
/// How long an outage whose interval is over is kept for windows that are not closed yet.
const KEPT: Duration = Duration::days(90);

/// An outage that was announced: windows that end from `closing_from` on, before `closing_until`, get a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outage {
    /// Its number, from 1 on: a claim is given a day for each number at most once.
    pub number: u32,
    /// From which end of a window on.
    pub closing_from: Instant,
    /// Up to which, exclusive.
    pub closing_until: Instant,
    /// When it was announced.
    pub announced_at: Instant,
}

impl Outage {
    /// Whether a window, as it is now, ends in the interval, and had not ended when the outage was announced.
    pub fn concerns_window(&self, window: &Window) -> bool {
        let ends_within = self.covers_end(window.closes_at);
        ends_within && self.announced_at < window.closes_at
    }

    /// Whether that end of a window lies in the interval.
    pub fn covers_end(&self, closes_at: Instant) -> bool {
        (self.closing_from..self.closing_until).contains(&closes_at)
    }
}

/// An outage as somebody wishes to announce it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutageWish {
    /// From which end of a window on.
    pub closing_from: Instant,
    /// Up to which, exclusive.
    pub closing_until: Instant,
    /// Why, for the history and the operator's staff.
    pub comment: Comment,
}

/// What is wrong with the end of an interval, for an outage that is announced at `at`: an end that is not behind the
/// beginning, or has passed so that no window is left in it; one too far behind the beginning or ahead.
pub fn interval_error(from: Instant, until: Instant, at: Instant) -> Option<FieldCode> {
    if until <= from || until <= at {
        return Some(FieldCode::NotLater);
    }
    let is_too_far = until - from > LONGEST_OUTAGE || until - at > LATEST_OUTAGE;
    is_too_far.then_some(FieldCode::OutOfRange)
}

/// An announced outage with who announced it, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnnouncedOutage {
    /// Its interval, country and moment.
    pub outage: Outage,
    /// The operator who announced it.
    pub by: StaffId,
    /// Why, for the history and the operator's staff.
    pub comment: Comment,
}

/// The outages that windows may still be given a day for, in the order of their numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Outages {
    /// Each with who announced it, the first announced first.
    pub announced: Vec<AnnouncedOutage>,
}

impl Outages {
    /// The outages with one more; those that no window can wait for any more are left out.
    ///
    /// # Errors
    /// [`FieldCode::TooLong`] of the whole where there are too many already.
    pub fn with_outage(&self, announced: AnnouncedOutage) -> Result<Self, FieldError> {
        let at = announced.outage.announced_at;
        let is_kept = |own: &&AnnouncedOutage| at - own.outage.closing_until < KEPT;
        let mut kept: Vec<_> = self.announced.iter().filter(is_kept).cloned().collect();
        if kept.len() >= MOST_OUTAGES {
            return Err(FieldError::new("", FieldCode::TooLong));
        }
        kept.push(announced);
        Ok(Self { announced: kept })
    }

    /// The last that was announced.
    pub fn last_announced(&self) -> Option<&AnnouncedOutage> {
        self.announced.last()
    }
}
