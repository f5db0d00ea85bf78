//! `GET /v1/events`: what happened to the claims that the caller may know of.

use app::{ApiError, pagination};
use store::Feed;
use web::views::FeedEventView;
use web::{Call, Caller, Reply, RequestError, Viewer, queries};

use crate::App;

/// A page of the caller's feed. Events of other types than those that are asked for are passed over.
pub(crate) async fn list_events(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.require_caller(&app.clients)?;
    let types = queries::read_events_query(call)?;
    let page = app.cursors.read_page_request(call, &caller).await?;
    let (after, limit) = pagination::page_start(&page)?;
    let found = app.store.read_feed(feed_of(&caller)?, after.as_ref(), limit).await?;
    let is_asked_for =
        |name: &str| types.is_empty() || types.iter().any(|asked| asked.as_str() == name);
    let events = found.events.iter().filter(|event| is_asked_for(&event.event_type));
    let events = events.map(FeedEventView::of).collect();
    let end = pagination::position_of(&found.end);
    Ok(app.cursors.current_cursors().feed_reply(call, &caller, events, &end, found.more))
}

/// The feed that a caller reads.
fn feed_of(caller: &Caller) -> Result<Feed<'_>, RequestError> {
    let feed = match caller.viewer() {
        Viewer::Staff => Some(Feed::Staff),
        Viewer::Partner => caller.partner_id().map(Feed::Partner),
        Viewer::Customer => caller.tenant_id().map(Feed::Tenant),
    };
    feed.ok_or(RequestError::RoleNotAllowed)
}
