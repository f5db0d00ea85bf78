//! Timers: where a claim's deadline is found again.

use chrono::Duration;
use domain::calendar::{CalendarId, Window};
use domain::claim::{Claim, Instant, State};
use domain::ids::{ClaimId, Sha256Hash};
use domain::reminder::Reminder;

use super::bucket::bucket_of;
use crate::table::attributes::{Attributes, Reader, instant, key, number, put, text};
use crate::table::error::StoreError;
use crate::table::keys;

const DEADLINE: &str = "d";
const KIND: &str = "k";
const CALENDAR: &str = "c";
const CLOSES_AT: &str = "w";
/// What is read of a timer: all of it but what its partition says, and its end.
pub(super) const READ: &str = "sk, d, k, c, w";
/// The kind of an erasure's timer, which also stands in its sort key.
const ERASURE: &str = "erase";
/// How long a timer is kept after its bucket.
const KEPT: Duration = Duration::days(90);

/// What the deadline is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimerKind {
    /// A customer's window: closed by the batch.
    Window,
    /// A reminder of a window that ends then: due earlier, and it writes no claim.
    Reminder(Reminder, Instant),
    /// The end of a claim's personal data: due, or to be brought to its end.
    Erasure,
    /// Any other deadline of a claim: its silence is executed.
    Other,
}

/// A stored timer. Stale and doubled ones do no harm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TimerItem {
    pub(crate) claim: ClaimId,
    pub(crate) deadline: Instant,
    pub(crate) kind: TimerKind,
    /// By which calendar a window was counted.
    pub(crate) calendar: Option<CalendarId>,
}

impl TimerKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Window => "window",
            Self::Reminder(reminder, _) => reminder.as_str(),
            Self::Erasure => ERASURE,
            Self::Other => "other",
        }
    }

    fn read(item: Reader<'_>) -> Result<Self, StoreError> {
        match item.text(KIND)? {
            "window" => Ok(Self::Window),
            "other" => Ok(Self::Other),
            ERASURE => Ok(Self::Erasure),
            name => {
                let reminder = Reminder::parse(name).ok_or_else(|| item.bad(KIND))?;
                Ok(Self::Reminder(reminder, item.instant(CLOSES_AT)?))
            }
        }
    }
}

impl TimerItem {
    /// The item, in the bucket of its deadline, but never in one that may be drained already at
    /// `now`.
    pub(crate) fn attributes(&self, now: Instant, shards: u16) -> Attributes {
        let bucket = bucket_of(self.deadline, now);
        let pk = keys::timers(bucket, shard_of_claim(&self.claim, shards));
        let mut item = key(pk, self.sort());
        put(&mut item, DEADLINE, Some(instant(self.deadline)));
        put(&mut item, KIND, Some(text(self.kind.as_str())));
        if let TimerKind::Reminder(_, closes_at) = self.kind {
            put(&mut item, CLOSES_AT, Some(instant(closes_at)));
        }
        put(&mut item, CALENDAR, self.calendar.as_ref().map(|calendar| text(calendar.as_str())));
        put(&mut item, "expires", Some(number((bucket + KEPT).timestamp())));
        item
    }

    pub(crate) fn read(item: &Attributes) -> Result<Self, StoreError> {
        let item = Reader::new("timer", item);
        Ok(Self {
            claim: item.parsed("sk", claim_in)?,
            deadline: item.instant(DEADLINE)?,
            kind: TimerKind::read(item)?,
            calendar: item.opt_text(CALENDAR)?.map(CalendarId::from_stored),
        })
    }

    /// The timer of a reminder in the window of a claim.
    pub(super) fn reminder(
        claim: &Claim,
        reminder: Reminder,
        due_at: Instant,
        closes_at: Instant,
    ) -> Self {
        let kind = TimerKind::Reminder(reminder, closes_at);
        Self { claim: claim.id.clone(), deadline: due_at, kind, calendar: None }
    }

    /// The timer of an erasure that is due then, or goes on then.
    pub(super) fn erasure(claim: &ClaimId, due_at: Instant) -> Self {
        let kind = TimerKind::Erasure;
        Self { claim: claim.clone(), deadline: due_at, kind, calendar: None }
    }

    /// Its place in its bucket: a claim's deadline, and beside it its reminders and its erasure.
    pub(crate) fn sort(&self) -> String {
        match self.kind {
            TimerKind::Window | TimerKind::Other => self.claim.as_str().to_owned(),
            TimerKind::Reminder(reminder, _) => format!("{}#{}", self.claim, reminder.as_str()),
            TimerKind::Erasure => format!("{}#{ERASURE}", self.claim),
        }
    }
}

/// The claim in a sort key.
fn claim_in(sort: &str) -> Result<ClaimId, ()> {
    let id = sort.split_once('#').map_or(sort, |(id, _)| id);
    ClaimId::parse(id).map_err(|_| ())
}

/// The timer a claim needs: for its deadline, or for settling a decline that can still be undone,
/// which is due when its window is.
pub(crate) fn timer_of(claim: &Claim) -> Option<TimerItem> {
    let timer = |deadline, kind, calendar| {
        Some(TimerItem { claim: claim.id.clone(), deadline, kind, calendar })
    };
    let of_window =
        |open: &Window| timer(open.closes_at, TimerKind::Window, Some(open.calendar.clone()));
    match &claim.state {
        State::AwaitingCustomer { window } => of_window(window),
        State::Declined { window } => of_window(window.as_ref()?),
        State::Draft { .. }
        | State::Submitted { .. }
        | State::InReview { .. }
        | State::ActionRequired { .. }
        | State::Disputed { .. }
        | State::Notifying { .. }
        | State::Unreachable { .. }
        | State::OnHold { .. }
        | State::Associated { .. }
        | State::Rejected { .. }
        | State::Withdrawn
        | State::Discarded
        | State::Ended { .. } => timer(claim.deadline()?, TimerKind::Other, None),
    }
}

/// The shard of a claim's timers.
fn shard_of_claim(claim: &ClaimId, shards: u16) -> u16 {
    let digest = Sha256Hash::of(claim.as_str().as_bytes()).0;
    let head = digest.first_chunk::<2>().map_or(0, |head| u16::from_be_bytes(*head));
    head.checked_rem(shards).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use domain::ids::PartnerId;

    use super::*;

    #[test]
    fn claims_spread_over_all_the_shards() {
        let partner = PartnerId::parse("p").unwrap();
        let mut seen = std::collections::BTreeSet::new();
        for no in 0..200 {
            seen.insert(shard_of_claim(&ClaimId::of(&partner, &no.to_string()), 4));
        }
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), [0, 1, 2, 3]);
    }
}
