//! What silence does: the last column of `domain.md §3`'s table of states, for every waiting state
//! alike.

use chrono::{Duration, Months};

use crate::claim::{Claim, Instant, RejectionRecord, State};
use crate::context::Context;
use crate::decide::{Decision, hold, next, notice};
use crate::event::{Event, EventBody, FailureCause, Silence};
use crate::program::{Consent, Policy};
use crate::reason::{EndReason, Reason, ReasonCode};
use crate::rejection::Rejection;

/// The claim's deadline has passed, if it has: nothing happens early, and nothing twice.
pub(super) fn deadline_passed(claim: &Claim, context: &Context) -> Decision {
    if !is_due(claim, &context.policy, context.at) {
        return Ok(None);
    }
    // A holiday announced in the meantime comes before anything else that happens to the claim.
    if let Some(longer) = hold::recount(claim, context)? {
        return Ok(Some(longer));
    }
    let event = match &claim.state {
        State::Draft { .. } => next(claim, context, EventBody::Discarded),
        State::Submitted { .. } | State::InReview { .. } | State::Disputed { .. } => {
            next(claim, context, EventBody::ReviewOverdue)
        }
        State::ActionRequired { .. } => rejected(claim, ReasonCode::PartnerNoResponse, context)?,
        State::Unreachable { .. } => rejected(claim, ReasonCode::CustomerUnreachable, context)?,
        State::Notifying { .. } => notice::unreachable(claim, FailureCause::NoProof, context)?,
        State::AwaitingCustomer { window } => closed(claim, window.closes_at, context)?,
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
/// arrived in time and is still being processed wins (`domain.md §4`, *The race*).
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

fn rejected(claim: &Claim, code: ReasonCode, context: &Context) -> Result<Event, Rejection> {
    let rejection = RejectionRecord { by: None, reasons: vec![Reason { code, item_no: None }] };
    let disputable_until = (!claim.disputed)
        .then(|| context.partner_place())
        .transpose()?
        .map(|place| place.days_after(context.at, context.policy.dispute_days));
    Ok(next(claim, context, EventBody::Rejected { items: Vec::new(), rejection, disputable_until }))
}

fn closed(claim: &Claim, closes_at: Instant, context: &Context) -> Result<Event, Rejection> {
    let outcome = match claim.consent(&context.policy) {
        Consent::OptOut => Silence::Associate,
        Consent::OptIn => Silence::Decline,
    };
    let ends_at = term_end(closes_at, context)?;
    Ok(next(claim, context, EventBody::WindowClosed { outcome, ends_at }))
}

/// When the policy's term runs out: that many calendar months after `closes_at`.
pub(super) fn term_end(
    closes_at: Instant,
    context: &Context,
) -> Result<Option<Instant>, Rejection> {
    let Some(months) = context.policy.term_months else { return Ok(None) };
    let end = closes_at.checked_add_months(Months::new(months));
    end.map(Some).ok_or(Rejection::OutsideCalendar)
}

fn expired(claim: &Claim, context: &Context) -> Event {
    let items = claim.active().map(|item| item.no).collect();
    next(claim, context, EventBody::AssociationEnded { items, reason: EndReason::TermExpired })
}
