//! Programs and their policies.

use std::collections::{BTreeSet, HashMap};
use std::sync::{MutexGuard, PoisonError};

use domain::actor::Actor;
use domain::claim::{Claim, Instant};
use domain::ids::ProgramId;
use domain::program::{Policy, Program};

use super::entry::{
    DryRun, EntryWrite, NextEntry, Permits, RevisedEntry, Wish, read_body, write_body,
};
use super::listing::EntryList;
use super::revision::{Author, EntryKind};
use crate::table::attributes::{
    Attributes, Reader, instant_value, item_key, number_value, put_value, text_value,
};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::fetched::{FetchedItems, ItemKey};
use crate::table::keys;
use crate::table::transaction::{Condition, TransactionAction};

/// The version of the program's policy.
const POLICY_VERSION: &str = "v";
/// Since when a version of a policy acts on claims that are submitted.
const SINCE: &str = "t";
/// How many policies a process keeps.
const MOST_KEPT: usize = 1_000;

/// A version of a program's policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyVersion {
    /// The number of the version, to which claims are pinned.
    pub version: u32,
    /// Since when claims that are submitted are pinned to it, where that was kept.
    pub since: Option<Instant>,
    /// The policy, which never changes under its number.
    pub policy: Policy,
}

impl Store {
    /// The program of that id, as it is now.
    pub async fn load_program(&self, id: &ProgramId) -> Result<Option<Program>, StoreError> {
        Ok(self.program_entry(id).await?.map(|program| program.entry))
    }

    /// The same with the number of its revision.
    pub async fn program_entry(
        &self,
        id: &ProgramId,
    ) -> Result<Option<RevisedEntry<Program>>, StoreError> {
        self.load_entry(keys::program_pk(id)).await
    }

    /// Stores a program as the author writes it. A policy other than the present one is its next version; the
    /// claims of the older ones keep theirs. The program comes back with the version it has now.
    ///
    /// # Errors
    /// The wish's refusal; where others put the same program all the time, and of the table.
    pub async fn change_program(
        &self,
        id: &ProgramId,
        wish: Wish<'_, Program>,
        author: &Author,
        permits: Permits<'_, Program>,
    ) -> Result<EntryWrite<Program>, StoreError> {
        let next = |old: Option<&Program>, _| next_program(old, wish(old)?, author.at);
        self.change_entry(keys::program_pk(id), author, permits, next).await
    }

    /// What [`Store::change_program`] would do with the program as it is now.
    ///
    /// # Errors
    /// As those of [`Store::change_program`].
    pub async fn foresee_program(
        &self,
        id: &ProgramId,
        wish: Wish<'_, Program>,
        permits: Permits<'_, Program>,
    ) -> Result<DryRun<Program>, StoreError> {
        let next = |old: Option<&Program>| {
            let policy_version = old.map_or(1, |old| old.policy_version);
            Ok(Program { policy_version, ..wish(old)? })
        };
        self.foresee_entry(keys::program_pk(id), permits, &next).await
    }

    /// Those of the ids that no program has.
    pub async fn unknown_programs(
        &self,
        ids: BTreeSet<&ProgramId>,
    ) -> Result<BTreeSet<ProgramId>, StoreError> {
        self.unknown_ids(ids, program_key).await
    }

    /// Stores a program as the system's doing: of imports and tests.
    ///
    /// # Errors
    /// As those of [`Store::change_program`].
    pub async fn put_program(&self, program: &Program) -> Result<(), StoreError> {
        let author = Author::of(&Actor::System, self.present_time().await?.at);
        let wish = |_: Option<&Program>| Ok(program.clone());
        Box::pin(self.change_program(&program.id, &wish, &author, &|_, _| true)).await.map(|_| ())
    }

    /// The versions of a program's policy, oldest first; a version from before that was kept has no moment.
    ///
    /// # Errors
    /// Where a version cannot be read.
    pub async fn policy_versions(&self, id: &ProgramId) -> Result<Vec<PolicyVersion>, StoreError> {
        let pages = self
            .client
            .query()
            .table_name(self.table_name())
            .key_condition_expression("pk = :pk AND begins_with(sk, :v)")
            .expression_attribute_values(":pk", text_value(keys::program_pk(id)))
            .expression_attribute_values(":v", text_value(keys::POLICIES))
            .into_paginator()
            .items()
            .send();
        let items = pages.collect::<Result<Vec<_>, _>>().await?;
        let read = |item: Attributes| {
            let reader = Reader::new("policy", &item);
            let version = reader.read_parsed("sk", |sk| keys::parse_policy_sk(sk).ok_or(()))?;
            let since = reader.opt_instant(SINCE)?;
            Ok(PolicyVersion { version, since, policy: read_body(item)? })
        };
        let mut all = items.into_iter().map(read).collect::<Result<Vec<_>, StoreError>>()?;
        all.sort_by_key(|one: &PolicyVersion| one.version);
        Ok(all)
    }

    /// The policy a claim is pinned to. It never changes, so it is read once and kept.
    pub async fn policy_of(&self, claim: &Claim) -> Result<Policy, StoreError> {
        self.load_pinned_policy(pinned_policy(claim)).await
    }

    /// The policy of a program's version.
    pub(crate) async fn load_pinned_policy(
        &self,
        pinned: (ProgramId, u32),
    ) -> Result<Policy, StoreError> {
        if let Some(policy) = self.kept_policies().get(&pinned).cloned() {
            return Ok(policy);
        }
        let stored =
            self.get_item(item_key(keys::program_pk(&pinned.0), keys::policy_sk(pinned.1))).await?;
        let policy: Option<Policy> = stored.map(read_body).transpose()?;
        let policy = policy.ok_or_else(|| StoreError::unreadable_attribute("claim", "pv"))?;
        self.keep_policy(pinned, policy.clone());
        Ok(policy)
    }

    /// Where the policy of a claim stands; `None` where it is kept already.
    pub(crate) fn policy_key_unless_kept(&self, claim: &Claim) -> Option<ItemKey> {
        let pinned = pinned_policy(claim);
        let kept = self.kept_policies().contains_key(&pinned);
        (!kept).then(|| (keys::program_pk(&pinned.0), keys::policy_sk(pinned.1)))
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
        let found = fetched.get(&(keys::program_pk(&pinned.0), keys::policy_sk(pinned.1)))?;
        let found = found.ok_or_else(|| StoreError::unreadable_attribute("claim", "pv"))?;
        let policy: Policy = read_body(found.clone())?;
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

/// The program that takes the place of `old`, with its policy where that is a new version.
fn next_program(
    old: Option<&Program>,
    new: Program,
    at: Instant,
) -> Result<NextEntry<Program>, StoreError> {
    let policy_version = match old {
        Some(old) if old.policy == new.policy => old.policy_version,
        Some(old) => old.policy_version.saturating_add(1),
        None => 1,
    };
    let mut beside = Vec::new();
    if old.is_none_or(|old| old.policy_version != policy_version) {
        let version = item_key(keys::program_pk(&new.id), keys::policy_sk(policy_version));
        let mut version = write_body(version, &new.policy)?;
        put_value(&mut version, SINCE, Some(instant_value(at)));
        beside.push(TransactionAction::Put(version, Some(Condition::absent())));
    }
    let entry = Program { policy_version, ..new };
    let mut attributes =
        EntryList::Programs.list_attributes(entry.name.as_str(), entry.id.as_str());
    attributes.push((POLICY_VERSION, number_value(policy_version)));
    Ok(NextEntry { entry, attributes, beside })
}

/// The number of its policy's version is another one than that of the entry.
impl EntryKind for Program {
    const REVISION: &'static str = "r";
}

impl FetchedItems {
    /// The program of that id as it is now, if its key was fetched.
    pub(crate) fn program(&self, id: &ProgramId) -> Result<Option<Program>, StoreError> {
        self.get(&program_key(id))?.cloned().map(read_body).transpose()
    }
}

/// Where a program stands.
pub(crate) fn program_key(id: &ProgramId) -> ItemKey {
    (keys::program_pk(id), keys::RECORD.to_owned())
}

/// The program and the version of the policy that a claim is pinned to.
fn pinned_policy(claim: &Claim) -> (ProgramId, u32) {
    (claim.subject.program.clone(), claim.subject.policy_version)
}
