//! Whoever reads the feeds: each with a place of its own, now and then, while everything breaks. In the end each has
//! been told of every version that it may know of, of each claim in ascending order, and so has whoever reads a feed
//! from its beginning.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::Duration;
use domain::history::{Audience, SealedEntry, ToldEvent};
use domain::ids::{ClaimId, PartnerId, TenantId, Version};
use serde_json::Value;
use support::fixtures::{ALPINE, BOREALIS, CONTOSO, FABRIKAM};
use support::stack::{Answer, Stack};
use web::event::RequestEvent;
use web::views::FeedEventView;

use super::Sim;
use super::checks::image;
use super::coverage::Happened;

/// A publisher's clock may be ahead by an hour: its items are shown then.
pub(super) const AHEAD: Duration = Duration::hours(2);
/// How many events a reader looks at, as long as everything breaks.
const FEW: u8 = 7;
/// The same at the end.
const MANY: u8 = 100;

/// Whose feed a consumer reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reader {
    Partner(PartnerId),
    Tenant(TenantId),
    Staff,
}

impl Reader {
    pub(super) fn partner(id: &str) -> Self {
        Self::Partner(PartnerId::parse(id).unwrap())
    }

    pub(super) fn tenant(id: &str) -> Self {
        Self::Tenant(TenantId::parse(id).unwrap())
    }

    fn audience(&self) -> Audience {
        match self {
            Self::Partner(_) => Audience::Partner,
            Self::Tenant(_) => Audience::Customer,
            Self::Staff => Audience::Staff,
        }
    }

    fn is_of(&self, claim: &domain::claim::Claim) -> bool {
        match self {
            Self::Partner(partner) => claim.subject.partner == *partner,
            Self::Tenant(tenant) => claim.subject.tenant == *tenant && claim.is_known_to_customer(),
            Self::Staff => true,
        }
    }

    /// A page of the feed behind a place.
    async fn page(&self, stack: &Stack, place: Option<&str>, limit: u8) -> Answer {
        let after = place.map(|place| format!("&after={place}")).unwrap_or_default();
        let event = RequestEvent::get(&format!("/v1/events?limit={limit}{after}"));
        let event = match self {
            Self::Partner(partner) => event.partner_user(partner.as_str()),
            Self::Tenant(tenant) => event.customer_admin(tenant.as_str()),
            Self::Staff => event.staff("auditor", "auditor-1"),
        };
        stack.send(event).await
    }

    /// The whole feed from its beginning, as it is told now.
    pub(super) async fn replay(&self, stack: &Stack) -> Vec<Value> {
        let (mut events, mut place) = (Vec::new(), None::<String>);
        loop {
            let page = self.page(stack, place.as_deref(), MANY).await;
            assert_eq!(page.status, 200, "{}", page.text);
            events.extend(page.body["items"].as_array().expect("events").iter().cloned());
            place = page.body["next_cursor"].as_str().map(str::to_owned);
            if page.body["more"] == false {
                return events;
            }
        }
    }
}

/// Events by claim, each version where it came first.
pub(super) type Told = BTreeMap<String, Vec<Value>>;

/// Notes events that somebody was told of.
pub(super) fn take_events(told: &mut Told, events: &[Value]) {
    for event in events {
        let claim = event["claim_id"].as_str().expect("a claim").to_owned();
        let of_claim = told.entry(claim).or_default();
        if !of_claim.iter().any(|earlier| earlier["version"] == event["version"]) {
            of_claim.push(event.clone());
        }
    }
}

/// A reader with its place and what it was told.
#[derive(Debug, Clone)]
struct Consumer {
    reader: Reader,
    place: Option<String>,
    told: Told,
}

/// The readers of all feeds. Clones share them.
#[derive(Clone)]
pub(super) struct Consumers(Arc<Mutex<Vec<Consumer>>>);

impl fmt::Debug for Consumers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Consumers")
    }
}

impl Default for Consumers {
    fn default() -> Self {
        let readers = [
            Reader::partner(ALPINE),
            Reader::partner(BOREALIS),
            Reader::tenant(CONTOSO),
            Reader::tenant(FABRIKAM),
            Reader::Staff,
        ];
        let consumers =
            readers.map(|reader| Consumer { reader, place: None, told: BTreeMap::new() });
        Self(Arc::new(Mutex::new(consumers.into())))
    }
}

impl Consumers {
    /// How many there are.
    pub(super) const COUNT: usize = 5;

    fn state<T>(&self, act: impl FnOnce(&mut Vec<Consumer>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The reader of that number goes on, page by page, and keeps its place behind each; whether every page came.
    pub(super) async fn read(&self, stack: &Stack, no: usize, limit: u8) -> bool {
        loop {
            let mut own = self.state(|all| all[no].clone());
            let page = own.reader.page(stack, own.place.as_deref(), limit).await;
            if page.status != 200 {
                return false;
            }
            take_events(&mut own.told, page.body["items"].as_array().expect("events"));
            own.place = page.body["next_cursor"].as_str().map(str::to_owned);
            self.state(|all| all[no] = own);
            if page.body["more"] == false {
                return true;
            }
        }
    }

    /// The same with pages of few events.
    pub(super) async fn read_few(&self, stack: &Stack, no: usize) -> bool {
        Box::pin(self.read(stack, no, FEW)).await
    }
}

impl Sim {
    /// The readers have read nothing yet: what they were told is of a story that has not happened.
    pub(in super::super) fn begin_reading_anew(&mut self) {
        self.consumers = Consumers::default();
    }

    /// One of the readers goes on.
    pub(super) async fn consume(&mut self, step: usize) {
        let no = step % Consumers::COUNT;
        assert!(self.consumers.read_few(&self.stack, no).await, "nothing breaks this page");
    }

    /// The same while calls are broken, somebody comes between, or the process dies.
    pub(super) async fn read_feed(&mut self) {
        let no = self.rng.usize(0..Consumers::COUNT);
        let whole = self.consumers.read_few(&self.stack, no).await;
        self.note(format!("feed {no} read: {whole}"));
        assert!(whole || self.disturbed, "nothing breaks this page");
        if !whole {
            self.receipts.count(Happened::FeedRefused);
        }
    }

    /// Every reader has been told of exactly the versions that the stream had and it may know of, ascending, and of
    /// each what the history tells it; and so is whoever reads the feed anew.
    pub(in super::super) async fn every_feed_is_whole(&mut self) {
        let now = self.stack.env.clock.now();
        self.stack.env.clock.set(now + AHEAD);
        for no in 0..Consumers::COUNT {
            assert!(self.consumers.read(&self.stack, no, MANY).await, "nothing breaks this page");
            let consumer = self.consumers.state(|all| all[no].clone());
            let mut anew = Told::new();
            take_events(&mut anew, &consumer.reader.replay(&self.stack).await);
            assert_eq!(anew, consumer.told, "{:?}: what a replay tells", consumer.reader);
            let mut known = 0;
            for made in &self.made {
                known += usize::from(self.was_told(&consumer, &made.id).await);
            }
            assert_eq!(consumer.told.len(), known, "{:?}: of nobody else", consumer.reader);
        }
        self.stack.env.clock.set(now);
    }

    /// Whether there was anything to be told of a claim.
    async fn was_told(&self, consumer: &Consumer, id: &ClaimId) -> bool {
        let images =
            self.books.stream_of(id).map(|record| image(record["dynamodb"]["NewImage"].clone()));
        let images: BTreeMap<Version, _> = images.map(|own| (own.version(), own)).collect();
        let mine = images.values().filter(|own| consumer.reader.is_of(own.claim()));
        let expected: Vec<Version> = mine.map(store::ClaimImage::version).collect();
        let told = consumer.told.get(id.as_str()).map(Vec::as_slice).unwrap_or_default();
        let version = |event: &Value| {
            let version = event["version"].as_u64().and_then(|own| u32::try_from(own).ok());
            Version(version.expect("a version"))
        };
        let versions: Vec<Version> = told.iter().map(version).collect();
        assert_eq!(versions, expected, "{:?} of {id}", consumer.reader);
        let erased = self.peek(id).erased;
        for event in told {
            let archived = self.watch.load_archived(id, version(event)).await.unwrap();
            let sealed: SealedEntry = archived.expect("an entry").sealed;
            let claim = images[&version(event)].claim();
            let told = ToldEvent::of(claim, &sealed, consumer.reader.audience());
            let told = told.map(|told| serde_json::to_value(FeedEventView::of(&told)).unwrap());
            // Of an erased claim the archive tells less than it did.
            assert!(erased || told.as_ref() == Some(event), "{event:?} and {told:?}");
        }
        !expected.is_empty()
    }
}
