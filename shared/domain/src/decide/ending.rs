//! Ending an association, and withdrawing what is undecided.

use crate::actor::Actor;
use crate::claim::{Claim, Instant, ItemStatus, State};
use crate::command::CommandKind;
use crate::context::Context;
use crate::decide::silence::term_end;
use crate::decide::{Decision, invalid_state, new_event};
use crate::event::{Event, EventBody};
use crate::ids::ItemNo;
use crate::reason::EndReason;
use crate::rejection::{FieldCode, FieldError, Rejection};
use crate::text::Comment;

/// Ends a running association at once; one that has ended stays so.
pub(super) fn end(
    claim: &Claim,
    item: ItemNo,
    comment: Option<&Comment>,
    context: &Context,
) -> Decision {
    let status = claim.item(item).map(|item| claim.item_status(item));
    match status {
        Some(ItemStatus::Active { .. }) => {}
        Some(ItemStatus::Ended { .. }) => return Ok(None),
        Some(
            ItemStatus::Proposed
            | ItemStatus::Pending
            | ItemStatus::Declined { .. }
            | ItemStatus::Dropped
            | ItemStatus::Withdrawn
            | ItemStatus::Rejected,
        )
        | None => return Err(Rejection::NotFound),
    }
    let reason = end_reason(claim, &context.actor)?;
    if comment.is_none() && reason != EndReason::CustomerRevoked {
        let error = FieldError::new("/comment", FieldCode::Required);
        return Err(Rejection::Fields(vec![error]));
    }
    let body = EventBody::AssociationEnded { items: vec![item], reason, at: context.at };
    Ok(Some(with_remark(claim, comment, new_event(claim, context, body))))
}

/// The reason follows from the role.
fn end_reason(claim: &Claim, actor: &Actor) -> Result<EndReason, Rejection> {
    match actor {
        Actor::Partner { .. } => Ok(EndReason::PartnerLeft),
        Actor::Staff { .. } => Ok(EndReason::OperatorRevoked),
        Actor::CustomerAdmin { .. } | Actor::CustomerLink { .. } => Ok(EndReason::CustomerRevoked),
        Actor::System => Err(invalid_state(claim, CommandKind::End)),
    }
}

/// Another partner takes over, `since` when nothing of it is the holder's any more; a holder that ended
/// first simply left.
pub(super) fn supersede(
    claim: &Claim,
    items: &[ItemNo],
    since: Instant,
    context: &Context,
) -> Option<Event> {
    let running = |no: &&ItemNo| claim.active().any(|item| item.no == **no);
    let items: Vec<_> = items.iter().filter(running).copied().collect();
    let taken = !items.is_empty();
    let body = EventBody::AssociationEnded { items, reason: EndReason::Superseded, at: since };
    taken.then(|| new_event(claim, context, body))
}

/// The partner takes back what nobody has decided.
pub(super) fn withdraw(claim: &Claim, comment: Option<&Comment>, context: &Context) -> Decision {
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

/// The event with the comment in the claim's remarks.
pub(super) fn with_remark(claim: &Claim, comment: Option<&Comment>, event: Event) -> Event {
    let details = comment.map(|text| Box::new(claim.details.with_remark(event.version, text)));
    Event { details, ..event }
}
