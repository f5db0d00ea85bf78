//! A command on an existing claim: load, execute silence, decide, commit; decide again when others
//! were faster.

use domain::actor::Actor;
use domain::claim::{Claim, Instant};
use domain::command::Command;
use domain::decide::{self, is_due};
use domain::ids::{ClaimId, Version};
use domain::rejection::Rejection;

use super::commit::Attempts;
use super::load::{Loaded, Stored};
use crate::table::clock::Moment;
use crate::table::clock_check::ClockSample;
use crate::table::config::Store;
use crate::table::error::StoreError;

/// What a command led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The claim as it is now.
    pub claim: Claim,
    /// What the command did to it.
    pub effect: Effect,
}

/// What a command did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It changed the claim: one event.
    Changed,
    /// It is the claim's last event already.
    Repeated,
    /// What it asks for is so already.
    Nothing,
}

impl Store {
    /// Gives a command. `expected` is the version the caller has seen, where it must name one.
    ///
    /// # Errors
    /// [`StoreError::Rejected`] with the rules' answer, `NotFound` for an unknown claim as for
    /// another party's; [`StoreError::VersionMismatch`], unless the command is a repeat.
    pub async fn execute(
        &self,
        id: &ClaimId,
        actor: &Actor,
        command: &Command,
        moment: Moment,
        expected: Option<Version>,
    ) -> Result<Outcome, StoreError> {
        let mut attempts = Attempts::default();
        loop {
            let Loaded { stored, clock } = self.load(id).await?;
            let stored = stored.ok_or(Rejection::NotFound)?;
            if attempts.wrote(&stored.record) {
                return Ok(outcome(stored, Effect::Changed));
            }
            decide::admit(stored.claim(), command.kind(), actor)?;
            let stored = if self.is_overtaken(stored.claim(), clock, moment).await? {
                Box::pin(self.current(id, moment.offset)).await?.ok_or(Rejection::NotFound)?
            } else {
                stored
            };
            if is_repeat(stored.claim(), command, actor, expected) {
                return Ok(outcome(stored, Effect::Repeated));
            }
            seen(stored.claim(), expected)?;
            let latest = (clock.latest() + moment.offset).max(moment.at);
            let step = Step { actor, command, at: moment.at, latest };
            match Box::pin(self.step(&stored, step, &mut attempts)).await? {
                Stepped::Nothing => return Ok(outcome(stored, Effect::Nothing)),
                Stepped::Changed(stored) => return Ok(outcome(*stored, Effect::Changed)),
                Stepped::Again => {}
            }
        }
    }

    /// The claim as a command of that moment finds it: what was due by then is executed first, and a
    /// deadline that passed while the request was on its way is not (`docs/domain.md §4`, *The race*).
    ///
    /// # Errors
    /// Where silence is due and cannot be executed now.
    pub async fn claim_for_command(
        &self,
        id: &ClaimId,
        moment: Moment,
    ) -> Result<Option<Claim>, StoreError> {
        let Loaded { stored, clock } = self.load(id).await?;
        let Some(stored) = stored else { return Ok(None) };
        if self.is_overtaken(stored.claim(), clock, moment).await? {
            return self.claim(id, moment).await;
        }
        Ok(Some(stored.record.claim))
    }

    /// Whether silence comes before a command of that moment. One that arrived before the deadline
    /// counts, however late it is processed (`docs/domain.md §4`, *The race*).
    async fn is_overtaken(
        &self,
        claim: &Claim,
        clock: ClockSample,
        moment: Moment,
    ) -> Result<bool, StoreError> {
        if self.due(claim, clock, moment.offset).await?.is_none() {
            return Ok(false);
        }
        Ok(is_due(claim, &self.policy_of(claim).await?, moment.at))
    }

    /// Decides and commits once.
    async fn step(
        &self,
        stored: &Stored,
        step: Step<'_>,
        attempts: &mut Attempts,
    ) -> Result<Stepped, StoreError> {
        let needs = step.command.kind().needs();
        let around = self.surroundings(stored.claim(), needs, step.actor, step.at);
        let around = Box::pin(around).await?;
        let Some(event) = domain::decide(stored.claim(), step.command, &around.context)? else {
            return Ok(Stepped::Nothing);
        };
        let result = self.commit(stored, &event, &around, step.latest, attempts.next()).await;
        let committed = attempts.again(result).await?;
        Ok(committed.map_or(Stepped::Again, |stored| Stepped::Changed(Box::new(stored))))
    }
}

/// A command at its moment.
#[derive(Clone, Copy)]
struct Step<'a> {
    actor: &'a Actor,
    command: &'a Command,
    at: Instant,
    /// The latest it can be by any clock.
    latest: Instant,
}

/// What came of a step.
enum Stepped {
    Nothing,
    Changed(Box<Stored>),
    Again,
}

/// The caller has seen the present version, where he must have.
fn seen(claim: &Claim, expected: Option<Version>) -> Result<(), StoreError> {
    let current = claim.version;
    match expected {
        Some(expected) if expected != current => Err(StoreError::VersionMismatch { current }),
        Some(_) | None => Ok(()),
    }
}

fn outcome(stored: Stored, effect: Effect) -> Outcome {
    Outcome { claim: stored.record.claim, effect }
}

/// Whether the claim's last event is this command's, by the same party and with the same arguments,
/// and the caller has seen the version it led to or the one before (`docs/api.md §1.5`).
fn is_repeat(claim: &Claim, command: &Command, actor: &Actor, expected: Option<Version>) -> bool {
    let print = command.fingerprint(actor);
    let seen = expected
        .is_none_or(|expected| expected == claim.version || expected.next() == claim.version);
    seen && print.is_some() && claim.last_event.fingerprint == print
}
