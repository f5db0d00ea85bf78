//! Whose turn it is, until when, and what silence will do (`docs/domain.md §2`).

use crate::claim::{Claim, Instant, State};
use crate::program::{Consent, Policy};
use crate::reason::codes;

codes! {
    /// Whose turn it is.
    Who {
        /// The partner's.
        Partner => "partner",
        /// The operator's.
        Operator => "operator",
        /// The customer's.
        Customer => "customer",
        /// The system's.
        System => "system",
        /// Nobody's.
        Nobody => "nobody",
    }
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
        /// The associations end.
        End => "end",
        /// Nothing.
        Nothing => "nothing",
    }
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// Whose.
    pub who: Who,
    /// Until when; `None`: no deadline.
    pub until: Option<Instant>,
    /// What silence will do then.
    pub on_silence: OnSilence,
}

impl Claim {
    /// Whose turn it is at `now`; `None` once the claim is final.
    pub fn turn(&self, policy: &Policy, now: Instant) -> Option<Turn> {
        let turn = |who, until, on_silence| Some(Turn { who, until, on_silence });
        let nothing = OnSilence::Nothing;
        match &self.state {
            State::Draft { discard_at, .. } => {
                turn(Who::Partner, Some(*discard_at), OnSilence::Discard)
            }
            State::Submitted { due_at }
            | State::InReview { due_at, .. }
            | State::Disputed { due_at, .. } => turn(Who::Operator, *due_at, nothing),
            State::ActionRequired { answer_by, .. } => {
                turn(Who::Partner, Some(*answer_by), OnSilence::Reject)
            }
            State::Notifying { deliver_by } => {
                turn(Who::System, Some(*deliver_by), OnSilence::Unreachable)
            }
            State::Unreachable { correct_by } => {
                turn(Who::Partner, Some(*correct_by), OnSilence::Reject)
            }
            State::AwaitingCustomer { window } => {
                turn(Who::Customer, Some(window.closes_at), silence_of(self.consent(policy)))
            }
            State::OnHold => turn(Who::Operator, None, nothing),
            State::Associated { ends_at, .. } => {
                turn(Who::Nobody, *ends_at, ends_at.map_or(nothing, |_| OnSilence::End))
            }
            State::Rejected { disputable_until, .. } => disputable_until
                .filter(|until| now < *until)
                .and_then(|until| turn(Who::Partner, Some(until), nothing)),
            State::Declined { window } => window
                .as_ref()
                .map(|window| window.closes_at)
                .filter(|closes_at| now < *closes_at)
                .and_then(|closes_at| turn(Who::Customer, Some(closes_at), nothing)),
            State::Withdrawn | State::Discarded | State::Ended { .. } => None,
        }
    }

    /// The instant at which silence does something to the claim; `None` where it does nothing.
    pub fn deadline(&self) -> Option<Instant> {
        match &self.state {
            State::Draft { discard_at, .. } => Some(*discard_at),
            State::Submitted { due_at }
            | State::InReview { due_at, .. }
            | State::Disputed { due_at, .. } => *due_at,
            State::ActionRequired { answer_by, .. } => Some(*answer_by),
            State::Notifying { deliver_by } => Some(*deliver_by),
            State::Unreachable { correct_by } => Some(*correct_by),
            State::AwaitingCustomer { window } => Some(window.closes_at),
            State::Associated { ends_at, .. } => *ends_at,
            State::OnHold
            | State::Rejected { .. }
            | State::Declined { .. }
            | State::Withdrawn
            | State::Discarded
            | State::Ended { .. } => None,
        }
    }
}

fn silence_of(consent: Consent) -> OnSilence {
    match consent {
        Consent::OptOut => OnSilence::Associate,
        Consent::OptIn => OnSilence::Decline,
    }
}
