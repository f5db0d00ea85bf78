//! What an entry says.

use serde::{Deserialize, Serialize};

use super::annotation::Annotation;
use super::members::{Members, event_members};
use super::sealed::Audience;
use crate::actor::ActorKind;
use crate::claim::{Claim, Instant, Item, ItemStatus, Status};
use crate::event::{Event, EventType};
use crate::given_remark::remark_readers;
use crate::ids::{ClaimId, ItemNo, Sha256Hash, Version};

/// The number of the present format.
const FORMAT: u8 = 2;

/// The event that led to a version, as the history keeps it. A member that is absent is nothing that the event
/// decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The format of the text: 2.
    pub format: u8,
    /// The claim whose history it is.
    pub claim: ClaimId,
    /// The version that the event led to.
    pub version: Version,
    /// The type of the event.
    #[serde(rename = "type")]
    pub event_type: EventType,
    /// The moment of the command that led to the event.
    pub at: Instant,
    /// Whose doing it was.
    pub actor: ActorKind,
    /// Who exactly, where the claim keeps it: a member of the staff, `recipient:<no>`, or a pseudonym.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<String>,
    /// `silence` where a deadline that passed unanswered did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// SHA-256 over `details:<version>:` and the salted digest of the claim's details: it tells nobody anything, not
    /// even whether they changed, and what it stands for cannot be exchanged afterwards.
    pub details: Sha256Hash,
    /// Whether the version before was not known when the entry was written: then it says how the claim stands.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reconstructed: bool,
    /// The claim's status, where it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<StatusChange>,
    /// The items whose status changed, those with the same change together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<ItemsChange>,
    /// What the event decides beside it.
    #[serde(flatten)]
    pub members: Members,
}

/// A change of a claim's status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusChange {
    /// What it was; `None` before the first version, and where that is not known.
    pub from: Option<Status>,
    /// The status after the event.
    pub to: Status,
}

/// Items whose status changed in the same way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemsChange {
    /// What it was, as the API names it; `None` as for the claim.
    pub from: Option<String>,
    /// The status after the event, as the API names it.
    pub to: String,
    /// The numbers of the items that changed in this way.
    pub no: Vec<ItemNo>,
}

impl Entry {
    /// The entry of the event between two versions. `old` is `None` for the first version, and for one of which
    /// the version before is not known: that is `reconstructed`, says how the claim stands, and not what changed.
    pub fn of(old: Option<&Claim>, new: &Claim, details: Sha256Hash) -> Self {
        let last = &new.last_event;
        let event = Event::derive(old, new);
        // Of an answer that is not known to have changed an item, no more is said than before it is archived.
        let items = if event.is_none() && is_answer(last.event_type) {
            latest_changes(new)
        } else {
            changed_items(old, new)
        };
        Self {
            format: FORMAT,
            claim: new.id.clone(),
            version: new.version,
            event_type: last.event_type,
            at: last.at,
            actor: last.actor,
            actor_id: last.actor_id.as_ref().map(ToString::to_string),
            by: last.by_silence.then(|| "silence".to_owned()),
            details: Sha256Hash::of(&[details_label(new.version).as_bytes(), &details.0].concat()),
            reconstructed: event.is_none(),
            status: changed_status(old, new),
            items,
            members: event.map_or_else(Members::default, |event| event_members(old, new, &event)),
        }
    }

    /// The claim's last event, which is in no archive yet. What it changed is known without the version before only
    /// as far as the claim tells: of a no and an undo, the items.
    pub fn from_last_event(claim: &Claim, details: Sha256Hash) -> Self {
        Self {
            status: None,
            items: latest_changes(claim),
            members: Members::default(),
            reconstructed: false,
            ..Self::of(None, claim, details)
        }
    }

    /// The same with what is kept beside the version.
    #[must_use]
    pub fn with_annotation(mut self, annotation: &Annotation) -> Self {
        self.members.changes.clone_from(&annotation.changes);
        self.members.reason_code = annotation.motive;
        for remark in &annotation.remarks {
            let readers = remark_readers(self.event_type, self.actor, remark.kind);
            let is_read_by = |audience| readers.contains(&audience);
            if is_read_by(Audience::Partner) {
                self.members.remarks.push(remark.text.clone());
            }
            if is_read_by(Audience::Customer) {
                self.members.customer_remarks.push(remark.text.clone());
            }
            if !is_read_by(Audience::Partner) && !is_read_by(Audience::Customer) {
                self.members.staff_remarks.push(remark.text.clone());
            }
        }
        self
    }

    /// The items that got that status by the event, as the API names it.
    pub fn items_with_status(&self, status: &str) -> Vec<ItemNo> {
        let changes = self.items.iter().filter(|change| change.to == status);
        changes.flat_map(|change| change.no.iter().copied()).collect()
    }

    /// When the window ends that the event opened or changed.
    pub fn closes_at(&self) -> Option<Instant> {
        self.members.window.as_ref().map(|window| window.closes_at)
    }

    /// Whether the event concerns single recipients of notices: then a partner is told that the notice changed, and
    /// nothing else. A failure, a refusal and a retirement do, and a no or an undo that leaves every item as it was.
    pub fn concerns_recipients(&self) -> bool {
        let always = matches!(
            self.event_type,
            EventType::RecipientFailed | EventType::ContactRefused | EventType::LinkRetired
        );
        always || (is_answer(self.event_type) && self.items.is_empty())
    }
}

/// Whether the customer said no, or took a no back.
fn is_answer(event_type: EventType) -> bool {
    matches!(event_type, EventType::ItemsDeclined | EventType::DeclineUndone)
}

/// The items that the last event, a no or an undo, changed. While an item is declined, the undo may have taken one of
/// several noes to it: that counts as if nothing had changed.
fn latest_changes(claim: &Claim) -> Vec<ItemsChange> {
    let at = claim.last_event.at;
    let is_new = |status| match (claim.last_event.event_type, status) {
        (
            EventType::ItemsDeclined,
            ItemStatus::Declined { at: since, .. } | ItemStatus::Ended { at: since, .. },
        ) => since == at,
        (EventType::DeclineUndone, ItemStatus::Pending) => true,
        _ => false,
    };
    let mut changes = changed_items(None, claim);
    for change in &mut changes {
        change
            .no
            .retain(|no| claim.find_item(*no).is_some_and(|item| is_new(claim.item_status(item))));
    }
    changes.retain(|change| !change.no.is_empty());
    let is_standing = |item: &Item| {
        let status = claim.item_status(item);
        matches!(status, ItemStatus::Declined { no_answer: false, settled: false, .. })
    };
    let is_undo = claim.last_event.event_type == EventType::DeclineUndone;
    if is_undo && claim.items.iter().any(is_standing) {
        changes.clear();
    }
    changes
}

/// A label for each version: nobody sees by its digest whether the details changed with it.
fn details_label(version: Version) -> String {
    format!("details:{version}:")
}

fn changed_status(old: Option<&Claim>, new: &Claim) -> Option<StatusChange> {
    let (from, to) = (old.map(Claim::status), new.status());
    (from != Some(to)).then_some(StatusChange { from, to })
}

fn changed_items(old: Option<&Claim>, new: &Claim) -> Vec<ItemsChange> {
    let mut changes: Vec<ItemsChange> = Vec::new();
    for Item { no, .. } in &new.items {
        let status =
            |claim: &Claim| Some(claim.item_status(claim.find_item(*no)?).as_str().to_owned());
        let (from, to) = (old.and_then(status), status(new));
        let Some(to) = to.filter(|to| from.as_ref() != Some(to)) else { continue };
        match changes.iter_mut().find(|change| change.from == from && change.to == to) {
            Some(change) => change.no.push(*no),
            None => changes.push(ItemsChange { from, to, no: vec![*no] }),
        }
    }
    changes
}
