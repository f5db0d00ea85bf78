//! `GET /v1/reviews`: what waits in a queue, longest first, or what needs somebody to vouch.

use domain::claim::Claim;
use domain::queue::Queue;
use store::Moment;
use web::queries::ReviewsQuery;
use web::{Call, Caller, Page, Reply, queries};

use app::{Api, ApiError, listed_view, moment, pagination};

use crate::vouching;

/// Claims, and where the next page begins.
pub(crate) type ClaimsPage = (Vec<Claim>, Option<String>);

/// Lists the claims that wait for the operator.
pub(crate) async fn list(app: &Api, call: &Call<'_>, caller: &Caller) -> Result<Reply, ApiError> {
    let query = queries::reviews(call)?;
    let page = app.cursors.page(call, caller)?;
    let moment = moment(&app.store, call).await?;
    let (claims, next) = match query {
        ReviewsQuery::Queue(queue) => Box::pin(waiting(app, queue, &page, moment)).await?,
        ReviewsQuery::Vouching => Box::pin(vouching::page(app, &page, moment)).await?,
    };
    let mut views = Vec::with_capacity(claims.len());
    for claim in &claims {
        views.push(listed_view(&app.store, claim, caller, moment).await?);
    }
    Ok(app.cursors.list(call, caller, &views, next.as_deref()))
}

/// A page of a queue.
async fn waiting(
    app: &Api,
    queue: Queue,
    page: &Page,
    moment: Moment,
) -> Result<ClaimsPage, ApiError> {
    let (from, limit) = pagination::start(page)?;
    let found = app.store.queue(queue, from.as_ref(), limit, moment).await?;
    Ok((found.items, pagination::next(found.next)))
}
