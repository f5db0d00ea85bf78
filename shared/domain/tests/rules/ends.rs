//! What a deadline is where the years of a calendar end (`docs/domain.md §4`, 7): Sri Lanka's with 2026,
//! Czechia's with 2040.

use chrono::{Datelike, Duration, Weekday};
use domain::actor::Actor;
use domain::calendar::{CalendarId, CountryCode, Zone, weekdays_after};
use domain::claim::{Claim, State, Status};
use domain::command::{ClaimInput, Command, CommandKind};
use domain::context::{Context, Place, Rival, Standing};
use domain::event::FailureCause;
use domain::ids::{ItemNo, NoticeNo};
use domain::program::Policy;
use domain::rejection::Rejection;
use domain::{decide, evolve};

use crate::given::*;
use crate::table::of_kind;

/// Wednesday 2026-12-30: one business day before Sri Lanka's data end.
fn now() -> Instant {
    at("2026-12-30T09:00:00Z")
}

/// Five business days by Czechia's calendar: 31, 4, 5, 6, 7. The day after begins in Colombo.
const BY_THE_OPERATORS: &str = "2027-01-07T18:30:00Z";

/// Five days from Monday to Friday: 31, 1, 4, 5, 6. The day after begins in Colombo.
const BY_WEEKDAYS: &str = "2027-01-06T18:30:00Z";

fn lanka() -> Place {
    place("LK", "Asia/Colombo")
}

/// A partner in Sri Lanka, the operator in Czechia, the customer in Germany.
fn partner_ends(actor: Actor, at: Instant) -> Context {
    let mut context = context(actor, at);
    context.places.partner = Some(lanka());
    context.places.customer = Some(place("DE", "Europe/Berlin"));
    context
}

/// The same, with the operator in Sri Lanka, too.
fn operator_ends(actor: Actor, at: Instant) -> Context {
    let mut context = partner_ends(actor, at);
    context.places.operator = lanka();
    context
}

/// A partner in Germany, the operator in Czechia, the customer in Sri Lanka.
fn customer_ends(actor: Actor, at: Instant) -> Context {
    let mut context = context(actor, at);
    context.places.partner = Some(place("DE", "Europe/Berlin"));
    context.places.customer = Some(lanka());
    context
}

fn after(claim: Claim, command: &Command, context: &Context) -> Claim {
    let event = decide(Some(&claim), command, context).unwrap().expect("an event");
    assert!(command.kind().row().makes.contains(&event.body.event_type()), "{event:?}");
    evolve(Some(claim), &event).unwrap()
}

/// Until when the claim's state runs, in that calendar, as its explanation has it.
fn counted(claim: &Claim) -> (Option<Instant>, Option<String>) {
    let explanation = claim.explain(&Policy::default(), claim.last_event.at);
    let calendar = explanation.facts.into_iter().find(|fact| fact.name == "calendar");
    let named = claim.deadline_calendar.as_ref().map(ToString::to_string);
    assert_eq!(calendar.map(|fact| fact.value), named);
    (claim.state.counted_until(), named)
}

fn by_the_operators() -> (Option<Instant>, Option<String>) {
    let calendar = place("CZ", "Europe/Prague").calendar.id().to_string();
    (Some(at(BY_THE_OPERATORS)), Some(calendar))
}

fn by_weekdays(until: &str) -> (Option<Instant>, Option<String>) {
    (Some(at(until)), Some("weekdays".to_owned()))
}

/// The first notice with what became of it at every verified recipient.
fn reported(given: Given, failed: bool) -> Given {
    let verified: Vec<_> = given.list().recipients.iter().filter(|own| own.may_open()).collect();
    let numbers: Vec<_> = verified.iter().map(|own| own.no).collect();
    numbers.into_iter().fold(given, |given, no| {
        if failed {
            given.noted_failure(no, now(), FailureCause::Bounce)
        } else {
            given.noted_delivery(no, now())
        }
    })
}

fn request() -> Command {
    let Command::Reject { reasons } = reject() else { panic!() };
    Command::RequestInformation { reasons }
}

fn command(kind: CommandKind) -> Command {
    of_kind(kind).expect("a command").0
}

/// Each way to a deadline of the partner's, with the status that it leads to.
fn partners() -> Vec<(Status, Command, Actor, Status)> {
    use Status::{AwaitingCustomer, Draft, InReview, Notifying, Submitted, Unreachable};
    vec![
        (Submitted, Command::Recall, alpine(), Draft),
        (InReview, request(), reviewer(), Status::ActionRequired),
        (Notifying, bounce(), Actor::System, Unreachable),
        (Notifying, Command::DeadlinePassed, Actor::System, Unreachable),
        (AwaitingCustomer, bounce(), Actor::System, Unreachable),
        (AwaitingCustomer, Command::WrongContact, link(), Unreachable),
    ]
}

/// Each way to a deadline of the operator's or the system's.
fn operators() -> Vec<(Status, Command, Actor, Status)> {
    use Status::{ActionRequired, AwaitingCustomer, Disputed, Draft, InReview, Notifying, OnHold};
    let correct = command(CommandKind::CorrectContact);
    vec![
        (Draft, Command::Submit(None), alpine(), Status::Submitted),
        (Status::Submitted, Command::BeginReview, reviewer(), InReview),
        (ActionRequired, Command::Respond { comment: None }, alpine(), InReview),
        (Status::Rejected, Command::Dispute { comment: comment() }, alpine(), Disputed),
        (Disputed, Command::Overturn { comment: comment() }, operator(), InReview),
        (InReview, command(CommandKind::Validate), reviewer(), Notifying),
        (OnHold, Command::Resume, operator(), Notifying),
        (Status::Unreachable, correct, alpine(), Notifying),
        (AwaitingCustomer, Command::WrongContact, link(), Notifying),
    ]
}

/// The claim after the command, in that world; a contact who refuses leaves somebody else to ask where
/// the claim goes on to the next.
fn step(
    (from, command, actor, to): (Status, Command, Actor, Status),
    world: fn(Actor, Instant) -> Context,
) -> Claim {
    let mut context = world(actor, now());
    if to == Status::Unreachable {
        context.facts.tenant.as_mut().unwrap().contacts.clear();
    }
    let claim = after(in_status(from), &command, &context);
    assert_eq!(claim.status(), to, "{command:?} in {from:?}");
    claim
}

#[test]
fn where_the_partners_calendar_ends_each_of_its_deadlines_is_by_the_operators_and_in_its_zone() {
    for way in partners() {
        let told = format!("{way:?}");
        assert_eq!(counted(&step(way, partner_ends)), by_the_operators(), "{told}");
    }
}

#[test]
fn where_the_operators_ends_too_the_partners_deadlines_are_counted_from_monday_to_friday() {
    for way in partners() {
        let told = format!("{way:?}");
        assert_eq!(counted(&step(way, operator_ends)), by_weekdays(BY_WEEKDAYS), "{told}");
    }
}

#[test]
fn where_the_operators_calendar_ends_its_deadlines_are_counted_from_monday_to_friday() {
    for way in operators() {
        let told = format!("{way:?}");
        // A delivery has two days: 31 and 1.
        let until = if way.3 == Status::Notifying { "2027-01-01T18:30:00Z" } else { BY_WEEKDAYS };
        assert_eq!(counted(&step(way, operator_ends)), by_weekdays(until), "{told}");
    }
}

#[test]
fn a_partners_calendar_that_ends_does_not_touch_the_operators_deadlines() {
    for way in operators() {
        let told = format!("{way:?}");
        // In Prague: 31, 4, 5, 6, 7.
        let days = if way.3 == Status::Notifying { "2027-01-04" } else { "2027-01-07" };
        let until = at(&format!("{days}T23:00:00Z"));
        assert_eq!(counted(&step(way, partner_ends)), (Some(until), None), "{told}");
    }
}

#[test]
fn a_claim_can_be_submitted_after_the_operators_calendar_has_ended() {
    let claimed = created(&submit(&input(), &[]), &operator_ends(alpine(), now())).unwrap();
    let claim = evolve(None, &claimed).unwrap();
    assert_eq!(counted(&claim), by_weekdays(BY_WEEKDAYS));
}

#[test]
fn a_deadline_that_the_partys_own_calendar_can_count_names_no_other() {
    for (from, command, actor, to) in partners().into_iter().chain(operators()) {
        let told = format!("{command:?} in {from:?}");
        let claim = step((from, command, actor, to), context);
        assert!(claim.state.counted_until().is_some(), "{told}");
        assert_eq!(claim.deadline_calendar, None, "{told}");
    }
}

/// A claim on an item that a partner in Sri Lanka holds.
fn held_in_lanka(world: fn(Actor, Instant) -> Context) -> Claim {
    let mut context = world(reviewer(), now());
    context.facts.rivals = vec![Rival {
        item: ItemNo(2),
        claim: id(),
        rival_item: ItemNo(1),
        standing: Standing::Active,
        defence: None,
        place: Some(lanka()),
    }];
    after(in_status(Status::Submitted), &Command::BeginReview, &context)
}

#[test]
fn a_holder_whose_calendar_ends_has_its_time_to_defend_by_the_operators_or_from_monday_to_friday() {
    assert_eq!(held_in_lanka(context).defence_until, Some(at(BY_THE_OPERATORS)));
    assert_eq!(held_in_lanka(operator_ends).defence_until, Some(at(BY_WEEKDAYS)));
}

#[test]
fn the_calendar_is_named_as_long_as_the_deadline_runs() {
    let way = (Status::Submitted, Command::Recall, alpine(), Status::Draft);
    let recalled = step(way, partner_ends);
    let input = ClaimInput { label: Some(name("Renewal")), ..ClaimInput::of(&recalled) };
    let edit = Command::Edit(Box::new(input));
    let edited = after(recalled, &edit, &partner_ends(alpine(), now()));
    assert_eq!(counted(&edited), by_the_operators(), "a recalled draft keeps its priority date");
    let submitted = after(edited, &Command::Submit(None), &partner_ends(alpine(), now()));
    assert_eq!(submitted.deadline_calendar, None, "the operator's own can count");

    let notified =
        || step((Status::OnHold, Command::Resume, operator(), Status::Notifying), operator_ends);
    let partly = after(notified(), &decline(&[1]), &operator_ends(administrator(), now()));
    assert_eq!(counted(&partly), by_weekdays("2027-01-01T18:30:00Z"));
    let delivered = after(notified(), &delivery(2), &operator_ends(Actor::System, now()));
    assert_eq!(delivered.status(), Status::AwaitingCustomer);
    assert_eq!(counted(&delivered), (None, None), "the window names its own");
    let hold = Command::Hold { comment: comment() };
    let claim = after(notified(), &hold, &operator_ends(operator(), now()));
    assert_eq!(counted(&claim), (None, None));
}

#[test]
fn a_late_review_has_no_deadline_and_names_no_calendar() {
    let claim = step(
        (Status::Submitted, Command::BeginReview, reviewer(), Status::InReview),
        operator_ends,
    );
    let late = operator_ends(Actor::System, at("2027-02-01T00:00:00Z"));
    let claim = after(claim, &Command::DeadlinePassed, &late);
    assert_eq!((claim.status(), counted(&claim)), (Status::InReview, (None, None)));
}

#[test]
fn a_customers_window_is_never_guessed_the_claim_is_held() {
    let system = || customer_ends(Actor::System, now());
    let claim = after(in_status(Status::Notifying), &delivery(1), &system());
    assert_eq!(claim.status(), Status::OnHold);
    assert_eq!(counted(&claim), (None, None));
}

/// The three commands after which a notice is mailed that asks the customer anew.
fn asking() -> [(Status, Command, Actor); 4] {
    let correct = || command(CommandKind::CorrectContact);
    [
        (Status::InReview, command(CommandKind::Validate), reviewer()),
        (Status::OnHold, Command::Resume, operator()),
        (Status::Unreachable, correct(), alpine()),
        (Status::Unreachable, correct(), operator()),
    ]
}

#[test]
fn nobody_is_asked_while_a_window_delivered_today_could_not_be_counted() {
    for (status, command, actor) in asking() {
        let refused = Err(Rejection::InvalidState { status, command: command.kind() });
        let claim = in_status(status);
        let asked = |at| decide(Some(&claim), &command, &customer_ends(actor.clone(), at));
        assert_eq!(asked(now()), refused, "{command:?}");
        // The last five business days of the data: 24, 28, 29, 30, 31.
        assert!(asked(at("2026-12-23T09:00:00Z")).unwrap().is_some(), "{command:?}");
        assert_eq!(asked(at("2026-12-24T09:00:00Z")), refused, "{command:?}");
    }
}

#[test]
fn a_no_is_taken_in_every_state_wherever_a_calendar_ends() {
    for world in [partner_ends, operator_ends, customer_ends] {
        for status in Status::ALL.iter().copied() {
            let no = |context: &Context| decide(Some(&in_status(status)), &decline(&[]), context);
            for actor in [administrator(), link()] {
                let there = no(&world(actor.clone(), now()));
                assert_eq!(there, no(&context(actor, now())), "{status:?}");
                let notified = in_status(status).notice > NoticeNo(0);
                assert_eq!(there.is_ok(), notified, "{status:?}");
            }
        }
    }
}

#[test]
fn a_customer_whose_calendar_ends_can_say_no_while_the_claim_is_held_or_out_of_reach() {
    for status in [Status::Notifying, Status::Unreachable, Status::OnHold] {
        let no = customer_ends(link(), now());
        let claim = after(in_status(status), &decline(&[]), &no);
        assert_eq!(claim.status(), Status::Declined, "{status:?}");
    }
}

#[test]
fn only_a_longer_window_is_refused_because_a_calendar_ends() {
    for world in [partner_ends, operator_ends, customer_ends] {
        for moment in [now(), at("2027-06-01T09:00:00Z"), at("2041-06-03T09:00:00Z")] {
            for status in Status::ALL.iter().copied() {
                for kind in CommandKind::ALL {
                    let Some((command, actor)) = of_kind(*kind) else { continue };
                    let decided = decide(Some(&in_status(status)), &command, &world(actor, moment));
                    let outside = decided == Err(Rejection::OutsideCalendar);
                    assert!(!outside || *kind == CommandKind::Extend, "{kind:?} in {status:?}");
                }
            }
        }
    }
}

#[test]
fn a_customer_gets_no_more_time_than_the_calendar_has() {
    let claim = in_status(Status::AwaitingCustomer);
    let extend = Command::Extend { closes_on: None };
    let decided = decide(Some(&claim), &extend, &customer_ends(administrator(), now()));
    assert_eq!(decided, Err(Rejection::OutsideCalendar));
}

#[test]
fn silence_has_its_outcome_in_every_state_wherever_and_whenever_a_calendar_ends() {
    for world in [partner_ends, operator_ends, customer_ends] {
        for status in Status::ALL.iter().copied() {
            let late = world(Actor::System, at("2041-06-03T09:00:00Z"));
            let silent = decide(Some(&in_status(status)), &Command::DeadlinePassed, &late);
            assert!(silent.is_ok(), "{status:?}: {silent:?}");
        }
    }
}

#[test]
fn weekdays_are_counted_from_the_day_after_and_saturday_and_sunday_never() {
    let colombo = Zone::Known("Asia/Colombo".parse().unwrap());
    for offset in 0..14 {
        let from = now() + Duration::days(offset);
        for days in 1..12 {
            let end = weekdays_after(from, days, &colombo);
            let zone = "Asia/Colombo".parse::<domain::calendar::Tz>().unwrap();
            let (first, after) = (zone.date(from), zone.date(end));
            let is_counted = |weekday| !matches!(weekday, Weekday::Sat | Weekday::Sun);
            let between = first.iter_days().skip(1).take_while(|date| *date < after);
            let counted = between.filter(|date| is_counted(date.weekday())).count();
            assert_eq!(u32::try_from(counted).unwrap(), days);
            assert!(is_counted(after.pred_opt().unwrap().weekday()), "it ends with a counted day");
        }
    }
}

#[test]
fn weekdays_in_an_unknown_zone_take_the_latest_and_a_day_that_never_was_is_not_counted() {
    let country: CountryCode = "US".parse().unwrap();
    // Still Thursday in Honolulu, so Friday and Monday count there. Midnight of Friday in Los Angeles: Monday
    // and Tuesday do, and Wednesday begins later than in New York.
    let end = weekdays_after(at("2041-03-08T08:00:00Z"), 2, &Zone::AnyOf(country));
    assert_eq!(end, at("2041-03-13T07:00:00Z"));
    // Samoa had no Friday 30 December 2011.
    let apia = Zone::Known("Pacific/Apia".parse().unwrap());
    let end = weekdays_after(at("2011-12-29T12:00:00Z"), 1, &apia);
    assert_eq!(end, at("2012-01-02T10:00:00Z"));
}

#[test]
fn the_id_of_weekdays_is_no_countrys() {
    let id = CalendarId::weekdays();
    assert_eq!((id.as_str(), id.country(), id.is_current(0)), ("weekdays", None, false));
}

#[test]
fn a_window_that_a_recount_leads_out_of_the_data_is_held() {
    let claim = in_status(Status::AwaitingCustomer);
    let State::AwaitingCustomer { window } = &claim.state else { panic!() };
    let days = window.counted.iter().map(|date| domain::calendar::Exception {
        date: *date,
        name: "Day of mourning".to_owned(),
        subdivision: None,
    });
    let mut context = customer_ends(Actor::System, now());
    let customer = context.places.customer.as_mut().unwrap();
    customer.calendar = customer.calendar.clone().with_exceptions(1, days.collect::<Vec<_>>());
    assert_eq!(after(claim.clone(), &Command::Recount, &context).status(), Status::OnHold);
}
