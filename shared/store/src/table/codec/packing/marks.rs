//! How items depart from their claim's status: one byte for each item, and what belongs to it.

use domain::claim::{Basis, Instant, Item, Mark};
use domain::reason::EndReason;
use domain::recipient::Decliners;

use super::bytes::Bytes;
use crate::table::attributes::instant_from_millis;
use crate::table::codec::codes::StoredCode;

/// The item follows its claim's status.
const NONE: u8 = 0;
const DROPPED: u8 = 0x10;
const WITHDRAWN: u8 = 0x20;
const REJECTED: u8 = 0x30;
/// Declined once, by the administrator, or by silence.
const DECLINED: u8 = 0x40;
const ACTIVE: u8 = 0x50;
/// With the reason's code in the lower half.
const ENDED_DEEMED: u8 = 0x60;
const ENDED_EXPLICIT: u8 = 0x70;
/// Declined by others, or more than once.
const DECLINED_BY: u8 = 0x80;

/// In time, of a declined item; explicit, of an active one.
const FIRST: u8 = 1;
/// By silence, of a declined item.
const SECOND: u8 = 2;
/// Settled, of a declined item.
const THIRD: u8 = 4;
/// Declined again later, of an item declined by others.
const FOURTH: u8 = 8;

/// The marks in the order of the items; empty where no item has one. Instants are counted from
/// `base` on. `None` for an instant that lies 17 years from it.
pub(crate) fn pack_marks(items: &[Item], base: Instant) -> Option<Vec<u8>> {
    let mut packed = Vec::new();
    if items.iter().any(|item| item.mark.is_some()) {
        for item in items {
            pack_mark(item.mark, base, &mut packed)?;
        }
    }
    Some(packed)
}

fn pack_mark(mark: Option<Mark>, base: Instant, packed: &mut Vec<u8>) -> Option<()> {
    match mark {
        None => packed.push(NONE),
        Some(Mark::Dropped) => packed.push(DROPPED),
        Some(Mark::Withdrawn) => packed.push(WITHDRAWN),
        Some(Mark::Rejected) => packed.push(REJECTED),
        Some(Mark::Declined { at, latest, by, in_time, no_answer, settled }) => {
            let flags =
                flag_bit(in_time, FIRST) | flag_bit(no_answer, SECOND) | flag_bit(settled, THIRD);
            let once = latest == at;
            if once && by == single_decliner(no_answer) {
                packed.push(DECLINED | flags);
                packed.extend(five_bytes(at, base)?);
                return Some(());
            }
            packed.push(DECLINED_BY | flags | flag_bit(!once, FOURTH));
            let [_, bits @ ..] = by.to_bits().to_be_bytes();
            packed.extend(bits);
            packed.extend(five_bytes(at, base)?);
            if !once {
                packed.extend(five_bytes(latest, base)?);
            }
        }
        Some(Mark::Active { basis, effective_at }) => {
            packed.push(ACTIVE | flag_bit(basis == Basis::Explicit, FIRST));
            packed.extend(five_bytes(effective_at, base)?);
        }
        Some(Mark::Ended { reason, at, basis, effective_at }) => {
            let kind = match basis {
                Basis::Deemed => ENDED_DEEMED,
                Basis::Explicit => ENDED_EXPLICIT,
            };
            packed.push(kind | reason.stored_code());
            packed.extend(five_bytes(at, base)?);
            packed.extend(five_bytes(effective_at, base)?);
        }
    }
    Some(())
}

/// Who declined where nobody is stored: silence is nobody's, and what is from before each no had its party
/// counts as the administrator's.
fn single_decliner(no_answer: bool) -> Decliners {
    if no_answer { Decliners::NOBODY } else { Decliners::ADMINISTRATOR }
}

fn flag_bit(set: bool, bit: u8) -> u8 {
    if set { bit } else { 0 }
}

/// Milliseconds since `base`, in 40 bits with a sign.
fn five_bytes(at: Instant, base: Instant) -> Option<[u8; 5]> {
    let millis = at.timestamp_millis().checked_sub(base.timestamp_millis())?;
    let [_, _, _, rest @ ..] = millis.to_be_bytes();
    (signed_number(rest) == millis).then_some(rest)
}

fn signed_number(bytes: [u8; 5]) -> i64 {
    let mut wide = [0; 8];
    for (to, from) in wide.iter_mut().zip(bytes) {
        *to = from;
    }
    i64::from_be_bytes(wide) >> 24
}

/// Sets the marks of the items; `None` where a byte means nothing, or there are too many or too few.
pub(crate) fn unpack_marks(packed: &[u8], items: &mut [Item], base: Instant) -> Option<()> {
    if packed.is_empty() {
        return Some(());
    }
    let mut bytes = Bytes(packed);
    for item in items {
        let tag = bytes.next()?;
        item.mark = if tag == NONE { None } else { Some(unpack_mark(tag, &mut bytes, base)?) };
    }
    bytes.is_empty().then_some(())
}

fn unpack_mark(tag: u8, bytes: &mut Bytes<'_>, base: Instant) -> Option<Mark> {
    let (kind, flags) = (tag & 0xf0, tag & 0x0f);
    let (first, second) = (flags & FIRST != 0, flags & SECOND != 0);
    match (kind, flags) {
        (DROPPED, 0) => Some(Mark::Dropped),
        (WITHDRAWN, 0) => Some(Mark::Withdrawn),
        (REJECTED, 0) => Some(Mark::Rejected),
        (DECLINED, 0..=7) => {
            let (at, by) = (instant_after(bytes, base)?, single_decliner(second));
            Some(declined_mark(flags, by, at, at))
        }
        (DECLINED_BY, _) => {
            let [high, middle, low] = bytes.take_array()?;
            let by = Decliners::of_bits(u32::from_be_bytes([0, high, middle, low]))?;
            let at = instant_after(bytes, base)?;
            let latest = if flags & FOURTH == 0 { at } else { instant_after(bytes, base)? };
            Some(declined_mark(flags, by, at, latest))
        }
        (ACTIVE, 0..=1) => {
            let basis = if first { Basis::Explicit } else { Basis::Deemed };
            Some(Mark::Active { basis, effective_at: instant_after(bytes, base)? })
        }
        (ENDED_DEEMED, reason) => ended_mark(bytes, reason, Basis::Deemed, base),
        (ENDED_EXPLICIT, reason) => ended_mark(bytes, reason, Basis::Explicit, base),
        _ => None,
    }
}

fn declined_mark(flags: u8, by: Decliners, at: Instant, latest: Instant) -> Mark {
    let (in_time, no_answer) = (flags & FIRST != 0, flags & SECOND != 0);
    Mark::Declined { at, latest, by, in_time, no_answer, settled: flags & THIRD != 0 }
}

fn ended_mark(bytes: &mut Bytes<'_>, reason: u8, basis: Basis, base: Instant) -> Option<Mark> {
    let reason = EndReason::of_code(reason)?;
    let (at, effective_at) = (instant_after(bytes, base)?, instant_after(bytes, base)?);
    Some(Mark::Ended { reason, at, basis, effective_at })
}

fn instant_after(bytes: &mut Bytes<'_>, base: Instant) -> Option<Instant> {
    instant_from_millis(base.timestamp_millis().checked_add(signed_number(bytes.take_array()?))?)
}
