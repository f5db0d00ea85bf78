//! Texts that are kept deflated: an item's units count its bytes.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

use crate::table::error::StoreError;

/// The longest text, in bytes: twice what the most comments of the longest kind make.
const LONGEST_TEXT: u64 = 512 * 1024;

pub(crate) fn deflate_text(text: &str) -> Result<Vec<u8>, StoreError> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    let written = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    written.map_err(|_| StoreError::unreadable_attribute("text", "deflated"))
}

/// `None` where the bytes are no deflated text.
pub(crate) fn inflate_text(deflated: &[u8]) -> Option<String> {
    let mut text = String::new();
    DeflateDecoder::new(deflated).take(LONGEST_TEXT).read_to_string(&mut text).ok()?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_cannot_be_inflated_or_is_too_long_is_unreadable() {
        let bomb = deflate_text(&"0".repeat(1 << 20)).unwrap();
        assert!(
            inflate_text(&bomb).is_some_and(|text| u64::try_from(text.len()) == Ok(LONGEST_TEXT))
        );
        assert_eq!(inflate_text(b"\xff\xff\xff"), None);
    }
}
