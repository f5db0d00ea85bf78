use domain::actor::Actor;
use domain::claim::{Mark, Status};
use domain::command::{Command, Vanished};
use domain::ids::ItemNo;
use domain::reason::{EndReason, ReasonCode};

use crate::given::*;

fn items(numbers: &[u8]) -> Command {
    Command::Vanish(Vanished::Items(numbers.iter().map(|no| ItemNo(*no)).collect()))
}

#[test]
fn an_ended_subscription_ends_its_association_and_no_other() {
    let given = Given::associated().then(&items(&[2]), Actor::System, after_grace());
    assert_eq!(given.items(), ["active", "ended", "active"]);
    let Some(Mark::Ended { reason, .. }) = given.claim.items.get(1).unwrap().mark else { panic!() };
    assert_eq!(reason, EndReason::ItemGone);
    assert_eq!(given.when(&items(&[2]), Actor::System, after_grace()), Ok(None));
}

#[test]
fn an_undecided_item_that_is_gone_is_rejected_and_the_rest_waits_on() {
    let given = Given::awaiting().then(&items(&[1]), Actor::System, delivered_at());
    assert_eq!(given.items(), ["rejected", "pending", "pending"]);
    assert_eq!(given.status(), Status::AwaitingCustomer);
    let given = given.then(&items(&[2, 3]), Actor::System, delivered_at());
    assert_eq!(given.status(), Status::Rejected);
    let codes: Vec<_> = given.claim.state.reasons().iter().map(|reason| reason.code).collect();
    assert_eq!(codes, [ReasonCode::ItemNotClaimable; 2]);
}

#[test]
fn a_deleted_tenant_ends_everything_in_the_window_and_after() {
    let gone = Command::Vanish(Vanished::Tenant);
    let given = Given::associated().then(&gone, Actor::System, after_grace());
    assert_eq!((given.status(), given.items()), (Status::Ended, vec!["ended"; 3]));
    let given = Given::awaiting().then(&gone, Actor::System, delivered_at());
    assert_eq!((given.status(), given.items()), (Status::Rejected, vec!["rejected"; 3]));
}

#[test]
fn a_lost_enrolment_holds_a_window_open_or_on_its_way_and_nothing_else() {
    let lost = Command::Vanish(Vanished::Enrolment);
    let given = Given::awaiting().then(&lost, Actor::System, delivered_at());
    assert_eq!(given.status(), Status::OnHold);
    assert_eq!(given.when(&lost, Actor::System, delivered_at()), Ok(None));
    let given = Given::notifying().then(&lost, Actor::System, delivered_at());
    assert_eq!(given.status(), Status::OnHold);
    assert_eq!(Given::in_review().when(&lost, Actor::System, delivered_at()), Ok(None));
    assert_eq!(Given::associated().when(&lost, Actor::System, after_grace()), Ok(None));
}

#[test]
fn a_superseded_association_ends_for_that_reason_and_one_that_has_left_stays_as_it_is() {
    let take_over = Command::Supersede { items: vec![ItemNo(1)] };
    let given = Given::associated().then(&take_over, Actor::System, after_grace());
    let Some(Mark::Ended { reason, .. }) = given.claim.items.first().unwrap().mark else {
        panic!()
    };
    assert_eq!(reason, EndReason::Superseded);
    assert_eq!(given.when(&take_over, Actor::System, after_grace()), Ok(None));
}
