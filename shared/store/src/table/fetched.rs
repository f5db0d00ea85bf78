//! Items that a request fetches together: what does not depend on each other costs one call.

use std::collections::HashMap;

use domain::ids::ClaimId;

use super::attributes::{Attributes, item_key};
use super::clock_check::ClockSample;
use super::codec::claim_item::ClaimItem;
use super::config::Store;
use super::error::StoreError;
use super::keys;

/// The key of an item: partition, then sort key.
pub(crate) type ItemKey = (String, String);

/// What strong reads found under the keys they were asked for. No two batches are one moment: what is
/// decided from them is written under the conditions of the commit.
#[derive(Debug, Clone, Default)]
pub(crate) struct FetchedItems(HashMap<ItemKey, Option<Attributes>>);

impl FetchedItems {
    /// The item of that key; `None`: there is none.
    ///
    /// # Errors
    /// `Corrupt` for a key that was never fetched: nothing is known of it, not even its absence.
    pub(crate) fn get(&self, key: &ItemKey) -> Result<Option<&Attributes>, StoreError> {
        match self.0.get(key) {
            Some(found) => Ok(found.as_ref()),
            None => Err(StoreError::Corrupt(format!("{} {} was not fetched", key.0, key.1))),
        }
    }

    /// Whether that key was fetched, with an item or without.
    pub(crate) fn has_key(&self, key: &ItemKey) -> bool {
        self.0.contains_key(key)
    }

    /// The records of those of these claims that exist, without their details, if their keys were fetched.
    pub(crate) fn records(&self, ids: &[ClaimId]) -> Result<Vec<ClaimItem>, StoreError> {
        let mut records = Vec::new();
        for id in ids {
            records.extend(self.get(&record_key(id))?.map(ClaimItem::from_item).transpose()?);
        }
        Ok(records)
    }
}

/// Where the record of a claim stands.
pub(crate) fn record_key(id: &ClaimId) -> ItemKey {
    (keys::claim_pk(id), keys::RECORD.to_owned())
}

/// Where the details of a claim stand.
pub(crate) fn details_key(id: &ClaimId) -> ItemKey {
    (keys::claim_pk(id), keys::DETAILS.to_owned())
}

impl Store {
    /// Fetches the items of these keys that `fetched` does not know yet, 100 with a call; none where it
    /// knows them all. What the clocks said meanwhile, if there was a call.
    pub(crate) async fn fetch_items(
        &self,
        fetched: &mut FetchedItems,
        keys: Vec<ItemKey>,
    ) -> Result<Option<ClockSample>, StoreError> {
        let mut wanted = keys;
        wanted.retain(|key| !fetched.has_key(key));
        if wanted.is_empty() {
            return Ok(None);
        }
        let asked = wanted.iter().map(|(pk, sk)| item_key(pk, sk)).collect();
        let (items, clock) = Box::pin(self.get_items(asked)).await?;
        fetched.0.extend(wanted.into_iter().map(|key| (key, None)));
        for item in items {
            fetched.0.insert(key_of(&item)?, Some(item));
        }
        Ok(Some(clock))
    }
}

fn key_of(item: &Attributes) -> Result<ItemKey, StoreError> {
    let part = |name: &str| {
        let text = item.get(name).and_then(|value| value.as_s().ok()).cloned();
        text.ok_or_else(|| StoreError::unreadable_attribute("item", name))
    };
    Ok((part("pk")?, part("sk")?))
}
