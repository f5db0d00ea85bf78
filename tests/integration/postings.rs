//! What mails promise and what becomes of them (`docs/domain.md §5`): the deadline that a notice gave, the
//! second recipient of a first delivery, longer windows, and what the mail service says.

use domain::claim::{Claim, Status};
use domain::command::Command;
use domain::recipient::RecipientNo;
use serde_json::{Value, json};
use support::engine::key;
use support::event_functions::{
    Mail, events, forget_marks, mail_event, mails, records, waiting_messages,
};
use support::fake_services::With;
use support::fixtures;
use support::logs::Lines;
use support::stack::Stack;
use support::test_env::{
    VERIFIED, closes_at, contoso_admin, decline, decline_all, link, reviewer, validate,
};
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";
const CONTACT: (RecipientNo, &str) = (VERIFIED, "it@contoso.example");

async fn awaiting() -> (Stack, Claim) {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.awaiting("k", &["exchange-online", "teams"])).await;
    (stack, claim)
}

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

/// Announces New Year's Eve of 2026 as a holiday of Czechia.
async fn announce(stack: &Stack) {
    let added = json!({"added": [{"date": "2026-12-31", "name": "Day of mourning"}]});
    let event = RequestEvent::put("/v1/calendars/CZ").staff("operator", "op").json(&added);
    assert_eq!(stack.send(event).await.status, 200);
}

#[tokio::test]
async fn the_exact_deadline_is_told_where_a_holiday_was_announced_after_the_notice_was_sent() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.notifying("k", &["teams"])).await;
    let notice = told(&stack, "validated").await.remove(0).text();
    assert!(notice.contains("nejméně do konce čtvrtka 31. prosince 2026"), "{notice}");
    announce(&stack).await;
    let at = stack.env.clock.now();
    stack.event_functions.deliver(&mail_event("Delivery", &claim.id, 1, CONTACT, at)).await;
    let mails = told(&stack, "window_opened").await;
    assert_eq!(mails.len(), 2, "the notice promised another day");
    assert!(mails[0].text().contains("pondělí 4. ledna 2027"), "{}", mails[0].text());
}

#[tokio::test]
async fn a_second_recipient_whose_mail_failed_gets_it_though_the_first_ones_has_opened_the_window()
{
    let stack = Box::pin(Stack::at(NOW)).await;
    let env = &stack.env;
    let (claim, event) = validated_outside(&stack).await;
    env.services.refuse("SendEmail", 1, With::Error(500, "InternalServiceErrorException"));
    assert!(stack.event_functions.notify(&event).await.is_err(), "the platform tries again");
    let proof = mail_event("Delivery", &claim.id, 1, CONTACT, env.clock.now());
    stack.event_functions.deliver(&proof).await;
    assert_eq!(env.read(&claim.id).await.status(), Status::AwaitingCustomer);
    env.services.forget();
    stack.event_functions.notify(&event).await.unwrap();
    let to: Vec<String> = mails(env).into_iter().map(|mail| mail.to).collect();
    assert_eq!(to, ["jana@consulting.example"], "the other has its own");
}

#[tokio::test]
async fn a_receipt_that_is_late_offers_no_undo_that_is_over() {
    let (stack, claim) = awaiting().await;
    stack.env.give(&claim.id, &link(1), &decline(&[2])).await.unwrap();
    let text = told(&stack, "items_declined").await.remove(1).text();
    assert!(text.contains("Chcete-li to vzít zpět"), "{text}");
    stack.env.let_pass(closes_at(&claim));
    stack.env.finalize().await;
    forget_marks(&stack.env);
    let text = told(&stack, "items_declined").await.remove(1).text();
    assert!(text.contains("je zaznamenáno") && !text.contains("vzít zpět"), "{text}");
}

#[tokio::test]
async fn a_receipt_outside_any_window_tells_the_time_by_the_customers_clocks() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.notifying("k", &["teams"])).await;
    stack.env.give(&claim.id, &link(1), &decline_all()).await.unwrap();
    let text = told(&stack, "items_declined").await.remove(0).text();
    assert!(text.contains("15:00, středoevropský čas (Europe/Prague)"), "{text}");
    assert!(text.contains("pro tuto položku: \u{2068}teams\u{2069}"), "{text}");
}

#[tokio::test]
async fn announced_days_are_named_in_the_mail_that_announces_them_and_in_no_other() {
    let (stack, claim) = awaiting().await;
    announce(&stack).await;
    Box::pin(stack.env.recount()).await;
    let text = told(&stack, "window_extended").await.remove(0).text();
    assert!(text.contains("nově vyhlášené") && text.contains("odmítnout můžete do"), "{text}");
    let extend = Command::Extend { closes_on: None };
    stack.env.give(&claim.id, &contoso_admin(), &extend).await.unwrap();
    let text = told(&stack, "window_extended").await.remove(0).text();
    assert!(!text.contains("nově vyhlášené"), "the customer asked for it: {text}");
}

#[tokio::test]
async fn who_has_said_no_is_told_that_there_is_longer_to_take_it_back() {
    let (stack, claim) = awaiting().await;
    stack.env.give(&claim.id, &link(1), &decline_all()).await.unwrap();
    announce(&stack).await;
    Box::pin(stack.env.recount()).await;
    let text = told(&stack, "window_extended").await.remove(0).text();
    assert!(text.contains("vzít je zpět můžete do konce pondělí 4. ledna 2027"), "{text}");
    assert!(!text.contains("odmítnout můžete"), "{text}");
}

#[tokio::test]
async fn a_full_mailbox_and_a_mail_that_was_not_sent_are_no_delivery() {
    for kind in ["MailboxFull", "Reject"] {
        let stack = Box::pin(Stack::at(NOW)).await;
        let claim = Box::pin(stack.env.notifying("k", &["teams"])).await;
        let at = stack.env.clock.now();
        let mut event = mail_event("Bounce", &claim.id, 1, CONTACT, at);
        if kind == "Reject" {
            event["eventType"] = json!("Reject");
            event["reject"] = json!({"reason": "Bad content"});
            event["mail"]["timestamp"] = event["bounce"]["timestamp"].clone();
            event["mail"]["destination"] = json!([CONTACT.1]);
        } else {
            event["bounce"]["bounceType"] = json!("Transient");
            event["bounce"]["bounceSubType"] = json!(kind);
        }
        stack.event_functions.deliver(&event).await;
        let status = stack.env.read(&claim.id).await.status();
        assert_eq!(status, Status::Unreachable, "{kind}");
    }
}

#[tokio::test]
async fn a_mail_event_that_cannot_be_recorded_comes_again_and_one_of_nobodys_claim_does_not() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.notifying("k", &["teams"])).await;
    let (env, at) = (&stack.env, stack.env.clock.now());
    let bounce = mail_event("Bounce", &claim.id, 1, CONTACT, at);
    let nobody = domain::ids::ClaimId::from_bytes([7; 16]);
    let unknown = mail_event("Bounce", &nobody, 1, CONTACT, at);
    assert!(stack.event_functions.deliver(&unknown).await.batch_item_failures.is_empty());
    let partner = env.engine.item("PA#p-alpine", "A").unwrap();
    env.engine.delete("PA#p-alpine", "A");
    assert_eq!(stack.event_functions.deliver(&bounce).await.batch_item_failures.len(), 1);
    env.engine.put(&partner);
    assert!(stack.event_functions.deliver(&bounce).await.batch_item_failures.is_empty());
    assert_eq!(env.read(&claim.id).await.status(), Status::Unreachable);
}

#[tokio::test]
async fn a_retry_keeps_what_the_first_mail_promised() {
    let stack = Box::pin(Stack::at(NOW)).await;
    Box::pin(stack.env.notifying("k", &["teams"])).await;
    let event = events_of(&stack, "validated").await.pop().unwrap();
    let refused = With::Error(500, "InternalServiceErrorException");
    stack.env.services.refuse("SendEmail", 2, refused);
    assert!(stack.event_functions.notify(&event).await.is_err(), "the platform tries again");
    announce(&stack).await;
    assert_eq!(told(&stack, "validated").await.len(), 2);
    let found = stack.env.engine.items("N#");
    assert_eq!(found.len(), 2, "a code for each");
    let first: domain::claim::Instant = "2026-12-31T23:00:00Z".parse().unwrap();
    for code in found {
        let promised = code["w"]["N"].as_str().unwrap();
        assert_eq!(promised, first.timestamp_millis().to_string());
    }
}

// What the mail service takes no more of

/// The addresses of the mails that the mail service took, sorted.
fn addressed(stack: &Stack) -> Vec<String> {
    let mut to: Vec<_> = mails(&stack.env).into_iter().map(|mail| mail.to).collect();
    to.sort_unstable();
    to
}

const BOTH: [&str; 2] = ["it@contoso.example", "jana@contoso.example"];

#[tokio::test]
async fn a_message_waits_for_a_mail_service_that_takes_no_more_and_each_recipient_gets_one_mail() {
    let codes = [
        (429, "TooManyRequestsException"),
        (400, "ThrottlingException"),
        (400, "LimitExceededException"),
        (400, "SendingPausedException"),
        (400, "AccountSuspendedException"),
    ];
    for (status, code) in codes {
        let stack = Box::pin(Stack::at(NOW)).await;
        Box::pin(stack.env.notifying("k", &["teams"])).await;
        let event = events_of(&stack, "validated").await.pop().unwrap();
        let services = &stack.env.services;
        services.on(2, With::Error(status, code));
        stack.event_functions.notify(&event).await.expect("the message is done with");
        assert_eq!(addressed(&stack).len(), 1, "{code}: no mail after the one that is refused");
        for waited in 1..4 {
            let sent = services.taken("SendMessage");
            let [on] = sent.as_slice() else { panic!("{code}: {} messages", sent.len()) };
            assert_eq!(on["MessageAttributes"]["waited"]["StringValue"], waited.to_string());
            let delay = on["DelaySeconds"].as_i64().unwrap();
            let least = 15 << (waited - 1);
            assert!((least..least + least / 5 + 1).contains(&delay), "{code}: {delay} s");
            let [message] = waiting_messages(&stack.env).try_into().unwrap();
            services.forget();
            if waited < 3 {
                services.refuse("SendEmail", 1, With::Error(status, code));
            }
            stack.event_functions.notify_of(&message).await.unwrap();
        }
        let [last] = addressed(&stack).try_into().expect("the other one, once");
        assert!(BOTH.contains(&last.as_str()), "{code}");
        assert!(services.taken("SendMessage").is_empty(), "{code}");
    }
}

/// A validated claim whose contact has an address outside the tenant, and the event.
async fn validated_outside(stack: &Stack) -> (Claim, Value) {
    let env = &stack.env;
    let mut body = fixtures::claim_body(&["teams"]);
    body["customer_contact"]["email"] = json!("jana@consulting.example");
    let claim = env.create_of("p-alpine", "k", &body).await.unwrap().claim;
    env.give(&claim.id, &reviewer(), &Command::BeginReview).await.unwrap();
    env.give(&claim.id, &reviewer(), &validate()).await.unwrap();
    let event = events_of(stack, "validated").await.pop().unwrap();
    (claim, event)
}

#[tokio::test]
async fn a_wait_counts_no_mail_outside_a_tenant_twice() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let env = &stack.env;
    let (_, event) = validated_outside(&stack).await;
    env.services.refuse("SendEmail", 2, With::Error(429, "TooManyRequestsException"));
    stack.event_functions.notify(&event).await.unwrap();
    for _ in 0..2 {
        let [message] = waiting_messages(env).try_into().unwrap();
        env.services.forget();
        stack.event_functions.notify_of(&message).await.unwrap();
    }
    assert_eq!(addressed(&stack), ["it@contoso.example", "jana@consulting.example"]);
    let counted: Vec<_> = env.engine.items("Q#p-alpine").into_iter().collect();
    let outside = counted.iter().find(|item| key(item).1.starts_with("O#")).unwrap();
    assert_eq!(outside["n"]["N"], "1");
}

#[tokio::test]
async fn a_mail_outside_a_tenant_that_the_day_has_no_room_for_is_not_sent_after_a_wait_either() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let env = &stack.env;
    let (_, event) = validated_outside(&stack).await;
    let full = json!({"pk": {"S": "Q#p-alpine"}, "sk": {"S": "O#2026-12-22"}, "n": {"N": "20"}});
    env.engine.put(&full);
    env.services.refuse("SendEmail", 1, With::Error(429, "TooManyRequestsException"));
    stack.event_functions.notify(&event).await.unwrap();
    let [message] = waiting_messages(env).try_into().unwrap();
    env.services.forget();
    stack.event_functions.notify_of(&message).await.unwrap();
    assert_eq!(addressed(&stack), ["it@contoso.example"]);
}

#[tokio::test]
async fn a_mail_that_is_refused_keeps_nobody_else_from_theirs_and_its_code_alone_is_told() {
    let lines = Lines::default();
    let _logs = lines.kept();
    let stack = Box::pin(Stack::at(NOW)).await;
    Box::pin(stack.env.notifying("k", &["teams"])).await;
    let event = events_of(&stack, "validated").await.pop().unwrap();
    stack.env.services.on(1, With::Error(400, "MessageRejected"));
    let failure = stack.event_functions.notify(&event).await;
    assert!(failure.is_err(), "the message comes back, and is set aside after some times");
    assert_eq!(addressed(&stack).len(), 1);
    let logged = lines.logged();
    assert!(logged.contains("the mail service refuses a mail: messagerejected"), "{logged}");
    assert!(!logged.contains("contoso.example"), "what the mail service says names them: {logged}");
    stack.event_functions.notify(&event).await.unwrap();
    assert_eq!(addressed(&stack), BOTH, "each one mail");
}

#[tokio::test]
async fn where_the_mail_services_answer_was_lost_that_recipient_alone_has_the_same_mail_twice() {
    for (nth, expected) in [(1, (1, 2)), (2, (2, 1))] {
        let stack = Box::pin(Stack::at(NOW)).await;
        let env = &stack.env;
        let (_, event) = validated_outside(&stack).await;
        env.services.on(nth, With::AnswerLost);
        assert!(stack.event_functions.notify(&event).await.is_err(), "the platform tries again");
        stack.event_functions.notify(&event).await.unwrap();
        stack.event_functions.notify(&event).await.unwrap();
        let sent = mails(env);
        let times = |to: &str| sent.iter().filter(|mail| mail.to == to).count();
        let each = (times("it@contoso.example"), times("jana@consulting.example"));
        assert_eq!(each, expected, "answer {nth} was lost");
        let twice: Vec<_> = sent.iter().filter(|mail| times(&mail.to) == 2).collect();
        assert_eq!(twice[0].text(), twice[1].text(), "with the same link and code");
    }
}

#[tokio::test]
async fn an_event_that_comes_twice_sends_each_of_its_mails_once() {
    let (stack, claim) = awaiting().await;
    let env = &stack.env;
    env.give(&claim.id, &link(1), &decline(&[2])).await.unwrap();
    let extend = Command::Extend { closes_on: None };
    env.give(&claim.id, &contoso_admin(), &extend).await.unwrap();
    let claim = env.read(&claim.id).await;
    env.let_pass(closes_at(&claim));
    env.finalize().await;
    env.give(&claim.id, &contoso_admin(), &decline_all()).await.unwrap();
    env.services.forget();
    stack.event_functions.publish(&records(env)).await.unwrap();
    let all = events(env);
    let told: Vec<_> = all.iter().map(|event| event["type"].as_str().unwrap()).collect();
    for kind in
        ["validated", "items_declined", "window_extended", "window_closed", "association_ended"]
    {
        assert!(told.contains(&kind), "{told:?}");
    }
    env.services.forget();
    for event in &all {
        stack.event_functions.notify(event).await.unwrap();
    }
    let once = addressed(&stack);
    assert!(once.len() >= 4, "{once:?}");
    for event in &all {
        stack.event_functions.notify(event).await.unwrap();
    }
    assert_eq!(addressed(&stack), once);
}

#[tokio::test]
async fn a_death_at_any_call_leaves_nobody_without_a_mail_and_a_second_one_to_the_last_alone() {
    for nth in 1..60 {
        let (stack, claim) = awaiting().await;
        stack.env.give(&claim.id, &link(1), &decline(&[2])).await.unwrap();
        let event = events_of(&stack, "items_declined").await.pop().unwrap();
        let death = std::sync::Arc::new(tokio::sync::Notify::new());
        for wire in &stack.event_functions.wires {
            wire.on(support::wire::any, nth, support::wire::Fault::CrashAfter(death.clone()));
        }
        let work = stack.event_functions.notify(&event);
        let is_dead = support::wire::until_death(work, &death).await.is_none();
        stack.event_functions.wires.iter().for_each(support::wire::Wire::reset);
        stack.event_functions.notify(&event).await.unwrap();
        let mut once = addressed(&stack);
        let all = once.len();
        once.dedup();
        assert_eq!(once, BOTH, "call {nth}");
        assert!(all <= 3, "call {nth}: {all} mails");
        if !is_dead {
            return;
        }
    }
    panic!("an event makes fewer calls than that");
}

#[tokio::test]
async fn that_a_mail_was_handed_over_is_one_unit_an_addressee() {
    let (stack, claim) = awaiting().await;
    stack.env.give(&claim.id, &link(1), &decline(&[2])).await.unwrap();
    let event = events_of(&stack, "items_declined").await.pop().unwrap();
    stack.event_functions.wires.iter().for_each(support::wire::Wire::reset);
    stack.event_functions.notify(&event).await.unwrap();
    let written: f64 =
        stack.event_functions.wires.iter().map(|wire| wire.spent().written.table).sum();
    assert_eq!((mails(&stack.env).len(), written), (2, 2.0));
}

#[tokio::test]
async fn a_reminder_that_has_waited_for_half_a_day_is_not_sent() {
    let (stack, claim) = awaiting().await;
    let env = &stack.env;
    let half = domain::reminder::Reminder::HalfTime.due_at(claim.state.window().unwrap()).unwrap();
    env.let_pass(half);
    env.finalize().await;
    let event = events_of(&stack, "reminder_due").await.remove(0);
    env.services.refuse("SendEmail", 1, With::Error(429, "TooManyRequestsException"));
    stack.event_functions.notify(&event).await.unwrap();
    let [message] = waiting_messages(env).try_into().unwrap();
    env.services.forget();
    env.clock.set(half + chrono::Duration::hours(12));
    stack.event_functions.notify_of(&message).await.unwrap();
    assert!(mails(env).is_empty());
}
