//! The archive of the stream (`docs/architecture.md §3`, *publish*): each version becomes one entry of the
//! history, chained by hashes, whatever comes twice, late or in another order.

use domain::claim::Claim;
use domain::history::{Audience, ReadableEntry};
use domain::ids::Version;
use serde_json::Value;
use store::{ClaimImage, HistoryEntry, Store, StoreError};
use support::engine::key;
use support::test_env::{TestEnv, alpine, withdraw};
use support::wire::{Fault, any};

const NOW: &str = "2026-12-22T14:00:00Z";

/// A record of the stream: old and new image.
pub(crate) type Record = (Option<ClaimImage>, ClaimImage);

fn image(value: &Value) -> Option<ClaimImage> {
    let item: serde_dynamo::Item = serde_json::from_value(value.clone()).ok()?;
    (value.is_object()).then(|| ClaimImage::from_stream(item).unwrap())
}

/// The records of the claims' own items, as the filter lets them through.
pub(crate) fn records(env: &TestEnv) -> Vec<Record> {
    let all = env.engine.stream().into_iter();
    let own = all.filter(|record| {
        let key = key(&record["dynamodb"]["Keys"]);
        key.0.starts_with("C#") && key.1 == "A"
    });
    own.map(|record| {
        let part = |name: &str| image(&record["dynamodb"][name]);
        (part("OldImage"), part("NewImage").unwrap())
    })
    .collect()
}

pub(crate) async fn archive(store: &Store, record: &Record) -> Result<(), StoreError> {
    store.archive_version(record.0.as_ref(), &record.1).await
}

/// A claim with five versions.
async fn story() -> (TestEnv, Claim) {
    let env = TestEnv::at(NOW).await;
    let claim = env.awaiting("k", &["teams", "exchange-online"]).await;
    let claim = env.give(&claim.id, &alpine(), &withdraw()).await.unwrap().claim;
    (env, claim)
}

/// The whole history, held to be a chain without a gap.
async fn whole_history(env: &TestEnv, claim: &Claim) -> Vec<HistoryEntry> {
    let history = env.store.list_history(claim, None, 100).await.unwrap().items;
    let versions: Vec<u32> = history.iter().map(|entry| entry.version.0).collect();
    assert_eq!(versions, (1..=claim.version.0).collect::<Vec<_>>());
    let mut previous = None;
    for entry in &history {
        assert_eq!(entry.previous_hash, previous);
        let recomputed = domain::history::hash_entry(previous, &entry.sealed.text);
        assert_eq!(entry.hash, Some(recomputed), "version {}", entry.version);
        previous = entry.hash;
    }
    history
}

/// What stands in the entries whoever reads them.
fn texts(history: &[HistoryEntry]) -> String {
    history.iter().map(|entry| entry.sealed.text.as_str()).collect()
}

fn types(history: &[HistoryEntry]) -> Vec<String> {
    let name = |entry: &HistoryEntry| match entry.to_readable().unwrap() {
        ReadableEntry::Event(event) => event.event_type.as_str().to_owned(),
        ReadableEntry::Withheld(withheld) => withheld.name,
    };
    history.iter().map(name).collect()
}

#[tokio::test]
async fn every_version_has_one_event_and_the_hashes_chain() {
    let (env, claim) = story().await;
    for record in &records(&env) {
        archive(&env.store, record).await.unwrap();
    }
    let history = whole_history(&env, &claim).await;
    assert_eq!(
        types(&history),
        ["submitted", "review_begun", "validated", "window_opened", "withdrawn"]
    );
}

#[tokio::test]
async fn records_that_come_twice_leave_what_they_left_the_first_time() {
    let (env, claim) = story().await;
    for _ in 0..2 {
        for record in &records(&env) {
            archive(&env.store, record).await.unwrap();
        }
    }
    whole_history(&env, &claim).await;
}

#[tokio::test]
async fn a_missing_entry_is_written_from_the_old_image_first() {
    let (env, claim) = story().await;
    for record in records(&env).iter().filter(|record| record.1.version() != Version(2)) {
        archive(&env.store, record).await.unwrap();
    }
    let history = env.store.list_history(&claim, None, 100).await.unwrap().items;
    let versions: Vec<u32> = history.iter().map(|entry| entry.version.0).collect();
    assert_eq!(versions, [1, 2, 3, 4, 5]);
    let mut previous = None;
    for entry in &history {
        assert_eq!(entry.previous_hash, previous);
        previous = entry.hash;
    }
    let reconstructed = history.iter().filter(|entry| match entry.to_readable() {
        Some(ReadableEntry::Event(event)) => event.reconstructed,
        told => panic!("{told:?}"),
    });
    let versions: Vec<Version> = reconstructed.map(|entry| entry.version).collect();
    assert_eq!(versions, [Version(2)], "and says that what changed is not known");
}

#[tokio::test]
async fn a_hole_of_several_versions_does_not_break_the_chain() {
    let (env, claim) = story().await;
    let lost = [Version(2), Version(3)];
    for record in records(&env).iter().filter(|record| !lost.contains(&record.1.version())) {
        archive(&env.store, record).await.unwrap();
    }
    let history = env.store.list_history(&claim, None, 100).await.unwrap().items;
    let versions: Vec<u32> = history.iter().map(|entry| entry.version.0).collect();
    assert_eq!(versions, [1, 3, 4, 5]);
    for (one, next) in history.iter().zip(history.iter().skip(1)) {
        assert_eq!(next.previous_hash, one.hash);
    }
}

#[tokio::test]
async fn an_entry_is_the_same_text_whether_it_was_archived_at_once_or_after_a_crash() {
    let (env, claim) = story().await;
    let records = records(&env);
    for record in &records {
        archive(&env.store, record).await.unwrap();
    }
    let at_once = whole_history(&env, &claim).await;
    for version in 1..=claim.version.0 {
        env.engine.delete(&format!("C#{}", claim.id), &format!("H#{version:06}"));
    }
    let (store, wire) = env.another_store(|_| {});
    for record in &records {
        // The write is done, and its answer lost.
        wire.on(any, 2, Fault::AnswerLost);
        while let Err(error) = archive(&store, record).await {
            assert!(error.is_retryable(), "{error}");
        }
    }
    assert_eq!(whole_history(&env, &claim).await, at_once);
}

#[tokio::test]
async fn an_archive_under_faults_loses_nothing_and_doubles_nothing() {
    for fault in
        [Fault::Throttle, Fault::Internal, Fault::Reset, Fault::AnswerLost, Fault::Conflict(0)]
    {
        for nth in 1..=10 {
            let (env, claim) = story().await;
            let (store, wire) = env.another_store(|_| {});
            for lasting in 0..4 {
                wire.on(any, nth + lasting, fault.clone());
            }
            for record in &records(&env) {
                while let Err(error) = archive(&store, record).await {
                    assert!(error.is_retryable(), "{fault:?}: {error}");
                }
            }
            whole_history(&env, &claim).await;
        }
    }
}

#[tokio::test]
async fn before_it_is_archived_the_last_event_stands_without_a_hash() {
    let (env, claim) = story().await;
    let records = records(&env);
    for record in &records[..4] {
        archive(&env.store, record).await.unwrap();
    }
    let history = env.store.list_history(&claim, None, 100).await.unwrap().items;
    let last = history.last().unwrap();
    assert_eq!((last.version, last.hash, history.len()), (claim.version, None, 5));
}

#[tokio::test]
async fn a_history_that_lags_by_more_than_the_last_event_ends_where_the_archive_does() {
    let (env, claim) = story().await;
    for record in &records(&env)[..3] {
        archive(&env.store, record).await.unwrap();
    }
    let history = env.store.list_history(&claim, None, 100).await.unwrap();
    let versions: Vec<u32> = history.items.iter().map(|entry| entry.version.0).collect();
    assert_eq!((versions, history.next), (vec![1, 2, 3], None));
}

#[tokio::test]
async fn the_history_holds_no_personal_data() {
    let (env, claim) = story().await;
    for record in &records(&env) {
        archive(&env.store, record).await.unwrap();
    }
    let text = texts(&whole_history(&env, &claim).await);
    assert!(text.contains("window_opened"), "it is there to be read: {text}");
    for personal in ["jana", "Jana", "Nov\u{e1}kov", "petr", "IT manager", "contoso.example"] {
        assert!(!text.contains(personal), "{personal}");
    }
}

#[tokio::test]
async fn without_its_parts_a_history_verifies_and_tells_of_nobody() {
    let (env, claim) = story().await;
    for record in &records(&env) {
        archive(&env.store, record).await.unwrap();
    }
    for entry in whole_history(&env, &claim).await {
        let public = entry.sealed.with_readable_parts(&[]);
        assert!(public.is_public() && public.parts.is_empty());
        for secret in ["rev-1", "reviewer", "recipient:"] {
            assert!(!public.text.contains(secret), "{}", public.text);
        }
        let customer = entry.sealed.with_readable_parts(&[Audience::Customer]);
        assert!(customer.to_readable().is_some());
    }
}

#[tokio::test]
async fn a_history_whose_contacts_are_erased_still_verifies_and_names_nobody() {
    let (env, claim) = story().await;
    for record in &records(&env) {
        archive(&env.store, record).await.unwrap();
    }
    // The names, and with them the salt of their digests, which is kept nowhere else.
    for item in ["D", "P#1"] {
        env.engine.delete(&format!("C#{}", claim.id), item);
    }
    let history = whole_history(&env, &claim).await;
    let parts = history.iter().flat_map(|entry| entry.sealed.parts.values());
    let parts: String = parts.map(|part| part.value.as_str()).collect();
    assert!(parts.contains("reviewer-1"), "what a party is shown is there to be read: {parts}");
    let items: String = env.engine.items("C#").iter().map(ToString::to_string).collect();
    let left = [texts(&history), parts, items].concat();
    for personal in ["jana", "Jana", "petr", "IT manager", "contoso.example"] {
        assert!(!left.contains(personal), "{personal}");
    }
}

#[tokio::test]
async fn an_image_of_an_unknown_version_is_corrupt() {
    let (env, claim) = story().await;
    let mut record = env.stored(&claim.id);
    record["st"] = serde_json::json!({"S": "levitating"});
    let item: serde_dynamo::Item = serde_json::from_value(record).unwrap();
    assert!(matches!(ClaimImage::from_stream(item), Err(StoreError::Corrupt(_))));
}
