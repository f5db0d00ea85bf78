//! Silence: whoever reads or commands a claim whose deadline is due executes its silence first
//! (`docs/domain.md §4`, *The race*), by the same code as the timer.

use chrono::Duration;
use domain::actor::Actor;
use domain::claim::{Claim, Instant};
use domain::command::{Command, CommandKind};
use domain::decide::is_due;
use domain::ids::ClaimId;

use super::commit::Attempts;
use super::competition::CommandAnswer;
use super::load::{LoadResult, StoredClaim};
use crate::table::clock::RequestTime;
use crate::table::clock_check::ClockSample;
use crate::table::config::Store;
use crate::table::error::StoreError;

/// How many steps of silence may follow one another: after a long outage a notice without a proof
/// becomes unreachable and then rejected, or a window becomes longer, closes, and its term runs out.
/// More are a fault of the rules, which is reported and not written without end.
const MOST_STEPS: u8 = 8;

/// What became of a claim that may be due.
#[derive(Debug, Clone)]
pub(crate) enum DeadlineOutcome {
    /// It was not due, or somebody else was faster.
    NotDue(StoredClaim),
    /// Silence was executed: this is the claim after it.
    Done(StoredClaim),
    /// There is no such claim.
    Absent,
}

impl Store {
    /// The claim as it is at `moment`; what was due is executed first. `None`: there is none.
    ///
    /// # Errors
    /// Where silence is due and cannot be executed now: never the old state as if it were true.
    pub async fn load_up_to_date(
        &self,
        id: &ClaimId,
        moment: RequestTime,
    ) -> Result<Option<Claim>, StoreError> {
        Ok(self.load_stored_up_to_date(id, moment.offset).await?.map(|stored| stored.record.claim))
    }

    /// The stored claim, not due any more.
    pub(crate) async fn load_stored_up_to_date(
        &self,
        id: &ClaimId,
        offset: Duration,
    ) -> Result<Option<StoredClaim>, StoreError> {
        match self.pass_deadline(id, offset).await? {
            DeadlineOutcome::NotDue(stored) | DeadlineOutcome::Done(stored) => Ok(Some(stored)),
            DeadlineOutcome::Absent => Ok(None),
        }
    }

    /// Loads a claim and executes its silence as often as it is due.
    pub(crate) async fn pass_deadline(
        &self,
        id: &ClaimId,
        offset: Duration,
    ) -> Result<DeadlineOutcome, StoreError> {
        let mut attempts = Attempts::default();
        let mut done = false;
        let mut steps = 0;
        loop {
            let LoadResult { stored, clock } = self.load_claim(id).await?;
            let Some(stored) = stored else { return Ok(DeadlineOutcome::Absent) };
            done |= attempts.wrote_record(&stored.record);
            let Some(now) = self.time_if_due(stored.claim(), clock, offset).await? else {
                return Ok(if done {
                    DeadlineOutcome::Done(stored)
                } else {
                    DeadlineOutcome::NotDue(stored)
                });
            };
            if steps == MOST_STEPS {
                return Err(StoreError::Corrupt("the silence of a claim does not end".to_owned()));
            }
            let latest = clock.latest_time() + offset;
            let step = self.commit_deadline_passed(&stored, now, latest, attempts.next());
            let result = Box::pin(step).await;
            if let Some(stored) = attempts.retry_after(result).await? {
                (done, steps) = (true, steps + 1);
                // What follows silence may be due as well, after a long outage.
                if self.time_if_due(stored.claim(), clock, offset).await?.is_none() {
                    return Ok(DeadlineOutcome::Done(stored));
                }
            }
        }
    }

    /// The checked clock, where the claim is due by it. The check is made only where one of the two
    /// clocks says that something is due: nothing else depends on them.
    pub(crate) async fn time_if_due(
        &self,
        claim: &Claim,
        clock: ClockSample,
        offset: Duration,
    ) -> Result<Option<Instant>, StoreError> {
        let latest = clock.latest_time() + offset;
        if claim.deadline().is_none_or(|deadline| latest < deadline) {
            return Ok(None);
        }
        let policy = self.policy_of(claim).await?;
        if !is_due(claim, &policy, latest) {
            return Ok(None);
        }
        let now = crate::table::attributes::whole_millis(clock.checked_time()? + offset);
        Ok(is_due(claim, &policy, now).then_some(now))
    }

    /// Executes a claim's silence if it is due at `at`; whether it was.
    pub(crate) async fn pass_deadline_if_due(
        &self,
        claim: &Claim,
        at: Instant,
    ) -> Result<bool, StoreError> {
        if claim.deadline().is_none_or(|deadline| at < deadline) {
            return Ok(false);
        }
        let policy = self.policy_of(claim).await?;
        if !is_due(claim, &policy, at) {
            return Ok(false);
        }
        let moment = self.request_time(self.system_time()).await?;
        Box::pin(self.load_stored_up_to_date(&claim.id, moment.offset)).await?;
        Ok(true)
    }

    /// One step of silence; `None` on a conflict.
    async fn commit_deadline_passed(
        &self,
        stored: &StoredClaim,
        now: Instant,
        latest: Instant,
        write: crate::table::write_id::WriteId,
    ) -> Result<Option<StoredClaim>, StoreError> {
        let needs = CommandKind::DeadlinePassed.needs();
        let command_context = self.read_command_context(
            stored.claim(),
            needs,
            &Actor::System,
            now,
            CommandAnswer::Claim,
        );
        let command_context = Box::pin(command_context).await?;
        let decision = domain::decide(
            Some(stored.claim()),
            &Command::DeadlinePassed,
            &command_context.context,
        );
        match decision? {
            Some(event) => self.commit_event(stored, &event, &command_context, latest, write).await,
            None => Ok(Some(stored.clone())),
        }
    }
}
