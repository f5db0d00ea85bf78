//! What a decision may look at, read as far as the command needs it.

use domain::actor::Actor;
use domain::claim::{Claim, Instant, State};
use domain::command::Needs;
use domain::context::{Context, Facts};
use domain::ids::ItemNo;
use domain::program::{Policy, Program};

use super::claimed_items::claimed;
use crate::exclusivity::lock::FoundLock;
use crate::table::config::Store;
use crate::table::error::StoreError;

/// The context of a command, and the locks that were read for it.
#[derive(Debug)]
pub(crate) struct Surroundings {
    pub(crate) context: Context,
    pub(crate) locks: Vec<FoundLock>,
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
