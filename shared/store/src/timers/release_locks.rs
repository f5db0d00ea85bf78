//! Settling a decline: once it can no longer be undone, its locks are given back and the blocks are
//! written. The record says all it has to say already, so it is only asked to be unmoved.

use domain::claim::{Instant, State};
use domain::effects::{self, LockChange};
use domain::ids::ClaimId;
use domain::program::Policy;

use super::work::Ending;
use crate::table::codec::claim_item::check_unchanged;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::retry::pause_before_retry;
use crate::table::transaction::WriteOutcome;
use crate::table::write_id::WriteId;

const ATTEMPTS: u32 = 5;

impl Store {
    /// Settles a declined claim whose window has passed, and puts the timer of its erasure. Twice does no harm: where no
    /// lock is the claim's any more, or a rival has taken them over, nothing else is left to do.
    pub(super) async fn release_locks(
        &self,
        id: &ClaimId,
        policy: &Policy,
        now: Instant,
    ) -> Result<Ending, StoreError> {
        for attempt in 0..ATTEMPTS {
            let Some(stored) = self.load_claim(id).await?.stored else { return Ok(Ending::Stale) };
            let claim = stored.claim();
            let State::Declined { window: Some(window) } = &claim.state else {
                return Ok(Ending::Stale);
            };
            self.schedule_erasure(claim, policy, now).await?;
            let held = claim.items.iter().filter(|item| effects::holds_lock(claim, item));
            let held: Vec<_> = held.map(|item| item.no).collect();
            let locks = self.load_locks(claim, &held).await?;
            let changes: Vec<_> = held.into_iter().map(LockChange::Release).collect();
            let closes_at = window.closes_at;
            let released = self.lock_actions(claim, &changes, (&locks, &[]), closes_at).await?;
            let mut actions = released.unwrap_or_default();
            if actions.is_empty() {
                return Ok(Ending::Stale);
            }
            let refused = effects::blocked_on_settling(claim);
            actions.extend(self.block_actions(claim, &refused, closes_at, policy, None).await?);
            actions.push(check_unchanged(claim));
            if self.run_transaction(actions, WriteId::new()).await? == WriteOutcome::Done {
                return Ok(Ending::Settled);
            }
            pause_before_retry(attempt).await;
        }
        Err(StoreError::Unavailable("a decline cannot be settled yet".to_owned()))
    }
}
