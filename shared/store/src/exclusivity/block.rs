//! Blocks: a customer's "no" keeps the same partner from the same item for a while. Those of a tenant are one
//! partition, each an item of its own: they are listed by one query, and no two of them are in each other's way.

use domain::calendar::days_after;
use domain::claim::{Claim, Instant};
use domain::context::LocalCalendar;
use domain::ids::{FamilyId, ItemNo, PartnerId, TenantId};
use domain::program::{ItemRef, Policy};
use domain::rules::ItemBlock;

use crate::table::attributes::{
    Attributes, Reader, instant_value, item_key, number_value, put_value, text_value,
};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, ItemKey};
use crate::table::keys;
use crate::table::transaction::{Condition, TransactionAction, WriteOutcome};
use crate::table::write_id::WriteId;

const UNTIL: &str = "u";
/// How many blocks one transaction lifts.
const LIFTED_AT_ONCE: usize = 50;

/// A block that a "no" has left.
pub(crate) struct StoredBlock {
    key: Attributes,
    pub(crate) block: ItemBlock,
}

impl StoredBlock {
    fn from_item(item: &Attributes) -> Result<Self, StoreError> {
        let read = Reader::new("block", item);
        let (pk, sk) = (read.read_text("pk")?, read.read_text("sk")?);
        let (partner, item) = keys::parse_block_sk(sk).ok_or_else(|| read.attribute_error("sk"))?;
        let ItemRef { kind, id } = item;
        let block = ItemBlock { partner, kind, id, until: read.read_instant(UNTIL)? };
        Ok(Self { key: item_key(pk, sk), block })
    }
}

impl FetchedItems {
    /// Whether the block of that key keeps the partner from the item at `at`, if the key was fetched.
    pub(crate) fn is_blocked(&self, block: &ItemKey, at: Instant) -> Result<bool, StoreError> {
        match self.get(block)? {
            Some(block) => Ok(at < Reader::new("block", block).read_instant(UNTIL)?),
            None => Ok(false),
        }
    }
}

/// Where the block of an item for a partner stands.
pub(crate) fn block_key(
    tenant: &TenantId,
    partner: &PartnerId,
    family: &FamilyId,
    item: &ItemRef,
) -> ItemKey {
    (keys::blocks_pk(tenant), keys::block_sk(partner, family, item.kind, &item.id))
}

impl Store {
    /// The writes of the blocks for these items of a claim, each from `since` on.
    pub(crate) async fn block_actions(
        &self,
        claim: &Claim,
        items: &[ItemNo],
        since: Instant,
        policy: &Policy,
        place: Option<&LocalCalendar>,
    ) -> Result<Vec<TransactionAction>, StoreError> {
        if items.is_empty() {
            return Ok(Vec::new());
        }
        let until = if let Some(place) = place {
            place.days_after(since, policy.block_days)
        } else {
            let tenant = self.load_tenant(&claim.subject.tenant).await?;
            let tenant = tenant.ok_or_else(|| StoreError::unreadable_attribute("claim", "it"))?;
            // The zone is enough: where no calendar can be read a "no" counts all the same.
            days_after(since, policy.block_days, &tenant.local_zone())
        };
        let chosen = claim.items.iter().filter(|item| items.contains(&item.no));
        Ok(chosen.map(|item| put_block(claim, &claim.item_ref(item), until)).collect())
    }

    /// The blocks that the noes of a tenant's customer have left, read strongly.
    pub(crate) async fn load_blocks(
        &self,
        tenant: &TenantId,
    ) -> Result<Vec<StoredBlock>, StoreError> {
        let pages = self
            .client
            .query()
            .table_name(self.table_name())
            .consistent_read(true)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text_value(keys::blocks_pk(tenant)))
            .into_paginator()
            .items()
            .send();
        let found = pages.collect::<Result<Vec<_>, _>>().await?;
        found.iter().map(StoredBlock::from_item).collect()
    }

    /// Deletes blocks, those that are still the ones that were seen, as long as `holds` holds.
    pub(crate) async fn lift_blocks(
        &self,
        traces: Vec<StoredBlock>,
        holds: &TransactionAction,
    ) -> Result<WriteOutcome, StoreError> {
        let actions: Vec<_> = traces.into_iter().map(lift_block).collect();
        for chunk in actions.chunks(LIFTED_AT_ONCE) {
            let together = [chunk, std::slice::from_ref(holds)].concat();
            if self.run_transaction(together, WriteId::new()).await? == WriteOutcome::Conflict {
                return Ok(WriteOutcome::Conflict);
            }
        }
        Ok(WriteOutcome::Done)
    }
}

fn put_block(claim: &Claim, item: &ItemRef, until: Instant) -> TransactionAction {
    let subject = &claim.subject;
    let (pk, sk) = block_key(&subject.tenant, &subject.partner, &subject.family, item);
    let mut block = item_key(pk, sk);
    put_value(&mut block, UNTIL, Some(instant_value(until)));
    put_value(&mut block, "expires", Some(number_value(until.timestamp())));
    TransactionAction::Put(block, None)
}

/// Deletes a block, if it is still the one that was seen.
fn lift_block(trace: StoredBlock) -> TransactionAction {
    let unchanged = Condition::new("u = :u").with_value(":u", instant_value(trace.block.until));
    TransactionAction::Delete(trace.key, unchanged)
}
