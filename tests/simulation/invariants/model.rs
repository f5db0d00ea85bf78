//! A small model of the rules, written apart from them: which commands a state takes and where they
//! lead (`docs/domain.md §3`), and what has to be remembered of a claim to tell whether an invariant holds.
//! It knows nothing of the code but the names.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeZone, Utc, Weekday};
use chrono_tz::Europe::Prague;
use domain::claim::Status;
use domain::ids::Sha256Hash;

use crate::simulation::actions::Action;

/// What the model remembers of one claim.
#[derive(Debug, Default)]
pub(crate) struct Model {
    /// The items the customer said no to, and did not take back.
    pub(crate) refused: BTreeSet<u8>,
    /// The items the customer said yes to.
    pub(crate) accepted: BTreeSet<u8>,
    /// The proof of the last notice that opened a window: of which notice, and when.
    pub(crate) opened: Option<(u16, DateTime<Utc>)>,
    /// What the customer was shown, by the validation that froze it.
    pub(crate) shown: Option<Sha256Hash>,
    /// Who rejected it last.
    pub(crate) rejected_by: Option<u8>,
    /// The end of each notice's window, to see that none moves earlier.
    pub(crate) ends: BTreeMap<u16, DateTime<Utc>>,
}

/// The states a command is taken in, and what it makes of them; `None`: they stay.
type Move = (&'static [Status], Option<Status>);

fn moves(action: Action) -> Move {
    use Status as S;
    match action {
        Action::Submit => (&[S::Draft], Some(S::Submitted)),
        Action::Discard => (&[S::Draft], Some(S::Discarded)),
        Action::Recall => (&[S::Submitted], Some(S::Draft)),
        Action::Begin => (&[S::Submitted, S::InReview], Some(S::InReview)),
        Action::Ask(_) => (&[S::InReview], Some(S::ActionRequired)),
        Action::Respond => (&[S::ActionRequired], Some(S::InReview)),
        Action::Reject(_) => (&[S::InReview, S::OnHold, S::Unreachable], Some(S::Rejected)),
        Action::Dispute => (&[S::Rejected], Some(S::Disputed)),
        Action::Uphold(_) => (&[S::Disputed], Some(S::Rejected)),
        Action::Overturn(_) => (&[S::Disputed], Some(S::InReview)),
        Action::Validate => (&[S::InReview], Some(S::Notifying)),
        Action::CorrectContact | Action::CorrectTo(_) => (&[S::Unreachable], Some(S::Notifying)),
        Action::ProposeContact | Action::RefuseContact => (&[S::Unreachable], None),
        Action::Vouch => (&[S::Submitted, S::InReview, S::Unreachable], None),
        Action::Resume => (&[S::OnHold], Some(S::Notifying)),
        Action::Deliver => (&[S::Notifying], Some(S::AwaitingCustomer)),
        Action::Bounce => (&[S::Notifying, S::AwaitingCustomer], Some(S::Unreachable)),
        Action::Hold => (&[S::Notifying, S::AwaitingCustomer, S::Unreachable], Some(S::OnHold)),
        Action::Extend | Action::ExtendOnce | Action::Accept(_) => (&[S::AwaitingCustomer], None),
        Action::Resend => (&[S::Notifying, S::AwaitingCustomer], None),
        Action::Undo => (&[S::AwaitingCustomer, S::Declined], Some(S::AwaitingCustomer)),
        Action::AddEvidence(_) => (
            &[
                S::Draft,
                S::Submitted,
                S::ActionRequired,
                S::Disputed,
                S::Rejected,
                S::Associated,
            ],
            None,
        ),
        Action::Withdraw => (UNDECIDED, Some(S::Withdrawn)),
        // Or they stay, where something is left.
        Action::Vanish(_) => (TOUCHED, Some(S::Rejected)),
        // A no, and the end of what is active, in whatever state.
        Action::Decline(_)
        | Action::DeclineAll
        | Action::DeclineByLink(_)
        | Action::End(_)
        | Action::Revoke(_)
        // Or somebody else is asked, or nobody is left.
        | Action::PassOn
        | Action::RetireLink(_) => (NOTICED, None),
        Action::DeliverOlder
        | Action::AcceptForTheCustomer
        // No command on a claim, or nothing that is tried here.
        | Action::StoreDraft
        | Action::Create
        | Action::Renew(_)
        | Action::Edit
        | Action::Erase
        | Action::AnnounceHoliday
        | Action::AcceptAll
        | Action::LiftBlocks
        | Action::Tick
        | Action::Recount
        | Action::Read => (&[], None),
    }
}

/// `submitted` … `on_hold`.
const UNDECIDED: &[Status] = &[
    Status::Submitted,
    Status::InReview,
    Status::ActionRequired,
    Status::Disputed,
    Status::Notifying,
    Status::Unreachable,
    Status::AwaitingCustomer,
    Status::OnHold,
];

/// The states in which anything waits or runs: from `submitted` on.
const TOUCHED: &[Status] = &[
    Status::Submitted,
    Status::InReview,
    Status::ActionRequired,
    Status::Disputed,
    Status::Notifying,
    Status::Unreachable,
    Status::AwaitingCustomer,
    Status::OnHold,
    Status::Associated,
];

/// The states after a first notice: a recalled claim has had none.
const NOTICED: &[Status] = &[
    Status::InReview,
    Status::ActionRequired,
    Status::Disputed,
    Status::Notifying,
    Status::Unreachable,
    Status::AwaitingCustomer,
    Status::OnHold,
    Status::Rejected,
    Status::Associated,
    Status::Declined,
    Status::Withdrawn,
    Status::Ended,
];

/// Whether an accepted command may lead from one state to the other: as it says, or where nothing is
/// left to decide, as the items say (`docs/domain.md §3`, *Status from items*).
pub(crate) fn leads(action: Action, from: Status, to: Status) -> bool {
    let (states, result) = moves(action);
    let decides = matches!(
        action,
        Action::Reject(_)
            | Action::Withdraw
            | Action::Accept(_)
            | Action::Decline(_)
            | Action::DeclineAll
            | Action::DeclineByLink(_)
            | Action::End(_)
            | Action::Revoke(_)
            | Action::Vanish(_)
    );
    let in_part = matches!(action, Action::Vanish(_)) && to == from;
    // Where another contact can be asked, a failure is followed by a new notice.
    let loses_recipient = matches!(action, Action::RetireLink(_) | Action::Bounce);
    let with_customer = matches!(from, Status::Notifying | Status::AwaitingCustomer);
    let asks = matches!(action, Action::PassOn | Action::Resume | Action::Undo)
        || (loses_recipient && with_customer);
    let anew = asks && to == Status::Notifying;
    let nobody_left = asks && to == Status::Unreachable;
    let by_items = matches!(to, Status::Associated | Status::Ended | Status::Declined);
    let fits =
        to == result.unwrap_or(from) || (decides && by_items) || anew || nobody_left || in_part;
    states.contains(&from) && fits
}

/// Whether the rules leave no way to refuse the step in that state: nothing but the state decides.
pub(crate) fn must_be_taken(action: Action, from: Status) -> bool {
    let by_state_alone = matches!(
        action,
        Action::Recall
            | Action::Discard
            | Action::Ask(_)
            | Action::Respond
            | Action::Deliver
            | Action::Withdraw
    );
    by_state_alone && moves(action).0.contains(&from)
}

/// Five business days of Czechia after a delivery, counted day by day: the first instant after them.
/// Good for the winter and the spring in which the stories happen.
pub(crate) fn full_window(delivered_at: DateTime<Utc>) -> DateTime<Utc> {
    let mut date = delivered_at.with_timezone(&Prague).date_naive();
    let mut counted = 0;
    while counted < 5 {
        date = date.succ_opt().unwrap();
        counted += u32::from(is_business_day(date));
    }
    let midnight = (date + Days::new(1)).and_hms_opt(0, 0, 0).unwrap();
    Prague.from_local_datetime(&midnight).latest().unwrap().to_utc()
}

fn is_business_day(date: NaiveDate) -> bool {
    let weekend = matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
    let fixed = [
        (1, 1),
        (5, 1),
        (5, 8),
        (7, 5),
        (7, 6),
        (9, 28),
        (10, 28),
        (11, 17),
        (12, 24),
        (12, 25),
        (12, 26),
    ];
    let easter = [(2027, 3, 26), (2027, 3, 29), (2028, 4, 14), (2028, 4, 17)];
    let holiday = fixed.contains(&(date.month(), date.day()))
        || easter.contains(&(date.year(), date.month(), date.day()));
    !weekend && !holiday
}
