//! What a receiver gets: every event of the feed, signed, in the order of the feed, and nothing else.

use chrono::DateTime;
use domain::ids::WebhookId;
use domain::webhook::WebhookOwner;
use serde_json::{Value, json};
use support::test_env::{alpine as alpine_actor, withdraw};

use super::*;

#[tokio::test]
async fn a_receiver_gets_every_event_of_its_partys_feed_signed_and_in_order() {
    let (stack, receiver, secret) = told().await;
    assert!(stack.send_webhooks().await);
    assert_eq!(types(&receiver), ["submitted", "review_begun", "validated", "window_opened"]);
    let page = stack.send(alpine(RequestEvent::get("/v1/events"))).await;
    let data: Vec<Value> =
        bodies(&receiver.received()).iter().map(|own| own["data"].clone()).collect();
    assert_eq!(page.body["items"], json!(data), "the data are what the feed has");
    for (received, event) in receiver.received().iter().zip(&data) {
        assert_eq!(received.line, "POST /hook?a=1 HTTP/1.1");
        assert_eq!(received.header("host"), CRM);
        assert_eq!(received.header("content-type"), "application/json");
        assert_eq!(received.header("webhook-id"), event["id"].as_str().unwrap());
        let body: Value = serde_json::from_str(&received.body).unwrap();
        assert_eq!(body["timestamp"], event["at"]);
        let sent: i64 = received.header("webhook-timestamp").parse().unwrap();
        assert!(
            (DateTime::from_timestamp(sent, 0).unwrap() - stack.env.clock.now())
                .num_seconds()
                .abs()
                < 5
        );
        assert!(is_signed(received, &secret));
        assert!(!is_signed(received, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
    }
    receiver.forget();
    assert!(stack.send_webhooks().await);
    assert_eq!(types(&receiver), Vec::<String>::new(), "nothing twice without need");
}

#[tokio::test]
async fn a_webhook_begins_with_its_creation_and_each_party_gets_what_its_feed_tells() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.awaiting("k", &ITEMS)).await;
    publish(&stack).await;
    let names = ["crm.alpine.example", "it.contoso.example", "bi.vendor.example"];
    let mut receivers = Vec::new();
    for (who, name) in [alpine, contoso, operator].into_iter().zip(names) {
        receivers.push(stack.internet.receiver(name).await);
        webhook(&stack, who, name).await;
    }
    stack.env.clock.advance(Duration::seconds(1));
    stack.env.give(&claim.id, &alpine_actor(), &withdraw()).await.unwrap();
    let last = records(&stack.env).pop().unwrap();
    stack.event_functions.publish(&[last]).await.unwrap();
    stack.env.clock.advance(A_WHILE);
    assert!(stack.send_webhooks().await);
    for receiver in &receivers {
        assert_eq!(types(receiver), ["withdrawn"]);
    }
}

#[tokio::test]
async fn an_event_that_is_written_after_a_webhook_with_a_stamp_from_before_it_is_sent() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let receiver = stack.internet.receiver(CRM).await;
    Box::pin(stack.env.awaiting("k", &ITEMS)).await;
    webhook(&stack, alpine, CRM).await;
    // As far behind as a publisher's clock may be, or its write late.
    stack.env.clock.set_function_error(Duration::seconds(-5));
    publish(&stack).await;
    stack.env.clock.set_function_error(Duration::zero());
    assert!(stack.send_webhooks().await);
    let whole = ["submitted", "review_begun", "validated", "window_opened"];
    assert_eq!(types(&receiver), whole);
    receiver.forget();
    post(&stack, alpine, "/crm/replay", &json!({"from": NOW})).await;
    assert!(stack.send_webhooks().await);
    assert_eq!(types(&receiver), whole, "and after a replay from then on too");
}

#[tokio::test]
async fn types_narrow_what_is_sent_and_the_place_passes_the_rest() {
    let (stack, receiver, _) = told().await;
    let url = format!("https://{CRM}/hook");
    put(&stack, alpine, "crm", &json!({"url": url, "types": ["validated"]})).await;
    assert!(stack.send_webhooks().await);
    assert_eq!(types(&receiver), ["validated"]);
    receiver.forget();
    put(&stack, alpine, "crm", &json!({"url": url})).await;
    assert!(stack.send_webhooks().await);
    assert_eq!(types(&receiver), Vec::<String>::new(), "what was passed is passed");
}

#[tokio::test]
async fn a_replay_sends_what_was_written_since_a_moment_with_the_same_ids() {
    let (stack, receiver, _) = told().await;
    assert!(stack.send_webhooks().await);
    let first = receiver.received();
    let ids = |all: &[Received]| -> Vec<String> {
        all.iter().map(|own| own.header("webhook-id").to_owned()).collect()
    };
    receiver.forget();
    let replayed = post(&stack, alpine, "/crm/replay", &json!({"from": NOW})).await;
    assert_eq!(replayed.status, 200, "{}", replayed.text);
    assert!(stack.send_webhooks().await);
    assert_eq!(ids(&receiver.received()), ids(&first));
    receiver.forget();
    let now = stack.env.clock.now().to_rfc3339();
    post(&stack, alpine, "/crm/replay", &json!({"from": now})).await;
    assert!(stack.send_webhooks().await);
    assert_eq!(types(&receiver), Vec::<String>::new(), "nothing was written since then");
}

#[tokio::test]
async fn a_secret_is_signed_with_for_a_day_after_its_rotation_also_where_the_next_one_follows_at_once()
 {
    let (stack, receiver, first) = told().await;
    let rotate = async || {
        let rotated = post(&stack, alpine, "/crm/secret", &json!({})).await;
        assert_eq!(rotated.status, 200, "{}", rotated.text);
        let until = DateTime::parse_from_rfc3339(rotated.body["previous_until"].as_str().unwrap());
        assert_eq!(until.unwrap() - stack.env.clock.now().fixed_offset(), Duration::hours(24));
        rotated.body["secret"].as_str().unwrap().to_owned()
    };
    let send = async || {
        receiver.forget();
        post(&stack, alpine, "/crm/replay", &json!({"from": NOW})).await;
        assert!(stack.send_webhooks().await);
        receiver.received().remove(0)
    };
    let second = rotate().await;
    let both = send().await;
    assert_eq!([&first, &second].map(|own| is_signed(&both, own)), [true, true]);
    // The answer to the second was lost: whoever knows the first alone goes on.
    stack.env.clock.advance(Duration::hours(1));
    let third = rotate().await;
    let three = send().await;
    assert_eq!([&first, &second, &third].map(|own| is_signed(&three, own)), [true; 3]);
    stack.env.clock.advance(Duration::hours(23));
    let two = send().await;
    let signed = [&first, &second, &third].map(|own| is_signed(&two, own));
    assert_eq!(signed, [false, true, true], "a day after its own rotation");
    let fourth = rotate().await;
    let fifth = rotate().await;
    let newest = send().await;
    let signed = [&second, &third, &fourth, &fifth].map(|own| is_signed(&newest, own));
    assert_eq!(signed, [false, true, true, true], "never more than three");
    stack.env.clock.advance(Duration::hours(24));
    let one = send().await;
    assert_eq!([&fourth, &fifth].map(|own| is_signed(&one, own)), [false, true]);
    assert_eq!(one.header("webhook-signature").matches("v1,").count(), 1);
}

#[tokio::test]
async fn a_test_is_sent_at_once_and_changes_nothing_and_the_next_one_waits_ten_seconds() {
    let (stack, receiver, secret) = told().await;
    let tested = post(&stack, alpine, "/crm/test", &json!({})).await;
    assert_eq!((tested.status, &tested.body["status"]), (200, &json!(200)), "{}", tested.text);
    assert_eq!((&tested.body["type"], &tested.body["error"]), (&json!("test"), &Value::Null));
    let all = receiver.received();
    assert_eq!(bodies(&all)[0]["data"], json!({"webhook_id": "crm"}));
    assert!(all.len() == 1 && is_signed(&all[0], &secret));
    let soon = post(&stack, alpine, "/crm/test", &json!({})).await;
    assert_eq!((soon.problem(), soon.header("retry-after")), ((429, "quota-exceeded"), "10"));
    stack.env.clock.advance(Duration::seconds(10));
    assert_eq!(post(&stack, alpine, "/crm/test", &json!({})).await.status, 200);
    receiver.forget();
    assert!(stack.send_webhooks().await);
    assert_eq!(types(&receiver).len(), 4, "no event was passed");
}

#[tokio::test]
async fn deliveries_tell_status_duration_and_kind_of_error_for_seven_days() {
    let (stack, receiver, _) = told().await;
    receiver.answer_next(&[support::internet::Answering::Status(500)]);
    assert!(stack.send_webhooks().await);
    stack.env.clock.advance(Duration::seconds(6));
    assert!(stack.send_webhooks().await);
    let listed = get(&stack, alpine, "/crm/deliveries").await;
    let items = listed.body["items"].as_array().unwrap();
    // Of one moment, which no two attempts share but here, they are in no order.
    let mut told: Vec<_> = items
        .iter()
        .map(|own| format!("{} {} {}", own["type"], own["status"], own["error"]))
        .collect();
    assert_eq!(told.pop().unwrap(), r#""submitted" 500 "refused""#, "the newest come first");
    told.sort_unstable();
    let types = ["review_begun", "submitted", "validated", "window_opened"];
    assert_eq!(told, types.map(|own| format!("\"{own}\" 200 null")));
    let names: Vec<_> = items[0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["at", "duration_ms", "error", "message_id", "status", "type"]);
    stack.env.clock.advance(Duration::days(7) + Duration::seconds(1));
    assert_eq!(get(&stack, alpine, "/crm/deliveries").await.body["items"], json!([]));
    for item in stack.env.engine.items("WD#") {
        let expires: i64 = item["expires"]["N"].as_str().unwrap().parse().unwrap();
        let at: i64 = item["a"]["N"].as_str().unwrap().parse().unwrap();
        assert_eq!(expires - at / 1000, 7 * 86_400);
    }
}

#[tokio::test]
async fn a_webhook_of_a_name_that_was_deleted_knows_nothing_of_the_one_before() {
    let (stack, receiver, first) = told().await;
    assert!(stack.send_webhooks().await);
    stack.send(alpine(RequestEvent::new("DELETE", "/v1/webhooks/crm"))).await;
    assert!(stack.env.engine.items("WS#").is_empty());
    stack.env.clock.advance(Duration::seconds(1));
    let second = webhook(&stack, alpine, CRM).await;
    assert_ne!(first, second);
    assert_eq!(get(&stack, alpine, "/crm/deliveries").await.body["items"], json!([]));
    receiver.forget();
    post(&stack, alpine, "/crm/replay", &json!({"from": NOW})).await;
    assert!(stack.send_webhooks().await);
    assert!(
        receiver.received().iter().all(|own| is_signed(own, &second) && !is_signed(own, &first))
    );
}

#[tokio::test]
async fn while_somebody_has_the_turn_nobody_else_sends_and_what_is_written_meanwhile_stays() {
    let (stack, receiver, _) = told().await;
    let until = stack.env.clock.now() + Duration::seconds(60);
    let (owner, id) = (alpine_owner(), WebhookId::parse("crm").unwrap());
    let (store, _) = support::stack::store_of(&stack.env, "webhooks", false);
    let mut leased = store.lease_webhook(&owner, &id, until, None).await.unwrap().expect("a turn");
    assert_eq!(store.lease_webhook(&owner, &id, until, None).await.unwrap(), None);
    assert!(stack.send_webhooks().await);
    assert_eq!(types(&receiver), Vec::<String>::new());
    // The party puts the cursor back: whoever sends does not write over that.
    post(&stack, alpine, "/crm/replay", &json!({"from": NOW})).await;
    let saved =
        store.save_webhook(&mut leased, |own| own.cursor = "9999999999999".to_owned()).await;
    assert!(!saved.unwrap());
    store.release_webhook(leased, true).await.unwrap();
    assert!(stack.send_webhooks().await);
    assert_eq!(types(&receiver).len(), 4);
    // A turn whose holder died ends by itself.
    post(&stack, alpine, "/crm/replay", &json!({"from": NOW})).await;
    let until = stack.env.clock.now() + Duration::seconds(60);
    let dead = store.lease_webhook(&owner, &id, until, None).await.unwrap();
    assert!(dead.is_some());
    receiver.forget();
    stack.env.clock.advance(Duration::seconds(60));
    assert!(stack.send_webhooks().await);
    assert_eq!(types(&receiver).len(), 4);
}

fn alpine_owner() -> WebhookOwner {
    WebhookOwner::Partner(support::test_env::partner_id(ALPINE))
}
