//! `PUT` and `GET /v1/tenants/{id}`, its history, and that of its customer's standing rules.

use app::{ApiError, entry, moment};
use domain::ids::TenantId;
use web::views::{RulesView, TenantView};
use web::{Call, Failure, Reply, bodies};

use crate::App;
use crate::history::{answered, asked_page};

/// Writes a tenant, whole. Contacts that are verified and domains that are added by it bear the caller's name.
pub(crate) async fn put(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.caller()?;
    let by = caller.actor().staff_id().ok_or(Failure::RoleNotAllowed)?;
    let id = call.path_id(TenantId::parse)?;
    let body = call.json()?;
    let expected = call.optional_if_match()?;
    let tenant = match bodies::tenant(&id, &body) {
        Ok(tenant) => tenant,
        Err(failure) => {
            let present = app.store.tenant_entry(&id).await?;
            let (expected, present) = (expected.as_ref(), present.as_ref());
            return Err(entry::stale_first(expected, present, entry::tag_of, failure).into());
        }
    };
    let at = moment(&app.store, call).await?.at;
    let permits = entry::permits(expected.as_ref(), entry::tag_of);
    let written = app.store.change_tenant(&tenant, by, at, &permits).await?;
    let stored = entry::stored(written, entry::tag_of)?;
    Ok(Reply::ok(&TenantView::of(&stored.entry)).etag(entry::tag_of(&stored)))
}

/// Reads a tenant.
pub(crate) async fn get(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    call.caller()?;
    let id = call.path_id(TenantId::parse)?;
    let tenant = app.store.tenant_entry(&id).await?.ok_or(Failure::NotFound)?;
    Ok(Reply::ok(&TenantView::of(&tenant.entry)).etag(entry::tag_of(&tenant)))
}

/// Reads what the operator wrote of a tenant.
pub(crate) async fn history(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.caller()?;
    let id = call.path_id(TenantId::parse)?;
    let (from, limit) = asked_page(app, call, &caller)?;
    let found = app.store.tenant_history(&id, from.as_ref(), limit).await?;
    Ok(answered(app, call, &caller, found.ok_or(Failure::NotFound)?, TenantView::of))
}

/// Reads what a tenant's customer wrote as standing rules.
pub(crate) async fn rules_history(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.caller()?;
    let id = call.path_id(TenantId::parse)?;
    let (from, limit) = asked_page(app, call, &caller)?;
    let found = app.store.rules_history(&id, from.as_ref(), limit).await?;
    Ok(answered(app, call, &caller, found.ok_or(Failure::NotFound)?, RulesView::of))
}
