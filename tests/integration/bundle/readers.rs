//! What each party is given, and that it verifies.

use chrono::Duration;
use cpor::FindingKind;
use domain::command::Command;
use domain::text::Comment;
use serde_json::Value;
use support::fixtures::{ALPINE, BOREALIS, CONTOSO, TAILWIND, WORKLOADS};
use support::rivals::operator;
use support::stack::Stack;
use support::test_env::{closes_at, contoso_admin, decline_all, link, reviewer, validate};
use web::event::RequestEvent;

use super::story::{settle, story};
use super::{READERS, bundle, checked};

/// The types of events in the order of the story.
const TYPES: [&str; 18] = [
    "submitted",
    "review_begun",
    "rejected",
    "disputed",
    "dispute_overturned",
    "validated",
    "window_opened",
    "items_declined",
    "decline_undone",
    "held",
    "resumed",
    "window_opened",
    "window_extended",
    "window_extended",
    "items_declined",
    "window_closed",
    "defence_requested",
    "association_ended",
];

#[tokio::test]
async fn a_bundle_in_which_everything_happened_verifies_for_each_party_and_says_why() {
    let (stack, claim) = Box::pin(story()).await;
    let mut hashes = Vec::new();
    for reader in READERS {
        let text = bundle(&stack, &claim, reader).await;
        let report = checked(&text);
        assert!(report.verified, "{reader}: {report}");
        assert_eq!((report.status, report.reader), (Some("associated"), reader), "{report}");
        let statuses: Vec<_> = report.items.iter().map(|item| item.status).collect();
        assert_eq!(statuses, ["active", "ended", "declined"], "{report}");
        let why = report.why.join("\n");
        for said in ["associated", "closes_at = ", "basis deemed", "Another partner"] {
            assert!(why.contains(said), "{reader}, {said}: {why}");
        }
        let counts = report.checked;
        assert_eq!((counts.hashes, counts.states), (18, 18), "{report}");
        assert_eq!(counts.windows, 4, "{report}");
        hashes.push(report.hash);
    }
    hashes.dedup();
    assert_eq!(hashes.len(), 1, "one history for every party");
}

#[tokio::test]
async fn staff_check_every_deadline_and_text_and_others_are_told_what_they_do_not() {
    let (stack, claim) = Box::pin(story()).await;
    let staff = checked(&bundle(&stack, &claim, "staff").await);
    let stories: Vec<_> = staff.story.iter().map(|step| step.version).collect();
    assert_eq!(stories, (1..=18).collect::<Vec<_>>());
    // Begun by, decided by, disputable until, twice the review, twice the delivery.
    assert!(staff.checked.deadlines >= 7, "{staff}");
    assert_eq!(staff.checked.texts, 2, "{staff}");
    assert!(staff.checked.parts > 20, "{staff}");
    let told = |report: &cpor::BundleReport| report.unchecked.join("\n");
    assert!(!told(&staff).contains("parts of"), "{staff}");
    let partner = checked(&bundle(&stack, &claim, "partner").await);
    assert!(told(&partner).contains("parts of customer and staff"), "{partner}");
    assert!(told(&partner).contains("texts of notices and the receipts"), "{partner}");
    let customer = checked(&bundle(&stack, &claim, "customer").await);
    assert!(told(&customer).contains("Version 17: claim_changed"), "{customer}");
    assert!(told(&customer).contains("the partner's days"), "{customer}");
    for report in [&staff, &partner, &customer] {
        assert!(told(report).contains("was not closed yet when the bundle was made"), "{report}");
        assert!(told(report).contains("No daily root stands for it yet"), "{report}");
    }
}

#[tokio::test]
async fn a_bundle_has_the_parts_of_its_reader_and_nobody_s_address() {
    let (stack, claim) = Box::pin(story()).await;
    for reader in READERS {
        let text = bundle(&stack, &claim, reader).await;
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["complete"], true);
        assert_eq!(value["entries"].as_array().unwrap().len(), TYPES.len());
        let own =
            if reader == "staff" { vec!["customer", "partner", "staff"] } else { vec![reader] };
        for entry in value["entries"].as_array().unwrap() {
            for audience in entry["parts"].as_object().unwrap().keys() {
                assert!(own.contains(&audience.as_str()), "{reader}: {audience}");
            }
        }
        let is_partner = reader == "partner";
        assert_eq!(value["texts"].as_array().unwrap().is_empty(), is_partner);
        assert_eq!(value["receipts"].as_array().unwrap().is_empty(), is_partner);
        assert_eq!(value["partner"].as_array().unwrap().is_empty(), reader == "customer");
        let named = value["receipts"].to_string() + &value["entries"].to_string();
        if reader != "staff" {
            for secret in ["reviewer-1", "reviewer-2", "operator-1", BOREALIS] {
                assert!(!text.contains(secret), "{reader}: {secret}");
            }
        }
        assert!(!named.contains("it@contoso.example"), "{reader}: no address of a recipient");
    }
}

#[tokio::test]
async fn the_types_of_the_story_are_those_of_its_bundle() {
    let (stack, claim) = Box::pin(story()).await;
    let value: Value = serde_json::from_str(&bundle(&stack, &claim, "staff").await).unwrap();
    let types: Vec<String> = value["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            let text: Value = serde_json::from_str(entry["entry"].as_str().unwrap()).unwrap();
            let sealed = entry["parts"].as_object().unwrap().values();
            let parts = sealed.map(|part| part["value"].as_str().unwrap());
            let mut types = parts.filter_map(|part| {
                let part: Value = serde_json::from_str(part).unwrap();
                part["type"].as_str().map(str::to_owned)
            });
            types.next_back().unwrap_or_else(|| text["type"].as_str().unwrap().to_owned())
        })
        .collect();
    assert_eq!(types, TYPES);
}

#[tokio::test]
async fn a_step_that_the_partner_is_not_told_of_is_named_and_what_follows_verifies() {
    let stack = Stack::at("2026-12-22T14:00:00Z").await;
    let env = &stack.env;
    let claim = env.awaiting("k", &WORKLOADS[..2]).await;
    env.clock.advance(Duration::minutes(5));
    let retire = Command::RetireLink { recipient: 2, comment: None };
    env.give(&claim.id, &contoso_admin(), &retire).await.unwrap();
    let claim = env.read(&claim.id).await;
    env.clock.advance(Duration::minutes(5));
    let hold = Comment::parse("wait").unwrap();
    env.give(&claim.id, &operator(), &Command::Hold { comment: hold }).await.unwrap();
    settle(&stack).await;
    for reader in READERS {
        let report = checked(&bundle(&stack, &claim, reader).await);
        assert!(report.verified, "{reader}: {report}");
        assert_eq!(report.status, Some("on_hold"), "{reader}: {report}");
        let is_named = report.unchecked.join("\n").contains("notice_changed");
        assert_eq!(is_named, reader == "partner", "{report}");
    }
}

#[tokio::test]
async fn notices_that_the_partner_is_not_told_of_have_numbers_that_it_still_checks() {
    let stack = Stack::at("2026-12-22T14:00:00Z").await;
    let env = &stack.env;
    let mut claim = env.notifying("k", &WORKLOADS[..2]).await;
    for renewed in 2..=5 {
        env.let_pass(claim.deadline().unwrap());
        claim = env.read(&claim.id).await;
        assert_eq!(claim.notice.0, renewed, "nobody reported a delivery");
    }
    let comment = Comment::parse("wait").unwrap();
    env.give(&claim.id, &operator(), &Command::Hold { comment }).await.unwrap();
    env.give(&claim.id, &operator(), &Command::Resume).await.unwrap();
    settle(&stack).await;
    for reader in READERS {
        let report = checked(&bundle(&stack, &claim, reader).await);
        assert!(report.verified, "{reader}: {report}");
        assert_eq!(report.status, Some("notifying"), "{reader}: {report}");
    }
}

#[tokio::test]
async fn a_claim_that_was_erased_verifies_and_what_is_gone_is_named() {
    let stack = Stack::at("2026-12-22T14:00:00Z").await;
    let env = &stack.env;
    let claim = env.awaiting("k", &WORKLOADS[..2]).await;
    settle(&stack).await;
    env.give(&claim.id, &link(1), &decline_all()).await.unwrap();
    settle(&stack).await;
    env.let_pass(closes_at(&claim));
    env.give(&claim.id, &operator(), &Command::Erase).await.unwrap();
    settle(&stack).await;
    for reader in READERS {
        let report = checked(&bundle(&stack, &claim, reader).await);
        assert!(report.verified, "{reader}: {report}");
        assert_eq!(report.status, Some("declined"), "{reader}: {report}");
        assert!(report.unchecked.join("\n").contains("erased"), "{report}");
    }
}

#[tokio::test]
async fn what_is_not_archived_yet_is_said_and_nothing_else_is_wrong() {
    let stack = Stack::at("2026-12-22T14:00:00Z").await;
    let claim = stack.env.in_review("k", &WORKLOADS[..1]).await;
    let empty = checked(&bundle(&stack, &claim, "staff").await);
    assert!(empty.verified && empty.unchecked.join("\n").contains("Versions 1 to 2"), "{empty}");
    settle(&stack).await;
    let whole = checked(&bundle(&stack, &claim, "partner").await);
    assert!(whole.verified && !whole.unchecked.join("\n").contains("not archived"), "{whole}");
    assert!(!whole.has(FindingKind::VersionMissing));
}

#[tokio::test]
async fn a_bundle_is_for_the_claims_parties_and_for_its_customer_once_it_was_validated() {
    let stack = Stack::at("2026-12-22T14:00:00Z").await;
    let claim = stack.env.in_review("k", &WORKLOADS[..1]).await;
    let get = || RequestEvent::get(&format!("/v1/claims/{}/bundle", claim.id));
    for other in [get().partner_admin(BOREALIS), get().customer_admin(TAILWIND)] {
        assert_eq!(stack.send(other).await.problem(), (404, "not-found"));
    }
    let own = || get().customer_admin(CONTOSO);
    assert_eq!(stack.send(own()).await.problem(), (404, "not-found"), "not validated yet");
    stack.env.give(&claim.id, &reviewer(), &validate()).await.unwrap();
    assert_eq!(stack.send(own()).await.status, 200);
    let asked = RequestEvent::get(&format!("/v1/claims/{}/bundle?limit=1", claim.id));
    let answer = stack.send(asked.partner_admin(ALPINE)).await;
    assert_eq!(answer.problem(), (400, "invalid-query"));
}
