//! `PUT` and `GET /v1/tenants/{id}`.

use domain::ids::TenantId;
use web::views::TenantView;
use web::{Call, Failure, Reply, bodies};

use crate::App;
use app::failed;

/// Writes a tenant, whole.
pub(crate) async fn put(app: &App, call: &Call<'_>) -> Result<Reply, Failure> {
    call.caller()?;
    let id = call.path_id(TenantId::parse)?;
    let tenant = bodies::tenant(&id, &call.json()?)?;
    app.store.put_tenant(&tenant).await.map_err(failed)?;
    Ok(Reply::ok(&TenantView::of(&tenant)))
}

/// Reads a tenant.
pub(crate) async fn get(app: &App, call: &Call<'_>) -> Result<Reply, Failure> {
    call.caller()?;
    let id = call.path_id(TenantId::parse)?;
    let tenant = app.store.tenant(&id).await.map_err(failed)?.ok_or(Failure::NotFound)?;
    Ok(Reply::ok(&TenantView::of(&tenant)))
}
