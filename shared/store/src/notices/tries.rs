//! Tries of a notice's code (`docs/domain.md §5`): five, then a lock for right and wrong codes alike.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::ReturnValue;
use chrono::Duration;
use domain::claim::Instant;
use domain::ids::{ClaimId, NoticeNo};

use crate::table::attributes::{Attributes, Reader, instant, key, number};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, ItemKey};
use crate::table::keys;

const USED: &str = "n";
const LAST_AT: &str = "l";
const MOST: u8 = 5;
const LOCK: Duration = Duration::minutes(15);
/// Kept well beyond the lock: the time to live runs on the real clock, the lock on the test clock.
const KEPT: Duration = Duration::days(90);

/// Whether a code may still be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tries {
    /// That many wrong ones before the lock.
    Left(u8),
    /// None, right or wrong, before this instant.
    Locked {
        /// When the lock ends.
        until: Instant,
    },
}

impl Store {
    /// Whether a code may be tried at `at`, by a strong read.
    pub async fn tries(
        &self,
        claim: &ClaimId,
        notice: NoticeNo,
        at: Instant,
    ) -> Result<Tries, StoreError> {
        match self.get_item(key(keys::claim(claim), keys::tries(notice))).await? {
            Some(item) => standing(&item, at),
            None => Ok(Tries::Left(MOST)),
        }
    }

    /// Counts a wrong or missing code, before it is answered. `Left` is what remains after it, 0
    /// where this was the last.
    pub async fn wrong_code(
        &self,
        claim: &ClaimId,
        notice: NoticeNo,
        at: Instant,
    ) -> Result<Tries, StoreError> {
        let key = key(keys::claim(claim), keys::tries(notice));
        let first = self
            .count(&key, at)
            .update_expression("SET l = :at, expires = :x ADD n :one")
            .condition_expression("attribute_not_exists(n) OR n < :most");
        let again = self
            .count(&key, at)
            .update_expression("SET l = :at, expires = :x, n = :one")
            .condition_expression("n >= :most AND l <= :unlocked")
            .expression_attribute_values(":unlocked", instant(at - LOCK));
        for call in [first, again] {
            let call = call.expression_attribute_values(":most", number(MOST));
            match call.send().await {
                Ok(answer) => return left(&answer.attributes.unwrap_or_default()),
                Err(error) => match error.as_service_error() {
                    Some(UpdateItemError::ConditionalCheckFailedException(_)) => {}
                    _ => return Err(StoreError::of_call(error)),
                },
            }
        }
        self.tries(claim, notice, at).await
    }

    fn count(&self, key: &Attributes, at: Instant) -> UpdateItemFluentBuilder {
        let expires = (self.raw_now() + KEPT).timestamp();
        self.client
            .update_item()
            .table_name(self.table())
            .set_key(Some(key.clone()))
            .return_values(ReturnValue::AllNew)
            .expression_attribute_values(":at", instant(at))
            .expression_attribute_values(":x", number(expires))
            .expression_attribute_values(":one", number(1))
    }
}

impl FetchedItems {
    /// Whether a code may be tried at `at`, if the key was fetched.
    pub(crate) fn tries(
        &self,
        claim: &ClaimId,
        notice: NoticeNo,
        at: Instant,
    ) -> Result<Tries, StoreError> {
        match self.get(&tries_key(claim, notice))? {
            Some(item) => standing(item, at),
            None => Ok(Tries::Left(MOST)),
        }
    }
}

/// Where the tries of a notice stand.
pub(crate) fn tries_key(claim: &ClaimId, notice: NoticeNo) -> ItemKey {
    (keys::claim(claim), keys::tries(notice))
}

fn left(item: &Attributes) -> Result<Tries, StoreError> {
    let used: u8 = Reader::new("tries", item).number(USED)?;
    Ok(Tries::Left(MOST.saturating_sub(used)))
}

fn standing(item: &Attributes, at: Instant) -> Result<Tries, StoreError> {
    let until = Reader::new("tries", item).instant(LAST_AT)? + LOCK;
    match left(item)? {
        Tries::Left(0) if at < until => Ok(Tries::Locked { until }),
        Tries::Left(0) => Ok(Tries::Left(MOST)),
        left @ (Tries::Left(_) | Tries::Locked { .. }) => Ok(left),
    }
}
