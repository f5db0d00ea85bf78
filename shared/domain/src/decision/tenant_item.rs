//! The items of a claim, as its tenant has them.

use crate::claim::{Claim, Item};
use crate::directory::{Tenant, TenantItemState, TenantStatus};

/// Whether the tenant still has one of the claim's items.
pub(crate) fn has_item(claim: &Claim, item: &Item, tenant: &Tenant) -> bool {
    let known = tenant.find_item(&claim.item_ref(item));
    let runs = known.is_some_and(|known| known.state != TenantItemState::Ended);
    tenant.status != TenantStatus::Deleted && runs
}
