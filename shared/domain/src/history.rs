//! The history: one entry for each version, chained by digests (`docs/architecture.md §2`).

use serde_json::{Map, Value, json};

use crate::canonical;
use crate::claim::{Claim, Item, ItemStatus};
use crate::ids::{ItemNo, Sha256Hash};
use crate::recipient::Decliners;
use crate::time;

/// The member of a detail that a partner does not read: what concerns the recipients of notices.
pub const RECIPIENTS: &str = "recipients";

/// What an event changed, without personal data: the difference between a claim's two versions.
/// `old` is `None` for the first.
pub fn detail(old: Option<&Claim>, new: &Claim) -> Value {
    let mut detail = Map::new();
    let from = old.map(|old| old.status().as_str());
    if from != Some(new.status().as_str()) {
        detail.insert("status".into(), json!({"from": from, "to": new.status().as_str()}));
    }
    let items = changed_items(old, new);
    if !items.is_empty() {
        detail.insert("items".into(), Value::Array(items));
    }
    let closes_at = |claim: &Claim| claim.state.window().map(|window| window.closes_at);
    if let Some(closes_at) = closes_at(new).filter(|at| old.and_then(closes_at) != Some(*at)) {
        detail.insert("closes_at".into(), time::rfc3339(closes_at).into());
    }
    if !new.state.reasons().is_empty() && old.is_none_or(|old| old.state.reasons().is_empty()) {
        detail.insert("reasons".into(), json!(new.state.reasons()));
    }
    if old.map(|old| old.notice) != Some(new.notice) && new.notice.0 > 0 {
        detail.insert("notice".into(), json!(new.notice));
    }
    if new.subject.explicit_yes && old.is_none_or(|old| !old.subject.explicit_yes) {
        detail.insert("explicit_yes".into(), true.into());
    }
    if new.last_event.by_silence {
        detail.insert("by".into(), "silence".into());
    }
    let recipients = old.map(|old| of_recipients(old, new)).unwrap_or_default();
    if !recipients.is_empty() {
        detail.insert(RECIPIENTS.into(), Value::Object(recipients));
    }
    Value::Object(detail)
}

/// Whose "no" came and whose was taken back, at which items, as numbers of 24 bits; and whose delivery the
/// window is counted from, where that has changed.
fn of_recipients(old: &Claim, new: &Claim) -> Map<String, Value> {
    let mut changes = Map::new();
    for (name, more, fewer) in [("noes", new, old), ("taken_back", old, new)] {
        let (by, items) = gained(more, fewer);
        if !by.is_empty() {
            changes.insert(name.into(), json!({"by": by.bits(), "items": items}));
        }
    }
    let moved = old.opened_by.is_some() && old.opened_by != new.opened_by;
    if let Some(no) = new.opened_by.filter(|_| moved) {
        changes.insert("counted_from".into(), json!(no));
    }
    changes
}

/// Whose "no" stands in `more` and not in `fewer`, and at which items.
fn gained(more: &Claim, fewer: &Claim) -> (Decliners, Vec<ItemNo>) {
    let (mut by, mut items) = (Decliners::NOBODY, Vec::new());
    for item in &more.items {
        let before = fewer.item(item.no).map(|item| decliners(fewer, item)).unwrap_or_default();
        let own = decliners(more, item).without(before);
        if !own.is_empty() {
            by = by.with(own);
            items.push(item.no);
        }
    }
    (by, items)
}

fn decliners(claim: &Claim, item: &Item) -> Decliners {
    match claim.item_status(item) {
        ItemStatus::Declined { by, .. } => by,
        ItemStatus::Proposed
        | ItemStatus::Pending
        | ItemStatus::Active { .. }
        | ItemStatus::Ended { .. }
        | ItemStatus::Dropped
        | ItemStatus::Withdrawn
        | ItemStatus::Rejected => Decliners::NOBODY,
    }
}

fn changed_items(old: Option<&Claim>, new: &Claim) -> Vec<Value> {
    new.items
        .iter()
        .filter_map(|item| {
            let to = new.item_status(item);
            let from = old.and_then(|old| old.item(item.no).map(|item| old.item_status(item)));
            let (from, to) = (from.map(ItemStatus::as_str), to.as_str());
            (from != Some(to)).then(|| json!({"no": item.no, "from": from, "to": to}))
        })
        .collect()
}

/// An entry of a claim's history, as it is hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What happened, as canonical JSON of version, type, moment, actor, detail and the salted
    /// digest of the details.
    pub event: Value,
    /// The hash of the entry before; `None` for the first.
    pub previous: Option<Sha256Hash>,
}

impl Entry {
    /// SHA-256 over the previous hash (nothing for the first entry) and the canonical event.
    pub fn hash(&self) -> Sha256Hash {
        let previous: &[u8] = self.previous.as_ref().map_or(&[], |hash| hash.0.as_slice());
        Sha256Hash::of(&[previous, canonical::text(&self.event).as_bytes()].concat())
    }
}

/// The event of a claim's present version, as its history entry holds it.
pub fn event(old: Option<&Claim>, new: &Claim, details: Sha256Hash) -> Value {
    json!({
        "claim": new.id,
        "version": new.version,
        "type": new.last_event.event_type,
        "at": time::rfc3339(new.last_event.at),
        "actor": new.last_event.actor,
        "actor_id": new.last_event.actor_id,
        "detail": detail(old, new),
        "details_sha256": details,
    })
}
