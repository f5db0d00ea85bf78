//! The secrets of webhooks: in items of a key of their own, which no other role may read.

use std::fmt;

use data_encoding::BASE64;
use domain::claim::Instant;
use domain::ids::WebhookId;
use domain::webhook::{SECRET_OVERLAP, WebhookOwner};

use crate::table::attributes::{
    Attributes, Reader, bytes_value, instant_value, item_key, put_value,
};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;
use crate::table::random::random_bytes;
use crate::table::transaction::{Condition, WriteOutcome};

use super::attempts::{ATTEMPTS, pause_between, too_busy};

const ITEM: &str = "webhook secret";
const BYTES: usize = 32;
const CURRENT: &str = "s";
const PREVIOUS: &str = "p";
const PREVIOUS_UNTIL: &str = "pu";
const OLDER: &str = "o";
const OLDER_UNTIL: &str = "ou";

/// A secret that messages are signed with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Secret([u8; BYTES]);

impl Secret {
    pub(super) fn new() -> Result<Self, StoreError> {
        random_bytes().map(Self)
    }

    /// As *Standard Webhooks* writes it.
    pub(super) fn to_text(self) -> String {
        format!("whsec_{}", BASE64.encode(&self.0))
    }

    /// The item of a secret before which there was none.
    pub(super) fn to_item(self, owner: &WebhookOwner, id: &WebhookId) -> Attributes {
        let mut item = secret_key(owner, id);
        put_value(&mut item, CURRENT, Some(bytes_value(self.0)));
        item
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A secret that was made anew.
#[derive(Clone, PartialEq, Eq)]
pub struct RotatedSecret {
    /// The new one, told this once.
    pub secret: String,
    /// Until when the one before is signed with too.
    pub previous_until: Instant,
}

impl fmt::Debug for RotatedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RotatedSecret")
            .field("previous_until", &self.previous_until)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Makes the secret of a webhook anew. The one before is good for 24 hours more. The one before that is good for as
    /// long as it was: so a receiver goes on that knows nothing of a rotation whose answer was lost. Any earlier one is
    /// good no longer. `None`: there is no such webhook.
    ///
    /// # Errors
    /// Where the table does not answer, or the item cannot be read.
    pub async fn rotate_webhook_secret(
        &self,
        owner: &WebhookOwner,
        id: &WebhookId,
    ) -> Result<Option<RotatedSecret>, StoreError> {
        if self.stored_webhook(owner, id).await?.is_none() {
            return Ok(None);
        }
        let next = Secret::new()?;
        for attempt in 0..ATTEMPTS {
            pause_between(attempt).await;
            let Some(item) = self.get_item(secret_key(owner, id)).await? else { return Ok(None) };
            let reader = Reader::new(ITEM, &item);
            let current: [u8; BYTES] = reader.read_array(CURRENT)?;
            let older =
                reader.opt_array::<BYTES>(PREVIOUS)?.zip(reader.opt_instant(PREVIOUS_UNTIL)?);
            let previous_until = self.system_time() + SECRET_OVERLAP;
            if current == next.0 {
                // The answer to the write before this attempt was lost.
                return Ok(Some(RotatedSecret { secret: next.to_text(), previous_until }));
            }
            let mut item = next.to_item(owner, id);
            put_value(&mut item, PREVIOUS, Some(bytes_value(current)));
            put_value(&mut item, PREVIOUS_UNTIL, Some(instant_value(previous_until)));
            if let Some((older, until)) = older.filter(|(_, until)| *until > self.system_time()) {
                put_value(&mut item, OLDER, Some(bytes_value(older)));
                put_value(&mut item, OLDER_UNTIL, Some(instant_value(until)));
            }
            let unchanged = Condition::new(format!("{CURRENT} = :s"));
            let unchanged = unchanged.with_value(":s", bytes_value(current));
            if self.put_item_if(item, unchanged).await? == WriteOutcome::Done {
                return Ok(Some(RotatedSecret { secret: next.to_text(), previous_until }));
            }
        }
        Err(too_busy())
    }

    /// The secrets that a message of a webhook is signed with now, the newest first.
    ///
    /// # Errors
    /// Where the table does not answer, or there is no secret that can be read.
    pub async fn webhook_secrets(
        &self,
        owner: &WebhookOwner,
        id: &WebhookId,
    ) -> Result<Vec<String>, StoreError> {
        let item = self.get_item(secret_key(owner, id)).await?.unwrap_or_default();
        let reader = Reader::new(ITEM, &item);
        let mut secrets = vec![Secret(reader.read_array(CURRENT)?).to_text()];
        for (secret, until) in [(PREVIOUS, PREVIOUS_UNTIL), (OLDER, OLDER_UNTIL)] {
            if reader.opt_instant(until)?.is_some_and(|until| until > self.system_time()) {
                secrets.push(Secret(reader.read_array(secret)?).to_text());
            }
        }
        Ok(secrets)
    }
}

pub(super) fn secret_key(owner: &WebhookOwner, id: &WebhookId) -> Attributes {
    item_key(keys::webhook_secrets_pk(owner), id.as_str())
}
