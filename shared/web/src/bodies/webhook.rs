//! Webhooks, as their parties write them.

use std::collections::BTreeSet;

use domain::claim::Instant;
use domain::rejection::{FieldCode, Hint, TextForm};
use domain::webhook::MAX_WEBHOOK_URL_BYTES;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::failure::RequestError;
use crate::fields::BodyFields;
use crate::queries::EVENT_TYPES;
use crate::values::{Readable, ValueError, read_text};
use crate::webhook_url::WebhookUrl;
use crate::words::ToldEventWord;

/// Write a webhook: where events are sent to, and which.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookBody {
    /// The address that events are sent to: `https`, port 443, a name, without user, password and fragment.
    #[schema(
        min_length = 12,
        max_length = 2048,
        format = "uri",
        example = "https://crm.alpine.example/cpor"
    )]
    pub url: String,
    /// Only events of these types; `null`: of all.
    #[schema(value_type = Option<Vec<ToldEventWord>>, min_items = 1, example = json!(["window_opened", "window_closed"]))]
    pub types: Option<Vec<String>>,
}

/// Put the place of a webhook back to a moment.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayBody {
    /// Events that were written at this moment or later are sent again; not in the future.
    #[schema(format = DateTime, example = "2026-12-22T14:00:00Z")]
    pub from: String,
}

/// What a party writes of a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookWish {
    /// Where events are sent to.
    pub url: WebhookUrl,
    /// The types of events that are sent, ascending; none: all.
    pub types: Vec<String>,
}

/// The name of a type of event that a feed may tell.
struct EventTypeName(&'static str);

impl Readable for EventTypeName {
    fn from_json(value: &Value) -> Result<Self, ValueError> {
        let text = read_text(value)?;
        let known = EVENT_TYPES.iter().find(|name| **name == text);
        known.copied().map(Self).ok_or_else(|| ValueError::one_of(&EVENT_TYPES))
    }
}

impl Readable for WebhookUrl {
    fn from_json(value: &Value) -> Result<Self, ValueError> {
        let text = read_text(value)?;
        if text.len() > MAX_WEBHOOK_URL_BYTES {
            let hint = Hint::AtMost(u64::try_from(MAX_WEBHOOK_URL_BYTES).unwrap_or_default());
            return Err(ValueError { code: FieldCode::TooLong, hint });
        }
        Self::parse(text).ok_or_else(|| ValueError::wrong_form(TextForm::HttpsUrl))
    }
}

/// Reads what a party writes of a webhook.
///
/// # Errors
/// Every field that is wrong.
pub fn read_webhook(body: &Value) -> Result<WebhookWish, RequestError> {
    let mut fields = BodyFields::of(body);
    let url = fields.read_required::<WebhookUrl>("url");
    // No list means every type; a list of none would mean nothing at all.
    let is_given = body.get("types").is_some_and(|own| !own.is_null());
    let count = usize::from(is_given)..=EVENT_TYPES.len();
    let types = fields.read_values::<EventTypeName>("types", count).into_iter();
    let types: BTreeSet<_> = types.map(|own| own.0.to_owned()).collect();
    fields.finish_reading(url.map(|url| WebhookWish { url, types: types.into_iter().collect() }))
}

/// Reads the moment from which on events are sent again, at `now`.
///
/// # Errors
/// Every field that is wrong.
pub fn read_replay(body: &Value, now: Instant) -> Result<Instant, RequestError> {
    let mut fields = BodyFields::of(body);
    let from = fields.read_required::<Instant>("from");
    if from.is_some_and(|from| from > now) {
        fields.report_error("from", FieldCode::InTheFuture);
    }
    // What lies before 1970 has no place in a feed, and nothing in it.
    fields.finish_reading(from.map(|from| from.max(Instant::UNIX_EPOCH)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::bodies::tests::refused;

    #[test]
    fn an_address_and_the_types_of_events_are_read() {
        let url = "https://crm.alpine.example/cpor";
        let read =
            read_webhook(&json!({"url": url, "types": ["validated", "submitted", "validated"]}))
                .unwrap();
        assert_eq!((read.url.as_str(), read.types.len()), (url, 2));
        assert_eq!(read.types, ["submitted", "validated"]);
        assert!(read_webhook(&json!({"url": url, "types": null})).unwrap().types.is_empty());
        for (body, expected) in [
            (json!({}), vec!["required /url"]),
            (json!({"url": "http://crm.example/"}), vec!["malformed /url"]),
            (
                json!({"url": format!("https://a.example/{}", "a".repeat(2048))}),
                vec!["too-long /url"],
            ),
            (json!({"url": url, "types": []}), vec!["required /types"]),
            (
                json!({"url": 7, "types": ["submitted", "levitated"], "secret": "x"}),
                vec!["unknown-field /secret", "unknown-code /types/1", "wrong-type /url"],
            ),
        ] {
            assert_eq!(refused(read_webhook(&body)), expected, "{body}");
        }
    }

    #[test]
    fn a_replay_begins_at_a_moment_that_has_come() {
        let now = "2026-12-22T14:00:00Z".parse().unwrap();
        let read = |text: &str| read_replay(&json!({"from": text}), now);
        assert_eq!(read("2026-12-22T15:00:00+01:00"), Ok(now));
        assert_eq!(read("1969-12-31T23:59:59Z"), Ok(Instant::UNIX_EPOCH));
        assert_eq!(refused(read("2026-12-22T14:00:00.001Z")), ["in-the-future /from"]);
        assert_eq!(refused(read("yesterday")), ["malformed /from"]);
        assert_eq!(refused(read_replay(&json!({}), now)), ["required /from"]);
    }
}
