//! What commands need to know beyond the claim.

use crate::command::CommandKind;

/// What a command needs to know beyond the claim, so that no more is read than that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "six independent reads, not a state")]
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
    /// The operator's calendar as it is now.
    pub operator: bool,
}

impl CommandKind {
    /// What the command needs to know beyond the claim and its policy.
    pub fn needs(self) -> Needs {
        let none = Needs::default();
        let both = Needs { partner: true, tenant: true, ..none };
        let eligibility = Needs { eligibility: true, operator: true, ..both };
        match self {
            Self::Draft | Self::Submit => Needs { quota: true, ..eligibility },
            Self::Validate => Needs { locks: true, ..eligibility },
            Self::BeginReview => Needs { locks: true, operator: true, ..none },
            Self::Edit
            | Self::Recall
            | Self::RequestInformation
            | Self::Reject
            | Self::AddEvidence
            | Self::RecordFailure => Needs { partner: true, ..none },
            Self::RecordDelivery | Self::Undo | Self::Extend | Self::Recount => {
                Needs { tenant: true, ..none }
            }
            Self::CorrectContact => Needs { tenant: true, operator: true, ..none },
            Self::WrongContact => Needs { operator: true, ..both },
            Self::DeadlinePassed | Self::Vanish => both,
            Self::Respond | Self::Resume | Self::Dispute | Self::Overturn => {
                Needs { operator: true, ..none }
            }
            Self::Discard
            | Self::Decline
            | Self::Accept
            | Self::End
            | Self::Hold
            | Self::Withdraw
            | Self::Uphold
            | Self::RequestDefence
            | Self::Supersede
            | Self::RecordScan => none,
        }
    }
}
