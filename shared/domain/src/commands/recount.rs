//! `recount`: the calendar has changed, so a window is counted again; or an outage was announced, for which it is
//! given a day more.

use crate::calendar::{self, Window};
use crate::claim::{Claim, ExtensionCause, HoldReason, State};
use crate::commands::extend::MOST_BUSINESS_DAYS;
use crate::context::{Context, LocalCalendar};
use crate::decision::{Decision, new_event};
use crate::event::EventBody;

/// The calendar has changed: the window is counted again, and takes the later end (`docs/domain.md §4`,
/// 5). One that leaves the years of the calendar data is void, and the claim on hold (7). A change that came when
/// the window had ended says nothing about it. A window that no calendar makes longer is given a day for each outage
/// that was announced while it was open (`docs/domain.md §4.4`).
pub(crate) fn decide(claim: &Claim, context: &Context) -> Decision {
    let ended = claim.state.window().is_some_and(|window| context.at >= window.closes_at);
    if ended { Ok(None) } else { recount_window(claim, context) }
}

/// The window counted again, whatever the moment.
pub(crate) fn recount_window(claim: &Claim, context: &Context) -> Decision {
    let undecided = matches!(claim.state, State::AwaitingCustomer { .. });
    let Some(window) = claim.state.running_window() else { return Ok(None) };
    let at_end = context.places.customer_at_end.as_ref();
    let place = at_end.map_or_else(|| context.customer_place(), Ok)?;
    let cannot_count =
        || undecided.then_some(EventBody::Held { reason: Some(HoldReason::CalendarEnds) });
    let body = match calendar::recount_window(window, &place.calendar, &place.zone) {
        Ok(Some(window)) => {
            let cause = ExtensionCause::Holiday;
            Some(EventBody::WindowExtended { window, cause, opened_by: None, outage: None })
        }
        Ok(None) => match longer_for_outages(claim, window, context.customer_place()?, context) {
            Ok(longer) => longer.map(|(window, outage)| EventBody::WindowExtended {
                window,
                cause: ExtensionCause::Outage,
                opened_by: None,
                outage: Some(outage),
            }),
            Err(_) => cannot_count(),
        },
        Err(_) => cannot_count(),
    };
    Ok(body.map(|body| new_event(claim, context, body)))
}

/// The window with a business day more for each outage that concerns it and that it was given none for, and the
/// number of the last of them. It never gets longer than the operator may make it.
fn longer_for_outages(
    claim: &Claim,
    window: &Window,
    place: &LocalCalendar,
    context: &Context,
) -> Result<Option<(Window, u32)>, calendar::OutsideData> {
    let (mut longer, mut last) = (window.clone(), claim.last_outage);
    for outage in &context.facts.outages {
        let is_new = outage.number > last && longer.counted.len() < MOST_BUSINESS_DAYS;
        if is_new && outage.concerns_window(&longer) {
            longer = calendar::extend_by(&longer, 1, &place.calendar)?;
            last = outage.number;
        }
    }
    Ok((last > claim.last_outage).then_some((longer, last)))
}
