//! Who of the operator's staff works on a claim: an item beside it, which moves no version and goes when the claim's
//! personal data are erased.

use domain::claim::Instant;
use domain::ids::{ClaimId, StaffId};

use crate::erasure::list::erasure_key;
use crate::table::attributes::{Reader, instant_value, item_key, put_value, text_value};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, ItemKey};
use crate::table::keys;
use crate::table::transaction::{Condition, TransactionAction, WriteOutcome};
use crate::table::write_id::WriteId;

const TO: &str = "to";
const BY: &str = "by";
const AT: &str = "at";

/// Where it stands who works on a claim.
pub(crate) fn assignee_key(claim: &ClaimId) -> ItemKey {
    (keys::claim_pk(claim), keys::ASSIGNEE.to_owned())
}

impl FetchedItems {
    /// Who works on a claim, if that was fetched; `None`: nobody.
    pub(crate) fn assignee(&self, claim: &ClaimId) -> Result<Option<StaffId>, StoreError> {
        let item = self.get(&assignee_key(claim))?;
        item.map(|item| Reader::new("assignee", item).read_parsed(TO, StaffId::parse)).transpose()
    }
}

impl Store {
    /// Writes who works on a claim from now on; `None`: nobody. Whether it is written: of a claim whose personal data
    /// were erased nothing is kept any more.
    ///
    /// # Errors
    /// Where the table does not answer.
    pub async fn assign_claim(
        &self,
        claim: &ClaimId,
        to: Option<&StaffId>,
        by: &StaffId,
        at: Instant,
    ) -> Result<bool, StoreError> {
        let place = item_key(keys::claim_pk(claim), keys::ASSIGNEE);
        let Some(to) = to else {
            self.delete_items(vec![place]).await?;
            return Ok(true);
        };
        let mut item = place;
        put_value(&mut item, TO, Some(text_value(to.as_str())));
        put_value(&mut item, BY, Some(text_value(by.as_str())));
        put_value(&mut item, AT, Some(instant_value(at)));
        let not_erased = TransactionAction::Check(erasure_key(claim), Condition::absent());
        let written = self
            .run_transaction(vec![not_erased, TransactionAction::Put(item, None)], WriteId::new())
            .await?;
        match written {
            WriteOutcome::Done => Ok(true),
            WriteOutcome::Conflict if self.erased_at(claim).await?.is_some() => Ok(false),
            WriteOutcome::Conflict => {
                Err(StoreError::Unavailable("somebody else assigns".to_owned()))
            }
        }
    }
}
