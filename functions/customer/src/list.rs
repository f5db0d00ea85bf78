//! `GET /v1/customer/claims`: the claims on the customer's tenant, once they were validated.

use domain::claim::Claim;
use domain::ids::{NoticeNo, TenantId};
use lambda_http::{Body, Response};
use store::{Moment, Scope};
use web::views::CustomerClaimView;
use web::{Call, Caller, Failure, queries};

use app::{Api, ApiError, listed_view, moment, pagination};

pub(crate) async fn list(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, ApiError> {
    let moment = moment(&app.store, call).await?;
    let (claims, next) = page(app, call, caller, moment, Scope::Tenant).await?;
    let mut views = Vec::new();
    for claim in &claims {
        views.push(CustomerClaimView::of(listed_view(&app.store, claim, caller, moment).await?));
    }
    Ok(app.cursors.list(call, caller, &views, next.as_deref()).done())
}

/// The claims on the caller's tenant that are his to see, in that scope; and where the next page
/// begins.
pub(crate) async fn page(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
    moment: Moment,
    scope: impl FnOnce(TenantId) -> Scope,
) -> Result<(Vec<Claim>, Option<String>), ApiError> {
    let tenant = caller.tenant_id().ok_or(Failure::RoleNotAllowed)?;
    queries::page_only(call)?;
    let page = app.cursors.page(call, caller)?;
    let (from, limit) = pagination::start(&page)?;
    let scope = scope(tenant.clone());
    let found = app.store.claims(&scope, None, from.as_ref(), limit, moment);
    let mut found = Box::pin(found).await?;
    found.items.retain(is_his_to_see);
    Ok((found.items, pagination::next(found.next)))
}

/// A claim that was never validated is between its partner and the operator.
pub(crate) fn is_his_to_see(claim: &Claim) -> bool {
    claim.notice > NoticeNo::default()
}
