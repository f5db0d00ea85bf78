//! What a claim or a notice may have a few times, and why a window became longer.

use serde::{Deserialize, Serialize};

use crate::codes::codes;

codes! {
    /// Why a window became longer.
    ExtensionCause {
        /// The customer asked for more time.
        Customer => "customer",
        /// The operator gave more time.
        Operator => "operator",
        /// A holiday was announced, or the calendar's data changed.
        Holiday => "holiday",
        /// It was counted again from another delivery.
        Delivery => "delivery",
        /// A "no" was taken back shortly before its end.
        Undo => "undo",
        /// Customers could not answer in its last hours.
        Outage => "outage",
    }
}

/// The causes for which a window became longer, each once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ExtensionCauses(u8);

impl ExtensionCauses {
    /// Whether the window became longer for that cause.
    pub fn contains(self, cause: ExtensionCause) -> bool {
        self.0 & cause_bit(cause) != 0
    }

    /// The causes with one more.
    #[must_use]
    pub fn with(self, cause: ExtensionCause) -> Self {
        Self(self.0 | cause_bit(cause))
    }

    /// The causes, in the order of the documentation.
    pub fn iter(self) -> impl Iterator<Item = ExtensionCause> {
        ExtensionCause::ALL.iter().copied().filter(move |cause| self.contains(*cause))
    }

    /// The set as a number of six bits, in the order of [`ExtensionCause::ALL`].
    pub fn to_bits(self) -> u8 {
        self.0
    }

    /// The set of these bits; `None` where one stands for no cause.
    pub fn of_bits(bits: u8) -> Option<Self> {
        (bits < 1 << ExtensionCause::ALL.len()).then_some(Self(bits))
    }
}

fn cause_bit(cause: ExtensionCause) -> u8 {
    match cause {
        ExtensionCause::Customer => 1,
        ExtensionCause::Operator => 2,
        ExtensionCause::Holiday => 4,
        ExtensionCause::Delivery => 8,
        ExtensionCause::Undo => 16,
        ExtensionCause::Outage => 32,
    }
}

/// How often something was done that may be done a few times only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UsedChances {
    /// Notices that followed a notice which reached nobody, in the life of the claim.
    pub renewals: u8,
    /// Contacts of the partner's that the operator refused, since the claim was last unreachable.
    pub refused_proposals: u8,
    /// Undos by link, of the current notice.
    pub undos: u8,
}

impl UsedChances {
    /// The most new notices by the system itself.
    pub const MOST_RENEWALS: u8 = 5;
    /// The most refusals of a proposed contact.
    pub const MOST_REFUSED_PROPOSALS: u8 = 2;
    /// The most undos by link.
    pub const MOST_UNDOS: u8 = 3;
}
