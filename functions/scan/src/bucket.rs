//! The bucket: out of the quarantine, or away.

use app::Document;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use domain::document::MAX_DOCUMENT_BYTES;
use runtime::Failure;

use crate::event::Scanned;
use crate::judge::Content;

/// The bucket of the documents.
pub struct Bucket {
    client: Client,
    name: String,
}

impl Bucket {
    /// The bucket of that name.
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self { client, name: name.into() }
    }

    /// The bytes that were scanned; `None` where they are not there any more.
    pub(crate) async fn fetch(&self, scanned: &Scanned) -> Result<Option<Content>, Failure> {
        let object = self
            .client
            .get_object()
            .bucket(&self.name)
            .key(scanned.document.quarantine_key())
            .if_match(&scanned.etag)
            .range(format!("bytes=0-{MAX_DOCUMENT_BYTES}"))
            .send()
            .await;
        let Some(object) = there(object)? else { return Ok(None) };
        let content_type = object.content_type.unwrap_or_default();
        let bytes = object.body.collect().await?.to_vec();
        Ok(Some(Content { bytes, content_type }))
    }

    /// Copies the bytes that were scanned to where they can be fetched from; whether they were there.
    pub(crate) async fn keep(&self, scanned: &Scanned) -> Result<bool, Failure> {
        let copied = self
            .client
            .copy_object()
            .bucket(&self.name)
            .key(scanned.document.clean_key())
            .copy_source(format!("{}/{}", self.name, scanned.document.quarantine_key()))
            .copy_source_if_match(&scanned.etag)
            .send()
            .await;
        Ok(there(copied)?.is_some())
    }

    /// Deletes the document from the quarantine. Once more does nothing.
    pub(crate) async fn delete(&self, document: &Document) -> Result<(), Failure> {
        let key = document.quarantine_key();
        self.client.delete_object().bucket(&self.name).key(key).send().await?;
        Ok(())
    }
}

/// The answer, unless the object is gone or is another by now.
fn there<T, E, R>(answer: Result<T, SdkError<E, R>>) -> Result<Option<T>, Failure>
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
