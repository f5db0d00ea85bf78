//! Scheduling: a claim's timer is put before the claim moves.

use domain::claim::{Claim, Instant};
use futures_util::future::try_join_all;

use super::reminders::reminders_of;
use super::timer::timer_of;
use crate::table::config::Store;
use crate::table::error::StoreError;

impl Store {
    /// Puts the timer of a claim's new deadline, and those of its reminders, before the move: a crash between the two leaves a
    /// harmless timer, never a forgotten claim.
    pub(crate) async fn schedule_timers(
        &self,
        old: Option<&Claim>,
        new: &Claim,
        now: Instant,
    ) -> Result<(), StoreError> {
        let Some(timer) =
            timer_of(new).filter(|timer| old.and_then(timer_of).as_ref() != Some(timer))
        else {
            return Ok(());
        };
        let timers = reminders_of(new, now).into_iter().chain([timer]);
        let puts = timers.map(|timer| self.put_item(timer.attributes(now, self.config.shards)));
        try_join_all(puts).await.map(|_| ())
    }
}
