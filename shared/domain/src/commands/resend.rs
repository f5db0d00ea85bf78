//! `resend`: the current notice goes once more to whoever has no receipt of it.

use crate::actor::Actor;
use crate::claim::{Claim, Instant, State};
use crate::command::CommandKind;
use crate::context::Context;
use crate::decision::{Decision, invalid_state, new_event};
use crate::event::{Event, EventBody};
use crate::recipient::RecipientList;
use crate::rejection::Rejection;
use crate::rule::{COMMANDS, Rule};

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule = Rule::new(COMMANDS, "resend");

/// Sends the notice of a claim that waits for it once more. The partner may once a local day, and whether anybody is
/// written to it does not learn: that would tell of the recipients.
pub(crate) fn decide(claim: &Claim, context: &Context) -> Decision {
    if !can_be_resent(claim, context.at) {
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
    if let Some(before) = known.list.resent_at {
        let left = place.days_after(before, 0) - context.at;
        if left > chrono::Duration::zero() {
            let seconds = left.num_milliseconds().saturating_add(999) / 1000;
            let retry_after_s = Some(u32::try_from(seconds).unwrap_or(u32::MAX));
            return Err(Rejection::QuotaExceeded { retry_after_s });
        }
    }
    let list = RecipientList { resent_at: Some(context.at), ..known.list.clone() };
    Ok(Some(Event { recipients: Some(Box::new(list)), ..event }))
}

/// Whether the claim waits to see its notice delivered, or answered.
pub(crate) fn can_be_resent(claim: &Claim, at: Instant) -> bool {
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
