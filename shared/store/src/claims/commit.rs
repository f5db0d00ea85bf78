//! The generic commit: timer and annotation first, then one conditional put on the version, or one transaction
//! where locks, blocks, details or a list of recipients go with it.

use std::borrow::Cow;

use domain::actor::Actor;
use domain::claim::{Claim, Instant, State};
use domain::context::Context;
use domain::effects::{self, LockChange};
use domain::event::{Event, EventBody};
use domain::ids::{AssociationId, ItemNo};
use domain::program::Policy;

use super::context::CommandContext;
use super::load::StoredClaim;
use crate::erasure::list as erasure;
use crate::exclusivity::lock::FoundLock;
use crate::history::annotations::AnnotationItem;
use crate::notices::recipients;
use crate::notices::reports::ExpectedReports;
use crate::table::attributes::{number_value, text_value};
use crate::table::codec::claim_item::{ClaimItem, Stamp, is_submitted, queue_of};
use crate::table::codec::details_item::DetailsItem;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::retry::pause_before_retry;
use crate::table::transaction::{Condition, TransactionAction, WriteOutcome};
use crate::table::write_id::WriteId;

/// How often a command is decided again when others write the same claim.
const ATTEMPTS: u32 = 6;

/// The attempts of one request: each write has an id of its own, by which the request knows it
/// again after a lost answer.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    writes: Vec<WriteId>,
}

impl Attempts {
    /// The id of the next write.
    pub(crate) fn next(&mut self) -> WriteId {
        let write = WriteId::new();
        self.writes.push(write);
        write
    }

    /// Whether nothing was tried yet: what the request uses of a quota is counted once.
    pub(crate) fn is_first(&self) -> bool {
        self.writes.is_empty()
    }

    /// The ids of the writes so far.
    pub(crate) fn write_ids(&self) -> &[WriteId] {
        &self.writes
    }

    /// Whether the record is what this request wrote.
    pub(crate) fn wrote_record(&self, record: &ClaimItem) -> bool {
        self.writes.contains(&record.stamp.write)
    }

    /// Whether to decide once more after this result of a write; waits before that.
    pub(crate) async fn retry_after(
        &self,
        result: Result<Option<StoredClaim>, StoreError>,
    ) -> Result<Option<StoredClaim>, StoreError> {
        let made = u32::try_from(self.writes.len()).unwrap_or(u32::MAX);
        let left = made < ATTEMPTS;
        match result {
            Ok(Some(stored)) => return Ok(Some(stored)),
            Ok(None) | Err(StoreError::Unavailable(_)) if left => {}
            Ok(None) => return Err(StoreError::Unavailable("others write all the time".into())),
            Err(error) => return Err(error),
        }
        pause_before_retry(made).await;
        Ok(None)
    }
}

impl Store {
    /// Writes an event; `None` where the claim or a lock is no longer as it was read. `now` is the
    /// latest it can be by any clock: no timer may go into a bucket that is being drained.
    pub(crate) async fn commit_event(
        &self,
        old: &StoredClaim,
        event: &Event,
        command_context: &CommandContext,
        now: Instant,
        write: WriteId,
    ) -> Result<Option<StoredClaim>, StoreError> {
        let decided = domain::evolve(Some(old.claim().clone()), event)?;
        let changes = effects::lock_changes(Some(old.claim()), &decided);
        let policy = &command_context.context.policy;
        // The timers are those of the claim as decided. One that the locks make end sooner has its own beside them:
        // a timer that is stale does nothing.
        let said =
            AnnotationItem::of((old.claim(), old.record.stamp.annotation), &decided, event, write);
        let annotation = said.as_ref().map(|_| write);
        let activated = if decided.contested || decided.details.renews.is_some() {
            effects::activated_items(old.claim(), &decided)
        } else {
            Vec::new()
        };
        let (locks, taken, (), ()) = tokio::try_join!(
            self.locks_of(&decided, &changes, command_context),
            self.load_locks(&decided, &activated),
            self.schedule_timers(Some(old.claim()), &decided, policy, now),
            self.put_annotation(&decided.id, said.as_ref()),
        )?;
        let next_from = locks.iter().filter_map(FoundLock::next_window_end).min();
        let left_at = taken.iter().filter_map(|lock| lock.holder_left_at(&decided)).max();
        let in_line = next_from
            .and_then(|from| effects::ended_before_next(event, from))
            .or_else(|| effects::delay_begin(event, left_at?));
        let (event, claim) = match &in_line {
            Some(in_line) => {
                let claim = domain::evolve(Some(old.claim().clone()), in_line)?;
                self.schedule_timers(Some(old.claim()), &claim, policy, now).await?;
                (in_line, claim)
            }
            None => (event, decided),
        };
        let new = next_record(old, claim, event, policy, (write, annotation))?;
        let blocked = effects::newly_blocked(Some(old.claim()), new.claim());
        let refused = self.refuse_renewals(new.claim(), event, (&blocked, &locks), (now, write));
        let refused = Box::pin(refused).await?;
        let released = (&*changes, &*locks, &*refused.let_go);
        let side_effects = self.side_effects(&new, event, released, &blocked, command_context);
        let Some(mut actions) = Box::pin(side_effects).await? else { return Ok(None) };
        actions.extend(refused.actions);
        let cross_claim = Box::pin(self.cross_claim_actions(
            old.claim(),
            new.claim(),
            event,
            (command_context, &taken),
            now,
            write,
        ));
        let Some(cross_claim) = cross_claim.await? else { return Ok(None) };
        actions.extend(cross_claim);
        let record = new.record.to_attributes()?;
        let condition = unchanged_since_read(old.claim(), &command_context.context.actor);
        // The details stand in the index of days, which has no claim that is not submitted.
        let (before, after) = (old.claim().status(), new.claim().status());
        if event.details.is_some() || is_submitted(before) != is_submitted(after) {
            actions.push(TransactionAction::Put(new.details_item()?, None));
        }
        if let Some(list) = &event.recipients {
            actions
                .push(TransactionAction::Put(recipients::list_item(&new.claim().id, list), None));
        }
        if matches!(event.body, EventBody::Erased) {
            actions.push(TransactionAction::Put(
                erasure::erased_item(&new.claim().id, event.at),
                None,
            ));
        }
        let expected = expected_reports(old.claim(), new.claim(), event, &command_context.context);
        actions.extend(expected.condition_check(&new.claim().id, old.claim().notice));
        let written = if actions.is_empty() {
            self.put_item_if(record, condition).await?
        } else {
            actions.insert(0, TransactionAction::Put(record, Some(condition)));
            self.run_transaction(actions, write).await?
        };
        Ok((written == WriteOutcome::Done).then_some(new))
    }

    /// The locks that change with a step, as they are now.
    async fn locks_of<'l>(
        &self,
        claim: &Claim,
        changes: &[LockChange],
        command_context: &'l CommandContext,
    ) -> Result<Cow<'l, [FoundLock]>, StoreError> {
        let known = &command_context.locks;
        if changes.is_empty() || !known.is_empty() {
            return Ok(Cow::Borrowed(known));
        }
        let numbers: Vec<_> = changes.iter().copied().map(lock_number).collect();
        self.load_locks(claim, &numbers).await.map(Cow::Owned)
    }

    /// The locks and blocks that go with a step; `None` where a lock is somebody else's by now.
    async fn side_effects(
        &self,
        new: &StoredClaim,
        event: &Event,
        (changes, locks, let_go): (&[LockChange], &[FoundLock], &[AssociationId]),
        blocked: &[ItemNo],
        command_context: &CommandContext,
    ) -> Result<Option<Vec<TransactionAction>>, StoreError> {
        let claim = new.claim();
        let taken = self.lock_actions(claim, changes, (locks, let_go), event.at).await?;
        let Some(mut actions) = taken else { return Ok(None) };
        let (policy, place) =
            (&command_context.context.policy, command_context.context.places.customer.as_ref());
        actions.extend(self.block_actions(claim, blocked, event.at, policy, place).await?);
        Ok(Some(actions))
    }
}

/// What must still be so in the reports of the claim's notice when the event is written. A window that an event
/// names another delivery for, or opens again after a "no", is not counted from a delivery that has failed: who noted
/// the failure may have looked at the claim before this write, and does not come back. A report that opens the window
/// is not acknowledged before the reports were read again, so it asks nothing. And an undo takes nothing back that was
/// said again since it arrived.
fn expected_reports(old: &Claim, new: &Claim, event: &Event, context: &Context) -> ExpectedReports {
    let is_open = |claim: &Claim| matches!(claim.state, State::AwaitingCustomer { .. });
    let is_kept = is_open(old) && old.opened_by == new.opened_by;
    let by_report = matches!(event.body, EventBody::WindowOpened { .. }) && !event.by_silence;
    let is_undo = matches!(event.body, EventBody::DeclineUndone { .. });
    ExpectedReports {
        not_failed: new.opened_by.filter(|_| is_open(new) && !is_kept && !by_report),
        no_repeated_since: is_undo.then_some(context.at),
    }
}

/// The item whose lock changes.
pub(super) fn lock_number(change: LockChange) -> ItemNo {
    let (LockChange::Take(no) | LockChange::Release(no)) = change;
    no
}

/// The record that follows, written by `write`, with the annotation that goes with it, if one does.
///
/// # Errors
/// `Unavailable` where there is nothing random for the details of an erased claim.
pub(crate) fn next_record(
    old: &StoredClaim,
    claim: Claim,
    event: &Event,
    policy: &Policy,
    (write, annotation): (WriteId, Option<WriteId>),
) -> Result<StoredClaim, StoreError> {
    let details = match &event.details {
        Some(details) if matches!(event.body, EventBody::Erased) => {
            DetailsItem::erased_from(details)?
        }
        Some(details) => old.details.with_details(details),
        None => old.details.clone(),
    };
    let same_queue = queue_of(old.claim().status()) == queue_of(claim.status());
    let since = if same_queue { old.record.stamp.waiting_since } else { Some(event.at) };
    // What was said is erased with the rest.
    let kept = old.record.stamp.annotation.filter(|_| !matches!(event.body, EventBody::Erased));
    let stamp = record_stamp(&claim, &details, since, policy, (write, annotation.or(kept)));
    Ok(StoredClaim { record: ClaimItem { claim, stamp }, details })
}

/// What the store keeps beside a claim.
pub(crate) fn record_stamp(
    claim: &Claim,
    details: &DetailsItem,
    since: Option<Instant>,
    policy: &Policy,
    (write, annotation): (WriteId, Option<WriteId>),
) -> Stamp {
    let open = matches!(claim.state, State::AwaitingCustomer { .. });
    Stamp {
        details_hash: details.content_digest(),
        waiting_since: since.filter(|_| queue_of(claim.status()).is_some()),
        slow: open && effects::needs_single_close(claim, policy),
        write,
        annotation,
    }
}

/// The record has the version that was read, and belongs to the party that asks.
pub(crate) fn unchanged_since_read(claim: &Claim, actor: &Actor) -> Condition {
    let condition = Condition::new("v = :v").with_value(":v", number_value(claim.version.0));
    match actor {
        Actor::Partner { id, .. } => {
            condition.and("ip = :p").with_value(":p", text_value(id.as_str()))
        }
        Actor::CustomerAdmin { tenant, .. } | Actor::CustomerContact { tenant, .. } => {
            condition.and("it = :t").with_value(":t", text_value(tenant.as_str()))
        }
        Actor::Staff { .. } | Actor::CustomerLink { .. } | Actor::System => condition,
    }
}
