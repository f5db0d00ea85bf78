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

/// The numbers of events stand in the table of events.
impl StoredCode for EventType {
    fn stored_code(self) -> u8 {
        self.table_row().number
    }

    fn of_code(code: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|event| event.stored_code() == code)
    }
}

stored_codes! {
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
        Renewed = 10,
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
