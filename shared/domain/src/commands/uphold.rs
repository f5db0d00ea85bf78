//! `uphold`: another reviewer finds the rejection right.

use crate::claim::{Claim, State};
use crate::command::CommandKind;
use crate::context::Context;
use crate::decision::dispute::check_other_reviewer;
use crate::decision::remark::with_remark;
use crate::decision::{Decision, new_event};
use crate::event::EventBody;
use crate::rule::{COMMANDS, Rule};
use crate::text::Comment;

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule = Rule::new(COMMANDS, "uphold");

/// Another reviewer finds the rejection right: it is final.
pub(crate) fn decide(claim: &Claim, comment: &Comment, context: &Context) -> Decision {
    check_other_reviewer(claim, CommandKind::Uphold, context)?;
    let event = new_event(claim, context, EventBody::DisputeUpheld);
    Ok(Some(with_remark(Some(comment), event)))
}

/// The rejection is final. `None` where none is disputed.
pub(crate) fn apply(claim: &mut Claim) -> Option<()> {
    let State::Disputed { rejection, .. } = &claim.state else { return None };
    claim.state = State::Rejected { rejection: rejection.clone(), disputable_until: None };
    Some(())
}
