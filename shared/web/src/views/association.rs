//! Associations as the API answers them.

use domain::claim::{Claim, ItemStatus};
use domain::ids::ItemNo;
use domain::program::Policy;
use domain::time::format_rfc3339;
use serde::Serialize;
use utoipa::ToSchema;

use crate::views::claim::{partner_view, tenant_view};
use crate::views::{ItemRefView, NamedView, TenantRefView};
use crate::words::{BasisWord, EndReasonWord, Word};

/// An item of a claim that became official.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AssociationView {
    /// The association: the claim's id, a hyphen and the item's number.
    pub id: String,
    /// The claim whose item it is.
    pub claim_id: String,
    /// The item's number in the claim, 1–25.
    #[schema(minimum = 1, maximum = 25)]
    pub item_no: u8,
    /// The partner of record.
    pub partner: NamedView,
    /// The tenant of the customer.
    pub tenant: TenantRefView,
    /// The program, by its id.
    pub program: String,
    /// The item of the tenant that it is about.
    pub item: ItemRefView,
    /// Whether the association runs (`active`) or has ended (`ended`).
    pub status: AssociationStatusView,
    /// Why the item became active.
    pub basis: BasisWord,
    /// Since when the association runs.
    #[schema(format = DateTime)]
    pub effective_at: String,
    /// When the term ends, of an ended association when it would have ended. While other items of the claim wait, it is
    /// counted from the end of their window, and moves with it. `null`: the program has no term, or the claim has no
    /// window to count it from.
    #[schema(format = DateTime, required)]
    pub term_ends_at: Option<String>,
    /// When the association ended; `null` while it runs.
    #[schema(format = DateTime, required)]
    pub ended_at: Option<String>,
    /// Why it ended; `null` while it runs.
    #[schema(required)]
    pub reason: Option<EndReasonWord>,
    /// Whether the operator vouched for the contact whom the claim's notice named.
    pub vouched: bool,
}

/// Whether an association runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AssociationStatusView {
    /// The association of the item runs.
    Active,
    /// The association of the item has ended.
    Ended,
}

impl AssociationView {
    /// The view of a claim's item, with the policy that the claim keeps; `None` where it is no association, or never was
    /// one.
    pub fn of(claim: &Claim, no: ItemNo, policy: &Policy) -> Option<Self> {
        let item = claim.find_item(no)?;
        let (status, why, effective_at, end) = match claim.item_status(item) {
            ItemStatus::Active { basis, effective_at } => {
                (AssociationStatusView::Active, basis, effective_at, None)
            }
            ItemStatus::Ended { reason, at, basis, effective_at } => {
                (AssociationStatusView::Ended, basis, effective_at, Some((at, reason)))
            }
            ItemStatus::Proposed
            | ItemStatus::Pending
            | ItemStatus::Declined { .. }
            | ItemStatus::Dropped
            | ItemStatus::Withdrawn
            | ItemStatus::Rejected => return None,
        };
        Some(Self {
            id: claim.association_id(no).to_string(),
            claim_id: claim.id.to_string(),
            item_no: no.0,
            partner: partner_view(claim),
            tenant: tenant_view(claim),
            program: claim.subject.program.to_string(),
            item: ItemRefView { kind: Word(claim.subject.kind), id: item.id.to_string() },
            status,
            basis: Word(why),
            effective_at: format_rfc3339(effective_at),
            term_ends_at: claim.term_ends_at(policy).map(format_rfc3339),
            ended_at: end.map(|(at, _)| format_rfc3339(at)),
            reason: end.map(|(_, reason)| Word(reason)),
            vouched: claim.details.has_vouched_contact(),
        })
    }
}
