use chrono::Duration;
use domain::actor::Actor;
use domain::claim::{State, Status};
use domain::command::Command;
use domain::decide;
use domain::event::FailureCause;
use domain::ids::{ItemNo, NoticeNo};

use crate::given::*;

fn failure(notice: u16, others_left: bool) -> Command {
    let cause = FailureCause::Bounce;
    Command::RecordFailure { notice: NoticeNo(notice), cause, others_left }
}

#[test]
fn delivery_opens_the_window_of_v1() {
    let given = Given::awaiting();
    let State::AwaitingCustomer { window } = &given.claim.state else { panic!() };
    assert_eq!(window.closes_at, closes_at());
    assert_eq!(given.claim.deadline(), Some(closes_at()));
}

#[test]
fn only_the_current_notice_to_somebody_who_speaks_for_the_tenant_opens_it() {
    let given = Given::notifying();
    let unqualified = Command::RecordDelivery { notice: NoticeNo(1), qualifying: false };
    for proof in [delivery(2), unqualified] {
        assert_eq!(given.when(&proof, Actor::System, delivered_at()), Ok(None));
    }
}

#[test]
fn a_second_delivery_moves_nothing() {
    let later = delivered_at() + Duration::days(1);
    assert_eq!(Given::awaiting().when(&delivery(1), Actor::System, later), Ok(None));
}

#[test]
fn a_bounce_days_after_acceptance_voids_the_window() {
    let later = delivered_at() + Duration::days(3);
    let given = Given::awaiting().then(&failure(1, false), Actor::System, later);
    assert_eq!(given.status(), Status::Unreachable);
    assert_eq!(given.claim.state.window(), None);
}

#[test]
fn a_bounce_changes_nothing_where_another_recipient_is_left_or_the_notice_is_older() {
    for proof in [failure(1, true), failure(0, false)] {
        assert_eq!(Given::awaiting().when(&proof, Actor::System, delivered_at()), Ok(None));
    }
}

#[test]
fn a_bounce_changes_nothing_once_somebody_has_answered_or_the_window_is_over() {
    let answered = Given::awaiting().then(&decline(&[1]), link(), delivered_at());
    assert_eq!(answered.when(&failure(1, false), Actor::System, delivered_at()), Ok(None));
    assert_eq!(Given::awaiting().when(&failure(1, false), Actor::System, closes_at()), Ok(None));
}

#[test]
fn an_answer_that_came_before_the_proof_of_delivery_is_one_to_that_notice() {
    let given = Given::notifying().then(&decline(&[1]), link(), delivered_at());
    let later = delivered_at() + Duration::hours(1);
    let given = given.then(&delivery(1), Actor::System, later);
    assert_eq!(given.when(&failure(1, false), Actor::System, later), Ok(None));
}

#[test]
fn what_nobody_answered_in_this_window_does_not_hide_a_bounce() {
    // An item that vanished is nobody's answer.
    let gone = Command::Vanish(domain::command::Vanished::Items(vec![ItemNo(2)]));
    let given = Given::awaiting().then(&gone, Actor::System, delivered_at());
    let later = delivered_at() + Duration::days(1);
    let given = given.then(&failure(1, false), Actor::System, later);
    assert_eq!(given.status(), Status::Unreachable);
    // Nor is an answer to an earlier notice.
    let hold = Command::Hold { comment: comment() };
    let given = Given::awaiting().then(&decline(&[1]), link(), delivered_at());
    let given = given.then(&hold, operator(), later).then(&Command::Resume, operator(), later);
    let given = given.then(&delivery(2), Actor::System, later + Duration::hours(1));
    let given = given.then(&failure(2, false), Actor::System, later + Duration::days(1));
    assert_eq!(given.status(), Status::Unreachable);
    assert_eq!(given.items(), ["declined", "pending", "pending"]);
}

#[test]
fn a_window_that_would_leave_the_calendar_is_held_by_the_system() {
    let beyond = at("2099-06-01T10:00:00Z");
    let given = Given::notifying().then(&delivery(1), Actor::System, beyond);
    assert_eq!(given.status(), Status::OnHold);
}

#[test]
fn without_a_proof_in_two_of_the_operators_days_the_customer_is_unreachable() {
    let claim = Given::notifying().claim;
    let due = claim.deadline().unwrap();
    // Validated on Monday 21 December: 22 and 23.
    assert_eq!(due, at("2026-12-23T23:00:00Z"));
    let early = context(Actor::System, due - Duration::milliseconds(1));
    assert_eq!(decide(Some(&claim), &Command::DeadlinePassed, &early), Ok(None));
    let event =
        decide(Some(&claim), &Command::DeadlinePassed, &context(Actor::System, due)).unwrap();
    assert!(event.unwrap().by_silence);
}

/// Contoso with these verified contacts besides its own.
fn known(contacts: &[&str], at: Instant) -> domain::context::Context {
    let mut context = context(link(), at);
    let tenant = context.facts.tenant.as_mut().unwrap();
    tenant.contacts = contacts
        .iter()
        .map(|email| domain::directory::TenantContact {
            name: name("Contact"),
            email: domain::text::Email::parse(email).unwrap(),
            verified: true,
        })
        .collect();
    context
}

const TWO: [&str; 2] = ["it@contoso.example", "ceo@contoso.example"];

#[test]
fn the_wrong_person_passes_the_notice_on_to_the_next_verified_contact() {
    let given = Given::awaiting();
    let now = delivered_at() + Duration::hours(1);
    let event = decide(Some(&given.claim), &Command::WrongContact, &known(&TWO, now)).unwrap();
    let given = given.evolved(event.unwrap());
    assert_eq!((given.status(), given.claim.notice), (Status::Notifying, NoticeNo(2)));
    let asked = |refused| {
        let contact = given.claim.details.customer_contact.clone().unwrap();
        let tenant = known(&TWO, now).facts.tenant.unwrap();
        let asked = domain::eligibility::recipients(&contact, &tenant, refused);
        asked.into_iter().map(|one| one.email.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(asked(0), ["jana@contoso.example"]);
    assert_eq!(asked(1), ["it@contoso.example"]);
    assert_eq!(asked(2), ["ceo@contoso.example"]);
    assert_eq!(asked(3), [""; 0]);
}

#[test]
fn whom_the_first_notice_went_to_as_well_is_not_asked_a_second_time() {
    let contact = contact("jana@consulting.example");
    let tenant = known(&TWO, delivered_at()).facts.tenant.unwrap();
    let asked = |refused| {
        let asked = domain::eligibility::recipients(&contact, &tenant, refused);
        asked.into_iter().map(|one| one.email.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(asked(0), ["jana@consulting.example", "it@contoso.example"]);
    assert_eq!(asked(1), ["ceo@contoso.example"]);
    assert_eq!(asked(2), [""; 0]);
}

#[test]
fn where_nobody_else_is_known_the_partner_names_another_and_the_count_begins_anew() {
    let given = Given::awaiting();
    let now = delivered_at() + Duration::hours(1);
    let event = decide(Some(&given.claim), &Command::WrongContact, &known(&[], now)).unwrap();
    let given = given.evolved(event.unwrap());
    assert_eq!(given.status(), Status::Unreachable);
    let correct = Command::CorrectContact { contact: contact("ota@contoso.example") };
    let given = given.then(&correct, alpine(), now);
    assert_eq!((given.status(), given.claim.refused_contacts), (Status::Notifying, 0));
}

#[test]
fn a_third_time_and_an_older_link_and_the_deadline_pass_nothing_on() {
    let mut given = Given::awaiting();
    let now = delivered_at() + Duration::hours(1);
    for notice in [1, 2] {
        let mut context = known(&TWO, now);
        context.actor = domain::actor::Actor::CustomerLink { notice: NoticeNo(notice) };
        let event = decide(Some(&given.claim), &Command::WrongContact, &context).unwrap();
        given = given.evolved(event.unwrap());
        given = given.then(&delivery(notice + 1), domain::actor::Actor::System, now);
    }
    let refused = |notice, at| {
        let mut context = known(&TWO, at);
        context.actor = domain::actor::Actor::CustomerLink { notice: NoticeNo(notice) };
        let refused = decide(Some(&given.claim), &Command::WrongContact, &context);
        matches!(refused, Err(domain::rejection::Rejection::InvalidState { .. }))
    };
    assert!(refused(3, now) && refused(1, now));
    let first = Given::awaiting();
    let late = decide(Some(&first.claim), &Command::WrongContact, &known(&TWO, closes_at()));
    assert!(late.is_err());
}
