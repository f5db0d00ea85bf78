//! `POST /v1/claims/{id}/evidence`: a document is announced, and its upload form signed.

use domain::claim::{Claim, Evidence, Scan};
use domain::command::{Command, CommandKind};
use domain::decide;
use domain::ids::{ClaimId, Sha256Hash};
use domain::program::EvidencePolicy;
use domain::rejection::Rejection;
use lambda_http::{Body, Response};
use store::{CountedUpload, OpenClaim, RequestTime, UploadQuota};
use web::bodies::DocumentUpload;
use web::views::{EvidenceUploadView, EvidenceView};
use web::{Call, Caller, Reply, RequestError, bodies, request_hash};

use crate::bucket::Upload;
use crate::{App, open_claim};
use app::{ApiError, Document, prefer_state_refusal, request_time};

/// Adds an entry, or finds the one that declared the digest, and answers with the form by which its
/// document can be uploaded: none where the program asks for no documents, or has a clean one. A
/// repeated request is answered from the claim as it is now, and adds nothing.
pub(crate) async fn add_evidence(
    app: &App,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, ApiError> {
    let (id, moment) = (call.path_id(ClaimId::parse)?, request_time(&app.store, call).await?);
    let open = open_claim(app, &id, caller, moment).await?;
    let key = call.optional_idempotency_key()?;
    let body = call.json_body()?;
    let request = request_hash(&body);
    let replayed = is_repeated_request(app, &id, key.as_deref(), request).await?;
    let uploaded = bodies::read_upload(&body).map_err(|failure| {
        prefer_state_refusal(open.claim(), CommandKind::AddEvidence, caller, moment, failure)
    })?;
    let claim = if replayed {
        decide::authorize_command(open.claim(), CommandKind::AddEvidence, caller.actor())?;
        open.claim().clone()
    } else {
        let claim = add_entry(app, open, caller, &uploaded, moment).await?;
        if let Some(key) = &key {
            app.store.put_request(&id, key, request).await?;
        }
        claim
    };
    let entry = find_entry(&claim, &uploaded).ok_or(RequestError::NotFound)?;
    let reply = Reply::created(
        &format!("/v1/claims/{id}/evidence/{}", entry.id),
        &EvidenceUploadView {
            evidence: EvidenceView::of(entry, None),
            upload: upload_form(app, &id, entry, &uploaded).await?,
        },
    );
    let reply = reply.with_etag(claim.version);
    Ok(if replayed { reply.mark_replayed() } else { reply }.into_response())
}

/// The claim with the entry. An upload that it makes due is counted before, and no more if the entry is refused.
async fn add_entry(
    app: &App,
    open: OpenClaim,
    caller: &Caller,
    uploaded: &DocumentUpload,
    moment: RequestTime,
) -> Result<Claim, ApiError> {
    let counted = count_upload(app, open.claim(), caller, uploaded, moment).await?;
    let command = Command::AddEvidence(Box::new(uploaded.entry.clone()));
    let answer = store::CommandAnswer::Claim;
    let ran = app.store.run_command(open, caller.actor(), &command, moment, None, answer);
    match (Box::pin(ran).await, counted) {
        (Ok(outcome), _) => Ok(outcome.claim),
        (Err(error), None) => Err(error.into()),
        (Err(error), Some(counted)) => {
            app.store.uncount_upload(counted).await?;
            Err(error.into())
        }
    }
}

/// The upload as it is counted for the partner's day; `None` where the entry makes none due, or its claim takes
/// no evidence.
async fn count_upload(
    app: &App,
    claim: &Claim,
    caller: &Caller,
    uploaded: &DocumentUpload,
    moment: RequestTime,
) -> Result<Option<CountedUpload>, ApiError> {
    decide::authorize_command(claim, CommandKind::AddEvidence, caller.actor())?;
    if !decide::is_allowed_in(CommandKind::AddEvidence, claim.status()) {
        return Ok(None);
    }
    let policy = app.store.policy_of(claim).await?;
    let is_there = find_entry(claim, uploaded).is_some_and(|own| match own.scan {
        Scan::Clean | Scan::Infected => true,
        Scan::None | Scan::Pending => false,
    });
    if is_there || policy.evidence != EvidencePolicy::Uploaded {
        return Ok(None);
    }
    let partner =
        app.store.load_partner(&claim.subject.partner).await?.ok_or(RequestError::NotFound)?;
    match app.store.count_upload(&partner, uploaded.size, moment.at).await? {
        UploadQuota::Counted(counted) => Ok(Some(counted)),
        UploadQuota::UsedUp { retry_after_s } => {
            Err(Rejection::QuotaExceeded { retry_after_s }.into())
        }
    }
}

/// Whether the key stands for this very request already.
async fn is_repeated_request(
    app: &App,
    claim: &ClaimId,
    key: Option<&str>,
    request: Sha256Hash,
) -> Result<bool, ApiError> {
    let Some(key) = key else { return Ok(false) };
    match app.store.request_of(claim, key).await? {
        None => Ok(false),
        Some(same) if same == request => Ok(true),
        Some(_) => Err(RequestError::IdempotencyConflict.into()),
    }
}

fn find_entry<'c>(claim: &'c Claim, uploaded: &DocumentUpload) -> Option<&'c Evidence> {
    claim.details.evidence.iter().find(|entry| entry.sha256 == uploaded.entry.sha256)
}

async fn upload_form(
    app: &App,
    claim: &ClaimId,
    entry: &Evidence,
    uploaded: &DocumentUpload,
) -> Result<Option<web::views::UploadFormView>, ApiError> {
    if entry.scan != Scan::Pending {
        return Ok(None);
    }
    let (id, sha256) = (entry.id.clone(), entry.sha256);
    let document = &Document { claim: claim.clone(), id, sha256 };
    let content_type = uploaded.kind.content_type();
    let upload = Upload { document, content_type, size: uploaded.size };
    Ok(Some(app.bucket.upload_form(&upload).await?))
}
