//! The process dies at every call that it makes, before it and after it: to the table, to the queues and to the receiver.
//! The next look goes on, and then the receiver has been sent every version that the table has, of each claim in
//! ascending order.

use std::sync::Arc;

use support::engine::Saved;
use support::fake_services::With;
use support::internet::{Answering, Incident};
use support::test_env::{alpine as alpine_actor, withdraw};
use support::wire::{Fault, Wire, any, until_death};
use tokio::sync::Notify;

use super::*;

/// The webhook of a claim with five versions, and a place to begin from again and again.
struct Place {
    stack: Stack,
    receiver: Receiver,
    saved: Saved,
    now: chrono::DateTime<chrono::Utc>,
    expected: BTreeMap<String, Vec<u64>>,
}

impl Place {
    async fn new() -> Self {
        let (stack, receiver, _) = told().await;
        let claim = stack.env.submitted("other", &["sharepoint-online"]).await;
        stack.env.give(&claim.id, &alpine_actor(), &withdraw()).await.unwrap();
        publish(&stack).await;
        let mut expected: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        for item in stack.env.engine.items("C#") {
            let (claim, sort) = support::engine::key(&item);
            if let Some(version) = sort.strip_prefix("H#") {
                let of_claim =
                    expected.entry(claim.trim_start_matches("C#").to_owned()).or_default();
                of_claim.push(version.parse().unwrap());
            }
        }
        assert_eq!(expected.values().map(Vec::len).sum::<usize>(), 6);
        let (saved, now) = (stack.env.engine.save(), stack.env.clock.now());
        Self { stack, receiver, saved, now, expected }
    }

    fn begin(&self) -> Arc<Notify> {
        self.stack.env.engine.restore(&self.saved);
        self.stack.env.clock.set(self.now);
        self.stack.env.services.forget();
        self.repair();
        self.receiver.forget();
        Arc::new(Notify::new())
    }

    fn repair(&self) {
        self.wire().reset();
        self.stack.env.services.repair();
        self.stack.internet.repair();
    }

    fn wire(&self) -> &Wire {
        self.stack.wires.last().expect("the wire of the function")
    }

    /// The process dies, time passes, and looks go on until nothing is left to do.
    async fn goes_on_after(&self, death: &Notify, what: &str) {
        let ended = Box::pin(until_death(self.stack.send_webhooks(), death)).await;
        assert!(ended.is_none(), "{what}: it lives on");
        self.repair();
        // Whoever had the turn is gone by then, and a failure is tried again.
        for _ in 0..2 {
            self.stack.env.clock.advance(Duration::minutes(2));
            assert!(self.stack.send_webhooks().await, "{what}");
        }
        assert_eq!(versions(&self.receiver), self.expected, "{what}");
    }
}

/// Each way of dying at a call of the table.
const AT_THE_TABLE: [fn(Arc<Notify>) -> Fault; 2] = [Fault::CrashBefore, Fault::CrashAfter];
const AT_A_QUEUE: [fn(Arc<Notify>) -> With; 2] = [With::CrashBefore, With::CrashAfter];
const AT_THE_RECEIVER: [fn(Arc<Notify>) -> Incident; 2] =
    [Incident::DeathBefore, Incident::DeathAfter];

/// Lets the process die at each of its calls, where the receiver does that with the requests.
async fn survives_every_death(answering: &[Answering]) {
    let place = Place::new().await;
    place.begin();
    place.receiver.answer_next(answering);
    let (dialed, services) =
        (place.stack.internet.dialed().len(), place.stack.env.services.count());
    assert!(place.stack.send_webhooks().await);
    let calls = place.wire().told(<[_]>::len);
    let dialed = place.stack.internet.dialed().len() - dialed;
    let services = place.stack.env.services.count() - services;
    assert!(calls > 10 && dialed > 0 && services > 0, "{calls} {dialed} {services}");
    for nth in 1..=calls {
        for side in AT_THE_TABLE {
            let death = place.begin();
            place.receiver.answer_next(answering);
            place.wire().on(any, nth, side(Arc::clone(&death)));
            place.goes_on_after(&death, &format!("call {nth}")).await;
        }
    }
    for nth in 1..=services {
        for side in AT_A_QUEUE {
            let death = place.begin();
            place.receiver.answer_next(answering);
            place.stack.env.services.on(nth, side(Arc::clone(&death)));
            place.goes_on_after(&death, &format!("message {nth}")).await;
        }
    }
    for nth in 1..=dialed {
        for side in AT_THE_RECEIVER {
            let death = place.begin();
            place.receiver.answer_next(answering);
            place.stack.internet.on(nth, side(Arc::clone(&death)));
            place.goes_on_after(&death, &format!("attempt {nth}")).await;
        }
    }
}

#[tokio::test]
async fn every_death_while_events_are_sent_loses_none() {
    survives_every_death(&[]).await;
}

#[tokio::test]
async fn every_death_around_a_failure_loses_none() {
    survives_every_death(&[Answering::Status(200), Answering::Status(500)]).await;
}

#[tokio::test]
async fn a_consumer_that_puts_its_cursor_back_after_any_story_has_every_version_ascending() {
    let place = Place::new().await;
    for lost in 0..6 {
        place.begin();
        // One request is lost on the receiver's side after it was answered well: it asks for everything again.
        place.receiver.answer_next(&vec![Answering::Status(200); lost]);
        assert!(place.stack.send_webhooks().await);
        place.receiver.forget();
        let from = serde_json::json!({"from": NOW});
        let replayed = post(&place.stack, alpine, "/crm/replay", &from).await;
        assert_eq!(replayed.status, 200);
        assert!(place.stack.send_webhooks().await);
        assert_eq!(versions(&place.receiver), place.expected);
    }
}
