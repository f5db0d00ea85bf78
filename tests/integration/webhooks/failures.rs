//! A receiver that fails: when it is tried again, when it is given up, and who is told.

use chrono::{DateTime, Utc};
use domain::claim::PartnerContact;
use domain::directory::Partner;
use domain::text::{Domain, Email, Name};
use serde_json::{Value, json};
use support::event_functions::{disabled_messages, mails, webhook_messages};
use support::fixtures;
use support::internet::Answering;
use support::logs::Lines;

use super::*;

fn moment(view: &Value, name: &str) -> DateTime<Utc> {
    view[name].as_str().unwrap_or_else(|| panic!("{name}: {view}")).parse().expect("a moment")
}

/// Lets the clock reach the next attempt again and again, until the webhook is disabled; how often it was tried.
async fn fail_for_good(stack: &Stack, who: Who) -> usize {
    for attempts in 1.. {
        assert!(stack.send_webhooks().await);
        let view = get(stack, who, "/crm").await.body;
        if view["status"] == "disabled" {
            return attempts;
        }
        assert_eq!(view["status"], "failing", "{view}");
        stack.env.clock.set(moment(&view, "next_attempt_at"));
    }
    unreachable!("it is disabled before")
}

/// Alpine with a contact who reads mails in Czech.
async fn with_contact(stack: &Stack) {
    let told = Partner {
        domains: [Domain::parse("alpine.example").unwrap()].into(),
        contacts: vec![PartnerContact {
            name: Name::parse("Petr Alpin").unwrap(),
            email: Email::parse("petr@alpine.example").unwrap(),
        }],
        locale: domain::directory::Locale::parse("cs"),
        ..fixtures::alpine()
    };
    stack.env.store.put_partner(&told).await.unwrap();
}

#[tokio::test]
async fn a_failure_delays_the_webhook_and_no_event_passes_another() {
    let (stack, receiver, _) = told().await;
    receiver.answer(Answering::Status(503));
    assert!(stack.send_webhooks().await);
    assert_eq!(types(&receiver), ["submitted"], "the first one alone");
    let failing = get(&stack, alpine, "/crm").await.body;
    assert_eq!((&failing["status"], &failing["error"]), (&json!("failing"), &json!("refused")));
    let now = stack.env.clock.now();
    let delay = (moment(&failing, "next_attempt_at") - now).num_milliseconds();
    assert!((5000..=5500).contains(&delay), "{delay} ms");
    stack.env.clock.advance(Duration::seconds(4));
    assert!(stack.send_webhooks().await);
    assert_eq!(types(&receiver).len(), 1, "not before its time");
    receiver.answer(Answering::Status(204));
    stack.env.clock.advance(Duration::seconds(2));
    assert!(stack.send_webhooks().await);
    assert_eq!(types(&receiver)[1..], ["submitted", "review_begun", "validated", "window_opened"]);
    let active = get(&stack, alpine, "/crm").await.body;
    let after = [&active["status"], &active["failing_since"], &active["next_attempt_at"]];
    assert_eq!(after, [&json!("active"), &Value::Null, &Value::Null]);
}

#[tokio::test]
async fn a_receiver_that_is_down_for_three_days_is_given_up_and_its_partner_told_once() {
    let (stack, receiver, _) = told().await;
    with_contact(&stack).await;
    stack.internet.take_down(CRM);
    let begun = stack.env.clock.now();
    let attempts = fail_for_good(&stack, alpine).await;
    // 13 doublings take 11 hours, and 6 hours each go on from there.
    assert!((20..=26).contains(&attempts), "{attempts} attempts");
    let view = get(&stack, alpine, "/crm").await.body;
    let lasted = moment(&view, "disabled_at") - begun;
    assert!(lasted >= Duration::days(3) && lasted < Duration::hours(79), "{lasted}");
    assert_eq!((&view["disable_cause"], &view["error"]), (&json!("failed"), &Value::Null));
    assert!(receiver.received().is_empty());
    let told = disabled_messages(&stack.env);
    assert_eq!(told.len(), 1);
    for _ in 0..2 {
        stack.event_functions.notify_of(&told[0]).await.unwrap();
    }
    let mails = mails(&stack.env);
    assert_eq!(
        mails.iter().map(|own| own.to.as_str()).collect::<Vec<_>>(),
        ["petr@alpine.example"]
    );
    let text = mails[0].text();
    assert!(text.contains("crm") && text.contains("90 dní"), "{text}");
    for kept in ["https", CRM, "whsec_"] {
        assert!(!text.contains(kept), "{kept}: {text}");
    }
    // Nothing more is tried, until it is written anew: then it goes on where it was.
    let dialed = stack.internet.dialed().len();
    stack.env.clock.advance(Duration::days(1));
    assert!(stack.send_webhooks().await);
    assert_eq!(stack.internet.dialed().len(), dialed);
    let again = stack.internet.receiver(CRM).await;
    put(&stack, alpine, "crm", &json!({"url": format!("https://{CRM}/hook")})).await;
    assert!(stack.send_webhooks().await);
    assert_eq!(types(&again), ["submitted", "review_begun", "validated", "window_opened"]);
}

#[tokio::test]
async fn a_receiver_that_answers_410_is_sent_nothing_more_at_once_and_the_customer_is_told() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let receiver = stack.internet.receiver("it.contoso.example").await;
    webhook(&stack, contoso, "it.contoso.example").await;
    Box::pin(stack.env.awaiting("k", &ITEMS)).await;
    publish(&stack).await;
    receiver.answer(Answering::Status(410));
    assert!(stack.send_webhooks().await);
    let view = get(&stack, contoso, "/crm").await.body;
    let told = [&view["status"], &view["disable_cause"]];
    assert_eq!(told, [&json!("disabled"), &json!("gone")]);
    assert_eq!(types(&receiver), ["validated"], "one attempt");
    let messages = disabled_messages(&stack.env);
    assert_eq!(messages.len(), 1);
    stack.env.services.forget();
    stack.event_functions.notify_of(&messages[0]).await.unwrap();
    let to: Vec<_> = mails(&stack.env).into_iter().map(|own| own.to).collect();
    assert_eq!(to, ["it@contoso.example"], "its verified contact");
}

#[tokio::test]
async fn of_a_disabled_webhook_of_staff_an_alarm_tells() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let receiver = stack.internet.receiver("bi.vendor.example").await;
    webhook(&stack, operator, "bi.vendor.example").await;
    Box::pin(stack.env.awaiting("k", &ITEMS)).await;
    publish(&stack).await;
    receiver.answer(Answering::Status(410));
    assert!(stack.send_webhooks().await);
    assert_eq!(get(&stack, operator, "/crm").await.body["status"], "disabled");
    assert!(disabled_messages(&stack.env).is_empty(), "staff have no contacts to be mailed");
    let before = webhook_messages(&stack.env).len();
    assert!(stack.send_webhooks().await);
    assert_eq!(webhook_messages(&stack.env).len(), before, "what was counted is not counted again");
}

#[tokio::test]
async fn whose_mail_could_not_be_asked_for_is_told_at_the_next_look() {
    let (stack, receiver, _) = told().await;
    receiver.answer(Answering::Status(410));
    stack.env.services.refuse(
        "SendMessage",
        1,
        support::fake_services::With::Error(500, "InternalError"),
    );
    assert!(!stack.send_webhooks().await);
    assert!(disabled_messages(&stack.env).is_empty());
    assert_eq!(get(&stack, alpine, "/crm").await.body["status"], "disabled");
    assert!(stack.send_webhooks().await);
    assert_eq!(disabled_messages(&stack.env).len(), 1);
    assert!(stack.send_webhooks().await);
    assert_eq!(disabled_messages(&stack.env).len(), 1, "once");
}

#[tokio::test]
async fn one_webhook_that_fails_or_cannot_be_read_hinders_no_other() {
    let lines = Lines::default();
    let guard = lines.kept();
    let (stack, receiver, _) = told().await;
    let slow = stack.internet.receiver("slow.alpine.example").await;
    slow.answer(Answering::Status(500));
    let url = json!({"url": "https://slow.alpine.example/"});
    for id in ["bad", "slow"] {
        assert_eq!(put(&stack, alpine, id, &url).await.status, 201);
        post(&stack, alpine, &format!("/{id}/replay"), &json!({"from": NOW})).await;
    }
    let mut items = stack.env.engine.items("W#");
    for item in &mut items {
        if item["sk"]["S"].as_str().unwrap().ends_with("#bad") {
            item["c"] = json!({"S": "yesterday"});
        }
    }
    stack.env.engine.import(items);
    assert!(stack.send_webhooks().await);
    drop(guard);
    assert_eq!((types(&receiver).len(), types(&slow).len()), (4, 1));
    assert!(lines.logged().contains("a webhook cannot be read and sends nothing"));
}
