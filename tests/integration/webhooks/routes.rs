//! Who writes webhooks, and what is answered.

use serde_json::{Value, json};
use support::fixtures::{BOREALIS, TAILWIND};
use support::internet::Answering;
use support::logs::Lines;
use web::event::RequestEvent;

use super::*;

const BODY: &str = "https://crm.alpine.example/cpor";

fn borealis(event: RequestEvent) -> RequestEvent {
    event.partner_admin(BOREALIS)
}

fn tailwind(event: RequestEvent) -> RequestEvent {
    event.customer_admin(TAILWIND)
}

fn other_operator(event: RequestEvent) -> RequestEvent {
    event.staff("operator", "operator-2")
}

#[tokio::test]
async fn a_webhook_is_created_with_its_secret_told_once_and_written_anew_without() {
    let stack = Stack::at(NOW).await;
    let created = put(&stack, alpine, "crm", &json!({"url": BODY, "types": ["validated"]})).await;
    assert_eq!(created.status, 201, "{}", created.text);
    let secret = created.body["secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_") && secret.len() == 6 + 44, "{}", secret.len());
    let expected = json!({
        "id": "crm", "url": BODY, "types": ["validated"], "status": "active",
        "created_at": "2026-12-22T14:00:00Z", "failing_since": null, "next_attempt_at": null,
        "error": null, "disabled_at": null, "disable_cause": null, "secret": null,
    });
    assert_eq!(get(&stack, alpine, "/crm").await.body, expected);
    let again = put(&stack, alpine, "crm", &json!({"url": "https://other.example/"})).await;
    assert_eq!((&again.body["secret"], &again.body["types"]), (&Value::Null, &Value::Null));
    assert_eq!(again.body["url"], "https://other.example/");
    let list = get(&stack, alpine, "").await;
    assert_eq!(list.body["items"].as_array().unwrap().len(), 1);
    assert!(!list.text.contains("whsec_"), "{}", list.text);
}

#[tokio::test]
async fn whoever_names_what_was_read_overwrites_and_deletes_nothing_else() {
    let stack = Stack::at(NOW).await;
    let (url, other) = (json!({"url": BODY}), json!({"url": "https://other.example/"}));
    let write = async |tag: &str, body: &Value| {
        let event = RequestEvent::put("/v1/webhooks/crm").json(body).header("if-match", tag);
        stack.send(alpine(event)).await
    };
    let delete = async |tag: &str| {
        let event = RequestEvent::new("DELETE", "/v1/webhooks/crm").header("if-match", tag);
        stack.send(alpine(event)).await
    };
    for tag in ["*", "\"999\""] {
        assert_eq!(write(tag, &url).await.problem(), (412, "version-mismatch"), "there is none");
    }
    let created = put(&stack, alpine, "crm", &url).await;
    assert_eq!((created.status, created.header("location")), (201, "/v1/webhooks/crm"));
    let first = created.header("etag").to_owned();
    assert_eq!(get(&stack, alpine, "/crm").await.header("etag"), first);
    // Neither a replay nor a failure changes what was written.
    let replayed =
        post(&stack, alpine, "/crm/replay", &json!({"from": "2026-12-22T13:00:00Z"})).await;
    assert_eq!(replayed.header("etag"), first);
    let second = write(&first, &other).await.header("etag").to_owned();
    assert_ne!(second, first);
    let refused = write(&first, &url).await;
    assert_eq!((refused.problem(), refused.header("etag")), ((412, "version-mismatch"), &*second));
    assert_eq!(delete(&first).await.problem(), (412, "version-mismatch"));
    assert_eq!(get(&stack, alpine, "/crm").await.body["url"], other["url"]);
    assert_eq!(delete(&second).await.status, 200);
}

#[tokio::test]
async fn each_party_has_webhooks_of_its_own_and_sees_nobody_elses() {
    let stack = Stack::at(NOW).await;
    for who in [alpine, contoso, operator] {
        assert_eq!(put(&stack, who, "crm", &json!({"url": BODY})).await.status, 201);
    }
    let others: [(Who, bool); 3] = [(borealis, true), (tailwind, true), (other_operator, false)];
    for (stranger, empty) in others {
        let list = get(&stack, stranger, "").await;
        assert_eq!(list.body["items"].as_array().unwrap().is_empty(), empty, "{}", list.text);
    }
    for stranger in [borealis, tailwind] {
        for path in ["/crm", "/crm/deliveries"] {
            assert_eq!(get(&stack, stranger, path).await.problem(), (404, "not-found"), "{path}");
        }
        let replay = json!({"from": "2026-12-22T14:00:00Z"});
        for path in ["/crm/test", "/crm/secret", "/crm/replay"] {
            let refused = post(&stack, stranger, path, &replay).await;
            assert_eq!(refused.problem(), (404, "not-found"), "{path}");
        }
        let delete = stranger(RequestEvent::new("DELETE", "/v1/webhooks/crm"));
        assert_eq!(stack.send(delete).await.problem(), (404, "not-found"));
    }
    // Deleting one's own leaves the others'.
    let delete = alpine(RequestEvent::new("DELETE", "/v1/webhooks/crm"));
    assert_eq!(stack.send(delete).await.body["url"], BODY);
    assert_eq!(get(&stack, alpine, "/crm").await.status, 404);
    for who in [contoso, operator] {
        assert_eq!(get(&stack, who, "/crm").await.status, 200);
    }
}

#[tokio::test]
async fn a_party_has_twenty_webhooks_at_the_most_also_when_two_are_created_at_once() {
    let stack = Stack::at(NOW).await;
    for no in 0..19 {
        let created = put(&stack, alpine, &format!("w{no}"), &json!({"url": BODY})).await;
        assert_eq!(created.status, 201, "{}", created.text);
    }
    let (body, two) = (json!({"url": BODY}), ["a", "b"]);
    let (one, other) =
        tokio::join!(put(&stack, alpine, two[0], &body), put(&stack, alpine, two[1], &body));
    let mut answered = [one.status, other.status];
    answered.sort_unstable();
    assert_eq!(answered, [201, 429], "{} {}", one.text, other.text);
    let refused = put(&stack, alpine, "w21", &body).await;
    assert_eq!(refused.problem(), (429, "quota-exceeded"));
    assert_eq!(put(&stack, alpine, "w0", &body).await.status, 200, "one that is there is written");
    assert_eq!(put(&stack, borealis, "w21", &body).await.status, 201, "others have their own");
    let delete = alpine(RequestEvent::new("DELETE", "/v1/webhooks/w0"));
    assert_eq!(stack.send(delete).await.status, 200);
    assert_eq!(put(&stack, alpine, "w21", &body).await.status, 201);
}

#[tokio::test]
async fn what_is_wrong_with_a_webhook_is_told_all_at_once() {
    let stack = Stack::at(NOW).await;
    let body = json!({"url": "http://10.0.0.1/", "types": ["levitated"], "secret": "mine"});
    let refused = put(&stack, alpine, "crm", &body).await;
    assert_eq!(refused.problem(), (422, "invalid-fields"));
    let errors: Vec<_> =
        refused.errors().into_iter().map(|(at, code)| format!("{code} {at}")).collect();
    assert_eq!(errors, ["unknown-field /secret", "unknown-code /types/0", "malformed /url"]);
    let wrong_id = put(&stack, alpine, "-crm", &json!({"url": BODY})).await;
    assert_eq!(wrong_id.errors(), [("/id".to_owned(), "malformed".to_owned())]);
    assert_eq!(put(&stack, alpine, "crm", &json!({"url": BODY})).await.status, 201);
    let late = post(&stack, alpine, "/crm/replay", &json!({"from": "2027-01-01T00:00:00Z"})).await;
    assert_eq!(late.errors(), [("/from".to_owned(), "in-the-future".to_owned())]);
}

#[tokio::test]
async fn no_secret_is_in_the_item_of_a_webhook_and_no_address_or_party_in_a_log() {
    let lines = Lines::default();
    let guard = lines.kept();
    let (stack, receiver, secret) = told().await;
    receiver.answer(Answering::Status(410));
    post(&stack, alpine, "/crm/test", &json!({})).await;
    assert!(stack.send_webhooks().await);
    drop(guard);
    let bytes = secret.trim_start_matches("whsec_");
    for prefix in ["W#", "WD#", "F#"] {
        let items = stack.env.engine.items(prefix);
        assert!(!items.is_empty(), "{prefix}");
        assert!(!serde_json::to_string(&items).unwrap().contains(bytes), "{prefix}");
    }
    assert_eq!(stack.env.engine.items("WS#").len(), 1);
    let logged = lines.logged();
    assert!(logged.contains("a webhook had its turn"), "{logged}");
    for personal in ["alpine.example", ALPINE, "whsec_", &bytes.to_lowercase(), "hook?a"] {
        assert!(!logged.contains(personal), "{personal}: {logged}");
    }
}
