//! Reasons, packed: two bytes each.

use domain::ids::ItemNo;
use domain::reason::{Reason, ReasonCode};

use super::bytes::Bytes;
use crate::table::codec::codes::StoredCode;

/// Code and item number of each reason; 0 where it is about the whole claim.
pub(crate) fn pack_reasons(reasons: &[Reason]) -> Vec<u8> {
    reasons
        .iter()
        .flat_map(|reason| [reason.code.stored_code(), reason.item_no.map_or(0, |no| no.0)])
        .collect()
}

/// The reasons of packed bytes; `None` where a code or the number of an item is missing.
pub(crate) fn unpack_reasons(packed: &[u8]) -> Option<Vec<Reason>> {
    let mut bytes = Bytes(packed);
    let mut reasons = Vec::new();
    while let Some(code) = bytes.next() {
        let (code, no) = (ReasonCode::of_code(code)?, bytes.next()?);
        reasons.push(Reason { code, item_no: (no > 0).then_some(ItemNo(no)) });
    }
    Some(reasons)
}
