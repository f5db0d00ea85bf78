//! The routes: the webhooks of the caller's party.

use app::ApiError;
use domain::claim::Instant;
use domain::ids::WebhookId;
use domain::rejection::{Rejection, TextForm};
use domain::webhook::{Webhook, WebhookOwner, WebhookState};
use store::{NewWebhook, Store, WebhookWrite};
use web::bodies::WebhookWish;
use web::views::{DeliveriesView, DeliveryView, WebhookSecretView, WebhookView, WebhooksView};
use web::{Call, Caller, EntityTag, IfMatch, Reply, RequestError, Viewer, bodies};

use crate::App;
use crate::deliver::deliver_message;
use crate::message::Message;

/// Lists the webhooks of the caller's party.
pub(crate) async fn list_webhooks(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let owner = owner_of(&call.require_caller(&app.clients)?)?;
    let items = app.store.list_webhooks(&owner).await?;
    let items = items.iter().map(|own| WebhookView::of(own, None)).collect();
    Ok(Reply::ok(&WebhooksView { items }))
}

/// Creates a webhook, or writes it anew: then it keeps its secret and its place.
pub(crate) async fn put_webhook(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let owner = owner_of(&call.require_caller(&app.clients)?)?;
    let id = call.new_id(WebhookId::parse, TextForm::Id)?;
    let wish = bodies::read_webhook(&call.json_body()?)?;
    let expected = call.optional_if_match()?;
    loop {
        if let Some(webhook) = rewrite_webhook(app, &owner, &id, &wish, expected.as_ref()).await? {
            return Ok(webhook_reply(&webhook));
        }
        if expected.is_some() {
            return Err(RequestError::VersionMismatch { current: None }.into());
        }
        let webhook = new_webhook(&owner, &id, &wish, app.store.system_time());
        match app.store.create_webhook(&webhook).await? {
            NewWebhook::Created(secret) => {
                let view = WebhookView::of(&webhook, Some(secret));
                let reply = Reply::created(&format!("/v1/webhooks/{id}"), &view);
                return Ok(reply.with_etag(EntityTag::of_webhook(&webhook)));
            }
            // Somebody else has created it meanwhile.
            NewWebhook::Exists => {}
            NewWebhook::Full => {
                return Err(Rejection::QuotaExceeded { retry_after_s: None }.into());
            }
        }
    }
}

async fn rewrite_webhook(
    app: &App,
    owner: &WebhookOwner,
    id: &WebhookId,
    wish: &WebhookWish,
    expected: Option<&IfMatch>,
) -> Result<Option<Webhook>, ApiError> {
    let write = |own: &mut Webhook| {
        wish.url.as_str().clone_into(&mut own.url);
        own.types.clone_from(&wish.types);
        own.state = WebhookState::Active;
    };
    let written = app.store.change_webhook(owner, id, |own| may_change(expected, own), write);
    Ok(written.await?.map(written_webhook).transpose()?)
}

/// Whether a request may change a webhook as it is now.
fn may_change(expected: Option<&IfMatch>, present: &Webhook) -> bool {
    let tag = EntityTag::of_webhook(present);
    expected.is_none_or(|expected| expected.permits_write(Some(&tag), false))
}

/// The webhook that was changed, unless the caller has seen another one.
fn written_webhook(write: WebhookWrite) -> Result<Webhook, RequestError> {
    match write {
        WebhookWrite::Done(webhook) => Ok(webhook),
        WebhookWrite::Stale(present) => {
            Err(RequestError::VersionMismatch { current: Some(EntityTag::of_webhook(&present)) })
        }
    }
}

/// A webhook without its secrets.
fn webhook_reply(webhook: &Webhook) -> Reply {
    Reply::ok(&WebhookView::of(webhook, None)).with_etag(EntityTag::of_webhook(webhook))
}

fn new_webhook(owner: &WebhookOwner, id: &WebhookId, wish: &WebhookWish, now: Instant) -> Webhook {
    Webhook {
        owner: owner.clone(),
        id: id.clone(),
        url: wish.url.as_str().to_owned(),
        types: wish.types.clone(),
        created_at: now,
        cursor: Store::feed_place_at(now),
        state: WebhookState::Active,
    }
}

/// Reads one webhook of the caller's party, without its secrets.
pub(crate) async fn read_webhook(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    Ok(webhook_reply(&find_webhook(app, call).await?))
}

/// Deletes a webhook, and answers what it was.
pub(crate) async fn delete_webhook(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let (owner, id) = named_webhook(app, call)?;
    let expected = call.optional_if_match()?;
    let permits = |own: &Webhook| may_change(expected.as_ref(), own);
    let deleted = app.store.delete_webhook(&owner, &id, permits).await?;
    let deleted = written_webhook(deleted.ok_or(RequestError::NotFound)?)?;
    Ok(Reply::ok(&WebhookView::of(&deleted, None)))
}

/// Makes the secret of a webhook anew.
pub(crate) async fn rotate_secret(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let (owner, id) = named_webhook(app, call)?;
    let rotated = app.store.rotate_webhook_secret(&owner, &id).await?;
    let rotated = rotated.ok_or(RequestError::NotFound)?;
    Ok(Reply::ok(&WebhookSecretView::of(rotated.secret, rotated.previous_until)))
}

/// Puts the place of a webhook in its feed to a moment.
pub(crate) async fn replay_events(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let (owner, id) = named_webhook(app, call)?;
    let from = bodies::read_replay(&call.json_body()?, app.store.system_time())?;
    let replay = |own: &mut Webhook| {
        own.cursor = Store::feed_place_at(from);
        // What failed before is no part of what begins now: three days of it are to come first.
        if let WebhookState::Failing(_) = own.state {
            own.state = WebhookState::Active;
        }
    };
    let webhook = app.store.change_webhook(&owner, &id, |_| true, replay).await?;
    Ok(webhook_reply(&written_webhook(webhook.ok_or(RequestError::NotFound)?)?))
}

/// Sends a message that is no event, at once. The moment is noted first, for the party, so that many at once send one.
pub(crate) async fn test_webhook(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let webhook = find_webhook(app, call).await?;
    let (owner, id) = (&webhook.owner, &webhook.id);
    let now = app.store.system_time();
    if let Some(seconds) = app.store.count_webhook_test(owner, now).await? {
        return Err(Rejection::QuotaExceeded { retry_after_s: Some(seconds) }.into());
    }
    let secrets = app.store.webhook_secrets(owner, id).await?;
    let message = Message::of_test(id, now);
    let delivery = deliver_message(app, &webhook, &secrets, &message).await?;
    Ok(Reply::ok(&DeliveryView::of(&delivery)))
}

/// Lists the last attempts to deliver.
pub(crate) async fn list_deliveries(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let webhook = find_webhook(app, call).await?;
    let deliveries = app.store.list_deliveries(&webhook).await?;
    Ok(Reply::ok(&DeliveriesView { items: deliveries.iter().map(DeliveryView::of).collect() }))
}

async fn find_webhook(app: &App, call: &Call<'_>) -> Result<Webhook, ApiError> {
    let (owner, id) = named_webhook(app, call)?;
    Ok(app.store.find_webhook(&owner, &id).await?.ok_or(RequestError::NotFound)?)
}

/// The webhook that a request names: always one of the caller's own party.
fn named_webhook(app: &App, call: &Call<'_>) -> Result<(WebhookOwner, WebhookId), RequestError> {
    let owner = owner_of(&call.require_caller(&app.clients)?)?;
    Ok((owner, call.path_id(WebhookId::parse)?))
}

/// The party whose webhooks a caller writes.
fn owner_of(caller: &Caller) -> Result<WebhookOwner, RequestError> {
    let owner = match caller.viewer() {
        Viewer::Staff => Some(WebhookOwner::Staff),
        Viewer::Partner => caller.partner_id().cloned().map(WebhookOwner::Partner),
        Viewer::Customer => caller.tenant_id().cloned().map(WebhookOwner::Tenant),
    };
    owner.ok_or(RequestError::RoleNotAllowed)
}
