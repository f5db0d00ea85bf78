//! `withdraw`: the partner takes back what nobody has decided.

use crate::claim::{Claim, Instant, Mark, State};
use crate::command::CommandKind;
use crate::context::Context;
use crate::decision::remark::with_remark;
use crate::decision::term::term_end;
use crate::decision::{Decision, invalid_state, new_event};
use crate::event::EventBody;
use crate::text::Comment;
use crate::transition::finish_claim;

/// The partner takes back what nobody has decided.
pub(crate) fn decide(claim: &Claim, comment: Option<&Comment>, context: &Context) -> Decision {
    let open = match &claim.state {
        State::Submitted { .. }
        | State::InReview { .. }
        | State::ActionRequired { .. }
        | State::Disputed { .. }
        | State::Notifying { .. }
        | State::Unreachable { .. }
        | State::OnHold => true,
        // From `closes_at` on only a "no" and the close are taken (`docs/domain.md §4`, *The race*).
        State::AwaitingCustomer { window } => context.at < window.closes_at,
        State::Draft { .. }
        | State::Associated { .. }
        | State::Rejected { .. }
        | State::Declined { .. }
        | State::Withdrawn
        | State::Discarded
        | State::Ended { .. } => false,
    };
    if !open {
        return Err(invalid_state(claim, CommandKind::Withdraw));
    }
    let body = EventBody::Withdrawn { ends_at: term_end(claim, context) };
    Ok(Some(with_remark(claim, comment, new_event(claim, context, body))))
}

/// Undecided items are withdrawn, and the claim with them unless items say otherwise.
pub(crate) fn apply(claim: &mut Claim, ends_at: Option<Instant>) {
    finish_claim(claim, Mark::Withdrawn, State::Withdrawn, ends_at);
}
