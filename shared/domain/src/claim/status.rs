//! The names of the states.

use serde::{Deserialize, Serialize};

/// The name of a claim's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// See [`State::Draft`](crate::claim::State::Draft).
    Draft,
    /// See [`State::Submitted`](crate::claim::State::Submitted).
    Submitted,
    /// See [`State::InReview`](crate::claim::State::InReview).
    InReview,
    /// See [`State::ActionRequired`](crate::claim::State::ActionRequired).
    ActionRequired,
    /// See [`State::Disputed`](crate::claim::State::Disputed).
    Disputed,
    /// See [`State::Notifying`](crate::claim::State::Notifying).
    Notifying,
    /// See [`State::Unreachable`](crate::claim::State::Unreachable).
    Unreachable,
    /// See [`State::AwaitingCustomer`](crate::claim::State::AwaitingCustomer).
    AwaitingCustomer,
    /// See [`State::OnHold`](crate::claim::State::OnHold).
    OnHold,
    /// See [`State::Associated`](crate::claim::State::Associated).
    Associated,
    /// See [`State::Rejected`](crate::claim::State::Rejected).
    Rejected,
    /// See [`State::Declined`](crate::claim::State::Declined).
    Declined,
    /// See [`State::Withdrawn`](crate::claim::State::Withdrawn).
    Withdrawn,
    /// See [`State::Discarded`](crate::claim::State::Discarded).
    Discarded,
    /// See [`State::Ended`](crate::claim::State::Ended).
    Ended,
}

impl Status {
    /// Every status, in the order of `docs/domain.md §3`.
    pub const ALL: [Self; 15] = [
        Self::Draft,
        Self::Submitted,
        Self::InReview,
        Self::ActionRequired,
        Self::Disputed,
        Self::Notifying,
        Self::Unreachable,
        Self::AwaitingCustomer,
        Self::OnHold,
        Self::Associated,
        Self::Rejected,
        Self::Declined,
        Self::Withdrawn,
        Self::Discarded,
        Self::Ended,
    ];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::InReview => "in_review",
            Self::ActionRequired => "action_required",
            Self::Disputed => "disputed",
            Self::Notifying => "notifying",
            Self::Unreachable => "unreachable",
            Self::AwaitingCustomer => "awaiting_customer",
            Self::OnHold => "on_hold",
            Self::Associated => "associated",
            Self::Rejected => "rejected",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
            Self::Discarded => "discarded",
            Self::Ended => "ended",
        }
    }

    /// The status of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}
