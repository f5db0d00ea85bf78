//! The operator's queues: what waits for the operator (`docs/api.md §3.2`).

use crate::claim::{Claim, Instant, Status};
use crate::states::OnDeadline;

pub use crate::states::Queue;

impl Queue {
    /// The statuses of the claims in it, in the order of the table of states.
    pub fn statuses(self) -> Vec<Status> {
        Status::ALL.iter().copied().filter(|status| self.takes_status(*status)).collect()
    }

    /// Whether a claim in that status may stand in it. A claim without a contact may be the operator's to look
    /// after: that says its state, not its status.
    fn takes_status(self, status: Status) -> bool {
        let row = status.table_row();
        let reviewed =
            row.on_deadline == OnDeadline::RecordOverdue || status == Status::Unreachable;
        row.queue == Some(self) || (self == Self::Overdue && reviewed)
    }

    /// Whether the claim stands in it at `now`.
    pub fn takes_claim(self, claim: &Claim, now: Instant) -> bool {
        if self != Self::Overdue {
            return self.takes_status(claim.status());
        }
        let reviewed = claim.state.on_deadline() == OnDeadline::RecordOverdue;
        reviewed && claim.deadline().is_none_or(|deadline| deadline <= now)
    }
}
