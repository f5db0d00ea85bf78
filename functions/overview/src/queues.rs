//! The queues that `notify` reads: requests for links in one of their own, and what was done in that of the notices.

use aws_sdk_sqs::Client;
use domain::ids::TenantId;
use runtime::InvocationError;
use serde_json::{Value, json};

/// The queues that messages about the overview go to.
pub struct OverviewQueues {
    client: Client,
    overviews_url: String,
    notices_url: String,
}

impl OverviewQueues {
    /// `overviews_url` is the queue of requests for links, `notices_url` that of the notices.
    pub fn new(client: Client, overviews_url: String, notices_url: String) -> Self {
        Self { client, overviews_url, notices_url }
    }

    /// Hands a request for a link on; `mailbox` is empty where no address was given.
    ///
    /// # Errors
    /// Where the queue does not answer.
    pub(crate) async fn send_request(&self, mailbox: &str) -> Result<(), InvocationError> {
        self.send(&self.overviews_url, &json!({"overview": {"mailbox": mailbox}})).await
    }

    /// Has every verified contact told of acts, by what they were noted as. Nothing personal is in it.
    ///
    /// # Errors
    /// Where the queue does not answer.
    pub(crate) async fn send_acts(
        &self,
        tenant: &TenantId,
        noted: &[String],
    ) -> Result<(), InvocationError> {
        let told = json!({"overview_deeds": {"tenant": tenant, "noted": noted}});
        self.send(&self.notices_url, &told).await
    }

    async fn send(&self, url: &str, body: &Value) -> Result<(), InvocationError> {
        let sent = self.client.send_message().queue_url(url).message_body(body.to_string());
        sent.send().await?;
        Ok(())
    }
}
