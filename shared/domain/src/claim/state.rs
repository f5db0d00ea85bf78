//! The states of a claim: an enum with data, so that a new state breaks every place that must think
//! about it.

use serde::{Deserialize, Serialize};

use crate::calendar::Window;
use crate::claim::{Basis, ItemStatus};
use crate::codes::{coded, codes};
use crate::ids::StaffId;
use crate::reason::Reason;
use crate::states::{OnDeadline, Who};
use crate::time::Instant;

coded! {
    /// The state of a claim, with what only that state has. A new state breaks every place that must
    /// think about it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    State {
        /// The partner is still writing.
        Draft {
            /// First instant after 90 idle days.
            discard_at: Instant,
            /// The priority date of a recalled claim, and until when a resubmit keeps it.
            keeps_priority_until: Option<Instant>,
        } => "draft",
        /// Waits for a reviewer. No deadline once its passing has been recorded.
        Submitted {
            /// When the review should have begun.
            due_at: Option<Instant>,
        } => "submitted",
        /// A reviewer reads it.
        InReview {
            /// When it should be decided.
            due_at: Option<Instant>,
            /// Who rejected it before it was overturned.
            overturned: bool,
        } => "in_review",
        /// The partner must answer.
        ActionRequired {
            /// What the operator asks, at least one reason.
            reasons: Vec<Reason>,
            /// The end of the time to answer, exclusive.
            answer_by: Instant,
            /// Whether the review follows an overturned rejection.
            overturned: bool,
        } => "action_required",
        /// Another reviewer judges the rejection.
        Disputed {
            /// The rejection that the partner objects to.
            rejection: RejectionRecord,
            /// When it should be judged.
            due_at: Option<Instant>,
        } => "disputed",
        /// Validated; the notice is on its way.
        Notifying {
            /// Until when a proof of delivery must come.
            deliver_by: Instant,
        } => "notifying",
        /// Nobody could be reached.
        Unreachable {
            /// Until when the contact must be corrected, or the proposed one judged; `None`: its passing has
            /// been recorded.
            due_at: Option<Instant>,
            /// Whether it is the operator's turn: a contact is proposed, or the provider refuses to write.
            with_operator: bool,
        } => "unreachable",
        /// The customer's window is open.
        AwaitingCustomer {
            /// The customer's window, with the days that it counts and those that it skips.
            window: Window,
        } => "awaiting_customer",
        /// The operator or the system holds it.
        OnHold {
            /// Why the system does; `None`: the operator does.
            reason: Option<HoldReason>,
        } => "on_hold",
        /// At least one association runs.
        Associated {
            /// The window that led here; `None` when the last undecided item went outside any.
            window: Option<Window>,
            /// When the policy's term runs out.
            ends_at: Option<Instant>,
        } => "associated",
        /// Refused by the operator or by silence.
        Rejected {
            /// The reasons, and the reviewer; no reviewer where silence or the system did it.
            rejection: RejectionRecord,
            /// First instant at which it can no longer be disputed; `None` when it is final.
            disputable_until: Option<Instant>,
        } => "rejected",
        /// The customer declined everything.
        Declined {
            /// The window in which it happened: until it closes the customer may undo.
            window: Option<Window>,
        } => "declined",
        /// Taken back by the partner.
        Withdrawn => "withdrawn",
        /// A draft that was dropped.
        Discarded => "discarded",
        /// The last association ended.
        Ended {
            /// The window that had led to it.
            window: Option<Window>,
            /// When the term would have ended, or did; `None` where the claim had none.
            ends_at: Option<Instant>,
        } => "ended",
    }
    /// The name of a claim's state, in the order of `docs/domain.md §3`.
    status: Status
}

codes! {
    /// Why the system holds a claim.
    HoldReason {
        /// The partner is suspended.
        PartnerSuspended => "partner_suspended",
        /// The location is not enrolled any more.
        NotEnrolled => "not_enrolled",
        /// The window was opened by no delivery that the rules know.
        NoVerifiedDelivery => "no_verified_delivery",
        /// The window cannot be counted: the calendar's data end.
        CalendarEnds => "calendar_ends",
    }
}

/// A rejection that stands or is disputed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectionRecord {
    /// The reviewer; `None`: silence or the system did it.
    pub by: Option<StaffId>,
    /// Why it was rejected; the comments stand in the details.
    pub reasons: Vec<Reason>,
}

impl State {
    /// Until when the state runs; `None`: without end.
    pub fn runs_until(&self) -> Option<Instant> {
        match self {
            Self::Draft { discard_at, .. } => Some(*discard_at),
            Self::Submitted { due_at }
            | Self::InReview { due_at, .. }
            | Self::Disputed { due_at, .. }
            | Self::Unreachable { due_at, .. } => *due_at,
            Self::ActionRequired { answer_by, .. } => Some(*answer_by),
            Self::Notifying { deliver_by } => Some(*deliver_by),
            Self::AwaitingCustomer { window } => Some(window.closes_at),
            Self::Associated { ends_at, .. } => *ends_at,
            Self::Rejected { disputable_until, .. } => *disputable_until,
            Self::Declined { window } => window.as_ref().map(|window| window.closes_at),
            Self::OnHold { .. } | Self::Withdrawn | Self::Discarded | Self::Ended { .. } => None,
        }
    }

    /// What the state has that was counted in the business days of partner or operator: its deadline,
    /// or of a recalled draft until when it keeps its priority date.
    pub fn counted_until(&self) -> Option<Instant> {
        match self {
            Self::Draft { keeps_priority_until, .. } => *keeps_priority_until,
            Self::Submitted { .. }
            | Self::InReview { .. }
            | Self::ActionRequired { .. }
            | Self::Disputed { .. }
            | Self::Notifying { .. }
            | Self::Unreachable { .. } => self.runs_until(),
            Self::AwaitingCustomer { .. }
            | Self::OnHold { .. }
            | Self::Associated { .. }
            | Self::Rejected { .. }
            | Self::Declined { .. }
            | Self::Withdrawn
            | Self::Discarded
            | Self::Ended { .. } => None,
        }
    }

    /// Whether a submitted claim still waits for somebody's decision.
    pub fn is_open(&self) -> bool {
        self.status().is_open()
    }

    /// Whose turn it is: the state's row, but for an unreachable customer whom the operator looks after.
    pub fn whose_turn(&self) -> Who {
        if let Self::Unreachable { with_operator: true, .. } = self {
            return Who::Operator;
        }
        self.status().table_row().turn
    }

    /// What the passing of the deadline does.
    pub fn on_deadline(&self) -> OnDeadline {
        if let Self::Unreachable { with_operator: true, .. } = self {
            return OnDeadline::RecordOverdue;
        }
        self.status().table_row().on_deadline
    }

    /// Whether a rejection that was made can still fall: then its items are proposed again, so until
    /// then they count as undecided.
    pub fn can_be_overturned(&self) -> bool {
        let disputable = matches!(self, Self::Rejected { disputable_until: Some(_), .. });
        disputable || matches!(self, Self::Disputed { .. })
    }

    /// When the term ends, or would have ended, that was set when the claim became associated; `None`: it never was, or
    /// has no term.
    pub fn term_ends_at(&self) -> Option<Instant> {
        if let Self::Associated { ends_at, .. } | Self::Ended { ends_at, .. } = self {
            *ends_at
        } else {
            None
        }
    }

    /// The window that is open, or that led here.
    pub fn window(&self) -> Option<&Window> {
        if let Self::AwaitingCustomer { window }
        | Self::Associated { window: Some(window), .. }
        | Self::Declined { window: Some(window) }
        | Self::Ended { window: Some(window), .. } = self
        {
            Some(window)
        } else {
            None
        }
    }

    /// The window in which the customer decides: the open one, or that in which everything is declined, which a "no" that
    /// is taken back opens again. Whether it has ended is not asked.
    pub fn running_window(&self) -> Option<&Window> {
        if let Self::AwaitingCustomer { window } | Self::Declined { window: Some(window) } = self {
            Some(window)
        } else {
            None
        }
    }

    /// What [`State::window`] gives, to be written to.
    pub fn window_mut(&mut self) -> Option<&mut Window> {
        if let Self::AwaitingCustomer { window }
        | Self::Associated { window: Some(window), .. }
        | Self::Declined { window: Some(window) }
        | Self::Ended { window: Some(window), .. } = self
        {
            Some(window)
        } else {
            None
        }
    }

    /// The reasons that stand beside the state.
    pub fn reasons(&self) -> &[Reason] {
        if let Self::ActionRequired { reasons, .. }
        | Self::Disputed { rejection: RejectionRecord { reasons, .. }, .. }
        | Self::Rejected { rejection: RejectionRecord { reasons, .. }, .. } = self
        {
            reasons
        } else {
            &[]
        }
    }

    /// What an item without a mark of its own is in this state.
    pub(super) fn unmarked_status(&self) -> ItemStatus {
        match self {
            Self::Draft { .. }
            | Self::Submitted { .. }
            | Self::InReview { .. }
            | Self::ActionRequired { .. }
            | Self::Disputed { .. }
            | Self::Discarded => ItemStatus::Proposed,
            Self::Notifying { .. }
            | Self::Unreachable { .. }
            | Self::AwaitingCustomer { .. }
            | Self::OnHold { .. }
            // The states below are reached only when every item has a mark.
            | Self::Associated { window: None, .. }
            | Self::Declined { .. }
            | Self::Ended { .. } => ItemStatus::Pending,
            Self::Associated { window: Some(window), .. } => {
                ItemStatus::Active { basis: Basis::Deemed, effective_at: window.closes_at }
            }
            Self::Rejected { .. } => ItemStatus::Rejected,
            Self::Withdrawn => ItemStatus::Withdrawn,
        }
    }
}
