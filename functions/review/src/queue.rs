//! `GET /v1/reviews`: what waits in a queue or in any, longest first, or what needs somebody to vouch.

use domain::claim::Claim;
use store::{AssignedTo, ClaimList, ListedClaim, RequestTime, Source};
use web::queries::{Assignee, ReviewsQuery};
use web::views::QueueTotalsView;
use web::{Call, Caller, PageRequest, Reply, queries};

use app::{Api, ApiError, moment, pagination, queued_view};

use crate::vouching;

/// Claims, and where the next page begins.
pub(crate) type ClaimsPage = (Vec<ListedClaim>, Option<String>);

/// Lists the claims that wait for the operator; with the first page, how many do.
pub(crate) async fn list(app: &Api, call: &Call<'_>, caller: &Caller) -> Result<Reply, ApiError> {
    let query = queries::reviews(call)?;
    let page = app.cursors.page(call, caller).await?;
    let moment = moment(&app.store, call).await?;
    let claims = async {
        if query.vouching {
            Box::pin(vouching::page(app, &query, &page, moment)).await
        } else {
            Box::pin(waiting(app, &query, &page, moment)).await
        }
    };
    let totals = async {
        if page.position.is_some() {
            return Ok(None);
        }
        let totals = app.store.queue_totals().await?;
        Ok::<_, ApiError>(Some(QueueTotalsView::of(&totals)))
    };
    let ((claims, next), totals) = tokio::try_join!(claims, totals)?;
    let mut views = Vec::with_capacity(claims.len());
    for listed in &claims {
        views.push(queued_view(&app.store, listed, caller, moment).await?);
    }
    Ok(app.cursors.current().queue(call, caller, &views, totals, next.as_deref()))
}

/// A page of a queue, or of all of them.
async fn waiting(
    app: &Api,
    query: &ReviewsQuery,
    page: &PageRequest,
    moment: RequestTime,
) -> Result<ClaimsPage, ApiError> {
    let (from, limit) = pagination::start(page)?;
    let keep = |claim: &Claim| query.takes(claim, moment.at);
    let source = Source::Waiting { queue: query.queue, assigned_to: assignee(query) };
    let list = ClaimList { source, keep: &keep };
    let found = app.store.claims(list, from.as_ref(), limit, moment).await?;
    Ok((found.items, pagination::next(found.next)))
}

/// Who is asked to work on the claims.
pub(crate) fn assignee(query: &ReviewsQuery) -> AssignedTo<'_> {
    match &query.assigned_to {
        None => AssignedTo::Anyone,
        Some(Assignee::Nobody) => AssignedTo::Nobody,
        Some(Assignee::Staff(id)) => AssignedTo::Staff(id),
    }
}
