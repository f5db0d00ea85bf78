//! Strong reads: one item, many, or a partition.

use std::collections::HashSet;

use aws_sdk_dynamodb::types::KeysAndAttributes;
use futures_util::future::try_join_all;

use super::attributes::{Attributes, item_key, text_value};
use super::clock_check::{ClockProbe, ClockSample};
use super::config::Store;
use super::error::StoreError;
use super::keys;
use super::retry::pause_before_retry;

/// How many keys one batch may name.
const BATCH: usize = 100;
/// How often the unprocessed rest of a batch is asked for: as often as the client tries any other read, and
/// within the same five seconds.
const ROUNDS: u32 = 24;
/// The attempt whose pause is the longest between two rounds.
const LONGEST_PAUSE: u32 = 3;

impl Store {
    /// One item, by a strong read.
    pub(crate) async fn get_item(&self, key: Attributes) -> Result<Option<Attributes>, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(self.table_name())
            .set_key(Some(key))
            .consistent_read(true)
            .send()
            .await?;
        Ok(answer.item)
    }

    /// The items of these keys that exist, by strong reads, in no order; batches side by side.
    pub(crate) async fn get_items(
        &self,
        wanted: Vec<Attributes>,
    ) -> Result<(Vec<Attributes>, ClockSample), StoreError> {
        let probe = self.clock_probe();
        let wanted = distinct_keys(wanted);
        let batches = wanted.chunks(BATCH).map(|chunk| self.get_chunk(chunk.to_vec(), &probe));
        let found = try_join_all(batches).await?;
        Ok((found.into_iter().flatten().collect(), probe.take_sample()))
    }

    /// The items of at most [`BATCH`] keys; what the table leaves out is asked for again.
    async fn get_chunk(
        &self,
        mut rest: Vec<Attributes>,
        probe: &ClockProbe,
    ) -> Result<Vec<Attributes>, StoreError> {
        let mut found = Vec::new();
        let mut round = 0;
        while !rest.is_empty() {
            if round == ROUNDS {
                return Err(StoreError::Unavailable("a batch stays unprocessed".to_owned()));
            }
            if round > 0 {
                pause_before_retry(round.min(LONGEST_PAUSE)).await;
            }
            let (items, unprocessed) = self.get_item_batch(rest, probe).await?;
            found.extend(items);
            rest = unprocessed;
            round += 1;
        }
        Ok(found)
    }

    async fn get_item_batch(
        &self,
        wanted: Vec<Attributes>,
        probe: &ClockProbe,
    ) -> Result<(Vec<Attributes>, Vec<Attributes>), StoreError> {
        let request = KeysAndAttributes::builder().consistent_read(true).set_keys(Some(wanted));
        let request = request.build().map_err(|error| StoreError::Corrupt(error.to_string()))?;
        let answer = self
            .client
            .batch_get_item()
            .request_items(self.table_name(), request)
            .customize()
            .interceptor(probe.clone())
            .send()
            .await?;
        let rest = answer.unprocessed_keys.unwrap_or_default().into_values();
        let found = answer.responses.unwrap_or_default().into_values();
        Ok((found.flatten().collect(), rest.flat_map(|rest| rest.keys).collect()))
    }

    /// All items of a partition that is small, read strongly.
    pub(crate) async fn query_partition(&self, pk: &str) -> Result<Vec<Attributes>, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(self.table_name())
            .consistent_read(true)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text_value(pk))
            .send()
            .await?;
        Ok(answer.items.unwrap_or_default())
    }

    /// One cheap read, to see that the table answers and to open the connection.
    pub async fn check_table(&self) -> Result<(), StoreError> {
        self.get_item(item_key(keys::SYSTEM, keys::CLOCK)).await.map(|_| ())
    }
}

/// Each key once: the table refuses a batch that names one twice.
fn distinct_keys(mut wanted: Vec<Attributes>) -> Vec<Attributes> {
    let mut seen = HashSet::with_capacity(wanted.len());
    let part =
        |key: &Attributes, name: &str| key.get(name).and_then(|part| part.as_s().ok()).cloned();
    wanted.retain(|key| seen.insert((part(key, "pk"), part(key, "sk"))));
    wanted
}
