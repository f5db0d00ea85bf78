//! Lists: an index names the claims, each is then read strongly, and what is due on the page is
//! closed before it is answered.

use std::collections::HashMap;

use domain::claim::{Claim, Status};
use domain::ids::{ClaimId, PartnerId, TenantId};

use crate::claims::load::Stored;
use crate::table::attributes::whole_millis;
use crate::table::clock::Moment;
use crate::table::clock_check::ClockSample;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, details_key, record_key};
use crate::table::index::{Cursor, Ids, ListPage};
use crate::usage::readings::{Readings, readings_key};

/// Whose claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// A partner's.
    Partner(PartnerId),
    /// Those at a tenant.
    Tenant(TenantId),
    /// A partner's at a tenant.
    PartnerAtTenant {
        /// The partner.
        partner: PartnerId,
        /// The tenant.
        tenant: TenantId,
    },
}

impl Store {
    /// Claims of a scope, newest first, of one status or of all.
    pub async fn claims(
        &self,
        scope: &Scope,
        status: Option<Status>,
        from: Option<&Cursor>,
        limit: u16,
        moment: Moment,
    ) -> Result<ListPage<Claim>, StoreError> {
        let (ids, next) = self.ids(scope, from, limit).await?;
        let mut items = self.load_all_up_to_date(&ids, moment).await?;
        items.retain(|claim| status.is_none_or(|status| claim.status() == status));
        Ok(ListPage { items, next })
    }

    /// Claims at a tenant, each partner's side by side, with the readings of their associations.
    pub async fn claims_with_readings(
        &self,
        tenant: &TenantId,
        from: Option<&Cursor>,
        limit: u16,
        moment: Moment,
    ) -> Result<ListPage<(Claim, Readings)>, StoreError> {
        let (ids, next) = self.ids_by_partner(None, tenant, from, limit).await?;
        let mut fetched = FetchedItems::default();
        let parts = |id: &ClaimId| [record_key(id), details_key(id), readings_key(id)];
        let clock = self.fetch(&mut fetched, ids.iter().flat_map(parts).collect()).await?;
        let Some(clock) = clock else { return Ok(ListPage { items: Vec::new(), next }) };
        let page = self.claims_in(&ids, &fetched).await?;
        let claims = Box::pin(self.bring_up_to_date(page, clock, moment)).await?;
        let items = claims.into_iter().map(|claim| {
            let readings = fetched.readings(&claim)?;
            Ok((claim, readings))
        });
        Ok(ListPage { items: items.collect::<Result<_, StoreError>>()?, next })
    }

    async fn ids(
        &self,
        scope: &Scope,
        from: Option<&Cursor>,
        limit: u16,
    ) -> Result<Ids, StoreError> {
        match scope {
            Scope::Partner(partner) => self.newest_of_partner(partner, from, limit.into()).await,
            Scope::Tenant(tenant) => self.newest_at_tenant(tenant, from, limit).await,
            Scope::PartnerAtTenant { partner, tenant } => {
                self.ids_by_partner(Some(partner), tenant, from, limit).await
            }
        }
    }

    /// The claims of these ids, none of them due: those that were are closed first, in one batch.
    pub(crate) async fn load_all_up_to_date(
        &self,
        ids: &[ClaimId],
        moment: Moment,
    ) -> Result<Vec<Claim>, StoreError> {
        match self.load_claims(ids).await? {
            Some((page, clock)) => self.bring_up_to_date(page, clock, moment).await,
            None => Ok(Vec::new()),
        }
    }

    /// The claims of a page that were read with `clock`; those that are due are closed first, in one batch.
    async fn bring_up_to_date(
        &self,
        mut page: Vec<Stored>,
        clock: ClockSample,
        moment: Moment,
    ) -> Result<Vec<Claim>, StoreError> {
        let mut due = Vec::new();
        for stored in &page {
            if let Some(now) = self.time_if_due(stored.claim(), clock, moment.offset).await? {
                due.push((stored.record.clone(), whole_millis(now)));
            }
        }
        if !due.is_empty() {
            let closed = Box::pin(self.close_due_page(due, moment)).await?;
            replace(&mut page, closed);
        }
        Ok(page.into_iter().map(|stored| stored.record.claim).collect())
    }
}

/// Puts the claims as they are now in the place of those that were due.
fn replace(page: &mut [Stored], now: Vec<Stored>) {
    let mut now: HashMap<_, _> =
        now.into_iter().map(|stored| (stored.claim().id.clone(), stored)).collect();
    for stored in page {
        if let Some(new) = now.remove(&stored.claim().id) {
            *stored = new;
        }
    }
}
