//! Who declined an item.

use serde::{Deserialize, Serialize};

use super::{MAX_RECIPIENTS, RecipientNo};

/// The parties whose "no" stands on an item: the administrator, and recipients by their numbers. 24 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Decliners(u32);

impl Decliners {
    /// The signed-in administrator, the standing rules, and links of a form without recipients.
    pub const ADMINISTRATOR: Self = Self(1);
    /// Nobody.
    pub const NOBODY: Self = Self(0);
    /// Everybody.
    pub const ALL: Self = Self((1 << (MAX_RECIPIENTS + 1)) - 1);

    /// One recipient.
    pub fn recipient(no: RecipientNo) -> Self {
        Self((1 << no.0.min(MAX_RECIPIENTS)) & Self::ALL.0)
    }

    /// The set as a number of 24 bits: bit 0 is the administrator, bit n recipient n.
    pub fn bits(self) -> u32 {
        self.0
    }

    /// The set of these bits; `None` where one stands for nobody.
    pub fn of_bits(bits: u32) -> Option<Self> {
        (bits & !Self::ALL.0 == 0).then_some(Self(bits))
    }

    /// Whether nobody is in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether everybody of `other` is in it.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Everybody who is in one of the two.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Everybody who is not in `other`.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether the administrator is in it.
    pub fn has_administrator(self) -> bool {
        self.contains(Self::ADMINISTRATOR)
    }

    /// The recipients in it, in the order of their numbers.
    pub fn recipients(self) -> impl Iterator<Item = RecipientNo> {
        let is_in = move |no: &RecipientNo| self.contains(Self::recipient(*no));
        (1..=MAX_RECIPIENTS).map(RecipientNo).filter(is_in)
    }
}
