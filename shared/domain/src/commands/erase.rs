//! `erase`: the personal data of a claim that is over end (`docs/domain.md §3.11`).

use chrono::Duration;

use crate::actor::Actor;
use crate::claim::{Claim, Instant, State};
use crate::command::CommandKind;
use crate::context::Context;
use crate::decision::{Decision, invalid_state, new_event};
use crate::event::{Event, EventBody};
use crate::program::{LONGEST_GRACE_SECONDS, Policy};
use crate::rule::{ERASURE, Rule};
use crate::states::Stage;

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule = Rule::new(ERASURE, "erase");

/// Erases the personal data of a claim to which nothing but a "no" can come. The system does so when the policy's
/// time is over, and never before. What is erased already: nothing.
pub(crate) fn decide(claim: &Claim, context: &Context) -> Decision {
    if claim.erased {
        return Ok(None);
    }
    if over_since(claim, &context.policy).is_none_or(|since| context.at < since) {
        return Err(invalid_state(claim, CommandKind::Erase));
    }
    let is_due = || erasure_due_at(claim, &context.policy).is_some_and(|due| due <= context.at);
    if context.actor == Actor::System && !is_due() {
        return Ok(None);
    }
    let details = Some(Box::new(claim.details.without_personal_data()));
    Ok(Some(Event { details, ..new_event(claim, context, EventBody::Erased) }))
}

/// The personal data are erased.
pub(crate) fn apply(claim: &mut Claim) {
    claim.erased = true;
}

/// When the policy lets the personal data of a claim end, where it stays as it is. `None`: they were erased, the
/// claim is not over, or the policy keeps them.
pub fn erasure_due_at(claim: &Claim, policy: &Policy) -> Option<Instant> {
    let since = over_since(claim, policy).filter(|_| !claim.erased)?;
    let days = if claim.state == State::Discarded {
        policy.retention_days?.discarded?
    } else {
        policy.retention_days?.after_end?
    };
    since.max(claim.last_event.at).checked_add_signed(Duration::days(days.into()))
}

/// Whether nothing but a "no" can come to a claim that is not erased, however long the grace of its policy is.
pub(crate) fn is_over_under_any_policy(claim: &Claim, at: Instant) -> bool {
    let longest = Duration::seconds(LONGEST_GRACE_SECONDS.into());
    let until = claim.state.runs_until();
    let since = until.map_or(Some(claim.last_event.at), |until| until.checked_add_signed(longest));
    let is_over = since.is_some_and(|since| since <= at);
    !claim.erased && claim.status().table_row().stage == Stage::Final && is_over
}

/// Since when nothing but a "no" can come to a claim in a final state. A dispute or an undo that arrived in time may
/// still be on its way for as long as the grace lasts.
fn over_since(claim: &Claim, policy: &Policy) -> Option<Instant> {
    if claim.status().table_row().stage != Stage::Final {
        return None;
    }
    let grace = Duration::seconds(policy.grace_seconds.into());
    let until = claim.state.runs_until();
    until.map_or(Some(claim.last_event.at), |until| until.checked_add_signed(grace))
}
