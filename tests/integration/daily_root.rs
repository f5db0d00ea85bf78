//! The daily root (`docs/architecture.md §2.9`): what it stands for, when a day is closed, that nothing is written twice and
//! whatever breaks the next run makes the same, and that the bus is told of each.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Duration, NaiveDate};
use domain::ids::Sha256Hash;
use domain::root::{DailyRoot, DayLeaves};
use serde_json::{Value, json};
use support::documents::roots;
use support::engine::key;
use support::event_functions::{events, records};
use support::fake_services::With;
use support::stack::Stack;
use support::test_env::{alpine, withdraw};
use support::wire::{Call, Fault, Wire, any};

const NOW: &str = "2026-12-22T14:00:00Z";
const ITEMS: [&str; 2] = ["exchange-online", "teams"];
const ROOT: &str = "roots/2026-12-22.json";
const NONE: [NaiveDate; 0] = [];

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

async fn publish(stack: &Stack) {
    let answer = stack.event_functions.publish(&records(&stack.env)).await.unwrap();
    assert!(answer.batch_item_failures.is_empty(), "{answer:?}");
}

/// Claims of two partners, all of whose versions are archived on the 22nd; it is a quarter past midnight.
async fn archived() -> Stack {
    let stack = Box::pin(Stack::at(NOW)).await;
    stack.env.awaiting("k", &ITEMS).await;
    stack.env.rival_in_review("k", &ITEMS[1..]).await;
    publish(&stack).await;
    stack.env.clock.set("2026-12-23T00:15:00Z".parse().unwrap());
    stack
}

/// The hashes of all archived entries.
fn archived_hashes(stack: &Stack) -> BTreeSet<String> {
    let items = stack.env.engine.items("C#").into_iter();
    let entries = items.filter(|item| key(item).1.starts_with("H#"));
    entries.map(|item| item["h"]["B"].as_str().unwrap().to_owned()).collect()
}

async fn close(stack: &Stack) -> Vec<NaiveDate> {
    stack.event_functions.close_days(&stack.env).await.unwrap().closed
}

fn stored_root(stack: &Stack, key: &str) -> DailyRoot {
    let object = stack.env.documents.object(key).expect("a root");
    serde_json::from_slice(&object.bytes).unwrap()
}

/// The events of the bus that tell of roots.
fn told(stack: &Stack) -> Vec<Value> {
    let all = events(&stack.env).into_iter();
    all.filter(|event| event["type"] == "day_closed").collect()
}

/// What lies under `roots/`: each key with its bytes.
fn objects(stack: &Stack) -> BTreeMap<String, Vec<u8>> {
    let documents = &stack.env.documents;
    let keys = documents.keys().into_iter().filter(|key| key.starts_with("roots/"));
    keys.map(|key| (key.clone(), documents.object(&key).unwrap().bytes)).collect()
}

fn root_wire(stack: &Stack) -> &Wire {
    stack.event_functions.wires.last().expect("the wire of the function that was made last")
}

#[tokio::test]
async fn a_day_that_is_over_has_a_root_over_every_version_and_the_bus_is_told_of_it_once() {
    let stack = archived().await;
    stack.env.services.forget();
    assert_eq!(close(&stack).await, [day("2026-12-22")]);
    let root = stored_root(&stack, ROOT);
    let hashes = archived_hashes(&stack);
    assert_eq!(root.size, 6, "four versions and two");
    assert_eq!((root.previous, root.is_whole()), (None, true));
    let all: Vec<Sha256Hash> = hashes.iter().map(|text| decoded(text)).collect();
    let places = roots(&stack.env).find_entries(&root, &all).await.unwrap();
    for (hash, place) in all.iter().zip(&places) {
        assert!(root.includes(*hash, place.as_ref().expect("its place")));
    }
    let stranger = roots(&stack.env).find_entries(&root, &[Sha256Hash::of(b"x")]).await.unwrap();
    assert_eq!(stranger[0], None);
    let told_once = told(&stack);
    let expected = json!({"id": "root-2026-12-22", "type": "day_closed", "at": "2026-12-23T00:00:00Z",
        "date": "2026-12-22", "size": 6, "root": root.root, "previous": null, "chain": root.chain});
    assert_eq!(told_once, [expected], "nobody's claim is named");
    let before = objects(&stack);
    assert_eq!(close(&stack).await, NONE, "an hour later there is nothing to do");
    assert_eq!((told(&stack), objects(&stack)), (told_once, before));
}

fn decoded(text: &str) -> Sha256Hash {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).unwrap();
    Sha256Hash(bytes.try_into().unwrap())
}

#[tokio::test]
async fn a_day_is_closed_ten_seconds_after_its_end_by_the_function_s_clock_and_by_the_table_s() {
    let stack = archived().await;
    let at = |text: &str| stack.env.clock.set(text.parse().unwrap());
    for early in ["2026-12-22T23:59:59Z", "2026-12-23T00:00:00Z", "2026-12-23T00:00:08Z"] {
        at(early);
        assert_eq!(close(&stack).await, NONE, "{early}");
    }
    at("2026-12-22T23:30:00Z");
    stack.env.clock.set_function_error(Duration::hours(1));
    assert_eq!(close(&stack).await, NONE, "the function's clock is ahead");
    at("2026-12-23T00:30:00Z");
    stack.env.clock.set_function_error(Duration::hours(-1));
    assert_eq!(close(&stack).await, NONE, "the function's clock is behind");
    stack.env.clock.set_function_error(Duration::zero());
    assert_eq!(objects(&stack).len(), 0);
    at("2026-12-23T00:00:12Z");
    assert_eq!(close(&stack).await, [day("2026-12-22")]);
}

#[tokio::test]
async fn days_that_were_missed_are_closed_in_their_order_each_chained_to_the_one_before() {
    let stack = archived().await;
    stack.env.clock.set("2026-12-25T09:00:00Z".parse().unwrap());
    let claim = stack.env.submitted("k2", &["sharepoint-online"]).await;
    publish(&stack).await;
    stack.env.give(&claim.id, &alpine(), &withdraw()).await.unwrap();
    stack.env.clock.set("2026-12-27T03:00:00Z".parse().unwrap());
    stack.env.services.forget();
    let days = ["2026-12-22", "2026-12-23", "2026-12-24", "2026-12-25", "2026-12-26"];
    assert_eq!(close(&stack).await, days.map(day));
    let all: Vec<DailyRoot> =
        days.iter().map(|day| stored_root(&stack, &format!("roots/{day}.json"))).collect();
    for (before, after) in all.iter().zip(all.iter().skip(1)) {
        assert!(after.follows(before) && after.is_whole());
    }
    let nothing = DayLeaves::of(Vec::new()).root();
    assert_eq!((all[1].size, all[1].root), (0, nothing), "a day without a version has a root too");
    assert_eq!(all[4].size, 0, "what is not archived yet is in no root");
    assert!(all[3].size > 0);
    let told: Vec<_> = told(&stack).iter().map(|event| event["date"].clone()).collect();
    assert_eq!(told, days);
    publish(&stack).await;
    stack.env.clock.set("2026-12-28T03:00:00Z".parse().unwrap());
    assert_eq!(close(&stack).await, [day("2026-12-27")], "the withdrawal was archived that day");
    let last = stored_root(&stack, "roots/2026-12-27.json");
    let withdrawn = stack.env.read(&claim.id).await;
    let entry = stack.env.store.load_archived(&claim.id, withdrawn.version).await.unwrap().unwrap();
    assert_eq!(entry.archived_on, Some(day("2026-12-27")));
    let places = roots(&stack.env).find_entries(&last, &[entry.hash.unwrap()]).await.unwrap();
    assert!(places[0].is_some());
}

#[tokio::test]
async fn a_version_that_is_told_twice_is_one_leaf_and_one_without_a_hash_is_none() {
    let stack = archived().await;
    stack.env.clock.set("2026-12-22T15:00:00Z".parse().unwrap());
    let items = |stack: &Stack| stack.env.engine.items("F#S#");
    let once = items(&stack).len();
    // What a publisher leaves that ends between feed and archive.
    for mut item in items(&stack) {
        let sort = key(&item).1;
        let (_, rest) = sort.split_once('#').unwrap();
        item["sk"]["S"] = format!("{:013}#{rest}", 1_797_960_000_000_u64).into();
        stack.env.engine.put(&item);
    }
    let mut bare = items(&stack)[0].clone();
    bare["sk"]["S"] = "1797960000001#cbplyjelfz5a5xwmpnah5uzxk4#000001".into();
    bare.as_object_mut().unwrap().remove("h");
    stack.env.engine.put(&bare);
    assert_eq!(items(&stack).len(), 2 * once + 1);
    stack.env.clock.set("2026-12-24T00:15:00Z".parse().unwrap());
    close(&stack).await;
    assert_eq!(stored_root(&stack, ROOT).size, 6);
}

#[tokio::test]
async fn where_nothing_was_archived_there_is_no_root_and_the_chain_begins_with_the_first_version() {
    let stack = Box::pin(Stack::at(NOW)).await;
    assert_eq!(close(&stack).await, NONE);
    stack.env.submitted("k", &ITEMS).await;
    publish(&stack).await;
    assert_eq!(close(&stack).await, NONE);
    stack.env.clock.set("2026-12-23T01:00:00Z".parse().unwrap());
    assert_eq!(close(&stack).await, [day("2026-12-22")]);
    assert_eq!(stored_root(&stack, ROOT).previous, None);
}

/// Breaks a run at one place, and holds what the next runs make of it against `whole`.
async fn broken_and_made_up_for(stack: &Stack, whole: &BTreeMap<String, Vec<u8>>, what: &str) {
    let broken = stack.event_functions.close_days(&stack.env).await;
    root_wire(stack).reset();
    stack.env.services.repair();
    let root = stack.env.documents.object(ROOT);
    let early = told(stack);
    assert!(early.is_empty() || root.is_some(), "{what}: the bus is told of what is kept alone");
    let next = stack.event_functions.close_days(&stack.env).await.unwrap();
    assert!(broken.is_err() || next.closed.is_empty(), "{what}");
    assert_eq!(&objects(stack), whole, "{what}");
    let versions = stack.env.documents.versions();
    assert_eq!(versions.len(), whole.len(), "{what}: nothing is written twice, {versions:?}");
    let told = told(stack);
    assert!(!told.is_empty(), "{what}");
    let chain = json!(stored_root(stack, ROOT).chain);
    assert!(told.iter().all(|event| event["chain"] == chain), "{what}: {told:?}");
    let before = told.len();
    assert_eq!(close(stack).await, NONE, "{what}");
    assert_eq!(self::told(stack).len(), before, "{what}");
}

#[tokio::test]
async fn whatever_breaks_the_next_run_makes_the_same_root_and_nothing_is_written_twice() {
    let stack = archived().await;
    let again = || {
        stack.env.documents.forget("");
        stack.env.services.forget();
        root_wire(&stack).reset();
    };
    let before = stack.env.documents.requests();
    close(&stack).await;
    let (whole, calls) = (objects(&stack), stack.env.documents.requests() - before);
    let reads = root_wire(&stack).calls().len();
    assert!(whole.len() == 4 && calls >= 6 && reads >= 32, "{whole:?}, {calls}, {reads}");
    for nth in 1..=calls {
        for done in [false, true] {
            again();
            stack.env.documents.lose(nth, done);
            broken_and_made_up_for(&stack, &whole, &format!("request {nth} {done}")).await;
        }
    }
    for nth in 1..=reads {
        again();
        root_wire(&stack).on(any, nth, Fault::Reset);
        broken_and_made_up_for(&stack, &whole, &format!("read {nth}")).await;
    }
    for with in [With::Reset, With::AnswerLost, With::FailedEntries(vec![0])] {
        again();
        stack.env.services.refuse("PutEvents", 4, with.clone());
        broken_and_made_up_for(&stack, &whole, &format!("{with:?}")).await;
    }
}

#[tokio::test]
async fn of_two_runs_at_once_one_closes_the_day_and_both_tell_of_the_same_root() {
    let stack = archived().await;
    // The other run has found one version less, and was the first to put its root.
    let hashes: Vec<Sha256Hash> =
        archived_hashes(&stack).iter().map(|text| decoded(text)).collect();
    let fewer = DayLeaves::of(hashes[1..].to_vec());
    let other = DailyRoot::of(day("2026-12-22"), &fewer, None);
    assert_eq!(roots(&stack.env).keep_root(&other, &fewer).await.unwrap(), other);
    let own = DayLeaves::of(hashes.clone());
    let late = DailyRoot::of(day("2026-12-22"), &own, None);
    assert_eq!(roots(&stack.env).keep_root(&late, &own).await.unwrap(), other, "the first stays");
    let places = roots(&stack.env).find_entries(&other, &hashes).await.unwrap();
    assert_eq!(places.iter().filter(|place| place.is_some()).count(), hashes.len() - 1);
    stack.env.services.forget();
    assert_eq!(close(&stack).await, NONE);
    let chains: Vec<_> = told(&stack).iter().map(|event| event["chain"].clone()).collect();
    assert_eq!(chains, [json!(other.chain)], "who comes later tells of what is kept");
    stack.env.documents.forget("");
    stack.env.services.forget();
    let runs = || stack.event_functions.close_days(&stack.env);
    let (one, two) = tokio::join!(runs(), runs());
    assert!(one.is_ok() && two.is_ok());
    assert_eq!(stack.env.documents.versions().len(), 4, "each object once");
    assert_eq!(stored_root(&stack, ROOT), late);
}

#[tokio::test]
async fn a_root_in_the_bucket_that_was_changed_is_not_gone_on_from() {
    let stack = archived().await;
    close(&stack).await;
    let mut root = stored_root(&stack, ROOT);
    root.size += 1;
    stack.env.documents.forget(ROOT);
    stack.env.documents.upload(ROOT, "application/json", &serde_json::to_vec(&root).unwrap());
    stack.env.clock.set("2026-12-24T00:15:00Z".parse().unwrap());
    let run = stack.event_functions.close_days(&stack.env).await;
    let error = format!("{:?}", run.unwrap_err());
    assert!(error.contains(ROOT), "{error}");
}

#[tokio::test]
async fn the_job_reads_staff_s_feed_alone() {
    let stack = archived().await;
    root_wire(&stack).reset();
    close(&stack).await;
    let calls = root_wire(&stack).calls();
    assert!(calls.iter().all(|call| call.operation == "Query" && !Call::writes(call)));
    let partitions = calls.iter().map(|call| call.request.to_string());
    assert!(partitions.into_iter().all(|request| request.contains("F#S#")));
}
