//! `GET /v1/claims:counts`: how many claims of the caller's are in each status.

use domain::rejection::FieldCode;
use lambda_http::{Body, Response};
use web::views::ClaimCountsView;
use web::{Call, Caller, Reply, RequestError, queries};

use app::{Api, ApiError, request_time};

/// Counts a partner's own claims; operator staff count those of the partner that they name.
pub(crate) async fn count_claims(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, ApiError> {
    let partner = match (caller.partner_id(), queries::read_counts_query(call, caller.viewer())?) {
        (Some(own), _) => Ok(own.clone()),
        (None, Some(named)) => Ok(named),
        (None, None) => Err(FieldCode::Required),
    };
    let partner = partner.map_err(|code| RequestError::invalid_query("partner_id", code))?;
    let moment = request_time(&app.store, call).await?;
    let counts = Box::pin(app.store.claim_counts(&partner, moment)).await?;
    let view = ClaimCountsView::of(counts.waiting, &counts.by_status, counts.complete);
    Ok(Reply::ok(&view).into_response())
}
