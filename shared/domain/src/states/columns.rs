//! The columns of the table of states.

use crate::codes::codes;
use crate::reason::ReasonCode;

codes! {
    /// Whose turn it is.
    Who {
        /// It is the partner's turn.
        Partner => "partner",
        /// It is the operator's turn.
        Operator => "operator",
        /// It is the customer's turn.
        Customer => "customer",
        /// It is the system's turn: a notice is on its way.
        System => "system",
        /// It is nobody's turn.
        Nobody => "nobody",
    }
    /// A queue of the operator's.
    Queue {
        /// Wait for a reviewer.
        Submitted => "submitted",
        /// A reviewer reads the claim.
        InReview => "in_review",
        /// The partner objects to the rejection; another reviewer judges it.
        Disputed => "disputed",
        /// Held by the operator or the system; there is no deadline.
        OnHold => "on_hold",
        /// Nobody can be reached.
        Unreachable => "unreachable",
        /// Of the reviews and disputes, and of the claims without a contact that the operator looks after, those
        /// whose deadline has passed.
        Overdue => "overdue",
    }
}

/// What the system does when a state's deadline passes unanswered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDeadline {
    /// The draft is discarded.
    Discard,
    /// That the review is late is recorded, once.
    RecordOverdue,
    /// The claim is rejected for that reason.
    Reject(ReasonCode),
    /// The customer counts as unreachable.
    CountUnreachable,
    /// The window is closed, after the policy's grace: consent decides what silence means.
    CloseWindow,
    /// The associations of the claim end: the policy's term is over.
    EndAssociations,
    /// Nothing: there is no deadline, or with it only somebody's option ends.
    Nothing,
}

/// How far a claim has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Not submitted, or taken back before its review.
    Draft,
    /// Submitted, and waiting for somebody's decision.
    Open,
    /// At least one association runs.
    Associated,
    /// Over; before the deadline of the state, if it has one, somebody can still reopen it.
    Final,
}

/// The phases a customer can tell apart. They are fewer than the claim's states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The notice is on its way, or its window is open: silence counts.
    Open,
    /// Everything is answered with no, and that can be taken back.
    Answered,
    /// The window has passed and is not closed yet.
    Late,
    /// Held, or without a contact: silence does nothing, and a new notice comes first.
    Paused,
    /// Back with the operator: silence does nothing.
    Review,
    /// At least one association runs.
    Associated,
    /// Final, by the customer's no.
    Declined,
    /// Final: the partner took it back.
    Withdrawn,
    /// Final, or as good as: the operator refused it.
    Rejected,
    /// Final: the last association ended.
    Ended,
    /// Final: a draft that was dropped.
    Discarded,
}
