//! `decline`: the customer says no. A no is never lost and never an error (`docs/domain.md §4`, I2).

use crate::actor::{Actor, ActorKind};
use crate::claim::{Claim, Instant, ItemStatus, Mark};
use crate::command::{Command, CommandKind, ItemSelection};
use crate::context::Context;
use crate::decision::selection::{chosen_items, chosen_with_status, items_with_status};
use crate::decision::term::term_end;
use crate::decision::{Decision, invalid_state, new_event};
use crate::effects::declines_can_be_undone;
use crate::event::{Event, EventBody};
use crate::ids::{ItemNo, NoticeNo};
use crate::motive::{Motive, motive_error};
use crate::reason::EndReason;
use crate::recipient::Decliners;
use crate::rejection::Rejection;
use crate::rule::{COMMANDS, Rule};
use crate::transition::{end_items, finish_undecided};

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule = Rule::new(COMMANDS, "decline");

/// The customer says no: undecided items are declined, running associations end, and what is over
/// already stays as it is.
pub(crate) fn decide(
    claim: &Claim,
    items: &ItemSelection,
    motive: Option<Motive>,
    context: &Context,
) -> Decision {
    if claim.notice == NoticeNo::default() {
        return Err(invalid_state(claim, CommandKind::Decline));
    }
    let chosen = chosen_items(claim, items)?;
    if let Some(error) = motive_error(motive, ActorKind::Customer) {
        return Err(Rejection::Fields(vec![error]));
    }
    let by = decliner_of(&context.actor);
    let declined = chosen_with_status(claim, &chosen, |status| is_open(claim, status, context.at));
    let ended =
        chosen_with_status(claim, &chosen, |status| matches!(status, ItemStatus::Active { .. }));
    let mut joined = chosen_with_status(claim, &chosen, |status| can_be_joined(claim, status, by));
    if declined.is_empty() && ended.is_empty() && joined.is_empty() {
        return Ok(None);
    }
    // What the party has declined before is declined again, later than an undo that is on its way.
    joined.extend(chosen_with_status(claim, &chosen, |status| can_be_repeated(claim, status, by)));
    let body = if declined.is_empty() && joined.is_empty() {
        let reason = EndReason::CustomerRevoked;
        EventBody::AssociationEnded { items: ended, reason, at: context.at }
    } else {
        let (in_time, ends_at) = (is_in_time(claim, context.at), term_end(claim, context));
        EventBody::ItemsDeclined { declined, ended, ended_at: None, joined, by, in_time, ends_at }
    };
    Ok(Some(Event { motive, ..new_event(claim, context, body) }))
}

/// Whose "no" it is. A link of a form without recipients speaks for the administrator: nobody but the
/// administrator takes it back.
fn decliner_of(actor: &Actor) -> Decliners {
    match actor {
        Actor::CustomerLink { recipient: Some(no), .. } => Decliners::only_recipient(*no),
        Actor::CustomerLink { recipient: None, .. }
        | Actor::CustomerAdmin { .. }
        | Actor::CustomerContact { .. }
        | Actor::Partner { .. }
        | Actor::Staff { .. }
        | Actor::System => Decliners::ADMINISTRATOR,
    }
}

/// Whether somebody else's "no" to an item can be joined: it can still be undone, and the party has not said it.
fn can_be_joined(claim: &Claim, status: ItemStatus, by: Decliners) -> bool {
    standing_decliners(claim, status).is_some_and(|before| !before.contains(by))
}

/// Whether the party's "no" to an item stands already, and can still be undone.
fn can_be_repeated(claim: &Claim, status: ItemStatus, by: Decliners) -> bool {
    standing_decliners(claim, status).is_some_and(|before| before.contains(by))
}

/// Whose "no" to an item stands, where it can still be undone.
fn standing_decliners(claim: &Claim, status: ItemStatus) -> Option<Decliners> {
    match status {
        ItemStatus::Declined { by, settled: false, no_answer: false, .. } => {
            Some(by).filter(|_| declines_can_be_undone(&claim.state))
        }
        ItemStatus::Declined { .. }
        | ItemStatus::Proposed
        | ItemStatus::Pending
        | ItemStatus::Active { .. }
        | ItemStatus::Ended { .. }
        | ItemStatus::Dropped
        | ItemStatus::Withdrawn
        | ItemStatus::Rejected => None,
    }
}

/// Whether a "no" that changes nothing has to be kept beside the claim: an undo that arrived before it may still
/// be on its way.
pub fn is_kept_as_repeated(claim: &Claim, command: &Command) -> bool {
    matches!(command, Command::Decline { .. }) && declines_can_be_undone(&claim.state)
}

/// What a "no" does to which items.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DeclineEffect<'a> {
    pub(crate) undecided: &'a [ItemNo],
    pub(crate) active: &'a [ItemNo],
    /// Since when the active ones run no more.
    pub(crate) ended_at: Instant,
    pub(crate) declined: &'a [ItemNo],
    pub(crate) by: Decliners,
}

/// Undecided items are declined, running associations end.
pub(crate) fn apply(
    claim: &mut Claim,
    at: Instant,
    said: &DeclineEffect<'_>,
    in_time: bool,
    ends_at: Option<Instant>,
) {
    let DeclineEffect { undecided, active, ended_at, declined, by } = *said;
    for item in claim.items.iter_mut().filter(|item| undecided.contains(&item.no)) {
        // What was rejected waits for nothing that a "no" could be taken back for.
        let settled = item.mark == Some(Mark::Rejected);
        item.mark = Some(Mark::Declined { at, latest: at, by, in_time, no_answer: false, settled });
    }
    for item in claim.items.iter_mut().filter(|item| declined.contains(&item.no)) {
        if let Some(Mark::Declined { latest, by: before, .. }) = &mut item.mark {
            (*latest, *before) = ((*latest).max(at), before.with(by));
        }
    }
    end_items(claim, active, EndReason::CustomerRevoked, ended_at);
    finish_undecided(claim, ends_at);
}

/// The items that a customer is asked about at `at`: the undecided and the active. What has vanished is not
/// asked about, though a "no" to it is kept.
pub fn refusable_items(claim: &Claim, at: Instant) -> Vec<ItemNo> {
    items_with_status(claim, |status| {
        let active = matches!(status, ItemStatus::Active { .. });
        let vanished = status == ItemStatus::Rejected && !claim.state.can_be_overturned();
        active || (is_open(claim, status, at) && !vanished)
    })
}

/// Whether an item of that status can still be declined: nobody has decided it, or only the operator
/// has, in a way that can still be disputed. What has vanished while others wait may be proposed again with
/// them, so a "no" to it is kept too.
fn is_open(claim: &Claim, status: ItemStatus, at: Instant) -> bool {
    match status {
        ItemStatus::Proposed | ItemStatus::Pending => !claim.is_final(at),
        ItemStatus::Rejected => {
            let waits = claim.state.is_open() || claim.state.can_be_overturned();
            waits && !claim.is_final(at)
        }
        ItemStatus::Active { .. }
        | ItemStatus::Declined { .. }
        | ItemStatus::Ended { .. }
        | ItemStatus::Dropped
        | ItemStatus::Withdrawn => false,
    }
}

/// A no is late only when a window has passed: outside any window it is in time.
fn is_in_time(claim: &Claim, at: Instant) -> bool {
    claim.state.window().is_none_or(|window| at < window.closes_at)
}
