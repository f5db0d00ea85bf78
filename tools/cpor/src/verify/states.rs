//! The states: each is derived again by the rules' own `evolve`, and must be what the entry says.

use domain::actor::ActorKind;
use domain::claim::{Claim, HoldReason, Status};
use domain::deadline::Deadline;
use domain::event::{Event, EventBody, EventType, NoticeChange};
use domain::evolve;
use domain::history::{Audience, Entry, ReadableEntry, SealedEntry, WithheldEntry};
use domain::ids::Sha256Hash;
use serde_json::{Map, Value};

/// How many ways to the present state are followed where the reader is not told each step.
const MOST_WAYS: usize = 128;

/// What was said with an event, why, and which fields it changed: that follows from nothing else.
const SAID: [&str; 5] = ["changes", "remarks", "customer_remarks", "staff_remarks", "reason_code"];

/// A claim as it may be after a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Way {
    pub(crate) claim: Claim,
    /// Whether its window or deadline was set by a step that its reader is not told of.
    pub(crate) is_assumed: bool,
}

/// What a step led to.
#[derive(Debug)]
pub(crate) struct Followed {
    /// As the claim may be after it; none where that cannot be derived any more.
    pub(crate) ways: Vec<Way>,
    /// The way that was followed, before the step.
    pub(crate) before: Option<Way>,
    /// The members of the entry that do not follow; empty where all of them do.
    pub(crate) wrong: Vec<String>,
}

/// What is read of a history.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    /// Whose parts are read.
    pub(crate) reads: &'static [Audience],
    /// Whether the parts from before an erasure are gone.
    pub(crate) is_erased: bool,
}

/// The claims that an entry leads to, of those that may have been before; `None`: there was no version.
pub(crate) fn follow_step(
    reading: Reading,
    ways: Option<&[Way]>,
    sealed: &SealedEntry,
    told: &ReadableEntry,
) -> Followed {
    match told {
        ReadableEntry::Event(entry) => follow_event(reading, ways, sealed, entry),
        ReadableEntry::Withheld(withheld) => {
            let ways = ways.unwrap_or_default();
            let mut after = Vec::new();
            for next in ways.iter().flat_map(|way| follow_withheld(way, withheld)) {
                add_way(&mut after, next);
            }
            let wrong = if after.is_empty() { vec!["type".to_owned()] } else { Vec::new() };
            Followed { ways: after, before: None, wrong }
        }
    }
}

/// Adds a way, unless there is one to the same state: what else differs, no entry tells.
fn add_way(ways: &mut Vec<Way>, way: Way) {
    let state = |way: &Way| {
        let Claim { state, notice, .. } = &way.claim;
        (state.status(), state.whose_turn(), state.can_be_overturned(), *notice)
    };
    let is_known =
        |known: &Way| state(known) == state(&way) && known.claim.items == way.claim.items;
    if ways.len() < MOST_WAYS && !ways.iter().any(is_known) {
        ways.push(way);
    }
}

fn follow_event(
    reading: Reading,
    ways: Option<&[Way]>,
    sealed: &SealedEntry,
    entry: &Entry,
) -> Followed {
    let starts: Vec<Option<&Way>> =
        ways.map_or_else(|| vec![None], |ways| ways.iter().map(Some).collect());
    let (mut right, mut wrong): (Vec<Way>, Option<Followed>) = (Vec::new(), None);
    let mut before = None;
    for start in starts {
        let old = start.map(|way| &way.claim);
        for given in list_alternatives(sealed, entry) {
            let Some(event) = given.event(old) else { continue };
            let Ok(claim) = evolve(old.cloned(), &event) else { continue };
            let mut members = find_wrong_members(reading, sealed, entry, old, &claim);
            members.extend(find_wrong_origin(entry, &event, old).map(str::to_owned));
            let is_assumed = start.is_some_and(|way| way.is_assumed) && !sets_time(entry);
            let way = Way { claim, is_assumed };
            if members.is_empty() {
                if right.is_empty() {
                    before = start.cloned();
                }
                add_way(&mut right, way);
            } else if wrong.is_none() {
                let (ways, before) = (vec![way], start.cloned());
                wrong = Some(Followed { ways, before, wrong: members });
            }
        }
    }
    if !right.is_empty() {
        return Followed { ways: right, before, wrong: Vec::new() };
    }
    let nothing = || Followed { ways: Vec::new(), before: None, wrong: vec!["type".to_owned()] };
    wrong.unwrap_or_else(nothing)
}

/// The entry as it may be: whether a rejection can be disputed is between partner and staff.
fn list_alternatives(sealed: &SealedEntry, entry: &Entry) -> Vec<Entry> {
    let mut all = vec![entry.clone()];
    let is_rejection = entry.event_type == EventType::Rejected;
    if is_rejection && !sealed.parts.contains_key(&Audience::Partner) {
        let mut disputable = entry.clone();
        disputable.members.disputable_until = Some(entry.at);
        all.push(disputable);
    }
    all
}

/// Whether the state after the event has a time that the event set.
fn sets_time(entry: &Entry) -> bool {
    let own = &entry.members;
    own.window.is_some() || own.due_at.is_some() || own.discard_at.is_some()
}

/// What the claim may be after a step that its reader is not told of.
fn follow_withheld(way: &Way, withheld: &WithheldEntry) -> Vec<Way> {
    let deadline = || Deadline { at: withheld.at, stand_in: None };
    let bodies = if withheld.name == WithheldEntry::CLAIM_CHANGED {
        vec![(EventBody::DefenceRequested { until: withheld.at }, way.is_assumed)]
    } else {
        let notice = way.claim.notice.next();
        let changes = [
            NoticeChange::Renewed { notice, deliver_by: deadline() },
            NoticeChange::Unreachable { correct_by: deadline(), with_operator: false },
            NoticeChange::Unreachable { correct_by: deadline(), with_operator: true },
            NoticeChange::Held { reason: HoldReason::CalendarEnds },
        ];
        let mut bodies = vec![(EventBody::LinkRetired { change: NoticeChange::None }, true)];
        if asks_customer(&way.claim) {
            bodies.extend(changes.map(|change| (EventBody::LinkRetired { change }, true)));
        }
        bodies
    };
    let after = |(body, is_assumed): (EventBody, bool)| {
        let event = Event {
            version: way.claim.version.next(),
            at: withheld.at,
            actor: WithheldEntry::ACTOR,
            actor_id: None,
            by_silence: false,
            fingerprint: None,
            body,
            details: None,
            recipients: None,
            remarks: Vec::new(),
            motive: None,
        };
        let claim = evolve(Some(way.claim.clone()), &event).ok()?;
        Some(Way { claim, is_assumed })
    };
    bodies.into_iter().filter_map(after).collect()
}

/// Whether a notice asks the customer.
fn asks_customer(claim: &Claim) -> bool {
    matches!(claim.status(), Status::Notifying | Status::AwaitingCustomer)
}

/// The members of the entry that are not those of the event between the two versions, as far as the reader has them.
fn find_wrong_members(
    reading: Reading,
    sealed: &SealedEntry,
    entry: &Entry,
    old: Option<&Claim>,
    new: &Claim,
) -> Vec<String> {
    let mut derived = Entry::of(old, new, entry.details);
    derived.details = entry.details;
    derived.actor_id.clone_from(&entry.actor_id);
    let derived = SealedEntry::of(&derived, Sha256Hash([0; 32]));
    let mut wrong = find_differences(&read_members(&sealed.text), &read_members(&derived.text));
    // Where parts are erased, what they decided is not known, nor what a later part says of it.
    for audience in reading.reads.iter().filter(|_| !reading.is_erased) {
        let part = |sealed: &SealedEntry| {
            sealed.parts.get(audience).map(|part| read_members(&part.value)).unwrap_or_default()
        };
        wrong.extend(find_differences(&part(sealed), &part(&derived)));
    }
    // Notices have numbers without a gap.
    let next = old.map(|old| old.notice.next());
    if entry.members.notice.is_some_and(|no| Some(no) != next) {
        wrong.push("notice".to_owned());
    }
    wrong.sort();
    wrong.dedup();
    wrong
}

/// The member by which the event does not come of the version before: it is of another state, or nobody of that party does it.
fn find_wrong_origin(entry: &Entry, event: &Event, old: Option<&Claim>) -> Option<&'static str> {
    let status = old.map(Claim::status);
    if !event.follows(status) {
        let follows = |actor: &ActorKind| {
            Event { actor: *actor, actor_id: None, ..event.clone() }.follows(status)
        };
        return Some(if ActorKind::ALL.iter().any(follows) { "actor" } else { "type" });
    }
    (entry.actor_id.is_some() && event.actor_id.is_none()).then_some("actor_id")
}

/// The members of a text, without the digests and what was said.
fn read_members(text: &str) -> Map<String, Value> {
    let mut members: Map<String, Value> = serde_json::from_str(text).unwrap_or_default();
    members.retain(|name, _| name != "sealed" && !SAID.contains(&name.as_str()));
    members
}

/// The names of the members that differ.
fn find_differences(one: &Map<String, Value>, other: &Map<String, Value>) -> Vec<String> {
    let names = one.keys().chain(other.keys());
    names.filter(|name| one.get(*name) != other.get(*name)).cloned().collect()
}
