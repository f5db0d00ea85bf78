//! Whose turn it is to send the events of a webhook.
//!
//! Every write of a webhook raises its version. Whoever sends writes under the condition that the version is the one
//! that it read: so what a party has changed meanwhile, its cursor above all, is never written over.

use domain::claim::Instant;
use domain::history::ToldEvent;
use domain::ids::WebhookId;
use domain::webhook::{Webhook, WebhookOwner};

use crate::history::feed::Feed;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::index::Cursor;
use crate::table::transaction::WriteOutcome;
use crate::table::write_id::WriteId;

use super::attempts::{ATTEMPTS, pause_between, too_busy};
use super::item::{Lease, StoredWebhook};

/// A webhook whose events nobody else sends meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeasedWebhook {
    stored: StoredWebhook,
    token: String,
    began_at: Instant,
}

impl LeasedWebhook {
    /// The webhook as it was read or written last.
    pub fn webhook(&self) -> &Webhook {
        &self.stored.webhook
    }
}

/// The next events of a webhook's feed, wanted ones and others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookEvents {
    /// Each with the place behind it.
    pub events: Vec<(ToldEvent, String)>,
    /// The place behind all of them.
    pub end: String,
    /// Whether there are more already.
    pub more: bool,
}

impl Store {
    /// Takes the turn of a webhook until that moment, by which whoever takes it is gone; `None`: there is no such
    /// webhook, or it is somebody else's turn, or a turn that was asked for at `asked_at` has been had: one began later.
    ///
    /// # Errors
    /// Where the table does not answer, or the item cannot be read.
    pub async fn lease_webhook(
        &self,
        owner: &WebhookOwner,
        id: &WebhookId,
        until: Instant,
        asked_at: Option<Instant>,
    ) -> Result<Option<LeasedWebhook>, StoreError> {
        let Some(mut stored) = self.stored_webhook(owner, id).await? else { return Ok(None) };
        let began_at = self.system_time();
        let was_had =
            asked_at.is_some_and(|asked| stored.turn_began_at.is_some_and(|began| began > asked));
        if was_had || stored.is_leased(began_at) {
            return Ok(None);
        }
        let token = WriteId::new().client_token();
        stored.lease = Some(Lease { token: token.clone(), until });
        let outcome = self.put_webhook_if(&mut stored, None).await?;
        Ok((outcome == WriteOutcome::Done).then_some(LeasedWebhook { stored, token, began_at }))
    }

    /// Writes a change of a webhook whose turn one has; `false`, with nothing written: its party has changed it
    /// meanwhile, or the turn has ended.
    ///
    /// # Errors
    /// Where the table does not answer.
    pub async fn save_webhook(
        &self,
        leased: &mut LeasedWebhook,
        change: impl FnOnce(&mut Webhook),
    ) -> Result<bool, StoreError> {
        let mut next = leased.stored.clone();
        change(&mut next.webhook);
        let outcome = self.put_webhook_if(&mut next, Some(&leased.token)).await?;
        if outcome == WriteOutcome::Done {
            leased.stored = next;
        }
        Ok(outcome == WriteOutcome::Done)
    }

    /// Ends a turn, if it has not ended yet. One that was not `had` can be asked for again by the same message.
    ///
    /// # Errors
    /// Where the table does not answer, or the item cannot be read.
    pub async fn release_webhook(
        &self,
        leased: LeasedWebhook,
        had: bool,
    ) -> Result<(), StoreError> {
        let LeasedWebhook { mut stored, token, began_at } = leased;
        for attempt in 0..ATTEMPTS {
            pause_between(attempt).await;
            stored.lease = None;
            if had {
                stored.turn_began_at = Some(began_at);
            }
            if self.put_webhook_if(&mut stored, Some(&token)).await? == WriteOutcome::Done {
                return Ok(());
            }
            let Webhook { owner, id, .. } = &stored.webhook;
            let present = self.stored_webhook(owner, id).await?;
            let is_held =
                |own: &StoredWebhook| own.lease.as_ref().is_some_and(|lease| lease.token == token);
            match present.filter(is_held) {
                Some(present) => stored = present,
                None => return Ok(()),
            }
        }
        Err(too_busy())
    }

    /// The next events of a webhook's feed behind its cursor.
    ///
    /// # Errors
    /// Where the table does not answer, or an item cannot be read.
    pub async fn read_webhook_feed(
        &self,
        webhook: &Webhook,
        limit: u16,
    ) -> Result<WebhookEvents, StoreError> {
        let feed = match &webhook.owner {
            WebhookOwner::Partner(partner) => Feed::Partner(partner),
            WebhookOwner::Tenant(tenant) => Feed::Tenant(tenant),
            WebhookOwner::Staff => Feed::Staff,
        };
        let after = Cursor { part: None, sort: webhook.cursor.clone() };
        let page = self.read_feed(feed, Some(&after), limit).await?;
        let events = page.events.into_iter().zip(page.places).collect();
        Ok(WebhookEvents { events, end: page.end.sort, more: page.more })
    }
}
