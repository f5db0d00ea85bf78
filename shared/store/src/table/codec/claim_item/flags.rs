//! What takes a few bits each, in one number of the record.

use domain::claim::{Claim, ExtensionCauses, HoldReason, State, UsedChances};
use domain::program::ItemKind;

use super::name;
use crate::table::attributes::Reader;
use crate::table::codec::codes::StoredCode;
use crate::table::error::StoreError;

/// The flags and small numbers of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Flags {
    pub(super) kind: ItemKind,
    pub(super) set: FlagSet,
    pub(super) hold_reason: Option<HoldReason>,
    pub(super) used: UsedChances,
    pub(super) extended_by: ExtensionCauses,
    pub(super) erased: bool,
}

/// The flags that are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct FlagSet(u8);

/// A flag, by its bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Flag(u8);

impl Flag {
    pub(super) const CONTESTED: Self = Self(1);
    pub(super) const DISPUTED: Self = Self(1 << 1);
    pub(super) const EXTENDED: Self = Self(1 << 2);
    pub(super) const EXPLICIT_YES: Self = Self(1 << 3);
    pub(super) const DEFENDED: Self = Self(1 << 4);
    pub(super) const OVERTURNED: Self = Self(1 << 5);
    pub(super) const WITH_OPERATOR: Self = Self(1 << 6);
}

impl FlagSet {
    pub(super) fn has_flag(self, flag: Flag) -> bool {
        self.0 & flag.0 != 0
    }

    fn of(flags: &[(Flag, bool)]) -> Self {
        let set = flags.iter().filter(|(_, set)| *set);
        Self(set.fold(0, |bits, (flag, _)| bits | flag.0))
    }
}

/// How many bits each has, from the lowest on.
const KIND: u32 = 2;
const FLAGS: u32 = 7;
const HOLD_REASON: u32 = 3;
const REFUSED_PROPOSALS: u32 = 2;
const UNDOS: u32 = 2;
const RENEWALS: u32 = 3;
const EXTENDED_BY: u32 = 6;
const ERASED: u32 = 1;

impl Flags {
    pub(super) fn of(claim: &Claim) -> Self {
        let (state, subject) = (&claim.state, &claim.subject);
        let set = FlagSet::of(&[
            (Flag::CONTESTED, claim.contested),
            (Flag::DISPUTED, claim.disputed),
            (Flag::EXTENDED, claim.extended),
            (Flag::EXPLICIT_YES, subject.explicit_yes),
            (Flag::DEFENDED, claim.defence.is_some_and(|defence| defence.used)),
            (Flag::OVERTURNED, is_overturned(state)),
            (Flag::WITH_OPERATOR, matches!(state, State::Unreachable { with_operator: true, .. })),
        ]);
        let hold_reason = if let State::OnHold { reason } = &claim.state { *reason } else { None };
        let (used, extended_by, erased) = (claim.used, claim.extended_by, claim.erased);
        Self { kind: subject.kind, set, hold_reason, used, extended_by, erased }
    }

    /// The number. A count that its bits do not hold is the greatest that they do: each count matters only up
    /// to a limit that they do hold.
    pub(super) fn pack(self) -> u32 {
        let fields = [
            (KIND, self.kind.stored_code()),
            (FLAGS, self.set.0),
            (HOLD_REASON, self.hold_reason.map_or(0, StoredCode::stored_code)),
            (REFUSED_PROPOSALS, self.used.refused_proposals),
            (UNDOS, self.used.undos),
            (RENEWALS, self.used.renewals),
            (EXTENDED_BY, self.extended_by.to_bits()),
            (ERASED, u8::from(self.erased)),
        ];
        let (mut packed, mut shift) = (0, 0);
        for (width, value) in fields {
            packed |= u32::from(value).min((1 << width) - 1) << shift;
            shift += width;
        }
        packed
    }

    /// The flags of a number; `None` where one of its bits means nothing.
    pub(super) fn unpack(packed: u32) -> Option<Self> {
        let mut rest = packed;
        let mut next = |width: u32| {
            let value = rest & ((1 << width) - 1);
            rest >>= width;
            u8::try_from(value).ok()
        };
        let kind = ItemKind::of_code(next(KIND)?)?;
        let set = FlagSet(next(FLAGS)?);
        let hold_reason = match next(HOLD_REASON)? {
            0 => None,
            code => Some(HoldReason::of_code(code)?),
        };
        let (refused_proposals, undos, renewals) =
            (next(REFUSED_PROPOSALS)?, next(UNDOS)?, next(RENEWALS)?);
        let used = UsedChances { renewals, refused_proposals, undos };
        let extended_by = ExtensionCauses::of_bits(next(EXTENDED_BY)?)?;
        let erased = next(ERASED)? == 1;
        (rest == 0).then_some(Self { kind, set, hold_reason, used, extended_by, erased })
    }

    /// The flags of a record: its number, or an attribute for each in a record from before there was one.
    pub(super) fn from_item(item: Reader<'_>) -> Result<Self, StoreError> {
        if let Some(packed) = item.opt_number(name::FLAGS)? {
            return Self::unpack(packed).ok_or_else(|| item.attribute_error(name::FLAGS));
        }
        let set = FlagSet::of(&[
            (Flag::CONTESTED, item.read_flag(name::CONTESTED)?),
            (Flag::DISPUTED, item.read_flag(name::DISPUTED)?),
            (Flag::EXTENDED, item.read_flag(name::EXTENDED)?),
            (Flag::EXPLICIT_YES, item.read_flag(name::EXPLICIT_YES)?),
            (Flag::DEFENDED, item.read_flag(name::DEFENDED)?),
            (Flag::OVERTURNED, item.read_flag(name::OVERTURNED)?),
        ]);
        let kind = item.read_parsed(name::KIND, |text| ItemKind::parse(text).ok_or(()))?;
        // What such a record counted, `rc`, has no limit any more.
        let (used, extended_by) = (UsedChances::default(), ExtensionCauses::default());
        Ok(Self { kind, set, hold_reason: None, used, extended_by, erased: false })
    }
}

fn is_overturned(state: &State) -> bool {
    matches!(
        state,
        State::InReview { overturned: true, .. } | State::ActionRequired { overturned: true, .. }
    )
}

#[cfg(test)]
mod tests {
    use domain::claim::ExtensionCause;

    use super::*;

    fn flags(used: UsedChances) -> Flags {
        Flags {
            kind: ItemKind::Workload,
            set: FlagSet(0b101_0101),
            hold_reason: Some(HoldReason::CalendarEnds),
            used,
            extended_by: ExtensionCauses::default().with(ExtensionCause::Outage),
            erased: true,
        }
    }

    #[test]
    fn flags_counts_and_causes_come_back_out_of_one_number() {
        let used = UsedChances { renewals: 5, refused_proposals: 2, undos: 3 };
        assert_eq!(Flags::unpack(flags(used).pack()), Some(flags(used)));
        for bit in 0..7 {
            let one = Flags { set: FlagSet(1 << bit), ..flags(UsedChances::default()) };
            assert_eq!(Flags::unpack(one.pack()), Some(one));
        }
        let kept = Flags { erased: false, ..flags(used) };
        assert_eq!(Flags::unpack(kept.pack()), Some(kept));
    }

    #[test]
    fn a_count_beyond_its_bits_stays_beyond_its_limit_and_touches_no_other() {
        let many = UsedChances { renewals: 200, refused_proposals: 200, undos: 200 };
        let used = UsedChances { renewals: 7, refused_proposals: 3, undos: 3 };
        assert_eq!(Flags::unpack(flags(many).pack()), Some(flags(used)));
        assert!(used.renewals >= UsedChances::MOST_RENEWALS);
        assert!(used.refused_proposals >= UsedChances::MOST_REFUSED_PROPOSALS);
        assert!(used.undos >= UsedChances::MOST_UNDOS);
    }

    #[test]
    fn a_number_in_which_a_bit_means_nothing_is_none() {
        let sound = flags(UsedChances::default()).pack();
        let no_kind = sound & !0b11;
        let no_reason = sound | (0b111 << (KIND + FLAGS));
        let too_high = sound | (1 << 26);
        for packed in [no_kind, no_reason, too_high] {
            assert_eq!(Flags::unpack(packed), None);
        }
    }
}
