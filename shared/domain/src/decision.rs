//! What a command leads to, and the parts of it that several commands share.

pub(crate) mod content;
pub(crate) mod deadlines;
pub(crate) mod dispute;
pub(crate) mod evidence;
pub(crate) mod notice;
pub(crate) mod recipient;
pub(crate) mod recipient_selection;
pub(crate) mod rejection;
pub(crate) mod remark;
pub(crate) mod renewal;
pub(crate) mod selection;
pub(crate) mod standing;
pub(crate) mod tenant_item;
pub(crate) mod term;
pub(crate) mod two_people;
pub(crate) mod window;

use crate::claim::Claim;
use crate::command::CommandKind;
use crate::context::Context;
use crate::event::{Event, EventBody};
use crate::rejection::Rejection;

/// What a command does: an event, or nothing because what it asks for is so already.
pub type Decision = Result<Option<Event>, Rejection>;

/// The refusal of a command that does not fit the state or the moment.
pub(crate) fn invalid_state(claim: &Claim, command: CommandKind) -> Rejection {
    Rejection::InvalidState { status: claim.status(), command, possible: Vec::new() }
}

/// The next event of a claim.
pub(crate) fn new_event(claim: &Claim, context: &Context, body: EventBody) -> Event {
    Event::new(claim.version.next(), context.at, &context.actor, body)
}
