//! The end of personal data (`docs/domain.md §3.11`).

use chrono::Duration;
use domain::actor::{Actor, StaffRole};
use domain::claim::{Claim, Details, Scan, State, Status};
use domain::command::{Command, CommandKind};
use domain::decide::erasure_due_at;
use domain::event::{EventBody, EventType};
use domain::ids::StaffId;
use domain::possible::possible_commands;
use domain::program::{LONGEST_GRACE_SECONDS, Policy, RetentionDays};
use domain::rejection::Rejection;

use crate::finals::finals;
use crate::given::*;
use crate::table::of_kind;

/// Years after everything.
fn much_later() -> Instant {
    at("2029-03-01T09:00:00Z")
}

fn erased(given: Given) -> Given {
    given.then(&Command::Erase, operator(), much_later())
}

/// Everything that details can hold.
fn full(details: &Details) -> Details {
    let other = contact("ota@contoso.example");
    let mut details = Details {
        technical_contact: Some(other.clone()),
        label: Some(name("Our label")),
        external_ref: Some(name("R-1")),
        reason_comments: vec![Some(comment())],
        vouched_for: Some(other.email.clone()),
        vouched_by: vec![StaffId::parse("operator").unwrap()],
        proposed_contact: Some(other),
        ..details.clone()
    };
    for own in &mut details.evidence {
        own.scan = Scan::Clean;
    }
    details
}

#[test]
fn an_erasure_leaves_the_two_companies_and_the_domain_and_of_people_nothing() {
    for (told, mut given) in finals() {
        given.claim.details = full(&given.claim.details);
        let before = given.claim.clone();
        let after = erased(given).claim;
        assert!(after.erased, "{told}");
        assert_eq!(after.details.partner_name, before.details.partner_name);
        assert_eq!(after.details.tenant_name, before.details.tenant_name);
        assert_eq!(after.details.tenant_domain, before.details.tenant_domain);
        let left = serde_json::to_string(&after.details).unwrap();
        for gone in ["@", "Jana", "Petr", "sow.pdf", "Our label", "R-1", "Because.", "operator"] {
            assert!(!left.contains(gone), "{told}: {gone} in {left}");
        }
        let expected = Claim {
            version: before.version.next(),
            details: after.details.clone(),
            last_event: after.last_event.clone(),
            erased: true,
            ..before
        };
        assert_eq!(after, expected, "{told}: nothing else changes");
    }
}

#[test]
fn an_erasure_is_an_operators_and_no_reviewers_no_auditors_and_no_partys() {
    let given = given_in(Status::Withdrawn);
    let auditor = Actor::Staff { id: StaffId::parse("auditor").unwrap(), role: StaffRole::Auditor };
    for actor in [reviewer(), auditor, alpine(), administrator(), link()] {
        let refused = given.when(&Command::Erase, actor.clone(), much_later());
        assert_eq!(refused, Err(Rejection::RoleNotAllowed), "{actor:?}");
    }
    let event = given.when(&Command::Erase, operator(), much_later()).unwrap().unwrap();
    assert_eq!((event.body, event.actor_id), (EventBody::Erased, operator().id()));
}

#[test]
fn nothing_is_erased_while_anything_but_a_no_can_come() {
    for status in Status::ALL {
        let given = given_in(*status);
        let decided = given.when(&Command::Erase, operator(), much_later());
        let over = matches!(
            status,
            Status::Rejected
                | Status::Declined
                | Status::Withdrawn
                | Status::Discarded
                | Status::Ended
        );
        assert_eq!(decided.is_ok(), over, "{status:?}");
        assert!(over || is_invalid_state(&decided), "{status:?}");
    }
}

#[test]
fn a_dispute_and_an_undo_that_arrived_in_time_find_their_claim_for_as_long_as_the_grace_lasts() {
    for status in [Status::Rejected, Status::Declined] {
        let given = given_in(status);
        let end = given.claim.state.runs_until().unwrap();
        let grace = Duration::seconds(i64::from(given.policy.grace_seconds));
        let early = end + grace - Duration::milliseconds(1);
        assert!(given.claim.is_final(early));
        assert!(is_invalid_state(&given.when(&Command::Erase, operator(), early)), "{status:?}");
        assert!(given.when(&Command::Erase, operator(), end + grace).unwrap().is_some());
    }
}

#[test]
fn an_erasure_is_offered_once_the_longest_grace_of_any_policy_is_over_and_not_before() {
    let offered = |given: &Given, at| {
        possible_commands(&given.claim, &operator(), at).contains(&CommandKind::Erase)
    };
    let longest = Duration::seconds(LONGEST_GRACE_SECONDS.into());
    for (told, given) in finals() {
        let since =
            given.claim.state.runs_until().map_or(given.claim.last_event.at, |end| end + longest);
        assert!(offered(&given, since), "{told}");
        assert!(!offered(&given, since - Duration::milliseconds(1)), "{told}");
        assert!(!offered(&erased(given), much_later()), "{told}");
    }
}

#[test]
fn erasing_twice_changes_nothing() {
    for (told, given) in finals() {
        let given = erased(given);
        for actor in [operator(), Actor::System] {
            assert_eq!(given.when(&Command::Erase, actor, much_later()), Ok(None), "{told}");
        }
    }
}

#[test]
fn an_erased_claim_takes_a_no_as_it_did_before_and_nothing_else() {
    for (told, given) in finals() {
        let (given, before) = (erased(given.clone()), given);
        let moment = much_later() + Duration::days(1);
        for kind in CommandKind::ALL {
            let (command, actor) = of_kind(*kind).unwrap();
            let event = given.when(&command, actor.clone(), moment);
            if *kind == CommandKind::Decline {
                let body = |decided: Result<Option<domain::event::Event>, Rejection>| {
                    decided.map(|event| event.map(|event| event.body)).map_err(|no| no.to_string())
                };
                assert_eq!(body(event), body(before.when(&command, actor, moment)), "{told}");
            } else {
                assert_eq!(event.ok().flatten(), None, "{told}: {kind:?}");
            }
        }
    }
}

#[test]
fn a_no_behind_an_erasure_joins_and_brings_nothing_back() {
    let declined = given_in(Status::Declined);
    let given = erased(declined).then(&decline(&[1]), administrator(), much_later());
    assert_eq!(given.claim.last_event.event_type, EventType::ItemsDeclined);
    assert!(given.claim.erased);
    assert_eq!(given.claim.details.customer_contact, None);
}

#[test]
fn the_link_of_an_erased_claim_cannot_be_retired_since_nobody_knows_whose_it_is() {
    let given = erased(given_in(Status::Withdrawn));
    let refused = given.when(&retire(FIRST), operator(), much_later());
    assert!(is_invalid_state(&refused));
}

#[test]
fn the_system_erases_when_the_policys_time_is_over_and_not_a_millisecond_before() {
    for (told, given) in finals() {
        let due = erasure_due_at(&given.claim, &given.policy).unwrap();
        let days = if given.status() == Status::Discarded { 30 } else { 400 };
        let grace = Duration::seconds(i64::from(given.policy.grace_seconds));
        let since =
            given.claim.state.runs_until().map_or(given.claim.last_event.at, |end| end + grace);
        assert_eq!(due, since + Duration::days(days), "{told}");
        let early = due - Duration::milliseconds(1);
        assert_eq!(given.when(&Command::Erase, Actor::System, early), Ok(None), "{told}");
        let event = given.when(&Command::Erase, Actor::System, due).unwrap().unwrap();
        assert_eq!((event.actor, event.actor_id), (domain::actor::ActorKind::System, None));
    }
}

#[test]
fn a_policy_without_a_time_keeps_the_data_until_an_operator_erases_them() {
    let (discarded, withdrawn) = (given_in(Status::Discarded), given_in(Status::Withdrawn));
    let only = |days: Option<RetentionDays>| Policy { retention_days: days, ..Policy::default() };
    let never = only(None);
    let drafts = only(Some(RetentionDays { discarded: Some(1), after_end: None }));
    let others = only(Some(RetentionDays { discarded: None, after_end: Some(1) }));
    for (policy, ends) in
        [(never, [false, false]), (drafts, [true, false]), (others, [false, true])]
    {
        for (given, ends) in [&discarded, &withdrawn].into_iter().zip(ends) {
            let given = Given { policy: policy.clone(), ..given.clone() };
            assert_eq!(erasure_due_at(&given.claim, &policy).is_some(), ends);
            let by_system = given.when(&Command::Erase, Actor::System, much_later());
            assert_eq!(by_system.unwrap().is_some(), ends);
            assert!(given.when(&Command::Erase, operator(), much_later()).unwrap().is_some());
        }
    }
}

#[test]
fn one_more_no_lets_the_time_begin_anew() {
    let given = given_in(Status::Declined);
    let due = erasure_due_at(&given.claim, &given.policy).unwrap();
    let given = given.then(&decline(&[1]), administrator(), due - Duration::days(1));
    let later = erasure_due_at(&given.claim, &given.policy).unwrap();
    assert_eq!(later, due - Duration::days(1) + Duration::days(400));
    assert_eq!(given.when(&Command::Erase, Actor::System, due), Ok(None));
}

#[test]
fn a_claim_that_is_not_over_has_no_time_at_which_it_is_erased() {
    for status in Status::ALL {
        let given = given_in(*status);
        let over = finals().iter().any(|(_, other)| other.status() == *status);
        assert_eq!(erasure_due_at(&given.claim, &given.policy).is_some(), over, "{status:?}");
        assert_eq!(erasure_due_at(&Claim { erased: true, ..given.claim }, &given.policy), None);
    }
    let disputed = given_in(Status::Disputed);
    assert!(matches!(disputed.claim.state, State::Disputed { .. }));
}
