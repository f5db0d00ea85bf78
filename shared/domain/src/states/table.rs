//! The table of states: `docs/domain.md §3.1` as code, a row for each. A state without a row does not compile.

use crate::claim::Status;
use crate::reason::ReasonCode;
use crate::states::{OnDeadline, Phase, Queue, Stage, Who};

/// What holds of every claim in a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateRow {
    /// Whose turn it is.
    pub turn: Who,
    /// What the system does when the deadline passes unanswered.
    pub on_deadline: OnDeadline,
    /// The operator's queue in which the claim waits.
    pub queue: Option<Queue>,
    /// Draft, open, associated or final.
    pub stage: Stage,
    /// What it is for the customer, as long as no window says more.
    pub phase: Phase,
}

macro_rules! table {
    ($($status:ident | $turn:ident | $on_deadline:ident $(($reason:ident))? | $($queue:ident)?
        | $stage:ident | $phase:ident;)*) => {
        impl Status {
            /// The row of a state.
            pub const fn table_row(self) -> StateRow {
                match self {$(
                    Self::$status => StateRow {
                        turn: Who::$turn,
                        on_deadline: OnDeadline::$on_deadline $((ReasonCode::$reason))?,
                        queue: queue!($($queue)?),
                        stage: Stage::$stage,
                        phase: Phase::$phase,
                    },
                )*}
            }
        }
    };
}

macro_rules! queue {
    () => {
        None
    };
    ($queue:ident) => {
        Some(Queue::$queue)
    };
}

table! {
//  state            | turn     | on the deadline             | queue       | stage      | phase
    Draft            | Partner  | Discard                     |             | Draft      | Review;
    Submitted        | Operator | RecordOverdue               | Submitted   | Open       | Review;
    InReview         | Operator | RecordOverdue               | InReview    | Open       | Review;
    ActionRequired   | Partner  | Reject(PartnerNoResponse)   |             | Open       | Review;
    Disputed         | Operator | RecordOverdue               | Disputed    | Open       | Review;
    Notifying        | System   | CountUnreachable            |             | Open       | Open;
    Unreachable      | Partner  | Reject(CustomerUnreachable) | Unreachable | Open       | Paused;
    AwaitingCustomer | Customer | CloseWindow                 |             | Open       | Open;
    OnHold           | Operator | Nothing                     | OnHold      | Open       | Paused;
    Associated       | Nobody   | EndAssociations             |             | Associated | Associated;
    Rejected         | Partner  | Nothing                     |             | Final      | Rejected;
    Declined         | Customer | Nothing                     |             | Final      | Declined;
    Withdrawn        | Nobody   | Nothing                     |             | Final      | Withdrawn;
    Discarded        | Nobody   | Nothing                     |             | Final      | Discarded;
    Ended            | Nobody   | Nothing                     |             | Final      | Ended;
}

impl Status {
    /// Whether a submitted claim still waits for somebody's decision.
    pub fn is_open(self) -> bool {
        self.table_row().stage == Stage::Open
    }
}
