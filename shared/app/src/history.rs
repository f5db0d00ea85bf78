//! A page of a claim's history, as its reader may see it.

use domain::claim::Claim;
use lambda_http::{Body, Response};
use web::views::HistoryEntryView;
use web::{Call, Caller, queries};

use crate::{Api, ApiError, pagination};

/// The answer to a request for the history of a claim that the caller may see: oldest first.
///
/// # Errors
/// For a query that is none, and where the table does not answer.
pub async fn history_page(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
    claim: &Claim,
) -> Result<Response<Body>, ApiError> {
    queries::history(call)?;
    let page = app.cursors.page(call, caller).await?;
    let (from, limit) = pagination::start(&page)?;
    let found = app.store.history(claim, from.as_ref(), limit).await?;
    let viewer = caller.viewer();
    let view = |entry: &store::HistoryEntry| {
        HistoryEntryView::of(&entry.sealed, entry.hash, entry.previous_hash, viewer)
    };
    let entries: Vec<_> = found.items.iter().filter_map(view).collect();
    let next = pagination::next(found.next);
    Ok(app.cursors.current().list(call, caller, &entries, next.as_deref()).done())
}
