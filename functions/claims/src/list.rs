//! `GET /v1/claims`: newest first; of a partner's, what was submitted before what was not.

use domain::ids::{PartnerId, TenantId};
use domain::rejection::FieldCode;
use lambda_http::{Body, Response};
use store::{Listed, Scope};
use web::{Call, Caller, Failure, queries};

use app::{Api, ApiError, listed_view, moment, pagination};

/// Lists a partner's own claims; operator staff list those of a partner or a tenant.
pub(crate) async fn list(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, ApiError> {
    let query = queries::claims(call)?;
    let page = app.cursors.page(call, caller)?;
    let scope = scope(caller, query.partner, query.tenant)?;
    let (from, limit) = pagination::start(&page)?;
    let moment = moment(&app.store, call).await?;
    let listed = query.status.map_or(Listed::All, Listed::Of);
    let found = app.store.claims(&scope, listed, from.as_ref(), limit, moment);
    let found = Box::pin(found).await?;
    let mut views = Vec::with_capacity(found.items.len());
    for claim in &found.items {
        views.push(listed_view(&app.store, claim, caller, moment).await?);
    }
    let next = pagination::next(found.next);
    Ok(app.cursors.list(call, caller, &views, next.as_deref()).done())
}

/// Whose claims are looked through. Only operator staff name a partner, and they name one or a
/// tenant, since nobody needs all claims of the world.
fn scope(
    caller: &Caller,
    partner: Option<PartnerId>,
    tenant: Option<TenantId>,
) -> Result<Scope, Failure> {
    let partner = match (caller.partner_id(), partner) {
        (Some(_), Some(_)) => {
            return Err(Failure::invalid_query("partner_id", FieldCode::UnknownParameter));
        }
        (Some(own), None) => Some(own.clone()),
        (None, named) => named,
    };
    match (partner, tenant) {
        (Some(partner), Some(tenant)) => Ok(Scope::PartnerAtTenant { partner, tenant }),
        (Some(partner), None) => Ok(Scope::Partner(partner)),
        (None, Some(tenant)) => Ok(Scope::Tenant(tenant)),
        (None, None) => Err(Failure::invalid_query("partner_id", FieldCode::Required)),
    }
}
