//! What no version of the program writes is an error, never a guess and never a panic.

use domain::claim::Status;
use domain::directory::{Partner, PartnerStatus};
use domain::ids::ClaimId;
use serde_json::{Value, json};
use store::StoreError;
use support::fixtures::{self, ALPINE, CONTOSO};
use support::stack::{Stack, code, token};
use support::test_env::{TestEnv, item_statuses};
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";

/// Reads a claim whose record was changed by hand.
async fn read_after(change: impl Fn(&mut Value)) -> Result<(), StoreError> {
    let env = TestEnv::at(NOW).await;
    let claim = env.awaiting("k", &["teams"]).await;
    let mut record = env.stored(&claim.id);
    change(&mut record);
    env.engine.put(&record);
    env.store.load_up_to_date(&claim.id, env.now()).await.map(|_| ())
}

/// Three claims that wait for their customer, of which the one in the middle cannot be read.
async fn one_unreadable_of_three() -> (Stack, [ClaimId; 3]) {
    let stack = Box::pin(Stack::at(NOW)).await;
    let mut ids = Vec::new();
    for item in ["exchange-online", "sharepoint-online", "teams"] {
        ids.push(Box::pin(stack.env.awaiting(item, &[item])).await.id);
    }
    let mut record = stack.env.stored(&ids[1]);
    record["st"] = json!({"S": "levitating"});
    stack.env.engine.put(&record);
    (stack, ids.try_into().unwrap())
}

#[tokio::test]
async fn a_claim_that_cannot_be_read_keeps_no_block_of_its_customer_from_the_others() {
    let (stack, [first, _, last]) = one_unreadable_of_three().await;
    let rules = RequestEvent::put("/v1/customer/rules").customer_admin(CONTOSO);
    let put = stack.send(rules.json(&json!({"blocked_partners": [ALPINE]}))).await;
    assert_eq!(put.status, 200, "{}", put.text);
    for id in [&first, &last] {
        assert_eq!(stack.env.read(id).await.status(), Status::Declined);
    }
    let swept = Box::pin(stack.event_functions.sweep(&stack.env)).await.unwrap();
    assert!(swept.batch_item_failures.is_empty(), "nothing stands before later changes: {swept:?}");
}

#[tokio::test]
async fn a_claim_that_cannot_be_read_keeps_no_suspension_from_the_others() {
    let (stack, [first, _, last]) = one_unreadable_of_three().await;
    let suspended = Partner { status: PartnerStatus::Suspended, ..fixtures::alpine() };
    stack.env.store.put_partner(&suspended).await.unwrap();
    let swept = Box::pin(stack.event_functions.sweep(&stack.env)).await.unwrap();
    assert!(swept.batch_item_failures.is_empty(), "{swept:?}");
    for id in [&first, &last] {
        assert_eq!(stack.env.read(id).await.status(), Status::OnHold);
    }
}

#[tokio::test]
async fn an_unknown_stored_status_is_corrupt() {
    let read = read_after(|record| record["st"] = json!({"S": "levitating"})).await;
    assert!(matches!(read, Err(StoreError::Corrupt(_))), "{read:?}");
}

#[tokio::test]
async fn any_mistyped_attribute_is_corrupt_and_a_missing_one_never_a_panic() {
    let env = TestEnv::at(NOW).await;
    let claim = env.awaiting("k", &["teams"]).await;
    let record = env.stored(&claim.id);
    // The table itself holds the types of its keys and of those of its indexes.
    let keys = ["pk", "sk", "ip", "ik", "it", "iu"];
    let names = record.as_object().unwrap().keys().filter(|name| !keys.contains(&name.as_str()));
    for name in names {
        let mut mistyped = record.clone();
        mistyped[name.as_str()] = json!({"L": []});
        env.engine.put(&mistyped);
        let read = env.store.load_up_to_date(&claim.id, env.now()).await;
        assert!(matches!(read, Err(StoreError::Corrupt(_))), "{name}: {read:?}");
        let mut missing = record.clone();
        missing.as_object_mut().unwrap().remove(name);
        env.engine.put(&missing);
        let read = env.store.load_up_to_date(&claim.id, env.now()).await;
        assert!(matches!(read, Ok(Some(_)) | Err(StoreError::Corrupt(_))), "{name}: {read:?}");
    }
}

#[tokio::test]
async fn a_claim_without_its_details_is_corrupt() {
    let env = TestEnv::at(NOW).await;
    let claim = env.awaiting("k", &["teams"]).await;
    env.engine.delete(&format!("C#{}", claim.id), "D");
    let read = env.store.load_up_to_date(&claim.id, env.now()).await;
    assert!(matches!(read, Err(StoreError::Corrupt(_))), "{read:?}");
}

/// The entries that a claim stands on, by their keys.
const ENTRIES: [(&str, &str); 4] =
    [("PA#p-alpine", "A"), (CONTOSO_ENTRY, "A"), ("PR#osu-m365", "A"), ("PR#osu-m365", "V#1")];
const CONTOSO_ENTRY: &str = "TN#6f3c1a52-9d4e-4b7a-8c21-0a5e7d9b1c01";

/// What the partner, staff, the customer and the holder of a link read of a claim.
fn reads(claim: &ClaimId) -> [RequestEvent; 5] {
    [
        RequestEvent::get(&format!("/v1/claims/{claim}")).partner_user(ALPINE),
        RequestEvent::get(&format!("/v1/claims/{claim}")).staff("reviewer", "reviewer-1"),
        RequestEvent::get(&format!("/v1/customer/claims/{claim}")).customer_admin(CONTOSO),
        RequestEvent::get("/v1/customer/claims").customer_admin(CONTOSO),
        RequestEvent::get(&format!("/d/{}", token(claim, 1))),
    ]
}

/// A "no" to both items of a claim, to one by link and to one by the administrator, is taken.
async fn is_refused(stack: &Stack, claim: &ClaimId, told: &str) {
    let form = format!("decision=decline&items=1&code={}", code(claim, 1));
    let by_link = stack.post_form(&token(claim, 1), &form).await;
    assert_eq!(by_link.status, 200, "{told}: {}", by_link.text);
    let no =
        RequestEvent::post(&format!("/v1/customer/claims/{claim}/decline")).customer_admin(CONTOSO);
    let signed_in = stack.send(no.json(&json!({}))).await;
    assert_eq!(signed_in.status, 200, "{told}: {}", signed_in.text);
    let stored = stack.env.read(claim).await;
    assert_eq!(item_statuses(&stored), ["declined"; 2], "{told}");
}

#[tokio::test]
async fn an_entry_with_a_member_of_a_later_version_of_the_program_is_read_without_it() {
    for (pk, sk) in ENTRIES {
        let stack = Box::pin(Stack::at(NOW)).await;
        let claim = Box::pin(stack.env.awaiting("k", &["exchange-online", "teams"])).await.id;
        let mut entry = stack.env.engine.item(pk, sk).expect("an entry");
        entry["b"]["M"]["of_a_later_version"] = json!({"S": "x"});
        stack.env.engine.put(&entry);
        for event in reads(&claim) {
            let read = stack.send(event).await;
            assert_eq!(read.status, 200, "{pk} {sk}: {}", read.text);
        }
        is_refused(&stack, &claim, pk).await;
    }
}

#[tokio::test]
async fn outages_and_added_days_with_members_of_a_later_version_are_read_without_them() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.awaiting("k", &["exchange-online", "teams"])).await.id;
    let day = RequestEvent::put("/v1/calendars/CZ").staff("operator", "op");
    let added = json!({"added": [{"date": "2027-03-01", "name": "Day of mourning"}]});
    assert_eq!(stack.send(day.json(&added)).await.status, 200);
    let outage = |query: &str| {
        RequestEvent::post(&format!("/v1/windows:extend{query}")).staff("operator", "op").json(
            &json!({
            "closing_from": "2026-12-22T15:00:00Z", "closing_until": "2026-12-22T18:00:00Z",
            "comment": "The decision page could not be reached."}),
        )
    };
    let announced = stack.send(outage("?confirm=0").header("if-match", "\"0\"")).await;
    assert_eq!(announced.status, 200, "{}", announced.text);
    let unknown = json!({"S": "x"});
    let engine = &stack.env.engine;
    let mut outages = engine.item("CA#outages", "A").expect("the outages");
    outages["b"]["M"]["of_a_later_version"] = unknown.clone();
    outages["b"]["M"]["announced"]["L"][0]["M"]["of_a_later_version"] = unknown.clone();
    outages["b"]["M"]["announced"]["L"][0]["M"]["outage"]["M"]["of_a_later_version"] =
        unknown.clone();
    engine.put(&outages);
    let mut calendar = engine.item("CA#CZ", "A").expect("the calendar");
    calendar["b"]["M"]["of_a_later_version"] = unknown.clone();
    for list in ["added", "since", "grants"] {
        let entry = &mut calendar["b"]["M"][list]["L"][0]["M"];
        assert!(entry.is_object(), "{list} has an entry: {calendar}");
        entry["of_a_later_version"] = unknown.clone();
    }
    engine.put(&calendar);
    let foreseen = stack.send(outage("?dry_run=true")).await;
    assert_eq!((foreseen.status, foreseen.header("etag")), (200, "\"1\""), "{}", foreseen.text);
    let shown = stack.send(RequestEvent::get("/v1/calendars/CZ").staff("operator", "op")).await;
    assert_eq!(shown.status, 200, "{}", shown.text);
    Box::pin(stack.env.recount()).await;
    for event in reads(&claim) {
        let read = stack.send(event).await;
        assert_eq!(read.status, 200, "{}", read.text);
    }
    is_refused(&stack, &claim, "outages and added days").await;
}

#[tokio::test]
async fn a_no_counts_though_an_entry_that_is_never_removed_is_gone() {
    for (pk, sk) in &ENTRIES[..3] {
        let stack = Box::pin(Stack::at(NOW)).await;
        let claim = Box::pin(stack.env.awaiting("k", &["exchange-online", "teams"])).await.id;
        stack.env.engine.delete(pk, sk);
        is_refused(&stack, &claim, pk).await;
    }
}
