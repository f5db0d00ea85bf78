//! `GET /v1/reviews?state=`: longest waiting first.

use web::{Call, Caller, Reply, queries};

use app::{Api, ApiError, listed_view, moment, pagination};

/// Lists the claims that wait for the operator in a state.
pub(crate) async fn list(app: &Api, call: &Call<'_>, caller: &Caller) -> Result<Reply, ApiError> {
    let queue = queries::reviews(call)?;
    let page = app.cursors.page(call, caller)?;
    let (from, limit) = pagination::start(&page)?;
    let moment = moment(&app.store, call).await?;
    let found = app.store.queue(queue, from.as_ref(), limit, moment);
    let found = Box::pin(found).await?;
    let mut views = Vec::with_capacity(found.items.len());
    for claim in &found.items {
        views.push(listed_view(&app.store, claim, caller, moment).await?);
    }
    let next = pagination::next(found.next);
    Ok(app.cursors.list(call, caller, &views, next.as_deref()))
}
