//! The parsers of documents and of the scanner's events under inputs that nobody thought of (`CONTRIBUTING.md`,
//! section 10.4).

use domain::claim::Scan;
use domain::document::DocumentKind;
use domain::ids::Sha256Hash;
use fuzz::{Tally, bytes};

use crate::event;
use crate::judge::{DocumentContent, judge_document};
use crate::package::{self, tests::text};

/// The examples are taken, and not everything is.
fn assert_tells_apart(tally: Tally) {
    assert!(tally.accepted > 0 && tally.accepted < tally.inputs, "{tally:?}");
}

#[test]
fn a_package_that_is_taken_begins_as_one_and_is_the_same_again() {
    let example = text();
    assert_tells_apart(bytes("package", &[&example], |bytes| {
        let is_harmless = package::is_harmless(bytes) == Some(true);
        assert!(!is_harmless || bytes.windows(4).any(|found| found == b"PK\x05\x06"));
        assert_eq!(package::is_harmless(bytes) == Some(true), is_harmless);
        is_harmless
    }));
}

#[test]
fn a_document_is_of_one_kind_at_most() {
    let package = text();
    let examples: [&[u8]; 4] = [
        b"%PDF-1.7\n1 0 obj\n%%EOF\n",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
        &package,
    ];
    assert_tells_apart(bytes("document", &examples, |bytes| {
        let is_clean = |kind: &DocumentKind| {
            let content_type = kind.content_type().to_owned();
            let content = DocumentContent { bytes: bytes.to_vec(), content_type };
            let other = judge_document(&content, Sha256Hash([7; 32]));
            assert_eq!(other, Scan::None, "another digest was declared");
            judge_document(&content, Sha256Hash::of(bytes)) == Scan::Clean
        };
        let kinds = DocumentKind::ALL.iter().filter(|kind| is_clean(kind)).count();
        assert!(kinds <= 1, "{kinds} kinds");
        kinds == 1
    }));
}

#[test]
fn an_event_of_the_scanner_is_of_the_object_that_it_names() {
    let examples: [&[u8]; 2] =
        [include_bytes!("../events/clean.json"), include_bytes!("../events/infected.json")];
    assert_tells_apart(bytes("scan event", &examples, |bytes| {
        let Ok(event) = serde_json::from_slice(bytes) else { return false };
        let Some(scanned) = event::parse_scan(&event) else { return false };
        let key = scanned.document.quarantine_key();
        assert_eq!(app::Document::in_quarantine(&key).as_ref(), Some(&scanned.document));
        true
    }));
}
