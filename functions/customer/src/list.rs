//! `GET /v1/customer/claims`: the claims on the customer's tenant, once they were validated.

use domain::claim::Claim;
use domain::ids::NoticeNo;
use lambda_http::{Body, Response};
use store::{Cursor, Scope};
use web::views::CustomerClaimView;
use web::{Call, Caller, Failure, queries};

use crate::{App, moment};
use runtime::{failed, listed_view};

pub(crate) async fn list(
    app: &App,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, Failure> {
    let tenant = caller.tenant_id().ok_or(Failure::RoleNotAllowed)?;
    queries::page_only(call)?;
    let page = app.cursors.page(call, caller)?;
    let from = page.position.as_deref().map(position).transpose()?;
    let moment = moment(app, call).await?;
    let limit = u16::try_from(page.limit).unwrap_or(u16::MAX);
    let scope = Scope::Tenant(tenant.clone());
    let found = app.store.claims(&scope, None, from.as_ref(), limit, moment);
    let found = Box::pin(found).await.map_err(failed)?;
    let mut views = Vec::new();
    for claim in found.items.iter().filter(|claim| is_his_to_see(claim)) {
        views.push(CustomerClaimView::of(listed_view(&app.store, claim, caller, moment).await?));
    }
    let next = found.next.and_then(|next| serde_json::to_string(&next).ok());
    Ok(app.cursors.list(call, caller, &views, next.as_deref()).done())
}

/// A claim that was never validated is between its partner and the operator.
pub(crate) fn is_his_to_see(claim: &Claim) -> bool {
    claim.notice > NoticeNo::default()
}

fn position(text: &str) -> Result<Cursor, Failure> {
    serde_json::from_str(text).map_err(|_| Failure::InvalidCursor)
}
