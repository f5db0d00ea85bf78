//! Checkpoints: how far each shard is drained. They move only forward, except after a jump of the
//! test clock.

use aws_sdk_dynamodb::types::ReturnValue;
use chrono::Duration;
use domain::claim::Instant;

use super::bucket::{SETTLING_TIME, floor_quarter};
use crate::table::attributes::{
    Attributes, Reader, bytes_value, instant_from_millis, instant_value, item_key, number_value,
    put_value, text_value, whole_millis,
};
use crate::table::clock::find_offset;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;
use crate::table::transaction::{Condition, WriteOutcome, is_refused};
use crate::table::write_id::WriteId;

const BUCKET: &str = "b";
const AFTER: &str = "x";
const GENERATION: &str = "g";
const STUCK: &str = "fl";
const LEASE_UNTIL: &str = "lu";
const LEASE_OWNER: &str = "lw";

/// Where the worker begins in a shard that has no checkpoint yet. A deployment's first tick writes
/// the checkpoints, so this is a margin and not a rule.
const LOOK_BACK: Duration = Duration::days(2);
/// How many timers may wait behind the checkpoint for another try.
pub(crate) const MOST_STUCK: usize = 25;
/// How long a lease outlives the work it is for.
const LEASE_MARGIN: Duration = Duration::seconds(30);

/// How far a shard is drained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Checkpoint {
    /// The bucket that is next; all before it are done.
    pub(crate) bucket: Instant,
    /// The last timer of the bucket that is done.
    pub(crate) after: Option<String>,
    /// Raised by every jump of the test clock.
    pub(crate) generation: i64,
    /// The timers that failed, and that the checkpoint has passed: they are tried again by each run.
    pub(crate) stuck: Vec<StuckTimer>,
    /// Until when a worker has it, by the real clock.
    pub(crate) lease_until: Option<Instant>,
}

/// A timer that failed and may succeed later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StuckTimer {
    /// The bucket that it stands in.
    pub(crate) bucket: Instant,
    /// Its sort key in the bucket.
    pub(crate) sort: String,
    /// How often it has failed.
    pub(crate) failures: u32,
}

impl StuckTimer {
    /// The timer as one text: ids have no blanks in them.
    fn to_text(&self) -> String {
        format!("{} {} {}", self.bucket.timestamp_millis(), self.failures, self.sort)
    }

    fn of_text(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, ' ');
        let bucket = instant_from_millis(parts.next()?.parse().ok()?)?;
        let failures = parts.next()?.parse().ok()?;
        Some(Self { bucket, failures, sort: parts.next()?.to_owned() })
    }
}

/// What is due, by one query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tick {
    /// The shards with buckets that may be drained.
    pub due: Vec<u16>,
    /// How long the oldest of these buckets has been due.
    pub oldest_due: Option<Duration>,
    /// The time by which it was found, on the test clock.
    pub now: Instant,
}

impl Checkpoint {
    pub(crate) fn from_item(item: &Attributes) -> Result<Self, StoreError> {
        let item = Reader::new("position", item);
        let stuck = item.opt_text(STUCK)?.unwrap_or_default().lines();
        let stuck = stuck.map(StuckTimer::of_text).collect::<Option<Vec<_>>>();
        Ok(Self {
            bucket: item.read_instant(BUCKET)?,
            after: item.opt_text(AFTER)?.map(str::to_owned),
            generation: item.opt_number(GENERATION)?.unwrap_or(0),
            stuck: stuck.ok_or_else(|| item.attribute_error(STUCK))?,
            lease_until: item.opt_instant(LEASE_UNTIL)?,
        })
    }

    /// The item, without its lease.
    fn to_attributes(&self, shard: u16) -> Attributes {
        let mut item = item_key(keys::SYSTEM, keys::checkpoint_sk(shard));
        let stuck: Vec<_> = self.stuck.iter().map(StuckTimer::to_text).collect();
        put_value(&mut item, BUCKET, Some(instant_value(self.bucket)));
        put_value(&mut item, AFTER, self.after.as_ref().map(text_value));
        put_value(&mut item, GENERATION, Some(number_value(self.generation)));
        put_value(&mut item, STUCK, (!stuck.is_empty()).then(|| text_value(stuck.join("\n"))));
        item
    }

    /// On to the next bucket.
    pub(crate) fn pass_to(&mut self, bucket: Instant) {
        (self.bucket, self.after) = (bucket, None);
    }

    /// Since when there is something to drain: the bucket, or a timer that failed.
    fn due_at(&self) -> Instant {
        let oldest = self.stuck.iter().map(|stuck| stuck.bucket).chain([self.bucket]).min();
        oldest.unwrap_or(self.bucket) + SETTLING_TIME
    }
}

/// Where a shard without a checkpoint begins.
fn first_bucket(now: Instant) -> Instant {
    floor_quarter(now) - LOOK_BACK
}

impl Store {
    /// What is due: one query reads the test clock and all checkpoints. Shards of an older, larger
    /// count have checkpoints still, so they are drained as well.
    pub async fn find_due_work(&self) -> Result<Tick, StoreError> {
        let items = self.query_system_items().await?;
        let offset = find_offset(self.config.sandbox, &items)?;
        let now = self.system_time() + offset;
        let mut checkpoints: Vec<_> = (0..self.config.shards)
            .map(|shard| (shard, first_bucket(now) + SETTLING_TIME))
            .collect();
        for item in &items {
            let Some(shard) = read_shard(item) else { continue };
            let due_at = Checkpoint::from_item(item)?.due_at();
            checkpoints.retain(|(other, _)| *other != shard);
            checkpoints.push((shard, due_at));
        }
        checkpoints.sort_unstable();
        checkpoints.retain(|(_, due_at)| *due_at <= now);
        let oldest_due = checkpoints.iter().map(|(_, due_at)| now - *due_at).max();
        Ok(Tick { due: checkpoints.into_iter().map(|(shard, _)| shard).collect(), oldest_due, now })
    }

    /// The test clock and all checkpoints.
    pub(crate) async fn query_system_items(&self) -> Result<Vec<Attributes>, StoreError> {
        self.query_partition(keys::SYSTEM).await
    }

    /// Takes the lease of a shard until a little after `until`; `None` while another worker has it.
    /// An economy: safety never depends on it.
    pub(crate) async fn lease_shard(
        &self,
        shard: u16,
        offset: Duration,
        until: Instant,
        owner: WriteId,
    ) -> Result<Option<Checkpoint>, StoreError> {
        let now = self.system_time();
        let call = self
            .client
            .update_item()
            .table_name(self.table_name())
            .set_key(Some(item_key(keys::SYSTEM, keys::checkpoint_sk(shard))))
            .update_expression("SET lu = :until, lw = :owner, b = if_not_exists(b, :start)")
            .condition_expression("attribute_not_exists(lu) OR lu < :now OR lw = :owner")
            .expression_attribute_values(":until", instant_value(until + LEASE_MARGIN))
            .expression_attribute_values(":owner", bytes_value(owner.0))
            .expression_attribute_values(":start", instant_value(first_bucket(now + offset)))
            .expression_attribute_values(":now", instant_value(now))
            .return_values(ReturnValue::AllNew);
        match call.send().await {
            Ok(answer) => Checkpoint::from_item(&answer.attributes.unwrap_or_default()).map(Some),
            Err(error) if is_refused(&error) => Ok(None),
            Err(error) => Err(StoreError::from(error)),
        }
    }

    /// Writes a checkpoint, if the lease is still this worker's and the test clock has not jumped;
    /// says whether it was. `over` gives the lease back.
    pub(crate) async fn put_checkpoint(
        &self,
        shard: u16,
        checkpoint: &Checkpoint,
        owner: WriteId,
        over: bool,
    ) -> Result<bool, StoreError> {
        let lease = checkpoint.lease_until.filter(|_| !over);
        let mut item = checkpoint.to_attributes(shard);
        put_value(&mut item, LEASE_UNTIL, lease.map(instant_value));
        put_value(&mut item, LEASE_OWNER, lease.map(|_| bytes_value(owner.0)));
        let own = Condition::new("lw = :owner AND (attribute_not_exists(g) OR g = :g)")
            .with_value(":owner", bytes_value(owner.0))
            .with_value(":g", number_value(checkpoint.generation));
        Ok(self.put_item_if(item, own).await? == WriteOutcome::Done)
    }

    /// Sends a checkpoint back to a bucket, if it is beyond it, and makes every worker that has read
    /// it stop.
    pub(crate) async fn move_checkpoint_back(
        &self,
        shard: u16,
        bucket: Instant,
    ) -> Result<(), StoreError> {
        let call = self
            .client
            .update_item()
            .table_name(self.table_name())
            .set_key(Some(item_key(keys::SYSTEM, keys::checkpoint_sk(shard))))
            .update_expression("SET b = :b REMOVE x, lu, lw ADD g :one")
            .condition_expression("b >= :b")
            .expression_attribute_values(":b", instant_value(whole_millis(bucket)))
            .expression_attribute_values(":one", number_value(1));
        match call.send().await {
            Ok(_) => Ok(()),
            Err(error) if is_refused(&error) => Ok(()),
            Err(error) => Err(StoreError::from(error)),
        }
    }
}

/// The shard of a checkpoint; `None` for the test clock.
pub(crate) fn read_shard(item: &Attributes) -> Option<u16> {
    item.get("sk").and_then(|sk| sk.as_s().ok()).and_then(|sk| sk.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_that_failed_are_read_as_they_are_written() {
        let bucket = "2026-12-31T23:00:00Z".parse().unwrap();
        let stuck = |sort: &str, failures| StuckTimer { bucket, sort: sort.to_owned(), failures };
        let stuck = vec![stuck("cbplyjelfz5a5xwmpnah5uzxk4", 2), stuck("x#half_time", 1)];
        let checkpoint =
            Checkpoint { bucket, after: None, generation: 0, stuck, lease_until: None };
        assert_eq!(Checkpoint::from_item(&checkpoint.to_attributes(3)).unwrap(), checkpoint);
        assert_eq!(checkpoint.due_at(), bucket + SETTLING_TIME);
        let later = Checkpoint { bucket: bucket + Duration::days(1), ..checkpoint };
        assert_eq!(later.due_at(), bucket + SETTLING_TIME, "as long as one of them waits");
    }
}
