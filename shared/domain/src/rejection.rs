//! Why a command was refused: stable codes, chosen by what the caller does on seeing them.

use crate::claim::Status;
use crate::command::CommandKind;
use crate::ids::{ClaimId, ItemNo};
use crate::reason::codes;

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

/// A refusal. It changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The role, or the role on this kind of claim, may not do it.
    #[error("the role may not do this")]
    RoleNotAllowed,
    /// Not the caller's claim: answered as if it did not exist.
    #[error("not found")]
    NotFound,
    /// The command does not fit the claim's state or the moment.
    #[error("{} is not possible in {}", .command.as_str(), .status.as_str())]
    InvalidState {
        /// Where the claim stands.
        status: Status,
        /// What was asked.
        command: CommandKind,
    },
    /// Fields or facts are wrong: all of them, at once.
    #[error("{} fields are wrong", .0.len())]
    Fields(Vec<FieldError>),
    /// The partner has a claim on an item already.
    #[error("the partner claims an item already")]
    DuplicateClaim {
        /// That claim.
        claim: ClaimId,
    },
    /// Another claim holds or is next for these items.
    #[error("items are busy")]
    ItemBusy {
        /// Which.
        items: Vec<ItemNo>,
    },
    /// The customer has blocked this partner.
    #[error("blocked by the customer")]
    BlockedByCustomer,
    /// Too many claims.
    #[error("quota exceeded")]
    QuotaExceeded {
        /// Seconds after which it may fit, where waiting helps.
        retry_after_s: Option<u32>,
    },
    /// A deadline would leave the years of the calendar data (`docs/domain.md §4`, 7).
    #[error("outside the calendar data")]
    OutsideCalendar,
    /// The context lacks a fact that the command needs: a fault of ours, never of the caller.
    #[error("missing fact: {0}")]
    MissingFact(&'static str),
}
