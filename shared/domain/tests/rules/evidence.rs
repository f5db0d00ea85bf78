//! Evidence: declared entries, documents that are brought for them, and what their scan says.

use chrono::{Duration, NaiveDate};
use domain::actor::Actor;
use domain::claim::{Claim, Defence, MAX_EVIDENCE, Scan, State, Status};
use domain::command::{Command, DeclaredEvidence};
use domain::context::Context;
use domain::event::EventType;
use domain::ids::{EvidenceId, Sha256Hash};
use domain::program::{EvidencePolicy, Policy};
use domain::rejection::{FieldCode, FieldError, Rejection};
use domain::{decide, evolve};

use crate::given::*;

fn entry(digest: u8) -> DeclaredEvidence {
    DeclaredEvidence {
        name: name("mail.pdf"),
        sha256: Sha256Hash([digest; 32]),
        acknowledged_on: NaiveDate::from_ymd_opt(2026, 11, 2).unwrap(),
    }
}

fn add(digest: u8) -> Command {
    Command::AddEvidence(Box::new(entry(digest)))
}

fn scanned(id: &str, digest: u8, scan: Scan) -> Command {
    let id = EvidenceId::parse(id).unwrap();
    Command::RecordScan { id, sha256: Sha256Hash([digest; 32]), scan }
}

/// The world of a program that asks for documents.
fn uploading(actor: Actor) -> Context {
    let policy = Policy { evidence: EvidencePolicy::Uploaded, ..Policy::default() };
    Context { policy, ..context(actor, submitted_at() + Duration::hours(3)) }
}

fn after(claim: Claim, command: &Command, actor: Actor) -> Claim {
    let event = decide(Some(&claim), command, &uploading(actor)).unwrap().expect("an event");
    assert_eq!(event.body.event_type(), EventType::EvidenceAdded);
    evolve(Some(claim), &event).unwrap()
}

fn evidence(claim: &Claim) -> Vec<(&str, Scan)> {
    claim.details.evidence.iter().map(|entry| (entry.id.as_str(), entry.scan)).collect()
}

fn refused(claim: &Claim, command: &Command, pointer: &str, code: FieldCode) {
    let refused = decide(Some(claim), command, &uploading(alpine()));
    let expected = vec![FieldError::new(pointer, code)];
    assert_eq!(refused, Err(Rejection::Fields(expected)));
}

#[test]
fn a_document_of_another_kind_than_its_entry_declared_is_refused() {
    let mut other = entry(7);
    other.name = name("mail.docx");
    let other = Command::AddEvidence(Box::new(other));
    let claim = in_status(Status::ActionRequired);
    refused(&claim, &other, "/name", FieldCode::EndingWrong);
    let mut bare = claim;
    for own in &mut bare.details.evidence {
        own.name = name("Statement of work");
    }
    let brought = after(bare, &other, alpine());
    assert_eq!(evidence(&brought), [("e1", Scan::Pending)]);
    let name = brought.details.evidence.first().unwrap().name.as_str();
    assert_eq!(name, "mail.docx", "it is saved with the ending of its type");
}

#[test]
fn a_document_attaches_to_the_entry_that_declared_its_digest() {
    let claim = after(in_status(Status::ActionRequired), &add(7), alpine());
    assert_eq!(evidence(&claim), [("e1", Scan::Pending)]);
    let name = claim.details.evidence.first().unwrap().name.as_str();
    assert_eq!(name, "sow.pdf", "as it was declared");
    assert_eq!(decide(Some(&claim), &add(7), &uploading(alpine())), Ok(None));
}

#[test]
fn a_document_that_nobody_declared_is_an_entry_of_its_own() {
    let claim = after(in_status(Status::Draft), &add(8), alpine());
    assert_eq!(evidence(&claim), [("e1", Scan::None), ("e2", Scan::Pending)]);
}

#[test]
fn under_a_policy_that_asks_for_no_documents_none_is_awaited() {
    let claim = in_status(Status::ActionRequired);
    let context = context(alpine(), submitted_at());
    let event = decide(Some(&claim), &add(8), &context).unwrap().unwrap();
    let claim = evolve(Some(claim), &event).unwrap();
    assert_eq!(evidence(&claim), [("e1", Scan::None), ("e2", Scan::None)]);
    assert_eq!(decide(Some(&claim), &add(8), &context), Ok(None));
}

#[test]
fn a_scan_is_recorded_once_and_of_the_very_document() {
    let claim = after(in_status(Status::ActionRequired), &add(7), alpine());
    for foreign in [scanned("e1", 8, Scan::Clean), scanned("e2", 7, Scan::Clean)] {
        assert_eq!(decide(Some(&claim), &foreign, &uploading(Actor::System)), Ok(None));
    }
    let clean = after(claim, &scanned("e1", 7, Scan::Clean), Actor::System);
    assert_eq!(evidence(&clean), [("e1", Scan::Clean)]);
    let late = scanned("e1", 7, Scan::Infected);
    assert_eq!(decide(Some(&clean), &late, &uploading(Actor::System)), Ok(None));
}

#[test]
fn a_scan_that_ends_in_the_review_is_recorded_there_and_moves_nothing() {
    let claim = after(in_status(Status::ActionRequired), &add(7), alpine());
    let respond = Command::Respond { comment: None };
    let event = decide(Some(&claim), &respond, &uploading(alpine())).unwrap().unwrap();
    let claim = evolve(Some(claim), &event).unwrap();
    let deadline = claim.deadline();
    let claim = after(claim, &scanned("e1", 7, Scan::Clean), Actor::System);
    assert_eq!((claim.status(), claim.deadline()), (Status::InReview, deadline));
}

#[test]
fn evidence_comes_before_the_review_and_with_a_dispute_and_moves_neither_turn_nor_deadline() {
    for status in [Status::Submitted, Status::Rejected, Status::Disputed] {
        let before = in_status(status);
        let (turn, deadline) = (before.turn(&Policy::default(), delivered_at()), before.deadline());
        let after = after(before.clone(), &add(8), alpine());
        assert_eq!(after.status(), status);
        assert_eq!(
            (after.turn(&Policy::default(), delivered_at()), after.deadline()),
            (turn, deadline)
        );
        assert_eq!((after.state.clone(), after.disputed), (before.state.clone(), before.disputed));
        assert_eq!(evidence(&after).len(), evidence(&before).len() + 1, "{status:?}");
    }
    for closed in [Status::InReview, Status::AwaitingCustomer, Status::Declined] {
        let refused = decide(Some(&in_status(closed)), &add(8), &uploading(alpine()));
        assert!(matches!(refused, Err(Rejection::InvalidState { .. })), "{closed:?}: {refused:?}");
    }
}

#[test]
fn a_final_rejection_takes_no_evidence() {
    let rejected = in_status(Status::Rejected);
    let State::Rejected { rejection, disputable_until: Some(until) } = rejected.state.clone()
    else {
        panic!("disputable")
    };
    let judged =
        |claim: &Claim, at| decide(Some(claim), &add(8), &Context { at, ..uploading(alpine()) });
    assert!(judged(&rejected, until - Duration::milliseconds(1)).is_ok());
    let upheld =
        Claim { state: State::Rejected { rejection, disputable_until: None }, ..rejected.clone() };
    for refused in [judged(&rejected, until), judged(&upheld, submitted_at())] {
        assert!(matches!(refused, Err(Rejection::InvalidState { .. })), "{refused:?}");
    }
}

#[test]
fn a_draft_is_submitted_with_its_documents() {
    let claim = after(in_status(Status::Draft), &add(7), alpine());
    let claim = after(claim, &scanned("e1", 7, Scan::Clean), Actor::System);
    let event =
        decide(Some(&claim), &Command::Submit(None), &uploading(alpine())).unwrap().unwrap();
    assert_eq!(evidence(&evolve(Some(claim), &event).unwrap()), [("e1", Scan::Clean)]);
}

#[test]
fn a_document_that_was_not_the_declared_one_can_be_brought_again_and_an_infected_one_cannot() {
    let pending = || after(in_status(Status::ActionRequired), &add(7), alpine());
    let other = after(pending(), &scanned("e1", 7, Scan::None), Actor::System);
    assert_eq!(evidence(&after(other, &add(7), alpine())), [("e1", Scan::Pending)]);
    let infected = after(pending(), &scanned("e1", 7, Scan::Infected), Actor::System);
    refused(&infected, &add(7), "/sha256", FieldCode::EvidenceRejected);
}

#[test]
fn only_a_clean_document_carries_a_claim_of_such_a_program_through_validation() {
    for (scan, carries) in
        [(Scan::None, false), (Scan::Pending, false), (Scan::Infected, false), (Scan::Clean, true)]
    {
        let mut claim = Given::in_review().claim;
        claim.details.evidence.first_mut().unwrap().scan = scan;
        let validate = Command::Validate { drop: vec![], comment: None };
        let decision = decide(Some(&claim), &validate, &uploading(reviewer()));
        assert_eq!(decision.is_ok(), carries, "{scan:?}: {decision:?}");
    }
}

#[test]
fn an_entry_too_many_and_one_acknowledged_too_long_ago_or_in_the_future_are_refused() {
    let mut claim = in_status(Status::ActionRequired);
    let with_date = |year| {
        let acknowledged_on = NaiveDate::from_ymd_opt(year, 11, 2).unwrap();
        Command::AddEvidence(Box::new(DeclaredEvidence { acknowledged_on, ..entry(8) }))
    };
    refused(&claim, &with_date(2025), "/acknowledged_on", FieldCode::EvidenceTooOld);
    refused(&claim, &with_date(2027), "/acknowledged_on", FieldCode::InTheFuture);
    let one = claim.details.evidence.first().unwrap().clone();
    claim.details.evidence = vec![one; MAX_EVIDENCE];
    refused(&claim, &add(8), "", FieldCode::TooLong);
}

#[test]
fn a_holder_defends_with_a_document_and_not_with_its_scan() {
    let defence = Some(Defence { until: closes_at(), used: false });
    let asked = Claim { defence, ..Given::associated().claim };
    let mut pending = asked.clone();
    pending.details.evidence.first_mut().unwrap().scan = Scan::Pending;
    let scanned = after(pending, &scanned("e1", 7, Scan::Clean), Actor::System);
    assert_eq!(scanned.defence, defence);
    assert!(after(asked, &add(8), alpine()).defence.is_some_and(|defence| defence.used));
}
