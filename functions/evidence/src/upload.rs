//! `POST /v1/claims/{id}/evidence`.

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
use crate::{App, open};
use app::{ApiError, Document, moment, state_first};

/// Adds an entry, or finds the one that declared the digest, and answers with the form by which its
/// document can be uploaded: none where the program asks for no documents, or has a clean one. A
/// repeated request is answered from the claim as it is now, and adds nothing.
pub(crate) async fn add(
    app: &App,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Response<Body>, ApiError> {
    let (id, moment) = (call.path_id(ClaimId::parse)?, moment(&app.store, call).await?);
    let open = open(app, &id, caller, moment).await?;
    let key = call.optional_idempotency_key()?;
    let body = call.json()?;
    let request = request_hash(&body);
    let replayed = is_replay(app, &id, key.as_deref(), request).await?;
    let uploaded = bodies::uploaded(&body).map_err(|failure| {
        state_first(open.claim(), CommandKind::AddEvidence, caller, moment, failure)
    })?;
    let claim = if replayed {
        decide::authorize(open.claim(), CommandKind::AddEvidence, caller.actor())?;
        open.claim().clone()
    } else {
        let claim = add_entry(app, open, caller, &uploaded, moment).await?;
        if let Some(key) = &key {
            app.store.put_request(&id, key, request).await?;
        }
        claim
    };
    let entry = entry_of(&claim, &uploaded).ok_or(RequestError::NotFound)?;
    let reply = Reply::created(
        &format!("/v1/claims/{id}/evidence/{}", entry.id),
        &EvidenceUploadView {
            evidence: EvidenceView::of(entry, None),
            upload: form(app, &id, entry, &uploaded).await?,
        },
    );
    let reply = reply.etag(claim.version);
    Ok(if replayed { reply.replayed() } else { reply }.done())
}

/// The claim with the entry. An upload that it makes due is counted before, and no more if the entry is refused.
async fn add_entry(
    app: &App,
    open: OpenClaim,
    caller: &Caller,
    uploaded: &DocumentUpload,
    moment: RequestTime,
) -> Result<Claim, ApiError> {
    let counted = counted(app, open.claim(), caller, uploaded, moment).await?;
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
async fn counted(
    app: &App,
    claim: &Claim,
    caller: &Caller,
    uploaded: &DocumentUpload,
    moment: RequestTime,
) -> Result<Option<CountedUpload>, ApiError> {
    decide::authorize(claim, CommandKind::AddEvidence, caller.actor())?;
    if !decide::is_allowed_in(CommandKind::AddEvidence, claim.status()) {
        return Ok(None);
    }
    let policy = app.store.policy_of(claim).await?;
    let is_there = entry_of(claim, uploaded).is_some_and(|own| match own.scan {
        Scan::Clean | Scan::Infected => true,
        Scan::None | Scan::Pending => false,
    });
    if is_there || policy.evidence != EvidencePolicy::Uploaded {
        return Ok(None);
    }
    let partner = app.store.partner(&claim.subject.partner).await?.ok_or(RequestError::NotFound)?;
    match app.store.count_upload(&partner, uploaded.size, moment.at).await? {
        UploadQuota::Counted(counted) => Ok(Some(counted)),
        UploadQuota::UsedUp { retry_after_s } => {
            Err(Rejection::QuotaExceeded { retry_after_s }.into())
        }
    }
}

/// Whether the key stands for this very request already.
async fn is_replay(
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

fn entry_of<'c>(claim: &'c Claim, uploaded: &DocumentUpload) -> Option<&'c Evidence> {
    claim.details.evidence.iter().find(|entry| entry.sha256 == uploaded.entry.sha256)
}

async fn form(
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
    Ok(Some(app.bucket.form(&upload).await?))
}
