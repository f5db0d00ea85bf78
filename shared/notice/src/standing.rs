//! What a claim means for the customer who looks at it at a moment: which items he can still say no
//! to, which no he can take back, and what silence does.

use domain::claim::{Claim, Instant, State};
use domain::decide::{can_pass_on, refusable, undo_is_open, undoable};
use domain::ids::{ItemNo, NoticeNo};

pub use domain::states::Phase;

/// How a claim stands for its customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerOptions {
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

impl CustomerOptions {
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
    if answered && undo_is_open(claim, at) {
        return Phase::Answered;
    }
    let late = matches!(&claim.state, State::AwaitingCustomer { window } if at >= window.closes_at);
    if late { Phase::Late } else { claim.status().row().phase }
}
