//! What a claim means for the customer who looks at it at a moment: which items he can still say no
//! to, which no he can take back, and what silence does.

use domain::claim::{Claim, Instant, State};
use domain::decide::{can_pass_on, refusable, undoable};
use domain::ids::{ItemNo, NoticeNo};

/// How a claim stands for its customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// In a word.
    pub phase: Phase,
    /// The items he can say no to.
    pub refusable: Vec<ItemNo>,
    /// The items whose no he can take back.
    pub undoable: Vec<ItemNo>,
    /// Whether he can say that he is not the right person.
    pub can_pass_on: bool,
    /// Whether he can ask for more time.
    pub can_extend: bool,
    /// Whether he has said so, and somebody else is asked.
    pub passed_on: bool,
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

impl Standing {
    /// How the claim stands at `at` for who was sent the notice of that number.
    pub fn of(claim: &Claim, no: NoticeNo, at: Instant) -> Self {
        let undoable = undoable(claim, at);
        let refusable = refusable(claim, at);
        let phase = phase(claim, at, refusable.is_empty() && !undoable.is_empty());
        let open = matches!(phase, Phase::Open | Phase::Answered)
            && matches!(claim.state, State::AwaitingCustomer { .. });
        Self {
            phase,
            refusable,
            undoable,
            can_pass_on: can_pass_on(claim, no, at),
            can_extend: open && !claim.extended,
            passed_on: false,
        }
    }

    /// Whether a deadline runs that the customer has to know.
    pub(crate) fn has_deadline(&self) -> bool {
        matches!(self.phase, Phase::Open | Phase::Answered)
    }
}

fn phase(claim: &Claim, at: Instant, answered: bool) -> Phase {
    match &claim.state {
        State::Notifying { .. } => Phase::Open,
        State::AwaitingCustomer { window } | State::Declined { window: Some(window) }
            if answered && at < window.closes_at =>
        {
            Phase::Answered
        }
        State::AwaitingCustomer { window } if at < window.closes_at => Phase::Open,
        State::AwaitingCustomer { .. } => Phase::Late,
        State::OnHold | State::Unreachable { .. } => Phase::Paused,
        State::Draft { .. }
        | State::Submitted { .. }
        | State::InReview { .. }
        | State::ActionRequired { .. }
        | State::Disputed { .. } => Phase::Review,
        State::Associated { .. } => Phase::Associated,
        State::Declined { .. } => Phase::Declined,
        State::Withdrawn => Phase::Withdrawn,
        State::Rejected { .. } => Phase::Rejected,
        State::Ended { .. } => Phase::Ended,
        State::Discarded => Phase::Discarded,
    }
}
