//! Locks: at most one active association per program family, tenant, kind and item
//! (`docs/domain.md §3`, *Exclusivity*). A lock says who is `active` and who is `next`.

mod change;

use domain::claim::Claim;
use domain::ids::{AssociationId, ClaimId, ItemNo};

use crate::table::attributes::{Attributes, Reader, key, number, put, text};
use crate::table::codec::claim_item::ClaimItem;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;
use crate::table::transaction::{Action, Condition};

const ACTIVE: &str = "a";
const NEXT: &str = "n";

/// A stored lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LockItem {
    active: AssociationId,
    next: Option<AssociationId>,
}

/// The lock of one of a claim's items, as it was found.
#[derive(Debug, Clone)]
pub(crate) struct FoundLock {
    pub(super) item: ItemNo,
    key: Attributes,
    pub(super) lock: Option<LockItem>,
    /// The records of the other claims that the lock names.
    pub(super) others: Vec<ClaimItem>,
}

impl FoundLock {
    /// The record of another claim that the lock names.
    pub(super) fn record(&self, named: &AssociationId) -> Option<&ClaimItem> {
        self.others.iter().find(|record| record.claim.id == named.claim)
    }
}

impl LockItem {
    fn read(item: &Attributes) -> Result<Self, StoreError> {
        let item = Reader::new("lock", item);
        Ok(Self {
            active: item.parsed(ACTIVE, AssociationId::parse)?,
            next: item.opt_parsed(NEXT, AssociationId::parse)?,
        })
    }

    /// Whom it names, the holder first.
    pub(super) fn named(&self) -> impl Iterator<Item = &AssociationId> {
        std::iter::once(&self.active).chain(&self.next)
    }

    fn attributes(&self, key: &Attributes) -> Attributes {
        let mut item = key.clone();
        put(&mut item, ACTIVE, Some(text(self.active.to_string())));
        put(&mut item, NEXT, self.next.as_ref().map(|next| text(next.to_string())));
        item
    }

    /// The lock is still as it was read.
    fn unchanged(&self) -> Condition {
        let condition = Condition::new("a = :a").with(":a", text(self.active.to_string()));
        match &self.next {
            Some(next) => condition.and("n = :n").with(":n", text(next.to_string())),
            None => condition.and("attribute_not_exists(n)"),
        }
    }
}

impl Store {
    /// The locks of these items of a claim, with the records of the other claims they name.
    pub(crate) async fn locks(
        &self,
        claim: &Claim,
        items: &[ItemNo],
    ) -> Result<Vec<FoundLock>, StoreError> {
        let mut found: Vec<_> = claim
            .items
            .iter()
            .filter(|item| items.contains(&item.no))
            .map(|item| (item.no, key(keys::lock_of(claim, &item.id), keys::LOCK)))
            .map(|(item, key)| FoundLock { item, key, lock: None, others: Vec::new() })
            .collect();
        let (stored, _) = self.get_all(found.iter().map(|lock| lock.key.clone()).collect()).await?;
        for item in &stored {
            let own = found.iter_mut().find(|lock| lock.key.get("pk") == item.get("pk"));
            if let Some(own) = own {
                own.lock = Some(LockItem::read(item)?);
            }
        }
        self.add_others(claim, &mut found).await?;
        Ok(found)
    }

    async fn add_others(&self, claim: &Claim, found: &mut [FoundLock]) -> Result<(), StoreError> {
        let mut ids: Vec<_> = found.iter().flat_map(|lock| other_claims(claim, lock)).collect();
        ids.sort();
        ids.dedup();
        let records = self.load_records(&ids).await?;
        for lock in found {
            let named = other_claims(claim, lock);
            let own = records.iter().filter(|record| named.contains(&record.claim.id));
            lock.others = own.cloned().collect();
        }
        Ok(())
    }
}

fn other_claims(claim: &Claim, found: &FoundLock) -> Vec<ClaimId> {
    let named = found.lock.iter().flat_map(LockItem::named);
    named.map(|named| named.claim.clone()).filter(|id| *id != claim.id).collect()
}

/// The claim has still the version it was read with.
pub(crate) fn unmoved(claim: &Claim) -> Action {
    let key = key(keys::claim(&claim.id), keys::RECORD);
    Action::Check(key, Condition::new("v = :v").with(":v", number(claim.version.0)))
}
