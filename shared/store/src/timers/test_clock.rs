//! The test clock: a stored offset, read strongly at the start of each invocation. It exists only
//! where deployed as a sandbox, and it only grows.

use aws_sdk_dynamodb::types::ReturnValue;
use chrono::Duration;
use domain::claim::Instant;

use super::{QUARTER, floor_quarter, shard_of};
use crate::table::attributes::{Attributes, Reader, key, number};
use crate::table::config::{Moment, Store};
use crate::table::error::StoreError;
use crate::table::keys;

const OFFSET: &str = "o";

impl Store {
    /// How far the test clock is ahead; zero, without a read, where there is none.
    pub async fn offset(&self) -> Result<Duration, StoreError> {
        if !self.config.sandbox {
            return Ok(Duration::zero());
        }
        match self.get(key(keys::SYSTEM, keys::CLOCK)).await? {
            Some(item) => offset_of(&item),
            None => Ok(Duration::zero()),
        }
    }

    /// The present moment, for work that has no arrival stamp.
    pub async fn moment(&self) -> Result<Moment, StoreError> {
        self.moment_of(self.raw_now()).await
    }

    /// The moment of what arrived at `arrived_at` by the real clock.
    pub async fn moment_of(&self, arrived_at: Instant) -> Result<Moment, StoreError> {
        Ok(Moment::new(arrived_at, self.offset().await?))
    }

    /// Moves the test clock forwards. Afterwards all positions go back to the quarter before the
    /// jump: a function that still has the old offset may write timers there.
    ///
    /// # Errors
    /// `Unavailable`: the clock may have moved; positions that were not sent back are by the next
    /// jump, and every reader closes what it finds due.
    pub async fn advance_clock(&self, by: Duration) -> Result<Instant, StoreError> {
        let before = self.raw_now() + self.offset().await?;
        let answer = self
            .client
            .update_item()
            .table_name(self.table())
            .set_key(Some(key(keys::SYSTEM, keys::CLOCK)))
            .update_expression("ADD o :by")
            .expression_attribute_values(":by", number(by.num_milliseconds().max(0)))
            .return_values(ReturnValue::AllNew)
            .send()
            .await
            .map_err(StoreError::of_call)?;
        let offset = offset_of(&answer.attributes.unwrap_or_default())?;
        let back = floor_quarter(before) - QUARTER;
        for item in self.system_items().await? {
            if let Some(shard) = shard_of(&item) {
                self.send_back(shard, back).await?;
            }
        }
        Ok(self.raw_now() + offset)
    }
}

/// The offset among the items of the system's partition.
pub(crate) fn offset_in(sandbox: bool, items: &[Attributes]) -> Result<Duration, StoreError> {
    let is_clock = |item: &&Attributes| {
        item.get("sk").and_then(|sk| sk.as_s().ok()).is_some_and(|sk| sk == keys::CLOCK)
    };
    match items.iter().find(is_clock) {
        Some(item) if sandbox => offset_of(item),
        Some(_) | None => Ok(Duration::zero()),
    }
}

fn offset_of(item: &Attributes) -> Result<Duration, StoreError> {
    Ok(Duration::milliseconds(Reader::new("test clock", item).number(OFFSET)?))
}
