//! Reminders of an open window: at half time and one business day before its end. They move nothing.

use chrono::Duration;
use domain::claim::{Claim, Instant};
use domain::command::Command;
use domain::reminder::Reminder;
use support::event_functions::{Mail, events, mails, records};
use support::stack::Stack;
use support::test_env::{TestEnv, contoso_admin, decline, decline_all, link};

const NOW: &str = "2026-12-22T14:00:00Z";
const ITEMS: [&str; 2] = ["exchange-online", "teams"];

async fn awaiting() -> (Stack, Claim) {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.awaiting("k", &ITEMS)).await;
    (stack, claim)
}

fn due(claim: &Claim, reminder: Reminder) -> Instant {
    reminder.due_at(claim.state.window().unwrap()).unwrap()
}

/// Lets the moment pass with the timers looking shortly after it; how many reminders they found.
async fn let_pass(env: &TestEnv, at: Instant, by: Duration) -> u32 {
    env.clock.set(at - Duration::minutes(15));
    env.finalize().await;
    env.let_pass_by(at, by);
    env.finalize().await.iter().map(|drained| drained.reminded).sum()
}

const SOON: Duration = Duration::seconds(125);

/// What the customer is reminded with, when the stream has told everything.
async fn told(stack: &Stack) -> Vec<Mail> {
    let (env, event_functions) = (&stack.env, &stack.event_functions);
    env.services.forget();
    event_functions.publish(&records(env)).await.unwrap();
    for event in events(env).iter().filter(|event| event["type"] == "reminder_due") {
        event_functions.notify(event).await.unwrap();
    }
    mails(env)
}

#[tokio::test]
async fn a_customer_who_is_silent_is_reminded_twice_and_nothing_moves() {
    let (stack, claim) = awaiting().await;
    let (half, last) = (due(&claim, Reminder::HalfTime), due(&claim, Reminder::LastDay));
    assert_eq!(let_pass(&stack.env, half, SOON).await, 1);
    let first = told(&stack).await;
    let to: Vec<_> = first.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(to, ["jana@contoso.example", "it@contoso.example"]);
    let text = first[0].text();
    assert!(text.contains("konce čtvrtka 31. prosince 2026") && !text.contains("/d/"), "{text}");
    assert_eq!(let_pass(&stack.env, last, SOON).await, 1);
    assert_eq!(told(&stack).await.len(), 2, "and the first ones not again");
    let now = stack.env.read(&claim.id).await;
    assert_eq!((now.version, now.state), (claim.version, claim.state));
}

#[tokio::test]
async fn a_reminder_that_would_come_late_does_not_come() {
    let (stack, claim) = awaiting().await;
    let half = due(&claim, Reminder::HalfTime);
    assert_eq!(let_pass(&stack.env, half, Duration::hours(12)).await, 0);
    assert!(told(&stack).await.is_empty());
}

#[tokio::test]
async fn a_reminder_is_about_the_items_that_nobody_has_decided() {
    let (stack, claim) = awaiting().await;
    stack.env.give(&claim.id, &link(1), &decline(&[2])).await.unwrap();
    assert_eq!(let_pass(&stack.env, due(&claim, Reminder::HalfTime), SOON).await, 1);
    let text = told(&stack).await[0].text();
    assert!(text.contains("exchange-online") && !text.contains("teams"), "{text}");
    stack.env.give(&claim.id, &link(1), &decline_all()).await.unwrap();
    assert_eq!(let_pass(&stack.env, due(&claim, Reminder::LastDay), SOON).await, 0);
}

#[tokio::test]
async fn a_longer_window_has_reminders_of_its_own_instead() {
    let (stack, claim) = awaiting().await;
    let (before, extend) = (due(&claim, Reminder::HalfTime), Command::Extend { closes_on: None });
    let longer = stack.env.give(&claim.id, &contoso_admin(), &extend).await.unwrap().claim;
    assert_eq!(let_pass(&stack.env, before, SOON).await, 0);
    for reminder in Reminder::ALL {
        let due = due(&longer, reminder);
        assert!(due > before);
        assert_eq!(let_pass(&stack.env, due, SOON).await, 1, "{reminder:?}");
    }
}

#[tokio::test]
async fn a_window_that_becomes_longer_after_a_reminder_has_that_reminder_again() {
    let (stack, claim) = awaiting().await;
    assert_eq!(let_pass(&stack.env, due(&claim, Reminder::HalfTime), SOON).await, 1);
    assert_eq!(told(&stack).await.len(), 2);
    let extend = Command::Extend { closes_on: None };
    let longer = stack.env.give(&claim.id, &contoso_admin(), &extend).await.unwrap().claim;
    assert_eq!(let_pass(&stack.env, due(&longer, Reminder::HalfTime), SOON).await, 1);
    assert_eq!(told(&stack).await.len(), 2, "and the first is of a window that is no more");
}

#[tokio::test]
async fn a_reminder_is_told_once_however_often_its_timer_is_found() {
    let (stack, claim) = awaiting().await;
    let half = due(&claim, Reminder::HalfTime);
    assert_eq!(let_pass(&stack.env, half, SOON).await, 1);
    for position in stack.env.engine.items("S") {
        let (pk, sk) = support::engine::key(&position);
        stack.env.engine.delete(&pk, &sk);
    }
    assert_eq!(let_pass(&stack.env, half, SOON).await, 0);
    assert_eq!(told(&stack).await.len(), 2, "one to each recipient");
}

#[tokio::test]
async fn a_reminder_that_the_bus_brings_after_the_window_is_not_mailed() {
    let (stack, claim) = awaiting().await;
    assert_eq!(let_pass(&stack.env, due(&claim, Reminder::LastDay), SOON).await, 1);
    stack.env.let_pass(support::test_env::closes_at(&claim));
    assert!(told(&stack).await.is_empty());
}

#[tokio::test]
async fn claims_whose_reminders_share_a_bucket_with_deadlines_lose_neither() {
    let (stack, claim) = awaiting().await;
    // Its last day begins when the window of a claim delivered five business days later is not open
    // yet; both of the first claim's timers and those of the second are found by the same walk.
    let other = Box::pin(stack.env.awaiting("k2", &["sharepoint-online"])).await;
    let last = due(&claim, Reminder::LastDay);
    assert_eq!(let_pass(&stack.env, last, SOON).await, 2);
    stack.env.let_pass(support::test_env::closes_at(&claim));
    stack.env.finalize().await;
    for id in [claim.id, other.id] {
        assert_eq!(stack.env.read(&id).await.status().as_str(), "associated");
    }
}
