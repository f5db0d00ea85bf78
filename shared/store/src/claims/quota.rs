//! A partner's quotas, counted in its index: best effort within the index's delay.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::Select;
use domain::calendar::{Zone, days_after};
use domain::claim::{Claim, Instant, State};
use domain::directory::Partner;

use crate::table::attributes::text;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::index::Cursor;
use crate::table::{keys, schema};

/// How many claims are read at a time to count some of them.
const PAGE: i32 = 100;
/// How many pages at the most; of a day, beyond those that its quota fills.
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
        let (full, over) = tokio::try_join!(
            self.is_full(partner, today),
            self.has_open(partner, partner.open_claim_quota),
        )?;
        let seconds = || u32::try_from((tomorrow - at).num_seconds()).ok();
        Ok(if full { Some(seconds()) } else { over.then_some(None) })
    }

    /// Whether the partner has submitted as many claims since that moment as its daily quota
    /// permits. Drafts stand in the same index and count for nothing: only where the entries reach
    /// the quota are they told from claims. A submit does not cost more and more by them: of a day
    /// with more drafts than [`PAGES`] pages hold, the oldest entries may stay unread, and the claims
    /// among them uncounted.
    async fn is_full(&self, partner: &Partner, since: Instant) -> Result<bool, StoreError> {
        let quota = partner.daily_claim_quota;
        if !self.may_be_full(partner, since).await? {
            return Ok(false);
        }
        let today = |from: Option<&Cursor>| self.entries_since(partner, since, from);
        // A recalled claim is a draft, and counts for nothing.
        let is_submitted = |claim: &Claim| {
            let is_draft = matches!(claim.state, State::Draft { .. } | State::Discarded);
            claim.submitted_at.is_some() && !is_draft
        };
        let pages = quota.div_ceil(PAGE.unsigned_abs()).saturating_add(PAGES);
        self.counts_up_to(quota, today, pages, is_submitted).await
    }

    /// Whether the partner's index has as many entries since that moment, claims and drafts, as its
    /// daily quota permits claims; counted no further than matters.
    async fn may_be_full(&self, partner: &Partner, since: Instant) -> Result<bool, StoreError> {
        let quota = partner.daily_claim_quota;
        let query = self.entries_since(partner, since, None).select(Select::Count);
        let query = query.limit(i32::try_from(quota).unwrap_or(i32::MAX).max(1));
        let answer = query.send().await.map_err(StoreError::of_call)?;
        let counted = u32::try_from(answer.count).unwrap_or(0);
        Ok(counted >= quota || answer.last_evaluated_key.is_some())
    }

    /// The partner's entries since that moment, newest first.
    fn entries_since(
        &self,
        partner: &Partner,
        since: Instant,
        from: Option<&Cursor>,
    ) -> QueryFluentBuilder {
        self.query_newest(&partner.id, from)
            .key_condition_expression("ip = :p AND ik >= :since")
            .expression_attribute_values(":since", text(keys::moment(since)))
    }

    /// Whether the partner has at least that many open claims among its newest. A partner with
    /// fewer claims than its quota costs one short query; of one with many more, no more than
    /// [`PAGES`] pages are read, so that a submit never costs more the older a partner is.
    async fn has_open(&self, partner: &Partner, quota: u32) -> Result<bool, StoreError> {
        let all = |from: Option<&Cursor>| self.query_newest(&partner.id, from);
        self.counts_up_to(quota, all, PAGES, |claim| claim.state.is_open()).await
    }

    /// Whether at least `quota` of the claims that the query names are to be counted, as far as that
    /// many pages tell.
    async fn counts_up_to(
        &self,
        quota: u32,
        query: impl Fn(Option<&Cursor>) -> QueryFluentBuilder,
        pages: u32,
        is_counted: impl Fn(&Claim) -> bool,
    ) -> Result<bool, StoreError> {
        let mut from = None;
        let mut counted = 0;
        for _ in 0..pages {
            let (ids, next) = self.query_page(query(from.as_ref()), schema::PARTNER, PAGE).await?;
            let most = counted + u32::try_from(ids.len()).unwrap_or(u32::MAX);
            if next.is_none() && most < quota {
                return Ok(false);
            }
            let records = self.load_claim_records(&ids).await?;
            let more = records.iter().filter(|record| is_counted(&record.claim)).count();
            counted += u32::try_from(more).unwrap_or(u32::MAX);
            if counted >= quota || next.is_none() {
                break;
            }
            from = next;
        }
        Ok(counted >= quota)
    }
}
