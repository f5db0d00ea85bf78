//! `hold`: the operator holds the claim.

use crate::claim::{Claim, State};
use crate::command::CommandKind;
use crate::context::Context;
use crate::decision::recipient::with_acting_staff;
use crate::decision::remark::with_remark;
use crate::decision::window::open_window;
use crate::decision::{Decision, invalid_state, new_event};
use crate::event::EventBody;
use crate::rule::{COMMANDS, Rule};
use crate::text::Comment;

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule = Rule::new(COMMANDS, "hold");

/// The operator holds the claim: whatever window there is is void.
pub(crate) fn decide(claim: &Claim, comment: &Comment, context: &Context) -> Decision {
    let with_customer = matches!(claim.state, State::Notifying { .. } | State::Unreachable { .. })
        || open_window(claim, context.at).is_some();
    if !with_customer {
        return Err(invalid_state(claim, CommandKind::Hold));
    }
    let event = new_event(claim, context, EventBody::Held { reason: None });
    Ok(Some(with_acting_staff(with_remark(Some(comment), event), context)))
}
