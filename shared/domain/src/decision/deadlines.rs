//! Deadlines that several commands set. None of them is refused because a calendar ends
//! (`docs/domain.md §4`, 7).

use crate::claim::{Claim, Instant};
use crate::command::CommandKind;
use crate::context::{Context, LocalCalendar};
use crate::deadline::Deadline;
use crate::decision::invalid_state;
use crate::rejection::Rejection;

/// A deadline of the partner's.
pub(crate) fn partner_deadline(context: &Context, days: u32) -> Result<Deadline, Rejection> {
    Ok(holder_deadline(context.partner_place()?, context, days))
}

/// A deadline of the partner whose place this is: the claim's own, or one that holds an item of it.
pub(crate) fn holder_deadline(place: &LocalCalendar, context: &Context, days: u32) -> Deadline {
    place.deadline_after(context.at, days, &context.places.operator)
}

/// A deadline of the operator's, or of the system's.
pub(crate) fn operator_deadline(context: &Context, days: u32) -> Deadline {
    holder_deadline(&context.places.operator, context, days)
}

pub(crate) fn discard_deadline(context: &Context) -> Result<Instant, Rejection> {
    Ok(context.partner_place()?.days_after(context.at, context.policy.draft_idle_days))
}

pub(crate) fn review_begin_deadline(context: &Context) -> Deadline {
    operator_deadline(context, context.policy.review_start_business_days)
}

pub(crate) fn review_deadline(context: &Context) -> Deadline {
    operator_deadline(context, context.policy.review_business_days)
}

pub(crate) fn delivery_deadline(context: &Context) -> Deadline {
    operator_deadline(context, context.policy.delivery_business_days)
}

/// Until when the reports of a notice are waited for that was delivered to somebody at `from`.
pub(crate) fn report_deadline(from: Instant, context: &Context) -> Deadline {
    let operator = &context.places.operator;
    operator.deadline_after(from, context.policy.delivery_business_days, operator)
}

pub(crate) fn correction_deadline(context: &Context) -> Result<Deadline, Rejection> {
    partner_deadline(context, context.policy.contact_business_days)
}

/// Nothing is mailed for a window that could not be counted: the command is refused while one that
/// were delivered at its moment would leave the years of the customer's calendar.
pub(crate) fn window_can_be_counted(
    claim: &Claim,
    command: CommandKind,
    context: &Context,
) -> Result<(), Rejection> {
    if can_count_window(context)? { Ok(()) } else { Err(invalid_state(claim, command)) }
}

/// Whether the customer's calendar has the days of a window that were delivered at the moment of the context.
pub(crate) fn can_count_window(context: &Context) -> Result<bool, Rejection> {
    let days = context.policy.window_business_days;
    Ok(context.customer_place()?.open_window(context.at, days).is_ok())
}
