//! `GET /v1/customer/claims`: the claims on the customer's tenant, once they were validated.

use domain::claim::Claim;
use domain::ids::NoticeNo;
use lambda_http::{Body, Response};
use store::Scope;
use web::views::CustomerClaimView;
use web::{Call, Caller, Failure, queries};

use crate::{App, moment};
use runtime::{failed, listed_view, pages};

pub(crate) async fn list(
    app: &App,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, Failure> {
    let tenant = caller.tenant_id().ok_or(Failure::RoleNotAllowed)?;
    queries::page_only(call)?;
    let page = app.cursors.page(call, caller)?;
    let (from, limit) = pages::start(&page)?;
    let moment = moment(app, call).await?;
    let scope = Scope::Tenant(tenant.clone());
    let found = app.store.claims(&scope, None, from.as_ref(), limit, moment);
    let found = Box::pin(found).await.map_err(failed)?;
    let mut views = Vec::new();
    for claim in found.items.iter().filter(|claim| is_his_to_see(claim)) {
        views.push(CustomerClaimView::of(listed_view(&app.store, claim, caller, moment).await?));
    }
    let next = pages::next(found.next);
    Ok(app.cursors.list(call, caller, &views, next.as_deref()).done())
}

/// A claim that was never validated is between its partner and the operator.
pub(crate) fn is_his_to_see(claim: &Claim) -> bool {
    claim.notice > NoticeNo::default()
}
