//! Keys of links that are rotated while mails are written and answered, and those of cursors while lists are read
//! (`docs/operations.md §5`).

use chrono::Duration;
use domain::claim::{Claim, Status};
use domain::recipient::RecipientNo;
use notice::Link;
use serde_json::json;
use support::event_functions::{Mail, events, mail_event, mails, records};
use support::fixtures;
use support::stack::{self, NEW_CURSOR_SECRET, ROTATED_CURSOR_SECRET, ROTATED_SECRET, Stack};
use support::test_env::{VERIFIED, closes_at};
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";

/// The mails of the newest event of that type.
async fn told(stack: &Stack, event_type: &str) -> Vec<Mail> {
    stack.env.services.forget();
    stack.event_functions.publish(&records(&stack.env)).await.unwrap();
    let event = events(&stack.env).into_iter().rfind(|event| event["type"] == event_type);
    stack.event_functions.notify(&event.unwrap()).await.unwrap();
    mails(&stack.env)
}

fn to<'m>(mails: &'m [Mail], address: &str) -> &'m Mail {
    mails.iter().find(|mail| mail.to == address).unwrap()
}

/// The token in a mail.
fn token(mail: &Mail) -> String {
    let text = mail.text();
    let mut lines = text.lines().filter_map(|line| line.strip_prefix("https://cpor.test/d/"));
    lines.find(|token| !token.contains('?')).unwrap().to_owned()
}

fn digits(mail: &Mail, count: usize) -> String {
    let text = mail.text();
    let is_code = |line: &&str| line.len() == count && line.bytes().all(|c| c.is_ascii_digit());
    text.lines().find(is_code).unwrap().to_owned()
}

async fn deliver(stack: &Stack, claim: &Claim, (no, address): (RecipientNo, &str)) {
    let event =
        mail_event("Delivery", &claim.id, claim.notice.0, (no, address), stack.env.clock.now());
    stack.event_functions.deliver(&event).await;
}

#[tokio::test]
async fn a_link_under_a_key_that_a_warm_process_does_not_know_is_opened_after_one_more_read() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.notifying("k", &["teams"])).await;
    let old = token(to(&told(&stack, "validated").await, "it@contoso.example"));
    stack.secret.put(ROTATED_SECRET);
    let new = Link::of(&stack::keys(ROTATED_SECRET), &claim.id, claim.notice, VERIFIED).unwrap();
    let new = new.to_token(&stack::keys(ROTATED_SECRET));
    assert!(new != old);
    stack.env.clock.advance(Duration::minutes(2));
    for token in [&new, &old, &new] {
        let page = stack.send(RequestEvent::get(&format!("/d/{token}"))).await;
        assert_eq!(page.status, 200, "{}", page.text);
    }
    assert_eq!(stack.secret.reads(), 1);
}

#[tokio::test]
async fn whoever_makes_keys_up_has_the_secret_read_once_a_minute_at_the_most() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.notifying("k", &["teams"])).await;
    let rotated = stack::keys(ROTATED_SECRET);
    let forged = Link::of(&rotated, &claim.id, claim.notice, VERIFIED).unwrap().to_token(&rotated);
    stack.env.clock.advance(Duration::minutes(2));
    for _ in 0..20 {
        assert_eq!(stack.send(RequestEvent::get(&format!("/d/{forged}"))).await.status, 404);
    }
    assert_eq!(stack.secret.reads(), 1);
    stack.env.clock.advance(Duration::minutes(1));
    assert_eq!(stack.send(RequestEvent::get(&format!("/d/{forged}"))).await.status, 404);
    assert_eq!(stack.secret.reads(), 2);
    assert_eq!(stack.send(RequestEvent::get("/d/none")).await.status, 404);
    assert_eq!(stack.secret.reads(), 2);
}

#[tokio::test]
async fn a_receipt_of_after_a_rotation_takes_back_the_no_of_a_link_from_before_it() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.notifying("k", &["teams"])).await;
    let mails = told(&stack, "validated").await;
    let mail = to(&mails, "it@contoso.example");
    let (old, code) = (token(mail), digits(mail, 6));
    deliver(&stack, &claim, (VERIFIED, "it@contoso.example")).await;
    stack.secret.put(ROTATED_SECRET);
    stack.env.clock.advance(Duration::minutes(11));
    let no = stack.post_form(&old, &format!("decision=decline&code={code}")).await;
    assert_eq!(no.status, 200, "{}", no.text);
    let receipt = told(&stack, "items_declined").await;
    let undo = digits(to(&receipt, "it@contoso.example"), 10);
    assert!(stack.secret.reads() > 0, "the receipt is of the new key");
    stack.env.clock.advance(Duration::minutes(1));
    let undone = stack.post_form(&old, &format!("decision=undo&code={undo}")).await;
    assert_eq!(undone.status, 200, "{}", undone.text);
    assert_eq!(stack.env.read(&claim.id).await.status(), Status::AwaitingCustomer);
    let again = stack.post_form(&old, "decision=undo&code=0000000000").await;
    assert_ne!(again.status, 200);
}

#[tokio::test]
async fn the_exact_deadline_is_told_across_a_rotation() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.notifying("k", &["teams"])).await;
    told(&stack, "validated").await;
    let added = json!({"added": [{"date": "2026-12-31", "name": "Day of mourning"}]});
    let put = RequestEvent::put("/v1/calendars/CZ").staff("operator", "op").json(&added);
    assert_eq!(stack.send(put).await.status, 200);
    stack.secret.put(ROTATED_SECRET);
    stack.env.clock.advance(Duration::minutes(11));
    deliver(&stack, &claim, (VERIFIED, "it@contoso.example")).await;
    let open = stack.env.read(&claim.id).await;
    assert_eq!(closes_at(&open), "2027-01-04T23:00:00Z".parse::<domain::claim::Instant>().unwrap());
    let mails = told(&stack, "window_opened").await;
    let mut to: Vec<_> = mails.iter().map(|mail| mail.to.as_str()).collect();
    to.sort_unstable();
    assert_eq!(to, ["it@contoso.example", "jana@contoso.example"]);
}

/// The next page of a partner's claims, one a page: the claim, and the cursor behind it.
async fn page(stack: &Stack, cursor: &str) -> (String, String) {
    let list = RequestEvent::get(&format!("/v1/claims?limit=1{cursor}")).partner_admin("p-alpine");
    let answer = stack.send(list).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let next = answer.body["next_cursor"].as_str().map(|cursor| format!("&cursor={cursor}"));
    (answer.body["items"][0]["id"].as_str().unwrap().to_owned(), next.unwrap_or_default())
}

/// The problem that a cursor is answered with that no key has signed; a warm process reads the secret for it.
async fn refused(stack: &Stack, cursor: &str) -> (u16, String) {
    let list = RequestEvent::get(&format!("/v1/claims?limit=1{cursor}")).partner_admin("p-alpine");
    let answer = stack.send(list).await;
    let (status, code) = answer.problem();
    (status, code.to_owned())
}

#[tokio::test]
async fn whoever_reads_a_list_goes_on_after_a_rotation_of_the_cursors_key_until_the_old_one_is_gone()
 {
    let stack = Box::pin(Stack::at(NOW)).await;
    for (key, item) in [("a", "teams"), ("b", "exchange-online"), ("c", "sharepoint-online")] {
        let answer = stack.submit("p-alpine", key, &fixtures::claim_body(&[item])).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
    }
    let (first, old) = page(&stack, "").await;
    stack.cursor_secret.put(ROTATED_CURSOR_SECRET);
    stack.env.clock.advance(Duration::minutes(2));
    let (second, _) = page(&stack, &old).await;
    assert_eq!(stack.cursor_secret.reads(), 0, "the process is of before the rotation");
    let invalid = (400, "invalid-cursor".to_owned());
    assert_eq!(refused(&stack, "&cursor=AAAA").await, invalid);
    assert_eq!(stack.cursor_secret.reads(), 1);
    let (again, new) = page(&stack, &old).await;
    let (third, _) = page(&stack, &new).await;
    assert_eq!(again, second);
    assert!(first != second && second != third && third != first);
    assert_eq!(stack.cursor_secret.reads(), 1, "both keys are known");
    stack.cursor_secret.put(NEW_CURSOR_SECRET);
    stack.env.clock.advance(Duration::minutes(2));
    assert_eq!(refused(&stack, "&cursor=AAAA").await, invalid);
    assert_eq!(refused(&stack, &old).await, invalid);
    assert_eq!(page(&stack, &new).await.0, third);
}
