//! Locks: at most one active association per program family, tenant, kind and item
//! (`docs/domain.md §3`, *Exclusivity*). A lock says who is `active` and who is `next`.

mod change;

use domain::claim::{Claim, Instant, State};
use domain::ids::{AssociationId, ClaimId, ItemNo};

use crate::table::attributes::{
    Attributes, Reader, instant_value, item_key, put_value, text_value,
};
use crate::table::codec::claim_item::ClaimItem;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, ItemKey, record_key};
use crate::table::keys;
use crate::table::transaction::Condition;

const ACTIVE: &str = "a";
const NEXT: &str = "n";
/// When the holder before left, where the item passed to who was next.
const LEFT_AT: &str = "l";

/// A stored lock: the claim that has the item, and the one that is next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LockItem {
    active: AssociationId,
    next: Option<AssociationId>,
    /// When the association of the holder before ended, if the item passed from it to who was next.
    left_at: Option<Instant>,
}

/// The lock of one of a claim's items, as it was found.
#[derive(Debug, Clone)]
pub(crate) struct FoundLock {
    pub(crate) item: ItemNo,
    key: Attributes,
    pub(super) lock: Option<LockItem>,
    /// The records of the other claims that the lock names.
    pub(crate) others: Vec<ClaimItem>,
}

impl FoundLock {
    /// When the window of the other claim that is next ends, if one is next and waits for its customer.
    pub(crate) fn next_window_end(&self) -> Option<Instant> {
        let next = self.named_record(self.lock.as_ref()?.next.as_ref()?)?;
        let State::AwaitingCustomer { window } = &next.claim.state else { return None };
        Some(window.closes_at)
    }

    /// Who is next for the item of `claim`, if that is a claim of the same partner, which renews.
    pub(crate) fn next_renewal(&self, claim: &Claim) -> Option<&AssociationId> {
        let lock =
            self.lock.as_ref().filter(|lock| lock.active == claim.association_id(self.item))?;
        let next = lock.next.as_ref()?;
        let partner = &self.named_record(next)?.claim.subject.partner;
        (*partner == claim.subject.partner).then_some(next)
    }

    /// When the holder before left the item to `claim`, if it did.
    pub(crate) fn holder_left_at(&self, claim: &Claim) -> Option<Instant> {
        let own = claim.association_id(self.item);
        self.lock.as_ref().filter(|lock| lock.active == own)?.left_at
    }

    /// The record of another claim that the lock names.
    pub(super) fn named_record(&self, named: &AssociationId) -> Option<&ClaimItem> {
        self.others.iter().find(|record| record.claim.id == named.claim)
    }
}

impl LockItem {
    fn from_item(item: &Attributes) -> Result<Self, StoreError> {
        let item = Reader::new("lock", item);
        Ok(Self {
            active: item.read_parsed(ACTIVE, AssociationId::parse)?,
            next: item.opt_parsed(NEXT, AssociationId::parse)?,
            left_at: item.opt_instant(LEFT_AT)?,
        })
    }

    /// The lock of an item that nobody else has or waits for.
    pub(super) fn new_for(active: AssociationId) -> Self {
        Self { active, next: None, left_at: None }
    }

    /// Whom it names, the holder first.
    pub(super) fn named_associations(&self) -> impl Iterator<Item = &AssociationId> {
        std::iter::once(&self.active).chain(&self.next)
    }

    fn to_attributes(&self, key: &Attributes) -> Attributes {
        let mut item = key.clone();
        put_value(&mut item, ACTIVE, Some(text_value(self.active.to_string())));
        put_value(&mut item, NEXT, self.next.as_ref().map(|next| text_value(next.to_string())));
        put_value(&mut item, LEFT_AT, self.left_at.map(instant_value));
        item
    }

    /// The lock is still as it was read.
    fn unchanged_condition(&self) -> Condition {
        let condition =
            Condition::new("a = :a").with_value(":a", text_value(self.active.to_string()));
        match &self.next {
            Some(next) => condition.and("n = :n").with_value(":n", text_value(next.to_string())),
            None => condition.and("attribute_not_exists(n)"),
        }
    }
}

impl Store {
    /// The locks of these items of a claim, with the records of the other claims they name.
    pub(crate) async fn load_locks(
        &self,
        claim: &Claim,
        items: &[ItemNo],
    ) -> Result<Vec<FoundLock>, StoreError> {
        let mut fetched = FetchedItems::default();
        self.fetch_items(&mut fetched, lock_keys(claim, items)).await?;
        let named = fetched.claims_in_locks(claim, items)?;
        self.fetch_items(&mut fetched, named.iter().map(record_key).collect()).await?;
        fetched.locks(claim, items)
    }
}

impl FetchedItems {
    /// The other claims that the locks of these items name, each once, if the locks were fetched.
    pub(crate) fn claims_in_locks(
        &self,
        claim: &Claim,
        items: &[ItemNo],
    ) -> Result<Vec<ClaimId>, StoreError> {
        let mut named = Vec::new();
        for (_, key) in numbered_lock_keys(claim, items) {
            if let Some(lock) = self.get(&key)? {
                named.extend(other_claim_ids(claim, &LockItem::from_item(lock)?));
            }
        }
        named.sort();
        named.dedup();
        Ok(named)
    }

    /// The locks of these items of a claim, if they and the records of the claims they name were fetched.
    pub(crate) fn locks(
        &self,
        claim: &Claim,
        items: &[ItemNo],
    ) -> Result<Vec<FoundLock>, StoreError> {
        let mut locks = Vec::new();
        for (item, place) in numbered_lock_keys(claim, items) {
            let lock = self.get(&place)?.map(LockItem::from_item).transpose()?;
            let named =
                lock.iter().flat_map(|lock| other_claim_ids(claim, lock)).collect::<Vec<_>>();
            let others = self.records(&named)?;
            locks.push(FoundLock { item, key: item_key(place.0, place.1), lock, others });
        }
        Ok(locks)
    }
}

/// Where the locks of these items of a claim stand.
pub(crate) fn lock_keys(claim: &Claim, items: &[ItemNo]) -> Vec<ItemKey> {
    numbered_lock_keys(claim, items).map(|(_, key)| key).collect()
}

fn numbered_lock_keys(claim: &Claim, items: &[ItemNo]) -> impl Iterator<Item = (ItemNo, ItemKey)> {
    let chosen = claim.items.iter().filter(|item| items.contains(&item.no));
    chosen.map(|item| (item.no, (keys::claim_lock_pk(claim, &item.id), keys::LOCK.to_owned())))
}

fn other_claim_ids(claim: &Claim, lock: &LockItem) -> Vec<ClaimId> {
    let named = lock.named_associations().map(|named| named.claim.clone());
    named.filter(|id| *id != claim.id).collect()
}
