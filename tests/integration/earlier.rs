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
use support::event_functions::records;
use support::fixtures::{self, ALPINE, CONTOSO};
use support::stack::{self, Stack};
use support::test_env::{
    TestEnv, alpine, closes_at, contoso_admin, decline, decline_all, item_statuses, reject,
    reviewer, undo_all, withdraw,
};
use web::event::RequestEvent;

use support::rivals::operator;

const NOW: &str = "2026-12-22T14:00:00Z";
const ITEMS: [&str; 2] = ["exchange-online", "teams"];

/// Writes a claim as it was written then: flags one by one, no recipients, nobody who opened the window.
fn rewrite(env: &TestEnv, claim: &Claim) {
    let mut record = env.stored(&claim.id);
    let fields = record.as_object_mut().expect("a record");
    for name in ["f", "ob"] {
        fields.remove(name);
    }
    fields.insert("ki".to_owned(), json!({"S": "workload"}));
    let set = [("co", claim.contested), ("di", claim.disputed), ("ex", claim.extended)];
    for (name, _) in set.into_iter().filter(|(_, set)| *set) {
        fields.insert(name.to_owned(), json!({"BOOL": true}));
    }
    env.engine.put(&record);
    let pk = format!("C#{}", claim.id);
    for notice in 1..=claim.notice.0 {
        for sk in [format!("P#{notice}"), format!("R#{notice}")] {
            env.engine.delete(&pk, &sk);
        }
    }
}

/// The claim as such a record has it.
fn as_then(claim: &Claim) -> Claim {
    Claim { opened_by: None, ..claim.clone() }
}

/// A claim in the state that is asked for, in an environment of its own.
async fn in_state(status: Status) -> (TestEnv, Claim) {
    let env = Box::pin(TestEnv::at(NOW)).await;
    let hold = Command::Hold { comment: Comment::parse("wait").unwrap() };
    let claim = match status {
        Status::Draft => {
            let mut body = fixtures::claim_body(&ITEMS);
            body["draft"] = json!(true);
            env.create_of(ALPINE, "k", &body).await.unwrap().claim
        }
        Status::Submitted => env.submitted("k", &ITEMS).await,
        Status::InReview => env.in_review("k", &ITEMS).await,
        Status::Notifying => env.notifying("k", &ITEMS).await,
        Status::AwaitingCustomer => env.awaiting("k", &ITEMS).await,
        _ => {
            let claim = match status {
                Status::ActionRequired | Status::Rejected | Status::Disputed => {
                    env.in_review("k", &ITEMS).await
                }
                Status::Unreachable => env.notifying("k", &ITEMS).await,
                Status::Discarded => {
                    let mut body = fixtures::claim_body(&ITEMS);
                    body["draft"] = json!(true);
                    env.create_of(ALPINE, "k", &body).await.unwrap().claim
                }
                _ => env.awaiting("k", &ITEMS).await,
            };
            let give = |actor, command: Command| {
                let (env, id) = (&env, &claim.id);
                async move { env.give(id, &actor, &command).await.unwrap().claim }
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
                Status::Unreachable => env.fail(&claim, FailureCause::Bounce).await.unwrap(),
                Status::OnHold => give(operator(), hold).await,
                Status::Declined => give(contoso_admin(), decline_all()).await,
                Status::Withdrawn => give(alpine(), withdraw()).await,
                Status::Discarded => give(alpine(), Command::Discard).await,
                Status::Associated | Status::Ended => {
                    env.let_pass(closes_at(&claim));
                    env.finalize().await;
                    let mut now = env.read(&claim.id).await;
                    if status == Status::Ended {
                        for item in now.items.clone() {
                            let end = Command::End { item: item.no, comment: None, motive: None };
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
    (env, claim)
}

#[tokio::test]
async fn a_record_of_every_state_from_then_is_read_as_what_it_was() {
    for status in Status::ALL {
        let (env, claim) = Box::pin(in_state(*status)).await;
        rewrite(&env, &claim);
        let read = Box::pin(env.read(&claim.id)).await;
        assert_eq!(read, as_then(&claim), "{status:?}");
    }
}

#[tokio::test]
async fn a_record_from_then_is_shown_to_everybody_and_takes_a_no() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.awaiting("k", &ITEMS)).await;
    rewrite(&stack.env, &claim);
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
    let env = TestEnv::at(NOW).await;
    let claim = env.awaiting("k", &ITEMS).await;
    let no = env.give(&claim.id, &contoso_admin(), &decline(&[1])).await.unwrap().claim;
    rewrite(&env, &no);
    env.clock.advance(chrono::Duration::milliseconds(1));
    let by_link = env.give(&claim.id, &support::test_env::link(1), &undo_all()).await;
    assert!(by_link.is_err(), "{by_link:?}");
    let undone = env.give(&claim.id, &contoso_admin(), &undo_all()).await.unwrap().claim;
    assert_eq!(item_statuses(&undone), ["pending", "pending"]);
}

#[tokio::test]
async fn a_window_from_then_is_not_closed_but_begun_anew_by_the_present_rules() {
    let env = TestEnv::at(NOW).await;
    let claim = env.awaiting("k", &ITEMS).await;
    rewrite(&env, &claim);
    env.let_pass(closes_at(&claim));
    let drained = env.finalize().await;
    assert_eq!(drained.iter().map(|run| run.closed).sum::<u32>(), 0, "{drained:?}");
    let renewed = env.read(&claim.id).await;
    assert_eq!((renewed.status(), renewed.notice), (Status::Notifying, claim.notice.next()));
    assert_eq!(renewed.version, claim.version.next());
    let event = &renewed.last_event;
    assert_eq!((event.event_type, event.actor), (EventType::Resumed, ActorKind::System));
    let list = env.store.recipient_list(&claim.id, renewed.notice).await.unwrap().unwrap();
    assert_eq!(list.told_until, Some(closes_at(&claim)), "no window ends before what was told");
    let open = env.deliver(&renewed).await.unwrap();
    assert!(closes_at(&open) > closes_at(&claim));
    env.let_pass(closes_at(&open));
    env.finalize().await;
    assert_eq!(env.read(&claim.id).await.status(), Status::Associated);
}

#[tokio::test]
async fn a_window_from_then_of_a_tenant_with_nobody_verified_waits_for_a_contact() {
    let env = TestEnv::at(NOW).await;
    let claim = env.awaiting("k", &ITEMS).await;
    rewrite(&env, &claim);
    let nobody = Tenant { contacts: Vec::new(), ..fixtures::contoso() };
    env.store.put_tenant(&nobody).await.unwrap();
    env.let_pass(closes_at(&claim));
    env.finalize().await;
    let waiting = env.read(&claim.id).await;
    assert_eq!(waiting.status(), Status::Unreachable);
    assert_eq!(waiting.last_event.event_type, EventType::NoticeFailed);
    assert_eq!(item_statuses(&waiting), ["pending", "pending"]);
}

#[tokio::test]
async fn whoever_reads_a_due_window_from_then_finds_it_begun_anew() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.awaiting("k", &ITEMS)).await;
    rewrite(&stack.env, &claim);
    stack.env.let_pass(closes_at(&claim));
    let listed = stack.send(RequestEvent::get("/v1/claims").partner_admin(ALPINE)).await;
    assert_eq!(listed.body["items"][0]["status"], "notifying", "{}", listed.text);
    let associations =
        stack.send(RequestEvent::get("/v1/associations").partner_admin(ALPINE)).await;
    assert_eq!(associations.body["items"], json!([]), "{}", associations.text);
}

#[tokio::test]
async fn a_window_whose_record_names_nobody_who_opened_it_is_held_and_published() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.awaiting("k", &ITEMS)).await;
    let mut record = stack.env.stored(&claim.id);
    record.as_object_mut().unwrap().remove("ob");
    stack.env.engine.put(&record);
    stack.env.let_pass(closes_at(&claim));
    stack.env.finalize().await;
    let held = stack.env.read(&claim.id).await;
    let reason = Some(HoldReason::NoVerifiedDelivery);
    assert_eq!(held.state, State::OnHold { reason });
    assert_eq!(held.last_event.event_type, EventType::Held);
    assert_eq!(item_statuses(&held), ["pending", "pending"]);
    let published = stack.event_functions.publish(&records(&stack.env)).await.unwrap();
    assert!(published.batch_item_failures.is_empty(), "{published:?}");
    let path = format!("/v1/claims/{}", claim.id);
    let shown = stack.send(RequestEvent::get(&path).staff("operator", "operator-1")).await;
    assert_eq!(shown.body["hold_reason"], "no_verified_delivery", "{}", shown.text);
}

/// Writes a draft as it was written before drafts stood apart: in the indexes like a submitted claim.
fn put_among_claims(env: &TestEnv, draft: &Claim) {
    let mut record = env.stored(&draft.id);
    let fields = record.as_object_mut().expect("a record");
    let tenant = fields.remove("te").expect("a tenant");
    let by_time = format!("{:013}#{}", draft.created_at.timestamp_millis(), draft.id);
    fields.insert("iu".to_owned(), json!({"S": format!("{ALPINE}#{by_time}")}));
    fields.insert("ik".to_owned(), json!({"S": by_time}));
    fields.insert("it".to_owned(), tenant);
    env.engine.put(&record);
}

#[tokio::test]
async fn a_draft_that_stands_among_the_claims_is_read_listed_and_submitted_and_hides_nothing() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let env = &stack.env;
    let mut body = fixtures::claim_body(&ITEMS);
    body["draft"] = json!(true);
    let draft = env.create_of(ALPINE, "k", &body).await.unwrap().claim;
    let gone = env.create_of(ALPINE, "gone", &body).await.unwrap().claim;
    let gone = env.give(&gone.id, &alpine(), &Command::Discard).await.unwrap().claim;
    for from_then in [&draft, &gone] {
        put_among_claims(env, from_then);
        assert_eq!(env.read(&from_then.id).await, *from_then);
    }
    let own = RequestEvent::get(&format!("/v1/claims?tenant_id={CONTOSO}")).partner_admin(ALPINE);
    let listed = stack.send(own).await;
    assert_eq!(listed.body["items"].as_array().map(Vec::len), Some(2), "{}", listed.text);
    let rival = env.rival_submitted("r", &ITEMS).await;
    let read = RequestEvent::get(&format!("/v1/claims/{}", rival.id)).staff("reviewer", "r1");
    assert_eq!(stack.send(read).await.body["rivals"], json!([]));
    let submitted = stack.command(ALPINE, &draft, "submit", &json!({})).await;
    assert_eq!(submitted.status, 200, "{}", submitted.text);
    let record = env.stored(&draft.id);
    assert!(record.get("te").is_none() && record["it"]["S"] == CONTOSO, "{record}");
}
