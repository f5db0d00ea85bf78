//! `GET /v1/customer/claims`: the claims on the customer's tenant, once they were validated.

use domain::claim::Claim;
use domain::ids::TenantId;
use lambda_http::{Body, Response};
use store::{ClaimList, ClaimParts, Cursor, Scope, Source};
use web::{Call, Caller, RequestError, queries};

use app::{Api, ApiError, listed_customer_view, pagination, request_time};

pub(crate) async fn list_claims(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, ApiError> {
    let moment = request_time(&app.store, call).await?;
    let status = queries::read_customer_claims_query(call)?;
    let (tenant, from, limit) = read_page_request(app, call, caller).await?;
    let scope = Scope::Tenant(tenant.clone());
    let source = Source::Newest(&scope, ClaimParts::SUBMITTED);
    let is_asked_for = |claim: &Claim| status.is_none_or(|status| claim.status() == status);
    let keep = |claim: &Claim| claim.is_known_to_customer() && is_asked_for(claim);
    let list = ClaimList { source, keep: &keep };
    let found = Box::pin(app.store.list_claims(list, from.as_ref(), limit, moment)).await?;
    let mut views = Vec::new();
    for listed in &found.items {
        views.push(listed_customer_view(&app.store, &listed.claim, caller, moment).await?);
    }
    let next = pagination::next_position(found.next);
    Ok(app
        .cursors
        .current_cursors()
        .list_reply(call, caller, &views, next.as_deref())
        .into_response())
}

/// Whose claims are listed, where the page begins, and how many entries it may have.
pub(crate) async fn read_page_request<'c>(
    app: &Api,
    call: &Call<'_>,
    caller: &'c Caller,
) -> Result<(&'c TenantId, Option<Cursor>, u16), RequestError> {
    let tenant = caller.tenant_id().ok_or(RequestError::RoleNotAllowed)?;
    let page = app.cursors.read_page_request(call, caller).await?;
    let (from, limit) = pagination::page_start(&page)?;
    Ok((tenant, from, limit))
}
