//! `GET /v1/claims/{id}/history`: oldest first.

use domain::ids::ClaimId;
use lambda_http::{Body, Response};
use web::{Call, Caller};

use app::{Api, ApiError, history_page, load_visible_claim, request_time};

/// The events of a claim, chained by their hashes.
pub(crate) async fn read_history(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, ApiError> {
    let id = call.path_id(ClaimId::parse)?;
    let moment = request_time(&app.store, call).await?;
    let claim = load_visible_claim(app, caller, &id, moment).await?;
    history_page(app, call, caller, &claim).await
}
