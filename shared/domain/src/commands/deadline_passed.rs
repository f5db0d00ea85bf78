//! `deadline_passed`: what silence does, the last column of the table of states in `docs/domain.md §3`,
//! for every waiting state alike.

use chrono::Duration;

use crate::claim::{Claim, Instant, RejectionRecord, State};
use crate::commands::recount;
use crate::context::Context;
use crate::decision::contact::unreachable;
use crate::decision::rejection::rejected;
use crate::decision::term::term_end;
use crate::decision::{Decision, new_event};
use crate::event::{Event, EventBody, FailureCause, Silence};
use crate::program::{Consent, Policy};
use crate::reason::{EndReason, Reason, ReasonCode};
use crate::rejection::Rejection;

/// The claim's deadline has passed, if it has: nothing happens early, and nothing twice.
pub(crate) fn decide(claim: &Claim, context: &Context) -> Decision {
    if !is_due(claim, &context.policy, context.at) {
        return Ok(None);
    }
    // A holiday announced in the meantime comes before anything else that happens to the claim.
    if let Some(longer) = recount::decide(claim, context)? {
        return Ok(Some(longer));
    }
    let event = match &claim.state {
        State::Draft { .. } => new_event(claim, context, EventBody::Discarded),
        State::Submitted { .. } | State::InReview { .. } | State::Disputed { .. } => {
            new_event(claim, context, EventBody::ReviewOverdue)
        }
        State::ActionRequired { .. } => {
            rejected_for(claim, ReasonCode::PartnerNoResponse, context)?
        }
        State::Unreachable { .. } => rejected_for(claim, ReasonCode::CustomerUnreachable, context)?,
        State::Notifying { .. } => unreachable(claim, FailureCause::NoProof, context)?,
        State::AwaitingCustomer { .. } => closed(claim, context),
        State::Associated { .. } => expired(claim, context),
        State::OnHold
        | State::Rejected { .. }
        | State::Declined { .. }
        | State::Withdrawn
        | State::Discarded
        | State::Ended { .. } => return Ok(None),
    };
    Ok(Some(Event { by_silence: true, ..event }))
}

/// Whether silence is to be executed at `now`. The window waits for the grace, so that a "no" that
/// arrived in time and is still being processed wins (`docs/domain.md §4`, *The race*).
pub fn is_due(claim: &Claim, policy: &Policy, now: Instant) -> bool {
    let grace = match claim.state {
        State::AwaitingCustomer { .. } => Duration::seconds(policy.grace_seconds.into()),
        State::Draft { .. }
        | State::Submitted { .. }
        | State::InReview { .. }
        | State::ActionRequired { .. }
        | State::Disputed { .. }
        | State::Notifying { .. }
        | State::Unreachable { .. }
        | State::OnHold
        | State::Associated { .. }
        | State::Rejected { .. }
        | State::Declined { .. }
        | State::Withdrawn
        | State::Discarded
        | State::Ended { .. } => Duration::zero(),
    };
    claim.deadline().is_some_and(|deadline| now >= deadline + grace)
}

fn rejected_for(claim: &Claim, code: ReasonCode, context: &Context) -> Result<Event, Rejection> {
    let rejection = RejectionRecord { by: None, reasons: vec![Reason { code, item_no: None }] };
    rejected(claim, rejection, context)
}

fn closed(claim: &Claim, context: &Context) -> Event {
    let outcome = match claim.consent(&context.policy) {
        Consent::OptOut => Silence::Associate,
        Consent::OptIn => Silence::Decline,
    };
    let ends_at = term_end(claim, context);
    new_event(claim, context, EventBody::WindowClosed { outcome, ends_at })
}

fn expired(claim: &Claim, context: &Context) -> Event {
    let items = claim.active().map(|item| item.no).collect();
    let reason = EndReason::TermExpired;
    new_event(claim, context, EventBody::AssociationEnded { items, reason, at: context.at })
}
