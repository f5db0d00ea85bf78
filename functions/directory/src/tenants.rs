//! `PUT` and `GET /v1/tenants/{id}`.

use app::{ApiError, moment};
use domain::ids::TenantId;
use web::views::TenantView;
use web::{Call, Failure, Reply, bodies};

use crate::App;

/// Writes a tenant, whole. Contacts that are verified and domains that are added by it bear the caller's name.
pub(crate) async fn put(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.caller()?;
    let by = caller.actor().staff_id().ok_or(Failure::RoleNotAllowed)?;
    let id = call.path_id(TenantId::parse)?;
    let tenant = bodies::tenant(&id, &call.json()?)?;
    let at = moment(&app.store, call).await?.at;
    let tenant = app.store.change_tenant(&tenant, by, at).await?;
    Ok(Reply::ok(&TenantView::of(&tenant)))
}

/// Reads a tenant.
pub(crate) async fn get(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    call.caller()?;
    let id = call.path_id(TenantId::parse)?;
    let tenant = app.store.tenant(&id).await?.ok_or(Failure::NotFound)?;
    Ok(Reply::ok(&TenantView::of(&tenant)))
}
