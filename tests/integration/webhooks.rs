//! Webhooks (`docs/api.md §3.9`, `docs/domain.md §5.12`): who writes them, what a receiver gets, and what becomes of one
//! that fails.

mod begun_anew;
mod connector;
mod costs;
mod deaths;
mod failures;
mod routes;
mod sending;

use std::collections::BTreeMap;

use chrono::Duration;
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use support::event_functions::records;
use support::fixtures::{ALPINE, CONTOSO};
use support::internet::{Received, Receiver};
use support::stack::{Answer, Stack};
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";
const ITEMS: [&str; 2] = ["exchange-online", "teams"];
/// The name of the receiver.
const CRM: &str = "crm.alpine.example";
/// More than an item of a feed is kept back.
const A_WHILE: Duration = Duration::seconds(20);

fn alpine(event: RequestEvent) -> RequestEvent {
    event.partner_admin(ALPINE)
}

fn contoso(event: RequestEvent) -> RequestEvent {
    event.customer_admin(CONTOSO)
}

fn operator(event: RequestEvent) -> RequestEvent {
    event.staff("operator", "operator-1")
}

type Who = fn(RequestEvent) -> RequestEvent;

async fn put(stack: &Stack, who: Who, id: &str, body: &Value) -> Answer {
    stack.send(who(RequestEvent::put(&format!("/v1/webhooks/{id}")).json(body))).await
}

async fn get(stack: &Stack, who: Who, path: &str) -> Answer {
    stack.send(who(RequestEvent::get(&format!("/v1/webhooks{path}")))).await
}

async fn post(stack: &Stack, who: Who, path: &str, body: &Value) -> Answer {
    stack.send(who(RequestEvent::post(&format!("/v1/webhooks{path}")).json(body))).await
}

/// The webhook `crm` of a party, at the receiver of that name; its secret.
async fn webhook(stack: &Stack, who: Who, name: &str) -> String {
    let created = put(stack, who, "crm", &json!({"url": format!("https://{name}/hook?a=1")})).await;
    assert_eq!(created.status, 201, "{}", created.text);
    created.body["secret"].as_str().expect("a secret").to_owned()
}

async fn publish(stack: &Stack) {
    let answer = stack.event_functions.publish(&records(&stack.env)).await.unwrap();
    assert!(answer.batch_item_failures.is_empty(), "{answer:?}");
    stack.env.clock.advance(A_WHILE);
}

/// Alpine's webhook, its receiver, and a claim in an open window all of whose four versions are in the feeds.
async fn told() -> (Stack, Receiver, String) {
    let stack = Box::pin(Stack::at(NOW)).await;
    let receiver = stack.internet.receiver(CRM).await;
    let secret = webhook(&stack, alpine, CRM).await;
    Box::pin(stack.env.awaiting("k", &ITEMS)).await;
    publish(&stack).await;
    (stack, receiver, secret)
}

/// What was received, each body as JSON.
fn bodies(received: &[Received]) -> Vec<Value> {
    received.iter().map(|own| serde_json::from_str(&own.body).expect("JSON")).collect()
}

/// The types of what a receiver got, in their order.
fn types(receiver: &Receiver) -> Vec<String> {
    let bodies = bodies(&receiver.received());
    bodies.iter().map(|own| own["type"].as_str().expect("a type").to_owned()).collect()
}

/// The versions of each claim that a receiver got, each where it came first.
fn versions(receiver: &Receiver) -> BTreeMap<String, Vec<u64>> {
    let mut all: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for body in bodies(&receiver.received()) {
        let claim = body["data"]["claim_id"].as_str().expect("a claim").to_owned();
        let version = body["data"]["version"].as_u64().expect("a version");
        let of_claim = all.entry(claim).or_default();
        if !of_claim.contains(&version) {
            of_claim.push(version);
        }
    }
    all
}

/// That the signature is one by the secret, as the library of *Standard Webhooks* reads it.
pub(crate) fn is_signed(received: &Received, secret: &str) -> bool {
    let timestamp = received.header("webhook-timestamp").parse().expect("seconds");
    let signer = Webhook::new(secret).expect("a secret");
    let id = received.header("webhook-id");
    let own = signer.sign(id, timestamp, received.body.as_bytes()).expect("a signature");
    received.header("webhook-signature").split(' ').any(|signature| signature == own)
}

/// A webhook is created, tested, rotated, sent to and deleted: everything that the function writes.
pub(crate) async fn write_all(stack: &Stack) {
    stack.internet.receiver(CRM).await;
    webhook(stack, alpine, CRM).await;
    for path in ["/crm/test", "/crm/secret"] {
        assert_eq!(post(stack, alpine, path, &json!({})).await.status, 200, "{path}");
    }
    Box::pin(stack.env.awaiting("k", &ITEMS)).await;
    publish(stack).await;
    assert!(stack.send_webhooks().await);
    let deleted = alpine(RequestEvent::new("DELETE", "/v1/webhooks/crm"));
    assert_eq!(stack.send(deleted).await.status, 200);
}
