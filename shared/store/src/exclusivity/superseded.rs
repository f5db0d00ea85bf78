//! Whose associations an association has replaced.

use domain::claim::{Claim, ItemStatus};
use domain::ids::ItemNo;
use domain::reason::EndReason;

use crate::table::config::Store;
use crate::table::error::StoreError;

/// A claim some of whose associations another one has replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupersededClaim {
    /// The claim as its record has it, without details.
    pub claim: Claim,
    /// The items whose association was replaced.
    pub items: Vec<ItemNo>,
}

impl Store {
    /// The claims whose associations ended at the very instant at which the associations of these items of `claim` began,
    /// since those took their place.
    ///
    /// # Errors
    /// Where the table does not answer, or a record cannot be read.
    pub async fn superseded_by(
        &self,
        claim: &Claim,
        items: &[ItemNo],
    ) -> Result<Vec<SupersededClaim>, StoreError> {
        let mut found = Vec::new();
        let ids = self.claims_at_tenant(None, &claim.subject.tenant).await?.all_ids()?;
        let others: Vec<_> = ids.into_iter().filter(|id| *id != claim.id).collect();
        for record in self.load_claim_records(&others).await? {
            let other = record.claim;
            let replaced = other.items.iter().filter(|own| {
                let has_replaced = |no: &ItemNo| replaces_association(claim, *no, &other, own.no);
                items.iter().any(has_replaced)
            });
            let items: Vec<_> = replaced.map(|own| own.no).collect();
            if !items.is_empty() {
                found.push(SupersededClaim { claim: other, items });
            }
        }
        Ok(found)
    }
}

/// Whether the association of an item took the place of another claim's.
fn replaces_association(claim: &Claim, no: ItemNo, other: &Claim, of_other: ItemNo) -> bool {
    let (Some(item), Some(before)) = (claim.find_item(no), other.find_item(of_other)) else {
        return false;
    };
    let is_same = claim.subject.family == other.subject.family
        && claim.item_ref(item) == other.item_ref(before);
    let ItemStatus::Ended { reason: EndReason::Superseded, at, .. } = other.item_status(before)
    else {
        return false;
    };
    let (ItemStatus::Active { effective_at, .. } | ItemStatus::Ended { effective_at, .. }) =
        claim.item_status(item)
    else {
        return false;
    };
    is_same && at == effective_at
}
