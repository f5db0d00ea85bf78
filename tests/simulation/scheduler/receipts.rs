//! What the receivers of webhooks got, and what is promised of it: signed by the secrets of that time, by one sender at
//! a time, not before an attempt may be, of each claim ascending; in the end exactly what the party's feed tells, and
//! everything once more that was written since a moment to which the party has put the place back.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};
use serde_json::Value;
use support::engine::key;
use support::internet::{Answering, Received};
use support::stack::Stack;

use super::consumers::{Told, take_events};
use super::coverage::Happened;
use super::webhooks::{LEASE, WEBHOOKS};
use crate::webhooks::is_signed;

/// How old an event is before anybody is told of it.
const SETTLED: Duration = Duration::seconds(10);
/// How long the secret before the present one is signed with too.
const OVERLAP: Duration = Duration::hours(24);
/// How wrong the clock of a sender may be, and how long a turn may stand still.
const INACCURACY: Duration = Duration::minutes(65);

/// What was received, and what is known of each webhook beside its item. Clones share it.
#[derive(Clone, Default)]
pub(super) struct Receipts(Arc<Mutex<Book>>);

impl fmt::Debug for Receipts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Receipts")
    }
}

#[derive(Default)]
struct Book {
    webhooks: Vec<Kept>,
    /// The turns that are under way, one within the other.
    turns: Vec<Turn>,
    all: Vec<Receipt>,
    /// How many of them were judged.
    judged: usize,
    /// Whether calls are broken, or clocks wrong.
    disturbed: bool,
    /// Whether whoever came between has met a fault: a receiver's task that panics fails nobody else.
    has_failed: bool,
    tally: BTreeMap<Happened, usize>,
}

/// What is known of a webhook.
struct Kept {
    key: (String, String),
    /// Its secrets, each with the moment of its making.
    secrets: Vec<(DateTime<Utc>, String)>,
    put_back: Vec<PutBack>,
    /// Until when the turn is that of a process that has died.
    held_until: Option<DateTime<Utc>>,
    /// The versions that the receiver got, each where it came first.
    told: Told,
}

/// The party has put the place back.
struct PutBack {
    to: DateTime<Utc>,
    /// How many requests there had been.
    before: usize,
}

/// A turn that is under way.
struct Turn {
    webhook: usize,
    began: DateTime<Utc>,
    /// How many secrets there were.
    secrets: usize,
    has_sent: bool,
}

/// A request that a receiver got.
struct Receipt {
    webhook: usize,
    at: DateTime<Utc>,
    received: Received,
    /// How many secrets there were at the beginning of its turn, and how many there are.
    secrets: (usize, usize),
    /// What should not have been sent; why.
    wrong: Option<&'static str>,
}

impl Receipt {
    fn id(&self) -> &str {
        self.received.header("webhook-id")
    }

    fn is_test(&self) -> bool {
        self.id().starts_with("test-")
    }

    fn data(&self) -> Value {
        let body: Value = serde_json::from_str(&self.received.body).expect("JSON");
        assert_eq!(body["data"]["id"], self.id());
        assert_eq!(
            (&body["type"], &body["timestamp"]),
            (&body["data"]["type"], &body["data"]["at"])
        );
        body["data"].clone()
    }
}

impl Receipts {
    fn book<T>(&self, act: impl FnOnce(&mut Book) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A webhook was created.
    pub(super) fn begin(&self, key: (String, String), at: DateTime<Utc>, secret: &str) {
        let secrets = vec![(at, secret.to_owned())];
        let (put_back, held_until, told) = (Vec::new(), None, Told::new());
        self.book(|book| {
            book.webhooks.push(Kept { key, secrets, put_back, held_until, told });
        });
    }

    /// The item of a webhook.
    pub(super) fn item_of(&self, stack: &Stack, no: usize) -> Value {
        let (pk, sort) = self.book(|book| book.webhooks[no].key.clone());
        stack.env.engine.item(&pk, &sort).expect("a webhook")
    }

    /// How many requests there have been.
    pub(super) fn len(&self) -> usize {
        self.book(|book| book.all.len())
    }

    pub(super) fn count(&self, happened: Happened) {
        self.book(|book| *book.tally.entry(happened).or_default() += 1);
    }

    /// How often each was.
    pub(super) fn tally(&self) -> BTreeMap<Happened, usize> {
        self.book(|book| book.tally.clone())
    }

    /// In the next step calls are broken and clocks wrong, or they are not.
    pub(super) fn set_disturbed(&self, disturbed: bool) {
        self.book(|book| {
            book.disturbed = disturbed;
            if disturbed {
                // Whose clock is wrong may end the turn of one who has died.
                book.webhooks.iter_mut().for_each(|own| own.held_until = None);
            }
        });
    }

    pub(super) fn begin_turn(&self, webhook: usize, began: DateTime<Utc>) {
        self.book(|book| {
            let secrets = book.webhooks[webhook].secrets.len();
            book.turns.push(Turn { webhook, began, secrets, has_sent: false });
        });
    }

    pub(super) fn end_turn(&self) {
        self.book(|book| book.turns.pop());
    }

    /// Whoever came between has met a fault.
    pub(super) fn fail(&self) {
        self.book(|book| book.has_failed = true);
    }

    /// The webhook whose turn is under way.
    pub(super) fn under_way(&self) -> Option<usize> {
        self.book(|book| book.turns.last().map(|turn| turn.webhook))
    }

    /// Whether somebody sends the events of a webhook.
    pub(super) fn is_sending(&self, no: usize) -> bool {
        self.book(|book| book.turns.iter().any(|turn| turn.webhook == no && turn.has_sent))
    }

    /// The processes whose turns are under way are dead; whether there were any.
    pub(super) fn bury(&self, stack: &Stack) -> bool {
        let dead = self.book(|book| std::mem::take(&mut book.turns));
        for turn in &dead {
            let item = self.item_of(stack, turn.webhook);
            let until = item["lu"]["N"].as_str().and_then(|until| until.parse().ok());
            let until = until.and_then(DateTime::from_timestamp_millis);
            self.book(|book| book.webhooks[turn.webhook].held_until = until);
        }
        !dead.is_empty()
    }

    pub(super) fn note_secret(&self, no: usize, at: DateTime<Utc>, secret: &str) {
        self.count(Happened::SecretRotated);
        self.book(|book| book.webhooks[no].secrets.push((at, secret.to_owned())));
    }

    pub(super) fn note_put_back(&self, no: usize, to: DateTime<Utc>, before: usize) {
        self.count(Happened::PlacePutBack);
        self.book(|book| book.webhooks[no].put_back.push(PutBack { to, before }));
    }

    /// A receiver got a request, and is going to answer it so.
    pub(super) fn note(&self, stack: &Stack, no: usize, own: &Received, answering: Answering) {
        let (at, item) = (stack.env.clock.now(), self.item_of(stack, no));
        self.count(match answering {
            Answering::Status(200..=299) | Answering::Endless | Answering::Stalled => {
                Happened::EventTaken
            }
            Answering::Status(410) => Happened::ReceiverGone,
            Answering::Never => Happened::ReceiverSilent,
            Answering::Broken => Happened::ReceiverBroke,
            Answering::Status(_) | Answering::Redirect | Answering::Garbage => {
                Happened::ReceiverFailed
            }
        });
        self.book(|book| {
            let present = book.webhooks[no].secrets.len();
            let is_test = own.header("webhook-id").starts_with("test-");
            let wrong = if is_test { None } else { book.fault_of(no, at, &item) };
            let first = book.turns.last().map_or(present, |turn| turn.secrets);
            let secrets = if is_test { (present, present) } else { (first, present) };
            let received = own.clone();
            book.all.push(Receipt { webhook: no, at, received, secrets, wrong });
        });
    }

    /// Judges what was received since the last time.
    pub(super) fn judge(&self) {
        self.book(|book| {
            assert!(!book.has_failed, "whoever came between has met a fault");
            let new = &book.all[book.judged..];
            for receipt in new {
                let kept = &mut book.webhooks[receipt.webhook];
                assert_eq!(receipt.wrong, None, "{} to {}", receipt.id(), receipt.webhook);
                assert!(kept.has_signed(receipt), "{} is not signed as it should", receipt.id());
                if receipt.is_test() {
                    continue;
                }
                let data = receipt.data();
                let claim = data["claim_id"].as_str().expect("a claim");
                let known = kept.told.get(claim).map_or(0, Vec::len);
                take_events(&mut kept.told, std::slice::from_ref(&data));
                let of_claim = &kept.told[claim];
                if of_claim.len() == known {
                    *book.tally.entry(Happened::EventSentAgain).or_default() += 1;
                }
                let versions = of_claim.iter().map(|event| event["version"].as_u64());
                assert!(
                    versions.is_sorted(),
                    "an event passed another: {of_claim:?} at {}",
                    receipt.at
                );
            }
            book.judged = book.all.len();
        });
    }

    /// Holds what a receiver got against its party's feed, as events and as items.
    pub(super) fn hold_against(&self, no: usize, events: &[Value], items: &[Value]) {
        let types = WEBHOOKS[no].types;
        let wants = |event_type: &str| types.is_empty() || types.contains(&event_type);
        let events: Vec<Value> = events
            .iter()
            .filter(|event| wants(event["type"].as_str().expect("a type")))
            .cloned()
            .collect();
        let mut expected = Told::new();
        take_events(&mut expected, &events);
        // By the id of the event, when the feed has told of it.
        let mut stamps: BTreeMap<String, BTreeSet<DateTime<Utc>>> = BTreeMap::new();
        for item in items.iter().filter(|item| wants(item["y"]["S"].as_str().expect("a type"))) {
            let (_, sort) = key(item);
            let mut parts = sort.split('#');
            let mut next = || parts.next().expect("a part of the key").to_owned();
            let (millis, claim, version) = (next(), next(), next());
            let stamp = DateTime::from_timestamp_millis(millis.parse().expect("a stamp"));
            let id = format!("{claim}-{}", version.trim_start_matches('0'));
            stamps.entry(id).or_default().insert(stamp.expect("a moment"));
        }
        self.book(|book| {
            let kept = &book.webhooks[no];
            let told = |told: &Told| -> BTreeMap<String, Vec<Value>> {
                let versions = |events: &Vec<Value>| {
                    events.iter().map(|event| event["version"].clone()).collect()
                };
                told.iter().map(|(claim, events)| (claim.clone(), versions(events))).collect()
            };
            assert_eq!(told(&kept.told), told(&expected), "what webhook {no} was sent");
            let mut last = BTreeMap::new();
            let own = book.all.iter().enumerate();
            let own = own.filter(|(_, own)| own.webhook == no && !own.is_test());
            for (place, receipt) in own {
                let is_told = events.contains(&receipt.data());
                assert!(is_told, "no feed tells {}", receipt.received.body);
                let stamps = &stamps[receipt.id()];
                let is_settled = stamps.iter().any(|stamp| *stamp + SETTLED <= receipt.at);
                assert!(is_settled, "{} at {} is too young: {stamps:?}", receipt.id(), receipt.at);
                last.insert(receipt.id(), place);
            }
            for PutBack { to, before } in &kept.put_back {
                let since = stamps.iter().filter(|(_, own)| own.iter().any(|stamp| stamp >= to));
                for (id, _) in since {
                    assert!(last[id.as_str()] >= *before, "{id} was not sent again since {to}");
                }
            }
        });
    }
}

impl Book {
    /// Why an event should not have been sent now.
    fn fault_of(&mut self, no: usize, at: DateTime<Utc>, item: &Value) -> Option<&'static str> {
        let Some((own, others)) = self.turns.split_last_mut() else {
            return Some("sent outside of a turn");
        };
        own.has_sent = true;
        if own.webhook != no {
            return Some("sent in another's turn");
        }
        // A clock that is wrong makes one wait, or send what was sent; and whose turn is over by the platform is gone.
        let is_in_time = |turn: &Turn| at < turn.began + LEASE;
        if self.disturbed || !is_in_time(own) {
            return None;
        }
        let mut others = others.iter();
        if others.any(|other| other.webhook == no && other.has_sent && is_in_time(other)) {
            return Some("sent by two at once");
        }
        if self.webhooks[no].held_until.is_some_and(|until| at < until) {
            return Some("sent in the turn of one who has died");
        }
        let next = item["fn"]["N"].as_str().and_then(|next| next.parse().ok());
        if next.is_some_and(|next| at.timestamp_millis() < next) {
            return Some("sent before another attempt may be");
        }
        item.get("d").is_some().then_some("sent though it was given up")
    }
}

impl Kept {
    /// Whether a request is signed with all the secrets that were valid at the beginning of its turn, or are since, and
    /// with no other: the newest, and of the two before each for a day after it was made anew.
    fn has_signed(&self, receipt: &Receipt) -> bool {
        let signatures = receipt.received.header("webhook-signature").split(' ').count();
        let (first, last) = receipt.secrets;
        let signed = |place: usize| is_signed(&receipt.received, &self.secrets[place].1);
        (first..=last).any(|count| {
            let newest = count - 1;
            let older = newest.saturating_sub(2)..newest;
            let is_as_valid = |place: usize| {
                let until = self.secrets[place + 1].0 + OVERLAP;
                let (must, may) =
                    (receipt.at + INACCURACY < until, receipt.at < until + INACCURACY);
                if signed(place) { may } else { !must }
            };
            let all = older.clone().filter(|place| signed(*place)).count() + 1;
            signed(newest) && signatures == all && older.into_iter().all(is_as_valid)
        })
    }
}
