//! Moving the test clock. It exists only where deployed as a sandbox, and it only grows.

use aws_sdk_dynamodb::types::ReturnValue;
use chrono::Duration;
use domain::claim::Instant;

use super::bucket::{QUARTER, floor_quarter};
use super::checkpoint::read_shard;
use crate::table::attributes::{item_key, number_value};
use crate::table::clock::read_offset;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;

impl Store {
    /// Moves the test clock forwards. Afterwards all checkpoints go back to the quarter before the
    /// jump: a function that still has the old offset may write timers there.
    ///
    /// # Errors
    /// `Unavailable`: the clock may have moved; checkpoints that were not sent back are by the next
    /// jump, and every reader closes what it finds due.
    pub async fn advance_clock(&self, by: Duration) -> Result<Instant, StoreError> {
        let before = self.system_time() + self.clock_offset().await?;
        let answer = self
            .client
            .update_item()
            .table_name(self.table_name())
            .set_key(Some(item_key(keys::SYSTEM, keys::CLOCK)))
            .update_expression("ADD o :by")
            .expression_attribute_values(":by", number_value(by.num_milliseconds().max(0)))
            .return_values(ReturnValue::AllNew)
            .send()
            .await?;
        let offset = read_offset(&answer.attributes.unwrap_or_default())?;
        let back = floor_quarter(before) - QUARTER;
        for item in self.query_system_items().await? {
            if let Some(shard) = read_shard(&item) {
                self.move_checkpoint_back(shard, back).await?;
            }
        }
        Ok(self.system_time() + offset)
    }
}
