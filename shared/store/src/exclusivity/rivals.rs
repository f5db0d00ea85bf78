//! Who else holds an item, is next for it, or claims it.

use domain::claim::{Claim, Instant, Item, ItemStatus, State};
use domain::context::{LocalCalendar, Rival, RivalStatus};
use domain::effects;
use domain::ids::{AssociationId, ItemNo};
use domain::program::ItemRef;

use super::lock::{FoundLock, LockItem};
use crate::table::codec::claim_item::ClaimItem;
use crate::table::config::Store;
use crate::table::error::StoreError;

impl Store {
    /// Who else holds or is next for the items of these locks at `at`.
    pub(crate) async fn find_rivals(
        &self,
        claim: &Claim,
        locks: &[FoundLock],
        at: Instant,
    ) -> Result<Vec<Rival>, StoreError> {
        let mut rivals = Vec::new();
        for found in locks {
            let named = found.lock.iter().flat_map(LockItem::named_associations);
            for other in named.filter(|named| named.claim != claim.id) {
                rivals.extend(self.find_rival(found, other, at).await?);
            }
        }
        Ok(rivals)
    }

    async fn find_rival(
        &self,
        found: &FoundLock,
        other: &AssociationId,
        at: Instant,
    ) -> Result<Option<Rival>, StoreError> {
        let Some(record) = found.named_record(other) else { return Ok(None) };
        let Some(standing) = self.load_rival_status(record, other.item, at).await? else {
            return Ok(None);
        };
        let place = match standing {
            RivalStatus::Active => self.place_of(&record.claim).await?,
            RivalStatus::Next | RivalStatus::Open => None,
        };
        Ok(Some(Rival { place, ..new_rival(found.item, &record.claim, other.item, standing) }))
    }

    /// The calendar in which a holder's time to defend is counted: the holding partner's.
    async fn place_of(&self, claim: &Claim) -> Result<Option<LocalCalendar>, StoreError> {
        let policy = self.policy_of(claim).await?;
        let partner = self.load_partner(&claim.subject.partner).await?;
        match partner {
            Some(partner) => self.partner_place(&partner, &policy).await.map(Some),
            None => Ok(None),
        }
    }

    /// How another claim that a lock names stands to the item; `None`: it has let go of it.
    pub(super) async fn load_rival_status(
        &self,
        record: &ClaimItem,
        item: ItemNo,
        at: Instant,
    ) -> Result<Option<RivalStatus>, StoreError> {
        let claim = &record.claim;
        let Some(item) = claim.find_item(item) else { return Ok(None) };
        if !effects::holds_lock(claim, item) || self.is_settled(claim, at).await? {
            return Ok(None);
        }
        let active = matches!(claim.item_status(item), ItemStatus::Active { .. });
        Ok(Some(if active { RivalStatus::Active } else { RivalStatus::Next }))
    }

    /// The items that an earlier claim of the same partner has lost by a "no" which nobody has settled yet: the block
    /// is not written, and holds already.
    pub(crate) async fn declined_unsettled(
        &self,
        claim: &Claim,
        locks: &[FoundLock],
        at: Instant,
    ) -> Result<Vec<ItemRef>, StoreError> {
        let mut blocked = Vec::new();
        for found in locks {
            for named in found.lock.iter().flat_map(LockItem::named_associations) {
                let Some(record) = found.named_record(named) else { continue };
                let other = &record.claim;
                let own = other.id != claim.id && other.subject.partner == claim.subject.partner;
                if own
                    && self.is_settled(other, at).await?
                    && effects::blocked_on_settling(other).contains(&named.item)
                {
                    blocked.extend(claim.find_item(found.item).map(|item| claim.item_ref(item)));
                }
            }
        }
        Ok(blocked)
    }

    /// Whether a decline can no longer be undone, settled or not.
    async fn is_settled(&self, claim: &Claim, at: Instant) -> Result<bool, StoreError> {
        if !matches!(claim.state, State::Declined { window: Some(_) }) {
            return Ok(false);
        }
        let policy = self.policy_of(claim).await?;
        Ok(effects::declines_settle_at(claim, &policy).is_some_and(|settles_at| at >= settles_at))
    }
}

/// The items of `claim` for which another claim, open and not validated, stands in line too.
pub(crate) fn rivals_on(claim: &Claim, other: &Claim) -> Vec<Rival> {
    let family = |claim: &Claim| (claim.subject.family.clone(), claim.subject.kind);
    if !other.state.is_open() || family(claim) != family(other) {
        return Vec::new();
    }
    let theirs = |own: &Item| other.undecided_items().find(|item| item.id == own.id);
    let shared = claim.kept_items().filter_map(|item| Some((item.no, theirs(item)?.no)));
    shared.map(|(own, theirs)| new_rival(own, other, theirs, RivalStatus::Open)).collect()
}

fn new_rival(item: ItemNo, other: &Claim, rival_item: ItemNo, standing: RivalStatus) -> Rival {
    let (claim, defence) = (other.id.clone(), other.defence);
    let held = other.find_item(rival_item);
    let held_since = held.and_then(|held| other.item_status(held).active_since());
    Rival { item, claim, rival_item, standing, defence, held_since, place: None }
}
