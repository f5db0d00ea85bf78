//! Remarks: what operator and partner say with a command.

use crate::claim::Claim;
use crate::event::Event;
use crate::text::Comment;

/// The event with the comment in the claim's remarks.
pub(crate) fn with_remark(claim: &Claim, comment: Option<&Comment>, event: Event) -> Event {
    let details = comment.map(|text| Box::new(claim.details.with_remark(event.version, text)));
    Event { details, ..event }
}
