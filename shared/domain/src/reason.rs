//! Coded reasons (`docs/domain.md §3`).

use serde::{Deserialize, Serialize};

use crate::codes::codes;
use crate::ids::ItemNo;

codes! {
    /// Why information is asked for or a claim rejected.
    ReasonCode {
        /// There is no evidence.
        EvidenceMissing => "evidence_missing",
        /// The customer has not acknowledged it.
        EvidenceNoCustomerAcknowledgement => "evidence_no_customer_acknowledgement",
        /// Dates are missing or too old.
        EvidenceDatesMissingOrOld => "evidence_dates_missing_or_old",
        /// No service of the partner in it.
        EvidenceNoPartnerService => "evidence_no_partner_service",
        /// A claimed item is not in it.
        EvidenceItemMissing => "evidence_item_missing",
        /// It speaks of another tenant.
        EvidenceTenantMismatch => "evidence_tenant_mismatch",
        /// It cannot be read.
        EvidenceUnreadable => "evidence_unreadable",
        /// The partner did not answer in time.
        PartnerNoResponse => "partner_no_response",
        /// The partner asked for it.
        PartnerRequest => "partner_request",
        /// No customer contact could be reached.
        CustomerUnreachable => "customer_unreachable",
        /// The contact is not verified.
        ContactUnverified => "contact_unverified",
        /// The customer declined the claim.
        CustomerDeclined => "customer_declined",
        /// It repeats another claim.
        Duplicate => "duplicate",
        /// Another partner's claim prevailed.
        LostArbitration => "lost_arbitration",
        /// The location is not enrolled.
        NotEnrolled => "not_enrolled",
        /// The item may not be claimed.
        ItemNotClaimable => "item_not_claimable",
        /// Against the program's rules.
        PolicyViolation => "policy_violation",
    }
    /// Why an association ended.
    EndReason {
        /// The partner ended it.
        PartnerLeft => "partner_left",
        /// The customer ended it.
        CustomerRevoked => "customer_revoked",
        /// The operator ended it.
        OperatorRevoked => "operator_revoked",
        /// Another partner took over.
        Superseded => "superseded",
        /// The policy's term ran out.
        TermExpired => "term_expired",
        /// The item is gone.
        ItemGone => "item_gone",
        /// The tenant is gone.
        TenantGone => "tenant_gone",
        /// No verified delivery had stood for a full window.
        NoticeFailed => "notice_failed",
        /// The partner lost the enrolment before silence was executed.
        NotEnrolled => "not_enrolled",
        /// Another association of the same partner took its place.
        Renewed => "renewed",
    }
}

/// A coded reason, of the claim or of one item. Its comment, if any, stands in the details.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The code that says what is asked or wrong.
    pub code: ReasonCode,
    /// The item it is about; `None`: the claim.
    pub item_no: Option<ItemNo>,
}
