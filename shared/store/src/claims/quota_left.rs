//! What is left to a partner of its quotas: told, and never judged by.

use domain::claim::Instant;
use domain::directory::Partner;

use super::quota::{PAGE, PAGES};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::index::PartOfPartner;

/// What is left to a partner of its quotas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaLeft {
    /// How many claims it may submit until its next midnight.
    pub daily_claims: u32,
    /// How many more claims may be open.
    pub open_claims: u32,
    /// How many more drafts it may have.
    pub open_drafts: u32,
    /// How many tenants it may check until its next midnight.
    pub daily_checks: u32,
}

impl Store {
    /// What is left to the partner at that moment: of the day exactly, of what is open as its index has it, some seconds
    /// late.
    ///
    /// # Errors
    /// Where the table does not answer.
    pub async fn quota_left(
        &self,
        partner: &Partner,
        at: Instant,
    ) -> Result<QuotaLeft, StoreError> {
        let (daily_claims, open_claims, open_drafts, daily_checks) = tokio::try_join!(
            self.claims_left_of_day(partner, at),
            self.open_claims_left(partner),
            self.drafts_left(partner),
            self.checks_left_of_day(partner, at),
        )?;
        Ok(QuotaLeft { daily_claims, open_claims, open_drafts, daily_checks })
    }

    /// How many more claims may be open, by the newest that the partner has submitted: as many of them as a submit looks at.
    async fn open_claims_left(&self, partner: &Partner) -> Result<u32, StoreError> {
        let (mut left, mut from) = (partner.open_claim_quota, None);
        for _ in 0..PAGES {
            let part = PartOfPartner::Submitted;
            let (ids, next) =
                self.newest_of_partner(&partner.id, part, from.as_ref(), PAGE).await?;
            let records = self.load_claim_records(&ids).await?;
            let open = records.iter().filter(|record| record.claim.state.is_open()).count();
            left = left.saturating_sub(u32::try_from(open).unwrap_or(u32::MAX));
            from = next;
            if from.is_none() || left == 0 {
                break;
            }
        }
        Ok(left)
    }
}
