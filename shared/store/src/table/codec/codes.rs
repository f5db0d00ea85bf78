//! Stored bytes of the enumerations that are packed. A number, once given, keeps its meaning.

use domain::actor::ActorKind;
use domain::claim::HoldReason;
use domain::event::{EventType, FailureCause};
use domain::program::ItemKind;
use domain::reason::{EndReason, ReasonCode};
use domain::recipient::{Authority, RecipientStanding};

/// A value that is stored as one byte.
pub(crate) trait StoredCode: Sized {
    fn stored_code(self) -> u8;
    fn of_code(code: u8) -> Option<Self>;
}

macro_rules! stored_codes {
    ($($name:ident { $($case:ident = $code:literal,)* })*) => {$(
        impl StoredCode for $name {
            fn stored_code(self) -> u8 {
                match self { $(Self::$case => $code,)* }
            }

            fn of_code(code: u8) -> Option<Self> {
                match code { $($code => Some(Self::$case),)* _ => None }
            }
        }
    )*};
}

stored_codes! {
    EventType {
        Drafted = 1,
        Submitted = 2,
        Edited = 3,
        Recalled = 4,
        Discarded = 5,
        ReviewBegun = 6,
        ReviewOverdue = 7,
        DefenceRequested = 8,
        InformationRequested = 9,
        InformationAnswered = 10,
        Rejected = 11,
        Validated = 12,
        WindowOpened = 13,
        NoticeFailed = 14,
        ContactCorrected = 15,
        ContactRefused = 16,
        ItemsDeclined = 17,
        DeclineUndone = 18,
        ItemsAccepted = 19,
        WindowExtended = 20,
        Held = 21,
        Resumed = 22,
        WindowClosed = 23,
        Withdrawn = 24,
        Disputed = 25,
        DisputeUpheld = 26,
        DisputeOverturned = 27,
        AssociationEnded = 28,
        EvidenceAdded = 29,
        ContactVouched = 30,
        ContactProposed = 31,
        ContactProposalRefused = 32,
        RecipientFailed = 33,
        LinkRetired = 34,
        ConsentChanged = 35,
        Erased = 36,
    }
    ActorKind {
        Partner = 1,
        Customer = 2,
        Operator = 3,
        System = 4,
    }
    EndReason {
        PartnerLeft = 1,
        CustomerRevoked = 2,
        OperatorRevoked = 3,
        Superseded = 4,
        TermExpired = 5,
        ItemGone = 6,
        TenantGone = 7,
        NoticeFailed = 8,
        NotEnrolled = 9,
    }
    ReasonCode {
        EvidenceMissing = 1,
        EvidenceNoCustomerAcknowledgement = 2,
        EvidenceDatesMissingOrOld = 3,
        EvidenceNoPartnerService = 4,
        EvidenceItemMissing = 5,
        EvidenceTenantMismatch = 6,
        EvidenceUnreadable = 7,
        PartnerNoResponse = 8,
        PartnerRequest = 9,
        CustomerUnreachable = 10,
        Duplicate = 11,
        LostArbitration = 12,
        NotEnrolled = 13,
        ItemNotClaimable = 14,
        PolicyViolation = 15,
        ContactUnverified = 16,
        CustomerDeclined = 17,
    }
    ItemKind {
        Workload = 1,
        Subscription = 2,
    }
    HoldReason {
        PartnerSuspended = 1,
        NotEnrolled = 2,
        NoVerifiedDelivery = 3,
        CalendarEnds = 4,
    }
    Authority {
        Verified = 1,
        Domain = 2,
        Outside = 3,
    }
    RecipientStanding {
        Asked = 1,
        Reserve = 2,
        Refused = 3,
        Retired = 4,
        Failed = 5,
        Unreported = 6,
        Past = 7,
    }
    FailureCause {
        Bounce = 1,
        Complaint = 2,
        NoProof = 3,
        Suppressed = 4,
        Unverified = 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn come_back<T: StoredCode + Copy + PartialEq + std::fmt::Debug>(all: &[T]) {
        for value in all {
            assert_eq!(T::of_code(value.stored_code()), Some(*value));
        }
        assert_eq!(T::of_code(0), None);
    }

    #[test]
    fn every_code_is_read_back_as_what_it_was() {
        come_back(EventType::ALL);
        come_back(ActorKind::ALL);
        come_back(EndReason::ALL);
        come_back(ReasonCode::ALL);
        come_back(ItemKind::ALL);
        come_back(HoldReason::ALL);
        come_back(Authority::ALL);
        come_back(RecipientStanding::ALL);
        come_back(&[
            FailureCause::Bounce,
            FailureCause::Complaint,
            FailureCause::NoProof,
            FailureCause::Suppressed,
        ]);
    }
}
