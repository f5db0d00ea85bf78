//! `deadline_passed`: what silence does, the last column of the table of states in `docs/domain.md §3`,
//! for every waiting state alike.

use chrono::Duration;

use crate::claim::{Claim, HoldReason, Instant, RejectionRecord, State};
use crate::commands::{apply_reports, recount};
use crate::context::Context;
use crate::decision::deadlines::{can_count_window, delivery_deadline};
use crate::decision::notice::{
    NoticeOutcome, failure_event, next_list, renew_notice, wait_for_contact,
};
use crate::decision::recipient_selection::MissingReport;
use crate::decision::rejection::reject_undecided;
use crate::decision::term::term_end;
use crate::decision::{Decision, new_event};
use crate::event::{Event, EventBody, Silence};
use crate::program::{Consent, Policy};
use crate::reason::{EndReason, Reason, ReasonCode};
use crate::recipient::Decliners;
use crate::rejection::Rejection;
use crate::rule::{COMMANDS, Rule};
use crate::states::OnDeadline;
use crate::transition::{declined_mark, finish_undecided, mark_undecided};

/// The rule of a window that closes.
pub(crate) const CLOSE_RULE: Rule = Rule::new(COMMANDS, "close");

/// The rule of a late review.
pub(crate) const OVERDUE_RULE: Rule = Rule::new(COMMANDS, "review overdue");

/// The claim's deadline has passed, if it has: nothing happens early, and nothing twice.
pub(crate) fn decide(claim: &Claim, context: &Context) -> Decision {
    if !is_due(claim, &context.policy, context.at) {
        return Ok(None);
    }
    // A holiday announced while the window was open comes before anything else that happens to the claim.
    if let Some(longer) = recount::recount_window(claim, context)? {
        return Ok(Some(longer));
    }
    let event = match claim.state.on_deadline() {
        OnDeadline::Discard => new_event(claim, context, EventBody::Discarded),
        OnDeadline::RecordOverdue => new_event(claim, context, EventBody::ReviewOverdue),
        OnDeadline::Reject(code) => rejected_for(claim, code, context)?,
        OnDeadline::CountUnreachable => match decide_undelivered(claim, context)? {
            Some(event) => event,
            None => return Ok(None),
        },
        OnDeadline::CloseWindow if claim.opened_by.is_none() => decide_unopened(claim, context)?,
        // A failure that is noted and that nobody has acted on comes first.
        OnDeadline::CloseWindow => match apply_reports::decide(claim, claim.notice, context)? {
            Some(event) => return Ok(Some(event)),
            None => close_window(claim, context),
        },
        OnDeadline::EndAssociations => end_expired(claim, context),
        OnDeadline::Nothing => return Ok(None),
    };
    Ok(Some(Event { by_silence: true, ..event }))
}

/// Whether silence is to be executed at `now`. The window waits for the grace, so that a "no" that
/// arrived in time and is still being processed wins (`docs/domain.md §4`, *The race*).
pub fn is_due(claim: &Claim, policy: &Policy, now: Instant) -> bool {
    let grace = match claim.state.on_deadline() {
        OnDeadline::CloseWindow => Duration::seconds(policy.grace_seconds.into()),
        OnDeadline::Discard
        | OnDeadline::RecordOverdue
        | OnDeadline::Reject(_)
        | OnDeadline::CountUnreachable
        | OnDeadline::EndAssociations
        | OnDeadline::Nothing => Duration::zero(),
    };
    let end = claim.deadline().and_then(|deadline| deadline.checked_add_signed(grace));
    end.is_some_and(|end| now >= end)
}

fn rejected_for(claim: &Claim, code: ReasonCode, context: &Context) -> Result<Event, Rejection> {
    let rejection = RejectionRecord { by: None, reasons: vec![Reason { code, item_no: None }] };
    reject_undecided(claim, rejection, context)
}

/// No delivery was proved in time: somebody else is asked. A delivery that is noted opens the window, however late
/// it is looked at; one to a contact that is not verified any more opens nothing, and the time is up for all others.
fn decide_undelivered(claim: &Claim, context: &Context) -> Decision {
    let recipients = context.facts.recipients.as_ref();
    if recipients.is_some_and(|known| known.earliest_delivery().is_some())
        && let event @ Some(_) = apply_reports::decide(claim, claim.notice, context)?
    {
        return Ok(event);
    }
    let outcome = renew_notice(claim, recipients, MissingReport::Failed, context)?;
    Ok(failure_event(claim, outcome, context))
}

/// A window that no delivery to a verified contact opened does not close. One of an earlier form of the rules, which
/// kept no recipients, gets a new notice by the present ones; any other should be impossible and is held.
fn decide_unopened(claim: &Claim, context: &Context) -> Result<Event, Rejection> {
    if context.facts.recipients.is_some() {
        let reason = Some(HoldReason::NoVerifiedDelivery);
        return Ok(new_event(claim, context, EventBody::Held { reason }));
    }
    if let Some(list) = next_list(claim, None, context)? {
        if !can_count_window(context)? {
            let reason = Some(HoldReason::CalendarEnds);
            return Ok(new_event(claim, context, EventBody::Held { reason }));
        }
        let body =
            EventBody::Resumed { notice: list.notice, deliver_by: delivery_deadline(context) };
        let event = new_event(claim, context, body);
        return Ok(Event { recipients: Some(Box::new(list)), ..event });
    }
    let outcome = NoticeOutcome::of(wait_for_contact(None, context)?);
    failure_event(claim, outcome, context).ok_or(Rejection::MissingFact("recipients"))
}

fn close_window(claim: &Claim, context: &Context) -> Event {
    let outcome = match claim.consent(&context.policy) {
        Consent::OptOut => Silence::Associate,
        Consent::OptIn => Silence::Decline,
    };
    let ends_at = term_end(claim, context);
    new_event(claim, context, EventBody::WindowClosed { outcome, ends_at })
}

fn end_expired(claim: &Claim, context: &Context) -> Event {
    let items = claim.active_items().map(|item| item.no).collect();
    let reason = EndReason::TermExpired;
    // It ended when its term did, whenever somebody looks.
    let at = claim.deadline().unwrap_or(context.at);
    new_event(claim, context, EventBody::AssociationEnded { items, reason, at })
}

/// A passed review deadline is recorded once: the state has no deadline afterwards.
pub(crate) fn apply_overdue(claim: &mut Claim) -> Option<()> {
    let (State::Submitted { due_at }
    | State::InReview { due_at, .. }
    | State::Disputed { due_at, .. }
    | State::Unreachable { due_at, .. }) = &mut claim.state
    else {
        return None;
    };
    *due_at = None;
    Some(())
}

/// What silence does to the undecided items.
pub(crate) fn apply_close(
    claim: &mut Claim,
    outcome: Silence,
    ends_at: Option<Instant>,
) -> Option<()> {
    let State::AwaitingCustomer { window } = &claim.state else { return None };
    let (window, at) = (window.clone(), window.closes_at);
    match outcome {
        Silence::Associate if claim.undecided_items().next().is_some() => {
            claim.state = State::Associated { window: Some(window), ends_at };
        }
        Silence::Associate => finish_undecided(claim, ends_at),
        Silence::Decline => {
            mark_undecided(claim, declined_mark(at, Decliners::NOBODY, true, true));
            finish_undecided(claim, ends_at);
            // Nothing can be undone any more, and no timer is left that could settle it later.
            if let State::Declined { window } = &mut claim.state {
                *window = None;
            }
        }
    }
    Some(())
}
