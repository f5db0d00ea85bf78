//! The list of evidence, as it is declared and as it grows.

use crate::claim::{Claim, Details, Evidence, Scan};
use crate::command::DeclaredEvidence;
use crate::context::Context;
use crate::decision::new_event;
use crate::event::{Event, EventBody};
use crate::ids::EvidenceId;
use crate::rejection::{FieldCode, FieldError, Rejection};

/// The evidence list as declared. An entry that was there before keeps its id and its scan; a new one
/// takes the next number that was never used.
pub(crate) fn merge_declared(
    entries: &[Option<DeclaredEvidence>],
    before: &[Evidence],
) -> Vec<Evidence> {
    let used = before.iter().filter_map(|entry| entry.id.as_str().strip_prefix('e')?.parse().ok());
    let mut next: u16 = used.max().unwrap_or(0);
    let mut left = before.to_vec();
    let mut list = Vec::new();
    for entry in entries.iter().flatten() {
        if let Some(at) = left.iter().position(|old| old.as_declared() == *entry) {
            list.push(left.remove(at));
        } else {
            next = next.saturating_add(1);
            list.extend(new_evidence(next, entry));
        }
    }
    list
}

fn new_evidence(no: u16, entry: &DeclaredEvidence) -> Option<Evidence> {
    Some(Evidence {
        id: EvidenceId::parse(&format!("e{no}")).ok()?,
        name: entry.name.clone(),
        sha256: entry.sha256,
        acknowledged_on: entry.acknowledged_on,
        scan: Scan::None,
    })
}

pub(crate) fn evidence_event(
    claim: &Claim,
    evidence: Vec<Evidence>,
    body: EventBody,
    context: &Context,
) -> Event {
    let details = Details { evidence, ..claim.details.clone() };
    Event { details: Some(Box::new(details)), ..new_event(claim, context, body) }
}

pub(crate) fn field_rejection(pointer: &str, code: FieldCode) -> Rejection {
    Rejection::Fields(vec![FieldError::new(pointer, code)])
}
