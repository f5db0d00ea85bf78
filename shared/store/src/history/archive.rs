//! Archiving the table's stream: each version of a claim becomes an entry of its history.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::claim::{Claim, Instant};
use domain::history::Entry;
use domain::ids::{ClaimId, Sha256Hash, Version};

use super::entries::HistoryEntry;
use crate::table::attributes::{Reader, instant_value, item_key, put_value};
use crate::table::codec::claim_item::ClaimItem;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;
use crate::table::transaction::{Condition, WriteOutcome};
use crate::table::write_id::WriteId;

/// The latest stamp of the items that tell of the version in feeds.
const TOLD_AT: &str = "f";

/// A claim's record as the stream shows it: the claim without its details.
#[derive(Debug, Clone)]
pub struct ClaimImage(ClaimItem);

impl ClaimImage {
    /// Reads an image of a stream record.
    ///
    /// # Errors
    /// `Corrupt` for an image that is no claim's record, or of a version of this program unknown
    /// here.
    pub fn from_stream(item: serde_dynamo::Item) -> Result<Self, StoreError> {
        let item: HashMap<String, AttributeValue> = item.into();
        ClaimItem::from_item(&item).map(Self)
    }

    /// The claim; placeholders stand for its details.
    pub fn claim(&self) -> &Claim {
        &self.0.claim
    }

    /// The version of the claim that the image is of.
    pub fn version(&self) -> Version {
        self.0.claim.version
    }

    /// The history entry of the version; `old` is the one before, where it is known.
    pub fn history_entry(&self, old: Option<&Self>) -> Entry {
        Entry::of(old.map(Self::claim), self.claim(), self.0.stamp.details_hash)
    }

    /// Whether something was said with the version, or which fields it changed is kept beside it.
    pub fn has_annotation(&self) -> bool {
        self.annotated_by().is_some()
    }

    /// The write that wrote the version, where an annotation goes with it.
    fn annotated_by(&self) -> Option<WriteId> {
        self.0.stamp.annotation.filter(|write| *write == self.0.stamp.write)
    }
}

/// What the entry behind an archived one needs of it.
#[derive(Debug, Clone, Copy)]
struct ArchivedEntry {
    hash: Sha256Hash,
    /// The latest stamp of its items in feeds; `None` of an entry from before there were feeds.
    told_at: Option<Instant>,
}

impl Store {
    /// Writes the history entry of `new`, if there is none yet, and before it what feeds tell of it: so whatever is
    /// archived was told. Where the entry before is missing, it is written first from the old image.
    ///
    /// # Errors
    /// `Unavailable`: the same call again does no harm.
    pub async fn archive_version(
        &self,
        old: Option<&ClaimImage>,
        new: &ClaimImage,
    ) -> Result<(), StoreError> {
        let previous = match old {
            Some(old) => Some(self.entry_of(old).await?),
            None => None,
        };
        self.write_entry(old, new, previous).await.map(|_| ())
    }

    /// The entry of an image's version; written now, if it is missing.
    async fn entry_of(&self, image: &ClaimImage) -> Result<ArchivedEntry, StoreError> {
        let id = &image.claim().id;
        if let Some(entry) = self.archived_entry(id, image.version()).await? {
            return Ok(entry);
        }
        let before = self.entry_before(id, image.version()).await?;
        self.write_entry(None, image, before).await
    }

    /// The newest archived entry before a version: a hole does not break the chain.
    async fn entry_before(
        &self,
        id: &ClaimId,
        version: Version,
    ) -> Result<Option<ArchivedEntry>, StoreError> {
        for before in (1..version.0).rev() {
            if let Some(entry) = self.archived_entry(id, Version(before)).await? {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    /// The archived entry of a version.
    async fn archived_entry(
        &self,
        id: &ClaimId,
        version: Version,
    ) -> Result<Option<ArchivedEntry>, StoreError> {
        let found = self.get_item(item_key(keys::claim_pk(id), keys::history_sk(version))).await?;
        let Some(item) = found else { return Ok(None) };
        let told_at = Reader::new("history", &item).opt_instant(TOLD_AT)?;
        let hash = HistoryEntry::from_item(&item)?.hash;
        Ok(hash.map(|hash| ArchivedEntry { hash, told_at }))
    }

    /// Writes an entry, and before it what feeds tell of it; the entry that is there then. Its salts come from the
    /// salted digest of the claim's details at that version, which nobody else is given: the entry is the same whenever
    /// it is written.
    async fn write_entry(
        &self,
        old: Option<&ClaimImage>,
        new: &ClaimImage,
        previous: Option<ArchivedEntry>,
    ) -> Result<ArchivedEntry, StoreError> {
        let (claim, secret) = (new.claim(), new.0.stamp.details_hash);
        let mut entry = new.history_entry(old);
        if let Some(write) = new.annotated_by() {
            let found = self.load_annotation(&claim.id, new.version(), write).await?;
            entry = entry.with_annotation(&found.unwrap_or_default());
        }
        let mut entry = HistoryEntry::new(&entry, secret, previous.map(|own| own.hash));
        let told_after = previous.and_then(|own| own.told_at);
        let told = self.put_feed_items(claim, &entry, told_after).await?;
        entry.archived_on = Some(told.staff.date_naive());
        let mut item = entry.to_attributes(&claim.id, secret)?;
        put_value(&mut item, TOLD_AT, Some(instant_value(told.latest)));
        let written = match self.put_item_if(item, Condition::absent()).await? {
            WriteOutcome::Done => {
                entry.hash.map(|hash| ArchivedEntry { hash, told_at: Some(told.latest) })
            }
            WriteOutcome::Conflict => self.archived_entry(&claim.id, new.version()).await?,
        };
        written.ok_or_else(|| StoreError::Unavailable("the entry is being written".into()))
    }
}
