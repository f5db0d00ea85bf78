//! What was archived on a day by UTC: the leaves of its daily root, from staff's feed.

use aws_sdk_dynamodb::operation::query::QueryOutput;
use chrono::{Days, NaiveDate, NaiveTime};
use domain::claim::Instant;
use domain::ids::Sha256Hash;
use futures_util::future::try_join_all;

use super::feed::{HASH, ITEM, SETTLED};
use crate::table::attributes::{Attributes, Reader, text_value};
use crate::table::clock_check::ClockProbe;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;

/// How many parts of the feed are read side by side: a page of each is in memory.
const SIDE_BY_SIDE: usize = 4;

impl Store {
    /// The hashes of the entries that were archived on that day, in no order, some perhaps twice. `None` while the day
    /// is not over, by the function's clock and by the table's, for every writer of the feed.
    ///
    /// # Errors
    /// Where the table does not answer, or an item cannot be read.
    pub async fn load_archived_day(
        &self,
        date: NaiveDate,
    ) -> Result<Option<Vec<Sha256Hash>>, StoreError> {
        let Some(day) = day_span(date).filter(|day| is_settled(*day, self.system_time())) else {
            return Ok(None);
        };
        let parts: Vec<u8> = (0..keys::STAFF_FEED_PARTS).collect();
        let mut hashes = Vec::new();
        for some in parts.chunks(SIDE_BY_SIDE) {
            let reads = some.iter().map(|part| self.load_part_of_day(*part, day));
            for found in try_join_all(reads).await? {
                let Some(found) = found else { return Ok(None) };
                hashes.extend(found);
            }
        }
        Ok(Some(hashes))
    }

    /// The first day of which staff's feed has the hash of an entry; `None` where it has none.
    ///
    /// # Errors
    /// Where the table does not answer, or an item cannot be read.
    pub async fn first_archived_day(&self) -> Result<Option<NaiveDate>, StoreError> {
        let parts: Vec<u8> = (0..keys::STAFF_FEED_PARTS).collect();
        let mut first = None;
        for some in parts.chunks(SIDE_BY_SIDE) {
            let reads = some.iter().map(|part| self.first_day_of_part(*part));
            let found = try_join_all(reads).await?.into_iter().flatten();
            first = first.into_iter().chain(found).min();
        }
        Ok(first)
    }

    async fn first_day_of_part(&self, part: u8) -> Result<Option<NaiveDate>, StoreError> {
        let mut from = None;
        loop {
            let query = self.client.query().table_name(self.table_name()).consistent_read(true);
            let answer = query
                .key_condition_expression("pk = :pk")
                .filter_expression("attribute_exists(h)")
                .expression_attribute_values(":pk", text_value(keys::staff_feed_pk(part)))
                .projection_expression("sk")
                .set_exclusive_start_key(from)
                .send()
                .await?;
            if let Some(item) = answer.items.unwrap_or_default().first() {
                let stamp = |sort: &str| keys::parse_feed_stamp(sort).ok_or(());
                return Reader::new(ITEM, item)
                    .read_parsed("sk", stamp)
                    .map(|at| Some(at.date_naive()));
            }
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(None);
            }
        }
    }

    async fn load_part_of_day(
        &self,
        part: u8,
        day: (Instant, Instant),
    ) -> Result<Option<Vec<Sha256Hash>>, StoreError> {
        let (mut hashes, mut from) = (Vec::new(), None);
        loop {
            let probe = self.clock_probe();
            let answer = self.query_part_of_day(part, day, from, probe.clone()).await?;
            if probe.take_sample().date.is_some_and(|date| !is_settled(day, date)) {
                return Ok(None);
            }
            for item in answer.items.unwrap_or_default() {
                // One from before the feed had hashes is a version that no root stands for.
                hashes.extend(Reader::new(ITEM, &item).opt_hash(HASH)?);
            }
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(Some(hashes));
            }
        }
    }

    async fn query_part_of_day(
        &self,
        part: u8,
        (start, end): (Instant, Instant),
        from: Option<Attributes>,
        probe: ClockProbe,
    ) -> Result<QueryOutput, StoreError> {
        let query = self.client.query().table_name(self.table_name()).consistent_read(true);
        let answer = query
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":pk", text_value(keys::staff_feed_pk(part)))
            .expression_attribute_values(":from", text_value(keys::sortable_instant(start)))
            .expression_attribute_values(":to", text_value(keys::sortable_instant(end)))
            .projection_expression(HASH)
            .set_exclusive_start_key(from)
            .customize()
            .interceptor(probe)
            .send()
            .await?;
        Ok(answer)
    }
}

/// From the first instant of the day to the first of the next.
fn day_span(date: NaiveDate) -> Option<(Instant, Instant)> {
    let start = |date: NaiveDate| date.and_time(NaiveTime::MIN).and_utc();
    Some((start(date), start(date.checked_add_days(Days::new(1))?)))
}

/// Whether nothing is stamped with a moment of the day any more, by a clock that shows `now`.
fn is_settled((_, end): (Instant, Instant), now: Instant) -> bool {
    now - SETTLED >= end
}
