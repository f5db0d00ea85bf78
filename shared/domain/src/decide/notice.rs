//! What becomes of a notice: delivery opens the window, failure voids it (`docs/domain.md §5`).

use crate::actor::Actor;
use crate::calendar::Window;
use crate::claim::{Basis, Claim, Instant, Mark, State};
use crate::command::CommandKind;
use crate::context::Context;
use crate::decide::{Decision, invalid_state, new_event};
use crate::eligibility;
use crate::event::{Event, EventBody, FailureCause};
use crate::ids::NoticeNo;
use crate::reason::EndReason;
use crate::rejection::Rejection;

/// A proof of delivery. Only one for the current notice, to a recipient who speaks for the tenant,
/// opens the window; any other proof, and every further one, changes nothing.
pub(super) fn record_delivery(
    claim: &Claim,
    notice: NoticeNo,
    qualifying: bool,
    context: &Context,
) -> Decision {
    let State::Notifying { .. } = claim.state else { return Ok(None) };
    if notice != claim.notice || !qualifying {
        return Ok(None);
    }
    let days = context.policy.window_business_days;
    let body = match context.customer_place()?.window(context.at, days) {
        Ok(window) => EventBody::WindowOpened { window },
        // Never a guess: the operator must look (`docs/domain.md §4`, 7).
        Err(Rejection::OutsideCalendar) => EventBody::Held,
        Err(other) => return Err(other),
    };
    Ok(Some(new_event(claim, context, body)))
}

/// A bounce or complaint. It voids the window unless somebody else who speaks for the tenant has
/// the notice, or a decision came through it; for an older notice it changes nothing.
pub(super) fn record_failure(
    claim: &Claim,
    notice: NoticeNo,
    cause: FailureCause,
    others_left: bool,
    context: &Context,
) -> Decision {
    let concerns = match &claim.state {
        State::Notifying { .. } => true,
        State::AwaitingCustomer { window } => {
            context.at < window.closes_at && !answered(claim, window)
        }
        State::Draft { .. }
        | State::Submitted { .. }
        | State::InReview { .. }
        | State::ActionRequired { .. }
        | State::Disputed { .. }
        | State::Unreachable { .. }
        | State::OnHold
        | State::Associated { .. }
        | State::Rejected { .. }
        | State::Declined { .. }
        | State::Withdrawn
        | State::Discarded
        | State::Ended { .. } => false,
    };
    if !concerns || others_left || notice != claim.notice {
        return Ok(None);
    }
    unreachable(claim, cause, context).map(Some)
}

/// Whether somebody has answered the notice of this window: what the customer decided since is proof that
/// it was read. What he answered to an earlier notice, or what others did to an item, proves nothing.
fn answered(claim: &Claim, window: &Window) -> bool {
    let first = claim.notice == NoticeNo::default().next();
    let mut answers = claim.kept().filter_map(|item| answered_at(item.mark?));
    answers.any(|at| first || at >= window.delivered_at)
}

/// When the customer made that mark, if it was he.
fn answered_at(mark: Mark) -> Option<Instant> {
    match mark {
        Mark::Declined { at, no_answer: false, .. }
        | Mark::Ended { reason: EndReason::CustomerRevoked, at, .. } => Some(at),
        Mark::Active { basis: Basis::Explicit, effective_at }
        | Mark::Ended { basis: Basis::Explicit, effective_at, .. } => Some(effective_at),
        Mark::Declined { .. }
        | Mark::Active { .. }
        | Mark::Ended { .. }
        | Mark::Dropped
        | Mark::Withdrawn
        | Mark::Rejected => None,
    }
}

/// How many contacts may say that they are not the right people.
const MOST_REFUSALS: u8 = 2;

/// Whether the recipients of that notice can still say that they are not the right people.
pub fn can_pass_on(claim: &Claim, notice: NoticeNo, at: Instant) -> bool {
    let State::AwaitingCustomer { window } = &claim.state else { return false };
    at < window.closes_at && notice == claim.notice && claim.refused_contacts < MOST_REFUSALS
}

/// The recipient is not the right person: another verified contact gets a new notice; where none is
/// left, the partner has to name one.
pub(super) fn wrong_contact(claim: &Claim, context: &Context) -> Decision {
    let Actor::CustomerLink { notice } = context.actor else {
        return Err(Rejection::RoleNotAllowed);
    };
    if !can_pass_on(claim, notice, context.at) {
        return Err(invalid_state(claim, CommandKind::WrongContact));
    }
    let (tenant, contact) = (&context.facts.tenant, &claim.details.customer_contact);
    let (Some(tenant), Some(contact)) = (tenant, contact) else {
        return Err(Rejection::MissingFact("tenant"));
    };
    let refused = claim.refused_contacts.saturating_add(1);
    let (policy, at) = (&context.policy, context.at);
    let body = if eligibility::recipients(contact, tenant, refused).is_empty() {
        let days = policy.contact_business_days;
        let correct_by = Some(context.partner_place()?.deadline(at, days)?);
        EventBody::ContactRefused { next: None, correct_by }
    } else {
        let deliver_by = context.places.operator.deadline(at, policy.delivery_business_days)?;
        let asked = Some((claim.notice.next(), deliver_by));
        EventBody::ContactRefused { next: asked, correct_by: None }
    };
    Ok(Some(new_event(claim, context, body)))
}

/// The claim waits for a contact who can be reached, in the partner's days.
pub(super) fn unreachable(
    claim: &Claim,
    cause: FailureCause,
    context: &Context,
) -> Result<Event, Rejection> {
    let days = context.policy.contact_business_days;
    let correct_by = context.partner_place()?.deadline(context.at, days)?;
    Ok(new_event(claim, context, EventBody::NoticeFailed { cause, correct_by }))
}
