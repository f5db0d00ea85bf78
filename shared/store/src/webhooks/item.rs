//! The item of a webhook.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::claim::Instant;
use domain::webhook::{
    DeliveryError, DisableCause, Webhook, WebhookDisablement, WebhookFailure, WebhookState,
};
use tracing::error;

use crate::table::attributes::{
    Attributes, Reader, flag_value, instant_value, item_key, number_value, put_value, text_value,
};
use crate::table::error::StoreError;
use crate::table::keys;
use crate::table::random::random_bytes;

const ITEM: &str = "webhook";
const URL: &str = "u";
const TYPES: &str = "t";
const CREATED_AT: &str = "c";
const CURSOR: &str = "k";
const FAILING_SINCE: &str = "f";
const ATTEMPTS: &str = "fa";
const NEXT_ATTEMPT_AT: &str = "fn";
const ERROR: &str = "fe";
const DISABLED_AT: &str = "d";
const CAUSE: &str = "dc";
const TOLD: &str = "dt";
/// By which a write knows whether the item is as it was read.
pub(super) const VERSION: &str = "v";
/// Whose turn it is to send, and until when nobody else may.
pub(super) const LEASE: &str = "l";
const LEASED_UNTIL: &str = "lu";
const TURN_BEGAN_AT: &str = "lb";

/// That somebody sends the events of a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lease {
    /// What tells who it is.
    pub(super) token: String,
    /// From when on somebody else may.
    pub(super) until: Instant,
}

/// A webhook as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StoredWebhook {
    pub(super) webhook: Webhook,
    pub(super) version: u64,
    pub(super) lease: Option<Lease>,
    /// When the last turn began that came to its end.
    pub(super) turn_began_at: Option<Instant>,
}

impl StoredWebhook {
    /// A webhook that is new. Its version is a random one, so that a write that was decided by one of the same name before
    /// it, which is deleted, is none of this one.
    pub(super) fn first(webhook: Webhook) -> Result<Self, StoreError> {
        let version = u64::from(u32::from_le_bytes(random_bytes()?));
        Ok(Self { webhook, version, lease: None, turn_began_at: None })
    }

    /// Whether somebody sends its events at `now`.
    pub(super) fn is_leased(&self, now: Instant) -> bool {
        self.lease.as_ref().is_some_and(|lease| lease.until > now)
    }

    pub(super) fn to_item(&self) -> Attributes {
        let webhook = &self.webhook;
        let mut item = item_key(
            keys::webhooks_pk(&webhook.owner),
            keys::webhook_sk(&webhook.owner, &webhook.id),
        );
        put_value(&mut item, URL, Some(text_value(&webhook.url)));
        let types = (!webhook.types.is_empty()).then(|| text_value(webhook.types.join(",")));
        put_value(&mut item, TYPES, types);
        put_value(&mut item, CREATED_AT, Some(instant_value(webhook.created_at)));
        put_value(&mut item, CURSOR, Some(text_value(&webhook.cursor)));
        put_state(&mut item, webhook.state);
        put_value(&mut item, VERSION, Some(version_value(self.version)));
        if let Some(lease) = &self.lease {
            put_value(&mut item, LEASE, Some(text_value(&lease.token)));
            put_value(&mut item, LEASED_UNTIL, Some(instant_value(lease.until)));
        }
        put_value(&mut item, TURN_BEGAN_AT, self.turn_began_at.map(instant_value));
        item
    }

    pub(super) fn from_item(item: &Attributes) -> Result<Self, StoreError> {
        let reader = Reader::new(ITEM, item);
        let (owner, id) = reader.read_parsed("sk", |sk| keys::parse_webhook_sk(sk).ok_or(()))?;
        let types = reader.opt_text(TYPES)?.map(|types| types.split(',').map(str::to_owned));
        let webhook = Webhook {
            owner,
            id,
            url: reader.read_text(URL)?.to_owned(),
            types: types.into_iter().flatten().collect(),
            created_at: reader.read_instant(CREATED_AT)?,
            cursor: reader.read_text(CURSOR)?.to_owned(),
            state: read_state(&reader)?,
        };
        let lease = match reader.opt_text(LEASE)? {
            Some(token) => {
                Some(Lease { token: token.to_owned(), until: reader.read_instant(LEASED_UNTIL)? })
            }
            None => None,
        };
        let turn_began_at = reader.opt_instant(TURN_BEGAN_AT)?;
        Ok(Self { webhook, version: reader.read_number(VERSION)?, lease, turn_began_at })
    }
}

/// The webhook of an item; `None` for one that cannot be read: it hinders no other.
pub(super) fn read_or_pass(item: &Attributes) -> Option<StoredWebhook> {
    match StoredWebhook::from_item(item) {
        Ok(stored) => Some(stored),
        Err(error) => {
            error!(reason = %error, "A webhook cannot be read and sends nothing");
            None
        }
    }
}

pub(super) fn version_value(version: u64) -> AttributeValue {
    AttributeValue::N(version.to_string())
}

fn put_state(item: &mut Attributes, state: WebhookState) {
    match state {
        WebhookState::Active => {}
        WebhookState::Failing(failing) => {
            put_value(item, FAILING_SINCE, Some(instant_value(failing.since)));
            put_value(item, ATTEMPTS, Some(number_value(failing.attempts)));
            put_value(item, NEXT_ATTEMPT_AT, Some(instant_value(failing.next_attempt_at)));
            put_value(item, ERROR, Some(text_value(failing.error.as_str())));
        }
        WebhookState::Disabled(disabled) => {
            put_value(item, DISABLED_AT, Some(instant_value(disabled.at)));
            put_value(item, CAUSE, Some(text_value(disabled.cause.as_str())));
            put_value(item, TOLD, flag_value(disabled.told));
        }
    }
}

fn read_state(reader: &Reader<'_>) -> Result<WebhookState, StoreError> {
    if let Some(at) = reader.opt_instant(DISABLED_AT)? {
        let cause = reader.read_parsed(CAUSE, |text| DisableCause::parse(text).ok_or(()))?;
        let told = reader.read_flag(TOLD)?;
        return Ok(WebhookState::Disabled(WebhookDisablement { at, cause, told }));
    }
    let Some(since) = reader.opt_instant(FAILING_SINCE)? else { return Ok(WebhookState::Active) };
    Ok(WebhookState::Failing(WebhookFailure {
        since,
        attempts: reader.read_number(ATTEMPTS)?,
        next_attempt_at: reader.read_instant(NEXT_ATTEMPT_AT)?,
        error: reader.read_parsed(ERROR, |text| DeliveryError::parse(text).ok_or(()))?,
    }))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use domain::ids::{PartnerId, TenantId, WebhookId};
    use domain::webhook::WebhookOwner;

    use super::*;

    fn at(seconds: i64) -> Instant {
        DateTime::from_timestamp(1_795_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn a_webhook_is_read_as_it_was_written_in_every_state_and_of_every_party() {
        let tenant = TenantId::parse("6f3c1a52-9d4e-4b7a-8c21-0a5e7d9b1c01").unwrap();
        let owners = [
            WebhookOwner::Partner(PartnerId::parse("p-alpine").unwrap()),
            WebhookOwner::Tenant(tenant),
            WebhookOwner::Staff,
        ];
        let (attempts, error) = (7, DeliveryError::Untrusted);
        let failing = WebhookFailure { since: at(0), attempts, next_attempt_at: at(9), error };
        let disabled = |told| WebhookDisablement { at: at(3), cause: DisableCause::Gone, told };
        let states = [
            WebhookState::Active,
            WebhookState::Failing(failing),
            WebhookState::Disabled(disabled(false)),
            WebhookState::Disabled(disabled(true)),
        ];
        for owner in owners {
            for (no, state) in states.into_iter().enumerate() {
                let is_odd = no % 2 == 1;
                let webhook = Webhook {
                    owner: owner.clone(),
                    id: WebhookId::parse("crm.2").unwrap(),
                    url: "https://crm.example/hook".to_owned(),
                    types: if is_odd {
                        vec!["submitted".into(), "validated".into()]
                    } else {
                        vec![]
                    },
                    created_at: at(1),
                    cursor: keys::sortable_instant(at(2)),
                    state,
                };
                let lease = is_odd.then(|| Lease { token: "t".to_owned(), until: at(5) });
                let turn_began_at = (!is_odd).then(|| at(4));
                let version = u64::MAX;
                let stored = StoredWebhook { webhook, version, lease, turn_began_at };
                assert_eq!(StoredWebhook::from_item(&stored.to_item()).unwrap(), stored);
                assert_eq!(stored.is_leased(at(4)), is_odd);
                assert!(!stored.is_leased(at(5)));
            }
        }
    }
}
