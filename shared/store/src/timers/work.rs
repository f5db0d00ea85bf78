//! What becomes of timers: windows by the batch, everything else by the generic commit.

use chrono::Duration;
use domain::claim::{Claim, Instant, State, Status};
use domain::decide::is_due;
use domain::effects;
use domain::ids::ClaimId;
use futures_util::future::join_all;

use super::batch_close::{CloseResult, OpenWindow, RunClosing};
use super::bucket::SETTLING_TIME;
use super::timer::{TimerItem, TimerKind};
use crate::claims::deadline::DeadlineOutcome;
use crate::claims::load::StoredClaim;
use crate::directory::calendars::Revisions;
use crate::table::clock::RequestTime;
use crate::table::codec::claim_item::ClaimItem;
use crate::table::config::Store;
use crate::table::error::StoreError;

/// How many timers are worked on side by side. Then the time is looked at again.
const AT_A_TIME: usize = 25;
/// How long a timer is worked on: less than a run leaves for its last timers.
const LONGEST: std::time::Duration = std::time::Duration::from_secs(8);

/// The final outcome of a timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The window was closed by the batch.
    Closed,
    /// Silence went the generic way.
    Silenced,
    /// A decline was settled.
    Settled,
    /// The customer is to be reminded, or told that a term ends.
    Reminded,
    /// Personal data were erased.
    Erased,
    /// What became of the mails of a notice was looked at.
    Proved {
        /// Of how many of them nothing is known.
        missing: u32,
    },
    /// There was nothing to do.
    Stale,
}

/// A timer and what became of it.
pub(super) struct TimerResult {
    pub(super) timer: TimerItem,
    pub(super) result: Result<Ending, StoreError>,
    /// Whether the table's clock was not yet at the deadline.
    pub(super) early: bool,
}

impl Store {
    /// Works timers off, in their order. A window that a change of the calendar or of its data, or an outage, may
    /// concern goes the generic way, where it is counted again. What goes that way is worked on side by side, some at a
    /// time, and no more is begun once the real clock shows `until`: the outcomes are those of the first timers.
    pub(super) async fn process_timers(
        &self,
        timers: Vec<TimerItem>,
        revisions: &Revisions,
        now: Instant,
        offset: Duration,
        run: &mut RunClosing,
        until: Instant,
    ) -> Vec<TimerResult> {
        let fast = |timer: &&TimerItem| {
            let left = |counted| revisions.keeps_count(counted, timer.deadline);
            timer.kind == TimerKind::Window
                && timer.deadline + SETTLING_TIME <= now
                && timer.counting_data.as_ref() == Some(&self.config.counting_data)
                && timer.calendar.as_ref().is_some_and(left)
        };
        let windows = timers.iter().filter(fast).map(OpenWindow::of).collect();
        let mut closed = self.close_windows(windows, now, offset, run).await;
        let (mut outcomes, mut left) = (Vec::with_capacity(timers.len()), Vec::new());
        for (no, timer) in timers.iter().enumerate() {
            let closed = if fast(&timer) { closed.remove(&timer.claim) } else { None };
            let (outcome, record) = match closed {
                Some((Ok(CloseResult::Done), early)) => (Some((Ok(Ending::Closed), early)), None),
                Some((Ok(CloseResult::Absent), _)) => (Some((Ok(Ending::Stale), false)), None),
                Some((Err(failure), _)) => (Some((Err(failure), false)), None),
                Some((Ok(CloseResult::Is(record)), _)) => (None, Some(record)),
                None => (None, None),
            };
            if outcome.is_none() {
                left.push((no, timer, record));
            }
            outcomes.push(outcome);
        }
        let mut left = left.into_iter();
        while left.len() > 0 && self.system_time() < until {
            let worked = left.by_ref().take(AT_A_TIME).map(|(no, timer, record)| async move {
                (no, Box::pin(self.process_timer(timer, record, now, offset)).await)
            });
            for (no, result) in join_all(worked.collect::<Vec<_>>()).await {
                if let Some(outcome) = outcomes.get_mut(no) {
                    *outcome = Some((result, false));
                }
            }
        }
        drop(left);
        let outcomes = outcomes.into_iter().map_while(|outcome| outcome);
        let worked = |(timer, (result, early))| TimerResult { timer, result, early };
        timers.into_iter().zip(outcomes).map(worked).collect()
    }

    /// Works a timer off that no batch has closed; `record` is that of a window which a batch found otherwise. One that
    /// takes too long keeps nobody waiting: it is as good as one that failed, and what it has written it finds again.
    async fn process_timer(
        &self,
        timer: &TimerItem,
        record: Option<Box<ClaimItem>>,
        now: Instant,
        offset: Duration,
    ) -> Result<Ending, StoreError> {
        let worked = async {
            match (timer.kind, record) {
                (_, Some(record)) => Box::pin(self.close_unmatched(*record, now, offset)).await,
                (TimerKind::Reminder(reminder, closes_at), None) => {
                    self.put_reminder_mark(timer, reminder, closes_at, now).await
                }
                (TimerKind::Erasure, None) => {
                    Box::pin(self.process_erasure(&timer.claim, now, offset)).await
                }
                (TimerKind::Proofs(notice, recipient), None) => {
                    self.count_missing_proofs(&timer.claim, notice, recipient).await
                }
                (TimerKind::Window | TimerKind::Other, None) => {
                    let passed = self.pass_deadline_or_release_locks(&timer.claim, now, offset);
                    Box::pin(passed).await
                }
            }
        };
        let too_long = |_| Err(StoreError::Unavailable("a timer takes too long".to_owned()));
        tokio::time::timeout(LONGEST, Box::pin(worked)).await.unwrap_or_else(too_long)
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
                let settles_at = effects::declines_settle_at(stored.claim(), &policy);
                if settles_at.is_some_and(|settles_at| settles_at <= now) {
                    return self.release_locks(id, &policy, now).await;
                }
                Ok(Ending::Stale)
            }
            DeadlineOutcome::NotDue(stored) => self.classify_undue_timer(&stored, now).await,
        }
    }

    /// A claim that is not due by the checked clock of the load, though it was by that of the page,
    /// is worked on again by the next tick.
    async fn classify_undue_timer(
        &self,
        stored: &StoredClaim,
        now: Instant,
    ) -> Result<Ending, StoreError> {
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
        moment: RequestTime,
    ) -> Result<Vec<StoredClaim>, StoreError> {
        let ids: Vec<_> = due.iter().map(|(record, _)| record.claim.id.clone()).collect();
        let now = due.iter().map(|(_, now)| *now).min().unwrap_or(moment.at);
        let revisions = self.load_revisions().await?;
        let windows = due.iter().filter_map(|(record, _)| {
            let window = record.claim.state.window()?;
            let fast = record.claim.status() == Status::AwaitingCustomer
                && !record.stamp.slow
                && record.claim.opened_by.is_some()
                && window.counting_data() == self.config.counting_data
                && revisions.keeps_count(&window.calendar, window.closes_at);
            fast.then_some(OpenWindow { claim: &record.claim.id, closes_at: window.closes_at })
        });
        let mut run = RunClosing::new(self.config.closing);
        let closed = self.close_windows(windows.collect(), now, moment.offset, &mut run).await;
        for id in &ids {
            match closed.get(id) {
                Some((Ok(CloseResult::Done | CloseResult::Absent), _)) => {}
                Some((Ok(CloseResult::Is(_)) | Err(_), _)) | None => {
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
