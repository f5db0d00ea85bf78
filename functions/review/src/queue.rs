//! `GET /v1/reviews`: what waits in a queue or in any, longest first, or what needs somebody to vouch.

use domain::claim::Claim;
use store::{AssignedTo, ClaimList, ListedClaim, RequestTime, Source};
use web::queries::{Assignee, ReviewsQuery};
use web::views::QueueTotalsView;
use web::{Call, Caller, PageRequest, Reply, queries};

use app::{Api, ApiError, pagination, queued_view, request_time};

use crate::vouching;

/// Claims, and where the next page begins.
pub(crate) type ClaimsPage = (Vec<ListedClaim>, Option<String>);

/// Lists the claims that wait for the operator; with the first page, how many do.
pub(crate) async fn list_queue(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Reply, ApiError> {
    let query = queries::read_reviews_query(call)?;
    let page = app.cursors.read_page_request(call, caller).await?;
    let moment = request_time(&app.store, call).await?;
    let claims = async {
        if query.vouching {
            Box::pin(vouching::load_page(app, &query, &page, moment)).await
        } else {
            Box::pin(waiting_claims(app, &query, &page, moment)).await
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
    Ok(app.cursors.current_cursors().queue_reply(call, caller, &views, totals, next.as_deref()))
}

/// A page of a queue, or of all of them.
async fn waiting_claims(
    app: &Api,
    query: &ReviewsQuery,
    page: &PageRequest,
    moment: RequestTime,
) -> Result<ClaimsPage, ApiError> {
    let (from, limit) = pagination::page_start(page)?;
    let keep = |claim: &Claim| query.takes_claim(claim, moment.at);
    let source = Source::Waiting { queue: query.queue, assigned_to: assigned_to(query) };
    let list = ClaimList { source, keep: &keep };
    let found = app.store.list_claims(list, from.as_ref(), limit, moment).await?;
    Ok((found.items, pagination::next_position(found.next)))
}

/// Who is asked to work on the claims.
pub(crate) fn assigned_to(query: &ReviewsQuery) -> AssignedTo<'_> {
    match &query.assigned_to {
        None => AssignedTo::Anyone,
        Some(Assignee::Nobody) => AssignedTo::Nobody,
        Some(Assignee::Staff(id)) => AssignedTo::Staff(id),
    }
}
