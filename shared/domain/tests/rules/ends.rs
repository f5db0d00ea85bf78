//! What a deadline is where the years of a calendar end (`docs/domain.md §4`, 7): Sri Lanka's with 2026,
//! Ireland's and Czechia's with 2040.

use std::collections::BTreeSet;

use chrono::{Datelike, Duration, Weekday};
use domain::actor::Actor;
use domain::calendar::{CalendarId, CountryCode, Zone, weekdays_after};
use domain::claim::{Claim, HoldReason, State, Status};
use domain::command::{ClaimInput, Command, CommandKind, DirectoryLoss};
use domain::context::{Context, LocalCalendar, LocalCalendars, Rival, RivalStatus};
use domain::event::{Event, EventBody, EventType, FailureCause, NoticeChange};
use domain::ids::{ItemNo, NoticeNo};
use domain::program::Policy;
use domain::rejection::Rejection;

use crate::given::*;
use crate::table::{of_kind, prepared};

/// Wednesday 2026-12-30: one business day before Sri Lanka's data end, and within the window of V1.
pub(crate) fn now() -> Instant {
    at("2026-12-30T09:00:00Z")
}

/// Five business days by Ireland's calendar: 31, 4, 5, 6, 7. The day after begins in Colombo.
const BY_THE_OPERATORS: &str = "2027-01-07T18:30:00Z";

/// Five days from Monday to Friday: 31, 1, 4, 5, 6. The day after begins in Colombo.
const BY_WEEKDAYS: &str = "2027-01-06T18:30:00Z";

/// The second verified contact of the directory.
const OTHER: &str = "ota@contoso.example";

fn lanka() -> LocalCalendar {
    place("LK", "Asia/Colombo")
}

/// Where the parties count their days.
pub(crate) type World = fn() -> LocalCalendars;

/// Everybody counts by a calendar that goes on.
pub(crate) fn nothing_ends() -> LocalCalendars {
    context(Actor::System, now()).places
}

/// A partner in Sri Lanka, the operator in Ireland, the customer in Germany.
fn partner_ends() -> LocalCalendars {
    let customer = Some(place("DE", "Europe/Berlin"));
    LocalCalendars { partner: Some(lanka()), customer, ..nothing_ends() }
}

/// The same, with the operator in Sri Lanka, too.
fn operator_ends() -> LocalCalendars {
    LocalCalendars { operator: lanka(), ..partner_ends() }
}

/// A partner in Germany, the operator in Ireland, the customer in Sri Lanka.
fn customer_ends() -> LocalCalendars {
    LocalCalendars { customer: Some(lanka()), ..nothing_ends() }
}

/// What the rules may look at for the next command, in that world.
fn known(given: &Given, actor: Actor, at: Instant, world: World) -> Context {
    Context { places: world(), ..given.context(actor, at) }
}

fn decided(
    given: &Given,
    command: &Command,
    actor: Actor,
    at: Instant,
    world: World,
) -> Result<Option<Event>, Rejection> {
    given.decided(command, &known(given, actor, at, world))
}

/// The claim after a command that is given now, in that world.
fn after(given: Given, command: &Command, actor: Actor, world: World) -> Given {
    let event = decided(&given, command, actor, now(), world).unwrap().expect("an event");
    given.evolved(event)
}

/// Until when the claim's state runs, in that calendar, as its explanation has it.
fn counted(claim: &Claim) -> (Option<Instant>, Option<String>) {
    let explanation = claim.explain_state(&Policy::default(), claim.last_event.at);
    let calendar = explanation.facts.into_iter().find(|fact| fact.name == "calendar");
    let named = claim.deadline_calendar.as_ref().map(ToString::to_string);
    assert_eq!(calendar.map(|fact| fact.value), named);
    (claim.state.counted_until(), named)
}

fn by_the_operators() -> (Option<Instant>, Option<String>) {
    let calendar = nothing_ends().operator.calendar.id().to_string();
    (Some(at(BY_THE_OPERATORS)), Some(calendar))
}

fn by_weekdays(until: &str) -> (Option<Instant>, Option<String>) {
    (Some(at(until)), Some("weekdays".to_owned()))
}

fn request() -> Command {
    let Command::Reject { reasons } = reject() else { panic!() };
    Command::RequestInformation { reasons }
}

fn command(kind: CommandKind) -> Command {
    of_kind(kind).expect("a command").0
}

/// A way to a deadline: what is given, the command, whose it is, its event, and where it leads.
pub(crate) type Way = (Given, Command, Actor, EventType, Status);

/// The claim at the way's end, in that world.
pub(crate) fn step((given, command, actor, made, to): Way, world: World) -> Claim {
    let claim = after(given, &command, actor, world).claim;
    assert_eq!((claim.last_event.event_type, claim.status()), (made, to), "{command:?}");
    claim
}

/// What the assertions say of a way.
pub(crate) fn told((given, command, _, made, _): &Way) -> String {
    format!("{command:?} in {:?}: {made:?}", given.status())
}

/// The same where the directory has one more verified contact, whom nobody has asked yet.
fn with_another(given: Given) -> Given {
    let verified: Vec<_> =
        given.tenant.contacts.iter().map(|own| own.email.as_str().to_owned()).collect();
    let verified: Vec<_> = verified.iter().map(String::as_str).chain([OTHER]).collect();
    Given { tenant: tenant_with(&verified), ..given }
}

/// The same where the directory has no verified contact any more.
fn without_any(given: Given) -> Given {
    Given { tenant: tenant_with(&[]), ..given }
}

/// Everything is declined, by the administrator.
fn declined(given: Given) -> Given {
    given.then(&decline(&[]), administrator(), delivered_at())
}

/// The notice has failed at the first verified contact, and nothing is done about it yet.
fn failed(given: Given, cause: FailureCause) -> Given {
    given.noted_failure(FIRST, now(), cause)
}

fn bounced(given: Given) -> Given {
    failed(given, FailureCause::Bounce)
}

/// The partner proposes a contact whom nobody has verified.
fn proposed() -> Given {
    let propose = command(CommandKind::CorrectContact);
    given_in(Status::Unreachable).then(&propose, alpine(), delivered_at())
}

/// The window is open by the first of two contacts, and the provider refuses to write to the second.
fn suppressed_beside() -> Given {
    let given = Given::awaiting_of(&["it@contoso.example", OTHER]);
    given.noted_failure(SECOND, delivered_at(), FailureCause::Suppressed)
}

/// The ways on which the recipient whose delivery counts is lost, each with its event.
fn losses(given: fn(Status) -> Given) -> Vec<(Given, Command, Actor, EventType)> {
    use Status::{AwaitingCustomer, Notifying};
    let undone = bounced(declined(given(AwaitingCustomer)));
    vec![
        (given(Notifying), Command::WrongContact, link(), EventType::ContactRefused),
        (given(AwaitingCustomer), Command::WrongContact, link(), EventType::ContactRefused),
        (given(Notifying), retire(FIRST), administrator(), EventType::LinkRetired),
        (given(AwaitingCustomer), retire(FIRST), operator(), EventType::LinkRetired),
        (undone, undo(&[]), administrator(), EventType::DeclineUndone),
    ]
}

/// The ways on which the provider's reports, their absence, or the directory lose it.
fn failures(given: fn(Status) -> Given) -> Vec<(Given, Command, Actor)> {
    use Status::{AwaitingCustomer, Notifying};
    vec![
        (bounced(given(Notifying)), reports(1), Actor::System),
        (given(Notifying), Command::DeadlinePassed, Actor::System),
        (bounced(given(AwaitingCustomer)), reports(1), Actor::System),
    ]
}

/// Each way to a deadline of the partner's.
pub(crate) fn partners() -> Vec<Way> {
    use Status::{ActionRequired, AwaitingCustomer, Draft, InReview, Notifying, OnHold, Submitted};
    let (refuse, unverified) =
        (command(CommandKind::RefuseContact), Command::Vanish(DirectoryLoss::Contacts));
    let requested = EventType::InformationRequested;
    let refused = EventType::ContactProposalRefused;
    let nobody = |status| without_any(given_in(status));
    let mut ways = vec![
        (given_in(Submitted), Command::Recall, alpine(), EventType::Recalled, Draft),
        (given_in(InReview), request(), reviewer(), requested, ActionRequired),
        (proposed(), refuse, operator(), refused, Status::Unreachable),
    ];
    let mut failing = failures(given_in);
    failing.extend([
        (nobody(Notifying), unverified.clone(), Actor::System),
        (nobody(AwaitingCustomer), unverified, Actor::System),
        (nobody(OnHold), Command::Resume, operator()),
    ]);
    for (given, command, actor) in failing {
        ways.push((given, command, actor, EventType::NoticeFailed, Status::Unreachable));
    }
    for (given, command, actor, made) in losses(given_in) {
        ways.push((given, command, actor, made, Status::Unreachable));
    }
    ways
}

/// Each way to a deadline of the operator's, where there are five days.
pub(crate) fn reviews() -> Vec<Way> {
    use Status::{
        ActionRequired, AwaitingCustomer, Disputed, Draft, InReview, Notifying, Rejected,
        Submitted, Unreachable,
    };
    let respond = Command::Respond { comment: None };
    let dispute = Command::Dispute { comment: comment() };
    let overturn = Command::Overturn { comment: comment() };
    let propose = command(CommandKind::CorrectContact);
    let suppressed = |status| failed(given_in(status), FailureCause::Suppressed);
    let again = failed(declined(given_in(AwaitingCustomer)), FailureCause::Suppressed);
    let (answered, fallen) = (EventType::InformationAnswered, EventType::DisputeOverturned);
    let (system, lost) = (|| Actor::System, EventType::NoticeFailed);
    let (refused, retired) = (EventType::ContactRefused, EventType::LinkRetired);
    vec![
        (given_in(Draft), Command::Submit(None), alpine(), EventType::Submitted, Submitted),
        (given_in(Submitted), Command::BeginReview, reviewer(), EventType::ReviewBegun, InReview),
        (given_in(ActionRequired), respond, alpine(), answered, InReview),
        (given_in(Rejected), dispute, alpine(), EventType::Disputed, Disputed),
        (given_in(Disputed), overturn, operator(), fallen, InReview),
        (given_in(Unreachable), propose, alpine(), EventType::ContactProposed, Unreachable),
        (suppressed(Notifying), reports(1), system(), lost, Unreachable),
        (suppressed(AwaitingCustomer), reports(1), system(), lost, Unreachable),
        (suppressed_beside(), Command::WrongContact, link(), refused, Unreachable),
        (suppressed_beside(), retire(FIRST), administrator(), retired, Unreachable),
        (again, undo(&[]), administrator(), EventType::DeclineUndone, Unreachable),
    ]
}

/// Each way to a notice, for whose delivery there are two days of the operator's.
pub(crate) fn deliveries() -> Vec<Way> {
    use Status::{InReview, Notifying, OnHold, Unreachable};
    let another = |status| with_another(given_in(status));
    let correct = || command(CommandKind::CorrectContact);
    let corrected = EventType::ContactCorrected;
    let validate = command(CommandKind::Validate);
    let mut ways = vec![
        (given_in(InReview), validate, reviewer(), EventType::Validated, Notifying),
        (given_in(OnHold), Command::Resume, operator(), EventType::Resumed, Notifying),
        (another(Unreachable), correct(), alpine(), corrected, Notifying),
        (another(Unreachable), correct(), operator(), corrected, Notifying),
    ];
    for (given, command, actor) in failures(given_in) {
        let made = EventType::RecipientFailed;
        ways.push((with_another(given), command, actor, made, Notifying));
    }
    for (given, command, actor, made) in losses(given_in) {
        ways.push((with_another(given), command, actor, made, Notifying));
    }
    ways
}

/// Each way to a deadline of the operator's or the system's.
fn operators() -> Vec<Way> {
    [reviews(), deliveries()].concat()
}

#[test]
fn where_the_partners_calendar_ends_each_of_its_deadlines_is_by_the_operators_and_in_its_zone() {
    for way in partners() {
        let told = told(&way);
        assert_eq!(counted(&step(way, partner_ends)), by_the_operators(), "{told}");
    }
}

#[test]
fn where_the_operators_ends_too_the_partners_deadlines_are_counted_from_monday_to_friday() {
    for way in partners() {
        let told = told(&way);
        assert_eq!(counted(&step(way, operator_ends)), by_weekdays(BY_WEEKDAYS), "{told}");
    }
}

#[test]
fn where_the_operators_calendar_ends_its_deadlines_are_counted_from_monday_to_friday() {
    for way in operators() {
        let told = told(&way);
        // A delivery has two days: 31 and 1.
        let until = if way.4 == Status::Notifying { "2027-01-01T18:30:00Z" } else { BY_WEEKDAYS };
        assert_eq!(counted(&step(way, operator_ends)), by_weekdays(until), "{told}");
    }
}

#[test]
fn a_partners_calendar_that_ends_does_not_touch_the_operators_deadlines() {
    for way in operators() {
        let told = told(&way);
        // In Dublin: 31, 4, 5, 6, 7.
        let days = if way.4 == Status::Notifying { "2027-01-05" } else { "2027-01-08" };
        let until = at(&format!("{days}T00:00:00Z"));
        assert_eq!(counted(&step(way, partner_ends)), (Some(until), None), "{told}");
    }
}

#[test]
fn a_way_to_the_partners_deadline_makes_it_the_partners_turn_and_the_others_do_not() {
    use domain::turn::Who;
    let turn = |way| step(way, partner_ends).state.whose_turn();
    for way in partners() {
        let told = told(&way);
        assert_eq!(turn(way), Who::Partner, "{told}");
    }
    for way in reviews() {
        let told = told(&way);
        assert_eq!(turn(way), Who::Operator, "{told}");
    }
    for way in deliveries() {
        let told = told(&way);
        assert_eq!(turn(way), Who::System, "{told}");
    }
}

#[test]
fn every_event_that_sets_a_deadline_of_partner_or_operator_is_on_a_way() {
    let tried: BTreeSet<_> = partners().iter().chain(&operators()).map(|way| way.3).collect();
    let mut setting = BTreeSet::new();
    for status in Status::ALL.iter().copied() {
        for kind in CommandKind::ALL {
            let Some((command, actor)) = of_kind(*kind) else { continue };
            let given = prepared(given_in(status), *kind);
            let Ok(Some(event)) = decided(&given, &command, actor, now(), nothing_ends) else {
                continue;
            };
            if event.body.deadline().is_some() {
                setting.insert(event.body.event_type());
            }
        }
    }
    let untried: Vec<_> = setting.difference(&tried).collect();
    assert!(untried.is_empty(), "{untried:?}");
}

#[test]
fn a_claim_can_be_submitted_after_the_operators_calendar_has_ended() {
    let context = Context { places: operator_ends(), ..context(alpine(), now()) };
    let given = Given::begun(created(&submit(&input(), &[]), &context).unwrap());
    assert_eq!(counted(&given.claim), by_weekdays(BY_WEEKDAYS));
}

#[test]
fn a_deadline_that_the_partys_own_calendar_can_count_names_no_other() {
    for way in [partners(), operators()].concat() {
        let told = told(&way);
        let claim = step(way, nothing_ends);
        assert!(claim.state.counted_until().is_some(), "{told}");
        assert_eq!(claim.deadline_calendar, None, "{told}");
    }
}

/// A claim on an item that a partner in Sri Lanka holds.
fn held_in_lanka(world: World) -> Claim {
    let given = given_in(Status::Submitted);
    let mut context = known(&given, reviewer(), now(), world);
    context.facts.rivals = vec![Rival {
        item: ItemNo(2),
        claim: id(),
        rival_item: ItemNo(1),
        standing: RivalStatus::Active,
        defence: None,
        held_since: None,
        place: Some(lanka()),
    }];
    let event = given.decided(&Command::BeginReview, &context).unwrap().expect("an event");
    given.evolved(event).claim
}

#[test]
fn a_holder_whose_calendar_ends_has_its_time_to_defend_by_the_operators_or_from_monday_to_friday() {
    assert_eq!(held_in_lanka(nothing_ends).defence_until, Some(at(BY_THE_OPERATORS)));
    assert_eq!(held_in_lanka(operator_ends).defence_until, Some(at(BY_WEEKDAYS)));
}

#[test]
fn the_calendar_is_named_as_long_as_the_deadline_runs() {
    let recalled = after(given_in(Status::Submitted), &Command::Recall, alpine(), partner_ends);
    let input = ClaimInput { label: Some(name("Renewal")), ..ClaimInput::of(&recalled.claim) };
    let edited = after(recalled, &Command::Edit(Box::new(input)), alpine(), partner_ends);
    let kept = "a recalled draft keeps its priority date";
    assert_eq!(counted(&edited.claim), by_the_operators(), "{kept}");
    let submitted = after(edited, &Command::Submit(None), alpine(), partner_ends);
    assert_eq!(submitted.claim.deadline_calendar, None, "the operator's own can count");

    let notified = || after(given_in(Status::OnHold), &Command::Resume, operator(), operator_ends);
    let partly = after(notified(), &decline(&[1]), administrator(), operator_ends);
    assert_eq!(counted(&partly.claim), by_weekdays("2027-01-01T18:30:00Z"));
    let delivered = notified().noted_delivery(FIRST, now());
    let delivered = after(delivered, &reports(2), Actor::System, operator_ends);
    assert_eq!(delivered.status(), Status::AwaitingCustomer);
    assert_eq!(counted(&delivered.claim), (None, None), "the window names its own");
    let held = after(notified(), &hold(), operator(), operator_ends);
    assert_eq!(counted(&held.claim), (None, None));

    let unreachable = after(bounced(Given::awaiting()), &reports(1), Actor::System, partner_ends);
    let vouched = Command::Vouch { comment: Some(comment()) };
    let vouched = after(unreachable, &vouched, operator(), partner_ends);
    assert_eq!(counted(&vouched.claim), by_the_operators(), "vouching gives no more time");
    let propose = command(CommandKind::CorrectContact);
    let proposed = after(vouched, &propose, alpine(), partner_ends);
    assert_eq!(proposed.claim.deadline_calendar, None, "it is the operator's turn");
}

#[test]
fn a_late_review_has_no_deadline_and_names_no_calendar() {
    for way in reviews() {
        let (told, to) = (told(&way), way.4);
        let given = after(way.0, &way.1, way.2, operator_ends);
        let late = at("2027-02-01T00:00:00Z");
        let event = decided(&given, &Command::DeadlinePassed, Actor::System, late, operator_ends);
        let claim = given.evolved(event.unwrap().expect("an event")).claim;
        assert_eq!(claim.last_event.event_type, EventType::ReviewOverdue, "{told}");
        assert_eq!((claim.status(), counted(&claim)), (to, (None, None)), "{told}");
    }
}

/// Held by the system, because the calendar ends.
fn is_held_at_the_end(claim: &Claim) -> bool {
    claim.state == State::OnHold { reason: Some(HoldReason::CalendarEnds) }
}

#[test]
fn a_customers_window_is_never_guessed_the_claim_is_held() {
    let delivered = given_in(Status::Notifying).noted_delivery(FIRST, now());
    let claim = after(delivered, &reports(1), Actor::System, customer_ends).claim;
    assert!(is_held_at_the_end(&claim), "{:?}", claim.state);
    assert_eq!(counted(&claim), (None, None));
}

/// The window is open by the first of two contacts, and the second has had the notice since today.
fn delivered_to_both() -> Given {
    let given = Given::awaiting_of(&["it@contoso.example", OTHER]);
    given.noted_delivery(SECOND, now())
}

/// The ways on which the window is counted from another delivery.
fn recounts() -> [(Given, Command, Actor); 5] {
    let unverified = Given { tenant: tenant_with(&[OTHER]), ..delivered_to_both() };
    [
        (bounced(delivered_to_both()), reports(1), Actor::System),
        (unverified, Command::Vanish(DirectoryLoss::Contacts), Actor::System),
        (delivered_to_both(), Command::WrongContact, link()),
        (delivered_to_both(), retire(FIRST), administrator()),
        (bounced(declined(delivered_to_both())), undo(&[]), administrator()),
    ]
}

#[test]
fn a_window_that_another_delivery_leads_out_of_the_data_is_held() {
    for (given, command, actor) in recounts() {
        let longer = after(given.clone(), &command, actor.clone(), nothing_ends);
        assert_eq!(longer.claim.opened_by, Some(SECOND), "{command:?}");
        assert!(longer.closes_at() > Some(closes_at()), "{command:?}");
        let held = after(given, &command, actor, customer_ends);
        assert!(is_held_at_the_end(&held.claim), "{command:?}: {:?}", held.claim.state);
        assert_eq!(held.claim.opened_by, None, "{command:?}");
        assert_eq!(held.list().told_until, Some(closes_at()), "{command:?}");
    }
}

#[test]
fn the_event_of_a_window_that_cannot_be_counted_again_says_why_it_is_held() {
    const ENDS: HoldReason = HoldReason::CalendarEnds;
    for (given, command, actor) in recounts() {
        let event = decided(&given, &command, actor, now(), customer_ends).unwrap();
        let body = event.expect("an event").body;
        let says_why = matches!(
            body,
            EventBody::Held { reason: Some(ENDS) }
                | EventBody::ContactRefused { change: NoticeChange::Held { reason: ENDS }, .. }
                | EventBody::LinkRetired { change: NoticeChange::Held { reason: ENDS }, .. }
                | EventBody::DeclineUndone { change: NoticeChange::Held { reason: ENDS }, .. }
        );
        assert!(says_why, "{body:?}");
    }
}

/// The commands after which a notice is mailed that asks the customer anew, and the one that proposes whom.
fn asking() -> [(Given, Command, Actor); 5] {
    let correct = || command(CommandKind::CorrectContact);
    let another = || with_another(given_in(Status::Unreachable));
    [
        (given_in(Status::InReview), command(CommandKind::Validate), reviewer()),
        (given_in(Status::OnHold), Command::Resume, operator()),
        (another(), correct(), alpine()),
        (another(), correct(), operator()),
        (given_in(Status::Unreachable), correct(), alpine()),
    ]
}

#[test]
fn nobody_is_asked_while_a_window_delivered_today_could_not_be_counted() {
    for (given, command, actor) in asking() {
        let (status, kind) = (given.status(), command.kind());
        let refused = Err(Rejection::InvalidState { status, command: kind, possible: Vec::new() });
        let asked =
            |at| without_possible(decided(&given, &command, actor.clone(), at, customer_ends));
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
            let given = given_in(status);
            for actor in [administrator(), link(), old_link(1)] {
                let no = |world| decided(&given, &decline(&[]), actor.clone(), now(), world);
                assert_eq!(no(world), no(nothing_ends), "{status:?}");
                let notified = given.claim.notice > NoticeNo(0);
                assert_eq!(no(world).is_ok(), notified, "{status:?}");
            }
        }
    }
}

#[test]
fn a_customer_whose_calendar_ends_can_say_no_while_the_claim_is_held_or_out_of_reach() {
    for status in [Status::Notifying, Status::Unreachable, Status::OnHold] {
        let declined = after(given_in(status), &decline(&[]), link(), customer_ends);
        assert_eq!(declined.status(), Status::Declined, "{status:?}");
    }
}

#[test]
fn only_a_longer_window_is_refused_because_a_calendar_ends() {
    for world in [partner_ends, operator_ends, customer_ends] {
        for moment in [now(), at("2027-06-01T09:00:00Z"), at("2041-06-03T09:00:00Z")] {
            for status in Status::ALL.iter().copied() {
                for kind in CommandKind::ALL {
                    let Some((command, actor)) = of_kind(*kind) else { continue };
                    let given = prepared(given_in(status), *kind);
                    let decided = decided(&given, &command, actor, moment, world);
                    let outside = decided == Err(Rejection::OutsideCalendar);
                    assert!(!outside || *kind == CommandKind::Extend, "{kind:?} in {status:?}");
                }
            }
        }
    }
}

#[test]
fn a_customer_gets_no_more_time_than_the_calendar_has() {
    let extend = Command::Extend { closes_on: None };
    for actor in [administrator(), link()] {
        let decided = decided(&Given::awaiting(), &extend, actor, now(), customer_ends);
        assert_eq!(decided, Err(Rejection::OutsideCalendar));
    }
}

#[test]
fn a_no_stays_where_the_day_that_an_undo_needs_is_not_in_the_calendar() {
    let (last_day, undo) = (at("2026-12-31T09:00:00Z"), undo(&[]));
    for actor in [administrator(), link()] {
        let given = Given::awaiting().then(&decline(&[]), actor.clone(), delivered_at());
        let decided = |at, world| decided(&given, &undo, actor.clone(), at, world);
        assert!(is_invalid_state(&decided(last_day, customer_ends)));
        assert!(decided(last_day, nothing_ends).unwrap().is_some());
        assert!(decided(now(), customer_ends).unwrap().is_some(), "the 31st is the day");
    }
}

#[test]
fn silence_has_its_outcome_in_every_state_wherever_and_whenever_a_calendar_ends() {
    for world in [partner_ends, operator_ends, customer_ends] {
        for status in Status::ALL.iter().copied() {
            let (given, late) = (given_in(status), at("2041-06-03T09:00:00Z"));
            let silent = decided(&given, &Command::DeadlinePassed, Actor::System, late, world);
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
            let (first, after) = (zone.local_date(from), zone.local_date(end));
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
    assert_eq!((id.as_str(), id.country(), id.data_version()), ("weekdays", None, ""));
}

#[test]
fn a_window_that_a_recount_leads_out_of_the_data_is_held() {
    let given = given_in(Status::AwaitingCustomer);
    let State::AwaitingCustomer { window } = &given.claim.state else { panic!() };
    let days = window.counted.iter().map(|date| domain::calendar::Exception {
        date: *date,
        name: "Day of mourning".to_owned(),
        subdivision: None,
    });
    let mut context = known(&given, Actor::System, now(), customer_ends);
    let customer = context.places.customer.as_mut().unwrap();
    customer.calendar = customer.calendar.clone().with_exceptions(1, days.collect::<Vec<_>>());
    let event = given.decided(&Command::Recount, &context).unwrap().expect("an event");
    let held = given.evolved(event);
    assert!(is_held_at_the_end(&held.claim), "{:?}", held.claim.state);
    assert_eq!(held.list().told_until, Some(closes_at()));
}

#[test]
fn a_declined_claim_stays_declined_where_a_recount_leads_out_of_the_data() {
    let given = declined(given_in(Status::AwaitingCustomer));
    let window = given.claim.state.window().unwrap();
    let days = window.counted.iter().map(|date| domain::calendar::Exception {
        date: *date,
        name: "Day of mourning".to_owned(),
        subdivision: None,
    });
    let mut context = known(&given, Actor::System, now(), customer_ends);
    let customer = context.places.customer.as_mut().unwrap();
    customer.calendar = customer.calendar.clone().with_exceptions(1, days.collect::<Vec<_>>());
    assert_eq!(given.decided(&Command::Recount, &context), Ok(None));
}

#[test]
fn a_notice_that_reached_nobody_is_no_other_notice_where_its_window_could_not_be_counted() {
    for (given, command, actor) in failures(given_in) {
        let held = after(with_another(given), &command, actor, customer_ends);
        assert!(is_held_at_the_end(&held.claim), "{command:?}: {:?}", held.claim.state);
    }
}
