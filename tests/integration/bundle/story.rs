//! A claim in which everything happens, as every party's bundle has it.

use chrono::Duration;
use domain::claim::{Claim, Status};
use domain::command::Command;
use domain::ids::ClaimId;
use domain::text::Comment;
use serde_json::json;
use support::backstage::{events, records};
use support::fixtures::{self, ALPINE, WORKLOADS};
use support::rivals::{grounds, operator};
use support::stack::Stack;
use support::world::{closes_at, reject, reviewer, validate};
use web::event::RequestEvent;

const NOW: &str = "2026-12-08T14:00:00Z";

/// Moves what the stream holds on to history and bus, and sends the notices that are due.
pub(super) async fn settle(stack: &Stack) {
    stack.world.elsewhere.forget();
    let answer = stack.backstage.publish(&records(&stack.world)).await.unwrap();
    assert!(answer.batch_item_failures.is_empty());
    for event in events(&stack.world) {
        stack.backstage.notify(&event).await.unwrap();
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
    let world = &stack.world;
    let no = stack.decide(&claim, "decision=decline&items=3").await;
    assert_eq!(no.status, 200, "{}", no.text);
    world.let_pass(closes_at(&world.read(&claim.id).await));
    world.finalize().await;
    transferred(&stack, &claim).await;
    settle(&stack).await;
    (stack, claim)
}

async fn rejected_and_overturned(stack: &Stack) -> Claim {
    let world = &stack.world;
    let submitted = stack.submit(ALPINE, "k", &fixtures::claim_body(&WORKLOADS)).await;
    let id = ClaimId::parse(submitted.body["id"].as_str().unwrap()).unwrap();
    world.clock.advance(Duration::hours(20));
    assert_eq!(stack.review(id.as_str(), 1, &json!({"action": "begin"})).await.status, 200);
    let rejected = world.give(&id, &reviewer(), &reject()).await.unwrap().claim;
    world.clock.advance(Duration::hours(1));
    let said = json!({"comment": "It is there."});
    let disputed = stack.command(ALPINE, &rejected, "dispute", &said).await;
    assert_eq!(disputed.status, 200, "{}", disputed.text);
    world.clock.advance(Duration::hours(1));
    let overturn =
        RequestEvent::post(&format!("/v1/claims/{id}/review")).staff("reviewer", "reviewer-2");
    let overturn = overturn.header("if-match", disputed.header("etag"));
    ok(stack, overturn.json(&json!({"action": "overturn", "comment": "It is there."}))).await;
    world.clock.advance(Duration::minutes(1));
    world.give(&id, &operator(), &validate()).await.unwrap();
    settle(stack).await;
    world.clock.advance(Duration::minutes(1));
    world.deliver(&world.read(&id).await).await.unwrap()
}

async fn answered_and_held(stack: &Stack, claim: &Claim) -> Claim {
    let world = &stack.world;
    for (decision, left) in [("decline&items=3", "declined"), ("undo&items=3", "pending")] {
        world.clock.advance(Duration::hours(1));
        let answer = stack.decide(claim, &format!("decision={decision}")).await;
        assert_eq!(answer.items()[2], json!([3, left]), "{}", answer.text);
    }
    world.clock.advance(Duration::hours(1));
    let comment = Comment::parse("The customer asked us to wait.").unwrap();
    world.give(&claim.id, &operator(), &Command::Hold { comment }).await.unwrap();
    world.clock.advance(Duration::hours(1));
    world.give(&claim.id, &operator(), &Command::Resume).await.unwrap();
    settle(stack).await;
    world.clock.advance(Duration::hours(1));
    world.deliver(&world.read(&claim.id).await).await.unwrap()
}

/// The customer asks for more time, and a holiday is announced.
async fn longer(stack: &Stack, claim: &Claim) -> Claim {
    let world = &stack.world;
    world.clock.advance(Duration::hours(1));
    let answer = stack.decide(claim, "decision=extend").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    world.clock.advance(Duration::hours(1));
    let put = RequestEvent::put("/v1/calendars/CZ/days/2026-12-21").staff("operator", "operator-1");
    ok(stack, put.json(&json!({"name": "State funeral"}))).await;
    world.clock.advance(Duration::hours(1));
    assert_eq!(world.recount().await, 1);
    world.read(&claim.id).await
}

/// Another partner claims an item, and silence gives it over.
async fn transferred(stack: &Stack, claim: &Claim) {
    let world = &stack.world;
    world.clock.advance(Duration::hours(1));
    let newcomer = world.rival_in_review("k", &WORKLOADS[1..2]).await;
    world.clock.set(newcomer.defence_until.unwrap());
    let next = world.give(&newcomer.id, &operator(), &grounds()).await.unwrap().claim;
    let next = world.deliver(&next).await.unwrap();
    world.let_pass(closes_at(&next));
    world.finalize().await;
    let left = world.read(&claim.id).await;
    assert_eq!(left.status(), Status::Associated, "the other item stays");
    let statuses: Vec<_> = left.items.iter().map(|item| left.item_status(item).as_str()).collect();
    assert_eq!(statuses, ["active", "ended", "declined"]);
}
