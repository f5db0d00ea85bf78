//! The customer's ledger (`docs/api.md §3.4`): every partner who sees the data or asks to.

use chrono::Duration;
use domain::claim::Claim;
use domain::program::Policy;
use serde_json::{Value, json};
use support::event_functions::records;
use support::fixtures::{self, ALPINE, BOREALIS, CONTOSO, TAILWIND};
use support::stack::{Answer, Stack};
use support::test_env::{VERIFIED, closes_at, reviewer, validate};
use support::wire::{Call, Fault};
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";

async fn ledger(stack: &Stack, query: &str) -> Answer {
    // Receipts come from the archive.
    stack.event_functions.publish(&records(&stack.env)).await.unwrap();
    let event = RequestEvent::get(&format!("/v1/customer/ledger{query}")).customer_admin(CONTOSO);
    let answer = stack.send(event).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer
}

/// The entry of a partner.
async fn entry(stack: &Stack, partner: &str) -> Value {
    let items = ledger(stack, "").await.body["items"].clone();
    let entries = items.as_array().unwrap();
    let own: Vec<_> = entries.iter().filter(|one| one["partner"]["id"] == partner).collect();
    assert_eq!(own.len(), 1, "{items}");
    own[0].clone()
}

/// A claim of Borealis's whose window is open.
async fn borealis(stack: &Stack, key: &str, workloads: &[&str]) -> Claim {
    let body = fixtures::claim_body_of("4712", CONTOSO, "contoso.example", workloads);
    let env = &stack.env;
    let claim = env.create_of(BOREALIS, key, &body).await.unwrap().claim;
    let begin = domain::command::Command::BeginReview;
    env.give(&claim.id, &reviewer(), &begin).await.unwrap();
    let claim = env.give(&claim.id, &reviewer(), &validate()).await.unwrap().claim;
    env.deliver(&claim).await.unwrap()
}

#[tokio::test]
async fn it_tells_who_sees_what_since_when_on_what_basis_and_who_asks() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let held = Box::pin(stack.env.awaiting("k", &["teams", "exchange-online"])).await;
    let yes = RequestEvent::post(&format!("/v1/customer/claims/{}/accept", held.id));
    stack.send(yes.customer_admin(CONTOSO).json(&json!({"items": [1]}))).await;
    stack.env.let_pass(closes_at(&held));
    stack.env.finalize().await;
    let asking = borealis(&stack, "k", &["sharepoint-online"]).await;
    let alpine = entry(&stack, ALPINE).await;
    let told: Vec<_> = alpine["associations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                &one["item"]["id"],
                &one["basis"],
                &one["effective_at"],
                &one["until"],
                &one["last_read_at"],
            )
        })
        .collect();
    let (teams, exchange) = (json!("teams"), json!("exchange-online"));
    let (explicit, deemed) = (json!("explicit"), json!("deemed"));
    let (now, closed) = (json!(NOW), json!("2026-12-31T23:00:00Z"));
    let never = Value::Null;
    assert_eq!(
        told,
        [(&teams, &explicit, &now, &never, &never), (&exchange, &deemed, &closed, &never, &never),]
    );
    assert_eq!(alpine["pending"], json!([]));
    let receipts = &alpine["receipts"];
    assert_eq!(receipts.as_array().unwrap().len(), 1, "{receipts}");
    assert_eq!(
        (&receipts[0]["type"], &receipts[0]["items"]),
        (&json!("items_accepted"), &json!([1]))
    );
    let other = entry(&stack, BOREALIS).await;
    assert_eq!(other["partner"]["name"], "Borealis Partners");
    assert_eq!(other["pending"][0]["id"], json!(asking.id));
    assert_eq!(other["pending"][0]["turn"]["who"], "customer");
    assert!(other["pending"][0].get("customer_contact").is_none());
    assert_eq!((&other["associations"], &other["receipts"]), (&json!([]), &json!([])));
}

#[tokio::test]
async fn a_read_of_the_data_is_noted_and_one_that_cannot_be_is_not_answered() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let held = Box::pin(stack.env.holding("k", &["teams"])).await;
    let usage =
        || RequestEvent::get(&format!("/v1/associations/{}-1/usage", held.id)).partner_user(ALPINE);
    stack.env.clock.advance(Duration::hours(1));
    let read_at = domain::time::format_rfc3339(stack.env.clock.now());
    assert_eq!(stack.send(usage()).await.status, 200);
    let shown = entry(&stack, ALPINE).await;
    assert_eq!(shown["associations"][0]["last_read_at"], json!(read_at));
    // An older moment, as a slow function has it, does not take the newer one back.
    let earlier = stack.env.clock.now() - Duration::minutes(1);
    assert_eq!(stack.send_at(usage(), earlier).await.status, 200);
    assert_eq!(entry(&stack, ALPINE).await["associations"][0]["last_read_at"], json!(read_at));
    let note =
        |call: &Call| call.operation == "UpdateItem" && call.request["Key"]["sk"]["S"] == "R";
    stack.wires[4].always(note, Fault::Internal);
    let unnoted = stack.send(usage()).await;
    assert_eq!(unnoted.problem(), (503, "unavailable"), "{}", unnoted.text);
    assert!(unnoted.body.get("items").is_none(), "{}", unnoted.text);
}

#[tokio::test]
async fn an_association_is_ended_from_it_and_stays_in_it_with_its_receipt() {
    let stack = Box::pin(Stack::at(NOW)).await;
    Box::pin(stack.env.holding("k", &["teams"])).await;
    let id = entry(&stack, ALPINE).await["associations"][0]["id"].as_str().unwrap().to_owned();
    let end = RequestEvent::post(&format!("/v1/associations/{id}/end")).customer_admin(CONTOSO);
    assert_eq!(stack.send(end.json(&json!({}))).await.status, 200);
    let after = entry(&stack, ALPINE).await;
    let ended = &after["associations"][0];
    assert_eq!((&ended["status"], &ended["reason"]), (&json!("ended"), &json!("customer_revoked")));
    assert_eq!(ended["until"], ended["ended_at"]);
    assert_eq!(after["receipts"][0]["type"], "association_ended");
}

#[tokio::test]
async fn a_receipt_says_whether_a_link_or_an_administrator_answered() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.awaiting("k", &["teams", "exchange-online"])).await;
    stack.decide(&claim, "decision=decline&items=1").await;
    let decline = RequestEvent::post(&format!("/v1/customer/claims/{}/decline", claim.id));
    let no = stack.send(decline.customer_admin(CONTOSO).json(&json!({"items": [2]}))).await;
    assert_eq!(no.status, 200, "{}", no.text);
    let receipts = entry(&stack, ALPINE).await["receipts"].clone();
    let told: Vec<_> = receipts
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["by"].clone(), one["items"].clone()))
        .collect();
    let expected = [(json!("link"), json!([1])), (json!("administrator"), json!([2]))];
    assert_eq!(told, expected, "{receipts}");
    assert_eq!(receipts[0]["actor_id"], format!("recipient:{}", VERIFIED.0));
    assert!(receipts[1]["actor_id"].is_string(), "{receipts}");
}

#[tokio::test]
async fn claims_are_listed_by_status() {
    let stack = Box::pin(Stack::at(NOW)).await;
    Box::pin(stack.env.holding("k", &["exchange-online"])).await;
    let waiting = Box::pin(stack.env.awaiting("k2", &["teams"])).await;
    let list = |query| {
        stack.send(
            RequestEvent::get(&format!("/v1/customer/claims?{query}")).customer_admin(CONTOSO),
        )
    };
    let asked = list("status=awaiting_customer").await;
    let ids: Vec<_> =
        asked.body["items"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
    assert_eq!(ids, [&json!(waiting.id)], "{}", asked.text);
    assert_eq!(list("status=open").await.problem(), (400, "invalid-query"));
}

#[tokio::test]
async fn a_term_is_told_as_the_end() {
    let policy = Policy { term_months: Some(12), ..Policy::default() };
    let stack = Box::pin(Stack::with_policy(NOW, policy)).await;
    let claim = Box::pin(stack.env.awaiting("k", &["teams"])).await;
    stack.env.let_pass(closes_at(&claim));
    stack.env.finalize().await;
    assert_eq!(entry(&stack, ALPINE).await["associations"][0]["until"], "2027-12-31T23:00:00Z");
}

#[tokio::test]
async fn what_was_never_validated_and_what_leaves_nothing_is_not_in_it() {
    let stack = Box::pin(Stack::at(NOW)).await;
    stack.env.in_review("k1", &["teams"]).await;
    assert_eq!(ledger(&stack, "").await.body["items"], json!([]));
    let other = stack.send(RequestEvent::get("/v1/customer/ledger").customer_admin(TAILWIND)).await;
    assert_eq!(other.body["items"], json!([]));
}

#[tokio::test]
async fn a_partner_stands_in_it_once_however_his_claims_lie_between_anothers() {
    let stack = Box::pin(Stack::at(NOW)).await;
    Box::pin(stack.env.awaiting("k1", &["teams"])).await;
    stack.env.clock.advance(Duration::minutes(1));
    Box::pin(borealis(&stack, "k", &["sharepoint-online"])).await;
    stack.env.clock.advance(Duration::minutes(1));
    Box::pin(stack.env.awaiting("k2", &["exchange-online"])).await;
    assert_eq!(entry(&stack, ALPINE).await["pending"].as_array().unwrap().len(), 2);
    assert_eq!(entry(&stack, BOREALIS).await["pending"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn its_pages_together_are_the_whole() {
    let stack = Box::pin(Stack::at(NOW)).await;
    for workload in ["teams", "exchange-online", "sharepoint-online"] {
        Box::pin(stack.env.awaiting(workload, &[workload])).await;
    }
    let (mut pending, mut query) = (0, "?limit=1".to_owned());
    loop {
        let page = ledger(&stack, &query).await.body;
        for entry in page["items"].as_array().unwrap() {
            pending += entry["pending"].as_array().unwrap().len();
        }
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        query = format!("?limit=1&cursor={cursor}");
    }
    assert_eq!(pending, 3);
}
