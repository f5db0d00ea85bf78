//! `POST /v1/claims:check`: judges a claim, or lists what can be claimed at a tenant.

use domain::command::ClaimInput;
use domain::directory::TenantItem;
use domain::eligibility::Claimability;
use domain::ids::ClaimId;
use domain::rejection::FieldError;
use lambda_http::{Body, Response};
use store::{CheckResult, NewClaim};
use web::views::{CheckView, CheckWarning, ClaimableItemView};
use web::{Call, Caller, Reply, RequestError, bodies, request_hash};

use app::{Api, ApiError, request_time};

/// Judges a claim as if it were submitted now, and stores nothing of it. Where the body leaves the items out, the answer
/// lists those of the tenant. A look at a tenant without a claim is counted, and noted for the customer.
pub(crate) async fn check_claim(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, ApiError> {
    let partner = caller.partner_id().ok_or(RequestError::RoleNotAllowed)?;
    let body = call.json_body()?;
    let given = bodies::read_claim(&body);
    let moment = request_time(&app.store, call).await?;
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
    let items = checked.claimable.as_ref().zip(checked.known.program.as_ref());
    let items = items.map(|(items, program)| {
        let view = |(item, claimability): &(TenantItem, Claimability)| {
            ClaimableItemView::of(program, item, *claimability, call.answer_language())
        };
        items.iter().map(view).collect()
    });
    let warnings = check_warnings(&given.input, &checked);
    let view = CheckView::of(
        checked.errors.clone(),
        checked.hindrances.clone(),
        checked.contested,
        checked.earliest_closes_at,
        warnings,
        call.answer_language(),
    );
    Ok(Reply::ok(&view.with_items(items)).into_response())
}

/// What is worth knowing of the contact and of the evidence. Nothing is told of a tenant that the claim does not name
/// rightly, nor of a contact that is refused anyway.
fn check_warnings(input: &ClaimInput, checked: &CheckResult) -> Vec<CheckWarning> {
    let wrong = |error: &FieldError| {
        error.pointer.starts_with("/tenant") || error.pointer.starts_with("/customer_contact")
    };
    let known = &checked.known;
    let contact = input.customer_contact.as_ref().map(|contact| &contact.email);
    let contact = contact.filter(|_| !checked.errors.iter().any(wrong));
    let at_tenant = contact.zip(known.tenant.as_ref());
    let own = contact.zip(known.partner.as_ref());
    let of_contact = at_tenant.and_then(|(email, tenant)| CheckWarning::of_contact(tenant, email));
    let of_own = own.and_then(|(email, partner)| CheckWarning::of_own_domain(partner, email));
    let partner_contact = input.partner_contact.as_ref().map(|contact| &contact.email);
    let is_refused =
        checked.errors.iter().any(|error| error.pointer.starts_with("/partner_contact"));
    let of_partner_contact = partner_contact
        .filter(|_| !is_refused)
        .zip(known.partner.as_ref())
        .and_then(|(email, partner)| CheckWarning::of_partner_contact(partner, email));
    let of_evidence =
        CheckWarning::of_evidence(!input.evidence.is_empty(), checked.needs_documents);
    let of_contacts = of_contact.into_iter().chain(of_own).chain(of_partner_contact);
    of_contacts.chain(of_evidence).collect()
}
