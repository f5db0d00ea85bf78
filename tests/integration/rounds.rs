//! How many calls of the table a request makes, and in how many rounds: calls that wait for one another
//! (`docs/performance.md §2`). Two items, a warm process, and other claims at the tenant.

use domain::ids::ClaimId;
use serde_json::json;
use support::event_functions::records;
use support::fixtures::{self, ALPINE, CONTOSO};
use support::stack::{self, Answer, Stack};
use support::wire::Wire;
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";
const ITEMS: [&str; 2] = ["exchange-online", "teams"];

/// A stack whose functions are warm, with claims at the tenant that are nobody's rivals.
async fn stack() -> Stack {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = stack.env.awaiting("other", &["sharepoint-online"]).await;
    let page = RequestEvent::get(&format!("/d/{}", stack::token(&claim.id, 1)));
    let list = RequestEvent::get("/v1/customer/claims").customer_admin(CONTOSO);
    let read = RequestEvent::get(&format!("/v1/claims/{}", claim.id));
    let (claims, review) =
        (read.partner_admin(ALPINE), RequestEvent::get("/v1/reviews?state=overdue"));
    for request in [page, list, claims, review.staff("reviewer", "r1")] {
        assert_eq!(stack.send(request).await.status, 200);
    }
    for wire in &stack.wires {
        wire.count_rounds();
    }
    stack
}

fn id_of(answer: &Answer) -> String {
    answer.body["id"].as_str().unwrap().to_owned()
}

/// The calls and rounds of a request, which is answered as expected.
async fn cost(stack: &Stack, request: impl Future<Output = Answer>, status: u16) -> (usize, usize) {
    stack.wires.iter().for_each(Wire::reset);
    let answer = Box::pin(request).await;
    assert_eq!(answer.status, status, "{}", answer.text);
    let operations: Vec<_> = stack.wires.iter().flat_map(Wire::operations).collect();
    eprintln!("{operations:?}");
    let rounds = stack.wires.iter().map(Wire::rounds).sum();
    (operations.len(), rounds)
}

/// A claim of Alpine on two items, as far as its submit.
async fn submitted(stack: &Stack, key: &str) -> String {
    id_of(&stack.submit(ALPINE, key, &fixtures::claim_body(&ITEMS)).await)
}

#[tokio::test]
async fn submitting_takes_eight_calls_in_five_rounds() {
    let stack = stack().await;
    let body = fixtures::claim_body(&ITEMS);
    assert_eq!(cost(&stack, stack.submit(ALPINE, "k", &body), 201).await, (8, 5));
}

#[tokio::test]
async fn beginning_a_review_takes_six_calls_in_four_rounds() {
    let stack = stack().await;
    let id = submitted(&stack, "k").await;
    stack.env.clock.advance(chrono::Duration::days(1));
    let begin = json!({"action": "begin"});
    assert_eq!(cost(&stack, stack.review(&id, 1, &begin), 200).await, (6, 4));
}

#[tokio::test]
async fn validating_takes_eight_calls_in_six_rounds() {
    let stack = stack().await;
    let id = submitted(&stack, "k").await;
    stack.review(&id, 1, &json!({"action": "begin"})).await;
    let validate = json!({"action": "validate"});
    assert_eq!(cost(&stack, stack.review(&id, 2, &validate), 200).await, (8, 6));
}

#[tokio::test]
async fn a_decision_by_link_takes_two_calls_in_two_rounds() {
    let stack = stack().await;
    let claim = stack.env.awaiting("k", &ITEMS).await;
    assert_eq!(cost(&stack, stack.decide(&claim, "decision=decline"), 200).await, (2, 2));
}

#[tokio::test]
async fn a_wrong_code_costs_what_a_right_one_does_for_a_no_and_for_an_undo() {
    let stack = stack().await;
    let claim = stack.env.awaiting("k", &ITEMS).await;
    let token = stack::token(&claim.id, 1);
    let guess = |form: &'static str| stack.post_form(&token, form);
    assert_eq!(cost(&stack, guess("decision=decline&code=000000"), 403).await, (2, 2));
    assert_eq!(cost(&stack, stack.decide(&claim, "decision=decline"), 200).await, (2, 2));
    assert_eq!(cost(&stack, guess("decision=undo&code=0000000000"), 403).await, (2, 2));
}

#[tokio::test]
async fn while_an_undo_is_locked_a_right_code_costs_what_a_wrong_one_does() {
    let stack = stack().await;
    let claim = stack.env.awaiting("k", &ITEMS).await;
    assert_eq!(stack.decide(&claim, "decision=decline").await.status, 200);
    let token = stack::token(&claim.id, 1);
    let guess = || stack.post_form(&token, "decision=undo&code=0000000000");
    for _ in 0..10 {
        assert_eq!(guess().await.status, 403);
    }
    stack.env.clock.advance(chrono::Duration::milliseconds(1));
    assert_eq!(cost(&stack, guess(), 429).await, (1, 1));
    assert_eq!(cost(&stack, stack.decide(&claim, "decision=undo"), 429).await, (1, 1));
}

#[tokio::test]
async fn a_no_that_stands_is_noted_again_in_three_calls() {
    let stack = stack().await;
    let claim = stack.env.awaiting("k", &ITEMS).await;
    assert_eq!(cost(&stack, stack.decide(&claim, "decision=decline"), 200).await, (2, 2));
    assert_eq!(cost(&stack, stack.decide(&claim, "decision=decline"), 200).await, (3, 3));
}

#[tokio::test]
async fn an_undo_by_link_takes_three_calls_in_three_rounds() {
    let stack = stack().await;
    let claim = stack.env.awaiting("k", &ITEMS).await;
    assert_eq!(stack.decide(&claim, "decision=decline").await.status, 200);
    stack.env.clock.advance(chrono::Duration::milliseconds(1));
    assert_eq!(cost(&stack, stack.decide(&claim, "decision=undo"), 200).await, (3, 3));
}

#[tokio::test]
async fn the_page_of_an_open_window_takes_two_calls_in_two_rounds() {
    let stack = stack().await;
    let claim = stack.env.awaiting("k", &ITEMS).await;
    let page = RequestEvent::get(&format!("/d/{}", stack::token(&claim.id, 1)));
    assert_eq!(cost(&stack, stack.send(page), 200).await, (2, 2));
}

#[tokio::test]
async fn accepting_takes_four_calls_in_four_rounds_and_ending_with_a_comment_five_in_three() {
    let stack = stack().await;
    let claim = stack.env.awaiting("k", &ITEMS).await;
    let accept = RequestEvent::post(&format!("/v1/customer/claims/{}/accept", claim.id));
    let accept = accept.customer_admin(CONTOSO).json(&json!({}));
    // The claim, what it names, the calendars that those name, the record.
    assert_eq!(cost(&stack, stack.send(accept), 200).await, (4, 4));
    let end = |item: u8| {
        let end = RequestEvent::post(&format!("/v1/associations/{}-{item}/end", claim.id));
        stack.send(
            end.partner_admin(ALPINE).json(&json!({"reason_code": "other", "comment": "done"})),
        )
    };
    // The first one warms its function.
    assert_eq!(end(2).await.status, 200);
    assert_eq!(cost(&stack, end(1), 200).await, (5, 3));
}

#[tokio::test]
async fn withdrawing_takes_five_calls_in_three_rounds() {
    let stack = stack().await;
    let claim = stack.env.awaiting("k", &ITEMS).await;
    let reason = json!({"reason_code": "customer_request"});
    let withdraw = stack.command(ALPINE, &claim, "withdraw", &reason);
    // The claim, the names of the locks, the reason beside the timer, the record.
    assert_eq!(cost(&stack, withdraw, 200).await, (5, 3));
}

#[tokio::test]
async fn a_comment_beside_a_reason_takes_no_call_more_and_to_read_it_one_call_and_round() {
    let stack = stack().await;
    let claim = stack.env.awaiting("k", &ITEMS).await;
    let comment = json!({"reason_code": "other", "comment": "We have changed our minds."});
    let withdraw = stack.command(ALPINE, &claim, "withdraw", &comment);
    assert_eq!(cost(&stack, withdraw, 200).await, (5, 3));
    let read = RequestEvent::get(&format!("/v1/claims/{}", claim.id)).partner_admin(ALPINE);
    assert_eq!(cost(&stack, stack.send(read), 200).await, (2, 2));
}

#[tokio::test]
async fn reading_usage_takes_four_calls_in_two_rounds_once_the_policy_is_kept() {
    let stack = stack().await;
    let claim = stack.env.awaiting("k", &ITEMS).await;
    let accept = RequestEvent::post(&format!("/v1/customer/claims/{}/accept", claim.id));
    stack.send(accept.customer_admin(CONTOSO).json(&json!({}))).await;
    let usage = format!("/v1/associations/{}-1/usage", claim.id);
    let usage = || stack.send(RequestEvent::get(&usage).partner_admin(ALPINE));
    assert_eq!(cost(&stack, usage(), 200).await, (5, 3));
    assert_eq!(cost(&stack, usage(), 200).await, (4, 2));
}

#[tokio::test]
async fn a_claim_is_read_by_its_partner_with_one_call_and_by_staff_with_four_in_three_rounds() {
    let stack = stack().await;
    let id = submitted(&stack, "k").await;
    ClaimId::parse(&id).unwrap();
    let read = RequestEvent::get(&format!("/v1/claims/{id}"));
    let own = stack.send(read.clone().partner_admin(ALPINE));
    assert_eq!(cost(&stack, own, 200).await, (1, 1));
    let staff = stack.send(read.staff("reviewer", "r1"));
    assert_eq!(cost(&stack, staff, 200).await, (4, 3));
}

#[tokio::test]
async fn a_page_of_the_ledger_takes_a_round_for_each_thirty_two_histories_and_two_more() {
    for claims in [1_usize, 25, 100] {
        // The index beside the checks and the acts of contacts, a batch for each hundred keys of three a claim, and a
        // history a claim.
        let calls = 3 + (3 * claims).div_ceil(100) + claims;
        let rounds = 2 + claims.div_ceil(32);
        assert_eq!(Box::pin(ledger(claims)).await, (calls, rounds), "{claims} claims");
    }
}

#[tokio::test]
async fn a_feed_takes_one_call_and_that_of_staff_one_for_each_part_in_one_round() {
    let stack = stack().await;
    let events = || RequestEvent::get("/v1/events");
    assert_eq!(stack.send(events().partner_user(ALPINE)).await.status, 200);
    let own = stack.send(events().partner_user(ALPINE));
    assert_eq!(cost(&stack, own, 200).await, (1, 1));
    assert_eq!(cost(&stack, stack.send(events().staff("auditor", "a1")), 200).await, (16, 1));
}

#[tokio::test]
async fn an_operator_ends_an_association_with_as_many_calls_as_its_partner() {
    let stack = stack().await;
    let claim = stack.env.awaiting("k", &ITEMS).await;
    let accept = RequestEvent::post(&format!("/v1/customer/claims/{}/accept", claim.id));
    stack.send(accept.customer_admin(CONTOSO).json(&json!({}))).await;
    let end = |item: u8| {
        let end = RequestEvent::post(&format!("/v1/associations/{}-{item}/end", claim.id));
        stack.send(
            end.staff("operator", "o1").json(&json!({"reason_code": "other", "comment": "done"})),
        )
    };
    // The first one warms its function.
    assert_eq!(end(2).await.status, 200);
    assert_eq!(cost(&stack, end(1), 200).await, (5, 3));
}

/// What a page of the ledger with that many claims costs.
async fn ledger(claims: usize) -> (usize, usize) {
    let stack = Box::pin(Stack::at(NOW)).await;
    let env = &stack.env;
    if crate::capacity::copy_open_claims(env, claims - 1).await.is_none() {
        env.awaiting("k", &["exchange-online"]).await;
    }
    let list = RequestEvent::get("/v1/customer/ledger?limit=100").customer_admin(CONTOSO);
    assert_eq!(stack.send(list.clone()).await.status, 200);
    stack.event_functions.publish(&records(env)).await.unwrap();
    stack.wires.iter().for_each(Wire::count_rounds);
    cost(&stack, stack.send(list), 200).await
}
