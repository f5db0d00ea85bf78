//! What operator staff see beside a claim: who else holds, waits for or claims its items, and what became
//! of its notice (`docs/api.md §2`).

use domain::claim::{Claim, Instant};
use domain::context::Rival;
use domain::directory::Tenant;
use domain::event::Event;
use domain::ids::{ClaimId, ItemNo, StaffId};
use domain::recipient::Recipients;

use super::assignee::assignee_key;
use crate::directory::tenants::tenant_keys;
use crate::exclusivity::lock::lock_keys;
use crate::exclusivity::rivals::rivals_on;
use crate::notices::recipients::recipients_keys;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, ItemKey, record_key};
use crate::table::index::ClaimsAtTenant;

/// How many claims at a tenant are looked at for rivals that no lock names: drafts, too, stand among them.
const MOST: usize = 500;
/// How many of them are of one partner.
const MOST_OF_EACH: usize = 100;

/// What the answer to a command tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommandAnswer {
    /// The claim and nothing beside it.
    Claim,
    /// The claim with its recipients, as its customer sees it: read along.
    ClaimWithRecipients,
    /// The claim with its competition, as operator staff see it: read along where that costs no time.
    ClaimWithCompetition,
}

/// What staff see beside a claim.
#[derive(Debug, Clone, Default)]
pub struct Competition {
    /// Everybody else who holds, waits for or claims an item, by item and claim. Whoever merely claims it is
    /// looked for among the 500 newest claims at the tenant, 100 of each partner.
    pub rivals: Vec<Rival>,
    /// The recipients of the last notice, and what became of its mails; `None` where no recipients are kept.
    pub recipients: Option<Recipients>,
    /// The tenant as it is now: whom a notice would ask, and since when their addresses are verified.
    pub tenant: Option<Tenant>,
    /// Who of the staff works on the claim.
    pub assigned_to: Option<StaffId>,
}

impl Competition {
    /// The same after an event that was written since the recipients were read.
    pub(crate) fn after_event(self, event: &Event) -> Self {
        Self { recipients: recipients_after(self.recipients, event), ..self }
    }
}

/// The recipients after an event that was written since they were read.
pub(crate) fn recipients_after(known: Option<Recipients>, event: &Event) -> Option<Recipients> {
    let Some(list) = event.recipients.as_deref().cloned() else { return known };
    let same = known.filter(|known| known.list.notice == list.notice);
    let reports = same.map(|known| known.reports).unwrap_or_default();
    Some(Recipients { list, reports })
}

impl Store {
    /// The competition of a claim at `at`: locks, recipients and tenant beside the tenant's index, then the
    /// records that locks and index name.
    pub async fn load_competition(
        &self,
        claim: &Claim,
        at: Instant,
    ) -> Result<Competition, StoreError> {
        let mut fetched = FetchedItems::default();
        let (_, at_tenant) = tokio::try_join!(
            self.fetch_items(&mut fetched, competition_keys(claim)),
            self.claims_at_tenant(None, &claim.subject.tenant),
        )?;
        let newest = newest_claims(&at_tenant)?;
        let then = rival_keys(claim, &newest, &fetched)?;
        self.fetch_items(&mut fetched, then).await?;
        self.competition_in(claim, &newest, &fetched, at).await
    }

    /// The competition of a claim at `at`, everything fetched that [`competition_keys`] and [`rival_keys`]
    /// name. An active holder's calendar is read besides.
    pub(crate) async fn competition_in(
        &self,
        claim: &Claim,
        newest: &[ClaimId],
        fetched: &FetchedItems,
        at: Instant,
    ) -> Result<Competition, StoreError> {
        let locks = fetched.locks(claim, &kept_numbers(claim))?;
        let mut rivals = self.find_rivals(claim, &locks, at).await?;
        let others = newest
            .iter()
            .filter(|id| **id != claim.id && rivals.iter().all(|rival| rival.claim != **id));
        let others = others.cloned().collect::<Vec<_>>();
        for record in fetched.records(&others)? {
            rivals.extend(rivals_on(claim, &record.claim));
        }
        rivals.sort_by(|one, other| (one.item, &one.claim).cmp(&(other.item, &other.claim)));
        // Of a notice that the command itself has made due nothing was read.
        let known = recipients_keys(claim).iter().all(|key| fetched.has_key(key));
        let recipients = if known { fetched.recipients(claim)? } else { None };
        let tenant = fetched.tenant(&claim.subject.tenant)?;
        let assigned_to = fetched.assignee(&claim.id)?;
        Ok(Competition { rivals, recipients, tenant, assigned_to })
    }
}

/// What is fetched first: the locks of the items, the recipients of the last notice, the tenant, and who works on it.
pub(crate) fn competition_keys(claim: &Claim) -> Vec<ItemKey> {
    let mut keys = lock_keys(claim, &kept_numbers(claim));
    keys.extend(recipients_keys(claim));
    keys.extend(tenant_keys(&claim.subject.tenant));
    keys.push(assignee_key(&claim.id));
    keys
}

/// What is fetched then: the records of the claims that a lock names, and of the newest at the tenant.
pub(crate) fn rival_keys(
    claim: &Claim,
    newest: &[ClaimId],
    fetched: &FetchedItems,
) -> Result<Vec<ItemKey>, StoreError> {
    let named = fetched.claims_in_locks(claim, &kept_numbers(claim))?;
    let others = newest.iter().filter(|id| **id != claim.id);
    Ok(named.iter().chain(others).map(record_key).collect())
}

/// The claims at the tenant among which rivals are looked for.
pub(crate) fn newest_claims(at_tenant: &ClaimsAtTenant) -> Result<Vec<ClaimId>, StoreError> {
    at_tenant.newest_of_each(MOST, MOST_OF_EACH)
}

fn kept_numbers(claim: &Claim) -> Vec<ItemNo> {
    claim.kept_items().map(|item| item.no).collect()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use domain::actor::Actor;
    use domain::event::EventBody;
    use domain::ids::{NoticeNo, Version};
    use domain::recipient::{RecipientList, RecipientNo, Reports};

    use super::*;

    fn list(notice: u16, told_until: Option<i64>) -> RecipientList {
        let told_until = told_until.and_then(DateTime::from_timestamp_millis);
        let (notice, acted) = (NoticeNo(notice), std::collections::BTreeSet::new());
        RecipientList { notice, told_until, resent_at: None, recipients: Vec::new(), acted }
    }

    fn sent() -> Reports {
        let mut reports = Reports::default();
        reports.report_mut(RecipientNo(1)).sent = true;
        reports
    }

    fn after(written: Option<RecipientList>) -> Option<Recipients> {
        let recipients = Some(Recipients { list: list(1, None), reports: sent() });
        let at = DateTime::from_timestamp_millis(0).unwrap();
        let event = Event::new(Version(2), at, &Actor::System, EventBody::ConsentChanged);
        let event = Event { recipients: written.map(Box::new), ..event };
        Competition { recipients, ..Competition::default() }.after_event(&event).recipients
    }

    #[test]
    fn an_answer_tells_the_list_that_its_command_wrote_and_reports_of_the_same_notice_alone() {
        let known = |list, reports| Some(Recipients { list, reports });
        assert_eq!(after(None), known(list(1, None), sent()));
        assert_eq!(after(Some(list(1, Some(5)))), known(list(1, Some(5)), sent()));
        assert_eq!(after(Some(list(2, None))), known(list(2, None), Reports::default()));
    }
}
