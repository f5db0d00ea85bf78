//! Lists of partners, tenants and programs by name. The index that names them has no other entries under these keys.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::directory::{Partner, Tenant};
use domain::program::Program;

use super::entry::read_body;
use super::revision::EntryKind;
use crate::table::attributes::{Attributes, Reader, item_key, text_value};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::FetchedItems;
use crate::table::index::{Cursor, Keep, ListPage};
use crate::table::keys;
use crate::table::schema;

/// How often a page is filled up where a filter takes entries from it.
const READS: u32 = 10;

/// Whose names are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EntryList {
    Partners,
    Tenants,
    Programs,
}

impl EntryList {
    /// The partition of the index.
    fn index_partition(self) -> &'static str {
        match self {
            Self::Partners => "partners",
            Self::Tenants => "tenants",
            Self::Programs => "programs",
        }
    }

    /// What the partition keys of the entries begin with.
    fn key_prefix(self) -> &'static str {
        match self {
            Self::Partners => "PA#",
            Self::Tenants => "TN#",
            Self::Programs => "PR#",
        }
    }

    /// The attributes by which an entry is listed.
    pub(super) fn list_attributes(
        self,
        name: &str,
        id: &str,
    ) -> Vec<(&'static str, AttributeValue)> {
        let sort = format!("{}#{id}", fold_name(name));
        let keys = schema::DAY;
        vec![(keys.partition, text_value(self.index_partition())), (keys.sort, text_value(sort))]
    }

    /// The key of the index entry of a sort key, which ends in the entry's id.
    fn start_key(self, sort: &str) -> Option<Attributes> {
        let id = sort.rsplit('#').next()?;
        let mut start = item_key(format!("{}{id}", self.key_prefix()), keys::RECORD);
        start.insert(schema::DAY.partition.to_owned(), text_value(self.index_partition()));
        start.insert(schema::DAY.sort.to_owned(), text_value(sort));
        Some(start)
    }
}

/// A name as lists sort and find it: in lower case.
fn fold_name(name: &str) -> String {
    name.to_lowercase()
}

impl Store {
    /// A page of the partners whose names begin so, by name.
    ///
    /// # Errors
    /// Where the table does not answer, or an entry cannot be read.
    pub async fn list_partners(
        &self,
        name: &str,
        keep: Keep<'_, Partner>,
        from: Option<&Cursor>,
        limit: u16,
    ) -> Result<ListPage<Partner>, StoreError> {
        self.entries_by_name(EntryList::Partners, name, keep, from, limit).await
    }

    /// A page of the tenants whose names begin so, by name.
    ///
    /// # Errors
    /// As those of [`Store::list_partners`].
    pub async fn list_tenants(
        &self,
        name: &str,
        keep: Keep<'_, Tenant>,
        from: Option<&Cursor>,
        limit: u16,
    ) -> Result<ListPage<Tenant>, StoreError> {
        self.entries_by_name(EntryList::Tenants, name, keep, from, limit).await
    }

    /// A page of the programs, by name.
    ///
    /// # Errors
    /// As those of [`Store::list_partners`].
    pub async fn list_programs(
        &self,
        from: Option<&Cursor>,
        limit: u16,
    ) -> Result<ListPage<Program>, StoreError> {
        self.entries_by_name(EntryList::Programs, "", &|_| true, from, limit).await
    }

    async fn entries_by_name<T: EntryKind>(
        &self,
        listed: EntryList,
        name: &str,
        keep: Keep<'_, T>,
        from: Option<&Cursor>,
        limit: u16,
    ) -> Result<ListPage<T>, StoreError> {
        let (mut items, mut from) = (Vec::new(), from.cloned());
        for _ in 0..READS {
            let left = usize::from(limit).saturating_sub(items.len());
            let (found, next) = self.read_names(listed, name, from.as_ref(), left).await?;
            items.extend(found.into_iter().filter(|entry| keep(entry)));
            from = next;
            if from.is_none() || items.len() >= limit.into() {
                break;
            }
        }
        Ok(ListPage { items, next: from })
    }

    /// So many entries behind a place in the index, read strongly, and where the rest begins.
    async fn read_names<T: EntryKind>(
        &self,
        listed: EntryList,
        name: &str,
        from: Option<&Cursor>,
        limit: usize,
    ) -> Result<(Vec<T>, Option<Cursor>), StoreError> {
        let start = from.and_then(|from| listed.start_key(&from.sort));
        let query = self.client.query().table_name(self.table_name()).index_name(schema::DAY.name);
        let query = query.expression_attribute_values(":p", text_value(listed.index_partition()));
        let query = match name {
            "" => query.key_condition_expression("iy = :p"),
            _ => query
                .key_condition_expression("iy = :p AND begins_with(iz, :n)")
                .expression_attribute_values(":n", text_value(fold_name(name))),
        };
        let query = query.set_exclusive_start_key(start);
        let query = query.limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let answer = query.send().await?;
        let entry = |item: &Attributes| {
            let item = Reader::new("index entry", item);
            Ok((item.read_text("pk")?.to_owned(), keys::RECORD.to_owned()))
        };
        let found = answer.items.unwrap_or_default();
        let found = found.iter().map(entry).collect::<Result<Vec<_>, StoreError>>()?;
        let mut fetched = FetchedItems::default();
        self.fetch_items(&mut fetched, found.clone()).await?;
        let mut entries = Vec::new();
        for key in found {
            entries.extend(fetched.get(&key)?.cloned().map(read_body).transpose()?);
        }
        let last = answer.last_evaluated_key.as_ref();
        let last = last.map(|last| Reader::new("index entry", last).read_text(schema::DAY.sort));
        let next = last.transpose()?.map(|sort| Cursor { part: None, sort: sort.to_owned() });
        Ok((entries, next))
    }
}
