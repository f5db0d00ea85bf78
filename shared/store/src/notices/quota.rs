//! How many notices a program sends to a tenant in a month. What `validate` makes due is counted under a condition, in
//! which one partner has a part; every other notice is sent in any case, and counted.

use chrono::{Datelike, Months};
use domain::claim::{Claim, Instant};
use domain::ids::PartnerId;
use domain::program::Policy;

use crate::table::attributes::{Attributes, item_key};
use crate::table::config::Store;
use crate::table::counter::Counter;
use crate::table::error::StoreError;
use crate::table::keys;

impl Store {
    /// Counts the notice that a `validate` at `at` makes due. `Some`, with nothing counted: the notices of the month
    /// are used up, those of the tenant or those of the partner; with the seconds to the next month.
    pub(crate) async fn count_validated_notice(
        &self,
        claim: &Claim,
        policy: &Policy,
        at: Instant,
    ) -> Result<Option<Option<u32>>, StoreError> {
        let most = Some(policy.monthly_notice_quota);
        let most_of_partner = Some(policy.monthly_notices_of_partner());
        let is_counted = self.count_notice(claim, most, most_of_partner, at).await?;
        Ok((!is_counted).then(|| seconds_to_next_month(at)))
    }

    /// Counts a notice that is sent whatever the quota: of a corrected contact, a resumed claim, or by the system.
    ///
    /// # Errors
    /// Where the table does not answer.
    pub async fn count_further_notice(&self, claim: &Claim, at: Instant) -> Result<(), StoreError> {
        self.count_notice(claim, None, None, at).await.map(|_| ())
    }

    async fn count_notice(
        &self,
        claim: &Claim,
        most: Option<u32>,
        most_of_partner: Option<u32>,
        at: Instant,
    ) -> Result<bool, StoreError> {
        let of_partner = counter_attribute(&claim.subject.partner);
        let counters = [
            Counter { name: "n".to_owned(), step: 1, most },
            Counter { name: of_partner, step: 1, most: most_of_partner },
        ];
        self.count_up(month_key(claim, at), &counters).await
    }
}

fn month_key(claim: &Claim, at: Instant) -> Attributes {
    let subject = &claim.subject;
    let sort = keys::notices_of_month_sk(&subject.program, at);
    item_key(keys::tenant_quotas_pk(&subject.tenant), sort)
}

/// The attribute in which a partner's notices are counted.
fn counter_attribute(partner: &PartnerId) -> String {
    format!("p#{partner}")
}

fn seconds_to_next_month(at: Instant) -> Option<u32> {
    let first = at.date_naive().with_day(1)?.checked_add_months(Months::new(1))?;
    let next = first.and_hms_opt(0, 0, 0)?.and_utc();
    u32::try_from((next - at).num_seconds()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(at: &str) -> Option<u32> {
        seconds_to_next_month(at.parse().unwrap())
    }

    #[test]
    fn the_next_month_begins_at_midnight_utc_of_its_first_day() {
        assert_eq!(wait("2026-12-31T23:59:00Z"), Some(60));
        assert_eq!(wait("2027-02-28T00:00:00Z"), Some(86_400));
        assert_eq!(wait("2027-01-31T12:00:00Z"), Some(43_200));
    }
}
