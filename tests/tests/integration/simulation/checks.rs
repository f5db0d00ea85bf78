//! What must be true when everything has come to rest.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use domain::claim::{Basis, Claim, Instant, ItemStatus, Status};
use domain::effects::holds_lock;
use domain::ids::{ClaimId, Version};
use integration::engine::key;
use serde_json::Value;
use store::HistoryEntry;

use super::{Proof, Sim};
use crate::invariants::model::full_window;

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

impl Sim {
    pub(super) async fn check(&self) {
        let claims: Vec<Claim> = self.ids.iter().map(|id| self.peek(id)).collect();
        self.one_active_each(&claims);
        self.locks_have_owners(&claims);
        for claim in &claims {
            self.no_is_kept(claim);
            let history = self.stack.world.store.whole_history(claim).await.unwrap();
            self.every_version_is_told(claim, &history);
            self.silence_was_earned(claim, &history);
        }
    }

    /// I3.
    fn one_active_each(&self, claims: &[Claim]) {
        let mut active: Vec<&str> =
            claims.iter().flat_map(|claim| claim.active().map(|item| item.id.as_str())).collect();
        active.sort_unstable();
        let all = active.len();
        active.dedup();
        assert_eq!(active.len(), all, "I3: {active:?}\n{}", self.trace.join("\n"));
    }

    /// Every lock is of a claim that holds it, and every active item has its lock.
    fn locks_have_owners(&self, claims: &[Claim]) {
        let mut named = BTreeMap::new();
        for lock in self.stack.world.engine.items("L#") {
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
        let Some(refused) = self.refused.get(&claim.id) else { return };
        for item in claim.items.iter().filter(|item| refused.contains(&item.no.0)) {
            let status = claim.item_status(item);
            let lost = matches!(status, ItemStatus::Pending | ItemStatus::Active { .. });
            assert!(
                !lost,
                "I2: item {} is {}\n{}",
                item.no,
                status.as_str(),
                self.trace.join("\n")
            );
        }
    }

    /// I7: each version has one entry, chained to the one before, and was on the bus.
    fn every_version_is_told(&self, claim: &Claim, history: &[HistoryEntry]) {
        let versions: Vec<Version> = history.iter().map(|entry| entry.version).collect();
        let whole: Vec<Version> = (1..=claim.version.0).map(Version).collect();
        assert_eq!(versions, whole, "the history of {}", claim.id);
        for (one, next) in history.iter().zip(history.iter().skip(1)) {
            assert!(one.hash.is_some() && next.previous_hash == one.hash, "the chain breaks");
        }
        for version in whole {
            let id = format!("{}-{version}", claim.id);
            assert!(self.told.contains(&id), "{id} was never on the bus");
        }
    }

    /// I1 and I4, from what was archived: a window opened by the proof of the notice it was of, no end of
    /// it moved earlier, and silence had its effect after the last.
    fn silence_was_earned(&self, claim: &Claim, history: &[HistoryEntry]) {
        let (mut notice, mut opened, mut end) = (0, None, None);
        for entry in history {
            let event = &entry.event;
            let at = moment(&event["at"]).unwrap();
            if let Some(no) = event.pointer("/detail/notice").and_then(Value::as_u64) {
                (notice, opened, end) = (no, None, None);
            }
            let kind = event["type"].as_str().unwrap();
            if kind == "window_opened" {
                assert!(
                    self.is_proven(&claim.id, notice, at),
                    "I1: nothing proves notice {notice}"
                );
                opened = Some(at);
            }
            if let Some(new) = event.pointer("/detail/closes_at").and_then(moment) {
                assert!(end.is_none_or(|old| old <= new), "I4: {end:?} to {new}");
                end = Some(new);
            }
            if kind == "window_closed" {
                let (opened, end) = (opened.expect("a window"), end.expect("its end"));
                assert!(end >= full_window(opened), "I1: a short window");
                assert!(at >= end + Duration::seconds(118), "I1: closed at {at}, before {end}");
            }
        }
        for item in &claim.items {
            let ItemStatus::Active { basis: Basis::Explicit, .. } = claim.item_status(item) else {
                continue;
            };
            let yes = self.accepted.get(&claim.id).is_some_and(|own| own.contains(&item.no.0));
            assert!(yes, "nobody said yes to item {}", item.no);
        }
    }

    fn is_proven(&self, claim: &ClaimId, notice: u64, at: DateTime<Utc>) -> bool {
        let proves = |proof: &Proof| {
            proof.claim == *claim && u64::from(proof.notice) == notice && proof.at == at
        };
        self.proofs.iter().any(proves)
    }
}

fn moment(value: &Value) -> Option<DateTime<Utc>> {
    value.as_str()?.parse().ok()
}
