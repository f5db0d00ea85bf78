//! Proofs of delivery: a day after a notice what became of each of its mails should be known. Where a report is missing
//! it was lost on its way here, and a mail that came back counts as silence. A mail that goes out later is looked at by
//! itself, a day after it.

use chrono::Duration;
use domain::claim::{Claim, Instant};
use domain::ids::{ClaimId, NoticeNo};
use domain::recipient::{Recipient, RecipientNo};

use super::timer::TimerItem;
use super::work::Ending;
use crate::table::config::Store;
use crate::table::error::StoreError;

/// How long the mail service may try to deliver a mail, and some more: it then says that the mail came back.
pub const PROOFS_KNOWN_AFTER: Duration = Duration::hours(24);

/// The timer of the notice that a step makes due.
pub(super) fn new_proofs(old: Option<&Claim>, new: &Claim) -> Option<TimerItem> {
    let is_new = new.notice != old.map_or_else(NoticeNo::default, |old| old.notice);
    let due_at = new.last_event.at + PROOFS_KNOWN_AFTER;
    is_new.then(|| TimerItem::for_proofs(&new.id, new.notice, None, due_at))
}

impl Store {
    /// Has the mail of a notice to a recipient looked at a day after `sent_at`: one unit. It is for a mail that goes out
    /// later than the notice's own timer can tell, and is put before the mail: a crash between the two leaves a harmless
    /// timer.
    ///
    /// # Errors
    /// Where the table does not answer.
    pub async fn schedule_proof(
        &self,
        claim: &ClaimId,
        notice: NoticeNo,
        recipient: RecipientNo,
        sent_at: Instant,
    ) -> Result<(), StoreError> {
        let due_at = sent_at + PROOFS_KNOWN_AFTER;
        let timer = TimerItem::for_proofs(claim, notice, Some(recipient), due_at);
        self.put_item(timer.to_attributes(sent_at, self.config.shards)).await
    }

    /// Counts the mails of a notice, or that to one recipient, which the mail service took, and of which nothing is known
    /// since. No report comes about the mail to a contact outside the tenant, so that one is not counted. A notice that
    /// another one has replaced is not looked at any more.
    pub(super) async fn count_missing_proofs(
        &self,
        id: &ClaimId,
        notice: NoticeNo,
        recipient: Option<RecipientNo>,
    ) -> Result<Ending, StoreError> {
        let records = self.load_claim_records(std::slice::from_ref(id)).await?;
        let claim = records.first().map(|record| &record.claim);
        let Some(claim) = claim.filter(|claim| claim.notice == notice && !claim.erased) else {
            return Ok(Ending::Stale);
        };
        let Some(known) = self.load_recipients(claim).await? else { return Ok(Ending::Stale) };
        let is_asked_for = |own: &Recipient| recipient.is_none_or(|no| no == own.no);
        let is_missing = |own: &&Recipient| {
            let report = known.reports.of(own.no);
            let is_silent = report.delivered_at.is_none() && report.failure.is_none();
            own.has_link() && is_asked_for(own) && report.sent && is_silent
        };
        let missing = known.list.recipients.iter().filter(is_missing).count();
        Ok(Ending::Proved { missing: u32::try_from(missing).unwrap_or(u32::MAX) })
    }
}
