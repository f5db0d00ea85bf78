use chrono::Duration;
use domain::actor::Actor;
use domain::claim::Status;
use domain::command::{Command, CommandKind};
use domain::event::FailureCause;
use domain::queue::Queue;

use crate::given::*;
use crate::table::of_kind;

/// Claims that wait for a contact while it is the operator's turn: one is proposed, or the provider refuses to
/// write to everybody.
fn with_the_operator() -> [Given; 2] {
    let (propose, _) = of_kind(CommandKind::CorrectContact).expect("a command");
    let proposed = given_in(Status::Unreachable).then(&propose, alpine(), delivered_at());
    let suppressed = FailureCause::Suppressed;
    [proposed, Given::awaiting().failed_by(FIRST, delivered_at(), suppressed)]
}

#[test]
fn a_claim_without_a_contact_is_overdue_once_the_operators_deadline_has_passed_and_stays_so() {
    for given in with_the_operator() {
        assert_eq!(given.status(), Status::Unreachable);
        let due = given.claim.deadline().expect("a deadline");
        let before = due - Duration::milliseconds(1);
        assert!(!Queue::Overdue.takes_claim(&given.claim, before));
        assert!(Queue::Overdue.takes_claim(&given.claim, due));
        let recorded = given.then(&Command::DeadlinePassed, Actor::System, due);
        assert!(Queue::Overdue.takes_claim(&recorded.claim, due), "its passing is recorded");
        assert!(
            Queue::Unreachable.takes_claim(&recorded.claim, due),
            "it waits for a contact still"
        );
    }
}

#[test]
fn a_claim_without_a_contact_is_not_overdue_while_it_is_the_partners_turn() {
    let claim = in_status(Status::Unreachable);
    let due = claim.deadline().expect("a deadline");
    assert!(Queue::Unreachable.takes_claim(&claim, due));
    assert!(!Queue::Overdue.takes_claim(&claim, due));
}

#[test]
fn what_is_overdue_is_looked_for_among_reviews_and_disputes_and_then_claims_without_a_contact() {
    use Status::{Disputed, InReview, Submitted, Unreachable};
    assert_eq!(Queue::Overdue.statuses(), [Submitted, InReview, Disputed, Unreachable]);
}

#[test]
fn every_other_queue_has_the_claims_of_its_status_and_no_others() {
    let queues = Queue::ALL.iter().copied().filter(|queue| *queue != Queue::Overdue);
    for queue in queues {
        let statuses = queue.statuses();
        assert_eq!(statuses.len(), 1, "{queue:?}");
        for status in Status::ALL.iter().copied() {
            let taken = queue.takes_claim(&in_status(status), after_grace());
            assert_eq!(taken, statuses.contains(&status), "{queue:?}: {status:?}");
        }
    }
}
