//! The claim after an event: the record is the fold of its events (`docs/domain.md §3`, I7).

use crate::calendar::Window;
use crate::claim::{
    Basis, Claim, Defence, Details, Instant, Item, ItemStatus, MAX_REMARKS, Mark, Remark, State,
};
use crate::event::{Event, EventBody, Opening, Silence};
use crate::ids::{ItemNo, NoticeNo, Version};
use crate::reason::EndReason;
use crate::text::Comment;

/// An event that cannot follow: not the claim's next version, or not of its state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("event {event} does not follow version {version}")]
pub struct Unfit {
    /// The event's name.
    pub event: &'static str,
    /// The claim's version; 0 where there is no claim.
    pub version: u32,
}

/// The claim after `event`. `claim` is `None` before the first.
///
/// # Errors
/// [`Unfit`] where the event cannot follow: never for an event that `decide` made of this claim.
pub fn evolve(claim: Option<Claim>, event: &Event) -> Result<Claim, Unfit> {
    let version = claim.as_ref().map_or(Version(0), |claim| claim.version);
    let unfit = || Unfit { event: event.body.event_type().as_str(), version: version.0 };
    if event.version != version.next() {
        return Err(unfit());
    }
    let mut next = match claim {
        Some(claim) => changed(claim, event).ok_or_else(unfit)?,
        None => opened(event).ok_or_else(unfit)?,
    };
    next.version = event.version;
    next.last_event = event.brief();
    if let Some(details) = &event.details {
        next.details = Details::clone(details);
    }
    Ok(next)
}

/// The claim that a first event makes.
fn opened(event: &Event) -> Option<Claim> {
    let (opening, state, submitted) = first(&event.body)?;
    Some(Claim {
        id: opening.id.clone(),
        version: event.version,
        subject: opening.subject.clone(),
        items: opening.items.clone(),
        state,
        contested: false,
        defence_until: None,
        defence: None,
        notice: NoticeNo::default(),
        content_hash: None,
        disputed: false,
        refused_contacts: 0,
        extended: false,
        created_at: event.at,
        submitted_at: submitted.map(|_| event.at),
        priority_at: submitted,
        details: event.details.as_deref()?.clone(),
        last_event: event.brief(),
    })
}

/// What a first event fixes: content, state, and the priority date where it submits.
fn first(body: &EventBody) -> Option<(&Opening, State, Option<Instant>)> {
    if let EventBody::Drafted { opening, discard_at } = body {
        let state = State::Draft { discard_at: *discard_at, keeps_priority_until: None };
        return Some((opening, state, None));
    }
    let EventBody::Submitted { opening, due_at, priority_at } = body else { return None };
    Some((opening, State::Submitted { due_at: Some(*due_at) }, Some(*priority_at)))
}

/// The claim that a later event leads to; `None` where the event does not fit the state.
fn changed(mut claim: Claim, event: &Event) -> Option<Claim> {
    match &event.body {
        EventBody::Drafted { .. } => return None,
        EventBody::Submitted { opening, due_at, priority_at } => {
            rewrite(&mut claim, opening);
            claim.submitted_at = Some(event.at);
            claim.priority_at = Some(*priority_at);
            claim.state = State::Submitted { due_at: Some(*due_at) };
        }
        EventBody::Edited { opening, removed, discard_at } => {
            edit(&mut claim, opening.as_deref(), removed, *discard_at);
        }
        EventBody::Recalled { discard_at, keeps_priority_until } => {
            let keeps_priority_until = Some(*keeps_priority_until);
            claim.state = State::Draft { discard_at: *discard_at, keeps_priority_until };
        }
        EventBody::Discarded => claim.state = State::Discarded,
        EventBody::ReviewBegun { due_at, contested, defence_until } => {
            claim.state = State::InReview { due_at: Some(*due_at), overturned: false };
            claim.contested = *contested;
            claim.defence_until = *defence_until;
        }
        EventBody::ReviewOverdue => overdue(&mut claim.state)?,
        EventBody::DefenceRequested { until } => {
            claim.defence = Some(Defence { until: *until, used: false });
        }
        EventBody::InformationRequested { reasons, answer_by } => {
            let overturned = matches!(claim.state, State::InReview { overturned: true, .. });
            let reasons = reasons.clone();
            claim.state = State::ActionRequired { reasons, answer_by: *answer_by, overturned };
        }
        EventBody::InformationAnswered { due_at } => {
            let overturned = matches!(claim.state, State::ActionRequired { overturned: true, .. });
            claim.state = State::InReview { due_at: Some(*due_at), overturned };
        }
        EventBody::Rejected { items, rejection, disputable_until, ends_at } => {
            let (rejection, disputable_until) = (rejection.clone(), *disputable_until);
            reject(&mut claim, items, State::Rejected { rejection, disputable_until }, *ends_at);
        }
        EventBody::Disputed { due_at } => {
            let State::Rejected { rejection, .. } = claim.state else { return None };
            claim.disputed = true;
            claim.state = State::Disputed { rejection, due_at: Some(*due_at) };
        }
        EventBody::DisputeUpheld => {
            let State::Disputed { rejection, .. } = claim.state else { return None };
            claim.state = State::Rejected { rejection, disputable_until: None };
        }
        EventBody::DisputeOverturned { due_at } => {
            propose_again(&mut claim);
            claim.state = State::InReview { due_at: Some(*due_at), overturned: true };
        }
        // The details came with the event.
        EventBody::EvidenceScanned => {}
        EventBody::Held => claim.state = State::OnHold,
        EventBody::Withdrawn { ends_at } => {
            finish(&mut claim, Mark::Withdrawn, State::Withdrawn, *ends_at);
        }
        EventBody::EvidenceAdded => {
            claim.defence = claim.defence.map(|defence| Defence { used: true, ..defence });
        }
        EventBody::Validated { .. }
        | EventBody::ContactCorrected { .. }
        | EventBody::Resumed { .. }
        | EventBody::WindowOpened { .. }
        | EventBody::NoticeFailed { .. }
        | EventBody::ContactRefused { .. } => noticed(&mut claim, &event.body)?,
        EventBody::ItemsDeclined { .. }
        | EventBody::DeclineUndone { .. }
        | EventBody::ItemsAccepted { .. }
        | EventBody::WindowExtended { .. }
        | EventBody::WindowClosed { .. }
        | EventBody::AssociationEnded { .. } => answered(&mut claim, event)?,
    }
    Some(claim)
}

/// What happens to a notice; `None` for any other event.
#[expect(clippy::wildcard_enum_match_arm, reason = "`changed` is the exhaustive match")]
fn noticed(claim: &mut Claim, body: &EventBody) -> Option<()> {
    match body {
        EventBody::Validated { dropped, contested, notice, content_hash, deliver_by } => {
            let numbers: Vec<_> = dropped.iter().map(|(no, _)| *no).collect();
            claim.mark(&numbers, Some(Mark::Dropped));
            settle_declines(claim);
            claim.contested = *contested;
            claim.defence_until = None;
            claim.content_hash = Some(*content_hash);
            notify(claim, *notice, *deliver_by);
        }
        EventBody::ContactCorrected { notice, deliver_by } => {
            claim.refused_contacts = 0;
            notify(claim, *notice, *deliver_by);
        }
        EventBody::Resumed { notice, deliver_by } => notify(claim, *notice, *deliver_by),
        EventBody::WindowOpened { window } => {
            claim.state = State::AwaitingCustomer { window: window.clone() };
        }
        EventBody::NoticeFailed { correct_by, .. } => {
            claim.state = State::Unreachable { correct_by: *correct_by };
        }
        EventBody::ContactRefused { next, correct_by } => {
            claim.refused_contacts = claim.refused_contacts.saturating_add(1);
            if let Some((notice, deliver_by)) = next {
                notify(claim, *notice, *deliver_by);
            } else {
                claim.state = State::Unreachable { correct_by: (*correct_by)? };
            }
        }
        _ => return None,
    }
    Some(())
}

/// What the customer's answer, or his silence, does; `None` for any other event.
#[expect(clippy::wildcard_enum_match_arm, reason = "`changed` is the exhaustive match")]
fn answered(claim: &mut Claim, event: &Event) -> Option<()> {
    match &event.body {
        EventBody::ItemsDeclined { declined, ended, in_time, ends_at } => {
            claim.mark(declined, Some(no(event.at, *in_time, false)));
            end(claim, ended, EndReason::CustomerRevoked, event.at);
            settle(claim, *ends_at);
        }
        EventBody::DeclineUndone { items } => {
            let window = claim.state.window()?.clone();
            claim.mark(items, None);
            claim.state = State::AwaitingCustomer { window };
        }
        EventBody::ItemsAccepted { items, ends_at } => {
            let mark = Mark::Active { basis: Basis::Explicit, effective_at: event.at };
            claim.mark(items, Some(mark));
            settle(claim, *ends_at);
        }
        EventBody::WindowExtended { window, by_customer } => {
            let declined = matches!(claim.state, State::Declined { .. });
            claim.state = if declined {
                State::Declined { window: Some(window.clone()) }
            } else {
                State::AwaitingCustomer { window: window.clone() }
            };
            claim.extended |= *by_customer;
        }
        EventBody::WindowClosed { outcome, ends_at } => close(claim, *outcome, *ends_at)?,
        EventBody::AssociationEnded { items, reason, at } => {
            end(claim, items, *reason, *at);
            settle(claim, None);
        }
        _ => return None,
    }
    Some(())
}

fn edit(
    claim: &mut Claim,
    opening: Option<&Opening>,
    removed: &[ItemNo],
    idle_until: Option<Instant>,
) {
    if let Some(opening) = opening {
        rewrite(claim, opening);
    }
    claim.mark(removed, Some(Mark::Dropped));
    if let (State::Draft { discard_at, .. }, Some(idle_until)) = (&mut claim.state, idle_until) {
        *discard_at = idle_until;
    }
}

fn rewrite(claim: &mut Claim, opening: &Opening) {
    claim.subject = opening.subject.clone();
    claim.items.clone_from(&opening.items);
}

/// A passed review deadline is recorded once: the state has no deadline afterwards.
fn overdue(state: &mut State) -> Option<()> {
    let (State::Submitted { due_at }
    | State::InReview { due_at, .. }
    | State::Disputed { due_at, .. }) = state
    else {
        return None;
    };
    *due_at = None;
    Some(())
}

/// A notice is due: whatever window there was is void.
fn notify(claim: &mut Claim, notice: NoticeNo, deliver_by: Instant) {
    claim.notice = notice;
    claim.state = State::Notifying { deliver_by };
}

/// What silence does to the undecided items.
fn close(claim: &mut Claim, outcome: Silence, ends_at: Option<Instant>) -> Option<()> {
    let State::AwaitingCustomer { window } = &claim.state else { return None };
    let (window, at) = (window.clone(), window.closes_at);
    match outcome {
        Silence::Associate if claim.undecided().next().is_some() => {
            claim.state = State::Associated { window: Some(window), ends_at };
        }
        Silence::Associate => settle(claim, ends_at),
        Silence::Decline => {
            mark_undecided(claim, no(at, true, true));
            settle(claim, ends_at);
            // Nothing can be undone any more, and no timer is left that could settle it later.
            if let State::Declined { window } = &mut claim.state {
                *window = None;
            }
        }
    }
    Some(())
}

/// A no that can be undone as long as its window, or one that follows it, is open.
fn no(at: Instant, in_time: bool, no_answer: bool) -> Mark {
    Mark::Declined { at, in_time, no_answer, settled: false }
}

/// What the customer declined before this review stays so in every window that it leads to.
fn settle_declines(claim: &mut Claim) {
    for item in &mut claim.items {
        if let Some(Mark::Declined { settled, .. }) = &mut item.mark {
            *settled = true;
        }
    }
}

/// The last command decides what nobody else has: the undecided items get `mark`, and the claim goes
/// to `state` unless an item already says otherwise.
fn finish(claim: &mut Claim, mark: Mark, state: State, ends_at: Option<Instant>) {
    if claim.kept().all(|item| item.mark.is_none()) {
        claim.state = state;
        return;
    }
    mark_undecided(claim, mark);
    if !claim.kept().any(|item| is_decisive(item.mark)) {
        claim.state = state;
        return;
    }
    settle(claim, ends_at);
}

/// Rejects these undecided items, or all; the claim goes to `state` once none is left.
fn reject(claim: &mut Claim, items: &[ItemNo], state: State, ends_at: Option<Instant>) {
    let rest = |claim: &Claim| claim.undecided().any(|item| !items.contains(&item.no));
    if items.is_empty() || !rest(claim) {
        finish(claim, Mark::Rejected, state, ends_at);
    } else {
        claim.mark(items, Some(Mark::Rejected));
    }
}

/// A rejection falls: what it rejected waits for the review again.
fn propose_again(claim: &mut Claim) {
    let rejected = |item: &&Item| item.mark == Some(Mark::Rejected);
    let numbers: Vec<_> = claim.items.iter().filter(rejected).map(|item| item.no).collect();
    claim.mark(&numbers, None);
}

/// Whether a mark speaks for the claim's status (`docs/domain.md §3`, *Status from items*).
fn is_decisive(mark: Option<Mark>) -> bool {
    matches!(mark, Some(Mark::Active { .. } | Mark::Ended { .. }))
}

fn mark_undecided(claim: &mut Claim, mark: Mark) {
    let open: Vec<_> = claim.undecided().map(|item| item.no).collect();
    claim.mark(&open, Some(mark));
}

/// Ends running associations; each keeps what it was.
fn end(claim: &mut Claim, items: &[ItemNo], reason: EndReason, at: Instant) {
    for no in items {
        let status = claim.item(*no).map(|item| claim.item_status(item));
        if let Some(ItemStatus::Active { basis, effective_at }) = status {
            claim.mark(&[*no], Some(Mark::Ended { reason, at, basis, effective_at }));
        }
    }
}

/// The status that follows from the items, once none is undecided; until then, and where other
/// associations run, the state stays. Beside a no, an item that has vanished does not speak: the no was
/// the last command.
fn settle(claim: &mut Claim, ends_at: Option<Instant>) {
    let kept: Vec<&Item> = claim.kept().collect();
    if kept.iter().any(|item| is_undecided(claim, item)) {
        return;
    }
    let any =
        |fits: fn(&Mark) -> bool| kept.iter().any(|item| item.mark.as_ref().is_some_and(fits));
    let window: Option<Window> = claim.state.window().cloned();
    let ends_at =
        if let State::Associated { ends_at, .. } = claim.state { ends_at } else { ends_at };
    if any(|mark| matches!(mark, Mark::Active { .. })) {
        claim.state = State::Associated { window, ends_at };
    } else if any(|mark| matches!(mark, Mark::Ended { .. })) {
        claim.state = State::Ended { window };
    } else if any(|mark| matches!(mark, Mark::Declined { .. })) {
        claim.state = State::Declined { window };
    }
}

/// Whether nobody has decided an item for good: it follows the claim, or it was rejected and that can
/// still fall.
fn is_undecided(claim: &Claim, item: &Item) -> bool {
    let rejected = item.mark == Some(Mark::Rejected);
    item.mark.is_none() || (rejected && claim.state.can_be_overturned())
}

impl Details {
    /// The details with one more remark; the oldest give way.
    pub(crate) fn with_remark(&self, version: Version, text: &Comment) -> Self {
        let mut details = self.clone();
        details.remarks.push(Remark { version, text: text.clone() });
        let excess = details.remarks.len().saturating_sub(MAX_REMARKS);
        details.remarks.drain(..excess);
        details
    }
}
