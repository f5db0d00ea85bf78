//! Associations: the list, page by page, and ending one.

use chrono::Duration;
use domain::claim::Claim;
use domain::program::Policy;
use serde_json::{Value, json};
use support::fixtures::{ALPINE, BOREALIS, CONTOSO, TAILWIND};
use support::stack::{Answer, Stack};
use support::test_env::closes_at;
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";

/// Two claims of Alpine's, with two associations and one, the window over.
async fn associated() -> (Stack, Claim, Claim) {
    let stack = Stack::at(NOW).await;
    let older = stack.env.awaiting("k1", &["exchange-online", "teams"]).await;
    stack.env.clock.advance(Duration::minutes(1));
    let newer = stack.env.awaiting("k2", &["sharepoint-online"]).await;
    stack.env.clock.set(closes_at(&newer) + Duration::seconds(125));
    (stack, older, newer)
}

async fn list(stack: &Stack, query: &str) -> Answer {
    stack.send(RequestEvent::get(&format!("/v1/associations{query}")).partner_admin(ALPINE)).await
}

fn ids(answer: &Answer) -> Vec<String> {
    let items = answer.body["items"].as_array().unwrap_or_else(|| panic!("{}", answer.text));
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

async fn walk(stack: &Stack, query: &str) -> Vec<String> {
    let mut answer = list(stack, &format!("?{query}")).await;
    let mut all = ids(&answer);
    while let Value::String(cursor) = answer.body["next_cursor"].clone() {
        answer = list(stack, &format!("?{query}&cursor={cursor}")).await;
        all.extend(ids(&answer));
        assert!(all.len() <= 10, "{all:?}");
    }
    all
}

#[tokio::test]
async fn every_page_size_gives_every_association_once_newest_claim_first() {
    let (stack, older, newer) = associated().await;
    let expected =
        [format!("{}-1", newer.id), format!("{}-1", older.id), format!("{}-2", older.id)];
    for query in ["limit=1", "limit=2", "limit=3", "limit=100", "limit=1&status=active"] {
        assert_eq!(walk(&stack, query).await, expected, "{query}");
    }
    assert_eq!(walk(&stack, &format!("limit=1&tenant_id={CONTOSO}")).await.len(), 3);
    assert!(walk(&stack, "limit=1&status=ended").await.is_empty());
    assert!(walk(&stack, &format!("tenant_id={TAILWIND}")).await.is_empty());
}

#[tokio::test]
async fn a_claim_made_between_two_pages_repeats_and_hides_nothing() {
    let (stack, older, newer) = associated().await;
    let first = list(&stack, "?limit=2").await;
    assert_eq!(ids(&first), [format!("{}-1", newer.id), format!("{}-1", older.id)]);
    let body = support::fixtures::claim_body_of("4711", TAILWIND, "tailwind.example", &["teams"]);
    stack.env.create_of(ALPINE, "k3", &body).await.unwrap();
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let mut rest = list(&stack, &format!("?limit=2&cursor={cursor}")).await;
    let mut seen = ids(&rest);
    while let Value::String(cursor) = rest.body["next_cursor"].clone() {
        rest = list(&stack, &format!("?limit=2&cursor={cursor}")).await;
        seen.extend(ids(&rest));
    }
    assert_eq!(seen, [format!("{}-2", older.id)]);
}

#[tokio::test]
async fn partner_and_operator_say_why_they_end_and_the_customer_need_not() {
    let (stack, older, newer) = associated().await;
    let end = |claim: &Claim, no: u8| {
        RequestEvent::post(&format!("/v1/associations/{}-{no}/end", claim.id))
    };
    for event in [end(&older, 1).partner_admin(ALPINE), end(&older, 1).staff("operator", "op")] {
        let refused = stack.send(event.json(&json!({}))).await;
        assert_eq!(refused.problem(), (422, "invalid-fields"));
        let pointers: Vec<_> = refused.body["errors"].as_array().unwrap().iter().collect();
        let pointers: Vec<_> = pointers.iter().map(|error| error["pointer"].clone()).collect();
        assert_eq!(pointers, ["/comment", "/reason_code"]);
    }
    let why = json!({"reason_code": "policy_violation", "comment": "Against the rules"});
    let operator = stack.send(end(&older, 1).staff("operator", "op").json(&why)).await;
    assert_eq!((operator.status, &operator.body["reason"]), (200, &json!("operator_revoked")));
    let customer = stack.send(end(&newer, 1).customer_admin(CONTOSO)).await;
    assert_eq!(
        (customer.status, &customer.body["reason"]),
        (200, &json!("customer_revoked")),
        "{}",
        customer.text
    );
    assert_eq!(walk(&stack, "status=active").await, [format!("{}-2", older.id)]);
}

#[tokio::test]
async fn another_partys_association_is_not_found_whatever_the_body() {
    let (stack, older, _) = associated().await;
    let end = || RequestEvent::post(&format!("/v1/associations/{}-1/end", older.id));
    for event in [end().partner_admin(BOREALIS), end().customer_admin(TAILWIND)] {
        assert_eq!(
            stack.send(event.clone().json(&json!({"comment": "x"}))).await.problem(),
            (404, "not-found")
        );
        assert_eq!(
            stack.send(event.json(&json!({"bogus": 1}))).await.problem(),
            (404, "not-found")
        );
    }
    let user = stack.send(end().partner_user(ALPINE).json(&json!({"comment": "x"}))).await;
    assert_eq!(user.problem(), (403, "role-not-allowed"));
    let own = stack.send(end().partner_admin(ALPINE).json(&json!({"bogus": 1}))).await;
    assert_eq!(own.problem(), (422, "invalid-fields"));
}

/// What the customer's list and ledger tell of an association: its status, the end of its term, and until when it runs.
async fn told_of(stack: &Stack, id: &str) -> (Value, Value, Value) {
    let get = |path: &str| stack.send(RequestEvent::get(path).customer_admin(CONTOSO));
    let find = |all: &Value| {
        let all = all.as_array().unwrap_or_else(|| panic!("{all}")).iter();
        all.clone().find(|one| one["id"] == id).unwrap_or_else(|| panic!("{id}: {all:?}")).clone()
    };
    let listed = find(&get("/v1/associations").await.body["items"]);
    let ledger = get("/v1/customer/ledger").await;
    let entry = find(&ledger.body["items"][0]["associations"]);
    assert_eq!(listed["term_ends_at"], entry["term_ends_at"], "{}", ledger.text);
    let read = get(&format!("/v1/associations/{id}")).await;
    assert_eq!(listed["term_ends_at"], read.body["term_ends_at"], "{}", read.text);
    (listed["status"].clone(), listed["term_ends_at"].clone(), entry["until"].clone())
}

async fn with_term(months: Option<u32>) -> Stack {
    let policy = Policy { term_months: months, ..Policy::default() };
    Box::pin(Stack::with_policy(NOW, policy)).await
}

async fn answer(stack: &Stack, claim: &Claim, name: &str, body: &Value) -> Answer {
    let event = RequestEvent::post(&format!("/v1/customer/claims/{}/{name}", claim.id));
    let answer = stack.send(event.customer_admin(CONTOSO).json(body)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer
}

#[tokio::test]
async fn the_end_of_the_term_is_told_while_it_runs_and_after_all_of_it_has_ended() {
    let stack = with_term(Some(24)).await;
    let claim = Box::pin(stack.env.awaiting("k", &["teams"])).await;
    stack.env.let_pass(closes_at(&claim));
    let (id, term) = (format!("{}-1", claim.id), json!("2028-12-31T23:00:00Z"));
    assert_eq!(told_of(&stack, &id).await, (json!("active"), term.clone(), term.clone()));
    stack.env.clock.advance(Duration::days(30));
    let end = RequestEvent::post(&format!("/v1/associations/{id}/end")).customer_admin(CONTOSO);
    let ended = stack.send(end).await;
    assert_eq!((ended.status, &ended.body["term_ends_at"]), (200, &term), "{}", ended.text);
    assert_eq!(stack.env.read(&claim.id).await.status().as_str(), "ended");
    assert_eq!(told_of(&stack, &id).await, (json!("ended"), term, ended.body["ended_at"].clone()));
}

#[tokio::test]
async fn while_other_items_wait_the_term_counts_from_the_end_of_their_window() {
    let stack = with_term(Some(24)).await;
    let claim = Box::pin(stack.env.awaiting("k", &["teams", "exchange-online"])).await;
    let id = format!("{}-1", claim.id);
    answer(&stack, &claim, "accept", &json!({"items": [1]})).await;
    let term = json!("2028-12-31T23:00:00Z");
    assert_eq!(told_of(&stack, &id).await, (json!("active"), term.clone(), term));
    answer(&stack, &claim, "extend", &json!({})).await;
    let later = json!("2029-01-08T23:00:00Z");
    assert_eq!(told_of(&stack, &id).await, (json!("active"), later.clone(), later.clone()));
    // All of it ends without ever having been associated as a whole.
    let ended = answer(&stack, &claim, "decline", &json!({})).await;
    assert_eq!(ended.body["status"], "ended", "{}", ended.text);
    let ended_at = ended.body["items"][0]["ended_at"].clone();
    assert_eq!(told_of(&stack, &id).await, (json!("ended"), later, ended_at));
}

#[tokio::test]
async fn without_a_term_or_a_window_to_count_it_from_no_end_is_told() {
    let stack = with_term(None).await;
    let claim = Box::pin(stack.env.holding("k", &["teams"])).await;
    let none = (json!("active"), Value::Null, Value::Null);
    assert_eq!(told_of(&stack, &format!("{}-1", claim.id)).await, none);
    let stack = with_term(Some(24)).await;
    let claim = Box::pin(stack.env.awaiting("k", &["teams", "exchange-online"])).await;
    answer(&stack, &claim, "accept", &json!({"items": [1]})).await;
    let version = stack.env.read(&claim.id).await.version.0;
    let hold =
        RequestEvent::post(&format!("/v1/claims/{}/review", claim.id)).staff("operator", "olga");
    let hold = hold.header("if-match", &format!("\"{version}\""));
    let hold = hold.json(&json!({"action": "hold", "comment": "Something has to be looked at."}));
    let waiting = stack.send(hold).await;
    assert_eq!(
        (waiting.status, &waiting.body["status"]),
        (200, &json!("on_hold")),
        "{}",
        waiting.text
    );
    assert_eq!(told_of(&stack, &format!("{}-1", claim.id)).await, none);
}

#[tokio::test]
async fn an_item_that_never_became_official_is_no_association_to_end_whatever_its_claim_is() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = stack.env.awaiting("k", &["teams"]).await;
    for withdrawn in [false, true] {
        if withdrawn {
            let withdraw = support::test_env::withdraw();
            stack.env.give(&claim.id, &support::test_env::alpine(), &withdraw).await.unwrap();
        }
        let end = RequestEvent::post(&format!("/v1/associations/{}-1/end", claim.id));
        let answer = stack.send(end.customer_admin(CONTOSO)).await;
        assert_eq!(answer.status, 404, "{withdrawn}: {}", answer.text);
    }
}
