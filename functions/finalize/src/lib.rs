//! The function `finalize`: carries out deadlines, and counts windows again (`docs/architecture.md §3`).
//!
//! A scheduled rule ticks every minute: one query finds the shards that are due, another what asks for
//! open windows to be counted again, and each gets a message in a queue. The same function works the queue's messages off. A
//! tick is whatever is not a message, so that it can be invoked by hand.

mod tick;
mod worker;

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use runtime::{Invocation, InvocationError};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{RecountCause, Store};

/// What the function needs.
pub struct App {
    store: Store,
    queue: aws_sdk_sqs::Client,
    queue_url: String,
}

/// What a message of the queue asks for: `{"shard": 3}`, or `{"recount": …}` with a country, `data` or
/// an outage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WorkMessage {
    /// To drain the timers of a shard.
    Shard(u16),
    /// To count open windows again, for that reason.
    Recount(RecountCause),
}

impl App {
    /// The function over a store and the queue of work.
    pub fn new(store: Store, queue: aws_sdk_sqs::Client, queue_url: impl Into<String>) -> Self {
        Self { store, queue, queue_url: queue_url.into() }
    }
}

/// A tick, or messages of the queue.
///
/// # Errors
/// A tick that could not read the positions or not hand out all of the work; the next one begins
/// again.
pub async fn handle_event(
    app: &App,
    event: Value,
    invocation: Invocation,
) -> Result<SqsBatchResponse, InvocationError> {
    if let Some(event) = queue_event(event) {
        return Ok(Box::pin(worker::process_messages(app, event, &invocation)).await);
    }
    Box::pin(tick::send_due_work(app)).await?;
    Ok(SqsBatchResponse::default())
}

/// The event of the queue; `None` for any other payload.
fn queue_event(event: Value) -> Option<SqsEvent> {
    event.get("Records")?;
    serde_json::from_value(event).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whatever_is_no_message_is_a_tick() {
        let scheduled = json!({"detail-type": "Scheduled Event", "source": "aws.events"});
        for event in [scheduled, json!({"hand": true}), json!({}), json!(null), json!("x")] {
            assert!(queue_event(event.clone()).is_none(), "{event}");
        }
    }

    #[test]
    fn a_message_names_its_shard_or_why_windows_are_counted_again() {
        let country = RecountCause::Country("CZ".parse().unwrap());
        let cases = [
            ("{\"shard\":3}", WorkMessage::Shard(3)),
            ("{\"recount\":\"CZ\"}", WorkMessage::Recount(country)),
            ("{\"recount\":\"data\"}", WorkMessage::Recount(RecountCause::CountingData)),
            ("{\"recount\":\"outage-3\"}", WorkMessage::Recount(RecountCause::Outage(3))),
        ];
        for (text, expected) in cases {
            let message = json!({"messageId": "m", "body": text});
            let event = queue_event(json!({"Records": [message]})).unwrap();
            let body = event.records.first().and_then(|message| message.body.as_deref()).unwrap();
            assert_eq!(serde_json::from_str::<WorkMessage>(body).unwrap(), expected);
        }
    }
}
