//! `POST /v1/claims:check`: judges a claim, or lists what can be claimed at a tenant.

use domain::command::ClaimInput;
use domain::ids::ClaimId;
use domain::rejection::FieldError;
use lambda_http::{Body, Response};
use store::NewClaim;
use web::views::{CheckView, CheckWarning, ClaimableItemView};
use web::{Call, Caller, Failure, Reply, bodies, request_hash};

use app::{Api, ApiError, moment};

/// Judges a claim as if it were submitted now, and stores nothing of it. Where the body leaves the items out, the answer
/// lists those of the tenant. A look at a tenant without a claim is counted, and noted for the customer.
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
    let items = checked.claimable.map(|found| {
        let views = found.items.iter().map(|(item, claimability)| {
            ClaimableItemView::of(&found.program, item, *claimability, call.language())
        });
        views.collect()
    });
    let warning = warning(app, &given.input, &checked.errors).await?;
    let view = CheckView::of(
        checked.errors,
        checked.hindrances,
        checked.contested,
        checked.earliest_closes_at,
        warning,
        call.language(),
    );
    Ok(Reply::ok(&view.with_items(items)).done())
}

/// What is worth knowing of the contact. Nothing is told of a tenant that the claim does not name rightly, nor of
/// a contact that is refused anyway.
async fn warning(
    app: &Api,
    input: &ClaimInput,
    errors: &[FieldError],
) -> Result<Option<CheckWarning>, ApiError> {
    let wrong = |error: &FieldError| {
        error.pointer.starts_with("/tenant") || error.pointer.starts_with("/customer_contact")
    };
    let (Some(id), Some(contact)) = (&input.tenant, &input.customer_contact) else {
        return Ok(None);
    };
    if errors.iter().any(wrong) {
        return Ok(None);
    }
    let tenant = app.store.tenant(id).await?;
    Ok(tenant.and_then(|tenant| CheckWarning::of_contact(&tenant, &contact.email)))
}
