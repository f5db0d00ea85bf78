//! Programs and their policies.

use std::collections::HashMap;
use std::sync::{MutexGuard, PoisonError};

use domain::claim::Claim;
use domain::ids::ProgramId;
use domain::program::{Policy, Program};

use super::entry::{ATTEMPTS, body_of, with_body};
use crate::table::attributes::{key, number, put};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, ItemKey};
use crate::table::keys;
use crate::table::retry::pause;
use crate::table::transaction::{Action, Condition, Written};
use crate::table::write_id::WriteId;

/// The policy version of a program, for conditions.
const POLICY_VERSION: &str = "v";
/// How many policies a process keeps.
const MOST_KEPT: usize = 1_000;

impl Store {
    /// The program of that id, as it is now.
    pub async fn program(&self, id: &ProgramId) -> Result<Option<Program>, StoreError> {
        self.load_entry(key(keys::program(id), keys::RECORD)).await
    }

    /// Stores a program. A policy other than the present one is its next version; the claims of the
    /// older ones keep theirs. The program comes back with the version it has now.
    pub async fn put_program(&self, program: &Program) -> Result<Program, StoreError> {
        for attempt in 0..ATTEMPTS {
            let old = self.program(&program.id).await?;
            let policy_version = match &old {
                Some(old) if old.policy == program.policy => old.policy_version,
                Some(old) => old.policy_version.saturating_add(1),
                None => 1,
            };
            let new = Program { policy_version, ..program.clone() };
            if self.replace_program(old.as_ref(), &new).await? == Written::Done {
                return Ok(new);
            }
            pause(attempt).await;
        }
        Err(StoreError::Unavailable("others put the same program all the time".to_owned()))
    }

    async fn replace_program(
        &self,
        old: Option<&Program>,
        new: &Program,
    ) -> Result<Written, StoreError> {
        let mut entry = with_body(key(keys::program(&new.id), keys::RECORD), new)?;
        put(&mut entry, POLICY_VERSION, Some(number(new.policy_version)));
        let unchanged = match old {
            Some(old) => Condition::new("v = :v").with(":v", number(old.policy_version)),
            None => Condition::absent(),
        };
        if old.is_some_and(|old| old.policy_version == new.policy_version) {
            return self.put_item_if(entry, unchanged).await;
        }
        let version = key(keys::program(&new.id), keys::policy(new.policy_version));
        let version = with_body(version, &new.policy)?;
        let actions = vec![
            Action::Put(entry, Some(unchanged)),
            Action::Put(version, Some(Condition::absent())),
        ];
        self.transact(actions, WriteId::new()).await
    }

    /// The policy a claim is pinned to. It never changes, so it is read once and kept.
    pub async fn policy_of(&self, claim: &Claim) -> Result<Policy, StoreError> {
        let pinned = pinned_policy(claim);
        if let Some(policy) = self.kept_policies().get(&pinned).cloned() {
            return Ok(policy);
        }
        let key = key(keys::program(&pinned.0), keys::policy(pinned.1));
        let policy: Option<Policy> = self.load_entry(key).await?;
        let policy = policy.ok_or_else(|| StoreError::unreadable("claim", "pv"))?;
        self.keep_policy(pinned, policy.clone());
        Ok(policy)
    }

    /// Where the policy of a claim stands; `None` where it is kept already.
    pub(crate) fn policy_key_unless_kept(&self, claim: &Claim) -> Option<ItemKey> {
        let pinned = pinned_policy(claim);
        let kept = self.kept_policies().contains_key(&pinned);
        (!kept).then(|| (keys::program(&pinned.0), keys::policy(pinned.1)))
    }

    /// The policy of a claim, kept or fetched.
    pub(crate) fn policy_in(
        &self,
        claim: &Claim,
        fetched: &FetchedItems,
    ) -> Result<Policy, StoreError> {
        let pinned = pinned_policy(claim);
        if let Some(policy) = self.kept_policies().get(&pinned).cloned() {
            return Ok(policy);
        }
        let found = fetched.get(&(keys::program(&pinned.0), keys::policy(pinned.1)))?;
        let found = found.ok_or_else(|| StoreError::unreadable("claim", "pv"))?;
        let policy: Policy = body_of(found.clone())?;
        self.keep_policy(pinned, policy.clone());
        Ok(policy)
    }

    /// Keeps a policy in the process. Policies never change, so only their number is bounded.
    pub(crate) fn keep_policy(&self, pinned: (ProgramId, u32), policy: Policy) {
        let mut kept = self.kept_policies();
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(pinned, policy);
    }

    /// The policies read so far; never held while something is awaited.
    fn kept_policies(&self) -> MutexGuard<'_, HashMap<(ProgramId, u32), Policy>> {
        self.policies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FetchedItems {
    /// The program of that id as it is now, if its key was fetched.
    pub(crate) fn program(&self, id: &ProgramId) -> Result<Option<Program>, StoreError> {
        self.get(&program_key(id))?.cloned().map(body_of).transpose()
    }
}

/// Where a program stands.
pub(crate) fn program_key(id: &ProgramId) -> ItemKey {
    (keys::program(id), keys::RECORD.to_owned())
}

/// The program and the version of the policy that a claim is pinned to.
fn pinned_policy(claim: &Claim) -> (ProgramId, u32) {
    (claim.subject.program.clone(), claim.subject.policy_version)
}
