//! The history of a claim: one entry for each version, archived from the stream, chained by hashes.

use domain::claim::{Claim, Instant};
use domain::event::EventType;
use domain::history::Entry;
use domain::ids::{ClaimId, Sha256Hash, Version};
use serde_json::{Map, Value};

use crate::table::attributes::{Attributes, Reader, bytes, key, put, text};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::index::{Cursor, ListPage};
use crate::table::keys;

const EVENT: &str = "e";
const HASH: &str = "h";
const PREVIOUS: &str = "p";
/// How many entries of a whole history are read at once.
const PAGE: u16 = 100;

/// An entry of the history.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEntry {
    /// The version the event led to.
    pub version: Version,
    /// The event, as it was hashed (`domain::history::event`).
    pub event: Value,
    /// The entry's hash; `None` while it is not archived yet.
    pub hash: Option<Sha256Hash>,
    /// The hash of the entry before; `None` for the first.
    pub previous_hash: Option<Sha256Hash>,
}

impl HistoryEntry {
    /// The item of an archived entry. The event is kept as the text that was hashed.
    pub(crate) fn attributes(claim: &ClaimId, version: Version, entry: &Entry) -> Attributes {
        let mut item = key(keys::claim(claim), keys::history(version));
        put(&mut item, EVENT, Some(text(domain::canonical::text(&entry.event))));
        put(&mut item, HASH, Some(bytes(entry.hash().0)));
        put(&mut item, PREVIOUS, entry.previous.map(|hash| bytes(hash.0)));
        item
    }

    pub(crate) fn read(item: &Attributes) -> Result<Self, StoreError> {
        let item = Reader::new("history", item);
        let version = item.parsed("sk", |sk| {
            sk.strip_prefix("H#").and_then(|number| number.parse().ok()).ok_or(())
        })?;
        Ok(Self {
            version: Version(version),
            event: item.parsed(EVENT, |text| serde_json::from_str(text))?,
            hash: Some(item.opt_hash(HASH)?.ok_or_else(|| item.bad(HASH))?),
            previous_hash: item.opt_hash(PREVIOUS)?,
        })
    }

    /// The claim's last event, which is in no archive yet. What it changed is not known without the
    /// version before, so its detail is empty.
    fn latest(claim: &Claim, details: Sha256Hash) -> Self {
        let mut event = domain::history::event(None, claim, details);
        if let Some(members) = event.as_object_mut() {
            members.insert("detail".to_owned(), Value::Object(Map::new()));
        }
        Self { version: claim.version, event, hash: None, previous_hash: None }
    }
}

impl Store {
    /// The history of a claim, oldest first. Where only its last event is not archived yet, it stands
    /// at the end, without a hash; where more are not, the history ends where the archive does.
    pub async fn history(
        &self,
        claim: &Claim,
        from: Option<&Cursor>,
        limit: u16,
    ) -> Result<ListPage<HistoryEntry>, StoreError> {
        let start = from.map(|from| key(keys::claim(&claim.id), from.sort.clone()));
        let answer = self
            .client
            .query()
            .table_name(self.table())
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND begins_with(sk, :h)")
            .expression_attribute_values(":pk", text(keys::claim(&claim.id)))
            .expression_attribute_values(":h", text("H#"))
            .set_exclusive_start_key(start)
            .limit(i32::from(limit))
            .send()
            .await
            .map_err(StoreError::of_call)?;
        let entries = answer.items.unwrap_or_default();
        let mut items =
            entries.iter().map(HistoryEntry::read).collect::<Result<Vec<_>, StoreError>>()?;
        let last = answer.last_evaluated_key.as_ref();
        let next = last.map(|last| Reader::new("history", last).text("sk")).transpose()?;
        let next = next.map(|sort| Cursor { queue: None, sort: sort.to_owned() });
        let begun = from.and_then(|from| version_of(&from.sort)).unwrap_or(Version(0));
        let archived = items.last().map_or(begun, |entry| entry.version);
        if next.is_none() && archived.next() == claim.version {
            items.push(HistoryEntry::latest(claim, self.details_hash(&claim.id).await?));
        }
        Ok(ListPage { items, next })
    }

    /// What is archived of one version of a claim.
    ///
    /// # Errors
    /// Where the table does not answer, or the entry cannot be read.
    pub async fn archived(
        &self,
        claim: &ClaimId,
        version: Version,
    ) -> Result<Option<HistoryEntry>, StoreError> {
        let item = self.get_item(key(keys::claim(claim), keys::history(version))).await?;
        item.as_ref().map(HistoryEntry::read).transpose()
    }

    /// The whole history of a claim, oldest first.
    pub async fn whole_history(&self, claim: &Claim) -> Result<Vec<HistoryEntry>, StoreError> {
        let mut entries = Vec::new();
        let mut from = None;
        loop {
            let page = self.history(claim, from.as_ref(), PAGE).await?;
            entries.extend(page.items);
            from = page.next;
            if from.is_none() {
                return Ok(entries);
            }
        }
    }

    /// When a claim's present notice became due: its mail counts from then. `None` where it has none, or
    /// where the archive does not tell it yet.
    pub async fn notice_due_at(&self, claim: &Claim) -> Result<Option<Instant>, StoreError> {
        let last = &claim.last_event;
        if last.event_type.makes_notice_due() {
            return Ok(Some(last.at));
        }
        let history = self.whole_history(claim).await?;
        Ok(history.iter().rev().find_map(|entry| due_at(&entry.event)))
    }

    async fn details_hash(&self, id: &ClaimId) -> Result<Sha256Hash, StoreError> {
        let stored = self.load_claim(id).await?.stored;
        let stored = stored.ok_or_else(|| StoreError::unreadable("claim", "pk"))?;
        Ok(stored.record.stamp.details_hash)
    }
}

/// When an event made a notice due.
fn due_at(event: &Value) -> Option<Instant> {
    let event_type = EventType::parse(event.get("type")?.as_str()?)?;
    let at = event.get("at")?.as_str()?.parse().ok()?;
    event_type.makes_notice_due().then_some(at)
}

fn version_of(sort: &str) -> Option<Version> {
    sort.strip_prefix("H#")?.parse().ok().map(Version)
}
