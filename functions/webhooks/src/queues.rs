//! The queues: of webhooks that have something to do, and of what parties are told by mail.

use aws_sdk_sqs::Client;
use domain::claim::Instant;
use domain::webhook::DisableCause;
use runtime::{InvocationError, send_work};
use serde_json::json;
use store::WebhookKey;

/// The two queues that the function sends to.
pub struct Queues {
    client: Client,
    webhooks_url: String,
    reminders_url: String,
}

impl Queues {
    /// `webhooks_url` is the function's own queue, `reminders_url` one that `notify` reads.
    pub fn new(client: Client, webhooks_url: String, reminders_url: String) -> Self {
        Self { client, webhooks_url, reminders_url }
    }

    /// Has each of these webhooks worked on.
    ///
    /// # Errors
    /// Where not all of them got their message.
    pub(crate) async fn send_work(&self, due: &[WebhookKey]) -> Result<(), InvocationError> {
        send_work(&self.client, &self.webhooks_url, due).await
    }

    /// Has the party told by mail that its webhook was disabled. Its address is not in it.
    ///
    /// # Errors
    /// Where the queue does not answer.
    pub(crate) async fn send_disabled(
        &self,
        key: &WebhookKey,
        at: Instant,
        cause: DisableCause,
    ) -> Result<(), InvocationError> {
        let told = json!({"owner": key.owner, "id": key.id, "at": at, "cause": cause});
        let body = json!({ "webhook_disabled": told }).to_string();
        let sent = self.client.send_message().queue_url(&self.reminders_url).message_body(body);
        sent.send().await?;
        Ok(())
    }
}
