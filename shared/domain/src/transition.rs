//! What several events do to a claim: its content, its notice, its items, and the state that follows from
//! them (`docs/domain.md §3`, *Status from items*).

use crate::calendar::Window;
use crate::claim::{
    Claim, ExtensionCauses, HoldReason, Instant, Item, ItemStatus, Mark, State, UsedChances,
};
use crate::event::{Event, NoticeChange, Opening};
use crate::ids::{ItemNo, NoticeNo};
use crate::reason::EndReason;
use crate::recipient::Decliners;

/// The claim that a first event makes, not submitted; `None` where the event lacks the details.
pub(crate) fn new_claim(event: &Event, opening: &Opening, state: State) -> Option<Claim> {
    Some(Claim {
        id: opening.id.clone(),
        version: event.version,
        subject: opening.subject.clone(),
        items: opening.items.clone(),
        state,
        contested: false,
        defence_until: None,
        defence: None,
        deadline_calendar: None,
        notice: NoticeNo::default(),
        content_hash: None,
        disputed: false,
        extended: false,
        opened_by: None,
        extended_by: ExtensionCauses::default(),
        last_outage: 0,
        used: UsedChances::default(),
        created_at: event.at,
        submitted_at: None,
        priority_at: None,
        details: event.details.as_deref()?.clone(),
        erased: false,
        last_event: event.as_last_event(),
    })
}

/// The content is as the opening has it.
pub(crate) fn replace_content(claim: &mut Claim, opening: &Opening) {
    claim.subject = opening.subject.clone();
    claim.items.clone_from(&opening.items);
}

/// A notice is due: whatever window there was is void.
pub(crate) fn start_notice(claim: &mut Claim, notice: NoticeNo, deliver_by: Instant) {
    claim.notice = notice;
    claim.used.undos = 0;
    void_window(claim, State::Notifying { deliver_by });
}

/// Nobody can be reached: whatever window there was is void.
pub(crate) fn wait_for_contact(claim: &mut Claim, correct_by: Instant, with_operator: bool) {
    void_window(claim, State::Unreachable { due_at: Some(correct_by), with_operator });
}

/// The claim is held: whatever window there was is void.
pub(crate) fn hold_claim(claim: &mut Claim, reason: Option<HoldReason>) {
    void_window(claim, State::OnHold { reason });
}

fn void_window(claim: &mut Claim, state: State) {
    claim.opened_by = None;
    claim.extended_by = ExtensionCauses::default();
    claim.state = state;
}

/// What a change of a notice does to the claim.
pub(crate) fn change_notice(claim: &mut Claim, change: &NoticeChange) {
    match change {
        NoticeChange::None => {}
        NoticeChange::Window { window, opened_by, cause } => {
            claim.opened_by = *opened_by;
            if let Some(cause) = cause {
                claim.extended_by = claim.extended_by.with(*cause);
            }
            if let Some(stored) = claim.state.window_mut() {
                stored.clone_from(window);
            }
        }
        NoticeChange::Renewed { notice, deliver_by } => {
            claim.used.renewals = claim.used.renewals.saturating_add(1);
            start_notice(claim, *notice, deliver_by.at);
        }
        NoticeChange::Unreachable { correct_by, with_operator } => {
            wait_for_contact(claim, correct_by.at, *with_operator);
        }
        NoticeChange::Held { reason } => hold_claim(claim, Some(*reason)),
    }
}

/// A no that can be undone as long as its window, or one that follows it, is open.
pub(crate) fn declined_mark(at: Instant, by: Decliners, in_time: bool, no_answer: bool) -> Mark {
    Mark::Declined { at, latest: at, by, in_time, no_answer, settled: false }
}

/// Ends running associations; each keeps what it was. None ends before it began, though a "no" may have arrived
/// before the yes that was carried out first.
pub(crate) fn end_items(claim: &mut Claim, items: &[ItemNo], reason: EndReason, at: Instant) {
    for no in items {
        let status = claim.find_item(*no).map(|item| claim.item_status(item));
        if let Some(ItemStatus::Active { basis, effective_at }) = status {
            let at = at.max(effective_at);
            claim.mark_items(&[*no], Some(Mark::Ended { reason, at, basis, effective_at }));
        }
    }
}

/// Marks what nobody has decided.
pub(crate) fn mark_undecided(claim: &mut Claim, mark: Mark) {
    let open: Vec<_> = claim.undecided_items().map(|item| item.no).collect();
    claim.mark_items(&open, Some(mark));
}

/// The last command decides what nobody else has: the undecided items get `mark`, and the claim goes
/// to `state` unless an item already says otherwise.
pub(crate) fn finish_claim(claim: &mut Claim, mark: Mark, state: State, ends_at: Option<Instant>) {
    if claim.kept_items().all(|item| item.mark.is_none()) {
        claim.state = state;
        return;
    }
    mark_undecided(claim, mark);
    if !claim.kept_items().any(|item| is_decisive(item.mark)) {
        claim.state = state;
        return;
    }
    finish_undecided(claim, ends_at);
}

/// The status that follows from the items, once none is undecided; until then, and where other
/// associations run, the state stays. Beside a no, an item that has vanished does not speak: the no was
/// the last command.
pub(crate) fn finish_undecided(claim: &mut Claim, ends_at: Option<Instant>) {
    let kept: Vec<&Item> = claim.kept_items().collect();
    if kept.iter().any(|item| is_undecided(claim, item)) {
        return;
    }
    let any =
        |fits: fn(&Mark) -> bool| kept.iter().any(|item| item.mark.as_ref().is_some_and(fits));
    let window: Option<Window> = claim.state.window().cloned();
    let term_ends_at = claim.state.term_ends_at();
    let ends_at =
        if let State::Associated { ends_at, .. } = claim.state { ends_at } else { ends_at };
    if any(|mark| matches!(mark, Mark::Active { .. })) {
        claim.state = State::Associated { window, ends_at };
    } else if any(|mark| matches!(mark, Mark::Ended { .. })) {
        claim.state = State::Ended { window, ends_at: term_ends_at };
    } else if any(|mark| matches!(mark, Mark::Declined { .. })) {
        claim.state = State::Declined { window };
    }
}

/// Whether a mark speaks for the claim's status (`docs/domain.md §3`, *Status from items*).
fn is_decisive(mark: Option<Mark>) -> bool {
    matches!(mark, Some(Mark::Active { .. } | Mark::Ended { .. }))
}

/// Whether nobody has decided an item for good: it follows the claim, or it was rejected and that can
/// still fall.
fn is_undecided(claim: &Claim, item: &Item) -> bool {
    let rejected = item.mark == Some(Mark::Rejected);
    item.mark.is_none() || (rejected && claim.state.can_be_overturned())
}
