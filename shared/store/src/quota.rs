//! A partner's quotas, counted in its index: best effort within the index's delay.

use aws_sdk_dynamodb::types::Select;
use domain::calendar::{Zone, days_after, first_instant};
use domain::claim::Instant;
use domain::directory::Partner;

use crate::attributes::text;
use crate::config::Store;
use crate::error::StoreError;
use crate::{keys, schema};

/// How many claims are read at a time to count the open ones.
const PAGE: i32 = 100;
/// How many pages at the most.
const PAGES: u32 = 5;

impl Store {
    /// Why one more claim does not fit: seconds to wait for the daily quota, `Some(None)` for the
    /// quota of open claims, which waiting does not help. `None`: it fits.
    pub(crate) async fn over_quota(
        &self,
        partner: &Partner,
        at: Instant,
    ) -> Result<Option<Option<u32>>, StoreError> {
        let date = at.with_timezone(&partner.time_zone).date_naive();
        let today = first_instant(date, partner.time_zone).unwrap_or(at);
        let tomorrow = days_after(at, 0, &Zone::Known(partner.time_zone));
        if self.claims_since(partner, today).await? >= partner.daily_claim_quota {
            let seconds = (tomorrow - at).num_seconds();
            return Ok(Some(u32::try_from(seconds).ok()));
        }
        let over = self.has_open(partner, partner.open_claim_quota).await?;
        Ok(over.then_some(None))
    }

    async fn claims_since(&self, partner: &Partner, since: Instant) -> Result<u32, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(self.table())
            .index_name(schema::PARTNER.name)
            .select(Select::Count)
            .limit(i32::try_from(partner.daily_claim_quota).unwrap_or(i32::MAX).max(1))
            .key_condition_expression("ip = :p AND ik >= :since")
            .expression_attribute_values(":p", text(partner.id.as_str()))
            .expression_attribute_values(":since", text(keys::moment(since)))
            .send()
            .await
            .map_err(StoreError::of_call)?;
        Ok(u32::try_from(answer.count).unwrap_or(0))
    }

    /// Whether the partner has at least that many open claims among its newest. A partner with
    /// fewer claims than its quota costs one short query; of one with many more, no more than
    /// [`PAGES`] pages are read, so that a submit never costs more the older a partner is.
    async fn has_open(&self, partner: &Partner, quota: u32) -> Result<bool, StoreError> {
        let mut from = None;
        let mut open = 0;
        for _ in 0..PAGES {
            let (ids, next) = self.newest_of(&partner.id, from.as_ref(), PAGE).await?;
            let most = open + u32::try_from(ids.len()).unwrap_or(u32::MAX);
            if next.is_none() && most < quota {
                return Ok(false);
            }
            let records = self.load_records(&ids).await?;
            let still = records.iter().filter(|record| record.claim.state.is_open()).count();
            open += u32::try_from(still).unwrap_or(u32::MAX);
            if open >= quota || next.is_none() {
                break;
            }
            from = next;
        }
        Ok(open >= quota)
    }
}
