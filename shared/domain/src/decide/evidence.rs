//! Evidence that is added to a claim, and what the scan of a document says (`docs/domain.md §3`).

use crate::claim::{Claim, Details, Evidence, MAX_EVIDENCE, Scan, State};
use crate::command::{CommandKind, DeclaredEvidence};
use crate::context::Context;
use crate::decide::opening::declared;
use crate::decide::{Decision, invalid_state, new_event};
use crate::eligibility::evidence_problem;
use crate::event::{Event, EventBody};
use crate::ids::{EvidenceId, Sha256Hash};
use crate::program::EvidencePolicy;
use crate::rejection::{FieldCode, FieldError, Rejection};

/// Adds an entry, or attaches a document to the entry that declared its digest. Where the policy asks
/// for documents, one is awaited from then on; what is there already changes nothing.
pub(super) fn add(claim: &Claim, entry: &DeclaredEvidence, context: &Context) -> Decision {
    let (State::Draft { .. } | State::ActionRequired { .. } | State::Associated { .. }) =
        claim.state
    else {
        return Err(invalid_state(claim, CommandKind::AddEvidence));
    };
    let own = claim.details.evidence.iter().find(|own| own.sha256 == entry.sha256);
    let awaited = context.policy.evidence == EvidencePolicy::Uploaded;
    let list = match own.map(|own| own.scan) {
        Some(Scan::Infected) => return Err(refused("/sha256", FieldCode::EvidenceRejected)),
        Some(Scan::None) if awaited => claim.details.evidence.clone(),
        Some(Scan::None | Scan::Pending | Scan::Clean) => return Ok(None),
        None => longer(claim, entry, context)?,
    };
    let list = list.into_iter().map(|own| match own.scan {
        Scan::None if awaited && own.sha256 == entry.sha256 => {
            Evidence { scan: Scan::Pending, ..own }
        }
        Scan::None | Scan::Pending | Scan::Clean | Scan::Infected => own,
    });
    Ok(Some(listed(claim, list.collect(), EventBody::EvidenceAdded, context)))
}

/// The list with one more entry.
fn longer(
    claim: &Claim,
    entry: &DeclaredEvidence,
    context: &Context,
) -> Result<Vec<Evidence>, Rejection> {
    let before = &claim.details.evidence;
    if before.len() >= MAX_EVIDENCE {
        return Err(refused("", FieldCode::TooLong));
    }
    let place = context.partner_place()?;
    if let Some(code) = evidence_problem(entry, &context.policy, context.at, place) {
        return Err(refused("/acknowledged_on", code));
    }
    let entries = before.iter().map(Evidence::declared).chain([entry.clone()]);
    Ok(declared(&entries.map(Some).collect::<Vec<_>>(), before))
}

/// The scan of an awaited document has ended: it is clean, infected, or not the one that was declared
/// and may be brought again (`none`).
pub(super) fn record_scan(
    claim: &Claim,
    id: &EvidenceId,
    sha256: Sha256Hash,
    scan: Scan,
    context: &Context,
) -> Option<Event> {
    let awaits =
        |own: &Evidence| own.id == *id && own.sha256 == sha256 && own.scan == Scan::Pending;
    let mut list = claim.details.evidence.clone();
    list.iter_mut().find(|own| awaits(own))?.scan = scan;
    Some(listed(claim, list, EventBody::EvidenceScanned, context))
}

fn listed(claim: &Claim, evidence: Vec<Evidence>, body: EventBody, context: &Context) -> Event {
    let details = Details { evidence, ..claim.details.clone() };
    Event { details: Some(Box::new(details)), ..new_event(claim, context, body) }
}

fn refused(pointer: &str, code: FieldCode) -> Rejection {
    Rejection::Fields(vec![FieldError::new(pointer, code)])
}
