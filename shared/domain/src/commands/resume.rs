//! `resume`: a hold is over.

use crate::claim::{Claim, Instant};
use crate::command::CommandKind;
use crate::context::Context;
use crate::decision::deadlines::{delivery_deadline, window_can_be_counted};
use crate::decision::notice::{NoticeOutcome, failure_event, next_list, wait_for_contact};
use crate::decision::standing::check_entitled;
use crate::decision::two_people::refuse_own_work;
use crate::decision::{Decision, new_event};
use crate::event::{Event, EventBody};
use crate::ids::NoticeNo;
use crate::rule::{COMMANDS, Rule};
use crate::transition::start_notice;

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule = Rule::new(COMMANDS, "resume");

/// The hold is over: a new notice to whoever the rules name now, and a full new window. Where nobody is left who
/// could be asked, the claim waits for a contact.
pub(crate) fn decide(claim: &Claim, context: &Context) -> Decision {
    window_can_be_counted(claim, CommandKind::Resume, context)?;
    check_entitled(claim, context)?;
    let recipients = context.facts.recipients.as_ref();
    if let Some(list) = next_list(claim, recipients, context)? {
        refuse_own_work(claim, &list, None, context)?;
        let body =
            EventBody::Resumed { notice: list.notice, deliver_by: delivery_deadline(context) };
        return Ok(Some(Event {
            recipients: Some(Box::new(list)),
            ..new_event(claim, context, body)
        }));
    }
    let change = wait_for_contact(recipients, context)?;
    let outcome = NoticeOutcome::of(change);
    Ok(failure_event(claim, outcome, context))
}

/// The next notice is due.
pub(crate) fn apply(claim: &mut Claim, notice: NoticeNo, deliver_by: Instant) {
    start_notice(claim, notice, deliver_by);
}
