//! Dead letters: a timer that keeps failing is copied, logged and passed, so that the shard goes on.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;
use domain::claim::Instant;
use tracing::error;

use super::timer::TimerItem;
use crate::table::attributes::{
    Attributes, instant_value, item_key, number_value, put_value, text_value,
};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;

/// How long the copy is kept.
const KEPT: Duration = Duration::days(366);
/// How often a failure that would fail again is tried.
const FOR_GOOD: u32 = 3;
/// How often one that may pass is tried: with a tick a minute, twenty minutes.
const FOR_NOW: u32 = 20;

/// Whether what has failed that often, the last time like this, is given up.
pub(crate) fn is_given_up(failures: u32, failure: &StoreError) -> bool {
    failures >= if failure.is_retryable() { FOR_NOW } else { FOR_GOOD }
}

impl Store {
    /// Copies a timer that is given up.
    pub(super) async fn put_dead_letter(
        &self,
        timer: &TimerItem,
        failure: &StoreError,
        now: Instant,
    ) -> Result<(), StoreError> {
        let reason = failure.to_string();
        error!(claim.id = %timer.claim, error.chain = reason, "A timer keeps failing and is passed");
        let deadline = Some(instant_value(timer.deadline));
        self.put_copy(timer.sort_key(), deadline, reason, now).await
    }

    /// Copies a timer that cannot be read: nothing waits for it.
    pub(super) async fn put_unreadable(
        &self,
        timer: &Attributes,
        now: Instant,
    ) -> Result<(), StoreError> {
        let sort = timer.get("sk").and_then(|sort| sort.as_s().ok()).cloned().unwrap_or_default();
        error!(timer.sort = sort, "A timer cannot be read and is passed");
        let reason = "the timer cannot be read".to_owned();
        self.put_copy(sort, timer.get("d").cloned(), reason, now).await
    }

    async fn put_copy(
        &self,
        sort: String,
        deadline: Option<AttributeValue>,
        reason: String,
        now: Instant,
    ) -> Result<(), StoreError> {
        let mut item = item_key(keys::dead_letter_pk(now.date_naive()), sort);
        put_value(&mut item, "d", deadline);
        put_value(&mut item, "e", Some(text_value(reason)));
        put_value(
            &mut item,
            "expires",
            Some(number_value((self.system_time() + KEPT).timestamp())),
        );
        self.put_item(item).await
    }
}
