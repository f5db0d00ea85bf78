//! Blocks: a customer's "no" keeps the same partner from the same item for a while.

use std::collections::BTreeMap;

use domain::claim::{Claim, Instant};
use domain::context::Place;
use domain::ids::{ItemId, ItemNo, PartnerId, TenantId};
use domain::program::{ItemKind, Policy};
use domain::rules::ItemBlock;

use crate::table::attributes::{Attributes, Reader, instant, key, number, put};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, ItemKey};
use crate::table::keys;
use crate::table::transaction::{Action, Condition, Written};
use crate::table::write_id::WriteId;

const UNTIL: &str = "u";
/// How many blocks one transaction lifts.
const LIFTED_AT_ONCE: usize = 50;

/// Whom a block keeps from what.
type Subject = (PartnerId, ItemKind, ItemId);

/// A block that a "no" has left.
pub(crate) struct StoredBlock {
    key: Attributes,
    pub(crate) block: ItemBlock,
}

impl FetchedItems {
    /// Whether the customer keeps the item of that lock from the partner at `at`, if the block's key was
    /// fetched.
    pub(crate) fn is_blocked(
        &self,
        lock: &str,
        partner: &PartnerId,
        at: Instant,
    ) -> Result<bool, StoreError> {
        match self.get(&block_key(lock, partner))? {
            Some(block) => Ok(at < Reader::new("block", block).instant(UNTIL)?),
            None => Ok(false),
        }
    }
}

/// Where the block of a lock's item for a partner stands.
pub(crate) fn block_key(lock: &str, partner: &PartnerId) -> ItemKey {
    (lock.to_owned(), keys::block(partner))
}

impl Store {
    /// The writes of the blocks for these items of a claim, each from `since` on.
    pub(crate) async fn block_actions(
        &self,
        claim: &Claim,
        items: &[ItemNo],
        since: Instant,
        policy: &Policy,
        place: Option<&Place>,
    ) -> Result<Vec<Action>, StoreError> {
        if items.is_empty() {
            return Ok(Vec::new());
        }
        let until = if let Some(place) = place {
            place.days_after(since, policy.block_days)
        } else {
            let tenant = self.tenant(&claim.subject.tenant).await?;
            let tenant = tenant.ok_or_else(|| StoreError::unreadable("claim", "it"))?;
            self.customer_place(&tenant, policy).await?.days_after(since, policy.block_days)
        };
        let chosen = claim.items.iter().filter(|item| items.contains(&item.no));
        Ok(chosen.map(|item| block(claim, &item.id, until)).collect())
    }

    /// The blocks that the customer's noes have left, found by the claims on his tenant.
    pub(crate) async fn load_blocks(
        &self,
        tenant: &TenantId,
    ) -> Result<Vec<StoredBlock>, StoreError> {
        let ids = self.claims_at_tenant(None, tenant).await?.ids()?;
        let records = self.load_claim_records(&ids).await?;
        let claims = records.iter().map(|record| &record.claim);
        let keys: BTreeMap<_, _> = claims.flat_map(block_keys).collect();
        let (items, _) = self.get_items(keys.keys().map(|(pk, sk)| key(pk, sk)).collect()).await?;
        let mut traces = Vec::new();
        for item in &items {
            let read = Reader::new("block", item);
            let place = (read.text("pk")?.to_owned(), read.text("sk")?.to_owned());
            let until = read.instant(UNTIL)?;
            if let Some((partner, kind, id)) = keys.get(&place).cloned() {
                let key = key(place.0, place.1);
                traces.push(StoredBlock { key, block: ItemBlock { partner, kind, id, until } });
            }
        }
        Ok(traces)
    }

    /// Deletes blocks, those that are still the ones that were seen.
    pub(crate) async fn lift_blocks(
        &self,
        traces: Vec<StoredBlock>,
    ) -> Result<Written, StoreError> {
        let actions: Vec<_> = traces.into_iter().map(lift).collect();
        for chunk in actions.chunks(LIFTED_AT_ONCE) {
            if self.transact(chunk.to_vec(), WriteId::new()).await? == Written::Conflict {
                return Ok(Written::Conflict);
            }
        }
        Ok(Written::Done)
    }
}

fn block(claim: &Claim, item: &ItemId, until: Instant) -> Action {
    let mut block = key(keys::lock_of(claim, item), keys::block(&claim.subject.partner));
    put(&mut block, UNTIL, Some(instant(until)));
    put(&mut block, "expires", Some(number(until.timestamp())));
    Action::Put(block, None)
}

/// Where a "no" to one of the claim's items would have left a block, and what it would keep from
/// whom.
fn block_keys(claim: &Claim) -> impl Iterator<Item = ((String, String), Subject)> {
    let partner = &claim.subject.partner;
    claim.items.iter().map(move |item| {
        let place = (keys::lock_of(claim, &item.id), keys::block(partner));
        (place, (partner.clone(), claim.subject.kind, item.id.clone()))
    })
}

/// Deletes a block, if it is still the one that was seen.
fn lift(trace: StoredBlock) -> Action {
    let unchanged = Condition::new("u = :u").with(":u", instant(trace.block.until));
    Action::Delete(trace.key, unchanged)
}
