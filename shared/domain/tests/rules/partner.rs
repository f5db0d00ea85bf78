use chrono::Duration;
use domain::actor::Actor;
use domain::calendar::extend_by;
use domain::claim::{State, Status};
use domain::command::{ClaimInput, Command, GivenReason};
use domain::decide::undoable_items;
use domain::directory::PartnerStatus;
use domain::effects::{LockChange, lock_changes, newly_blocked};
use domain::history::Entry;
use domain::ids::{ItemNo, Sha256Hash};
use domain::reason::ReasonCode;
use domain::recipient::Decliners;
use domain::rejection::{FieldCode, FieldError, Rejection};
use domain::remark::Remark;
use domain::text::Domain;
use domain::{decide, evolve};

use crate::given::*;

fn drafted() -> Given {
    let event = created(&draft(&input()), &context(alpine(), submitted_at())).unwrap();
    Given::begun(event)
}

fn asked() -> Given {
    Given::in_review().then(&request(), reviewer(), now())
}

fn request() -> Command {
    let Command::Reject { reasons } = reject() else { panic!() };
    Command::RequestInformation { reasons }
}

/// A claim of which the customer declined the first item, and which was rejected, disputed and overturned.
fn overturned_beside_a_no() -> Given {
    let given = Given::notifying().then(&decline(&[1]), link(), now());
    let given = given.then(&hold(), operator(), now()).then(&reject(), reviewer(), now());
    assert_eq!(given.items(), ["declined", "rejected", "rejected"]);
    let given = given.then(&Command::Dispute { comment: comment() }, alpine(), now());
    given.then(&Command::Overturn { comment: comment() }, operator(), now())
}

fn now() -> Instant {
    submitted_at() + Duration::hours(3)
}

fn edit(change: impl FnOnce(&mut ClaimInput), given: &Given) -> Command {
    let mut input = ClaimInput::of(&given.claim);
    change(&mut input);
    Command::Edit(Box::new(input))
}

fn refused_at(pointer: &str) -> Rejection {
    refused_as(pointer, FieldCode::NotEditable)
}

fn refused_as(pointer: &str, code: FieldCode) -> Rejection {
    Rejection::Fields(vec![FieldError::new(pointer, code)])
}

#[test]
fn a_draft_needs_only_program_and_tenant_and_is_discarded_after_ninety_idle_days() {
    let bare = ClaimInput {
        program: input().program,
        tenant: input().tenant,
        tenant_domain: input().tenant_domain,
        ..ClaimInput::default()
    };
    let event = created(&draft(&bare), &context(alpine(), submitted_at())).unwrap();
    let claim = evolve(None, &event).unwrap();
    assert_eq!(claim.status(), Status::Draft);
    // Stored on 21 December in Prague; the 90th day is 21 March.
    assert_eq!(claim.deadline(), Some(at("2027-03-21T23:00:00Z")));
    let refused = created(&draft(&ClaimInput::default()), &context(alpine(), submitted_at()));
    let required = ["/program", "/tenant/domain", "/tenant/id"]
        .map(|pointer| FieldError::new(pointer, FieldCode::Required));
    assert_eq!(refused, Err(Rejection::Fields(required.to_vec())));
}

#[test]
fn a_draft_is_submitted_as_it_stands_and_by_an_admin_only() {
    let given = drafted();
    let user = domain::actor::Actor::Partner {
        id: given.claim.subject.partner.clone(),
        admin: false,
        person: None,
    };
    assert_eq!(given.when(&Command::Submit(None), user, now()), Err(Rejection::RoleNotAllowed));
    let given = given.then(&Command::Submit(None), alpine(), now());
    assert_eq!((given.status(), given.claim.priority_at), (Status::Submitted, Some(now())));
}

#[test]
fn submitting_a_draft_reports_what_it_lacks() {
    let given = drafted();
    let without = edit(|input| input.customer_contact = None, &given);
    let given = given.then(&without, alpine(), now());
    let expected = FieldError::new("/customer_contact", FieldCode::Required).of_claim();
    let refused = given.when(&Command::Submit(None), alpine(), now());
    assert_eq!(refused, Err(Rejection::Fields(vec![expected])));
}

#[test]
fn editing_a_draft_moves_its_idle_deadline_and_leaves_program_and_tenant() {
    let given = drafted();
    let later = now() + Duration::days(10);
    let edited = edit(|input| input.items.truncate(1), &given);
    let given = given.then(&edited, alpine(), later);
    assert_eq!(given.claim.items.len(), 1);
    assert_eq!(given.claim.deadline(), Some(at("2027-03-31T22:00:00Z")));
    let other = Domain::parse("fabrikam.example").unwrap();
    let moved = edit(|input| input.tenant_domain = Some(other), &given);
    assert_eq!(given.when(&moved, alpine(), later), Err(refused_at("/tenant/domain")));
}

#[test]
fn a_recalled_claim_that_gains_an_item_loses_its_priority_date_and_one_that_drops_an_item_does_not()
{
    let two =
        |items: &[&str]| ClaimInput { items: items.iter().map(|id| item(id)).collect(), ..input() };
    let submitted = Given::begun(opened(&two(&["exchange-online", "teams"])).unwrap());
    let later = submitted_at() + chrono::Duration::hours(1);
    let resubmitted = |items: &[&str]| {
        let recalled = submitted.clone().then(&Command::Recall, alpine(), later);
        let edited = recalled.then(&Command::Edit(Box::new(two(items))), alpine(), later);
        edited.then(&Command::Submit(None), alpine(), later).claim.priority_at
    };
    assert_eq!(resubmitted(&["teams"]), Some(submitted_at()));
    assert_eq!(resubmitted(&["teams", "sharepoint-online"]), Some(later));
}

#[test]
fn a_recalled_claim_resubmitted_soon_keeps_its_priority_date_and_later_does_not() {
    let recalled = Given::submitted().then(&Command::Recall, alpine(), now());
    assert_eq!(recalled.status(), Status::Draft);
    let soon = recalled.clone().then(&Command::Submit(None), alpine(), now() + Duration::days(1));
    assert_eq!(soon.claim.priority_at, Some(submitted_at()));
    let late = now() + Duration::days(30);
    let late_claim = recalled.then(&Command::Submit(None), alpine(), late);
    assert_eq!(late_claim.claim.priority_at, Some(late));
}

#[test]
fn an_answer_in_time_returns_the_claim_to_review_and_one_at_the_deadline_is_late() {
    let given = asked();
    let State::ActionRequired { answer_by, .. } = given.claim.state else { panic!() };
    let respond = Command::Respond { comment: Some(comment()) };
    let late = given.when(&respond, alpine(), answer_by);
    assert!(matches!(late, Err(Rejection::InvalidState { .. })));
    let in_time = answer_by - Duration::milliseconds(1);
    let event = given.when(&respond, alpine(), in_time).unwrap().unwrap();
    assert_eq!((event.remarks, event.details), (vec![Remark::comment(comment())], None));
    assert_eq!(given.then(&respond, alpine(), in_time).status(), Status::InReview);
}

#[test]
fn label_and_reference_are_the_partners_to_change_while_no_customer_is_asked_and_nothing_else_is() {
    for status in [
        Status::Submitted,
        Status::InReview,
        Status::Disputed,
        Status::Rejected,
        Status::Unreachable,
        Status::OnHold,
        Status::Associated,
    ] {
        let given = given_in(status);
        let at = given.claim.last_event.at + Duration::seconds(1);
        let relabel = edit(
            |input| {
                input.label = Some(name("Q1"));
                input.external_ref = Some(name("CRM-7"));
            },
            &given,
        );
        let after = given.clone().then(&relabel, alpine(), at);
        assert_eq!(after.claim.details.label, Some(name("Q1")), "{status:?}");
        assert_eq!((&after.claim.state, after.status()), (&given.claim.state, status));
        let other = edit(|input| input.technical_contact = None, &given);
        let refused = given.when(&other, alpine(), at);
        let fixed = FieldError::new("/technical_contact", FieldCode::NotEditable);
        let expected = match given.claim.details.technical_contact {
            Some(_) => Err(Rejection::Fields(vec![fixed])),
            None => Ok(None),
        };
        assert_eq!(refused, expected, "{status:?}");
        let fewer = edit(|input| drop(input.items.pop()), &given);
        let fixed = FieldError::new("/items", FieldCode::NotEditable);
        assert_eq!(given.when(&fewer, alpine(), at), Err(Rejection::Fields(vec![fixed])));
    }
    for status in [Status::Notifying, Status::AwaitingCustomer, Status::Declined, Status::Ended] {
        let given = given_in(status);
        let relabel = edit(|input| input.label = Some(name("Q1")), &given);
        let refused = given.when(&relabel, alpine(), given.claim.last_event.at);
        assert!(matches!(refused, Err(Rejection::InvalidState { .. })), "{status:?}: {refused:?}");
    }
}

#[test]
fn a_second_edit_of_the_label_waits_a_minute_so_that_nobody_is_kept_from_the_claim() {
    let given = given_in(Status::InReview);
    let relabel = |text: &str, given: &Given| edit(|input| input.label = Some(name(text)), given);
    let at = given.claim.last_event.at + Duration::hours(1);
    let given = given.clone().then(&relabel("one", &given), alpine(), at);
    let soon = given.when(&relabel("two", &given), alpine(), at + Duration::seconds(20));
    assert_eq!(soon, Err(Rejection::QuotaExceeded { retry_after_s: Some(40) }));
    let later = at + Duration::seconds(60);
    assert_eq!(
        given.clone().then(&relabel("two", &given), alpine(), later).status(),
        given.status()
    );
}

#[test]
fn under_a_request_for_information_items_can_be_removed_but_one_must_stay() {
    let given = asked();
    let fewer = edit(|input| drop(input.items.remove(1)), &given);
    let after = given.clone().then(&fewer, alpine(), now());
    assert_eq!(after.items(), ["proposed", "dropped", "proposed"]);
    let none = edit(|input| input.items.clear(), &given);
    let nothing_left = refused_as("/items", FieldCode::NothingLeft);
    assert_eq!(given.when(&none, alpine(), now()), Err(nothing_left));
    let more = edit(|input| input.items.push(item("yammer")), &given);
    assert_eq!(given.when(&more, alpine(), now()), Err(refused_at("/items")));
    let activity = edit(|input| input.activity = None, &given);
    assert_eq!(given.when(&activity, alpine(), now()), Err(refused_at("/activity")));
}

#[test]
fn what_the_customer_declined_is_not_the_partners_to_remove() {
    let given = overturned_beside_a_no().then(&request(), reviewer(), now());
    let erased = edit(|input| drop(input.items.remove(0)), &given);
    assert_eq!(given.when(&erased, alpine(), now()), Err(refused_at("/items")));
    let nothing_left = edit(|input| input.items.truncate(1), &given);
    let refused = refused_as("/items", FieldCode::NothingLeft);
    assert_eq!(given.when(&nothing_left, alpine(), now()), Err(refused));
    let fewer = edit(|input| drop(input.items.remove(2)), &given);
    let given = given.then(&fewer, alpine(), now());
    assert_eq!(given.items(), ["declined", "proposed", "dropped"]);
}

#[test]
fn silence_after_a_request_rejects() {
    let given = asked();
    let due = given.claim.deadline().unwrap();
    let given = given.then(&Command::DeadlinePassed, domain::actor::Actor::System, due);
    assert_eq!(given.claim.state.reasons().first().unwrap().code, ReasonCode::PartnerNoResponse);
}

#[test]
fn a_rejection_that_cannot_be_disputed_is_not_explained_as_one_that_can() {
    let explained = |given: &Given| given.claim.explain_state(&given.policy, now());
    let rejected = Given::in_review().then(&reject(), reviewer(), now());
    let first = explained(&rejected);
    assert!(!first.is_final_rejection, "{first:?}");
    assert!(first.facts.iter().any(|fact| fact.name == "dispute_days"));
    let again = rejected
        .then(&Command::Dispute { comment: comment() }, alpine(), now())
        .then(&Command::Overturn { comment: comment() }, operator(), now())
        .then(&reject(), operator(), now());
    let last = explained(&again);
    assert!(last.is_final_rejection, "{last:?}");
    assert!(last.facts.iter().all(|fact| fact.name != "dispute_days"));
    assert_eq!(last.turn, None);
}

#[test]
fn a_rejection_is_disputed_once_until_the_thirtieth_day_ends() {
    let given = Given::in_review().then(&reject(), reviewer(), now());
    let dispute = Command::Dispute { comment: comment() };
    let end = at("2027-01-20T23:00:00Z");
    let late = given.when(&dispute, alpine(), end);
    assert!(matches!(late, Err(Rejection::InvalidState { .. })));
    let given = given.then(&dispute, alpine(), end - Duration::minutes(1));
    let uphold = Command::Uphold { comment: comment() };
    let own = given.when(&uphold, reviewer(), end);
    assert_eq!(own, Err(Rejection::AnotherReviewerRequired), "I9");
    let settled = given.then(&uphold, operator(), end);
    let State::Rejected { disputable_until: None, .. } = settled.claim.state else { panic!() };
    let again = settled.when(&dispute, alpine(), end);
    assert!(matches!(again, Err(Rejection::InvalidState { .. })));
}

#[test]
fn an_overturned_rejection_is_reviewed_again_and_a_second_one_is_final() {
    let dispute = Command::Dispute { comment: comment() };
    let given =
        Given::in_review().then(&reject(), reviewer(), now()).then(&dispute, alpine(), now());
    let given = given.then(&Command::Overturn { comment: comment() }, operator(), now());
    assert_eq!((given.status(), given.items()), (Status::InReview, vec!["proposed"; 3]));
    let given = given.then(&reject(), operator(), now());
    let State::Rejected { disputable_until: None, .. } = given.claim.state else { panic!() };
}

#[test]
fn an_overturned_rejection_proposes_what_stood_rejected_beside_a_no_again() {
    assert_eq!(overturned_beside_a_no().items(), ["declined", "proposed", "proposed"]);
}

#[test]
fn a_no_that_was_there_before_a_review_stays_in_the_window_that_follows_it() {
    let reviewed = overturned_beside_a_no();
    let mut context = reviewed.context(reviewer(), now());
    context.facts.blocked = vec![reviewed.claim.item_ref(reviewed.claim.items.first().unwrap())];
    let validate = Command::Validate { drop: vec![], comment: None };
    let event = domain::decide(Some(&reviewed.claim), &validate, &context).unwrap().unwrap();
    let given = reviewed.clone().evolved(event);
    assert_eq!(given.items(), ["declined", "pending", "pending"]);
    let told = Entry::of(Some(&reviewed.claim), &given.claim, Sha256Hash([0; 32]));
    let mut changes = told.items.iter().flat_map(|change| &change.no);
    assert!(changes.all(|no| *no != ItemNo(1)), "the no is told once: {told:?}");
    let taken = [2, 3].map(|no| LockChange::Take(ItemNo(no)));
    assert_eq!(lock_changes(Some(&reviewed.claim), &given.claim), taken);
    let open = given.delivered(FIRST, delivered_at());
    assert_eq!(open.when(&undo(&[2]), link_of(2, FIRST), delivered_at()), Ok(None));
    let refused = open.when(&undo(&[1]), link_of(2, FIRST), delivered_at());
    assert!(matches!(refused, Err(Rejection::InvalidState { .. })), "{refused:?}");
    assert_eq!(undoable_items(&open.claim, Decliners::ALL, delivered_at()), []);
    let closed = open.clone().then(&Command::DeadlinePassed, Actor::System, after_grace());
    assert_eq!(closed.items(), ["declined", "active", "active"]);
    assert_eq!(newly_blocked(Some(&open.claim), &closed.claim), [], "it blocks since it was final");
}

#[test]
fn a_held_claim_resumes_with_a_new_notice_and_a_full_new_window() {
    let given = Given::awaiting().then(&hold(), operator(), delivered_at());
    assert_eq!(given.claim.deadline(), None);
    let given = given.then(&Command::Resume, operator(), delivered_at());
    assert_eq!((given.status(), given.claim.notice.0), (Status::Notifying, 2));
    let later = at("2027-01-11T09:00:00Z");
    let given = given.delivered(FIRST, later);
    assert_eq!(given.claim.deadline(), Some(at("2027-01-18T23:00:00Z")));
}

#[test]
fn the_operator_extends_to_a_later_business_day_and_never_to_an_earlier_one() {
    let to = |date: &str| Command::Extend { closes_on: Some(date.parse().unwrap()) };
    let extend = |date| Given::awaiting().when(&to(date), operator(), delivered_at());
    for (date, code) in [
        ("2026-12-31", FieldCode::NotLater),
        ("2026-12-30", FieldCode::NotLater),
        ("2027-01-01", FieldCode::NotABusinessDay),
        ("2027-01-02", FieldCode::NotABusinessDay),
    ] {
        assert_eq!(extend(date), Err(refused_as("/closes_on", code)), "{date}");
    }
    let given = Given::awaiting().then(&to("2027-01-05"), operator(), delivered_at());
    assert_eq!(given.claim.deadline(), Some(at("2027-01-05T23:00:00Z")));
}

#[test]
fn a_window_that_the_operator_extends_has_at_most_60_business_days() {
    let open = Given::awaiting();
    let place = place("CZ", "Europe/Prague");
    let window = open.claim.state.window().unwrap();
    let of = |days: u32| {
        let longer = extend_by(window, days, &place.calendar).unwrap();
        (longer.counted.len(), *longer.counted.last().unwrap())
    };
    let (sixty, last) = of(55);
    assert_eq!(sixty, 60);
    let to = |date| Command::Extend { closes_on: Some(date) };
    let longer = open.clone().then(&to(last), operator(), delivered_at());
    assert_eq!(longer.claim.state.window().unwrap().counted.len(), 60);
    let too_long = vec![FieldError::new("/closes_on", FieldCode::TooLong)];
    for given in [&open, &longer] {
        let refused = given.when(&to(of(56).1), operator(), delivered_at());
        assert_eq!(refused, Err(Rejection::Fields(too_long.clone())));
    }
}

#[test]
fn a_draft_of_a_suspended_partner_is_not_submitted() {
    let mut context = context(alpine(), now());
    context.facts.partner.as_mut().unwrap().status = PartnerStatus::Suspended;
    let refused = decide(Some(&drafted().claim), &Command::Submit(None), &context);
    let expected = FieldError::new("", FieldCode::PartnerSuspended).of_claim();
    assert_eq!(refused, Err(Rejection::Fields(vec![expected])));
}

#[test]
fn an_edit_changes_contacts_names_and_evidence_in_a_draft_and_under_a_request() {
    for given in [drafted(), asked()] {
        let edited = edit(
            |input| {
                input.customer_contact = Some(contact("cio@contoso.example"));
                input.technical_contact = Some(contact("ops@contoso.example"));
                let partner = input.partner_contact.as_mut().expect("a contact");
                partner.name = name("Pavel");
                input.label = Some(name("north"));
                input.external_ref = Some(name("42"));
                input.evidence.clear();
            },
            &given,
        );
        let Command::Edit(wanted) = &edited else { panic!() };
        let changed = given.clone().then(&edited, alpine(), now());
        assert_eq!(ClaimInput::of(&changed.claim), **wanted);
        let kept = (&changed.claim.details.tenant_domain, &changed.claim.details.partner_name);
        let before = (&given.claim.details.tenant_domain, &given.claim.details.partner_name);
        assert_eq!(kept, before);
    }
}

#[test]
fn what_the_reviewer_says_to_a_question_is_kept_with_its_reason() {
    let Command::Reject { reasons } = reject() else { panic!() };
    let spoken = reasons.into_iter().map(|own| GivenReason { comment: Some(comment()), ..own });
    let request = Command::RequestInformation { reasons: spoken.collect() };
    let given = Given::in_review().then(&request, reviewer(), now());
    assert_eq!(given.claim.details.reason_comments, [Some(comment())]);
}

#[test]
fn a_draft_is_submitted_with_the_names_that_the_directory_has_then() {
    let given = drafted();
    let mut context = given.context(alpine(), now());
    context.facts.partner.as_mut().unwrap().name = name("Alpine Europe");
    context.facts.tenant.as_mut().unwrap().name = name("Contoso Holding");
    let event = given.decided(&Command::Submit(None), &context).unwrap().unwrap();
    let details = given.evolved(event).claim.details;
    assert_eq!(
        (details.partner_name, details.tenant_name),
        (name("Alpine Europe"), name("Contoso Holding"))
    );
}
