//! The event of an entry again: what [`crate::evolve()`] needs to lead from the version before to the version after.

use super::entry::Entry;
use super::members::{DeclinedItems, WindowText};
use crate::actor::ActorId;
use crate::calendar::{SkippedDay, Window};
use crate::claim::{Claim, Details, Item, RejectionRecord, Subject};
use crate::deadline::Deadline;
use crate::event::{Event, EventBody, NoticeChange, Opening};
use crate::ids::ItemNo;
use crate::recipient::{Decliners, RecipientNo};
use crate::text::{Domain, Name};

impl WindowText {
    /// The window that the entry tells; `None` where its zone is not known here.
    pub fn window(&self) -> Option<Window> {
        let skipped = self.skipped.iter().map(|(date, reason, name)| SkippedDay {
            date: *date,
            reason: *reason,
            name: name.clone(),
        });
        Some(Window {
            delivered_at: self.delivered_at,
            closes_at: self.closes_at,
            time_zone: self.zone.parse().ok()?,
            calendar: self.calendar.clone(),
            tzdb: self.tzdb.clone(),
            counted: self.counted.clone(),
            skipped: skipped.collect(),
        })
    }
}

impl Entry {
    /// The event that led from `old` to the entry's version; `old` is `None` before the first one. The claim after it is
    /// the one that the entry was written of, but for what no entry says: the details, the digest of the command, when a
    /// "no" was repeated, and the number of an outage.
    ///
    /// A member that its reader was not given is taken as nothing, or for a "no" as the administrator's. That decides
    /// neither the claim's status nor an item's, except whether a rejection can be disputed.
    ///
    /// `None` for an entry that was reconstructed, and for one without a member that each reader is given.
    pub fn event(&self, old: Option<&Claim>) -> Option<Event> {
        if self.reconstructed {
            return None;
        }
        let actor_id = self.actor_id.as_deref();
        Some(Event {
            version: self.version,
            at: self.at,
            actor: self.actor,
            actor_id: actor_id.and_then(|text| ActorId::parse(self.actor, text)),
            by_silence: self.by.is_some(),
            fingerprint: None,
            body: self.body(old)?,
            details: if old.is_none() { Some(Box::new(untold_details()?)) } else { None },
            recipients: None,
            remarks: Vec::new(),
            motive: None,
        })
    }

    /// The content; the numbers of its items are their places.
    pub(crate) fn opening(&self) -> Option<Box<Opening>> {
        let subject = self.members.subject.clone()?;
        let explicit_yes = self.members.explicit_yes;
        let numbers = 1..=u8::MAX;
        let items = numbers.zip(&self.members.claimed);
        let items = items.map(|(no, id)| Item { no: ItemNo(no), id: id.clone(), mark: None });
        Some(Box::new(Opening {
            id: self.claim.clone(),
            subject: Subject { explicit_yes, ..subject },
            items: items.collect(),
        }))
    }

    pub(crate) fn edited_body(&self) -> EventBody {
        let opening = self.opening();
        let removed =
            if opening.is_some() { Vec::new() } else { self.items_with_status("dropped") };
        EventBody::Edited { opening, removed, discard_at: self.members.discard_at }
    }

    pub(crate) fn rejected_body(&self) -> EventBody {
        let own = &self.members;
        EventBody::Rejected {
            items: self.items_with_status("rejected"),
            rejection: RejectionRecord {
                by: own.rejected_by.clone(),
                reasons: own.reasons.clone(),
            },
            disputable_until: own.disputable_until,
            ends_at: own.ends_at,
        }
    }

    pub(crate) fn declined_body(&self) -> EventBody {
        let own = &self.members;
        let declined = self.items_with_status("declined");
        let noes = own.noes.clone().unwrap_or_default();
        let joined = noes.items.into_iter().filter(|no| !declined.contains(no)).collect();
        EventBody::ItemsDeclined {
            declined,
            ended: self.items_with_status("ended"),
            ended_at: own.ended_at,
            joined,
            by: if noes.by.is_empty() { Decliners::ADMINISTRATOR } else { noes.by },
            in_time: own.in_time.unwrap_or_default(),
            ends_at: own.ends_at,
        }
    }

    pub(crate) fn undone_body(&self, old: Option<&Claim>) -> EventBody {
        let own = &self.members;
        let all = || DeclinedItems { by: Decliners::ALL, items: self.items_with_status("pending") };
        let DeclinedItems { by, items } = own.taken_back.clone().unwrap_or_else(all);
        EventBody::DeclineUndone {
            items,
            by,
            by_link: own.by_link,
            change: self.notice_change(old),
        }
    }

    /// What became of the notice.
    pub(crate) fn notice_change(&self, old: Option<&Claim>) -> NoticeChange {
        let own = &self.members;
        if let (Some(notice), Some(deliver_by)) = (own.notice, self.deadline()) {
            return NoticeChange::Renewed { notice, deliver_by };
        }
        if let Some(window) = self.to_window() {
            let opened_by = own.counted_from.or_else(|| old.and_then(|old| old.opened_by));
            return NoticeChange::Window { window, opened_by, cause: own.extended_by };
        }
        if let Some(correct_by) = self.deadline() {
            return NoticeChange::Unreachable { correct_by, with_operator: own.with_operator };
        }
        own.hold_reason.map_or(NoticeChange::None, |reason| NoticeChange::Held { reason })
    }

    pub(crate) fn deadline(&self) -> Option<Deadline> {
        let stand_in = self.members.counted_by.clone();
        Some(Deadline { at: self.members.due_at?, stand_in })
    }

    pub(crate) fn to_window(&self) -> Option<Window> {
        self.members.window.as_ref()?.window()
    }

    pub(crate) fn opened_by(&self) -> RecipientNo {
        self.members.opened_by.unwrap_or(RecipientNo(1))
    }
}

/// What stands for details, of which an entry has a digest alone.
fn untold_details() -> Option<Details> {
    let untold = || Name::parse("untold").ok();
    Some(Details::of_companies(untold()?, untold()?, Domain::parse("untold.example").ok()?))
}
