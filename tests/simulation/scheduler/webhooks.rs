//! Webhooks: the look, the turns, what parties do with theirs, and receivers that fail. What a receiver got is held
//! against its party's feed in `receipts.rs`.

use std::sync::Arc;

use chrono::{DateTime, Duration, SecondsFormat, Utc};
use domain::webhook::WebhookOwner;
use serde_json::{Value, json};
use store::WebhookKey;
use support::engine::key;
use support::event_functions::message;
use support::fixtures::{ALPINE, CONTOSO};
use support::internet::Answering;
use support::stack::{AsWhom, Stack};
use web::event::RequestEvent;

use super::Sim;
use super::consumers::Reader;
use super::coverage::Happened;
use super::receipts::Receipts;

/// A webhook of a party; all of them are called `crm`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Webhook {
    /// Who writes it.
    who: AsWhom,
    /// The name of its receiver.
    host: &'static str,
    /// The types of events that it wants; none: all.
    pub(super) types: &'static [&'static str],
    /// Whose feed it sends.
    pub(super) reader: fn() -> Reader,
    /// With what the keys of that feed begin.
    pub(super) feed: &'static str,
    /// Its own sort key.
    sort: &'static str,
}

/// One of each kind of party; staff's wants some events only.
pub(super) const WEBHOOKS: [Webhook; 3] = [
    Webhook {
        who: |event| event.partner_admin(ALPINE),
        host: "crm.alpine.example",
        types: &[],
        reader: || Reader::partner(ALPINE),
        feed: "F#P#p-alpine",
        sort: "P#p-alpine#crm",
    },
    Webhook {
        who: |event| event.customer_admin(CONTOSO),
        host: "crm.contoso.example",
        types: &[],
        reader: || Reader::tenant(CONTOSO),
        feed: "F#T#6f3c1a52-9d4e-4b7a-8c21-0a5e7d9b1c01",
        sort: "T#6f3c1a52-9d4e-4b7a-8c21-0a5e7d9b1c01#crm",
    },
    Webhook {
        who: |event| event.staff("operator", "operator-1"),
        host: "crm.vendor.example",
        types: &["window_opened", "window_closed", "items_declined", "held", "erased"],
        reader: || Reader::Staff,
        feed: "F#S#",
        sort: "S#staff#crm",
    },
];

/// How long a turn is nobody else's.
pub(super) const LEASE: Duration = Duration::seconds(60);
/// More than the longest time until another attempt.
const LONGEST_DELAY: Duration = Duration::hours(7);
/// How often everything that waits is sent until nothing is left.
const ROUNDS: usize = 20;

/// What receivers do when they fail, each for one request: mostly it is over soon.
const FAILURES: [Answering; 12] = [
    Answering::Status(500),
    Answering::Status(503),
    Answering::Status(404),
    Answering::Redirect,
    Answering::Garbage,
    Answering::Never,
    Answering::Never,
    Answering::Broken,
    Answering::Broken,
    Answering::Broken,
    Answering::Status(204),
    Answering::Status(410),
];

/// What a party does with its webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WebhookAct {
    /// It puts the place back by so much.
    PutBack(Duration),
    Rotate,
    WriteAnew,
    Test,
}

/// The message of the queue that has a webhook's turn taken.
pub(super) fn message_of(no: usize) -> Value {
    let owner = match (WEBHOOKS[no].reader)() {
        Reader::Partner(partner) => WebhookOwner::Partner(partner),
        Reader::Tenant(tenant) => WebhookOwner::Tenant(tenant),
        Reader::Staff => WebhookOwner::Staff,
    };
    let id = domain::ids::WebhookId::parse("crm").unwrap();
    serde_json::to_value(WebhookKey { owner, id }).unwrap()
}

/// A message of the queue, and when it was sent.
pub(super) type Waiting = (DateTime<Utc>, Value);

/// Has a message's turn taken; whether the message is done with.
pub(super) async fn take_turn(
    stack: &Stack,
    receipts: &Receipts,
    (sent_at, body): &Waiting,
) -> bool {
    let no = (0..WEBHOOKS.len()).find(|no| message_of(*no) == *body).expect("a webhook");
    let mut message = message(body);
    let sent_at = sent_at.timestamp_millis().to_string();
    message["attributes"] = json!({"SentTimestamp": sent_at});
    receipts.begin_turn(no, stack.env.clock.now());
    let answer = Box::pin(stack.webhooks(json!({"Records": [message]}))).await;
    receipts.end_turn();
    answer.is_ok_and(|answer| answer.batch_item_failures.is_empty())
}

/// A party does something with its webhook. Nothing breaks meanwhile.
pub(super) async fn act_as_party(stack: &Stack, receipts: &Receipts, no: usize, act: WebhookAct) {
    let Webhook { who, host, types, .. } = WEBHOOKS[no];
    let now = stack.env.clock.now();
    let send = async |event: RequestEvent| {
        let answer = Box::pin(stack.send(who(event))).await;
        assert_eq!(answer.status, 200, "{act:?} of {host}: {}", answer.text);
        answer.body
    };
    match act {
        WebhookAct::PutBack(by) => {
            // Never forward: who does that has what lies between not sent.
            let from = place_of(stack, receipts, no).min(now) - by;
            let before = receipts.len();
            let body = json!({"from": from.to_rfc3339_opts(SecondsFormat::Millis, true)});
            send(RequestEvent::post("/v1/webhooks/crm/replay").json(&body)).await;
            receipts.note_put_back(no, from, before);
        }
        WebhookAct::Rotate => {
            let body = send(RequestEvent::post("/v1/webhooks/crm/secret").json(&json!({}))).await;
            receipts.note_secret(no, now, body["secret"].as_str().expect("a secret"));
        }
        WebhookAct::WriteAnew => {
            let body = body_of(host, types);
            send(RequestEvent::put("/v1/webhooks/crm").json(&body)).await;
        }
        WebhookAct::Test => {
            let event = who(RequestEvent::post("/v1/webhooks/crm/test").json(&json!({})));
            let status = Box::pin(stack.send(event)).await.status;
            // Another one was sent just before.
            assert!([200, 429].contains(&status), "a test of {host}: {status}");
        }
    }
}

fn body_of(host: &str, types: &[&str]) -> Value {
    let mut body = json!({"url": format!("https://{host}/hook")});
    if !types.is_empty() {
        body["types"] = json!(types);
    }
    body
}

/// The moment of the webhook's place in its feed.
fn place_of(stack: &Stack, receipts: &Receipts, no: usize) -> DateTime<Utc> {
    let item = receipts.item_of(stack, no);
    let place = item["k"]["S"].as_str().expect("a place");
    let millis = place.split('#').next().and_then(|stamp| stamp.parse().ok());
    DateTime::from_timestamp_millis(millis.expect("a stamp")).expect("a moment")
}

impl Sim {
    /// Each party writes its webhook, before there is anything to tell.
    pub(super) async fn subscribe(&mut self) {
        for (no, Webhook { who, host, types, sort, .. }) in WEBHOOKS.into_iter().enumerate() {
            let receiver = self.stack.internet.receiver(host).await;
            let event = RequestEvent::put("/v1/webhooks/crm").json(&body_of(host, types));
            let created = self.stack.send(who(event)).await;
            assert_eq!(created.status, 201, "{}", created.text);
            let items = self.stack.env.engine.items("W#").into_iter().map(|item| key(&item));
            let own = items.into_iter().find(|own| own.1 == sort).expect("its item");
            let secret = created.body["secret"].as_str().expect("a secret");
            self.receipts.begin(own, self.stack.env.clock.now(), secret);
            let (stack, receipts) = (Arc::downgrade(&self.stack), self.receipts.clone());
            receiver.observe(Arc::new(move |received, answering| {
                if let Some(stack) = stack.upgrade() {
                    receipts.note(&stack, no, received, answering);
                }
            }));
            self.receivers.push(receiver);
        }
    }

    /// What is due has a message in the queue.
    pub(super) async fn look(&mut self) {
        let looked = Box::pin(self.stack.webhooks(json!({"source": "aws.events"}))).await.is_ok();
        assert!(looked || self.disturbed, "nothing breaks this look");
        self.collect();
        self.note(format!("look {looked}, {} wait", self.books.turns.len()));
    }

    /// Any message of the queue, now and then again and again.
    pub(super) async fn turn(&mut self) {
        let Some(at) = self.one_of(self.books.turns.len()) else { return };
        let message = self.books.turns[at].clone();
        let (before, mut done) = (self.receipts.len(), false);
        for _ in 0..self.times() {
            done = take_turn(&self.stack, &self.receipts, &message).await;
        }
        if done && self.rng.u8(0..10) > 0 {
            self.books.turns.remove(at);
        }
        let sent = self.receipts.len() - before;
        self.note(format!("turn of {} {done}, {sent} sent", message.1["owner"]));
    }

    /// A party does something with its webhook.
    pub(super) async fn keep_webhook(&mut self) {
        self.repair();
        let (no, act) = (self.rng.usize(0..WEBHOOKS.len()), self.any_act());
        act_as_party(&self.stack, &self.receipts, no, act).await;
        self.note(format!("{act:?} of webhook {no}"));
    }

    pub(super) fn any_act(&mut self) -> WebhookAct {
        match self.rng.u8(0..8) {
            0..3 => WebhookAct::PutBack(Duration::minutes(self.rng.i64(0..2000))),
            3..5 => WebhookAct::Rotate,
            5..7 => WebhookAct::WriteAnew,
            _ => WebhookAct::Test,
        }
    }

    /// Receivers fail: at the next requests, or at all of them until they are mended.
    pub(super) fn fail_receivers(&mut self) {
        for receiver in self.receivers.clone() {
            match self.rng.u8(0..12) {
                0 => receiver.answer(Answering::Status(503)),
                1..4 => receiver.answer(Answering::Status(200)),
                4..7 => {
                    let good = vec![Answering::Status(200); self.rng.usize(0..3)];
                    let failure = *self.rng.choice(&FAILURES).unwrap();
                    receiver.answer_next(&[good, vec![failure]].concat());
                }
                _ => {}
            }
        }
    }

    /// A look, and every turn that it calls for; whether anything was sent.
    pub(super) async fn send_all(&mut self) -> bool {
        let before = self.receipts.len();
        self.look().await;
        while let Some(message) = self.books.turns.pop() {
            let done = take_turn(&self.stack, &self.receipts, &message).await;
            assert!(done, "nothing breaks this turn");
            self.collect();
        }
        for message in std::mem::take(&mut self.books.disabled) {
            self.stack.event_functions.notify_of(&message).await.unwrap();
        }
        self.collect();
        self.receipts.judge();
        self.receipts.len() > before
    }

    /// Each receiver is mended, each webhook that was given up is written anew, and everything is sent that waits. Then
    /// each receiver has what its party's feed tells, and nothing else.
    pub(in super::super) async fn every_receiver_has_its_feed(&mut self) {
        let now = self.stack.env.clock.now();
        self.repair();
        self.stack.env.clock.set(now + super::consumers::AHEAD + LONGEST_DELAY);
        for receiver in &self.receivers {
            receiver.mend();
        }
        Box::pin(self.send_all()).await;
        for no in 0..WEBHOOKS.len() {
            let item = self.receipts.item_of(&self.stack, no);
            if item.get("d").is_some() {
                assert_eq!(item["dt"]["BOOL"], true, "its party knows that it was given up");
                act_as_party(&self.stack, &self.receipts, no, WebhookAct::WriteAnew).await;
            }
        }
        for round in 0.. {
            assert!(round < ROUNDS, "the webhooks do not come to rest");
            self.stack.env.clock.advance(LEASE);
            if !Box::pin(self.send_all()).await {
                break;
            }
        }
        for (no, webhook) in WEBHOOKS.iter().enumerate() {
            let events = (webhook.reader)().replay(&self.stack).await;
            let items = self.stack.env.engine.items(webhook.feed);
            self.receipts.hold_against(no, &events, &items);
        }
        self.stack.env.clock.set(now);
    }

    /// A process that sent events has died.
    pub(super) fn bury_senders(&mut self) {
        if self.receipts.bury(&self.stack) {
            self.receipts.count(Happened::DiedInATurn);
        }
    }
}
