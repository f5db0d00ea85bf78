//! The function `scan`: what the malware scan of the bucket says about an uploaded document. One that
//! is clean, and is what its entry declares, is moved out of the quarantine; any other is deleted. And which
//! clean documents no entry names any more: the bucket deletes those. The documents of a claim whose personal data
//! were erased are deleted at once.
//!
//! The bytes that are judged here are those that were scanned: they are fetched by the entity tag that
//! the scan names, and copied by it. A document that the scanner could not scan is given to it again, twice.

mod bucket;
mod directory;
mod event;
#[cfg(test)]
mod fuzz;
mod judge;
mod package;

use app::Document;
use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use domain::actor::Actor;
use domain::claim::{Claim, Scan};
use domain::command::Command;
use domain::event::EventType;
use domain::ids::ClaimId;
use runtime::fields::{self, metric};
use runtime::{Invocation, InvocationError, telemetry};
use serde_json::Value;
use store::{Store, StoreError};
use tracing::{info, warn};

pub use crate::bucket::DocumentBucket;
use crate::bucket::RescanOutcome;
use crate::event::{ScanVerdict, ScannedDocument};

/// What the function needs.
pub struct App {
    store: Store,
    bucket: DocumentBucket,
}

impl App {
    /// The function over a store and the bucket of the documents.
    pub fn new(store: Store, bucket: DocumentBucket) -> Self {
        Self { store, bucket }
    }
}

/// Whether a message is done with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MessageOutcome {
    /// It is done with.
    Now,
    /// It shall come again: what it calls for is done later.
    Later,
}

/// Messages of the queue, or one event of a bus by hand. The answer names the messages that are not done with: the queue
/// hands them out again.
///
/// # Errors
/// Where the messages cannot be read, or what an event by hand says could not be carried out.
pub async fn handle_event(
    app: &App,
    event: Value,
    _invocation: Invocation,
) -> Result<SqsBatchResponse, InvocationError> {
    let mut response = SqsBatchResponse::default();
    if event.get("Records").is_none() {
        Box::pin(process_event(app, &event, false)).await?;
        return Ok(response);
    }
    let messages: SqsEvent = serde_json::from_value(event)?;
    for message in messages.records {
        if !process_message(app, &message).await {
            response.add_failure(message.message_id.unwrap_or_default());
        }
    }
    Ok(response)
}

/// Whether a message is done with: what its event says is carried out.
async fn process_message(app: &App, message: &SqsMessage) -> bool {
    let Ok(event) = serde_json::from_str(message.body.as_deref().unwrap_or_default()) else {
        let id = message.message_id.as_deref().unwrap_or_default();
        warn!({ fields::MESSAGE_ID } = id, "A message holds no event");
        return false;
    };
    let received = message.attributes.get("ApproximateReceiveCount").map(String::as_str);
    match Box::pin(process_event(app, &event, received == Some("1"))).await {
        Ok(done) => done == MessageOutcome::Now,
        Err(failure) => {
            telemetry::add_to_metric(metric::FAULTS, 1);
            let id = message.message_id.as_deref().unwrap_or_default();
            telemetry::log_failure_of(
                format_args!("message {id}"),
                "An event could not be carried out",
                failure.source_error(),
            );
            false
        }
    }
}

/// Carries out what an event of the scanner says, or looks after the documents of a claim that was edited or erased.
/// `is_new`: it has come for the first time.
async fn process_event(
    app: &App,
    event: &Value,
    is_new: bool,
) -> Result<MessageOutcome, InvocationError> {
    if let Some(claim) = event::claim_of(EventType::Edited, event) {
        let documents = app.bucket.clean_documents(&claim).await?;
        Box::pin(mark_documents(app, &claim, &documents)).await?;
        return Ok(MessageOutcome::Now);
    }
    if let Some(claim) = event::claim_of(EventType::Erased, event) {
        app.bucket.delete_all(&claim).await?;
        return Ok(MessageOutcome::Now);
    }
    let Some(scanned) = event::parse_scan(event) else {
        warn!(
            "An event is neither of a scan of an uploaded document nor of an edited or erased claim"
        );
        return Ok(MessageOutcome::Now);
    };
    let claim = &scanned.document.claim;
    let Some(verdict) = scanned.verdict else {
        if is_new {
            // What keeps the scanner from it may pass by the time that the message comes again.
            info!({ fields::CLAIM_ID } = %claim, "A document was not scanned and is given to the scanner again later");
            return Ok(MessageOutcome::Later);
        }
        Box::pin(scan_again(app, &scanned)).await?;
        return delete_erased_documents(app, claim).await;
    };
    Box::pin(settle_scan(app, &scanned, verdict)).await?;
    delete_erased_documents(app, claim).await
}

/// Deletes the documents of a claim that was erased: a form may have been used behind the erasure, and a copy have been
/// made beside it.
async fn delete_erased_documents(
    app: &App,
    claim: &ClaimId,
) -> Result<MessageOutcome, InvocationError> {
    if is_erased(app, claim).await? {
        app.bucket.delete_all(claim).await?;
    }
    Ok(MessageOutcome::Now)
}

/// Gives a document to the scanner again, until it has failed often enough.
async fn scan_again(app: &App, scanned: &ScannedDocument) -> Result<(), InvocationError> {
    let claim = &scanned.document.claim;
    match app.bucket.request_rescan(scanned).await? {
        RescanOutcome::Gone => {
            info!({ fields::CLAIM_ID } = %claim, "A document has left the quarantine already");
        }
        RescanOutcome::Scan => {
            info!({ fields::CLAIM_ID } = %claim, "A document is given to the scanner again");
        }
        RescanOutcome::None => {
            telemetry::add_to_metric(metric::FAULTS, 1);
            telemetry::add_to_metric(metric::SCAN_FAILED, 1);
            warn!({ fields::CLAIM_ID } = %claim, "A document could not be scanned");
        }
    }
    Ok(())
}

/// Settles what the scanner has found in a document.
async fn settle_scan(
    app: &App,
    scanned: &ScannedDocument,
    verdict: ScanVerdict,
) -> Result<(), InvocationError> {
    let document = &scanned.document;
    let Some(scan) = Box::pin(judge_scan(app, scanned, verdict)).await? else {
        info!({ fields::CLAIM_ID } = %document.claim, "A document has left the quarantine already");
        return Ok(());
    };
    Box::pin(record_scan(app, document, scan)).await?;
    if scan == Scan::Clean {
        Box::pin(mark_documents(app, &document.claim, std::slice::from_ref(document))).await?;
    }
    app.bucket.delete_document(document).await?;
    telemetry::add_to_metric(metric::SCANNED, 1);
    Ok(())
}

/// Whether the personal data of a claim were erased: it has no documents any more.
async fn is_erased(app: &App, claim: &ClaimId) -> Result<bool, StoreError> {
    let moment = app.store.present_time().await?;
    let found = Box::pin(app.store.load_up_to_date(claim, moment)).await?;
    Ok(found.is_some_and(|claim| claim.erased))
}

/// What the entry is told; `None` where the document is not there any more, or another by now.
async fn judge_scan(
    app: &App,
    scanned: &ScannedDocument,
    verdict: ScanVerdict,
) -> Result<Option<Scan>, InvocationError> {
    if verdict == ScanVerdict::Threats {
        return Ok(Some(Scan::Infected));
    }
    let Some(content) = app.bucket.fetch_content(scanned).await? else { return Ok(None) };
    let scan = judge::judge_document(&content, scanned.document.sha256);
    if scan == Scan::Clean && !app.bucket.keep_document(scanned).await? {
        return Ok(None);
    }
    Ok(Some(scan))
}

/// Records the scan with the claim. A clean document is remembered by its content first, so that it is
/// known when it comes again for another tenant.
async fn record_scan(app: &App, document: &Document, scan: Scan) -> Result<(), StoreError> {
    let Document { claim, id, sha256 } = document;
    let moment = app.store.present_time().await?;
    let Some(open) = app.store.open_claim(claim, moment).await? else { return Ok(()) };
    let found = open.claim();
    if scan == Scan::Clean && names_document(found, document) {
        app.store.put_document(*sha256, &found.subject.tenant).await?;
    }
    let command = Command::RecordScan { id: id.clone(), sha256: *sha256, scan };
    Box::pin(app.store.run_command(
        open,
        &Actor::System,
        &command,
        moment,
        None,
        store::CommandAnswer::Claim,
    ))
    .await?;
    info!({ fields::CLAIM_ID } = %claim, { fields::SCAN } = ?scan, "A document was scanned");
    Ok(())
}

/// Marks which of these clean documents of a claim its entries name. An edit may come meanwhile: so the claim is
/// read once more behind the marks, and they are right as of its last reading.
async fn mark_documents(
    app: &App,
    claim: &ClaimId,
    documents: &[Document],
) -> Result<(), InvocationError> {
    let mut marked = None;
    loop {
        let named = find_named_documents(app, claim, documents).await?;
        if documents.is_empty() || marked.as_ref() == Some(&named) {
            return Ok(());
        }
        for (document, named) in documents.iter().zip(&named) {
            app.bucket.tag_document(document, *named).await?;
        }
        marked = Some(named);
    }
}

/// Which of the documents the claim's entries name.
async fn find_named_documents(
    app: &App,
    claim: &ClaimId,
    documents: &[Document],
) -> Result<Vec<bool>, StoreError> {
    let moment = app.store.present_time().await?;
    let open = Box::pin(app.store.open_claim(claim, moment)).await?;
    let names = |document| open.as_ref().is_some_and(|open| names_document(open.claim(), document));
    Ok(documents.iter().map(names).collect())
}

/// Whether an entry of the claim is that of the document.
fn names_document(claim: &Claim, document: &Document) -> bool {
    let mut entries = claim.details.evidence.iter();
    entries.any(|entry| entry.id == document.id && entry.sha256 == document.sha256)
}
