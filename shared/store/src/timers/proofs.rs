//! Proofs of delivery: a day after a notice what became of each of its mails should be known. Where a report is missing
//! it was lost on its way here, and a mail that came back counts as silence.

use chrono::Duration;
use domain::claim::Claim;
use domain::ids::{ClaimId, NoticeNo};

use super::timer::TimerItem;
use super::work::Ending;
use crate::table::config::Store;
use crate::table::error::StoreError;

/// How long the mail service may try to deliver a mail: it then says that the mail came back.
const KNOWN_AFTER: Duration = Duration::hours(24);

/// The timer of the notice that a step makes due.
pub(super) fn new_proofs(old: Option<&Claim>, new: &Claim) -> Option<TimerItem> {
    let is_new = new.notice != old.map_or_else(NoticeNo::default, |old| old.notice);
    let due_at = new.last_event.at + KNOWN_AFTER;
    is_new.then(|| TimerItem::for_proofs(&new.id, new.notice, due_at))
}

impl Store {
    /// Counts the mails of a notice that the mail service took, and of which nothing is known since. A notice that
    /// another one has replaced is not looked at any more.
    pub(super) async fn count_missing_proofs(
        &self,
        id: &ClaimId,
        notice: NoticeNo,
    ) -> Result<Ending, StoreError> {
        let records = self.load_claim_records(std::slice::from_ref(id)).await?;
        let claim = records.first().map(|record| &record.claim);
        let Some(claim) = claim.filter(|claim| claim.notice == notice && !claim.erased) else {
            return Ok(Ending::Stale);
        };
        let Some(known) = self.load_recipients(claim).await? else { return Ok(Ending::Stale) };
        let is_missing = |no| {
            let report = known.reports.of(no);
            report.sent && report.delivered_at.is_none() && report.failure.is_none()
        };
        let missing = known.list.recipients.iter().filter(|own| is_missing(own.no)).count();
        Ok(Ending::Proved { missing: u32::try_from(missing).unwrap_or(u32::MAX) })
    }
}
