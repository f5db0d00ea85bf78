//! Whether a document is what it says: its content has the digest that was declared, begins as its
//! kind begins, and has nothing in it that acts or is fetched.

use domain::claim::Scan;
use domain::document::DocumentKind;
use domain::ids::Sha256Hash;

use crate::package;

/// How a PDF ends, within so many bytes of its end (ISO 32000-1, annex H.3).
const PDF_END: &[u8] = b"%%EOF";
const PDF_END_WITHIN: usize = 1024;

/// A document's content, and what it says it is.
#[derive(Debug, Clone)]
pub(crate) struct DocumentContent {
    pub(crate) bytes: Vec<u8>,
    pub(crate) content_type: String,
}

/// `none`: another document than the declared one, which can be brought again. `infected`: the
/// declared one, and it cannot be used.
pub(crate) fn judge_document(content: &DocumentContent, declared: Sha256Hash) -> Scan {
    if Sha256Hash::of(&content.bytes) != declared {
        return Scan::None;
    }
    let kind = DocumentKind::of_content_type(&content.content_type);
    if kind.is_some_and(|kind| is_of_kind(&content.bytes, kind)) {
        Scan::Clean
    } else {
        Scan::Infected
    }
}

fn is_of_kind(bytes: &[u8], kind: DocumentKind) -> bool {
    match kind {
        DocumentKind::Pdf => is_pdf(bytes),
        DocumentKind::Png | DocumentKind::Jpeg => {
            infer::get(bytes).is_some_and(|found| found.mime_type() == kind.content_type())
        }
        DocumentKind::Docx => package::is_harmless(bytes).unwrap_or(false),
    }
}

/// Whether it begins and ends as a PDF does: readers look for both at other places too, and find other documents there.
fn is_pdf(bytes: &[u8]) -> bool {
    let end = bytes.get(bytes.len().saturating_sub(PDF_END_WITHIN)..).unwrap_or(bytes);
    bytes.starts_with(b"%PDF-") && end.windows(PDF_END.len()).any(|found| found == PDF_END)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::tests::text;

    const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n%%EOF\n";

    fn judged(bytes: &[u8], kind: DocumentKind) -> Scan {
        let content =
            DocumentContent { bytes: bytes.to_vec(), content_type: kind.content_type().into() };
        judge_document(&content, Sha256Hash::of(bytes))
    }

    #[test]
    fn a_document_that_begins_as_its_kind_does_is_clean_and_any_other_is_not() {
        let beginnings: [(DocumentKind, &[u8]); 3] = [
            (DocumentKind::Pdf, PDF),
            (DocumentKind::Png, b"\x89PNG\r\n\x1a\n"),
            (DocumentKind::Jpeg, b"\xff\xd8\xff\xe0"),
        ];
        for (kind, bytes) in beginnings {
            for other in DocumentKind::ALL {
                let expected = if other == kind { Scan::Clean } else { Scan::Infected };
                assert_eq!(judged(bytes, other), expected, "{kind:?} as {other:?}");
            }
        }
        assert_eq!(judged(b"MZ", DocumentKind::Pdf), Scan::Infected);
        assert_eq!(judged(b"", DocumentKind::Pdf), Scan::Infected);
    }

    #[test]
    fn an_office_text_is_clean_where_its_package_is_harmless() {
        assert_eq!(judged(&text(), DocumentKind::Docx), Scan::Clean);
        assert_eq!(judged(b"PK\x03\x04junk", DocumentKind::Docx), Scan::Infected);
    }

    #[test]
    fn a_pdf_begins_at_its_first_byte_and_ends_within_the_last_kilobyte() {
        let ends_at = |more: usize| [PDF, &b" ".repeat(more)].concat();
        assert_eq!(judged(&ends_at(1024 - 6), DocumentKind::Pdf), Scan::Clean);
        assert_eq!(judged(&ends_at(1024), DocumentKind::Pdf), Scan::Infected);
        let later = [b"GIF89a", PDF].concat();
        assert_eq!(judged(&later, DocumentKind::Pdf), Scan::Infected);
        assert_eq!(judged(b"%PDF-1.7\n", DocumentKind::Pdf), Scan::Infected, "cut off");
    }

    #[test]
    fn another_content_than_the_declared_one_is_not_that_document() {
        let content = DocumentContent {
            bytes: PDF.to_vec(),
            content_type: DocumentKind::Pdf.content_type().to_owned(),
        };
        assert_eq!(judge_document(&content, Sha256Hash([0; 32])), Scan::None);
    }
}
