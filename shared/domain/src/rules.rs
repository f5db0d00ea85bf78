//! The customer's standing rules (`docs/api.md §3.4`): what holds for every claim on the
//! tenant from its submit on, without an answer to each.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::claim::Instant;
use crate::ids::{ItemId, PartnerId, ProgramId};
use crate::locale::Locale;
use crate::program::{ItemKind, ItemRef};
use crate::text::{Email, Name};

/// The most extra contacts: each of them gets every mail.
pub const MAX_RULE_CONTACTS: usize = 10;
/// The most entries of the other lists.
pub const MAX_RULE_ENTRIES: usize = 500;

/// What a customer has settled beforehand.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StandingRules {
    /// Partners that may claim nothing of the customer's.
    pub blocked_partners: BTreeSet<PartnerId>,
    /// Where silence is a no.
    pub explicit_yes: ExplicitYes,
    /// Days on which the customer is closed, beside those that the operator knows.
    pub closures: BTreeSet<NaiveDate>,
    /// The language the customer wants to be written to in.
    pub locale: Option<Locale>,
    /// People who get every notice and receipt too; each of them speaks for the customer.
    pub contacts: Vec<RuleContact>,
    /// Blocks that are the customer's own wish rather than the trace of a no.
    pub blocks: BTreeSet<ItemBlock>,
}

/// In which programs a claim needs the customer's yes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExplicitYes {
    /// In none: the program's policy decides what silence means.
    #[default]
    None,
    /// In every program, whatever the policy.
    All,
    /// In these programs alone.
    Programs(BTreeSet<ProgramId>),
}

/// Somebody whom the customer wants to be told as well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleContact {
    /// The name of the person or desk.
    pub name: Name,
    /// The address that mails go to.
    pub email: Email,
}

/// A partner that may not claim an item for a while.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ItemBlock {
    /// The partner that may not claim.
    pub partner: PartnerId,
    /// Whether the item is a workload or a subscription.
    pub kind: ItemKind,
    /// The id of the item at the tenant.
    pub id: ItemId,
    /// The end of the block, exclusive.
    pub until: Instant,
}

impl ItemBlock {
    /// Whether it keeps `partner` from `item` at `at`.
    fn blocks_claim(&self, partner: &PartnerId, item: &ItemRef, at: Instant) -> bool {
        let subject = (&self.partner, self.kind, &self.id);
        subject == (partner, item.kind, &item.id) && at < self.until
    }
}

impl StandingRules {
    /// Whether a claim of `partner` on that item is refused at `at`.
    pub fn blocks_claim(&self, partner: &PartnerId, item: &ItemRef, at: Instant) -> bool {
        let kept = || self.blocks.iter().any(|block| block.blocks_claim(partner, item, at));
        self.blocked_partners.contains(partner) || kept()
    }

    /// Whether a claim in `program` needs the customer's yes.
    pub fn needs_explicit_yes(&self, program: &ProgramId) -> bool {
        match &self.explicit_yes {
            ExplicitYes::None => false,
            ExplicitYes::All => true,
            ExplicitYes::Programs(programs) => programs.contains(program),
        }
    }
}
