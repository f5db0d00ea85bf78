//! `GET /v1/customer/claims`: the claims on the customer's tenant, once they were validated.

use domain::claim::Claim;
use domain::ids::{NoticeNo, TenantId};
use lambda_http::{Body, Response};
use store::{ClaimList, ClaimParts, Cursor, Scope, Source};
use web::{Call, Caller, RequestError, queries};

use app::{Api, ApiError, listed_customer_view, moment, pagination};

pub(crate) async fn list(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, ApiError> {
    let moment = moment(&app.store, call).await?;
    let status = queries::customer_claims(call)?;
    let (tenant, from, limit) = page(app, call, caller).await?;
    let scope = Scope::Tenant(tenant.clone());
    let source = Source::Newest(&scope, ClaimParts::SUBMITTED);
    let is_asked_for = |claim: &Claim| status.is_none_or(|status| claim.status() == status);
    let keep = |claim: &Claim| is_his_to_see(claim) && is_asked_for(claim);
    let list = ClaimList { source, keep: &keep };
    let found = Box::pin(app.store.claims(list, from.as_ref(), limit, moment)).await?;
    let mut views = Vec::new();
    for listed in &found.items {
        views.push(listed_customer_view(&app.store, &listed.claim, caller, moment).await?);
    }
    let next = pagination::next(found.next);
    Ok(app.cursors.current().list(call, caller, &views, next.as_deref()).done())
}

/// Whose claims are listed, where the page begins, and how many entries it may have.
pub(crate) async fn page<'c>(
    app: &Api,
    call: &Call<'_>,
    caller: &'c Caller,
) -> Result<(&'c TenantId, Option<Cursor>, u16), RequestError> {
    let tenant = caller.tenant_id().ok_or(RequestError::RoleNotAllowed)?;
    let page = app.cursors.page(call, caller).await?;
    let (from, limit) = pagination::start(&page)?;
    Ok((tenant, from, limit))
}

/// A claim that was never validated is between its partner and the operator.
pub(crate) fn is_his_to_see(claim: &Claim) -> bool {
    claim.notice > NoticeNo::default()
}
