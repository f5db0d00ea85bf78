//! `undo`: the customer takes a no back.

use chrono::NaiveDate;

use crate::actor::Actor;
use crate::calendar;
use crate::calendar::Window;
use crate::claim::{Claim, ExtensionCause, Instant, ItemStatus, Mark, State, UsedChances};
use crate::command::{CommandKind, ItemSelection};
use crate::context::Context;
use crate::decision::notice::{NoticeOutcome, reconsider_notice};
use crate::decision::recipient::acting_verified;
use crate::decision::selection::{chosen_items, chosen_with_status, items_with_status};
use crate::decision::standing::check_claimable;
use crate::decision::tenant_item::has_item;
use crate::decision::{Decision, invalid_state, new_event};
use crate::event::{EventBody, NoticeChange};
use crate::ids::ItemNo;
use crate::recipient::{Authority, Decliners};
use crate::rejection::Rejection;
use crate::rule::{COMMANDS, Rule};
use crate::transition::change_notice;

/// The rule, as the explanation of a claim names it.
pub(crate) const RULE: Rule = Rule::new(COMMANDS, "undo");

/// The customer takes a no back, before the window closes. One that a review has come after is settled. A link
/// takes back its own "no" and those of unverified recipients, an administrator those of everybody. The item waits
/// again when no "no" is left. A "no" that arrived after the undo stays.
pub(crate) fn decide(claim: &Claim, selection: &ItemSelection, context: &Context) -> Decision {
    if !undo_is_open(claim, context.at) {
        return Err(invalid_state(claim, CommandKind::Undo));
    }
    let refused = || invalid_state(claim, CommandKind::Undo);
    let (by, by_link) = revocable_decliners(claim, context)?;
    if context.facts.no_repeated_at.is_some_and(|repeated| repeated >= context.at) {
        return Err(refused());
    }
    let chosen = chosen_items(claim, selection)?;
    let declined =
        chosen_with_status(claim, &chosen, |status| matches!(status, ItemStatus::Declined { .. }));
    let mut items =
        chosen_with_status(claim, &chosen, |status| may_be_taken_back(status, by, context.at));
    items.retain(|no| tenant_has_item(claim, *no, context));
    if items.is_empty() {
        return if declined.is_empty() { Ok(None) } else { Err(refused()) };
    }
    check_claimable(claim, &items, CommandKind::Undo, context)?;
    if by_link && claim.used.undos >= UsedChances::MOST_UNDOS {
        return Err(refused());
    }
    let outcome = if waits_for_silence_again(claim, &items, by) {
        reopen_notice(claim, context)?
    } else {
        NoticeOutcome::default()
    };
    let body = EventBody::DeclineUndone { items, by, by_link, change: outcome.change.clone() };
    Ok(Some(outcome.record_in(new_event(claim, context, body), None)))
}

/// Whose noes the party takes back.
fn revocable_decliners(claim: &Claim, context: &Context) -> Result<(Decliners, bool), Rejection> {
    if !matches!(context.actor, Actor::CustomerLink { .. }) {
        return Ok((Decliners::ALL, false));
    }
    let (recipients, own) = acting_verified(claim, CommandKind::Undo, context)?;
    let unverified = recipients
        .list
        .recipients
        .iter()
        .filter(|other| other.authority != Authority::Verified)
        .map(|other| Decliners::only_recipient(other.no));
    let by = unverified.fold(Decliners::only_recipient(own.no), Decliners::with);
    Ok((by, true))
}

/// Whether an item waits for silence again.
fn waits_for_silence_again(claim: &Claim, items: &[ItemNo], by: Decliners) -> bool {
    let left = |no: &ItemNo| {
        let status = claim.find_item(*no).map(|item| claim.item_status(item));
        matches!(status, Some(ItemStatus::Declined { by: before, .. }) if before.without(by).is_empty())
    };
    items.iter().any(left)
}

/// What becomes of the notice: a delivery must stand, and the customer keeps a full business day.
fn reopen_notice(claim: &Claim, context: &Context) -> Result<NoticeOutcome, Rejection> {
    let refused = || invalid_state(claim, CommandKind::Undo);
    let window = claim.state.window().ok_or_else(refused)?;
    if let Some(recipients) = &context.facts.recipients {
        let awaiting =
            Claim { state: State::AwaitingCustomer { window: window.clone() }, ..claim.clone() };
        let outcome = reconsider_notice(&awaiting, recipients, context)?;
        match &outcome.change {
            NoticeChange::None | NoticeChange::Window { .. } => {}
            NoticeChange::Renewed { .. }
            | NoticeChange::Unreachable { .. }
            | NoticeChange::Held { .. } => return Ok(outcome),
        }
        if let NoticeChange::Window { window, opened_by, cause } = &outcome.change {
            let longer = lengthen_window(claim, window, context)?;
            let cause = if longer.is_some() { Some(ExtensionCause::Undo) } else { *cause };
            let window = longer.unwrap_or_else(|| window.clone());
            let change = NoticeChange::Window { window, opened_by: *opened_by, cause };
            return Ok(NoticeOutcome { change, list: None });
        }
    }
    Ok(match lengthen_window(claim, window, context)? {
        Some(window) => {
            let (opened_by, cause) = (claim.opened_by, Some(ExtensionCause::Undo));
            NoticeOutcome { change: NoticeChange::Window { window, opened_by, cause }, list: None }
        }
        None => NoticeOutcome::default(),
    })
}

/// The window, where it would end before the first instant after the first business day that follows the undo:
/// once a notice.
fn lengthen_window(
    claim: &Claim,
    window: &Window,
    context: &Context,
) -> Result<Option<Window>, Rejection> {
    let refused = || invalid_state(claim, CommandKind::Undo);
    let place = context.customer_place()?;
    let one_day = calendar::count_one_more_day(window, context.at, &place.calendar, &place.zone);
    let one_day = one_day.map_err(|_| refused())?;
    if one_day.closes_at <= window.closes_at {
        return Ok(None);
    }
    let date: Option<NaiveDate> = one_day.last_counted();
    let longer = date.and_then(|date| calendar::extend_window(window, date, &place.calendar).ok());
    match longer {
        Some(longer) if !claim.extended_by.contains(ExtensionCause::Undo) => Ok(Some(longer)),
        Some(_) | None => Err(refused()),
    }
}

/// The items of which no "no" is left wait in the window again. `None` where there is no window.
pub(crate) fn apply(
    claim: &mut Claim,
    items: &[ItemNo],
    by: Decliners,
    by_link: bool,
    change: &NoticeChange,
) -> Option<()> {
    let window = claim.state.window()?.clone();
    let mut waits = false;
    for item in claim.items.iter_mut().filter(|item| items.contains(&item.no)) {
        if let Some(Mark::Declined { by: before, .. }) = &mut item.mark {
            *before = before.without(by);
            if before.is_empty() {
                item.mark = None;
                waits = true;
            }
        }
    }
    if waits {
        claim.state = State::AwaitingCustomer { window };
    }
    claim.used.undos = claim.used.undos.saturating_add(u8::from(by_link));
    change_notice(claim, change);
    Some(())
}

/// Whether the tenant still has an item: what has vanished since it was declined does not wait for
/// silence again.
fn tenant_has_item(claim: &Claim, no: ItemNo, context: &Context) -> bool {
    let (tenant, item) = (context.facts.tenant.as_ref(), claim.find_item(no));
    tenant.zip(item).is_none_or(|(tenant, item)| has_item(claim, item, tenant))
}

/// Whether the window runs in which a no can be taken back.
pub fn undo_is_open(claim: &Claim, at: Instant) -> bool {
    claim.state.running_window().is_some_and(|window| at < window.closes_at)
}

/// The items to which an undo by one of `parties`, that arrived at `at`, would do something.
pub fn undoable_items(claim: &Claim, parties: Decliners, at: Instant) -> Vec<ItemNo> {
    if undo_is_open(claim, at) {
        items_with_status(claim, |status| may_be_taken_back(status, parties, at))
    } else {
        Vec::new()
    }
}

fn may_be_taken_back(status: ItemStatus, by: Decliners, at: Instant) -> bool {
    let ItemStatus::Declined {
        latest,
        by: before,
        in_time: true,
        no_answer: false,
        settled: false,
        ..
    } = status
    else {
        return false;
    };
    !before.without(before.without(by)).is_empty() && latest < at
}
