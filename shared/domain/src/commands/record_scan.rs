//! `record_scan`: the scan of a document has ended.

use crate::claim::{Claim, Evidence, Scan};
use crate::context::Context;
use crate::decision::evidence::evidence_event;
use crate::event::{Event, EventBody};
use crate::ids::{EvidenceId, Sha256Hash};

/// The scan of an awaited document has ended: it is clean, infected, or not the one that was declared
/// and may be brought again (`none`). It moves no claim that is final.
pub(crate) fn decide(
    claim: &Claim,
    id: &EvidenceId,
    sha256: Sha256Hash,
    scan: Scan,
    context: &Context,
) -> Option<Event> {
    if claim.is_final(context.at) {
        return None;
    }
    let awaits =
        |own: &Evidence| own.id == *id && own.sha256 == sha256 && own.scan == Scan::Pending;
    let mut list = claim.details.evidence.clone();
    list.iter_mut().find(|own| awaits(own))?.scan = scan;
    Some(evidence_event(
        claim,
        list,
        EventBody::EvidenceAdded { by_partner: false, discard_at: None },
        context,
    ))
}
