//! Bundles that cannot be read although they are JSON of the right form, and windows that cannot be counted again here.

use serde_json::{Value, json};
use support::fixtures::WORKLOADS;
use support::stack::Stack;

use super::manipulated::{Change, Forged, policy};
use super::story::{settle, story};
use super::{bundle, checked};

/// The end of what a moment can be in memory.
const FAR: &str = "+262142-12-31T23:59:59Z";

/// What makes a bundle one that cannot be read, with every hash made again.
const REFUSED: &[(&str, Change)] = &[
    ("a policy without a member", |own| {
        own.0["policies"][0]["policy"].as_object_mut().unwrap().remove("grace_seconds");
    }),
    ("a policy with a member of its own", |own| policy(own, "window_days", 1)),
    ("a policy with another member within one", |own| {
        own.0["policies"][0]["policy"]["retention_days"]["more"] = 1.into();
    }),
    ("a bundle of the end of time", |own| own.0["made_at"] = json!(FAR)),
    ("a calendar of the end of time", |own| own.0["calendars"][0]["since"] = json!(FAR)),
    ("a place of the end of time", |own| own.0["partner"][0]["since"] = json!(FAR)),
    ("a receipt of the end of time", |own| own.0["receipts"][0]["delivered_at"] = json!(FAR)),
    ("a window without end", |own| own.text(7, "/window/closes_at", json!(FAR))),
    ("an entry of the end of time", |own| own.text(16, "/at", json!(FAR))),
    ("an entry of the beginning", |own| own.text(16, "/at", json!("-0001-01-01T00:00:00Z"))),
    ("a deadline without end", |own| own.text(2, "/due_at", json!(FAR))),
    ("a time to dispute without end", |own| {
        own.part(3, "partner", "disputable_until", json!(FAR));
    }),
    ("a version of the end of time", |own| own.entry(1)["archived_on"] = json!("+10000-01-01")),
];

#[tokio::test]
async fn a_bundle_that_says_something_twice_or_of_no_year_is_refused() {
    let (stack, claim) = Box::pin(story()).await;
    let text = bundle(&stack, &claim, "staff").await;
    let known: Value = serde_json::from_str(&text).unwrap();
    for (name, change) in REFUSED {
        let mut forged = Forged(known.clone());
        change(&mut forged);
        forged.chain();
        assert!(cpor::verify(&forged.digested().to_string()).is_err(), "{name}");
    }
    let part = "\"parts\":{\"customer\":";
    let other = "\"parts\":{\"customer\":{\"salt\":\"00\",\"value\":\"{}\"},\"customer\":";
    assert!(text.contains(part));
    let twice =
        text.replacen(part, &other.replace("\"00\"", &format!("\"{}\"", "0".repeat(32))), 1);
    let refused = cpor::verify(&twice).unwrap_err().to_string();
    assert!(refused.contains("twice"), "{refused}");
    let twice = text.replacen("\"grace_seconds\":", "\"grace_seconds\":60,\"grace_seconds\":", 1);
    assert!(cpor::verify(&twice).is_err());
}

#[tokio::test]
async fn a_window_by_rules_of_a_zone_that_are_not_known_is_said_to_be_unchecked() {
    let stack = Stack::at("2026-12-22T14:00:00Z").await;
    let claim = stack.env.awaiting("k", &WORKLOADS[..2]).await;
    settle(&stack).await;
    let known: Value = serde_json::from_str(&bundle(&stack, &claim, "staff").await).unwrap();
    let whole = checked(&known.to_string());
    assert!(whole.verified && whole.fully_checked, "{whole}");
    let opened = claim.version.0;
    let mut older = Forged(known.clone());
    older.text(opened, "/window/tzdb", json!("2020a"));
    older.chain();
    let same = checked(&older.digested().to_string());
    assert!(same.verified && same.fully_checked, "the present rules give the same: {same}");
    let mut shifted = Forged(known);
    shifted.text(opened, "/window/tzdb", json!("2020a"));
    shifted.text(opened, "/window/closes_at", json!("2026-12-31T22:00:00Z"));
    shifted.chain();
    let report = checked(&shifted.digested().to_string());
    assert!(report.verified && !report.fully_checked, "{report}");
    assert_eq!((whole.checked.windows, report.checked.windows), (1, 0), "{report}");
    let said = format!("Version {opened}: the window was counted by");
    assert!(report.unchecked.join("\n").contains(&said), "{report}");
}
