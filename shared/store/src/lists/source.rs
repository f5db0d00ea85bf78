//! Where a list takes its claims from: an index, read in the list's order.

use chrono::{Days, NaiveDate};
use domain::claim::{Claim, Instant, Status};
use domain::ids::{PartnerId, StaffId, TenantId};
use domain::queue::Queue;
use domain::text::Name;
use domain::turn::Who;
use futures_util::future::try_join_all;

use super::queue;
use crate::table::codec::claim_item::is_submitted;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::index::{ClaimsAtTenant, Cursor, PartOfPartner, Places};
use crate::table::schema;

/// The part of a partner's list that comes behind the claims that were submitted.
const BEHIND: Status = Status::Draft;

/// The most days that are looked at side by side.
const DAYS_AT_ONCE: u32 = 16;

/// No claim is older: where a list by days ends.
const FIRST_DAY: Option<NaiveDate> = NaiveDate::from_ymd_opt(2026, 1, 1);

/// Whose claims are listed, at which tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Everybody's, by the day of their submission.
    Everybody,
    /// Those of one partner.
    Partner(PartnerId),
    /// Those at a tenant.
    Tenant(TenantId),
    /// A partner's at a tenant.
    PartnerAtTenant {
        /// The partner that claims.
        partner: PartnerId,
        /// The tenant that it claims at.
        tenant: TenantId,
    },
}

impl Scope {
    /// That of the partner and the tenant that are named, if they are.
    pub fn of(partner: Option<PartnerId>, tenant: Option<TenantId>) -> Self {
        match (partner, tenant) {
            (Some(partner), Some(tenant)) => Self::PartnerAtTenant { partner, tenant },
            (Some(partner), None) => Self::Partner(partner),
            (None, Some(tenant)) => Self::Tenant(tenant),
            (None, None) => Self::Everybody,
        }
    }
}

/// The parts of a partner's claims that are listed. Everywhere else there are those alone that were submitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimParts {
    /// Those that were submitted.
    submitted: bool,
    drafts: bool,
    discarded: bool,
}

impl ClaimParts {
    /// Every part of a partner's claims.
    pub const ALL: Self = Self { submitted: true, drafts: true, discarded: true };
    /// Those that were submitted.
    pub const SUBMITTED: Self = Self { submitted: true, drafts: false, discarded: false };

    /// Those in which claims of these statuses stand.
    pub fn of(statuses: impl IntoIterator<Item = Status>) -> Self {
        let mut listed = Self { submitted: false, drafts: false, discarded: false };
        for status in statuses {
            listed.submitted |= is_submitted(status);
            listed.drafts |= status == Status::Draft;
            listed.discarded |= status == Status::Discarded;
        }
        listed
    }

    /// Whether those that were submitted are among them.
    pub fn has_submitted(self) -> bool {
        self.submitted
    }

    /// The part behind those that were submitted.
    fn unsubmitted_part(self) -> Option<PartOfPartner> {
        match (self.drafts, self.discarded) {
            (true, true) => Some(PartOfPartner::Unsubmitted),
            (true, false) => Some(PartOfPartner::Drafts),
            (false, true) => Some(PartOfPartner::Discarded),
            (false, false) => None,
        }
    }
}

/// Who works on the claims that are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssignedTo<'a> {
    /// Whoever does, or nobody.
    Anyone,
    /// Only claims on which nobody works.
    Nobody,
    /// This member of the staff.
    Staff(&'a StaffId),
}

impl AssignedTo<'_> {
    fn takes_worker(self, worker: Option<&StaffId>) -> bool {
        match self {
            Self::Anyone => true,
            Self::Nobody => worker.is_none(),
            Self::Staff(asked) => worker == Some(asked),
        }
    }
}

/// What a list is made of, and in which order.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// The claims of a scope, newest first; of a partner's, what was submitted before what was not.
    Newest(&'a Scope, ClaimParts),
    /// What waits for a partner, by the end of its turn.
    Turns {
        /// The partner whose turn it is.
        partner: &'a PartnerId,
        /// Only turns that end before.
        before: Option<Instant>,
    },
    /// What waits for the operator, longest first.
    Waiting {
        /// In which queue; `None`: in any.
        queue: Option<Queue>,
        /// On which such a member of the staff works.
        assigned_to: AssignedTo<'a>,
    },
    /// A partner's claims with a reference, in the order of their ids.
    Reference {
        /// The partner whose reference it is.
        partner: &'a PartnerId,
        /// The reference that the partner gave its claims.
        reference: &'a Name,
    },
}

impl Source<'_> {
    /// Whether a claim that the index names stands in the list at `now`: the index is some moments late, and has drafts
    /// by their partner alone, at whatever tenant.
    pub(super) fn takes_claim(
        &self,
        claim: &Claim,
        worker: Option<&StaffId>,
        now: Instant,
    ) -> bool {
        match self {
            Self::Waiting { queue, assigned_to } => {
                let waits = match queue {
                    Some(queue) => queue.takes_claim(claim, now),
                    None => claim.status().table_row().queue.is_some(),
                };
                waits && assigned_to.takes_worker(worker)
            }
            Self::Newest(Scope::PartnerAtTenant { tenant, .. }, _) => {
                claim.subject.tenant == *tenant
            }
            Self::Newest(Scope::Everybody, _) => is_submitted(claim.status()),
            Self::Newest(Scope::Partner(_) | Scope::Tenant(_), _) => true,
            Self::Turns { before, .. } => {
                let ends_before =
                    |before| claim.state.runs_until().is_some_and(|until| until < before);
                let is_before = before.is_none_or(ends_before);
                claim.state.whose_turn() == Who::Partner && !claim.is_final(now) && is_before
            }
            Self::Reference { reference, .. } => {
                claim.details.external_ref.as_ref() == Some(*reference)
            }
        }
    }
}

/// Reads the index behind a list, piece by piece.
pub(super) struct SourceReader<'a> {
    source: Source<'a>,
    now: Instant,
    /// The index of the tenant, once it was read: it is read whole.
    at_tenant: Option<ClaimsAtTenant>,
    /// How many days the next piece of a list by days has.
    days: u32,
}

impl<'a> SourceReader<'a> {
    pub(super) fn new(source: Source<'a>, now: Instant) -> Self {
        Self { source, now, at_tenant: None, days: 1 }
    }

    /// The next piece behind `from`, at most so many entries.
    pub(super) async fn read_piece(
        &mut self,
        store: &Store,
        from: Option<&Cursor>,
        limit: u16,
    ) -> Result<Places, StoreError> {
        match self.source {
            Source::Newest(Scope::Everybody, _) => self.read_days(store, from, limit).await,
            Source::Newest(Scope::Tenant(tenant), _) => {
                if self.at_tenant.is_none() {
                    self.at_tenant = Some(store.claims_at_tenant(None, tenant).await?);
                }
                self.at_tenant
                    .as_ref()
                    .map_or(Ok((Vec::new(), None)), |all| all.newest_page(from, limit))
            }
            Source::Newest(Scope::Partner(partner), listed) => {
                store.partners_claims(partner, None, listed, from, limit).await
            }
            Source::Newest(Scope::PartnerAtTenant { partner, tenant }, listed) => {
                store.partners_claims(partner, Some(tenant), listed, from, limit).await
            }
            Source::Turns { before, .. } if before.is_some_and(|before| before <= self.now) => {
                Ok((Vec::new(), None))
            }
            Source::Turns { partner, before } => {
                let query = store.query_turns(partner, (self.now, before), from);
                store.query_places(query, schema::TURN, None, limit.into()).await
            }
            Source::Waiting { queue, .. } => {
                store.read_queues(&queue::queue_statuses(queue), from, limit).await
            }
            Source::Reference { partner, reference } => {
                let query = store.query_reference(partner, reference, from);
                store.query_places(query, schema::REFERENCE, None, limit.into()).await
            }
        }
    }

    /// Some days side by side, more of them the more of them were read before: where little is submitted, most are empty.
    async fn read_days(
        &mut self,
        store: &Store,
        from: Option<&Cursor>,
        limit: u16,
    ) -> Result<Places, StoreError> {
        let newest = match from {
            Some(from) => day_of(&from.sort)?,
            None => self.now.date_naive(),
        };
        let first = FIRST_DAY.unwrap_or(newest);
        let back = |days| newest.checked_sub_days(Days::new(days)).filter(|day| *day >= first);
        let days: Vec<_> = (0..u64::from(self.days)).map_while(back).collect();
        let rest = back(self.days.into());
        self.days = (self.days * 2).min(DAYS_AT_ONCE);
        // The first of the days may have been begun.
        let from = from.filter(|from| from.sort.contains('#'));
        let queries = days.iter().map(|day| {
            let from = from.filter(|_| *day == newest);
            let query = store.query_day(*day, from);
            store.query_places(query, schema::DAY, None, limit.into())
        });
        let mut found = Vec::new();
        for (places, next) in try_join_all(queries).await? {
            found.extend(places);
            if next.is_some() || found.len() >= limit.into() {
                found.truncate(limit.into());
                let next = found.last().map(|last| last.behind.clone()).or(next);
                return Ok((found, next));
            }
        }
        Ok((found, rest.map(|day| Cursor { part: None, sort: day.to_string() })))
    }
}

/// The day at which a list by days goes on: that of the last entry, or one that is still to begin.
fn day_of(sort: &str) -> Result<NaiveDate, StoreError> {
    let of_entry = || crate::table::keys::parse_sort_time(sort).map(|at| at.date_naive());
    let day = sort.parse().ok().or_else(of_entry);
    day.ok_or_else(|| StoreError::unreadable_attribute("index entry", schema::DAY.sort))
}

impl Store {
    /// A partner's claims, at a tenant or anywhere, newest first: what was submitted, then what was not.
    async fn partners_claims(
        &self,
        partner: &PartnerId,
        tenant: Option<&TenantId>,
        listed: ClaimParts,
        from: Option<&Cursor>,
        limit: u16,
    ) -> Result<Places, StoreError> {
        let is_behind = from.is_some_and(|from| from.part == Some(BEHIND));
        let (mut places, next) = match tenant {
            _ if is_behind || !listed.submitted => (Vec::new(), None),
            Some(tenant) => {
                let query = self.query_index(schema::TENANT, tenant.as_str(), Some(partner), from);
                let query = query.scan_index_forward(false);
                self.query_places(query, schema::TENANT, None, limit.into()).await?
            }
            None => {
                let query = self.query_partner(partner, PartOfPartner::Submitted, from);
                self.query_places(query, schema::PARTNER, None, limit.into()).await?
            }
        };
        let Some(behind) = listed.unsubmitted_part().filter(|_| next.is_none()) else {
            return Ok((places, next));
        };
        let room = i32::from(limit) - i32::try_from(places.len()).unwrap_or(i32::MAX);
        if room <= 0 {
            return Ok((places, Some(Cursor { part: Some(BEHIND), sort: String::new() })));
        }
        let query = self.query_partner(partner, behind, from.filter(|_| is_behind));
        let (more, next) = self.query_places(query, schema::PARTNER, Some(BEHIND), room).await?;
        places.extend(more);
        Ok((places, next))
    }
}
