//! Claims as they were stored before a notice kept its recipients: each is read, and silence makes none of them
//! active (`docs/domain.md §5.3`).
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "each state is made from one of a few before it"
)]

use domain::actor::ActorKind;
use domain::claim::{Claim, HoldReason, State, Status};
use domain::command::Command;
use domain::directory::Tenant;
use domain::event::{EventType, FailureCause};
use domain::text::Comment;
use serde_json::json;
use support::backstage::records;
use support::fixtures::{self, ALPINE, CONTOSO};
use support::stack::{self, Stack};
use support::world::{
    World, alpine, closes_at, contoso_admin, decline, decline_all, item_statuses, reject, reviewer,
    undo_all, withdraw,
};
use web::event::RequestEvent;

use support::rivals::operator;

const NOW: &str = "2026-12-22T14:00:00Z";
const ITEMS: [&str; 2] = ["exchange-online", "teams"];

/// Writes a claim as it was written then: flags one by one, no recipients, nobody who opened the window.
fn rewrite(world: &World, claim: &Claim) {
    let mut record = world.stored(&claim.id);
    let fields = record.as_object_mut().expect("a record");
    for name in ["f", "ob"] {
        fields.remove(name);
    }
    fields.insert("ki".to_owned(), json!({"S": "workload"}));
    let set = [("co", claim.contested), ("di", claim.disputed), ("ex", claim.extended)];
    for (name, _) in set.into_iter().filter(|(_, set)| *set) {
        fields.insert(name.to_owned(), json!({"BOOL": true}));
    }
    world.engine.put(&record);
    let pk = format!("C#{}", claim.id);
    for notice in 1..=claim.notice.0 {
        for sk in [format!("P#{notice}"), format!("R#{notice}")] {
            world.engine.delete(&pk, &sk);
        }
    }
}

/// The claim as such a record has it.
fn as_then(claim: &Claim) -> Claim {
    Claim { opened_by: None, ..claim.clone() }
}

/// A claim in the state that is asked for, in a world of its own.
async fn in_state(status: Status) -> (World, Claim) {
    let world = Box::pin(World::at(NOW)).await;
    let hold = Command::Hold { comment: Comment::parse("wait").unwrap() };
    let claim = match status {
        Status::Draft => {
            let mut body = fixtures::claim_body(&ITEMS);
            body["draft"] = json!(true);
            world.create_of(ALPINE, "k", &body).await.unwrap().claim
        }
        Status::Submitted => world.submitted("k", &ITEMS).await,
        Status::InReview => world.in_review("k", &ITEMS).await,
        Status::Notifying => world.notifying("k", &ITEMS).await,
        Status::AwaitingCustomer => world.awaiting("k", &ITEMS).await,
        _ => {
            let claim = match status {
                Status::ActionRequired | Status::Rejected | Status::Disputed => {
                    world.in_review("k", &ITEMS).await
                }
                Status::Unreachable => world.notifying("k", &ITEMS).await,
                Status::Discarded => {
                    let mut body = fixtures::claim_body(&ITEMS);
                    body["draft"] = json!(true);
                    world.create_of(ALPINE, "k", &body).await.unwrap().claim
                }
                _ => world.awaiting("k", &ITEMS).await,
            };
            let give = |actor, command: Command| {
                let (world, id) = (&world, &claim.id);
                async move { world.give(id, &actor, &command).await.unwrap().claim }
            };
            match status {
                Status::ActionRequired => {
                    let Command::Reject { reasons } = reject() else { unreachable!() };
                    give(reviewer(), Command::RequestInformation { reasons }).await
                }
                Status::Rejected => give(reviewer(), reject()).await,
                Status::Disputed => {
                    give(reviewer(), reject()).await;
                    let comment = Comment::parse("it is signed").unwrap();
                    give(alpine(), Command::Dispute { comment }).await
                }
                Status::Unreachable => world.fail(&claim, FailureCause::Bounce).await.unwrap(),
                Status::OnHold => give(operator(), hold).await,
                Status::Declined => give(contoso_admin(), decline_all()).await,
                Status::Withdrawn => give(alpine(), withdraw()).await,
                Status::Discarded => give(alpine(), Command::Discard).await,
                Status::Associated | Status::Ended => {
                    world.let_pass(closes_at(&claim));
                    world.finalize().await;
                    let mut now = world.read(&claim.id).await;
                    if status == Status::Ended {
                        for item in now.items.clone() {
                            let end = Command::End { item: item.no, comment: None };
                            now = give(contoso_admin(), end).await;
                        }
                    }
                    now
                }
                _ => unreachable!("{status:?} is made above"),
            }
        }
    };
    assert_eq!(claim.status(), status);
    (world, claim)
}

#[tokio::test]
async fn a_record_of_every_state_from_then_is_read_as_what_it_was() {
    for status in Status::ALL {
        let (world, claim) = Box::pin(in_state(*status)).await;
        rewrite(&world, &claim);
        let read = Box::pin(world.read(&claim.id)).await;
        assert_eq!(read, as_then(&claim), "{status:?}");
    }
}

#[tokio::test]
async fn a_record_from_then_is_shown_to_everybody_and_takes_a_no() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.world.awaiting("k", &ITEMS)).await;
    rewrite(&stack.world, &claim);
    let path = format!("/v1/claims/{}", claim.id);
    let reads = [
        RequestEvent::get(&path).partner_admin(ALPINE),
        RequestEvent::get(&path).staff("operator", "operator-1"),
        RequestEvent::get(&format!("/v1/customer/claims/{}", claim.id)).customer_admin(CONTOSO),
        RequestEvent::get("/v1/customer/claims").customer_admin(CONTOSO),
        RequestEvent::get(&format!("/d/{}", stack::token(&claim.id, 1))),
    ];
    for read in reads {
        let answer = stack.send(read).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    let declined = stack.decide(&claim, "decision=decline").await;
    assert_eq!(declined.status, 200, "{}", declined.text);
}

#[tokio::test]
async fn a_no_from_then_counts_as_the_administrators() {
    let world = World::at(NOW).await;
    let claim = world.awaiting("k", &ITEMS).await;
    let no = world.give(&claim.id, &contoso_admin(), &decline(&[1])).await.unwrap().claim;
    rewrite(&world, &no);
    world.clock.advance(chrono::Duration::milliseconds(1));
    let by_link = world.give(&claim.id, &support::world::link(1), &undo_all()).await;
    assert!(by_link.is_err(), "{by_link:?}");
    let undone = world.give(&claim.id, &contoso_admin(), &undo_all()).await.unwrap().claim;
    assert_eq!(item_statuses(&undone), ["pending", "pending"]);
}

#[tokio::test]
async fn a_window_from_then_is_not_closed_but_begun_anew_by_the_present_rules() {
    let world = World::at(NOW).await;
    let claim = world.awaiting("k", &ITEMS).await;
    rewrite(&world, &claim);
    world.let_pass(closes_at(&claim));
    let drained = world.finalize().await;
    assert_eq!(drained.iter().map(|run| run.closed).sum::<u32>(), 0, "{drained:?}");
    let renewed = world.read(&claim.id).await;
    assert_eq!((renewed.status(), renewed.notice), (Status::Notifying, claim.notice.next()));
    assert_eq!(renewed.version, claim.version.next());
    let event = &renewed.last_event;
    assert_eq!((event.event_type, event.actor), (EventType::Resumed, ActorKind::System));
    let list = world.store.recipient_list(&claim.id, renewed.notice).await.unwrap().unwrap();
    assert_eq!(list.told_until, Some(closes_at(&claim)), "no window ends before what was told");
    let open = world.deliver(&renewed).await.unwrap();
    assert!(closes_at(&open) > closes_at(&claim));
    world.let_pass(closes_at(&open));
    world.finalize().await;
    assert_eq!(world.read(&claim.id).await.status(), Status::Associated);
}

#[tokio::test]
async fn a_window_from_then_of_a_tenant_with_nobody_verified_waits_for_a_contact() {
    let world = World::at(NOW).await;
    let claim = world.awaiting("k", &ITEMS).await;
    rewrite(&world, &claim);
    let nobody = Tenant { contacts: Vec::new(), ..fixtures::contoso() };
    world.store.put_tenant(&nobody).await.unwrap();
    world.let_pass(closes_at(&claim));
    world.finalize().await;
    let waiting = world.read(&claim.id).await;
    assert_eq!(waiting.status(), Status::Unreachable);
    assert_eq!(waiting.last_event.event_type, EventType::NoticeFailed);
    assert_eq!(item_statuses(&waiting), ["pending", "pending"]);
}

#[tokio::test]
async fn whoever_reads_a_due_window_from_then_finds_it_begun_anew() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.world.awaiting("k", &ITEMS)).await;
    rewrite(&stack.world, &claim);
    stack.world.let_pass(closes_at(&claim));
    let listed = stack.send(RequestEvent::get("/v1/claims").partner_admin(ALPINE)).await;
    assert_eq!(listed.body["items"][0]["status"], "notifying", "{}", listed.text);
    let associations =
        stack.send(RequestEvent::get("/v1/associations").partner_admin(ALPINE)).await;
    assert_eq!(associations.body["items"], json!([]), "{}", associations.text);
}

#[tokio::test]
async fn a_window_whose_record_names_nobody_who_opened_it_is_held_and_published() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.world.awaiting("k", &ITEMS)).await;
    let mut record = stack.world.stored(&claim.id);
    record.as_object_mut().unwrap().remove("ob");
    stack.world.engine.put(&record);
    stack.world.let_pass(closes_at(&claim));
    stack.world.finalize().await;
    let held = stack.world.read(&claim.id).await;
    let reason = Some(HoldReason::NoVerifiedDelivery);
    assert_eq!(held.state, State::OnHold { reason });
    assert_eq!(held.last_event.event_type, EventType::Held);
    assert_eq!(item_statuses(&held), ["pending", "pending"]);
    let published = stack.backstage.publish(&records(&stack.world)).await.unwrap();
    assert!(published.batch_item_failures.is_empty(), "{published:?}");
    let path = format!("/v1/claims/{}", claim.id);
    let shown = stack.send(RequestEvent::get(&path).staff("operator", "operator-1")).await;
    assert_eq!(shown.body["hold_reason"], "no_verified_delivery", "{}", shown.text);
}

/// Writes a draft as it was written before drafts stood apart: in the indexes like a submitted claim.
fn put_among_claims(world: &World, draft: &Claim) {
    let mut record = world.stored(&draft.id);
    let fields = record.as_object_mut().expect("a record");
    let tenant = fields.remove("te").expect("a tenant");
    let by_time = format!("{:013}#{}", draft.created_at.timestamp_millis(), draft.id);
    fields.insert("iu".to_owned(), json!({"S": format!("{ALPINE}#{by_time}")}));
    fields.insert("ik".to_owned(), json!({"S": by_time}));
    fields.insert("it".to_owned(), tenant);
    world.engine.put(&record);
}

#[tokio::test]
async fn a_draft_that_stands_among_the_claims_is_read_listed_and_submitted_and_hides_nothing() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let world = &stack.world;
    let mut body = fixtures::claim_body(&ITEMS);
    body["draft"] = json!(true);
    let draft = world.create_of(ALPINE, "k", &body).await.unwrap().claim;
    let gone = world.create_of(ALPINE, "gone", &body).await.unwrap().claim;
    let gone = world.give(&gone.id, &alpine(), &Command::Discard).await.unwrap().claim;
    for from_then in [&draft, &gone] {
        put_among_claims(world, from_then);
        assert_eq!(world.read(&from_then.id).await, *from_then);
    }
    let own = RequestEvent::get(&format!("/v1/claims?tenant_id={CONTOSO}")).partner_admin(ALPINE);
    let listed = stack.send(own).await;
    assert_eq!(listed.body["items"].as_array().map(Vec::len), Some(2), "{}", listed.text);
    let rival = world.rival_submitted("r", &ITEMS).await;
    let read = RequestEvent::get(&format!("/v1/claims/{}", rival.id)).staff("reviewer", "r1");
    assert_eq!(stack.send(read).await.body["rivals"], json!([]));
    let submitted = stack.command(ALPINE, &draft, "submit", &json!({})).await;
    assert_eq!(submitted.status, 200, "{}", submitted.text);
    let record = world.stored(&draft.id);
    assert!(record.get("te").is_none() && record["it"]["S"] == CONTOSO, "{record}");
}
