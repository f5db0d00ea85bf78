//! Tenants, and beside each entry the standing rules of its customer: the operator writes one and the
//! customer the other, and neither can overwrite the other's.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::actor::{Actor, ActorKind};
use domain::claim::Instant;
use domain::directory::Tenant;
use domain::ids::{ItemId, PartnerId, StaffId, TenantId};
use domain::program::ItemKind;
use domain::rejection::Rejection;
use domain::rules::{ItemBlock, StandingRules};
use serde_dynamo::Item;

use super::domains::domain_item;
use super::entry::{
    ATTEMPTS, DryRun, EntryWrite, NextEntry, PUT, Permits, RevisedEntry, StoredEntry, Wish,
    read_body, write_body,
};
use super::listing::EntryList;
use super::revision::{Author, EntryKind};
use crate::table::attributes::{
    Attributes, Reader, bytes_value, instant_value, item_key, put_value,
};
use crate::table::clock::RequestTime;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, ItemKey};
use crate::table::keys;
use crate::table::retry::pause_before_retry;
use crate::table::transaction::{TransactionAction, WriteOutcome};
use crate::table::write_id::WriteId;

/// When the rules arrived.
const WRITTEN_AT: &str = "t";

/// The standing rules as they were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenRules {
    /// The rules as the customer wrote them.
    pub rules: StandingRules,
    /// The arrival of the request that wrote them.
    pub at: Instant,
}

impl WrittenRules {
    /// The rules of an item of the stream; `None` of an item from before arrivals were kept.
    pub(crate) fn of_item(item: impl Into<Attributes>) -> Option<Self> {
        let item = item.into();
        let at = Reader::new("standing rules", &item).opt_instant(WRITTEN_AT).ok()??;
        Some(Self { rules: read_body(item).ok()?, at })
    }
}

/// A tenant has a verified contact that it did not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactVerified {
    /// The tenant whose contact it is.
    pub tenant: TenantId,
    /// When the contact became verified.
    pub at: Instant,
}

impl ContactVerified {
    /// What the change of a tenant's item from one image to another says of its contacts. `None`: nobody became
    /// verified, or there is an image that is no tenant.
    pub fn of_images(old: Item, new: Item) -> Option<Self> {
        let [old, new] = [old, new].map(|image| read_body::<Tenant>(image.into()).ok());
        let (old, new) = old.zip(new)?;
        let at = new.newly_verified_since(&old)?;
        Some(Self { tenant: new.id, at })
    }
}

/// Whom a block keeps from what.
type Subject = (PartnerId, ItemKind, ItemId);

impl Store {
    /// The tenant of that id, with its customer's rules.
    pub async fn load_tenant(&self, id: &TenantId) -> Result<Option<Tenant>, StoreError> {
        let mut fetched = FetchedItems::default();
        self.fetch_items(&mut fetched, tenant_keys(id).into()).await?;
        fetched.tenant(id)
    }

    /// The operator's entry of a tenant, with the number of its revision.
    pub async fn tenant_entry(
        &self,
        id: &TenantId,
    ) -> Result<Option<RevisedEntry<Tenant>>, StoreError> {
        self.load_entry(keys::tenant_pk(id)).await
    }

    /// Stores a tenant as `by` writes it at `at`, and gives it as it is stored: contacts and domains that
    /// this makes verified or adds bear who did it and when (`docs/domain.md §3`, *Two people*).
    ///
    /// # Errors
    /// The wish's refusal; [`StoreError::DomainsTaken`] for domains of other tenants; where others put the same
    /// tenant all the time, and of the table.
    pub async fn change_tenant(
        &self,
        id: &TenantId,
        wish: Wish<'_, Tenant>,
        by: &StaffId,
        at: Instant,
        permits: Permits<'_, Tenant>,
    ) -> Result<EntryWrite<Tenant>, StoreError> {
        let author = Author { kind: ActorKind::Operator, staff: Some(by.clone()), at };
        let stamped = |before: Option<&Tenant>, _| {
            let entry = wish(before)?.stamp_changes(before, by, at);
            Ok(NextEntry { attributes: listed_by(&entry), entry, beside: Vec::new() })
        };
        self.change_entry(keys::tenant_pk(id), &author, permits, stamped).await
    }

    /// What [`Store::change_tenant`] would do with the tenant as it is now.
    ///
    /// # Errors
    /// As those of [`Store::change_tenant`].
    pub async fn foresee_tenant(
        &self,
        id: &TenantId,
        wish: Wish<'_, Tenant>,
        by: &StaffId,
        at: Instant,
        permits: Permits<'_, Tenant>,
    ) -> Result<DryRun<Tenant>, StoreError> {
        let stamped = |before: Option<&Tenant>| Ok(wish(before)?.stamp_changes(before, by, at));
        self.foresee_entry(keys::tenant_pk(id), permits, &stamped).await
    }

    /// Stores a tenant as it stands, without a revision, with what it says of its contacts and domains: of imports
    /// and tests. Its domains are its own from now on, whose they were.
    pub async fn put_tenant(&self, tenant: &Tenant) -> Result<(), StoreError> {
        for domain in &tenant.domains {
            self.put_item(domain_item(domain, &tenant.id)).await?;
        }
        let mut item = write_body(entry_key(&tenant.id), tenant)?;
        for (name, value) in listed_by(tenant) {
            put_value(&mut item, name, Some(value));
        }
        self.put_item(item).await
    }

    /// The rules of a tenant's customer, with every block that holds at `moment`: those wished for
    /// and those that a "no" has left. `None`: there is no such tenant.
    pub async fn standing_rules(
        &self,
        id: &TenantId,
        moment: RequestTime,
    ) -> Result<Option<RevisedEntry<StandingRules>>, StoreError> {
        if self.tenant_entry(id).await?.is_none() {
            return Ok(None);
        }
        let stored = self.load_entry(keys::rules_pk(id));
        let (stored, traces) = tokio::try_join!(stored, self.load_blocks(id))?;
        let revision =
            stored.as_ref().map_or(0, |stored: &RevisedEntry<StandingRules>| stored.revision);
        let rules = stored.map(|stored| stored.entry).unwrap_or_default();
        let left = traces.into_iter().map(|trace| trace.block).collect::<Vec<_>>();
        Ok(Some(RevisedEntry { entry: rules_holding(rules, &left, moment.at), revision }))
    }

    /// What [`Store::put_standing_rules`] would do with the rules as they are now. `None`: there is no such tenant.
    ///
    /// # Errors
    /// As those of [`Store::put_standing_rules`].
    pub async fn foresee_rules(
        &self,
        id: &TenantId,
        wish: RulesWish<'_>,
        moment: RequestTime,
        permits: Permits<'_, StandingRules>,
    ) -> Result<Option<DryRun<StandingRules>>, StoreError> {
        let Some(present) = Box::pin(self.standing_rules(id, moment)).await? else {
            return Ok(None);
        };
        let next = wish(&present.entry);
        let repeats = next.as_ref().is_ok_and(|next| *next == present.entry);
        if !permits(Some(&present), repeats) {
            return Ok(Some(DryRun::Stale(Some(present))));
        }
        Ok(Some(DryRun::Next { present: Some(present), next: next? }))
    }

    /// Puts the rules of a tenant's customer, all of them, with the moment at which they arrived: a block that is
    /// not among them, or is shorter there, is lifted. Gives the rules as they are stored, without the blocks that a "no" has
    /// left; `None`: there is no such tenant. Rules that say what holds already are no new revision, and are put
    /// again with their moment, since what follows the stream carries out each arrival.
    ///
    /// # Errors
    /// Where others put the same rules all the time, and of the table.
    pub async fn put_standing_rules(
        &self,
        id: &TenantId,
        wish: RulesWish<'_>,
        moment: RequestTime,
        permits: Permits<'_, StandingRules>,
    ) -> Result<Option<EntryWrite<StandingRules>>, StoreError> {
        if self.tenant_entry(id).await?.is_none() {
            return Ok(None);
        }
        let mut own: Option<(RevisedEntry<StandingRules>, WriteId)> = None;
        let mut seen = Vec::new();
        for attempt in 0..ATTEMPTS {
            let stored = self.load_stored::<StandingRules>(keys::rules_pk(id));
            let (stored, traces) = tokio::try_join!(stored, self.load_blocks(id))?;
            if let Some((own, _)) = own.take_if(|own| !stored.is_of_put(own.1)) {
                // Somebody has put others since, or the same again, and lifts what those do not have.
                return Ok(Some(EntryWrite::Stored(own)));
            }
            let left = traces.iter().map(|trace| trace.block.clone()).collect::<Vec<_>>();
            let rules = stored.entry().cloned().unwrap_or_default();
            let rules = rules_holding(rules, &left, moment.at);
            let present = RevisedEntry { entry: rules, revision: stored.revision() };
            let write = wish(&present.entry)
                .map(|wanted| RulesWrite::of(wanted, &present.entry, &stored, &left, moment.at));
            if own.is_none() {
                let repeats = write.as_ref().is_ok_and(|write| write.repeats);
                if !permits(Some(&present), repeats) {
                    return Ok(Some(EntryWrite::Stale(Some(present))));
                }
                seen = left;
            }
            let write = write?;
            let revision = match &own {
                Some((own, _)) => own.revision,
                None if write.repeats => stored.revision(),
                None => stored.next_revision(),
            };
            let put = WriteId::new();
            let beside = vec![(WRITTEN_AT, instant_value(moment.at)), (PUT, bytes_value(put.0))];
            let mut actions = vec![stored.replace_action(&write.stored, revision, beside)?];
            if own.is_none() && !write.repeats {
                let customer = Actor::CustomerAdmin { tenant: id.clone(), person: None };
                let author = Author::of(&customer, moment.at);
                actions.extend(stored.archive_actions(&write.wanted_rules(), revision, &author)?);
            }
            if self.run_transaction(actions, WriteId::new()).await? == WriteOutcome::Done {
                let done = RevisedEntry { entry: write.stored.clone(), revision };
                // A block that a "no" leaves after the rules are stored is not theirs to lift.
                let lifted = |block: &ItemBlock| seen.contains(block) && !write.keeps_block(block);
                let lifted = traces.into_iter().filter(|trace| lifted(&trace.block)).collect();
                if self.lift_blocks(lifted, &stored.check_put(put)).await? == WriteOutcome::Done {
                    return Ok(Some(EntryWrite::Stored(done)));
                }
                own = Some((done, put));
            }
            pause_before_retry(attempt).await;
        }
        Err(StoreError::Unavailable("rules or blocks change all the time".to_owned()))
    }
}

/// What a customer makes of the rules that hold, with every block.
pub type RulesWish<'a> =
    &'a (dyn Fn(&StandingRules) -> Result<StandingRules, Rejection> + Send + Sync);

/// A write of rules over what is stored.
struct RulesWrite {
    /// Until when each is kept from what afterwards.
    until: BTreeMap<Subject, Instant>,
    /// The rules without the blocks that a "no" has left.
    stored: StandingRules,
    /// Whether they say what holds before.
    repeats: bool,
}

impl RulesWrite {
    fn of(
        wanted: StandingRules,
        before: &StandingRules,
        stored: &StoredEntry<StandingRules>,
        left: &[ItemBlock],
        at: Instant,
    ) -> Self {
        let until = longest_blocks(wanted.blocks.iter().cloned());
        let own = to_blocks(&until).filter(|block| !left.contains(block)).collect();
        let after = to_blocks(&until).filter(|block| at < block.until).collect();
        let after = StandingRules { blocks: after, ..wanted.clone() };
        Self {
            repeats: stored.entry().is_some() && after == *before,
            until,
            stored: StandingRules { blocks: own, ..wanted },
        }
    }

    /// The rules with every block that stays.
    fn wanted_rules(&self) -> StandingRules {
        StandingRules { blocks: to_blocks(&self.until).collect(), ..self.stored.clone() }
    }

    /// Whether a block that a "no" has left stays as long as it is.
    fn keeps_block(&self, block: &ItemBlock) -> bool {
        self.until.get(&block_subject(block)).is_some_and(|until| *until >= block.until)
    }
}

impl EntryKind for StandingRules {}

/// How many items beside the entry and its revisions one transaction takes: it has at most 100.
const MOST_ACTIONS: usize = 96;

/// What the system keeps of former contacts is no statement of the operator's.
impl EntryKind for Tenant {
    async fn extra_actions(
        store: &Store,
        before: Option<&Self>,
        next: &Self,
    ) -> Result<Vec<TransactionAction>, StoreError> {
        let mut actions = store.domain_changes(before, next).await?;
        let room = MOST_ACTIONS.saturating_sub(actions.len());
        actions.extend(store.mailbox_changes(before, next, room).await?);
        Ok(actions)
    }

    fn has_same_content(&self, other: &Self) -> bool {
        let stated = |tenant: &Self| Self { former_contacts: Vec::new(), ..tenant.clone() };
        stated(self) == stated(other)
    }
}

impl FetchedItems {
    /// The tenant of that id with its customer's rules, if both keys were fetched.
    pub(crate) fn tenant(&self, id: &TenantId) -> Result<Option<Tenant>, StoreError> {
        let [entry, rules] = tenant_keys(id);
        let rules = self.get(&rules)?.cloned().map(read_body::<StandingRules>).transpose()?;
        let tenant = self.get(&entry)?.cloned().map(read_body::<Tenant>).transpose()?;
        Ok(tenant.map(|tenant| Tenant { rules: rules.unwrap_or_default(), ..tenant }))
    }
}

/// Where a tenant and its customer's rules stand.
pub(crate) fn tenant_keys(tenant: &TenantId) -> [ItemKey; 2] {
    [keys::tenant_pk(tenant), keys::rules_pk(tenant)].map(|pk| (pk, keys::RECORD.to_owned()))
}

/// The attributes by which a tenant is listed.
fn listed_by(tenant: &Tenant) -> Vec<(&'static str, AttributeValue)> {
    EntryList::Tenants.list_attributes(tenant.name.as_str(), tenant.id.as_str())
}

fn entry_key(tenant: &TenantId) -> Attributes {
    item_key(keys::tenant_pk(tenant), keys::RECORD)
}

fn block_subject(block: &ItemBlock) -> Subject {
    (block.partner.clone(), block.kind, block.id.clone())
}

/// The rules with every block that holds at `at`, their own and those that a "no" has left, and no other.
fn rules_holding(rules: StandingRules, left: &[ItemBlock], at: Instant) -> StandingRules {
    let blocks = longest_blocks(rules.blocks.into_iter().chain(left.iter().cloned()));
    let blocks = to_blocks(&blocks).filter(|block| at < block.until).collect();
    StandingRules { blocks, ..rules }
}

/// Until when each is kept from what, where more than one block does so.
fn longest_blocks(blocks: impl Iterator<Item = ItemBlock>) -> BTreeMap<Subject, Instant> {
    let mut longest = BTreeMap::new();
    for block in blocks {
        let until = longest.entry(block_subject(&block)).or_insert(block.until);
        *until = (*until).max(block.until);
    }
    longest
}

fn to_blocks(blocks: &BTreeMap<Subject, Instant>) -> impl Iterator<Item = ItemBlock> {
    blocks.iter().map(|((partner, kind, id), until)| ItemBlock {
        partner: partner.clone(),
        kind: *kind,
        id: id.clone(),
        until: *until,
    })
}
