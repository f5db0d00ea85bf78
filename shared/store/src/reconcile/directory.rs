//! What a change of the directory does to claims: every claim of the partner or at the tenant is held
//! against the entry as it is now (`docs/domain.md §3`, *vanish*).

use domain::actor::Actor;
use domain::claim::Claim;
use domain::command::{Command, DirectoryLoss};
use domain::decide::{awaits_close, contacts_loss, enrolment_loss, tenant_loss};
use domain::ids::{ClaimId, PartnerId, TenantId};
use serde_dynamo::Item;

use super::failures::Failures;
use crate::claims::run::Effect;
use crate::directory::tenants::WrittenRules;
use crate::table::clock::RequestTime;
use crate::table::codec::claim_item::ClaimItem;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::index::PartOfPartner;
use crate::table::keys;

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

/// What reconciling claims with an entry did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReconcileReport {
    /// How many claims were looked at.
    pub seen: u32,
    /// How many changes they took.
    pub changed: u32,
    /// How many claims failed for good and were passed; the log has their errors.
    pub passed: u32,
}

impl Store {
    /// Does to claims what the entry, as it is now, demands. Twice does no more than once.
    ///
    /// # Errors
    /// Where a claim could not be read or changed and may be later; the others are done.
    pub async fn reconcile_entry(
        &self,
        entry: &DirectoryEntry,
    ) -> Result<ReconcileReport, StoreError> {
        match entry {
            DirectoryEntry::Partner(id) => self.reconcile_partner(id).await,
            DirectoryEntry::Tenant(id) => self.reconcile_tenant(id).await,
            DirectoryEntry::Rules(tenant, written) => {
                let moment = RequestTime { at: written.at, offset: self.clock_offset().await? };
                let applied = self.apply_rules(tenant, &written.rules, moment, None).await?;
                // Whom the rules name no more is off the lists.
                let left = self.reconcile_tenant(tenant).await?;
                let changed = applied.changed + left.changed;
                let passed = applied.passed.max(left.passed);
                Ok(ReconcileReport { seen: applied.seen.max(left.seen), changed, passed })
            }
        }
    }

    async fn reconcile_partner(&self, id: &PartnerId) -> Result<ReconcileReport, StoreError> {
        let mut report = ReconcileReport::default();
        let Some(partner) = self.load_partner(id).await? else { return Ok(report) };
        let (mut from, mut closing, mut failures) = (None, false, Failures::default());
        loop {
            let (ids, next) =
                self.newest_of_partner(id, PartOfPartner::Submitted, from.as_ref(), PAGE).await?;
            let lost =
                |claim: &Claim| enrolment_loss(claim, &partner).into_iter().collect::<Vec<_>>();
            closing |= self.reconcile_page(&ids, &mut report, &mut failures, lost).await?;
            match next {
                Some(next) => from = Some(next),
                // From the end of a window to its close nothing but a "no" acts on it: what silence makes of
                // it is judged when the sweep comes again.
                None if closing => {
                    return Err(StoreError::Unavailable("a window is about to close".to_owned()));
                }
                None => return failures.finish_report(report),
            }
        }
    }

    async fn reconcile_tenant(&self, id: &TenantId) -> Result<ReconcileReport, StoreError> {
        let mut report = ReconcileReport::default();
        let Some(tenant) = self.load_tenant(id).await? else { return Ok(report) };
        let now = self.present_time().await?.at;
        let lost = |claim: &Claim| {
            tenant_loss(claim, &tenant)
                .into_iter()
                .chain(contacts_loss(claim, now))
                .collect::<Vec<_>>()
        };
        let ids = self.claims_at_tenant(None, id).await?.all_ids()?;
        let mut failures = Failures::default();
        for page in ids.chunks(usize::try_from(PAGE).unwrap_or(usize::MAX)) {
            self.reconcile_page(page, &mut report, &mut failures, &lost).await?;
        }
        failures.finish_report(report)
    }

    /// Does to the claims what they have lost; whether one of them waits for its close first.
    async fn reconcile_page(
        &self,
        ids: &[ClaimId],
        report: &mut ReconcileReport,
        failures: &mut Failures,
        lost: impl Fn(&Claim) -> Vec<DirectoryLoss>,
    ) -> Result<bool, StoreError> {
        let mut closing = false;
        for record in self.readable_records(ids, failures).await {
            report.seen += 1;
            for what in lost(&record.claim) {
                let vanished = self.carry_out_loss(&record.claim.id, what).await;
                let Some(changes) = failures.note_outcome(&record.claim.id, vanished) else {
                    continue;
                };
                report.changed += changes;
                closing |=
                    changes == 0 && awaits_close(&record.claim, self.present_time().await?.at);
            }
        }
        Ok(closing)
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
