//! Draining a shard: from its checkpoint to now, page by page.

use chrono::Duration;
use domain::claim::Instant;
use tracing::warn;

use super::batch_close::RunClosing;
use super::bucket::{last_drainable, next_bucket};
use super::checkpoint::{Checkpoint, MOST_STUCK, StuckTimer};
use super::dead_letter::is_given_up;
use super::page::{NextTimers, TimerPage};
use super::timer::TimerItem;
use super::work::{Ending, TimerResult};
use crate::table::attributes::whole_millis;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::write_id::WriteId;

/// How many timers of a page are worked on before the time is looked at again.
const AT_A_TIME: usize = 250;

/// How far a group of timers was worked off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// Nothing that is due is left.
    Done,
    /// The time was over.
    TimeOver,
    /// Too many of them fail: the table, and not one of them, is to blame.
    HeldUp,
}

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
    /// Timers that failed and are tried again by the next run.
    pub stuck: u32,
    /// Mails of notices that the mail service took a day ago, and of which nothing is known.
    pub proofs_missing: u32,
    /// Whether so many timers failed that the run stopped; the next one begins there.
    pub held_up: bool,
    /// Whether everything due was done.
    pub finished: bool,
    /// Whether this worker had the lease; without it nothing was done.
    pub leased: bool,
}

/// A run over a shard.
pub(super) struct DrainRun {
    pub(super) shard: u16,
    owner: WriteId,
    pub(super) offset: Duration,
    pub(super) checkpoint: Checkpoint,
    pub(super) drained: DrainReport,
    pub(super) closing: RunClosing,
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
        let (offset, owner) = (self.clock_offset().await?, WriteId::new());
        let Some(checkpoint) = self.lease_shard(shard, offset, until, owner).await? else {
            return Ok(DrainReport::default());
        };
        let drained = DrainReport { leased: true, ..DrainReport::default() };
        let closing = RunClosing::new(self.config.closing);
        let mut run = DrainRun { shard, owner, offset, checkpoint, drained, closing };
        let result = async {
            self.retry_stuck(&mut run, until).await?;
            self.drain_buckets(&mut run, until).await
        };
        let result = Box::pin(result).await;
        run.drained.stuck = u32::try_from(run.checkpoint.stuck.len()).unwrap_or(u32::MAX);
        self.put_checkpoint(shard, &run.checkpoint, owner, true).await?;
        let fallbacks = run.closing.fallbacks;
        result.map(|()| DrainReport { fallbacks, ..run.drained })
    }

    async fn drain_buckets(&self, run: &mut DrainRun, until: Instant) -> Result<(), StoreError> {
        while self.system_time() < until {
            let last = last_drainable(self.system_time() + run.offset);
            if run.checkpoint.bucket > last {
                run.drained.finished = run.checkpoint.stuck.is_empty();
                return Ok(());
            }
            match self.next_timers(run.shard, &run.checkpoint, last).await? {
                NextTimers::Nothing(bucket) => run.checkpoint.pass_to(bucket),
                NextTimers::Timers(bucket, page) => {
                    if bucket != run.checkpoint.bucket {
                        run.checkpoint.pass_to(bucket);
                    }
                    if !self.process_page(run, page, until).await? {
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }

    /// Works a page off, or as much of it as there is time for; says whether to go on.
    async fn process_page(
        &self,
        run: &mut DrainRun,
        page: TimerPage,
        until: Instant,
    ) -> Result<bool, StoreError> {
        let now = whole_millis(page.clock.checked_time()? + run.offset);
        if run.checkpoint.bucket > last_drainable(now) {
            return Ok(false);
        }
        for unreadable in &page.unreadable {
            self.put_unreadable(unreadable, now).await?;
            run.drained.poisoned += 1;
        }
        let mut timers = page.timers.into_iter();
        while timers.len() > 0 {
            let some = timers.by_ref().take(AT_A_TIME).collect();
            match self.process_group(run, some, now, until).await? {
                Progress::Done => {}
                Progress::TimeOver => return Ok(false),
                Progress::HeldUp => {
                    run.drained.held_up = true;
                    return Ok(false);
                }
            }
        }
        if page.more {
            run.checkpoint.after = page.last;
        } else {
            let bucket = next_bucket(run.checkpoint.bucket);
            run.checkpoint.pass_to(bucket);
        }
        self.put_checkpoint(run.shard, &run.checkpoint, run.owner, false).await
    }

    /// Works timers off, and moves the checkpoint past those that have a final outcome or wait for another try.
    async fn process_group(
        &self,
        run: &mut DrainRun,
        timers: Vec<TimerItem>,
        now: Instant,
        until: Instant,
    ) -> Result<Progress, StoreError> {
        if self.system_time() >= until {
            return Ok(Progress::TimeOver);
        }
        let (all, revisions) = (timers.len(), self.load_revisions().await?);
        let worked =
            self.process_timers(timers, &revisions, now, run.offset, &mut run.closing, until);
        let worked = Box::pin(worked).await;
        let is_all = worked.len() == all;
        for worked in worked {
            let (bucket, sort) = (run.checkpoint.bucket, worked.timer.sort_key());
            let failures = self.count_timer_outcome(run, worked, 0, now).await?;
            if let Some(failures) = failures {
                if run.checkpoint.stuck.len() >= MOST_STUCK {
                    return Ok(Progress::HeldUp);
                }
                run.checkpoint.stuck.push(StuckTimer { bucket, sort: sort.clone(), failures });
            }
            run.checkpoint.after = Some(sort);
        }
        Ok(if is_all { Progress::Done } else { Progress::TimeOver })
    }

    /// Counts the outcome of a timer that has failed so often before; how often it has failed now, if it is to be tried
    /// again. One that is given up is copied.
    pub(super) async fn count_timer_outcome(
        &self,
        run: &mut DrainRun,
        worked: TimerResult,
        failures: u32,
        now: Instant,
    ) -> Result<Option<u32>, StoreError> {
        match worked.result {
            Ok(ending) => run.count_ending(ending, worked.early),
            Err(StoreError::ClockUntrusted) => return Err(StoreError::ClockUntrusted),
            Err(failure) => {
                let failures = failures.saturating_add(1);
                if !is_given_up(failures, &failure) {
                    warn!(claim.id = %worked.timer.claim, error.chain = %failure, "A timer failed");
                    return Ok(Some(failures));
                }
                self.put_dead_letter(&worked.timer, &failure, now).await?;
                run.drained.poisoned += 1;
            }
        }
        Ok(None)
    }
}

impl DrainRun {
    fn count_ending(&mut self, ending: Ending, early: bool) {
        let drained = &mut self.drained;
        let counter = match ending {
            Ending::Closed => &mut drained.closed,
            Ending::Silenced => &mut drained.silenced,
            Ending::Settled => &mut drained.settled,
            Ending::Reminded => &mut drained.reminded,
            Ending::Erased => &mut drained.erased,
            Ending::Proved { missing } => {
                drained.proofs_missing += missing;
                return;
            }
            Ending::Stale => &mut drained.stale,
        };
        *counter += 1;
        drained.early += u32::from(early);
    }
}
