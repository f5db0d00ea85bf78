//! A process dies at every call it makes, before it and after it: the functions through one story, each of
//! their calls to the table and to the services beside it enumerated. Whoever called asks again,
//! everything comes to rest, and what must be true of the table is true.

#![expect(clippy::wildcard_enum_match_arm, reason = "a few of many actions are stages")]

use std::sync::Arc;

use chrono::Duration;
use domain::claim::Instant;
use domain::directory::{Partner, PartnerStatus};
use domain::ids::ClaimId;
use serde_json::json;
use support::engine::Saved;
use support::fake_services::With;
use support::fixtures::{self, ALPINE, CONTOSO};
use support::test_env::{VERIFIED, closes_at, partner_id};
use support::wire::{Fault, any, until_death};
use tokio::sync::Notify;
use web::event::RequestEvent;

use super::actions::{Action, KEY, RENEWAL_KEY, renewal_body};
use super::scheduler::{Books, Intent, Sim, Trace, WISHES};

/// Before and after a call of the table, and of a service beside it.
const AT_THE_TABLE: [fn(Arc<Notify>) -> Fault; 2] = [Fault::CrashBefore, Fault::CrashAfter];
const ELSEWHERE: [fn(Arc<Notify>) -> With; 2] = [With::CrashBefore, With::CrashAfter];

/// What happens in the story; most of it is one process's work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// A party asks a function for it.
    Ask(Action),
    Publish,
    Mail,
    Deliver,
    /// The window's end and its grace pass.
    Pass,
    /// The end of the term comes near.
    Approach,
    Tick,
    Work,
    Suspend,
    Sweep,
}

use Stage::{Approach, Deliver, Mail, Pass, Publish, Suspend, Sweep, Tick, Work};

const SUBMIT: Stage = Stage::Ask(Action::Create);
const BEGIN: Stage = Stage::Ask(Action::Begin);
const VALIDATE: Stage = Stage::Ask(Action::Validate);
const DECLINE_SECOND: Stage = Stage::Ask(Action::Decline(2));
const DECLINE_ALL: Stage = Stage::Ask(Action::DeclineByLink(1));
const UNDO: Stage = Stage::Ask(Action::Undo);
const ACCEPT: Stage = Stage::Ask(Action::AcceptAll);
const END: Stage = Stage::Ask(Action::End(1));
const RENEW: Stage = Stage::Ask(Action::Renew(0));
/// The customer ends what is renewed.
const REVOKE: Stage = Stage::Ask(Action::Revoke(1));

/// A story whose associations have a term.
const YEARLY_SEED: u64 = 1;
/// How many days before the end of a term its partner asks anew.
const LEAD_DAYS: i64 = 30;

/// The story as it is told by one claim, and from its submit on by the one that renews it.
struct Story {
    sim: Sim,
    id: ClaimId,
}

/// A place in the story, to begin from again and again.
struct Place {
    saved: Saved,
    now: Instant,
    books: Books,
    id: ClaimId,
    made: usize,
}

impl Story {
    async fn begin(seed: u64) -> Self {
        let mut sim = Box::pin(Sim::empty(seed, Trace::default())).await;
        let id = ClaimId::of(&partner_id(ALPINE), KEY);
        sim.add(id.clone(), WISHES[0]);
        Self { sim, id }
    }

    fn place(&self) -> Place {
        let env = &self.sim.stack.env;
        let (saved, now) = (env.engine.save(), env.clock.now());
        let (books, id) = (self.sim.books.clone(), self.id.clone());
        Place { saved, now, books, id, made: self.sim.made.len() }
    }

    fn return_to(&mut self, place: &Place) {
        let env = &self.sim.stack.env;
        env.engine.restore(&place.saved);
        env.clock.set(place.now);
        env.services.forget();
        self.sim.books = place.books.clone();
        self.sim.begin_reading_anew();
        self.sim.made.truncate(place.made);
        self.id = place.id.clone();
        self.sim.repair();
    }

    async fn run(&mut self, stage: Stage) {
        match stage {
            Stage::Ask(action) => self.ask(action).await,
            Publish => self.sim.publish_all().await,
            Mail => self.sim.notify_all().await,
            Deliver => self.sim.deliver_all().await,
            Pass => {
                let closes_at = closes_at(&self.sim.peek(&self.id));
                Box::pin(self.sim.pass_to(closes_at)).await;
            }
            Approach => {
                let ends_at = self.sim.peek(&self.id).state.term_ends_at().expect("a term");
                Box::pin(self.sim.pass_to(ends_at - Duration::days(LEAD_DAYS))).await;
            }
            Tick => self.sim.tick().await,
            Work => self.sim.work_all().await,
            Suspend => {
                let partner = Partner { status: PartnerStatus::Suspended, ..fixtures::alpine() };
                self.sim.stack.env.store.put_partner(&partner).await.unwrap();
                self.sim.books.suspended.insert(ALPINE);
            }
            Sweep => self.sim.sweep().await,
        }
    }

    /// A party asks a function for an action, since it is the function's process that dies.
    async fn ask(&mut self, action: Action) {
        match action {
            Action::Create => {
                let body = fixtures::claim_body(WISHES[0].items);
                let answer = self.sim.stack.submit(ALPINE, KEY, &body).await;
                assert!(answer.status < 300, "{}", answer.text);
            }
            Action::Begin => self.review(1, "begin").await,
            Action::Validate => self.review(2, "validate").await,
            Action::Decline(item) => self.decline(item, &[item]).await,
            Action::DeclineByLink(_) => self.decline(0, &[1, 2]).await,
            Action::Undo => {
                // It may have been taken, even if nobody hears so.
                self.sim.books.refused.clear();
                self.answer("undo", 0).await;
            }
            Action::AcceptAll => {
                self.sim.books.accepted.entry(self.id.clone()).or_default().extend([1, 2]);
                self.answer("accept", 0).await;
            }
            Action::End(item) => {
                let path = format!("/v1/associations/{}-{item}/end", self.id);
                let event = RequestEvent::post(&path).partner_admin(ALPINE);
                let event = event.json(&json!({"reason_code": "other", "comment": "we leave"}));
                let answer = self.sim.stack.send(event).await;
                assert!(answer.status < 500, "{}", answer.text);
            }
            Action::Renew(no) => {
                let body = renewal_body(&self.sim.peek(&self.id), no);
                let renewal = ClaimId::of(&partner_id(ALPINE), RENEWAL_KEY);
                self.sim.add(renewal.clone(), WISHES[0]);
                self.sim.books.renewals.push((renewal.clone(), self.id.clone()));
                let answer = self.sim.stack.submit(ALPINE, RENEWAL_KEY, &body).await;
                assert_eq!(answer.status, 201, "{}", answer.text);
                self.id = renewal;
            }
            Action::Revoke(item) => {
                let old = self.sim.renewed_by(&self.id).expect("what is renewed");
                let event = RequestEvent::post(&format!("/v1/associations/{old}-{item}/end"));
                let event = event.customer_admin(CONTOSO).json(&json!({}));
                let answer = self.sim.stack.send(event).await;
                assert_eq!(answer.status, 200, "{}", answer.text);
            }
            other => panic!("no stage asks for {other:?}"),
        }
    }

    /// The customer says no to an item, or with 0 to all of them, which are these.
    async fn decline(&mut self, item: u8, these: &[u8]) {
        self.answer("decline", item).await;
        let at = self.sim.stack.env.clock.now();
        let refused = self.sim.books.refused.entry(self.id.clone()).or_default();
        for no in these {
            refused.entry(*no).or_default().insert(VERIFIED.0, at);
        }
    }

    async fn review(&self, version: u64, action: &str) {
        let body = json!({"action": action});
        let answer = self.sim.stack.review(self.id.as_str(), version, &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }

    async fn answer(&self, decision: &'static str, item: u8) {
        // An undo takes back what arrived before it.
        self.sim.stack.env.clock.advance(Duration::milliseconds(1));
        let intent = Intent {
            claim: self.id.clone(),
            decision,
            item,
            signed_in: false,
            tenant: CONTOSO,
            notice: 1,
            recipient: VERIFIED.0,
            unverified: [1].into(),
            forged: None,
            mailed: None,
            under_way: Duration::zero(),
        };
        let status = intent.given(&self.sim.stack).await;
        assert_eq!(status, 200, "{decision}");
    }

    /// How many calls a stage makes on each wire, and how many to the services beside the table.
    async fn calls_of(&mut self, stage: Stage) -> (Vec<usize>, usize) {
        self.sim.repair();
        let before = self.sim.stack.env.services.count();
        self.run(stage).await;
        let of_wires = self.sim.wires().iter().map(|wire| wire.told(<[_]>::len)).collect();
        (of_wires, self.sim.stack.env.services.count() - before)
    }

    /// The process of the stage dies; whoever called asks again, and everything comes to rest.
    async fn goes_on_after_a_death(&mut self, stage: Stage, death: &Notify) {
        self.sim.expect_death();
        let ended = Box::pin(until_death(self.run(stage), death)).await;
        assert!(ended.is_none(), "{stage:?} lives on");
        self.sim.collect();
        self.sim.repair();
        Box::pin(self.run(stage)).await;
        Box::pin(self.sim.rest()).await;
        Box::pin(self.sim.check()).await;
        Box::pin(self.sim.every_feed_is_whole()).await;
    }
}

/// Lets the process of a stage die at each of its calls, before it and after it.
async fn survives(way: &[Stage], stage: Stage) {
    let seed = if way.contains(&RENEW) { YEARLY_SEED } else { 0 };
    let mut story = Box::pin(Story::begin(seed)).await;
    for earlier in way {
        Box::pin(story.run(*earlier)).await;
        story.sim.collect();
    }
    let place = story.place();
    // The first run reads what never changes and is kept: the second makes the calls of every other.
    Box::pin(story.calls_of(stage)).await;
    story.return_to(&place);
    let (of_wires, services) = Box::pin(story.calls_of(stage)).await;
    assert!(of_wires.iter().sum::<usize>() > 0, "{stage:?} makes no calls");
    for (wire, calls) in of_wires.into_iter().enumerate() {
        for nth in 1..=calls {
            for side in AT_THE_TABLE {
                story.return_to(&place);
                let death = Arc::new(Notify::new());
                story.sim.wires()[wire].on(any, nth, side(Arc::clone(&death)));
                Box::pin(story.goes_on_after_a_death(stage, &death)).await;
            }
        }
    }
    for nth in 1..=services {
        for side in ELSEWHERE {
            story.return_to(&place);
            let death = Arc::new(Notify::new());
            story.sim.stack.env.services.on(nth, side(Arc::clone(&death)));
            Box::pin(story.goes_on_after_a_death(stage, &death)).await;
        }
    }
}

macro_rules! each_stage {
    ($($name:ident: $way:expr, $stage:expr;)*) => {$(
        #[tokio::test]
        async fn $name() {
            survives(&$way, $stage).await;
        }
    )*};
}

each_stage! {
    a_submit_survives_every_death: [], SUBMIT;
    a_review_begins_after_every_death: [SUBMIT], BEGIN;
    a_validation_survives_every_death: [SUBMIT, BEGIN], VALIDATE;
    the_archive_and_the_bus_survive_every_death: [SUBMIT, BEGIN, VALIDATE], Publish;
    a_notice_survives_every_death: [SUBMIT, BEGIN, VALIDATE, Publish], Mail;
    a_proof_survives_every_death: [SUBMIT, BEGIN, VALIDATE, Publish, Mail], Deliver;
    a_no_survives_every_death: [SUBMIT, BEGIN, VALIDATE, Publish, Mail, Deliver], DECLINE_SECOND;
    a_no_to_everything_survives_every_death:
        [SUBMIT, BEGIN, VALIDATE, Publish, Mail, Deliver], DECLINE_ALL;
    an_undo_survives_every_death:
        [SUBMIT, BEGIN, VALIDATE, Publish, Mail, Deliver, DECLINE_ALL], UNDO;
    a_yes_survives_every_death: [SUBMIT, BEGIN, VALIDATE, Publish, Mail, Deliver], ACCEPT;
    a_tick_survives_every_death: [SUBMIT, BEGIN, VALIDATE, Publish, Mail, Deliver, Pass], Tick;
    a_close_survives_every_death:
        [SUBMIT, BEGIN, VALIDATE, Publish, Mail, Deliver, Pass, Tick], Work;
    a_close_beside_a_no_survives_every_death:
        [SUBMIT, BEGIN, VALIDATE, Publish, Mail, Deliver, DECLINE_SECOND, Pass, Tick], Work;
    a_settlement_survives_every_death:
        [SUBMIT, BEGIN, VALIDATE, Publish, Mail, Deliver, DECLINE_ALL, Pass, Tick], Work;
    an_end_survives_every_death:
        [SUBMIT, BEGIN, VALIDATE, Publish, Mail, Deliver, Pass, Tick, Work], END;
    a_sweep_survives_every_death:
        [SUBMIT, BEGIN, VALIDATE, Publish, Mail, Deliver, Suspend], Sweep;
    a_renewal_begins_after_every_death: [
        SUBMIT, BEGIN, VALIDATE, Publish, Mail, Deliver, Pass, Tick, Work, Approach,
        RENEW, BEGIN, VALIDATE, Publish, Mail, Deliver, Pass, Tick
    ], Work;
    an_end_of_what_is_renewed_survives_every_death: [
        SUBMIT, BEGIN, VALIDATE, Publish, Mail, Deliver, Pass, Tick, Work, Approach,
        RENEW, BEGIN, VALIDATE, Publish, Mail, Deliver
    ], REVOKE;
}
