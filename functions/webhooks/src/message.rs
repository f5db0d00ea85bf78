//! Messages, after *Standard Webhooks*: a body, and headers with id, moment and signatures.

use domain::claim::Instant;
use domain::history::ToldEvent;
use domain::ids::WebhookId;
use domain::time::format_rfc3339;
use domain::webhook::TEST_TYPE;
use serde_json::{Value, json};
use standardwebhooks::Webhook as Signer;
pub use standardwebhooks::{
    HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP, WebhookError,
};
use web::views::FeedEventView;

/// What is sent to a receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// By which a receiver knows a message again: of an event its id, however often it is sent.
    pub id: String,
    /// The type of the event, or `test`.
    pub message_type: String,
    /// The body, as it is signed and sent.
    pub body: String,
}

impl Message {
    /// The message of an event. Its data are the event as `GET /v1/events` has it.
    pub fn of_event(event: &ToldEvent) -> Self {
        let view = FeedEventView::of(event);
        let data = serde_json::to_value(&view).unwrap_or_default();
        Self::new(view.id, &event.event_type, event.at, &data)
    }

    /// The message of a test of a webhook at `at`.
    pub fn of_test(webhook: &WebhookId, at: Instant) -> Self {
        let id = format!("test-{webhook}-{}", at.timestamp_millis());
        Self::new(id, TEST_TYPE, at, &json!({ "webhook_id": webhook }))
    }

    fn new(id: String, message_type: &str, at: Instant, data: &Value) -> Self {
        let body = json!({"type": message_type, "timestamp": format_rfc3339(at), "data": data});
        Self { id, message_type: message_type.to_owned(), body: body.to_string() }
    }

    /// The signatures of the message as it is sent at `sent_at`, one by each secret, as their header has them.
    ///
    /// # Errors
    /// Where a secret is none.
    pub fn sign(&self, secrets: &[String], sent_at: Instant) -> Result<String, WebhookError> {
        let signed = secrets.iter().map(|secret| {
            Signer::new(secret)?.sign(&self.id, sent_at.timestamp(), self.body.as_bytes())
        });
        Ok(signed.collect::<Result<Vec<_>, _>>()?.join(" "))
    }
}
