//! Every write path under every fault: nothing is lost and nothing happens twice. What an undisturbed
//! run leaves in the table is what a disturbed one leaves, once its caller has asked again.

mod scene;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::Duration as Span;
use domain::claim::Status;
use domain::command::Command;
use domain::ids::ClaimId;
use scene::Scene;
use store::{CloseMethod, Effect, Scope, Store, StoreError};
use support::engine::{Saved, key};
use support::test_env::{TestEnv, closes_at, reviewer};
use support::wire::{Call, Fault, Wire, any, until_death};
use tokio::sync::Notify;

use crate::simulation::actions::{Action, ITEMS, stored_claim};

const NOW: &str = "2026-12-22T14:00:00Z";

/// Before a call and after it.
const SIDES: [fn(Arc<Notify>) -> Fault; 2] = [Fault::CrashBefore, Fault::CrashAfter];

/// Everything that must be the same in the end: the claim, its locks and its blocks, and the events
/// the stream has told. When an action happened is left out where the next tick repeats it.
async fn outcome(env: &TestEnv, id: &ClaimId) -> BTreeMap<String, String> {
    let (store, _) = env.another_store(|_| {});
    let locks = ["L#", "B#"].map(|of| env.engine.items(of)).concat();
    let mut outcome: BTreeMap<String, String> =
        locks.iter().map(|lock| (format!("{:?}", key(lock)), holders(lock))).collect();
    assert!(env.engine.item(&format!("C#{id}"), "A").is_some(), "the claim");
    for id in claims(env) {
        let mut claim = store.load_up_to_date(&id, env.now()).await.unwrap().expect("a claim");
        claim.last_event.at = claim.created_at;
        let versions = crate::stream::versions(&env.engine, &id);
        outcome.insert(format!("claim {id}"), format!("{versions:?} {claim:#?}"));
    }
    outcome
}

/// Every claim there is.
fn claims(env: &TestEnv) -> Vec<ClaimId> {
    let records = env.engine.items("C#").into_iter().map(|item| key(&item));
    let records = records.filter(|(_, sk)| sk == "A");
    records.map(|(pk, _)| ClaimId::parse(pk.trim_start_matches("C#")).unwrap()).collect()
}

/// Who holds a lock; of a block only that it stands, since its end follows from its beginning.
fn holders(lock: &serde_json::Value) -> String {
    if key(lock).0.starts_with("B#") { "block".to_owned() } else { lock.to_string() }
}

/// A claim before an action, to begin from again and again.
struct Beginning {
    scene: Scene,
    action: Action,
    env: TestEnv,
    id: ClaimId,
    saved: Saved,
    now: domain::claim::Instant,
}

impl Beginning {
    async fn of(scene: Scene, action: Action) -> Self {
        let env = scene.env().await;
        let id = Box::pin(scene.prepare(&env)).await;
        if scene != Scene::Nothing {
            let claim = stored_claim(&env, &id);
            if let Some((notice, noted)) = action.report(&claim, env.clock.now()) {
                env.note(&claim, notice, noted).await.unwrap();
            }
        }
        let (saved, now) = (env.engine.save(), env.clock.now());
        Self { scene, action, env, id, saved, now }
    }

    /// Back to the beginning, with a store that has seen nothing.
    fn again(&self) -> (Store, Wire) {
        self.env.engine.restore(&self.saved);
        self.env.clock.set(self.now);
        self.another()
    }

    /// Another process: nothing cached.
    fn another(&self) -> (Store, Wire) {
        self.env.another_store(|config| {
            if self.scene == Scene::EndedOneByOne {
                config.closing = CloseMethod::OneByOne;
            }
        })
    }

    async fn act(&self, store: &Store) -> Result<(), StoreError> {
        Box::pin(self.action.perform(&self.env, store, &self.id)).await.map(drop)
    }

    /// Runs the action into `fault` at its `nth` call and `more` after it, asks again as its caller
    /// would, and returns what is left.
    async fn disturbed(
        &self,
        fault: &Fault,
        nth: usize,
        more: usize,
        concerns: fn(&Call) -> bool,
    ) -> BTreeMap<String, String> {
        let (store, wire) = self.again();
        for nth in nth..=nth + more {
            wire.on(concerns, nth, fault.clone());
        }
        if let Err(error) = self.act(&store).await {
            assert!(error.is_retryable(), "{:?} under {fault:?}: {error}", self.action);
        }
        wire.reset();
        for _ in 0..if self.action.is_of_timers() { 2 } else { 1 } {
            if self.action.is_of_timers() {
                self.env.clock.advance(Span::minutes(2));
            }
            let again = self.act(&store).await;
            assert!(again.is_ok(), "{:?} after {fault:?}: {again:?}", self.action);
        }
        outcome(&self.env, &self.id).await
    }

    /// Lets the process die at its `nth` call, on that side of it, and others do it again; returns what
    /// is left.
    async fn after_a_death(
        &self,
        side: fn(Arc<Notify>) -> Fault,
        nth: usize,
        concerns: fn(&Call) -> bool,
    ) -> BTreeMap<String, String> {
        let (store, wire) = self.again();
        let death = Arc::new(Notify::new());
        wire.on(concerns, nth, side(Arc::clone(&death)));
        let ended = Box::pin(until_death(self.act(&store), &death)).await;
        assert!(ended.is_none(), "{:?} lives on after call {nth}", self.action);
        for _ in 0..if self.action.is_of_timers() { 2 } else { 1 } {
            if self.action.is_of_timers() {
                self.env.clock.advance(Span::minutes(2));
            }
            let again = self.act(&self.another().0).await;
            assert!(again.is_ok(), "{:?} after a death at call {nth}: {again:?}", self.action);
        }
        outcome(&self.env, &self.id).await
    }

    /// How many calls of a kind an undisturbed action makes, and what it leaves.
    async fn undisturbed(&self, concerns: fn(&Call) -> bool) -> (usize, BTreeMap<String, String>) {
        let (store, wire) = self.again();
        self.act(&store).await.unwrap();
        let calls = wire.calls().iter().filter(|call| concerns(call)).count();
        (calls, outcome(&self.env, &self.id).await)
    }
}

/// Holds an action to its undisturbed outcome under each fault at each of its calls: once, so that the
/// SDK's own second attempt meets none, and for good, so that the caller hears of it.
async fn withstands(scene: Scene, action: Action, faults: &[Fault], concerns: fn(&Call) -> bool) {
    let beginning = Beginning::of(scene, action).await;
    let (calls, expected) = beginning.undisturbed(concerns).await;
    assert!(calls > 0, "{action:?} makes no such call");
    for fault in faults {
        for nth in 1..=calls {
            for more in [0, 11] {
                let left = beginning.disturbed(fault, nth, more, concerns).await;
                assert_eq!(left, expected, "{action:?}: {fault:?} at call {nth} and {more} more");
            }
        }
    }
}

/// Holds an action to its undisturbed outcome whose process dies before or after any of its calls.
async fn survives(scene: Scene, action: Action, concerns: fn(&Call) -> bool) {
    let beginning = Beginning::of(scene, action).await;
    let (calls, expected) = beginning.undisturbed(concerns).await;
    for nth in 1..=calls {
        for side in SIDES {
            let left = beginning.after_a_death(side, nth, concerns).await;
            assert_eq!(left, expected, "{action:?}: {:?} call {nth}", side(Arc::default()));
        }
    }
}

fn writes(call: &Call) -> bool {
    call.writes()
}

/// The faults that concern every call.
const COMMON: [Fault; 4] = [Fault::Throttle, Fault::Internal, Fault::Reset, Fault::AnswerLost];

macro_rules! each_action {
    ($($name:ident: $scene:expr, $action:expr;)*) => {$(
        #[tokio::test]
        async fn $name() {
            withstands($scene, $action, &COMMON, any).await;
            withstands($scene, $action, &[Fault::Conflict(0)], writes).await;
            survives($scene, $action, any).await;
        }
    )*};
}

each_action! {
    a_draft_is_stored_once_whatever_breaks: Scene::Nothing, Action::StoreDraft;
    a_draft_is_edited_once_whatever_breaks: Scene::Draft, Action::Edit;
    a_draft_is_submitted_once_whatever_breaks: Scene::Draft, Action::Submit;
    a_claim_is_recalled_once_whatever_breaks: Scene::Submitted, Action::Recall;
    a_question_is_put_once_whatever_breaks: Scene::InReview, Action::Ask(1);
    a_question_is_answered_once_whatever_breaks: Scene::Asked, Action::Respond;
    a_contact_is_proposed_once_whatever_breaks: Scene::Unreachable, Action::ProposeContact;
    a_contact_is_corrected_once_whatever_breaks: Scene::Unreachable, Action::CorrectContact;
    a_submit_is_stored_once_whatever_breaks: Scene::Nothing, Action::Create;
    a_review_begins_once_whatever_breaks: Scene::Submitted, Action::Begin;
    a_rejection_is_recorded_once_whatever_breaks: Scene::InReview, Action::Reject(1);
    a_validation_takes_its_locks_once_whatever_breaks: Scene::InReview, Action::Validate;
    a_window_opens_once_whatever_breaks: Scene::Notifying, Action::Deliver;
    a_bounce_is_recorded_once_whatever_breaks: Scene::Notifying, Action::Bounce;
    a_no_to_one_item_is_neither_lost_nor_doubled_whatever_breaks: Scene::Awaiting, Action::Decline(2);
    a_no_to_everything_is_neither_lost_nor_doubled_whatever_breaks: Scene::Awaiting, Action::DeclineByLink(1);
    an_undo_is_neither_lost_nor_doubled_whatever_breaks: Scene::Declined, Action::Undo;
    a_withdrawal_gives_every_lock_back_whatever_breaks: Scene::Awaiting, Action::Withdraw;
    an_early_withdrawal_is_recorded_once_whatever_breaks: Scene::Submitted, Action::Withdraw;
    an_association_ends_once_whatever_breaks: Scene::Associated, Action::End(1);
    a_revocation_ends_and_blocks_once_whatever_breaks: Scene::Associated, Action::DeclineByLink(1);
    a_window_closes_once_whatever_breaks: Scene::Ended, Action::Tick;
    a_window_closed_one_by_one_closes_once_whatever_breaks: Scene::EndedOneByOne, Action::Tick;
    a_window_closed_by_its_reader_closes_once_whatever_breaks: Scene::Ended, Action::Read;
    a_slow_close_happens_once_whatever_breaks: Scene::EndedInPart, Action::Tick;
    an_opt_in_close_happens_once_whatever_breaks: Scene::EndedOptIn, Action::Tick;
    a_slow_close_by_a_reader_happens_once_whatever_breaks: Scene::EndedInPart, Action::Read;
    a_final_no_gives_its_locks_back_once_whatever_breaks: Scene::EndedRefused, Action::Tick;
    a_notice_without_proof_is_given_up_once_whatever_breaks: Scene::Unproven, Action::Tick;
    an_unreachable_customer_ends_the_claim_once_whatever_breaks: Scene::Unreached, Action::Tick;
    a_holder_is_asked_to_defend_once_whatever_breaks: Scene::Contested, Action::Begin;
    a_newcomer_gets_in_line_once_whatever_breaks: Scene::Undefended, Action::Validate;
    an_item_changes_hands_once_whatever_breaks: Scene::LineEnded, Action::Tick;
    an_item_changes_hands_once_by_a_reader_whatever_breaks: Scene::LineEnded, Action::Read;
    an_item_changes_hands_once_by_a_yes_whatever_breaks: Scene::InLine, Action::AcceptAll;
    a_newcomer_leaves_the_line_once_whatever_breaks: Scene::InLine, Action::Withdraw;
    a_holder_leaves_to_the_next_once_whatever_breaks: Scene::HolderOfLine, Action::End(1);
    a_renewal_is_submitted_once_whatever_breaks: Scene::Renewable, Action::Renew(0);
    a_renewal_begins_as_the_old_one_ends_once_whatever_breaks: Scene::RenewalEnded, Action::Tick;
    a_renewal_begins_by_a_yes_once_whatever_breaks: Scene::Renewing, Action::AcceptAll;
    an_end_of_the_old_one_refuses_its_renewal_once_whatever_breaks: Scene::Renewed, Action::Revoke(1);
    a_no_to_the_old_one_refuses_its_renewal_once_whatever_breaks:
        Scene::Renewed, Action::DeclineByLink(1);
    evidence_is_added_once_whatever_breaks: Scene::Asked, Action::AddEvidence(7);
    a_holiday_is_announced_once_whatever_breaks: Scene::Awaiting, Action::AnnounceHoliday;
    a_notice_is_sent_again_once_whatever_breaks: Scene::Awaiting, Action::Resend;
    a_notice_is_passed_on_once_whatever_breaks: Scene::Awaiting, Action::PassOn;
    a_claim_is_erased_once_whatever_breaks: Scene::Withdrawn, Action::Erase;
    a_block_is_lifted_whatever_breaks: Scene::Blocked, Action::LiftBlocks;
    a_due_window_is_counted_again_once_and_stays_open_whatever_breaks: Scene::EndedRecounted, Action::Tick;
}

#[tokio::test]
async fn an_opt_in_close_gives_its_locks_back() {
    let beginning = Beginning::of(Scene::EndedOptIn, Action::Tick).await;
    let (_, left) = beginning.undisturbed(any).await;
    assert!(left.keys().all(|key| key.starts_with("claim ")), "{:?}", left.keys());
}

/// The search for open windows asks hundreds of buckets; what breaks it begins it anew.
#[tokio::test]
async fn a_window_is_counted_again_once_whatever_breaks() {
    withstands(Scene::Recounted, Action::Recount, &COMMON, writes).await;
    withstands(Scene::Recounted, Action::Recount, &[Fault::Conflict(0)], writes).await;
    survives(Scene::Recounted, Action::Recount, writes).await;
}

#[tokio::test]
async fn an_action_whose_answers_come_too_late_happens_once() {
    let patience = Duration::from_millis(60);
    for (scene, action) in [
        (Scene::Nothing, Action::Create),
        (Scene::InReview, Action::Validate),
        (Scene::Awaiting, Action::Decline(2)),
        (Scene::Awaiting, Action::Withdraw),
        (Scene::EndedInPart, Action::Read),
    ] {
        let beginning = Beginning::of(scene, action).await;
        let (calls, expected) = beginning.undisturbed(any).await;
        for nth in 1..=calls {
            beginning.again();
            let store = beginning.env.impatient_store(patience);
            beginning.env.wire.reset();
            beginning.env.wire.on(any, nth, Fault::Slow(patience * 2));
            if let Err(error) = beginning.act(&store).await {
                assert!(error.is_retryable(), "{action:?}: {error}");
                beginning.act(&store).await.unwrap();
            }
            let left = outcome(&beginning.env, &beginning.id).await;
            assert_eq!(left, expected, "{action:?}: late answer at call {nth}");
        }
    }
}

#[tokio::test]
async fn a_statement_that_is_throttled_or_in_conflict_is_asked_again_without_the_others() {
    for fault in [Fault::ThrottleStatements(vec![1]), Fault::ConflictStatements(vec![0, 2])] {
        let env = TestEnv::at(NOW).await;
        let mut ids = Vec::new();
        for (key, item) in [("a", "exchange-online"), ("b", "teams"), ("c", "sharepoint-online")] {
            ids.push(env.awaiting(key, &[item]).await);
        }
        env.let_pass(closes_at(&ids[0]));
        let (store, wire) = env.another_store(|_| {});
        wire.on(|call| call.operation == "BatchExecuteStatement", 1, fault);
        let scope = Scope::Partner(support::test_env::partner_id("p-alpine"));
        let all = store::ClaimList::all_of(store::Source::Newest(&scope, store::ClaimParts::ALL));
        let page = store.list_claims(all, None, 25, env.now()).await.unwrap();
        assert!(page.items.iter().all(|listed| listed.claim.status() == Status::Associated));
        for claim in &ids {
            assert_eq!(env.read(&claim.id).await.version, claim.version.next());
            assert_eq!(crate::stream::versions(&env.engine, &claim.id), [1, 2, 3, 4, 5]);
        }
    }
}

#[tokio::test]
async fn a_request_knows_its_own_write_again_after_its_answer_was_lost() {
    let puts = |call: &Call| call.operation == "PutItem" && call.names("C#", "A");
    let env = TestEnv::at(NOW).await;
    let (store, wire) = env.another_store(|_| {});
    wire.on(puts, 1, Fault::AnswerLost);
    let body = support::fixtures::claim_body(&ITEMS);
    let made =
        support::test_env::create_on(&store, "p-alpine", "k", &body, env.now()).await.unwrap();
    assert!(!made.replayed, "it is this request's own claim");
    let begun = {
        wire.on(puts, 1, Fault::AnswerLost);
        store
            .execute_command(&made.claim.id, &reviewer(), &Command::BeginReview, env.now(), None)
            .await
            .unwrap()
    };
    assert_eq!((begun.effect, begun.claim.version.0), (Effect::Changed, 2));
}

#[tokio::test]
async fn a_table_that_refuses_the_statement_of_a_batch_gets_single_closes_for_the_rest_of_the_run()
{
    let codes = ["ValidationError", "AccessDenied", "ValidationException", "AccessDeniedException"];
    for code in codes {
        let env = TestEnv::at(NOW).await;
        let claims =
            [env.awaiting("k", &ITEMS).await, env.awaiting("l", &["sharepoint-online"]).await];
        env.let_pass(closes_at(&claims[1]));
        let (store, wire) = env.another_store(|_| {});
        let batch = |call: &Call| call.operation == "BatchExecuteStatement";
        wire.always(batch, Fault::RefuseStatements(code));
        let (mut closed, mut fallbacks) = (0, 0);
        for shard in store.find_due_work().await.unwrap().due {
            let until = env.clock.now() + Span::seconds(40);
            let drained = store.drain_timers(shard, until).await.unwrap();
            assert_eq!(drained.poisoned, 0, "{code}");
            assert!(drained.fallbacks <= 1, "{code}: {drained:?}");
            closed += drained.closed;
            fallbacks += drained.fallbacks;
        }
        assert_eq!(closed, 2, "{code}");
        assert!(fallbacks > 0, "{code}");
        let batches = u32::try_from(wire.calls().into_iter().filter(batch).count()).unwrap();
        let is_of_statements = !code.ends_with("Exception");
        assert!(batches == fallbacks || !is_of_statements, "{code}: each run tries it once");
        for claim in claims {
            assert_eq!(env.read(&claim.id).await.status(), Status::Associated, "{code}");
        }
    }
}

#[tokio::test]
async fn a_close_whose_answer_was_lost_counts_as_closed() {
    for closing in [CloseMethod::Batch, CloseMethod::OneByOne] {
        let env = TestEnv::at(NOW).await;
        let claim = env.awaiting("k", &ITEMS).await;
        env.let_pass(closes_at(&claim));
        let (store, wire) = env.another_store(|config| config.closing = closing);
        let is_close = |call: &Call| {
            call.operation == "BatchExecuteStatement"
                || (call.operation == "UpdateItem" && call.names("C#", "A"))
        };
        wire.on(is_close, 1, Fault::AnswerLost);
        let mut done = 0;
        for shard in store.find_due_work().await.unwrap().due {
            done += store
                .drain_timers(shard, env.clock.now() + Span::seconds(40))
                .await
                .unwrap()
                .closed;
        }
        assert_eq!(done, 1, "{closing:?}");
    }
}
