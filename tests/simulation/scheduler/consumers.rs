//! Whoever reads the feeds: each with a cursor of its own, now and then, while everything breaks. In the end each has
//! been told of every version that it may know of, of each claim in ascending order.

use std::collections::BTreeMap;

use chrono::Duration;
use domain::history::{Audience, SealedEntry, ToldEvent};
use domain::ids::{ClaimId, PartnerId, TenantId, Version};
use store::{Cursor, Feed, Store};
use support::fixtures::{ALPINE, BOREALIS, CONTOSO, FABRIKAM};

use super::Sim;
use super::checks::image;

/// A publisher's clock may be ahead by an hour: its items are shown then.
const AHEAD: Duration = Duration::hours(2);

/// Whose feed a consumer reads.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Reader {
    Partner(PartnerId),
    Tenant(TenantId),
    Staff,
}

impl Reader {
    fn feed(&self) -> Feed<'_> {
        match self {
            Self::Partner(partner) => Feed::Partner(partner),
            Self::Tenant(tenant) => Feed::Tenant(tenant),
            Self::Staff => Feed::Staff,
        }
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
}

/// A reader with its place and what it was told, each version where it came first.
#[derive(Debug, Clone)]
struct Consumer {
    reader: Reader,
    after: Option<Cursor>,
    told: BTreeMap<ClaimId, Vec<ToldEvent>>,
}

impl Consumer {
    async fn read(&mut self, store: &Store, limit: u16) {
        loop {
            let feed = self.reader.feed();
            let page = store.read_feed(feed, self.after.as_ref(), limit).await.unwrap();
            for event in page.events {
                let told = self.told.entry(event.claim.clone()).or_default();
                if !told.iter().any(|earlier| earlier.version == event.version) {
                    told.push(event);
                }
            }
            self.after = Some(page.end);
            if !page.more {
                return;
            }
        }
    }
}

/// The readers of all feeds.
#[derive(Debug, Clone)]
pub(in super::super) struct Consumers(Vec<Consumer>);

impl Default for Consumers {
    fn default() -> Self {
        let partners = [ALPINE, BOREALIS].map(|id| Reader::Partner(PartnerId::parse(id).unwrap()));
        let tenants = [CONTOSO, FABRIKAM].map(|id| Reader::Tenant(TenantId::parse(id).unwrap()));
        let readers = partners.into_iter().chain(tenants).chain([Reader::Staff]);
        Self(
            readers.map(|reader| Consumer { reader, after: None, told: BTreeMap::new() }).collect(),
        )
    }
}

impl Sim {
    /// One of the readers goes on, with pages of few events.
    pub(super) async fn consume(&mut self, step: usize) {
        let count = self.books.consumers.0.len();
        let consumer = &mut self.books.consumers.0[step % count];
        consumer.read(&self.watch, 7).await;
    }

    /// Every reader has been told of exactly the versions that the stream had and it may know of, ascending, and of
    /// each what the history tells it.
    pub(in super::super) async fn every_feed_is_whole(&mut self) {
        let now = self.stack.env.clock.now();
        self.stack.env.clock.set(now + AHEAD);
        let mut consumers = self.books.consumers.clone();
        for consumer in &mut consumers.0 {
            consumer.read(&self.watch, 100).await;
        }
        self.stack.env.clock.set(now);
        for consumer in &consumers.0 {
            let mut known = 0;
            for made in &self.made {
                known += usize::from(self.was_told(consumer, &made.id).await);
            }
            assert_eq!(consumer.told.len(), known, "{:?}: of nobody else", consumer.reader);
        }
    }

    /// Whether there was anything to be told of a claim.
    async fn was_told(&self, consumer: &Consumer, id: &ClaimId) -> bool {
        let images =
            self.books.stream_of(id).map(|record| image(record["dynamodb"]["NewImage"].clone()));
        let images: BTreeMap<Version, _> = images.map(|own| (own.version(), own)).collect();
        let mine = images.values().filter(|own| consumer.reader.is_of(own.claim()));
        let expected: Vec<Version> = mine.map(store::ClaimImage::version).collect();
        let told = consumer.told.get(id).map(Vec::as_slice).unwrap_or_default();
        let versions: Vec<Version> = told.iter().map(|event| event.version).collect();
        assert_eq!(versions, expected, "{:?} of {id}", consumer.reader);
        let erased = self.peek(id).erased;
        for event in told {
            let archived = self.watch.load_archived(id, event.version).await.unwrap();
            let sealed: SealedEntry = archived.expect("an entry").sealed;
            let claim = images[&event.version].claim();
            let told = ToldEvent::of(claim, &sealed, consumer.reader.audience());
            // Of an erased claim the archive tells less than it did.
            assert!(erased || told.as_ref() == Some(event), "{event:?} and {told:?}");
        }
        !expected.is_empty()
    }
}
