//! What must be true of an association and of what renews it (`docs/domain.md §3.13`), whoever looks.
#![expect(clippy::wildcard_enum_match_arm, reason = "what is associated or was matters here")]

use std::collections::BTreeMap;

use chrono::Duration;
use domain::claim::{Claim, Instant, Item, ItemStatus};
use domain::ids::{ClaimId, ItemNo};
use domain::reason::EndReason;

/// For how many days a "no" keeps the partner from an item: a claim that lies that long in review may be validated then,
/// and the customer is asked anew.
const BLOCK_DAYS: i64 = 90;

/// What breaks the rules in claims and what they renew, each old one with its renewal: a renewal begins when the old
/// association ends for it and without a gap; at no moment there are two; it begins nothing anew that the customer has
/// ended, as long as that is blocked; and an association ends for its renewal if and only if that begins.
pub(crate) fn renewal_faults(pairs: &[(Claim, Claim)]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut begun = BTreeMap::<(ClaimId, ItemNo), Vec<Instant>>::new();
    for (old, new) in pairs {
        for item in &new.items {
            let before = item_before(old, item);
            let Some((since, _)) = association(new, item) else { continue };
            begun.entry((old.id.clone(), before.no)).or_default().push(since);
            let was = old.item_status(before);
            let follows = match was {
                ItemStatus::Ended { reason: EndReason::CustomerRevoked, at, .. } => {
                    since >= at + Duration::days(BLOCK_DAYS)
                }
                ItemStatus::Ended { reason: EndReason::Renewed, at, .. } => at == since,
                // Another partner's association began there.
                ItemStatus::Ended { reason: EndReason::Superseded, at, .. } => at < since,
                ItemStatus::Ended { at, .. } => at <= since,
                _ => false,
            };
            if !follows {
                let of = new.association_id(item.no);
                faults.push(format!("{of} began at {since}, and what it renews is {was:?}"));
            }
        }
    }
    for (old, _) in pairs {
        for item in &old.items {
            let was = old.item_status(item);
            let ItemStatus::Ended { reason: EndReason::Renewed, at, .. } = was else { continue };
            let begun = begun.get(&(old.id.clone(), item.no)).map_or(&[][..], Vec::as_slice);
            if begun.iter().filter(|since| **since == at).count() != 1 {
                let of = old.association_id(item.no);
                faults.push(format!("{of} is {was:?}, and its renewals began at {begun:?}"));
            }
        }
    }
    faults
}

/// The item of the old claim that an item of its renewal is.
pub(crate) fn item_before<'c>(old: &'c Claim, item: &Item) -> &'c Item {
    old.items.iter().find(|own| own.id == item.id).expect("an item of what is renewed")
}

/// Since when and until when an item was associated, if it was.
pub(crate) fn association(claim: &Claim, item: &Item) -> Option<(Instant, Option<Instant>)> {
    match claim.item_status(item) {
        ItemStatus::Active { effective_at, .. } => Some((effective_at, None)),
        ItemStatus::Ended { effective_at, at, .. } => Some((effective_at, Some(at))),
        _ => None,
    }
}

/// An item of a tenant in a family, of which there is one association at a time.
pub(crate) fn place_of(claim: &Claim, item: &Item) -> String {
    let subject = &claim.subject;
    format!("{} {} {:?} {}", subject.tenant, subject.family, subject.kind, item.id)
}
