//! Locks: at most one active association per program family, tenant, kind and item
//! (`domain.md §3`, *Exclusivity*). A lock says who is `active` and who is `next`.

use std::collections::HashMap;

use domain::claim::{Claim, Instant, State};
use domain::context::{Rival, Standing};
use domain::effects::{self, LockChange};
use domain::ids::{AssociationId, ItemNo};

use crate::attributes::{Attributes, Reader, key, number, put, text};
use crate::claim_item::ClaimItem;
use crate::config::Store;
use crate::error::StoreError;
use crate::keys;
use crate::transaction::{Action, Condition};

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
    item: ItemNo,
    key: Attributes,
    lock: Option<LockItem>,
    /// The holder's record, where that is another claim.
    holder: Option<ClaimItem>,
}

impl LockItem {
    fn read(item: &Attributes) -> Result<Self, StoreError> {
        let item = Reader::new("lock", item);
        Ok(Self {
            active: item.parsed(ACTIVE, AssociationId::parse)?,
            next: item.opt_parsed(NEXT, AssociationId::parse)?,
        })
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
    /// The locks of these items of a claim, with the records of other holders.
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
            .map(|(item, key)| FoundLock { item, key, lock: None, holder: None })
            .collect();
        let (stored, _) = self.get_all(found.iter().map(|lock| lock.key.clone()).collect()).await?;
        for item in &stored {
            let own = found.iter_mut().find(|lock| lock.key.get("pk") == item.get("pk"));
            if let Some(own) = own {
                own.lock = Some(LockItem::read(item)?);
            }
        }
        self.add_holders(claim, &mut found).await?;
        Ok(found)
    }

    async fn add_holders(&self, claim: &Claim, found: &mut [FoundLock]) -> Result<(), StoreError> {
        let mut others: Vec<_> = found
            .iter()
            .filter_map(|lock| lock.lock.as_ref().map(|lock| lock.active.claim.clone()))
            .filter(|holder| *holder != claim.id)
            .collect();
        others.sort();
        others.dedup();
        let records = self.load_records(&others).await?;
        let by_id: HashMap<_, _> =
            records.into_iter().map(|record| (record.claim.id.clone(), record)).collect();
        for lock in found {
            let holder = lock.lock.as_ref().and_then(|lock| by_id.get(&lock.active.claim));
            lock.holder = holder.cloned();
        }
        Ok(())
    }

    /// Who else holds or is next for the items of these locks at `at`.
    pub(crate) async fn rivals(
        &self,
        claim: &Claim,
        locks: &[FoundLock],
        at: Instant,
    ) -> Result<Vec<Rival>, StoreError> {
        let mut rivals = Vec::new();
        for found in locks {
            let Some(lock) = &found.lock else { continue };
            let next = lock.next.as_ref().filter(|next| next.claim != claim.id);
            if let Some(next) = next {
                rivals.push(rival(found.item, next, Standing::Next));
            }
            if let Some(standing) = self.standing(found, at).await? {
                rivals.push(rival(found.item, &lock.active, standing));
            }
        }
        Ok(rivals)
    }

    /// How the holder, another claim, stands to the item; `None`: he has let go of it. Whoever holds
    /// an item keeps it busy, active or not: a newcomer can become `next` to an active holder only
    /// once he can also take over from him.
    async fn standing(
        &self,
        found: &FoundLock,
        at: Instant,
    ) -> Result<Option<Standing>, StoreError> {
        let (Some(lock), Some(holder)) = (&found.lock, &found.holder) else { return Ok(None) };
        let Some(item) = holder.claim.item(lock.active.item) else { return Ok(None) };
        if !effects::holds_lock(&holder.claim, item) || self.is_settled(&holder.claim, at).await? {
            return Ok(None);
        }
        Ok(Some(Standing::Next))
    }

    /// Whether a decline can no longer be undone, settled or not.
    async fn is_settled(&self, claim: &Claim, at: Instant) -> Result<bool, StoreError> {
        if !matches!(claim.state, State::Declined { window: Some(_) }) {
            return Ok(false);
        }
        let policy = self.policy_of(claim).await?;
        Ok(effects::settles_at(claim, &policy).is_some_and(|settles_at| at >= settles_at))
    }

    /// The writes of these changes, or `None` where a lock belongs to somebody else by now.
    pub(crate) async fn lock_actions(
        &self,
        claim: &Claim,
        changes: &[LockChange],
        locks: &[FoundLock],
        at: Instant,
    ) -> Result<Option<Vec<Action>>, StoreError> {
        let mut actions = Vec::new();
        for change in changes {
            let (LockChange::Take(no) | LockChange::Release(no)) = change;
            let Some(found) = locks.iter().find(|lock| lock.item == *no) else { return Ok(None) };
            match change {
                LockChange::Release(_) => actions.extend(release(claim, found)),
                LockChange::Take(_) => match self.take(claim, found, at).await? {
                    Some(taken) => actions.extend(taken),
                    None => return Ok(None),
                },
            }
        }
        Ok(Some(actions))
    }

    /// The claim takes a lock: a free one, or that of a claim that has let go of it, under a
    /// condition on that claim and with the block its customer's "no" may still owe.
    async fn take(
        &self,
        claim: &Claim,
        found: &FoundLock,
        at: Instant,
    ) -> Result<Option<Vec<Action>>, StoreError> {
        let own = LockItem { active: claim.association_id(found.item), next: None };
        let item = own.attributes(&found.key);
        let Some(lock) = &found.lock else {
            return Ok(Some(vec![Action::Put(item, Some(Condition::absent()))]));
        };
        if lock.active.claim == claim.id {
            return Ok(Some(Vec::new()));
        }
        if lock.next.is_some() || self.standing(found, at).await?.is_some() {
            return Ok(None);
        }
        let mut actions = vec![Action::Put(item, Some(lock.unchanged()))];
        if let Some(holder) = &found.holder {
            actions.push(unmoved(&holder.claim));
            actions.extend(self.owed_blocks(&holder.claim, lock.active.item).await?);
        }
        Ok(Some(actions))
    }

    /// The block of an item whose decline nobody has settled yet.
    async fn owed_blocks(&self, holder: &Claim, item: ItemNo) -> Result<Vec<Action>, StoreError> {
        let State::Declined { window: Some(window) } = &holder.state else {
            return Ok(Vec::new());
        };
        let mut items = effects::blocked_on_settling(holder);
        items.retain(|no| *no == item);
        let policy = self.policy_of(holder).await?;
        self.blocks(holder, &items, window.closes_at, &policy, None).await
    }
}

/// The claim has still the version it was read with.
pub(crate) fn unmoved(claim: &Claim) -> Action {
    let key = key(keys::claim(&claim.id), keys::RECORD);
    Action::Check(key, Condition::new("v = :v").with(":v", number(claim.version.0)))
}

/// The claim gives a lock back: to the next, if there is one. A lock that is not the claim's any
/// more stays as it is.
fn release(claim: &Claim, found: &FoundLock) -> Option<Action> {
    let lock = found.lock.as_ref()?;
    let own = claim.association_id(found.item);
    let left = if lock.active == own {
        lock.next.clone().map(|next| LockItem { active: next, next: None })
    } else if lock.next.as_ref() == Some(&own) {
        Some(LockItem { active: lock.active.clone(), next: None })
    } else {
        return None;
    };
    let unchanged = lock.unchanged();
    Some(match left {
        Some(left) => Action::Put(left.attributes(&found.key), Some(unchanged)),
        None => Action::Delete(found.key.clone(), unchanged),
    })
}

fn rival(item: ItemNo, other: &AssociationId, standing: Standing) -> Rival {
    let (claim, rival_item) = (other.claim.clone(), other.item);
    Rival { item, claim, rival_item, standing, defended: false, place: None }
}
