//! The feeds: what happened, in the order in which it was written, one feed for each partner, one for each tenant, and
//! one for staff in parts (`docs/architecture.md §3`, *publish*).
//!
//! A key begins with the moment of its writing. A reader is shown only what is older than [`SETTLED`]; an item whose
//! write was answered later than [`PROMPT`] after its stamp is written once more under a new one. So whatever a reader
//! has passed was complete, and nothing appears behind a cursor that is not ahead of it too.

use chrono::Duration;
use domain::claim::{Claim, Instant, Status};
use domain::history::{Audience, ToldEvent};
use domain::ids::{ItemNo, PartnerId, Sha256Hash, TenantId};
use futures_util::future::try_join_all;

use super::entries::HistoryEntry;
use crate::table::attributes::{
    Attributes, Reader, bytes_value, instant_value, item_key, number_value, put_value, text_value,
};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::index::Cursor;
use crate::table::keys;

/// How old an item is before a reader sees it.
pub(super) const SETTLED: Duration = Duration::seconds(10);
/// How soon after its stamp the write of an item has to be answered.
pub(crate) const PROMPT: Duration = Duration::seconds(5);
/// How often an item is stamped anew before its version is given up for this time.
const STAMPS: u32 = 4;
/// How long an item is kept: the time to live runs on the real clock.
const KEPT: Duration = Duration::days(90);

/// What an item is called where it cannot be read.
pub(super) const ITEM: &str = "feed item";
const TYPE: &str = "y";
const AT: &str = "a";
const STATUS: &str = "st";
const ITEMS: &str = "i";
/// The hash of the version's entry, in staff's feed: the leaf of the daily root.
pub(super) const HASH: &str = "h";
const EXPIRES: &str = "expires";

/// Whose feed it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feed<'a> {
    /// A partner's: events of its own claims.
    Partner(&'a PartnerId),
    /// A customer's: events of the claims on its tenant, each from its first notice on.
    Tenant(&'a TenantId),
    /// The operator's staff's: events of all claims.
    Staff,
}

/// When feeds tell of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ToldAt {
    /// The stamp of the item in staff's feed.
    pub(super) staff: Instant,
    /// The latest stamp of all its items.
    pub(super) latest: Instant,
}

/// A page of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedPage {
    /// The events, in the order in which they were written.
    pub events: Vec<ToldEvent>,
    /// The place behind each of them.
    pub(crate) places: Vec<String>,
    /// Behind the last event of the page; where it is empty, where it began.
    pub end: Cursor,
    /// Whether there is more to read already.
    pub more: bool,
}

impl Feed<'_> {
    /// The partitions that the feed consists of.
    fn partitions(self) -> Vec<String> {
        match self {
            Self::Partner(partner) => vec![keys::partner_feed_pk(partner)],
            Self::Tenant(tenant) => vec![keys::tenant_feed_pk(tenant)],
            Self::Staff => (0..keys::STAFF_FEED_PARTS).map(keys::staff_feed_pk).collect(),
        }
    }
}

impl Store {
    /// Writes what each party may know of the event that led to `claim` into its feed, stamped later than `after`.
    pub(super) async fn put_feed_items(
        &self,
        claim: &Claim,
        entry: &HistoryEntry,
        after: Option<Instant>,
    ) -> Result<ToldAt, StoreError> {
        let feeds = [
            (Audience::Partner, keys::partner_feed_pk(&claim.subject.partner)),
            (Audience::Customer, keys::tenant_feed_pk(&claim.subject.tenant)),
            (Audience::Staff, keys::staff_feed_pk(keys::staff_feed_part(&claim.id))),
        ];
        let told = feeds.into_iter().filter_map(|(audience, pk)| {
            let hash = entry.hash.filter(|_| audience == Audience::Staff);
            let event = ToldEvent::of(claim, &entry.sealed, audience)?;
            Some((audience, FeedItem { pk, event, hash }))
        });
        let puts = told.map(|(audience, item)| async move {
            Ok::<_, StoreError>((audience, self.put_feed_item(item, after).await?))
        });
        let stamps = try_join_all(puts).await?;
        let of_staff = stamps.iter().find(|(audience, _)| *audience == Audience::Staff);
        let latest = stamps.iter().map(|(_, stamp)| *stamp).max();
        let told =
            of_staff.zip(latest).map(|((_, staff), latest)| ToldAt { staff: *staff, latest });
        told.ok_or_else(|| StoreError::unreadable_attribute("history", TYPE))
    }

    /// Writes an item until a write was answered promptly; the stamp of that one.
    async fn put_feed_item(
        &self,
        item: FeedItem,
        after: Option<Instant>,
    ) -> Result<Instant, StoreError> {
        let mut after = after;
        for _ in 0..STAMPS {
            let earliest = after.map(|after| after + Duration::milliseconds(1));
            let now = self.system_time();
            let stamp = earliest.map_or(now, |earliest| earliest.max(now));
            let probe = self.clock_probe();
            let put = self.client.put_item().table_name(self.table_name());
            let put = put.set_item(Some(item.to_attributes(stamp)));
            put.customize().interceptor(probe.clone()).send().await?;
            // By whichever clock is ahead: one that is behind would stamp into what readers have passed.
            if probe.take_sample().latest_time().max(self.system_time()) - stamp <= PROMPT {
                return Ok(stamp);
            }
            after = Some(probe.take_sample().latest_time().max(stamp));
        }
        Err(StoreError::Unavailable("the items of a feed are written too slowly".to_owned()))
    }

    /// A page of a feed behind `after`, of what is old enough to be complete; `None`: from its beginning.
    ///
    /// # Errors
    /// Where the table does not answer, or an item cannot be read.
    pub async fn read_feed(
        &self,
        feed: Feed<'_>,
        after: Option<&Cursor>,
        limit: u16,
    ) -> Result<FeedPage, StoreError> {
        let begin = after.map_or("0", |after| after.sort.as_str()).to_owned();
        let partitions = feed.partitions();
        // Each part gives so much that no more than a few reads are needed to fill a page evenly.
        let share = if partitions.len() > 1 { limit / 4 + 1 } else { limit };
        let until = self.system_time() - SETTLED;
        let reads = partitions.iter().map(|pk| self.read_part(pk, &begin, until, share));
        let mut parts = try_join_all(reads).await?;
        // One limit for all parts, the earliest: what one part shows, no other holds back.
        let settled = parts.iter().map(|part| part.settled_until).min().unwrap_or(until);
        parts.iter_mut().try_for_each(|part| part.keep_until(settled))?;
        merge_parts(parts, begin, usize::from(limit))
    }

    /// The next items of a part that were written before `until`.
    async fn read_part(
        &self,
        pk: &str,
        begin: &str,
        until: Instant,
        limit: u16,
    ) -> Result<FeedPart, StoreError> {
        // No key goes on behind a whole key: what follows it is greater than this.
        let (from, to) = (format!("{begin}!"), keys::sortable_instant(until));
        if from >= to {
            return Ok(FeedPart { items: Vec::new(), more: false, settled_until: until });
        }
        let probe = self.clock_probe();
        let query = self.client.query().table_name(self.table_name()).consistent_read(true);
        let answer = query
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":pk", text_value(pk))
            .expression_attribute_values(":from", text_value(from))
            .expression_attribute_values(":to", text_value(to))
            .limit(i32::from(limit))
            .customize()
            .interceptor(probe.clone())
            .send()
            .await?;
        let date = probe.take_sample().date;
        Ok(FeedPart {
            items: answer.items.unwrap_or_default(),
            more: answer.last_evaluated_key.is_some(),
            settled_until: date.map_or(until, |date| until.min(date - SETTLED)),
        })
    }
}

/// Items of one partition of a feed, in their order.
#[derive(Debug)]
struct FeedPart {
    items: Vec<Attributes>,
    /// Whether there are more behind the last one.
    more: bool,
    /// What was written before is old enough, by the function's clock and by the table's.
    settled_until: Instant,
}

impl FeedPart {
    /// Leaves out what was not written before `until`; what comes behind that waits too.
    fn keep_until(&mut self, until: Instant) -> Result<(), StoreError> {
        let until = keys::sortable_instant(until);
        let all = self.items.len();
        let settled = self.items.iter().map(sort_of).collect::<Result<Vec<_>, _>>()?;
        let kept = settled.iter().take_while(|sort| **sort < until.as_str()).count();
        self.items.truncate(kept);
        self.more &= kept == all;
        Ok(())
    }

    /// Behind which key nothing is known of the part yet.
    fn known_until(&self) -> Option<&str> {
        let last = self.items.last().filter(|_| self.more)?;
        sort_of(last).ok()
    }
}

/// The items of all parts in one order, as far as all of them are known.
fn merge_parts(parts: Vec<FeedPart>, begin: String, limit: usize) -> Result<FeedPage, StoreError> {
    let mut more = parts.iter().any(|part| part.more);
    let known = parts.iter().filter_map(FeedPart::known_until).min().map(str::to_owned);
    let mut items: Vec<_> = parts.into_iter().flat_map(|part| part.items).collect();
    items.sort_by(|one, other| sort_of(one).unwrap_or("").cmp(sort_of(other).unwrap_or("")));
    let is_known = |item: &Attributes| {
        known.as_deref().is_none_or(|known| sort_of(item).is_ok_and(|sort| sort <= known))
    };
    let all = items.len();
    let items: Vec<_> = items.into_iter().filter(is_known).take(limit).collect();
    more |= items.len() < all;
    let places = items.iter().map(|item| sort_of(item).map(str::to_owned));
    let places = places.collect::<Result<Vec<_>, _>>()?;
    let sort = places.last().cloned().unwrap_or(begin);
    let events = items.iter().map(from_item).collect::<Result<_, _>>()?;
    Ok(FeedPage { events, places, end: Cursor { part: None, sort }, more })
}

fn sort_of(item: &Attributes) -> Result<&str, StoreError> {
    Reader::new(ITEM, item).read_text("sk")
}

/// What is put into a feed.
#[derive(Debug, Clone)]
struct FeedItem {
    pk: String,
    event: ToldEvent,
    hash: Option<Sha256Hash>,
}

impl FeedItem {
    fn to_attributes(&self, stamp: Instant) -> Attributes {
        let event = &self.event;
        let mut item = item_key(&self.pk, keys::feed_sk(stamp, &event.claim, event.version));
        put_value(&mut item, TYPE, Some(text_value(&event.event_type)));
        put_value(&mut item, AT, Some(instant_value(event.at)));
        put_value(&mut item, STATUS, event.status.map(|status| text_value(status.as_str())));
        let items: Vec<u8> = event.items.iter().map(|no| no.0).collect();
        put_value(&mut item, ITEMS, (!items.is_empty()).then(|| bytes_value(items)));
        put_value(&mut item, HASH, self.hash.map(|hash| bytes_value(hash.0)));
        put_value(&mut item, EXPIRES, Some(number_value((stamp + KEPT).timestamp())));
        item
    }
}

fn from_item(item: &Attributes) -> Result<ToldEvent, StoreError> {
    let reader = Reader::new(ITEM, item);
    let (claim, version) = reader.read_parsed("sk", |sort| keys::parse_feed_sk(sort).ok_or(()))?;
    let items = reader.opt_bytes(ITEMS)?.unwrap_or_default();
    Ok(ToldEvent {
        claim,
        version,
        event_type: reader.read_text(TYPE)?.to_owned(),
        at: reader.read_instant(AT)?,
        status: reader.opt_parsed(STATUS, |text| Status::parse(text).ok_or(()))?,
        items: items.iter().copied().map(ItemNo).collect(),
    })
}
