//! Whether a document is what it says: its content has the digest that was declared, begins as its
//! kind begins, and has no macros in it.

use std::io::{Cursor, Read};

use domain::claim::Scan;
use domain::document::DocumentKind;
use domain::ids::Sha256Hash;
use zip::ZipArchive;

/// What is read of a document's list of parts: more than that is no text of an office.
const MOST_OF_A_LIST: u64 = 1024 * 1024;
const LIST_OF_PARTS: &str = "[Content_Types].xml";

/// A document's content, and what it says it is.
#[derive(Debug, Clone)]
pub(crate) struct Content {
    pub(crate) bytes: Vec<u8>,
    pub(crate) content_type: String,
}

/// `none`: another document than the declared one, which can be brought again. `infected`: the
/// declared one, and it cannot be used.
pub(crate) fn judge(content: &Content, declared: Sha256Hash) -> Scan {
    if Sha256Hash::of(&content.bytes) != declared {
        return Scan::None;
    }
    let kind = DocumentKind::of_content_type(&content.content_type);
    if kind.is_some_and(|kind| is_of(&content.bytes, kind)) { Scan::Clean } else { Scan::Infected }
}

fn is_of(bytes: &[u8], kind: DocumentKind) -> bool {
    match kind {
        DocumentKind::Pdf | DocumentKind::Png | DocumentKind::Jpeg => {
            infer::get(bytes).is_some_and(|found| found.mime_type() == kind.content_type())
        }
        DocumentKind::Docx => is_text_without_macros(bytes).unwrap_or(false),
    }
}

/// Whether it is a package with a text in it and no macros; `None` where it cannot be read.
fn is_text_without_macros(bytes: &[u8]) -> Option<bool> {
    let mut package = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let has_macros = package
        .file_names()
        .any(|name| name.map_or(true, |name| name.to_lowercase().contains("vbaproject")));
    let has_text = package.index_for_name("word/document.xml").is_some();
    let mut list = String::new();
    let part = package.by_name(LIST_OF_PARTS).ok()?;
    part.take(MOST_OF_A_LIST).read_to_string(&mut list).ok()?;
    let list = list.to_lowercase();
    let names_macros = list.contains("macroenabled") || list.contains("vbaproject");
    Some(has_text && !has_macros && !names_macros)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn docx(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut package = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in parts {
            package.start_file(*name, SimpleFileOptions::default()).unwrap();
            package.write_all(text.as_bytes()).unwrap();
        }
        package.finish().unwrap().into_inner()
    }

    fn judged(bytes: &[u8], kind: DocumentKind) -> Scan {
        let content = Content { bytes: bytes.to_vec(), content_type: kind.content_type().into() };
        judge(&content, Sha256Hash::of(bytes))
    }

    const TEXT: (&str, &str) = ("word/document.xml", "<w:document/>");
    const LIST: (&str, &str) = (LIST_OF_PARTS, "<Types/>");

    #[test]
    fn a_document_that_begins_as_its_kind_does_is_clean_and_any_other_is_not() {
        let beginnings: [(DocumentKind, &[u8]); 3] = [
            (DocumentKind::Pdf, b"%PDF-1.7\n"),
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
    fn an_office_text_is_clean_without_macros_only() {
        let of = |parts: &[(&str, &str)]| judged(&docx(parts), DocumentKind::Docx);
        assert_eq!(of(&[LIST, TEXT]), Scan::Clean);
        assert_eq!(of(&[LIST]), Scan::Infected, "no text in it");
        assert_eq!(of(&[TEXT]), Scan::Infected, "no list of its parts");
        assert_eq!(of(&[LIST, TEXT, ("word/vbaProject.bin", "x")]), Scan::Infected);
        let list = "<Override ContentType=\"application/vnd.ms-office.vbaProject\"/>";
        assert_eq!(of(&[(LIST_OF_PARTS, list), TEXT, ("word/x.bin", "x")]), Scan::Infected);
        assert_eq!(judged(b"PK\x03\x04junk", DocumentKind::Docx), Scan::Infected);
    }

    #[test]
    fn another_content_than_the_declared_one_is_not_that_document() {
        let content = Content {
            bytes: b"%PDF-1.7\n".to_vec(),
            content_type: DocumentKind::Pdf.content_type().to_owned(),
        };
        assert_eq!(judge(&content, Sha256Hash([0; 32])), Scan::None);
    }
}
