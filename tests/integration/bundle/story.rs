//! A claim in which everything happens, as every party's bundle has it.

use chrono::Duration;
use domain::claim::{Claim, Status};
use domain::command::Command;
use domain::ids::ClaimId;
use domain::text::Comment;
use serde_json::json;
use support::event_functions::{events, records};
use support::fixtures::{self, ALPINE, WORKLOADS};
use support::rivals::{grounds, operator};
use support::stack::Stack;
use support::test_env::{closes_at, reject, reviewer, validate};
use web::event::RequestEvent;

const NOW: &str = "2026-12-08T14:00:00Z";

/// Moves what the stream holds on to history and bus, and sends the notices that are due.
pub(super) async fn settle(stack: &Stack) {
    stack.env.services.forget();
    let answer = stack.event_functions.publish(&records(&stack.env)).await.unwrap();
    assert!(answer.batch_item_failures.is_empty());
    for event in events(&stack.env) {
        stack.event_functions.notify(&event).await.unwrap();
    }
}

async fn ok(stack: &Stack, event: RequestEvent) {
    let answer = stack.send(event).await;
    assert_eq!(answer.status / 100, 2, "{}", answer.text);
}

/// A rejection falls, a notice is answered and held, a window gets longer twice, silence closes it, and another partner
/// takes an item over.
pub(super) async fn story() -> (Stack, Claim) {
    let stack = Stack::at(NOW).await;
    let claim = rejected_and_overturned(&stack).await;
    let claim = answered_and_held(&stack, &claim).await;
    let claim = longer(&stack, &claim).await;
    let env = &stack.env;
    let no = stack.decide(&claim, "decision=decline&items=3").await;
    assert_eq!(no.status, 200, "{}", no.text);
    env.let_pass(closes_at(&env.read(&claim.id).await));
    env.finalize().await;
    transferred(&stack, &claim).await;
    settle(&stack).await;
    (stack, claim)
}

async fn rejected_and_overturned(stack: &Stack) -> Claim {
    let env = &stack.env;
    let submitted = stack.submit(ALPINE, "k", &fixtures::claim_body(&WORKLOADS)).await;
    let id = ClaimId::parse(submitted.body["id"].as_str().unwrap()).unwrap();
    env.clock.advance(Duration::hours(20));
    assert_eq!(stack.review(id.as_str(), 1, &json!({"action": "begin"})).await.status, 200);
    let rejected = env.give(&id, &reviewer(), &reject()).await.unwrap().claim;
    env.clock.advance(Duration::hours(1));
    let said = json!({"comment": "It is there."});
    let disputed = stack.command(ALPINE, &rejected, "dispute", &said).await;
    assert_eq!(disputed.status, 200, "{}", disputed.text);
    env.clock.advance(Duration::hours(1));
    let overturn =
        RequestEvent::post(&format!("/v1/claims/{id}/review")).staff("reviewer", "reviewer-2");
    let overturn = overturn.header("if-match", disputed.header("etag"));
    ok(stack, overturn.json(&json!({"action": "overturn", "comment": "It is there."}))).await;
    env.clock.advance(Duration::minutes(1));
    env.give(&id, &operator(), &validate()).await.unwrap();
    settle(stack).await;
    env.clock.advance(Duration::minutes(1));
    env.deliver(&env.read(&id).await).await.unwrap()
}

async fn answered_and_held(stack: &Stack, claim: &Claim) -> Claim {
    let env = &stack.env;
    for (decision, left) in [("decline&items=3", "declined"), ("undo&items=3", "pending")] {
        env.clock.advance(Duration::hours(1));
        let answer = stack.decide(claim, &format!("decision={decision}")).await;
        assert_eq!(answer.items()[2], json!([3, left]), "{}", answer.text);
    }
    env.clock.advance(Duration::hours(1));
    let comment = Comment::parse("The customer asked us to wait.").unwrap();
    env.give(&claim.id, &operator(), &Command::Hold { comment }).await.unwrap();
    env.clock.advance(Duration::hours(1));
    env.give(&claim.id, &operator(), &Command::Resume).await.unwrap();
    settle(stack).await;
    env.clock.advance(Duration::hours(1));
    env.deliver(&env.read(&claim.id).await).await.unwrap()
}

/// The customer asks for more time, and a holiday is announced.
async fn longer(stack: &Stack, claim: &Claim) -> Claim {
    let env = &stack.env;
    env.clock.advance(Duration::hours(1));
    let answer = stack.decide(claim, "decision=extend").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    env.clock.advance(Duration::hours(1));
    let put = RequestEvent::put("/v1/calendars/CZ/days/2026-12-21").staff("operator", "operator-1");
    ok(stack, put.json(&json!({"name": "State funeral"}))).await;
    env.clock.advance(Duration::hours(1));
    assert_eq!(env.recount().await, 1);
    env.read(&claim.id).await
}

/// Another partner claims an item, and silence gives it over.
async fn transferred(stack: &Stack, claim: &Claim) {
    let env = &stack.env;
    env.clock.advance(Duration::hours(1));
    let newcomer = env.rival_in_review("k", &WORKLOADS[1..2]).await;
    env.clock.set(newcomer.defence_until.unwrap());
    let next = env.give(&newcomer.id, &operator(), &grounds()).await.unwrap().claim;
    let next = env.deliver(&next).await.unwrap();
    env.let_pass(closes_at(&next));
    env.finalize().await;
    let left = env.read(&claim.id).await;
    assert_eq!(left.status(), Status::Associated, "the other item stays");
    let statuses: Vec<_> = left.items.iter().map(|item| left.item_status(item).as_str()).collect();
    assert_eq!(statuses, ["active", "ended", "declined"]);
}
