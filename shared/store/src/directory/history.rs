//! The history of an entry of the directory: each revision as it was written, by whom and when. It is archived in
//! the transaction that stores the entry, so that no change of an entry is without its revision.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use domain::actor::ActorKind;
use domain::calendar::CountryCode;
use domain::directory::{CountryCalendar, Partner, Tenant};
use domain::ids::{PartnerId, ProgramId, StaffId, TenantId};
use domain::program::Program;
use domain::rules::StandingRules;

use super::entry::StoredEntry;
use super::revision::{AT, Author, BODY, EntryKind, KIND, STAFF};
use crate::table::attributes::{Attributes, Reader, item_key, text_value};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::index::{Cursor, ListPage};
use crate::table::keys;

/// A revision of an entry of the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRevision<T> {
    /// The number of the revision: how often the entry had been written with it.
    pub revision: u32,
    /// The entry as it was written.
    pub entry: T,
    /// Who wrote it, and when; `None`: it was written before there was a history.
    pub author: Option<Author>,
}

fn read_revision<T: EntryKind>(item: &Attributes) -> Result<EntryRevision<T>, StoreError> {
    let item = Reader::new("directory history", item);
    let revision = item.read_parsed("sk", |sk| keys::parse_revision_sk(sk).ok_or(()))?;
    let entry = item.read_parsed(BODY, |body| serde_json::from_str(body))?;
    let kind = item.opt_parsed(KIND, |kind| ActorKind::parse(kind).ok_or(()))?;
    let author = match kind {
        Some(kind) => {
            let staff = item.opt_parsed(STAFF, StaffId::parse)?;
            Some(Author { kind, staff, at: item.read_instant(AT)? })
        }
        None => None,
    };
    Ok(EntryRevision { revision, entry, author })
}

impl Store {
    /// The last revision of an entry that is archived.
    pub(super) async fn last_archived(&self, pk: &str) -> Result<Option<u32>, StoreError> {
        let query = self.query_revisions(pk).scan_index_forward(false).limit(1);
        let answer = query.send().await?;
        let items = answer.items.unwrap_or_default();
        let number = |item| {
            let item = Reader::new("directory history", item);
            item.read_parsed("sk", |sk| keys::parse_revision_sk(sk).ok_or(()))
        };
        items.first().map(number).transpose()
    }

    fn query_revisions(&self, pk: &str) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(self.table_name())
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND begins_with(sk, :h)")
            .expression_attribute_values(":pk", text_value(pk))
            .expression_attribute_values(":h", text_value(keys::REVISIONS_OF_ENTRY))
    }

    /// A page of the history of an entry, oldest first. An entry that is not archived stands at the end, under the
    /// number that it gets. `None`: there is no such entry.
    async fn entry_history<T: EntryKind>(
        &self,
        pk: String,
        from: Option<&Cursor>,
        limit: u16,
    ) -> Result<Option<ListPage<EntryRevision<T>>>, StoreError> {
        let stored: StoredEntry<T> = self.load_stored(pk.clone()).await?;
        let Some(entry) = stored.entry() else { return Ok(None) };
        let start = from.map(|from| item_key(pk.clone(), from.sort.clone()));
        let query = self.query_revisions(&pk).set_exclusive_start_key(start);
        let answer = query.limit(i32::from(limit)).send().await?;
        let items = answer.items.unwrap_or_default();
        let mut items = items.iter().map(read_revision).collect::<Result<Vec<_>, StoreError>>()?;
        let last = answer.last_evaluated_key.as_ref();
        let next =
            last.map(|last| Reader::new("directory history", last).read_text("sk")).transpose()?;
        let next = next.map(|sort| Cursor { part: None, sort: sort.to_owned() });
        let last = items.last().map(|last: &EntryRevision<T>| last.revision);
        if let (None, Some(revision)) =
            (&next, stored.unarchived_revision().filter(|own| last < Some(*own)))
        {
            items.push(EntryRevision { revision, entry: entry.clone(), author: None });
        }
        Ok(Some(ListPage { items, next }))
    }

    /// A page of what was written of a partner, oldest first. `None`: there is no such partner.
    ///
    /// # Errors
    /// Where the table does not answer, or a revision cannot be read.
    pub async fn partner_history(
        &self,
        id: &PartnerId,
        from: Option<&Cursor>,
        limit: u16,
    ) -> Result<Option<ListPage<EntryRevision<Partner>>>, StoreError> {
        self.entry_history(keys::partner_pk(id), from, limit).await
    }

    /// A page of what the operator wrote of a tenant, oldest first. `None`: there is no such tenant.
    ///
    /// # Errors
    /// As those of [`Store::partner_history`].
    pub async fn tenant_history(
        &self,
        id: &TenantId,
        from: Option<&Cursor>,
        limit: u16,
    ) -> Result<Option<ListPage<EntryRevision<Tenant>>>, StoreError> {
        self.entry_history(keys::tenant_pk(id), from, limit).await
    }

    /// A page of what a tenant's customer wrote as standing rules, oldest first. `None`: there is no such tenant.
    ///
    /// # Errors
    /// As those of [`Store::partner_history`].
    pub async fn rules_history(
        &self,
        id: &TenantId,
        from: Option<&Cursor>,
        limit: u16,
    ) -> Result<Option<ListPage<EntryRevision<StandingRules>>>, StoreError> {
        if self.load_tenant(id).await?.is_none() {
            return Ok(None);
        }
        self.entry_history(keys::rules_pk(id), from, limit).await.map(or_empty_page).map(Some)
    }

    /// A page of what was written of a program, oldest first. `None`: there is no such program.
    ///
    /// # Errors
    /// As those of [`Store::partner_history`].
    pub async fn program_history(
        &self,
        id: &ProgramId,
        from: Option<&Cursor>,
        limit: u16,
    ) -> Result<Option<ListPage<EntryRevision<Program>>>, StoreError> {
        self.entry_history(keys::program_pk(id), from, limit).await
    }

    /// A page of what was written of the calendar of a country, oldest first; empty where nothing was added to it.
    ///
    /// # Errors
    /// As those of [`Store::partner_history`].
    pub async fn calendar_history(
        &self,
        country: CountryCode,
        from: Option<&Cursor>,
        limit: u16,
    ) -> Result<ListPage<EntryRevision<CountryCalendar>>, StoreError> {
        self.entry_history(keys::calendar_pk(country), from, limit).await.map(or_empty_page)
    }
}

/// The history of an entry that need not have been written yet.
fn or_empty_page<T>(page: Option<ListPage<T>>) -> ListPage<T> {
    page.unwrap_or_else(|| ListPage { items: Vec::new(), next: None })
}
