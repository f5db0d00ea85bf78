//! What a decision may look at, read as far as the command needs it.

use domain::actor::Actor;
use domain::claim::{Claim, Instant, State};
use domain::command::CommandNeeds;
use domain::context::{Context, Facts, LocalCalendars};
use domain::ids::{ClaimId, ItemNo};
use domain::program::{Policy, Program};
use domain::recipient::Recipients;

use super::claimed_items::{add_rights, fill_blocked_items, reclaimable_items, requested_items};
use super::competition::{CommandAnswer, competition_keys, newest_claims, rival_keys};
use super::open_claims::open_claims_key;
use crate::directory::calendars::calendar_key;
use crate::directory::outages::outages_key;
use crate::directory::partners::partner_key;
use crate::directory::places::calendar_keys;
use crate::directory::programs::program_key;
use crate::directory::tenants::tenant_keys;
use crate::exclusivity::lock::{FoundLock, lock_keys};
use crate::notices::recipients::recipients_keys;
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, ItemKey, record_key};
use crate::table::index::ClaimsAtTenant;

/// The context of a command, and what was fetched for it.
#[derive(Debug)]
pub(crate) struct CommandContext {
    pub(crate) context: Context,
    pub(crate) locks: Vec<FoundLock>,
    /// Who is asked by the last notice, where the answer tells it.
    pub(crate) asked: Option<Recipients>,
    /// What an answer with the competition needs besides.
    pub(crate) staff: Option<StaffReads>,
}

/// What is known of a claim's competition before a command on it.
#[derive(Debug)]
pub(crate) struct StaffReads {
    /// The newest claims at the tenant.
    pub(crate) newest: Vec<ClaimId>,
    pub(crate) fetched: FetchedItems,
}

impl Store {
    /// What a command on an existing claim may look at: what the claim names in one batch beside the
    /// tenant's index, then what those name.
    pub(crate) async fn read_command_context(
        &self,
        claim: &Claim,
        needs: CommandNeeds,
        actor: &Actor,
        at: Instant,
        answer: CommandAnswer,
    ) -> Result<CommandContext, StoreError> {
        let (mut found, locks) =
            Box::pin(self.fetch_command_facts(claim, needs, at, answer)).await?;
        if Box::pin(self.pass_rival_deadlines(&locks, at)).await? {
            // The locks may be others' by now.
            (found, _) = Box::pin(self.fetch_command_facts(claim, needs, at, answer)).await?;
        }
        let undecided = undecided_numbers(claim);
        let locks = if needs.locks { found.fetched.locks(claim, &undecided)? } else { Vec::new() };
        let declined = Box::pin(self.declined_unsettled(claim, &locks, at)).await?;
        found.facts.blocked.extend(declined);
        let mut facts = found.facts;
        facts.rivals = Box::pin(self.find_rivals(claim, &locks, at)).await?;
        let context =
            Context { at, actor: actor.clone(), policy: found.policy, places: found.places, facts };
        let fetched = found.fetched;
        let asked = match answer {
            CommandAnswer::ClaimWithRecipients => fetched.recipients(claim)?,
            CommandAnswer::Claim | CommandAnswer::ClaimWithCompetition => None,
        };
        let staff = found.newest.map(|newest| StaffReads { newest, fetched });
        Ok(CommandContext { context, locks, asked, staff })
    }

    /// Fetches what a command needs, and the locks of the undecided items where it needs them.
    async fn fetch_command_facts(
        &self,
        claim: &Claim,
        needs: CommandNeeds,
        at: Instant,
        answer: CommandAnswer,
    ) -> Result<(CommandFacts, Vec<FoundLock>), StoreError> {
        let subject = &claim.subject;
        let staff = answer == CommandAnswer::ClaimWithCompetition;
        let mut fetched = FetchedItems::default();
        let (_, at_tenant) = tokio::try_join!(
            self.fetch_items(&mut fetched, self.command_keys(claim, needs, answer)),
            Box::pin(self.query_tenant_index(claim, needs, staff)),
        )?;
        let partner = if needs.partner { fetched.partner(&subject.partner)? } else { None };
        let tenant = if needs.tenant { fetched.tenant(&subject.tenant)? } else { None };
        let program = if needs.eligibility { fetched.program(&subject.program)? } else { None };
        let policy = match newest_draft_policy(claim, program.as_ref()) {
            Some(policy) => policy,
            None => self.policy_in(claim, &fetched)?,
        };
        let newest = at_tenant.as_ref().filter(|_| staff).map(newest_claims).transpose()?;
        let mut then = calendar_keys(partner.as_ref(), tenant.as_ref());
        let own = match at_tenant.as_ref().filter(|_| needs.eligibility) {
            Some(at_tenant) => at_tenant.of_partner(&subject.partner)?,
            None => Vec::new(),
        };
        then.extend(own.iter().filter(|id| **id != claim.id).map(record_key));
        if needs.locks {
            let named = fetched.claims_in_locks(claim, &undecided_numbers(claim))?;
            then.extend(named.iter().map(record_key));
        }
        // What only the answer needs goes along where there is a second batch anyway.
        if let Some(newest) = newest.as_ref().filter(|_| !then.is_empty()) {
            then.extend(rival_keys(claim, newest, &fetched)?);
        }
        let known_open = match partner.as_ref().filter(|_| needs.quota) {
            Some(partner) => Some((partner, fetched.open_claims(&partner.id)?)),
            None => None,
        };
        let quota = async {
            match known_open {
                Some((partner, known)) => {
                    Box::pin(self.has_all_open_claims(partner, known, at)).await
                }
                None => Ok(false),
            }
        };
        let (_, is_full) = tokio::try_join!(self.fetch_items(&mut fetched, then), quota)?;
        let over_quota = is_full.then_some(None);
        let (by, to) = (partner.as_ref(), tenant.as_ref());
        let ended = claim.state.window().map(|window| window.closes_at).filter(|end| *end <= at);
        let places = self.places_in(&fetched, needs.operator, by, to, ended, &policy)?;
        let recipients = if needs.recipients { fetched.recipients(claim)? } else { None };
        let mut facts =
            Facts { partner, tenant, program, over_quota, recipients, ..Facts::default() };
        if needs.recipients {
            facts.no_repeated_at = fetched.no_repeated_at(claim)?;
        }
        if needs.outages && claim.state.running_window().is_some() {
            facts.outages = fetched.outages()?;
        }
        if needs.eligibility {
            add_rights(&requested_items(claim), &own, &fetched, at, &mut facts)?;
        } else if needs.blocks {
            fill_blocked_items(&reclaimable_items(claim), &fetched, at, &mut facts)?;
        }
        let locks =
            if needs.locks { fetched.locks(claim, &undecided_numbers(claim))? } else { Vec::new() };
        Ok((CommandFacts { facts, policy, places, newest, fetched }, locks))
    }

    /// What a claim names of all that a command needs.
    fn command_keys(
        &self,
        claim: &Claim,
        needs: CommandNeeds,
        answer: CommandAnswer,
    ) -> Vec<ItemKey> {
        let subject = &claim.subject;
        let mut keys: Vec<_> = self.policy_key_unless_kept(claim).into_iter().collect();
        if needs.partner {
            keys.push(partner_key(&subject.partner));
        }
        if needs.quota {
            keys.push(open_claims_key(&subject.partner));
        }
        if needs.tenant {
            keys.extend(tenant_keys(&subject.tenant));
        }
        if needs.eligibility {
            keys.push(program_key(&subject.program));
        }
        if needs.eligibility || needs.blocks {
            let claimed =
                if needs.eligibility { requested_items(claim) } else { reclaimable_items(claim) };
            keys.extend(claimed.block_keys());
        }
        if needs.operator {
            keys.push(calendar_key(self.config.operator.calendar.country()));
        }
        if needs.locks {
            keys.extend(lock_keys(claim, &undecided_numbers(claim)));
        }
        if needs.recipients {
            keys.extend(recipients_keys(claim));
        }
        if needs.outages && claim.state.running_window().is_some() {
            keys.push(outages_key());
        }
        match answer {
            CommandAnswer::Claim => {}
            CommandAnswer::ClaimWithRecipients => keys.extend(recipients_keys(claim)),
            CommandAnswer::ClaimWithCompetition => keys.extend(competition_keys(claim)),
        }
        keys
    }

    /// The claims at the tenant: all of them for operator staff, who see the rivals, and otherwise the
    /// partner's own.
    async fn query_tenant_index(
        &self,
        claim: &Claim,
        needs: CommandNeeds,
        staff: bool,
    ) -> Result<Option<ClaimsAtTenant>, StoreError> {
        if !needs.eligibility && !staff {
            return Ok(None);
        }
        let own = (!staff).then_some(&claim.subject.partner);
        self.claims_at_tenant(own, &claim.subject.tenant).await.map(Some)
    }
}

/// What was fetched for a command.
struct CommandFacts {
    facts: Facts,
    policy: Policy,
    places: LocalCalendars,
    newest: Option<Vec<ClaimId>>,
    fetched: FetchedItems,
}

fn undecided_numbers(claim: &Claim) -> Vec<ItemNo> {
    claim.undecided_items().map(|item| item.no).collect()
}

/// What a draft is judged by when it is submitted: the program's present policy, to which it is pinned from
/// then on.
fn newest_draft_policy(claim: &Claim, program: Option<&Program>) -> Option<Policy> {
    let draft = matches!(claim.state, State::Draft { .. });
    program.filter(|_| draft).map(|program| program.policy.clone())
}
