//! What a change of a partner, a tenant or a customer's rules would do to claims, before it is written: the same losses that the sweep finds
//! (`reconcile/directory.rs`), decided by the same rules, and stored nowhere.

use domain::actor::Actor;
use domain::claim::{Claim, Instant};
use domain::command::DirectoryLoss;
use domain::consequence::{Consequence, foresee_loss};
use domain::context::{Context, Facts};
use domain::decide::{enrolment_loss, takes_from_claims, tenant_loss};
use domain::directory::{Partner, Tenant};
use domain::ids::{ClaimId, NoticeNo, TenantId};
use domain::rules::StandingRules;

use super::directory::PAGE;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::FetchedItems;
use crate::table::index::PartOfPartner;

/// How many claims that lose something are counted.
const MOST_COUNTED: u32 = 1_000;
/// How many claims are read for it: those of a partner may be many, and most of them are over.
const MOST_READ: usize = 10_000;
/// How many claims are told.
const MOST_TOLD: usize = 100;

/// What a change would do to one claim.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimConsequence {
    /// The claim as it is now.
    pub claim: Claim,
    /// What would become of it.
    pub consequence: Consequence,
}

/// What a change would do to claims.
#[derive(Debug, Clone, PartialEq)]
pub struct Consequences {
    /// The first of them: those that lose something for good before those that are held.
    pub claims: Vec<ClaimConsequence>,
    /// In how many claims associations end or items are rejected.
    pub lost: u32,
    /// How many claims are held and lose nothing else.
    pub held: u32,
    /// In how many claims a customer's rules decline items, or make silence a "no".
    pub touched_by_rules: u32,
    /// Whether all claims were looked at; else there may be more of both.
    pub is_complete: bool,
}

impl Default for Consequences {
    fn default() -> Self {
        Self { claims: Vec::new(), lost: 0, held: 0, touched_by_rules: 0, is_complete: true }
    }
}

impl Consequences {
    /// Whether somebody has to confirm it. Nobody has to confirm a customer's "no".
    pub(crate) fn need_confirmation(&self) -> bool {
        self.lost > 0 || !self.is_complete
    }

    fn add_claim(&mut self, claim: Claim, consequence: Consequence) {
        if consequence.is_final() {
            self.lost += 1;
        } else if consequence.held {
            self.held += 1;
        } else if consequence.needs_yes || !consequence.declined.is_empty() {
            self.touched_by_rules += 1;
        } else {
            return;
        }
        self.claims.push(ClaimConsequence { claim, consequence });
        self.claims.sort_by_key(|one| !one.consequence.is_final());
        self.claims.truncate(MOST_TOLD);
    }

    fn is_full(&self) -> bool {
        [self.lost, self.held, self.touched_by_rules].iter().any(|count| *count >= MOST_COUNTED)
    }
}

impl Store {
    /// What `next` would do to the claims of the partner in place of `before`. What `before` does already, although
    /// nobody has carried it out yet, is not told.
    ///
    /// # Errors
    /// Where a claim cannot be read.
    pub async fn foresee_partner_change(
        &self,
        before: &Partner,
        next: &Partner,
        at: Instant,
    ) -> Result<Consequences, StoreError> {
        let facts = Facts { partner: Some(next.clone()), ..Facts::default() };
        let lost = |claim: &Claim| {
            enrolment_loss(claim, next)
                .filter(|_| enrolment_loss(claim, next) != enrolment_loss(claim, before))
        };
        let (mut all, mut from, mut read) = (Consequences::default(), None, 0);
        loop {
            let (ids, next) = self
                .newest_of_partner(&before.id, PartOfPartner::Submitted, from.as_ref(), PAGE)
                .await?;
            read += ids.len();
            self.foresee_page(&ids, &lost, &facts, at, &mut all).await?;
            from = next;
            if from.is_none() {
                return Ok(all);
            }
            if all.is_full() || read >= MOST_READ {
                all.is_complete = false;
                return Ok(all);
            }
        }
    }

    /// What `next` would do to the claims at the tenant in place of `before`. Contacts that leave are not in it: who is
    /// asked instead follows from the lists of recipients.
    ///
    /// # Errors
    /// Where a claim cannot be read.
    pub async fn foresee_tenant_change(
        &self,
        before: &Tenant,
        next: &Tenant,
        at: Instant,
    ) -> Result<Consequences, StoreError> {
        let mut all = Consequences::default();
        if !takes_from_claims(before, next) {
            return Ok(all);
        }
        let lost = |claim: &Claim| {
            tenant_loss(claim, next)
                .filter(|what| tenant_loss(claim, before).as_ref() != Some(what))
        };
        let ids = self.claims_at_tenant(None, &before.id).await?.all_ids()?;
        let mut pages = ids.chunks(usize::try_from(PAGE).unwrap_or(usize::MAX));
        let mut read = 0;
        while let Some(page) = pages.next() {
            read += page.len();
            self.foresee_page(page, &lost, &Facts::default(), at, &mut all).await?;
            if (all.is_full() || read >= MOST_READ) && pages.len() > 0 {
                all.is_complete = false;
                break;
            }
        }
        Ok(all)
    }

    /// What the customer's `rules` would do to the claims at the tenant in place of `before`. Of claims that had no notice
    /// yet the customer is told nothing.
    ///
    /// # Errors
    /// Where a claim cannot be read.
    pub async fn foresee_rules_change(
        &self,
        tenant: &TenantId,
        before: &StandingRules,
        rules: &StandingRules,
        at: Instant,
    ) -> Result<Consequences, StoreError> {
        let mut all = Consequences::default();
        let ids = self.claims_at_tenant(None, tenant).await?.all_ids()?;
        for page in ids.chunks(usize::try_from(PAGE).unwrap_or(usize::MAX)) {
            for record in self.load_claim_records(page).await? {
                if record.claim.notice == NoticeNo::default() {
                    continue;
                }
                let consequence = Consequence::of_rules(&record.claim, before, rules, at);
                all.add_claim(record.claim, consequence);
            }
        }
        Ok(all)
    }

    async fn foresee_page(
        &self,
        ids: &[ClaimId],
        lost: impl Fn(&Claim) -> Option<DirectoryLoss>,
        facts: &Facts,
        at: Instant,
        all: &mut Consequences,
    ) -> Result<(), StoreError> {
        for record in self.load_claim_records(ids).await? {
            let Some(what) = lost(&record.claim) else { continue };
            let policy = self.policy_of(&record.claim).await?;
            let places =
                self.places_in(&FetchedItems::default(), false, None, None, None, &policy)?;
            let (actor, facts) = (Actor::System, facts.clone());
            let context = Context { at, actor, policy, places, facts };
            let consequence = foresee_loss(&record.claim, &what, &context)?;
            all.add_claim(record.claim, consequence);
        }
        Ok(())
    }
}
