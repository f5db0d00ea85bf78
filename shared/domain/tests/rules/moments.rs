//! By which moment each date is judged, and which moment is recorded (`docs/domain.md §3`).

use chrono::{Duration, NaiveDate};
use domain::actor::Actor;
use domain::claim::{Claim, Instant, Mark, Scan, State, Status};
use domain::command::{ClaimInput, Command, DeclaredEvidence, GivenReason};
use domain::context::{Context, Rival, Standing};
use domain::decide;
use domain::decide::demanded_by;
use domain::event::FailureCause;
use domain::ids::{EvidenceId, ItemNo, Sha256Hash};
use domain::program::{ItemKind, Policy};
use domain::reason::{Reason, ReasonCode};
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
    let expected = evidence_error("/evidence/0/acknowledged_on", FieldCode::EvidenceRejected);
    assert_eq!(refused, Err(expected));
    let asked = Given::in_review().then(&request(), reviewer(), next_day());
    let expected = evidence_error("/acknowledged_on", FieldCode::EvidenceRejected);
    assert_eq!(asked.when(&add(8, "2026-12-23"), alpine(), next_day()), Err(expected));
    let mut edited = ClaimInput::of(&asked.claim);
    edited.evidence.push(Some(entry(8, "2030-01-01")));
    let command = Command::Edit(Box::new(edited));
    let expected = evidence_error("/evidence/1/acknowledged_on", FieldCode::EvidenceRejected);
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
    for standing in [Standing::Active, Standing::Open] {
        assert_eq!(answer(standing, reviewer()), Err(Rejection::RoleNotAllowed));
    }
    // What somebody waits for is busy to everybody; nobody has to decide between two.
    let fields = vec![FieldError::new("/drop/0/item_no", FieldCode::Malformed)];
    assert_eq!(answer(Standing::Next, reviewer()), Err(Rejection::Fields(fields)));
    let unheard = answer(Standing::Active, operator());
    assert!(matches!(unheard, Err(Rejection::InvalidState { .. })), "{unheard:?}");
    let fields = vec![
        FieldError::new("/drop/0/item_no", FieldCode::Malformed),
        FieldError::new("/comment", FieldCode::Required),
    ];
    assert_eq!(answer(Standing::Open, operator()), Err(Rejection::Fields(fields)));
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
    let demanded = demanded_by(&rules, &declined.claim, next_day());
    assert_eq!(demanded, [decline(&[1])]);
    let later = next_day() + Duration::hours(1);
    let joined = declined.then(&decline(&[1]), administrator(), later);
    assert_eq!(demanded_by(&rules, &joined.claim, later), []);
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
