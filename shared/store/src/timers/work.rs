//! What becomes of timers: windows by the batch, everything else by the generic commit.

use chrono::Duration;
use domain::claim::{Claim, Instant, State, Status};
use domain::decide::is_due;
use domain::effects;
use domain::ids::ClaimId;

use super::batch_close::{Closed, OpenWindow, RunClosing};
use super::bucket::SETTLING_TIME;
use super::timer::{TimerItem, TimerKind};
use crate::claims::deadline::DeadlineOutcome;
use crate::claims::load::Stored;
use crate::directory::calendars::Revisions;
use crate::table::clock::Moment;
use crate::table::codec::claim_item::ClaimItem;
use crate::table::config::Store;
use crate::table::error::StoreError;

/// The final outcome of a timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The window was closed by the batch.
    Closed,
    /// Silence went the generic way.
    Silenced,
    /// A decline was settled.
    Settled,
    /// The customer is to be reminded.
    Reminded,
    /// Personal data were erased.
    Erased,
    /// There was nothing to do.
    Stale,
}

/// A timer and what became of it.
pub(super) struct Worked {
    pub(super) timer: TimerItem,
    pub(super) result: Result<Ending, StoreError>,
    /// Whether the table's clock was not yet at the deadline.
    pub(super) early: bool,
}

impl Store {
    /// Works timers off, in their order. A window counted by another calendar than the present one
    /// goes the generic way, where it is counted again.
    pub(super) async fn work_timers(
        &self,
        timers: Vec<TimerItem>,
        revisions: &Revisions,
        now: Instant,
        offset: Duration,
        run: &mut RunClosing,
    ) -> Vec<Worked> {
        let fast = |timer: &&TimerItem| {
            timer.kind == TimerKind::Window
                && timer.deadline + SETTLING_TIME <= now
                && timer.calendar.as_ref().is_some_and(|counted| revisions.are_those_of(counted))
        };
        let windows = timers.iter().filter(fast).map(OpenWindow::of).collect();
        let mut closed = self.close_windows(windows, now, offset, run).await;
        let mut results = Vec::with_capacity(timers.len());
        for timer in &timers {
            if let TimerKind::Reminder(reminder, closes_at) = timer.kind {
                let result =
                    Box::pin(self.put_reminder_mark(timer, reminder, closes_at, now)).await;
                results.push((result, false));
                continue;
            }
            if timer.kind == TimerKind::Erasure {
                let erased = self.work_erasure(&timer.claim, now, offset);
                results.push((Box::pin(erased).await, false));
                continue;
            }
            results.push(match closed.remove(&timer.claim) {
                Some((Ok(Closed::Done), early)) => (Ok(Ending::Closed), early),
                Some((Ok(Closed::Absent), _)) => (Ok(Ending::Stale), false),
                Some((Ok(Closed::Is(record)), _)) => {
                    (Box::pin(self.close_unmatched(*record, now, offset)).await, false)
                }
                Some((Err(failure), _)) => (Err(failure), false),
                None => {
                    let passed = self.pass_deadline_or_release_locks(&timer.claim, now, offset);
                    (Box::pin(passed).await, false)
                }
            });
        }
        let worked = |(timer, (result, early))| Worked { timer, result, early };
        timers.into_iter().zip(results).map(worked).collect()
    }

    /// What to do with a claim that the batch did not close, from its record: closed or with
    /// another deadline, nothing; still due, the generic path.
    async fn close_unmatched(
        &self,
        record: ClaimItem,
        now: Instant,
        offset: Duration,
    ) -> Result<Ending, StoreError> {
        let claim = &record.claim;
        if claim.deadline().is_none_or(|deadline| now < deadline) && !is_declined(claim) {
            return Ok(Ending::Stale);
        }
        Box::pin(self.pass_deadline_or_release_locks(&claim.id, now, offset)).await
    }

    async fn pass_deadline_or_release_locks(
        &self,
        id: &ClaimId,
        now: Instant,
        offset: Duration,
    ) -> Result<Ending, StoreError> {
        match self.pass_deadline(id, offset).await? {
            DeadlineOutcome::Done(_) => Ok(Ending::Silenced),
            DeadlineOutcome::Absent => Ok(Ending::Stale),
            DeadlineOutcome::NotDue(stored) if is_declined(stored.claim()) => {
                let policy = self.policy_of(stored.claim()).await?;
                let settles_at = effects::settles_at(stored.claim(), &policy);
                if settles_at.is_some_and(|settles_at| settles_at <= now) {
                    return self.release_locks(id, &policy, now).await;
                }
                Ok(Ending::Stale)
            }
            DeadlineOutcome::NotDue(stored) => self.stale_or_early(&stored, now).await,
        }
    }

    /// A claim that is not due by the checked clock of the load, though it was by that of the page,
    /// is worked on again by the next tick.
    async fn stale_or_early(&self, stored: &Stored, now: Instant) -> Result<Ending, StoreError> {
        let claim = stored.claim();
        if claim.deadline().is_some_and(|deadline| deadline <= now) {
            let policy = self.policy_of(claim).await?;
            if is_due(claim, &policy, now) {
                return Err(StoreError::Unavailable("the clocks disagree for a moment".into()));
            }
        }
        Ok(Ending::Stale)
    }

    /// Closes what is due on a page of a list; the claims come back as they are now.
    pub(crate) async fn close_due_page(
        &self,
        due: Vec<(ClaimItem, Instant)>,
        moment: Moment,
    ) -> Result<Vec<Stored>, StoreError> {
        let ids: Vec<_> = due.iter().map(|(record, _)| record.claim.id.clone()).collect();
        let now = due.iter().map(|(_, now)| *now).min().unwrap_or(moment.at);
        let revisions = self.load_revisions().await?;
        let windows = due.iter().filter_map(|(record, _)| {
            let window = record.claim.state.window()?;
            let fast = record.claim.status() == Status::AwaitingCustomer
                && !record.stamp.slow
                && record.claim.opened_by.is_some()
                && revisions.are_those_of(&window.calendar);
            fast.then_some(OpenWindow { claim: &record.claim.id, closes_at: window.closes_at })
        });
        let mut run = RunClosing::new(self.config.closing);
        let closed = self.close_windows(windows.collect(), now, moment.offset, &mut run).await;
        for id in &ids {
            match closed.get(id) {
                Some((Ok(Closed::Done | Closed::Absent), _)) => {}
                Some((Ok(Closed::Is(_)) | Err(_), _)) | None => {
                    self.pass_deadline(id, moment.offset).await?;
                }
            }
        }
        let Some((page, clock)) = self.load_claims(&ids).await? else { return Ok(Vec::new()) };
        for stored in &page {
            if self.time_if_due(stored.claim(), clock, moment.offset).await?.is_some() {
                return Err(StoreError::Unavailable("a claim stays due".to_owned()));
            }
        }
        Ok(page)
    }
}

fn is_declined(claim: &Claim) -> bool {
    matches!(claim.state, State::Declined { window: Some(_) })
}
