//! `GET /v1/reviews`: what waits in a queue or in any, longest first, or what needs somebody to vouch.

use web::views::QueueTotalsView;
use web::{Call, Caller, Reply, queries};

use app::{Api, ApiError, queued_view, request_time};

use crate::vouching;
use crate::waiting::load_waiting;

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
            Box::pin(load_waiting(app, &query, &page, moment)).await
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
