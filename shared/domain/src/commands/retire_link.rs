//! `retire_link`: a recipient's link says no, and nothing else, from now on.

use crate::actor::Actor;
use crate::claim::{Claim, Instant, State};
use crate::command::CommandKind;
use crate::commands::undo::undo_is_open;
use crate::context::Context;
use crate::decision::notice::{NoticeOutcome, reconsider};
use crate::decision::recipient::with_standing;
use crate::decision::remark::with_remark;
use crate::decision::two_people::refuse_own_work;
use crate::decision::{Decision, invalid_state, new_event};
use crate::event::EventBody;
use crate::ids::NoticeNo;
use crate::recipient::{Authority, RecipientNo, RecipientStanding};
use crate::rejection::{FieldCode, FieldError, Rejection};
use crate::rule::{COMMANDS, Rule};
use crate::text::Comment;

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule =
    Rule::new(COMMANDS, "retire link", "a retired link takes a no and nothing else");

/// Retires the link of a recipient, in every state after the first notice. While the claim waits for the
/// customer, what follows for the notice is what follows a failure; once the window has passed, the link alone
/// changes. A link that is retired already: nothing.
pub(crate) fn decide(
    claim: &Claim,
    no: u8,
    comment: Option<&Comment>,
    context: &Context,
) -> Decision {
    if claim.notice == NoticeNo::default() {
        return Err(invalid_state(claim, CommandKind::RetireLink));
    }
    let by_staff = matches!(context.actor, Actor::Staff { .. });
    if by_staff && comment.is_none() {
        return Err(field("/comment", FieldCode::Required));
    }
    let unknown = || field("/recipient", FieldCode::Malformed);
    let recipients = context.facts.recipients.as_ref().ok_or_else(unknown)?;
    let own = RecipientNo::new(no).and_then(|no| recipients.list.get(no)).ok_or_else(unknown)?;
    if own.authority == Authority::Outside {
        return Err(unknown());
    }
    if own.standing == RecipientStanding::Retired {
        return Ok(None);
    }
    if asks_now(claim, context.at) {
        refuse_own_work(claim, &recipients.list, Some(own.no), context)?;
    }
    let after = with_standing(recipients, own.no, RecipientStanding::Retired);
    let outcome = if moves_notice(claim, context.at) {
        reconsider(claim, &after, context)?
    } else {
        NoticeOutcome::default()
    };
    let body = EventBody::LinkRetired { change: outcome.change.clone() };
    let event = with_remark(claim, comment, new_event(claim, context, body));
    let kept = after.list.with_actor(context.actor.staff_id());
    Ok(Some(outcome.recorded(event, Some(kept))))
}

/// Whether the answer of a recipient decides something, now or when a "no" is taken back.
fn asks_now(claim: &Claim, at: Instant) -> bool {
    moves_notice(claim, at) || undo_is_open(claim, at)
}

/// Whether the notice can still be asked anew: its window has not passed, and not everything is declined.
fn moves_notice(claim: &Claim, at: Instant) -> bool {
    match &claim.state {
        State::Notifying { .. } => true,
        State::AwaitingCustomer { window } => at < window.closes_at,
        State::Draft { .. }
        | State::Submitted { .. }
        | State::InReview { .. }
        | State::ActionRequired { .. }
        | State::Disputed { .. }
        | State::Unreachable { .. }
        | State::OnHold { .. }
        | State::Associated { .. }
        | State::Rejected { .. }
        | State::Declined { .. }
        | State::Withdrawn
        | State::Discarded
        | State::Ended { .. } => false,
    }
}

fn field(pointer: &str, code: FieldCode) -> Rejection {
    Rejection::Fields(vec![FieldError::new(pointer, code)])
}
