//! Tenants, and beside each entry the standing rules of its customer: the operator writes one and the
//! customer the other, and neither can overwrite the other's.

use std::collections::BTreeMap;

use domain::claim::Instant;
use domain::directory::Tenant;
use domain::ids::{ItemId, PartnerId, StaffId, TenantId};
use domain::program::ItemKind;
use domain::rules::{ItemBlock, StandingRules};
use serde_dynamo::Item;

use super::entry::{ATTEMPTS, body_of, with_body};
use crate::table::attributes::{Attributes, Reader, instant, key, put};
use crate::table::clock::Moment;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, ItemKey};
use crate::table::keys;
use crate::table::retry::pause;
use crate::table::transaction::Written;

/// When the rules arrived.
const WRITTEN_AT: &str = "t";

/// The standing rules as they were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenRules {
    /// The rules.
    pub rules: StandingRules,
    /// When they arrived.
    pub at: Instant,
}

impl WrittenRules {
    /// The rules of an item of the stream; `None` of an item from before arrivals were kept.
    pub(crate) fn of_item(item: impl Into<Attributes>) -> Option<Self> {
        let item = item.into();
        let at = Reader::new("standing rules", &item).opt_instant(WRITTEN_AT).ok()??;
        Some(Self { rules: body_of(item).ok()?, at })
    }
}

/// A tenant has a verified contact that it did not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactVerified {
    /// Which tenant.
    pub tenant: TenantId,
    /// Since when.
    pub at: Instant,
}

impl ContactVerified {
    /// What the change of a tenant's item from one image to another says of its contacts. `None`: nobody became
    /// verified, or there is an image that is no tenant.
    pub fn of_images(old: Item, new: Item) -> Option<Self> {
        let [old, new] = [old, new].map(|image| body_of::<Tenant>(image.into()).ok());
        let (old, new) = old.zip(new)?;
        let at = new.newly_verified_since(&old)?;
        Some(Self { tenant: new.id, at })
    }
}

/// Whom a block keeps from what.
type Subject = (PartnerId, ItemKind, ItemId);

impl Store {
    /// The tenant of that id, with its customer's rules.
    pub async fn tenant(&self, id: &TenantId) -> Result<Option<Tenant>, StoreError> {
        let mut fetched = FetchedItems::default();
        self.fetch(&mut fetched, tenant_keys(id).into()).await?;
        fetched.tenant(id)
    }

    /// Stores a tenant as `by` writes it at `at`, and gives it as it is stored: contacts and domains that
    /// this makes verified or adds bear who did it and when (`docs/domain.md §3`, *Two people*).
    ///
    /// # Errors
    /// Where others put the same tenant all the time, and of the table.
    pub async fn change_tenant(
        &self,
        tenant: &Tenant,
        by: &StaffId,
        at: Instant,
    ) -> Result<Tenant, StoreError> {
        let stamped = |before: Option<&Tenant>| tenant.clone().stamped(before, by, at);
        self.change_entry(&entry_key(&tenant.id), stamped).await
    }

    /// Stores a tenant as it stands, with what it says of its contacts and domains: of imports and tests.
    pub async fn put_tenant(&self, tenant: &Tenant) -> Result<(), StoreError> {
        self.put_item(with_body(entry_key(&tenant.id), tenant)?).await
    }

    /// The rules of a tenant's customer, with every block that holds at `moment`: those he wished for
    /// and those that a "no" has left. `None`: there is no such tenant.
    pub async fn standing_rules(
        &self,
        id: &TenantId,
        moment: Moment,
    ) -> Result<Option<StandingRules>, StoreError> {
        let Some(tenant) = self.tenant(id).await? else { return Ok(None) };
        let traces = self.load_blocks(id).await?.into_iter().map(|trace| trace.block);
        let blocks = longest(tenant.rules.blocks.into_iter().chain(traces));
        let blocks = listed(&blocks).filter(|block| moment.at < block.until).collect();
        Ok(Some(StandingRules { blocks, ..tenant.rules }))
    }

    /// Puts the rules of a tenant's customer, all of them, with the moment at which they arrived: a block that is
    /// not among them, or is shorter there, is lifted. Gives the rules as they are stored, without the blocks that a "no" has
    /// left; `None`: there is no such tenant.
    pub async fn put_standing_rules(
        &self,
        id: &TenantId,
        rules: &StandingRules,
        moment: Moment,
    ) -> Result<Option<StandingRules>, StoreError> {
        if self.tenant(id).await?.is_none() {
            return Ok(None);
        }
        let wanted = longest(rules.blocks.iter().cloned());
        for attempt in 0..ATTEMPTS {
            let traces = self.load_blocks(id).await?;
            let left = |block: &ItemBlock| traces.iter().any(|trace| trace.block == *block);
            let wished = listed(&wanted).filter(|block| !left(block)).collect();
            let stored = StandingRules { blocks: wished, ..rules.clone() };
            let mut item = with_body(rules_key(id), &stored)?;
            put(&mut item, WRITTEN_AT, Some(instant(moment.at)));
            self.put_item(item).await?;
            let lifted = traces.into_iter().filter(|trace| {
                wanted.get(&subject(&trace.block)).is_none_or(|until| *until < trace.block.until)
            });
            if self.lift_blocks(lifted.collect()).await? == Written::Done {
                return Ok(Some(stored));
            }
            pause(attempt).await;
        }
        Err(StoreError::Unavailable("blocks change all the time".to_owned()))
    }
}

impl FetchedItems {
    /// The tenant of that id with its customer's rules, if both keys were fetched.
    pub(crate) fn tenant(&self, id: &TenantId) -> Result<Option<Tenant>, StoreError> {
        let [entry, rules] = tenant_keys(id);
        let rules = self.get(&rules)?.cloned().map(body_of::<StandingRules>).transpose()?;
        let tenant = self.get(&entry)?.cloned().map(body_of::<Tenant>).transpose()?;
        Ok(tenant.map(|tenant| Tenant { rules: rules.unwrap_or_default(), ..tenant }))
    }
}

/// Where a tenant and its customer's rules stand.
pub(crate) fn tenant_keys(tenant: &TenantId) -> [ItemKey; 2] {
    [keys::tenant(tenant), keys::rules(tenant)].map(|pk| (pk, keys::RECORD.to_owned()))
}

fn entry_key(tenant: &TenantId) -> Attributes {
    key(keys::tenant(tenant), keys::RECORD)
}

fn rules_key(tenant: &TenantId) -> Attributes {
    key(keys::rules(tenant), keys::RECORD)
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
