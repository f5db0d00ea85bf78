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
    /// The set without any party.
    pub const NOBODY: Self = Self(0);
    /// The set of the administrator and all recipients.
    pub const ALL: Self = Self((1 << (MAX_RECIPIENTS + 1)) - 1);

    /// The set of one recipient alone.
    pub fn only_recipient(no: RecipientNo) -> Self {
        Self((1 << no.0.min(MAX_RECIPIENTS)) & Self::ALL.0)
    }

    /// The set as a number of 24 bits: bit 0 is the administrator, bit n recipient n.
    pub fn to_bits(self) -> u32 {
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
        let is_in = move |no: &RecipientNo| self.contains(Self::only_recipient(*no));
        (1..=MAX_RECIPIENTS).map(RecipientNo).filter(is_in)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipient(no: u8) -> Decliners {
        Decliners::only_recipient(RecipientNo(no))
    }

    #[test]
    fn the_administrator_is_bit_zero_and_recipient_n_bit_n() {
        assert_eq!(Decliners::ADMINISTRATOR.to_bits(), 1);
        assert_eq!(recipient(1).to_bits(), 2);
        assert_eq!(recipient(MAX_RECIPIENTS).to_bits(), 1 << 23);
        assert_eq!(Decliners::ALL.to_bits(), 0x00ff_ffff);
    }

    #[test]
    fn a_set_is_read_from_its_bits_and_a_bit_for_nobody_is_refused() {
        for set in [Decliners::NOBODY, Decliners::ALL, recipient(7).with(recipient(23))] {
            assert_eq!(Decliners::of_bits(set.to_bits()), Some(set));
        }
        assert_eq!(Decliners::of_bits(1 << 24), None);
        assert_eq!(Decliners::of_bits(u32::MAX), None);
    }

    #[test]
    fn whoever_is_added_is_in_it_and_whoever_is_taken_out_is_not() {
        let both = Decliners::ADMINISTRATOR.with(recipient(2));
        assert!(both.has_administrator() && both.contains(recipient(2)));
        assert!(!both.contains(recipient(2).with(recipient(3))), "not all of them");
        let one = both.without(Decliners::ADMINISTRATOR);
        assert!(!one.has_administrator() && !one.is_empty());
        assert!(one.without(Decliners::ALL).is_empty());
        assert_eq!(one.without(recipient(9)), one);
    }

    #[test]
    fn its_recipients_come_in_the_order_of_their_numbers_and_without_the_administrator() {
        let set = recipient(23).with(Decliners::ADMINISTRATOR).with(recipient(1));
        let numbers: Vec<_> = set.recipients().map(|no| no.0).collect();
        assert_eq!(numbers, [1, 23]);
    }
}
