//! Scheduling: a claim's timer is put before the claim moves.

use domain::claim::{Claim, Instant};
use domain::program::Policy;
use futures_util::future::try_join_all;

use super::erasures::new_erasure;
use super::proofs::new_proofs;
use super::reminders::reminders_of;
use super::timer::new_timer;
use crate::table::config::Store;
use crate::table::error::StoreError;

impl Store {
    /// Puts the timer of a claim's new deadline, those of its reminders, that of its erasure, and that of the proofs of
    /// a new notice, before the move: a crash between the two leaves a harmless timer, never a forgotten claim.
    pub(crate) async fn schedule_timers(
        &self,
        old: Option<&Claim>,
        new: &Claim,
        policy: &Policy,
        now: Instant,
    ) -> Result<(), StoreError> {
        let deadline =
            new_timer(new).filter(|timer| old.and_then(new_timer).as_ref() != Some(timer));
        let reminders = deadline.as_ref().map_or_else(Vec::new, |_| reminders_of(new, now));
        let beside = new_erasure(old, new, policy).into_iter().chain(new_proofs(old, new));
        let timers = reminders.into_iter().chain(deadline).chain(beside);
        let puts = timers.map(|timer| self.put_item(timer.to_attributes(now, self.config.shards)));
        try_join_all(puts).await.map(|_| ())
    }
}
