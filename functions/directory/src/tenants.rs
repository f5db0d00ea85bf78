//! `PUT` and `GET /v1/tenants/{id}`.

use app::ApiError;
use domain::ids::TenantId;
use web::views::TenantView;
use web::{Call, Failure, Reply, bodies};

use crate::App;

/// Writes a tenant, whole.
pub(crate) async fn put(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    call.caller()?;
    let id = call.path_id(TenantId::parse)?;
    let tenant = bodies::tenant(&id, &call.json()?)?;
    app.store.put_tenant(&tenant).await?;
    Ok(Reply::ok(&TenantView::of(&tenant)))
}

/// Reads a tenant.
pub(crate) async fn get(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    call.caller()?;
    let id = call.path_id(TenantId::parse)?;
    let tenant = app.store.tenant(&id).await?.ok_or(Failure::NotFound)?;
    Ok(Reply::ok(&TenantView::of(&tenant)))
}
