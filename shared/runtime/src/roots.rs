//! The daily roots in the bucket, under `roots/`: nothing there is ever written twice or deleted (`docs/architecture.md §2.9`).

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use chrono::NaiveDate;
use domain::ids::Sha256Hash;
use domain::root::{BLOCK_BYTES, DailyRoot, DayBlocks, DayLeaves, Inclusion};

/// What every key of them begins with.
const PREFIX: &str = "roots/";
/// How the key of a day's root ends.
const ROOT: &str = ".json";
/// How the key ends that says that the bus has a day's root.
const TOLD: &str = ".told";

/// The daily roots of a bucket.
pub struct RootBucket {
    client: Client,
    name: String,
}

/// Why the roots cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum RootError {
    /// The bucket does not answer, or refuses.
    #[error("the bucket did not do it")]
    Bucket(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What lies there under a key is not what it should be.
    #[error("{0} cannot be read")]
    Unreadable(String),
}

/// The days that have a root.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClosedDays {
    /// All of them, told or not.
    pub closed: BTreeSet<NaiveDate>,
    /// Those whose root the bus has.
    pub told: BTreeSet<NaiveDate>,
}

impl RootBucket {
    /// The roots in the bucket of that name.
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self { client, name: name.into() }
    }

    /// The days from `first` on that have a root.
    ///
    /// # Errors
    /// [`RootError::Bucket`].
    pub async fn list_days(&self, first: NaiveDate) -> Result<ClosedDays, RootError> {
        let list = self.client.list_objects_v2().bucket(&self.name).prefix(PREFIX);
        // What belongs to a day in a folder of its own is left out.
        let list = list.delimiter("/").start_after(format!("{PREFIX}{first}"));
        let mut pages = list.into_paginator().send();
        let mut days = ClosedDays::default();
        while let Some(page) = pages.next().await {
            for key in page.map_err(bucket_error)?.contents().iter().filter_map(|own| own.key()) {
                days.closed.extend(parse_key(key, ROOT));
                days.told.extend(parse_key(key, TOLD));
            }
        }
        Ok(days)
    }

    /// The root of a day that has one.
    ///
    /// # Errors
    /// Where the bucket does not answer, or what lies there is not that day's root.
    pub async fn read_root(&self, date: NaiveDate) -> Result<DailyRoot, RootError> {
        let key = day_key(date, ROOT);
        let bytes = self.read_bytes(&key, None).await?;
        let root = serde_json::from_slice::<DailyRoot>(&bytes).ok();
        let root = root.filter(|root| root.date == date && root.is_whole());
        root.ok_or(RootError::Unreadable(key))
    }

    /// Keeps what a day's root stands for, and last the root itself; the root that the day has then. Of two who do that
    /// at once one is the first, and the other is given what that one kept.
    ///
    /// # Errors
    /// Where the bucket does not answer: the same again does no harm.
    pub async fn keep_root(
        &self,
        root: &DailyRoot,
        leaves: &DayLeaves,
    ) -> Result<DailyRoot, RootError> {
        if !leaves.is_empty() {
            // Their keys name the root: whoever has found other leaves writes to another place.
            self.put_new(&leaves_key(root), leaves.to_bytes()).await?;
            self.put_new(&blocks_key(root), leaves.blocks().to_bytes()).await?;
        }
        let key = day_key(root.date, ROOT);
        let text = serde_json::to_vec(root).map_err(|_| RootError::Unreadable(key.clone()))?;
        if self.put_new(&key, text).await? {
            return Ok(*root);
        }
        self.read_root(root.date).await
    }

    /// Notes that the bus has the root of a day.
    ///
    /// # Errors
    /// [`RootError::Bucket`].
    pub async fn note_told(&self, date: NaiveDate) -> Result<(), RootError> {
        self.put_new(&day_key(date, TOLD), Vec::new()).await.map(|_| ())
    }

    /// Where the entries with these hashes stand in the tree of a day; `None` for one that does not.
    ///
    /// # Errors
    /// Where the bucket does not answer, or what lies there is not what the root stands for.
    pub async fn find_entries(
        &self,
        root: &DailyRoot,
        entries: &[Sha256Hash],
    ) -> Result<Vec<Option<Inclusion>>, RootError> {
        if root.size == 0 {
            return Ok(vec![None; entries.len()]);
        }
        let bytes = self.read_bytes(&blocks_key(root), None).await?;
        let blocks = DayBlocks::from_bytes(&bytes);
        let blocks = blocks.ok_or_else(|| RootError::Unreadable(blocks_key(root)))?;
        let (mut read, mut found) = (BTreeMap::<usize, Vec<u8>>::new(), Vec::new());
        for entry in entries {
            let Some(block) = blocks.find_block(*entry) else {
                found.push(None);
                continue;
            };
            let bytes = match read.entry(block) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unread) => {
                    let from = block.saturating_mul(BLOCK_BYTES);
                    let range = format!("bytes={from}-{}", from.saturating_add(BLOCK_BYTES - 1));
                    unread.insert(self.read_bytes(&leaves_key(root), Some(range)).await?)
                }
            };
            let place = blocks.find_leaf(*entry, block, bytes);
            if place.as_ref().is_some_and(|place| !root.includes(*entry, place)) {
                return Err(RootError::Unreadable(leaves_key(root)));
            }
            found.push(place);
        }
        Ok(found)
    }

    async fn read_bytes(&self, key: &str, range: Option<String>) -> Result<Vec<u8>, RootError> {
        let object = self.client.get_object().bucket(&self.name).key(key).set_range(range);
        let object = object.send().await.map_err(bucket_error)?;
        let body = object.body.collect().await;
        Ok(body.map_err(|error| RootError::Bucket(error.into()))?.to_vec())
    }

    /// Puts an object where there is none; whether there was none.
    async fn put_new(&self, key: &str, bytes: Vec<u8>) -> Result<bool, RootError> {
        let put = self.client.put_object().bucket(&self.name).key(key).if_none_match("*");
        match put.body(bytes.into()).send().await {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some("PreconditionFailed") => Ok(false),
            Err(error) => Err(bucket_error(error)),
        }
    }
}

fn day_key(date: NaiveDate, ending: &str) -> String {
    format!("{PREFIX}{date}{ending}")
}

/// All leaves of a day, one behind the other.
fn leaves_key(root: &DailyRoot) -> String {
    format!("{PREFIX}{}/{}.leaves", root.date, root.root)
}

/// The first leaf and the root of each block of them.
fn blocks_key(root: &DailyRoot) -> String {
    format!("{PREFIX}{}/{}.blocks", root.date, root.root)
}

fn parse_key(key: &str, ending: &str) -> Option<NaiveDate> {
    key.strip_prefix(PREFIX)?.strip_suffix(ending)?.parse().ok()
}

fn bucket_error<E, R>(error: SdkError<E, R>) -> RootError
where
    SdkError<E, R>: std::error::Error + Send + Sync + 'static,
{
    RootError::Bucket(error.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_names_its_day_and_nothing_else_is_one() {
        let date: NaiveDate = "2026-12-22".parse().unwrap();
        assert_eq!(day_key(date, ROOT), "roots/2026-12-22.json");
        assert_eq!(parse_key("roots/2026-12-22.json", ROOT), Some(date));
        assert_eq!(parse_key("roots/2026-12-22.told", TOLD), Some(date));
        let others = [
            "roots/2026-12-22",
            "roots/x.json",
            "clean/2026-12-22.json",
            "roots/2026-12-22/a.json",
        ];
        for other in others {
            assert_eq!(parse_key(other, ROOT), None, "{other}");
        }
    }
}
