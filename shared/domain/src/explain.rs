//! Why a claim stands where it stands: the rule that led there, the facts it used, and what comes
//! next (`docs/domain.md §2`).

mod facts;
mod rule;

use crate::claim::{Claim, Instant, State};
use crate::commands::reject;
use crate::event::EventType;
use crate::program::Policy;
use crate::time::rfc3339;
use crate::turn::{OnSilence, Turn, Who};

pub use crate::rule::Rule;
pub use facts::Fact;

/// The explanation of a claim's present state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The rule that was applied last, by its place in the rules.
    pub rule: Rule,
    /// Whether a deadline that passed unanswered applied it.
    pub by_silence: bool,
    /// What it used, and what the state now rests on.
    pub facts: Vec<Fact>,
    /// Whose turn it is, until when, and what silence does then.
    pub next: String,
}

impl Claim {
    /// Explains the state at `now`. Names nobody but the parties' roles, so that it can be shown to
    /// every reader of the claim.
    pub fn explain(&self, policy: &Policy, now: Instant) -> Explanation {
        Explanation {
            rule: self.last_rule(),
            by_silence: self.last_event.by_silence,
            facts: facts::of(self, policy),
            next: self.turn(policy, now).map_or_else(over, next),
        }
    }

    /// The rule that was applied last. A rejection that cannot be disputed says so.
    fn last_rule(&self) -> Rule {
        let event = self.last_event.event_type;
        let is_final = matches!(self.state, State::Rejected { disputable_until: None, .. });
        if event == EventType::Rejected && is_final { reject::FINAL_RULE } else { Rule::of(event) }
    }
}

/// Whose turn it is, until when, and what silence does, in a sentence.
fn next(turn: Turn) -> String {
    let who = match turn.who {
        Who::Partner => "The partner's turn",
        Who::Operator => "The operator's turn",
        Who::Customer => "The customer's turn",
        Who::System => "The system's turn",
        Who::Nobody => "Nobody's turn",
    };
    let until = turn.until.map_or_else(
        || ", without a deadline".to_owned(),
        |until| format!(" until {}", rfc3339(until)),
    );
    format!("{who}{until}; {}.", silence(turn.on_silence))
}

fn silence(on_silence: OnSilence) -> &'static str {
    match on_silence {
        OnSilence::Associate => "silence makes the undecided items active",
        OnSilence::Decline => "silence declines the undecided items",
        OnSilence::Reject => "silence rejects the claim",
        OnSilence::Discard => "silence discards the draft",
        OnSilence::Unreachable => "silence counts as unreachable",
        OnSilence::End => "silence ends the associations",
        OnSilence::Nothing => "silence changes nothing",
    }
}

/// A final claim's next step.
fn over() -> String {
    "The claim is final: nobody's turn.".to_owned()
}
