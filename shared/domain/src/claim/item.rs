//! The items of a claim, and how each stands.

use crate::codes::{coded, codes};
use serde::{Deserialize, Serialize};

use crate::ids::{ItemId, ItemNo};
use crate::reason::EndReason;
use crate::recipient::Decliners;
use crate::time::Instant;

/// An item of a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The number of the item in its claim, 1–25; it never changes after submit.
    pub no: ItemNo,
    /// Its id; the kind is the claim's.
    pub id: ItemId,
    /// Set where the item does not simply follow the claim's status.
    pub mark: Option<Mark>,
}

/// How an item departs from its claim's status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// Removed by the partner or the reviewer.
    Dropped,
    /// The partner withdrew while other items were decided.
    Withdrawn,
    /// Rejected while other items were decided.
    Rejected,
    /// The customer said no.
    Declined {
        /// When the first no arrived.
        at: Instant,
        /// When the last no arrived, of those that stand or were taken back since the first.
        latest: Instant,
        /// Who said no, and has not taken it back.
        by: Decliners,
        /// Whether the first arrived within the window, or before any.
        in_time: bool,
        /// Whether it was silence under an opt-in policy (reason `no_answer`).
        no_answer: bool,
        /// Whether no window takes it back: the claim went through a review since, or the item had vanished.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        settled: bool,
    },
    /// The association of the item runs, whatever the claim's status says.
    Active {
        /// Silence or an explicit yes.
        basis: Basis,
        /// Since when the association runs.
        effective_at: Instant,
    },
    /// The association has ended.
    Ended {
        /// Why the association ended.
        reason: EndReason,
        /// Since when it runs no more.
        at: Instant,
        /// The basis it had.
        basis: Basis,
        /// Since when it ran.
        effective_at: Instant,
    },
}

codes! {
    /// Why an item is active.
    Basis {
        /// The customer did not say no in time.
        Deemed => "deemed",
        /// The customer said yes.
        Explicit => "explicit",
    }
}

coded! {
    /// The status of an item.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    ItemStatus {
        /// The operator has not validated the claim yet.
        Proposed => "proposed",
        /// Validated, and nobody has decided it.
        Pending => "pending",
        /// The association of the item runs.
        Active {
            /// Silence or an explicit yes.
            basis: Basis,
            /// Since when the association runs.
            effective_at: Instant,
        } => "active",
        /// The customer said no.
        Declined {
            /// When the first no arrived.
            at: Instant,
            /// When the last no arrived.
            latest: Instant,
            /// Who said no, and has not taken it back.
            by: Decliners,
            /// Whether the first was in time.
            in_time: bool,
            /// Whether it was silence under an opt-in policy.
            no_answer: bool,
            /// Whether no later window takes it back.
            settled: bool,
        } => "declined",
        /// The association has ended.
        Ended {
            /// Why the association ended.
            reason: EndReason,
            /// Since when it runs no more.
            at: Instant,
            /// The basis it had.
            basis: Basis,
            /// Since when it ran.
            effective_at: Instant,
        } => "ended",
        /// Removed before it was decided.
        Dropped => "dropped",
        /// Taken back by the partner.
        Withdrawn => "withdrawn",
        /// Refused by the operator or by silence, or gone from the directory.
        Rejected => "rejected",
    }
    /// The name of an item's status, in the order of `docs/domain.md §3`.
    code: ItemStatusCode
}

impl ItemStatus {
    /// Whether it is a no that no window takes back any more.
    pub fn is_settled(self) -> bool {
        matches!(self, Self::Declined { settled: true, .. })
    }

    /// Since when the item is active; `None` where it is not.
    pub fn active_since(self) -> Option<Instant> {
        if let Self::Active { effective_at, .. } = self { Some(effective_at) } else { None }
    }

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        self.code().as_str()
    }
}

impl Mark {
    /// The status an item with this mark has.
    pub(super) fn item_status(self) -> ItemStatus {
        match self {
            Self::Dropped => ItemStatus::Dropped,
            Self::Withdrawn => ItemStatus::Withdrawn,
            Self::Rejected => ItemStatus::Rejected,
            Self::Declined { at, latest, by, in_time, no_answer, settled } => {
                ItemStatus::Declined { at, latest, by, in_time, no_answer, settled }
            }
            Self::Active { basis, effective_at } => ItemStatus::Active { basis, effective_at },
            Self::Ended { reason, at, basis, effective_at } => {
                ItemStatus::Ended { reason, at, basis, effective_at }
            }
        }
    }
}
