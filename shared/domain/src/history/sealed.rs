//! The text of an entry, which every party is given, and the parts of it that are not for every party.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Entry;
use super::first_format::upgrade_members;
use crate::actor::ActorKind;
use crate::canonical;
use crate::claim::Instant;
use crate::codes::codes;
use crate::event::EventType;
use crate::given_remark::remark_readers;
use crate::ids::{Sha256Hash, Version};
use crate::remark::RemarkKind;

codes! {
    /// Who may read a part of an entry. The operator's staff may read each.
    Audience {
        /// The customer's signed-in administrator.
        Customer => "customer",
        /// The partner whose claim it is.
        Partner => "partner",
        /// The operator's staff alone.
        Staff => "staff",
    }
}

impl Audience {
    /// Whose parts of an entry the audience reads: its own, and staff those of everybody.
    pub fn readable_parts(self) -> &'static [Self] {
        match self {
            Self::Customer => &[Self::Customer],
            Self::Partner => &[Self::Partner],
            Self::Staff => Self::ALL,
        }
    }
}

/// The member that holds the digests of the parts.
const SEALED: &str = "sealed";
/// What every event tells every party.
const ALWAYS: [&str; 6] = ["format", "claim", "version", "at", "details", "reconstructed"];

/// An entry as it is kept: the text that is hashed, and beside it the values of its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedEntry {
    /// Canonical JSON, with salted digests in place of the parts.
    pub text: String,
    /// The parts that there is anything to read in.
    pub parts: BTreeMap<Audience, SealedPart>,
}

/// A part of an entry: `SHA-256(salt ‖ value)` stands in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedPart {
    /// Sixteen bytes that nobody can guess.
    pub salt: [u8; 16],
    /// Canonical JSON of the part's members.
    pub value: String,
}

/// What an entry tells whoever reads some of its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadableEntry {
    /// The event with the parts that the reader may read.
    Event(Box<Entry>),
    /// That there was one, and no more: the part that says which is not read, or is erased.
    Withheld(WithheldEntry),
}

/// An event of which its reader is told no more than this.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct WithheldEntry {
    /// What stands for its type.
    #[serde(rename = "type")]
    pub name: String,
    /// The version that it led to.
    pub version: Version,
    /// The moment of the event.
    pub at: Instant,
}

impl WithheldEntry {
    /// What stands for the type of an event that concerns single recipients, which the partner is not told of.
    pub const NOTICE_CHANGED: &str = "notice_changed";
    /// What stands for the type of an event that concerns rivals, which the customer is not told of.
    pub const CLAIM_CHANGED: &str = "claim_changed";
    /// What stands for the actor.
    pub const ACTOR: ActorKind = ActorKind::System;

    /// All that may stand for the type of an event.
    pub const NAMES: [&str; 2] = [Self::NOTICE_CHANGED, Self::CLAIM_CHANGED];
}

/// What stands in the text for the type of an event that not every party is told of, and who is.
fn withheld_type(entry: &Entry) -> Option<(&'static str, Audience)> {
    if entry.concerns_recipients() {
        return Some((WithheldEntry::NOTICE_CHANGED, Audience::Customer));
    }
    let is_rivalry = entry.event_type == EventType::DefenceRequested;
    is_rivalry.then_some((WithheldEntry::CLAIM_CHANGED, Audience::Partner))
}

impl SealedPart {
    /// A part of the entry with that key.
    pub fn new(audience: Audience, key: Sha256Hash, value: impl Into<String>) -> Self {
        Self { salt: part_salt(audience, key), value: value.into() }
    }

    /// The digest that stands in the text.
    pub fn digest(&self) -> Sha256Hash {
        Sha256Hash::of(&[self.salt.as_slice(), self.value.as_bytes()].concat())
    }
}

impl SealedEntry {
    /// The text and the parts of an entry. The salts come from `key`, which is secret: the same entry under the same
    /// key is the same text. Each text has a digest for each audience, so that its form tells nothing.
    pub fn of(entry: &Entry, key: Sha256Hash) -> Self {
        let whole = serde_json::to_value(entry).unwrap_or_default();
        let mut public = Map::new();
        let mut parts: BTreeMap<Audience, Map<String, Value>> = BTreeMap::new();
        for (name, value) in whole.as_object().into_iter().flatten() {
            match member_audience(entry, name) {
                None => public.insert(name.clone(), value.clone()),
                Some(audience) => {
                    parts.entry(audience).or_default().insert(name.clone(), value.clone())
                }
            };
        }
        if let Some((name, _)) = withheld_type(entry) {
            public.insert("type".to_owned(), name.into());
            public.insert("actor".to_owned(), WithheldEntry::ACTOR.as_str().into());
        }
        let seal = |audience: &Audience| {
            let members = parts.get(audience).cloned().unwrap_or_default();
            let value = canonical::to_canonical_json(&Value::Object(members));
            (*audience, SealedPart::new(*audience, key, value))
        };
        let mut parts: BTreeMap<_, _> = Audience::ALL.iter().map(seal).collect();
        let digest = |(audience, part): (&Audience, &SealedPart)| {
            (audience.as_str().to_owned(), part.digest().to_string().into())
        };
        let digests: Map<String, Value> = parts.iter().map(digest).collect();
        public.insert(SEALED.to_owned(), Value::Object(digests));
        parts.retain(|_, part| part.value != "{}");
        Self { text: canonical::to_canonical_json(&Value::Object(public)), parts }
    }

    /// The event again, as far as the parts tell. `None` for a text that is no entry's.
    pub fn to_readable(&self) -> Option<ReadableEntry> {
        let mut members: Map<String, Value> = serde_json::from_str(&self.text).ok()?;
        members.remove(SEALED);
        for part in self.parts.values() {
            members.extend(serde_json::from_str::<Map<String, Value>>(&part.value).ok()?);
        }
        let members =
            if members.contains_key("format") { members } else { upgrade_members(&members)? };
        let name = members.get("type").and_then(Value::as_str);
        if name.is_some_and(|name| WithheldEntry::NAMES.contains(&name)) {
            let told = serde_json::from_value(Value::Object(members)).ok()?;
            return Some(ReadableEntry::Withheld(told));
        }
        let entry = serde_json::from_value(Value::Object(members)).ok()?;
        Some(ReadableEntry::Event(Box::new(entry)))
    }

    /// The same with those parts alone that `reads` names.
    #[must_use]
    pub fn with_readable_parts(&self, reads: &[Audience]) -> Self {
        let parts = self.parts.iter().filter(|(audience, _)| reads.contains(audience));
        let parts = parts.map(|(audience, part)| (*audience, part.clone())).collect();
        Self { text: self.text.clone(), parts }
    }

    /// Whether the text may be given to every party. That of the first format names staff and recipients.
    pub fn is_public(&self) -> bool {
        let members = serde_json::from_str::<Map<String, Value>>(&self.text);
        members.is_ok_and(|members| members.contains_key(SEALED))
    }
}

/// The salt of a part: 16 bytes of SHA-256 over the audience's name, a colon and the entry's key.
fn part_salt(audience: Audience, key: Sha256Hash) -> [u8; 16] {
    let text = format!("{}:", audience.as_str());
    let digest = Sha256Hash::of(&[text.as_bytes(), &key.0].concat());
    let mut salt = [0; 16];
    salt.iter_mut().zip(digest.0).for_each(|(byte, digest)| *byte = digest);
    salt
}

/// Who reads why a party did it: whoever reads a comment of that party's with that event (`docs/domain.md §3.12`).
/// Beside staff that is nobody, one party, or both.
fn motive_audience(entry: &Entry) -> Option<Audience> {
    let readers = remark_readers(entry.event_type, entry.actor, RemarkKind::Comment);
    let is_read_by = |audience| readers.contains(&audience);
    match (is_read_by(Audience::Partner), is_read_by(Audience::Customer)) {
        (true, true) => None,
        (true, false) => Some(Audience::Partner),
        (false, true) => Some(Audience::Customer),
        (false, false) => Some(Audience::Staff),
    }
}

/// Whether the event says what is claimed: the notice that tells what silence means comes later.
fn fixes_content(event: EventType) -> bool {
    matches!(event, EventType::Drafted | EventType::Submitted | EventType::Edited)
}

/// Whose a member is; `None`: everybody's. By its name and the type of the event alone, never by its value.
fn member_audience(entry: &Entry, name: &str) -> Option<Audience> {
    if ALWAYS.contains(&name) {
        return None;
    }
    match name {
        "actor_id" => Some(match entry.actor {
            ActorKind::Partner => Audience::Partner,
            ActorKind::Customer => Audience::Customer,
            ActorKind::Operator | ActorKind::System => Audience::Staff,
        }),
        "reason_code" => motive_audience(entry),
        "rejected_by" | "staff_remarks" => Some(Audience::Staff),
        "customer_remarks" | "noes" | "taken_back" | "opened_by" | "counted_from" | "by_link"
        | "extended_by" => Some(Audience::Customer),
        "changes"
        | "remarks"
        | "contested"
        | "defence_until"
        | "by_partner"
        | "reasons"
        | "priority_at"
        | "keeps_priority_until"
        | "disputable_until" => Some(Audience::Partner),
        "explicit_yes" if fixes_content(entry.event_type) => Some(Audience::Customer),
        _ => withheld_type(entry).map(|(_, audience)| audience),
    }
}
