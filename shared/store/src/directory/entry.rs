//! What the entries of the directory have in common: a key, the entry as one attribute, and the number of its
//! revision. Whatever writes an entry also archives it (`directory/history.rs`).

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::rejection::Rejection;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::revision::{Author, BODY, EntryKind, revision_item};
use crate::table::attributes::{
    Attributes, Reader, bytes_value, item_key, number_value, put_value,
};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, ItemKey};
use crate::table::keys;
use crate::table::retry::pause_before_retry;
use crate::table::transaction::{Condition, TransactionAction, WriteOutcome};
use crate::table::write_id::WriteId;

/// Which put stored the entry: of the customer's rules, whose blocks are lifted afterwards.
pub(super) const PUT: &str = "k";
/// How often an entry is put again when somebody else puts it too.
pub(super) const ATTEMPTS: u32 = 5;

/// An entry of the directory with the number of its revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisedEntry<T> {
    /// The entry as it is stored.
    pub entry: T,
    /// How often it was written; 0 of an entry that has no number.
    pub revision: u32,
}

/// What became of an entry that was to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryWrite<T> {
    /// It is stored, and there was none before.
    Created(RevisedEntry<T>),
    /// It is stored, or said the same before.
    Stored(RevisedEntry<T>),
    /// The writer does not know the present entry, which stays. `None`: there is none.
    Stale(Option<RevisedEntry<T>>),
}

/// Whether the writer may replace the present entry, if there is one; the flag says that the new entry says the
/// same as the present one.
pub type Permits<'a, T> = &'a (dyn Fn(Option<&RevisedEntry<T>>, bool) -> bool + Send + Sync);

/// What the writer makes of the present entry, if there is one. A refusal leaves the present one.
pub type Wish<'a, T> = &'a (dyn Fn(Option<&T>) -> Result<T, Rejection> + Send + Sync);

/// What would become of an entry that were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DryRun<T> {
    /// It would be stored in place of the present one.
    Next {
        /// The present entry, if there is one.
        present: Option<RevisedEntry<T>>,
        /// The entry as it would be stored.
        next: T,
    },
    /// The writer does not know the present entry. `None`: there is none.
    Stale(Option<RevisedEntry<T>>),
}

/// An entry that is to be stored, and what is stored with it.
pub(super) struct NextEntry<T> {
    pub(super) entry: T,
    /// Attributes beside the entry.
    pub(super) attributes: Vec<(&'static str, AttributeValue)>,
    /// Other items of the same transaction.
    pub(super) beside: Vec<TransactionAction>,
}

impl<T> From<T> for NextEntry<T> {
    fn from(entry: T) -> Self {
        Self { entry, attributes: Vec::new(), beside: Vec::new() }
    }
}

/// What the table has of an entry, by strong reads.
pub(super) struct StoredEntry<T> {
    pk: String,
    entry: Option<T>,
    /// The number of the entry, where it has one.
    revision: Option<u32>,
    /// The last revision that is archived.
    archived: Option<u32>,
    /// Which put stored it, of an entry that keeps it.
    put: Option<WriteId>,
}

impl<T: EntryKind> StoredEntry<T> {
    pub(super) fn entry(&self) -> Option<&T> {
        self.entry.as_ref()
    }

    /// The number of the entry; 0 where it has none.
    pub(super) fn revision(&self) -> u32 {
        self.revision.unwrap_or(0)
    }

    /// Whether that put stored the entry as it stands.
    pub(super) fn is_of_put(&self, put: WriteId) -> bool {
        self.put == Some(put)
    }

    /// That the entry stands as that put stored it.
    pub(super) fn check_put(&self, put: WriteId) -> TransactionAction {
        let condition =
            Condition::new(format!("{PUT} = :put")).with_value(":put", bytes_value(put.0));
        TransactionAction::Check(item_key(self.pk.clone(), keys::RECORD), condition)
    }

    pub(super) fn to_revised(&self) -> Option<RevisedEntry<T>> {
        let entry = self.entry.clone()?;
        Some(RevisedEntry { entry, revision: self.revision() })
    }

    /// The number under which the present entry is still to be archived: it is from before there was a history,
    /// or was put as it stands.
    pub(super) fn unarchived_revision(&self) -> Option<u32> {
        let revision = self.entry.as_ref().map(|_| self.revision())?;
        match self.archived {
            Some(last) if last == revision => None,
            Some(last) if last > revision => Some(last.saturating_add(1)),
            Some(_) | None => Some(revision),
        }
    }

    /// The number of the entry that replaces this one.
    pub(super) fn next_revision(&self) -> u32 {
        self.unarchived_revision().or(self.archived).unwrap_or(0).saturating_add(1)
    }

    /// That nobody has written the entry since it was read.
    pub(super) fn unchanged_condition(&self) -> Condition {
        let name = T::REVISION;
        let condition = match (&self.entry, self.revision) {
            (None, _) => return Condition::absent(),
            (Some(_), None) => Condition::new(format!("attribute_not_exists({name})")),
            (Some(_), Some(revision)) => {
                Condition::new(format!("{name} = :v")).with_value(":v", number_value(revision))
            }
        };
        match self.put {
            // What is put again keeps its revision.
            Some(put) => {
                condition.and(&format!("{PUT} = :put")).with_value(":put", bytes_value(put.0))
            }
            None => condition,
        }
    }

    /// The items that archive `entry` as a revision, and before it the present entry where it is not archived yet.
    pub(super) fn archive_actions(
        &self,
        entry: &T,
        revision: u32,
        author: &Author,
    ) -> Result<Vec<TransactionAction>, StoreError> {
        let mut items = Vec::new();
        if let (Some(number), Some(before)) = (self.unarchived_revision(), &self.entry) {
            items.push(revision_item(&self.pk, number, before, None)?);
        }
        items.push(revision_item(&self.pk, revision, entry, Some(author))?);
        let absent = |item| TransactionAction::Put(item, Some(Condition::absent()));
        Ok(items.into_iter().map(absent).collect())
    }

    /// The item of the entry, under the condition that nobody has written it since.
    pub(super) fn replace_action(
        &self,
        next: &T,
        revision: u32,
        attributes: Vec<(&'static str, AttributeValue)>,
    ) -> Result<TransactionAction, StoreError> {
        let mut item = write_body(item_key(self.pk.clone(), keys::RECORD), next)?;
        put_value(&mut item, T::REVISION, (revision > 0).then(|| number_value(revision)));
        for (name, value) in attributes {
            put_value(&mut item, name, Some(value));
        }
        Ok(TransactionAction::Put(item, Some(self.unchanged_condition())))
    }
}

impl Store {
    /// The entry of that partition.
    pub(super) async fn load_entry<T: EntryKind>(
        &self,
        pk: String,
    ) -> Result<Option<RevisedEntry<T>>, StoreError> {
        let item = self.get_item(item_key(pk, keys::RECORD)).await?;
        item.map(read_revised).transpose()
    }

    /// Those of the ids under whose keys nothing is stored.
    pub(super) async fn unknown_ids<T: Ord + Clone + Sync>(
        &self,
        ids: BTreeSet<&T>,
        key: impl Fn(&T) -> ItemKey,
    ) -> Result<BTreeSet<T>, StoreError> {
        let mut fetched = FetchedItems::default();
        self.fetch_items(&mut fetched, ids.iter().map(|id| key(id)).collect()).await?;
        let mut unknown = BTreeSet::new();
        for id in ids {
            if fetched.get(&key(id))?.is_none() {
                unknown.insert(id.clone());
            }
        }
        Ok(unknown)
    }

    /// The entry of that partition, and how far it is archived.
    pub(super) async fn load_stored<T: EntryKind>(
        &self,
        pk: String,
    ) -> Result<StoredEntry<T>, StoreError> {
        let item = self.get_item(item_key(pk.clone(), keys::RECORD));
        let (item, archived) = tokio::try_join!(item, self.last_archived(&pk))?;
        let revision = item.as_ref().map(read_revision_no::<T>).transpose()?.flatten();
        let put = match &item {
            Some(item) => Reader::new("directory entry", item).opt_array(PUT)?.map(WriteId),
            None => None,
        };
        let entry = item.map(read_body).transpose()?;
        Ok(StoredEntry { pk, entry, revision, archived, put })
    }

    /// What [`Store::change_entry`] would do with the entry as it is now. Nothing is written.
    pub(super) async fn foresee_entry<T: EntryKind>(
        &self,
        pk: String,
        permits: Permits<'_, T>,
        wish: Wish<'_, T>,
    ) -> Result<DryRun<T>, StoreError> {
        let present: Option<RevisedEntry<T>> = self.load_entry(pk).await?;
        let before = present.as_ref().map(|present| &present.entry);
        let next = wish(before);
        let repeats =
            next.as_ref().is_ok_and(|next| before.is_some_and(|it| it.has_same_content(next)));
        if !permits(present.as_ref(), repeats) {
            return Ok(DryRun::Stale(present));
        }
        let next = next?;
        T::extra_actions(self, before, &next).await?;
        Ok(DryRun::Next { present, next })
    }

    /// Puts and archives what `next` makes of the entry of that partition and of its new number, over no other
    /// entry. What says the same as the present entry is not written. That the writer does not know the present
    /// entry comes before that the writer's own is refused.
    pub(super) async fn change_entry<T: EntryKind>(
        &self,
        pk: String,
        author: &Author,
        permits: Permits<'_, T>,
        next: impl Fn(Option<&T>, u32) -> Result<NextEntry<T>, StoreError>,
    ) -> Result<EntryWrite<T>, StoreError> {
        for attempt in 0..ATTEMPTS {
            let stored: StoredEntry<T> = self.load_stored(pk.clone()).await?;
            let revision = stored.next_revision();
            let (present, next) = (stored.to_revised(), next(stored.entry(), revision));
            let repeated = next.as_ref().is_ok_and(|next| {
                present.as_ref().is_some_and(|it| it.entry.has_same_content(&next.entry))
            });
            if !permits(present.as_ref(), repeated) {
                return Ok(EntryWrite::Stale(present));
            }
            let NextEntry { entry, attributes, beside } = next?;
            if let Some(present) = present.filter(|_| repeated) {
                return Ok(EntryWrite::Stored(present));
            }
            let mut actions = vec![stored.replace_action(&entry, revision, attributes)?];
            actions.extend(stored.archive_actions(&entry, revision, author)?);
            actions.extend(beside);
            actions.extend(T::extra_actions(self, stored.entry(), &entry).await?);
            if self.run_transaction(actions, WriteId::new()).await? == WriteOutcome::Done {
                let done = RevisedEntry { entry, revision };
                let is_new = stored.entry().is_none();
                return Ok(if is_new {
                    EntryWrite::Created(done)
                } else {
                    EntryWrite::Stored(done)
                });
            }
            pause_before_retry(attempt).await;
        }
        Err(StoreError::Unavailable("others put the same entry all the time".to_owned()))
    }
}

/// The number of the entry that an item holds, where it has one.
pub(super) fn read_revision_no<T: EntryKind>(item: &Attributes) -> Result<Option<u32>, StoreError> {
    Reader::new("directory entry", item).opt_number(T::REVISION)
}

/// The entry that an item holds, with its number.
fn read_revised<T: EntryKind>(item: Attributes) -> Result<RevisedEntry<T>, StoreError> {
    let revision = read_revision_no::<T>(&item)?.unwrap_or(0);
    Ok(RevisedEntry { entry: read_body(item)?, revision })
}

/// The entry that an item holds.
pub(super) fn read_body<T: DeserializeOwned>(mut item: Attributes) -> Result<T, StoreError> {
    let unreadable = || StoreError::unreadable_attribute("directory entry", BODY);
    let body = item.remove(BODY).ok_or_else(unreadable)?;
    serde_dynamo::from_attribute_value(body).map_err(|_| unreadable())
}

/// The item that holds an entry.
pub(super) fn write_body<T: Serialize>(
    mut key: Attributes,
    body: &T,
) -> Result<Attributes, StoreError> {
    let body = serde_dynamo::to_attribute_value(body)
        .map_err(|_| StoreError::unreadable_attribute("directory entry", BODY))?;
    put_value(&mut key, BODY, Some(body));
    Ok(key)
}
