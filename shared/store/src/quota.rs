//! A partner's quotas, counted in its index: best effort within the index's delay.

use aws_sdk_dynamodb::types::Select;
use domain::calendar::{Zone, days_after};
use domain::claim::{Claim, Instant};
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
        let date = partner.time_zone.date(at);
        let today = partner.time_zone.first_instant(date).unwrap_or(at);
        let tomorrow = days_after(at, 0, &Zone::Known(partner.time_zone));
        if self.is_full(partner, today).await? {
            let seconds = (tomorrow - at).num_seconds();
            return Ok(Some(u32::try_from(seconds).ok()));
        }
        let over = self.has_open(partner, partner.open_claim_quota).await?;
        Ok(over.then_some(None))
    }

    /// Whether the partner has submitted as many claims since that moment as its daily quota
    /// permits. Drafts stand in the same index and count for nothing: only where they could matter
    /// are they told from claims, among the newest entries.
    async fn is_full(&self, partner: &Partner, since: Instant) -> Result<bool, StoreError> {
        let entries = self.entries_since(partner, since).await?;
        if entries < partner.daily_claim_quota {
            return Ok(false);
        }
        let drafts = self.drafts_since(partner, since).await?;
        Ok(entries.saturating_sub(drafts) >= partner.daily_claim_quota)
    }

    /// How many claims and drafts the partner's index has since that moment; counted no further
    /// than matters.
    async fn entries_since(&self, partner: &Partner, since: Instant) -> Result<u32, StoreError> {
        let most = i32::try_from(partner.daily_claim_quota).unwrap_or(i32::MAX);
        let answer = self
            .client
            .query()
            .table_name(self.table())
            .index_name(schema::PARTNER.name)
            .select(Select::Count)
            .limit(most.saturating_add(PAGE).max(1))
            .key_condition_expression("ip = :p AND ik >= :since")
            .expression_attribute_values(":p", text(partner.id.as_str()))
            .expression_attribute_values(":since", text(keys::moment(since)))
            .send()
            .await
            .map_err(StoreError::of_call)?;
        Ok(u32::try_from(answer.count).unwrap_or(0))
    }

    /// How many of the partner's newest entries since that moment are drafts.
    async fn drafts_since(&self, partner: &Partner, since: Instant) -> Result<u32, StoreError> {
        let (ids, _) = self.newest_of(&partner.id, None, PAGE).await?;
        let records = self.load_records(&ids).await?;
        let is_draft = |claim: &Claim| claim.submitted_at.is_none() && claim.created_at >= since;
        let drafts = records.iter().filter(|record| is_draft(&record.claim)).count();
        Ok(u32::try_from(drafts).unwrap_or(u32::MAX))
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
