//! `GET /v1/claims/{id}/history`: oldest first.

use lambda_http::{Body, Response};
use web::views::HistoryEntryView;
use web::{Call, Caller, queries};

use crate::claim;
use app::{Api, ApiError, moment, pagination};

/// The events of a claim, chained by their hashes.
pub(crate) async fn history(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, ApiError> {
    let moment = moment(&app.store, call).await?;
    let claim = claim(app, call, caller, moment).await?;
    queries::history(call)?;
    let page = app.cursors.page(call, caller)?;
    let (from, limit) = pagination::start(&page)?;
    let found = app.store.history(&claim, from.as_ref(), limit).await?;
    let viewer = caller.viewer();
    let entries: Vec<_> = found
        .items
        .iter()
        .filter_map(|entry| {
            let (hash, previous) = (entry.hash, entry.previous_hash);
            HistoryEntryView::of(&claim, &entry.event, hash, previous, viewer)
        })
        .collect();
    let next = pagination::next(found.next);
    Ok(app.cursors.list(call, caller, &entries, next.as_deref()).done())
}
