//! A notice that is sent again (`docs/domain.md §5.3`): the same mail to whoever has no receipt of it, once a message.

use chrono::Duration;
use domain::claim::Claim;
use serde_json::{Value, json};
use support::event_functions::{Mail, events, mail_event, mails, records};
use support::fake_services::With;
use support::fixtures::ALPINE;
use support::stack::{Answer, Stack, by_customer};
use support::test_env::{VERIFIED, closes_at};
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";
const JANA: &str = "jana@contoso.example";
const IT: &str = "it@contoso.example";

/// The events of that type, once the stream has told everything.
async fn events_of(stack: &Stack, event_type: &str) -> Vec<Value> {
    stack.env.services.forget();
    stack.event_functions.publish(&records(&stack.env)).await.unwrap();
    let mut all = events(&stack.env);
    all.retain(|event| event["type"] == event_type);
    stack.env.services.forget();
    all
}

/// The mails that the last event of that type makes.
async fn told(stack: &Stack, event_type: &str) -> Vec<Mail> {
    let event = events_of(stack, event_type).await.pop().unwrap();
    stack.event_functions.notify(&event).await.unwrap();
    mails(&stack.env)
}

fn addresses(mails: &[Mail]) -> Vec<&str> {
    mails.iter().map(|mail| mail.to.as_str()).collect()
}

/// A claim whose notice was handed over, and its mails.
async fn notified() -> (Stack, Claim, Vec<Mail>) {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.notifying("k", &["exchange-online", "teams"])).await;
    let sent = told(&stack, "validated").await;
    assert_eq!(addresses(&sent), [JANA, IT]);
    (stack, claim, sent)
}

async fn report(stack: &Stack, kind: &str, claim: &Claim, at: domain::claim::Instant) {
    let event = mail_event(kind, &claim.id, 1, (VERIFIED, IT), at);
    stack.event_functions.deliver(&event).await;
}

/// Asks for the notice once more, in the version that the claim has by now.
async fn resend(stack: &Stack, claim: &Claim, by: fn(RequestEvent) -> RequestEvent) -> Answer {
    let version = stack.env.read(&claim.id).await.version;
    let event = RequestEvent::post(&format!("/v1/claims/{}/resend", claim.id));
    let event = by(event).header("if-match", &format!("\"{version}\""));
    stack.send(event.json(&json!({}))).await
}

fn partner(event: RequestEvent) -> RequestEvent {
    event.partner_admin(ALPINE)
}

fn operator(event: RequestEvent) -> RequestEvent {
    event.staff("operator", "operator-1")
}

#[tokio::test]
async fn the_same_mail_goes_to_whoever_has_no_receipt_and_nothing_moves() {
    let (stack, claim, sent) = notified().await;
    report(&stack, "Delivery", &claim, stack.env.clock.now()).await;
    let before = stack.env.read(&claim.id).await;
    stack.env.clock.advance(Duration::hours(20));
    let answer = resend(&stack, &claim, partner).await;
    assert_eq!((answer.status, &answer.body["status"]), (200, &json!("awaiting_customer")));
    let again = told(&stack, "notice_resent").await;
    assert_eq!(addresses(&again), [JANA], "the other has it");
    assert_eq!(again[0].text(), sent[0].text(), "text, link and codes are the same");
    assert_eq!(again[0].tags, sent[0].tags);
    let after = stack.env.read(&claim.id).await;
    assert_eq!((&after.state, after.notice), (&before.state, before.notice));
    assert_eq!(after.version, before.version.next());
}

#[tokio::test]
async fn a_message_that_comes_again_mails_nobody_twice_and_whom_it_could_not_mail_alone() {
    let (stack, claim, _) = notified().await;
    assert_eq!(resend(&stack, &claim, operator).await.status, 200);
    let event = events_of(&stack, "notice_resent").await.pop().unwrap();
    stack.env.services.refuse("SendEmail", 1, With::Error(500, "InternalServiceErrorException"));
    assert!(stack.event_functions.notify(&event).await.is_err(), "the message comes back");
    stack.env.services.forget();
    stack.event_functions.notify(&event).await.unwrap();
    assert_eq!(addresses(&mails(&stack.env)), [JANA], "whom the first try did not reach");
    stack.env.services.forget();
    stack.event_functions.notify(&event).await.unwrap();
    assert!(mails(&stack.env).is_empty());
    // The notice itself is known as sent, whatever comes again.
    assert!(told(&stack, "validated").await.is_empty());
}

#[tokio::test]
async fn whoever_failed_has_a_report_and_is_not_written_to_again() {
    let (stack, claim, _) = notified().await;
    let jana = mail_event(
        "Bounce",
        &claim.id,
        1,
        (domain::recipient::RecipientNo(1), JANA),
        stack.env.clock.now(),
    );
    stack.event_functions.deliver(&jana).await;
    assert_eq!(resend(&stack, &claim, operator).await.status, 200);
    assert_eq!(addresses(&told(&stack, "notice_resent").await), [IT]);
}

#[tokio::test]
async fn a_delivery_of_the_mail_that_was_sent_again_is_one_of_the_notice() {
    let (stack, claim, _) = notified().await;
    stack.env.clock.advance(Duration::hours(20));
    assert_eq!(resend(&stack, &claim, operator).await.status, 200);
    assert_eq!(stack.env.read(&claim.id).await.status().as_str(), "notifying");
    let delivered = stack.env.clock.now();
    report(&stack, "Delivery", &claim, delivered).await;
    let open = stack.env.read(&claim.id).await;
    assert_eq!(open.status().as_str(), "awaiting_customer");
    assert_eq!(open.state.window().unwrap().delivered_at, delivered, "a full window from then on");
}

#[tokio::test]
async fn a_mail_that_is_sent_again_never_promises_more_than_the_window_has() {
    let holidays = json!({"closures": ["2026-12-30"]});
    for rules in [holidays, json!({"locale": "en"})] {
        let (stack, claim, _) = notified().await;
        report(&stack, "Delivery", &claim, stack.env.clock.now()).await;
        let open = stack.env.read(&claim.id).await;
        assert_eq!(closes_at(&open).to_rfc3339(), "2026-12-31T23:00:00+00:00");
        // By what the customer has said since, a window from now on would end in January.
        stack.env.clock.advance(Duration::days(2));
        let put = by_customer(RequestEvent::put("/v1/customer/rules")).json(&rules);
        assert_eq!(stack.send(put).await.status, 200);
        assert_eq!(resend(&stack, &claim, partner).await.status, 200);
        let again = told(&stack, "notice_resent").await;
        let text = again[0].text();
        let (own, later) = match rules["locale"].as_str() {
            Some("en") => ("31 December 2026", "4 January 2027"),
            _ => ("31. prosince 2026", "4. ledna 2027"),
        };
        assert!(text.contains(own) && !text.contains(later), "{text}");
    }
}

#[tokio::test]
async fn the_partner_may_once_a_day_and_the_operator_at_any_time() {
    let (stack, claim, _) = notified().await;
    assert_eq!(resend(&stack, &claim, partner).await.status, 200);
    stack.env.clock.advance(Duration::hours(1));
    let refused = resend(&stack, &claim, partner).await;
    assert_eq!(refused.problem(), (429, "quota-exceeded"));
    // Midnight in Prague is 8 hours after the second try.
    assert_eq!(refused.header("retry-after"), "28800");
    for _ in 0..2 {
        assert_eq!(resend(&stack, &claim, operator).await.status, 200);
        assert_eq!(told(&stack, "notice_resent").await.len(), 2, "each time anew");
        stack.env.clock.advance(Duration::minutes(1));
    }
    stack.env.clock.advance(Duration::hours(9));
    assert_eq!(resend(&stack, &claim, partner).await.status, 200);
}

#[tokio::test]
async fn after_the_window_and_for_a_claim_that_asks_nobody_it_is_refused() {
    let (stack, claim, _) = notified().await;
    report(&stack, "Delivery", &claim, stack.env.clock.now()).await;
    stack.env.clock.set(closes_at(&stack.env.read(&claim.id).await));
    assert_eq!(resend(&stack, &claim, partner).await.problem(), (409, "invalid-state"));
    let other = Box::pin(stack.env.submitted("other", &["sharepoint-online"])).await;
    let refused = resend(&stack, &other, operator).await;
    assert_eq!(refused.problem(), (409, "invalid-state"));
}

#[tokio::test]
async fn an_event_that_comes_after_the_end_mails_nobody() {
    let (stack, claim, _) = notified().await;
    assert_eq!(resend(&stack, &claim, partner).await.status, 200);
    let event = events_of(&stack, "notice_resent").await.pop().unwrap();
    stack
        .env
        .give(&claim.id, &support::test_env::alpine(), &support::test_env::withdraw())
        .await
        .unwrap();
    stack.event_functions.notify(&event).await.unwrap();
    assert!(mails(&stack.env).is_empty());
}
