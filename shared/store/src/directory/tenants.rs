//! The customer's standing rules, beside the directory's entry of his tenant: the operator writes one
//! and the customer the other, and neither can overwrite the other's.

use std::collections::BTreeMap;

use domain::claim::{Claim, Instant};
use domain::directory::Tenant;
use domain::ids::{ItemId, PartnerId, TenantId};
use domain::program::ItemKind;
use domain::rules::{ItemBlock, StandingRules};

use crate::directory::programs::{ATTEMPTS, body_of, with_body};
use crate::exclusivity::block::UNTIL;
use crate::table::attributes::{Attributes, Reader, instant, key};
use crate::table::config::{Moment, Store};
use crate::table::error::StoreError;
use crate::table::keys;
use crate::table::retry::pause;
use crate::table::transaction::{Action, Condition, Written};
use crate::table::write_id::WriteId;

/// How many blocks one transaction lifts.
const LIFTED_AT_ONCE: usize = 50;

/// Whom a block keeps from what.
type Subject = (PartnerId, ItemKind, ItemId);

/// A block that a "no" has left.
struct Trace {
    key: Attributes,
    block: ItemBlock,
}

impl Store {
    /// The tenant of that id, with its customer's rules.
    pub async fn tenant(&self, id: &TenantId) -> Result<Option<Tenant>, StoreError> {
        let keys = vec![entry_key(id), rules_key(id)];
        let (mut tenant, mut rules) = (None, StandingRules::default());
        for item in self.get_all(keys).await?.0 {
            if Reader::new("tenant", &item).text("pk")? == keys::rules(id) {
                rules = body_of(item)?;
            } else {
                tenant = Some(body_of::<Tenant>(item)?);
            }
        }
        Ok(tenant.map(|tenant| Tenant { rules, ..tenant }))
    }

    /// The rules of a tenant's customer, with every block that holds at `moment`: those he wished for
    /// and those that a "no" has left. `None`: there is no such tenant.
    pub async fn standing_rules(
        &self,
        id: &TenantId,
        moment: Moment,
    ) -> Result<Option<StandingRules>, StoreError> {
        let Some(tenant) = self.tenant(id).await? else { return Ok(None) };
        let traces = self.traces(id).await?.into_iter().map(|trace| trace.block);
        let blocks = longest(tenant.rules.blocks.into_iter().chain(traces));
        let blocks = listed(&blocks).filter(|block| moment.at < block.until).collect();
        Ok(Some(StandingRules { blocks, ..tenant.rules }))
    }

    /// Puts the rules of a tenant's customer, all of them: a block that is not among them, or is
    /// shorter there, is lifted. `false`: there is no such tenant.
    pub async fn put_standing_rules(
        &self,
        id: &TenantId,
        rules: &StandingRules,
    ) -> Result<bool, StoreError> {
        if self.tenant(id).await?.is_none() {
            return Ok(false);
        }
        let wanted = longest(rules.blocks.iter().cloned());
        for attempt in 0..ATTEMPTS {
            let traces = self.traces(id).await?;
            let left = |block: &ItemBlock| traces.iter().any(|trace| trace.block == *block);
            let wished = listed(&wanted).filter(|block| !left(block)).collect();
            let stored = StandingRules { blocks: wished, ..rules.clone() };
            self.put(with_body(rules_key(id), &stored)?).await?;
            let lifted = traces.into_iter().filter(|trace| {
                wanted.get(&subject(&trace.block)).is_none_or(|until| *until < trace.block.until)
            });
            if self.lift(lifted.map(lift).collect()).await? == Written::Done {
                return Ok(true);
            }
            pause(attempt).await;
        }
        Err(StoreError::Unavailable("blocks change all the time".to_owned()))
    }

    async fn lift(&self, actions: Vec<Action>) -> Result<Written, StoreError> {
        for chunk in actions.chunks(LIFTED_AT_ONCE) {
            if self.transact(chunk.to_vec(), WriteId::new()).await? == Written::Conflict {
                return Ok(Written::Conflict);
            }
        }
        Ok(Written::Done)
    }

    /// The blocks that the customer's noes have left, found by the claims on his tenant.
    async fn traces(&self, tenant: &TenantId) -> Result<Vec<Trace>, StoreError> {
        let ids = self.ids_at_tenant(None, tenant).await?;
        let records = self.load_records(&ids).await?;
        let claims = records.iter().map(|record| &record.claim);
        let keys: BTreeMap<_, _> = claims.flat_map(block_keys).collect();
        let (items, _) = self.get_all(keys.keys().map(|(pk, sk)| key(pk, sk)).collect()).await?;
        let mut traces = Vec::new();
        for item in &items {
            let read = Reader::new("block", item);
            let place = (read.text("pk")?.to_owned(), read.text("sk")?.to_owned());
            let until = read.instant(UNTIL)?;
            if let Some((partner, kind, id)) = keys.get(&place).cloned() {
                let key = key(place.0, place.1);
                traces.push(Trace { key, block: ItemBlock { partner, kind, id, until } });
            }
        }
        Ok(traces)
    }
}

fn entry_key(tenant: &TenantId) -> Attributes {
    key(keys::tenant(tenant), keys::RECORD)
}

fn rules_key(tenant: &TenantId) -> Attributes {
    key(keys::rules(tenant), keys::RECORD)
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
fn lift(trace: Trace) -> Action {
    let unchanged = Condition::new("u = :u").with(":u", instant(trace.block.until));
    Action::Delete(trace.key, unchanged)
}

fn subject(block: &ItemBlock) -> Subject {
    (block.partner.clone(), block.kind, block.id.clone())
}

/// Until when each is kept from what, where more than one block does so.
fn longest(blocks: impl Iterator<Item = ItemBlock>) -> BTreeMap<Subject, Instant> {
    let mut longest = BTreeMap::new();
    for block in blocks {
        let until = longest.entry(subject(&block)).or_insert(block.until);
        *until = (*until).max(block.until);
    }
    longest
}

fn listed(blocks: &BTreeMap<Subject, Instant>) -> impl Iterator<Item = ItemBlock> {
    blocks.iter().map(|((partner, kind, id), until)| ItemBlock {
        partner: partner.clone(),
        kind: *kind,
        id: id.clone(),
        until: *until,
    })
}
