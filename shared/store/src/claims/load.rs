//! Loading: one strong query for a claim, one batch for many.

use std::time::Duration;

use aws_sdk_dynamodb::types::KeysAndAttributes;
use domain::claim::Claim;
use domain::ids::ClaimId;

use crate::table::attributes::{Attributes, Reader, key, text};
use crate::table::clock_check::ClockSample;
use crate::table::codec::claim_item::ClaimItem;
use crate::table::codec::details_item::DetailsItem;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;

/// A stored claim, whole.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    /// The record; its claim has its details.
    pub(crate) record: ClaimItem,
    /// The details as stored.
    pub(crate) details: DetailsItem,
}

impl Stored {
    pub(crate) fn claim(&self) -> &Claim {
        &self.record.claim
    }
}

/// What a load found, and what the clocks said meanwhile.
#[derive(Debug, Clone)]
pub(crate) struct Loaded {
    pub(crate) stored: Option<Stored>,
    pub(crate) clock: ClockSample,
}

/// How often a record and details that do not belong together are read again: a query is not one
/// read with regard to a transaction that writes both.
const READS: u32 = 4;
/// How many keys one batch may name.
const BATCH: usize = 100;
/// How often the unprocessed rest of a batch is asked for again.
const ROUNDS: u32 = 8;

impl Store {
    /// The claim with its details, by a strong query of `A` to `D`: the history is not touched.
    pub(crate) async fn load(&self, id: &ClaimId) -> Result<Loaded, StoreError> {
        for attempt in 0..READS {
            let (items, clock) = self.query_claim(id).await?;
            match assemble(&items)? {
                Assembled::Whole(stored) => return Ok(Loaded { stored: Some(*stored), clock }),
                Assembled::Absent => return Ok(Loaded { stored: None, clock }),
                Assembled::Torn => pause(attempt).await,
            }
        }
        Err(StoreError::Corrupt(format!("claim {id}: record and details do not belong together")))
    }

    async fn query_claim(
        &self,
        id: &ClaimId,
    ) -> Result<(Vec<Attributes>, ClockSample), StoreError> {
        let probe = self.clock_probe();
        let answer = self
            .client
            .query()
            .table_name(self.table())
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :last")
            .expression_attribute_values(":pk", text(keys::claim(id)))
            .expression_attribute_values(":first", text(keys::RECORD))
            .expression_attribute_values(":last", text(keys::DETAILS))
            .customize()
            .interceptor(probe.clone())
            .send()
            .await
            .map_err(StoreError::of_call)?;
        Ok((answer.items.unwrap_or_default(), probe.sample()))
    }

    /// The claims of these ids that exist, whole, in the order of the ids.
    pub(crate) async fn load_all(
        &self,
        ids: &[ClaimId],
    ) -> Result<(Vec<Stored>, ClockSample), StoreError> {
        let parts = [keys::RECORD, keys::DETAILS];
        let wanted = ids.iter().flat_map(|id| parts.map(|part| key(keys::claim(id), part)));
        let (items, clock) = self.get_all(wanted.collect()).await?;
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            let pk = text(keys::claim(id));
            let own: Vec<_> =
                items.iter().filter(|item| item.get("pk") == Some(&pk)).cloned().collect();
            match assemble(&own)? {
                Assembled::Whole(stored) => found.push(*stored),
                Assembled::Absent => {}
                Assembled::Torn => found.extend(self.load(id).await?.stored),
            }
        }
        Ok((found, clock))
    }

    /// The records of these claims, without their details.
    pub(crate) async fn load_records(&self, ids: &[ClaimId]) -> Result<Vec<ClaimItem>, StoreError> {
        let wanted = ids.iter().map(|id| key(keys::claim(id), keys::RECORD)).collect();
        let (items, _) = self.get_all(wanted).await?;
        items.iter().map(ClaimItem::read).collect()
    }

    /// The items of these keys that exist, by strong reads, in no order.
    pub(crate) async fn get_all(
        &self,
        wanted: Vec<Attributes>,
    ) -> Result<(Vec<Attributes>, ClockSample), StoreError> {
        let probe = self.clock_probe();
        let mut found = Vec::new();
        for chunk in distinct(wanted).chunks(BATCH) {
            let mut rest = chunk.to_vec();
            let mut round = 0;
            while !rest.is_empty() {
                if round == ROUNDS {
                    return Err(StoreError::Unavailable("a batch stays unprocessed".to_owned()));
                }
                if round > 0 {
                    pause(round).await;
                }
                let (items, unprocessed) = self.get_batch(rest, &probe).await?;
                found.extend(items);
                rest = unprocessed;
                round += 1;
            }
        }
        Ok((found, probe.sample()))
    }

    async fn get_batch(
        &self,
        wanted: Vec<Attributes>,
        probe: &crate::table::clock_check::ClockProbe,
    ) -> Result<(Vec<Attributes>, Vec<Attributes>), StoreError> {
        let request = KeysAndAttributes::builder().consistent_read(true).set_keys(Some(wanted));
        let request = request.build().map_err(|error| StoreError::Corrupt(error.to_string()))?;
        let answer = self
            .client
            .batch_get_item()
            .request_items(self.table(), request)
            .customize()
            .interceptor(probe.clone())
            .send()
            .await
            .map_err(StoreError::of_call)?;
        let rest = answer.unprocessed_keys.unwrap_or_default().into_values();
        let found = answer.responses.unwrap_or_default().into_values();
        Ok((found.flatten().collect(), rest.flat_map(|rest| rest.keys).collect()))
    }

    /// All items of a partition that is small, read strongly.
    pub(crate) async fn partition(&self, pk: &str) -> Result<Vec<Attributes>, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(self.table())
            .consistent_read(true)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text(pk))
            .send()
            .await
            .map_err(StoreError::of_call)?;
        Ok(answer.items.unwrap_or_default())
    }

    /// One item, by a strong read.
    pub(crate) async fn get(&self, key: Attributes) -> Result<Option<Attributes>, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(self.table())
            .set_key(Some(key))
            .consistent_read(true)
            .send()
            .await
            .map_err(StoreError::of_call)?;
        Ok(answer.item)
    }
}

enum Assembled {
    Whole(Box<Stored>),
    Absent,
    Torn,
}

/// Puts record and details together. Details without a record are of a creation that did not come
/// to its end.
fn assemble(items: &[Attributes]) -> Result<Assembled, StoreError> {
    let mut parts = (None, None);
    for item in items {
        match Reader::new("claim", item).text("sk")? {
            keys::RECORD => parts.0 = Some(ClaimItem::read(item)?),
            keys::DETAILS => parts.1 = Some(DetailsItem::read(item)?),
            _ => {}
        }
    }
    match parts {
        (None, _) => Ok(Assembled::Absent),
        (Some(mut record), Some(details)) if details.hash() == record.stamp.details_hash => {
            record.claim.details = details.details();
            Ok(Assembled::Whole(Box::new(Stored { record, details })))
        }
        (Some(_), _) => Ok(Assembled::Torn),
    }
}

/// Waits before the next attempt: longer each time, and never all at once.
pub(crate) async fn pause(attempt: u32) {
    let longest = 20_u64 << attempt.min(5);
    tokio::time::sleep(Duration::from_millis(fastrand::u64(longest / 2..=longest))).await;
}

/// Each key once: the table refuses a batch that names one twice.
fn distinct(wanted: Vec<Attributes>) -> Vec<Attributes> {
    let mut keys = Vec::with_capacity(wanted.len());
    for key in wanted {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}
