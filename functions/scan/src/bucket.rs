//! The bucket: out of the quarantine, or away.

use app::Document;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::types::{MetadataDirective, Tag, Tagging, TaggingDirective};
use domain::document::MAX_DOCUMENT_BYTES;
use domain::ids::ClaimId;
use runtime::InvocationError;

use crate::event::ScannedDocument;
use crate::judge::DocumentContent;

/// The tag of a clean document that no entry names: the bucket's lifecycle deletes by it (`template.yaml`).
const NAMED: &str = "named";
const NO: &str = "no";

/// The member of an object's metadata that counts how often the scanner was given it. A form lets nobody set it.
const SCANS: &str = "scans";
/// How often the scanner is given a document.
const MOST_SCANS: u8 = 3;

/// What becomes of a document that could not be scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RescanOutcome {
    /// The scanner is given it again.
    Scan,
    /// It was given it often enough.
    None,
    /// The document is not there any more, or another by now.
    Gone,
}

/// The bucket of the documents.
pub struct DocumentBucket {
    client: Client,
    name: String,
}

impl DocumentBucket {
    /// The bucket of that name.
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self { client, name: name.into() }
    }

    /// The bytes that were scanned; `None` where they are not there any more.
    pub(crate) async fn fetch_content(
        &self,
        scanned: &ScannedDocument,
    ) -> Result<Option<DocumentContent>, InvocationError> {
        let object = self
            .client
            .get_object()
            .bucket(&self.name)
            .key(scanned.document.quarantine_key())
            .if_match(&scanned.etag)
            .range(format!("bytes=0-{MAX_DOCUMENT_BYTES}"))
            .send()
            .await;
        let Some(object) = answer_unless_gone(object)? else { return Ok(None) };
        let content_type = object.content_type.unwrap_or_default();
        let bytes = object.body.collect().await?.to_vec();
        Ok(Some(DocumentContent { bytes, content_type }))
    }

    /// Copies the bytes that were scanned to where they can be fetched from; whether they were there. Nobody
    /// names the copy yet.
    pub(crate) async fn keep_document(
        &self,
        scanned: &ScannedDocument,
    ) -> Result<bool, InvocationError> {
        let copied = self
            .client
            .copy_object()
            .bucket(&self.name)
            .key(scanned.document.clean_key())
            .copy_source(format!("{}/{}", self.name, scanned.document.quarantine_key()))
            .copy_source_if_match(&scanned.etag)
            .tagging_directive(TaggingDirective::Replace)
            .tagging(format!("{NAMED}={NO}"))
            .send()
            .await;
        Ok(answer_unless_gone(copied)?.is_some())
    }

    /// Gives the document that could not be scanned to the scanner again: by a copy onto itself, which scanners take for an
    /// upload. The count is in the copy, so that there are no more of them than [`MOST_SCANS`] permits, however often a
    /// failure is told.
    pub(crate) async fn request_rescan(
        &self,
        scanned: &ScannedDocument,
    ) -> Result<RescanOutcome, InvocationError> {
        let key = scanned.document.quarantine_key();
        let object = self.client.get_object().bucket(&self.name).key(&key);
        let object = object.if_match(&scanned.etag).send().await;
        let Some(object) = answer_unless_gone(object)? else { return Ok(RescanOutcome::Gone) };
        let counted = object.metadata().and_then(|metadata| metadata.get(SCANS));
        let scans: u8 = counted.and_then(|text| text.parse().ok()).unwrap_or(1);
        if scans >= MOST_SCANS {
            return Ok(RescanOutcome::None);
        }
        let copied = self
            .client
            .copy_object()
            .bucket(&self.name)
            .key(&key)
            .copy_source(format!("{}/{key}", self.name))
            .copy_source_if_match(&scanned.etag)
            .metadata_directive(MetadataDirective::Replace)
            .metadata(SCANS, (scans + 1).to_string())
            .set_content_type(object.content_type)
            .send()
            .await;
        Ok(if answer_unless_gone(copied)?.is_some() {
            RescanOutcome::Scan
        } else {
            RescanOutcome::Gone
        })
    }

    /// The clean documents of a claim.
    pub(crate) async fn clean_documents(
        &self,
        claim: &ClaimId,
    ) -> Result<Vec<Document>, InvocationError> {
        let keys = self.keys_under(Document::clean_prefix(claim)).await?;
        Ok(keys.iter().filter_map(|key| Document::in_clean(key)).collect())
    }

    /// Deletes all that was ever uploaded for a claim, in quarantine and clean, in every version that the bucket
    /// keeps. Once more does nothing.
    pub(crate) async fn delete_all(&self, claim: &ClaimId) -> Result<(), InvocationError> {
        for prefix in [Document::quarantine_prefix(claim), Document::clean_prefix(claim)] {
            self.delete_versions_under(&prefix).await?;
        }
        Ok(())
    }

    /// A marker of a deletion is deleted like a version: its name says that there was a document.
    async fn delete_versions_under(&self, prefix: &str) -> Result<(), InvocationError> {
        let mut from = (None, None);
        loop {
            let list = self.client.list_object_versions().bucket(&self.name).prefix(prefix);
            let page = list.set_key_marker(from.0).set_version_id_marker(from.1).send().await?;
            let versions = page.versions().iter().map(|one| (one.key(), one.version_id()));
            let markers = page.delete_markers().iter().map(|one| (one.key(), one.version_id()));
            for (key, version) in versions.chain(markers) {
                let delete = self.client.delete_object().bucket(&self.name);
                let delete = delete.set_key(key.map(str::to_owned));
                delete.set_version_id(version.map(str::to_owned)).send().await?;
            }
            if page.is_truncated() != Some(true) {
                return Ok(());
            }
            from = (page.next_key_marker, page.next_version_id_marker);
        }
    }

    async fn keys_under(&self, prefix: String) -> Result<Vec<String>, InvocationError> {
        let list = self.client.list_objects_v2().bucket(&self.name);
        let pages = list.prefix(prefix).into_paginator().send();
        let pages = pages.collect::<Result<Vec<_>, _>>().await?;
        let objects = pages.iter().flat_map(ListObjectsV2Output::contents);
        Ok(objects.filter_map(|object| object.key().map(str::to_owned)).collect())
    }

    /// Says whether an entry names a clean document: the bucket deletes what none names. One that is not there
    /// any more stays so.
    pub(crate) async fn tag_document(
        &self,
        document: &Document,
        named: bool,
    ) -> Result<(), InvocationError> {
        let (client, key) = (&self.client, document.clean_key());
        if named {
            let call = client.delete_object_tagging().bucket(&self.name).key(key);
            answer_unless_gone(call.send().await)?;
        } else {
            let tag = Tag::builder().key(NAMED).value(NO).build()?;
            let tagging = Tagging::builder().tag_set(tag).build()?;
            let call = client.put_object_tagging().bucket(&self.name).key(key).tagging(tagging);
            answer_unless_gone(call.send().await)?;
        }
        Ok(())
    }

    /// Deletes the document from the quarantine; the bucket keeps it as an old version for a day. Once more does
    /// nothing.
    pub(crate) async fn delete_document(&self, document: &Document) -> Result<(), InvocationError> {
        let key = document.quarantine_key();
        self.client.delete_object().bucket(&self.name).key(key).send().await?;
        Ok(())
    }
}

/// The answer, unless the object is gone or is another by now.
fn answer_unless_gone<T, E, R>(
    answer: Result<T, SdkError<E, R>>,
) -> Result<Option<T>, InvocationError>
where
    SdkError<E, R>: std::error::Error + Send + Sync + 'static,
    E: ProvideErrorMetadata,
{
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) => match error.code() {
            Some("NoSuchKey" | "PreconditionFailed" | "InvalidRange") => Ok(None),
            Some(_) | None => Err(error.into()),
        },
    }
}
