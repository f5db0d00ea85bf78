//! What a party makes of its webhooks by deleting them and creating them anew, again and again: no limit is passed by it,
//! nothing of a deleted one reaches its successor, and many messages are one turn.

use serde_json::{Value, json};
use support::event_functions::{disabled_messages, mails, message, webhook_messages};
use support::internet::Answering;

use super::*;

async fn delete(stack: &Stack, who: Who) -> Answer {
    stack.send(who(RequestEvent::new("DELETE", "/v1/webhooks/crm"))).await
}

/// The item of the webhook `crm`.
fn item(stack: &Stack) -> Value {
    let mut items = stack.env.engine.items("W#");
    items.retain(|item| item["sk"]["S"].as_str().is_some_and(|sort| sort.ends_with("#crm")));
    items.pop().expect("a webhook")
}

#[tokio::test]
async fn a_webhook_that_is_created_anew_has_no_version_of_the_one_before_and_no_secret_is_left() {
    let (stack, _, first) = told().await;
    let before = item(&stack)["v"].clone();
    assert_eq!(delete(&stack, alpine).await.status, 200);
    assert!(stack.env.engine.items("WS#").is_empty());
    assert_ne!(webhook(&stack, alpine, CRM).await, first);
    assert_ne!(item(&stack)["v"], before, "a write for the one before is none of this one");
}

#[tokio::test]
async fn webhook_and_secret_are_deleted_in_one_write() {
    let (stack, ..) = told().await;
    let wire = stack.wires.last().unwrap();
    wire.reset();
    assert_eq!(delete(&stack, alpine).await.status, 200);
    assert_eq!(wire.operations(), ["GetItem", "GetItem", "TransactWriteItems"]);
    assert!(
        stack
            .env
            .engine
            .items("W#")
            .iter()
            .all(|own| !own["sk"]["S"].as_str().unwrap().ends_with("#crm"))
    );
}

#[tokio::test]
async fn a_party_tests_once_in_ten_seconds_whichever_webhook_and_whatever_it_deletes() {
    let (stack, receiver, _) = told().await;
    put(&stack, alpine, "other", &json!({"url": format!("https://{CRM}/")})).await;
    assert_eq!(post(&stack, alpine, "/crm/test", &json!({})).await.status, 200);
    delete(&stack, alpine).await;
    webhook(&stack, alpine, CRM).await;
    for path in ["/crm/test", "/other/test"] {
        let soon = post(&stack, alpine, path, &json!({})).await;
        assert_eq!((soon.problem(), soon.header("retry-after")), ((429, "quota-exceeded"), "10"));
    }
    assert_eq!(types(&receiver), ["test"]);
    stack.env.clock.advance(Duration::seconds(10));
    assert_eq!(post(&stack, alpine, "/other/test", &json!({})).await.status, 200);
}

#[tokio::test]
async fn of_many_messages_that_wait_for_one_webhook_one_is_a_turn() {
    let (stack, receiver, _) = told().await;
    for _ in 0..3 {
        stack.webhooks(json!({"source": "aws.events"})).await.unwrap();
    }
    let waiting = webhook_messages(&stack.env);
    assert_eq!(waiting.len(), 3);
    let asked = stack.env.clock.now().timestamp_millis();
    stack.env.clock.advance(Duration::seconds(1));
    let turn = async |work: &Value, asked: i64| {
        let mut own = message(work);
        own["attributes"]["SentTimestamp"] = json!(asked.to_string());
        let answer = stack.webhooks(json!({"Records": [own]})).await.unwrap();
        assert!(answer.batch_item_failures.is_empty());
    };
    turn(&waiting[0], asked).await;
    assert_eq!(types(&receiver).len(), 4);
    // What is sent again by the party's wish is sent by a message of later alone.
    receiver.forget();
    post(&stack, alpine, "/crm/replay", &json!({"from": NOW})).await;
    for work in &waiting[1..] {
        turn(work, asked).await;
    }
    assert_eq!(types(&receiver), Vec::<String>::new());
    turn(&waiting[0], stack.env.clock.now().timestamp_millis()).await;
    assert_eq!(types(&receiver).len(), 4);
}

#[tokio::test]
async fn a_webhook_that_cannot_be_read_hinders_no_other_and_can_be_deleted() {
    let (stack, ..) = told().await;
    let mut broken = item(&stack);
    broken["c"] = json!({"S": "yesterday"});
    stack.env.engine.import(vec![broken]);
    let other = put(&stack, alpine, "other", &json!({"url": format!("https://{CRM}/")})).await;
    assert_eq!(other.status, 201, "{}", other.text);
    let listed = get(&stack, alpine, "").await;
    let ids: Vec<_> =
        listed.body["items"].as_array().unwrap().iter().map(|own| &own["id"]).collect();
    assert_eq!(ids, ["other"]);
    assert_eq!(delete(&stack, alpine).await.status, 503, "nobody can say what it was");
    assert_eq!(delete(&stack, alpine).await.status, 404);
    webhook(&stack, alpine, CRM).await;
}

#[tokio::test]
async fn whoever_has_a_webhook_fail_by_the_minute_is_told_once_a_day_and_of_twenty_at_the_most() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let receiver = stack.internet.receiver("it.contoso.example").await;
    let url = json!({"url": "https://it.contoso.example/"});
    put(&stack, contoso, "crm", &url).await;
    Box::pin(stack.env.awaiting("k", &ITEMS)).await;
    publish(&stack).await;
    receiver.answer(Answering::Status(410));
    let told = async |rounds: usize| {
        stack.env.services.forget();
        for _ in 0..rounds {
            put(&stack, contoso, "crm", &url).await;
            assert!(stack.send_webhooks().await);
            stack.env.clock.advance(Duration::minutes(1));
        }
        let messages = disabled_messages(&stack.env);
        stack.env.services.forget();
        for own in &messages {
            stack.event_functions.notify_of(own).await.unwrap();
        }
        let mut to: Vec<_> = mails(&stack.env).into_iter().map(|own| own.to).collect();
        to.sort_unstable();
        (messages.len(), to)
    };
    let (asked, first) = told(15).await;
    assert_eq!(asked, 15);
    let mut once = first.clone();
    once.dedup();
    assert!(!first.is_empty() && first == once, "{first:?}");
    let (asked, second) = told(15).await;
    assert_eq!((asked, second), (5, Vec::new()), "twenty of a day, and those are one mail");
    stack.env.clock.advance(Duration::days(1));
    assert_eq!(told(2).await, (2, first));
}
