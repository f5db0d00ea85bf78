//! The claim: the envelope that is one record, one version and one pending deadline
//! (`docs/domain.md §3`).

pub(crate) mod chances;
pub(crate) mod details;
pub(crate) mod item;
pub(crate) mod renewal;
pub(crate) mod state;
pub(crate) mod subject;

use crate::calendar::CalendarId;
use crate::ids::{AssociationId, ClaimId, ItemNo, NoticeNo, Sha256Hash, Version};
use crate::program::{Consent, ItemRef, Policy};
use crate::recipient::RecipientNo;

pub use chances::{ExtensionCause, ExtensionCauses, UsedChances};
pub use details::{
    CustomerContact, Details, EarlierRemark, Evidence, MAX_EVIDENCE, MAX_ITEMS, PartnerContact,
    Scan,
};
pub use item::{Basis, Item, ItemStatus, ItemStatusCode, Mark};
pub use renewal::Renewal;
pub use state::{HoldReason, RejectionRecord, State, Status};
pub use subject::Subject;

pub use crate::event::LastEvent;
pub use crate::time::Instant;

/// A claim as stored: who claims what of whom, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "facts of a claim that have nothing to do with one another"
)]
pub struct Claim {
    /// The id, made of the partner and the idempotency key of the request.
    pub id: ClaimId,
    /// Raised by one with every event.
    pub version: Version,
    /// Who claims, of whom, in which program: fixed from the draft on.
    pub subject: Subject,
    /// What is claimed. Numbers never change after submit.
    pub items: Vec<Item>,
    /// Where the claim stands.
    pub state: State,
    /// Whether another partner held or claimed an item when the review began or was decided.
    pub contested: bool,
    /// Of a claim in review, until when the holders of its items may defend: validate waits for it.
    pub defence_until: Option<Instant>,
    /// Of a holder, that it was asked to defend.
    pub defence: Option<Defence>,
    /// By which calendar the state's deadline ([`State::counted_until`]) was counted, where not by
    /// that of the party whose turn it is, which ends before it (`docs/domain.md §4`, 7).
    pub deadline_calendar: Option<CalendarId>,
    /// The number of the last notice.
    pub notice: NoticeNo,
    /// What the customer was shown, from validate on (`docs/domain.md §4`, I6).
    pub content_hash: Option<Sha256Hash>,
    /// Whether the one dispute has been used.
    pub disputed: bool,
    /// Whether the customer's one extension has been used.
    pub extended: bool,
    /// Whose delivery the window is counted from; it stands and goes with the window.
    pub opened_by: Option<RecipientNo>,
    /// Why the window is longer than it was counted first.
    pub extended_by: ExtensionCauses,
    /// The last outage for which its window was given a day, by its number; 0 where none was.
    pub last_outage: u32,
    /// What has been used up of what a claim or a notice may have.
    pub used: UsedChances,
    /// When the claim was first stored.
    pub created_at: Instant,
    /// When it was last submitted.
    pub submitted_at: Option<Instant>,
    /// The date that ranks rivals: set once, kept through a short recall.
    pub priority_at: Option<Instant>,
    /// Names, contacts, label and evidence: stored apart from the rest.
    pub details: Details,
    /// Whether its personal data were erased.
    pub erased: bool,
    /// The event that led to the present version.
    pub last_event: LastEvent,
}

/// A holder's defence of its items against a newcomer (`docs/domain.md §3`, *Exclusivity*).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Defence {
    /// Until when evidence may be added.
    pub until: Instant,
    /// Whether the holder has added an entry of evidence since it was asked.
    pub used: bool,
}

impl Defence {
    /// Whether the newcomer's claim may be decided at `at`.
    pub fn is_over(&self, at: Instant) -> bool {
        self.used || at >= self.until
    }
}

impl Claim {
    /// Whether the claim goes on with what its partner has by that claim.
    pub fn renews(&self, other: &ClaimId) -> bool {
        self.details.renews.as_ref().is_some_and(|renewal| renewal.claim == *other)
    }

    /// Whether the customer knows of the claim. One that was never validated is between its partner and the operator.
    pub fn is_known_to_customer(&self) -> bool {
        self.notice > NoticeNo::default()
    }

    /// The name of its state.
    pub fn status(&self) -> Status {
        self.state.status()
    }

    /// What silence in the window means, under the policy the claim is pinned to.
    pub fn consent(&self, policy: &Policy) -> Consent {
        if self.subject.explicit_yes { Consent::OptIn } else { policy.consent }
    }

    /// The item of that number.
    pub fn find_item(&self, no: ItemNo) -> Option<&Item> {
        self.items.iter().find(|item| item.no == no)
    }

    /// An item as claims and tenants name it.
    pub fn item_ref(&self, item: &Item) -> ItemRef {
        ItemRef { kind: self.subject.kind, id: item.id.clone() }
    }

    /// Sets the mark of these items.
    pub(crate) fn mark_items(&mut self, numbers: &[ItemNo], mark: Option<Mark>) {
        for item in self.items.iter_mut().filter(|item| numbers.contains(&item.no)) {
            item.mark = mark;
        }
    }

    /// The association id of an item.
    pub fn association_id(&self, no: ItemNo) -> AssociationId {
        AssociationId { claim: self.id.clone(), item: no }
    }

    /// The items that nobody has decided yet.
    pub fn undecided_items(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| {
            matches!(self.item_status(item), ItemStatus::Proposed | ItemStatus::Pending)
        })
    }

    /// The items whose association runs.
    pub fn active_items(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| matches!(self.item_status(item), ItemStatus::Active { .. }))
    }

    /// The items that were not removed.
    pub fn kept_items(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| item.mark != Some(Mark::Dropped))
    }

    /// The status of one of the claim's items: its mark, or what follows from the claim's state.
    pub fn item_status(&self, item: &Item) -> ItemStatus {
        match item.mark {
            Some(mark) => mark.item_status(),
            None => self.state.unmarked_status(),
        }
    }
}
