//! What the opening of a claim may look at, and whether the claim is there already.

use domain::actor::Actor;
use domain::context::{Context, Facts};
use domain::directory::{Partner, Tenant};
use domain::eligibility::known_tenant;
use domain::ids::PartnerId;
use domain::program::{ItemRef, Program};

use super::claimed_items::{RequestedItems, add_rights};
use super::create::NewClaim;
use super::load::AssembledClaim;
use super::open_claims::{OpenClaims, open_claims_key};
use crate::directory::calendars::calendar_key;
use crate::directory::partners::partner_key;
use crate::directory::places::calendar_keys;
use crate::directory::programs::program_key;
use crate::directory::tenants::tenant_keys;
use crate::table::clock::RequestTime;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, details_key, record_key};

impl Store {
    /// What the opening of a claim may look at; `None`: there is a claim of that id already, and nothing is
    /// wrong with the body alone. A draft counts for no duplicate, block or open claim, so nothing of them is read
    /// for it. Of a tenant that is not named by a domain of its own nothing else is read, as if there were none; nor
    /// for a partner that may not claim in the program.
    pub(crate) async fn read_opening_context(
        &self,
        new: &NewClaim<'_>,
        moment: RequestTime,
    ) -> Result<Option<Context>, StoreError> {
        let acting = acting_partner(new.actor);
        let mut first = vec![record_key(new.id), details_key(new.id)];
        first.extend(acting.map(partner_key));
        first.extend(acting.filter(|_| !new.draft).map(open_claims_key));
        first.extend(new.input.tenant.iter().flat_map(tenant_keys));
        first.extend(new.input.program.as_ref().map(program_key));
        first.push(calendar_key(self.config.operator.calendar.country()));
        let own = async {
            match (acting, &new.input.tenant) {
                (Some(partner), Some(tenant)) if !new.draft => {
                    self.claims_at_tenant(Some(partner), tenant).await?.all_ids()
                }
                _ => Ok(Vec::new()),
            }
        };
        let mut fetched = FetchedItems::default();
        let (_, own) = tokio::try_join!(self.fetch_items(&mut fetched, first), own)?;
        if new.is_well_formed() && !matches!(fetched.claim(new.id)?, AssembledClaim::Absent) {
            return Ok(None);
        }
        let partner = acting.map(|id| fetched.partner(id)).transpose()?.flatten();
        let tenant = new.input.tenant.as_ref().map(|id| fetched.tenant(id)).transpose()?.flatten();
        let tenant = tenant.filter(|tenant| known_tenant(new.input, Some(tenant)).is_some());
        let tenant = tenant.filter(|_| may_learn_of_tenant(new, partner.as_ref()));
        let program =
            new.input.program.as_ref().map(|id| fetched.program(id)).transpose()?.flatten();
        let policy = program.as_ref().map(|program| program.policy.clone()).unwrap_or_default();
        let claimed = new_claim_items(new, partner.as_ref(), tenant.as_ref(), program.as_ref());
        let mut then = calendar_keys(partner.as_ref(), tenant.as_ref());
        if let Some(claimed) = &claimed {
            then.extend(claimed.block_keys());
            then.extend(own.iter().filter(|id| *id != new.id).map(record_key));
        }
        let known_open = match acting.filter(|_| !new.draft) {
            Some(partner) => fetched.open_claims(partner)?,
            None => OpenClaims::default(),
        };
        let quota = async {
            match &partner {
                Some(partner) if new.draft => self.has_all_drafts(partner).await,
                Some(partner) if claimed.is_some() => {
                    let known = known_open.clone();
                    Box::pin(self.has_all_open_claims(partner, known, moment.at)).await
                }
                Some(_) | None => Ok(false),
            }
        };
        let (_, is_full) = tokio::try_join!(self.fetch_items(&mut fetched, then), quota)?;
        let over_quota = is_full.then_some(None);
        let places =
            self.places_in(&fetched, true, partner.as_ref(), tenant.as_ref(), None, &policy)?;
        let mut rights = Facts::default();
        if let Some(claimed) = &claimed {
            rights.tenant.clone_from(&tenant);
            add_rights(claimed, &own, &fetched, moment.at, &mut rights)?;
        }
        if let Some(program) = &program {
            let pinned = (program.id.clone(), program.policy_version);
            self.keep_policy(pinned, program.policy.clone());
        }
        let facts = Facts { partner, tenant, program, over_quota, ..rights };
        let context = Context { at: moment.at, actor: new.actor.clone(), policy, places, facts };
        Ok(Some(context))
    }
}

/// Whether the partner may claim what is named, so that it may be told something of a tenant. For a draft it is enough
/// that the partner may claim anything: the enrolment may come before the submit.
fn may_learn_of_tenant(new: &NewClaim<'_>, partner: Option<&Partner>) -> bool {
    let named = (new.input.location.as_ref(), new.input.program.as_ref());
    let (location, program) = if new.draft { (None, None) } else { named };
    partner.is_some_and(|partner| partner.may_claim(location, program))
}

fn acting_partner(actor: &Actor) -> Option<&PartnerId> {
    match actor {
        Actor::Partner { id, .. } => Some(id),
        Actor::Staff { .. }
        | Actor::CustomerAdmin { .. }
        | Actor::CustomerContact { .. }
        | Actor::CustomerLink { .. }
        | Actor::System => None,
    }
}

/// What a new claim asks for, where all that it names is known and it is no draft: where it names no items, all of the
/// tenant's, of which a check tells what can be claimed.
fn new_claim_items<'a>(
    new: &NewClaim<'a>,
    partner: Option<&'a Partner>,
    tenant: Option<&'a Tenant>,
    program: Option<&'a Program>,
) -> Option<RequestedItems<'a>> {
    let (partner, tenant, program) = (partner?, tenant?, program?);
    let named = new.input.items.iter().flatten();
    let named = named.map(|(kind, id)| ItemRef { kind: *kind, id: id.clone() });
    let of_kind = tenant.items.iter().filter(|item| item.kind == program.item_kind);
    let all = of_kind.map(|item| ItemRef { kind: item.kind, id: item.id.clone() });
    let items = if new.input.items.is_empty() { all.collect() } else { named.collect() };
    let family = &program.family;
    (!new.draft).then_some(RequestedItems {
        partner: &partner.id,
        tenant: &tenant.id,
        family,
        items,
        except: new.id,
        renewed: new.input.renews.as_ref().map(|renewal| &renewal.claim),
    })
}
