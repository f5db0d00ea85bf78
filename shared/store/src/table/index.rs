//! The indexes: which claims a partner has, stand at a tenant, were submitted on a day, or wait for somebody. They hold
//! keys alone.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use chrono::NaiveDate;
use domain::claim::{Instant, Status};
use domain::ids::{ClaimId, PartnerId, TenantId};
use domain::text::Name;
use serde::{Deserialize, Serialize};

use super::attributes::{Attributes, Reader, item_key, text_value};
use super::config::Store;
use super::error::StoreError;
use super::keys;
use super::schema::{self, IndexKeys};

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPage<T> {
    /// What is on it; it may be short while there is a next.
    pub items: Vec<T>,
    /// Where the next one begins.
    pub next: Option<Cursor>,
}

/// A place in a list, opaque.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The part of the list, where it runs through more than one.
    #[serde(rename = "q", default, skip_serializing_if = "Option::is_none")]
    pub(crate) part: Option<Status>,
    /// The sort key of the last entry.
    #[serde(rename = "s")]
    pub(crate) sort: String,
}

/// Whether an entry belongs to a list.
pub type Keep<'a, T> = &'a (dyn Fn(&T) -> bool + Send + Sync);

/// An entry of an index, and the place in the list behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IndexEntry {
    pub(crate) id: ClaimId,
    /// Where the list goes on behind it.
    pub(crate) behind: Cursor,
}

/// Entries of an index, and where the rest begins.
pub(crate) type Places = (Vec<IndexEntry>, Option<Cursor>);

/// What an entry of an index is called where it cannot be read.
const ENTRY: &str = "index entry";

/// Which of a partner's claims are asked for. Its index has the submitted ones by their submission, and apart from them
/// the drafts and the discarded ones, so that those stand in nobody's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PartOfPartner {
    /// Those that are submitted, and drafts from before they stood apart.
    Submitted,
    /// Those that were submitted from that moment on.
    SubmittedSince(Instant),
    /// Drafts, then the discarded ones.
    Unsubmitted,
    /// Drafts, without the discarded ones.
    Drafts,
    /// Discarded drafts, without the others.
    Discarded,
}

impl PartOfPartner {
    /// What the sort key has to be: an expression, its value, and the first value where there are two.
    fn sort_condition(self) -> (&'static str, &'static str, Option<String>) {
        let (condition, value) = match self {
            Self::SubmittedSince(since) => {
                let first = keys::sortable_instant(since);
                return ("ik BETWEEN :first AND :s", keys::UNSUBMITTED, Some(first));
            }
            Self::Submitted => ("ik < :s", keys::UNSUBMITTED),
            Self::Unsubmitted => ("ik > :s", keys::UNSUBMITTED),
            Self::Drafts => ("begins_with(ik, :s)", keys::DRAFTS),
            Self::Discarded => ("begins_with(ik, :s)", keys::DISCARDED),
        };
        (condition, value, None)
    }
}

/// Ids from an index, and where the rest begins.
pub(crate) type Ids = (Vec<ClaimId>, Option<Cursor>);

impl Store {
    /// A part of the partner's claims, newest first.
    pub(crate) async fn newest_of_partner(
        &self,
        partner: &PartnerId,
        part: PartOfPartner,
        from: Option<&Cursor>,
        limit: i32,
    ) -> Result<Ids, StoreError> {
        self.query_page(self.query_partner(partner, part, from), schema::PARTNER, limit).await
    }

    /// The query for a part of the partner's claims, newest first.
    pub(crate) fn query_partner(
        &self,
        partner: &PartnerId,
        part: PartOfPartner,
        from: Option<&Cursor>,
    ) -> QueryFluentBuilder {
        let query = self.query_index(schema::PARTNER, partner.as_str(), None, from);
        let query = query.scan_index_forward(false);
        let (condition, value, first) = part.sort_condition();
        let query = query
            .key_condition_expression(format!("ip = :p AND {condition}"))
            .expression_attribute_values(":s", text_value(value));
        match first {
            Some(first) => query.expression_attribute_values(":first", text_value(first)),
            None => query,
        }
    }

    /// Claims at a tenant, as the index has them: by partner, the newest first.
    pub(crate) async fn ids_by_partner(
        &self,
        partner: Option<&PartnerId>,
        tenant: &TenantId,
        from: Option<&Cursor>,
        limit: u16,
    ) -> Result<Ids, StoreError> {
        let query = self.query_index(schema::TENANT, tenant.as_str(), partner, from);
        self.query_page(query.scan_index_forward(false), schema::TENANT, limit.into()).await
    }

    /// All claims at a tenant, or a partner's.
    pub(crate) async fn claims_at_tenant(
        &self,
        partner: Option<&PartnerId>,
        tenant: &TenantId,
    ) -> Result<ClaimsAtTenant, StoreError> {
        let mut all = Vec::new();
        let mut from = None;
        loop {
            let query = self.query_index(schema::TENANT, tenant.as_str(), partner, from.as_ref());
            let (entries, next) = query_entries(query, schema::TENANT).await?;
            all.extend(entries);
            match next {
                Some(next) => from = Some(next),
                None => return Ok(ClaimsAtTenant(all)),
            }
        }
    }

    pub(crate) fn query_index(
        &self,
        index: IndexKeys,
        partition: &str,
        partner: Option<&PartnerId>,
        from: Option<&Cursor>,
    ) -> QueryFluentBuilder {
        let narrow = partner.map(|partner| format!("{partner}#"));
        let condition = match narrow {
            Some(_) => format!("{} = :p AND begins_with({}, :s)", index.partition, index.sort),
            None => format!("{} = :p", index.partition),
        };
        let start = from.and_then(|from| start_key(index, partition, &from.sort));
        let query = self
            .client
            .query()
            .table_name(self.table_name())
            .index_name(index.name)
            .key_condition_expression(condition)
            .expression_attribute_values(":p", text_value(partition))
            .set_exclusive_start_key(start);
        match narrow {
            Some(narrow) => query.expression_attribute_values(":s", text_value(narrow)),
            None => query,
        }
    }

    pub(crate) async fn query_page(
        &self,
        query: QueryFluentBuilder,
        index: IndexKeys,
        limit: i32,
    ) -> Result<Ids, StoreError> {
        let (entries, next) = query_entries(query.limit(limit), index).await?;
        Ok((ids_of(&entries)?, next))
    }

    /// A page of an index with the place behind each of its entries, in the part of the list that they stand in.
    pub(crate) async fn query_places(
        &self,
        query: QueryFluentBuilder,
        index: IndexKeys,
        part: Option<Status>,
        limit: i32,
    ) -> Result<Places, StoreError> {
        let (entries, next) = query_entries(query.limit(limit), index).await?;
        let place = |entry| {
            let id = keys::parse_claim_pk(Reader::new(ENTRY, entry).read_text("pk")?)?;
            Ok(IndexEntry { id, behind: Cursor { part, ..index_cursor(index, entry)? } })
        };
        let places = entries.iter().map(place).collect::<Result<_, StoreError>>()?;
        Ok((places, next.map(|cursor| Cursor { part, ..cursor })))
    }

    /// The query for what waits for a partner and whose turn ends from `from` on, before `before`; what ends first comes
    /// first.
    pub(crate) fn query_turns(
        &self,
        partner: &PartnerId,
        ends: (Instant, Option<Instant>),
        from: Option<&Cursor>,
    ) -> QueryFluentBuilder {
        let (first, before) = ends;
        let floor = keys::sortable_instant(first);
        // What the cursor stands behind may have ended since: a start key in front of the condition would be refused.
        let first = from.map_or(floor.clone(), |from| floor.max(format!("{}\0", from.sort)));
        let last = before.map_or_else(|| keys::BEHIND_TURNS.to_owned(), keys::sortable_instant);
        self.query_index(schema::TURN, partner.as_str(), None, None)
            .key_condition_expression("ip = :p AND ib BETWEEN :first AND :last")
            .expression_attribute_values(":first", text_value(first))
            .expression_attribute_values(":last", text_value(last))
    }

    /// The query for a partner's claims with that reference.
    pub(crate) fn query_reference(
        &self,
        partner: &PartnerId,
        reference: &Name,
        from: Option<&Cursor>,
    ) -> QueryFluentBuilder {
        self.query_index(schema::REFERENCE, partner.as_str(), None, from)
            .key_condition_expression("ir = :p AND begins_with(ih, :s)")
            .expression_attribute_values(":s", text_value(keys::reference_prefix(reference)))
    }

    /// The query for what was submitted on a day by UTC, newest first.
    pub(crate) fn query_day(&self, day: NaiveDate, from: Option<&Cursor>) -> QueryFluentBuilder {
        let partition = keys::claims_submitted_on(day);
        self.query_index(schema::DAY, &partition, None, from).scan_index_forward(false)
    }
}

/// The claims at a tenant, as its index names them: by partner, keys alone.
#[derive(Debug)]
pub(crate) struct ClaimsAtTenant(Vec<Attributes>);

impl ClaimsAtTenant {
    /// All of them, by partner and time.
    pub(crate) fn all_ids(&self) -> Result<Vec<ClaimId>, StoreError> {
        ids_of(&self.0)
    }

    /// A partner's, by time.
    pub(crate) fn of_partner(&self, partner: &PartnerId) -> Result<Vec<ClaimId>, StoreError> {
        let mut own = Vec::new();
        for entry in &self.0 {
            let sort = Reader::new(ENTRY, entry).read_text(schema::TENANT.sort)?;
            if sort.split_once('#').is_some_and(|(of, _)| of == partner.as_str()) {
                own.push(keys::parse_claim_pk(Reader::new(ENTRY, entry).read_text("pk")?)?);
            }
        }
        Ok(own)
    }

    /// The newest, so many at the most and so many of each partner: who claims and withdraws in a loop displaces nobody
    /// else's.
    pub(crate) fn newest_of_each(
        &self,
        most: usize,
        of_each: usize,
    ) -> Result<Vec<ClaimId>, StoreError> {
        let mut places = Vec::new();
        for entry in &self.0 {
            let sort = Reader::new(ENTRY, entry).read_text(schema::TENANT.sort)?;
            let (partner, by_time) =
                sort.split_once('#').ok_or_else(|| unreadable_index(schema::TENANT.sort))?;
            places.push((by_time, partner));
        }
        places.sort_unstable_by_key(|place| Reverse(*place));
        let mut counted = BTreeMap::<_, usize>::new();
        places.retain(|(_, partner)| {
            let of_partner = counted.entry(*partner).or_default();
            *of_partner += 1;
            *of_partner <= of_each
        });
        let id = |(sort, _): &(&str, &str)| keys::parse_sort_claim(sort);
        let ids = places.iter().take(most).map(id).collect::<Option<_>>();
        ids.ok_or_else(|| unreadable_index(schema::TENANT.sort))
    }

    /// The newest behind a cursor, and where the rest begins.
    pub(crate) fn newest_page(
        &self,
        from: Option<&Cursor>,
        limit: u16,
    ) -> Result<Places, StoreError> {
        let mut sorts = self.0.iter().map(by_time).collect::<Result<Vec<_>, _>>()?;
        sorts.retain(|sort| from.is_none_or(|from| **sort < *from.sort));
        sorts.sort_unstable_by_key(|sort| Reverse(*sort));
        let rest = sorts.split_off(sorts.len().min(limit.into()));
        let place = |sort: &str| {
            let id = keys::parse_sort_claim(sort)
                .ok_or_else(|| unreadable_index(schema::TENANT.sort))?;
            Ok(IndexEntry { id, behind: Cursor { part: None, sort: sort.to_owned() } })
        };
        let places = sorts.into_iter().map(place).collect::<Result<Vec<_>, StoreError>>()?;
        let next = places.last().filter(|_| !rest.is_empty()).map(|last| last.behind.clone());
        Ok((places, next))
    }
}

/// A page of an index, and where the rest begins.
async fn query_entries(
    query: QueryFluentBuilder,
    index: IndexKeys,
) -> Result<(Vec<Attributes>, Option<Cursor>), StoreError> {
    let answer = query.send().await?;
    let next = match &answer.last_evaluated_key {
        Some(last) => Some(index_cursor(index, last)?),
        None => None,
    };
    Ok((answer.items.unwrap_or_default(), next))
}

fn ids_of(entries: &[Attributes]) -> Result<Vec<ClaimId>, StoreError> {
    let id = |entry| keys::parse_claim_pk(Reader::new(ENTRY, entry).read_text("pk")?);
    entries.iter().map(id).collect()
}

/// An entry's place in the tenant index without the partner, as [`keys::by_time`] has it.
fn by_time(entry: &Attributes) -> Result<&str, StoreError> {
    let sort = Reader::new(ENTRY, entry).read_text(schema::TENANT.sort)?;
    let (_, by_time) = sort.split_once('#').ok_or_else(|| unreadable_index(schema::TENANT.sort))?;
    Ok(by_time)
}

fn unreadable_index(name: &str) -> StoreError {
    StoreError::unreadable_attribute(ENTRY, name)
}

/// The key of an index entry, from its sort key: that ends in the claim's id.
fn start_key(index: IndexKeys, partition: &str, sort: &str) -> Option<Attributes> {
    let id = keys::parse_sort_claim(sort)?;
    let is_of_details = [schema::REFERENCE, schema::DAY].contains(&index);
    let item = if is_of_details { keys::DETAILS } else { keys::RECORD };
    let mut start = item_key(keys::claim_pk(&id), item);
    start.insert(index.partition.to_owned(), text_value(partition));
    start.insert(index.sort.to_owned(), text_value(sort));
    Some(start)
}

fn index_cursor(index: IndexKeys, last: &Attributes) -> Result<Cursor, StoreError> {
    let sort = Reader::new(ENTRY, last).read_text(index.sort)?.to_owned();
    Ok(Cursor { part: None, sort })
}
