//! A document that is brought as evidence.

use domain::command::DeclaredEvidence;
use domain::document::{DocumentKind, MAX_DOCUMENT_BYTES};
use domain::rejection::FieldCode;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::bodies::claim;
use crate::failure::RequestError;
use crate::fields::BodyFields;
use crate::values::ValueError;
use crate::words::DocumentTypeWord;

/// Add evidence, with a document where the program asks for one.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceUploadBody {
    /// The document's name, 1–200 characters; it ends as files of its type do.
    #[schema(min_length = 1, max_length = 200, example = "sow.pdf")]
    pub name: String,
    /// The size of the document in bytes, at most 10 MiB.
    #[schema(minimum = 1, maximum = 10_485_760)]
    #[schema(value_type = u32)]
    pub size: u64,
    /// What the document is: PDF, PNG, JPEG, or DOCX without macros.
    #[schema(value_type = DocumentTypeWord)]
    pub content_type: String,
    /// The SHA-256 of its content in hexadecimal; that of a declared entry attaches the document to it.
    #[schema(pattern = "^[0-9A-Fa-f]{64}$")]
    pub sha256: String,
    /// The day on which the customer acknowledged it, not in the future.
    #[schema(format = Date)]
    pub acknowledged_on: String,
}

/// A document as it is announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentUpload {
    /// The entry it belongs to.
    pub entry: DeclaredEvidence,
    /// Its size in bytes.
    pub size: u64,
    /// The kind of document, by its media type.
    pub kind: DocumentKind,
}

/// Reads the announcement of a document.
pub fn read_upload(body: &Value) -> Result<DocumentUpload, RequestError> {
    let mut fields = BodyFields::of(body);
    let (size, kind) = (read_size(&mut fields), read_kind(&mut fields));
    let entry = claim::read_evidence(&mut fields);
    if let (Some(entry), Some(kind)) = (&entry, kind)
        && DocumentKind::of_file_name(entry.name.as_str()) != Some(kind)
    {
        fields.report_error("name", FieldCode::EndingWrong);
    }
    let read = || Some(DocumentUpload { entry: entry?, size: size?, kind: kind? });
    let read = read();
    fields.finish_reading(read)
}

fn read_size(fields: &mut BodyFields<'_>) -> Option<u64> {
    let size: u64 = fields.read_required::<u32>("size")?.into();
    match size {
        1..=MAX_DOCUMENT_BYTES => return Some(size),
        _ => fields.refuse_value("size", ValueError::out_of_range(1, MAX_DOCUMENT_BYTES)),
    }
    None
}

fn read_kind(fields: &mut BodyFields<'_>) -> Option<DocumentKind> {
    let content_type: String = fields.read_required("content_type")?;
    let kind = DocumentKind::of_content_type(&content_type);
    if kind.is_none() {
        fields.refuse_value("content_type", ValueError::one_of(DocumentKind::CONTENT_TYPES));
    }
    kind
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::bodies::tests::refused;

    fn body(name: &str, value: Value) -> Value {
        let mut body = json!({
            "name": "sow.pdf", "size": 1, "content_type": "application/pdf",
            "sha256": "ab".repeat(32), "acknowledged_on": "2026-10-01",
        });
        body[name] = value;
        body
    }

    #[test]
    fn a_document_of_up_to_ten_mebibytes_of_a_known_kind_is_taken() {
        for size in [1, 10_485_760] {
            assert_eq!(read_upload(&body("size", json!(size))).unwrap().size, size);
        }
        for kind in DocumentKind::ALL {
            let mut body = body("content_type", json!(kind.content_type()));
            body["name"] = json!(format!("sow.{}", kind.file_endings()[0].to_uppercase()));
            assert_eq!(read_upload(&body).unwrap().kind, kind);
        }
    }

    #[test]
    fn the_name_of_a_document_ends_as_its_kind_does() {
        for name in ["sow.docx", "sow", "sow.pdf.exe", "pdf"] {
            assert_eq!(
                refused(read_upload(&body("name", json!(name)))),
                ["ending-wrong /name"],
                "{name}"
            );
        }
    }

    #[test]
    fn an_empty_an_oversized_and_an_unknown_document_are_refused_by_field() {
        let told = |name, value| refused(read_upload(&body(name, value)));
        for size in [json!(0), json!(10_485_761), json!(-1)] {
            assert_eq!(told("size", size), ["out-of-range /size"]);
        }
        let macros = json!("application/vnd.ms-word.document.macroEnabled.12");
        assert_eq!(told("content_type", macros), ["unknown-code /content_type"]);
        assert_eq!(told("sha256", json!("ab")), ["malformed /sha256"]);
        assert_eq!(refused(read_upload(&json!({}))).len(), 5);
        assert_eq!(told("scan", json!("clean")), ["unknown-field /scan"]);
    }
}
