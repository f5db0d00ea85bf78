//! What a decision may look at, read as far as the command needs it.

use domain::actor::Actor;
use domain::claim::{Claim, Instant, ItemStatus, State};
use domain::command::{ClaimInput, Needs};
use domain::context::{Context, Facts};
use domain::directory::{Partner, Tenant};
use domain::ids::{ClaimId, FamilyId, ItemNo, PartnerId, TenantId};
use domain::program::{ItemRef, Policy, Program};

use crate::claims::create::NewClaim;
use crate::exclusivity::lock::FoundLock;
use crate::table::config::{Moment, Store};
use crate::table::error::StoreError;
use crate::table::keys;

/// The context of a command, and the locks that were read for it.
#[derive(Debug)]
pub(crate) struct Surroundings {
    pub(crate) context: Context,
    pub(crate) locks: Vec<FoundLock>,
}

/// Items of one kind at a tenant, within the family in which they have one partner of record.
struct Claimed<'a> {
    partner: &'a PartnerId,
    tenant: &'a TenantId,
    family: &'a FamilyId,
    items: Vec<ItemRef>,
    except: &'a ClaimId,
}

impl Store {
    /// What a command on an existing claim may look at.
    pub(crate) async fn surroundings(
        &self,
        claim: &Claim,
        needs: Needs,
        actor: &Actor,
        at: Instant,
    ) -> Result<Surroundings, StoreError> {
        let subject = &claim.subject;
        let (policy, partner, tenant, program) = tokio::try_join!(
            self.policy_of(claim),
            where_needed(needs.partner, self.partner(&subject.partner)),
            where_needed(needs.tenant, self.tenant(&subject.tenant)),
            where_needed(needs.eligibility, self.program(&subject.program)),
        )?;
        let policy = newest_of_draft(claim, program.as_ref()).unwrap_or(policy);
        let operator = needs.operator;
        let places = self.places(operator, partner.as_ref(), tenant.as_ref(), &policy);
        let places = Box::pin(places).await?;
        let mut facts = Facts { partner, tenant, program, ..Facts::default() };
        if needs.eligibility {
            self.add_rights(&claimed(claim), at, &mut facts).await?;
        }
        if let Some(partner) = facts.partner.as_ref().filter(|_| needs.quota) {
            facts.over_quota = self.over_quota(partner, at).await?;
        }
        let mut locks = Vec::new();
        if needs.locks {
            let numbers: Vec<ItemNo> = claim.undecided().map(|item| item.no).collect();
            locks = self.locks(claim, &numbers).await?;
            if self.close_due_others(&locks, at).await? {
                locks = self.locks(claim, &numbers).await?;
            }
            facts.rivals = self.rivals(claim, &locks, at).await?;
        }
        let context = Context { at, actor: actor.clone(), policy, places, facts };
        Ok(Surroundings { context, locks })
    }

    /// What the opening of a claim may look at. A draft counts for no duplicate, block or quota, so
    /// nothing of them is read for it.
    pub(crate) async fn opening(
        &self,
        new: &NewClaim<'_>,
        moment: Moment,
    ) -> Result<Context, StoreError> {
        let (partner, tenant, program) = tokio::try_join!(
            self.acting_partner(new.actor),
            self.named_tenant(new.input),
            self.named_program(new.input),
        )?;
        let policy = program.as_ref().map(|program| program.policy.clone()).unwrap_or_default();
        let places = self.places(true, partner.as_ref(), tenant.as_ref(), &policy);
        let places = Box::pin(places).await?;
        let mut facts = Facts { partner, tenant, program, ..Facts::default() };
        if !new.draft {
            self.add_opening_rights(new.id, new.input, moment.at, &mut facts).await?;
        }
        Ok(Context { at: moment.at, actor: new.actor.clone(), policy, places, facts })
    }

    async fn add_opening_rights(
        &self,
        id: &ClaimId,
        input: &ClaimInput,
        at: Instant,
        facts: &mut Facts,
    ) -> Result<(), StoreError> {
        let (Some(partner), Some(tenant), Some(program)) =
            (facts.partner.clone(), facts.tenant.clone(), facts.program.clone())
        else {
            return Ok(());
        };
        let items = input.items.iter().flatten();
        let items = items.map(|(kind, id)| ItemRef { kind: *kind, id: id.clone() }).collect();
        let claimed = Claimed {
            partner: &partner.id,
            tenant: &tenant.id,
            family: &program.family,
            items,
            except: id,
        };
        self.add_rights(&claimed, at, facts).await?;
        facts.over_quota = self.over_quota(&partner, at).await?;
        Ok(())
    }

    async fn add_rights(
        &self,
        claimed: &Claimed<'_>,
        at: Instant,
        facts: &mut Facts,
    ) -> Result<(), StoreError> {
        let lock = |item: &ItemRef| keys::lock(claimed.tenant, claimed.family, item.kind, &item.id);
        let locks: Vec<_> = claimed.items.iter().map(lock).collect();
        let (own_claims, blocks) =
            tokio::try_join!(self.own_claims(claimed), self.blocked(&locks, claimed.partner, at),)?;
        let rules = facts.tenant.as_ref().map(|tenant| &tenant.rules);
        let ruled_out = |item| rules.is_some_and(|it| it.block(claimed.partner, item, at));
        let blocked =
            claimed.items.iter().filter(|item| blocks.contains(&lock(item)) || ruled_out(item));
        facts.blocked = blocked.cloned().collect();
        facts.own_claims = own_claims;
        Ok(())
    }

    /// Open or active claims of the same partner on one of the items: named by the index, within
    /// its delay, and each read strongly.
    async fn own_claims(
        &self,
        claimed: &Claimed<'_>,
    ) -> Result<Vec<(ItemRef, ClaimId)>, StoreError> {
        let mut ids = self.ids_at_tenant(Some(claimed.partner), claimed.tenant).await?;
        ids.retain(|id| id != claimed.except);
        let records = self.load_records(&ids).await?;
        let mut own = Vec::new();
        for claim in records.iter().map(|record| &record.claim) {
            if claim.subject.family == *claimed.family {
                let held = held_items(claim).filter(|item| claimed.items.contains(item));
                own.extend(held.map(|item| (item, claim.id.clone())));
            }
        }
        Ok(own)
    }

    async fn acting_partner(&self, actor: &Actor) -> Result<Option<Partner>, StoreError> {
        match actor {
            Actor::Partner { id, .. } => self.partner(id).await,
            Actor::Staff { .. }
            | Actor::CustomerAdmin { .. }
            | Actor::CustomerLink { .. }
            | Actor::System => Ok(None),
        }
    }

    async fn named_tenant(&self, input: &ClaimInput) -> Result<Option<Tenant>, StoreError> {
        match &input.tenant {
            Some(id) => self.tenant(id).await,
            None => Ok(None),
        }
    }

    async fn named_program(&self, input: &ClaimInput) -> Result<Option<Program>, StoreError> {
        match &input.program {
            Some(id) => self.program(id).await,
            None => Ok(None),
        }
    }
}

/// What is read, if it is needed.
async fn where_needed<T>(
    needed: bool,
    read: impl Future<Output = Result<Option<T>, StoreError>>,
) -> Result<Option<T>, StoreError> {
    if needed { read.await } else { Ok(None) }
}

/// What a draft is judged by when it is submitted: the program's present policy, to which it is pinned from
/// then on.
fn newest_of_draft(claim: &Claim, program: Option<&Program>) -> Option<Policy> {
    let draft = matches!(claim.state, State::Draft { .. });
    program.filter(|_| draft).map(|program| program.policy.clone())
}

fn claimed(claim: &Claim) -> Claimed<'_> {
    let subject = &claim.subject;
    Claimed {
        partner: &subject.partner,
        tenant: &subject.tenant,
        family: &subject.family,
        items: claim.undecided().map(|item| claim.item_ref(item)).collect(),
        except: &claim.id,
    }
}

/// The items that keep the same partner from claiming them again: undecided or active ones. A draft
/// counts for no duplicate.
fn held_items(claim: &Claim) -> impl Iterator<Item = ItemRef> {
    let draft = matches!(claim.state, State::Draft { .. } | State::Discarded);
    let holds = |status| match status {
        ItemStatus::Proposed | ItemStatus::Pending | ItemStatus::Active { .. } => true,
        ItemStatus::Declined { .. }
        | ItemStatus::Ended { .. }
        | ItemStatus::Dropped
        | ItemStatus::Withdrawn
        | ItemStatus::Rejected => false,
    };
    let held = claim.items.iter().filter(move |item| !draft && holds(claim.item_status(item)));
    held.map(|item| claim.item_ref(item))
}
