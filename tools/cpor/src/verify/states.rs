//! The states: each is derived again by the rules' own `evolve`, and must be what the entry says.

use domain::actor::ActorKind;
use domain::claim::{Claim, HoldReason, Status};
use domain::deadline::Deadline;
use domain::event::{Event, EventBody, EventType, NoticeChange};
use domain::evolve;
use domain::history::{Audience, Entry, ReadableEntry, SealedEntry, WithheldEntry};
use domain::ids::Sha256Hash;
use serde_json::{Map, Value};

/// How many claims are followed that may be the present one, where the reader is not told each step.
const MOST_CANDIDATES: usize = 128;

/// What was said with an event, why, and which fields it changed: that follows from nothing else.
const SAID: [&str; 5] = ["changes", "remarks", "customer_remarks", "staff_remarks", "reason_code"];

/// A claim as it may be after a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CandidateClaim {
    pub(crate) claim: Claim,
    /// Whether its window or deadline was set by a step that its reader is not told of.
    pub(crate) is_assumed: bool,
}

/// What a step led to.
#[derive(Debug)]
pub(crate) struct StepOutcome {
    /// As the claim may be after it; none where that cannot be derived any more.
    pub(crate) candidates: Vec<CandidateClaim>,
    /// The claim that was followed, before the step.
    pub(crate) before: Option<CandidateClaim>,
    /// The members of the entry that do not follow; empty where all of them do.
    pub(crate) wrong: Vec<String>,
}

/// What is read of a history.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    /// Whose parts are read.
    pub(crate) audiences: &'static [Audience],
    /// Whether the parts from before an erasure are gone.
    pub(crate) is_erased: bool,
}

/// The claims that an entry leads to, of those that may have been before; `None`: there was no version.
pub(crate) fn follow_step(
    reading: Reading,
    candidates: Option<&[CandidateClaim]>,
    sealed: &SealedEntry,
    told: &ReadableEntry,
) -> StepOutcome {
    match told {
        ReadableEntry::Event(entry) => follow_event(reading, candidates, sealed, entry),
        ReadableEntry::Withheld(withheld) => {
            let candidates = candidates.unwrap_or_default();
            let mut after = Vec::new();
            for next in candidates.iter().flat_map(|candidate| follow_withheld(candidate, withheld))
            {
                add_candidate(&mut after, next);
            }
            let wrong = if after.is_empty() { vec!["type".to_owned()] } else { Vec::new() };
            StepOutcome { candidates: after, before: None, wrong }
        }
    }
}

/// Adds a claim, unless there is one in the same state: what else differs, no entry tells.
fn add_candidate(candidates: &mut Vec<CandidateClaim>, candidate: CandidateClaim) {
    let state = |candidate: &CandidateClaim| {
        let Claim { state, notice, .. } = &candidate.claim;
        (state.status(), state.whose_turn(), state.can_be_overturned(), *notice)
    };
    let is_known = |known: &CandidateClaim| {
        state(known) == state(&candidate) && known.claim.items == candidate.claim.items
    };
    if candidates.len() < MOST_CANDIDATES && !candidates.iter().any(is_known) {
        candidates.push(candidate);
    }
}

fn follow_event(
    reading: Reading,
    candidates: Option<&[CandidateClaim]>,
    sealed: &SealedEntry,
    entry: &Entry,
) -> StepOutcome {
    let starts: Vec<Option<&CandidateClaim>> =
        candidates.map_or_else(|| vec![None], |candidates| candidates.iter().map(Some).collect());
    let (mut right, mut wrong): (Vec<CandidateClaim>, Option<StepOutcome>) = (Vec::new(), None);
    let mut before = None;
    for start in starts {
        let old = start.map(|candidate| &candidate.claim);
        for given in list_alternatives(sealed, entry) {
            let Some(event) = given.event(old) else { continue };
            let Ok(claim) = evolve(old.cloned(), &event) else { continue };
            let mut members = find_wrong_members(reading, sealed, entry, old, &claim);
            members.extend(find_wrong_origin(entry, &event, old).map(str::to_owned));
            let is_assumed =
                start.is_some_and(|candidate| candidate.is_assumed) && !sets_time(entry);
            let candidate = CandidateClaim { claim, is_assumed };
            if members.is_empty() {
                if right.is_empty() {
                    before = start.cloned();
                }
                add_candidate(&mut right, candidate);
            } else if wrong.is_none() {
                let (candidates, before) = (vec![candidate], start.cloned());
                wrong = Some(StepOutcome { candidates, before, wrong: members });
            }
        }
    }
    if !right.is_empty() {
        return StepOutcome { candidates: right, before, wrong: Vec::new() };
    }
    let nothing =
        || StepOutcome { candidates: Vec::new(), before: None, wrong: vec!["type".to_owned()] };
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
fn follow_withheld(candidate: &CandidateClaim, withheld: &WithheldEntry) -> Vec<CandidateClaim> {
    let deadline = || Deadline { at: withheld.at, stand_in: None };
    let bodies = if withheld.name == WithheldEntry::CLAIM_CHANGED {
        vec![(EventBody::DefenceRequested { until: withheld.at }, candidate.is_assumed)]
    } else {
        let notice = candidate.claim.notice.next();
        let changes = [
            NoticeChange::Renewed { notice, deliver_by: deadline() },
            NoticeChange::Unreachable { correct_by: deadline(), with_operator: false },
            NoticeChange::Unreachable { correct_by: deadline(), with_operator: true },
            NoticeChange::Held { reason: HoldReason::CalendarEnds },
        ];
        let mut bodies = vec![(EventBody::LinkRetired { change: NoticeChange::None }, true)];
        if asks_customer(&candidate.claim) {
            bodies.extend(changes.map(|change| (EventBody::LinkRetired { change }, true)));
        }
        bodies
    };
    let after = |(body, is_assumed): (EventBody, bool)| {
        let event = Event {
            version: candidate.claim.version.next(),
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
        let claim = evolve(Some(candidate.claim.clone()), &event).ok()?;
        Some(CandidateClaim { claim, is_assumed })
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
    for audience in reading.audiences.iter().filter(|_| !reading.is_erased) {
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
