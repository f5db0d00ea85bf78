//! How much a partner has announced to upload on a day.

use chrono::Duration;
use domain::calendar::{Zone, days_after};
use domain::claim::Instant;
use domain::directory::Partner;

use crate::table::attributes::{Attributes, item_key, number_value};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;
use crate::table::transaction::is_refused;

/// The most announcements of a partner on a local day.
const MOST_UPLOADS: i64 = 50;
/// The most bytes that they announce: 200 MiB.
const MOST_BYTES: i64 = 200 * 1024 * 1024;
/// How long a day's number is kept: the time to live runs on the real clock.
const KEPT: Duration = Duration::days(90);

/// Whether an upload fits the partner's day.
#[derive(Debug, Clone, PartialEq)]
pub enum UploadQuota {
    /// It does, and is counted.
    Counted(CountedUpload),
    /// The day's uploads are used up; nothing was counted.
    UsedUp {
        /// Seconds to the partner's next local day.
        retry_after_s: Option<u32>,
    },
}

/// An upload that was counted, and can be taken back.
#[derive(Debug, Clone, PartialEq)]
pub struct CountedUpload {
    day: Attributes,
    bytes: i64,
}

impl Store {
    /// Counts the announcement of an upload of that size for the partner's local day.
    ///
    /// # Errors
    /// Where the table does not answer.
    pub async fn count_upload(
        &self,
        partner: &Partner,
        size: u64,
        at: Instant,
    ) -> Result<UploadQuota, StoreError> {
        let bytes = i64::try_from(size).unwrap_or(i64::MAX);
        let date = partner.time_zone.local_date(at);
        let day = item_key(keys::quotas_pk(&partner.id), keys::uploads_sk(date));
        let call = self
            .client
            .update_item()
            .table_name(self.table_name())
            .set_key(Some(day.clone()))
            .update_expression("SET expires = :x ADD n :one, b :bytes")
            .condition_expression("attribute_not_exists(n) OR (n < :most AND b <= :left)")
            .expression_attribute_values(
                ":x",
                number_value((self.system_time() + KEPT).timestamp()),
            )
            .expression_attribute_values(":one", number_value(1))
            .expression_attribute_values(":bytes", number_value(bytes))
            .expression_attribute_values(":most", number_value(MOST_UPLOADS))
            .expression_attribute_values(":left", number_value(MOST_BYTES.saturating_sub(bytes)));
        match call.send().await {
            Ok(_) => Ok(UploadQuota::Counted(CountedUpload { day, bytes })),
            Err(error) if is_refused(&error) => {
                let tomorrow = days_after(at, 0, &Zone::Known(partner.time_zone));
                let retry_after_s = u32::try_from((tomorrow - at).num_seconds()).ok();
                Ok(UploadQuota::UsedUp { retry_after_s })
            }
            Err(error) => Err(StoreError::from(error)),
        }
    }

    /// Takes back what was counted for an upload that was refused.
    ///
    /// # Errors
    /// Where the table does not answer.
    pub async fn uncount_upload(&self, counted: CountedUpload) -> Result<(), StoreError> {
        let call = self
            .client
            .update_item()
            .table_name(self.table_name())
            .set_key(Some(counted.day))
            .update_expression("ADD n :one, b :bytes")
            .condition_expression("attribute_exists(n)")
            .expression_attribute_values(":one", number_value(-1))
            .expression_attribute_values(":bytes", number_value(-counted.bytes));
        call.send().await.map(|_| ()).map_err(StoreError::from)
    }
}
