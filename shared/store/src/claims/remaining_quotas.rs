//! What is left to a partner of its quotas: told, and never judged by.

use domain::claim::Instant;
use domain::directory::Partner;

use crate::table::config::Store;
use crate::table::error::StoreError;

/// What is left to a partner of its quotas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemainingQuotas {
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
    pub async fn remaining_quotas(
        &self,
        partner: &Partner,
        at: Instant,
    ) -> Result<RemainingQuotas, StoreError> {
        let (daily_claims, open_claims, open_drafts, daily_checks) = tokio::try_join!(
            self.claims_left_of_day(partner, at),
            self.open_claims_left(partner, at),
            self.drafts_left(partner),
            self.checks_left_of_day(partner, at),
        )?;
        Ok(RemainingQuotas { daily_claims, open_claims, open_drafts, daily_checks })
    }
}
