//! `POST /v1/claims`.

use domain::ids::ClaimId;
use lambda_http::{Body, Response};
use web::{Call, Caller, Failure, Reply, bodies, request_hash};

use crate::{App, moment, view};
use runtime::failed;

/// Submits a claim. The idempotency key names it, so a repeated request finds it again and is
/// answered with the claim as it is now.
pub(crate) async fn submit(
    app: &App,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, Failure> {
    let partner = caller.partner_id().ok_or(Failure::RoleNotAllowed)?;
    let body = call.json()?;
    let id = ClaimId::of(partner, &call.idempotency_key()?);
    let (input, malformed) = bodies::claim(&body);
    let moment = moment(app, call).await?;
    let hash = request_hash(&body);
    let created = app.store.create(caller.actor(), &id, &input, &malformed, hash, moment);
    let created = Box::pin(created).await.map_err(failed)?;
    let view = view(app, &created.claim, caller, moment).await?;
    let reply = Reply::created(&format!("/v1/claims/{id}"), &view).etag(created.claim.version);
    Ok(if created.replayed { reply.replayed() } else { reply }.done())
}
