//! Whose turn it is, until when, and what silence will do (`docs/domain.md §2`).

use crate::claim::{Claim, Instant};
use crate::codes::codes;
use crate::program::{Consent, Policy};
use crate::states::{OnDeadline, Stage};

pub use crate::states::Who;

codes! {
    /// What silence will do.
    OnSilence {
        /// Undecided items become active.
        Associate => "associate",
        /// Undecided items become declined.
        Decline => "decline",
        /// The claim is rejected.
        Reject => "reject",
        /// The draft is discarded.
        Discard => "discard",
        /// The customer counts as unreachable.
        Unreachable => "unreachable",
        /// The associations of the claim end.
        End => "end",
        /// Nothing happens when the time has passed.
        Nothing => "nothing",
    }
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// The party whose turn it is.
    pub who: Who,
    /// Until when; `None`: no deadline.
    pub until: Option<Instant>,
    /// What silence will do then.
    pub on_silence: OnSilence,
}

impl Claim {
    /// Whose turn it is at `now`; `None` once the claim is final.
    pub fn turn(&self, policy: &Policy, now: Instant) -> Option<Turn> {
        if self.is_final(now) {
            return None;
        }
        let until = self.state.runs_until();
        let on_silence = match self.state.on_deadline() {
            OnDeadline::Discard => OnSilence::Discard,
            OnDeadline::Reject(_) => OnSilence::Reject,
            OnDeadline::CountUnreachable => OnSilence::Unreachable,
            OnDeadline::CloseWindow => silence_of(self.consent(policy)),
            OnDeadline::EndAssociations => until.map_or(OnSilence::Nothing, |_| OnSilence::End),
            OnDeadline::RecordOverdue | OnDeadline::Nothing => OnSilence::Nothing,
        };
        Some(Turn { who: self.state.whose_turn(), until, on_silence })
    }

    /// Whether the claim is over at `now`, and nobody can reopen it any more.
    pub fn is_final(&self, now: Instant) -> bool {
        let is_over = self.state.runs_until().is_none_or(|until| now >= until);
        self.status().table_row().stage == Stage::Final && is_over
    }

    /// The instant at which silence does something to the claim; `None` where it does nothing.
    pub fn deadline(&self) -> Option<Instant> {
        self.state.runs_until().filter(|_| self.state.on_deadline() != OnDeadline::Nothing)
    }
}

fn silence_of(consent: Consent) -> OnSilence {
    match consent {
        Consent::OptOut => OnSilence::Associate,
        Consent::OptIn => OnSilence::Decline,
    }
}
