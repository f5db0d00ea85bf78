//! Usage rows: the customer's data that an associated partner may read, one row for each item and
//! day.

use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
use chrono::NaiveDate;
use domain::claim::Instant;
use domain::ids::TenantId;
use domain::program::ItemRef;

use crate::table::attributes::{
    Attributes, Reader, instant_value, item_key, number_value, put_value, text_value,
};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;
use crate::table::retry::pause_before_retry;

const ACTIVE_USERS: &str = "u";
const SEATS: &str = "s";
const WRITTEN_AT: &str = "w";
/// How many rows one call may write.
const BATCH: usize = 25;
/// How often the unprocessed rest is written again.
const ROUNDS: u32 = 10;

/// The usage of an item on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageRecord {
    /// The item of the tenant that was used.
    pub item: ItemRef,
    /// The local day of the tenant that is counted.
    pub date: NaiveDate,
    /// How many people used it.
    pub active_users: u32,
    /// How many seats were provisioned.
    pub provisioned_seats: u32,
}

/// The usage of an item over some days.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UsageRecords {
    /// The days that have counts, oldest first.
    pub days: Vec<UsageRecord>,
    /// When the newest of them was written; `None` where there is none, or it is from before that was kept.
    pub as_of: Option<Instant>,
}

impl UsageRecord {
    fn to_attributes(&self, tenant: &TenantId, at: Instant) -> Attributes {
        let mut row = item_key(keys::usage_pk(tenant, &self.item), self.date.to_string());
        put_value(&mut row, ACTIVE_USERS, Some(number_value(self.active_users)));
        put_value(&mut row, SEATS, Some(number_value(self.provisioned_seats)));
        put_value(&mut row, WRITTEN_AT, Some(instant_value(at)));
        row
    }

    fn from_row(item: &ItemRef, row: Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            item: item.clone(),
            date: row.read_parsed("sk", str::parse)?,
            active_users: row.read_number(ACTIVE_USERS)?,
            provisioned_seats: row.read_number(SEATS)?,
        })
    }
}

impl UsageRecords {
    fn from_rows(item: &ItemRef, rows: &[Attributes]) -> Result<Self, StoreError> {
        let mut records = Self::default();
        for row in rows {
            let row = Reader::new("usage", row);
            records.days.push(UsageRecord::from_row(item, row)?);
            records.as_of = records.as_of.max(row.opt_instant(WRITTEN_AT)?);
        }
        Ok(records)
    }
}

impl Store {
    /// Stores rows that were brought in at `at`; one of the same item and day is overwritten, and of two in `rows`
    /// the last counts.
    ///
    /// # Errors
    /// `Unavailable` may leave some of the rows stored: the same call completes them.
    pub async fn put_usage(
        &self,
        tenant: &TenantId,
        rows: &[UsageRecord],
        at: Instant,
    ) -> Result<(), StoreError> {
        let items = rows.iter().map(|row| ((&row.item, row.date), row.to_attributes(tenant, at)));
        let last: std::collections::BTreeMap<_, _> = items.collect();
        let items: Vec<_> = last.into_values().collect();
        for chunk in items.chunks(BATCH) {
            self.put_batch(chunk).await?;
        }
        Ok(())
    }

    async fn put_batch(&self, items: &[Attributes]) -> Result<(), StoreError> {
        let mut rest = items.iter().map(put_request).collect::<Result<Vec<_>, _>>()?;
        for round in 0..ROUNDS {
            let call = self.client.batch_write_item().request_items(self.table_name(), rest);
            let answer = call.send().await?;
            let unprocessed = answer.unprocessed_items.unwrap_or_default();
            rest = unprocessed.into_values().flatten().collect();
            if rest.is_empty() {
                return Ok(());
            }
            pause_before_retry(round).await;
        }
        Err(StoreError::Unavailable("rows stay unprocessed".to_owned()))
    }

    /// The rows of an item from one day to another, both included, oldest first.
    pub async fn list_usage(
        &self,
        tenant: &TenantId,
        item: &ItemRef,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<UsageRecords, StoreError> {
        let pages = self
            .client
            .query()
            .table_name(self.table_name())
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":pk", text_value(keys::usage_pk(tenant, item)))
            .expression_attribute_values(":from", text_value(from.to_string()))
            .expression_attribute_values(":to", text_value(to.to_string()))
            .into_paginator()
            .items()
            .send();
        let rows = pages.collect::<Result<Vec<_>, _>>().await?;
        UsageRecords::from_rows(item, &rows)
    }
}

fn put_request(item: &Attributes) -> Result<WriteRequest, StoreError> {
    let put = PutRequest::builder().set_item(Some(item.clone())).build();
    let put = put.map_err(|error| StoreError::Corrupt(error.to_string()))?;
    Ok(WriteRequest::builder().put_request(put).build())
}
