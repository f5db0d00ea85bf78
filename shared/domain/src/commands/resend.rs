//! `resend`: the current notice goes once more to whoever has no receipt of it.

use crate::actor::Actor;
use crate::claim::Claim;
use crate::command::CommandKind;
use crate::context::Context;
use crate::decision::window::awaits_notice;
use crate::decision::{Decision, invalid_state, new_event};
use crate::event::{Event, EventBody};
use crate::recipient::RecipientList;
use crate::rejection::Rejection;
use crate::rule::{COMMANDS, Rule};
use crate::time::seconds_left;

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule = Rule::new(COMMANDS, "resend");

/// Sends the notice of a claim that waits for it once more. The partner may once a local day, and whether anybody is
/// written to it does not learn: that would tell of the recipients.
pub(crate) fn decide(claim: &Claim, context: &Context) -> Decision {
    if !awaits_notice(claim, context.at) {
        return Err(invalid_state(claim, CommandKind::Resend));
    }
    let event = new_event(claim, context, EventBody::NoticeResent);
    if !matches!(context.actor, Actor::Partner { .. }) {
        return Ok(Some(event));
    }
    // Of a notice from before lists were kept nobody knows whom it went to.
    let Some(known) = &context.facts.recipients else {
        return Err(invalid_state(claim, CommandKind::Resend));
    };
    let place = context.partner_place()?;
    let wait = |before| seconds_left(place.days_after(before, 0) - context.at);
    if let retry_after_s @ Some(_) = known.list.resent_at.and_then(wait) {
        return Err(Rejection::QuotaExceeded { retry_after_s });
    }
    let list = RecipientList { resent_at: Some(context.at), ..known.list.clone() };
    Ok(Some(Event { recipients: Some(Box::new(list)), ..event }))
}
