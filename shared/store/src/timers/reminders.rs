//! Reminders: a timer that leaves a mark beside the claim and never writes it. The stream tells the mark
//! like any event, so a reminder is told once, and one of a window that has changed not at all.

use chrono::Duration;
use domain::claim::{Claim, Instant, State};
use domain::ids::{ClaimId, NoticeNo};
use domain::reminder::{self, Reminder};

use super::timer::TimerItem;
use super::work::Ending;
use crate::table::attributes::{
    Attributes, Reader, instant_value, item_key, number_value, put_value,
};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;
use crate::table::transaction::{Condition, WriteOutcome};

const AT: &str = "at";
const CLOSES_AT: &str = "cl";
/// How long a mark is kept.
const KEPT: Duration = Duration::days(90);

/// A reminder that is due, as the stream tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReminderDue {
    /// The claim whose window is open, or whose associations have a term.
    pub claim: ClaimId,
    /// The number of the notice that the window is of.
    pub notice: NoticeNo,
    /// Whether half of the days are over, the last one begins, the contact in reserve is asked, or a term ends.
    pub reminder: Reminder,
    /// The moment at which it became due.
    pub at: Instant,
    /// The end of the window, or of the term, that it is about.
    pub closes_at: Instant,
}

impl ReminderDue {
    /// Reads an image of a stream record.
    ///
    /// # Errors
    /// `Corrupt` for an image that is no mark of a reminder.
    pub fn from_stream(item: serde_dynamo::Item) -> Result<Self, StoreError> {
        let item: Attributes = item.into();
        let item = Reader::new("reminder", &item);
        let (notice, reminder) =
            item.read_parsed("sk", |sort| keys::parse_reminder_sk(sort).ok_or(()))?;
        Ok(Self {
            claim: keys::parse_claim_pk(item.read_text("pk")?)?,
            notice,
            reminder,
            at: item.read_instant(AT)?,
            closes_at: item.read_instant(CLOSES_AT)?,
        })
    }

    fn to_attributes(&self) -> Attributes {
        let sort = keys::reminder_sk(self.notice, self.reminder, self.closes_at);
        let mut item = item_key(keys::claim_pk(&self.claim), sort);
        put_value(&mut item, AT, Some(instant_value(self.at)));
        put_value(&mut item, CLOSES_AT, Some(instant_value(self.closes_at)));
        put_value(&mut item, "expires", Some(number_value((self.closes_at + KEPT).timestamp())));
        item
    }
}

/// The timers of the reminders of a claim's open window, or of the term of its associations, those in the past left out:
/// the mail about what became official has just told of a term that ends sooner.
pub(crate) fn reminders_of(claim: &Claim, now: Instant) -> Vec<TimerItem> {
    let State::AwaitingCustomer { window } = &claim.state else {
        let ends_at = claim.state.term_ends_at();
        let due = reminder::term_told_at(claim).zip(ends_at).filter(|(due_at, _)| now < *due_at);
        let timer =
            |(due_at, ends_at)| TimerItem::for_reminder(claim, Reminder::Term, due_at, ends_at);
        return due.map(timer).into_iter().collect();
    };
    let due = Reminder::ALL.into_iter().filter_map(|one| Some((one, one.due_at(window)?)));
    due.filter(|(_, due_at)| now < *due_at)
        .map(|(one, due_at)| TimerItem::for_reminder(claim, one, due_at, window.closes_at))
        .collect()
}

impl Store {
    /// Leaves the mark that lets the contact in reserve be asked now, in the claim's open window. Once a window.
    ///
    /// # Errors
    /// Where the table does not answer.
    pub async fn ask_reserve(&self, claim: &Claim, at: Instant) -> Result<(), StoreError> {
        let State::AwaitingCustomer { window } = &claim.state else { return Ok(()) };
        let (id, notice, closes_at) = (claim.id.clone(), claim.notice, window.closes_at);
        let due = ReminderDue { claim: id, notice, reminder: Reminder::Reserve, at, closes_at };
        self.put_item_if(due.to_attributes(), Condition::absent()).await.map(|_| ())
    }

    /// Leaves the mark of a reminder, where it is still wanted.
    pub(super) async fn put_reminder_mark(
        &self,
        timer: &TimerItem,
        reminder: Reminder,
        closes_at: Instant,
        now: Instant,
    ) -> Result<Ending, StoreError> {
        let records = self.load_claim_records(std::slice::from_ref(&timer.claim)).await?;
        let claim = records.first().map(|record| &record.claim);
        let wanted = |claim: &&Claim| match reminder {
            Reminder::Term => reminder::is_term_to_be_told(claim, closes_at, now),
            Reminder::HalfTime | Reminder::LastDay | Reminder::Reserve => {
                reminder::is_to_be_sent(claim, closes_at, timer.deadline, now)
            }
        };
        let Some(claim) = claim.filter(wanted) else { return Ok(Ending::Stale) };
        let (id, notice) = (claim.id.clone(), claim.notice);
        let due = ReminderDue { claim: id, notice, reminder, at: timer.deadline, closes_at };
        match self.put_item_if(due.to_attributes(), Condition::absent()).await? {
            WriteOutcome::Done => Ok(Ending::Reminded),
            WriteOutcome::Conflict => Ok(Ending::Stale),
        }
    }
}
