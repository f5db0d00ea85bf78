//! What stands against claiming some items: claims of the same partner on them, and blocks.

use domain::claim::{Claim, Instant, ItemStatus, State};
use domain::context::Facts;
use domain::ids::{ClaimId, FamilyId, PartnerId, TenantId};
use domain::program::ItemRef;

use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;

/// Items of one kind at a tenant, within the family in which they have one partner of record.
pub(super) struct Claimed<'a> {
    pub(super) partner: &'a PartnerId,
    pub(super) tenant: &'a TenantId,
    pub(super) family: &'a FamilyId,
    pub(super) items: Vec<ItemRef>,
    pub(super) except: &'a ClaimId,
}

impl Store {
    pub(super) async fn add_rights(
        &self,
        claimed: &Claimed<'_>,
        at: Instant,
        facts: &mut Facts,
    ) -> Result<(), StoreError> {
        let lock = |item: &ItemRef| keys::lock(claimed.tenant, claimed.family, item.kind, &item.id);
        let locks: Vec<_> = claimed.items.iter().map(lock).collect();
        let (own_claims, blocks) =
            tokio::try_join!(self.own_claims(claimed), self.blocked(&locks, claimed.partner, at),)?;
        let rules = facts.tenant.as_ref().map(|tenant| &tenant.rules);
        let ruled_out = |item| rules.is_some_and(|it| it.block(claimed.partner, item, at));
        let blocked =
            claimed.items.iter().filter(|item| blocks.contains(&lock(item)) || ruled_out(item));
        facts.blocked = blocked.cloned().collect();
        facts.own_claims = own_claims;
        Ok(())
    }

    /// Open or active claims of the same partner on one of the items: named by the index, within
    /// its delay, and each read strongly.
    async fn own_claims(
        &self,
        claimed: &Claimed<'_>,
    ) -> Result<Vec<(ItemRef, ClaimId)>, StoreError> {
        let mut ids = self.ids_at_tenant(Some(claimed.partner), claimed.tenant).await?;
        ids.retain(|id| id != claimed.except);
        let records = self.load_records(&ids).await?;
        let mut own = Vec::new();
        for claim in records.iter().map(|record| &record.claim) {
            if claim.subject.family == *claimed.family {
                let held = held_items(claim).filter(|item| claimed.items.contains(item));
                own.extend(held.map(|item| (item, claim.id.clone())));
            }
        }
        Ok(own)
    }
}

pub(super) fn claimed(claim: &Claim) -> Claimed<'_> {
    let subject = &claim.subject;
    Claimed {
        partner: &subject.partner,
        tenant: &subject.tenant,
        family: &subject.family,
        items: claim.undecided().map(|item| claim.item_ref(item)).collect(),
        except: &claim.id,
    }
}

/// The items that keep the same partner from claiming them again: undecided or active ones. A draft
/// counts for no duplicate.
fn held_items(claim: &Claim) -> impl Iterator<Item = ItemRef> {
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
