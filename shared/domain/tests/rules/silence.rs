use chrono::Duration;
use chrono::NaiveDate;
use domain::actor::Actor;
use domain::calendar::Exception;
use domain::claim::{Basis, Claim, ItemStatus, Mark, State, Status};
use domain::command::{Command, DirectoryLoss};
use domain::decide::is_due;
use domain::event::EventType;
use domain::ids::ItemNo;
use domain::program::{Consent, Policy};
use domain::reason::{EndReason, ReasonCode};
use domain::recipient::Decliners;
use domain::{decide, evolve};

use crate::given::*;

/// What silence makes of a claim in that status, at `at` under `policy`.
fn silent(status: Status, at: Instant, policy: Policy) -> Option<domain::claim::Claim> {
    let given = Given { policy, ..given_in(status) };
    let event = given.when(&Command::DeadlinePassed, Actor::System, at).unwrap()?;
    assert!(event.by_silence);
    Some(given.evolved(event).claim)
}

#[test]
fn silence_in_the_window_associates_what_nobody_refused_as_of_the_deadline() {
    let given = Given::awaiting().then(&decline(&[3]), link(), delivered_at());
    let given = given.then(&Command::DeadlinePassed, Actor::System, after_grace());
    assert_eq!(given.items(), ["active", "active", "declined"]);
    let first = given.claim.items.first().unwrap();
    let expected = ItemStatus::Active { basis: Basis::Deemed, effective_at: closes_at() };
    assert_eq!(given.claim.item_status(first), expected);
}

#[test]
fn the_window_closes_no_earlier_than_the_grace_after_the_deadline() {
    let early = after_grace() - Duration::milliseconds(1);
    assert_eq!(silent(Status::AwaitingCustomer, early, Policy::default()), None);
    assert!(silent(Status::AwaitingCustomer, after_grace(), Policy::default()).is_some());
}

/// The world in which New Year's Eve of 2026 was announced as a holiday of the whole of Czechia.
fn announced(given: &Given, at: Instant) -> domain::context::Context {
    let mut context = given.context(Actor::System, at);
    let place = context.places.customer.as_mut().unwrap();
    let added = Exception {
        date: NaiveDate::from_ymd_opt(2026, 12, 31).unwrap(),
        name: "Day of mourning".to_owned(),
        subdivision: None,
    };
    place.calendar = place.calendar.clone().with_exceptions(1, [added]);
    context
}

#[test]
fn a_holiday_announced_in_an_open_window_makes_it_longer_and_never_shorter() {
    let given = Given::awaiting();
    let event = given.decided(&Command::Recount, &announced(&given, delivered_at()));
    let longer = given.evolved(event.unwrap().unwrap());
    assert_eq!(longer.claim.deadline(), Some(at("2027-01-04T23:00:00Z")));
    assert_eq!(longer.claim.last_event.event_type, EventType::WindowExtended);
    assert!(!longer.claim.extended, "it is not the customer's one extension");
    let again = longer.decided(&Command::Recount, &announced(&longer, delivered_at()));
    assert_eq!(again, Ok(None));
    let revoked = longer.when(&Command::Recount, Actor::System, delivered_at());
    assert_eq!(revoked, Ok(None));
}

#[test]
fn b7_a_holiday_announced_from_the_end_of_the_window_on_does_not_lengthen_it() {
    let given = Given::awaiting();
    let last = closes_at() - Duration::milliseconds(1);
    let in_time = given.decided(&Command::Recount, &announced(&given, last));
    assert!(in_time.unwrap().is_some());
    for moment in [closes_at(), after_grace()] {
        let late = given.decided(&Command::Recount, &announced(&given, moment));
        assert_eq!(late, Ok(None), "{moment}");
    }
    let declined = given.then(&decline(&[]), link(), delivered_at());
    let late = declined.decided(&Command::Recount, &announced(&declined, closes_at()));
    assert_eq!(late, Ok(None));
}

#[test]
fn a_due_window_is_counted_again_before_it_is_closed() {
    let given = Given::awaiting();
    let event = given.decided(&Command::DeadlinePassed, &announced(&given, after_grace()));
    let event = event.unwrap().unwrap();
    assert!(!event.by_silence);
    let longer = given.evolved(event);
    assert_eq!(longer.status(), Status::AwaitingCustomer);
    let in_between = longer.decided(&Command::DeadlinePassed, &announced(&longer, after_grace()));
    assert_eq!(in_between, Ok(None));
    let late = at("2027-01-04T23:02:00Z");
    let event = longer.decided(&Command::DeadlinePassed, &announced(&longer, late));
    let closed = longer.evolved(event.unwrap().unwrap());
    assert_eq!(closed.status(), Status::Associated);
}

#[test]
fn a_no_can_be_taken_back_until_the_longer_window_ends() {
    let given = Given::awaiting().then(&decline(&[]), link(), delivered_at());
    let event = given.decided(&Command::Recount, &announced(&given, delivered_at()));
    let longer = given.evolved(event.unwrap().unwrap());
    assert_eq!(longer.status(), Status::Declined);
    let undone = longer.then(&undo(&[]), link(), closes_at());
    assert_eq!(undone.status(), Status::AwaitingCustomer);
}

#[test]
fn a_second_close_finds_nothing_to_do() {
    let given = Given::associated();
    let again = given.when(&Command::DeadlinePassed, Actor::System, after_grace());
    assert_eq!(again, Ok(None));
}

#[test]
fn under_an_opt_in_policy_silence_declines_and_blocks_nobody() {
    let policy = Policy { consent: Consent::OptIn, ..Policy::default() };
    let claim = silent(Status::AwaitingCustomer, after_grace(), policy).unwrap();
    assert_eq!(claim.status(), Status::Declined);
    let mark = claim.items.first().unwrap().mark;
    let expected = Mark::Declined {
        at: closes_at(),
        latest: closes_at(),
        by: Decliners::NOBODY,
        in_time: true,
        no_answer: true,
        settled: false,
    };
    assert_eq!(mark, Some(expected));
    assert_eq!(domain::effects::blocked_on_settling(&claim), []);
}

#[test]
fn a_term_ends_the_associations_that_many_months_after_the_deadline() {
    let policy = Policy { term_months: Some(12), ..Policy::default() };
    let claim = silent(Status::AwaitingCustomer, after_grace(), policy.clone()).unwrap();
    let ends_at = at("2027-12-31T23:00:00Z");
    assert_eq!(claim.deadline(), Some(ends_at));
    let context = domain::context::Context { policy, ..context(Actor::System, ends_at) };
    let event = decide(Some(&claim), &Command::DeadlinePassed, &context).unwrap().unwrap();
    let ended = evolve(Some(claim), &event).unwrap();
    assert_eq!(ended.status(), Status::Ended);
    let Some(Mark::Ended { reason, .. }) = ended.items.first().unwrap().mark else { panic!() };
    assert_eq!(reason, EndReason::TermExpired);
}

#[test]
fn a_term_runs_from_the_windows_end_whichever_command_decides_the_last_item() {
    let twelve_months = |actor, at| domain::context::Context {
        policy: Policy { term_months: Some(12), ..Policy::default() },
        ..context(actor, at)
    };
    let then = |claim: Claim, command: &Command, actor| {
        let event = decide(Some(&claim), command, &twelve_months(actor, delivered_at()));
        evolve(Some(claim), &event.unwrap().unwrap()).unwrap()
    };
    let gone = |items: &[u8]| DirectoryLoss::Items(items.iter().map(|no| ItemNo(*no)).collect());
    let accept = |items: &[u8]| Command::Accept { items: these(items) };
    let accepted = then(Given::awaiting().claim, &accept(&[1]), administrator());
    for (last, actor) in [
        (accept(&[]), administrator()),
        (decline(&[2, 3]), link()),
        (withdraw(), alpine()),
        (Command::Vanish(gone(&[2, 3])), Actor::System),
    ] {
        let claim = then(accepted.clone(), &last, actor);
        assert_eq!(claim.status(), Status::Associated, "{last:?}");
        assert_eq!(claim.deadline(), Some(at("2027-12-31T23:00:00Z")), "{last:?}");
    }
    // Without a window, from the decision on.
    let held = then(accepted, &Command::Hold { comment: comment() }, operator());
    let rejected = then(held, &reject(), reviewer());
    assert_eq!(rejected.deadline(), Some(at("2027-12-22T14:00:00Z")));
}

#[test]
fn a_passed_review_deadline_is_recorded_once_and_changes_nothing_else() {
    for status in [Status::Submitted, Status::InReview, Status::Disputed] {
        let late = after_grace() + Duration::days(60);
        let claim = silent(status, late, Policy::default()).unwrap();
        assert_eq!(claim.status(), status);
        assert_eq!(claim.last_event.event_type, EventType::ReviewOverdue);
        assert_eq!(claim.deadline(), None);
        assert!(!is_due(&claim, &Policy::default(), late));
    }
}

#[test]
fn a_partner_who_does_not_answer_or_correct_is_rejected_with_the_reason() {
    for (status, code) in [
        (Status::ActionRequired, ReasonCode::PartnerNoResponse),
        (Status::Unreachable, ReasonCode::CustomerUnreachable),
    ] {
        let claim = silent(status, closes_at(), Policy::default()).unwrap();
        let State::Rejected { rejection, disputable_until } = &claim.state else { panic!() };
        assert_eq!(rejection.by, None);
        assert_eq!(rejection.reasons.first().unwrap().code, code);
        assert!(disputable_until.is_some());
    }
}

#[test]
fn an_idle_draft_is_discarded() {
    let claim = silent(Status::Draft, closes_at(), Policy::default()).unwrap();
    assert_eq!(claim.status(), Status::Discarded);
}

#[test]
fn states_without_a_deadline_are_never_due() {
    for status in [
        Status::OnHold,
        Status::Associated,
        Status::Rejected,
        Status::Declined,
        Status::Withdrawn,
        Status::Discarded,
        Status::Ended,
    ] {
        let far = after_grace() + Duration::days(4000);
        assert_eq!(silent(status, far, Policy::default()), None, "{status:?}");
    }
}

#[test]
fn a_window_in_which_nothing_waits_closes_as_its_items_say() {
    use domain::event::{Event, EventBody, Silence};
    let closed = |mark| {
        let mut given = Given::awaiting();
        for item in &mut given.claim.items {
            item.mark = Some(mark);
        }
        let body = EventBody::WindowClosed { outcome: Silence::Associate, ends_at: None };
        let next = given.claim.version.next();
        let event = Event::new(next, after_grace(), &Actor::System, body);
        evolve(Some(given.claim), &event).unwrap().status()
    };
    let declined = Mark::Declined {
        at: delivered_at(),
        latest: delivered_at(),
        by: Decliners::ADMINISTRATOR,
        in_time: true,
        no_answer: false,
        settled: false,
    };
    let active = Mark::Active { basis: Basis::Explicit, effective_at: delivered_at() };
    assert_eq!(closed(declined), Status::Declined);
    assert_eq!(closed(active), Status::Associated);
}

#[test]
fn what_follows_from_silence_is_counted_from_when_it_was_carried_out() {
    let given = given_in(Status::ActionRequired);
    let late = given.claim.deadline().unwrap() + Duration::days(3);
    let rejected = given.then(&Command::DeadlinePassed, Actor::System, late);
    assert_eq!(rejected.events.last().unwrap().at, late);
    // The rejection is of 4 January in Berlin: 3 February is the thirtieth day after it.
    let State::Rejected { disputable_until, .. } = &rejected.claim.state else { panic!() };
    assert_eq!(*disputable_until, Some(at("2027-02-03T23:00:00Z")));
}
