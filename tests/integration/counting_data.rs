//! New data of zones or holidays counts open windows again as a new calendar does (`docs/domain.md §4.5`): later, never
//! earlier, told before the close; and what it leaves as it is is closed by the batch.

use std::sync::Arc;

use chrono::Duration;
use domain::calendar::counting_data;
use domain::claim::{Claim, Instant, Status};
use domain::event::EventType;
use serde_json::{Value, json};
use store::{RecountCause, Store};
use support::engine::key;
use support::test_env::{TestEnv, closes_at};
use support::wire::{Fault, until_death};
use tokio::sync::Notify;

const NOW: &str = "2026-12-22T14:00:00Z";
const END: &str = "2026-12-31T23:00:00Z";
/// Data that comes after that of this build, and before it.
const NEWER: &str = "2099a/2099.12";
const OLDER: &str = "2025a/2025.01";

fn of_data(env: &TestEnv, data: &str) -> Store {
    let data = data.to_owned();
    env.another_store(|config| config.counting_data = data).0
}

async fn awaiting() -> (TestEnv, Claim) {
    let env = TestEnv::at(NOW).await;
    // Whatever is there when the first tick comes was counted by its data.
    let older = of_data(&env, OLDER);
    assert_eq!(older.pending_recounts().await.unwrap(), []);
    let claim = env.awaiting("k", &["exchange-online", "teams"]).await;
    (env, claim)
}

/// Makes the window of a claim one that older data has counted, with another end.
fn counted_before(env: &TestEnv, claim: &Claim, end: &str) {
    let end: Instant = end.parse().unwrap();
    let millis = json!({"N": end.timestamp_millis().to_string()});
    let mut record = env.stored(&claim.id);
    record["cl"] = millis.clone();
    let packed = record["w"]["S"].as_str().unwrap().replace(";2026f;", ";2025a;");
    assert!(packed.contains(";2025a;"), "{packed}");
    record["w"] = json!({"S": packed});
    env.engine.put(&record);
    let (pk, mut timer) = window_timer(env, claim);
    env.engine.delete(&pk, claim.id.as_str());
    let shard = pk.rsplit('#').next().unwrap();
    timer["pk"] = json!({"S": format!("T#{}#{shard}", end.format("%Y-%m-%dT%H:%M"))});
    timer["d"] = millis;
    timer["q"] = json!({"S": OLDER});
    env.engine.put(&timer);
}

fn window_timer(env: &TestEnv, claim: &Claim) -> (String, Value) {
    let of_window =
        |timer: &Value| timer["k"]["S"] == "window" && key(timer).1 == claim.id.as_str();
    let timer = env.engine.items("T#").into_iter().find(of_window).unwrap();
    (key(&timer).0, timer)
}

async fn work(env: &TestEnv, store: &Store) -> (u32, u32) {
    let until = env.clock.now() + Duration::hours(1);
    assert_eq!(store.pending_recounts().await.unwrap(), [RecountCause::CountingData]);
    let report = Box::pin(store.recount_windows(RecountCause::CountingData, until)).await.unwrap();
    assert!(report.leased && report.finished, "{report:?}");
    assert_eq!(store.pending_recounts().await.unwrap(), []);
    (report.seen, report.changed)
}

#[tokio::test]
async fn a_window_that_newer_data_makes_longer_is_longer_before_its_close() {
    let (env, claim) = awaiting().await;
    counted_before(&env, &claim, "2026-12-31T22:00:00Z");
    assert_eq!(work(&env, &env.store).await, (1, 1));
    let longer = env.read(&claim.id).await;
    assert_eq!(closes_at(&longer), END.parse::<Instant>().unwrap());
    assert_eq!(longer.last_event.event_type, EventType::WindowExtended);
    assert_eq!(longer.state.window().unwrap().counting_data(), counting_data());
    // And never again by the same data.
    assert_eq!(env.store.pending_recounts().await.unwrap(), []);
}

#[tokio::test]
async fn a_window_that_newer_data_would_end_earlier_stays_and_is_closed_by_the_batch() {
    for end in ["2027-01-01T02:00:00Z", END] {
        let (env, claim) = awaiting().await;
        counted_before(&env, &claim, end);
        assert_eq!(work(&env, &env.store).await, (1, 0), "{end}");
        let same = env.read(&claim.id).await;
        assert_eq!((closes_at(&same), same.version), (end.parse().unwrap(), claim.version));
        env.let_pass(end.parse().unwrap());
        let closed: u32 = env.finalize().await.iter().map(|run| run.closed).sum();
        assert_eq!(closed, 1, "{end}");
    }
}

#[tokio::test]
async fn a_window_that_nobody_counted_by_the_newer_data_is_counted_before_it_is_closed() {
    let (env, claim) = awaiting().await;
    counted_before(&env, &claim, "2026-12-31T22:00:00Z");
    env.let_pass("2026-12-31T22:00:00Z".parse().unwrap());
    let closed: u32 = env.finalize().await.iter().map(|run| run.closed).sum();
    assert_eq!(closed, 0);
    let longer = env.read(&claim.id).await;
    assert_eq!(
        (longer.status(), closes_at(&longer)),
        (Status::AwaitingCustomer, END.parse().unwrap())
    );
}

#[tokio::test]
async fn a_window_that_ends_before_the_work_comes_to_it_is_not_taken_for_counted() {
    let (env, claim) = awaiting().await;
    let end: Instant = "2026-12-31T22:00:00Z".parse().unwrap();
    counted_before(&env, &claim, "2026-12-31T22:00:00Z");
    env.clock.set(end + Duration::seconds(30));
    assert_eq!(work(&env, &env.store).await, (1, 0));
    env.let_pass(end);
    let closed: u32 = env.finalize().await.iter().map(|run| run.closed).sum();
    assert_eq!(closed, 0);
    assert_eq!(closes_at(&env.read(&claim.id).await), END.parse::<Instant>().unwrap());
}

#[tokio::test]
async fn only_later_data_asks_for_it_and_a_function_of_other_data_leaves_the_work_to_those_of_it() {
    let (env, claim) = awaiting().await;
    let (newer, older) = (of_data(&env, NEWER), of_data(&env, OLDER));
    assert_eq!(older.pending_recounts().await.unwrap(), [], "the same as before");
    assert_eq!(newer.pending_recounts().await.unwrap(), [RecountCause::CountingData]);
    // Of a deploy that is under way, or was taken back.
    let until = env.clock.now() + Duration::seconds(40);
    for other in [&env.store, &older] {
        assert_eq!(other.pending_recounts().await.unwrap(), [RecountCause::CountingData]);
        let left = other.recount_windows(RecountCause::CountingData, until);
        assert!(!Box::pin(left).await.unwrap().leased);
    }
    assert_eq!(work(&env, &newer).await, (1, 0));
    assert_eq!(env.store.pending_recounts().await.unwrap(), []);
    let timer = window_timer(&env, &claim).1;
    assert_eq!(timer["q"]["S"], NEWER, "the timer says what has left its window as it is");
}

#[tokio::test]
async fn a_worker_that_dies_at_any_write_leaves_the_rest_to_the_next_one() {
    let (env, claim) = awaiting().await;
    counted_before(&env, &claim, "2026-12-31T22:00:00Z");
    assert_eq!(env.store.pending_recounts().await.unwrap(), [RecountCause::CountingData]);
    let mut died = 0;
    for write in 1.. {
        let (store, wire) = env.another_store(|_| {});
        let death = Arc::new(Notify::new());
        let fault = Fault::CrashAfter(Arc::clone(&death));
        wire.on(|call| call.writes() && !call.names("CA#recounts", ""), write, fault);
        let until = env.clock.now() + Duration::seconds(40);
        let work = Box::pin(store.recount_windows(RecountCause::CountingData, until));
        if until_death(work, &death).await.is_some() {
            break;
        }
        died += 1;
        env.clock.advance(Duration::minutes(2));
    }
    assert!(died >= 2, "{died}");
    assert_eq!(env.store.pending_recounts().await.unwrap(), []);
    let longer = env.read(&claim.id).await;
    assert_eq!((longer.version.0, closes_at(&longer)), (claim.version.0 + 1, END.parse().unwrap()));
}
