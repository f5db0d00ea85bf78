//! A partner that the directory suspends and takes back, whatever its claims wait for, and what must not come of them
//! meanwhile (`docs/domain.md §3.9`).
#![expect(clippy::wildcard_enum_match_arm, reason = "a few events of many matter here")]

use chrono::Duration;
use domain::actor::Actor;
use domain::claim::{Basis, Instant, ItemStatus, Status};
use domain::directory::{Partner, PartnerStatus};
use domain::event::EventType;
use store::Author;
use support::fixtures::{self, ALPINE, BOREALIS, CEYLON};

use super::drafts::OPEN_QUOTA;
use super::{Made, Sim, checks};

/// A partner and its entry.
type Entry = (&'static str, fn() -> Partner);

/// The partners, as the directory of the stories has them.
pub(super) const PARTNERS: [Entry; 3] =
    [(ALPINE, sparing_alpine), (BOREALIS, fixtures::borealis), (CEYLON, fixtures::ceylon)];

/// Alpine, which may have a few open claims.
fn sparing_alpine() -> Partner {
    Partner { open_claim_quota: OPEN_QUOTA, ..fixtures::alpine() }
}

/// A suspension of a partner.
#[derive(Debug, Clone)]
pub(super) struct Suspension {
    partner: &'static str,
    since: Instant,
    /// `None`: it lasts.
    until: Option<Instant>,
    /// Whether everything that follows from it was carried out while it lasted.
    carried_out: bool,
    /// The statuses that the partner's claims had when it began.
    pub(super) met: Vec<Status>,
}

impl Suspension {
    /// The sweep has come to it.
    pub(super) fn carry_out(&mut self) {
        self.carried_out |= self.until.is_none();
    }
}

impl Sim {
    /// A partner is suspended, or nobody is any more. Now and then it is the partner of a claim that is out of reach.
    pub(super) async fn suspend(&mut self) {
        self.repair();
        if !self.books.suspended.is_empty() {
            self.forgive().await;
            return;
        }
        let out_of_reach = self.somebodys_that(|claim| claim.status() == Status::Unreachable);
        let chosen = out_of_reach.filter(|_| self.rng.bool());
        let any = self.rng.choice(&PARTNERS).unwrap().0;
        let id = chosen.map_or(any, |(made, _)| made.wish.partner);
        self.suspend_partner(id).await;
    }

    /// A partner is suspended, unless one is already; whether it was.
    pub(super) async fn suspend_partner(&mut self, id: &'static str) -> bool {
        if !self.books.suspended.is_empty() {
            return false;
        }
        let (_, entry) = PARTNERS.into_iter().find(|(own, _)| *own == id).expect("a partner");
        let met = self.lively().filter(|made| made.wish.partner == id);
        let met = met.map(|made| self.peek(&made.id).status()).collect();
        let since = self.put_partner(id, entry(), PartnerStatus::Suspended).await;
        self.books.suspended.insert(id);
        let suspension = Suspension { partner: id, since, until: None, carried_out: false, met };
        self.books.suspensions.push(suspension);
        true
    }

    /// Stores a partner's entry; when.
    async fn put_partner(&mut self, id: &str, entry: Partner, status: PartnerStatus) -> Instant {
        let (partner, now) = (Partner { status, ..entry }, self.stack.env.clock.now());
        let author = Author::of(&Actor::System, now);
        let wish = |_: Option<&Partner>| Ok(partner.clone());
        let store = &self.stack.env.store;
        store.change_partner(&partner.id, &wish, &author, &|_, _| true).await.unwrap();
        self.note(format!("{id} is {status:?}"));
        now
    }

    /// Nobody is suspended any more.
    pub(super) async fn forgive(&mut self) {
        for (id, entry) in PARTNERS {
            if self.books.suspended.remove(id) {
                self.nothing_became_official_meanwhile();
                let until = self.put_partner(id, entry(), PartnerStatus::Active).await;
                let own = self.books.suspensions.iter_mut().rev().find(|one| one.partner == id);
                if let Some(own) = own {
                    own.until = Some(until);
                }
            }
        }
    }

    /// Once a suspension was carried out, silence has made nothing of its partner's official that had not ended before.
    fn nothing_became_official_meanwhile(&self) {
        let carried_out = |one: &&Suspension| one.carried_out;
        let Some(suspension) = self.books.suspensions.last().filter(carried_out) else { return };
        for made in self.made.iter().filter(|made| made.wish.partner == suspension.partner) {
            let claim = self.peek(&made.id);
            let deemed_since = |status| matches!(status, ItemStatus::Active { basis: Basis::Deemed, effective_at } if effective_at > suspension.since);
            let official = claim.items.iter().any(|item| deemed_since(claim.item_status(item)));
            assert!(!official, "{made} became official under {suspension:?}");
            let waits = matches!(claim.status(), Status::Notifying | Status::Unreachable);
            assert!(!waits, "{made} is not held under {suspension:?}");
            let is_asked = matches!(claim.status(), Status::AwaitingCustomer)
                && claim.deadline().is_some_and(|end| end > self.stack.env.clock.now());
            assert!(!is_asked, "the customer of {made} is asked under {suspension:?}");
        }
    }

    /// Nothing that needs a partner in good standing happens to a claim while its partner is suspended.
    pub(super) fn nothing_was_done_while_suspended(&self, made: &Made) {
        let own = |one: &&Suspension| one.partner == made.wish.partner;
        let suspensions: Vec<_> = self.books.suspensions.iter().filter(own).collect();
        for record in self.books.stream_of(&made.id) {
            let image = checks::image(record["dynamodb"]["NewImage"].clone());
            let event = &image.claim().last_event;
            let Some(error) = needs_standing(event.event_type) else { continue };
            let under = suspensions.iter().find(|one| {
                event.at > one.since + error
                    && one.until.is_none_or(|until| event.at + error < until)
            });
            assert!(under.is_none(), "{made}: {event:?} under {under:?}");
        }
    }
}

/// Whether an event needs a partner that is not suspended, and by how much its moment may be wrong: that of the system's
/// own work is by a clock that may be.
fn needs_standing(event: EventType) -> Option<Duration> {
    match event {
        EventType::Submitted
        | EventType::Validated
        | EventType::ContactCorrected
        | EventType::ContactProposed
        | EventType::Resumed
        | EventType::DeclineUndone
        | EventType::ItemsAccepted => Some(Duration::zero()),
        EventType::WindowOpened => Some(Duration::hours(2)),
        _ => None,
    }
}
