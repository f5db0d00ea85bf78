//! What an event decides, as members of its entry.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::annotation::FieldChange;
use crate::calendar::{CalendarId, SkipReason, Window};
use crate::claim::{Claim, ExtensionCause, HoldReason, Instant, ItemStatus, Subject};
use crate::event::{Event, NoticeChange, Opening};
use crate::ids::{ItemId, ItemNo, NoticeNo, Sha256Hash, StaffId};
use crate::motive::Motive;
use crate::reason::{EndReason, Reason};
use crate::recipient::{Decliners, RecipientNo};
use crate::text::Comment;

/// What an event decides, each member where the event has it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Members {
    /// Who claims, of whom, in which program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    /// What is claimed, by number.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub claimed: Vec<ItemId>,
    /// The deadline that runs since the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Instant>,
    /// By which calendar it was counted, where not by that of the party whose turn it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counted_by: Option<CalendarId>,
    /// When idleness discards the draft.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discard_at: Option<Instant>,
    /// The date that ranks rivals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority_at: Option<Instant>,
    /// Until when a resubmit keeps it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keeps_priority_until: Option<Instant>,
    /// Whether somebody else holds or claims an item.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contested: Option<bool>,
    /// Until when a holder may defend.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub defence_until: Option<Instant>,
    /// Whether the partner's entry used its defence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_partner: Option<bool>,
    /// The reasons of a question or a rejection.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// The reviewer who rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rejected_by: Option<StaffId>,
    /// Until when the rejection can be disputed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disputable_until: Option<Instant>,
    /// The notice that is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<NoticeNo>,
    /// SHA-256 over what it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_hash: Option<Sha256Hash>,
    /// Whether silence is a no.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub explicit_yes: bool,
    /// The customer's window, where the event opened or changed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<Box<WindowText>>,
    /// Why it became longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extended_by: Option<ExtensionCause>,
    /// Whose delivery opened it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened_by: Option<RecipientNo>,
    /// Whose delivery it is counted from, where that was another one's before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counted_from: Option<RecipientNo>,
    /// Whether it is the operator's turn to look after an unreachable customer.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub with_operator: bool,
    /// Why the system holds the claim.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold_reason: Option<HoldReason>,
    /// Whose "no" came, and to which items.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noes: Option<DeclinedItems>,
    /// Whose "no" was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_back: Option<DeclinedItems>,
    /// Whether it was taken back by a link.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub by_link: bool,
    /// Whether the "no" arrived in time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_time: Option<bool>,
    /// When the policy's term runs out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Instant>,
    /// Why the associations ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_reason: Option<EndReason>,
    /// Since when they run no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Instant>,
    /// Why the party did it, where it said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<Motive>,
    /// The fields of the content that changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<FieldChange>,
    /// What was said with the event and the partner may read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<Comment>,
    /// What was said with it and the customer may read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub customer_remarks: Vec<Comment>,
    /// What was said with it and the operator's staff alone may read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub staff_remarks: Vec<Comment>,
}

/// Whose "no", and at which items.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DeclinedItems {
    /// Whose, as a number of 24 bits.
    pub by: Decliners,
    /// The numbers of the items that it is about.
    pub items: Vec<ItemNo>,
}

/// A window with all that is needed to count it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowText {
    /// Which delivery it is counted from.
    pub delivered_at: Instant,
    /// Its end, exclusive: the first instant that is too late.
    pub closes_at: Instant,
    /// The name of the time zone in which days were counted.
    pub zone: String,
    /// The id of the calendar by which days were counted.
    pub calendar: CalendarId,
    /// By which version of the time zone database.
    pub tzdb: String,
    /// The days that were counted.
    pub counted: Vec<NaiveDate>,
    /// The days between that were not: date, reason, and the name of a holiday.
    pub skipped: Vec<(NaiveDate, SkipReason, Option<String>)>,
}

impl WindowText {
    pub(crate) fn of(window: &Window) -> Self {
        let skipped = window.skipped.iter();
        Self {
            delivered_at: window.delivered_at,
            closes_at: window.closes_at,
            zone: window.time_zone.to_string(),
            calendar: window.calendar.clone(),
            tzdb: window.tzdb.clone(),
            counted: window.counted.clone(),
            skipped: skipped.map(|day| (day.date, day.reason, day.name.clone())).collect(),
        }
    }
}

/// The members of the event that led from `old` to `new`.
pub(super) fn event_members(old: Option<&Claim>, new: &Claim, event: &Event) -> Members {
    let mut members = Members::default();
    if let Some(deadline) = event.body.deadline() {
        members.due_at = Some(deadline.at);
        members.counted_by.clone_from(&deadline.stand_in);
    }
    event.body.fill_members(&mut members);
    let Some(old) = old else { return members };
    members.noes = added_noes(new, old);
    members.taken_back = added_noes(old, new);
    let is_moved = old.opened_by.is_some() && old.opened_by != new.opened_by;
    members.counted_from = new.opened_by.filter(|_| is_moved);
    members
}

pub(crate) fn fill_opening(members: &mut Members, opening: &Opening) {
    // Whether silence is a no is the customer's: its partner learns it with the notice.
    members.subject = Some(Subject { explicit_yes: false, ..opening.subject.clone() });
    members.explicit_yes = opening.subject.explicit_yes;
    members.claimed = opening.items.iter().map(|item| item.id.clone()).collect();
}

pub(crate) fn fill_change(members: &mut Members, change: &NoticeChange) {
    match change {
        NoticeChange::None => {}
        NoticeChange::Window { window, cause, .. } => {
            members.window = Some(Box::new(WindowText::of(window)));
            members.extended_by = *cause;
        }
        NoticeChange::Renewed { notice, .. } => members.notice = Some(*notice),
        NoticeChange::Unreachable { with_operator, .. } => members.with_operator = *with_operator,
        NoticeChange::Held { reason } => members.hold_reason = Some(*reason),
    }
}

/// Whose "no" stands in `more` and not in `fewer`, and at which items.
fn added_noes(more: &Claim, fewer: &Claim) -> Option<DeclinedItems> {
    let mut noes = DeclinedItems::default();
    for item in &more.items {
        let before = fewer.find_item(item.no).map(|item| status_decliners(fewer.item_status(item)));
        let own = status_decliners(more.item_status(item)).without(before.unwrap_or_default());
        if own != Decliners::NOBODY {
            noes.by = noes.by.with(own);
            noes.items.push(item.no);
        }
    }
    (!noes.items.is_empty()).then_some(noes)
}

/// Who declined an item, and has not taken it back.
fn status_decliners(status: ItemStatus) -> Decliners {
    if let ItemStatus::Declined { by, .. } = status { by } else { Decliners::NOBODY }
}
