//! The way to a receiver: which addresses are connected to, whom it trusts, and how long it waits.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::webhook::DeliveryError;
use serde_json::{Value, json};
use support::internet::{Answering, Connector, Internet, ReceiverAnswer};
use web::WebhookUrl;

use super::*;

/// Long enough for a handshake on a busy machine, and for a test to wait.
const SHORT: std::time::Duration = std::time::Duration::from_millis(700);

fn url() -> WebhookUrl {
    WebhookUrl::parse(&format!("https://{CRM}/hook")).unwrap()
}

async fn post_by(connector: &Connector) -> Result<ReceiverAnswer, DeliveryError> {
    connector.post(&url(), &[], "{}".to_owned()).await
}

#[tokio::test]
async fn a_name_of_which_any_address_is_not_public_is_not_connected_to() {
    let (stack, receiver, _) = told().await;
    for addresses in [
        vec!["127.0.0.1"],
        vec!["169.254.169.254"],
        vec!["169.254.170.2"],
        vec!["10.0.0.7"],
        vec!["::1"],
        vec!["::ffff:8.8.8.8"],
        vec!["fd00:ec2::254"],
        vec!["8.8.4.1", "127.0.0.1"],
        vec!["2a00:1450:4014:80e::2004", "64:ff9b::7f00:1"],
    ] {
        stack.internet.resolve_to(CRM, &addresses);
        let tested = post(&stack, alpine, "/crm/test", &json!({})).await.body;
        let told = [&tested["error"], &tested["status"]];
        assert_eq!(told, [&json!("address_refused"), &Value::Null], "{addresses:?}");
        stack.env.clock.advance(Duration::seconds(10));
    }
    assert!(stack.send_webhooks().await);
    let failing = get(&stack, alpine, "/crm").await.body;
    assert_eq!(failing["error"], "address_refused", "and no event goes there");
    assert!(stack.internet.dialed().is_empty() && receiver.received().is_empty());
}

#[tokio::test]
async fn the_connection_goes_to_the_address_that_was_judged_whatever_the_name_leads_to_then() {
    let internet = Internet::default();
    let receiver = internet.receiver(CRM).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    // The second answer of this resolver is the loopback address.
    let connector = internet.connector_by(Arc::new(move |_| {
        let is_first = count.fetch_add(1, Ordering::Relaxed) == 0;
        let address = if is_first { "8.8.4.1" } else { "127.0.0.1" };
        Box::pin(async move { Ok(vec![address.parse().unwrap()]) })
    }));
    assert_eq!(post_by(&connector).await, Ok(ReceiverAnswer { status: 200 }));
    let expected: SocketAddr = "8.8.4.1:443".parse().unwrap();
    assert_eq!((asked.load(Ordering::Relaxed), internet.dialed()), (1, vec![expected]));
    assert_eq!(receiver.received().len(), 1);
    assert_eq!(post_by(&connector).await, Err(DeliveryError::AddressRefused));
    assert_eq!(internet.dialed().len(), 1);
}

#[tokio::test]
async fn an_address_that_takes_no_connection_leads_to_the_next_one_of_the_name() {
    let internet = Internet::default();
    internet.receiver(CRM).await;
    internet.resolve_to(CRM, &["2a00:1450:4014:80e::2004", "8.8.4.9", "8.8.4.1"]);
    assert_eq!(post_by(&internet.connector()).await, Ok(ReceiverAnswer { status: 200 }));
    let dialed: Vec<_> = internet.dialed().iter().map(ToString::to_string).collect();
    assert_eq!(dialed, ["8.8.4.9:443", "8.8.4.1:443"], "of IPv4 first");
    internet.take_down(CRM);
    assert_eq!(post_by(&internet.connector()).await, Err(DeliveryError::Unreachable));
}

#[tokio::test]
async fn whose_certificate_is_of_another_name_or_of_an_unknown_authority_gets_nothing() {
    let internet = Internet::default();
    let other = internet.receiver_with_certificate(CRM, "crm.borealis.example").await;
    assert_eq!(post_by(&internet.connector()).await, Err(DeliveryError::Untrusted));
    assert!(other.received().is_empty());
    // Where no authority is trusted nobody is.
    let internet = Internet::default();
    let receiver = internet.receiver(CRM).await;
    assert_eq!(post_by(&internet.connector_trusting_nobody()).await, Err(DeliveryError::Untrusted));
    assert!(receiver.received().is_empty());
}

#[tokio::test]
async fn each_way_in_which_a_receiver_fails_has_its_name() {
    let internet = Internet::default();
    let receiver = internet.receiver(CRM).await;
    let connector = internet.connector();
    assert_eq!(connector.limit(), std::time::Duration::from_secs(5), "five seconds in all");
    receiver.answer_next(&[Answering::Redirect, Answering::Garbage]);
    assert_eq!(post_by(&connector).await, Ok(ReceiverAnswer { status: 302 }));
    assert_eq!(internet.dialed().len(), 1, "a redirect is not followed");
    assert_eq!(post_by(&connector).await, Err(DeliveryError::NoHttp));
    let unknown = WebhookUrl::parse("https://nobody.example/").unwrap();
    let nobody = connector.post(&unknown, &[], String::new()).await;
    assert_eq!(nobody, Err(DeliveryError::NameUnresolved));
}

#[tokio::test]
async fn a_receiver_that_redirects_is_one_that_fails() {
    let (stack, receiver, _) = told().await;
    receiver.answer(Answering::Redirect);
    assert!(stack.send_webhooks().await);
    let failing = get(&stack, alpine, "/crm").await.body;
    assert_eq!((&failing["status"], &failing["error"]), (&json!("failing"), &json!("redirected")));
    let last = get(&stack, alpine, "/crm/deliveries").await.body["items"][0].clone();
    assert_eq!((&last["status"], &last["error"]), (&json!(302), &json!("redirected")));
}

#[tokio::test]
async fn who_answers_too_late_has_failed_and_who_never_ends_its_answer_has_not() {
    let internet = Internet::default();
    let receiver = internet.receiver(CRM).await;
    let connector = internet.connector().with_limit(SHORT);
    receiver.answer_next(&[Answering::Never, Answering::Endless]);
    assert_eq!(post_by(&connector).await, Err(DeliveryError::TimedOut));
    let patient = internet.connector().with_limit(std::time::Duration::from_mins(1));
    assert_eq!(
        post_by(&patient).await,
        Ok(ReceiverAnswer { status: 200 }),
        "16 KiB are read, and no more"
    );
}

#[tokio::test]
async fn a_status_counts_although_the_body_behind_it_never_comes() {
    let internet = Internet::default();
    let receiver = internet.receiver(CRM).await;
    receiver.answer(Answering::Stalled);
    assert_eq!(post_by(&internet.connector()).await, Ok(ReceiverAnswer { status: 200 }));
}

#[tokio::test]
async fn a_receiver_that_is_slow_delays_its_webhook() {
    let (stack, receiver, _) = told().await;
    let connector = stack.internet.connector().with_limit(SHORT);
    let stack = stack.with_connector(connector);
    receiver.answer(Answering::Never);
    assert!(stack.send_webhooks().await);
    let failing = get(&stack, alpine, "/crm").await.body;
    assert_eq!((&failing["status"], &failing["error"]), (&json!("failing"), &json!("timed_out")));
}

#[tokio::test]
async fn the_connector_of_the_function_has_no_setting_and_refuses_this_machine() {
    // The names that the function reads are its own queues, clients and table: `shared/runtime/src/settings.rs`. What is
    // left is the name itself.
    for name in ["localhost.localdomain", "localtest.me"] {
        let url = WebhookUrl::parse(&format!("https://{name}/")).unwrap();
        let tried = Connector::public().post(&url, &[], "{}".to_owned()).await;
        let refused = [DeliveryError::AddressRefused, DeliveryError::NameUnresolved];
        assert!(tried.is_err_and(|error| refused.contains(&error)), "{name}: {tried:?}");
    }
}
