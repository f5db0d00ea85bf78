//! `POST /v1/claims`: a claim is submitted, or stored as a draft.

use domain::actor::Role;
use domain::ids::ClaimId;
use lambda_http::{Body, Response};
use store::NewClaim;
use web::{Call, Caller, Reply, RequestError, bodies, request_hash};

use app::{Api, ApiError, claim_view, request_time};

/// Submits a claim, or stores a draft. The idempotency key names it, so a repeated request finds it
/// again and is answered with the claim as it is now.
pub(crate) async fn create_claim(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, ApiError> {
    let partner = caller.partner_id().ok_or(RequestError::RoleNotAllowed)?;
    let body = call.json_body()?;
    let given = bodies::read_claim(&body);
    // A user stores drafts and nothing else.
    if !given.draft {
        caller.require_role(&[Role::PartnerAdmin])?;
    }
    let id = ClaimId::of(partner, &call.idempotency_key()?);
    let new = NewClaim {
        actor: caller.actor(),
        id: &id,
        input: &given.input,
        malformed: &given.malformed,
        draft: given.draft,
        request_hash: request_hash(&body),
    };
    let moment = request_time(&app.store, call).await?;
    let created = Box::pin(app.store.create_claim(new, moment)).await?;
    let version = created.claim.version;
    let view = claim_view(&app.store, created.claim, caller, moment).await?;
    let reply = Reply::created(&format!("/v1/claims/{id}"), &view).with_etag(version);
    Ok(if created.replayed { reply.mark_replayed() } else { reply }.into_response())
}
