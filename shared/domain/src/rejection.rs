//! Why a command was refused: stable codes, chosen by what the caller does on seeing them.

use crate::claim::Status;
use crate::command::CommandKind;
use crate::ids::{ClaimId, ItemNo};

pub use crate::field_error::{FieldCode, FieldError, Hint, PointsInto, TextForm};

/// A refusal. It changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The role, or the role on this kind of claim, may not do it.
    #[error("the role may not do this")]
    RoleNotAllowed,
    /// Not the caller's claim: answered as if it did not exist.
    #[error("not found")]
    NotFound,
    /// The command does not fit the claim's state or the moment.
    #[error("{} is not possible in {}", .command.as_str(), .status.as_str())]
    InvalidState {
        /// Where the claim stands.
        status: Status,
        /// The command that does not fit.
        command: CommandKind,
        /// What else whoever asked can do, as [`crate::possible::possible_commands`] says.
        possible: Vec<CommandKind>,
    },
    /// Fields or facts are wrong: all of them, at once.
    #[error("{} fields are wrong", .0.len())]
    Fields(Vec<FieldError>),
    /// The partner has a claim on an item already.
    #[error("the partner claims an item already")]
    DuplicateClaim {
        /// The partner's own claim that is in the way.
        claim: ClaimId,
    },
    /// The contact is not verified, and nobody has vouched for it.
    #[error("the contact is not verified")]
    ContactUnverified,
    /// The recipient's link was retired: it takes a no and nothing else.
    #[error("the link is retired")]
    LinkRetired,
    /// The member of staff made a contact of the claim reachable, or rejected it, so somebody else has to act on it.
    #[error("another reviewer is required")]
    AnotherReviewerRequired,
    /// Another claim holds or is next for these items.
    #[error("items are busy")]
    ItemBusy {
        /// The numbers of the items that are busy.
        items: Vec<ItemNo>,
    },
    /// The customer has blocked this partner for these items.
    #[error("blocked by the customer")]
    BlockedByCustomer {
        /// Which, by their numbers; of a claim that is not stored yet by their places in it, from 1 on.
        items: Vec<ItemNo>,
    },
    /// Too many claims or drafts of the partner, or notices to the tenant.
    #[error("quota exceeded")]
    QuotaExceeded {
        /// Seconds after which it may fit, where waiting helps.
        retry_after_s: Option<u32>,
    },
    /// A longer window would leave the years of the calendar data (`docs/domain.md §4`, 7).
    #[error("outside the calendar data")]
    OutsideCalendar,
    /// The context lacks a fact that the command needs: a fault of ours, never of the caller.
    #[error("missing fact: {0}")]
    MissingFact(&'static str),
}

impl Rejection {
    /// The same; where the state or the moment refuses, with what is possible instead.
    pub(crate) fn with_possible(self, found: impl FnOnce() -> Vec<CommandKind>) -> Self {
        if let Self::InvalidState { status, command, .. } = self {
            let mut possible = found();
            possible.retain(|kind| *kind != command);
            Self::InvalidState { status, command, possible }
        } else {
            self
        }
    }
}
