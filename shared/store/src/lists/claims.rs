//! Lists: an index names the claims, each is then read strongly, and what is due on the page is
//! closed before it is answered.

use std::collections::HashMap;

use domain::claim::{Claim, Status};
use domain::ids::{ClaimId, PartnerId, TenantId};

use crate::claims::checks::{Check, check_sort};
use crate::claims::load::Stored;
use crate::table::attributes::whole_millis;
use crate::table::clock::Moment;
use crate::table::clock_check::ClockSample;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, details_key, record_key};
use crate::table::index::{Cursor, Ids, ListPage, PartOfPartner};
use crate::usage::readings::{Readings, readings_key};

/// The part of a list that comes behind the claims that were submitted: a partner's drafts, a customer's ledger's
/// checks.
const BEHIND: Status = Status::Draft;

/// A page of a customer's ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerPage {
    /// Claims, each partner's side by side, with the readings of their associations.
    pub claims: Vec<(Claim, Readings)>,
    /// Who has looked at the tenant without a claim, by partner; they come behind the claims.
    pub checks: Vec<Check>,
    /// Where the next page begins.
    pub next: Option<Cursor>,
}

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

impl Scope {
    /// Drafts stand in their partner's index alone, at whatever tenant.
    fn takes(&self, claim: &Claim) -> bool {
        match self {
            Self::PartnerAtTenant { tenant, .. } => claim.subject.tenant == *tenant,
            Self::Partner(_) | Self::Tenant(_) => true,
        }
    }
}

/// Which claims of a scope are listed. At a tenant there are those alone that were submitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// All of them.
    All,
    /// Those that were submitted.
    Submitted,
    /// Those of a status.
    Of(Status),
}

impl Listed {
    fn takes(self, claim: &Claim) -> bool {
        match self {
            Self::All | Self::Submitted => true,
            Self::Of(status) => claim.status() == status,
        }
    }

    /// The parts of a partner's claims in which they stand: whether among those that were submitted, and which of the
    /// others.
    fn parts(self) -> (bool, Option<PartOfPartner>) {
        match self {
            Self::All => (true, Some(PartOfPartner::Unsubmitted)),
            Self::Of(Status::Draft) => (false, Some(PartOfPartner::Drafts)),
            Self::Of(Status::Discarded) => (false, Some(PartOfPartner::Discarded)),
            Self::Submitted | Self::Of(_) => (true, None),
        }
    }
}

impl Store {
    /// Claims of a scope, newest first. Of a partner's, what was submitted comes before what was not.
    pub async fn claims(
        &self,
        scope: &Scope,
        listed: Listed,
        from: Option<&Cursor>,
        limit: u16,
        moment: Moment,
    ) -> Result<ListPage<Claim>, StoreError> {
        let (ids, next) = self.ids(scope, listed, from, limit).await?;
        let mut items = self.load_all_up_to_date(&ids, moment).await?;
        items.retain(|claim| listed.takes(claim) && scope.takes(claim));
        Ok(ListPage { items, next })
    }

    /// A page of a customer's ledger: the claims at the tenant, then the checks of it.
    pub async fn ledger(
        &self,
        tenant: &TenantId,
        from: Option<&Cursor>,
        limit: u16,
        moment: Moment,
    ) -> Result<LedgerPage, StoreError> {
        let is_behind = from.is_some_and(|from| from.part == Some(BEHIND));
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
        let next = checks.next.map(|cursor| Cursor { part: Some(BEHIND), ..cursor });
        Ok(LedgerPage { claims, checks: checks.items, next })
    }

    async fn claims_with_readings(
        &self,
        ids: &[ClaimId],
        moment: Moment,
    ) -> Result<Vec<(Claim, Readings)>, StoreError> {
        let mut fetched = FetchedItems::default();
        let parts = |id: &ClaimId| [record_key(id), details_key(id), readings_key(id)];
        let clock = self.fetch(&mut fetched, ids.iter().flat_map(parts).collect()).await?;
        let Some(clock) = clock else { return Ok(Vec::new()) };
        let page = self.claims_in(ids, &fetched).await?;
        let claims = Box::pin(self.bring_up_to_date(page, clock, moment)).await?;
        let items = claims.into_iter().map(|claim| {
            let readings = fetched.readings(&claim)?;
            Ok((claim, readings))
        });
        items.collect()
    }

    async fn ids(
        &self,
        scope: &Scope,
        listed: Listed,
        from: Option<&Cursor>,
        limit: u16,
    ) -> Result<Ids, StoreError> {
        let (partner, tenant) = match scope {
            Scope::Tenant(tenant) => return self.newest_at_tenant(tenant, from, limit).await,
            Scope::Partner(partner) => (partner, None),
            Scope::PartnerAtTenant { partner, tenant } => (partner, Some(tenant)),
        };
        let (with_submitted, others) = listed.parts();
        let is_behind = from.is_some_and(|from| from.part == Some(BEHIND));
        let (mut ids, next) = match tenant {
            _ if is_behind || !with_submitted => (Vec::new(), None),
            Some(tenant) => self.ids_by_partner(Some(partner), tenant, from, limit).await?,
            None => {
                let part = PartOfPartner::Submitted;
                self.newest_of_partner(partner, part, from, limit.into()).await?
            }
        };
        let Some(others) = others.filter(|_| next.is_none()) else { return Ok((ids, next)) };
        let room = i32::from(limit) - i32::try_from(ids.len()).unwrap_or(i32::MAX);
        if room <= 0 {
            return Ok((ids, Some(Cursor { part: Some(BEHIND), sort: String::new() })));
        }
        let from = from.filter(|_| is_behind);
        let (more, next) = self.newest_of_partner(partner, others, from, room).await?;
        ids.extend(more);
        Ok((ids, next.map(|cursor| Cursor { part: Some(BEHIND), ..cursor })))
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
