//! `GET /v1/claims/{id}/evidence/{eid}`: a link to a clean document, for a few minutes.

use domain::claim::{Evidence, Scan};
use domain::ids::{ClaimId, EvidenceId};
use lambda_http::{Body, Response};
use web::{Call, Caller, Reply, RequestError, queries};

use crate::{App, open_claim};
use app::{ApiError, Document, request_time};

/// The link to a document that was found clean. There is no other document to be had.
pub(crate) async fn read_document_link(
    app: &App,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, ApiError> {
    let (id, eid) = call.path_ids(ClaimId::parse, EvidenceId::parse)?;
    let open = open_claim(app, &id, caller, request_time(&app.store, call).await?).await?;
    queries::refuse_parameters(call)?;
    let clean = |entry: &&Evidence| entry.id == eid && entry.scan == Scan::Clean;
    let entry = open.claim().details.evidence.iter().find(clean).ok_or(RequestError::NotFound)?;
    let document = Document { claim: id, id: eid, sha256: entry.sha256 };
    Ok(Reply::ok(&app.bucket.download_link(&document, &entry.name).await?).into_response())
}
