//! Why a claim stands where it stands: the rule that led there, the facts it used, and what comes
//! next (`docs/domain.md §2`).

mod facts;

use crate::claim::{Claim, Instant, State};
use crate::commands::reject;
use crate::event::EventType;
use crate::program::Policy;
use crate::turn::Turn;

pub use crate::rule::Rule;
pub use facts::Fact;

/// The explanation of a claim's present state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The rule that was applied last, by its place in the rules.
    pub rule: Rule,
    /// The event that the rule led to.
    pub event: EventType,
    /// Whether that was a rejection that cannot be disputed.
    pub is_final_rejection: bool,
    /// Whether a deadline that passed unanswered applied it.
    pub by_silence: bool,
    /// What it used, and what the state now rests on.
    pub facts: Vec<Fact>,
    /// Whose turn it is, until when, and what silence does then; `None`: the claim is over.
    pub turn: Option<Turn>,
}

impl Claim {
    /// Explains the state at `now`. Names nobody but the parties' roles, so that it can be shown to
    /// every reader of the claim.
    pub fn explain_state(&self, policy: &Policy, now: Instant) -> Explanation {
        let event = self.last_event.event_type;
        let is_final = matches!(self.state, State::Rejected { disputable_until: None, .. });
        let is_final_rejection = event == EventType::Rejected && is_final;
        Explanation {
            rule: if is_final_rejection { reject::FINAL_RULE } else { Rule::of(event) },
            event,
            is_final_rejection,
            by_silence: self.last_event.by_silence,
            facts: facts::explanation_facts(self, policy),
            turn: self.turn(policy, now),
        }
    }
}
