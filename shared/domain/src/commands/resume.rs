//! `resume`: a hold is over.

use crate::claim::{Claim, Instant};
use crate::command::CommandKind;
use crate::context::Context;
use crate::decision::deadlines::{deliver_by, window_can_be_counted};
use crate::decision::{Decision, new_event};
use crate::event::EventBody;
use crate::ids::NoticeNo;
use crate::rule::{COMMANDS, Rule};
use crate::transition::start_notice;

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule = Rule::new(
    COMMANDS,
    "resume",
    "after a hold the customer gets a new notice and a full new window",
);

/// The hold is over: a new notice, and a full new window.
pub(crate) fn decide(claim: &Claim, context: &Context) -> Decision {
    window_can_be_counted(claim, CommandKind::Resume, context)?;
    let notice = claim.notice.next();
    let body = EventBody::Resumed { notice, deliver_by: deliver_by(context) };
    Ok(Some(new_event(claim, context, body)))
}

/// The next notice is due.
pub(crate) fn apply(claim: &mut Claim, notice: NoticeNo, deliver_by: Instant) {
    start_notice(claim, notice, deliver_by);
}
