//! The short mails that follow a notice, and the page by which a notice proves genuine.

use chrono::Duration;
use domain::actor::{Actor, StaffRole};
use domain::claim::{Claim, Status};
use domain::command::{Command, DirectoryLoss};
use domain::event::FailureCause;
use domain::ids::{ItemNo, StaffId};
use domain::recipient::RecipientNo;
use domain::text::Comment;
use serde_json::{Value, json};
use support::event_functions::{Mail, events, forget_marks, mail_event, mails, records};
use support::fake_services::With;
use support::fixtures;
use support::stack::Stack;
use support::test_env::{VERIFIED, alpine, closes_at, reject, reviewer, validate, withdraw};
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";

async fn awaiting() -> (Stack, Claim) {
    let stack = Stack::at(NOW).await;
    let claim = stack.env.awaiting("k", &["exchange-online", "teams"]).await;
    (stack, claim)
}

/// Publishes what has happened, and hands the events of that type to `notify`; the mails they make.
async fn told(stack: &Stack, event_type: &str) -> Vec<Mail> {
    let (env, event_functions) = (&stack.env, &stack.event_functions);
    env.services.forget();
    event_functions.publish(&records(env)).await.unwrap();
    for event in events(env).iter().filter(|event| event["type"] == event_type) {
        event_functions.notify(event).await.unwrap();
    }
    mails(env)
}

/// The text of the verified contact's mail. The other recipient has one too; neither has a link or a tag of the
/// notice: it proves no delivery.
fn one_each(mails: &[Mail]) -> String {
    let to: Vec<_> = mails.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(to, ["jana@contoso.example", "it@contoso.example"]);
    for mail in mails {
        assert!(mail.tags.iter().all(|(name, _)| name != "notice"), "{:?}", mail.tags);
        assert!(!mail.text().contains("/d/"), "{}", mail.text());
    }
    mails[1].text()
}

#[tokio::test]
async fn a_no_is_receipted_with_what_it_declined_even_when_it_was_taken_back_since() {
    let (stack, claim) = awaiting().await;
    let declined = stack.decide(&claim, "decision=decline&items=2").await;
    stack.env.clock.advance(Duration::milliseconds(1));
    stack.decide(&claim, "decision=undo").await;
    let text = one_each(&told(&stack, "items_declined").await);
    let line = |text: &str, words: &str| {
        text.lines().find(|line| line.contains(words)).map(str::to_owned).unwrap_or_default()
    };
    let no = line(&text, "je zaznamenáno");
    assert!(no.contains("teams") && !no.contains("exchange-online"), "{text}");
    assert!(line(&text, "zatím nikdo nerozhodl").contains("exchange-online"), "{text}");
    assert!(text.contains(declined.body["receipt_id"].as_str().unwrap()), "{text}");
    assert!(!text.contains("vzít zpět"), "nothing is left to take back: {text}");
    let text = one_each(&told(&stack, "decline_undone").await);
    let undone = line(&text, "bylo vzato zpět");
    assert!(undone.contains("teams") && !undone.contains("exchange-online"), "{text}");
    let waiting = line(&text, "zatím nikdo nerozhodl");
    assert!(
        waiting.contains("teams") && waiting.contains("do konce čtvrtka 31. prosince"),
        "{text}"
    );
}

#[tokio::test]
async fn a_later_no_is_receipted_as_an_end_and_the_partners_own_end_is_told_as_its_own() {
    let (stack, claim) = awaiting().await;
    stack.env.let_pass(closes_at(&claim));
    stack.decide(&claim, "decision=decline&items=1").await;
    let text = one_each(&told(&stack, "association_ended").await);
    assert!(text.contains("exchange-online") && !text.contains("teams"), "{text}");
    let (stack, claim) = awaiting().await;
    stack.env.let_pass(closes_at(&claim));
    let end = RequestEvent::post(&format!("/v1/associations/{}-1/end", claim.id));
    let ended = stack
        .send(
            end.partner_admin("p-alpine").json(&json!({"reason_code": "other", "comment": "done"})),
        )
        .await;
    assert_eq!(ended.status, 200, "{}", ended.text);
    let text = one_each(&told(&stack, "association_ended").await);
    assert!(text.contains("Ukončil je partner") && text.contains("exchange-online"), "{text}");
    assert!(!text.contains("teams"), "{text}");
}

#[tokio::test]
async fn a_yes_is_receipted_with_what_it_made_official() {
    let (stack, claim) = awaiting().await;
    let accept = RequestEvent::post(&format!("/v1/customer/claims/{}/accept", claim.id));
    let accept = accept.customer_admin(support::fixtures::CONTOSO).json(&json!({"items": [2]}));
    assert_eq!(stack.send(accept).await.status, 200);
    let text = one_each(&told(&stack, "items_accepted").await);
    assert!(text.contains("teams") && !text.contains("exchange-online"), "{text}");
}

#[tokio::test]
async fn a_customer_is_told_when_another_partner_takes_over_and_not_by_whom() {
    let stack = Stack::at(NOW).await;
    let (_, newcomer) = Box::pin(stack.env.in_line(&["teams"], &["teams"])).await;
    stack.env.let_pass(closes_at(&newcomer));
    stack.env.read(&newcomer.id).await;
    let text = one_each(&told(&stack, "association_ended").await);
    assert!(text.contains("Alpine Cloud") && text.contains("teams"), "{text}");
    assert!(!text.contains("Borealis"), "{text}");
}

#[tokio::test]
async fn a_customer_is_told_that_what_silence_made_official_ended_since_the_partner_was_not_enrolled()
 {
    let (stack, claim) = awaiting().await;
    let mut partner = fixtures::alpine();
    partner.locations.iter_mut().for_each(|location| location.programs.clear());
    let lost = partner.stamp_changes(Some(&fixtures::alpine()), stack.env.clock.now());
    stack.env.store.put_partner(&lost).await.unwrap();
    stack.env.let_pass(closes_at(&claim));
    stack.env.finalize().await;
    let swept = Box::pin(stack.event_functions.sweep(&stack.env)).await.unwrap();
    assert!(swept.batch_item_failures.is_empty(), "{swept:?}");
    let text = one_each(&told(&stack, "association_ended").await);
    assert!(text.contains("nebyl účastníkem programu"), "{text}");
    assert!(text.contains("exchange-online") && text.contains("teams"), "{text}");
}

#[tokio::test]
async fn a_customer_who_was_notified_is_told_of_the_withdrawal_and_another_is_not() {
    let (stack, claim) = awaiting().await;
    stack.env.give(&claim.id, &alpine(), &withdraw()).await.unwrap();
    assert!(one_each(&told(&stack, "withdrawn").await).contains("vzala zpět"));
    let stack = Stack::at(NOW).await;
    let claim = stack.env.submitted("k", &["teams"]).await;
    stack.env.give(&claim.id, &alpine(), &withdraw()).await.unwrap();
    assert!(told(&stack, "withdrawn").await.is_empty());
}

/// The operator as it holds claims.
fn operator() -> Actor {
    let Actor::Staff { id, .. } = reviewer() else { panic!("staff") };
    Actor::Staff { id, role: StaffRole::Operator }
}

#[tokio::test]
async fn a_customer_who_was_notified_is_told_of_a_rejection_without_its_reasons_and_another_is_not()
{
    let (stack, claim) = awaiting().await;
    let said = Comment::parse("They have another partner, Borealis.").unwrap();
    let hold = Command::Hold { comment: said.clone() };
    stack.env.give(&claim.id, &operator(), &hold).await.unwrap();
    let Command::Reject { mut reasons } = reject() else { panic!("reasons") };
    reasons[0].comment = Some(said);
    stack.env.give(&claim.id, &reviewer(), &Command::Reject { reasons }).await.unwrap();
    let text = one_each(&told(&stack, "rejected").await);
    assert!(text.contains("byla zamítnuta pro tyto položky"), "{text}");
    assert!(text.contains("exchange-online") && text.contains("teams"), "{text}");
    assert!(text.contains("nic nečeká na odpověď"), "{text}");
    assert!(!text.contains("Borealis") && !text.contains("reviewer-1"), "{text}");
    assert!(told(&stack, "rejected").await.is_empty(), "once");
    let stack = Stack::at(NOW).await;
    let claim = stack.env.in_review("k", &["teams"]).await;
    stack.env.give(&claim.id, &reviewer(), &reject()).await.unwrap();
    assert!(told(&stack, "rejected").await.is_empty());
}

#[tokio::test]
async fn a_customer_is_told_which_item_has_vanished_from_a_window_and_until_when_the_rest_waits() {
    let (stack, claim) = awaiting().await;
    let vanish = Command::Vanish(DirectoryLoss::Items(vec![ItemNo(2)]));
    stack.env.give(&claim.id, &Actor::System, &vanish).await.unwrap();
    let text = one_each(&told(&stack, "rejected").await);
    let line = |words: &str| text.lines().find(|line| line.contains(words)).unwrap_or_default();
    let rejected = line("byla zamítnuta pro tuto položku");
    assert!(rejected.contains("teams") && !rejected.contains("exchange-online"), "{text}");
    let waiting = line("zatím nikdo nerozhodl");
    assert!(waiting.contains("exchange-online") && !waiting.contains("teams"), "{text}");
    assert!(waiting.contains("do konce čtvrtka 31. prosince"), "{text}");
    assert!(!text.contains("námitky"), "what vanished is not taken up again: {text}");
}

#[tokio::test]
async fn a_rejection_by_the_partners_silence_is_told_and_one_that_was_overturned_meanwhile_is_not()
{
    let (stack, claim) = awaiting().await;
    let failed = stack.env.fail(&claim, FailureCause::Bounce).await.unwrap();
    assert_eq!(failed.status(), Status::Unreachable);
    stack.env.let_pass(failed.deadline().unwrap());
    assert_eq!(stack.env.read(&claim.id).await.status(), Status::Rejected);
    let mails = told(&stack, "rejected").await;
    let to: Vec<_> = mails.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(to, ["jana@contoso.example"], "nobody writes to an address that failed");
    let comment = Comment::parse("We have another contact.").unwrap();
    let colleague =
        Actor::Staff { id: StaffId::parse("reviewer-2").unwrap(), role: StaffRole::Reviewer };
    let dispute = Command::Dispute { comment: comment.clone() };
    stack.env.give(&claim.id, &alpine(), &dispute).await.unwrap();
    stack.env.give(&claim.id, &colleague, &Command::Overturn { comment }).await.unwrap();
    forget_marks(&stack.env);
    assert!(told(&stack, "rejected").await.is_empty(), "the claim is in review again");
}

#[tokio::test]
async fn the_exact_deadline_is_told_where_it_is_not_the_one_the_notice_gave() {
    let (stack, _) = awaiting().await;
    assert!(told(&stack, "window_opened").await.is_empty(), "delivered on the day it was sent");
    let stack = Stack::at(NOW).await;
    let claim = stack.env.notifying("k", &["teams"]).await;
    told(&stack, "validated").await;
    stack.env.clock.advance(Duration::days(1));
    let at = stack.env.clock.now();
    stack.event_functions.deliver(&delivery(&claim, at)).await;
    let text = one_each(&told(&stack, "window_opened").await);
    assert!(text.contains("pondělí 4. ledna 2027"), "{text}");
}

fn delivery(claim: &Claim, at: chrono::DateTime<chrono::Utc>) -> Value {
    mail_event("Delivery", &claim.id, claim.notice.0, (VERIFIED, "it@contoso.example"), at)
}

/// A validated claim with two recipients, of whom `it@contoso.example` is verified and the other is outside.
async fn two_recipients(stack: &Stack) -> Claim {
    let mut body = support::fixtures::claim_body(&["teams"]);
    body["customer_contact"]["email"] = json!("jana@consulting.example");
    let env = &stack.env;
    let claim = env.create_of("p-alpine", "k", &body).await.unwrap().claim;
    let begin = domain::command::Command::BeginReview;
    env.give(&claim.id, &reviewer(), &begin).await.unwrap();
    env.give(&claim.id, &reviewer(), &validate()).await.unwrap().claim
}

#[tokio::test]
async fn a_recipient_whose_mail_is_refused_keeps_nobody_else_from_theirs() {
    let stack = Stack::at(NOW).await;
    two_recipients(&stack).await;
    let (env, event_functions) = (&stack.env, &stack.event_functions);
    event_functions.publish(&records(env)).await.unwrap();
    let event = events(env).into_iter().find(|event| event["type"] == "validated").unwrap();
    env.services.refuse("SendEmail", 1, With::Error(400, "MessageRejected"));
    assert!(event_functions.notify(&event).await.is_err(), "the platform tries again");
    assert_eq!(mails(env).len(), 1, "the other has its own");
}

#[tokio::test]
async fn a_delivery_told_after_the_bounce_of_the_same_mail_opens_nothing() {
    let stack = Stack::at(NOW).await;
    let claim = two_recipients(&stack).await;
    let at = stack.env.clock.now();
    for (kind, recipient) in [
        ("Bounce", (VERIFIED, "it@contoso.example")),
        ("Delivery", (VERIFIED, "it@contoso.example")),
        ("Delivery", (RecipientNo(1), "jana@consulting.example")),
    ] {
        let event = mail_event(kind, &claim.id, claim.notice.0, recipient, at);
        stack.event_functions.deliver(&event).await;
    }
    assert!(stack.env.read(&claim.id).await.state.window().is_none());
}

#[tokio::test]
async fn an_authenticity_code_shows_the_notice_and_every_other_code_one_and_the_same_nothing() {
    let stack = Stack::at(NOW).await;
    let claim = stack.env.notifying("k", &["teams"]).await;
    let mail = told(&stack, "validated").await.remove(0).text();
    let line = mail.lines().find(|line| line.contains("/n/") && line.starts_with("http")).unwrap();
    let path = line.strip_prefix("https://cpor.test").unwrap();
    let own = stack.send(RequestEvent::get(&format!("{path}?lang=en"))).await;
    assert_eq!(own.status, 200, "{}", own.text);
    assert!(own.text.contains("This notice is genuine"), "{}", own.text);
    let since = own.text.find("Since then").unwrap();
    assert!(
        own.text.find("Sent: Tuesday 22 December 2026 15:00").is_some_and(|at| at < since),
        "{}",
        own.text
    );
    for part in ["Alpine Cloud", "teams", "nejméně do konce čtvrtka 31. prosince 2026"] {
        assert!(own.text.contains(part), "{part}, as it was sent: {}", own.text);
    }
    let code = support::stack::code(&claim.id, 1);
    assert!(!own.text.contains(&code) && !own.text.contains("<form"), "nothing to decide with");
    let typed = path.to_lowercase().replace('-', "");
    assert_eq!(stack.send(RequestEvent::get(&typed)).await.status, 200, "as people type it");
    let mut shapes = std::collections::BTreeSet::new();
    for other in ["00000-00000", "x", "%C5%BE", &"A".repeat(500)] {
        let answer = stack.send(RequestEvent::get(&format!("/n/{other}"))).await;
        assert_eq!(answer.status, 404, "{other}");
        shapes.insert(answer.text);
    }
    assert_eq!(shapes.len(), 1);
}

#[tokio::test]
async fn a_form_with_an_error_is_answered_with_the_page_and_the_error_above_it() {
    let (stack, claim) = awaiting().await;
    let path = format!("/d/{}?lang=en", support::stack::token(&claim.id, 1));
    let code = support::stack::code(&claim.id, 1);
    let wrong = format!("{}{}", i32::from(code.starts_with('0')), &code[1..]);
    let cases = [
        ("decision=decline&code=".to_owned(), 422, "The code has six digits"),
        (format!("decision=decline&code={wrong}"), 403, "try again as often as you need"),
        (format!("decision=extend&code={wrong}"), 403, "You have 9 tries left"),
        (format!("decision=decline&items=9&code={code}"), 422, "items of this list only"),
        (format!("decision=decline&decision=undo&code={code}"), 422, "Choose one of the answers"),
        (format!("decision=extend&code={code}"), 409, "not possible now"),
    ];
    // The one extension is used up.
    stack.decide(&claim, "decision=extend").await;
    stack.decide(&claim, "decision=decline&items=1").await;
    let claim = stack.env.read(&claim.id).await;
    for (form, status, text) in cases {
        let event =
            RequestEvent::post(&path).header("content-type", "application/x-www-form-urlencoded");
        let answer = stack.send(event.body(&form)).await;
        assert_eq!(answer.status, status, "{form}: {}", answer.text);
        assert!(answer.text.contains(text) && answer.text.contains("role=\"alert\""), "{form}");
    }
    for (content_type, body, status) in [
        ("application/json", "{}".to_owned(), 415),
        ("application/x-www-form-urlencoded", "a".repeat(65 * 1024), 413),
    ] {
        let event = RequestEvent::post(&path).header("content-type", content_type).body(&body);
        assert_eq!(stack.send(event).await.status, status);
    }
    assert_eq!(stack.env.read(&claim.id).await.version, claim.version);
}

#[tokio::test]
async fn an_extension_by_the_form_is_answered_with_the_longer_deadline() {
    let (stack, claim) = awaiting().await;
    let path = format!("/d/{}?lang=en", support::stack::token(&claim.id, 1));
    let form = format!("decision=extend&code={}", support::stack::code(&claim.id, 1));
    let post =
        || RequestEvent::post(&path).header("content-type", "application/x-www-form-urlencoded");
    let answer = stack.send(post().body(&form)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(answer.text.contains("Until the end of Friday 8 January 2027"), "{}", answer.text);
}
