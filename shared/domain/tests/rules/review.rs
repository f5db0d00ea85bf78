use chrono::Duration;

use domain::actor::Actor;
use domain::claim::{Defence, Instant, State, Status};
use domain::command::{Command, DirectoryLoss, GivenReason};
use domain::content;
use domain::context::{Context, Rival, RivalStatus};
use domain::decide;
use domain::directory::PartnerStatus;
use domain::ids::{ClaimId, ItemNo};
use domain::program::{Policy, ProgramStatus, UsageHistory};
use domain::reason::{Reason, ReasonCode};
use domain::rejection::{FieldCode, FieldError, Hint, Rejection};
use domain::remark::Remark;

use crate::given::*;

fn validate(drop: &[u8]) -> Command {
    let drop = drop.iter().map(|no| (ItemNo(*no), ReasonCode::EvidenceItemMissing)).collect();
    Command::Validate { drop, comment: None }
}

fn now() -> Instant {
    submitted_at() + Duration::hours(3)
}

#[test]
fn a_reviewer_begins_and_the_operators_days_count_anew() {
    let given = Given::in_review();
    assert_eq!(given.status(), Status::InReview);
    assert_eq!(given.claim.last_event.actor_id.as_ref().unwrap().to_string(), "reviewer");
}

#[test]
fn a_rejection_keeps_its_reasons_and_can_be_disputed_until_the_31st_local_day() {
    let given = Given::in_review().then(&reject(), reviewer(), now());
    let State::Rejected { rejection, disputable_until } = &given.claim.state else { panic!() };
    assert_eq!(rejection.by.as_ref().unwrap().as_str(), "reviewer");
    // Rejected on 21 December in Prague; the 30th day is 20 January.
    assert_eq!(*disputable_until, Some(at("2027-01-20T23:00:00Z")));
    assert_eq!(given.items(), ["rejected", "rejected", "rejected"]);
}

#[test]
fn a_rejection_without_reasons_or_for_a_foreign_item_is_refused() {
    let reject = |reasons| Given::in_review().when(&Command::Reject { reasons }, reviewer(), now());
    let expected = FieldError::new("/reasons", FieldCode::Required).with_hint(Hint::Entry);
    assert_eq!(reject(vec![]), Err(Rejection::Fields(vec![expected])));
    let reason = Reason { code: ReasonCode::EvidenceItemMissing, item_no: Some(ItemNo(4)) };
    let expected = FieldError::new("/reasons/0/item_no", FieldCode::ItemUnknown);
    assert_eq!(
        reject(vec![GivenReason { reason, comment: None }]),
        Err(Rejection::Fields(vec![expected]))
    );
}

#[test]
fn a_rejection_by_code_alone_leaves_the_details_untouched_and_a_comment_changes_them() {
    let event = Given::in_review().when(&reject(), reviewer(), now()).unwrap().unwrap();
    assert_eq!(event.details, None);
    let reason = Reason { code: ReasonCode::PolicyViolation, item_no: None };
    let reasons = vec![GivenReason { reason, comment: Some(comment()) }];
    let commented = Command::Reject { reasons };
    let event = Given::in_review().when(&commented, reviewer(), now()).unwrap().unwrap();
    assert_eq!(event.details.unwrap().reason_comments, [Some(comment())]);
}

#[test]
fn validating_freezes_the_content_and_asks_for_the_first_notice() {
    let given = Given::notifying();
    assert_eq!(given.items(), ["pending", "pending", "pending"]);
    assert_eq!(given.claim.notice.0, 1);
    assert_eq!(given.claim.content_hash, Some(content::content_hash(&given.claim, &given.policy)));
}

#[test]
fn what_the_customer_is_promised_covers_which_days_can_be_read() {
    let claim = Given::notifying().claim;
    let hash = |usage_history| {
        content::content_hash(&claim, &Policy { usage_history, ..Policy::default() })
    };
    assert_ne!(hash(UsageHistory::SinceAssociation), hash(UsageHistory::All));
}

#[test]
fn a_reviewer_drops_one_of_three_and_its_number_stays() {
    let given = Given::in_review().then(&validate(&[2]), reviewer(), now());
    assert_eq!(given.items(), ["pending", "dropped", "pending"]);
    assert_eq!(given.claim.content_hash, Some(content::content_hash(&given.claim, &given.policy)));
}

#[test]
fn dropping_every_item_or_a_foreign_one_is_refused() {
    let refused = |drop: &[u8]| match Given::in_review().when(&validate(drop), reviewer(), now()) {
        Err(Rejection::Fields(errors)) => errors.into_iter().map(|error| error.pointer).collect(),
        other => panic!("{other:?}"),
    };
    let all: Vec<String> = refused(&[1, 2, 3]);
    assert!(all.contains(&"/drop".to_owned()), "{all:?}");
    assert_eq!(refused(&[9]), ["/drop/0/item_no"]);
}

#[test]
fn submits_guards_still_hold_at_validate() {
    let mut context = context(reviewer(), now());
    context.facts.partner.as_mut().unwrap().status = PartnerStatus::Suspended;
    let refused = decide(Some(&Given::in_review().claim), &validate(&[]), &context);
    let expected = FieldError::new("", FieldCode::PartnerSuspended).of_claim();
    assert_eq!(refused, Err(Rejection::Fields(vec![expected])));
}

#[test]
fn a_claim_that_was_submitted_before_its_program_closed_is_validated() {
    let mut context = context(reviewer(), now());
    context.facts.program.as_mut().unwrap().status = ProgramStatus::Closed;
    let given = Given::in_review();
    let event = given.decided(&validate(&[]), &context).unwrap().unwrap();
    assert_eq!(given.evolved(event).status(), Status::Notifying);
}

#[test]
fn what_has_vanished_or_was_dropped_is_not_judged_at_validate() {
    let gone = Command::Vanish(DirectoryLoss::Items(vec![ItemNo(1)]));
    let given = Given::in_review().then(&gone, Actor::System, now());
    let mut context = context(reviewer(), now());
    context.facts.tenant.as_mut().unwrap().items.remove(0);
    let mut unclaimable = context.clone();
    unclaimable.facts.tenant.as_mut().unwrap().items.first_mut().unwrap().claimable = false;
    let refused = decide(Some(&given.claim), &validate(&[]), &unclaimable);
    let at_its_place = FieldError::new("/items/1/id", FieldCode::ItemNotClaimable).of_claim();
    assert_eq!(refused, Err(Rejection::Fields(vec![at_its_place])));
    // The second is the partner's already, by another claim; the customer blocks the partner for the third.
    let item_ref = |no| given.claim.item_ref(given.claim.find_item(ItemNo(no)).unwrap());
    context.facts.own_claims = vec![(item_ref(2), ClaimId::of(&partner().id, "other"))];
    let refused = decide(Some(&given.claim), &validate(&[]), &context);
    assert!(matches!(refused, Err(Rejection::DuplicateClaim { .. })), "{refused:?}");
    let event = decide(Some(&given.claim), &validate(&[2]), &context).unwrap().unwrap();
    assert_eq!(given.clone().evolved(event).items(), ["rejected", "dropped", "pending"]);
    context.facts.blocked = vec![item_ref(3)];
    let refused = decide(Some(&given.claim), &validate(&[2]), &context);
    assert_eq!(refused, Err(Rejection::BlockedByCustomer { items: vec![ItemNo(3)] }));
    context.facts.own_claims.clear();
    let event = decide(Some(&given.claim), &validate(&[3]), &context).unwrap().unwrap();
    assert_eq!(given.evolved(event).items(), ["rejected", "pending", "dropped"]);
}

#[test]
fn a_claim_without_evidence_cannot_be_validated() {
    let mut claim = Given::in_review().claim;
    claim.details.evidence.clear();
    let refused = decide(Some(&claim), &validate(&[]), &context(reviewer(), now()));
    let expected = FieldError::new("/evidence", FieldCode::Required).of_claim();
    assert_eq!(refused, Err(Rejection::Fields(vec![expected])));
}

/// The claim in review, and a rival on its second item.
fn contested(
    standing: RivalStatus,
    defence: Option<Defence>,
    actor: Actor,
    at: Instant,
) -> Context {
    let mut context = context(actor, at);
    let place = Some(place("CZ", "Europe/Prague"));
    let (item, rival_item) = (ItemNo(2), ItemNo(1));
    context.facts.rivals =
        vec![Rival { item, claim: id(), rival_item, standing, defence, held_since: None, place }];
    context
}

fn grounds() -> Command {
    Command::Validate { drop: vec![], comment: Some(comment()) }
}

#[test]
fn an_item_that_another_claim_waits_for_is_busy() {
    let context = contested(RivalStatus::Next, None, operator(), now());
    let claim = Given::in_review().claim;
    let busy = Rejection::ItemBusy { items: vec![ItemNo(2)] };
    assert_eq!(decide(Some(&claim), &grounds(), &context), Err(busy));
    assert!(decide(Some(&claim), &validate(&[2]), &context).is_ok(), "a dropped item is free");
}

#[test]
fn a_contested_claim_is_validated_by_the_operator_and_with_grounds() {
    let claim = Given::in_review().claim;
    let by = |actor, command: &Command| {
        decide(Some(&claim), command, &contested(RivalStatus::Open, None, actor, now()))
    };
    assert_eq!(by(reviewer(), &grounds()), Err(Rejection::RoleNotAllowed));
    let expected = FieldError::new("/comment", FieldCode::Required);
    assert_eq!(by(operator(), &validate(&[])), Err(Rejection::Fields(vec![expected])));
    assert!(by(operator(), &grounds()).unwrap().is_some());
}

#[test]
fn a_holder_is_asked_to_defend_and_heard_before_the_claim_is_validated() {
    let asking = contested(RivalStatus::Active, None, reviewer(), now());
    let begun = decide(Some(&Given::submitted().claim), &Command::BeginReview, &asking).unwrap();
    let claim = Given::submitted().evolved(begun.unwrap()).claim;
    // Asked on Monday 21 December: 22, 23, 28, 29, 30.
    let until = at("2026-12-30T23:00:00Z");
    assert_eq!((claim.contested, claim.defence_until), (true, Some(until)));
    let validate = |defence, at| {
        let context = contested(RivalStatus::Active, defence, operator(), at);
        decide(Some(&claim), &grounds(), &context)
    };
    let asked = |used| Some(Defence { until, used });
    assert!(matches!(validate(asked(false), now()), Err(Rejection::InvalidState { .. })));
    assert!(validate(asked(true), now()).unwrap().is_some(), "the holder has answered");
    assert!(validate(asked(false), until).unwrap().is_some(), "the holder's time was over");
    let later = Some(Defence { until: until + chrono::Duration::days(3), used: false });
    assert!(validate(later, until).unwrap().is_some(), "asked again for somebody else's sake");
    assert!(matches!(validate(None, until), Err(Rejection::InvalidState { .. })), "never asked");
}

#[test]
fn who_came_to_hold_the_item_after_this_claim_had_asked_is_heard_by_its_own_time() {
    let asking = contested(RivalStatus::Active, None, reviewer(), now());
    let begun = decide(Some(&Given::submitted().claim), &Command::BeginReview, &asking).unwrap();
    let claim = Given::submitted().evolved(begun.unwrap()).claim;
    let until = claim.defence_until.unwrap();
    let validate = |held_since, at: Instant| {
        let asked = Some(Defence { until: until + chrono::Duration::days(7), used: false });
        let mut context = contested(RivalStatus::Active, asked, operator(), at);
        for rival in &mut context.facts.rivals {
            rival.held_since = Some(held_since);
        }
        decide(Some(&claim), &grounds(), &context)
    };
    let before = now() - chrono::Duration::days(30);
    assert!(validate(before, until).unwrap().is_some(), "asked by this claim, too");
    let after = now() + chrono::Duration::days(3);
    assert!(matches!(validate(after, until), Err(Rejection::InvalidState { .. })));
    let own = until + chrono::Duration::days(7);
    assert!(validate(after, own).unwrap().is_some(), "it had its own time");
}

#[test]
fn a_defence_that_ends_before_one_of_the_item_would_was_none_of_that_item() {
    let asking = contested(RivalStatus::Active, None, reviewer(), now());
    let begun = decide(Some(&Given::submitted().claim), &Command::BeginReview, &asking).unwrap();
    let claim = Given::submitted().evolved(begun.unwrap()).claim;
    let late = claim.defence_until.unwrap() + chrono::Duration::days(9);
    let since = late - chrono::Duration::hours(1);
    let beside = |defended: Instant, actor| {
        let asked = Some(Defence { until: defended, used: false });
        let mut context = contested(RivalStatus::Active, asked, actor, late);
        for rival in &mut context.facts.rivals {
            rival.held_since = Some(since);
        }
        context
    };
    let soon = since + chrono::Duration::days(1);
    for before in [since - chrono::Duration::days(4), since, soon] {
        let validated = decide(Some(&claim), &grounds(), &beside(before, operator()));
        assert!(matches!(validated, Err(Rejection::InvalidState { .. })), "{validated:?}");
        let again = decide(Some(&claim), &Command::BeginReview, &beside(before, reviewer()));
        assert!(again.unwrap().is_some(), "the holder is asked");
    }
    let full = since + chrono::Duration::days(30);
    let again = decide(Some(&claim), &Command::BeginReview, &beside(full, reviewer()));
    assert!(matches!(again, Err(Rejection::InvalidState { .. })), "asked already");
}

#[test]
fn an_auditor_and_a_partner_review_nothing() {
    let auditor = domain::actor::Actor::Staff {
        id: domain::ids::StaffId::parse("auditor").unwrap(),
        role: domain::actor::StaffRole::Auditor,
    };
    for actor in [auditor, alpine(), administrator()] {
        for command in [Command::BeginReview, reject(), validate(&[])] {
            let refused = Given::submitted().when(&command, actor.clone(), now());
            assert_eq!(refused, Err(Rejection::RoleNotAllowed));
        }
    }
}

#[test]
fn a_document_whose_scan_runs_or_found_something_carries_no_claim() {
    use domain::claim::Scan;
    for (scan, carries) in
        [(Scan::None, true), (Scan::Clean, true), (Scan::Pending, false), (Scan::Infected, false)]
    {
        let mut claim = Given::in_review().claim;
        for own in &mut claim.details.evidence {
            own.scan = scan;
        }
        let decided = decide(Some(&claim), &validate(&[]), &context(reviewer(), now()));
        let expected = FieldError::new("/evidence", FieldCode::EvidenceRejected).of_claim();
        match decided {
            Ok(event) => assert!(carries && event.is_some(), "{scan:?}"),
            refused => {
                assert!(!carries, "{scan:?}");
                assert_eq!(refused, Err(Rejection::Fields(vec![expected])), "{scan:?}");
            }
        }
    }
}

#[test]
fn the_grounds_of_a_validation_are_said_with_it_and_change_no_details() {
    let given = Given::in_review().when(&grounds(), reviewer(), now()).unwrap().unwrap();
    assert_eq!((given.remarks, given.details), (vec![Remark::comment(comment())], None));
    let silent = Given::in_review().when(&validate(&[]), reviewer(), now()).unwrap().unwrap();
    assert_eq!((silent.remarks, silent.details), (vec![], None));
}

#[test]
fn a_holder_is_asked_to_defend_once_for_a_time_and_anew_for_a_longer_one_or_after_its_answer() {
    let until = after_grace() + Duration::days(7);
    let ask = |until| Command::RequestDefence { until };
    let asked = Given::associated().then(&ask(until), Actor::System, after_grace());
    assert_eq!(asked.claim.defence, Some(Defence { until, used: false }));
    for no_later in [until, until - Duration::milliseconds(1)] {
        assert_eq!(asked.when(&ask(no_later), Actor::System, after_grace()), Ok(None));
    }
    let later = until + Duration::milliseconds(1);
    let longer = asked.clone().then(&ask(later), Actor::System, after_grace());
    assert_eq!(longer.claim.defence, Some(Defence { until: later, used: false }));
    let mut answered = asked;
    answered.claim.defence = Some(Defence { until, used: true });
    let anew = answered.then(&ask(until), Actor::System, after_grace());
    assert_eq!(anew.claim.defence, Some(Defence { until, used: false }));
    let nothing_held = Given::awaiting().when(&ask(until), Actor::System, delivered_at());
    assert_eq!(nothing_held, Ok(None));
}
