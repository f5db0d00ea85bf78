//! Items, their exceptions and reasons, packed: ten items leave room in a kilobyte.

mod ids;
mod marks;

pub(crate) use ids::{pack_id, pack_items, unpack_id, unpack_items};
pub(crate) use marks::{pack_marks, unpack_marks};

use domain::claim::Instant;
use domain::ids::ItemNo;
use domain::reason::{Reason, ReasonCode};

use crate::table::attributes::instant_of;
use crate::table::codec::codes::StoredCode;

/// Code and item number of each reason; 0 where it is about the whole claim.
pub(crate) fn pack_reasons(reasons: &[Reason]) -> Vec<u8> {
    reasons
        .iter()
        .flat_map(|reason| [reason.code.code(), reason.item_no.map_or(0, |no| no.0)])
        .collect()
}

/// The reasons again.
pub(crate) fn unpack_reasons(packed: &[u8]) -> Option<Vec<Reason>> {
    let mut bytes = Bytes(packed);
    let mut reasons = Vec::new();
    while let Some(code) = bytes.next() {
        let (code, no) = (ReasonCode::of_code(code)?, bytes.next()?);
        reasons.push(Reason { code, item_no: (no > 0).then_some(ItemNo(no)) });
    }
    Some(reasons)
}

/// Milliseconds since 1970 in 48 bits: good for 4,000 years.
pub(crate) fn pack_instant(at: Instant) -> [u8; 6] {
    let [_, _, rest @ ..] = at.timestamp_millis().to_be_bytes();
    rest
}

/// Bytes that are read from the front.
pub(crate) struct Bytes<'a>(pub(crate) &'a [u8]);

impl<'a> Bytes<'a> {
    pub(crate) fn next(&mut self) -> Option<u8> {
        let [byte] = self.array::<1>()?;
        Some(byte)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    pub(crate) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(head)
    }

    pub(crate) fn instant(&mut self) -> Option<Instant> {
        let bytes: [u8; 6] = self.array()?;
        let millis = bytes.into_iter().fold(0, |millis, byte| (millis << 8) | i64::from(byte));
        instant_of(millis)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
