//! Whose days each deadline is counted in (`docs/domain.md §4.1`, 8), where every party rests on other days: the
//! operator in Ireland on Saturday and Sunday, the partner in Egypt on Friday and Saturday, the customer in Iran
//! on Thursday and Friday, and those who hold the item in Saudi Arabia and in Nepal.

use chrono::Duration;
use domain::actor::Actor;
use domain::calendar::Exception;
use domain::claim::{Claim, Defence, State, Status};
use domain::command::{ClaimInput, Command};
use domain::context::{Context, LocalCalendar, LocalCalendars, Rival, RivalStatus};
use domain::event::Event;
use domain::ids::ItemNo;
use domain::program::Policy;
use domain::rejection::{FieldCode, FieldError, Rejection};

use crate::ends::{Way, deliveries, now, partners, reviews, step, told};
use crate::given::*;

/// Five of the partner's days after Wednesday 30 December: 31, 3, 4, 5, 6. The next day begins in Cairo.
const FIVE_OF_THE_PARTNERS: &str = "2027-01-06T22:00:00Z";

/// Five of the operator's: 31, 4, 5, 6, 7. The next day begins in Dublin.
const FIVE_OF_THE_OPERATORS: &str = "2027-01-08T00:00:00Z";

/// Two of the operator's: 31 and 4.
const TWO_OF_THE_OPERATORS: &str = "2027-01-05T00:00:00Z";

/// Five of the customer's: 2, 3, 4, 9, 10; the 6th is a holiday by estimate, with the days beside it. The next day
/// begins in Tehran.
const FIVE_OF_THE_CUSTOMERS: &str = "2027-01-10T20:30:00Z";

/// Five of the holder's in Saudi Arabia: 31, 3, 4, 5, 6. The next day begins in Riyadh.
const FIVE_OF_THE_HOLDERS: &str = "2027-01-06T21:00:00Z";

/// Everybody rests on other days.
fn far_apart() -> LocalCalendars {
    LocalCalendars {
        operator: place("IE", "Europe/Dublin"),
        partner: Some(place("EG", "Africa/Cairo")),
        customer: Some(place("IR", "Asia/Tehran")),
        customer_at_end: None,
    }
}

fn known(given: &Given, actor: Actor, at: Instant) -> Context {
    Context { places: far_apart(), ..given.context(actor, at) }
}

fn decided(
    given: &Given,
    command: &Command,
    actor: Actor,
    at: Instant,
) -> Result<Option<Event>, Rejection> {
    given.decided(command, &known(given, actor, at))
}

fn after(given: Given, command: &Command, actor: Actor, at: Instant) -> Given {
    let event = decided(&given, command, actor, at).unwrap().expect("an event");
    given.evolved(event)
}

/// Until when the state at the way's end runs; it was counted in the party's own calendar.
fn until(way: Way) -> Option<Instant> {
    let claim = step(way, far_apart);
    assert_eq!(claim.deadline_calendar, None);
    claim.state.counted_until()
}

/// The window that is delivered on 30 December.
fn awaiting() -> Given {
    let given = Given::notifying().noted_delivery(FIRST, now());
    after(given, &reports(1), Actor::System, now())
}

#[test]
fn every_deadline_of_the_partner_is_counted_in_the_partners_days() {
    for way in partners() {
        let told = told(&way);
        assert_eq!(until(way), Some(at(FIVE_OF_THE_PARTNERS)), "{told}");
    }
}

#[test]
fn every_deadline_of_a_review_is_counted_in_the_operators_days() {
    for way in reviews() {
        let told = told(&way);
        assert_eq!(until(way), Some(at(FIVE_OF_THE_OPERATORS)), "{told}");
    }
}

#[test]
fn the_time_for_a_proof_of_delivery_is_counted_in_the_operators_days() {
    for way in deliveries() {
        let told = told(&way);
        assert_eq!(until(way), Some(at(TWO_OF_THE_OPERATORS)), "{told}");
    }
}

#[test]
fn the_window_is_counted_in_the_customers_days() {
    assert_eq!(awaiting().closes_at(), Some(at(FIVE_OF_THE_CUSTOMERS)));
}

#[test]
fn a_window_that_is_counted_from_another_delivery_is_counted_in_the_customers_days() {
    let given = Given::notifying_to(&["it@contoso.example", "ciso@contoso.example"])
        .noted_delivery(FIRST, now());
    let given = after(given, &reports(1), Actor::System, now());
    // Delivered on Saturday 2 January: 3, 4, 9, 10, 11.
    let second = at("2027-01-02T09:00:00Z");
    let given = given.noted_delivery(SECOND, second);
    let given = after(given, &Command::WrongContact, link(), second);
    assert_eq!(given.closes_at(), Some(at("2027-01-11T20:30:00Z")));
    assert_eq!(given.claim.opened_by, Some(SECOND));
}

#[test]
fn the_customers_extension_is_counted_in_the_customers_days() {
    let more = Command::Extend { closes_on: None };
    let given = after(awaiting(), &more, administrator(), now());
    // 11, 12, 13, 16, 17.
    assert_eq!(given.closes_at(), Some(at("2027-01-17T20:30:00Z")));
}

#[test]
fn the_operator_extends_to_a_day_on_which_the_customer_works() {
    let to = |date: &str| Command::Extend { closes_on: Some(date.parse().unwrap()) };
    let given = awaiting();
    for thursday_and_friday in ["2027-01-14", "2027-01-15"] {
        let refused = decided(&given, &to(thursday_and_friday), operator(), now());
        let expected = FieldError::new("/closes_on", FieldCode::NotABusinessDay);
        assert_eq!(refused, Err(Rejection::Fields(vec![expected])), "{thursday_and_friday}");
    }
    for (saturday_or_sunday, end) in
        [("2027-01-16", "2027-01-16T20:30:00Z"), ("2027-01-17", "2027-01-17T20:30:00Z")]
    {
        let longer = after(given.clone(), &to(saturday_or_sunday), operator(), now());
        assert_eq!(longer.closes_at(), Some(at(end)));
    }
}

#[test]
fn an_undo_keeps_a_business_day_of_the_customers() {
    let last_day = at("2027-01-10T09:00:00Z");
    let given = after(awaiting(), &decline(&[1]), link(), now());
    let given = after(given, &undo(&[1]), link(), last_day);
    assert_eq!(given.closes_at(), Some(at("2027-01-11T20:30:00Z")));
}

#[test]
fn a_window_is_counted_again_by_what_is_announced_in_the_customers_country() {
    let given = awaiting();
    let with_holiday = |own: &LocalCalendar| {
        let date = "2027-01-10".parse().unwrap();
        let added = Exception { date, name: "Day of mourning".to_owned(), subdivision: None };
        LocalCalendar { calendar: own.calendar.clone().with_exceptions(1, [added]), ..own.clone() }
    };
    let mut elsewhere = known(&given, Actor::System, now());
    elsewhere.places.operator = with_holiday(&elsewhere.places.operator);
    elsewhere.places.partner = elsewhere.places.partner.as_ref().map(with_holiday);
    assert_eq!(given.decided(&Command::Recount, &elsewhere), Ok(None));
    let mut at_home = known(&given, Actor::System, now());
    at_home.places.customer = at_home.places.customer.as_ref().map(with_holiday);
    let event = given.decided(&Command::Recount, &at_home).unwrap().unwrap();
    assert_eq!(given.evolved(event).closes_at(), Some(at("2027-01-11T20:30:00Z")));
}

#[test]
fn a_term_is_counted_in_the_customers_months() {
    let given =
        Given { policy: Policy { term_months: Some(1), ..Policy::default() }, ..awaiting() };
    let end = at(FIVE_OF_THE_CUSTOMERS) + Duration::minutes(2);
    let given = after(given, &Command::DeadlinePassed, Actor::System, end);
    assert_eq!(given.status(), Status::Associated);
    // 11 January to 11 February, midnight in Tehran.
    assert_eq!(given.claim.deadline(), Some(at("2027-02-10T20:30:00Z")));
}

/// The 30th in Cairo and in Tehran, the 29th in Dublin.
fn late_evening() -> Instant {
    at("2026-12-29T22:30:00Z")
}

#[test]
fn idle_days_and_the_time_to_dispute_end_in_the_partners_zone() {
    let given = Given::submitted();
    let recalled = after(given, &Command::Recall, alpine(), late_evening());
    // The 90th day after 30 December is 30 March.
    let State::Draft { discard_at, .. } = recalled.claim.state else { panic!() };
    assert_eq!(discard_at, at("2027-03-30T22:00:00Z"));
    let rejected = after(Given::in_review(), &reject(), reviewer(), late_evening());
    // The 30th is 29 January.
    assert_eq!(rejected.claim.state.runs_until(), Some(at("2027-01-29T22:00:00Z")));
}

#[test]
fn evidence_is_acknowledged_by_the_partners_date() {
    let mut tomorrow = input();
    for entry in tomorrow.evidence.iter_mut().flatten() {
        entry.acknowledged_on = "2026-12-30".parse().unwrap();
    }
    let submitted = |at| {
        let context = Context { places: far_apart(), ..context(alpine(), at) };
        created(&submit(&tomorrow, &[]), &context)
    };
    // Tomorrow is today in Tehran from 20:30 UTC on, in Cairo from 22:00 on, in Dublin from midnight on.
    let expected = FieldError::new("/evidence/0/acknowledged_on", FieldCode::InTheFuture);
    let early = submitted(at("2026-12-29T21:59:59.999Z"));
    assert_eq!(early, Err(Rejection::Fields(vec![expected])));
    assert!(submitted(at("2026-12-29T22:00:00Z")).is_ok());
}

#[test]
fn a_notice_is_late_for_its_missing_reports_by_the_operators_days() {
    // Two of the operator's days after the delivery of 30 December: 31 and 4.
    let asked_again = |at| {
        let given = Given::notifying_to(&["it@contoso.example", "ciso@contoso.example"])
            .noted_delivery(FIRST, now());
        let given = after(given, &reports(1), Actor::System, now());
        let given = after(given, &Command::WrongContact, link(), at);
        given.status()
    };
    let due = at(TWO_OF_THE_OPERATORS);
    let before = due - Duration::milliseconds(1);
    assert_eq!(asked_again(before), Status::Notifying, "the report may still come");
    assert_eq!(asked_again(due), Status::Unreachable, "it did not come in time");
}

// The holder's

/// Somebody who holds the second item, since that moment.
fn holder(country: &str, zone: &str, held_since: Instant, defence: Option<Defence>) -> Rival {
    Rival {
        item: ItemNo(2),
        claim: id(),
        rival_item: ItemNo(1),
        standing: RivalStatus::Active,
        defence,
        held_since: Some(held_since),
        place: Some(place(country, zone)),
    }
}

fn in_riyadh(held_since: Instant, defence: Option<Defence>) -> Rival {
    holder("SA", "Asia/Riyadh", held_since, defence)
}

fn in_kathmandu(held_since: Instant, defence: Option<Defence>) -> Rival {
    holder("NP", "Asia/Kathmandu", held_since, defence)
}

#[expect(clippy::unnecessary_wraps, reason = "as a rival has it")]
fn asked(until: Instant) -> Option<Defence> {
    Some(Defence { until, used: false })
}

/// Long before the newcomer.
fn long_ago() -> Instant {
    at("2026-06-01T09:00:00Z")
}

/// The claim in review, with those who hold its item.
fn begun_beside(given: Given, rivals: Vec<Rival>, at: Instant) -> Given {
    let mut context = known(&given, reviewer(), at);
    context.facts.rivals = rivals;
    let event = given.decided(&Command::BeginReview, &context).unwrap().unwrap();
    given.evolved(event)
}

/// Whether the operator may validate beside those who hold the item.
fn is_heard(claim: &Claim, rivals: Vec<Rival>, at: Instant) -> bool {
    let mut context = known(&Given::submitted(), operator(), at);
    context.facts.rivals = rivals;
    let grounds = Command::Validate { drop: vec![], comment: Some(comment()) };
    match domain::decide(Some(claim), &grounds, &context) {
        Ok(event) => event.is_some(),
        refused => {
            assert!(is_invalid_state(&refused), "{refused:?}");
            false
        }
    }
}

#[test]
fn a_defence_is_counted_in_the_holders_days_and_the_latest_of_several_counts() {
    let until = |rivals| begun_beside(Given::submitted(), rivals, now()).claim.defence_until;
    // In Nepal: 31, 1, 4, 5, 6.
    let nepal = Some(at("2027-01-06T18:15:00Z"));
    let arabia = Some(at(FIVE_OF_THE_HOLDERS));
    let (first, second) = (|| in_riyadh(long_ago(), None), || in_kathmandu(long_ago(), None));
    assert_eq!(until(vec![first()]), arabia);
    assert_eq!(until(vec![second()]), nepal);
    assert_eq!(until(vec![first(), second()]), arabia);
    assert_eq!(until(vec![second(), first()]), arabia);
}

#[test]
fn a_holder_whose_own_days_have_passed_is_heard_though_nobodys_else_have() {
    let given = begun_beside(Given::submitted(), vec![in_riyadh(long_ago(), None)], now());
    let until = at(FIVE_OF_THE_HOLDERS);
    let rivals = || vec![in_riyadh(long_ago(), asked(until))];
    assert!(!is_heard(&given.claim, rivals(), until - Duration::milliseconds(1)));
    assert!(is_heard(&given.claim, rivals(), until), "before the operator's and the partner's");
}

#[test]
fn who_came_to_hold_the_item_shortly_before_has_a_full_defence_by_its_own_days() {
    // Held since Tuesday 29 December, 22:00 UTC: Wednesday in Riyadh, so 31, 3, 4, 5, 6 and the 6th at 21:00 UTC,
    // the very end of the newcomer's; in Dublin it would be 30, 31, 4, 5, 6. Held a day later, it ends later.
    let given = begun_beside(Given::submitted(), vec![in_riyadh(long_ago(), None)], now());
    let until = at(FIVE_OF_THE_HOLDERS);
    let later = asked(until + Duration::days(20));
    let same_day = at("2026-12-29T22:00:00Z");
    assert!(is_heard(&given.claim, vec![in_riyadh(same_day, later)], until));
    let next_day = at("2026-12-30T21:00:00Z");
    assert!(!is_heard(&given.claim, vec![in_riyadh(next_day, later)], until));
}

#[test]
fn of_three_partners_at_one_item_each_holder_has_its_own_time() {
    // The newcomer has asked the first holder, whose time has passed.
    let first = || in_riyadh(long_ago(), None);
    let given = begun_beside(Given::submitted(), vec![first()], now());
    let heard_first = given.claim.defence_until.unwrap();
    assert_eq!(heard_first, at(FIVE_OF_THE_HOLDERS));
    // Then the first has left, and another holds the item whom nobody has asked.
    let since = at("2027-01-05T09:00:00Z");
    let unasked = || in_kathmandu(since, None);
    assert!(!is_heard(&given.claim, vec![unasked()], heard_first));
    // A third partner asks it on 6 January: 7, 8, 12, 13, 14 in Nepal, where the 11th is a holiday.
    let asked_by_third = at("2027-01-14T18:15:00Z");
    let second = || in_kathmandu(since, asked(asked_by_third));
    assert!(!is_heard(&given.claim, vec![second()], heard_first), "its time runs");
    assert!(!is_heard(&given.claim, vec![second()], asked_by_third - Duration::milliseconds(1)));
    assert!(is_heard(&given.claim, vec![second()], asked_by_third));
    let used = Some(Defence { until: asked_by_third, used: true });
    assert!(is_heard(&given.claim, vec![in_kathmandu(since, used)], heard_first), "it answered");
    // The newcomer begins once more and asks the second itself; then the later of its two times is the claim's.
    let again = begun_beside(given, vec![unasked()], at("2027-01-06T09:00:00Z"));
    assert_eq!(again.claim.defence_until, Some(asked_by_third));
    // Both hold an item: each is heard, or none is.
    let both =
        |defence| vec![in_riyadh(long_ago(), asked(heard_first)), in_kathmandu(since, defence)];
    assert!(!is_heard(&again.claim, both(asked(asked_by_third)), heard_first));
    assert!(is_heard(&again.claim, both(asked(asked_by_third)), asked_by_third));
}

#[test]
fn a_holder_that_was_asked_is_not_asked_once_more_by_the_same_claim() {
    let given = begun_beside(Given::submitted(), vec![in_riyadh(long_ago(), None)], now());
    let mut context = known(&given, reviewer(), now() + Duration::days(1));
    context.facts.rivals = vec![in_riyadh(long_ago(), asked(at(FIVE_OF_THE_HOLDERS)))];
    let again = given.decided(&Command::BeginReview, &context);
    assert!(is_invalid_state(&again), "{again:?}");
    // Nor does one that only waits for the item make the review begin once more.
    for standing in [RivalStatus::Next, RivalStatus::Open] {
        context.facts.rivals = vec![Rival { standing, ..in_kathmandu(long_ago(), None) }];
        assert!(is_invalid_state(&given.decided(&Command::BeginReview, &context)), "{standing:?}");
    }
}

#[test]
fn an_edit_counts_the_partners_date_of_its_moment() {
    let Command::Reject { reasons } = reject() else { panic!() };
    let request = Command::RequestInformation { reasons };
    let asked = Given::in_review().then(&request, reviewer(), delivered_at());
    let mut edited = ClaimInput::of(&asked.claim);
    for entry in edited.evidence.iter_mut().flatten() {
        entry.acknowledged_on = "2026-12-30".parse().unwrap();
    }
    let edit = Command::Edit(Box::new(edited));
    let expected = FieldError::new("/evidence/0/acknowledged_on", FieldCode::InTheFuture);
    let early = decided(&asked, &edit, alpine(), at("2026-12-29T21:59:59.999Z"));
    assert_eq!(early, Err(Rejection::Fields(vec![expected])));
    assert!(decided(&asked, &edit, alpine(), at("2026-12-29T22:00:00Z")).unwrap().is_some());
}
