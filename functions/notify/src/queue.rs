//! The queues in front of the function: messages, and those that the mail service makes wait.
//!
//! A message that waits is sent on as a new one, with a delay and a count of its own: so what the queue counts are
//! faults alone, and after some of those it sets a message aside.

use aws_lambda_events::event::sqs::{SqsEvent, SqsMessage};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::MessageAttributeValue;
use runtime::InvocationError;
use serde_json::Value;

/// How often a message has waited for the mail service.
const WAITED: &str = "waited";
/// How long a message waits the first time, in seconds; each time twice as long.
const FIRST_DELAY_S: i32 = 15;
/// The longest delay of a queue, in seconds.
const LONGEST_DELAY_S: i32 = 900;

/// The queues that the function reads.
pub struct Queues {
    client: Client,
    urls: Vec<String>,
}

/// A message of a queue.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) id: String,
    body: String,
    source: String,
    waited: u32,
}

impl Message {
    /// The event of the bus in it; `None`: it holds none.
    pub(crate) fn bus_event(&self) -> Option<Value> {
        serde_json::from_str(&self.body).ok()
    }

    fn from_sqs(message: SqsMessage) -> Self {
        let number = |text: &str| text.parse().unwrap_or(0);
        let waited = message.message_attributes.get(WAITED);
        let waited = waited.and_then(|own| own.string_value.as_deref()).map_or(0, number);
        Self {
            id: message.message_id.unwrap_or_default(),
            body: message.body.unwrap_or_default(),
            source: message.event_source_arn.unwrap_or_default(),
            waited,
        }
    }
}

/// The messages of an event of the queues; `None` for any other payload.
pub(crate) fn parse_messages(event: &Value) -> Option<Vec<Message>> {
    event.get("Records")?;
    let event: SqsEvent = serde_json::from_value(event.clone()).ok()?;
    Some(event.records.into_iter().map(Message::from_sqs).collect())
}

impl Queues {
    /// The queues of these addresses.
    pub fn new(client: Client, urls: impl IntoIterator<Item = String>) -> Self {
        Self { client, urls: urls.into_iter().collect() }
    }

    /// Sends a message on as a new one, later the more often it has waited. The old one is done with then.
    ///
    /// # Errors
    /// Where its queue is none of these, or does not answer.
    pub(crate) async fn send_again_later(&self, message: &Message) -> Result<(), InvocationError> {
        let waited = MessageAttributeValue::builder()
            .data_type("Number")
            .string_value((message.waited + 1).to_string())
            .build()?;
        let url = self
            .queue_url(&message.source)
            .ok_or_else(|| InvocationError::new("an unknown queue"))?;
        self.client
            .send_message()
            .queue_url(url)
            .message_body(&message.body)
            .message_attributes(WAITED, waited)
            .delay_seconds(delay_seconds(message))
            .send()
            .await?;
        Ok(())
    }

    fn queue_url(&self, source: &str) -> Option<&str> {
        let name = source.rsplit(':').next()?;
        let is_its = |url: &&String| url.rsplit('/').next() == Some(name);
        self.urls.iter().find(is_its).map(String::as_str)
    }
}

/// For how long a message waits: twice as long each time, and some seconds by its id, so that those of one moment do
/// not come back in one.
fn delay_seconds(message: &Message) -> i32 {
    let longer = FIRST_DELAY_S << message.waited.min(6);
    let apart = message.id.bytes().map(i32::from).sum::<i32>() % (longer / 5).max(1);
    (longer + apart).min(LONGEST_DELAY_S)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn message(id: &str, waited: u32) -> Message {
        let attributes = json!({"waited": {"dataType": "Number", "stringValue": waited.to_string(),
            "stringListValues": [], "binaryListValues": []}});
        let record = json!({"messageId": id, "body": "{}", "messageAttributes": attributes,
            "attributes": {"ApproximateReceiveCount": "1"}, "eventSourceARN": "arn:aws:sqs:x:y:q"});
        parse_messages(&json!({"Records": [record]})).unwrap().remove(0)
    }

    #[test]
    fn a_message_waits_longer_each_time_and_never_longer_than_a_queue_lets_it() {
        let mut before = 0;
        for waited in 0..40 {
            let delay = delay_seconds(&message("6f3c", waited));
            assert!(delay >= before.min(750) && delay <= 900, "{waited}: {delay}");
            before = delay;
        }
        assert!(delay_seconds(&message("a", 0)) >= 15 && delay_seconds(&message("zzzz", 0)) < 18);
    }

    #[test]
    fn whatever_is_no_message_is_none() {
        for event in [json!({"source": "aws.events"}), json!(null), json!({"Records": 3})] {
            assert!(parse_messages(&event).is_none(), "{event}");
        }
    }
}
