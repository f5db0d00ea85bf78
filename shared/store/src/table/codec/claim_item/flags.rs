//! What is true of a claim and what it has used up, in one number.

use domain::claim::{Claim, ExtensionCauses, State, UsedChances};

use super::name;
use crate::table::attributes::Reader;
use crate::table::error::StoreError;

/// The flags of a record. Bit by bit, from the lowest: contested, disputed, extended, a yes is needed, defended,
/// overturned, with the operator; then six bits of causes of extensions, three of renewals, two of refused
/// proposals and two of undos.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Flags {
    pub(super) contested: bool,
    pub(super) disputed: bool,
    pub(super) extended: bool,
    pub(super) explicit_yes: bool,
    pub(super) defended: bool,
    pub(super) overturned: bool,
    pub(super) with_operator: bool,
    pub(super) extended_by: ExtensionCauses,
    pub(super) used: UsedChances,
}

const CAUSES_AT: u32 = 7;
const RENEWALS_AT: u32 = 13;
const PROPOSALS_AT: u32 = 16;
const UNDOS_AT: u32 = 18;
const END: u32 = 20;

impl Flags {
    /// Those of a claim.
    pub(super) fn of(claim: &Claim) -> Self {
        let overturned = matches!(
            claim.state,
            State::InReview { overturned: true, .. }
                | State::ActionRequired { overturned: true, .. }
        );
        Self {
            contested: claim.contested,
            disputed: claim.disputed,
            extended: claim.extended,
            explicit_yes: claim.subject.explicit_yes,
            defended: claim.defence.is_some_and(|defence| defence.used),
            overturned,
            with_operator: matches!(claim.state, State::Unreachable { with_operator: true, .. }),
            extended_by: claim.extended_by,
            used: claim.used,
        }
    }

    /// The number.
    pub(super) fn pack(self) -> u32 {
        let flags = [
            self.contested,
            self.disputed,
            self.extended,
            self.explicit_yes,
            self.defended,
            self.overturned,
            self.with_operator,
        ];
        let flags = (0..).zip(flags).fold(0, |bits, (at, set)| bits | (u32::from(set) << at));
        flags
            | (u32::from(self.extended_by.bits()) << CAUSES_AT)
            | (u32::from(self.used.renewals.min(7)) << RENEWALS_AT)
            | (u32::from(self.used.refused_proposals.min(3)) << PROPOSALS_AT)
            | (u32::from(self.used.undos.min(3)) << UNDOS_AT)
    }

    /// The flags of a record.
    pub(super) fn read(item: Reader<'_>) -> Result<Self, StoreError> {
        match item.opt_number(name::FLAGS)? {
            Some(bits) => Self::unpack(bits).ok_or_else(|| item.bad(name::FLAGS)),
            None => Self::of_attributes(item),
        }
    }

    fn unpack(bits: u32) -> Option<Self> {
        if bits >> END != 0 {
            return None;
        }
        let flag = |at: u32| (bits >> at) & 1 == 1;
        let count = |at: u32, width: u32| {
            u8::try_from((bits >> at) & ((1 << width) - 1)).unwrap_or_default()
        };
        Some(Self {
            contested: flag(0),
            disputed: flag(1),
            extended: flag(2),
            explicit_yes: flag(3),
            defended: flag(4),
            overturned: flag(5),
            with_operator: flag(6),
            extended_by: ExtensionCauses::of_bits(count(CAUSES_AT, 6))?,
            used: UsedChances {
                renewals: count(RENEWALS_AT, 3),
                refused_proposals: count(PROPOSALS_AT, 2),
                undos: count(UNDOS_AT, 2),
            },
        })
    }

    /// The flags of a record from before they were one number.
    fn of_attributes(item: Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            contested: item.flag(name::CONTESTED)?,
            disputed: item.flag(name::DISPUTED)?,
            extended: item.flag(name::EXTENDED)?,
            explicit_yes: item.flag(name::EXPLICIT_YES)?,
            defended: item.flag(name::DEFENDED)?,
            overturned: item.flag(name::OVERTURNED)?,
            ..Self::default()
        })
    }
}
