//! Timers that failed: the checkpoint has passed them, so that they keep no other waiting, and each run tries them again
//! before it goes on.

use domain::claim::Instant;

use super::checkpoint::StuckTimer;
use super::drain::DrainRun;
use super::timer::TimerItem;
use crate::table::attributes::{Reader, item_key, whole_millis};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;

impl Store {
    /// Works on the timers that failed in earlier runs. One that is not there any more needs nothing.
    pub(super) async fn retry_stuck(
        &self,
        run: &mut DrainRun,
        until: Instant,
    ) -> Result<(), StoreError> {
        if run.checkpoint.stuck.is_empty() {
            return Ok(());
        }
        let place =
            |stuck: &StuckTimer| (keys::timers_pk(stuck.bucket, run.shard), stuck.sort.clone());
        let keys = run.checkpoint.stuck.iter().map(|stuck| {
            let (pk, sk) = place(stuck);
            item_key(pk, sk)
        });
        let (items, clock) = Box::pin(self.get_items(keys.collect())).await?;
        let now = whole_millis(clock.checked_time()? + run.offset);
        let (mut timers, mut found) = (Vec::new(), Vec::new());
        for item in &items {
            let reader = Reader::new("timer", item);
            let at = (reader.read_text("pk")?.to_owned(), reader.read_text("sk")?.to_owned());
            let stuck = run.checkpoint.stuck.iter().find(|stuck| place(stuck) == at).cloned();
            if let (Some(stuck), Ok(timer)) = (stuck, TimerItem::from_item(item)) {
                timers.push(timer);
                found.push(stuck);
            }
        }
        let revisions = self.load_revisions().await?;
        let worked =
            self.process_timers(timers, &revisions, now, run.offset, &mut run.closing, until);
        let worked = Box::pin(worked).await;
        // Those for which there was no time wait on.
        let mut waiting = found.split_off(worked.len().min(found.len()));
        for (stuck, worked) in found.into_iter().zip(worked) {
            if let Some(failures) =
                self.count_timer_outcome(run, worked, stuck.failures, now).await?
            {
                waiting.push(StuckTimer { failures, ..stuck });
            }
        }
        run.checkpoint.stuck = waiting;
        Ok(())
    }
}
