//! Webhooks, as their parties read them.

use domain::claim::Instant;
use domain::time::format_rfc3339;
use domain::webhook::{Delivery, Webhook, WebhookState};
use serde::Serialize;
use utoipa::ToSchema;

use crate::words::{DeliveryErrorWord, DisableCauseWord, ToldEventWord, WebhookStatusWord, Word};

/// A webhook as its party reads it, without its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WebhookView {
    /// The id of the webhook, as its party names it.
    #[schema(example = "crm")]
    pub id: String,
    /// The address that events are sent to.
    #[schema(format = "uri", example = "https://crm.alpine.example/cpor")]
    pub url: String,
    /// The types of events that are sent; `null`: all.
    #[schema(required, value_type = Option<Vec<ToldEventWord>>)]
    pub types: Option<Vec<String>>,
    /// What the webhook does.
    pub status: WebhookStatusWord,
    /// When the webhook was created.
    #[schema(format = DateTime, example = "2026-12-22T14:00:00Z")]
    pub created_at: String,
    /// When the first of the attempts was that have failed since the last success; `null`: the last one succeeded.
    #[schema(required, format = DateTime, example = "2026-12-22T14:00:00Z")]
    pub failing_since: Option<String>,
    /// When the next attempt is; `null`: as soon as there is an event, or never.
    #[schema(required, format = DateTime, example = "2026-12-22T14:05:20Z")]
    pub next_attempt_at: Option<String>,
    /// Why the last attempt failed; `null`: it did not, or the webhook is disabled.
    #[schema(required)]
    pub error: Option<DeliveryErrorWord>,
    /// When the webhook was disabled; `null`: it is not.
    #[schema(required, format = DateTime, example = "2026-12-25T14:10:00Z")]
    pub disabled_at: Option<String>,
    /// Why the webhook was disabled; `null`: it is not.
    #[schema(required)]
    pub disable_cause: Option<DisableCauseWord>,
    /// The secret that messages are signed with, in the answer that creates the webhook; else `null`.
    #[schema(required, example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=")]
    pub secret: Option<String>,
}

impl WebhookView {
    /// The view of a webhook; `secret` where it was created just now.
    pub fn of(webhook: &Webhook, secret: Option<String>) -> Self {
        let (failing, disabled) = match webhook.state {
            WebhookState::Active => (None, None),
            WebhookState::Failing(failing) => (Some(failing), None),
            WebhookState::Disabled(disabled) => (None, Some(disabled)),
        };
        Self {
            id: webhook.id.to_string(),
            url: webhook.url.clone(),
            types: (!webhook.types.is_empty()).then(|| webhook.types.clone()),
            status: Word(webhook.state.status()),
            created_at: format_rfc3339(webhook.created_at),
            failing_since: failing.map(|failing| format_rfc3339(failing.since)),
            next_attempt_at: failing.map(|failing| format_rfc3339(failing.next_attempt_at)),
            error: failing.map(|failing| Word(failing.error)),
            disabled_at: disabled.map(|disabled| format_rfc3339(disabled.at)),
            disable_cause: disabled.map(|disabled| Word(disabled.cause)),
            secret,
        }
    }
}

/// The webhooks of a party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WebhooksView {
    /// All of them, by their ids.
    #[schema(max_items = 20)]
    pub items: Vec<WebhookView>,
}

/// A secret that was made anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WebhookSecretView {
    /// The new secret, told this once.
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=")]
    pub secret: String,
    /// Until when messages are signed with the secret before as well.
    #[schema(format = DateTime, example = "2026-12-23T14:00:00Z")]
    pub previous_until: String,
}

impl WebhookSecretView {
    /// The view of a secret.
    pub fn of(secret: String, previous_until: Instant) -> Self {
        Self { secret, previous_until: format_rfc3339(previous_until) }
    }
}

/// An attempt to deliver. What was answered beyond the status is not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DeliveryView {
    /// When the attempt began.
    #[schema(format = DateTime, example = "2026-12-22T14:00:12.5Z")]
    pub at: String,
    /// The `webhook-id` of the message: of an event its id.
    #[schema(example = "cbplyjelfz5a5xwmpnah5uzxk4-4")]
    pub message_id: String,
    /// The type of the message: that of its event, or `test`.
    #[serde(rename = "type")]
    #[schema(example = "window_opened")]
    pub message_type: String,
    /// The status that was answered; `null`: there was no answer.
    #[schema(required, minimum = 100, maximum = 999, example = 200)]
    pub status: Option<u16>,
    /// How long the attempt took, in milliseconds.
    #[schema(example = 84)]
    pub duration_ms: u32,
    /// Why the attempt failed; `null`: it succeeded.
    #[schema(required)]
    pub error: Option<DeliveryErrorWord>,
}

impl DeliveryView {
    /// The view of an attempt.
    pub fn of(delivery: &Delivery) -> Self {
        Self {
            at: format_rfc3339(delivery.at),
            message_id: delivery.message.clone(),
            message_type: delivery.event_type.clone(),
            status: delivery.status,
            duration_ms: delivery.duration_ms,
            error: delivery.error.map(Word),
        }
    }
}

/// The last attempts of a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DeliveriesView {
    /// At most 100 of the last seven days, the newest first.
    #[schema(max_items = 100)]
    pub items: Vec<DeliveryView>,
}
