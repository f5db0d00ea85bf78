//! The invariants of `docs/domain.md §4`, held after every step of random stories: four claims of two
//! partners on the same items and what renews them, everybody trying anything at any time, the real store on
//! the embedded engine beside a small model of the rules.

#![expect(clippy::wildcard_enum_match_arm, reason = "most steps are given, few are remembered")]

pub(crate) mod model;
mod step;

use std::collections::BTreeMap;

use chrono::Duration;
use domain::claim::{Basis, Claim, Instant, ItemStatus, Status};
use domain::content;
use domain::directory::{Partner, PartnerStatus};
use domain::effects::holds_lock;
use domain::ids::{ClaimId, Version};
use domain::program::Policy;
use domain::rejection::Rejection;
use proptest::prelude::*;
use serde_json::json;
use store::{Effect, StoreError};
use support::engine::key;
use support::event_functions::records;
use support::fixtures::{self, ALPINE, BOREALIS, CONTOSO};
use support::stack::Stack;
use web::event::RequestEvent;

use model::{Model, full_window, leads, must_be_taken};
use step::{Step, step};

use crate::bundle::verifies_for_everybody;
use crate::simulation::actions::{Action, renewal_body, straight_on};
use crate::simulation::renewals::{association, item_before, place_of, renewal_faults};
use crate::simulation::try_cases;

const NOW: &str = "2026-12-22T14:00:00Z";

/// Whose claims there are, on what, and whether they begin as drafts.
const CLAIMS: [(&str, &str, &[&str], bool); 4] = [
    (ALPINE, "4711", &["teams", "exchange-online"], false),
    (BOREALIS, "4712", &["exchange-online", "teams"], false),
    (BOREALIS, "4712", &["sharepoint-online"], false),
    (ALPINE, "4711", &["sharepoint-online"], true),
];

/// Whose step it is where it is a renewal's.
const RENEWAL: usize = CLAIMS.len();
/// The term of what the partners hold, and how many days before its end a partner asks anew: in the last third.
const TERM_MONTHS: u32 = 1;
const LEAD_DAYS: i64 = 10;

/// A story and what must stay true in it.
struct Story {
    stack: Stack,
    ids: Vec<ClaimId>,
    /// Whose the claims are.
    owners: Vec<&'static str>,
    models: Vec<Model>,
    /// The places of claims that renew, each with that of what it renews.
    renewals: Vec<(usize, usize)>,
    suspended: Vec<&'static str>,
}

type Checked = Result<(), TestCaseError>;

impl Story {
    async fn begin() -> Self {
        let policy = Policy { term_months: Some(TERM_MONTHS), ..Policy::default() };
        let stack = Box::pin(Stack::with_policy(NOW, policy)).await;
        let mut ids = Vec::new();
        for (no, (partner, location, items, draft)) in CLAIMS.into_iter().enumerate() {
            let domain = "contoso.example";
            let mut body = fixtures::claim_body_of(location, CONTOSO, domain, items);
            body["draft"] = json!(draft);
            let created = stack.env.create_of(partner, &no.to_string(), &body).await;
            ids.push(created.unwrap().claim.id);
        }
        let models = ids.iter().map(|_| Model::default()).collect();
        let owners = CLAIMS.map(|(partner, ..)| partner).into();
        Self { stack, ids, owners, models, renewals: Vec::new(), suspended: Vec::new() }
    }

    /// Goes on until the partner of the first claim has asked anew for all of it.
    async fn renewing() -> Result<Self, TestCaseError> {
        let mut story = Box::pin(Self::begin()).await;
        while story.renewals.is_empty() {
            Box::pin(story.take(0, Step::Advance)).await?;
        }
        Ok(story)
    }

    /// The claim of a step: of renewals the last, or the first claim where nobody has asked anew.
    fn place(&self, whose: usize) -> usize {
        if whose < RENEWAL { whose } else { self.renewals.last().map_or(0, |(new, _)| *new) }
    }

    async fn take(&mut self, whose: usize, step: Step) -> Checked {
        let at = self.place(whose);
        let env = &self.stack.env;
        let now = env.clock.now();
        match step {
            Step::Wait(hours) => env.clock.advance(Duration::hours(hours)),
            Step::ToDeadline(after_s) => {
                let claim = env.read(&self.ids[at]).await;
                if let Some(deadline) = claim.deadline().filter(|deadline| *deadline > now) {
                    env.let_pass_by(deadline, Duration::seconds(after_s));
                }
            }
            Step::Finalize => self.finalize().await,
            Step::Suspend(suspended) => self.suspend(self.owners[at], suspended).await,
            Step::Renew(no) => self.renew(at, no).await?,
            Step::Advance => {
                let claim = env.read(&self.ids[at]).await;
                match straight_on(&claim) {
                    Some(next) => self.give(at, next).await?,
                    None if claim.status() == Status::Associated => {
                        let from = claim.deadline().map(|end| end - Duration::days(LEAD_DAYS));
                        env.clock.set(from.map_or(now, |from| from.max(now)));
                        self.renew(at, 0).await?;
                    }
                    None => Box::pin(self.close(&claim)).await,
                }
            }
            Step::Do(action) => self.give(at, action).await?,
        }
        self.hold(at, step).await
    }

    /// Lets a claim's deadline pass with nobody looking but the timers.
    async fn close(&self, claim: &Claim) {
        let env = &self.stack.env;
        if let Some(deadline) = claim.deadline().filter(|at| *at > env.clock.now()) {
            env.let_pass(deadline);
            self.finalize().await;
        }
    }

    /// The partner asks anew for an item, or with 0 for all that run: it is taken only as long as they run, and a
    /// second time only where nothing of the first is left or the partner recalled it (a draft is no duplicate).
    async fn renew(&mut self, at: usize, no: u8) -> Checked {
        let env = &self.stack.env;
        let old = env.read(&self.ids[at]).await;
        let body = renewal_body(&old, no);
        let key = format!("renewal-{}", self.ids.len());
        let created = match env.create_of(self.owners[at], &key, &body).await {
            Ok(created) => created.claim,
            Err(StoreError::Rejected(_)) => return Ok(()),
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        };
        prop_assert!(old.deadline().is_some_and(|ends_at| env.clock.now() < ends_at), "too late");
        for item in &created.items {
            let was = old.item_status(item_before(&old, item));
            prop_assert!(matches!(was, ItemStatus::Active { .. }), "{was:?} is renewed");
            for (other, _) in self.renewals.iter().filter(|(_, own)| *own == at) {
                let other = env.read(&self.ids[*other]).await;
                if matches!(other.status(), Status::Draft | Status::Discarded) {
                    continue;
                }
                let again = other.items.iter().filter(|own| own.id == item.id);
                let mut waits = again
                    .map(|own| other.item_status(own))
                    .filter(|status| matches!(status, ItemStatus::Proposed | ItemStatus::Pending));
                prop_assert!(waits.next().is_none(), "{} is renewed twice", item.id);
            }
        }
        self.renewals.push((self.ids.len(), at));
        self.ids.push(created.id);
        self.owners.push(self.owners[at]);
        self.models.push(Model::default());
        Ok(())
    }

    /// What the customer has ended of a claim is refused to whatever renews it.
    async fn refuse_renewals(&mut self, at: usize, before: &Claim, after: &Claim) {
        let ended = after.items.iter().filter(|item| {
            let is_active =
                |claim: &Claim| matches!(claim.item_status(item), ItemStatus::Active { .. });
            is_active(before) && !is_active(after)
        });
        let ended: Vec<_> = ended.map(|item| item.id.clone()).collect();
        for (new, _) in self.renewals.iter().filter(|(_, old)| *old == at) {
            let renewal = self.stack.env.read(&self.ids[*new]).await;
            let own = renewal.items.iter().filter(|item| ended.contains(&item.id));
            self.models[*new].refused.extend(own.map(|item| item.no.0));
        }
    }

    /// Drains from shortly before now, so that no story walks through days of empty buckets.
    async fn finalize(&self) {
        let env = &self.stack.env;
        for position in env.engine.items("S") {
            let (pk, sk) = key(&position);
            env.engine.delete(&pk, &sk);
        }
        let now = env.clock.now();
        env.let_pass_by(now - Duration::hours(3), Duration::hours(3));
        env.finalize().await;
    }

    async fn suspend(&mut self, partner: &'static str, suspended: bool) {
        let entry = if partner == ALPINE { fixtures::alpine() } else { fixtures::borealis() };
        let status = if suspended { PartnerStatus::Suspended } else { PartnerStatus::Active };
        self.stack.env.store.put_partner(&Partner { status, ..entry }).await.unwrap();
        self.suspended.retain(|other| *other != partner);
        if suspended {
            self.suspended.push(partner);
        }
        let id = support::test_env::partner_id(partner);
        let (env, entry) = (&self.stack.env, store::DirectoryEntry::Partner(id));
        let mut swept = env.store.reconcile_entry(&entry, None).await;
        // While one of its windows has ended and is not closed, the sweep comes again.
        for _ in 0..10 {
            let Err(StoreError::Unavailable(_)) = swept else { break };
            env.clock.advance(Duration::seconds(125));
            swept = env.store.reconcile_entry(&entry, None).await;
        }
        swept.unwrap();
    }

    /// Does something to a claim, and holds what became of it against the model.
    async fn give(&mut self, at: usize, action: Action) -> Checked {
        let env = &self.stack.env;
        let before = env.read(&self.ids[at]).await;
        let now = env.clock.now();
        if let Some((notice, noted)) = action.report(&before, now) {
            env.note(&before, notice, noted).await.unwrap();
        }
        let given = Box::pin(action.perform(env, &env.store, &before.id)).await;
        let model = &mut self.models[at];
        let from = before.status();
        let after = match given {
            Ok(Some(outcome)) if outcome.effect == Effect::Changed => outcome.claim,
            Ok(_) => return Ok(()),
            Err(StoreError::Rejected(refusal)) => return refused(action, &before, now, &refusal),
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        };
        prop_assert_eq!(after.version.0, before.version.0 + 1, "I7: one event, one version");
        let to = after.status();
        prop_assert!(leads(action, from, to), "{action:?}: {from:?} to {to:?}");
        let is_allowed = says_no(action) || changes_rights_only(action);
        prop_assert!(!is_final(&before, now) || is_allowed, "I8: {action:?} in {from:?}");
        match action {
            Action::Validate => {
                model.shown = Some(content::content_hash(&after, &Policy::default()));
            }
            Action::Deliver => model.opened = Some((before.notice.0, now)),
            Action::Reject(reviewer) => model.rejected_by = Some(reviewer),
            Action::Uphold(reviewer) | Action::Overturn(reviewer) => {
                prop_assert!(model.rejected_by != Some(reviewer), "I9: {action:?}");
            }
            Action::AcceptForTheCustomer => prop_assert!(false, "I9: {action:?}"),
            Action::Accept(no) => drop(model.accepted.insert(no)),
            Action::Undo => model.refused.clear(),
            Action::Decline(no) => drop(model.refused.insert(no)),
            Action::DeclineAll | Action::DeclineByLink(_) => {
                model.refused.extend(before.items.iter().map(|item| item.no.0));
            }
            _ => {}
        }
        if says_no(action) {
            self.refuse_renewals(at, &before, &after).await;
        }
        Ok(())
    }

    /// Everything that must stay true. Usage is asked of the claim that was touched, and of all where
    /// a partner was.
    async fn hold(&mut self, at: usize, step: Step) -> Checked {
        // Twice: what is due on one of them closes with the first look, and may change another.
        let mut claims = Vec::new();
        for id in self.ids.iter().chain(&self.ids) {
            claims.push(self.stack.env.read(id).await);
        }
        let claims = claims.split_off(self.ids.len());
        one_active_each(&claims)?;
        let overlaps = overlapping_associations(&claims);
        prop_assert!(overlaps.is_empty(), "I3: {overlaps:?}");
        let pair = |(new, old): &(usize, usize)| (claims[*old].clone(), claims[*new].clone());
        let faults = renewal_faults(&self.renewals.iter().map(pair).collect::<Vec<_>>());
        prop_assert!(faults.is_empty(), "{faults:?}");
        self.locks_are_held(&claims)?;
        for (claim, model) in claims.iter().zip(&mut self.models) {
            no_is_kept(claim, model)?;
            silence_was_earned(claim, model)?;
            no_deadline_moved_earlier(claim, model)?;
        }
        for (no, (claim, partner)) in claims.iter().zip(&self.owners).enumerate() {
            if no == at || matches!(step, Step::Suspend(_) | Step::Finalize) {
                self.usage_is_readable_while_active(claim, partner).await?;
            }
        }
        Ok(())
    }

    /// I5.
    async fn usage_is_readable_while_active(&self, claim: &Claim, partner: &str) -> Checked {
        for item in &claim.items {
            let id = claim.association_id(item.no);
            let path = format!("/v1/associations/{id}/usage");
            let answer = self.stack.send(RequestEvent::get(&path).partner_admin(partner)).await;
            let active = matches!(claim.item_status(item), ItemStatus::Active { .. });
            let readable = active && !self.suspended.contains(&partner);
            prop_assert_eq!(answer.status == 200, readable, "I5: {}", answer.text);
        }
        Ok(())
    }

    /// Whoever holds an item by the rules holds its lock, and nobody else does.
    fn locks_are_held(&self, claims: &[Claim]) -> Checked {
        let locks = self.stack.env.engine.items("L#");
        for claim in claims {
            for item in claim.items.iter().filter(|item| holds_lock(claim, item)) {
                let end = format!("#{}", item.id);
                let lock =
                    locks.iter().find(|lock| key(lock).1 == "L" && key(lock).0.ends_with(&end));
                let own = claim.association_id(item.no).to_string();
                let named = |place: &str| lock.is_some_and(|lock| lock[place]["S"] == own.as_str());
                let active = matches!(claim.item_status(item), ItemStatus::Active { .. });
                // A decline whose window has passed may have been taken over before it is settled.
                let settled = claim.status() == Status::Declined;
                let held = named("a") || (!active && named("n"));
                prop_assert!(settled || held, "{own} in {lock:?}");
            }
        }
        Ok(())
    }

    /// I7, at the end: the stream told every version once, and the archive has them all, each chained
    /// to the one before.
    async fn is_archived(&self) -> Checked {
        self.stack.event_functions.publish(&records(&self.stack.env)).await.unwrap();
        for id in &self.ids {
            let claim = self.stack.env.read(id).await;
            self.stack.event_functions.publish(&records(&self.stack.env)).await.unwrap();
            let history =
                self.stack.env.store.list_history(&claim, None, 1000).await.unwrap().items;
            let told = crate::stream::versions(&self.stack.env.engine, id);
            let whole: Vec<u64> = (1..).take(told.len()).collect();
            prop_assert_eq!(told, whole);
            let versions: Vec<Version> = history.iter().map(|entry| entry.version).collect();
            let whole: Vec<Version> = (1..=claim.version.0).map(Version).collect();
            prop_assert_eq!(versions, whole);
            for (one, next) in history.iter().zip(history.iter().skip(1)) {
                prop_assert!(next.previous_hash == one.hash && one.hash.is_some());
            }
            Box::pin(verifies_for_everybody(&self.stack, &claim)).await;
        }
        Ok(())
    }
}

pub(crate) fn says_no(action: Action) -> bool {
    matches!(
        action,
        Action::Decline(_)
            | Action::DeclineAll
            | Action::DeclineByLink(_)
            | Action::Undo
            | Action::Revoke(_)
    )
}

/// Who may use a link of a claim is settled in every state.
fn changes_rights_only(action: Action) -> bool {
    matches!(action, Action::PassOn | Action::RetireLink(_))
}

/// I2: a "no" by a notice there was is never refused; and what the model says must be taken is, but for
/// the minutes between a window's end and its close, when nothing but a "no" is.
fn refused(action: Action, before: &Claim, now: Instant, refusal: &Rejection) -> Checked {
    let status = before.status();
    let over =
        status == Status::AwaitingCustomer && before.deadline().is_some_and(|end| end <= now);
    prop_assert!(over || !must_be_taken(action, status), "{action:?} in {status:?}: {refusal}");
    let noticed = match action {
        Action::DeclineByLink(notice) => notice <= before.notice.0,
        Action::Decline(no) => {
            before.notice.0 > 0 && before.items.iter().any(|item| item.no.0 == no)
        }
        Action::DeclineAll => before.notice.0 > 0,
        _ => false,
    };
    prop_assert!(!noticed, "I2: a no was refused: {refusal} in {status:?}");
    Ok(())
}

/// I2: what was refused is neither active nor waits for silence.
fn no_is_kept(claim: &Claim, model: &Model) -> Checked {
    for item in claim.items.iter().filter(|item| model.refused.contains(&item.no.0)) {
        let status = claim.item_status(item);
        let lost = matches!(status, ItemStatus::Pending | ItemStatus::Active { .. });
        prop_assert!(!lost, "I2: item {} of {} is {}", item.no, claim.id, status.as_str());
    }
    Ok(())
}

/// I1 and I6: silence has full windows after the last proof, a yes is the customer's own, and what the
/// customer was shown is what became active.
fn silence_was_earned(claim: &Claim, model: &Model) -> Checked {
    for item in claim.active_items() {
        let ItemStatus::Active { basis, effective_at } = claim.item_status(item) else { continue };
        prop_assert!(claim.content_hash.is_some() && claim.content_hash == model.shown, "I6");
        match basis {
            Basis::Explicit => prop_assert!(model.accepted.contains(&item.no.0), "nobody accepted"),
            Basis::Deemed => {
                let (notice, delivered_at) = model.opened.expect("I1: a notice was delivered");
                prop_assert_eq!(notice, claim.notice.0, "I1: of the last notice");
                prop_assert!(effective_at >= full_window(delivered_at), "I1: {effective_at}");
            }
        }
    }
    Ok(())
}

/// I4: of one notice's window.
fn no_deadline_moved_earlier(claim: &Claim, model: &mut Model) -> Checked {
    let Some(deadline) = claim.state.window().map(|window| window.closes_at) else { return Ok(()) };
    let before: Option<Instant> = model.ends.insert(claim.notice.0, deadline);
    prop_assert!(before.is_none_or(|before| before <= deadline), "I4: {before:?} to {deadline}");
    Ok(())
}

/// I3.
fn one_active_each(claims: &[Claim]) -> Checked {
    let active = claims.iter().flat_map(|claim| claim.active_items().map(|item| item.id.as_str()));
    let mut all: Vec<&str> = active.collect();
    all.sort_unstable();
    let count = all.len();
    all.dedup();
    prop_assert_eq!(all.len(), count, "I3: two active associations of one item");
    Ok(())
}

/// A recorded association: since when, until when, and its id.
type Recorded = (Instant, Option<Instant>, String);

/// I3 over what is recorded: the pairs of associations of one item of one tenant in one family of which the second
/// began before the first ended, and those that ended before they began.
pub(crate) fn overlapping_associations(claims: &[Claim]) -> Vec<(Recorded, Recorded)> {
    let mut by_item = BTreeMap::<String, Vec<Recorded>>::new();
    for claim in claims {
        for item in &claim.items {
            let Some((since, until)) = association(claim, item) else { continue };
            let id = claim.association_id(item.no).to_string();
            by_item.entry(place_of(claim, item)).or_default().push((since, until, id));
        }
    }
    let mut overlapping = Vec::new();
    for recorded in by_item.values_mut() {
        recorded.sort();
        let backwards =
            recorded.iter().filter(|(since, until, _)| until.is_some_and(|end| end < *since));
        overlapping.extend(backwards.map(|one| (one.clone(), one.clone())));
        let pairs = recorded.iter().zip(recorded.iter().skip(1));
        let overlaps = pairs.filter(|(first, next)| first.1.is_none_or(|until| until > next.0));
        overlapping.extend(overlaps.map(|(first, next)| (first.clone(), next.clone())));
    }
    overlapping
}

/// Nothing but a repeat, an undo before the deadline or a "no" has any effect from here on.
pub(crate) fn is_final(claim: &Claim, now: Instant) -> bool {
    match claim.status() {
        Status::Withdrawn | Status::Discarded | Status::Ended => true,
        Status::Declined => claim.state.window().is_none_or(|window| window.closes_at <= now),
        Status::Rejected => claim.deadline().is_none_or(|until| until <= now) && claim.disputed,
        Status::Draft
        | Status::Submitted
        | Status::InReview
        | Status::ActionRequired
        | Status::Disputed
        | Status::Notifying
        | Status::Unreachable
        | Status::AwaitingCustomer
        | Status::OnHold
        | Status::Associated => false,
    }
}

/// The first two are rivals, and most of the story is theirs.
fn whose() -> impl Strategy<Value = usize> {
    prop_oneof![6 => Just(0), 5 => Just(1), 1 => Just(2), 2 => Just(3), 4 => Just(RENEWAL)]
}

/// Mostly it is the renewal's step, or that of what it renews.
fn whose_of_two() -> impl Strategy<Value = usize> {
    prop_oneof![6 => Just(RENEWAL), 3 => Just(0), 1 => Just(1)]
}

async fn run(mut story: Story, steps: Vec<(usize, Step)>) -> Checked {
    for (whose, step) in steps {
        Box::pin(story.take(whose, step)).await?;
    }
    Box::pin(story.is_archived()).await
}

fn block_on<T>(story: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(story)
}

proptest! {
    #![proptest_config(try_cases(36))]

    #[test]
    fn no_story_of_everybody_breaks_an_invariant(
        steps in proptest::collection::vec((whose(), step()), 1..80),
    ) {
        block_on(async { Box::pin(run(Box::pin(Story::begin()).await, steps)).await })?;
    }
}

proptest! {
    #![proptest_config(try_cases(16))]

    #[test]
    fn no_story_of_a_renewal_breaks_an_invariant(
        steps in proptest::collection::vec((whose_of_two(), step()), 1..40),
    ) {
        block_on(async { Box::pin(run(Box::pin(Story::renewing()).await?, steps)).await })?;
    }
}
