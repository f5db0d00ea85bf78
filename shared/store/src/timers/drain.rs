//! Draining a shard: from its checkpoint to now, page by page.

use chrono::Duration;
use domain::claim::Instant;
use tracing::warn;

use super::batch_close::RunClosing;
use super::bucket::{last_drainable, next_bucket};
use super::checkpoint::Checkpoint;
use super::dead_letter::is_hopeless;
use super::page::{Found, TimerPage};
use super::timer::TimerItem;
use super::work::{Ending, Worked};
use crate::table::attributes::whole_millis;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::write_id::WriteId;

/// How many timers of a page are worked on before the time is looked at again.
const AT_A_TIME: usize = 250;

/// What one run over a shard did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DrainReport {
    /// Windows closed by the batch.
    pub closed: u32,
    /// Claims whose silence went the generic way.
    pub silenced: u32,
    /// Declines settled: locks given back, blocks written.
    pub settled: u32,
    /// Reminders that were due.
    pub reminded: u32,
    /// Claims whose personal data were erased, or looked at once more for that.
    pub erased: u32,
    /// Timers that had nothing to do any more.
    pub stale: u32,
    /// Timers given up, each with a dead letter.
    pub poisoned: u32,
    /// Windows closed before their deadline by the table's clock: none, ever.
    pub early: u32,
    /// How often the batch was given up, since the table refused its statement: once at the most.
    pub fallbacks: u32,
    /// Whether a failing timer stopped the run; the next one begins with it.
    pub held_up: bool,
    /// Whether everything due was done.
    pub finished: bool,
    /// Whether this worker had the lease; without it nothing was done.
    pub leased: bool,
}

/// A run over a shard.
struct Run {
    shard: u16,
    owner: WriteId,
    offset: Duration,
    checkpoint: Checkpoint,
    drained: DrainReport,
    closing: RunClosing,
}

impl Store {
    /// Drains a shard up to now, or until the real clock shows `until`. The rest is for the next
    /// tick.
    ///
    /// # Errors
    /// `ClockUntrusted` or `Unavailable`; what was done before is done, and the checkpoint says so.
    pub async fn drain_timers(
        &self,
        shard: u16,
        until: Instant,
    ) -> Result<DrainReport, StoreError> {
        let (offset, owner) = (self.offset().await?, WriteId::new());
        let Some(checkpoint) = self.lease_shard(shard, offset, until, owner).await? else {
            return Ok(DrainReport::default());
        };
        let drained = DrainReport { leased: true, ..DrainReport::default() };
        let closing = RunClosing::new(self.config.closing);
        let mut run = Run { shard, owner, offset, checkpoint, drained, closing };
        let result = Box::pin(self.drain_buckets(&mut run, until)).await;
        self.put_checkpoint(shard, &run.checkpoint, owner, true).await?;
        let fallbacks = run.closing.fallbacks;
        result.map(|()| DrainReport { fallbacks, ..run.drained })
    }

    async fn drain_buckets(&self, run: &mut Run, until: Instant) -> Result<(), StoreError> {
        while self.raw_now() < until {
            let last = last_drainable(self.raw_now() + run.offset);
            if run.checkpoint.bucket > last {
                run.drained.finished = true;
                return Ok(());
            }
            match self.next_timers(run.shard, &run.checkpoint, last).await? {
                Found::Nothing(bucket) => run.checkpoint.pass_to(bucket),
                Found::Timers(bucket, page) => {
                    if bucket != run.checkpoint.bucket {
                        run.checkpoint.pass_to(bucket);
                    }
                    if !self.work_page(run, page, until).await? {
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }

    /// Works a page off, or as much of it as there is time for; says whether to go on.
    async fn work_page(
        &self,
        run: &mut Run,
        page: TimerPage,
        until: Instant,
    ) -> Result<bool, StoreError> {
        let now = whole_millis(page.clock.checked()? + run.offset);
        if run.checkpoint.bucket > last_drainable(now) {
            return Ok(false);
        }
        let mut timers = page.timers.into_iter();
        while timers.len() > 0 && self.raw_now() < until {
            let some = timers.by_ref().take(AT_A_TIME).collect();
            if !self.work_group(run, some, now).await? {
                run.drained.held_up = true;
                return Ok(false);
            }
        }
        if timers.len() == 0 && !page.more {
            let bucket = next_bucket(run.checkpoint.bucket);
            run.checkpoint.pass_to(bucket);
        }
        self.put_checkpoint(run.shard, &run.checkpoint, run.owner, false).await
    }

    /// Works timers off; says whether all of them have a final outcome.
    async fn work_group(
        &self,
        run: &mut Run,
        timers: Vec<TimerItem>,
        now: Instant,
    ) -> Result<bool, StoreError> {
        let revisions = self.load_revisions().await?;
        let worked = self.work_timers(timers, &revisions, now, run.offset, &mut run.closing);
        for worked in Box::pin(worked).await {
            if !self.pass_timer(run, worked, now).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Moves the checkpoint past a timer with a final outcome; says whether it has one.
    async fn pass_timer(
        &self,
        run: &mut Run,
        worked: Worked,
        now: Instant,
    ) -> Result<bool, StoreError> {
        match worked.result {
            Ok(ending) => run.count(ending, worked.early),
            Err(StoreError::ClockUntrusted) => return Err(StoreError::ClockUntrusted),
            Err(failure) => {
                let timer = worked.timer.sort();
                let before = run.checkpoint.stuck.take().filter(|(stuck, _)| *stuck == timer);
                let failures = before.map_or(0, |(_, failures)| failures).saturating_add(1);
                if !is_hopeless(failures, &failure) {
                    warn!(claim.id = %worked.timer.claim, error.chain = %failure, "A timer failed");
                    run.checkpoint.stuck = Some((timer, failures));
                    return Ok(false);
                }
                self.put_dead_letter(&worked.timer, &failure, now).await?;
                run.drained.poisoned += 1;
            }
        }
        run.checkpoint.after = Some(worked.timer.sort());
        run.checkpoint.stuck = None;
        Ok(true)
    }
}

impl Run {
    fn count(&mut self, ending: Ending, early: bool) {
        let drained = &mut self.drained;
        let counter = match ending {
            Ending::Closed => &mut drained.closed,
            Ending::Silenced => &mut drained.silenced,
            Ending::Settled => &mut drained.settled,
            Ending::Reminded => &mut drained.reminded,
            Ending::Erased => &mut drained.erased,
            Ending::Stale => &mut drained.stale,
        };
        *counter += 1;
        drained.early += u32::from(early);
    }
}
