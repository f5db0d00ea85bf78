//! `recount`: the calendar has changed, so a window is counted again.

use crate::calendar;
use crate::claim::{Claim, ExtensionCause, HoldReason, State};
use crate::context::Context;
use crate::decision::{Decision, new_event};
use crate::event::EventBody;

/// The calendar has changed: the window is counted again, and takes the later end (`docs/domain.md §4`,
/// 5). One that leaves the years of the calendar data is void, and the claim on hold (7). A change that came when
/// the window had ended says nothing about it.
pub(crate) fn decide(claim: &Claim, context: &Context) -> Decision {
    let ended = claim.state.window().is_some_and(|window| context.at >= window.closes_at);
    if ended { Ok(None) } else { recounted(claim, context) }
}

/// The window counted again, whatever the moment.
pub(crate) fn recounted(claim: &Claim, context: &Context) -> Decision {
    let undecided = matches!(claim.state, State::AwaitingCustomer { .. });
    let undoable = matches!(claim.state, State::Declined { .. });
    let window = claim.state.window().filter(|_| undecided || undoable);
    let Some(window) = window else { return Ok(None) };
    let at_end = context.places.customer_at_end.as_ref();
    let place = at_end.map_or_else(|| context.customer_place(), Ok)?;
    let body = match calendar::recount(window, &place.calendar, &place.zone) {
        Ok(Some(window)) => {
            EventBody::WindowExtended { window, cause: ExtensionCause::Holiday, opened_by: None }
        }
        Err(_) if undecided => EventBody::Held { reason: Some(HoldReason::CalendarEnds) },
        Ok(None) | Err(_) => return Ok(None),
    };
    Ok(Some(new_event(claim, context, body)))
}
