//! The column *From* of `docs/domain.md §3`: in which states a command can be given at all.

use crate::claim::Status;
use crate::command::CommandKind;

/// Whether a command can be given in that state, whatever its arguments and the moment. Asked where
/// the arguments cannot be read, so that the state is answered first; [`crate::decide`] judges for
/// itself.
pub fn is_allowed_in(command: CommandKind, status: Status) -> bool {
    match command {
        CommandKind::Draft => false,
        CommandKind::Submit | CommandKind::Discard => matches!(status, Status::Draft),
        CommandKind::Edit => matches!(status, Status::Draft | Status::ActionRequired),
        CommandKind::Recall => matches!(status, Status::Submitted),
        // Once more where a holder came in during the review.
        CommandKind::BeginReview => matches!(status, Status::Submitted | Status::InReview),
        CommandKind::RequestInformation | CommandKind::Validate => {
            matches!(status, Status::InReview)
        }
        CommandKind::Respond => matches!(status, Status::ActionRequired),
        CommandKind::Reject => matches!(status, Status::InReview | Status::OnHold),
        CommandKind::CorrectContact => matches!(status, Status::Unreachable),
        CommandKind::Hold => matches!(status, Status::Notifying | Status::AwaitingCustomer),
        CommandKind::Resume => matches!(status, Status::OnHold),
        CommandKind::Extend | CommandKind::Accept | CommandKind::WrongContact => {
            matches!(status, Status::AwaitingCustomer)
        }
        CommandKind::Undo => matches!(status, Status::AwaitingCustomer | Status::Declined),
        CommandKind::Withdraw => is_undecided(status),
        CommandKind::Dispute => matches!(status, Status::Rejected),
        CommandKind::Uphold | CommandKind::Overturn => matches!(status, Status::Disputed),
        CommandKind::AddEvidence => {
            matches!(status, Status::Draft | Status::ActionRequired | Status::Associated)
        }
        // A no, an end and what the system finds are judged by the items.
        CommandKind::Decline
        | CommandKind::End
        | CommandKind::RecordDelivery
        | CommandKind::RecordFailure
        | CommandKind::RequestDefence
        | CommandKind::Supersede
        | CommandKind::Vanish
        | CommandKind::Recount
        | CommandKind::RecordScan
        | CommandKind::DeadlinePassed => true,
    }
}

/// `submitted` … `on_hold`.
fn is_undecided(status: Status) -> bool {
    match status {
        Status::Submitted
        | Status::InReview
        | Status::ActionRequired
        | Status::Disputed
        | Status::Notifying
        | Status::Unreachable
        | Status::AwaitingCustomer
        | Status::OnHold => true,
        Status::Draft
        | Status::Associated
        | Status::Rejected
        | Status::Declined
        | Status::Withdrawn
        | Status::Discarded
        | Status::Ended => false,
    }
}
