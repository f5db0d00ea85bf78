//! Checks: which tenants a partner has looked at, of those at which it claims nothing. A check of a claim tells what a
//! customer has, so it is counted for the partner and noted for the customer.

use chrono::{Duration, NaiveDate};
use domain::claim::Instant;
use domain::command::ClaimInput;
use domain::context::Context;
use domain::directory::Partner;
use domain::ids::{ClaimId, PartnerId, TenantId};
use domain::rejection::Rejection;
use domain::text::Name;

use super::claimed_items::held_items;
use super::quota::seconds_to_next_day;
use crate::table::attributes::{
    Attributes, Reader, instant_value, item_key, number_value, text_value,
};
use crate::table::config::Store;
use crate::table::counter::Counter;
use crate::table::error::StoreError;
use crate::table::index::{Cursor, ListPage};
use crate::table::keys;
use crate::table::transaction::{Condition, WriteOutcome};

/// The attribute in which a day's checks are counted.
const COUNT: &str = "n";
/// How much of the day's quota a tenant takes that is named by a wrong pair of id and domain: guessing costs more than
/// looking.
const WRONG_PAIR: u32 = 5;
/// How long a check is kept for the customer; the time to live runs on the real clock.
const KEPT: Duration = Duration::days(400);

/// Whether a refused submit tells something of its tenant: what is wrong with its fields, or that nothing is.
pub(super) fn tells_of_tenant<T>(decided: &Result<T, Rejection>) -> bool {
    matches!(
        decided,
        Err(Rejection::Fields(_)
            | Rejection::DuplicateClaim { .. }
            | Rejection::BlockedByCustomer { .. }
            | Rejection::QuotaExceeded { .. })
    )
}

/// A partner has checked what can be claimed at a tenant, on a day on which it claimed nothing there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The partner that has looked.
    pub partner: PartnerId,
    /// The name that it had then.
    pub name: Name,
    /// The partner's local day.
    pub date: NaiveDate,
    /// When it was first on that day.
    pub at: Instant,
}

impl Store {
    /// Counts that the partner looks at the tenant which the input names by id and domain, unless it claims or has
    /// something there, or has looked on the same day. `context` knows the tenant where the pair is right and the
    /// partner may claim.
    ///
    /// # Errors
    /// [`Rejection::QuotaExceeded`] where the day's checks are used up; nothing is told of the tenant then.
    pub(super) async fn count_check(
        &self,
        input: &ClaimInput,
        context: &Context,
    ) -> Result<(), StoreError> {
        let (Some(partner), Some(_), Some(_)) =
            (&context.facts.partner, &input.tenant, &input.tenant_domain)
        else {
            return Ok(());
        };
        let at = context.at;
        let is_counted = match &context.facts.tenant {
            Some(tenant) => Box::pin(self.count_known_tenant(partner, &tenant.id, at)).await?,
            None => self.count_of_day(partner, WRONG_PAIR, at).await?,
        };
        let retry_after_s = seconds_to_next_day(partner, at);
        let refusal = StoreError::Rejected(Rejection::QuotaExceeded { retry_after_s });
        if is_counted { Ok(()) } else { Err(refusal) }
    }

    /// Counts before it notes: a crash between the two counts twice and tells the customer late, never too little.
    async fn count_known_tenant(
        &self,
        partner: &Partner,
        tenant: &TenantId,
        at: Instant,
    ) -> Result<bool, StoreError> {
        let day = partner.time_zone.local_date(at);
        let mark = item_key(keys::tenant_quotas_pk(tenant), keys::check_sk(&partner.id, day));
        let (noted, own) = tokio::try_join!(
            self.get_item(mark.clone()),
            self.claims_at_tenant(Some(&partner.id), tenant),
        )?;
        let own = own.all_ids()?;
        if noted.is_some() || self.has_live_items(&own).await? {
            return Ok(true);
        }
        if !self.count_of_day(partner, 1, at).await? {
            return Ok(false);
        }
        let mut item = mark;
        item.insert("at".to_owned(), instant_value(at));
        item.insert("name".to_owned(), text_value(partner.name.as_str()));
        item.insert("expires".to_owned(), number_value((self.system_time() + KEPT).timestamp()));
        // Another request of the same day may have noted it meanwhile.
        let (WriteOutcome::Done | WriteOutcome::Conflict) =
            self.put_item_if(item, Condition::absent()).await?;
        Ok(true)
    }

    /// Whether one of a partner's claims names an item that is undecided or active.
    async fn has_live_items(&self, own: &[ClaimId]) -> Result<bool, StoreError> {
        if own.is_empty() {
            return Ok(false);
        }
        let records = self.load_claim_records(own).await?;
        Ok(records.iter().any(|record| held_items(&record.claim).next().is_some()))
    }

    async fn count_of_day(
        &self,
        partner: &Partner,
        step: u32,
        at: Instant,
    ) -> Result<bool, StoreError> {
        let most = Some(partner.daily_check_quota);
        let counter = Counter { name: COUNT.to_owned(), step, most };
        self.count_up(day_key(partner, at), &[counter]).await
    }

    /// How many tenants the partner may still check today.
    pub(super) async fn checks_left_of_day(
        &self,
        partner: &Partner,
        at: Instant,
    ) -> Result<u32, StoreError> {
        let used = self.read_counter(day_key(partner, at), COUNT).await?;
        Ok(partner.daily_check_quota.saturating_sub(used))
    }

    /// Who has checked a tenant without a claim there, by partner, each the newest first.
    ///
    /// # Errors
    /// Where the table does not answer.
    pub async fn checks_of_tenant(
        &self,
        tenant: &TenantId,
        from: Option<&Cursor>,
        limit: u16,
    ) -> Result<ListPage<Check>, StoreError> {
        let partition = keys::tenant_quotas_pk(tenant);
        let start = from.map(|from| item_key(partition.clone(), from.sort.clone()));
        let query = self
            .client
            .query()
            .table_name(self.table_name())
            .consistent_read(true)
            .key_condition_expression("pk = :p AND begins_with(sk, :s)")
            .expression_attribute_values(":p", text_value(partition))
            .expression_attribute_values(":s", text_value(keys::CHECKS))
            .scan_index_forward(false)
            .limit(limit.into())
            .set_exclusive_start_key(start);
        let answer = query.send().await?;
        let found = answer.items.unwrap_or_default();
        let items = found.iter().map(|item| {
            let item = Reader::new("check", item);
            let (partner, date) =
                item.read_parsed("sk", |sort| keys::parse_check_sk(sort).ok_or(()))?;
            let name = item.read_parsed("name", Name::parse)?;
            Ok(Check { partner, name, date, at: item.read_instant("at")? })
        });
        let items = items.collect::<Result<_, StoreError>>()?;
        let next = match &answer.last_evaluated_key {
            Some(last) => {
                let sort = Reader::new("check", last).read_text("sk")?.to_owned();
                Some(Cursor { part: None, sort })
            }
            None => None,
        };
        Ok(ListPage { items, next })
    }
}

/// Where a check stands among those of its tenant.
pub(crate) fn check_sort(check: &Check) -> String {
    keys::check_sk(&check.partner, check.date)
}

fn day_key(partner: &Partner, at: Instant) -> Attributes {
    item_key(keys::quotas_pk(&partner.id), keys::checks_of_day_sk(partner.time_zone.local_date(at)))
}
