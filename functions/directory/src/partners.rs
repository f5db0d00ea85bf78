//! `PUT` and `GET /v1/partners/{id}`.

use app::{ApiError, moment};
use domain::ids::PartnerId;
use web::views::PartnerView;
use web::{Call, Failure, Reply, bodies};

use crate::App;

/// Writes a partner, whole.
pub(crate) async fn put(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    call.caller()?;
    let id = call.path_id(PartnerId::parse)?;
    let partner = bodies::partner(&id, &call.json()?)?;
    let at = moment(&app.store, call).await?.at;
    let partner = app.store.change_partner(&partner, at).await?;
    Ok(Reply::ok(&PartnerView::of(&partner)))
}

/// Reads a partner.
pub(crate) async fn get(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    call.caller()?;
    let id = call.path_id(PartnerId::parse)?;
    let partner = app.store.partner(&id).await?.ok_or(Failure::NotFound)?;
    Ok(Reply::ok(&PartnerView::of(&partner)))
}
