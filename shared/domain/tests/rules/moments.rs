//! By which moment each date is judged, and which moment is recorded (`docs/domain.md §3`).

use chrono::{Duration, NaiveDate};
use domain::actor::Actor;
use domain::claim::{Claim, Instant, Mark, Scan, State, Status};
use domain::command::{ClaimInput, Command, DeclaredEvidence, GivenReason};
use domain::context::{Context, Rival, RivalStatus};
use domain::decide;
use domain::decide::commands_demanded_by;
use domain::event::FailureCause;
use domain::ids::{EvidenceId, ItemNo, Sha256Hash};
use domain::program::{ItemKind, Policy};
use domain::reason::{EndReason, Reason, ReasonCode};
use domain::recipient::RecipientNo;
use domain::rejection::{FieldCode, FieldError, Rejection};
use domain::rules::{ExplicitYes, ItemBlock, StandingRules};

use crate::given::*;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn entry(digest: u8, acknowledged_on: &str) -> DeclaredEvidence {
    let (name, sha256) = (name("acknowledgement.pdf"), Sha256Hash([digest; 32]));
    DeclaredEvidence { name, sha256, acknowledged_on: date(acknowledged_on) }
}

fn add(digest: u8, acknowledged_on: &str) -> Command {
    Command::AddEvidence(Box::new(entry(digest, acknowledged_on)))
}

fn request() -> Command {
    let code = ReasonCode::EvidenceNoCustomerAcknowledgement;
    Command::RequestInformation {
        reasons: vec![GivenReason { reason: Reason { code, item_no: None }, comment: None }],
    }
}

fn evidence_error(pointer: &str, code: FieldCode) -> Rejection {
    Rejection::Fields(vec![FieldError::new(pointer, code)])
}

/// The day after the submit, in the afternoon.
fn next_day() -> Instant {
    at("2026-12-22T13:00:00Z")
}

#[test]
fn evidence_that_the_customer_acknowledges_after_the_submit_is_validated() {
    let asked = Given::in_review().then(&request(), reviewer(), next_day());
    let answered = asked.then(&add(8, "2026-12-22"), alpine(), next_day()).then(
        &Command::Respond { comment: None },
        alpine(),
        next_day(),
    );
    let validated = answered.then(&validate(), reviewer(), next_day());
    assert_eq!(validated.status(), Status::Notifying);
}

#[test]
fn evidence_of_a_day_that_has_not_come_is_refused_whenever_it_is_declared() {
    let mut future = input();
    future.evidence = vec![Some(entry(8, "2026-12-22"))];
    let refused = opened(&future);
    let expected = evidence_error("/evidence/0/acknowledged_on", FieldCode::InTheFuture);
    assert_eq!(refused, Err(expected));
    let asked = Given::in_review().then(&request(), reviewer(), next_day());
    let expected = evidence_error("/acknowledged_on", FieldCode::InTheFuture);
    assert_eq!(asked.when(&add(8, "2026-12-23"), alpine(), next_day()), Err(expected));
    let mut edited = ClaimInput::of(&asked.claim);
    edited.evidence.push(Some(entry(8, "2030-01-01")));
    let command = Command::Edit(Box::new(edited));
    let expected = evidence_error("/evidence/1/acknowledged_on", FieldCode::InTheFuture);
    assert_eq!(asked.when(&command, alpine(), next_day()), Err(expected));
}

#[test]
fn a_review_that_takes_long_makes_no_evidence_too_old() {
    // Twelve months before the submit of 21 December 2026, to the day.
    let mut old = input();
    old.evidence = vec![Some(entry(8, "2025-12-21"))];
    let submitted = Given::begun(opened(&old).unwrap());
    let asked = submitted.then(&Command::BeginReview, reviewer(), submitted_at()).then(
        &request(),
        reviewer(),
        next_day(),
    );
    let mut edited = ClaimInput::of(&asked.claim);
    edited.label = Some(name("renewed"));
    let answered = asked.then(&Command::Edit(Box::new(edited)), alpine(), next_day()).then(
        &Command::Respond { comment: None },
        alpine(),
        next_day(),
    );
    assert!(answered.when(&validate(), reviewer(), next_day()).unwrap().is_some());
}

#[test]
fn a_draft_takes_no_item_of_another_kind_than_its_programs() {
    let mut wrong = input();
    if let Some(Some((kind, _))) = wrong.items.get_mut(1) {
        *kind = ItemKind::Subscription;
    }
    let expected = evidence_error("/items/1/kind", FieldCode::ItemKindWrong);
    let refused = created(&draft(&wrong), &context(alpine(), submitted_at()));
    assert_eq!(refused, Err(expected.clone()));
    let stored =
        Given::begun(created(&draft(&input()), &context(alpine(), submitted_at())).unwrap());
    let edited = stored.when(&Command::Edit(Box::new(wrong)), alpine(), next_day());
    assert_eq!(edited, Err(expected));
}

#[test]
fn a_draft_idles_anew_once_evidence_is_added() {
    let stored =
        Given::begun(created(&draft(&input()), &context(alpine(), submitted_at())).unwrap());
    assert_eq!(stored.claim.deadline(), Some(at("2027-03-21T23:00:00Z")));
    let added = stored.then(&add(8, "2026-10-02"), alpine(), submitted_at() + Duration::days(10));
    assert_eq!(added.claim.deadline(), Some(at("2027-03-31T22:00:00Z")), "by summer time");
}

#[test]
fn a_scan_that_ends_late_moves_no_final_claim() {
    let scan = Command::RecordScan {
        id: EvidenceId::parse("e1").unwrap(),
        sha256: Sha256Hash([7; 32]),
        scan: Scan::Clean,
    };
    let pending = |claim: Claim| {
        let mut claim = claim;
        for own in &mut claim.details.evidence {
            own.scan = Scan::Pending;
        }
        claim
    };
    for status in [Status::Withdrawn, Status::Discarded, Status::Ended] {
        let claim = pending(in_status(status));
        let at = context(Actor::System, at("2028-01-01T00:00:00Z"));
        assert_eq!(decide(Some(&claim), &scan, &at), Ok(None), "{status:?}");
    }
    let open = pending(in_status(Status::InReview));
    let now = context(Actor::System, submitted_at() + Duration::hours(2));
    assert!(decide(Some(&open), &scan, &now).unwrap().is_some());
}

// Terms

fn with_term(months: u32, actor: Actor, at: Instant) -> Context {
    let policy = Policy { term_months: Some(months), ..Policy::default() };
    Context { policy, ..context(actor, at) }
}

/// The claim of V1 once silence has made it active under a policy with a term.
fn associated_for(months: u32) -> Given {
    let given = Given::awaiting();
    let close = with_term(months, Actor::System, after_grace());
    let event = given.decided(&Command::DeadlinePassed, &close).unwrap().unwrap();
    given.evolved(event)
}

#[test]
fn a_term_ends_by_the_customers_calendar_whatever_its_clocks_do_between() {
    // The window ends on 1 January 2027, 0:00 in Prague.
    let cases = [
        (1, "2027-01-31T23:00:00Z"),
        (3, "2027-03-31T22:00:00Z"),
        (6, "2027-06-30T22:00:00Z"),
        (12, "2027-12-31T23:00:00Z"),
    ];
    for (months, end) in cases {
        assert_eq!(associated_for(months).claim.deadline(), Some(at(end)), "{months} months");
    }
}

#[test]
fn a_term_ends_when_it_ends_whenever_somebody_looks() {
    let given = associated_for(1);
    let ends_at = given.claim.deadline().unwrap();
    let late = with_term(1, Actor::System, ends_at + Duration::hours(30));
    let event = given.decided(&Command::DeadlinePassed, &late).unwrap().unwrap();
    let ended = given.evolved(event);
    for item in &ended.claim.items {
        let Some(Mark::Ended { at, .. }) = item.mark else { panic!("{item:?}") };
        assert_eq!(at, ends_at);
    }
    assert!(matches!(ended.claim.state, State::Ended { .. }));
}

// The order of refusals

#[test]
fn what_stands_against_a_validation_is_answered_in_the_order_of_the_contract() {
    let rival = |standing| Rival {
        item: ItemNo(2),
        claim: id(),
        rival_item: ItemNo(1),
        standing,
        defence: None,
        held_since: None,
        place: Some(place("CZ", "Europe/Prague")),
    };
    let claim = Given::in_review().claim;
    let bad =
        Command::Validate { drop: vec![(ItemNo(9), ReasonCode::ItemNotClaimable)], comment: None };
    let answer = |standing, actor| {
        let mut context = context(actor, next_day());
        context.facts.rivals = vec![rival(standing)];
        decide(Some(&claim), &bad, &context)
    };
    // The role; then the moment: a holder who was not heard; then the fields, all of them.
    for standing in [RivalStatus::Active, RivalStatus::Open] {
        assert_eq!(answer(standing, reviewer()), Err(Rejection::RoleNotAllowed));
    }
    // What somebody waits for is busy to everybody; nobody has to decide between two.
    let fields = vec![FieldError::new("/drop/0/item_no", FieldCode::ItemUnknown)];
    assert_eq!(answer(RivalStatus::Next, reviewer()), Err(Rejection::Fields(fields)));
    let unheard = answer(RivalStatus::Active, operator());
    assert!(matches!(unheard, Err(Rejection::InvalidState { .. })), "{unheard:?}");
    let fields = vec![
        FieldError::new("/drop/0/item_no", FieldCode::ItemUnknown),
        FieldError::new("/comment", FieldCode::Required),
    ];
    assert_eq!(answer(RivalStatus::Open, operator()), Err(Rejection::Fields(fields)));
}

fn validate() -> Command {
    Command::Validate { drop: vec![], comment: None }
}

// Consent

#[test]
fn a_yes_that_the_customer_asks_for_before_the_validation_holds_for_the_claim() {
    let given = Given::in_review();
    assert!(!given.claim.subject.explicit_yes);
    let mut context = given.context(reviewer(), next_day());
    if let Some(tenant) = &mut context.facts.tenant {
        tenant.rules.explicit_yes = ExplicitYes::All;
    }
    let event = given.decided(&validate(), &context).unwrap().unwrap();
    let validated = given.evolved(event);
    assert!(validated.claim.subject.explicit_yes);
}

#[test]
fn more_time_is_more_time_in_a_window_that_keeps_an_end_that_was_told() {
    let told = at("2027-01-15T23:00:00Z");
    let held = Given::awaiting()
        .then(&Command::Extend { closes_on: Some(date("2027-01-15")) }, operator(), next_day())
        .then(&hold(), operator(), next_day());
    assert_eq!(held.list().told_until, Some(told));
    let resumed = held.then(&Command::Resume, operator(), next_day());
    let open = resumed.delivered(FIRST, next_day() + Duration::hours(1));
    assert_eq!(open.closes_at(), Some(told));
    let counted = open.claim.state.window().unwrap().counted.len();
    assert!(counted > 5, "{counted} days are counted up to the end that was told");
    let longer = open.then(&Command::Extend { closes_on: None }, administrator(), next_day());
    assert!(longer.closes_at() > Some(told));
}

#[test]
fn a_block_is_a_no_beside_somebody_elses() {
    let declined = Given::awaiting().then(&decline(&[1]), link(), next_day());
    let (partner, until) = (declined.claim.subject.partner.clone(), next_day() + Duration::days(9));
    let item = declined.claim.item_ref(declined.claim.items.first().unwrap());
    let block = ItemBlock { partner, kind: item.kind, id: item.id, until };
    let rules = StandingRules { blocks: [block].into(), ..StandingRules::default() };
    let demanded = commands_demanded_by(&rules, &declined.claim, next_day());
    assert_eq!(demanded, [decline(&[1])]);
    let later = next_day() + Duration::hours(1);
    let joined = declined.then(&decline(&[1]), administrator(), later);
    assert_eq!(commands_demanded_by(&rules, &joined.claim, later), []);
    let undone = joined.when(&undo(&[1]), link(), later + Duration::hours(1)).unwrap().unwrap();
    let left = joined.evolved(undone);
    assert_eq!(left.items().first(), Some(&"declined"), "the administrator's stands");
}

#[test]
fn a_failure_that_is_noted_and_not_acted_on_comes_before_the_close() {
    let given = Given::awaiting_of(&["it@contoso.example", "ciso@contoso.example"])
        .delivered(RecipientNo(3), at("2026-12-28T09:00:00Z"))
        .noted_failure(FIRST, at("2026-12-31T10:00:00Z"), FailureCause::Bounce)
        .then(&Command::DeadlinePassed, Actor::System, after_grace());
    assert_eq!(given.status(), Status::AwaitingCustomer);
    assert_eq!(given.closes_at(), Some(at("2027-01-05T23:00:00Z")));
}

#[test]
fn a_term_from_the_last_of_a_month_ends_on_the_last_of_a_shorter_one() {
    // Delivered on Friday 19 March 2027: 22, 23, 24, 25 and 30, so the window ends on the 31st, 0:00 in Prague.
    let given = Given::notifying().delivered(FIRST, at("2027-03-19T09:00:00Z"));
    let end = at("2027-03-30T22:00:00Z");
    assert_eq!(given.closes_at(), Some(end));
    let cases = [
        (1, "2027-04-29T22:00:00Z"),
        (6, "2027-09-29T22:00:00Z"),
        // On the night in which the clocks go back, before they do.
        (7, "2027-10-30T22:00:00Z"),
        (8, "2027-11-29T23:00:00Z"),
        (11, "2028-02-28T23:00:00Z"),
        (12, "2028-03-30T22:00:00Z"),
    ];
    for (months, term) in cases {
        let close = with_term(months, Actor::System, end + Duration::minutes(2));
        let event = given.decided(&Command::DeadlinePassed, &close).unwrap().unwrap();
        let associated = given.clone().evolved(event);
        assert_eq!(associated.claim.deadline(), Some(at(term)), "{months} months");
    }
}

#[test]
fn a_term_ends_what_runs_and_leaves_what_has_ended_as_it_was() {
    let given = associated_for(1).then(&end(2), administrator(), after_grace());
    let ends_at = given.claim.deadline().unwrap();
    assert_eq!(ends_at, at("2027-01-31T23:00:00Z"), "an item that ends moves no term");
    let early = with_term(1, Actor::System, ends_at - Duration::milliseconds(1));
    assert_eq!(given.decided(&Command::DeadlinePassed, &early), Ok(None));
    let due = with_term(1, Actor::System, ends_at);
    let event = given.decided(&Command::DeadlinePassed, &due).unwrap().unwrap();
    assert!(event.by_silence);
    let ended = given.evolved(event);
    let reason = |no| match ended.claim.find_item(ItemNo(no)).unwrap().mark {
        Some(Mark::Ended { reason, at, .. }) => (reason, at),
        other => panic!("{other:?}"),
    };
    assert_eq!(reason(1), (EndReason::TermExpired, ends_at));
    assert_eq!(reason(2), (EndReason::CustomerRevoked, after_grace()));
    assert_eq!(ended.status(), Status::Ended);
    assert_eq!(ended.claim.deadline(), None);
}

#[test]
fn where_all_of_it_has_ended_before_it_stays_known_when_the_term_would_have_ended() {
    let given = associated_for(1);
    let ends_at = given.claim.deadline();
    assert!(ends_at.is_some());
    // What the policy says by then is of no matter.
    let later = with_term(6, administrator(), after_grace());
    let ended = given.claim.items.clone().iter().fold(given, |given, item| {
        let event = given.decided(&end(item.no.0), &later).unwrap().unwrap();
        given.evolved(event)
    });
    let ended = ended.claim;
    assert_eq!(ended.status(), Status::Ended);
    assert_eq!((ended.state.term_ends_at(), ended.deadline()), (ends_at, None));
}

#[test]
fn a_policy_without_a_term_ends_nothing() {
    assert_eq!(Given::associated().claim.deadline(), None);
}

// Recalls and drafts

#[test]
fn a_recalled_claim_keeps_its_priority_date_up_to_the_end_of_its_time() {
    let recalled = Given::submitted().then(&Command::Recall, alpine(), next_day());
    // Tuesday 22 December: 23, 24, 28, 29, 30 in Berlin.
    let end = at("2026-12-30T23:00:00Z");
    let resubmitted = |at| {
        let given = recalled.clone().then(&Command::Submit(None), alpine(), at);
        (given.claim.priority_at, given.claim.submitted_at)
    };
    let last = end - Duration::milliseconds(1);
    assert_eq!(resubmitted(last), (Some(submitted_at()), Some(last)));
    assert_eq!(resubmitted(end), (Some(end), Some(end)));
}

#[test]
fn every_recall_has_its_own_time_and_the_date_of_a_late_submit_stays() {
    let recall = |given: Given, at| given.then(&Command::Recall, alpine(), at);
    let submit = |given: Given, at| given.then(&Command::Submit(None), alpine(), at);
    let again = recall(submit(recall(Given::submitted(), next_day()), next_day()), next_day());
    let soon = next_day() + Duration::days(1);
    assert_eq!(submit(again.clone(), soon).claim.priority_at, Some(submitted_at()));
    let late = at("2027-01-20T09:00:00Z");
    let late_claim = recall(submit(again, late), late + Duration::days(1));
    let kept = submit(late_claim, late + Duration::days(2));
    assert_eq!(kept.claim.priority_at, Some(late));
}

#[test]
fn a_recalled_claim_idles_anew_and_a_draft_that_was_never_submitted_keeps_no_date() {
    let recalled = Given::submitted().then(&Command::Recall, alpine(), next_day());
    assert_eq!(recalled.claim.deadline(), Some(at("2027-03-22T23:00:00Z")));
    let stored =
        Given::begun(created(&draft(&input()), &context(alpine(), submitted_at())).unwrap());
    assert_eq!(stored.claim.priority_at, None);
    let submitted = stored.then(&Command::Submit(None), alpine(), next_day());
    assert_eq!(submitted.claim.priority_at, Some(next_day()));
}

#[test]
fn a_draft_counts_for_no_duplicate_block_or_open_claim() {
    let mut crowded = context(alpine(), submitted_at());
    crowded.facts.own_claims = item_refs().into_iter().map(|item| (item, id())).collect();
    crowded.facts.blocked = item_refs();
    crowded.facts.open_at_tenant = u32::MAX;
    let drafted = Given::begun(created(&draft(&input()), &crowded).unwrap());
    let edited = ClaimInput { label: Some(name("new")), ..input() };
    let edit = Command::Edit(Box::new(edited));
    assert!(drafted.decided(&edit, &crowded).unwrap().is_some());
    let recalled = Given::submitted().decided(&Command::Recall, &crowded);
    assert!(recalled.unwrap().is_some());
}

#[test]
fn a_location_is_enrolled_for_itself_alone() {
    let mut two = partner();
    let other = two.locations.first().cloned().unwrap();
    let id = domain::ids::LocationId::parse("4712").unwrap();
    two.locations.push(domain::directory::Location { id: id.clone(), ..other });
    two.locations.first_mut().unwrap().programs.clear();
    let submitted = |location| {
        let mut context = context(alpine(), submitted_at());
        context.facts.partner = Some(two.clone());
        created(&submit(&ClaimInput { location, ..input() }, &[]), &context)
    };
    let expected = FieldError::new("/location_id", FieldCode::LocationNotEnrolled);
    assert_eq!(submitted(input().location), Err(Rejection::Fields(vec![expected])));
    let claim = Given::begun(submitted(Some(id)).unwrap()).claim;
    assert_eq!(domain::decide::enrolment_loss(&claim, &two), None);
}
