//! `GET /v1/claims/{id}/history`: oldest first.

use lambda_http::{Body, Response};
use web::{Call, Caller};

use crate::load_claim;
use app::{Api, ApiError, history_page, request_time};

/// The events of a claim, chained by their hashes.
pub(crate) async fn read_history(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, ApiError> {
    let moment = request_time(&app.store, call).await?;
    let claim = load_claim(app, call, caller, moment).await?;
    history_page(app, call, caller, &claim).await
}
