//! Evidence: its entries, the form by which a document is uploaded, and the link to a clean one.

use std::collections::BTreeMap;

use domain::claim::Evidence;
use serde::Serialize;
use utoipa::ToSchema;

use crate::words::{ScanWord, Word};

/// A piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EvidenceView {
    /// The entry's id within the claim: `e1`, `e2`, …
    pub id: String,
    /// The name of the document.
    pub name: String,
    /// The SHA-256 of the document's content, in hexadecimal.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub sha256: String,
    /// The day on which the customer acknowledged it.
    #[schema(value_type = String, format = Date)]
    pub acknowledged_on: chrono::NaiveDate,
    /// What is known of its document.
    pub scan: ScanWord,
    /// For operator staff: whether the same document was brought for another tenant too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reused: Option<bool>,
}

impl EvidenceView {
    /// The view of an entry; `reused` where the viewer may know it.
    pub fn of(evidence: &Evidence, reused: Option<bool>) -> Self {
        Self {
            id: evidence.id.to_string(),
            name: evidence.name.as_str().to_owned(),
            sha256: evidence.sha256.to_string(),
            acknowledged_on: evidence.acknowledged_on,
            scan: Word(evidence.scan),
            reused,
        }
    }
}

/// Evidence that was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EvidenceUploadView {
    /// The entry of the claim that it is.
    pub evidence: EvidenceView,
    /// How its document is uploaded; `null` where none is awaited.
    #[schema(required)]
    pub upload: Option<UploadFormView>,
}

/// A form: a `POST` of `multipart/form-data` to `url` with these fields and, after them, `file`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UploadFormView {
    /// Where the form is sent to.
    pub url: String,
    /// The fields of the form, to be sent as they are.
    pub fields: BTreeMap<String, String>,
    /// Until when the form is taken.
    #[schema(format = DateTime)]
    pub expires_at: String,
}

/// A link to a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EvidenceLinkView {
    /// The link; it saves the document as a file.
    pub url: String,
    /// Until when the link works.
    #[schema(format = DateTime)]
    pub expires_at: String,
}
