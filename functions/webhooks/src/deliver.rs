//! One attempt: signed, sent, noted.

use domain::claim::Instant;
use domain::webhook::{Delivery, DeliveryError, Webhook};
use runtime::fields::metric;
use runtime::telemetry;
use store::StoreError;
use web::WebhookUrl;

use crate::App;
use crate::message::{
    HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP, Message,
};

/// Sends a message to the address of a webhook, notes what became of it, and tells that.
///
/// # Errors
/// Where the table does not answer. Then the message may have been sent, and is sent again.
pub(crate) async fn deliver_message(
    app: &App,
    webhook: &Webhook,
    secrets: &[String],
    message: &Message,
) -> Result<Delivery, StoreError> {
    let at = app.store.system_time();
    let unreadable = |what: &str| StoreError::Corrupt(format!("webhook: {what}"));
    // The address was read before it was stored, and is judged again before it is used.
    let url = WebhookUrl::parse(&webhook.url).ok_or_else(|| unreadable("the address"))?;
    let signatures = message.sign(secrets, at).map_err(|_| unreadable("a secret"))?;
    let headers = [
        (HEADER_WEBHOOK_ID, message.id.clone()),
        (HEADER_WEBHOOK_TIMESTAMP, at.timestamp().to_string()),
        (HEADER_WEBHOOK_SIGNATURE, signatures),
    ];
    let sent = app.connector.post(&url, &headers, message.body.clone()).await;
    let (status, error) = match sent {
        Ok(sent) => (Some(sent.status), judge_status(sent.status)),
        Err(error) => (None, Some(error)),
    };
    let counted = if error.is_none() { metric::WEBHOOKS_SENT } else { metric::WEBHOOKS_FAILED };
    telemetry::add_to_metric(counted, 1);
    let delivery = Delivery {
        at,
        message: message.id.clone(),
        event_type: message.message_type.clone(),
        status,
        duration_ms: milliseconds_since(at, app.store.system_time()),
        error,
    };
    app.store.note_delivery(&webhook.owner, &webhook.id, &delivery).await?;
    Ok(delivery)
}

/// Why a status is a failure; `None`: it is a success.
fn judge_status(status: u16) -> Option<DeliveryError> {
    match status {
        200..=299 => None,
        300..=399 => Some(DeliveryError::Redirected),
        410 => Some(DeliveryError::Gone),
        _ => Some(DeliveryError::Refused),
    }
}

fn milliseconds_since(begin: Instant, end: Instant) -> u32 {
    u32::try_from((end - begin).num_milliseconds()).unwrap_or(0)
}
