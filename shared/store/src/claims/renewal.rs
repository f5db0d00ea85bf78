//! What a claim renews.

use domain::claim::Claim;

use crate::table::config::Store;
use crate::table::error::StoreError;

impl Store {
    /// The claim that this one renews, as its record has it, without details; `None`: it renews none.
    ///
    /// # Errors
    /// Where the table does not answer, or the record cannot be read.
    pub async fn renewed_claim(&self, claim: &Claim) -> Result<Option<Claim>, StoreError> {
        let Some(renewal) = &claim.details.renews else { return Ok(None) };
        let records = self.load_claim_records(std::slice::from_ref(&renewal.claim)).await?;
        Ok(records.into_iter().next().map(|record| record.claim))
    }
}
