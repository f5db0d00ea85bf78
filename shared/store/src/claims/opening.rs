//! What the opening of a claim may look at.

use domain::actor::Actor;
use domain::claim::Instant;
use domain::command::ClaimInput;
use domain::context::{Context, Facts};
use domain::directory::{Partner, Tenant};
use domain::ids::ClaimId;
use domain::program::{ItemRef, Program};

use super::claimed_items::Claimed;
use super::create::NewClaim;
use crate::table::clock::Moment;
use crate::table::config::Store;
use crate::table::error::StoreError;

impl Store {
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
