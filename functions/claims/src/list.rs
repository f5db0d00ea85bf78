//! `GET /v1/claims`: newest first; what waits for a partner, by the end of its turn; what has a reference.

use domain::claim::Claim;
use domain::ids::PartnerId;
use domain::rejection::FieldCode;
use lambda_http::{Body, Response};
use store::{ClaimList, ClaimParts, Scope, Source};
use web::queries::{ClaimsQuery, StatusFilter};
use web::{Call, Caller, RequestError, queries};

use app::{Api, ApiError, listed_view, pagination, request_time};

/// Lists a partner's own claims; operator staff list those of a partner, of a tenant, or everybody's.
pub(crate) async fn list_claims(
    app: &Api,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, ApiError> {
    let query = queries::read_claims_query(call, caller.viewer())?;
    let page = app.cursors.read_page_request(call, caller).await?;
    let partner = listed_partner(caller, &query)?;
    let scope = Scope::of(partner.clone(), query.tenant.clone());
    let (from, limit) = pagination::page_start(&page)?;
    let moment = request_time(&app.store, call).await?;
    let keep = |claim: &Claim| query.takes_claim(claim, moment.at);
    let source = match (&partner, &query.external_ref) {
        (Some(partner), Some(reference)) => Source::Reference { partner, reference },
        (Some(partner), None) if query.is_by_end_of_turn() => {
            Source::Turns { partner, before: query.until_before }
        }
        (_, _) => Source::Newest(&scope, listed_parts(&query)),
    };
    let list = ClaimList { source, keep: &keep };
    let found = Box::pin(app.store.list_claims(list, from.as_ref(), limit, moment)).await?;
    let mut views = Vec::with_capacity(found.items.len());
    for listed in &found.items {
        views.push(listed_view(&app.store, &listed.claim, caller, moment).await?);
    }
    let next = pagination::next_position(found.next);
    Ok(app
        .cursors
        .current_cursors()
        .list_reply(call, caller, &views, next.as_deref())
        .into_response())
}

/// The parts of the claims in which those that are asked for stand.
fn listed_parts(query: &ClaimsQuery) -> ClaimParts {
    if query.statuses.is_empty() {
        return ClaimParts::ALL;
    }
    ClaimParts::of(query.statuses.iter().copied().map(StatusFilter::base_status))
}

/// Whose claims are asked for: a partner's own; of anybody's, if operator staff name one. What waits for a partner, and a
/// reference, are some partner's.
pub(crate) fn listed_partner(
    caller: &Caller,
    query: &ClaimsQuery,
) -> Result<Option<PartnerId>, RequestError> {
    let required = || RequestError::invalid_query("partner_id", FieldCode::Required);
    match (caller.partner_id(), &query.partner) {
        (Some(own), _) => Ok(Some(own.clone())),
        (None, Some(named)) => Ok(Some(named.clone())),
        (None, None) if query.turn_of_partner || query.external_ref.is_some() => Err(required()),
        // Nobody but its partner has a draft in a list.
        (None, None) if !listed_parts(query).has_submitted() => Err(required()),
        (None, None) => Ok(None),
    }
}
