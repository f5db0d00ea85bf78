//! What a step does to other claims, in the same transaction (`docs/domain.md §3`, *Exclusivity*): the
//! holders of a contested item are asked to defend it when its review begins, and superseded when the
//! newcomer's item becomes active, so that there is no instant with two or with none.

use domain::actor::Actor;
use domain::claim::{Claim, Instant, State};
use domain::command::{Command, ItemSelection};
use domain::context::{Context, Facts, LocalCalendars, RivalStatus};
use domain::effects;
use domain::event::{Event, EventBody};
use domain::ids::{AssociationId, ClaimId, ItemNo};

use super::commit::{lock_number, next_record, unchanged_since_read};
use super::context::CommandContext;
use super::load::StoredClaim;
use crate::exclusivity::lock::FoundLock;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::transaction::TransactionAction;
use crate::table::write_id::WriteId;

impl Store {
    /// Executes the silence of holders that is due at `at`, so that nobody is judged by what was;
    /// whether there was any.
    pub(crate) async fn pass_rival_deadlines(
        &self,
        locks: &[FoundLock],
        at: Instant,
    ) -> Result<bool, StoreError> {
        let mut closed = false;
        for record in locks.iter().flat_map(|lock| &lock.others) {
            closed |= self.pass_deadline_if_due(&record.claim, at).await?;
        }
        Ok(closed)
    }

    /// The writes to other claims that go with a step, with the locks of the items that it takes over; `None` where one
    /// of them has moved. `now` is the latest it can be by any clock.
    pub(crate) async fn cross_claim_actions(
        &self,
        old: &Claim,
        new: &Claim,
        event: &Event,
        (command_context, taken): (&CommandContext, &[FoundLock]),
        now: Instant,
        write: WriteId,
    ) -> Result<Option<Vec<TransactionAction>>, StoreError> {
        if let EventBody::ReviewBegun { defence_until: Some(until), .. } = event.body {
            return self.request_defences(old, until, command_context, now, write).await.map(Some);
        }
        if taken.is_empty() {
            return Ok(Some(Vec::new()));
        }
        self.take_over_items(new, taken, now, write).await
    }

    /// A customer that ends an association says no to what would renew it, too: whoever is next for an item of the same
    /// partner's. `ended` are the items that the step blocks. Whether the time to answer is over is not asked: a "no" that comes before the close is never lost.
    pub(crate) async fn refuse_renewals(
        &self,
        new: &Claim,
        event: &Event,
        (ended, given_back): (&[ItemNo], &[FoundLock]),
        (now, write): (Instant, WriteId),
    ) -> Result<RefusedRenewals, StoreError> {
        let mut refused: Vec<(ClaimId, Vec<ItemNo>)> = Vec::new();
        for found in given_back.iter().filter(|found| ended.contains(&found.item)) {
            let Some(next) = found.next_renewal(new) else { continue };
            match refused.iter_mut().find(|(claim, _)| *claim == next.claim) {
                Some((_, items)) => items.push(next.item),
                None => refused.push((next.claim.clone(), vec![next.item])),
            }
        }
        let tenant = new.subject.tenant.clone();
        let customer = Actor::CustomerAdmin { tenant, person: None };
        let mut refusals = RefusedRenewals::default();
        for (id, items) in refused {
            let Some(stored) = self.load_claim(&id).await?.stored else { continue };
            let command = Command::Decline { items: ItemSelection::These(items), motive: None };
            let at = event.at.max(stored.claim().last_event.at);
            let step = OtherStep { stored: &stored, actor: &customer, command: &command, at };
            let Some(written) = self.write_other_claim(step, now, write).await? else { continue };
            refusals.actions.push(written.action);
            // A "no" that is final lets go of the items, perhaps also of some that were refused before.
            let changes = effects::lock_changes(Some(stored.claim()), &written.claim);
            let numbers: Vec<_> = changes.into_iter().map(lock_number).collect();
            let is_passing = |no: &ItemNo| {
                let own = written.claim.association_id(*no);
                let mut passed = given_back.iter().filter(|found| ended.contains(&found.item));
                passed.any(|found| found.next_renewal(new) == Some(&own))
            };
            let (passing, others): (Vec<_>, Vec<_>) = numbers.into_iter().partition(is_passing);
            refusals.let_go.extend(passing.into_iter().map(|no| written.claim.association_id(no)));
            let locks = self.load_locks(&written.claim, &others).await?;
            refusals.actions.extend(locks.iter().filter_map(|found| found.release(&written.claim)));
        }
        Ok(refusals)
    }

    /// Asks the holders to defend: all when the review begins, later only those who came meanwhile.
    async fn request_defences(
        &self,
        claim: &Claim,
        until: Instant,
        command_context: &CommandContext,
        now: Instant,
        write: WriteId,
    ) -> Result<Vec<TransactionAction>, StoreError> {
        let context = &command_context.context;
        let first = matches!(claim.state, State::Submitted { .. });
        let rivals = context.facts.rivals.iter();
        let asked = rivals.filter(|rival| {
            rival.standing == RivalStatus::Active
                && !claim.renews(&rival.claim)
                && (first || rival.defence_of_item(context).is_none())
        });
        let mut ids: Vec<_> = asked.map(|rival| rival.claim.clone()).collect();
        ids.sort();
        ids.dedup();
        let mut actions = Vec::new();
        for id in ids {
            let request = Command::RequestDefence { until };
            actions.extend(self.step_other_claim(&id, &request, context.at, now, write).await?);
        }
        Ok(actions)
    }

    /// The items of these locks change hands at the instant from which they are the claim's.
    async fn take_over_items(
        &self,
        claim: &Claim,
        locks: &[FoundLock],
        now: Instant,
        write: WriteId,
    ) -> Result<Option<Vec<TransactionAction>>, StoreError> {
        if !locks.iter().all(|lock| lock.is_of(claim)) {
            return Ok(None);
        }
        let mut actions = Vec::new();
        let mut left: Vec<(ClaimId, Vec<ItemNo>)> = Vec::new();
        for transfer in locks.iter().filter_map(|lock| lock.transfer_to(claim)) {
            actions.push(transfer.lock);
            match left.iter_mut().find(|(holder, _)| *holder == transfer.from.claim) {
                Some((_, items)) => items.push(transfer.from.item),
                None => left.push((transfer.from.claim, vec![transfer.from.item])),
            }
        }
        let since = effective_at(claim, locks);
        for (holder, items) in left {
            let renewed = claim.renews(&holder);
            let take_over = Command::Supersede { items, since, renewed };
            match self.step_other_claim(&holder, &take_over, since, now, write).await? {
                Some(ended) => actions.push(ended),
                None => return Ok(None),
            }
        }
        Ok(Some(actions))
    }

    /// A step of another claim, as the system; `None` where it changes nothing.
    async fn step_other_claim(
        &self,
        id: &ClaimId,
        command: &Command,
        at: Instant,
        now: Instant,
        write: WriteId,
    ) -> Result<Option<TransactionAction>, StoreError> {
        let Some(stored) = self.load_claim(id).await?.stored else { return Ok(None) };
        let at = at.max(stored.claim().last_event.at);
        if self.pass_deadline_if_due(stored.claim(), at).await? {
            return Ok(None);
        }
        let step = OtherStep { stored: &stored, actor: &Actor::System, command, at };
        let written = self.write_other_claim(step, now, write).await?;
        Ok(written.map(|written| written.action))
    }

    /// The write of a step of another claim; `None` where it changes nothing.
    async fn write_other_claim(
        &self,
        step: OtherStep<'_>,
        now: Instant,
        write: WriteId,
    ) -> Result<Option<OtherWrite>, StoreError> {
        let OtherStep { stored, actor, command, at } = step;
        let policy = self.policy_of(stored.claim()).await?;
        let operator = self.config.operator.clone();
        let places =
            LocalCalendars { operator, partner: None, customer: None, customer_at_end: None };
        let (actor, facts) = (actor.clone(), Facts::default());
        let context = Context { at, actor, policy, places, facts };
        let Some(event) = domain::decide(Some(stored.claim()), command, &context)? else {
            return Ok(None);
        };
        let claim = domain::evolve(Some(stored.claim().clone()), &event)?;
        let new = next_record(stored, claim, &event, &context.policy, (write, None))?;
        self.schedule_timers(Some(stored.claim()), new.claim(), &context.policy, now).await?;
        let unmoved = unchanged_since_read(stored.claim(), &context.actor);
        let action = TransactionAction::Put(new.record.to_attributes()?, Some(unmoved));
        Ok(Some(OtherWrite { action, claim: new.claim().clone() }))
    }
}

/// What a customer's end of associations does to the claims that would renew them.
#[derive(Debug, Default)]
pub(crate) struct RefusedRenewals {
    pub(crate) actions: Vec<TransactionAction>,
    /// The items of these renewals that the locks would pass to, and that nobody waits for any more.
    pub(crate) let_go: Vec<AssociationId>,
}

/// A step of another claim as it is written, and the claim after it.
struct OtherWrite {
    action: TransactionAction,
    claim: Claim,
}

/// A step of another claim.
struct OtherStep<'a> {
    stored: &'a StoredClaim,
    actor: &'a Actor,
    command: &'a Command,
    at: Instant,
}

/// Since when these items are active: all of them became so by the same event.
fn effective_at(claim: &Claim, locks: &[FoundLock]) -> Instant {
    let since = locks
        .iter()
        .filter_map(|lock| claim.item_status(claim.find_item(lock.item)?).active_since());
    since.min().unwrap_or(claim.last_event.at)
}
