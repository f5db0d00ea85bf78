//! An event as a feed tells it to a party: what happened to which claim, without a person, a text or an address.

use super::sealed::{Audience, ReadableEntry, SealedEntry};
use crate::claim::{Claim, Instant, Status};
use crate::ids::{ClaimId, ItemNo, Version};

/// An event of a claim, as much of it as one party may know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldEvent {
    /// The claim that the event happened to.
    pub claim: ClaimId,
    /// The version that the event led to.
    pub version: Version,
    /// The type of the event, or what stands for it towards a party that is not told of it.
    pub event_type: String,
    /// The moment of the event.
    pub at: Instant,
    /// The claim's status after the event; `None` where the party is not told what happened.
    pub status: Option<Status>,
    /// The numbers of the items whose status changed, ascending.
    pub items: Vec<ItemNo>,
}

impl ToldEvent {
    /// What `audience` is told of the event that led to `claim`, by the same parts of its entry that the history
    /// shows. `None` where the audience does not know of the claim, or the entry cannot be read.
    pub fn of(claim: &Claim, sealed: &SealedEntry, audience: Audience) -> Option<Self> {
        if audience == Audience::Customer && !claim.is_known_to_customer() {
            return None;
        }
        let told = |event_type: String, at, status, items| Self {
            claim: claim.id.clone(),
            version: claim.version,
            event_type,
            at,
            status,
            items,
        };
        match sealed.with_readable_parts(audience.readable_parts()).to_readable()? {
            ReadableEntry::Withheld(withheld) => {
                Some(told(withheld.name, withheld.at, None, Vec::new()))
            }
            ReadableEntry::Event(entry) => {
                let changes = entry.items.iter();
                let mut items: Vec<_> = changes.flat_map(|own| own.no.iter().copied()).collect();
                items.sort_unstable();
                let name = entry.event_type.as_str().to_owned();
                Some(told(name, entry.at, Some(claim.status()), items))
            }
        }
    }
}
