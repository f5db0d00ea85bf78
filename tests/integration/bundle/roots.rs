//! The daily roots of a bundle: each version is in the root of its day, the roots are a chain, and what is forged is found,
//! by the bundle alone or by a root that is trusted.

use std::ops::RangeInclusive;

use chrono::{Duration, NaiveDate};
use cpor::{BundleReport, FindingKind as Kind, Trust, TrustedRoots};
use domain::claim::Claim;
use domain::command::Command;
use domain::history::hash_entry;
use domain::ids::Sha256Hash;
use domain::root::{DailyRoot, DayLeaves, Inclusion};
use serde_json::{Value, json};
use support::fixtures::WORKLOADS;
use support::rivals::operator;
use support::stack::Stack;
use support::test_env::{closes_at, decline_all, link};

use super::manipulated::{Change, Forged};
use super::story::{settle, story};
use super::{READERS, bundle, checked};

/// The story, two days after its last step: every day of it is closed.
async fn closed() -> (Stack, Claim) {
    let (stack, claim) = Box::pin(story()).await;
    stack.env.clock.advance(Duration::days(2));
    let run = stack.event_functions.close_days(&stack.env).await.unwrap();
    assert!(run.closed.len() > 10, "{:?}", run.closed);
    (stack, claim)
}

/// The roots in the bucket, by day.
fn stored(stack: &Stack) -> Vec<DailyRoot> {
    let documents = &stack.env.documents;
    let keys = documents.keys().into_iter();
    let keys = keys.filter(|key| key.starts_with("roots/") && key.strip_suffix(".json").is_some());
    keys.map(|key| serde_json::from_slice(&documents.object(&key).unwrap().bytes).unwrap())
        .collect()
}

fn trusted(roots: &[DailyRoot]) -> Trust {
    let roots = TrustedRoots::read(&serde_json::to_string(roots).unwrap()).unwrap();
    Trust { roots, is_sandbox: false }
}

fn checked_by(text: &str, roots: &[DailyRoot]) -> BundleReport {
    cpor::verify_with(text, &trusted(roots)).unwrap()
}

fn unchecked(report: &BundleReport) -> String {
    report.unchecked.join("\n")
}

#[tokio::test]
async fn every_version_is_in_the_root_of_its_day_for_each_party_and_a_trusted_root_says_since_when()
{
    let (stack, claim) = closed().await;
    let roots = stored(&stack);
    for reader in READERS {
        let text = bundle(&stack, &claim, reader).await;
        let alone = checked(&text);
        assert!(alone.verified, "{reader}: {alone}");
        assert_eq!(alone.checked.paths, 18, "{alone}");
        assert_eq!(usize::try_from(alone.checked.roots).unwrap(), roots.len(), "{alone}");
        let root = alone.root.as_ref().expect("the root of the last version");
        assert!(!root.trusted && unchecked(&alone).contains("--root"), "{alone}");
        assert!(!unchecked(&alone).contains("not closed"), "{alone}");
        let last = roots.last().unwrap();
        let by_last = checked_by(&text, &[*last]);
        assert!(by_last.verified, "{reader}: {by_last}");
        assert!(by_last.root.as_ref().is_some_and(|root| root.trusted), "{by_last}");
        assert!(by_last.to_string().contains("which you trust"), "{by_last}");
        assert_eq!((alone.rooted, by_last.rooted), (None, Some(18)), "{by_last}");
        // A root of before the last version stands for nothing that came later: whoever names it wants to know.
        let by_first = checked_by(&text, &[roots[0]]);
        assert!(by_first.has(Kind::Path) && !by_first.verified, "{by_first}");
        assert!(by_first.rooted.is_some_and(|no| no < 18), "{by_first}");
        assert!(by_first.root.is_some_and(|root| !root.trusted));
    }
}

#[tokio::test]
async fn a_day_that_is_not_closed_is_said_and_the_versions_of_days_before_are_in_theirs() {
    let (stack, claim) = Box::pin(story()).await;
    stack.event_functions.close_days(&stack.env).await.unwrap();
    let text = bundle(&stack, &claim, "partner").await;
    let report = checked(&text);
    assert!(report.verified, "{report}");
    assert!(report.checked.paths > 0 && report.checked.paths < 18, "{report}");
    assert_eq!(report.root, None, "{report}");
    let today = stack.env.clock.now().date_naive();
    let said = format!("{today} was not closed yet when the bundle was made");
    assert!(unchecked(&report).contains(&said), "{report}");
}

#[tokio::test]
async fn by_a_trusted_root_what_was_archived_today_waits_for_its_day_and_that_is_said_aloud() {
    let stack = Stack::at("2026-12-22T14:00:00Z").await;
    let env = &stack.env;
    let claim = env.awaiting("k", &WORKLOADS[..2]).await;
    settle(&stack).await;
    env.clock.advance(Duration::days(1));
    stack.event_functions.close_days(env).await.unwrap();
    env.give(&claim.id, &link(1), &decline_all()).await.unwrap();
    settle(&stack).await;
    let report = checked_by(&bundle(&stack, &claim, "staff").await, &stored(&stack));
    assert!(report.verified && !report.fully_checked, "{report}");
    assert_eq!(report.rooted, Some(report.version - 1), "{report}");
    assert!(unchecked(&report).contains("NO ROOT THAT IS TRUSTED"), "{report}");
    assert!(report.to_string().contains("NOT all of it was checked"), "{report}");
}

#[tokio::test]
async fn the_versions_of_a_claim_that_was_erased_stay_leaves() {
    let stack = Stack::at("2026-12-22T14:00:00Z").await;
    let env = &stack.env;
    let claim = env.awaiting("k", &WORKLOADS[..2]).await;
    settle(&stack).await;
    env.give(&claim.id, &link(1), &decline_all()).await.unwrap();
    settle(&stack).await;
    env.let_pass(closes_at(&claim));
    stack.event_functions.close_days(env).await.unwrap();
    env.give(&claim.id, &operator(), &Command::Erase).await.unwrap();
    settle(&stack).await;
    env.clock.advance(Duration::days(1));
    stack.event_functions.close_days(env).await.unwrap();
    for reader in READERS {
        let report = checked_by(&bundle(&stack, &claim, reader).await, &stored(&stack));
        assert!(report.verified, "{reader}: {report}");
        assert_eq!(report.checked.paths, report.version, "{report}");
        assert!(report.root.is_some_and(|root| root.trusted));
    }
}

#[tokio::test]
async fn an_entry_from_before_there_were_daily_roots_is_named() {
    let (stack, claim) = closed().await;
    let forget_days = |versions: RangeInclusive<u32>| {
        for version in versions {
            let (pk, sk) = (format!("C#{}", claim.id), format!("H#{version:06}"));
            let mut item = stack.env.engine.item(&pk, &sk).unwrap();
            item.as_object_mut().unwrap().remove("d");
            stack.env.engine.put(&item);
        }
    };
    // On the first day of all, some versions are from before there were roots.
    forget_days(1..=5);
    let text = bundle(&stack, &claim, "staff").await;
    let report = checked(&text);
    assert!(report.verified, "{report}");
    assert_eq!(report.checked.paths, 13, "{report}");
    let said = "The daily root of version 5: it was archived before there were daily roots";
    assert!(unchecked(&report).contains(said), "{report}");
    // A later version in a root that is trusted stands for those before.
    let known = stored(&stack);
    let by_last = checked_by(&text, &known[known.len() - 1..]);
    assert_eq!((by_last.verified, by_last.rooted), (true, Some(18)), "{by_last}");
    // A version of a day behind the first root is not from before there were any.
    forget_days(6..=16);
    let report = checked_by(&bundle(&stack, &claim, "staff").await, &known);
    assert!(report.has(Kind::Path), "{report}");
}

#[tokio::test]
async fn a_bucket_that_does_not_answer_makes_the_bundle_wait() {
    let (stack, claim) = closed().await;
    for refused in [1, 2, 3] {
        let path = format!("/v1/claims/{}/bundle", claim.id);
        stack.env.documents.lose(refused, false);
        let event = web::event::RequestEvent::get(&path).staff("auditor", "auditor-1");
        let answer = stack.send(event).await;
        assert_eq!(answer.problem(), (503, "unavailable"), "request {refused}");
    }
}

/// What is changed with the digest of the bundle made again, and what it is found as.
pub(super) const ROOTED: &[(&str, Kind, Change)] = &[
    ("the last version is not in the root of its day", Kind::Path, |own| {
        own.entry(18)["inclusion"] = Value::Null;
    }),
    ("a version has the path of another leaf", Kind::Path, |own| {
        let other = own.entry(18)["inclusion"].clone();
        own.entry(1)["inclusion"] = other;
    }),
    ("a path leads elsewhere", Kind::Path, |own| {
        own.entry(1)["inclusion"]["path"][0] = json!("0".repeat(64));
    }),
    ("a path is cut", Kind::Path, |own| {
        own.entry(1)["inclusion"]["path"].as_array_mut().unwrap().pop();
    }),
    ("a leaf stands in another place", Kind::Path, |own| {
        let index = own.entry(1)["inclusion"]["index"].as_u64().unwrap();
        own.entry(1)["inclusion"]["index"] = (index ^ 1).into();
    }),
    ("a version was archived on another day", Kind::Path, |own| {
        own.entry(1)["archived_on"] = own.0["roots"][1]["date"].clone();
    }),
    ("a version was archived later than the one behind it", Kind::Path, |own| {
        own.entry(3)["archived_on"] = own.entry(18)["archived_on"].clone();
    }),
    ("the last version is said to be from before there were roots", Kind::Path, |own| {
        own.entry(18)["archived_on"] = Value::Null;
        own.entry(18)["inclusion"] = Value::Null;
    }),
    ("an entry is written anew, with every hash", Kind::Path, |own| {
        own.text(8, "/at", json!("2026-12-09T15:00:00Z"));
        own.chain();
    }),
    ("the root of a version's day is removed", Kind::Path, |own| {
        let day = own.entry(1)["archived_on"].clone();
        roots(own).retain(|root| root["date"] != day);
    }),
    ("a root is exchanged", Kind::Root, |own| {
        roots(own)[3]["root"] = json!("0".repeat(64));
    }),
    ("a root stands for more versions", Kind::Root, |own| roots(own)[3]["size"] = json!(99)),
    ("a root begins a chain of its own", Kind::Root, |own| remade(own, 3, Value::Null)),
    ("the chain is broken", Kind::Root, |own| remade(own, 3, json!("0".repeat(64)))),
    ("two roots are swapped", Kind::Root, |own| roots(own).swap(2, 3)),
    ("every version is said to be from before there were roots", Kind::Path, |own| {
        archive(own, &Value::Null);
    }),
    ("every version was archived years before it happened", Kind::Path, |own| {
        archive(own, &json!("2020-01-01"));
        roots(own).clear();
    }),
    ("every version was archived after the bundle was made", Kind::Path, |own| {
        archive(own, &json!("2030-01-01"));
        roots(own).clear();
    }),
    ("the chain of roots begins anew behind a gap", Kind::Root, |own| {
        remade(own, 5, Value::Null);
        for index in 6..roots(own).len() {
            let before = roots(own)[index - 1]["chain"].clone();
            remade(own, index, before);
        }
        roots(own).drain(1..5);
    }),
    ("a root is there twice", Kind::Root, |own| {
        let twice = roots(own)[3].clone();
        roots(own).insert(4, twice);
    }),
];

fn roots(own: &mut Forged) -> &mut Vec<Value> {
    own.0["roots"].as_array_mut().unwrap()
}

/// Every version was archived on that day, and is in no root.
fn archive(own: &mut Forged, day: &Value) {
    for entry in own.entries() {
        entry["archived_on"] = day.clone();
        entry["inclusion"] = Value::Null;
    }
}

/// Chains a root to another one, and makes its own chain again.
fn remade(own: &mut Forged, index: usize, previous: Value) {
    let root = &mut roots(own)[index];
    root["previous"] = previous;
    let before = serde_json::from_value(root["previous"].clone()).unwrap();
    let text = json!({"date": root["date"], "root": root["root"], "size": root["size"]});
    let text = domain::canonical::to_canonical_json(&text);
    root["chain"] = hash_entry(before, &text).to_string().into();
}

#[tokio::test]
async fn whatever_is_changed_in_the_roots_of_a_bundle_is_found_and_named() {
    let (stack, claim) = closed().await;
    let known: Value = serde_json::from_str(&bundle(&stack, &claim, "staff").await).unwrap();
    let mut missed = Vec::new();
    for (name, kind, change) in ROOTED {
        let mut forged = Forged(known.clone());
        change(&mut forged);
        let report = checked(&forged.digested().to_string());
        if !report.has(*kind) || report.has(Kind::Digest) || report.verified {
            missed.push(format!("{name}: not {}:\n{report}", kind.as_str()));
        }
    }
    assert!(missed.is_empty(), "{} missed:\n{}", missed.len(), missed.join("\n"));
}

/// A bundle in which everything from the roots' leaves on is made anew: it verifies by itself.
fn made_anew(known: &Value) -> Value {
    let mut forged = Forged(known.clone());
    let entries = forged.entries().clone();
    let mut previous = None;
    let mut made = Vec::new();
    for root in roots(&mut forged).clone() {
        let date: NaiveDate = serde_json::from_value(root["date"].clone()).unwrap();
        let of_day = entries.iter().filter(|entry| entry["archived_on"] == root["date"]);
        let hashes: Vec<Sha256Hash> =
            of_day.map(|entry| serde_json::from_value(entry["hash"].clone()).unwrap()).collect();
        let leaves = DayLeaves::of(hashes.clone());
        let own = DailyRoot::of(date, &leaves, previous);
        previous = Some(own.chain);
        for hash in hashes {
            let (blocks, bytes) = (leaves.blocks(), leaves.to_bytes());
            let place: Inclusion = blocks.find_leaf(hash, 0, &bytes).unwrap();
            let is_its = |entry: &&mut Value| entry["hash"] == json!(hash);
            let entry = forged.entries().iter_mut().find(is_its).unwrap();
            entry["inclusion"] = serde_json::to_value(place).unwrap();
        }
        made.push(serde_json::to_value(own).unwrap());
    }
    *roots(&mut forged) = made;
    forged.digested()
}

#[tokio::test]
async fn roots_that_were_made_up_are_found_by_one_that_is_trusted_and_by_none_else() {
    let (stack, claim) = closed().await;
    let stored = stored(&stack);
    let text = bundle(&stack, &claim, "customer").await;
    let forged = made_anew(&serde_json::from_str(&text).unwrap());
    let alone = checked(&forged.to_string());
    assert!(alone.verified && alone.root.is_some_and(|root| !root.trusted));
    let made: Vec<DailyRoot> = serde_json::from_value(forged["roots"].clone()).unwrap();
    let mut found = 0;
    for (known, _) in stored.iter().zip(&made).filter(|(known, made)| known != made) {
        let report = checked_by(&forged.to_string(), &[*known]);
        assert!(report.has(Kind::Root), "{}: {report}", known.date);
        found += 1;
    }
    assert!(
        found > 0 && stored.last() != made.last(),
        "another claim is archived with its last steps"
    );
    // A bundle that hides a day which somebody knows to be closed.
    let mut hidden = Forged(serde_json::from_str(&text).unwrap());
    let day = hidden.entry(18)["archived_on"].clone();
    roots(&mut hidden).retain(|root| root["date"].as_str() < day.as_str());
    for entry in hidden.entries().iter_mut().filter(|entry| entry["archived_on"] == day) {
        entry["inclusion"] = Value::Null;
    }
    let hidden = hidden.digested().to_string();
    assert!(checked(&hidden).verified, "by itself it may be from before the day was closed");
    let report = checked_by(&hidden, &[*stored.last().unwrap()]);
    assert!(report.has(Kind::Path), "{report}");
}

/// A history that follows every rule, and is not the one that was archived.
fn rewritten(known: &Value) -> Forged {
    let mut forged = Forged(known.clone());
    forged.text(1, "/details", json!("0".repeat(64)));
    forged.chain();
    roots(&mut forged).clear();
    forged
}

#[tokio::test]
async fn a_history_that_was_written_anew_is_found_by_a_trusted_root_whatever_day_it_names() {
    let (stack, claim) = closed().await;
    let stored = stored(&stack);
    let known: Value = serde_json::from_str(&bundle(&stack, &claim, "staff").await).unwrap();
    let tomorrow = stored.last().unwrap().date + Duration::days(1);
    let (later, before) = (tomorrow.to_string(), "2020-01-01".to_owned());
    for day in [Value::Null, json!(later), json!(before)] {
        let mut forged = rewritten(&known);
        archive(&mut forged, &day);
        let text = forged.digested().to_string();
        let alone = checked(&text);
        assert_eq!(alone.verified, day != json!(before), "{day}: {alone}");
        for trusted in [&stored[..], &stored[..1], &stored[stored.len() - 1..]] {
            let report = checked_by(&text, trusted);
            assert!(!report.verified && report.has(Kind::Path), "{day}: {report}");
            assert_eq!(report.rooted, None, "{day}: {report}");
        }
    }
}

#[tokio::test]
async fn a_day_that_should_have_been_closed_is_named_and_in_a_sandbox_days_say_nothing() {
    let (stack, claim) = closed().await;
    let known: Value = serde_json::from_str(&bundle(&stack, &claim, "staff").await).unwrap();
    let mut late = Forged(known.clone());
    late.0["made_at"] = json!("2027-06-01T00:00:00Z");
    let day = late.entry(18)["archived_on"].clone();
    roots(&mut late).retain(|root| root["date"].as_str() < day.as_str());
    for entry in late.entries().iter_mut().filter(|entry| entry["archived_on"] == day) {
        entry["inclusion"] = Value::Null;
    }
    let report = checked(&late.digested().to_string());
    assert!(report.verified && !report.fully_checked, "{report}");
    assert!(unchecked(&report).contains("it should have had one"), "{report}");
    // The clock of a sandbox is ahead of the days on which its versions are archived.
    let mut ahead = Forged(known);
    archive(&mut ahead, &json!("2026-12-01"));
    roots(&mut ahead).clear();
    let text = ahead.digested().to_string();
    assert!(checked(&text).has(Kind::Path));
    let sandbox = Trust { is_sandbox: true, ..Trust::default() };
    let report = cpor::verify_with(&text, &sandbox).unwrap();
    assert!(report.verified, "{report}");
}
