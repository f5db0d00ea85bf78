//! Who comes in between: somebody in the middle of a call of somebody else's, of an attempt to reach a receiver, or of a
//! write into a feed.

use std::fmt;
use std::sync::{Arc, Mutex, Weak};

use chrono::Duration;
use domain::ids::ClaimId;
use serde_json::{Value, json};
use support::engine::key;
use support::stack::Stack;
use web::event::RequestEvent;

use super::actors::Answered;
use super::consumers::Consumers;
use super::coverage::Happened;
use super::receipts::Receipts;
use super::webhooks::{self, WEBHOOKS, WebhookAct};
use super::{Intent, Move, Sim};

/// For how many seconds the sender of an event stands still in the middle of an attempt: the last ones are longer than
/// the turn is its.
const SENDER_STALLS: [i64; 5] = [0, 1, 4, 61, 90];
/// For how many seconds a publisher does, in the middle of a write.
const PUBLISHER_STALLS: [i64; 6] = [1, 2, 3, 7, 12, 40];
/// How many records another publisher has at the most.
const RECORDS: usize = 6;

/// Somebody in the middle of what somebody else does.
#[derive(Debug, Clone)]
pub(super) enum Meanwhile {
    Customer(Intent),
    /// Of that partner, who looks at that claim.
    Reader(&'static str, ClaimId),
    /// On that shard.
    Worker(u16),
    /// What the mail service says.
    Report(Value),
    /// Who reads the feed of that number.
    Feed(usize),
    /// Whoever has a message of that webhook; `None`: of the one whose turn it is.
    Sender(Option<usize>),
    /// The party of that webhook; `None`: of the one whose turn it is.
    Party(Option<usize>, WebhookAct),
    /// Another publisher.
    Publisher(Records),
    /// Nobody: time passes.
    Time(Duration),
}

/// Records of the stream.
#[derive(Clone)]
pub(super) struct Records(Vec<Value>);

impl fmt::Debug for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} records", self.0.len())
    }
}

/// In the middle of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Middle {
    Call,
    Attempt,
    Feed,
}

/// What whoever comes between does it with.
#[derive(Clone)]
pub(super) struct Around {
    stack: Weak<Stack>,
    answers: Arc<Mutex<Vec<Answered>>>,
    receipts: Receipts,
    consumers: Consumers,
}

/// Notes that whoever came between has met a fault, if it has.
struct Watch(Receipts);

impl Drop for Watch {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.fail();
        }
    }
}

impl Around {
    /// Lets all of them come between, one after the other.
    pub(super) async fn let_in(self, others: Vec<Meanwhile>) {
        let _watch = Watch(self.receipts.clone());
        for other in &others {
            Box::pin(other.done(&self)).await;
        }
    }
}

impl Sim {
    pub(super) fn around(&self) -> Around {
        Around {
            stack: Arc::downgrade(&self.stack),
            answers: self.answers(),
            receipts: self.receipts.clone(),
            consumers: self.consumers.clone(),
        }
    }

    /// Who may come in between, one after the other, and in the middle of what.
    pub(super) async fn others(&mut self, chosen: Move) -> (Middle, Vec<Meanwhile>) {
        if chosen == Move::Turn && self.rng.u8(0..4) > 0 {
            return (Middle::Attempt, self.at_an_attempt());
        }
        if chosen == Move::Publish && !self.is_calm() && self.rng.bool() {
            return (Middle::Feed, self.at_a_feed());
        }
        (Middle::Call, self.someone_else().await.into_iter().collect())
    }

    /// Who else there is anywhere: a customer, a reader, another worker.
    async fn someone_else(&mut self) -> Option<Meanwhile> {
        let made = self.somebodys();
        match self.rng.u8(0..11) {
            0..2 => Some(Meanwhile::Reader(made.wish.partner, made.id)),
            2..4 => Some(Meanwhile::Worker(self.rng.u16(0..support::test_env::SHARDS))),
            4..6 => self.books.any_report(&mut self.rng).map(Meanwhile::Report),
            6 => Some(self.any_feed()),
            7 => Some(Meanwhile::Sender(Some(self.rng.usize(0..WEBHOOKS.len())))),
            8 => Some(Meanwhile::Party(Some(self.rng.usize(0..WEBHOOKS.len())), self.any_act())),
            _ => self.intends().await.map(Meanwhile::Customer),
        }
    }

    fn any_feed(&mut self) -> Meanwhile {
        Meanwhile::Feed(self.rng.usize(0..Consumers::COUNT))
    }

    /// The sender stands still; another one has the same message, or the party changes the webhook.
    fn at_an_attempt(&mut self) -> Vec<Meanwhile> {
        let stalls: &[i64] = if self.is_calm() { &SENDER_STALLS[..1] } else { &SENDER_STALLS };
        let stall = Duration::seconds(*self.rng.choice(stalls).unwrap());
        let other = match self.rng.u8(0..8) {
            0..5 => Meanwhile::Sender(None),
            _ => Meanwhile::Party(None, self.any_act()),
        };
        vec![Meanwhile::Time(stall), other]
    }

    /// The publisher stands still; another one has other records, and whoever reads feeds goes on.
    fn at_a_feed(&mut self) -> Vec<Meanwhile> {
        let mut stall = || Duration::seconds(*self.rng.choice(&PUBLISHER_STALLS).unwrap());
        let (first, second) = (Meanwhile::Time(stall()), Meanwhile::Time(stall()));
        let other = Meanwhile::Publisher(self.records_of_a_claim());
        let sender = Meanwhile::Sender(Some(self.rng.usize(0..WEBHOOKS.len())));
        vec![first, other, second, sender, self.any_feed()]
    }

    /// Records of a claim that nobody has published, in their order, as a shard of the stream has them.
    fn records_of_a_claim(&mut self) -> Records {
        let from = self.books.published.min(self.books.stream.len());
        let unpublished = &self.books.stream[from..];
        let claim_of = |record: &Value| key(&record["dynamodb"]["Keys"]).0;
        let Some(claim) = self.rng.choice(unpublished).map(claim_of) else {
            return Records(Vec::new());
        };
        let own = unpublished.iter().filter(|record| claim_of(record) == claim);
        Records(own.take(RECORDS).cloned().collect())
    }

    pub(super) fn answers(&self) -> Arc<Mutex<Vec<Answered>>> {
        Arc::clone(&self.answers)
    }
}

impl Meanwhile {
    async fn done(&self, around: &Around) {
        let Some(stack) = around.stack.upgrade() else { return };
        let receipts = &around.receipts;
        match self {
            Self::Customer(intent) => Box::pin(intent.done(&stack, &around.answers)).await,
            Self::Reader(partner, id) => {
                let event = RequestEvent::get(&format!("/v1/claims/{id}")).partner_user(partner);
                drop(Box::pin(stack.send(event)).await);
            }
            Self::Worker(shard) => {
                let message = json!({"shard": shard});
                Box::pin(stack.event_functions.work(&stack.env, &message)).await;
            }
            Self::Report(report) => drop(Box::pin(stack.event_functions.deliver(report)).await),
            Self::Feed(no) => {
                let whole = around.consumers.read_few(&stack, *no).await;
                assert!(whole, "nothing breaks this page");
            }
            Self::Sender(no) => {
                let Some(no) = no.or_else(|| receipts.under_way()) else { return };
                if receipts.is_sending(no) {
                    receipts.count(Happened::TwoSenders);
                }
                let message = (stack.env.clock.now(), webhooks::message_of(no));
                Box::pin(webhooks::take_turn(&stack, receipts, &message)).await;
            }
            Self::Party(no, act) => {
                let Some(no) = no.or_else(|| receipts.under_way()) else { return };
                Box::pin(webhooks::act_as_party(&stack, receipts, no, *act)).await;
            }
            Self::Publisher(records) => {
                drop(Box::pin(stack.event_functions.publish(&records.0)).await);
            }
            Self::Time(passed) => {
                stack.env.clock.advance(*passed);
                match receipts.under_way() {
                    Some(_) if *passed > webhooks::LEASE => {
                        receipts.count(Happened::AnsweredAfterTheLease);
                    }
                    None => receipts.count(Happened::PublisherStalled),
                    Some(_) => {}
                }
            }
        }
    }
}
