//! Timers: where a claim's deadline is found again.

use chrono::Duration;
use domain::calendar::{CalendarId, Window};
use domain::claim::{Claim, Instant, State};
use domain::ids::{ClaimId, NoticeNo, Sha256Hash};
use domain::recipient::RecipientNo;
use domain::reminder::Reminder;

use super::bucket::bucket_of;
use crate::table::attributes::{
    Attributes, Reader, instant_value, item_key, number_value, put_value, text_value,
};
use crate::table::error::StoreError;
use crate::table::keys;

pub(crate) const DEADLINE: &str = "d";
const KIND: &str = "k";
pub(crate) const CALENDAR: &str = "c";
/// By what data a window was counted, or looked at last.
pub(crate) const COUNTING_DATA: &str = "q";
const CLOSES_AT: &str = "w";
/// What is read of a timer: all of it but what its partition says, and its end.
pub(super) const READ: &str = "sk, d, k, c, q, w, n, r";
const NOTICE: &str = "n";
/// The recipient whose mail alone is looked at.
const RECIPIENT: &str = "r";
/// The kind of the timer of a notice's proofs, which also stands in its sort key.
const PROOFS: &str = "proofs";
/// The kind of an erasure's timer, which also stands in its sort key.
const ERASURE: &str = "erase";
/// How long a timer is kept after its bucket.
const KEPT: Duration = Duration::days(90);

/// What the deadline is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimerKind {
    /// A customer's window: closed by the batch.
    Window,
    /// A reminder of a window or a term that ends then: due earlier, and it writes no claim.
    Reminder(Reminder, Instant),
    /// The end of a claim's personal data: due, or to be brought to its end.
    Erasure,
    /// What became of the mails of a notice, or of the one to that recipient, should be known by then.
    Proofs(NoticeNo, Option<RecipientNo>),
    /// Any other deadline of a claim: its silence is executed.
    Other,
}

/// A stored timer. Stale and doubled ones do no harm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TimerItem {
    pub(crate) claim: ClaimId,
    pub(crate) deadline: Instant,
    pub(crate) kind: TimerKind,
    /// By which calendar a window was counted, or the one of its place that left it as it was.
    pub(crate) calendar: Option<CalendarId>,
    /// By what data of zones and holidays a window was counted, or the data that left it as it was.
    pub(crate) counting_data: Option<String>,
}

impl TimerKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Window => "window",
            Self::Reminder(reminder, _) => reminder.as_str(),
            Self::Erasure => ERASURE,
            Self::Proofs(..) => PROOFS,
            Self::Other => "other",
        }
    }

    fn from_item(item: Reader<'_>) -> Result<Self, StoreError> {
        match item.read_text(KIND)? {
            "window" => Ok(Self::Window),
            "other" => Ok(Self::Other),
            ERASURE => Ok(Self::Erasure),
            PROOFS => {
                let recipient = item
                    .opt_number(RECIPIENT)?
                    .map(|no| RecipientNo::new(no).ok_or_else(|| item.attribute_error(RECIPIENT)));
                Ok(Self::Proofs(NoticeNo(item.read_number(NOTICE)?), recipient.transpose()?))
            }
            name => {
                let reminder = Reminder::parse(name).ok_or_else(|| item.attribute_error(KIND))?;
                Ok(Self::Reminder(reminder, item.read_instant(CLOSES_AT)?))
            }
        }
    }
}

impl TimerItem {
    /// The item, in the bucket of its deadline, but never in one that may be drained already at
    /// `now`.
    pub(crate) fn to_attributes(&self, now: Instant, shards: u16) -> Attributes {
        let bucket = bucket_of(self.deadline, now);
        let pk = keys::timers_pk(bucket, shard_of_claim(&self.claim, shards));
        let mut item = item_key(pk, self.sort_key());
        put_value(&mut item, DEADLINE, Some(instant_value(self.deadline)));
        put_value(&mut item, KIND, Some(text_value(self.kind.as_str())));
        if let TimerKind::Reminder(_, closes_at) = self.kind {
            put_value(&mut item, CLOSES_AT, Some(instant_value(closes_at)));
        }
        if let TimerKind::Proofs(notice, recipient) = self.kind {
            put_value(&mut item, NOTICE, Some(number_value(notice.0)));
            put_value(&mut item, RECIPIENT, recipient.map(|no| number_value(no.0)));
        }
        put_value(
            &mut item,
            CALENDAR,
            self.calendar.as_ref().map(|calendar| text_value(calendar.as_str())),
        );
        put_value(&mut item, COUNTING_DATA, self.counting_data.as_ref().map(text_value));
        put_value(&mut item, "expires", Some(number_value((bucket + KEPT).timestamp())));
        item
    }

    pub(crate) fn from_item(item: &Attributes) -> Result<Self, StoreError> {
        let item = Reader::new("timer", item);
        Ok(Self {
            claim: item.read_parsed("sk", parse_claim_id)?,
            deadline: item.read_instant(DEADLINE)?,
            kind: TimerKind::from_item(item)?,
            calendar: item.opt_text(CALENDAR)?.map(CalendarId::from_stored),
            counting_data: item.opt_text(COUNTING_DATA)?.map(str::to_owned),
        })
    }

    /// The timer of a reminder in the window of a claim, or before the end of its term.
    pub(super) fn for_reminder(
        claim: &Claim,
        reminder: Reminder,
        due_at: Instant,
        closes_at: Instant,
    ) -> Self {
        let kind = TimerKind::Reminder(reminder, closes_at);
        Self::without_calendar(&claim.id, due_at, kind)
    }

    /// The timer of an erasure that is due then, or goes on then.
    pub(super) fn for_erasure(claim: &ClaimId, due_at: Instant) -> Self {
        let kind = TimerKind::Erasure;
        Self::without_calendar(claim, due_at, kind)
    }

    /// The timer of a notice's proofs, or of that of one recipient.
    pub(super) fn for_proofs(
        claim: &ClaimId,
        notice: NoticeNo,
        recipient: Option<RecipientNo>,
        due_at: Instant,
    ) -> Self {
        Self::without_calendar(claim, due_at, TimerKind::Proofs(notice, recipient))
    }

    /// A timer that no calendar has counted.
    fn without_calendar(claim: &ClaimId, deadline: Instant, kind: TimerKind) -> Self {
        Self { claim: claim.clone(), deadline, kind, calendar: None, counting_data: None }
    }

    /// Its place in its bucket: a claim's deadline, and beside it its reminders, its erasure and the proofs of its
    /// notices.
    pub(crate) fn sort_key(&self) -> String {
        match self.kind {
            TimerKind::Window | TimerKind::Other => self.claim.as_str().to_owned(),
            TimerKind::Reminder(reminder, _) => format!("{}#{}", self.claim, reminder.as_str()),
            TimerKind::Erasure => format!("{}#{ERASURE}", self.claim),
            TimerKind::Proofs(notice, None) => format!("{}#{PROOFS}-{}", self.claim, notice.0),
            TimerKind::Proofs(notice, Some(no)) => {
                format!("{}#{PROOFS}-{}-{}", self.claim, notice.0, no.0)
            }
        }
    }
}

/// The claim in a sort key.
fn parse_claim_id(sort: &str) -> Result<ClaimId, ()> {
    let id = sort.split_once('#').map_or(sort, |(id, _)| id);
    ClaimId::parse(id).map_err(|_| ())
}

/// The timer a claim needs: for its deadline, or for settling a decline that can still be undone,
/// which is due when its window is.
pub(crate) fn new_timer(claim: &Claim) -> Option<TimerItem> {
    let of_window = |open: &Window| {
        let timer = TimerItem::without_calendar(&claim.id, open.closes_at, TimerKind::Window);
        let calendar = Some(open.calendar.clone());
        Some(TimerItem { calendar, counting_data: Some(open.counting_data()), ..timer })
    };
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
        | State::Ended { .. } => {
            Some(TimerItem::without_calendar(&claim.id, claim.deadline()?, TimerKind::Other))
        }
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
