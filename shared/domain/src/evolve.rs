//! The claim after an event: the record is the fold of its events (`docs/domain.md §3`, I7).

use crate::calendar::CalendarId;
use crate::claim::{Claim, Details};
use crate::commands::{draft, submit};
use crate::event::forms;
use crate::event::{Event, EventBody};
use crate::ids::Version;

/// An event that cannot follow: not the claim's next version, or not of its state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("event {event} does not follow version {version}")]
pub struct EvolveError {
    /// The name of the event's type, as the history has it.
    pub event: &'static str,
    /// The claim's version; 0 where there is no claim.
    pub version: u32,
}

/// The claim after `event`. `claim` is `None` before the first.
///
/// # Errors
/// [`EvolveError`] where the event cannot follow: never for an event that `decide` made of this claim.
pub fn evolve(claim: Option<Claim>, event: &Event) -> Result<Claim, EvolveError> {
    let version = claim.as_ref().map_or(Version(0), |claim| claim.version);
    let unfit = || EvolveError { event: event.body.event_type().as_str(), version: version.0 };
    if event.version != version.next() {
        return Err(unfit());
    }
    let mut next = match claim {
        Some(claim) => forms::apply_event(claim, event).ok_or_else(unfit)?,
        None => first_claim(event).ok_or_else(unfit)?,
    };
    next.version = event.version;
    next.last_event = event.as_last_event();
    next.deadline_calendar = deadline_calendar(&next, event);
    if let Some(details) = &event.details {
        next.details = Details::clone(details);
    }
    Ok(next)
}

/// By which calendar the deadline of the claim's new state was counted, where not by the party's own: as
/// the event says, or as before where the deadline still runs.
fn deadline_calendar(next: &Claim, event: &Event) -> Option<CalendarId> {
    match event.body.deadline() {
        Some(deadline) => deadline.stand_in.clone(),
        None if next.state.counted_until().is_some() => next.deadline_calendar.clone(),
        None => None,
    }
}

/// The claim that a first event makes; `None` for an event that cannot be the first.
fn first_claim(event: &Event) -> Option<Claim> {
    if let EventBody::Drafted { opening, discard_at } = &event.body {
        return draft::create_claim(event, opening, *discard_at);
    }
    let EventBody::Submitted { opening, due_at, priority_at } = &event.body else { return None };
    submit::create_claim(event, opening, due_at.at, *priority_at)
}
