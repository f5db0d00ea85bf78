use chrono::Duration;
use domain::actor::Actor;
use domain::claim::{Mark, State, Status};
use domain::command::{Command, CommandKind, ItemSelection};
use domain::event::{EventBody, EventType};
use domain::ids::{ItemNo, PersonId, TenantId};
use domain::motive::Motive;
use domain::reason::EndReason;
use domain::recipient::Decliners;
use domain::rejection::{FieldCode, FieldError, Hint, Rejection};

use crate::given::*;

fn just_before() -> Instant {
    closes_at() - Duration::milliseconds(1)
}

fn declined_by_link(at: Instant, in_time: bool) -> Mark {
    let by = Decliners::only_recipient(FIRST);
    Mark::Declined { at, latest: at, by, in_time, no_answer: false, settled: false }
}

#[test]
fn a_partial_decline_leaves_the_rest_pending_and_the_window_open() {
    let given = Given::awaiting().then(&decline(&[2]), link(), delivered_at());
    assert_eq!(given.items(), ["pending", "declined", "pending"]);
    assert_eq!(given.status(), Status::AwaitingCustomer);
}

#[test]
fn declining_everything_declines_the_claim_and_can_be_undone_until_the_deadline() {
    let given = Given::awaiting().then(&decline(&[]), link(), delivered_at());
    assert_eq!(given.status(), Status::Declined);
    let given = given.then(&undo(&[]), administrator(), just_before());
    assert_eq!(given.status(), Status::AwaitingCustomer);
    assert_eq!(given.items(), ["pending", "pending", "pending"]);
}

#[test]
fn a_decline_that_arrived_a_millisecond_before_the_deadline_is_in_time() {
    let given = Given::awaiting().then(&decline(&[1]), link(), just_before());
    let mark = given.claim.items.first().unwrap().mark;
    assert_eq!(mark, Some(declined_by_link(just_before(), true)));
}

#[test]
fn a_decline_exactly_at_the_deadline_counts_but_is_late_and_cannot_be_undone() {
    let given = Given::awaiting().then(&decline(&[]), link(), closes_at());
    let mark = given.claim.items.first().unwrap().mark;
    assert_eq!(mark, Some(declined_by_link(closes_at(), false)));
    let refused = given.when(&undo(&[]), link(), closes_at());
    assert!(matches!(refused, Err(Rejection::InvalidState { .. })));
}

#[test]
fn a_no_after_the_close_ends_the_association() {
    let given = Given::associated().then(&decline(&[2]), link(), after_grace());
    assert_eq!(given.items(), ["active", "ended", "active"]);
    assert_eq!(given.status(), Status::Associated);
    assert_eq!(given.claim.last_event.event_type, EventType::AssociationEnded);
    let given = given.then(&decline(&[]), link(), after_grace());
    assert_eq!(given.status(), Status::Ended);
}

#[test]
fn a_second_no_of_the_same_party_changes_nothing_by_whichever_of_its_links() {
    let given = Given::awaiting().then(&decline(&[1]), link(), delivered_at());
    assert_eq!(given.when(&decline(&[1]), link(), delivered_at()), Ok(None));
    let given = given.then(&decline(&[1]), administrator(), delivered_at());
    for actor in [administrator(), old_link(1), link()] {
        assert_eq!(given.when(&decline(&[1]), actor, delivered_at()), Ok(None));
    }
}

#[test]
fn a_no_to_a_claim_that_is_over_changes_nothing_and_is_no_error() {
    for status in [Status::Withdrawn, Status::Declined, Status::Ended] {
        let claim = in_status(status);
        let decided = domain::decide(Some(&claim), &decline(&[]), &context(link(), after_grace()));
        assert_eq!(decided, Ok(None), "{status:?}");
    }
}

#[test]
fn a_no_before_the_delivery_proof_was_processed_counts() {
    let given = Given::notifying().then(&decline(&[1]), link(), delivered_at());
    assert_eq!(given.items(), ["declined", "pending", "pending"]);
    let given = given.delivered(FIRST, delivered_at());
    assert_eq!(given.status(), Status::AwaitingCustomer);
    assert_eq!(given.items(), ["declined", "pending", "pending"], "and survives the opening");
}

#[test]
fn a_no_to_everything_outside_a_window_is_final() {
    let given = Given::notifying().then(&decline(&[]), link(), delivered_at());
    assert_eq!(given.claim.state, State::Declined { window: None });
    let refused = given.when(&undo(&[]), link(), delivered_at());
    assert!(matches!(refused, Err(Rejection::InvalidState { .. })));
}

#[test]
fn a_no_to_a_rejection_that_can_be_disputed_is_kept() {
    let mut given = Given::notifying();
    given.claim.state = State::OnHold { reason: None };
    let given = given.then(&reject(), reviewer(), delivered_at());
    let given = given.then(&decline(&[1]), link(), delivered_at());
    assert_eq!(given.items(), ["declined", "rejected", "rejected"]);
    assert_eq!(given.status(), Status::Rejected, "others are undecided still");
    let given = given.then(&decline(&[]), link(), delivered_at());
    assert_eq!(given.status(), Status::Declined);
}

#[test]
fn a_no_beside_what_was_rejected_and_can_still_be_disputed_leaves_the_rest_undecided() {
    let mut given = Given::notifying().then(&decline(&[1]), link(), delivered_at());
    given.claim.state = State::OnHold { reason: None };
    let given = given.then(&reject(), reviewer(), delivered_at());
    let dispute = Command::Dispute { comment: comment() };
    let disputed = given.clone().then(&dispute, alpine(), delivered_at());
    for (given, status) in [(given, Status::Rejected), (disputed, Status::Disputed)] {
        let given = given.then(&decline(&[2]), link(), delivered_at());
        assert_eq!(given.items(), ["declined", "declined", "rejected"]);
        assert_eq!(given.status(), status);
        let given = given.then(&decline(&[]), link(), delivered_at());
        assert_eq!(given.status(), Status::Declined);
    }
}

#[test]
fn the_customer_cannot_decline_what_was_never_told() {
    let refused = Given::in_review().when(&decline(&[]), administrator(), delivered_at());
    assert!(matches!(refused, Err(Rejection::InvalidState { .. })));
}

#[test]
fn an_item_that_is_not_in_the_claim_is_a_fault_of_the_request() {
    let refused = Given::awaiting().when(&decline(&[1, 9]), link(), delivered_at());
    let expected = FieldError::new("/items/1", FieldCode::ItemUnknown);
    assert_eq!(refused, Err(Rejection::Fields(vec![expected])));
}

#[test]
fn another_tenants_administrator_and_a_link_of_a_later_notice_find_nothing() {
    let stranger = Actor::CustomerAdmin {
        tenant: TenantId::parse("6f3c0000-0000-4000-8000-000000000002").unwrap(),
        person: None,
    };
    for actor in [stranger, link_of(2, FIRST)] {
        let refused = Given::awaiting().when(&decline(&[]), actor, delivered_at());
        assert_eq!(refused, Err(Rejection::NotFound));
    }
}

#[test]
fn one_answer_of_a_mixed_decision_is_one_event() {
    let mut given = Given::awaiting();
    let (basis, effective_at) = (domain::claim::Basis::Explicit, delivered_at());
    given.claim.items.first_mut().unwrap().mark = Some(Mark::Active { basis, effective_at });
    let event = given.when(&decline(&[]), link(), delivered_at()).unwrap().unwrap();
    let EventBody::ItemsDeclined { declined, ended, in_time, .. } = &event.body else { panic!() };
    assert_eq!((declined.len(), ended.len(), *in_time), (2, 1, true));
    let given = given.evolved(event);
    assert_eq!(given.items(), ["ended", "declined", "declined"]);
    assert_eq!(given.status(), Status::Ended);
}

#[test]
fn a_repeat_is_known_by_the_notice_and_the_recipient_it_came_from() {
    let print = |actor: Actor| Command::WrongContact.fingerprint(&actor);
    assert_eq!(print(link()), print(link()));
    for other in [link_of(2, FIRST), link_of(1, SECOND), old_link(1)] {
        assert_ne!(print(link()), print(other), "another person is not the first one's repeat");
    }
}

#[test]
fn nobody_but_the_customer_declines() {
    for actor in [alpine(), reviewer(), operator(), Actor::System] {
        let refused = Given::awaiting().when(&decline(&[]), actor, delivered_at());
        assert_eq!(refused, Err(Rejection::RoleNotAllowed));
    }
}

#[test]
fn an_association_ends_for_the_reason_that_follows_from_the_role_and_only_once() {
    for (actor, reason) in [
        (alpine(), EndReason::PartnerLeft),
        (operator(), EndReason::OperatorRevoked),
        (administrator(), EndReason::CustomerRevoked),
    ] {
        let given = Given::associated().then(&end(2), actor.clone(), after_grace());
        let Some(Mark::Ended { reason: ended, .. }) = given.claim.items.get(1).unwrap().mark else {
            panic!()
        };
        assert_eq!(ended, reason);
        assert_eq!(given.when(&end(2), actor, after_grace()), Ok(None));
    }
}

#[test]
fn partner_and_operator_say_why_they_end_and_the_customer_need_not() {
    let end = Command::End { item: domain::ids::ItemNo(1), comment: None, motive: None };
    let required = |pointer: &str| FieldError::new(pointer, FieldCode::Required);
    for (actor, names) in [(alpine(), Motive::PARTNER_NAMES), (operator(), Motive::OPERATOR_NAMES)]
    {
        let why = required("/reason_code").with_hint(Hint::OneOf(names));
        let expected = Rejection::Fields(vec![required("/comment"), why]);
        assert_eq!(Given::associated().when(&end, actor, after_grace()), Err(expected));
    }
    assert!(Given::associated().when(&end, administrator(), after_grace()).unwrap().is_some());
}

// A review after a rejection that fell

/// The claim had a notice, was held, rejected and disputed, and the rejection fell.
fn reviewed_again() -> Given {
    let dispute = Command::Dispute { comment: comment() };
    let given = Given::awaiting().then(&hold(), operator(), delivered_at());
    let given = given.then(&reject(), reviewer(), delivered_at());
    let given = given.then(&dispute, alpine(), delivered_at());
    given.then(&Command::Overturn { comment: comment() }, operator(), delivered_at())
}

/// The same, with the partner asked for an answer.
fn asked_again() -> Given {
    let Command::Reject { reasons } = reject() else { panic!() };
    let request = Command::RequestInformation { reasons };
    reviewed_again().then(&request, reviewer(), delivered_at())
}

#[test]
fn a_no_in_a_review_after_a_notice_is_kept_and_changes_no_status() {
    for (given, status) in
        [(reviewed_again(), Status::InReview), (asked_again(), Status::ActionRequired)]
    {
        assert_eq!((given.status(), given.items()), (status, vec!["proposed"; 3]));
        let deadline = given.claim.deadline();
        for actor in [link(), old_link(1), administrator()] {
            let declined = given.clone().then(&decline(&[2]), actor, delivered_at());
            assert_eq!(declined.items(), ["proposed", "declined", "proposed"]);
            assert_eq!((declined.status(), declined.claim.deadline()), (status, deadline));
            let again = declined.when(&decline(&[2]), administrator(), delivered_at());
            assert_eq!(again, Ok(None), "it is settled by the review, so nobody joins it");
            let undone = declined.when(&undo(&[2]), administrator(), delivered_at());
            assert!(matches!(undone, Err(Rejection::InvalidState { .. })), "{undone:?}");
        }
    }
}

#[test]
fn a_no_in_a_review_after_a_notice_is_in_time_and_stays_through_the_next_window() {
    let validate = Command::Validate { drop: vec![], comment: None };
    let respond = Command::Respond { comment: None };
    for given in [reviewed_again(), asked_again()] {
        let is_asked = given.status() == Status::ActionRequired;
        let given = given.then(&decline(&[2]), link(), delivered_at());
        let Some(Mark::Declined { in_time: true, settled: false, .. }) =
            given.claim.items.get(1).unwrap().mark
        else {
            panic!()
        };
        let given = if is_asked { given.then(&respond, alpine(), delivered_at()) } else { given };
        let given = given.then(&validate, reviewer(), delivered_at());
        assert_eq!(given.items(), ["pending", "declined", "pending"]);
        let given = given.delivered(FIRST, delivered_at());
        let undone = given.when(&undo(&[2]), administrator(), delivered_at() + Duration::hours(1));
        assert!(matches!(undone, Err(Rejection::InvalidState { .. })), "{undone:?}");
        assert_eq!(given.closed().items(), ["active", "declined", "active"]);
    }
}

#[test]
fn a_no_to_everything_in_a_review_after_a_notice_is_final() {
    for given in [reviewed_again(), asked_again()] {
        let given = given.then(&decline(&[1]), link(), delivered_at());
        let given = given.then(&decline(&[]), link(), delivered_at());
        assert_eq!(given.claim.state, State::Declined { window: None });
        assert_eq!(given.items(), ["declined"; 3]);
        assert!(given.claim.is_final(delivered_at()));
    }
}

#[test]
fn a_second_rejection_after_one_that_fell_leaves_the_no_beside_it() {
    let given = reviewed_again().then(&decline(&[2]), link(), delivered_at());
    let given = given.then(&reject(), reviewer(), delivered_at());
    assert_eq!(given.items(), ["rejected", "declined", "rejected"]);
    assert_eq!((given.status(), given.claim.state.runs_until()), (Status::Rejected, None));
}

#[test]
fn an_event_bears_the_mark_of_the_command_and_the_party_that_led_to_it() {
    let given = Given::awaiting();
    for actor in [link(), administrator()] {
        let event = given.when(&decline(&[1]), actor.clone(), delivered_at()).unwrap().unwrap();
        assert!(event.fingerprint.is_some());
        assert_eq!(event.fingerprint, decline(&[1]).fingerprint(&actor));
        assert_ne!(event.fingerprint, decline(&[2]).fingerprint(&actor));
    }
    let closed = given.when(&Command::DeadlinePassed, Actor::System, after_grace());
    assert_eq!(closed.unwrap().unwrap().fingerprint, None, "the system's guards know a repeat");
}

#[test]
fn a_contact_by_its_overview_ends_an_association_of_its_tenant_and_does_nothing_else() {
    let contact = |tenant: &TenantId| Actor::CustomerContact {
        tenant: tenant.clone(),
        contact: PersonId::of("a contact"),
    };
    let given = Given::associated();
    let own = contact(&given.claim.subject.tenant);
    let end = Command::End { item: ItemNo(2), comment: None, motive: None };
    let stranger = contact(&TenantId::parse("6f3c0000-0000-4000-8000-00000000ffff").unwrap());
    assert_eq!(given.when(&end, stranger, after_grace()), Err(Rejection::NotFound));
    let ended = given.then(&end, own.clone(), after_grace());
    assert_eq!(ended.items(), ["active", "ended", "active"]);
    assert_eq!(ended.claim.last_event.actor_id, own.id());
    let taken = CommandKind::ALL
        .iter()
        .filter(|kind| kind.table_row().who.iter().any(|party| party.includes(&own)));
    assert_eq!(taken.collect::<Vec<_>>(), [&CommandKind::End]);
    let accept = Command::Accept { items: ItemSelection::All };
    for command in [accept, undo(&[]), Command::Extend { closes_on: None }] {
        let refused = Given::awaiting().when(&command, own.clone(), delivered_at());
        assert_eq!(refused, Err(Rejection::RoleNotAllowed), "{command:?}");
    }
}
