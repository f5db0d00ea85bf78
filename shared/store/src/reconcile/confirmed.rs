//! A tenant that is written only when whoever writes it has confirmed what it ends.

use domain::claim::Instant;
use domain::directory::Tenant;
use domain::ids::{StaffId, TenantId};

use super::foresight::Consequences;
use crate::directory::entry::{DryRun, EntryWrite, Permits, RevisedEntry, Wish};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::retry::pause_before_retry;

/// How often a tenant is put again when somebody else puts it too.
const ATTEMPTS: u32 = 5;

/// Who writes a tenant, when, and over what.
#[derive(Clone, Copy)]
pub struct TenantWrite<'a> {
    /// Who of the staff.
    pub by: &'a StaffId,
    /// When the request arrived.
    pub at: Instant,
    /// What may be replaced.
    pub permits: Permits<'a, Tenant>,
    /// Whether these consequences are confirmed.
    pub confirms: &'a (dyn Fn(&Consequences) -> bool + Send + Sync),
}

/// What became of an entry that ends something only where that is confirmed.
#[derive(Debug, Clone, PartialEq)]
pub enum ConfirmedWrite<T> {
    /// It is written, or the writer does not know the present entry.
    Done(EntryWrite<T>),
    /// It is not: this would follow from it, and nobody has confirmed it.
    Unconfirmed {
        /// The entry that stays.
        present: RevisedEntry<T>,
        /// What the write would do to claims and associations.
        consequences: Consequences,
    },
}

impl Store {
    /// Stores a tenant as [`Store::change_tenant`] does, unless associations would end or claims be rejected and that
    /// is not confirmed. What would follow is counted against the very entry that is replaced; a claim that comes
    /// between the count and the write is not in it.
    ///
    /// # Errors
    /// As those of [`Store::change_tenant`], and where a claim cannot be read.
    pub async fn change_tenant_confirmed(
        &self,
        id: &TenantId,
        wish: Wish<'_, Tenant>,
        asking: TenantWrite<'_>,
    ) -> Result<ConfirmedWrite<Tenant>, StoreError> {
        let TenantWrite { by, at, permits, confirms } = asking;
        for attempt in 0..ATTEMPTS {
            let foreseen = self.foresee_tenant(id, wish, by, at, permits).await?;
            let (present, next) = match foreseen {
                DryRun::Stale(present) => {
                    return Ok(ConfirmedWrite::Done(EntryWrite::Stale(present)));
                }
                DryRun::Next { present, next } => (present, next),
            };
            if let Some(present) = &present {
                let consequences = self.foresee_tenant_change(&present.entry, &next, at).await?;
                if consequences.need_confirmation() && !confirms(&consequences) {
                    let present = present.clone();
                    return Ok(ConfirmedWrite::Unconfirmed { present, consequences });
                }
            }
            // Over that very entry and no other.
            let same = |now: Option<&RevisedEntry<Tenant>>, repeats| {
                permits(now, repeats) && now == present.as_ref()
            };
            match self.change_tenant(id, wish, by, at, &same).await? {
                EntryWrite::Stale(now) if permits(now.as_ref(), true) => {}
                written @ (EntryWrite::Created(_)
                | EntryWrite::Stored(_)
                | EntryWrite::Stale(_)) => {
                    return Ok(ConfirmedWrite::Done(written));
                }
            }
            pause_before_retry(attempt).await;
        }
        Err(StoreError::Unavailable("others put the same tenant all the time".to_owned()))
    }
}
