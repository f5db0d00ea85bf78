//! What the customer is shown and what therefore becomes active (`docs/domain.md §4`, I6).

use serde_json::{Value, json};

use crate::canonical;
use crate::claim::Claim;
use crate::ids::Sha256Hash;

/// The data of the customer that an associated partner may read, of his items only.
pub const DATA_SCOPES: [&str; 2] = ["usage", "provisioned_seats"];

/// The digest of the frozen content: partner, program, activity, tenant, items and data scopes.
/// Contacts and evidence are not part of it: they may be corrected without a new consent.
pub fn hash(claim: &Claim) -> Sha256Hash {
    canonical::hash(&content(claim))
}

fn content(claim: &Claim) -> Value {
    let items: Vec<_> = claim.kept().map(|item| json!({"no": item.no, "id": item.id})).collect();
    json!({
        "partner": claim.subject.partner,
        "program": claim.subject.program,
        "policy_version": claim.subject.policy_version,
        "activity": claim.subject.activity,
        "tenant": claim.subject.tenant,
        "kind": claim.subject.kind,
        "items": items,
        "data_scopes": DATA_SCOPES,
    })
}
