//! The customer's link (`docs/domain.md §5`): what a GET shows, what a form does, codes, tries and locks.

use chrono::Duration;
use domain::claim::{Claim, Status};
use integration::stack::{self, OTHER_SECRET, Stack, keys};
use integration::world::{VERIFIED, alpine, closes_at, withdraw};
use notice::Link;
use serde_json::json;
use web::event::Event;

const NOW: &str = "2026-12-22T14:00:00Z";
const ITEMS: [&str; 2] = ["exchange-online", "teams"];

async fn awaiting() -> (Stack, Claim) {
    let stack = Stack::at(NOW).await;
    let claim = stack.world.awaiting("k", &ITEMS).await;
    (stack, claim)
}

fn token(claim: &Claim) -> String {
    stack::token(&claim.id, 1)
}

fn code(claim: &Claim) -> String {
    stack::code(&claim.id, 1)
}

/// Six digits that are not the code.
fn wrong(claim: &Claim) -> String {
    if code(claim) == "000000" { "000001".to_owned() } else { "000000".to_owned() }
}

#[tokio::test]
async fn opening_the_link_shows_the_claim_and_decides_nothing() {
    let (stack, claim) = awaiting().await;
    let before = stack.world.engine.items("");
    for method in ["GET", "HEAD"] {
        let event = Event::new(method, &format!("/d/{}", token(&claim)));
        let answer = stack.send(event).await;
        assert_eq!(answer.status, 200, "{method}: {}", answer.text);
        assert!(answer.header("content-type").starts_with("text/html"));
        for (header, part) in [
            ("content-security-policy", "default-src 'none'"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert!(
                answer.header(header).contains(part),
                "{method} {header}: {}",
                answer.header(header)
            );
        }
        assert!(!answer.text.contains("<script"));
    }
    assert_eq!(stack.world.engine.items(""), before, "nothing was written");
}

#[tokio::test]
async fn a_form_with_the_right_code_declines_the_items_it_names() {
    let (stack, claim) = awaiting().await;
    let answer = stack.decide(&claim, "decision=decline&items=2").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.body["claim_status"], "awaiting_customer");
    assert_eq!(answer.items(), json!([[1, "pending"], [2, "declined"]]));
    assert_eq!(answer.body["in_time"], true);
    assert!(answer.body["receipt_id"].is_string());
    let undone = stack.decide(&claim, "decision=undo&items=2").await;
    assert_eq!(undone.items(), json!([[1, "pending"], [2, "pending"]]));
    let all = stack.decide(&claim, "decision=decline").await;
    assert_eq!(
        (&all.body["claim_status"], all.items()),
        (&json!("declined"), json!([[1, "declined"], [2, "declined"]]))
    );
}

#[tokio::test]
async fn a_no_is_answered_well_in_every_state_after_the_first_notice() {
    let (stack, claim) = awaiting().await;
    for _ in 0..2 {
        let answer = stack.decide(&claim, "decision=decline").await;
        assert_eq!((answer.status, &answer.body["claim_status"]), (200, &json!("declined")));
    }
    let (stack, claim) = awaiting().await;
    stack.world.give(&claim.id, &alpine(), &withdraw()).await.unwrap();
    let answer = stack.decide(&claim, "decision=decline").await;
    assert_eq!((answer.status, &answer.body["claim_status"]), (200, &json!("withdrawn")));
    let (stack, claim) = awaiting().await;
    stack.world.let_pass(closes_at(&claim));
    let answer = stack.decide(&claim, "decision=decline").await;
    assert_eq!((answer.status, &answer.body["claim_status"]), (200, &json!("ended")));
}

#[tokio::test]
async fn what_arrives_decides_not_when_the_function_runs() {
    let (stack, claim) = awaiting().await;
    stack.world.clock.set(closes_at(&claim) + Duration::seconds(3));
    let form = format!("decision=decline&code={}", code(&claim));
    let event = Event::post(&format!("/d/{}", token(&claim)))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept", "application/json")
        .body(&form);
    let answer = stack.send_at(event, closes_at(&claim) - Duration::milliseconds(1)).await;
    assert_eq!((answer.status, &answer.body["in_time"]), (200, &json!(true)), "{}", answer.text);
}

#[tokio::test]
async fn an_undo_after_the_deadline_is_a_state_conflict() {
    let (stack, claim) = awaiting().await;
    stack.decide(&claim, "decision=decline").await;
    stack.world.clock.set(closes_at(&claim));
    let answer = stack.decide(&claim, "decision=undo").await;
    assert_eq!(answer.problem(), (409, "invalid-state"));
}

#[tokio::test]
async fn a_token_that_was_tampered_with_or_is_of_another_stack_is_not_found() {
    let (stack, claim) = awaiting().await;
    let good = token(&claim);
    let foreign =
        Link::of(&keys(OTHER_SECRET), &claim.id, domain::ids::NoticeNo(1), VERIFIED).unwrap();
    let mut tokens = vec![
        foreign.token(&keys(OTHER_SECRET)),
        "x".to_owned(),
        format!("{good}A"),
        good[1..].to_owned(),
    ];
    for place in [0, 1, 10, 23, 24, 30, good.len() - 2] {
        let mut letters = good.clone().into_bytes();
        letters[place] = if letters[place] == b'Q' { b'R' } else { b'Q' };
        tokens.push(String::from_utf8(letters).unwrap());
    }
    let mut shapes = std::collections::BTreeSet::new();
    for token in tokens {
        let answer = stack.send(Event::get(&format!("/d/{token}"))).await;
        assert_eq!(answer.status, 404, "{token}");
        shapes.insert(answer.text);
        let posted = stack.post_form(&token, "decision=decline&code=123456").await;
        assert_eq!(posted.problem(), (404, "not-found"), "{token}");
    }
    assert_eq!(shapes.len(), 1, "one shape for all");
    assert_eq!(stack.world.read(&claim.id).await.version, claim.version);
}

#[tokio::test]
async fn five_wrong_codes_lock_right_and_wrong_ones_alike() {
    let (stack, claim) = awaiting().await;
    let (token, wrong) = (token(&claim), wrong(&claim));
    let form = format!("decision=decline&code={wrong}");
    for left in [4, 3, 2, 1, 0] {
        let answer = stack.post_form(&token, &form).await;
        assert_eq!(answer.problem(), (403, "code-wrong"), "{left}: {}", answer.text);
        assert_eq!(answer.body["tries_left"], left);
    }
    let sixth = stack.post_form(&token, &form).await;
    assert_eq!(sixth.problem(), (429, "code-locked"));
    assert!(!sixth.header("retry-after").is_empty());
    let right = stack.decide(&claim, "decision=decline").await;
    assert_eq!(right.problem(), (429, "code-locked"));
    assert_eq!(stack.world.read(&claim.id).await.status(), Status::AwaitingCustomer);
    stack.world.clock.advance(Duration::minutes(15) + Duration::seconds(1));
    let later = stack.decide(&claim, "decision=decline").await;
    assert_eq!(
        (later.status, &later.body["claim_status"]),
        (200, &json!("declined")),
        "{}",
        later.text
    );
}

#[tokio::test]
async fn a_missing_code_counts_as_a_wrong_one_and_decides_nothing() {
    let (stack, claim) = awaiting().await;
    let token = token(&claim);
    for form in [
        "decision=decline",
        "decision=decline&code=",
        "decision=decline&code=12345",
        "decision=decline&code=abcdef",
    ] {
        let answer = stack.post_form(&token, form).await;
        assert_eq!(answer.problem(), (403, "code-wrong"), "{form}: {}", answer.text);
    }
    assert_eq!(stack.world.read(&claim.id).await.version, claim.version);
}

#[tokio::test]
async fn wrong_codes_of_one_notice_do_not_lock_another_claim() {
    let (stack, claim) = awaiting().await;
    let other = stack.world.awaiting("other", &["sharepoint-online"]).await;
    let form = format!("decision=decline&code={}", wrong(&claim));
    for _ in 0..6 {
        stack.post_form(&token(&claim), &form).await;
    }
    assert_eq!(stack.decide(&other, "decision=decline").await.status, 200);
}

#[tokio::test]
async fn guesses_made_at_once_are_counted_one_by_one() {
    let (stack, claim) = awaiting().await;
    let (token, wrong) = (token(&claim), wrong(&claim));
    let form = format!("decision=decline&code={wrong}");
    let guess = || stack.post_form(&token, &form);
    let all = tokio::join!(guess(), guess(), guess(), guess(), guess(), guess(), guess());
    let all = [all.0, all.1, all.2, all.3, all.4, all.5, all.6];
    let statuses = all.map(|answer| answer.status);
    assert_eq!(statuses.iter().filter(|status| **status == 403).count(), 5, "{statuses:?}");
}

#[tokio::test]
async fn a_form_that_cannot_be_read_is_refused_and_decides_nothing() {
    let (stack, claim) = awaiting().await;
    for form in
        ["decision=explode", "decision=decline&items=9", "decision=decline&items=x", "items=1", ""]
    {
        let answer = stack.decide(&claim, form).await;
        assert!((400..500).contains(&answer.status), "{form}: {} {}", answer.status, answer.text);
    }
    assert_eq!(stack.world.read(&claim.id).await.version, claim.version);
}

#[tokio::test]
async fn other_methods_do_nothing() {
    let (stack, claim) = awaiting().await;
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS"] {
        let answer = stack.send(Event::new(method, &format!("/d/{}", token(&claim)))).await;
        assert!([204, 405].contains(&answer.status), "{method}: {}", answer.status);
    }
    assert_eq!(stack.world.read(&claim.id).await.version, claim.version);
}

#[tokio::test]
async fn a_link_opened_after_withdrawal_says_there_is_nothing_to_do() {
    let (stack, claim) = awaiting().await;
    stack.world.give(&claim.id, &alpine(), &withdraw()).await.unwrap();
    let answer = stack.send(Event::get(&format!("/d/{}", token(&claim)))).await;
    assert_eq!(answer.status, 200);
    assert!(!answer.text.contains("<form"), "{}", answer.text);
}

#[tokio::test]
async fn the_page_speaks_the_customers_language_and_switches_on_request() {
    let (stack, claim) = awaiting().await;
    let path = format!("/d/{}", token(&claim));
    let own = stack.send(Event::get(&path)).await;
    assert!(own.text.contains("lang=\"cs\""), "the customer's own language");
    let other = stack.send(Event::get(&format!("{path}?lang=en"))).await;
    assert!(other.text.contains("lang=\"en\""));
}

/// Contoso with a second verified contact, and a claim whose window is open.
async fn with_two_contacts() -> (Stack, Claim) {
    let stack = Box::pin(Stack::at(NOW)).await;
    let mut tenant = integration::fixtures::contoso();
    let mut other = tenant.contacts[0].clone();
    other.email = domain::text::Email::parse("ceo@contoso.example").unwrap();
    tenant.contacts.push(other);
    stack.world.store.put_tenant(&tenant).await.unwrap();
    let claim = Box::pin(stack.world.awaiting("k", &["teams"])).await;
    (stack, claim)
}

#[tokio::test]
async fn the_wrong_person_hands_the_notice_on_and_his_link_says_only_that() {
    let (stack, claim) = with_two_contacts().await;
    let passed = stack.decide(&claim, "decision=wrong_contact").await;
    assert_eq!(passed.body["claim_status"], "notifying", "{}", passed.text);
    let again = stack.world.read(&claim.id).await;
    let list = stack.world.store.recipient_list(&claim.id, again.notice).await.unwrap().unwrap();
    assert_eq!(list.get(VERIFIED).unwrap().standing.as_str(), "refused");
    let page = |notice| Event::get(&format!("/d/{}", integration::stack::token(&claim.id, notice)));
    let old = stack.send(page(1)).await;
    assert!(
        old.text.contains("Ptáme se někoho jiného") && !old.text.contains("<form"),
        "{}",
        old.text
    );
    let new = stack.send(page(2)).await;
    assert!(new.text.contains("<form") && !new.text.contains("Ptáme se"), "{}", new.text);
}

#[tokio::test]
async fn a_page_offers_more_time_once_and_another_person_twice() {
    let (stack, claim) = with_two_contacts().await;
    let buttons = async |claim: &Claim| {
        let token = integration::stack::token(&claim.id, claim.notice.0);
        let page = stack.send(Event::get(&format!("/d/{token}"))).await;
        let has = |name: &str| page.text.contains(&format!("value=\"{name}\""));
        (has("extend"), has("wrong_contact"))
    };
    assert_eq!(buttons(&claim).await, (true, true));
    let longer = stack.decide(&claim, "decision=extend").await;
    assert_eq!(longer.status, 200, "{}", longer.text);
    assert_eq!(buttons(&claim).await, (false, true));
    for notice in [2, 3] {
        let now = stack.world.read(&claim.id).await;
        assert_eq!(stack.decide(&now, "decision=wrong_contact").await.status, 200);
        let now = stack.world.read(&claim.id).await;
        let given = stack.world.deliver(&now).await;
        if notice == 3 {
            assert_eq!(given.unwrap().status().as_str(), "awaiting_customer");
        }
    }
    let now = stack.world.read(&claim.id).await;
    assert_eq!(buttons(&now).await, (false, false));
    let third = stack.decide(&now, "decision=wrong_contact").await;
    assert_eq!(third.problem(), (409, "invalid-state"));
}

#[tokio::test]
async fn where_nobody_else_is_known_the_partner_is_asked_for_another_contact() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let mut tenant = integration::fixtures::contoso();
    tenant.contacts.clear();
    stack.world.store.put_tenant(&tenant).await.unwrap();
    let claim = Box::pin(stack.world.awaiting("k", &["teams"])).await;
    let passed = stack.decide(&claim, "decision=wrong_contact").await;
    assert_eq!(passed.body["claim_status"], "unreachable", "{}", passed.text);
    let token = integration::stack::token(&claim.id, 1);
    let page = stack.send(Event::get(&format!("/d/{token}"))).await;
    assert!(page.text.contains("Ptáme se někoho jiného"), "{}", page.text);
}
