//! What is between the functions: the stream, the bus, the mail and the queues. Everything comes late, in
//! any order, and up to ten times.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};
use domain::ids::ClaimId;
use domain::recipient::{RecipientList, RecipientNo};
use fastrand::Rng;
use notice::Link;
use serde_json::Value;
use support::engine::{Cursor, key};
use support::event_functions::{
    Mail, directory_records_from, disabled_messages, events, mail_event, mails, records_from,
    waiting_messages, webhook_messages, work_messages,
};
use support::stack::{BASE_URL, ROTATED_SECRET};
use support::template::mail_queues_of;
use support::test_env::TestEnv;

use super::others::Entry;
use super::suspension::Suspension;
use super::webhooks::Waiting;
use super::{Move, Sim};

/// How many messages of shards wait at most: the queue sets aside what has come back a few times.
const MESSAGES: usize = 12;

/// A notice under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Letter {
    claim: ClaimId,
    notice: u16,
    no: RecipientNo,
    to: String,
}

/// A mail of a notice, as its recipient has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct MailedLink {
    /// What the address of the page ends in.
    pub(in super::super) token: String,
    /// The six digits beside it.
    pub(in super::super) code: String,
    /// Whether nothing was broken when the mail was sent.
    pub(super) undisturbed: bool,
}

impl MailedLink {
    fn read(mail: &Mail, undisturbed: bool) -> Self {
        let text = mail.text();
        let address = format!("{BASE_URL}/d/");
        let mut tokens = text.lines().filter_map(|line| line.strip_prefix(&address));
        let token = tokens.find(|token| !token.contains('?')).expect("a link in a notice");
        let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|c| c.is_ascii_digit());
        let code = text.lines().find(is_code).expect("a code in a notice");
        Self { token: token.to_owned(), code: code.to_owned(), undisturbed }
    }
}

/// That a notice arrived, or came back, by the provider's stamp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Proof {
    pub(super) claim: ClaimId,
    pub(super) notice: u16,
    pub(super) no: RecipientNo,
    pub(super) at: DateTime<Utc>,
}

/// What is on its way, and what has been promised: all that a run knows beside the table.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Books {
    /// The stream as the archive sees it, as far as it was read, and how many of these are done.
    pub(super) stream: Vec<Value>,
    pub(super) published: usize,
    read_to: Cursor,
    /// The directory's changes, and how many of them are done.
    changes: Vec<Value>,
    swept: usize,
    changes_read_to: Cursor,
    /// Events on the bus that its rule lets through to `notify`, some of them told before.
    bus: Vec<Value>,
    /// The ids of all events that were ever on the bus.
    pub(super) told: BTreeSet<String>,
    letters: Vec<Letter>,
    /// Since when somebody may have a notice.
    pub(super) mailed: BTreeMap<(ClaimId, u16), DateTime<Utc>>,
    /// The mails of each notice, by recipient, in the order of their sending.
    pub(super) links: BTreeMap<(ClaimId, u16, RecipientNo), Vec<MailedLink>>,
    /// What the mail service says about letters.
    reports: Vec<Value>,
    /// What it is going to say, and when.
    late: Vec<(DateTime<Utc>, Value)>,
    /// The deliveries there were, whoever was told of them.
    pub(super) proofs: Vec<Proof>,
    /// The failures there were.
    pub(super) failures: Vec<Proof>,
    /// Messages of shards.
    shards: Vec<Value>,
    /// Messages of webhooks that have something to do.
    pub(super) turns: Vec<Waiting>,
    /// What `notify` is to tell of webhooks that were given up.
    pub(super) disabled: Vec<Value>,
    /// How many webhooks were given up whose party has mails, for having failed for days.
    pub(super) given_up: usize,
    /// The noes that were answered and not taken back: by item, whose they are and when the last of them arrived. 0
    /// is the administrator, any other number a recipient.
    pub(in super::super) refused: BTreeMap<ClaimId, BTreeMap<u8, BTreeMap<u8, DateTime<Utc>>>>,
    /// Who the notices of a claim went to, as long as it was not erased.
    pub(super) lists: BTreeMap<ClaimId, Vec<RecipientList>>,
    /// The entries that Contoso had, each with its moment.
    pub(super) entries: Vec<Entry>,
    /// The items somebody may have accepted.
    pub(in super::super) accepted: BTreeMap<ClaimId, BTreeSet<u8>>,
    /// The claims that renew, each with what it renews.
    pub(in super::super) renewals: Vec<(ClaimId, ClaimId)>,
    /// The partners that are suspended.
    pub(in super::super) suspended: BTreeSet<&'static str>,
    /// Every suspension there was.
    pub(super) suspensions: Vec<Suspension>,
}

impl Books {
    /// Takes what the functions have sent; `undisturbed`: nothing was broken meanwhile.
    pub(super) fn collect(&mut self, env: &TestEnv, undisturbed: bool) {
        for event in events(env) {
            self.told.insert(event["id"].as_str().unwrap().to_owned());
            if !mail_queues_of(&event).is_empty() {
                self.bus.push(event);
            }
        }
        for mail in mails(env) {
            let tag = |name: &str| mail.tags.iter().find(|(own, _)| own == name).map(|tag| &tag.1);
            if let (Some(claim), Some(notice), Some(no)) =
                (tag("claim"), tag("notice"), tag("recipient"))
            {
                let (claim, notice) = (ClaimId::parse(claim).unwrap(), notice.parse().unwrap());
                self.mailed.entry((claim.clone(), notice)).or_insert(env.clock.now());
                let no = RecipientNo(no.parse().unwrap());
                let link = MailedLink::read(&mail, undisturbed);
                self.links.entry((claim.clone(), notice, no)).or_default().push(link);
                self.letters.push(Letter { claim, notice, no, to: mail.to.clone() });
            }
        }
        for message in waiting_messages(env) {
            let event: Value = serde_json::from_str(message["body"].as_str().unwrap()).unwrap();
            let disabled = &event["webhook_disabled"];
            if disabled.is_null() {
                self.bus.push(event["detail"].clone());
            } else {
                self.given_up += usize::from(disabled["cause"] == "failed");
            }
        }
        self.disabled.extend(disabled_messages(env));
        self.shards.extend(work_messages(env));
        let set_aside = self.shards.len().saturating_sub(MESSAGES);
        self.shards.drain(..set_aside);
        let now = env.clock.now();
        self.turns.extend(webhook_messages(env).into_iter().map(|message| (now, message)));
        let set_aside = self.turns.len().saturating_sub(MESSAGES);
        self.turns.drain(..set_aside);
        env.services.forget();
    }

    /// How many mails of notices have a link under another key than the first.
    pub(super) fn mails_under_another_key(&self) -> usize {
        let is_other = |link: &&MailedLink| Link::key_of_token(&link.token) != Some(1);
        self.links.values().flatten().filter(is_other).count()
    }

    /// Reads on in the stream.
    pub(super) fn read_on(&mut self, env: &TestEnv) {
        self.stream.extend(records_from(env, &mut self.read_to));
    }

    /// What the stream has told of a claim's record.
    pub(super) fn stream_of(&self, claim: &ClaimId) -> impl Iterator<Item = &Value> {
        let own = (format!("C#{claim}"), "A".to_owned());
        self.stream.iter().filter(move |record| key(&record["dynamodb"]["Keys"]) == own)
    }

    /// Whether there is something on its way that the chosen is about.
    pub(super) fn has_work_for(&self, chosen: Move) -> bool {
        match chosen {
            Move::Notify => !self.bus.is_empty(),
            Move::Deliver => !self.letters.is_empty(),
            Move::Prove => !self.reports.is_empty(),
            Move::Work => !self.shards.is_empty(),
            Move::Publish => self.published < self.stream.len(),
            Move::Turn => !self.turns.is_empty(),
            Move::Sweep
            | Move::Tick
            | Move::Advance
            | Move::Somebody
            | Move::Customer
            | Move::Read
            | Move::ReadUsage
            | Move::Suspend
            | Move::Juggle
            | Move::Reorder
            | Move::Toggle
            | Move::Forge
            | Move::Misuse
            | Move::Erase
            | Move::Rotate
            | Move::Renew
            | Move::Look
            | Move::KeepWebhook
            | Move::ReadFeed
            | Move::StandStill
            | Move::Wait => true,
        }
    }

    /// Whether a notice or its proof has not arrived yet.
    pub(super) fn is_under_way(&self) -> bool {
        !self.bus.is_empty() || !self.letters.is_empty() || !self.reports.is_empty()
    }

    /// What the directory begins with changes nothing.
    pub(super) fn skip_directory(&mut self, env: &TestEnv) {
        drop(directory_records_from(env, &mut self.changes_read_to));
    }

    /// A letter arrives, or comes back, at that moment: what the mail service will say about it, and when.
    fn report(&mut self, kind: &str, letter: &Letter, at: DateTime<Utc>, said: DateTime<Utc>) {
        let Letter { claim, notice, no, to } = letter;
        let proof = Proof { claim: claim.clone(), notice: *notice, no: *no, at };
        if kind == "Delivery" { &mut self.proofs } else { &mut self.failures }.push(proof);
        self.late.push((said, mail_event(kind, claim, *notice, (*no, to), at)));
    }

    /// The mail service says what it has to say by now.
    pub(super) fn speak(&mut self, now: DateTime<Utc>) {
        let (due, late) = self.late.drain(..).partition(|(said, _)| *said <= now);
        self.late = late;
        let due: Vec<(DateTime<Utc>, Value)> = due;
        self.reports.extend(due.into_iter().map(|(_, report)| report));
    }

    /// Something that the mail service says, and will say again.
    pub(super) fn any_report(&self, rng: &mut Rng) -> Option<Value> {
        rng.choice(&self.reports).cloned()
    }

    /// When the mail service says something next.
    pub(super) fn speaks_at(&self) -> Option<DateTime<Utc>> {
        self.late.iter().map(|(said, _)| *said).min()
    }
}

impl Sim {
    /// How often something comes.
    pub(super) fn times(&mut self) -> usize {
        if self.rng.u8(0..10) == 0 { self.rng.usize(2..=10) } else { 1 }
    }

    /// One of so many; the earlier ones wait no longer than the others.
    pub(super) fn one_of(&mut self, count: usize) -> Option<usize> {
        (count > 0).then(|| self.rng.usize(0..count))
    }

    /// The stream's next records, now and then with some that were done before.
    pub(super) async fn publish(&mut self) {
        let now = self.stack.env.clock.now();
        if self.still_until.is_some_and(|until| now < until) {
            return;
        }
        let again = if self.rng.u8(0..5) == 0 { self.rng.usize(0..4) } else { 0 };
        let from = self.books.published.saturating_sub(again);
        let count = self.rng.usize(1..12);
        for _ in 0..self.times() {
            let to = self.publish_some(from, count).await;
            self.note(format!("publish {from} to {to}"));
        }
    }

    /// Up to where they are done.
    async fn publish_some(&mut self, from: usize, count: usize) -> usize {
        self.books.read_on(&self.stack.env);
        let all = &self.books.stream;
        let some = &all[from..all.len().min(from + count)];
        let answer = self.stack.event_functions.publish(some).await;
        let first = match &answer {
            Ok(answer) => answer.batch_item_failures.first().map(|one| one.item_identifier.clone()),
            Err(_) => Some(None),
        };
        let number =
            |record: &Value| record["dynamodb"]["SequenceNumber"].as_str().map(str::to_owned);
        let done = match first {
            None => some.len(),
            Some(number_of) => some.iter().position(|one| number(one) == number_of).unwrap_or(0),
        };
        self.books.published = self.books.published.max(from + done);
        from + done
    }

    /// The directory's changes.
    pub(in super::super) async fn sweep(&mut self) {
        let new = directory_records_from(&self.stack.env, &mut self.books.changes_read_to);
        self.books.changes.extend(new);
        let some = &self.books.changes[self.books.swept..];
        let answer = self.stack.event_functions.sweep_these(some).await;
        if answer.is_ok_and(|answer| answer.batch_item_failures.is_empty()) {
            self.books.swept = self.books.changes.len();
            self.books.suspensions.iter_mut().for_each(Suspension::carry_out);
        }
        self.note(format!("swept {}", self.books.swept));
    }

    /// The operator makes a new key of links current; the old one is kept. For two hours nobody has a mail under the new
    /// one: a function reads the secret once in a minute, by a clock that may be an hour wrong now and an hour before.
    pub(super) fn rotate(&mut self) {
        self.stack.secret.put(ROTATED_SECRET);
        self.stack.env.clock.advance(Duration::minutes(122));
        self.note("rotated");
    }

    /// Any event of the bus.
    pub(super) async fn notify(&mut self) {
        let Some(at) = self.one_of(self.books.bus.len()) else { return };
        let event = self.books.bus[at].clone();
        let mut done = false;
        for _ in 0..self.times() {
            done = self.stack.event_functions.notify(&event).await.is_ok();
        }
        if done && self.rng.u8(0..10) > 0 {
            self.books.bus.remove(at);
        }
        self.note(format!("notify {} {done}", event["type"]));
    }

    /// Any letters arrive, or come back, or do both; what is said about them comes later, now and then days
    /// later.
    pub(super) fn deliver(&mut self) {
        for _ in 0..self.rng.usize(1..4) {
            let Some(at) = self.one_of(self.books.letters.len()) else { return };
            let letter = self.books.letters[at].clone();
            let now = self.stack.env.clock.now();
            let said = if self.rng.u8(0..8) == 0 { now + self.days() } else { now };
            let kind = match self.rng.u8(0..20) {
                0 => "Bounce",
                1 => "Complaint",
                2..6 => "Delivery and Bounce",
                _ => "Delivery",
            };
            match kind {
                "Delivery and Bounce" => {
                    self.books.report("Delivery", &letter, now, said);
                    let bounced = now + Duration::minutes(self.rng.i64(0..6000));
                    let late = if self.rng.bool() { self.days() } else { Duration::zero() };
                    self.books.report("Bounce", &letter, bounced, bounced + late);
                }
                kind => self.books.report(kind, &letter, now, said),
            }
            if self.rng.u8(0..6) > 0 {
                self.books.letters.remove(at);
            }
            self.note(format!("{kind} of notice {} at {}", letter.notice, letter.no.0));
        }
        self.books.speak(self.stack.env.clock.now());
    }

    /// As late as a report comes.
    fn days(&mut self) -> Duration {
        Duration::hours(self.rng.i64(1..240))
    }

    /// Anything that the mail service says.
    pub(super) async fn prove(&mut self) {
        for _ in 0..self.rng.usize(1..4) {
            let Some(at) = self.one_of(self.books.reports.len()) else { return };
            let report = self.books.reports[at].clone();
            let mut done = false;
            for _ in 0..self.times() {
                done = self
                    .stack
                    .event_functions
                    .deliver(&report)
                    .await
                    .batch_item_failures
                    .is_empty();
            }
            if done && self.rng.u8(0..10) > 0 {
                self.books.reports.remove(at);
            }
            let no = &report["mail"]["tags"]["recipient"][0];
            self.note(format!("prove {} of {no} {done}", report["eventType"]));
        }
    }

    pub(in super::super) async fn tick(&mut self) {
        let whole = self.stack.event_functions.tick_alone(&self.stack.env).await;
        self.collect();
        self.note(format!("tick {whole}"));
    }

    /// Any message of work.
    pub(super) async fn work(&mut self) {
        let Some(at) = self.one_of(self.books.shards.len()) else { return };
        let message = self.books.shards[at].clone();
        let mut done = false;
        for _ in 0..self.times() {
            done = self.stack.event_functions.work(&self.stack.env, &message).await;
        }
        if done && self.rng.u8(0..10) > 0 {
            self.books.shards.remove(at);
        }
        self.note(format!("work {message} {done}"));
    }

    /// Everything that the stream has.
    pub(in super::super) async fn publish_all(&mut self) {
        self.books.read_on(&self.stack.env);
        while self.books.published < self.books.stream.len() {
            Box::pin(self.publish_some(self.books.published, 10)).await;
        }
    }

    /// Everything that is on the bus.
    pub(in super::super) async fn notify_all(&mut self) {
        while let Some(event) = self.books.bus.first().cloned() {
            self.stack.event_functions.notify(&event).await.unwrap();
            self.books.bus.remove(0);
        }
    }

    /// Every letter, and everything that the mail service says.
    pub(in super::super) async fn deliver_all(&mut self) {
        let now = self.stack.env.clock.now();
        for letter in std::mem::take(&mut self.books.letters) {
            self.books.report("Delivery", &letter, now, now);
        }
        self.books.speak(now);
        while let Some(report) = self.books.reports.first().cloned() {
            let answer = self.stack.event_functions.deliver(&report).await;
            let recorded = answer.batch_item_failures.is_empty();
            assert!(recorded, "not recorded: {report}");
            self.books.reports.remove(0);
        }
    }

    /// Every message of work.
    pub(in super::super) async fn work_all(&mut self) {
        while let Some(message) = self.books.shards.first().cloned() {
            assert!(Box::pin(self.stack.event_functions.work(&self.stack.env, &message)).await);
            self.books.shards.remove(0);
        }
    }

    /// What is on its way arrives once; whether nothing was, and nothing is.
    pub(super) async fn arrive(&mut self) -> bool {
        Box::pin(self.sweep()).await;
        self.books.read_on(&self.stack.env);
        let mut quiet = self.books.published == self.books.stream.len();
        Box::pin(self.publish_all()).await;
        self.collect();
        quiet &= self.books.bus.is_empty();
        Box::pin(self.notify_all()).await;
        self.collect();
        self.books.speak(self.stack.env.clock.now());
        quiet &= self.books.letters.is_empty() && self.books.reports.is_empty();
        Box::pin(self.deliver_all()).await;
        Box::pin(self.tick()).await;
        Box::pin(self.work_all()).await;
        self.books.read_on(&self.stack.env);
        quiet && self.books.published == self.books.stream.len()
    }
}
