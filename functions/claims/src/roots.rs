//! The daily roots of a bundle, and where its entries stand in them.

use std::collections::{BTreeMap, BTreeSet};

use app::ApiError;
use chrono::NaiveDate;
use domain::ids::{Sha256Hash, Version};
use domain::root::{DailyRoot, Inclusion};
use futures_util::future::try_join_all;
use runtime::{RootBucket, RootError, telemetry};
use store::{HistoryEntry, StoreError};

/// How many days behind the first of its versions a bundle has the roots of; those of its versions it has all.
const MOST_DAYS: usize = 400;
/// How many objects are read side by side.
const SIDE_BY_SIDE: usize = 16;

/// The daily roots that a bundle has.
#[derive(Debug, Default)]
pub(crate) struct BundleRoots {
    /// The roots, by day.
    pub(crate) roots: Vec<DailyRoot>,
    /// Where the entries of versions stand in the trees of their days.
    places: BTreeMap<Version, Inclusion>,
}

impl BundleRoots {
    /// Where the entry of a version stands in the tree of its day; `None` while that day has no root.
    pub(crate) fn find_place(&self, version: Version) -> Option<&Inclusion> {
        self.places.get(&version)
    }
}

/// The roots of the days on which the entries were archived and of those behind, as far as there are any yet.
pub(crate) async fn load_roots(
    bucket: &RootBucket,
    entries: &[HistoryEntry],
) -> Result<BundleRoots, ApiError> {
    read_roots(bucket, entries)
        .await
        .map_err(|error| StoreError::Unavailable(telemetry::error_chain(&error)).into())
}

async fn read_roots(
    bucket: &RootBucket,
    entries: &[HistoryEntry],
) -> Result<BundleRoots, RootError> {
    let mut days = BTreeMap::<NaiveDate, Vec<(Version, Sha256Hash)>>::new();
    for entry in entries {
        if let (Some(day), Some(hash)) = (entry.archived_on, entry.hash) {
            days.entry(day).or_default().push((entry.version, hash));
        }
    }
    let Some(first) = days.keys().next() else { return Ok(BundleRoots::default()) };
    let closed = bucket.list_days(*first).await?.closed;
    let behind = closed.iter().take(MOST_DAYS);
    let of_entries = closed.iter().filter(|day| days.contains_key(*day));
    let wanted: Vec<NaiveDate> =
        behind.chain(of_entries).copied().collect::<BTreeSet<_>>().into_iter().collect();
    let mut found = BundleRoots::default();
    for some in wanted.chunks(SIDE_BY_SIDE) {
        found.roots.extend(try_join_all(some.iter().map(|day| bucket.read_root(*day))).await?);
    }
    for some in found.roots.chunks(SIDE_BY_SIDE) {
        let of_day = |root| find_places(bucket, root, &days);
        for places in try_join_all(some.iter().map(of_day)).await? {
            found.places.extend(places);
        }
    }
    Ok(found)
}

/// Where the entries of a day stand in its tree.
async fn find_places(
    bucket: &RootBucket,
    root: &DailyRoot,
    days: &BTreeMap<NaiveDate, Vec<(Version, Sha256Hash)>>,
) -> Result<Vec<(Version, Inclusion)>, RootError> {
    let Some(entries) = days.get(&root.date) else { return Ok(Vec::new()) };
    let hashes: Vec<Sha256Hash> = entries.iter().map(|(_, hash)| *hash).collect();
    let places = bucket.find_entries(root, &hashes).await?.into_iter();
    let versions = entries.iter().map(|(version, _)| *version);
    Ok(versions.zip(places).filter_map(|(version, place)| Some((version, place?))).collect())
}
