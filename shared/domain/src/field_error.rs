//! What is wrong with the fields of a request.

use crate::codes::codes;

codes! {
    /// What is wrong with one field of a request (`docs/api.md §1.7`).
    FieldCode {
        /// A field that must be there is not.
        Required => "required",
        /// Not of the form asked for.
        Malformed => "malformed",
        /// More characters or entries than permitted.
        TooLong => "too-long",
        /// Not a field of this request.
        UnknownField => "unknown-field",
        /// The same entry twice.
        Duplicate => "duplicate",
        /// No such tenant, or it is deleted.
        TenantUnknown => "tenant-unknown",
        /// The domain is not one of the tenant's.
        TenantDomainMismatch => "tenant-domain-mismatch",
        /// No such program.
        ProgramUnknown => "program-unknown",
        /// The program takes no new claims.
        ProgramClosed => "program-closed",
        /// Not an activity of the program.
        ActivityNotAllowed => "activity-not-allowed",
        /// Workload where the program has subscriptions, or the reverse.
        ItemKindWrong => "item-kind-wrong",
        /// The tenant has no such item, or it has ended.
        ItemNotInTenant => "item-not-in-tenant",
        /// Not in the program's catalogue, or excluded.
        ItemNotClaimable => "item-not-claimable",
        /// The location is not the partner's, or not enrolled in the program.
        LocationNotEnrolled => "location-not-enrolled",
        /// The partner may not claim.
        PartnerSuspended => "partner-suspended",
        /// No recipient could open a window.
        CustomerUnreachable => "customer-unreachable",
        /// Acknowledged too long ago.
        EvidenceTooOld => "evidence-too-old",
        /// Acknowledged in the future, missing where needed, or not clean.
        EvidenceRejected => "evidence-rejected",
        /// A day before the association, of which the partner may not read.
        BeforeAssociation => "before-association",
    }
}

/// What is wrong with one field, by JSON Pointer into the request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FieldError {
    /// Where: `/items/0/id`; empty for the whole body.
    pub pointer: String,
    /// What.
    pub code: FieldCode,
}

impl FieldError {
    /// An error at `pointer`.
    pub fn new(pointer: impl Into<String>, code: FieldCode) -> Self {
        Self { pointer: pointer.into(), code }
    }
}
