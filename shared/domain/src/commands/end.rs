//! `end`: an association is ended.

use crate::actor::Actor;
use crate::claim::{Claim, Instant, ItemStatus};
use crate::command::CommandKind;
use crate::context::Context;
use crate::decision::remark::with_remark;
use crate::decision::{Decision, invalid_state, new_event};
use crate::event::{Event, EventBody};
use crate::ids::ItemNo;
use crate::motive::{Motive, motive_error};
use crate::reason::EndReason;
use crate::rejection::{FieldCode, FieldError, Rejection};
use crate::rule::{COMMANDS, Rule};
use crate::text::Comment;
use crate::transition::{end_items, finish_undecided};

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule = Rule::new(COMMANDS, "end");

/// Ends a running association at once; one that has ended stays so.
pub(crate) fn decide(
    claim: &Claim,
    item: ItemNo,
    comment: Option<&Comment>,
    motive: Option<Motive>,
    context: &Context,
) -> Decision {
    let status = claim.find_item(item).map(|item| claim.item_status(item));
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
    let reason = end_reason_for_role(claim, &context.actor)?;
    let is_silent = comment.is_none() && reason != EndReason::CustomerRevoked;
    let missing = is_silent.then(|| FieldError::new("/comment", FieldCode::Required));
    let errors: Vec<_> =
        missing.into_iter().chain(motive_error(motive, context.actor.kind())).collect();
    if !errors.is_empty() {
        return Err(Rejection::Fields(errors));
    }
    let body = EventBody::AssociationEnded { items: vec![item], reason, at: context.at };
    let event = Event { motive, ..new_event(claim, context, body) };
    Ok(Some(with_remark(comment, event)))
}

/// The associations run no more.
pub(crate) fn apply(claim: &mut Claim, items: &[ItemNo], reason: EndReason, at: Instant) {
    end_items(claim, items, reason, at);
    finish_undecided(claim, None);
}

/// The reason follows from the role.
fn end_reason_for_role(claim: &Claim, actor: &Actor) -> Result<EndReason, Rejection> {
    match actor {
        Actor::Partner { .. } => Ok(EndReason::PartnerLeft),
        Actor::Staff { .. } => Ok(EndReason::OperatorRevoked),
        Actor::CustomerAdmin { .. }
        | Actor::CustomerContact { .. }
        | Actor::CustomerLink { .. } => Ok(EndReason::CustomerRevoked),
        Actor::System => Err(invalid_state(claim, CommandKind::End)),
    }
}
