//! The table of commands: `docs/domain.md §3.2` as code, a row for each. A command without a row does not
//! compile.

use crate::actor::Party;
use crate::claim::Status;
use crate::command::{CommandKind, CommandNeeds};
use crate::event::EventType;

/// What holds for a command whatever its arguments and the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommandRow {
    /// Who may give it.
    pub who: &'static [Party],
    /// Whether it can create a claim.
    pub creates: bool,
    /// In which states an existing claim takes it.
    pub from: AllowedStates,
    /// What it needs to know beyond the claim and its policy.
    pub needs: CommandNeeds,
    /// The events that it can lead to. What each does to a claim stands in the file of the command that it
    /// is named after.
    pub makes: &'static [EventType],
}

/// The states in which a command can be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AllowedStates {
    /// In these states and in no other.
    Only(&'static [Status]),
    /// While the claim waits for somebody's decision: `submitted` … `on_hold`.
    Open,
    /// In any: the items judge, not the state.
    Any,
}

macro_rules! creates {
    (NEW $($status:ident)*) => {
        true
    };
    ($($status:ident)*) => {
        false
    };
}

macro_rules! from {
    (NEW $($status:ident)*) => { from!($($status)*) };
    (OPEN) => { AllowedStates::Open };
    (ANY) => { AllowedStates::Any };
    ($($status:ident)*) => { AllowedStates::Only(&[$(Status::$status),*]) };
}

macro_rules! table {
    ($($kind:ident | $($who:ident)+ | $($from:ident)* | $($need:ident)*
        | $($event:ident)+;)*) => {
        impl CommandKind {
            /// The row of a command.
            pub const fn table_row(self) -> CommandRow {
                match self {$(
                    Self::$kind => CommandRow {
                        who: &[$(Party::$who),+],
                        creates: creates!($($from)*),
                        from: from!($($from)*),
                        needs: CommandNeeds { $($need: true,)* ..CommandNeeds::NOTHING },
                        makes: &[$(EventType::$event),+],
                    },
                )*}
            }
        }
    };
}

// NEW: there is no claim yet. OPEN, ANY: see `AllowedStates`.
table! {
//  command            | who                                 | from                            | needs                                     | makes
    Draft              | Partner                             | NEW                             | partner tenant eligibility quota operator | Drafted;
    Submit             | PartnerAdmin                        | NEW Draft                       | partner tenant eligibility quota operator | Submitted;
    Edit               | Partner                             | Draft Submitted InReview ActionRequired Disputed Rejected Unreachable OnHold Associated | partner | Edited;
    Recall             | Partner                             | Submitted                       | partner operator                          | Recalled;
    Discard            | Partner                             | Draft                           |                                           | Discarded;
    Respond            | PartnerAdmin                        | ActionRequired                  | operator                                  | InformationAnswered;
    Withdraw           | PartnerAdmin                        | OPEN                            |                                           | Withdrawn;
    Dispute            | PartnerAdmin                        | Rejected                        | operator                                  | Disputed;
    CorrectContact     | PartnerAdmin Operator               | Unreachable                     | partner tenant blocks operator recipients | ContactCorrected ContactProposed;
    AddEvidence        | Partner                             | Draft Submitted ActionRequired Disputed Rejected Associated | partner       | EvidenceAdded;
    End                | PartnerAdmin Operator CustomerAdmin | ANY                             |                                           | AssociationEnded;

    BeginReview        | Reviewer                            | Submitted InReview              | locks operator                            | ReviewBegun;
    RequestInformation | Reviewer                            | InReview                        | partner operator                          | InformationRequested;
    Reject             | Reviewer                            | InReview OnHold Unreachable     | partner                                   | Rejected;
    Vouch              | Operator                            | Submitted InReview Unreachable  | tenant recipients                         | ContactVouched;
    RefuseContact      | Operator                            | Unreachable                     | partner operator                          | ContactProposalRefused;
    Validate           | Reviewer                            | InReview                        | partner tenant eligibility locks operator recipients | Validated;
    Uphold             | Reviewer                            | Disputed                        |                                           | DisputeUpheld;
    Overturn           | Reviewer                            | Disputed                        | operator                                  | DisputeOverturned;
    Hold               | Operator                            | Notifying AwaitingCustomer Unreachable | recipients                         | Held;
    Resume             | Operator                            | OnHold                          | partner tenant blocks operator recipients | Resumed NoticeFailed;
    Extend             | Customer Operator                   | AwaitingCustomer                | tenant recipients                         | WindowExtended;
    RetireLink         | CustomerAdmin Operator              | ANY                             | partner tenant operator recipients        | LinkRetired;

    Decline            | Customer                            | ANY                             |                                           | ItemsDeclined AssociationEnded;
    Undo               | Customer                            | AwaitingCustomer Declined       | partner tenant blocks operator recipients | DeclineUndone;
    Accept             | CustomerAdmin                       | AwaitingCustomer                | partner tenant blocks                     | ItemsAccepted;
    WrongContact       | CustomerLink                        | ANY                             | partner tenant operator recipients        | ContactRefused;
    ChangeConsent      | CustomerAdmin                       | ANY                             |                                           | ConsentChanged AssociationEnded;
    Erase              | Operator System                     | Rejected Declined Withdrawn Discarded Ended |                               | Erased;

    ApplyReports       | System                              | ANY                             | partner tenant blocks operator recipients | WindowOpened NoticeFailed RecipientFailed WindowExtended Held AssociationEnded;
    RecordScan         | System                              | ANY                             |                                           | EvidenceAdded;
    Recount            | System                              | ANY                             | tenant recipients outages                 | WindowExtended Held;
    RequestDefence     | System                              | ANY                             |                                           | DefenceRequested;
    Supersede          | System                              | ANY                             |                                           | AssociationEnded;
    Vanish             | System                              | ANY                             | partner tenant operator recipients        | AssociationEnded Rejected Held NoticeFailed RecipientFailed WindowExtended;
    DeadlinePassed     | System                              | ANY                             | partner tenant blocks operator recipients outages | Discarded ReviewOverdue Rejected WindowOpened NoticeFailed RecipientFailed WindowClosed
                                                                                                                                             AssociationEnded WindowExtended Held Resumed;
}

/// Whether a command can be given in that state, whatever its arguments and the moment.
pub fn is_allowed_in(command: CommandKind, status: Status) -> bool {
    match command.table_row().from {
        AllowedStates::Only(statuses) => statuses.contains(&status),
        AllowedStates::Open => status.is_open(),
        AllowedStates::Any => true,
    }
}

impl CommandKind {
    /// What the command needs to know beyond the claim and its policy.
    pub const fn needs(self) -> CommandNeeds {
        self.table_row().needs
    }
}
