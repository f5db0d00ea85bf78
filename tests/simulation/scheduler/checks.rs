//! What must be true when everything has come to rest.
#![expect(clippy::wildcard_enum_match_arm, reason = "a few events of many matter here")]

use std::collections::BTreeMap;

use chrono::Duration;
use domain::actor::{Actor, ActorKind};
use domain::claim::{Basis, Claim, Instant, ItemStatus, Scan, Status};
use domain::command::Command;
use domain::effects::holds_lock;
use domain::event::{Event, EventType};
use domain::history::{Entry, ReadableEntry};
use domain::ids::Version;
use domain::program::Policy;
use serde_json::Value;
use store::{ClaimImage, Effect, HistoryEntry};
use support::engine::key;

use super::Sim;
use crate::bundle::verifies_for_everybody;
use crate::simulation::actions::Action;
use crate::simulation::invariants::{is_final, overlapping_associations, says_no};
use crate::simulation::renewals::place_of;

/// Until when a claim waits for something that silence will do, or did not do yet.
pub(super) fn waits_until(claim: &Claim, now: Instant) -> Option<Instant> {
    match claim.status() {
        // Settled by its window's timer.
        Status::Declined => {
            claim.state.window().map(|window| window.closes_at).filter(|end| *end > now)
        }
        Status::Draft
        | Status::Submitted
        | Status::InReview
        | Status::ActionRequired
        | Status::Disputed
        | Status::Notifying
        | Status::Unreachable
        | Status::AwaitingCustomer
        | Status::OnHold
        | Status::Associated
        | Status::Rejected
        | Status::Withdrawn
        | Status::Discarded
        | Status::Ended => claim.deadline(),
    }
}

/// What anybody may try on a claim that is final.
const TRIED: [Action; 26] = [
    Action::Submit,
    Action::Recall,
    Action::Discard,
    Action::Begin,
    Action::Ask(1),
    Action::Respond,
    Action::Reject(1),
    Action::Validate,
    Action::Deliver,
    Action::DeliverOlder,
    Action::Bounce,
    Action::CorrectContact,
    Action::Hold,
    Action::Resume,
    Action::Extend,
    Action::ExtendOnce,
    Action::PassOn,
    Action::Accept(1),
    Action::AcceptForTheCustomer,
    Action::Withdraw,
    Action::Resend,
    Action::Dispute,
    Action::Uphold(3),
    Action::Overturn(3),
    Action::AddEvidence(2),
    Action::End(1),
];

impl Sim {
    /// Everything, over the whole table.
    pub(in super::super) async fn check(&self) {
        let claims = self.all();
        self.no_timer_is_lost();
        one_active_each(&claims);
        no_two_recorded_associations_overlap(&claims);
        self.renewals_follow_the_old();
        self.one_is_associated_at_every_moment();
        self.no_no_is_renewed();
        self.locks_have_owners(&claims);
        for claim in &claims {
            self.no_is_kept(claim);
            let history = self.stack.env.store.whole_history(claim).await.unwrap();
            self.every_version_is_told(claim, &history);
            self.events_are_what_changed(claim, &history);
            self.what_was_recorded_stays(claim);
            self.nothing_personal_is_left(claim, &history);
            if claim.erased {
                let details = self.stack.env.read(&claim.id).await.details;
                let people = [&details.customer_contact, &details.technical_contact];
                assert_eq!(people, [&None, &None], "{}, which is erased", claim.id);
            }
            let entries = self.entries(claim, &history);
            self.silence_was_earned(claim, &entries);
            nobody_judged_himself(&entries);
        }
        Box::pin(self.silence_can_be_believed()).await;
        Box::pin(self.every_notice_is_mailed_once()).await;
        for made in &self.made {
            self.nothing_was_done_while_suspended(made);
            self.dates_are_earned(made);
        }
        // A draft that was dropped is as final as another.
        let (drafts, lively): (Vec<_>, Vec<_>) =
            self.made.iter().zip(&claims).partition(|(made, _)| made.wish.weight == 0);
        for (_, claim) in lively.into_iter().chain(drafts.into_iter().take(3)) {
            Box::pin(verifies_for_everybody(&self.stack, claim)).await;
            self.final_is_final(claim).await;
        }
    }

    /// Every claim in the table, in the order of their making.
    fn all(&self) -> Vec<Claim> {
        let items = self.stack.env.engine.items("C#").into_iter();
        let records = items.filter(|item| key(item).1 == "A");
        let mut claims: Vec<Claim> = records.map(|item| image(item).claim().clone()).collect();
        assert_eq!(claims.len(), self.made.len(), "no claim comes from nowhere");
        claims.sort_by_key(|claim| self.made.iter().position(|made| made.id == claim.id));
        claims
    }

    /// Every lock is of a claim that holds it, and every active item has its lock.
    fn locks_have_owners(&self, claims: &[Claim]) {
        let mut named = BTreeMap::new();
        for lock in self.stack.env.engine.items("L#") {
            if key(&lock).1 == "L" {
                for place in ["a", "n"] {
                    if let Some(holder) = lock[place]["S"].as_str() {
                        named.insert(holder.to_owned(), place);
                    }
                }
            }
        }
        for claim in claims {
            for item in &claim.items {
                let id = claim.association_id(item.no).to_string();
                let active = matches!(claim.item_status(item), ItemStatus::Active { .. });
                let place = named.remove(&id);
                assert!(!active || place == Some("a"), "{id} is active and has {place:?}");
                let held = holds_lock(claim, item);
                assert!(place.is_none() || held, "{id} has let go: {:?}", claim.item_status(item));
            }
        }
        assert!(named.is_empty(), "locks of nobody: {named:?}");
    }

    /// I2.
    fn no_is_kept(&self, claim: &Claim) {
        let Some(refused) = self.books.refused.get(&claim.id) else { return };
        let stands = |no: u8| refused.get(&no).is_some_and(|noes| !noes.is_empty());
        for item in claim.items.iter().filter(|item| stands(item.no.0)) {
            let status = claim.item_status(item);
            let lost = matches!(status, ItemStatus::Pending | ItemStatus::Active { .. });
            assert!(!lost, "I2: item {} of {} is {}", item.no, claim.id, status.as_str());
        }
    }

    /// I7: each version has one entry, chained to the one before by hashes that can be computed again, and
    /// was on the bus.
    fn every_version_is_told(&self, claim: &Claim, history: &[HistoryEntry]) {
        let versions: Vec<Version> = history.iter().map(|entry| entry.version).collect();
        let whole: Vec<Version> = (1..=claim.version.0).map(Version).collect();
        assert_eq!(versions, whole, "the history of {}", claim.id);
        let mut previous = None;
        for entry in history {
            assert_eq!(entry.previous_hash, previous, "I7: the chain breaks at {}", entry.version);
            let own = domain::history::hash_entry(previous, &entry.sealed.text);
            assert_eq!(entry.hash, Some(own), "I7: {}", entry.version);
            previous = entry.hash;
        }
        for version in whole {
            let id = format!("{}-{version}", claim.id);
            assert!(self.books.told.contains(&id), "{id} was never on the bus");
        }
    }

    /// The events of a claim as they were archived; of an erased one, whose archive tells less, as the stream had them.
    fn entries(&self, claim: &Claim, history: &[HistoryEntry]) -> Vec<Entry> {
        if !claim.erased {
            return history.iter().map(event).collect();
        }
        let (mut entries, mut before) = (Vec::<Entry>::new(), None::<ClaimImage>);
        for record in self.books.stream_of(&claim.id) {
            let new = image(record["dynamodb"]["NewImage"].clone());
            if before.as_ref().is_none_or(|before| before.version() < new.version()) {
                entries.push(new.history_entry(before.as_ref()));
            }
            before = Some(new);
        }
        entries
    }

    /// I1 and I4, from what was archived: no end of a notice's window moved earlier, and silence had its effect
    /// after the last.
    fn silence_was_earned(&self, claim: &Claim, entries: &[Entry]) {
        let mut end = None;
        for event in entries {
            if event.members.notice.is_some() {
                end = None;
            }
            if let Some(new) = event.closes_at() {
                assert!(end.is_none_or(|old| old <= new), "I4: {end:?} to {new}");
                end = Some(new);
            }
            if event.event_type == EventType::WindowClosed {
                let (end, at) = (end.expect("its end"), event.at);
                assert!(at >= end + Duration::seconds(118), "I1: closed at {at}, before {end}");
            }
        }
        for item in &claim.items {
            let ItemStatus::Active { basis: Basis::Explicit, .. } = claim.item_status(item) else {
                continue;
            };
            let yes =
                self.books.accepted.get(&claim.id).is_some_and(|own| own.contains(&item.no.0));
            assert!(yes, "nobody said yes to item {}", item.no);
        }
    }

    /// I6 and I7, from the stream: each record begins where the one before ended, its event is the
    /// difference between the two, and what becomes active is what the last validation has frozen.
    fn events_are_what_changed(&self, claim: &Claim, history: &[HistoryEntry]) {
        let (mut before, mut shown) = (None::<(Value, ClaimImage)>, None);
        let mut entries = history.iter();
        for record in self.books.stream_of(&claim.id) {
            let change = &record["dynamodb"];
            let (old, new) = (&change["OldImage"], image(change["NewImage"].clone()));
            assert_eq!(
                before.as_ref().map_or(&Value::Null, |before| &before.0),
                old,
                "I7: the log"
            );
            let previous = before.as_ref().map(|before| before.1.claim());
            if previous.is_none_or(|previous| previous.version < new.version()) {
                let entry = entries.next().expect("an entry of each version");
                let before = before.as_ref().map(|before| &before.1);
                let told = new.history_entry(before);
                if claim.erased {
                    // What not each party may read is gone; what is left is that something happened.
                    assert_eq!(moment_of(entry), (told.version, told.at), "I7");
                } else {
                    let (bare, is_annotated) = without_annotation(event(entry));
                    assert_eq!(bare, told, "I7: version {}", new.version());
                    assert_eq!(is_annotated, new.has_annotation(), "I7: what was said");
                    let says = says_something(&bare);
                    assert!(
                        is_annotated || !says,
                        "I7: nothing was said with {:?}",
                        bare.event_type
                    );
                }
                let between = Event::derive(previous, new.claim()).expect("an event between");
                if let Some(previous) = previous {
                    let again = domain::evolve(Some(previous.clone()), &between);
                    assert_eq!(again.as_ref(), Ok(new.claim()), "I7: the fold of its events");
                }
            }
            let hash = domain::content::content_hash(new.claim(), &Policy::default());
            match new.claim().last_event.event_type {
                EventType::Validated => shown = Some(hash),
                EventType::WindowClosed | EventType::ItemsAccepted => {
                    assert_eq!((Some(hash), new.claim().content_hash), (shown, shown), "I6");
                }
                _ => {}
            }
            before = Some((change["NewImage"].clone(), new));
        }
        assert!(entries.next().is_none(), "the stream has told every version");
    }

    /// Of an erased claim nothing is stored but its record, its bare details, marks, numbers of recipients of whom
    /// something came late, and its history, whose entries have no value up to the erasure.
    fn nothing_personal_is_left(&self, claim: &Claim, history: &[HistoryEntry]) {
        if !claim.erased {
            return;
        }
        let is_erasure = |entry: &&HistoryEntry| {
            let readable = entry.to_readable();
            matches!(readable, Some(ReadableEntry::Event(event)) if event.event_type == EventType::Erased)
        };
        let erasure = history.iter().find(is_erasure).expect("an erasure").version;
        for item in self.stack.env.engine.partition(&format!("C#{}", claim.id)) {
            let (_, sort) = key(&item);
            let version = sort.strip_prefix("H#").and_then(|version| version.parse().ok());
            let has_values = item.get("v").is_some() || item.get("z").is_some();
            let is_left = match version {
                Some(version) => Version(version) >= erasure || !has_values,
                None if sort.starts_with("R#") || sort.starts_with("K#") => {
                    !item.to_string().contains('@')
                }
                None => ["A", "D", "R"].contains(&sort.as_str()) || sort.starts_with("M#"),
            };
            assert!(is_left, "{sort} of {}, which is erased", claim.id);
        }
    }

    /// An association keeps its beginning, and its end once it has one.
    fn what_was_recorded_stays(&self, claim: &Claim) {
        let mut recorded = BTreeMap::new();
        for record in self.books.stream_of(&claim.id) {
            let image = image(record["dynamodb"]["NewImage"].clone());
            for item in &image.claim().items {
                let (since, until) = match image.claim().item_status(item) {
                    ItemStatus::Active { effective_at, .. } => (effective_at, None),
                    ItemStatus::Ended { effective_at, at, .. } => (effective_at, Some(at)),
                    other => {
                        let before: Option<&(Instant, Option<Instant>)> = recorded.get(&item.no);
                        assert!(before.is_none(), "{before:?} became {other:?}");
                        continue;
                    }
                };
                let before = recorded.insert(item.no, (since, until));
                let stays = before.is_none_or(|(began, ended)| {
                    began == since && (ended.is_none() || ended == until)
                });
                assert!(stays, "{before:?} became {since} to {until:?} in {}", claim.id);
            }
        }
    }

    /// I8: nothing that anybody tries has an effect on a claim that is final, but the customer's "no" and its
    /// repeat.
    async fn final_is_final(&self, claim: &Claim) {
        if !is_final(claim, self.stack.env.clock.now()) {
            return;
        }
        let env = &self.stack.env;
        for action in TRIED.into_iter().filter(|action| !says_no(*action)) {
            let given = Box::pin(action.perform(env, &env.store, &claim.id)).await;
            let changed = given
                .is_ok_and(|done| done.is_some_and(|outcome| outcome.effect == Effect::Changed));
            assert!(!changed, "I8: {action:?} on {}, which is {:?}", claim.id, claim.status());
        }
        self.late_scans_change_nothing(claim).await;
        self.a_withdrawal_can_be_repeated(claim).await;
    }

    /// A scan of each document that comes when its claim is final.
    async fn late_scans_change_nothing(&self, claim: &Claim) {
        let env = &self.stack.env;
        for entry in env.read(&claim.id).await.details.evidence {
            for scan in [Scan::Clean, Scan::Infected] {
                let (id, sha256) = (entry.id.clone(), entry.sha256);
                let record = Command::RecordScan { id, sha256, scan };
                let given = env.give(&claim.id, &Actor::System, &record).await;
                let effect = given.expect("a scan that changes nothing").effect;
                assert_eq!(effect, Effect::Unchanged, "I8: {record:?} on {}", claim.id);
            }
        }
    }

    /// Whoever has withdrawn a claim, and has not heard the answer, is told by a repeat with the version before.
    async fn a_withdrawal_can_be_repeated(&self, claim: &Claim) {
        if claim.last_event.event_type != EventType::Withdrawn {
            return;
        }
        let env = &self.stack.env;
        let (actor, withdraw) = Action::Withdraw.command(claim).expect("a withdrawal");
        let before = claim.version.0.checked_sub(1).map(Version);
        let again = env.store.execute_command(&claim.id, &actor, &withdraw, env.now(), before);
        let again = Box::pin(again).await.expect("a repeat");
        assert_eq!((again.effect, again.claim.version), (Effect::Repeated, claim.version));
    }
}

/// I3.
fn one_active_each(claims: &[Claim]) {
    let of_claim =
        |claim: &Claim| claim.active_items().map(|item| place_of(claim, item)).collect::<Vec<_>>();
    let mut active: Vec<String> = claims.iter().flat_map(of_claim).collect();
    active.sort_unstable();
    let all = active.len();
    active.dedup();
    assert_eq!(active.len(), all, "I3: {active:?}");
}

/// I3, over all the time that has passed: by silence, by a yes, handed over, ended by whomever.
fn no_two_recorded_associations_overlap(claims: &[Claim]) {
    let overlaps = overlapping_associations(claims);
    assert!(overlaps.is_empty(), "I3: {overlaps:?}");
}

/// I9: whoever rejected a claim is not who judged the dispute, and a yes is the customer's own.
fn nobody_judged_himself(entries: &[Entry]) {
    let mut rejected_by = None;
    for event in entries {
        match event.event_type {
            EventType::Rejected => rejected_by = event.actor_id.as_ref(),
            EventType::DisputeUpheld | EventType::DisputeOverturned => {
                assert_ne!(event.actor_id.as_ref(), rejected_by, "I9: {:?}", event.event_type);
            }
            EventType::ItemsAccepted => assert_eq!(event.actor, ActorKind::Customer, "I9"),
            _ => {}
        }
    }
}

/// The entry without what was said with it and which fields it changed, and whether there was any of that.
fn without_annotation(mut entry: Entry) -> (Entry, bool) {
    let changes = std::mem::take(&mut entry.members.changes);
    let mut said = std::mem::take(&mut entry.members.remarks);
    let why = entry.members.reason_code.take();
    said.append(&mut entry.members.customer_remarks);
    said.append(&mut entry.members.staff_remarks);
    (entry, !changes.is_empty() || !said.is_empty() || why.is_some())
}

/// Whether there is no such event without a comment.
fn says_something(event: &Entry) -> bool {
    let with_comment = matches!(
        event.event_type,
        EventType::Disputed
            | EventType::ContactVouched
            | EventType::LinkRetired
            | EventType::DisputeUpheld
            | EventType::DisputeOverturned
    );
    with_comment && event.actor != ActorKind::Customer
}

/// The version and the moment of an entry, whoever may read what it is.
fn moment_of(entry: &HistoryEntry) -> (Version, Instant) {
    match entry.to_readable() {
        Some(ReadableEntry::Event(event)) => (event.version, event.at),
        Some(ReadableEntry::Withheld(event)) => (event.version, event.at),
        None => panic!("no event: {entry:?}"),
    }
}

/// The event of an entry.
fn event(entry: &HistoryEntry) -> Entry {
    let Some(ReadableEntry::Event(event)) = entry.to_readable() else {
        panic!("no event: {entry:?}")
    };
    *event
}

pub(super) fn image(item: Value) -> ClaimImage {
    let item: serde_dynamo::Item = serde_json::from_value(item).unwrap();
    ClaimImage::from_stream(item).unwrap()
}
