//! The operator's queues: what waits for him (`docs/api.md §3.2`).

use crate::claim::{Claim, Instant, Status};
use crate::reason::codes;

codes! {
    /// A queue of the operator's.
    Queue {
        /// Wait for a reviewer.
        Submitted => "submitted",
        /// In review.
        InReview => "in_review",
        /// Disputed.
        Disputed => "disputed",
        /// On hold.
        OnHold => "on_hold",
        /// Nobody can be reached.
        Unreachable => "unreachable",
        /// Of the reviews and disputes, those whose deadline has passed.
        Overdue => "overdue",
    }
}

impl Queue {
    /// The statuses of the claims in it.
    pub fn statuses(self) -> &'static [Status] {
        match self {
            Self::Submitted => &[Status::Submitted],
            Self::InReview => &[Status::InReview],
            Self::Disputed => &[Status::Disputed],
            Self::OnHold => &[Status::OnHold],
            Self::Unreachable => &[Status::Unreachable],
            Self::Overdue => &[Status::Submitted, Status::InReview, Status::Disputed],
        }
    }

    /// Whether the claim stands in it at `now`.
    pub fn takes(self, claim: &Claim, now: Instant) -> bool {
        let overdue = claim.deadline().is_none_or(|deadline| deadline <= now);
        self.statuses().contains(&claim.status()) && (self != Self::Overdue || overdue)
    }
}
