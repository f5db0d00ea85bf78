//! That silence could be believed: who was asked, from whose delivery windows were counted, and that every
//! recipient's "no" counts for good (`docs/domain.md §5`).

use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;
use domain::actor::{ActorId, ActorKind};
use domain::calendar::{BusinessCalendar, UnknownSubdivision, Window, Zone, count_window};
use domain::claim::{Basis, Claim, ExtensionCause, Instant, ItemStatus, State};
use domain::event::EventType;
use domain::ids::{ClaimId, StaffId};
use domain::recipient::{Authority, Recipient, RecipientList, RecipientNo, RecipientStanding};
use serde_json::Value;
use support::engine::key;
use support::fixtures::CONTOSO;
use support::stack::{self, link};

use super::transport::Proof;
use super::{Made, Sim, checks};
use crate::simulation::invariants::model::full_window;

/// For how long whoever made a contact verified does not bring a claim to it.
const TWO_PEOPLE_DAYS: i64 = 7;

/// A version of a claim, and the recipients whose delivery could open a window then, as the list of its notice
/// had them.
struct Version {
    claim: Claim,
    asked: BTreeSet<RecipientNo>,
}

/// The codes of the standings of whoever is asked: at once, or at half time.
const ASKED: [&str; 2] = ["1", "2"];

impl Sim {
    /// Everything about who was asked, of every claim.
    pub(super) async fn silence_can_be_believed(&self) {
        let mut all = self.versions();
        for made in &self.made {
            let lists = self.lists(&self.peek(&made.id)).await;
            numbers_stay(made, &lists);
            let versions = all.remove(&made.id).expect("what the stream tells of a claim");
            self.windows_were_earned(made, &versions, &lists);
            self.nobody_reached_an_own_contact(made, &versions, &lists);
            nothing_is_extended_for_ever(made, &versions);
        }
    }

    /// Nobody has a second mail of a notice once one went out while nothing was broken. In a calm story whoever was
    /// asked at the same moment has one, if any of them has.
    pub(super) async fn every_notice_is_mailed_once(&self) {
        for (whose, links) in &self.books.links {
            let earlier = links.iter().rev().skip(1);
            assert!(earlier.clone().all(|mail| !mail.undisturbed), "{whose:?}: {links:?}");
        }
        for made in self.made.iter().filter(|_| self.is_calm()) {
            for list in self.lists(&self.peek(&made.id)).await {
                let mut asked = BTreeMap::<_, BTreeSet<usize>>::new();
                let is_mailed =
                    |own: &&Recipient| own.has_link() && own.standing == RecipientStanding::Asked;
                for own in list.recipients.iter().filter(is_mailed) {
                    let mails = self.books.links.get(&(made.id.clone(), list.notice.0, own.no));
                    asked.entry(own.asked_at).or_default().insert(mails.map_or(0, Vec::len));
                }
                let uneven = asked.values().find(|counts| counts.len() > 1);
                assert!(uneven.is_none(), "notice {} of {made}: {list:?}", list.notice.0);
            }
        }
    }

    /// The lists of all notices of a claim, in their order.
    pub(super) async fn lists(&self, claim: &Claim) -> Vec<RecipientList> {
        let mut lists = Vec::new();
        for notice in 1..=claim.notice.0 {
            lists.push(self.list(&claim.id, notice).await);
        }
        lists
    }

    /// The versions of each claim, from the whole stream of the table.
    fn versions(&self) -> BTreeMap<ClaimId, Vec<Version>> {
        let mut all = BTreeMap::<ClaimId, Vec<Version>>::new();
        let mut asked = BTreeMap::new();
        for record in self.stack.env.engine.stream() {
            let change = &record["dynamodb"];
            let (pk, sk) = key(&change["Keys"]);
            let Some(id) = pk.strip_prefix("C#").and_then(|id| ClaimId::parse(id).ok()) else {
                continue;
            };
            let new = &change["NewImage"];
            if let Some(notice) = sk.strip_prefix("P#") {
                asked.insert((id, notice.parse::<u16>().unwrap()), asked_by(new));
            } else if sk == "A" && !new.is_null() {
                let claim = checks::image(new.clone()).claim().clone();
                let of_claim = all.entry(id.clone()).or_default();
                if of_claim.last().is_none_or(|last| last.claim.version < claim.version) {
                    let asked = asked.get(&(id, claim.notice.0)).cloned().unwrap_or_default();
                    of_claim.push(Version { claim, asked });
                }
            }
        }
        all
    }

    /// I1: each window is counted from a delivery to a verified recipient, and where silence made items active, such
    /// a delivery had stood for a full window, or they are not active any more.
    fn windows_were_earned(&self, made: &Made, versions: &[Version], lists: &[RecipientList]) {
        let newest = &versions.last().expect("a version").claim;
        for Version { claim, asked } in versions {
            match (&claim.state, claim.last_event.event_type) {
                (State::AwaitingCustomer { window }, event) => {
                    let no = claim.opened_by.expect("somebody whose delivery the window counts");
                    let list = list_of(lists, claim);
                    let own = list.get(no).expect("a recipient");
                    assert_eq!(own.authority, Authority::Verified, "I1: {made}, {no:?}");
                    let opened = event == EventType::WindowOpened;
                    let is_its = |proof: &&Proof| is_of(proof, claim) && proof.no == no;
                    let mut proofs = self.books.proofs.iter().filter(is_its);
                    let proven = proofs.any(|proof| !opened || proof.at == window.delivered_at);
                    assert!(proven, "I1: nothing proves notice {} at {no:?}", claim.notice.0);
                }
                (State::Associated { window: Some(window), .. }, EventType::WindowClosed) => {
                    let stood = self.stood_for(made, claim, asked, list_of(lists, claim), window);
                    assert!(stood || !is_active_since(newest, window.closes_at), "I1: {made}");
                }
                _ => {}
            }
        }
    }

    /// Whether a verified delivery stood for a full window before its end, by all that was ever reported.
    fn stood_for(
        &self,
        made: &Made,
        claim: &Claim,
        asked: &BTreeSet<RecipientNo>,
        list: &RecipientList,
        window: &Window,
    ) -> bool {
        let stood =
            |own: &&Recipient| asked.contains(&own.no) && own.authority == Authority::Verified;
        let of = |proofs: &[Proof], no| {
            let own = proofs.iter().filter(|proof| is_of(proof, claim) && proof.no == no);
            own.map(|proof| proof.at).min()
        };
        list.recipients.iter().filter(stood).any(|own| {
            let delivered = of(&self.books.proofs, own.no);
            let failed = of(&self.books.failures, own.no).is_some_and(|at| at < window.closes_at);
            let full = delivered.map(|at| end_of_full_window(made, at));
            !failed && full.is_some_and(|full| full <= window.closes_at)
        })
    }

    /// No member of staff brings a claim to a contact that the same member made verified within the last days, or
    /// that was made so by whoever had acted on the claim.
    fn nobody_reached_an_own_contact(
        &self,
        made: &Made,
        versions: &[Version],
        lists: &[RecipientList],
    ) {
        let mut acted = BTreeSet::new();
        let mut first_validated = None;
        for pair in versions.windows(2) {
            let [before, after] = pair else { continue };
            let event = &after.claim.last_event;
            let staff = event.actor_id.as_ref().and_then(ActorId::staff_id).map(StaffId::as_str);
            if counts_as_acting(event.event_type) {
                acted.extend(staff.map(str::to_owned));
            }
            if event.event_type == EventType::Validated {
                first_validated = first_validated.or(Some(event.at));
            }
            if before.claim.notice == after.claim.notice || made.wish.tenant != CONTOSO {
                continue;
            }
            let Some(entry) = self.entry_at(event.at) else { continue };
            for own in list_of(lists, &after.claim).recipients.iter().filter(|own| own.may_open()) {
                let Some(grant) = entry.authority_grant(&own.email) else { continue };
                let (by, since) = (grant.by.as_str(), grant.since);
                let days = Duration::days(TWO_PEOPLE_DAYS);
                let own_work = staff == Some(by) && since > event.at - days;
                assert!(!own_work, "{by} brought {made} to {}", own.email.as_str());
                let first = first_validated.expect("a first validation");
                let barred = acted.contains(by) && since > first - days;
                assert!(!barred, "{by} acted on {made} and verified {}", own.email.as_str());
            }
        }
    }

    /// Contoso's entry at a moment; `None` where it changed at that very moment, or never did.
    fn entry_at(&self, at: Instant) -> Option<&domain::directory::Tenant> {
        let entries = &self.books.entries;
        if entries.iter().any(|(since, _)| *since == at) {
            return None;
        }
        let before = entries.iter().rev().find(|(since, _)| *since < at);
        before.map(|(_, tenant)| tenant)
    }

    /// I2, last of all since nothing is left afterwards: whatever became of a claim, one recipient of each of its
    /// notices says no, and is told that it counts; then nothing of it is active, or waits.
    pub(super) async fn every_link_says_no(&mut self) {
        self.repair();
        for made in self.made.clone() {
            let notices = self.peek(&made.id).notice.0;
            for notice in 1..=notices {
                let list = self.list(&made.id, notice).await;
                let linked = list.recipients.iter().filter(|own| own.has_link());
                let own = self.rng.choice(linked.collect::<Vec<_>>()).expect("a recipient");
                let mails = self.books.links.get(&(made.id.clone(), notice, own.no));
                let link = link(&made.id, notice, own.no);
                let (token, code) = mails.and_then(|mails| mails.first()).map_or_else(
                    || (stack::token_of(&link), stack::code_of(&link, "decline")),
                    |mail| (mail.token.clone(), mail.code.clone()),
                );
                let form = format!("decision=decline&code={code}");
                let answer = self.stack.post_form(&token, &form).await;
                let (no, standing) = (own.no.0, own.standing);
                assert_eq!(answer.status, 200, "I2: {no}, {standing:?}, notice {notice} of {made}");
            }
            let claim = self.peek(&made.id);
            let left =
                claim.items.iter().map(|item| claim.item_status(item)).find(|status| {
                    matches!(status, ItemStatus::Pending | ItemStatus::Active { .. })
                });
            assert!(notices == 0 || left.is_none(), "I2: {made} is {left:?}");
        }
    }
}

fn list_of<'l>(lists: &'l [RecipientList], claim: &Claim) -> &'l RecipientList {
    lists.iter().find(|list| list.notice == claim.notice).expect("the list of a notice")
}

/// The recipients of a stored list whose delivery may open a window, if they are verified.
fn asked_by(list: &Value) -> BTreeSet<RecipientNo> {
    let recipients = list["l"]["L"].as_array().map(Vec::as_slice).unwrap_or_default();
    let number = |own: &Value, name: &str| own["M"][name]["N"].as_str().map(str::to_owned);
    let asked = recipients
        .iter()
        .filter(|own| number(own, "s").is_some_and(|standing| ASKED.contains(&standing.as_str())));
    asked.map(|own| RecipientNo(number(own, "n").unwrap().parse().unwrap())).collect()
}

fn is_of(proof: &Proof, claim: &Claim) -> bool {
    proof.claim == claim.id && proof.notice == claim.notice.0
}

/// Whether silence made an item active at that moment that still is.
fn is_active_since(claim: &Claim, at: Instant) -> bool {
    claim.items.iter().any(|item| {
        let status = claim.item_status(item);
        matches!(status, ItemStatus::Active { basis: Basis::Deemed, effective_at } if effective_at == at)
    })
}

/// The earliest end of a window that a delivery opens.
fn end_of_full_window(made: &Made, delivered_at: Instant) -> Instant {
    if made.wish.tenant == CONTOSO {
        return full_window(delivered_at);
    }
    let calendar = BusinessCalendar::new("LK".parse().unwrap(), None, UnknownSubdivision::Any);
    let zone = Zone::Known("Asia/Colombo".parse().unwrap());
    let counted = count_window(delivered_at, 5, &calendar.unwrap(), &zone);
    counted.map_or(Instant::MAX_UTC, |window| window.closes_at)
}

/// An address keeps its number, and nobody who was asked is forgotten.
fn numbers_stay(made: &Made, lists: &[RecipientList]) {
    let mut known = BTreeMap::new();
    for list in lists {
        for (no, email) in &known {
            let own = list.get(*no).map(|own| own.email.as_str());
            assert_eq!(own, Some(*email), "{no:?} of {made} in notice {}", list.notice.0);
        }
        known.extend(list.recipients.iter().map(|own| (own.no, own.email.as_str())));
    }
}

/// What makes a member of staff somebody who acted on the claim.
fn counts_as_acting(event: EventType) -> bool {
    matches!(
        event,
        EventType::Validated
            | EventType::ContactVouched
            | EventType::Held
            | EventType::Resumed
            | EventType::WindowExtended
            | EventType::LinkRetired
    )
}

/// A notice's window becomes longer once for each cause but the operator's and, once for each recipient that was
/// asked, another delivery; and a claim asks somebody else five times.
fn nothing_is_extended_for_ever(made: &Made, versions: &[Version]) {
    let (mut notice, mut ends, mut deliveries) = (0, None, 0);
    for pair in versions.windows(2) {
        let [before, after] = pair else { continue };
        let (before, after) = (&before.claim, &after.claim);
        assert!(after.used.renewals <= 5 && after.used.undos <= 3, "{made}: {:?}", after.used);
        if after.notice.0 != notice {
            (notice, ends, deliveries) = (after.notice.0, None, 0);
        }
        let Some(window) = after.state.window() else { continue };
        if ends.is_some_and(|end| window.closes_at > end) {
            let new =
                |cause| after.extended_by.contains(cause) && !before.extended_by.contains(cause);
            let once = [ExtensionCause::Customer, ExtensionCause::Undo].into_iter().any(new);
            let moved = before.opened_by != after.opened_by;
            deliveries += u8::from(moved);
            let by_staff = after.last_event.actor == ActorKind::Operator;
            assert!(once || moved || by_staff, "{made}: {:?}", after.last_event);
        }
        assert!(deliveries < 23, "{made}: {deliveries} deliveries");
        ends = Some(window.closes_at);
    }
}
