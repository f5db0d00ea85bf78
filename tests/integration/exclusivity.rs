//! At most one claim holds an item (`docs/domain.md §3`, *Exclusivity*, I3), whoever comes when.

use std::sync::Arc;

use chrono::Duration;
use domain::claim::{Claim, Status};
use domain::command::Command;
use domain::ids::ItemNo;
use domain::motive::Motive;
use domain::rejection::Rejection;
use domain::text::Comment;
use store::{CommandOutcome, Effect, RequestTime, StoreError};
use support::clock::instant;
use support::engine::key;
use support::fixtures;
use support::rivals;
use support::test_env::{
    TestEnv, alpine, closes_at, contoso_admin, decline, decline_all, link, reviewer, undo_all,
    validate, withdraw,
};
use support::wire::{Call, Fault, Wire, any};

const NOW: &str = "2026-12-22T14:00:00Z";
const ITEMS: [&str; 2] = ["exchange-online", "teams"];

fn busy(result: &Result<CommandOutcome, StoreError>) -> Option<Vec<u8>> {
    match result {
        Err(StoreError::Rejected(Rejection::ItemBusy { items })) => {
            Some(items.iter().map(|no| no.0).collect())
        }
        _ => None,
    }
}

/// Whether validate was answered "busy", by another's lock or by losing the race for it.
fn is_busy(result: &Result<CommandOutcome, StoreError>) -> bool {
    busy(result).is_some()
}

/// Whether validate was left to the operator, since the item is another's.
fn is_the_operators(result: &Result<CommandOutcome, StoreError>) -> bool {
    matches!(result, Err(StoreError::Rejected(Rejection::RoleNotAllowed)))
}

fn locks(env: &TestEnv) -> usize {
    env.engine.items("L#").into_iter().filter(|item| key(item).1 == "L").count()
}

#[tokio::test]
async fn of_two_validations_in_the_same_second_exactly_one_takes_the_items() {
    for before in [true, false] {
        for nth in 1..=14 {
            let env = TestEnv::at(NOW).await;
            let first = env.in_review("k", &ITEMS).await;
            let second = env.rival_in_review("k", &ITEMS).await;
            let (rival, _) = env.another_store(|_| {});
            let (store, wire) = env.another_store(|_| {});
            let (rival, id, now) = (Arc::new(rival), second.id.clone(), env.now());
            let act = move || {
                let (rival, id) = (rival.clone(), id.clone());
                async move {
                    let result =
                        rival.execute_command(&id, &reviewer(), &validate(), now, None).await;
                    assert!(result.is_ok() || is_busy(&result), "{result:?}");
                }
            };
            wire.on(any, nth, if before { Fault::before(act) } else { Fault::after(act) });
            let result =
                store.execute_command(&first.id, &reviewer(), &validate(), now, None).await;
            assert!(result.is_ok() || is_busy(&result), "{result:?}");
            let statuses =
                [env.read(&first.id).await, env.read(&second.id).await].map(|claim| claim.status());
            let holders = statuses.iter().filter(|status| **status == Status::Notifying).count();
            let struck = wire.operations().len() >= nth;
            assert_eq!(holders, 1, "call {nth}, before {before}, struck {struck}: {statuses:?}");
            assert_eq!(locks(&env), 2);
        }
    }
}

#[tokio::test]
async fn an_item_that_another_claim_waits_for_is_busy_and_one_it_holds_is_the_operators_to_judge() {
    let env = TestEnv::at(NOW).await;
    let holder = env.awaiting("k", &["teams"]).await;
    let rival = env.rival_in_review("k", &ITEMS).await;
    assert!(rival.contested);
    let waiting = env.give(&rival.id, &reviewer(), &validate()).await;
    assert_eq!(busy(&waiting), Some(vec![2]));
    env.let_pass(closes_at(&holder));
    assert_eq!(env.read(&holder.id).await.status(), Status::Associated);
    let held = env.give(&rival.id, &reviewer(), &validate()).await;
    assert!(is_the_operators(&held), "{held:?}");
}

#[tokio::test]
async fn dropping_the_busy_item_lets_the_rest_through() {
    let env = TestEnv::at(NOW).await;
    env.awaiting("k", &["teams"]).await;
    let rival = env.rival_in_review("k", &ITEMS).await;
    let drop = vec![(ItemNo(2), domain::reason::ReasonCode::LostArbitration)];
    let validated =
        env.give(&rival.id, &reviewer(), &Command::Validate { drop, comment: None }).await;
    assert_eq!(validated.unwrap().claim.status(), Status::Notifying);
    assert_eq!(locks(&env), 2);
}

#[tokio::test]
async fn an_item_is_free_again_once_its_holder_is_gone() {
    let leave = Comment::parse("we leave").ok();
    for end in
        [withdraw(), Command::End { item: ItemNo(1), comment: leave, motive: Some(Motive::Other) }]
    {
        let env = TestEnv::at(NOW).await;
        let holder = env.awaiting("k", &["teams"]).await;
        let rival = env.rival_in_review("k", &["teams"]).await;
        if matches!(end, Command::End { .. }) {
            env.let_pass(closes_at(&holder));
            env.finalize().await;
        }
        env.give(&holder.id, &alpine(), &end).await.unwrap();
        assert_eq!(locks(&env), 0);
        let validated = env.give(&rival.id, &reviewer(), &validate()).await.unwrap().claim;
        assert_eq!((validated.status(), validated.contested), (Status::Notifying, false));
    }
}

/// A holder whose customer has declined everything, and a rival in review.
async fn declined_holder() -> (TestEnv, Claim, Claim) {
    let env = TestEnv::at(NOW).await;
    let holder = env.awaiting("k", &["teams"]).await;
    let holder = env.give(&holder.id, &link(1), &decline_all()).await.unwrap().claim;
    let rival = env.rival_in_review("k", &["teams"]).await;
    (env, holder, rival)
}

#[tokio::test]
async fn a_no_that_can_still_be_undone_keeps_its_items() {
    let (env, holder, rival) = declined_holder().await;
    env.clock.set(closes_at(&holder) - Duration::milliseconds(1));
    assert!(is_busy(&env.give(&rival.id, &reviewer(), &validate()).await));
    let undone = env.give(&holder.id, &link(1), &undo_all()).await.unwrap().claim;
    assert_eq!(undone.status(), Status::AwaitingCustomer);
}

#[tokio::test]
async fn a_lock_whose_claim_is_final_may_be_taken_over_before_it_is_settled() {
    let (env, holder, rival) = declined_holder().await;
    env.let_pass(closes_at(&holder));
    let taken = env.give(&rival.id, &reviewer(), &validate()).await.unwrap().claim;
    assert_eq!(taken.status(), Status::Notifying);
    // The timer of the old holder fires afterwards, and must not free what is the rival's now.
    env.clock.advance(Duration::minutes(3));
    env.finalize().await;
    assert_eq!(locks(&env), 1);
    let lock = env.engine.items("L#").into_iter().find(|item| key(item).1 == "L").unwrap();
    assert!(lock.to_string().contains(rival.id.as_str()), "{lock}");
    let erasure = format!("{}#erase", holder.id);
    let timers: Vec<_> = env.engine.items("T#").iter().map(|item| key(item).1).collect();
    assert!(timers.contains(&erasure), "its personal data end all the same: {timers:?}");
}

#[tokio::test]
async fn all_the_items_of_one_declined_claim_are_taken_over_together_with_their_blocks() {
    let env = TestEnv::at(NOW).await;
    let holder = env.awaiting("k", &ITEMS).await;
    env.give(&holder.id, &link(1), &decline_all()).await.unwrap();
    let rival = env.rival_in_review("k", &ITEMS).await;
    env.let_pass(closes_at(&holder));
    let taken = env.give(&rival.id, &reviewer(), &validate()).await.unwrap().claim;
    assert_eq!((taken.status(), locks(&env)), (Status::Notifying, 2));
    let blocks = env.engine.items("B#").into_iter().map(|item| key(&item).1);
    assert!(blocks.clone().all(|sk| sk.starts_with("p-alpine#osu-m365#workload#")));
    assert_eq!(blocks.count(), 2);
}

#[tokio::test]
async fn settling_and_taking_over_leave_one_holder_whichever_comes_between() {
    for nth in 1..=12 {
        let (env, holder, rival) = declined_holder().await;
        env.let_pass(closes_at(&holder));
        let (other, _) = env.another_store(|_| {});
        let (store, wire) = env.another_store(|_| {});
        let (other, now) = (Arc::new(other), env.clock.now());
        wire.on(
            any,
            nth,
            Fault::before(move || {
                let other = other.clone();
                async move {
                    for shard in other.find_due_work().await.unwrap().due {
                        other.drain_timers(shard, now + Duration::seconds(40)).await.unwrap();
                    }
                }
            }),
        );
        let taken = store
            .execute_command(&rival.id, &reviewer(), &validate(), env.now(), None)
            .await
            .unwrap();
        assert_eq!(taken.claim.status(), Status::Notifying, "call {nth}");
        let lock = env.engine.items("L#").into_iter().find(|item| key(item).1 == "L").unwrap();
        assert!(lock.to_string().contains(rival.id.as_str()), "call {nth}: {lock}");
    }
}

#[tokio::test]
async fn a_no_blocks_the_same_partner_and_item_and_nobody_else() {
    let env = TestEnv::at(NOW).await;
    let claim = env.awaiting("k", &["teams"]).await;
    env.give(&claim.id, &link(1), &decline_all()).await.unwrap();
    env.let_pass(closes_at(&claim));
    env.finalize().await;
    let again = env.create("again", &["teams"]).await.map(|_| ());
    assert!(
        matches!(&again, Err(StoreError::Rejected(Rejection::BlockedByCustomer { .. }))),
        "{again:?}"
    );
    env.submitted("other", &["exchange-online"]).await;
    env.rival_in_review("k", &["teams"]).await;
    env.clock.advance(Duration::days(91));
    let mut body = fixtures::claim_body(&["teams"]);
    body["evidence"][0]["acknowledged_on"] = serde_json::json!("2027-01-05");
    let later = env.create_of(fixtures::ALPINE, "later", &body).await.map(|_| ());
    assert!(later.is_ok(), "{later:?}");
}

#[tokio::test]
async fn a_no_blocks_the_same_partner_from_the_end_of_the_window_on_and_not_only_once_it_is_settled()
 {
    let env = TestEnv::at(NOW).await;
    let first = env.awaiting("k", &["teams"]).await;
    env.give(&first.id, &link(1), &decline_all()).await.unwrap();
    // What the customer can still take back is no open claim, so the partner may submit another one.
    let second = env.in_review("k2", &["teams"]).await;
    env.let_pass(closes_at(&first));
    let give = || async { env.give(&second.id, &reviewer(), &validate()).await.map(|_| ()) };
    let blocks = || env.engine.items("B#").len();
    for settled in [false, true] {
        if settled {
            env.finalize().await;
        }
        assert_eq!(blocks(), usize::from(settled));
        let refused = give().await;
        let is_blocked =
            matches!(&refused, Err(StoreError::Rejected(Rejection::BlockedByCustomer { .. })));
        assert!(is_blocked, "settled {settled}: {refused:?}");
        assert_eq!(env.read(&second.id).await.status(), Status::InReview);
    }
    assert_eq!(locks(&env), 0);
}

#[tokio::test]
async fn the_customers_end_of_an_association_blocks_too() {
    let env = TestEnv::at(NOW).await;
    let claim = env.awaiting("k", &["teams"]).await;
    env.let_pass(closes_at(&claim));
    env.finalize().await;
    let end = Command::End { item: ItemNo(1), comment: None, motive: None };
    let ended = env.give(&claim.id, &contoso_admin(), &end).await.unwrap().claim;
    assert_eq!(ended.status(), Status::Ended);
    let again = env.create("again", &["teams"]).await.map(|_| ());
    assert!(
        matches!(&again, Err(StoreError::Rejected(Rejection::BlockedByCustomer { .. }))),
        "{again:?}"
    );
}

#[tokio::test]
async fn the_same_partner_finds_its_own_claim_named_as_the_duplicate() {
    let env = TestEnv::at(NOW).await;
    let first = env.submitted("k", &ITEMS).await;
    let second = env.create("k2", &["teams"]).await.map(|_| ());
    let named = matches!(&second,
        Err(StoreError::Rejected(Rejection::DuplicateClaim { claim })) if *claim == first.id);
    assert!(named, "{second:?}");
}

#[tokio::test]
async fn a_partly_declined_claim_that_closes_frees_only_the_declined_item() {
    let env = TestEnv::at(NOW).await;
    let claim = env.awaiting("k", &ITEMS).await;
    env.give(&claim.id, &link(1), &decline(&[1])).await.unwrap();
    env.let_pass(closes_at(&claim));
    env.finalize().await;
    let held: Vec<_> = env.engine.items("L#").iter().map(key).filter(|key| key.1 == "L").collect();
    assert_eq!(held.len(), 1);
    assert!(held[0].0.ends_with("#teams"), "{held:?}");
}

/// Lets an undo that arrived in time, and was held up until now, come before the `nth` of the calls
/// that `concerns` picks.
fn undo_meanwhile(
    env: &TestEnv,
    holder: &Claim,
    wire: &Wire,
    concerns: fn(&Call) -> bool,
    nth: usize,
) {
    let (other, _) = env.another_store(|_| {});
    let (other, id) = (Arc::new(other), holder.id.clone());
    let arrived = RequestTime::new(closes_at(holder) - Duration::milliseconds(1), Duration::zero());
    wire.on(
        concerns,
        nth,
        Fault::before(move || {
            let (other, id) = (other.clone(), id.clone());
            async move {
                other.execute_command(&id, &link(1), &undo_all(), arrived, None).await.unwrap();
            }
        }),
    );
}

/// Who has the item: its lock, and every claim that holds it by the rules.
async fn holders(env: &TestEnv, claims: [&Claim; 2]) -> (Option<String>, Vec<String>) {
    let lock = env.engine.items("L#").into_iter().find(|item| key(item).1 == "L");
    let locked = lock.map(|lock| lock["a"]["S"].as_str().unwrap().to_owned());
    let mut held = Vec::new();
    for claim in claims {
        let now = env.store.load_up_to_date(&claim.id, env.now()).await.unwrap().unwrap();
        let item = now.items.first().unwrap();
        if domain::effects::holds_lock(&now, item) && now.status() != Status::Declined {
            held.push(now.association_id(item.no).to_string());
        }
    }
    (locked, held)
}

#[tokio::test]
async fn an_undo_that_comes_before_the_commit_of_a_takeover_keeps_the_item_and_waits_for_a_later_end()
 {
    let (env, holder, rival) = declined_holder().await;
    env.let_pass(closes_at(&holder));
    let (store, wire) = env.another_store(|_| {});
    undo_meanwhile(&env, &holder, &wire, |call| call.operation == "TransactWriteItems", 1);
    let result = store.execute_command(&rival.id, &reviewer(), &validate(), env.now(), None).await;
    let (locked, held) = holders(&env, [&holder, &rival]).await;
    assert!(is_busy(&result), "the holder waits once more: {result:?}");
    let reopened = env.read(&holder.id).await;
    assert_eq!(closes_at(&reopened), instant("2027-01-04T23:00:00Z"));
    assert_eq!((locked.as_ref(), held.len()), (held.first(), 1), "{held:?}");
}

#[tokio::test]
async fn an_undo_that_comes_between_the_steps_of_settling_keeps_the_item() {
    for nth in 1..=16 {
        let (env, holder, rival) = declined_holder().await;
        env.let_pass(closes_at(&holder));
        let (store, wire) = env.another_store(|_| {});
        undo_meanwhile(&env, &holder, &wire, any, nth);
        for shard in store.find_due_work().await.unwrap().due {
            drop(store.drain_timers(shard, env.clock.now() + Duration::seconds(40)).await);
        }
        let (locked, held) = holders(&env, [&holder, &rival]).await;
        assert_eq!(locked.as_ref(), held.first(), "call {nth}: {held:?}");
    }
}

#[tokio::test]
async fn who_begins_once_more_asks_the_holder_that_came_in_during_the_review() {
    let env = TestEnv::at(NOW).await;
    let first = env.awaiting("k", &["teams"]).await;
    let second = env.rival_submitted("k", &["teams"]).await;
    let (reviewer, begin) = rivals::begin();
    // The review is not overdue when the holder comes in.
    env.clock.set(closes_at(&first) - Duration::hours(1));
    let second = env.read(&second.id).await;
    let give =
        |expected| env.store.execute_command(&second.id, &reviewer, &begin, env.now(), expected);
    let taken = give(Some(second.version)).await.unwrap();
    assert_eq!(
        (taken.effect, taken.claim.defence_until),
        (Effect::Changed, None),
        "nobody holds it"
    );
    // The same again, with the version before and the version that it led to, is a repeat.
    for seen in [second.version, taken.claim.version] {
        let again = give(Some(seen)).await.unwrap();
        assert_eq!((again.effect, again.claim.version), (Effect::Repeated, taken.claim.version));
    }
    env.let_pass(closes_at(&first));
    assert_eq!(env.read(&first.id).await.status(), Status::Associated);
    let give =
        |expected| env.store.execute_command(&second.id, &reviewer, &begin, env.now(), expected);
    let again = give(Some(taken.claim.version)).await.unwrap();
    assert_eq!(again.effect, Effect::Changed);
    assert!(again.claim.defence_until.is_some());
    assert!(env.read(&first.id).await.defence.is_some(), "the holder is asked");
    let third = give(Some(again.claim.version)).await.unwrap();
    assert_eq!((third.effect, third.claim.version), (Effect::Repeated, again.claim.version));
}
