//! A claim that a caller reads.

use domain::claim::Claim;
use domain::ids::ClaimId;
use store::RequestTime;
use web::{Caller, RequestError};

use crate::{Api, ApiError};

/// The claim, if it is the caller's to see, its due silence carried out.
///
/// # Errors
/// [`RequestError::NotFound`] where there is none, or none that the caller may know of; those of the store.
pub async fn load_visible_claim(
    app: &Api,
    caller: &Caller,
    id: &ClaimId,
    moment: RequestTime,
) -> Result<Claim, ApiError> {
    let claim = Box::pin(app.store.load_up_to_date(id, moment)).await?;
    let claim = claim.ok_or(RequestError::NotFound)?;
    caller.require_visible(&claim)?;
    Ok(claim)
}
