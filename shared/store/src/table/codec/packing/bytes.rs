//! Bytes that are written one after the other, and read from the front.

use domain::claim::Instant;

use crate::table::attributes::instant_from_millis;

/// Milliseconds since 1970 in 48 bits: good for 4,000 years.
pub(crate) fn pack_instant(at: Instant) -> [u8; 6] {
    let [_, _, rest @ ..] = at.timestamp_millis().to_be_bytes();
    rest
}

/// Bytes that are read from the front.
pub(crate) struct Bytes<'a>(pub(crate) &'a [u8]);

impl<'a> Bytes<'a> {
    pub(crate) fn next(&mut self) -> Option<u8> {
        let [byte] = self.take_array::<1>()?;
        Some(byte)
    }

    pub(crate) fn take_array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    pub(crate) fn take_bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(head)
    }

    pub(crate) fn take_instant(&mut self) -> Option<Instant> {
        let bytes: [u8; 6] = self.take_array()?;
        let millis = bytes.into_iter().fold(0, |millis, byte| (millis << 8) | i64::from(byte));
        instant_from_millis(millis)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
