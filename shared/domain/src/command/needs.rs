//! What commands need to know beyond the claim.

use crate::command::CommandKind;

/// What a command needs to know beyond the claim, so that no more is read than that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "five independent reads, not a state")]
pub struct Needs {
    /// The partner: its calendar and enrolment.
    pub partner: bool,
    /// The tenant: its calendar, contacts and items.
    pub tenant: bool,
    /// Who else holds or claims the items.
    pub locks: bool,
    /// Everything submit's guards look at.
    pub eligibility: bool,
    /// How many claims the partner has.
    pub quota: bool,
}

impl CommandKind {
    /// What the command needs to know beyond the claim and its policy.
    pub fn needs(self) -> Needs {
        let none = Needs::default();
        match self {
            Self::Draft | Self::Submit => {
                Needs { partner: true, tenant: true, eligibility: true, quota: true, ..none }
            }
            Self::Validate => {
                Needs { partner: true, tenant: true, eligibility: true, locks: true, ..none }
            }
            Self::BeginReview => Needs { locks: true, ..none },
            Self::Edit
            | Self::Recall
            | Self::RequestInformation
            | Self::Reject
            | Self::RecordFailure => Needs { partner: true, ..none },
            Self::RecordDelivery | Self::CorrectContact | Self::Extend => {
                Needs { tenant: true, ..none }
            }
            Self::WrongContact | Self::DeadlinePassed | Self::Vanish => {
                Needs { partner: true, tenant: true, ..none }
            }
            Self::Discard
            | Self::Respond
            | Self::Decline
            | Self::Undo
            | Self::Accept
            | Self::End
            | Self::Hold
            | Self::Resume
            | Self::Withdraw
            | Self::Dispute
            | Self::Uphold
            | Self::Overturn
            | Self::RequestDefence
            | Self::Supersede
            | Self::AddEvidence => none,
        }
    }
}
