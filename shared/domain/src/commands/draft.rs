//! `draft`: a claim is stored and not submitted yet.

use crate::claim::{Claim, Instant, State};
use crate::command::{ClaimInput, Creation};
use crate::context::{Context, Facts};
use crate::decision::content::build_content;
use crate::decision::deadlines::discard_deadline;
use crate::eligibility::{covers_pointer, known_tenant, unknown_tenant, wrong_kinds};
use crate::event::{Event, EventBody, Opening};
use crate::ids::Version;
use crate::rejection::{FieldCode, FieldError, Rejection};
use crate::rule::{COMMANDS, Rule};
use crate::transition::new_claim;

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule = Rule::new(COMMANDS, "draft");

/// A draft needs only program and tenant (`docs/domain.md §3`).
///
/// # Errors
/// [`Rejection::Fields`] with what could not be read, and program and tenant where they are missing
/// or unknown; then the quota of drafts.
pub(crate) fn create_draft(creation: &Creation, context: &Context) -> Result<Event, Rejection> {
    let Creation { id, input, malformed } = creation;
    let mut errors = malformed.clone();
    errors.extend(missing_for_draft(input, malformed));
    errors.extend(unknown_fields(input, &context.facts));
    let kind = context.facts.program.as_ref().map(|program| program.item_kind);
    errors.extend(kind.map(|kind| wrong_kinds(input, kind)).unwrap_or_default());
    if !errors.is_empty() {
        errors.sort();
        return Err(Rejection::Fields(errors));
    }
    if let Some(retry_after_s) = context.facts.over_quota {
        return Err(Rejection::QuotaExceeded { retry_after_s });
    }
    let (opening, details) =
        build_content(id, input, &context.facts).ok_or(Rejection::MissingFact("partner"))?;
    let opening = Box::new(opening);
    let body = EventBody::Drafted { opening, discard_at: discard_deadline(context)? };
    let event = Event::new(Version(1), context.at, &context.actor, body);
    Ok(Event { details: Some(Box::new(details)), ..event })
}

/// The claim is a draft.
pub(crate) fn create_claim(event: &Event, opening: &Opening, discard_at: Instant) -> Option<Claim> {
    new_claim(event, opening, State::Draft { discard_at, keeps_priority_until: None })
}

/// What a draft must have and the input does not, beside what could not be read.
pub fn missing_for_draft(input: &ClaimInput, malformed: &[FieldError]) -> Vec<FieldError> {
    let given = [
        ("/program", input.program.is_some()),
        ("/tenant/id", input.tenant.is_some()),
        ("/tenant/domain", input.tenant_domain.is_some()),
    ];
    let unread =
        |pointer: &str| malformed.iter().any(|error| covers_pointer(&error.pointer, pointer));
    given
        .into_iter()
        .filter(|(pointer, given)| !given && !unread(pointer))
        .map(|(pointer, _)| FieldError::new(pointer, FieldCode::Required))
        .collect()
}

/// Program and tenant, where they are named and not known.
fn unknown_fields(input: &ClaimInput, facts: &Facts) -> Vec<FieldError> {
    let program = input.program.is_some() && facts.program.is_none();
    let program = program.then(|| FieldError::new("/program", FieldCode::ProgramUnknown));
    let tenant = unknown_tenant(input, known_tenant(input, facts.tenant.as_ref()));
    program.into_iter().chain(tenant).collect()
}
