//! `record_delivery`: a notice was delivered, which opens the window (`docs/domain.md §5`).

use crate::calendar::Window;
use crate::claim::{Claim, State};
use crate::context::Context;
use crate::decision::{Decision, new_event};
use crate::event::EventBody;
use crate::ids::NoticeNo;
use crate::rejection::Rejection;
use crate::rule::{COUNTING, Rule};

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule = Rule::new(
    COUNTING,
    "window",
    "a notice was proved delivered: its local date is day 0, and business days are counted from the day after",
);

/// A proof of delivery. Only one for the current notice, to a recipient who speaks for the tenant,
/// opens the window; any other proof, and every further one, changes nothing.
pub(crate) fn decide(
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

/// The window is open.
pub(crate) fn apply(claim: &mut Claim, window: &Window) {
    claim.state = State::AwaitingCustomer { window: window.clone() };
}
