//! Writing and reading webhooks.

use domain::claim::Instant;
use domain::ids::WebhookId;
use domain::webhook::{MAX_WEBHOOKS, Webhook, WebhookOwner};

use crate::history::feed::PROMPT;
use crate::table::attributes::{Attributes, item_key, text_value};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;
use crate::table::transaction::{Condition, TransactionAction, WriteOutcome};
use crate::table::write_id::WriteId;

use super::attempts::{ATTEMPTS, pause_between, too_busy};
use super::item::{LEASE, StoredWebhook, VERSION, read_or_pass, version_value};
use super::secrets;

/// What became of a webhook that was to be created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewWebhook {
    /// It is there, and that is its secret.
    Created(String),
    /// There is one of that name.
    Exists,
    /// The party has as many as it may.
    Full,
}

/// What became of a change of a webhook there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebhookWrite {
    /// It is written, or deleted; how it is, or was.
    Done(Webhook),
    /// It may not be changed as it is now.
    Stale(Webhook),
}

impl Store {
    /// Creates a webhook, with a secret that is told this once.
    ///
    /// # Errors
    /// Where the table does not answer, or an item cannot be read.
    pub async fn create_webhook(&self, webhook: &Webhook) -> Result<NewWebhook, StoreError> {
        let (owner, id) = (&webhook.owner, &webhook.id);
        for attempt in 0..ATTEMPTS {
            pause_between(attempt).await;
            // The party's record is read first: whoever creates one meanwhile writes it, and the transaction is refused.
            let record = self.party_record(owner).await?;
            let present = self.webhook_items(owner).await?;
            let key = webhook_key(owner, id);
            if present.iter().any(|own| own.get("sk") == key.get("sk")) {
                return Ok(NewWebhook::Exists);
            }
            if present.len() >= MAX_WEBHOOKS {
                return Ok(NewWebhook::Full);
            }
            let secret = secrets::Secret::new()?;
            let (record, unchanged) = record.to_write(owner);
            let stored = StoredWebhook::first(webhook.clone())?;
            let actions = vec![
                TransactionAction::Put(record, Some(unchanged)),
                TransactionAction::Put(stored.to_item(), Some(Condition::absent())),
                TransactionAction::Put(secret.to_item(owner, id), None),
            ];
            if self.run_transaction(actions, WriteId::new()).await? == WriteOutcome::Done {
                return Ok(NewWebhook::Created(secret.to_text()));
            }
        }
        Err(too_busy())
    }

    /// Changes a webhook as it is now, if `permits` takes that; `None`: there is none of that name.
    ///
    /// # Errors
    /// Where the table does not answer, or the item cannot be read.
    pub async fn change_webhook(
        &self,
        owner: &WebhookOwner,
        id: &WebhookId,
        permits: impl Fn(&Webhook) -> bool,
        change: impl Fn(&mut Webhook),
    ) -> Result<Option<WebhookWrite>, StoreError> {
        for attempt in 0..ATTEMPTS {
            pause_between(attempt).await;
            let Some(mut stored) = self.stored_webhook(owner, id).await? else { return Ok(None) };
            if !permits(&stored.webhook) {
                return Ok(Some(WebhookWrite::Stale(stored.webhook)));
            }
            change(&mut stored.webhook);
            if self.put_webhook_if(&mut stored, None).await? == WriteOutcome::Done {
                return Ok(Some(WebhookWrite::Done(stored.webhook)));
            }
        }
        Err(too_busy())
    }

    /// Deletes a webhook with its secrets, both or neither, if `permits` takes it as it is now; one that cannot be read is
    /// deleted always. What was delivered expires. `None`: there is none of that name.
    ///
    /// # Errors
    /// Where the table does not answer; and where the webhook could not be read: then it is deleted all the same.
    pub async fn delete_webhook(
        &self,
        owner: &WebhookOwner,
        id: &WebhookId,
        permits: impl Fn(&Webhook) -> bool,
    ) -> Result<Option<WebhookWrite>, StoreError> {
        for attempt in 0..ATTEMPTS {
            pause_between(attempt).await;
            let Some(item) = self.get_item(webhook_key(owner, id)).await? else { return Ok(None) };
            let read = StoredWebhook::from_item(&item).map(|stored| stored.webhook);
            if let Ok(webhook) = &read
                && !permits(webhook)
            {
                return Ok(Some(WebhookWrite::Stale(webhook.clone())));
            }
            let unchanged = match item.get(VERSION) {
                Some(version) => {
                    Condition::new(format!("{VERSION} = :v")).with_value(":v", version.clone())
                }
                None => Condition::new("attribute_exists(pk)"),
            };
            let mut actions = vec![TransactionAction::Delete(webhook_key(owner, id), unchanged)];
            let secret = secrets::secret_key(owner, id);
            if self.get_item(secret.clone()).await?.is_some() {
                let present = Condition::new("attribute_exists(pk)");
                actions.push(TransactionAction::Delete(secret, present));
            }
            if self.run_transaction(actions, WriteId::new()).await? == WriteOutcome::Done {
                return read.map(|webhook| Some(WebhookWrite::Done(webhook)));
            }
        }
        Err(too_busy())
    }

    /// A webhook of a party.
    ///
    /// # Errors
    /// Where the table does not answer, or the item cannot be read.
    pub async fn find_webhook(
        &self,
        owner: &WebhookOwner,
        id: &WebhookId,
    ) -> Result<Option<Webhook>, StoreError> {
        Ok(self.stored_webhook(owner, id).await?.map(|stored| stored.webhook))
    }

    /// The webhooks of a party, by their ids. One that cannot be read is not among them.
    ///
    /// # Errors
    /// Where the table does not answer.
    pub async fn list_webhooks(&self, owner: &WebhookOwner) -> Result<Vec<Webhook>, StoreError> {
        let items = self.webhook_items(owner).await?;
        Ok(items.iter().filter_map(read_or_pass).map(|stored| stored.webhook).collect())
    }

    async fn webhook_items(&self, owner: &WebhookOwner) -> Result<Vec<Attributes>, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(self.table_name())
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND begins_with(sk, :sk)")
            .expression_attribute_values(":pk", text_value(keys::webhooks_pk(owner)))
            .expression_attribute_values(
                ":sk",
                text_value(format!("{}#", keys::webhook_owner_sk(owner))),
            )
            .send()
            .await?;
        Ok(answer.items.unwrap_or_default())
    }

    /// The place in a feed from which on every event is found that was written at that moment or later: the stamp of one
    /// may be as much older than its write as a write may take.
    pub fn feed_place_at(moment: Instant) -> String {
        keys::sortable_instant((moment - PROMPT).max(Instant::UNIX_EPOCH))
    }

    pub(super) async fn stored_webhook(
        &self,
        owner: &WebhookOwner,
        id: &WebhookId,
    ) -> Result<Option<StoredWebhook>, StoreError> {
        let item = self.get_item(webhook_key(owner, id)).await?;
        item.as_ref().map(StoredWebhook::from_item).transpose()
    }

    /// Writes a webhook under the condition that it is as it was read, and where `lease` names one that this holds it.
    pub(super) async fn put_webhook_if(
        &self,
        stored: &mut StoredWebhook,
        lease: Option<&str>,
    ) -> Result<WriteOutcome, StoreError> {
        let seen = version_value(stored.version);
        let mut unchanged = Condition::new(format!("{VERSION} = :v")).with_value(":v", seen);
        if let Some(token) = lease {
            let held = format!("{LEASE} = :lease");
            unchanged = unchanged.and(&held).with_value(":lease", text_value(token));
        }
        stored.version += 1;
        self.put_item_if(stored.to_item(), unchanged).await
    }
}

fn webhook_key(owner: &WebhookOwner, id: &WebhookId) -> Attributes {
    item_key(keys::webhooks_pk(owner), keys::webhook_sk(owner, id))
}
