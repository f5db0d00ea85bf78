//! `POST /v1/claims:check`.

use domain::ids::ClaimId;
use lambda_http::{Body, Response};
use store::NewClaim;
use web::views::CheckView;
use web::{Call, Caller, Failure, Reply, bodies, request_hash};

use app::{Api, ApiError, moment};

/// Judges a claim as if it were submitted now, and stores nothing.
pub(crate) async fn check(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, ApiError> {
    let partner = caller.partner_id().ok_or(Failure::RoleNotAllowed)?;
    let body = call.json()?;
    let given = bodies::claim(&body);
    let moment = moment(&app.store, call).await?;
    let new = NewClaim {
        actor: caller.actor(),
        // No claim has it: a key is never empty.
        id: &ClaimId::of(partner, ""),
        input: &given.input,
        malformed: &given.malformed,
        draft: false,
        request_hash: request_hash(&body),
    };
    let checked = Box::pin(app.store.judge_new(new, moment)).await?;
    let view = CheckView::of(
        checked.errors,
        checked.hindrances,
        checked.contested,
        checked.earliest_closes_at,
        call.language(),
    );
    Ok(Reply::ok(&view).done())
}
