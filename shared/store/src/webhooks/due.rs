//! Which webhooks have something to do.

use domain::ids::WebhookId;
use domain::webhook::{Webhook, WebhookOwner};
use futures_util::future::{join_all, try_join_all};
use serde::{Deserialize, Serialize};

use crate::table::attributes::{Attributes, text_value};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;

use super::item::{StoredWebhook, read_or_pass};

/// How many feeds are looked into side by side.
const AT_A_TIME: usize = 32;

/// A webhook by its party and its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct WebhookKey {
    /// The party whose feed it tells.
    pub owner: WebhookOwner,
    /// Its name among those of its party.
    pub id: WebhookId,
}

impl Store {
    /// The webhooks for which an event waits and that may send it now, and those of which the party has to be told that
    /// they are disabled. One whose turn somebody has is not among them.
    ///
    /// # Errors
    /// Where the table does not answer.
    pub async fn due_webhooks(&self) -> Result<Vec<WebhookKey>, StoreError> {
        let now = self.system_time();
        let parts = (0..keys::WEBHOOK_PARTS).map(|part| self.webhooks_of_part(part));
        let all = try_join_all(parts).await?.into_iter().flatten();
        let may_act = |own: &StoredWebhook| {
            !own.is_leased(now)
                && (own.webhook.state.may_send(now) || own.webhook.state.is_untold())
        };
        let ready: Vec<_> = all.filter(may_act).map(|own| own.webhook).collect();
        let mut due = Vec::new();
        for some in ready.chunks(AT_A_TIME) {
            let looked = join_all(some.iter().map(|own| self.has_something(own))).await;
            for (webhook, has_something) in some.iter().zip(looked) {
                if has_something {
                    let (owner, id) = (webhook.owner.clone(), webhook.id.clone());
                    due.push(WebhookKey { owner, id });
                }
            }
        }
        Ok(due)
    }

    /// Whether there is something to do. A feed that cannot be read is: whoever tries tells what is wrong with it.
    async fn has_something(&self, webhook: &Webhook) -> bool {
        if webhook.state.is_untold() {
            return true;
        }
        self.read_webhook_feed(webhook, 1).await.map_or(true, |page| !page.events.is_empty())
    }

    /// The webhooks of a part. One that cannot be read hinders no other.
    async fn webhooks_of_part(&self, part: u8) -> Result<Vec<StoredWebhook>, StoreError> {
        let (mut found, mut from) = (Vec::new(), None);
        loop {
            let answer = self
                .client
                .query()
                .table_name(self.table_name())
                .key_condition_expression("pk = :pk")
                .expression_attribute_values(":pk", text_value(keys::webhook_part_pk(part)))
                .set_exclusive_start_key(from)
                .send()
                .await?;
            found.extend(answer.items.unwrap_or_default().iter().filter_map(read_webhook));
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(found);
            }
        }
    }
}

/// The webhook of an item; `None` for what is counted for a party.
fn read_webhook(item: &Attributes) -> Option<StoredWebhook> {
    let sort = item.get("sk")?.as_s().ok()?;
    if keys::is_webhook_owner_sk(sort) { None } else { read_or_pass(item) }
}
