//! The end of personal data, by a timer of its own: it erases what the policy keeps no longer, and brings to its end
//! what an erasure left.

use chrono::Duration;
use domain::actor::Actor;
use domain::claim::{Claim, Instant, State};
use domain::command::Command;
use domain::decide::erasure_due_at;
use domain::ids::ClaimId;
use domain::program::Policy;

use super::bucket::QUARTER;
use super::timer::TimerItem;
use super::work::Ending;
use crate::table::clock::RequestTime;
use crate::table::config::Store;
use crate::table::error::StoreError;

/// After how long nothing can arrive any more that was told before an erasure: longer than a parked record is kept.
const LAST_ARRIVAL: Duration = Duration::days(15);
/// The longest time between two looks at an erasure that is not at its end.
const LONGEST_PAUSE: Duration = Duration::days(1);

/// The timer of the erasure that a step makes due, or begins. Where everything was declined in a window, it is put
/// when that is settled: a "no" writes nothing for it.
pub(super) fn new_erasure(old: Option<&Claim>, new: &Claim, policy: &Policy) -> Option<TimerItem> {
    if new.erased {
        let begins = old.is_some_and(|old| !old.erased);
        return begins.then(|| TimerItem::for_erasure(&new.id, new.last_event.at));
    }
    let is_due_already = old.is_some_and(|old| scheduled_at(old, policy).is_some());
    let due_at = scheduled_at(new, policy).filter(|_| !is_due_already)?;
    Some(TimerItem::for_erasure(&new.id, due_at))
}

fn scheduled_at(claim: &Claim, policy: &Policy) -> Option<Instant> {
    let is_settled_later = matches!(claim.state, State::Declined { window: Some(_) });
    erasure_due_at(claim, policy).filter(|_| !is_settled_later)
}

impl Store {
    /// Puts the timer of the erasure of a claim that is settled.
    pub(super) async fn schedule_erasure(
        &self,
        claim: &Claim,
        policy: &Policy,
        now: Instant,
    ) -> Result<(), StoreError> {
        match erasure_due_at(claim, policy) {
            Some(due_at) => self.put_erasure(&claim.id, due_at, now).await,
            None => Ok(()),
        }
    }

    async fn put_erasure(
        &self,
        claim: &ClaimId,
        due_at: Instant,
        now: Instant,
    ) -> Result<(), StoreError> {
        let timer = TimerItem::for_erasure(claim, due_at);
        self.put_item(timer.to_attributes(now, self.config.shards)).await
    }

    /// Erases a claim whose time is over, or goes on with an erasure. What is due later gets another timer.
    pub(super) async fn process_erasure(
        &self,
        id: &ClaimId,
        now: Instant,
        offset: Duration,
    ) -> Result<Ending, StoreError> {
        let records = self.load_claim_records(std::slice::from_ref(id)).await?;
        let Some(claim) = records.first().map(|record| &record.claim) else {
            return Ok(Ending::Stale);
        };
        if claim.erased {
            return self.finish_erasure(id, now).await;
        }
        let due_at = erasure_due_at(claim, &self.policy_of(claim).await?);
        match due_at {
            None => Ok(Ending::Stale),
            Some(due_at) if now < due_at => {
                self.put_erasure(id, due_at, now).await?;
                Ok(Ending::Stale)
            }
            Some(_) => {
                let moment = RequestTime { at: now, offset };
                Box::pin(self.execute_command(id, &Actor::System, &Command::Erase, moment, None))
                    .await?;
                Ok(Ending::Erased)
            }
        }
    }

    /// Removes once more what an erased claim had: functions that were at work when it was erased are done by now.
    /// As long as a version from before is not in the archive, it looks again, until none can arrive.
    async fn finish_erasure(&self, id: &ClaimId, now: Instant) -> Result<Ending, StoreError> {
        let is_done = self.remove_personal_data(id).await?;
        let since = self.erased_at(id).await?.map_or(LAST_ARRIVAL, |at| now - at);
        if !is_done && since < LAST_ARRIVAL {
            let pause = since.clamp(QUARTER, LONGEST_PAUSE);
            self.put_erasure(id, now + pause, now).await?;
        }
        Ok(Ending::Erased)
    }
}
