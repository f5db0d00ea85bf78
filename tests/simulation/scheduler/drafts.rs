//! A partner that stores drafts by the hundred, submits some, and takes them back: they stand in nobody's way, count for
//! no quota, and win no date.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a few statuses and events of many matter here"
)]

use std::collections::BTreeSet;

use chrono::Duration;
use domain::claim::{Claim, Status};
use domain::event::EventType;
use domain::ids::{ClaimId, ItemId};
use serde_json::{Value, json};
use support::fixtures::{ALPINE, CONTOSO, TAILWIND, WORKLOADS, claim_body_of};

use super::{Made, Sim, Wish, checks};
use crate::simulation::invariants::model::full_window;

/// How many open claims the partner may have.
pub(super) const OPEN_QUOTA: u32 = 4;
/// How many drafts it stores at once: mostly, and where it hoards.
const FEW: usize = 3;
const MANY: usize = 100;

/// What the drafts are about: three items that nobody else claims, and one that the partner claims already.
const DRAFTED: [Wish; 4] = [
    drafted(TAILWIND, &["exchange-online"]),
    drafted(TAILWIND, &["teams"]),
    drafted(TAILWIND, &["sharepoint-online"]),
    drafted(CONTOSO, &["teams"]),
];

const fn drafted(tenant: &'static str, items: &'static [&'static str]) -> Wish {
    Wish { partner: ALPINE, location: "4711", tenant, items, weight: 0 }
}

impl Sim {
    /// The drafts there ever were, whatever became of them.
    fn drafts(&self) -> impl Iterator<Item = &Made> {
        self.made.iter().filter(|made| made.wish.weight == 0)
    }

    /// The partner stores drafts.
    pub(super) async fn hoard(&mut self, by_the_hundred: bool) {
        for _ in 0..if by_the_hundred { MANY } else { FEW } {
            let no = self.drafts().count();
            let wish = DRAFTED[no % DRAFTED.len()];
            let domain =
                if wish.tenant == CONTOSO { "contoso.example" } else { "tailwind.example" };
            let mut body = claim_body_of(wish.location, wish.tenant, domain, wish.items);
            body["draft"] = json!(true);
            let answer = self.stack.submit(ALPINE, &format!("draft-{no}"), &body).await;
            assert_eq!(answer.status, 201, "{}", answer.text);
            let id = answer.body["id"].as_str().expect("an id");
            self.add(ClaimId::parse(id).expect("a claim id"), wish);
        }
    }

    /// One of the drafts is submitted, edited or dropped; one that was submitted is taken back.
    pub(super) async fn juggle(&mut self) {
        self.repair();
        let drafts: Vec<_> = self.drafts().map(|made| made.id.clone()).collect();
        let Some(id) = self.rng.choice(drafts) else { return };
        let claim = self.peek(&id);
        match claim.status() {
            Status::Draft => match self.rng.u8(0..6) {
                0 => self.partner_does(&claim, "discard").await,
                1 => self.add_item(&claim).await,
                _ => self.submit_draft(&claim).await,
            },
            Status::Submitted => {
                self.partner_does(&claim, "recall").await;
                // It comes again soon, with another item or without.
                if self.rng.bool() {
                    self.stack.env.clock.advance(Duration::minutes(2));
                    self.add_item(&self.peek(&id)).await;
                }
                if self.peek(&id).status() == Status::Draft {
                    self.submit_draft(&self.peek(&id)).await;
                }
            }
            _ => {}
        }
    }

    async fn partner_does(&mut self, claim: &Claim, command: &str) {
        let answer = self.stack.command(ALPINE, claim, command, &json!({})).await;
        self.note(format!("{command} of {}: {}", claim.id, answer.status));
    }

    async fn add_item(&mut self, claim: &Claim) {
        let items = |id: &&str| json!({"kind": "workload", "id": id});
        let patch = json!({"items": WORKLOADS.iter().map(items).collect::<Vec<Value>>()});
        let answer = self.stack.edit(ALPINE, claim, &patch).await;
        self.note(format!("edit of {}: {}", claim.id, answer.status));
    }

    /// Submits a draft: with fewer open claims than its quota the partner may, and with as many it may not, however
    /// many drafts there are.
    async fn submit_draft(&mut self, claim: &Claim) {
        let open =
            |made: &&Made| made.wish.partner == ALPINE && self.peek(&made.id).state.is_open();
        let open = self.made.iter().filter(open).count();
        let answer = self.stack.command(ALPINE, claim, "submit", &json!({})).await;
        self.note(format!("submit of {} beside {open}: {}", claim.id, answer.status));
        let full = open >= usize::try_from(OPEN_QUOTA).unwrap();
        assert!(answer.status != 200 || !full, "{open} are open: {}", answer.text);
        assert!(answer.status != 429 || full, "{open} are open: {}", answer.text);
    }

    /// Before everything comes to rest the partner mostly drops what it has stored; else it is forgotten.
    pub(super) async fn clear_drafts(&mut self) {
        self.repair();
        if self.rng.u8(0..4) == 0 {
            return;
        }
        for id in self.drafts().map(|made| made.id.clone()).collect::<Vec<_>>() {
            if self.peek(&id).status() == Status::Submitted {
                let claim = self.stack.env.read(&id).await;
                self.partner_does(&claim, "recall").await;
            }
            if self.peek(&id).status() == Status::Draft {
                let claim = self.stack.env.read(&id).await;
                self.partner_does(&claim, "discard").await;
            }
        }
    }

    /// The date that ranks a claim is that of its submit, or of the one before a recall, if it was submitted again within
    /// five of the partner's days and had got no further item.
    pub(super) fn dates_are_earned(&self, made: &Made) {
        let mut recalled = None;
        let mut before = BTreeSet::<ItemId>::new();
        let mut version = None;
        for record in self.books.stream_of(&made.id) {
            let image = checks::image(record["dynamodb"]["NewImage"].clone());
            let claim = image.claim();
            if version.replace(claim.version) == Some(claim.version) {
                continue;
            }
            let items: BTreeSet<_> = claim.items.iter().map(|item| item.id.clone()).collect();
            match claim.last_event.event_type {
                EventType::Recalled => {
                    recalled = claim.priority_at.map(|date| (date, claim.last_event.at));
                }
                EventType::Edited if !items.is_subset(&before) => recalled = None,
                EventType::Submitted => {
                    let at = claim.last_event.at;
                    let kept = recalled.take().filter(|(_, since)| at < full_window(*since));
                    let earned = kept.map_or(at, |(date, _)| date);
                    assert_eq!(claim.priority_at, Some(earned), "{made}, submitted at {at}");
                }
                _ => {}
            }
            before = items;
        }
    }
}
