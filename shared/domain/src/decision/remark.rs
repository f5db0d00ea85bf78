//! Remarks: what operator and partner say with a command.

use crate::command::GivenReason;
use crate::event::Event;
use crate::remark::Remark;
use crate::text::Comment;

/// The event with the comment that was given with its command.
pub(crate) fn with_remark(comment: Option<&Comment>, event: Event) -> Event {
    with_remarks(comment.cloned(), event)
}

/// The event with the comments of the reasons that were given with its command, in their order.
pub(crate) fn with_reasons(given: &[GivenReason], event: Event) -> Event {
    with_remarks(given.iter().filter_map(|given| given.comment.clone()), event)
}

fn with_remarks(comments: impl IntoIterator<Item = Comment>, event: Event) -> Event {
    Event { remarks: comments.into_iter().map(Remark::comment).collect(), ..event }
}
