//! What a change of the directory does to claims: every claim of the partner or at the tenant is held
//! against the entry as it is now (`docs/domain.md §3`, *vanish*).

use chrono::Duration;
use domain::actor::Actor;
use domain::claim::{Claim, Instant};
use domain::command::{Command, DirectoryLoss};
use domain::decide::{
    awaits_close, contacts_loss, enrolment_loss, tenant_loss, undo_escapes_partner,
    undo_escapes_tenant,
};
use domain::ids::{ClaimId, PartnerId, TenantId};
use serde_dynamo::Item;

use super::failures::Failures;
use super::report::ReconcileReport;
use crate::claims::run::Effect;
use crate::directory::tenants::WrittenRules;
use crate::table::clock::RequestTime;
use crate::table::codec::claim_item::ClaimItem;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::index::PartOfPartner;
use crate::table::keys;

/// How long an undo may be under way that read an entry before it was written: longer than the functions that take one may
/// run (a test compares them).
pub const UNDO_UNDER_WAY: Duration = Duration::seconds(40);
/// How many claims are read at a time.
pub(super) const PAGE: i32 = 100;

/// An entry of the directory on which claims depend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DirectoryEntry {
    /// The entry of a partner.
    Partner(PartnerId),
    /// The entry of a tenant.
    Tenant(TenantId),
    /// The rules of a tenant's customer, as they were written at a moment.
    Rules(TenantId, Box<WrittenRules>),
}

impl DirectoryEntry {
    /// The entry of an item that was written, if it is one; `image` is the item as it was written.
    pub fn of_item(partition: &str, sort: &str, image: Option<Item>) -> Option<Self> {
        (sort == keys::RECORD).then_some(())?;
        let partner = keys::parse_partner_pk(partition).map(Self::Partner);
        let tenant = || keys::parse_tenant_pk(partition).map(Self::Tenant);
        let rules = || {
            let written = WrittenRules::of_item(image?)?;
            Some(Self::Rules(keys::parse_rules_pk(partition)?, Box::new(written)))
        };
        partner.or_else(tenant).or_else(rules)
    }
}

/// What a change of an entry means for a claim.
struct LossCheck<'a> {
    /// What the claim has lost.
    lost: &'a (dyn Fn(&Claim) -> Vec<DirectoryLoss> + Send + Sync),
    /// Whether an undo that is under way may take no notice of it.
    escapes: &'a (dyn Fn(&Claim) -> bool + Send + Sync),
}

/// Whether a sweep has to come again.
#[derive(Default)]
struct RetryNeed {
    /// A window has ended and is not closed: nothing but a "no" acts on it till then, and what silence makes of it is
    /// judged afterwards.
    for_close: bool,
    /// An undo that is under way may let a claim wait for silence again.
    for_undo: bool,
}

fn early_sweep_error() -> StoreError {
    StoreError::Unavailable("a window is about to close, or a no may be taken back".to_owned())
}

impl Store {
    /// Does to claims what the entry, as it is now, demands. Twice does no more than once. `written_at` is when the entry was
    /// written, where that is known: as long as an undo may be under way that knows it as it was, a claim in which all
    /// is declined is looked at again.
    ///
    /// # Errors
    /// Where a claim could not be read or changed and may be later; the others are done.
    pub async fn reconcile_entry(
        &self,
        entry: &DirectoryEntry,
        written_at: Option<Instant>,
    ) -> Result<ReconcileReport, StoreError> {
        let now = self.system_time();
        // The clocks of table and function are not the same.
        let is_recent =
            written_at.is_some_and(|at| (at - UNDO_UNDER_WAY..at + UNDO_UNDER_WAY).contains(&now));
        match entry {
            DirectoryEntry::Partner(id) => self.reconcile_partner(id, is_recent).await,
            DirectoryEntry::Tenant(id) => self.reconcile_tenant(id, is_recent).await,
            DirectoryEntry::Rules(tenant, written) => {
                let moment = RequestTime { at: written.at, offset: self.clock_offset().await? };
                let applied = self.apply_rules(tenant, &written.rules, moment, None).await?;
                // Whom the rules name no more is off the lists.
                let left = self.reconcile_tenant(tenant, false).await?;
                let changed = applied.changed + left.changed;
                let passed = applied.passed.max(left.passed);
                Ok(ReconcileReport { seen: applied.seen.max(left.seen), changed, passed })
            }
        }
    }

    async fn reconcile_partner(
        &self,
        id: &PartnerId,
        is_recent: bool,
    ) -> Result<ReconcileReport, StoreError> {
        let mut report = ReconcileReport::default();
        let Some(partner) = self.load_partner(id).await? else { return Ok(report) };
        let now = self.present_time().await?.at;
        let (mut from, mut retry) = (None, RetryNeed::default());
        let mut failures = Failures::default();
        loop {
            let (ids, next) =
                self.newest_of_partner(id, PartOfPartner::Submitted, from.as_ref(), PAGE).await?;
            let check = LossCheck {
                lost: &|claim| enrolment_loss(claim, &partner).into_iter().collect(),
                escapes: &|claim| is_recent && undo_escapes_partner(claim, &partner, now),
            };
            self.reconcile_page(&ids, &mut report, &mut failures, &check, &mut retry).await?;
            match next {
                Some(next) => from = Some(next),
                None if retry.for_close || retry.for_undo => return Err(early_sweep_error()),
                None => return failures.finish_report(report),
            }
        }
    }

    async fn reconcile_tenant(
        &self,
        id: &TenantId,
        is_recent: bool,
    ) -> Result<ReconcileReport, StoreError> {
        let mut report = ReconcileReport::default();
        let Some(tenant) = self.load_tenant(id).await? else { return Ok(report) };
        self.complete_mailboxes(&tenant).await?;
        let now = self.present_time().await?.at;
        let check = LossCheck {
            lost: &|claim| {
                tenant_loss(claim, &tenant).into_iter().chain(contacts_loss(claim, now)).collect()
            },
            escapes: &|claim| is_recent && undo_escapes_tenant(claim, &tenant, now),
        };
        let ids = self.claims_at_tenant(None, id).await?.all_ids()?;
        let (mut failures, mut retry) = (Failures::default(), RetryNeed::default());
        for page in ids.chunks(usize::try_from(PAGE).unwrap_or(usize::MAX)) {
            self.reconcile_page(page, &mut report, &mut failures, &check, &mut retry).await?;
        }
        if retry.for_undo { Err(early_sweep_error()) } else { failures.finish_report(report) }
    }

    /// Does to the claims what they have lost.
    async fn reconcile_page(
        &self,
        ids: &[ClaimId],
        report: &mut ReconcileReport,
        failures: &mut Failures,
        check: &LossCheck<'_>,
        retry: &mut RetryNeed,
    ) -> Result<(), StoreError> {
        for record in self.readable_records(ids, failures).await {
            report.seen += 1;
            retry.for_undo |= (check.escapes)(&record.claim);
            for what in (check.lost)(&record.claim) {
                let vanished = self.carry_out_loss(&record.claim.id, what).await;
                let Some(changes) = failures.note_outcome(&record.claim.id, vanished) else {
                    continue;
                };
                report.changed += changes;
                retry.for_close |=
                    changes == 0 && awaits_close(&record.claim, self.present_time().await?.at);
            }
        }
        Ok(())
    }

    /// The records of those of these claims that can be read: one by one where they cannot be read together.
    pub(super) async fn readable_records(
        &self,
        ids: &[ClaimId],
        failures: &mut Failures,
    ) -> Vec<ClaimItem> {
        let mut records = match self.load_claim_records(ids).await {
            Ok(records) => return records,
            Err(failure) if failure.is_retryable() => {
                failures.note_page(failure);
                return Vec::new();
            }
            Err(_) => Vec::new(),
        };
        for id in ids {
            let read = self.load_claim_records(std::slice::from_ref(id)).await;
            records.extend(failures.note_outcome(id, read).into_iter().flatten());
        }
        records
    }

    /// Gives the command until it finds nothing left to do; how many changes it made.
    async fn carry_out_loss(&self, id: &ClaimId, what: DirectoryLoss) -> Result<u32, StoreError> {
        let command = Command::Vanish(what);
        let mut changes = 0;
        loop {
            let moment: RequestTime = self.request_time(self.system_time()).await?;
            let given = self.execute_command(id, &Actor::System, &command, moment, None);
            match Box::pin(given).await?.effect {
                Effect::Changed => changes += 1,
                Effect::Repeated | Effect::Unchanged => return Ok(changes),
            }
        }
    }
}
