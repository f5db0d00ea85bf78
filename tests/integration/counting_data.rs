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
use support::wire::{Fault, until_death};
use support::world::{World, closes_at};
use tokio::sync::Notify;

const NOW: &str = "2026-12-22T14:00:00Z";
const END: &str = "2026-12-31T23:00:00Z";
/// Data that comes after that of this build, and before it.
const NEWER: &str = "2099a/2099.12";
const OLDER: &str = "2025a/2025.01";

fn of_data(world: &World, data: &str) -> Store {
    let data = data.to_owned();
    world.another_store(|config| config.counting_data = data).0
}

async fn awaiting() -> (World, Claim) {
    let world = World::at(NOW).await;
    // Whatever is there when the first tick comes was counted by its data.
    let older = of_data(&world, OLDER);
    assert_eq!(older.pending_recounts().await.unwrap(), []);
    let claim = world.awaiting("k", &["exchange-online", "teams"]).await;
    (world, claim)
}

/// Makes the window of a claim one that older data has counted, with another end.
fn counted_before(world: &World, claim: &Claim, end: &str) {
    let end: Instant = end.parse().unwrap();
    let millis = json!({"N": end.timestamp_millis().to_string()});
    let mut record = world.stored(&claim.id);
    record["cl"] = millis.clone();
    let packed = record["w"]["S"].as_str().unwrap().replace(";2026f;", ";2025a;");
    assert!(packed.contains(";2025a;"), "{packed}");
    record["w"] = json!({"S": packed});
    world.engine.put(&record);
    let (pk, mut timer) = window_timer(world, claim);
    world.engine.delete(&pk, claim.id.as_str());
    let shard = pk.rsplit('#').next().unwrap();
    timer["pk"] = json!({"S": format!("T#{}#{shard}", end.format("%Y-%m-%dT%H:%M"))});
    timer["d"] = millis;
    timer["q"] = json!({"S": OLDER});
    world.engine.put(&timer);
}

fn window_timer(world: &World, claim: &Claim) -> (String, Value) {
    let of_window =
        |timer: &Value| timer["k"]["S"] == "window" && key(timer).1 == claim.id.as_str();
    let timer = world.engine.items("T#").into_iter().find(of_window).unwrap();
    (key(&timer).0, timer)
}

async fn work(world: &World, store: &Store) -> (u32, u32) {
    let until = world.clock.now() + Duration::hours(1);
    assert_eq!(store.pending_recounts().await.unwrap(), [RecountCause::CountingData]);
    let report = Box::pin(store.recount_windows(RecountCause::CountingData, until)).await.unwrap();
    assert!(report.leased && report.finished, "{report:?}");
    assert_eq!(store.pending_recounts().await.unwrap(), []);
    (report.seen, report.changed)
}

#[tokio::test]
async fn a_window_that_newer_data_makes_longer_is_longer_before_its_close() {
    let (world, claim) = awaiting().await;
    counted_before(&world, &claim, "2026-12-31T22:00:00Z");
    assert_eq!(work(&world, &world.store).await, (1, 1));
    let longer = world.read(&claim.id).await;
    assert_eq!(closes_at(&longer), END.parse::<Instant>().unwrap());
    assert_eq!(longer.last_event.event_type, EventType::WindowExtended);
    assert_eq!(longer.state.window().unwrap().counting_data(), counting_data());
    // And never again by the same data.
    assert_eq!(world.store.pending_recounts().await.unwrap(), []);
}

#[tokio::test]
async fn a_window_that_newer_data_would_end_earlier_stays_and_is_closed_by_the_batch() {
    for end in ["2027-01-01T02:00:00Z", END] {
        let (world, claim) = awaiting().await;
        counted_before(&world, &claim, end);
        assert_eq!(work(&world, &world.store).await, (1, 0), "{end}");
        let same = world.read(&claim.id).await;
        assert_eq!((closes_at(&same), same.version), (end.parse().unwrap(), claim.version));
        world.let_pass(end.parse().unwrap());
        let closed: u32 = world.finalize().await.iter().map(|run| run.closed).sum();
        assert_eq!(closed, 1, "{end}");
    }
}

#[tokio::test]
async fn a_window_that_nobody_counted_by_the_newer_data_is_counted_before_it_is_closed() {
    let (world, claim) = awaiting().await;
    counted_before(&world, &claim, "2026-12-31T22:00:00Z");
    world.let_pass("2026-12-31T22:00:00Z".parse().unwrap());
    let closed: u32 = world.finalize().await.iter().map(|run| run.closed).sum();
    assert_eq!(closed, 0);
    let longer = world.read(&claim.id).await;
    assert_eq!(
        (longer.status(), closes_at(&longer)),
        (Status::AwaitingCustomer, END.parse().unwrap())
    );
}

#[tokio::test]
async fn a_window_that_ends_before_the_work_comes_to_it_is_not_taken_for_counted() {
    let (world, claim) = awaiting().await;
    let end: Instant = "2026-12-31T22:00:00Z".parse().unwrap();
    counted_before(&world, &claim, "2026-12-31T22:00:00Z");
    world.clock.set(end + Duration::seconds(30));
    assert_eq!(work(&world, &world.store).await, (1, 0));
    world.let_pass(end);
    let closed: u32 = world.finalize().await.iter().map(|run| run.closed).sum();
    assert_eq!(closed, 0);
    assert_eq!(closes_at(&world.read(&claim.id).await), END.parse::<Instant>().unwrap());
}

#[tokio::test]
async fn only_later_data_asks_for_it_and_a_function_of_other_data_leaves_the_work_to_those_of_it() {
    let (world, claim) = awaiting().await;
    let (newer, older) = (of_data(&world, NEWER), of_data(&world, OLDER));
    assert_eq!(older.pending_recounts().await.unwrap(), [], "the same as before");
    assert_eq!(newer.pending_recounts().await.unwrap(), [RecountCause::CountingData]);
    // Of a deploy that is under way, or was taken back.
    let until = world.clock.now() + Duration::seconds(40);
    for other in [&world.store, &older] {
        assert_eq!(other.pending_recounts().await.unwrap(), [RecountCause::CountingData]);
        let left = other.recount_windows(RecountCause::CountingData, until);
        assert!(!Box::pin(left).await.unwrap().leased);
    }
    assert_eq!(work(&world, &newer).await, (1, 0));
    assert_eq!(world.store.pending_recounts().await.unwrap(), []);
    let timer = window_timer(&world, &claim).1;
    assert_eq!(timer["q"]["S"], NEWER, "the timer says what has left its window as it is");
}

#[tokio::test]
async fn a_worker_that_dies_at_any_write_leaves_the_rest_to_the_next_one() {
    let (world, claim) = awaiting().await;
    counted_before(&world, &claim, "2026-12-31T22:00:00Z");
    assert_eq!(world.store.pending_recounts().await.unwrap(), [RecountCause::CountingData]);
    let mut died = 0;
    for write in 1.. {
        let (store, wire) = world.another_store(|_| {});
        let death = Arc::new(Notify::new());
        let fault = Fault::CrashAfter(Arc::clone(&death));
        wire.on(|call| call.writes() && !call.names("CA#recounts", ""), write, fault);
        let until = world.clock.now() + Duration::seconds(40);
        let work = Box::pin(store.recount_windows(RecountCause::CountingData, until));
        if until_death(work, &death).await.is_some() {
            break;
        }
        died += 1;
        world.clock.advance(Duration::minutes(2));
    }
    assert!(died >= 2, "{died}");
    assert_eq!(world.store.pending_recounts().await.unwrap(), []);
    let longer = world.read(&claim.id).await;
    assert_eq!((longer.version.0, closes_at(&longer)), (claim.version.0 + 1, END.parse().unwrap()));
}
