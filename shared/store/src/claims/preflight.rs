//! Judging a claim without storing anything: what a submit would be refused for, whether it would be
//! contested, and how early its window could close (`docs/api.md §3.1`).

use domain::claim::{Claim, Instant};
use domain::command::Command;
use domain::context::{Context, Facts};
use domain::directory::TenantItem;
use domain::eligibility::{self, Claimability};
use domain::ids::ItemNo;
use domain::program::EvidencePolicy;
use domain::rejection::{FieldError, Rejection};

use super::create::NewClaim;
use crate::table::clock::RequestTime;
use crate::table::config::Store;
use crate::table::error::StoreError;

/// What a submit would meet.
#[derive(Debug, Clone)]
pub struct CheckResult {
    /// Every field that is wrong, at once.
    pub errors: Vec<FieldError>,
    /// Every refusal that is no fault of a field.
    pub hindrances: Vec<Rejection>,
    /// Whether somebody else holds an item or is next for it; `None` where the claim could not be submitted.
    pub contested: Option<bool>,
    /// When the window would close if its notice were delivered now; `None` where that cannot be
    /// counted.
    pub earliest_closes_at: Option<Instant>,
    /// The partner, the tenant and the program, as far as they are known.
    pub known: Facts,
    /// Whether the program asks for the documents of the evidence.
    pub needs_documents: bool,
    /// What the partner can claim at the tenant, where the body names no items: the tenant's items of the program's kind.
    pub claimable: Option<Vec<(TenantItem, Claimability)>>,
}

impl Store {
    /// Judges a claim as if it were submitted now. The look at the tenant is counted first: one over the day's checks
    /// is told nothing.
    ///
    /// # Errors
    /// [`Rejection::QuotaExceeded`]; `Unavailable` where the table does not answer.
    pub async fn judge_new(
        &self,
        new: NewClaim<'_>,
        moment: RequestTime,
    ) -> Result<CheckResult, StoreError> {
        let context = Box::pin(self.read_opening_context(&new, moment)).await?;
        let mut context = context.ok_or_else(|| StoreError::unreadable_attribute("claim", "pk"))?;
        self.count_check(new.input, &context).await?;
        let claimable = choose_claimable_items(&new, &mut context);
        let errors = domain::check_submit(new.input, new.malformed, &context);
        let is_whole = errors.is_empty();
        let contested =
            async { if is_whole { self.check_contested(&new, &context).await } else { Ok(None) } };
        let (contested, used_up) = tokio::try_join!(contested, self.check_day_quota(&context))?;
        let facts = &mut context.facts;
        facts.over_quota = facts.over_quota.or(used_up);
        let hindrances = domain::decide::find_conflicts(new.input, &context.facts, &context.policy);
        Ok(CheckResult {
            errors,
            // Who else wants an item is told of what could be submitted: to ask is not to claim.
            contested: contested.filter(|_| hindrances.is_empty()),
            hindrances,
            earliest_closes_at: earliest_close(&context),
            needs_documents: context.policy.evidence == EvidencePolicy::Uploaded,
            claimable,
            known: context.facts,
        })
    }

    /// Whether the partner's day is used up, with the seconds to wait; not asked where program or tenant is not
    /// known.
    async fn check_day_quota(&self, context: &Context) -> Result<Option<Option<u32>>, StoreError> {
        let Facts { partner: Some(partner), tenant: Some(_), program: Some(_), .. } =
            &context.facts
        else {
            return Ok(None);
        };
        self.is_day_used_up(partner, context.at).await
    }

    async fn check_contested(
        &self,
        new: &NewClaim<'_>,
        context: &Context,
    ) -> Result<Option<bool>, StoreError> {
        let Some(claim) = draft_claim(new, context) else { return Ok(None) };
        let numbers: Vec<ItemNo> = claim.items.iter().map(|item| item.no).collect();
        let mut locks = self.load_locks(&claim, &numbers).await?;
        if self.pass_rival_deadlines(&locks, context.at).await? {
            locks = self.load_locks(&claim, &numbers).await?;
        }
        let own = &context.facts.own_claims;
        let rivals = self.find_rivals(&claim, &locks, context.at).await?;
        Ok(Some(rivals.iter().any(|rival| own.iter().all(|(_, own)| *own != rival.claim))))
    }
}

/// What can be claimed, where the body leaves the items out: what is known of all of the tenant's items then stands
/// against none of the claim's.
fn choose_claimable_items(
    new: &NewClaim<'_>,
    context: &mut Context,
) -> Option<Vec<(TenantItem, Claimability)>> {
    let names_items = |error: &FieldError| error.pointer.starts_with("/items");
    if !new.input.items.is_empty() || new.malformed.iter().any(names_items) {
        return None;
    }
    let facts = &mut context.facts;
    let (tenant, program) = facts.tenant.as_ref().zip(facts.program.as_ref())?;
    let listed = eligibility::list_claimable(tenant, program, facts);
    let claimable = listed.into_iter().map(|(item, own)| (item.clone(), own)).collect();
    facts.own_claims.clear();
    facts.blocked.clear();
    Some(claimable)
}

/// The claim as a draft, where program and tenant are known.
fn draft_claim(new: &NewClaim<'_>, context: &Context) -> Option<Claim> {
    let command = Command::Draft(new.new_creation(Vec::new()));
    let event = domain::decide(None, &command, context).ok()??;
    domain::evolve(None, &event).ok()
}

fn earliest_close(context: &Context) -> Option<Instant> {
    let customer = context.places.customer.as_ref()?;
    context.facts.program.as_ref()?;
    let window = customer.open_window(context.at, context.policy.window_business_days).ok()?;
    Some(window.closes_at)
}
