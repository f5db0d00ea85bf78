//! `GET /v1/claims/{id}/history`: oldest first.

use lambda_http::{Body, Response};
use web::{Call, Caller};

use crate::claim;
use app::{Api, ApiError, history_page, moment};

/// The events of a claim, chained by their hashes.
pub(crate) async fn history(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, ApiError> {
    let moment = moment(&app.store, call).await?;
    let claim = claim(app, call, caller, moment).await?;
    history_page(app, call, caller, &claim).await
}
