//! `wrong_contact`: the recipient is not the right person.

use crate::claim::{Claim, Instant, State};
use crate::command::CommandKind;
use crate::context::Context;
use crate::decision::notice::{NoticeOutcome, reconsider_notice};
use crate::decision::recipient::{acting_recipient, is_verified, with_recipient_standing};
use crate::decision::{Decision, invalid_state, new_event};
use crate::event::EventBody;
use crate::recipient::{Authority, RecipientStanding};
use crate::rule::{PAGE, Rule};

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule = Rule::new(PAGE, "notice");

/// The recipient is not the right person. What follows for the notice is what follows a failure; the word of an
/// unverified recipient is told to staff and changes no window.
pub(crate) fn decide(claim: &Claim, context: &Context) -> Decision {
    let (recipients, own) = acting_recipient(claim, CommandKind::WrongContact, context)?;
    if !can_refuse(claim, context.at) {
        return Err(invalid_state(claim, CommandKind::WrongContact));
    }
    let after = with_recipient_standing(recipients, own.no, RecipientStanding::Refused);
    let outcome = reconsider_notice(claim, &after, context)?;
    let verified = own.authority == Authority::Verified && is_verified(claim, own, context)?;
    let outcome = if verified { outcome } else { NoticeOutcome::default() };
    let body = EventBody::ContactRefused { change: outcome.change.clone() };
    let event = new_event(claim, context, body);
    Ok(Some(outcome.record_in(event, Some(after.list))))
}

/// Whether a recipient of a claim can still say that it is not the right person.
pub fn can_refuse(claim: &Claim, at: Instant) -> bool {
    match &claim.state {
        State::AwaitingCustomer { window } | State::Declined { window: Some(window) } => {
            at < window.closes_at
        }
        State::Notifying { .. }
        | State::Unreachable { .. }
        | State::OnHold { .. }
        | State::Associated { .. } => true,
        State::Draft { .. }
        | State::Submitted { .. }
        | State::InReview { .. }
        | State::ActionRequired { .. }
        | State::Disputed { .. }
        | State::Rejected { .. }
        | State::Declined { window: None }
        | State::Withdrawn
        | State::Discarded
        | State::Ended { .. } => false,
    }
}
