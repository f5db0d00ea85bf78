//! Archiving the table's stream: each version of a claim becomes an entry of its history.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::claim::Claim;
use domain::history::Entry;
use domain::ids::{ClaimId, Sha256Hash, Version};

use super::entries::HistoryEntry;
use crate::table::attributes::item_key;
use crate::table::codec::claim_item::ClaimItem;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;
use crate::table::transaction::{Condition, WriteOutcome};
use crate::table::write_id::WriteId;

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

impl Store {
    /// Writes the history entry of `new`, if there is none yet. Where the entry before is missing,
    /// it is written first from the old image.
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

    /// The hash of the entry of an image's version; written now, if it is missing.
    async fn entry_of(&self, image: &ClaimImage) -> Result<Sha256Hash, StoreError> {
        let id = &image.claim().id;
        if let Some(hash) = self.entry_hash(id, image.version()).await? {
            return Ok(hash);
        }
        let before = self.hash_before(id, image.version()).await?;
        self.write_entry(None, image, before).await
    }

    /// The hash of the newest archived entry before a version: a hole does not break the chain.
    async fn hash_before(
        &self,
        id: &ClaimId,
        version: Version,
    ) -> Result<Option<Sha256Hash>, StoreError> {
        for before in (1..version.0).rev() {
            if let Some(hash) = self.entry_hash(id, Version(before)).await? {
                return Ok(Some(hash));
            }
        }
        Ok(None)
    }

    /// The hash of the archived entry of a version.
    async fn entry_hash(
        &self,
        id: &ClaimId,
        version: Version,
    ) -> Result<Option<Sha256Hash>, StoreError> {
        let found = self.get_item(item_key(keys::claim_pk(id), keys::history_sk(version))).await?;
        Ok(found
            .map(|item| HistoryEntry::from_item(&item))
            .transpose()?
            .and_then(|entry| entry.hash))
    }

    /// Writes an entry; the hash is that of the entry that is there then. Its salts come from the salted digest of
    /// the claim's details at that version, which nobody else is given: the entry is the same whenever it is written.
    async fn write_entry(
        &self,
        old: Option<&ClaimImage>,
        new: &ClaimImage,
        previous: Option<Sha256Hash>,
    ) -> Result<Sha256Hash, StoreError> {
        let secret = new.0.stamp.details_hash;
        let mut entry = new.history_entry(old);
        if let Some(write) = new.annotated_by() {
            let found = self.load_annotation(&new.claim().id, new.version(), write).await?;
            entry = entry.with_annotation(&found.unwrap_or_default());
        }
        let entry = HistoryEntry::new(&entry, secret, previous);
        let item = entry.to_attributes(&new.claim().id, secret)?;
        let hash = match self.put_item_if(item, Condition::absent()).await? {
            WriteOutcome::Done => entry.hash,
            WriteOutcome::Conflict => self.entry_hash(&new.claim().id, new.version()).await?,
        };
        hash.ok_or_else(|| StoreError::Unavailable("the entry is being written".into()))
    }
}
