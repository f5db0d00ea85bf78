//! Evidence that is added to a claim.

use crate::claim::{Claim, Details, Evidence, MAX_EVIDENCE, State};
use crate::command::CommandKind;
use crate::context::Context;
use crate::decide::{Decision, misplaced, next};
use crate::event::{Event, EventBody};
use crate::rejection::{FieldCode, FieldError, Rejection};

/// Adds an entry; one that is there already changes nothing.
pub(super) fn add(claim: &Claim, entry: &Evidence, context: &Context) -> Decision {
    let (State::Draft { .. } | State::ActionRequired { .. } | State::Associated { .. }) =
        claim.state
    else {
        return Err(misplaced(claim, CommandKind::AddEvidence));
    };
    let evidence = &claim.details.evidence;
    if evidence.iter().any(|own| own.declared() == entry.declared()) {
        return Ok(None);
    }
    if evidence.len() >= MAX_EVIDENCE {
        return Err(Rejection::Fields(vec![FieldError::new("", FieldCode::TooLong)]));
    }
    let mut details = Details::clone(&claim.details);
    details.evidence.push(entry.clone());
    let event = next(claim, context, EventBody::EvidenceAdded);
    Ok(Some(Event { details: Some(Box::new(details)), ..event }))
}
