//! The customer's ledger: who claims something at its tenant, and who has looked at it.

use domain::claim::{Claim, Status};
use domain::ids::{ClaimId, TenantId};

use crate::claims::checks::{Check, check_sort};
use crate::table::clock::RequestTime;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, details_key, record_key};
use crate::table::index::Cursor;
use crate::usage::readings::{Readings, readings_key};

/// What marks, in a cursor, that the claims are over and the checks have begun.
const CHECKS: Status = Status::Draft;

/// A page of a customer's ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerPage {
    /// Claims that the customer knows of, each partner's side by side, with the readings of their associations.
    pub claims: Vec<(Claim, Readings)>,
    /// Who has looked at the tenant without a claim, by partner; they come behind the claims.
    pub checks: Vec<Check>,
    /// Where the next page begins.
    pub next: Option<Cursor>,
}

impl Store {
    /// A page of a customer's ledger: the claims at the tenant, then the checks of it.
    pub async fn list_ledger(
        &self,
        tenant: &TenantId,
        from: Option<&Cursor>,
        limit: u16,
        moment: RequestTime,
    ) -> Result<LedgerPage, StoreError> {
        let is_behind = from.is_some_and(|from| from.part == Some(CHECKS));
        let first_claim = from.filter(|_| !is_behind);
        let first_check = from.filter(|from| is_behind && !from.sort.is_empty());
        let claims = async {
            if is_behind {
                return Ok((Vec::new(), None));
            }
            self.ids_by_partner(None, tenant, first_claim, limit).await
        };
        let checks = self.checks_of_tenant(tenant, first_check, limit);
        let ((ids, next_claim), mut checks) = tokio::try_join!(claims, checks)?;
        let claims = self.claims_with_readings(&ids, moment).await?;
        if next_claim.is_some() {
            return Ok(LedgerPage { claims, checks: Vec::new(), next: next_claim });
        }
        let room = usize::from(limit).saturating_sub(ids.len());
        if checks.items.len() > room {
            checks.items.truncate(room);
            let last = checks.items.last().map(check_sort).unwrap_or_default();
            checks.next = Some(Cursor { part: None, sort: last });
        }
        let next = checks.next.map(|cursor| Cursor { part: Some(CHECKS), ..cursor });
        Ok(LedgerPage { claims, checks: checks.items, next })
    }

    async fn claims_with_readings(
        &self,
        ids: &[ClaimId],
        moment: RequestTime,
    ) -> Result<Vec<(Claim, Readings)>, StoreError> {
        let mut fetched = FetchedItems::default();
        let parts = |id: &ClaimId| [record_key(id), details_key(id), readings_key(id)];
        let clock = self.fetch_items(&mut fetched, ids.iter().flat_map(parts).collect()).await?;
        let Some(clock) = clock else { return Ok(Vec::new()) };
        let page = self.claims_in(ids, &fetched).await?;
        let claims = Box::pin(self.close_due_claims(page, clock, moment)).await?;
        let known = claims.into_iter().filter(Claim::is_known_to_customer);
        let items = known.map(|claim| {
            let readings = fetched.readings(&claim)?;
            Ok((claim, readings))
        });
        items.collect()
    }
}
