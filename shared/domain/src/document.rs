//! Documents that are brought as evidence: what they may be.

/// The most bytes of a document.
pub const MAX_DOCUMENT_BYTES: u64 = 10 * 1024 * 1024;

/// What a document may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentKind {
    /// A PDF, by `%PDF-` at its first byte and `%%EOF` near its end.
    Pdf,
    /// A picture in the format PNG.
    Png,
    /// A picture in the format JPEG.
    Jpeg,
    /// An Office Open XML text, without macros.
    Docx,
}

impl DocumentKind {
    /// Every kind that a document may be of.
    pub const ALL: [Self; 4] = [Self::Pdf, Self::Png, Self::Jpeg, Self::Docx];

    /// The media types of all of them, in the same order.
    pub const CONTENT_TYPES: &'static [&'static str] = &[
        "application/pdf",
        "image/png",
        "image/jpeg",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ];

    /// The media type of documents of that kind.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        }
    }

    /// How the names of its files end, in lower case; the first is the usual one.
    pub fn file_endings(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["pdf"],
            Self::Png => &["png"],
            Self::Jpeg => &["jpg", "jpeg"],
            Self::Docx => &["docx"],
        }
    }

    /// The kind that a file's name promises by its ending.
    pub fn of_file_name(name: &str) -> Option<Self> {
        let (_, ending) = name.rsplit_once('.')?;
        let ending = ending.to_ascii_lowercase();
        Self::ALL.into_iter().find(|kind| kind.file_endings().contains(&ending.as_str()))
    }

    /// The kind of a media type, if documents may be of it.
    pub fn of_content_type(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.content_type() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_name_promises_a_kind_by_what_stands_behind_its_last_full_stop() {
        for (name, kind) in [
            ("sow.pdf", Some(DocumentKind::Pdf)),
            ("Scan.JPEG", Some(DocumentKind::Jpeg)),
            ("photo.jpg", Some(DocumentKind::Jpeg)),
            ("order.pdf.docx", Some(DocumentKind::Docx)),
            ("order.docx.exe", None),
            ("order.docm", None),
            ("pdf", None),
            ("sow.pdf ", None),
        ] {
            assert_eq!(DocumentKind::of_file_name(name), kind, "{name}");
        }
    }
}
