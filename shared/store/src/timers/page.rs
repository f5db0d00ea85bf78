//! Finding timers: a page of a bucket, and 16 buckets at a time while they are empty.

use domain::claim::Instant;
use futures_util::future::join_all;

use super::bucket::next_bucket;
use super::checkpoint::Checkpoint;
use super::timer::{self, TimerItem};
use crate::table::attributes::{Attributes, Reader, item_key, text_value};
use crate::table::clock_check::ClockSample;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;

/// How many empty buckets are probed at a time.
const PROBES: usize = 16;
/// How many timers are read at a time. The checkpoint is written once for all of them: the checkpoints of all
/// shards are in one partition, which takes a thousand writes a second.
pub(crate) const PAGE: i32 = 1000;

/// Timers of one bucket.
pub(crate) struct TimerPage {
    pub(crate) timers: Vec<TimerItem>,
    /// Those that cannot be read.
    pub(crate) unreadable: Vec<Attributes>,
    /// The place of the last of all of them.
    pub(crate) last: Option<String>,
    /// Whether the bucket has more.
    pub(crate) more: bool,
    /// What the clocks said when they were read.
    pub(super) clock: ClockSample,
}

/// What stands at a checkpoint.
pub(super) enum NextTimers {
    /// Nothing up to this bucket.
    Nothing(Instant),
    /// Timers of the bucket.
    Timers(Instant, TimerPage),
}

impl Store {
    /// The next timers of a shard, in buckets up to `last`.
    pub(super) async fn next_timers(
        &self,
        shard: u16,
        checkpoint: &Checkpoint,
        last: Instant,
    ) -> Result<NextTimers, StoreError> {
        let buckets =
            std::iter::successors(Some(checkpoint.bucket), |bucket| Some(next_bucket(*bucket)));
        let buckets: Vec<_> = buckets.take(PROBES).take_while(|bucket| *bucket <= last).collect();
        let bucket = if checkpoint.after.is_some() || buckets.len() < 2 {
            Some(checkpoint.bucket)
        } else {
            self.find_filled_bucket(shard, &buckets).await?
        };
        let Some(bucket) = bucket else {
            return Ok(NextTimers::Nothing(
                buckets.last().map_or(checkpoint.bucket, |last| next_bucket(*last)),
            ));
        };
        let after = checkpoint.after.as_ref().filter(|_| bucket == checkpoint.bucket);
        let pk = keys::timers_pk(bucket, shard);
        let start = after.map(|after| item_key(pk.clone(), after));
        let page = self.query_timers(pk, start, PAGE).await?;
        if page.last.is_none() {
            return Ok(NextTimers::Nothing(next_bucket(bucket)));
        }
        Ok(NextTimers::Timers(bucket, page))
    }

    async fn find_filled_bucket(
        &self,
        shard: u16,
        buckets: &[Instant],
    ) -> Result<Option<Instant>, StoreError> {
        let probes = buckets
            .iter()
            .map(|bucket| self.query_timers(keys::timers_pk(*bucket, shard), None, 1));
        for (bucket, probed) in buckets.iter().zip(join_all(probes).await) {
            if probed?.last.is_some() {
                return Ok(Some(*bucket));
            }
        }
        Ok(None)
    }

    pub(crate) async fn query_timers(
        &self,
        pk: String,
        start: Option<Attributes>,
        limit: i32,
    ) -> Result<TimerPage, StoreError> {
        let probe = self.clock_probe();
        let answer = self
            .client
            .query()
            .table_name(self.table_name())
            .consistent_read(true)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text_value(pk))
            .projection_expression(timer::READ)
            .set_exclusive_start_key(start)
            .limit(limit)
            .customize()
            .interceptor(probe.clone())
            .send()
            .await?;
        let items = answer.items.unwrap_or_default();
        let more = answer.last_evaluated_key.is_some();
        let last = items.last().map(|last| Reader::new("timer", last).read_text("sk"));
        let last = last.transpose()?.map(str::to_owned);
        let (mut timers, mut unreadable) = (Vec::with_capacity(items.len()), Vec::new());
        for item in items {
            match TimerItem::from_item(&item) {
                Ok(timer) => timers.push(timer),
                Err(_) => unreadable.push(item),
            }
        }
        Ok(TimerPage { timers, unreadable, last, more, clock: probe.take_sample() })
    }
}
