//! `POST /v1/claims/{id}/assign`: who of the staff works on a claim.

use domain::ids::ClaimId;
use domain::rejection::{FieldCode, FieldError};
use web::{Call, Caller, Reply, RequestError, bodies};

use app::{Api, ApiError, claim_view, request_time};

/// Writes who works on a claim. It is no event of the claim, so nothing of it is decided by the rules.
pub(crate) async fn assign_claim(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Reply, ApiError> {
    let id = call.path_id(ClaimId::parse)?;
    let moment = request_time(&app.store, call).await?;
    let claim =
        Box::pin(app.store.load_up_to_date(&id, moment)).await?.ok_or(RequestError::NotFound)?;
    let to = bodies::read_assignee(&call.json_body()?)?;
    let by = caller.actor().staff_id().ok_or(RequestError::RoleNotAllowed)?;
    let fixed = || RequestError::Fields(vec![FieldError::new("/to", FieldCode::NotEditable)]);
    if to.is_some() && !claim.state.is_open() {
        return Err(fixed().into());
    }
    if !app.store.assign_claim(&id, to.as_ref(), by, moment.at).await? {
        return Err(fixed().into());
    }
    let version = claim.version;
    let view = claim_view(&app.store, claim, caller, moment).await?;
    Ok(Reply::ok(&view).with_etag(version))
}
