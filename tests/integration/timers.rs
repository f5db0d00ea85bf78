//! Deadlines (`docs/architecture.md §3`): a timer may come twice, early, late or never.

use chrono::Duration;
use domain::actor::Actor;
use domain::claim::{Claim, Status};
use serde_json::json;
use store::{DeliveryReport, StoreError};
use support::clock::instant;
use support::engine::key;
use support::test_env::{
    SHARDS, TestEnv, apply_reports, closes_at, decline_all, item_statuses, link,
};
use support::wire::Fault;

use crate::capacity::copy_open_claims;

const NOW: &str = "2026-12-22T14:00:00Z";
const ITEMS: [&str; 2] = ["exchange-online", "teams"];

async fn awaiting() -> (TestEnv, Claim) {
    let env = TestEnv::at(NOW).await;
    let claim = env.awaiting("k", &ITEMS).await;
    (env, claim)
}

fn status(env: &TestEnv, claim: &Claim) -> String {
    env.stored(&claim.id)["st"]["S"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_window_delivered_before_the_holidays_closes_on_new_years_eve() {
    let (env, claim) = awaiting().await;
    assert_eq!(closes_at(&claim), instant("2026-12-31T23:00:00Z"));
    env.let_pass_by(instant("2026-12-31T23:00:00Z"), Duration::seconds(125));
    env.finalize().await;
    let closed = env.read(&claim.id).await;
    assert_eq!((closed.status(), closed.version), (Status::Associated, claim.version.next()));
    assert_eq!(item_statuses(&closed), ["active", "active"]);
    assert!(closed.last_event.by_silence);
}

#[tokio::test]
async fn a_window_does_not_close_before_deadline_and_grace() {
    let (env, claim) = awaiting().await;
    let before = env.stored(&claim.id);
    for seconds in [-900, -1, 0, 60, 118] {
        env.let_pass_by(closes_at(&claim), Duration::seconds(seconds));
        env.finalize().await;
        for shard in 0..SHARDS {
            let drained =
                env.store.drain_timers(shard, env.clock.now() + Duration::seconds(40)).await;
            assert!(drained.is_ok(), "{drained:?}");
        }
        env.read(&claim.id).await;
        assert_eq!(env.stored(&claim.id), before, "{seconds} s after the deadline");
    }
}

#[tokio::test]
async fn a_timer_that_fires_twice_closes_once() {
    let (env, claim) = awaiting().await;
    env.let_pass(closes_at(&claim));
    env.finalize().await;
    let closed = env.stored(&claim.id);
    for position in env.engine.items("S") {
        let (pk, sk) = key(&position);
        env.engine.delete(&pk, &sk);
    }
    env.let_pass_by(closes_at(&claim), Duration::minutes(5));
    env.finalize().await;
    assert_eq!(env.stored(&claim.id), closed);
}

#[tokio::test]
async fn a_timer_that_names_an_earlier_deadline_never_matches() {
    let (env, claim) = awaiting().await;
    let before = env.stored(&claim.id);
    let timers = env.engine.items("T#");
    let mut timer = timers.into_iter().find(|timer| timer["k"]["S"] == "window").unwrap();
    let (pk, _) = key(&timer);
    let shard = pk.rsplit('#').next().unwrap().to_owned();
    let early = instant("2026-12-28T11:00:00Z");
    timer["pk"] = json!({"S": format!("T#2026-12-28T11:00#{shard}")});
    timer["d"] = json!({"N": early.timestamp_millis().to_string()});
    env.engine.put(&timer);
    env.let_pass_by(early, Duration::hours(1));
    env.finalize().await;
    assert_eq!(env.stored(&claim.id), before);
}

#[tokio::test]
async fn a_timer_six_hours_late_closes_with_the_deadline_as_its_effect() {
    let (env, claim) = awaiting().await;
    env.let_pass_by(closes_at(&claim), Duration::hours(6));
    env.finalize().await;
    assert_ne!(status(&env, &claim), "awaiting_customer");
    let closed = env.read(&claim.id).await;
    let item = closed.items.first().unwrap();
    let effective = matches!(closed.item_status(item),
        domain::claim::ItemStatus::Active { effective_at, .. } if effective_at == closes_at(&claim));
    assert!(effective);
}

#[tokio::test]
async fn a_timer_that_never_fires_is_made_good_by_the_next_reader() {
    let (env, claim) = awaiting().await;
    for timer in env.engine.items("T#") {
        let (pk, sk) = key(&timer);
        env.engine.delete(&pk, &sk);
    }
    env.let_pass(closes_at(&claim));
    assert_eq!(env.read(&claim.id).await.status(), Status::Associated);
    assert_ne!(status(&env, &claim), "awaiting_customer");
}

#[tokio::test]
async fn a_list_closes_what_it_finds_due_before_it_answers() {
    let (env, claim) = awaiting().await;
    env.let_pass(closes_at(&claim));
    let scope = store::Scope::Partner(support::test_env::partner_id("p-alpine"));
    let all = store::ClaimList::all_of(store::Source::Newest(&scope, store::ClaimParts::ALL));
    let page = env.store.list_claims(all, None, 25, env.now()).await.unwrap();
    let statuses: Vec<_> = page.items.iter().map(|listed| listed.claim.status()).collect();
    assert_eq!(statuses, [Status::Associated]);
}

#[tokio::test]
async fn a_reader_that_cannot_close_answers_unavailable_and_never_the_old_state() {
    let (env, claim) = awaiting().await;
    env.let_pass(closes_at(&claim));
    let (store, wire) = env.another_store(|_| {});
    wire.always(support::wire::Call::writes, Fault::Throttle);
    let read = store.load_up_to_date(&claim.id, env.now()).await;
    assert!(matches!(read, Err(StoreError::Unavailable(_))), "{read:?}");
    let scope = store::Scope::Partner(support::test_env::partner_id("p-alpine"));
    let all = store::ClaimList::all_of(store::Source::Newest(&scope, store::ClaimParts::ALL));
    let list = store.list_claims(all, None, 25, env.now()).await;
    assert!(matches!(list, Err(StoreError::Unavailable(_))));
}

#[tokio::test]
async fn a_function_whose_clock_is_two_seconds_off_closes_what_is_due() {
    for error in [-2, 2] {
        let (env, claim) = awaiting().await;
        env.let_pass_by(closes_at(&claim), Duration::seconds(130));
        env.clock.set_function_error(Duration::seconds(error));
        env.finalize().await;
        assert_eq!(env.read(&claim.id).await.status(), Status::Associated, "{error} s off");
    }
}

#[tokio::test]
async fn a_function_whose_clock_is_an_hour_off_refuses_to_close() {
    for error in [-1, 1] {
        let (env, claim) = awaiting().await;
        let before = env.stored(&claim.id);
        // True time: an hour and a half after the deadline, or half an hour before it.
        let true_time = closes_at(&claim) + Duration::minutes(if error < 0 { 90 } else { -30 });
        env.let_pass_by(closes_at(&claim), true_time - closes_at(&claim));
        env.clock.set_function_error(Duration::hours(error));
        let read = env.store.load_up_to_date(&claim.id, env.now()).await;
        assert!(matches!(read, Err(StoreError::ClockUntrusted)), "{error} h off: {read:?}");
        for shard in 0..SHARDS {
            drop(env.store.drain_timers(shard, true_time + Duration::hours(2)).await);
        }
        assert_eq!(env.stored(&claim.id), before, "{error} h off");
    }
}

#[tokio::test]
async fn without_the_tables_date_nothing_is_closed() {
    let (env, claim) = awaiting().await;
    env.let_pass(closes_at(&claim));
    let (store, wire) = env.another_store(|_| {});
    wire.leave_out_dates();
    let read = store.load_up_to_date(&claim.id, env.now()).await;
    assert!(matches!(read, Err(StoreError::ClockUntrusted)), "{read:?}");
    assert_eq!(status(&env, &claim), "awaiting_customer");
}

#[tokio::test]
async fn days_without_ticks_are_one_drain_for_each_shard() {
    let (env, claim) = awaiting().await;
    env.let_pass_by(closes_at(&claim), Duration::days(3));
    let tick = env.store.find_due_work().await.unwrap();
    assert_eq!(tick.due.len(), usize::from(SHARDS));
    assert!(tick.oldest_due.is_some_and(|overdue| overdue > Duration::days(3)), "{tick:?}");
    let drained = env.finalize().await;
    assert!(drained.iter().all(|shard| shard.finished));
    assert_eq!(drained.iter().map(|shard| shard.closed).sum::<u32>(), 1);
    assert_eq!(env.read(&claim.id).await.status(), Status::Associated);
    assert_eq!(env.store.find_due_work().await.unwrap().due, Vec::<u16>::new());
}

#[tokio::test]
async fn a_timer_stands_before_the_move_it_is_for() {
    let env = TestEnv::at(NOW).await;
    let claim = env.notifying("k", &ITEMS).await;
    let (store, wire) = env.another_store(|_| {});
    wire.always(|call| call.names("C#", "A") && call.writes(), Fault::Reset);
    env.note(&claim, claim.notice, DeliveryReport::Delivered { at: env.clock.now() })
        .await
        .unwrap();
    let apply = apply_reports(claim.notice);
    let broken = store.execute_command(&claim.id, &Actor::System, &apply, env.now(), None).await;
    assert!(matches!(broken, Err(StoreError::Unavailable(_))), "{broken:?}");
    let windows = env.engine.items("T#2026-12-31T23:00");
    assert_eq!(windows.len(), 1, "the timer of the window that did not open");
    env.clock.set(instant("2026-12-31T23:05:00Z"));
    let renewed = env.read(&claim.id).await;
    assert_eq!((renewed.status(), renewed.notice), (Status::Notifying, claim.notice.next()));
    assert!(renewed.last_event.by_silence, "the notice's own deadline has passed");
}

#[tokio::test]
async fn without_its_timer_nothing_moves() {
    let env = TestEnv::at(NOW).await;
    let claim = env.notifying("k", &ITEMS).await;
    let before = env.stored(&claim.id);
    let (store, wire) = env.another_store(|_| {});
    wire.always(|call| call.names("T#", "") && call.writes(), Fault::Throttle);
    env.note(&claim, claim.notice, DeliveryReport::Delivered { at: env.clock.now() })
        .await
        .unwrap();
    let apply = apply_reports(claim.notice);
    let broken = store.execute_command(&claim.id, &Actor::System, &apply, env.now(), None).await;
    assert!(matches!(broken, Err(StoreError::Unavailable(_))), "{broken:?}");
    assert_eq!(env.stored(&claim.id), before);
}

#[tokio::test]
async fn a_timer_that_keeps_failing_is_set_aside_and_passed() {
    let (env, claim) = awaiting().await;
    let healthy = env.awaiting("healthy", &["sharepoint-online"]).await;
    let mut record = env.stored(&claim.id);
    record["st"] = json!({"S": "no_such_status"});
    env.engine.put(&record);
    env.let_pass(closes_at(&claim));
    for _ in 0..5 {
        env.finalize().await;
        env.clock.advance(Duration::minutes(3));
    }
    assert_eq!(env.read(&healthy.id).await.status(), Status::Associated);
    let set_aside = env.engine.items("X#");
    assert!(set_aside.iter().any(|item| key(item).1 == claim.id.as_str()), "{set_aside:?}");
    env.finalize().await;
    assert_eq!(env.store.find_due_work().await.unwrap().due, Vec::<u16>::new());
}

#[tokio::test]
async fn a_drain_stops_in_time_and_leaves_the_rest_to_the_next() {
    let (env, claim) = awaiting().await;
    env.let_pass(closes_at(&claim));
    for shard in 0..SHARDS {
        let drained = env.store.drain_timers(shard, env.clock.now()).await.unwrap();
        assert!(!drained.finished);
    }
    assert_eq!(status(&env, &claim), "awaiting_customer");
    env.clock.advance(Duration::minutes(3));
    env.finalize().await;
    assert_ne!(status(&env, &claim), "awaiting_customer");
}

#[tokio::test]
async fn while_a_shard_is_leased_another_worker_leaves_it_alone_and_safety_does_not_depend_on_it() {
    let (env, claim) = awaiting().await;
    env.let_pass(closes_at(&claim));
    let (first, first_wire) = env.another_store(|_| {});
    let (second, _) = env.another_store(|_| {});
    let until = env.clock.now() + Duration::seconds(40);
    let second = std::sync::Arc::new(second);
    first_wire.on(
        |call| call.operation == "BatchExecuteStatement",
        1,
        Fault::before(move || {
            let second = second.clone();
            async move {
                for shard in 0..SHARDS {
                    second.drain_timers(shard, until).await.unwrap();
                }
            }
        }),
    );
    for shard in 0..SHARDS {
        first.drain_timers(shard, until).await.unwrap();
    }
    let closed = env.read(&claim.id).await;
    assert_eq!((closed.status(), closed.version), (Status::Associated, claim.version.next()));
}

#[tokio::test]
async fn a_settled_decline_gives_its_locks_back_when_its_timer_fires() {
    let (env, claim) = awaiting().await;
    let declined = env.give(&claim.id, &link(1), &decline_all()).await.unwrap().claim;
    let held = env.engine.items("L#").into_iter().filter(|item| key(item).1 == "L").count();
    assert_eq!(held, 2, "until the window closes the no can be undone");
    env.let_pass(closes_at(&claim));
    env.finalize().await;
    let of = |pk: &str| env.engine.items(pk).len();
    assert_eq!((of("L#"), of("B#")), (0, 2));
    assert_eq!(env.read(&claim.id).await.version, declined.version, "settling is no event");
}

#[tokio::test]
async fn a_worker_whose_time_is_over_in_the_middle_of_a_page_leaves_the_rest_to_the_next() {
    let env = TestEnv::at(NOW).await;
    let claim = copy_open_claims(&env, 300).await.unwrap();
    env.let_pass(closes_at(&claim));
    let (clock, until) = (env.clock.clone(), env.clock.now() + Duration::seconds(40));
    let over = Fault::before(move || {
        let clock = clock.clone();
        async move { clock.set(until) }
    });
    env.wire.on(|call| call.operation == "BatchExecuteStatement", 1, over);
    let shard = shard_of(&env, &claim);
    let first = env.store.drain_timers(shard, until).await.unwrap();
    assert_eq!((first.closed, first.finished), (250, false));
    let second = env.store.drain_timers(shard, until + Duration::seconds(40)).await.unwrap();
    assert_eq!((second.closed, second.finished), (51, true));
}

/// So many claims and one more in one shard, whose windows have ended and are not left to the batch.
async fn slow_closes(many: usize) -> (TestEnv, Claim, u16) {
    let env = TestEnv::at(NOW).await;
    let claim = copy_open_claims(&env, many).await.unwrap();
    for mut timer in env.engine.items("T#") {
        // By what it was counted is not known, so it is counted again.
        if timer["k"]["S"] == "window" {
            timer.as_object_mut().unwrap().remove("q");
            env.engine.put(&timer);
        }
    }
    env.let_pass(closes_at(&claim));
    let shard = shard_of(&env, &claim);
    (env, claim, shard)
}

fn until(env: &TestEnv) -> domain::claim::Instant {
    env.clock.now() + Duration::seconds(40)
}

/// How many claims have closed.
fn associated(env: &TestEnv) -> usize {
    let records = env.engine.items("C#").into_iter();
    records.filter(|record| record["st"]["S"] == "associated").count()
}

/// The first of the claims, made one that nobody can read.
fn broken(env: &TestEnv) -> serde_json::Value {
    let records = env.engine.items("C#").into_iter();
    let mut broken = records.into_iter().find(|record| key(record).1 == "A").unwrap();
    let whole = broken.clone();
    broken["pr"] = json!({"N": "7"});
    env.engine.put(&broken);
    whole
}

#[tokio::test]
async fn what_goes_the_generic_way_is_worked_25_at_a_time_and_the_time_looked_at_between() {
    let (env, _, shard) = slow_closes(60).await;
    let (clock, end) = (env.clock.clone(), until(&env));
    let over = Fault::before(move || {
        let clock = clock.clone();
        async move { clock.set(end) }
    });
    env.wire.on(|call| call.names("C#", "A") && call.writes(), 1, over);
    let first = env.store.drain_timers(shard, end).await.unwrap();
    assert_eq!((first.silenced, first.finished, first.held_up), (25, false, false), "{first:?}");
    let second = env.store.drain_timers(shard, until(&env)).await.unwrap();
    assert_eq!((second.silenced, second.finished), (36, true), "{second:?}");
    assert_eq!(associated(&env), 61);
}

#[tokio::test]
async fn a_worker_that_dies_in_a_page_leaves_the_rest_to_the_next_and_nothing_is_done_twice() {
    let (env, claim, shard) = slow_closes(60).await;
    let (first, wire) = env.another_store(|_| {});
    let death = std::sync::Arc::new(tokio::sync::Notify::new());
    let writes = |call: &support::wire::Call| call.names("C#", "A") && call.writes();
    wire.on(writes, 30, Fault::CrashAfter(death.clone()));
    let work = Box::pin(first.drain_timers(shard, until(&env)));
    assert!(support::wire::until_death(work, &death).await.is_none());
    env.clock.advance(Duration::minutes(2));
    let second = env.store.drain_timers(shard, until(&env)).await.unwrap();
    assert!(second.finished, "{second:?}");
    let version = json!((claim.version.0 + 1).to_string());
    let records = env.engine.items("C#").into_iter().filter(|record| key(record).1 == "A");
    let closed = records.filter(|record| record["v"]["N"] == version).count();
    assert_eq!((closed, associated(&env)), (61, 61));
}

#[tokio::test]
async fn a_record_that_fails_keeps_no_other_waiting_and_is_tried_again_by_each_run() {
    let (env, _, shard) = slow_closes(60).await;
    let whole = broken(&env);
    let first = env.store.drain_timers(shard, until(&env)).await.unwrap();
    assert_eq!((first.silenced, first.stuck, first.finished), (60, 1, false), "{first:?}");
    assert_eq!(associated(&env), 60);
    // The shard is due as long as one waits, and as old as that one.
    let tick = env.store.find_due_work().await.unwrap();
    assert!(tick.due.contains(&shard) && tick.oldest_due.is_some(), "{tick:?}");
    env.engine.put(&whole);
    let second = env.store.drain_timers(shard, until(&env)).await.unwrap();
    assert_eq!((second.silenced, second.stuck, second.finished), (1, 0, true), "{second:?}");
    assert_eq!((associated(&env), env.engine.items("X#").len()), (61, 0));
}

#[tokio::test]
async fn a_record_that_keeps_failing_is_given_up_after_three_runs() {
    let (env, _, shard) = slow_closes(30).await;
    broken(&env);
    for (stuck, poisoned) in [(1, 0), (1, 0), (0, 1), (0, 0)] {
        let run = env.store.drain_timers(shard, until(&env)).await.unwrap();
        assert_eq!((run.stuck, run.poisoned), (stuck, poisoned), "{run:?}");
    }
    assert_eq!((associated(&env), env.engine.items("X#").len()), (30, 1));
    assert!(!env.store.find_due_work().await.unwrap().due.contains(&shard));
}

#[tokio::test]
async fn where_more_than_25_fail_the_run_stops_and_nothing_is_passed() {
    let (env, _, shard) = slow_closes(60).await;
    let (store, wire) = env.another_store(|_| {});
    wire.always(|call| call.names("C#", "A") && call.writes(), Fault::Reset);
    let held_up = store.drain_timers(shard, until(&env)).await.unwrap();
    assert_eq!((held_up.stuck, held_up.held_up), (25, true), "{held_up:?}");
    let all = env.store.drain_timers(shard, until(&env)).await.unwrap();
    assert_eq!((all.silenced, all.stuck, all.finished), (61, 0, true), "{all:?}");
}

#[tokio::test]
async fn a_slow_record_keeps_no_other_waiting() {
    let (env, claim, shard) = slow_closes(20).await;
    let engine = env.engine.clone();
    // It waits until all others are closed; one after the other, none ever would be.
    let slow = Fault::before(move || {
        let engine = engine.clone();
        async move {
            let closed = || {
                let records = engine.items("C#").into_iter();
                records.filter(|record| record["st"]["S"] == "associated").count()
            };
            while closed() < 20 {
                tokio::task::yield_now().await;
            }
        }
    });
    let id = format!("C#{}", claim.id);
    env.wire.on(move |call| call.names(&id, "A") && call.writes(), 1, slow);
    let run = env.store.drain_timers(shard, until(&env)).await.unwrap();
    assert_eq!((run.silenced, run.stuck, run.finished), (21, 0, true), "{run:?}");
}

#[tokio::test]
async fn a_timer_that_cannot_be_read_is_copied_and_passed() {
    let (env, claim) = awaiting().await;
    let healthy = env.awaiting("healthy", &["sharepoint-online"]).await;
    let timers = env.engine.items("T#").into_iter();
    let mut timer = timers
        .into_iter()
        .find(|timer| timer["k"]["S"] == "window" && key(timer).1 == claim.id.as_str())
        .unwrap();
    timer["k"] = json!({"S": "of_a_later_version"});
    env.engine.put(&timer);
    env.let_pass(closes_at(&claim));
    let poisoned: u32 = env.finalize().await.iter().map(|run| run.poisoned).sum();
    assert_eq!(poisoned, 1);
    assert_eq!(status(&env, &healthy), "associated");
    let copies = env.engine.items("X#");
    assert!(copies.iter().any(|copy| key(copy).1 == claim.id.as_str()), "{copies:?}");
    assert_eq!(
        env.read(&claim.id).await.status(),
        Status::Associated,
        "whoever reads it closes it"
    );
}

/// The shard of a claim's timer.
fn shard_of(env: &TestEnv, claim: &Claim) -> u16 {
    let mut timers = env.engine.items("T#").into_iter().map(|timer| key(&timer));
    let (bucket, _) = timers.find(|(_, sk)| sk == claim.id.as_str()).unwrap();
    bucket.rsplit_once('#').unwrap().1.parse().unwrap()
}
