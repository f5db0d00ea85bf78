//! `add_evidence`: an entry is added, or a document attached to one (`docs/domain.md §3`).

use crate::claim::{Claim, Defence, Evidence, Instant, MAX_EVIDENCE, Scan, State};
use crate::command::{CommandKind, DeclaredEvidence};
use crate::context::Context;
use crate::decision::deadlines::discard_deadline;
use crate::decision::dispute::is_finally_rejected;
use crate::decision::evidence::{evidence_event, field_rejection, merge_declared};
use crate::decision::{Decision, invalid_state};
use crate::document::DocumentKind;
use crate::eligibility::{EvidenceMoments, evidence_problem};
use crate::event::EventBody;
use crate::program::EvidencePolicy;
use crate::rejection::{FieldCode, Rejection};
use crate::rule::{COMMANDS, Rule};
use crate::text::Name;

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule = Rule::new(COMMANDS, "add evidence");

/// Adds an entry, or attaches a document to the entry that declared its digest. Where the policy asks
/// for documents, one is awaited from then on; what is there already changes nothing.
pub(crate) fn decide(claim: &Claim, entry: &DeclaredEvidence, context: &Context) -> Decision {
    if is_finally_rejected(claim, context.at) {
        return Err(invalid_state(claim, CommandKind::AddEvidence));
    }
    let own = claim.details.evidence.iter().find(|own| own.sha256 == entry.sha256);
    if own.is_some_and(|own| promises_another_kind(&own.name, &entry.name)) {
        return Err(field_rejection("/name", FieldCode::EndingWrong));
    }
    let awaited = context.policy.evidence == EvidencePolicy::Uploaded;
    let list = match own.map(|own| own.scan) {
        Some(Scan::Infected) => {
            return Err(field_rejection("/sha256", FieldCode::EvidenceRejected));
        }
        Some(Scan::None) if awaited => claim.details.evidence.clone(),
        Some(Scan::None | Scan::Pending | Scan::Clean) => return Ok(None),
        None => with_entry(claim, entry, context)?,
    };
    let list = list.into_iter().map(|own| match own.scan {
        Scan::None if awaited && own.sha256 == entry.sha256 => {
            let name = file_name(&own.name, &entry.name).clone();
            Evidence { scan: Scan::Pending, name, ..own }
        }
        Scan::None | Scan::Pending | Scan::Clean | Scan::Infected => own,
    });
    let is_draft = matches!(claim.state, State::Draft { .. });
    let discard_at = if is_draft { Some(discard_deadline(context)?) } else { None };
    let body = EventBody::EvidenceAdded { by_partner: true, discard_at };
    Ok(Some(evidence_event(claim, list.collect(), body, context)))
}

/// What the partner brought uses the defence, where one was asked for, and a draft idles anew. The details came
/// with the event.
pub(crate) fn apply(claim: &mut Claim, by_partner: bool, new_discard_at: Option<Instant>) {
    claim.defence =
        claim.defence.map(|defence| Defence { used: defence.used || by_partner, ..defence });
    if let (State::Draft { discard_at, .. }, Some(new)) = (&mut claim.state, new_discard_at) {
        *discard_at = new;
    }
}

/// Whether the name that was declared promises a file of another kind than the one that is announced. A name without an
/// ending promises nothing.
fn promises_another_kind(declared: &Name, announced: &Name) -> bool {
    let kind = |name: &Name| DocumentKind::of_file_name(name.as_str());
    declared.as_str().contains('.') && kind(declared) != kind(announced)
}

/// The name of the file: the declared one, or the announced one where the declared one does not say of what kind it is.
fn file_name<'a>(declared: &'a Name, announced: &'a Name) -> &'a Name {
    if DocumentKind::of_file_name(declared.as_str()).is_some() { declared } else { announced }
}

/// The list with one more entry.
fn with_entry(
    claim: &Claim,
    entry: &DeclaredEvidence,
    context: &Context,
) -> Result<Vec<Evidence>, Rejection> {
    let before = &claim.details.evidence;
    if before.len() >= MAX_EVIDENCE {
        return Err(field_rejection("", FieldCode::TooLong));
    }
    let (place, moments) = (context.partner_place()?, EvidenceMoments::from_moment(context.at));
    if let Some(code) = evidence_problem(entry, &context.policy, moments, place) {
        return Err(field_rejection("/acknowledged_on", code));
    }
    let entries = before.iter().map(Evidence::as_declared).chain([entry.clone()]);
    Ok(merge_declared(&entries.map(Some).collect::<Vec<_>>(), before))
}
