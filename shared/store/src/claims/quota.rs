//! A partner's quotas. What it submits and stores on a day is counted in an item of its own, strictly; how many drafts it
//! has is asked of its index, best effort within the index's delay, and so is which of its claims are open.

use aws_sdk_dynamodb::types::Select;
use domain::calendar::{Zone, days_after};
use domain::claim::{Claim, Instant};
use domain::command::CommandKind;
use domain::context::Context;
use domain::directory::Partner;

use crate::table::attributes::item_key;
use crate::table::config::Store;
use crate::table::counter::Counter;
use crate::table::error::StoreError;
use crate::table::index::PartOfPartner;
use crate::table::keys;

/// What a day counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DayUse {
    /// A draft that is stored.
    Draft,
    /// A claim that is submitted, at once or from a draft.
    Claim,
}

impl DayUse {
    fn use_counter(self, partner: &Partner) -> Counter {
        let (name, most) = match self {
            Self::Draft => ("d", partner.daily_draft_quota()),
            Self::Claim => ("n", partner.daily_claim_quota),
        };
        Counter { name: name.to_owned(), step: 1, most: Some(most) }
    }
}

impl Store {
    /// Counts one more use of the partner's local day. `Some`, with nothing counted: the day is used up, with the
    /// seconds to the next.
    pub(crate) async fn count_day_use(
        &self,
        partner: &Partner,
        day_use: DayUse,
        at: Instant,
    ) -> Result<Option<Option<u32>>, StoreError> {
        let sort = keys::claims_of_day_sk(partner.time_zone.local_date(at));
        let day = item_key(keys::quotas_pk(&partner.id), sort);
        let is_counted = self.count_up(day, &[day_use.use_counter(partner)]).await?;
        Ok((!is_counted).then(|| seconds_to_next_day(partner, at)))
    }

    /// Counts what a command on a claim uses of a quota, once it is decided that nothing else stands against it.
    /// `Some`, with nothing counted: it is used up, with the seconds to wait.
    pub(crate) async fn count_command_use(
        &self,
        claim: &Claim,
        command: CommandKind,
        context: &Context,
    ) -> Result<Option<Option<u32>>, StoreError> {
        let facts = &context.facts;
        if let Some(partner) = facts.partner.as_ref().filter(|_| command == CommandKind::Submit) {
            return self.count_day_use(partner, DayUse::Claim, context.at).await;
        }
        if let Some(program) = facts.program.as_ref().filter(|_| command == CommandKind::Validate) {
            return self.count_validated_notice(claim, &program.policy, context.at).await;
        }
        Ok(None)
    }

    /// Whether the partner has submitted as many claims today as its quota permits; with the seconds to wait.
    pub(crate) async fn is_day_used_up(
        &self,
        partner: &Partner,
        at: Instant,
    ) -> Result<Option<Option<u32>>, StoreError> {
        let is_full = self.claims_left_of_day(partner, at).await? == 0;
        Ok(is_full.then(|| seconds_to_next_day(partner, at)))
    }

    /// How many claims the partner may still submit today.
    pub(super) async fn claims_left_of_day(
        &self,
        partner: &Partner,
        at: Instant,
    ) -> Result<u32, StoreError> {
        let sort = keys::claims_of_day_sk(partner.time_zone.local_date(at));
        let counter = DayUse::Claim.use_counter(partner);
        let used =
            self.read_counter(item_key(keys::quotas_pk(&partner.id), sort), &counter.name).await?;
        Ok(partner.daily_claim_quota.saturating_sub(used))
    }

    /// Whether the partner has as many drafts as its quota permits.
    pub(crate) async fn has_all_drafts(&self, partner: &Partner) -> Result<bool, StoreError> {
        Ok(self.drafts_left(partner).await? == 0)
    }

    /// How many more drafts the partner may have; counted no further than matters.
    pub(super) async fn drafts_left(&self, partner: &Partner) -> Result<u32, StoreError> {
        let quota = partner.open_draft_quota;
        let query = self.query_partner(&partner.id, PartOfPartner::Drafts, None);
        let query = query.select(Select::Count);
        let query = query.limit(i32::try_from(quota).unwrap_or(i32::MAX).max(1));
        let answer = query.send().await?;
        let counted = u32::try_from(answer.count).unwrap_or(0);
        let has_more = answer.last_evaluated_key.is_some();
        Ok(if has_more { 0 } else { quota.saturating_sub(counted) })
    }
}

pub(super) fn seconds_to_next_day(partner: &Partner, at: Instant) -> Option<u32> {
    let tomorrow = days_after(at, 0, &Zone::Known(partner.time_zone));
    u32::try_from((tomorrow - at).num_seconds()).ok()
}
