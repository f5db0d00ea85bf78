//! `apply_reports`: what the mail provider reported opens a window, moves it, or voids it
//! (`docs/domain.md §5.3`).

use crate::calendar::{self, Window, Zone};
use crate::claim::{Basis, Claim, HoldReason, ItemStatus, State};
use crate::commands::vanish::still_verified;
use crate::context::Context;
use crate::decision::notice::{failure_event, reconsider_notice, renew_notice};
use crate::decision::recipient_selection::MissingReport;
use crate::decision::selection::items_with_status;
use crate::decision::standing::reason_to_hold;
use crate::decision::{Decision, new_event};
use crate::event::{Event, EventBody};
use crate::ids::NoticeNo;
use crate::reason::EndReason;
use crate::recipient::{RecipientNo, Recipients};
use crate::rejection::Rejection;
use crate::rule::{COUNTING, DELIVERY, Rule};

/// The rule of a window that opens.
pub(crate) const OPENING_RULE: Rule = Rule::new(COUNTING, "window");

/// The rule of a notice that reached nobody.
pub(crate) const FAILURE_RULE: Rule = Rule::new(DELIVERY, "notice");

/// The rule of a recipient whose delivery counts no more.
pub(crate) const RECIPIENT_RULE: Rule = Rule::new(DELIVERY, "recipient");

/// Every report is noted before this; what is done depends on all that is noted, and not on which report came
/// last. Reports of an earlier notice change nothing.
pub(crate) fn decide(claim: &Claim, notice: NoticeNo, context: &Context) -> Decision {
    let Some(recipients) = &context.facts.recipients else { return Ok(None) };
    if notice != claim.notice {
        return Ok(None);
    }
    match &claim.state {
        State::Notifying { .. } => {
            // Whom the directory or the rules have as verified no more opens nothing.
            let now = still_verified(claim, recipients, context)?;
            let event = match now.earliest_delivery() {
                Some((no, at)) => Some(open_window(claim, &now, no, at, context)?),
                None => decide_failures(claim, &now, context)?,
            };
            let is_changed = now != *recipients;
            Ok(event.map(|event| match &event.recipients {
                None if is_changed => Event { recipients: Some(Box::new(now.list)), ..event },
                Some(_) | None => event,
            }))
        }
        State::AwaitingCustomer { window } => {
            if failed_before(claim, recipients, window) {
                decide_failures(claim, recipients, context)
            } else {
                Ok(None)
            }
        }
        State::Associated { window: Some(window), .. } => {
            Ok(revoke_associations(claim, recipients, window, context))
        }
        State::Draft { .. }
        | State::Submitted { .. }
        | State::InReview { .. }
        | State::ActionRequired { .. }
        | State::Disputed { .. }
        | State::Unreachable { .. }
        | State::OnHold { .. }
        | State::Associated { window: None, .. }
        | State::Rejected { .. }
        | State::Declined { .. }
        | State::Withdrawn
        | State::Discarded
        | State::Ended { .. } => Ok(None),
    }
}

/// Whether what is noted of the claim's notice demands something that was not done yet.
pub fn reports_are_pending(claim: &Claim, recipients: &Recipients) -> bool {
    match &claim.state {
        State::Notifying { .. } => {
            recipients.earliest_delivery().is_some() || !recipients.may_still_be_delivered()
        }
        State::AwaitingCustomer { window } => failed_before(claim, recipients, window),
        State::Draft { .. }
        | State::Submitted { .. }
        | State::InReview { .. }
        | State::ActionRequired { .. }
        | State::Disputed { .. }
        | State::Unreachable { .. }
        | State::OnHold { .. }
        | State::Associated { .. }
        | State::Rejected { .. }
        | State::Declined { .. }
        | State::Withdrawn
        | State::Discarded
        | State::Ended { .. } => false,
    }
}

/// The window that the earliest delivery to a verified recipient opens; none for a partner that may not claim
/// any more.
fn open_window(
    claim: &Claim,
    recipients: &Recipients,
    opened_by: RecipientNo,
    at: crate::claim::Instant,
    context: &Context,
) -> Result<Event, Rejection> {
    if let Some(reason) = reason_to_hold(claim, context) {
        return Ok(new_event(claim, context, EventBody::Held { reason: Some(reason) }));
    }
    let days = context.policy.window_business_days;
    let body = match context.customer_place()?.open_window(at, days) {
        Ok(mut window) => {
            // Never before an end that the customer was told.
            if let Some(told) = recipients.list.told_until {
                let place = context.customer_place()?;
                match calendar::extend_until(&window, told, &place.calendar) {
                    Ok(longer) => window = longer,
                    Err(_) => window.closes_at = window.closes_at.max(told),
                }
            }
            // A report so late leaves the customer no time to answer: the notice goes out anew.
            if window.closes_at <= context.at {
                let outcome =
                    renew_notice(claim, Some(recipients), MissingReport::MayArrive, context)?;
                let event = failure_event(claim, outcome, context);
                return event.ok_or(Rejection::MissingFact("recipients"));
            }
            EventBody::WindowOpened { window, opened_by }
        }
        // Never a guess: the operator must look (`docs/domain.md §4.1`, 7).
        Err(_) => EventBody::Held { reason: Some(HoldReason::CalendarEnds) },
    };
    Ok(new_event(claim, context, body))
}

/// Whether the delivery that the window is counted from failed before its end: a later failure says nothing
/// about the window.
fn failed_before(claim: &Claim, recipients: &Recipients, window: &Window) -> bool {
    let failure = claim.opened_by.and_then(|no| recipients.reports.of(no).failure);
    failure.is_some_and(|failure| failure.at < window.closes_at)
}

/// What the failures lead to.
fn decide_failures(claim: &Claim, recipients: &Recipients, context: &Context) -> Decision {
    let outcome = reconsider_notice(claim, recipients, context)?;
    Ok(failure_event(claim, outcome, context))
}

/// Associations by silence end when it turns out that no verified delivery had stood for a full window.
fn revoke_associations(
    claim: &Claim,
    recipients: &Recipients,
    window: &Window,
    context: &Context,
) -> Option<Event> {
    if !failed_before(claim, recipients, window) {
        return None;
    }
    // By the days that the window has counted: what calendar and customer have said since acts on later windows.
    let days = usize::try_from(context.policy.window_business_days).unwrap_or(usize::MAX);
    let zone = context.customer_place().map_or(Zone::Known(window.time_zone), |own| own.zone);
    let stood = recipients
        .earliest_delivery_before(window.closes_at)
        .is_some_and(|at| window.counted_after(at, &zone) >= days);
    let deemed = |status| matches!(status, ItemStatus::Active { basis: Basis::Deemed, effective_at } if effective_at == window.closes_at);
    let items = items_with_status(claim, deemed);
    if stood || items.is_empty() {
        return None;
    }
    let at = context.at.max(claim.last_event.at);
    let body = EventBody::AssociationEnded { items, reason: EndReason::NoticeFailed, at };
    Some(new_event(claim, context, body))
}

/// The window is open.
pub(crate) fn apply_opening(claim: &mut Claim, window: &Window, opened_by: RecipientNo) {
    claim.state = State::AwaitingCustomer { window: window.clone() };
    claim.opened_by = Some(opened_by);
}
