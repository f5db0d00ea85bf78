//! What becomes of a notice, as deliveries come and go (`docs/domain.md §5.3`).

use crate::calendar::Window;
use crate::claim::{Claim, ExtensionCause, HoldReason, Instant, State};
use crate::context::Context;
use crate::decision::deadlines::{
    can_count_window, correction_deadline, delivery_deadline, report_deadline, review_deadline,
};
use crate::decision::new_event;
use crate::decision::recipient_selection::{MissingReport, RecipientSelection};
use crate::directory::Tenant;
use crate::event::{Event, EventBody, NoticeChange};
use crate::recipient::{RecipientList, Recipients};
use crate::rejection::Rejection;

/// What becomes of a notice, and its list where that changes.
#[derive(Debug, Clone, Default)]
pub(crate) struct NoticeOutcome {
    pub(crate) change: NoticeChange,
    pub(crate) list: Option<RecipientList>,
}

impl NoticeOutcome {
    pub(crate) fn of(change: NoticeChange) -> Self {
        Self { change, list: None }
    }

    /// The event with the list that goes with it; `kept` is the list where this makes no other.
    pub(crate) fn record_in(self, event: Event, kept: Option<RecipientList>) -> Event {
        let list = self.list.or(kept);
        Event { recipients: list.map(Box::new), ..event }
    }
}

/// What follows when a recipient refused, failed or was retired, in a state that waits for the customer. Where
/// another delivery stands, the window is counted from it; else somebody else is asked. No new window ends
/// before an end that was told.
pub(crate) fn reconsider_notice(
    claim: &Claim,
    recipients: &Recipients,
    context: &Context,
) -> Result<NoticeOutcome, Rejection> {
    match &claim.state {
        State::Notifying { .. } if recipients.may_still_be_delivered() => {
            Ok(NoticeOutcome::of(NoticeChange::None))
        }
        State::Notifying { .. } => {
            renew_notice(claim, Some(recipients), MissingReport::MayArrive, context)
        }
        State::AwaitingCustomer { window } => {
            if claim.opened_by.is_some_and(|no| recipients.delivery_stands(no)) {
                return Ok(NoticeOutcome::of(NoticeChange::None));
            }
            let Some((no, at)) = recipients.earliest_delivery() else {
                let late = context.at >= report_deadline(window.delivered_at, context).at;
                let missing_report =
                    if late { MissingReport::Failed } else { MissingReport::MayArrive };
                return renew_notice(claim, Some(recipients), missing_report, context);
            };
            let counted =
                context.customer_place()?.open_window(at, context.policy.window_business_days);
            Ok(NoticeOutcome::of(match counted {
                Ok(counted) => recount_from_delivery(window, counted, no),
                Err(_) => NoticeChange::Held { reason: HoldReason::CalendarEnds },
            }))
        }
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
        | State::Ended { .. } => Ok(NoticeOutcome::of(NoticeChange::None)),
    }
}

/// The later of two windows, counted from another delivery.
fn recount_from_delivery(
    stored: &Window,
    counted: Window,
    no: crate::recipient::RecipientNo,
) -> NoticeChange {
    let opened_by = Some(no);
    if counted.closes_at > stored.closes_at {
        NoticeChange::Window { window: counted, opened_by, cause: Some(ExtensionCause::Delivery) }
    } else {
        NoticeChange::Window { window: stored.clone(), opened_by, cause: None }
    }
}

/// The event of a failure that changes something.
pub(crate) fn failure_event(
    claim: &Claim,
    outcome: NoticeOutcome,
    context: &Context,
) -> Option<Event> {
    let body = match outcome.change.clone() {
        NoticeChange::None => return None,
        NoticeChange::Window { window, opened_by, cause: Some(cause) } => {
            EventBody::WindowExtended { window, cause, opened_by, outage: None }
        }
        change @ (NoticeChange::Window { cause: None, .. } | NoticeChange::Renewed { .. }) => {
            EventBody::RecipientFailed { change }
        }
        NoticeChange::Unreachable { correct_by, with_operator } => {
            EventBody::NoticeFailed { correct_by, with_operator }
        }
        NoticeChange::Held { reason } => EventBody::Held { reason: Some(reason) },
    };
    Some(outcome.record_in(new_event(claim, context, body), None))
}

/// A new notice to whoever is left, five times in the life of a claim; else the claim waits for a contact. Nothing
/// is mailed for a window that could not be counted: the claim is held.
pub(crate) fn renew_notice(
    claim: &Claim,
    recipients: Option<&Recipients>,
    missing_report: MissingReport,
    context: &Context,
) -> Result<NoticeOutcome, Rejection> {
    let tenant = known_tenant(context)?;
    let chance_left = claim.used.renewals < crate::claim::UsedChances::MOST_RENEWALS;
    let selection = recipient_selection(claim, tenant, recipients, context);
    let list = selection.list_after(missing_report, claim.notice.next());
    match list.filter(|_| chance_left) {
        Some(_) if !can_count_window(context)? => {
            Ok(NoticeOutcome::of(NoticeChange::Held { reason: HoldReason::CalendarEnds }))
        }
        Some(list) => {
            let change = NoticeChange::Renewed {
                notice: list.notice,
                deliver_by: delivery_deadline(context),
            };
            Ok(NoticeOutcome { change, list: Some(list) })
        }
        None => wait_for_contact(recipients, context).map(NoticeOutcome::of),
    }
}

/// The list of the next notice, where somebody is left whose delivery can open a window.
pub(crate) fn next_list(
    claim: &Claim,
    recipients: Option<&Recipients>,
    context: &Context,
) -> Result<Option<RecipientList>, Rejection> {
    let selection = recipient_selection(claim, known_tenant(context)?, recipients, context);
    Ok(selection.to_list(claim.notice.next(), context.actor.staff_id()))
}

/// The same as it would be if whoever makes it had nothing to do with the claim.
pub(crate) fn candidate_list(
    claim: &Claim,
    recipients: Option<&Recipients>,
    context: &Context,
) -> Result<Option<RecipientList>, Rejection> {
    let selection = recipient_selection(claim, known_tenant(context)?, recipients, context);
    Ok(RecipientSelection { acting: None, ..selection }.to_list(claim.notice.next(), None))
}

/// The claim waits for a contact who can be reached: for the partner, in the partner's days, or for the
/// operator, where the provider refuses to write to everybody.
pub(crate) fn wait_for_contact(
    recipients: Option<&Recipients>,
    context: &Context,
) -> Result<NoticeChange, Rejection> {
    let with_operator = recipients.is_some_and(Recipients::only_suppressed);
    let correct_by =
        if with_operator { review_deadline(context) } else { correction_deadline(context)? };
    Ok(NoticeChange::Unreachable { correct_by, with_operator })
}

fn recipient_selection<'a>(
    claim: &'a Claim,
    tenant: &'a Tenant,
    before: Option<&'a Recipients>,
    context: &'a Context,
) -> RecipientSelection<'a> {
    RecipientSelection {
        tenant,
        details: &claim.details,
        before,
        told_until: void_window_end(claim),
        reserve_at_once: context.policy.window_business_days <= SHORT_WINDOW,
        acting: context.actor.staff_id(),
        at: context.at,
    }
}

/// Windows of so many days have no half time at which the contact in reserve could be asked.
const SHORT_WINDOW: u32 = 2;

/// The end of the window that is void now, where it was told.
pub(crate) fn void_window_end(claim: &Claim) -> Option<Instant> {
    claim.state.running_window().map(|window| window.closes_at)
}

pub(crate) fn known_tenant(context: &Context) -> Result<&Tenant, Rejection> {
    context.facts.tenant.as_ref().ok_or(Rejection::MissingFact("tenant"))
}
