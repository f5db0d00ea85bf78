//! The history of a claim: one entry for each version, archived from the stream, chained by hashes.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::operation::query::QueryOutput;
use chrono::NaiveDate;
use domain::canonical;
use domain::claim::{Claim, Instant};
use domain::event::EventType;
use domain::history::{self, Annotation, Audience, Entry, ReadableEntry, SealedEntry, SealedPart};
use domain::ids::{ClaimId, Sha256Hash, Version};
use serde_json::{Map, Value};

use crate::table::attributes::{
    Attributes, Reader, bytes_value, item_key, number_value, put_value, text_value,
};
use crate::table::codec::deflated::{deflate_text, inflate_text};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::index::{Cursor, ListPage};
use crate::table::keys;
use crate::table::transaction::Condition;

/// The text of an entry of the first format, as it is.
const FIRST_TEXT: &str = "e";
/// The text of an entry, deflated.
const TEXT: &str = "x";
/// The values of its parts, deflated.
const VALUES: &str = "v";
/// The key that the salts of its parts come from.
const KEY: &str = "z";
const HASH: &str = "h";
const PREVIOUS: &str = "p";
/// The day by UTC whose root stands for the entry, in days since 1970-01-01.
const DAY: &str = "d";
/// How many entries of a whole history are read at once.
const PAGE: u16 = 100;

/// An entry of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    /// The version the event led to.
    pub version: Version,
    /// The event: the text that is hashed, and the parts beside it.
    pub sealed: SealedEntry,
    /// The entry's hash; `None` while it is not archived yet.
    pub hash: Option<Sha256Hash>,
    /// The hash of the entry before; `None` for the first.
    pub previous_hash: Option<Sha256Hash>,
    /// The day by UTC whose root stands for the entry; `None` while it is not archived, and where it was archived before
    /// there were daily roots.
    pub archived_on: Option<NaiveDate>,
}

impl HistoryEntry {
    /// The entry behind the one whose hash is `previous`. The salts of its parts come from `secret`, which is the
    /// salted digest of the claim's details at that version.
    pub(crate) fn new(entry: &Entry, secret: Sha256Hash, previous: Option<Sha256Hash>) -> Self {
        let sealed = SealedEntry::of(entry, key_of(secret, entry.version));
        let hash = Some(history::hash_entry(previous, &sealed.text));
        Self { version: entry.version, sealed, hash, previous_hash: previous, archived_on: None }
    }

    /// The item of an archived entry. The salts are kept as the key that they come from.
    pub(crate) fn to_attributes(
        &self,
        claim: &ClaimId,
        secret: Sha256Hash,
    ) -> Result<Attributes, StoreError> {
        let mut item = item_key(keys::claim_pk(claim), keys::history_sk(self.version));
        put_value(&mut item, TEXT, Some(bytes_value(deflate_text(&self.sealed.text)?)));
        put_value(&mut item, HASH, self.hash.map(|hash| bytes_value(hash.0)));
        put_value(&mut item, PREVIOUS, self.previous_hash.map(|hash| bytes_value(hash.0)));
        put_value(&mut item, DAY, self.archived_on.map(|day| number_value(day.to_epoch_days())));
        if let Some(values) = values_of(&self.sealed) {
            put_value(&mut item, VALUES, Some(bytes_value(deflate_text(&values)?)));
            put_value(&mut item, KEY, Some(bytes_value(key_of(secret, self.version).0)));
        }
        Ok(item)
    }

    pub(crate) fn from_item(item: &Attributes) -> Result<Self, StoreError> {
        let reader = Reader::new("history", item);
        let version = reader.read_parsed("sk", |sk| {
            sk.strip_prefix("H#").and_then(|number| number.parse().ok()).ok_or(())
        })?;
        let (text, parts) = match reader.opt_bytes(TEXT)? {
            Some(deflated) => {
                let text = inflate_text(deflated).ok_or_else(|| reader.attribute_error(TEXT))?;
                (text, read_parts(&reader)?)
            }
            None => (reader.read_text(FIRST_TEXT)?.to_owned(), BTreeMap::new()),
        };
        Ok(Self {
            version: Version(version),
            sealed: SealedEntry { text, parts },
            hash: Some(reader.opt_hash(HASH)?.ok_or_else(|| reader.attribute_error(HASH))?),
            previous_hash: reader.opt_hash(PREVIOUS)?,
            archived_on: read_day(&reader)?,
        })
    }

    /// The claim's last event, which is in no archive yet.
    fn from_last_event(claim: &Claim, secret: Sha256Hash, annotation: &Annotation) -> Self {
        let key = key_of(secret, claim.version);
        let sealed = SealedEntry::of(
            &Entry::from_last_event(claim, secret).with_annotation(annotation),
            key,
        );
        let version = claim.version;
        Self { version, sealed, hash: None, previous_hash: None, archived_on: None }
    }

    /// The event; `None` where its text is no entry's.
    pub fn to_readable(&self) -> Option<ReadableEntry> {
        self.sealed.to_readable()
    }
}

/// The key that the salts of a version's entry come from: another one for each version.
fn key_of(secret: Sha256Hash, version: Version) -> Sha256Hash {
    Sha256Hash::of(&[format!("history:{version}:").as_bytes(), &secret.0].concat())
}

/// The values of an entry's parts by audience, as one text; `None` where there are none.
fn values_of(sealed: &SealedEntry) -> Option<String> {
    let value = |(audience, part): (&Audience, &SealedPart)| {
        let value: Value = serde_json::from_str(&part.value).ok()?;
        Some((audience.as_str().to_owned(), value))
    };
    let values: Map<String, Value> = sealed.parts.iter().filter_map(value).collect();
    (!values.is_empty()).then(|| canonical::to_canonical_json(&Value::Object(values)))
}

fn read_day(item: &Reader<'_>) -> Result<Option<NaiveDate>, StoreError> {
    let Some(days) = item.opt_number(DAY)? else { return Ok(None) };
    NaiveDate::from_epoch_days(days).ok_or_else(|| item.attribute_error(DAY)).map(Some)
}

fn read_parts(item: &Reader<'_>) -> Result<BTreeMap<Audience, SealedPart>, StoreError> {
    let Some(key) = item.opt_hash(KEY)? else { return Ok(BTreeMap::new()) };
    let Some(deflated) = item.opt_bytes(VALUES)? else { return Ok(BTreeMap::new()) };
    let values = inflate_text(deflated).ok_or_else(|| item.attribute_error(VALUES))?;
    let values: BTreeMap<Audience, Value> =
        serde_json::from_str(&values).map_err(|_| item.attribute_error(VALUES))?;
    let part = |(audience, value): (Audience, Value)| {
        (audience, SealedPart::new(audience, key, canonical::to_canonical_json(&value)))
    };
    Ok(values.into_iter().map(part).collect())
}

impl Store {
    /// The history of a claim, oldest first. Where only its last event is not archived yet, it stands
    /// at the end, without a hash; where more are not, the history ends where the archive does.
    pub async fn list_history(
        &self,
        claim: &Claim,
        from: Option<&Cursor>,
        limit: u16,
    ) -> Result<ListPage<HistoryEntry>, StoreError> {
        let start = from.map(|from| item_key(keys::claim_pk(&claim.id), from.sort.clone()));
        let answer = self.query_history(&claim.id, start, limit).await?;
        let entries = answer.items.unwrap_or_default();
        let mut items =
            entries.iter().map(HistoryEntry::from_item).collect::<Result<Vec<_>, StoreError>>()?;
        let last = answer.last_evaluated_key.as_ref();
        let next = last.map(|last| Reader::new("history", last).read_text("sk")).transpose()?;
        let next = next.map(|sort| Cursor { part: None, sort: sort.to_owned() });
        let begun = from.and_then(|from| version_of(&from.sort)).unwrap_or(Version(0));
        let archived = items.last().map_or(begun, |entry| entry.version);
        if next.is_none() && archived.next() == claim.version {
            items.push(self.latest_entry(claim).await?);
        }
        Ok(ListPage { items, next })
    }

    /// What is archived of one version of a claim.
    ///
    /// # Errors
    /// Where the table does not answer, or the entry cannot be read.
    pub async fn load_archived(
        &self,
        claim: &ClaimId,
        version: Version,
    ) -> Result<Option<HistoryEntry>, StoreError> {
        let item =
            self.get_item(item_key(keys::claim_pk(claim), keys::history_sk(version))).await?;
        item.as_ref().map(HistoryEntry::from_item).transpose()
    }

    /// The whole history of a claim, oldest first.
    pub async fn whole_history(&self, claim: &Claim) -> Result<Vec<HistoryEntry>, StoreError> {
        let mut entries = Vec::new();
        let mut from = None;
        loop {
            let page = self.list_history(claim, from.as_ref(), PAGE).await?;
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
        Ok(history.iter().rev().find_map(HistoryEntry::notice_due_at))
    }

    /// Takes the values and salts out of a claim's history, up to the entry that says that they were erased. The
    /// texts stay, and with them the chain. Whether that entry and all before it were there.
    pub(crate) async fn strip_history(&self, id: &ClaimId) -> Result<bool, StoreError> {
        let (mut from, mut next) = (None, Version(1));
        loop {
            let answer = self.query_history(id, from, PAGE).await?;
            for item in answer.items.unwrap_or_default() {
                let entry = HistoryEntry::from_item(&item)?;
                if entry.is_erasure() {
                    return Ok(entry.version == next);
                }
                if entry.version == next {
                    next = next.next();
                }
                self.strip_entry(item).await?;
            }
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(false);
            }
        }
    }

    async fn strip_entry(&self, mut item: Attributes) -> Result<(), StoreError> {
        let is_whole = item.remove(VALUES).is_some() | item.remove(KEY).is_some();
        if is_whole {
            self.put_item_if(item, Condition::new("attribute_exists(pk)")).await?;
        }
        Ok(())
    }

    /// A page of the archived entries of a claim, oldest first.
    async fn query_history(
        &self,
        id: &ClaimId,
        from: Option<Attributes>,
        limit: u16,
    ) -> Result<QueryOutput, StoreError> {
        self.client
            .query()
            .table_name(self.table_name())
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND begins_with(sk, :h)")
            .expression_attribute_values(":pk", text_value(keys::claim_pk(id)))
            .expression_attribute_values(":h", text_value("H#"))
            .set_exclusive_start_key(from)
            .limit(i32::from(limit))
            .send()
            .await
            .map_err(StoreError::from)
    }

    /// The claim's last event, with what goes with it, while the claim is as it was read.
    async fn latest_entry(&self, claim: &Claim) -> Result<HistoryEntry, StoreError> {
        let stored = self.load_claim(&claim.id).await?.stored;
        let stored = stored.ok_or_else(|| StoreError::unreadable_attribute("claim", "pk"))?;
        let stamp = stored.record.stamp;
        let is_same = stored.claim().version == claim.version;
        let annotation = match stamp.annotation.filter(|own| is_same && *own == stamp.write) {
            Some(write) => self.load_annotation(&claim.id, claim.version, write).await?,
            None => None,
        };
        Ok(HistoryEntry::from_last_event(
            claim,
            stamp.details_hash,
            &annotation.unwrap_or_default(),
        ))
    }
}

impl HistoryEntry {
    /// When the event made a notice due, if it did.
    fn notice_due_at(&self) -> Option<Instant> {
        match self.to_readable()? {
            ReadableEntry::Event(entry) => entry.event_type.makes_notice_due().then_some(entry.at),
            ReadableEntry::Withheld(_) => None,
        }
    }

    /// Whether the event is that the personal data were erased.
    fn is_erasure(&self) -> bool {
        matches!(self.to_readable(), Some(ReadableEntry::Event(entry)) if entry.event_type == EventType::Erased)
    }
}

fn version_of(sort: &str) -> Option<Version> {
    sort.strip_prefix("H#")?.parse().ok().map(Version)
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;
    use domain::claim::State;
    use domain::ids::ItemId;

    use super::*;
    use crate::table::codec::claim_item::tests::{largest, long_window, size};

    const SECRET: Sha256Hash = Sha256Hash([5; 32]);

    /// The entry that leads to the largest claim of such a state, from a draft with nothing marked.
    fn entry(event_type: EventType, version: u32, state: State) -> HistoryEntry {
        let mut old = largest(State::Submitted { due_at: None }, None);
        old.version = Version(version - 1);
        let mut new = largest(state, None);
        // Digests and ids that nothing can be saved on.
        let digest = |no: u8| Sha256Hash::of(&[no]);
        new.content_hash = Some(digest(0));
        for item in &mut new.items {
            let text = digest(item.no.0).to_string();
            item.id = ItemId::parse(&text[..36]).unwrap();
        }
        new.version = Version(version);
        new.last_event.event_type = event_type;
        let old = (version > 1).then_some(&old);
        HistoryEntry::new(&Entry::of(old, &new, SECRET), SECRET, Some(SECRET))
    }

    fn largest_entries() -> Vec<HistoryEntry> {
        let at = "2026-12-22T15:00:00Z".parse().unwrap();
        let window = || long_window();
        vec![
            entry(EventType::Submitted, 1, State::Submitted { due_at: Some(at) }),
            entry(EventType::Validated, 9, State::Notifying { deliver_by: at }),
            entry(EventType::WindowOpened, 9, State::AwaitingCustomer { window: window() }),
            entry(EventType::LinkRetired, 9, State::AwaitingCustomer { window: window() }),
        ]
    }

    #[test]
    fn an_entry_of_ten_items_with_ids_of_36_characters_takes_one_write_unit() {
        let id = ClaimId::parse("cbplyjelfz5a5xwmpnah5uzxk4").unwrap();
        for entry in largest_entries() {
            let size = size(&entry.to_attributes(&id, SECRET).unwrap());
            assert!(size <= 1024, "{size} bytes: {}", entry.sealed.text);
        }
    }

    #[test]
    fn an_entry_is_read_as_it_was_written_and_tells_less_without_its_parts() {
        let id = ClaimId::parse("cbplyjelfz5a5xwmpnah5uzxk4").unwrap();
        for entry in largest_entries() {
            let mut item = entry.to_attributes(&id, SECRET).unwrap();
            assert_eq!(HistoryEntry::from_item(&item).unwrap(), entry);
            for name in [VALUES, KEY] {
                item.remove(name);
            }
            let erased = HistoryEntry::from_item(&item).unwrap();
            assert!(erased.sealed.parts.is_empty());
            assert_eq!((erased.hash, &erased.sealed.text), (entry.hash, &entry.sealed.text));
        }
    }

    #[test]
    fn an_entry_of_the_first_format_is_read_with_the_text_that_was_hashed() {
        let text = r#"{"detail":{},"type":"submitted","version":1}"#;
        let mut item = item_key("C#cbplyjelfz5a5xwmpnah5uzxk4", "H#000001");
        item.insert(FIRST_TEXT.to_owned(), AttributeValue::S(text.to_owned()));
        item.insert(HASH.to_owned(), bytes_value(SECRET.0));
        let read = HistoryEntry::from_item(&item).unwrap();
        assert_eq!((read.sealed.text.as_str(), read.sealed.is_public()), (text, false));
    }
}
