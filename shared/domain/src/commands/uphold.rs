//! `uphold`: another reviewer finds the rejection right.

use crate::claim::Claim;
use crate::command::CommandKind;
use crate::context::Context;
use crate::decision::dispute::judged;
use crate::decision::remark::with_remark;
use crate::decision::{Decision, new_event};
use crate::event::EventBody;
use crate::text::Comment;

/// Another reviewer finds the rejection right: it is final.
pub(crate) fn decide(claim: &Claim, comment: &Comment, context: &Context) -> Decision {
    judged(claim, CommandKind::Uphold, context)?;
    let event = new_event(claim, context, EventBody::DisputeUpheld);
    Ok(Some(with_remark(claim, Some(comment), event)))
}
