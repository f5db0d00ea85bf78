//! The history: one entry for each version, chained by digests (`docs/architecture.md §2`).

use serde_json::{Map, Value, json};

use crate::canonical;
use crate::claim::{Claim, ItemStatus};
use crate::ids::Sha256Hash;
use crate::time;

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
    Value::Object(detail)
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
