//! `retire_link`: a recipient's link says no, and nothing else, from now on.

use crate::actor::Actor;
use crate::claim::{Claim, Instant};
use crate::command::CommandKind;
use crate::commands::undo::undo_is_open;
use crate::context::Context;
use crate::decision::notice::{NoticeOutcome, reconsider_notice};
use crate::decision::recipient::with_recipient_standing;
use crate::decision::remark::with_remark;
use crate::decision::two_people::refuse_own_work;
use crate::decision::window::awaits_notice;
use crate::decision::{Decision, invalid_state, new_event};
use crate::event::EventBody;
use crate::ids::NoticeNo;
use crate::recipient::{Authority, Recipient, RecipientNo, RecipientStanding, Recipients};
use crate::rejection::{FieldCode, FieldError, Rejection};
use crate::rule::{COMMANDS, Rule};
use crate::text::Comment;

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule = Rule::new(COMMANDS, "retire link");

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
    let (recipients, own) = retirable_recipient(no, comment, context)?;
    if own.standing == RecipientStanding::Retired {
        return Ok(None);
    }
    if awaits_answer(claim, context.at) {
        refuse_own_work(claim, &recipients.list, Some(own.no), context)?;
    }
    let after = with_recipient_standing(recipients, own.no, RecipientStanding::Retired);
    let outcome = if awaits_notice(claim, context.at) {
        reconsider_notice(claim, &after, context)?
    } else {
        NoticeOutcome::default()
    };
    let body = EventBody::LinkRetired { change: outcome.change.clone() };
    let event = with_remark(comment, new_event(claim, context, body));
    let kept = after.list.with_actor(context.actor.staff_id());
    Ok(Some(outcome.record_in(event, Some(kept))))
}

/// Whether the answer of a recipient decides something, now or when a "no" is taken back.
fn awaits_answer(claim: &Claim, at: Instant) -> bool {
    awaits_notice(claim, at) || undo_is_open(claim, at)
}

/// The recipient of that number, where it has a link. The operator says why.
fn retirable_recipient<'a>(
    no: u8,
    comment: Option<&Comment>,
    context: &'a Context,
) -> Result<(&'a Recipients, &'a Recipient), Rejection> {
    let by_staff = matches!(context.actor, Actor::Staff { .. });
    let is_unexplained = by_staff && comment.is_none();
    let known = context.facts.recipients.as_ref().and_then(|recipients| {
        let own = recipients.list.get(RecipientNo::new(no)?)?;
        (own.authority != Authority::Outside).then_some((recipients, own))
    });
    let mut errors = Vec::new();
    if is_unexplained {
        errors.push(FieldError::new("/comment", FieldCode::Required));
    }
    if known.is_none() {
        errors.push(FieldError::new("/recipient", FieldCode::RecipientUnknown));
    }
    known.filter(|_| !is_unexplained).ok_or(Rejection::Fields(errors))
}
