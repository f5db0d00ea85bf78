//! What stands against claiming some items: claims of the same partner on them, and blocks.

use domain::claim::{Claim, Instant, Item, ItemStatus, State};
use domain::context::Facts;
use domain::ids::{ClaimId, FamilyId, PartnerId, TenantId};
use domain::program::ItemRef;

use crate::exclusivity::block::block_key;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, ItemKey};

/// Items of one kind at a tenant, within the family in which they have one partner of record.
pub(super) struct RequestedItems<'a> {
    pub(super) partner: &'a PartnerId,
    pub(super) tenant: &'a TenantId,
    pub(super) family: &'a FamilyId,
    pub(super) items: Vec<ItemRef>,
    pub(super) except: &'a ClaimId,
    /// The claim of the same partner that is renewed.
    pub(super) renewed: Option<&'a ClaimId>,
}

impl RequestedItems<'_> {
    /// Where the blocks stand that would keep the partner from the items.
    pub(super) fn block_keys(&self) -> impl Iterator<Item = ItemKey> {
        self.items.iter().map(|item| self.block_key(item))
    }

    fn block_key(&self, item: &ItemRef) -> ItemKey {
        block_key(self.tenant, self.partner, self.family, item)
    }
}

/// What the customer keeps from the partner, and what the partner claims already at the tenant: of the claims `own`,
/// which the index names within its delay, each read strongly.
pub(super) fn add_rights(
    claimed: &RequestedItems<'_>,
    own: &[ClaimId],
    fetched: &FetchedItems,
    at: Instant,
    facts: &mut Facts,
) -> Result<(), StoreError> {
    fill_blocked_items(claimed, fetched, at, facts)?;
    let own: Vec<_> = own.iter().filter(|id| *id != claimed.except).cloned().collect();
    for record in fetched.records(&own)? {
        let claim = &record.claim;
        if claimed.renewed == Some(&claim.id) {
            facts.renewed = Some(claim.clone());
        }
        facts.open_at_tenant += u32::from(claim.state.is_open());
        if claim.subject.family == *claimed.family {
            let held = held_items(claim).filter(|item| claimed.items.contains(item));
            facts.own_claims.extend(held.map(|item| (item, claim.id.clone())));
        }
    }
    Ok(())
}

/// What the customer keeps from the partner.
pub(super) fn fill_blocked_items(
    claimed: &RequestedItems<'_>,
    fetched: &FetchedItems,
    at: Instant,
    facts: &mut Facts,
) -> Result<(), StoreError> {
    let rules = facts.tenant.as_ref().map(|tenant| &tenant.rules);
    let mut blocked = Vec::new();
    for item in &claimed.items {
        let ruled_out = rules.is_some_and(|rules| rules.blocks_claim(claimed.partner, item, at));
        if ruled_out || fetched.is_blocked(&claimed.block_key(item), at)? {
            blocked.push(item.clone());
        }
    }
    facts.blocked = blocked;
    Ok(())
}

/// What a claim asks for: its undecided items.
pub(super) fn requested_items(claim: &Claim) -> RequestedItems<'_> {
    items_of_claim(claim, claim.undecided_items())
}

/// What a claim asks for, or would ask for again: its undecided items, and those that are declined.
pub(super) fn reclaimable_items(claim: &Claim) -> RequestedItems<'_> {
    let fits = |item: &&Item| match claim.item_status(item) {
        ItemStatus::Proposed | ItemStatus::Pending | ItemStatus::Declined { .. } => true,
        ItemStatus::Active { .. }
        | ItemStatus::Ended { .. }
        | ItemStatus::Dropped
        | ItemStatus::Withdrawn
        | ItemStatus::Rejected => false,
    };
    items_of_claim(claim, claim.items.iter().filter(fits))
}

fn items_of_claim<'a>(
    claim: &'a Claim,
    items: impl Iterator<Item = &'a Item>,
) -> RequestedItems<'a> {
    let subject = &claim.subject;
    RequestedItems {
        partner: &subject.partner,
        tenant: &subject.tenant,
        family: &subject.family,
        items: items.map(|item| claim.item_ref(item)).collect(),
        except: &claim.id,
        renewed: claim.details.renews.as_ref().map(|renewal| &renewal.claim),
    }
}

/// The items that keep the same partner from claiming them again: undecided or active ones. A draft
/// counts for no duplicate.
pub(super) fn held_items(claim: &Claim) -> impl Iterator<Item = ItemRef> {
    let draft = matches!(claim.state, State::Draft { .. } | State::Discarded);
    let holds = |status| match status {
        ItemStatus::Proposed | ItemStatus::Pending | ItemStatus::Active { .. } => true,
        ItemStatus::Declined { .. }
        | ItemStatus::Ended { .. }
        | ItemStatus::Dropped
        | ItemStatus::Withdrawn
        | ItemStatus::Rejected => false,
    };
    let held = claim.items.iter().filter(move |item| !draft && holds(claim.item_status(item)));
    held.map(|item| claim.item_ref(item))
}
