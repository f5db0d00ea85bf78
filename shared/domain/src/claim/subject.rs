//! Who claims, of whom, in which program.

use serde::{Deserialize, Serialize};

use crate::ids::{Activity, FamilyId, LocationId, PartnerId, ProgramId, TenantId};
use crate::program::ItemKind;

/// What is fixed when a claim is first stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The partner that claims.
    pub partner: PartnerId,
    /// The partner's location; absent in a draft that does not name it yet.
    pub location: Option<LocationId>,
    /// The program that is claimed in; fixed from the draft on.
    pub program: ProgramId,
    /// The version of the policy the claim is pinned to.
    pub policy_version: u32,
    /// The family of the program, within which an item has one partner of record.
    pub family: FamilyId,
    /// What the program's items are.
    pub kind: ItemKind,
    /// What the partner does; absent in a draft that does not name it yet.
    pub activity: Option<Activity>,
    /// The tenant of the customer; fixed from the draft on.
    pub tenant: TenantId,
    /// Whether the customer's standing rules ask for a yes: then silence is a no, whatever the policy.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub explicit_yes: bool,
}
