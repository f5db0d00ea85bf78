//! Associations that have a term, and what renews them (`docs/domain.md §3.13`): near the end of a term its partner asks
//! anew, and meanwhile the customer says no to the old one, to the new one, or to neither.
#![expect(clippy::wildcard_enum_match_arm, reason = "a few statuses of many matter here")]

use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;
use domain::claim::{Claim, Instant, Item, ItemStatus, State};
use domain::event::EventType;
use domain::ids::ClaimId;
use domain::program::Policy;
use domain::reason::EndReason;
use serde_json::json;
use support::engine::key;

use super::coverage::Happened;
use super::{Made, Sim, Wish, checks};
use crate::simulation::actions::{Action, renewal_body};
use crate::simulation::renewals::{association, item_before, place_of, renewal_faults};

/// In one of so many stories the associations of workloads have no term.
const TERMLESS: u64 = 3;
/// How long a term is: longer than the time in which it can be renewed.
const TERM_MONTHS: u32 = 4;
/// The part of a term of less than nine months in which it can be renewed: the last third.
const RENEWABLE_PART: i32 = 3;
/// How many days before the end of a term an act begins: too early, in time, too late for a whole window, and after it.
const LEADS_DAYS: [i64; 10] = [45, 39, 35, 30, 20, 14, 11, 9, 5, -1];

impl Sim {
    /// The policy of `osu-m365` in a story.
    pub(super) fn policy_of(seed: u64) -> Policy {
        let term_months = (!seed.is_multiple_of(TERMLESS)).then_some(TERM_MONTHS);
        Policy { term_months, ..Policy::default() }
    }

    /// Whether associations have a term in this story.
    pub(super) const fn has_terms(&self) -> bool {
        !self.seed.is_multiple_of(TERMLESS)
    }

    /// The claims whose associations run for a term, each with its end.
    fn terms(&self) -> Vec<(Made, Claim, Instant)> {
        let running = self.lively().filter_map(|made| {
            let claim = self.peek(&made.id);
            let State::Associated { ends_at: Some(ends_at), .. } = claim.state else { return None };
            Some((made.clone(), claim, ends_at))
        });
        running.collect()
    }

    /// The time comes near the end of one of the terms.
    pub(super) async fn approach_end_of_term(&mut self) {
        let Some((_, _, ends_at)) = self.rng.choice(self.terms()) else { return };
        let lead = *self.rng.choice(&LEADS_DAYS).unwrap();
        let to = ends_at - Duration::days(lead);
        if to > self.stack.env.clock.now() {
            self.keep_lists().await;
            Box::pin(self.pass_to(to)).await;
            self.note(format!("{lead} days before the end of a term"));
        }
    }

    /// The partners ask anew for most of what ends, and most of that is validated at once.
    pub(super) async fn renew_most(&mut self) {
        for (made, claim, ends_at) in self.terms() {
            if self.rng.u8(0..8) > 0 {
                self.submit_renewal(&made, &claim, ends_at).await;
            }
        }
        let renewals = self.lively().filter(|made| self.renewed_by(&made.id).is_some());
        for made in renewals.cloned().collect::<Vec<_>>() {
            for action in [Action::Begin, Action::Validate] {
                if self.rng.u8(0..8) > 0 {
                    self.give(&made, action).await;
                }
            }
        }
    }

    /// A partner asks anew, or the customer says no to what somebody asks anew for.
    pub(super) async fn renew(&mut self) {
        self.repair();
        if self.rng.bool() {
            let Some((made, claim, ends_at)) = self.rng.choice(self.terms()) else { return };
            return self.submit_renewal(&made, &claim, ends_at).await;
        }
        let pending = self.books.renewals.iter().filter(|(new, old)| {
            let is_active = |id| self.peek(id).active_items().next().is_some();
            self.peek(new).state.is_open() && is_active(old)
        });
        let old: Vec<ClaimId> = pending.map(|(_, old)| old.clone()).collect();
        let Some(old) = self.rng.choice(old) else { return };
        self.refuse_old(&old).await;
    }

    /// The customer ends something of an association: by a link of its notice, or signed in.
    pub(super) async fn refuse_old(&mut self, old: &ClaimId) {
        let Some(made) = self.made.iter().find(|made| made.id == *old).cloned() else { return };
        let claim = self.peek(old);
        let items = u8::try_from(claim.items.len()).unwrap();
        if self.rng.u8(0..3) == 0 {
            let no = self.rng.u8(1..=items);
            return self.give(&made, Action::Revoke(no)).await;
        }
        let mut no = self.meant(&made, &claim, "decline", claim.notice.0).await;
        no.signed_in = self.rng.u8(0..4) == 0;
        no.done(&self.stack, &self.answers()).await;
    }

    /// Submits a renewal of everything that runs, or of one item. It is taken in the last third of the term alone.
    async fn submit_renewal(&mut self, made: &Made, old: &Claim, ends_at: Instant) {
        let running: Vec<u8> = old.active_items().map(|item| item.no.0).collect();
        let whole = running.len() == made.wish.items.len() && self.rng.bool();
        let no = if whole { 0 } else { self.rng.choice(running).expect("a running item") };
        let mut body = renewal_body(old, no);
        if self.rng.bool() {
            body["renews"] = json!(old.id);
        }
        let key = format!("renewal-{}", self.made.len());
        let created = self.stack.env.create_of(made.wish.partner, &key, &body).await;
        self.note(format!("{made} is renewed, item {no}: {}", created.is_ok()));
        let Ok(created) = created else { return };
        let now = self.stack.env.clock.now();
        let since = old.active_items().filter_map(|item| old.item_status(item).active_since());
        let third = (ends_at - since.min().expect("a beginning")) / RENEWABLE_PART;
        let in_time = now < ends_at && now >= ends_at - third;
        assert!(in_time, "{made} is renewed at {now}, its term ends at {ends_at}");
        let items = match usize::from(no) {
            0 => made.wish.items,
            no => &made.wish.items[no - 1..no],
        };
        self.books.renewals.push((created.claim.id.clone(), old.id.clone()));
        self.add(created.claim.id, Wish { items, ..made.wish });
    }

    /// What a claim renews, by the books.
    pub(in super::super) fn renewed_by(&self, id: &ClaimId) -> Option<ClaimId> {
        let mut renewals = self.books.renewals.iter();
        renewals.find(|(new, _)| new == id).map(|(_, old)| old.clone())
    }

    /// Old and new as they are stored, after every step: also where a process has died in it.
    pub(super) fn renewals_follow_the_old(&self) {
        let pairs = self.books.renewals.iter().map(|(new, old)| (self.peek(old), self.peek(new)));
        let faults = renewal_faults(&pairs.collect::<Vec<_>>());
        assert!(faults.is_empty(), "{faults:?}");
    }

    /// The same from the stream, record by record: an item of a tenant is associated twice in a family only between two
    /// records of one transaction, and an association begins anew or ends for its renewal in no other.
    pub(super) fn one_is_associated_at_every_moment(&self) {
        let mut running = BTreeMap::<String, BTreeSet<ClaimId>>::new();
        let mut doubled = BTreeSet::<String>::new();
        let mut seen = BTreeMap::<ClaimId, Claim>::new();
        for record in &self.books.stream {
            let new = &record["dynamodb"]["NewImage"];
            let (pk, sk) = key(&record["dynamodb"]["Keys"]);
            if !pk.starts_with("C#") || sk != "A" || new.is_null() {
                continue;
            }
            let claim = checks::image(new.clone()).claim().clone();
            let before = seen.insert(claim.id.clone(), claim.clone());
            let ends = claim.last_event.event_type == EventType::AssociationEnded;
            assert!(doubled.is_empty() || ends, "I3: {doubled:?} before {:?}", claim.last_event);
            for item in &claim.items {
                let of = place_of(&claim, item);
                let holders = running.entry(of.clone()).or_default();
                if matches!(claim.item_status(item), ItemStatus::Active { .. }) {
                    holders.insert(claim.id.clone());
                } else {
                    holders.remove(&claim.id);
                }
                let is_double = holders.len() > 1;
                let was_double =
                    if is_double { !doubled.insert(of.clone()) } else { doubled.remove(&of) };
                let renewed = newly_renewed(before.as_ref(), &claim, item);
                assert!(!renewed || was_double, "{of} ended for a renewal that has not begun");
            }
        }
        assert!(doubled.is_empty(), "I3: {doubled:?}");
    }

    /// I2, version by version: what was declined becomes official by nothing but the customer's own undo.
    pub(super) fn no_no_is_renewed(&self) {
        for (id, _) in &self.books.renewals {
            let mut declined = BTreeSet::new();
            for record in self.books.stream_of(id) {
                let image = checks::image(record["dynamodb"]["NewImage"].clone());
                let claim = image.claim();
                let undone = claim.last_event.event_type == EventType::DeclineUndone;
                for item in &claim.items {
                    let status = claim.item_status(item);
                    if matches!(status, ItemStatus::Declined { no_answer: false, .. }) {
                        declined.insert(item.no);
                    } else if undone {
                        declined.remove(&item.no);
                    }
                    let is_lost = status.active_since().is_some() && declined.contains(&item.no);
                    assert!(!is_lost, "I2: {} after a no", claim.association_id(item.no));
                }
            }
        }
    }

    /// What became of the renewals.
    pub(super) fn renewals_met(&self) -> Vec<Happened> {
        let mut happened = Vec::new();
        for (id, old_id) in &self.books.renewals {
            happened.push(Happened::RenewalAsked);
            let (new, old) = (self.peek(id), self.peek(old_id));
            for item in &new.items {
                let before = item_before(&old, item);
                let reason = match old.item_status(before) {
                    ItemStatus::Ended { reason, .. } => Some(reason),
                    _ => None,
                };
                let has_begun = association(&new, item).is_some();
                let is_declined =
                    matches!(new.item_status(item), ItemStatus::Declined { no_answer: false, .. });
                happened.extend(match (reason, has_begun, is_declined) {
                    (Some(EndReason::Renewed), true, _) => Some(Happened::OldOneRenewed),
                    (Some(EndReason::TermExpired), true, _) => Some(Happened::RenewedAfterTheTerm),
                    (Some(EndReason::CustomerRevoked), _, true) => Some(Happened::OldOneRefused),
                    (_, false, true) => Some(Happened::RenewalRefused),
                    _ => None,
                });
            }
        }
        happened
    }
}

/// Whether the version is the first in which the old association has ended for its renewal.
fn newly_renewed(before: Option<&Claim>, claim: &Claim, item: &Item) -> bool {
    let is_renewed = |claim: &Claim| {
        let own = claim.find_item(item.no).map(|own| claim.item_status(own));
        matches!(own, Some(ItemStatus::Ended { reason: EndReason::Renewed, .. }))
    };
    is_renewed(claim) && !before.is_some_and(is_renewed)
}
