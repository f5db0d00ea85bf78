//! A page of a claim's history, as its reader may see it.

use domain::ids::ClaimId;
use lambda_http::{Body, Response};
use web::views::HistoryEntryView;
use web::{Call, Caller, queries};

use crate::{Api, ApiError, load_visible_claim, pagination, request_time};

/// The answer to a request for the history of the path's claim: oldest first, chained by hashes.
///
/// # Errors
/// For a claim that the caller may not see, for a query that is none, and where the table does not answer.
pub async fn read_history(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, ApiError> {
    let id = call.path_id(ClaimId::parse)?;
    let moment = request_time(&app.store, call).await?;
    let claim = load_visible_claim(app, caller, &id, moment).await?;
    queries::read_history_query(call)?;
    let page = app.cursors.read_page_request(call, caller).await?;
    let (from, limit) = pagination::page_start(&page)?;
    let found = app.store.list_history(&claim, from.as_ref(), limit).await?;
    let viewer = caller.viewer();
    let view = |entry: &store::HistoryEntry| {
        HistoryEntryView::of(&entry.sealed, entry.hash, entry.previous_hash, viewer)
    };
    let entries: Vec<_> = found.items.iter().filter_map(view).collect();
    let next = pagination::next_position(found.next);
    Ok(app
        .cursors
        .current_cursors()
        .list_reply(call, caller, &entries, next.as_deref())
        .into_response())
}
