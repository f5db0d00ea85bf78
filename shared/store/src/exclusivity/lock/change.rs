//! How locks change: taken at validate, given back when an item is final, handed over when a
//! newcomer's item becomes active.

use domain::claim::{Claim, Instant, ItemStatus, State};
use domain::context::RivalStatus;
use domain::effects::{self, LockChange};
use domain::ids::{AssociationId, ItemNo};

use super::{FoundLock, LockItem};
use crate::table::codec::claim_item::check_unchanged;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::transaction::{Condition, TransactionAction};

/// An item that changes hands.
#[derive(Debug)]
pub(crate) struct Transfer {
    /// The association that ends.
    pub(crate) from: AssociationId,
    /// The lock as it is then.
    pub(crate) lock: TransactionAction,
}

impl Store {
    /// The writes of these changes, or `None` where a lock belongs to somebody else by now. No lock passes to one of
    /// `let_go`, who let go of the item in the same transaction.
    pub(crate) async fn lock_actions(
        &self,
        claim: &Claim,
        changes: &[LockChange],
        (locks, let_go): (&[FoundLock], &[AssociationId]),
        at: Instant,
    ) -> Result<Option<Vec<TransactionAction>>, StoreError> {
        let mut actions = Vec::new();
        for change in changes {
            let (LockChange::Take(no) | LockChange::Release(no)) = change;
            let Some(found) = locks.iter().find(|lock| lock.item == *no) else { return Ok(None) };
            match change {
                LockChange::Release(_) => actions.extend(release_lock(claim, found, let_go)),
                LockChange::Take(_) => match self.take_lock(claim, found, at).await? {
                    Some(taken) => actions.extend(taken),
                    None => return Ok(None),
                },
            }
        }
        Ok(Some(actions))
    }

    /// The claim takes a lock that is free, or gets in line behind an active holder.
    async fn take_lock(
        &self,
        claim: &Claim,
        found: &FoundLock,
        at: Instant,
    ) -> Result<Option<Vec<TransactionAction>>, StoreError> {
        let own = claim.association_id(found.item);
        let Some(lock) = &found.lock else {
            let free = LockItem::new_for(own).to_attributes(&found.key);
            return Ok(Some(vec![TransactionAction::Put(free, Some(Condition::absent()))]));
        };
        if lock.named_associations().any(|named| *named == own) {
            return Ok(Some(Vec::new()));
        }
        let taken = match self.load_rival_statuses(found, lock, at).await? {
            (None, None) => LockItem::new_for(own),
            (Some(RivalStatus::Active), None) => LockItem { next: Some(own), ..lock.clone() },
            (Some(_), _) | (None, Some(_)) => return Ok(None),
        };
        let mut actions = vec![TransactionAction::Put(
            taken.to_attributes(&found.key),
            Some(lock.unchanged_condition()),
        )];
        for left in lock
            .named_associations()
            .filter(|named| !taken.named_associations().any(|kept| kept == *named))
        {
            actions.extend(self.replace_departed_claim(found, left).await?);
        }
        Ok(Some(actions))
    }

    /// How the holder and who is next stand to the item; `None`: has let go of it, or is nobody.
    async fn load_rival_statuses(
        &self,
        found: &FoundLock,
        lock: &LockItem,
        at: Instant,
    ) -> Result<(Option<RivalStatus>, Option<RivalStatus>), StoreError> {
        let mut standings = (None, None);
        if let Some(record) = found.named_record(&lock.active) {
            standings.0 = self.load_rival_status(record, lock.active.item, at).await?;
        }
        if let Some((next, record)) =
            lock.next.as_ref().and_then(|n| Some((n, found.named_record(n)?)))
        {
            standings.1 = self.load_rival_status(record, next.item, at).await?;
        }
        Ok(standings)
    }

    /// What goes with taking the place of a claim that has let go of the item: it must still be as
    /// it was read, and the block its customer's "no" may still owe is written.
    async fn replace_departed_claim(
        &self,
        found: &FoundLock,
        left: &AssociationId,
    ) -> Result<Vec<TransactionAction>, StoreError> {
        let Some(record) = found.named_record(left) else { return Ok(Vec::new()) };
        let mut actions = vec![check_unchanged(&record.claim)];
        actions.extend(self.unsettled_block_actions(&record.claim, left.item).await?);
        Ok(actions)
    }

    /// The block of an item whose decline nobody has settled yet.
    async fn unsettled_block_actions(
        &self,
        holder: &Claim,
        item: ItemNo,
    ) -> Result<Vec<TransactionAction>, StoreError> {
        let State::Declined { window: Some(window) } = &holder.state else {
            return Ok(Vec::new());
        };
        let mut items = effects::blocked_on_settling(holder);
        items.retain(|no| *no == item);
        let policy = self.policy_of(holder).await?;
        self.block_actions(holder, &items, window.closes_at, &policy, None).await
    }
}

impl FoundLock {
    /// The handing over of the item to `claim`, whose item becomes active; `None` where the lock is
    /// its own already, or the holder has left.
    pub(crate) fn transfer_to(&self, claim: &Claim) -> Option<Transfer> {
        let own = claim.association_id(self.item);
        let lock = self.lock.as_ref().filter(|lock| lock.next.as_ref() == Some(&own))?;
        let handed = LockItem::new_for(own);
        Some(Transfer {
            from: lock.active.clone(),
            lock: TransactionAction::Put(
                handed.to_attributes(&self.key),
                Some(lock.unchanged_condition()),
            ),
        })
    }

    /// The claim gives the lock back; `None` where it is not its.
    pub(crate) fn release(&self, claim: &Claim) -> Option<TransactionAction> {
        release_lock(claim, self, &[])
    }

    /// Whether the lock names the claim's item at all.
    pub(crate) fn is_of(&self, claim: &Claim) -> bool {
        let own = claim.association_id(self.item);
        self.lock.as_ref().is_some_and(|lock| lock.named_associations().any(|named| *named == own))
    }
}

/// The claim gives a lock back: to the next, if there is one. A lock that is not the claim's any
/// more stays as it is.
fn release_lock(
    claim: &Claim,
    found: &FoundLock,
    let_go: &[AssociationId],
) -> Option<TransactionAction> {
    let lock = found.lock.as_ref()?;
    let own = claim.association_id(found.item);
    let left = if lock.active == own {
        let left_at = ended_at(claim, found.item);
        let next = lock.next.clone().filter(|next| !let_go.contains(next));
        next.map(|next| LockItem { active: next, next: None, left_at })
    } else if lock.next.as_ref() == Some(&own) {
        Some(LockItem { next: None, ..lock.clone() })
    } else {
        return None;
    };
    let unchanged = lock.unchanged_condition();
    Some(match left {
        Some(left) => TransactionAction::Put(left.to_attributes(&found.key), Some(unchanged)),
        None => TransactionAction::Delete(found.key.clone(), unchanged),
    })
}

/// When the association of a claim's item ended, if it was one.
fn ended_at(claim: &Claim, item: ItemNo) -> Option<Instant> {
    let ItemStatus::Ended { at, .. } = claim.item_status(claim.find_item(item)?) else {
        return None;
    };
    Some(at)
}
