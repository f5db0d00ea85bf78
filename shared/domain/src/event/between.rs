//! The event that lies between two versions of a claim: what the archive writes, which sees only those two.

use super::{Event, EventBody, EventType, NoticeChange, Opening, Silence};
use crate::actor::{ActorId, ActorKind};
use crate::claim::{
    Claim, ExtensionCause, HoldReason, Instant, Item, Mark, RejectionRecord, State,
};
use crate::deadline::Deadline;
use crate::ids::{ItemNo, Version};
use crate::recipient::{Decliners, RecipientNo};

impl Event {
    /// The event that led from `old` to `new`, its next version: `evolve(old, derive(old, new))` is `new`. What an
    /// event decides beside the claim, the list of recipients and what was said, is not in it. `None` where the two are not
    /// neighbours: without `old`, `new` must be the first version.
    pub fn derive(old: Option<&Claim>, new: &Claim) -> Option<Self> {
        let last = &new.last_event;
        let body = match old {
            Some(old) if old.version.next() != new.version => return None,
            Some(old) => VersionChange { old, new }.event_body()?,
            None if new.version != Version(1) => return None,
            None => first_event_body(new)?,
        };
        let is_changed = old.is_none_or(|old| old.details != new.details);
        Some(Self {
            version: new.version,
            at: last.at,
            actor: last.actor,
            actor_id: last.actor_id.clone(),
            by_silence: last.by_silence,
            fingerprint: last.fingerprint,
            body,
            details: is_changed.then(|| Box::new(new.details.clone())),
            recipients: None,
            remarks: Vec::new(),
            motive: None,
        })
    }
}

fn first_event_body(new: &Claim) -> Option<EventBody> {
    let opening = read_opening(new);
    match (new.last_event.event_type, &new.state) {
        (EventType::Drafted, State::Draft { discard_at, .. }) => {
            Some(EventBody::Drafted { opening, discard_at: *discard_at })
        }
        (EventType::Submitted, State::Submitted { due_at: Some(at) }) => {
            let priority_at = new.priority_at?;
            Some(EventBody::Submitted { opening, due_at: deadline_from(new, *at), priority_at })
        }
        _ => None,
    }
}

pub(super) fn read_opening(new: &Claim) -> Box<Opening> {
    let (id, subject, items) = (new.id.clone(), new.subject.clone(), new.items.clone());
    Box::new(Opening { id, subject, items })
}

/// A deadline that the event set, with the calendar that stood in for the party's own.
fn deadline_from(new: &Claim, at: Instant) -> Deadline {
    Deadline { at, stand_in: new.deadline_calendar.clone() }
}

/// When the policy's term runs out, where the claim is associated.
pub(super) fn term_end(new: &Claim) -> Option<Instant> {
    if let State::Associated { ends_at, .. } = new.state { ends_at } else { None }
}

/// When idleness discards the claim, where it is a draft.
pub(super) fn discard_at(new: &Claim) -> Option<Instant> {
    if let State::Draft { discard_at, .. } = new.state { Some(discard_at) } else { None }
}

/// Two versions of a claim, one after the other.
#[derive(Clone, Copy)]
pub(super) struct VersionChange<'a> {
    pub(super) old: &'a Claim,
    pub(super) new: &'a Claim,
}

impl VersionChange<'_> {
    /// The deadline of the new state.
    pub(super) fn new_deadline(self) -> Option<Deadline> {
        Some(deadline_from(self.new, self.new.state.counted_until()?))
    }

    /// The items that have another mark now, of those marks that fit.
    pub(super) fn items_marked(self, fits: impl Fn(&Mark) -> bool) -> Vec<ItemNo> {
        let is_new = |item: &&Item| {
            let before = self.old.find_item(item.no).and_then(|item| item.mark);
            item.mark != before && item.mark.as_ref().is_some_and(&fits)
        };
        self.new.items.iter().filter(is_new).map(|item| item.no).collect()
    }

    pub(super) fn edit_body(self) -> EventBody {
        let discard_at = discard_at(self.new);
        let opening = discard_at.map(|_| read_opening(self.new));
        let removed = match opening {
            Some(_) => Vec::new(),
            None => self.items_marked(|mark| matches!(mark, Mark::Dropped)),
        };
        EventBody::Edited { opening, removed, discard_at }
    }

    pub(super) fn recall_body(self) -> Option<EventBody> {
        let State::Draft { discard_at, keeps_priority_until } = self.new.state else { return None };
        let keeps_priority_until = deadline_from(self.new, keeps_priority_until?);
        Some(EventBody::Recalled { discard_at, keeps_priority_until })
    }

    pub(super) fn information_requested(self) -> Option<EventBody> {
        let State::ActionRequired { reasons, .. } = &self.new.state else { return None };
        let reasons = reasons.clone();
        Some(EventBody::InformationRequested { reasons, answer_by: self.new_deadline()? })
    }

    /// Which items: none named where nothing is left undecided. The record keeps who and why where the whole claim
    /// is rejected.
    pub(super) fn rejection_body(self, ends_at: Option<Instant>) -> EventBody {
        let (rejection, disputable_until) =
            if let State::Rejected { rejection, disputable_until } = &self.new.state {
                (rejection.clone(), *disputable_until)
            } else {
                (RejectionRecord { by: None, reasons: Vec::new() }, None)
            };
        let is_partial = self.new.undecided_items().next().is_some();
        let items = self.items_marked(|mark| matches!(mark, Mark::Rejected));
        let items = if is_partial { items } else { Vec::new() };
        EventBody::Rejected { items, rejection, disputable_until, ends_at }
    }

    pub(super) fn notice_failed(self) -> Option<EventBody> {
        let State::Unreachable { due_at, with_operator } = self.new.state else { return None };
        let correct_by = deadline_from(self.new, due_at?);
        Some(EventBody::NoticeFailed { correct_by, with_operator })
    }

    /// What became of the notice.
    pub(super) fn notice_change(self) -> Option<NoticeChange> {
        let Self { old, new } = self;
        if new.notice != old.notice {
            return Some(NoticeChange::Renewed {
                notice: new.notice,
                deliver_by: self.new_deadline()?,
            });
        }
        let is_new = old.state.status() != new.state.status();
        if let (State::Unreachable { due_at: Some(at), with_operator }, true) = (&new.state, is_new)
        {
            let correct_by = deadline_from(new, *at);
            let with_operator = *with_operator;
            return Some(NoticeChange::Unreachable { correct_by, with_operator });
        }
        if let (State::OnHold { reason: Some(reason) }, true) = (&new.state, is_new) {
            return Some(NoticeChange::Held { reason: *reason });
        }
        Some(self.window_change(&new.state).unwrap_or_default())
    }

    /// The window, where it is another one or counted from another delivery.
    fn window_change(self, state: &State) -> Option<NoticeChange> {
        let Self { old, new } = self;
        let window = state.window()?;
        let cause = self.new_cause();
        let is_counted_anew = old.state.window() != Some(window) || old.opened_by != new.opened_by;
        (is_counted_anew || cause.is_some()).then(|| NoticeChange::Window {
            window: window.clone(),
            opened_by: new.opened_by,
            cause,
        })
    }

    /// The cause of a longer window that it did not have before.
    fn new_cause(self) -> Option<ExtensionCause> {
        self.new.extended_by.iter().find(|cause| !self.old.extended_by.contains(*cause))
    }

    pub(super) fn decline_body(self, ends_at: Option<Instant>) -> EventBody {
        let declined = |of: &Claim, no: ItemNo| of.find_item(no).and_then(item_decliners);
        let (mut undecided, mut joined) = (Vec::new(), Vec::new());
        let (mut by, mut is_in_time) = (Decliners::NOBODY, true);
        for no in self.items_marked(|mark| matches!(mark, Mark::Declined { .. })) {
            let now = declined(self.new, no).unwrap_or_default();
            if let Some(before) = declined(self.old, no) {
                by = by.with(now.without(before));
                joined.push(no);
            } else {
                by = by.with(now);
                undecided.push(no);
                is_in_time &= self.new.find_item(no).is_some_and(is_in_time_decline);
            }
        }
        EventBody::ItemsDeclined {
            declined: undecided,
            ended_at: self.ended_before(),
            ended: self.items_marked(|mark| matches!(mark, Mark::Ended { .. })),
            joined,
            by: if by.is_empty() { self.acting_party() } else { by },
            in_time: is_in_time,
            ends_at,
        }
    }

    /// Since when associations run no more that ended before the event's own moment.
    fn ended_before(self) -> Option<Instant> {
        let EventBody::AssociationEnded { at, .. } = self.end_body()? else { return None };
        Some(at).filter(|at| *at < self.new.last_event.at)
    }

    /// Whose "no" it was: a recipient's by its link, else the administrator's.
    fn acting_party(self) -> Decliners {
        if let Some(ActorId::Recipient(no)) = &self.new.last_event.actor_id {
            return Decliners::only_recipient(*no);
        }
        Decliners::ADMINISTRATOR
    }

    pub(super) fn undo_body(self) -> Option<EventBody> {
        let (mut items, mut by) = (Vec::new(), Decliners::NOBODY);
        for item in &self.old.items {
            let Some(before) = item_decliners(item) else { continue };
            let now = self.new.find_item(item.no).and_then(item_decliners).unwrap_or_default();
            let taken_back = before.without(now);
            if !taken_back.is_empty() {
                by = by.with(taken_back);
                items.push(item.no);
            }
        }
        let by_recipient = matches!(self.new.last_event.actor_id, Some(ActorId::Recipient(_)));
        let by_link = by_recipient || self.new.used.undos > self.old.used.undos;
        Some(EventBody::DeclineUndone { items, by, by_link, change: self.notice_change()? })
    }

    pub(super) fn extension_body(self) -> Option<EventBody> {
        let Self { old, new } = self;
        let opened_by: Option<RecipientNo> =
            new.opened_by.filter(|now| old.opened_by != Some(*now));
        let outage = (new.last_outage != old.last_outage).then_some(new.last_outage);
        let cause = match outage {
            Some(_) => ExtensionCause::Outage,
            None => self.new_cause().unwrap_or_else(|| self.repeated_cause(opened_by.is_some())),
        };
        let window = new.state.window()?.clone();
        Some(EventBody::WindowExtended { window, cause, opened_by, outage })
    }

    /// Why a window became longer that had been longer for the same cause before.
    fn repeated_cause(self, is_counted_anew: bool) -> ExtensionCause {
        let has = |cause| self.new.extended_by.contains(cause);
        match self.new.last_event.actor {
            ActorKind::Customer => ExtensionCause::Customer,
            ActorKind::Operator | ActorKind::Partner => ExtensionCause::Operator,
            ActorKind::System if is_counted_anew && has(ExtensionCause::Delivery) => {
                ExtensionCause::Delivery
            }
            ActorKind::System if has(ExtensionCause::Holiday) => ExtensionCause::Holiday,
            ActorKind::System => ExtensionCause::Delivery,
        }
    }

    pub(super) fn hold_reason(self) -> Option<HoldReason> {
        if let State::OnHold { reason } = self.new.state { reason } else { None }
    }

    /// What silence did: a "no" by it stands on an item, or has taken the window away.
    pub(super) fn silence_effect(self) -> Silence {
        let by_silence = |mark: &Mark| matches!(mark, Mark::Declined { no_answer: true, .. });
        let is_over = matches!(self.new.state, State::Declined { window: None });
        if is_over || !self.items_marked(by_silence).is_empty() {
            return Silence::Decline;
        }
        Silence::Associate
    }

    pub(super) fn end_body(self) -> Option<EventBody> {
        let items = self.items_marked(|mark| matches!(mark, Mark::Ended { .. }));
        let mark = self.new.find_item(*items.first()?)?.mark;
        let Some(Mark::Ended { reason, at, .. }) = mark else { return None };
        Some(EventBody::AssociationEnded { items, reason, at })
    }

    pub(super) fn evidence_added(self) -> EventBody {
        let by_partner = match (self.old.defence, self.new.defence) {
            (Some(before), Some(now)) => before.used != now.used,
            _ => self.new.last_event.actor == ActorKind::Partner,
        };
        EventBody::EvidenceAdded { by_partner, discard_at: discard_at(self.new) }
    }
}

/// Who declined the item; `None` where nobody did.
fn item_decliners(item: &Item) -> Option<Decliners> {
    if let Some(Mark::Declined { by, .. }) = item.mark { Some(by) } else { None }
}

fn is_in_time_decline(item: &Item) -> bool {
    matches!(item.mark, Some(Mark::Declined { in_time: true, .. }))
}
