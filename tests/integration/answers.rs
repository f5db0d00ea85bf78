//! What the page answers (`docs/domain.md §5`, `docs/architecture.md §5`): a decision that is recorded is shown as
//! recorded, a form that was not taken comes back as it was sent, and every answer is as strict as the
//! page.

use chrono::Duration;
use domain::claim::{Claim, Status};
use domain::command::Command;
use domain::recipient::RecipientNo;
use domain::rejection::Rejection;
use serde_json::{Value, json};
use store::StoreError;
use support::event_functions::records;
use support::fixtures;
use support::stack::{self, Answer, Stack};
use support::test_env::{
    VERIFIED, closes_at, contoso_admin, decline_all, item_statuses, link, withdraw,
};
use support::wire::Fault;
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";
const ITEMS: [&str; 2] = ["exchange-online", "teams"];

async fn awaiting() -> (Stack, Claim) {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.awaiting("k", &ITEMS)).await;
    (stack, claim)
}

/// A form as a browser sends it.
fn form(claim: &Claim, notice: u16, fields: &str) -> RequestEvent {
    RequestEvent::post(&format!("/d/{}?lang=en", stack::token(&claim.id, notice)))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(fields)
}

/// The same, with the right code.
fn coded(claim: &Claim, notice: u16, fields: &str) -> RequestEvent {
    form(claim, notice, &format!("{fields}&code={}", stack::code(&claim.id, notice)))
}

/// Sends a decision by the link of that notice, with its code, asking for JSON.
async fn decide(stack: &Stack, claim: &Claim, notice: u16, fields: &str) -> Answer {
    stack.send(coded(claim, notice, fields).header("accept", "application/json")).await
}

/// The wire of the function `decision`.
fn wire(stack: &Stack) -> &support::wire::Wire {
    &stack.wires[3]
}

#[tokio::test]
async fn a_no_that_is_recorded_is_shown_as_recorded_even_if_nothing_more_can_be_read() {
    let (stack, claim) = awaiting().await;
    let program = |call: &support::wire::Call| call.names("PR#osu-m365", "A");
    wire(&stack).always(program, Fault::Internal);
    let answer = stack.send(coded(&claim, 1, "decision=decline&items=2")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    for part in ["is recorded", "teams", "you said no", &claim.id.to_string()] {
        assert!(answer.text.contains(part), "{part}: {}", answer.text);
    }
    assert_eq!(item_statuses(&stack.env.read(&claim.id).await), ["pending", "declined"]);
    let page = stack.send(RequestEvent::get(&format!("/d/{}", stack::token(&claim.id, 1)))).await;
    assert_eq!(page.status, 503, "the whole page cannot be shown");
    assert!(page.text.contains("we cannot say whether it was recorded"), "{}", page.text);
}

#[tokio::test]
async fn a_partial_no_with_a_wrong_code_is_still_a_partial_one_when_it_is_sent_again() {
    let (stack, claim) = awaiting().await;
    let wrong = if stack::code(&claim.id, 1) == "000000" { "000001" } else { "000000" };
    let no = format!("decision=decline&items=2&code={wrong}");
    let again = stack.send(form(&claim, 1, &no)).await;
    assert_eq!(again.status, 403, "{}", again.text);
    assert!(again.text.contains("value=\"2\" checked>"), "{}", again.text);
    assert!(!again.text.contains("value=\"1\" checked>") && again.text.contains("href=\"#code\""));
    stack.send(coded(&claim, 1, "decision=decline&items=1")).await;
    stack.env.clock.advance(Duration::milliseconds(1));
    let again = stack.send(form(&claim, 1, "decision=undo&items=1&code=1")).await;
    assert_eq!(again.status, 422, "not ten digits: {}", again.text);
    assert!(again.text.contains("value=\"1\" checked>"), "{}", again.text);
    assert!(again.text.contains("href=\"#undo-code\""), "{}", again.text);
}

#[tokio::test]
async fn what_a_refused_link_is_sent_twice_is_answered_twice_and_after_that_it_says_no() {
    let stack = Box::pin(Stack::at(NOW)).await;
    stack.env.store.put_tenant(&fixtures::contoso_with(&["ceo"])).await.unwrap();
    let claim = Box::pin(stack.env.awaiting("k", &ITEMS)).await;
    for _ in 0..2 {
        let passed = decide(&stack, &claim, 1, "decision=wrong_contact").await;
        assert_eq!((passed.status, &passed.body["claim_status"]), (200, &json!("notifying")));
    }
    stack.env.deliver(&stack.env.read(&claim.id).await).await.unwrap();
    let ceo = stack::link(&claim.id, 2, RecipientNo(3));
    assert_eq!(stack.decide_by(&ceo, "decision=decline&items=1").await.status, 200);
    stack.env.clock.advance(Duration::milliseconds(1));
    for fields in ["decision=undo", "decision=extend", "decision=wrong_contact"] {
        let refused = stack.decide_by(&stack::link(&claim.id, 1, VERIFIED), fields).await;
        assert_eq!(refused.problem(), (409, "invalid-state"), "{fields}");
    }
    let no = decide(&stack, &claim, 1, "decision=decline").await;
    assert_eq!((no.status, &no.body["claim_status"]), (200, &json!("declined")));
    stack.env.clock.advance(Duration::milliseconds(1));
    let undone = stack.decide_by(&ceo, "decision=undo").await;
    assert_eq!(undone.items(), json!([[1, "declined"], [2, "declined"]]), "{}", undone.text);
}

#[tokio::test]
async fn a_no_that_changes_nothing_bears_nobody_elses_receipt_and_is_as_timely_as_it_was() {
    let (stack, claim) = awaiting().await;
    let first = decide(&stack, &claim, 1, "decision=decline&items=1").await;
    let receipt = format!("{}-{}", claim.id, claim.version.0 + 1);
    assert_eq!(first.body["receipt_id"], json!(receipt));
    let repeated = decide(&stack, &claim, 1, "decision=decline&items=1").await;
    assert_eq!(repeated.body["receipt_id"], json!(receipt), "the same once more");
    let extend = Command::Extend { closes_on: None };
    let longer = stack.env.give(&claim.id, &contoso_admin(), &extend).await.unwrap().claim;
    let second = decide(&stack, &claim, 1, "decision=decline&items=1").await;
    assert_eq!((second.status, &second.body["receipt_id"]), (200, &Value::Null));
    let page = stack.send(coded(&claim, 1, "decision=decline&items=1")).await;
    assert!(page.text.contains("It was so already") && !page.text.contains("Receipt"));
    stack.env.let_pass(closes_at(&longer));
    stack.env.finalize().await;
    let timely = decide(&stack, &claim, 1, "decision=decline&items=1").await;
    assert_eq!(timely.body["in_time"], json!(true), "it was said in time: {}", timely.text);
    let late = decide(&stack, &claim, 1, "decision=decline").await;
    assert_eq!(
        (late.items(), &late.body["in_time"]),
        (json!([[1, "declined"], [2, "ended"]]), &json!(false))
    );
}

#[tokio::test]
async fn a_form_that_arrived_in_time_counts_however_late_the_function_looks_at_it() {
    let (stack, claim) = awaiting().await;
    let deadline = closes_at(&claim);
    stack.env.clock.set(deadline + Duration::seconds(130));
    let event = coded(&claim, 1, "decision=decline").header("accept", "application/json");
    let answer = stack.send_at(event, deadline - Duration::milliseconds(1)).await;
    assert_eq!(answer.body["claim_status"], "declined", "{}", answer.text);
    assert_eq!(answer.body["in_time"], true);
}

#[tokio::test]
async fn while_a_notice_is_on_its_way_the_page_counts_from_when_it_was_sent_whatever_came_since() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.notifying("k", &ITEMS)).await;
    stack.env.clock.advance(Duration::days(1));
    decide(&stack, &claim, 1, "decision=decline&items=1").await;
    stack.event_functions.publish(&records(&stack.env)).await.unwrap();
    let page = RequestEvent::get(&format!("/d/{}?lang=en", stack::token(&claim.id, 1)));
    let page = stack.send(page).await;
    assert!(
        page.text.contains("at least until the end of Thursday 31 December 2026"),
        "{}",
        page.text
    );
}

#[tokio::test]
async fn a_link_forwarded_to_the_partner_declines_and_never_accepts() {
    let (stack, claim) = awaiting().await;
    let refused = decide(&stack, &claim, 1, "decision=accept").await;
    assert_eq!(refused.errors(), [("/decision".to_owned(), "unknown-code".to_owned())]);
    let accept = Command::Accept { items: domain::command::ItemSelection::All };
    let refused = stack.env.give(&claim.id, &link(1), &accept).await.unwrap_err();
    assert!(matches!(refused, StoreError::Rejected(Rejection::RoleNotAllowed)), "{refused}");
    let path = format!("/v1/customer/claims/{}/accept", claim.id);
    let partner = RequestEvent::post(&path).partner_admin(fixtures::ALPINE).json(&json!({}));
    assert_eq!(stack.send(partner).await.problem(), (403, "role-not-allowed"));
    assert_eq!(stack.env.read(&claim.id).await.version, claim.version);
    let declined = decide(&stack, &claim, 1, "decision=decline").await;
    assert_eq!(declined.body["claim_status"], "declined");
}

#[tokio::test]
async fn every_answer_bears_the_strict_headers() {
    let (stack, claim) = awaiting().await;
    let path = format!("/d/{}", stack::token(&claim.id, 1));
    let get = |path: &str| RequestEvent::get(path);
    let json = |event: RequestEvent| event.header("accept", "application/json");
    let other =
        |kind: &str, body: &str| RequestEvent::post(&path).header("content-type", kind).body(body);
    let urlencoded = "application/x-www-form-urlencoded";
    let wrong = if stack::code(&claim.id, 1) == "000000" { "000001" } else { "000000" };
    let guess = format!("decision=decline&code={wrong}");
    let cases = [
        (200, get(&path)),
        (200, RequestEvent::new("HEAD", &path)),
        (404, get("/d/nobody")),
        (404, get("/n/AAAAA-AAAAA")),
        (405, RequestEvent::new("PUT", &path)),
        (405, RequestEvent::new("OPTIONS", &path)),
        (422, form(&claim, 1, "decision=decline&code=1")),
        (422, json(form(&claim, 1, "decision=decline&code=1"))),
        (403, form(&claim, 1, &guess)),
        (403, json(form(&claim, 1, &guess))),
        (422, coded(&claim, 1, "decision=decline&items=9")),
        (422, json(coded(&claim, 1, "decision=decline&items=9"))),
        (413, other(urlencoded, &"a".repeat(65 * 1024))),
        (415, other("application/json", "{}")),
        (415, json(other("application/json", "{}"))),
        (200, coded(&claim, 1, "decision=decline&items=1")),
        (200, json(coded(&claim, 1, "decision=decline&items=1"))),
        (409, coded(&claim, 1, "decision=extend&items=1")),
    ];
    let extend = Command::Extend { closes_on: None };
    stack.env.give(&claim.id, &contoso_admin(), &extend).await.unwrap();
    for (status, event) in cases {
        let shown = event.payload()["rawPath"].clone();
        let answer = stack.send(event).await;
        assert_eq!(answer.status, status, "{shown}: {}", answer.text);
        for (name, value) in notice::page::page_headers(&support::stack::operator().brand) {
            if name != "content-type" {
                assert_eq!(answer.header(name), value, "{name} of {status} {shown}");
            }
        }
    }
}

#[tokio::test]
async fn a_token_that_is_not_ours_is_answered_before_anything_is_read() {
    let (stack, claim) = awaiting().await;
    let good = stack::token(&claim.id, 1);
    wire(&stack).reset();
    for token in ["nobody", "x", &good[1..], &format!("{good}A"), &"a".repeat(5000), "%C5%BE"] {
        for method in ["GET", "HEAD", "POST", "PUT"] {
            let event = RequestEvent::new(method, &format!("/d/{token}"))
                .header("content-type", "application/x-www-form-urlencoded")
                .body("decision=decline&code=123456");
            assert_eq!(stack.send(event).await.status, 404, "{method} {token}");
        }
    }
    assert_eq!(wire(&stack).operations(), [""; 0]);
}

#[tokio::test]
async fn a_browser_that_fetches_the_page_beforehand_decides_nothing() {
    let (stack, claim) = awaiting().await;
    let before = stack.env.engine.items("");
    let path = format!("/d/{}", stack::token(&claim.id, 1));
    for purpose in ["prefetch", "prefetch;prerender"] {
        let event =
            RequestEvent::get(&path).header("sec-purpose", purpose).header("purpose", "prefetch");
        let answer = stack.send(event).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    assert_eq!(stack.env.engine.items(""), before, "nothing was written");
}

#[tokio::test]
async fn a_link_says_no_beside_an_item_that_has_vanished() {
    let (stack, claim) = awaiting().await;
    let mut tenant = fixtures::contoso();
    tenant.items.retain(|item| item.id.as_str() != "teams");
    stack.env.store.put_tenant(&tenant).await.unwrap();
    stack.event_functions.sweep(&stack.env).await.unwrap();
    let page = stack.send(RequestEvent::get(&format!("/d/{}", stack::token(&claim.id, 1)))).await;
    assert!(!page.text.contains("value=\"2\""), "it is not offered: {}", page.text);
    let no = decide(&stack, &claim, 1, "decision=decline").await;
    assert_eq!(no.items(), json!([[1, "declined"], [2, "declined"]]), "the no is kept");
    assert_eq!(no.body["claim_status"], "declined");
    stack.env.let_pass(closes_at(&claim));
    stack.env.finalize().await;
    let after = stack.env.read(&claim.id).await;
    assert_eq!((after.status(), after.version.0), (Status::Declined, claim.version.0 + 2));
    stack.env.give(&claim.id, &link(1), &decline_all()).await.unwrap();
    let refused = stack.env.give(&claim.id, &support::test_env::alpine(), &withdraw()).await;
    assert!(refused.is_err(), "it is final");
}

/// A claim in a window in which nothing waits: no version of the rules writes one.
#[tokio::test]
async fn a_silence_that_leads_nowhere_is_reported_and_not_written_without_end() {
    let (stack, claim) = awaiting().await;
    let (env, pk) = (&stack.env, format!("C#{}", claim.id));
    let mut item = env.stored(&claim.id);
    item["m"] = json!({"B": "MDA="});
    item["sl"] = json!({"BOOL": true});
    env.engine.put(&item);
    env.let_pass(closes_at(&claim));
    let read = env.store.load_up_to_date(&claim.id, env.now()).await;
    assert!(matches!(read, Err(StoreError::Corrupt(_))), "{read:?}");
    let version = env.engine.item(&pk, "A").unwrap()["v"]["N"].as_str().unwrap().to_owned();
    let steps = version.parse::<u32>().unwrap() - claim.version.0;
    assert!(steps <= 8, "{steps}");
}
