//! `GET /v1/me`: who the caller is, and what is left to it.

use app::{ApiError, request_time};
use web::views::{MeView, QuotasLeft};
use web::{Call, Reply, Viewer, queries};

use crate::App;

/// Tells the caller's role and party, and a partner its locations and quotas.
pub(crate) async fn read_me(app: &App, call: &Call<'_>) -> Result<Reply, ApiError> {
    let caller = call.require_caller(&app.clients)?;
    queries::refuse_parameters(call)?;
    let language = call.answer_language().tag();
    let view = match caller.viewer() {
        Viewer::Staff => MeView::of_staff(&caller, language),
        Viewer::Partner => {
            let partner = match caller.partner_id() {
                Some(id) => app.store.load_partner(id).await?,
                None => None,
            };
            let known = match &partner {
                Some(partner) => {
                    let at = request_time(&app.store, call).await?.at;
                    let left = Box::pin(app.store.remaining_quotas(partner, at)).await?;
                    let left = QuotasLeft {
                        daily_claims: left.daily_claims,
                        open_claims: left.open_claims,
                        open_drafts: left.open_drafts,
                        daily_checks: left.daily_checks,
                    };
                    Some((partner, left))
                }
                None => None,
            };
            MeView::of_partner(&caller, known, language)
        }
        Viewer::Customer => {
            let tenant = match caller.tenant_id() {
                Some(id) => app.store.load_tenant(id).await?,
                None => None,
            };
            MeView::of_customer(&caller, tenant.as_ref(), language)
        }
    };
    Ok(Reply::ok(&view))
}
