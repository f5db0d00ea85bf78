//! The queue in which records are set aside that nobody can read.

use serde_json::Value;

/// A queue for records.
pub struct Parking {
    client: aws_sdk_sqs::Client,
    queue_url: String,
}

impl Parking {
    /// The queue of that address.
    pub fn new(client: aws_sdk_sqs::Client, queue_url: impl Into<String>) -> Self {
        Self { client, queue_url: queue_url.into() }
    }

    /// Sets a record aside, whole.
    pub(crate) async fn send_record(
        &self,
        record: &Value,
    ) -> Result<
        (),
        aws_sdk_sqs::error::SdkError<aws_sdk_sqs::operation::send_message::SendMessageError>,
    > {
        let call = self.client.send_message().queue_url(&self.queue_url);
        call.message_body(record.to_string()).send().await.map(|_| ())
    }
}
