//! Who is asked, and whose delivery counts (`docs/domain.md §5.1`, `§5.3`).

use chrono::{Duration, NaiveDate};
use domain::actor::{Actor, StaffRole};
use domain::claim::{ExtensionCause, State, Status};
use domain::command::{ClaimInput, Command};
use domain::context::LocalCalendar;
use domain::decide::select_first_list;
use domain::event::{EventBody, EventType, FailureCause, NoticeChange};
use domain::ids::{NoticeNo, StaffId};
use domain::program::{Policy, Vouching};
use domain::reason::{EndReason, ReasonCode};
use domain::recipient::{Authority, MAX_RECIPIENTS, RecipientList, RecipientNo, RecipientStanding};
use domain::rejection::{FieldCode, FieldError, Rejection};
use domain::rules::RuleContact;
use domain::text::Email;
use domain::turn::Who;

use crate::given::*;

const TWO: [&str; 2] = ["it@contoso.example", "ciso@contoso.example"];

const FOUR: [&str; 4] = [
    "it@contoso.example",
    "ciso@contoso.example",
    "audit@contoso.example",
    "board@holding.example",
];

/// The contact in reserve, where two verified contacts are asked beside the claim's own.
const RESERVE: RecipientNo = RecipientNo(4);

fn later() -> Instant {
    delivered_at() + Duration::hours(1)
}

/// A claim whose partner names that contact, in review.
fn in_review_for(email: &str, tenant: domain::directory::Tenant) -> Given {
    let input = ClaimInput { customer_contact: Some(contact(email)), ..input() };
    let mut context = context(alpine(), submitted_at());
    context.facts.tenant = Some(tenant.clone());
    let event = created(&submit(&input, &[]), &context).unwrap();
    let submitted = Given { tenant, ..Given::begun(event) };
    submitted.then(&Command::BeginReview, reviewer(), submitted_at())
}

fn validate() -> Command {
    Command::Validate { drop: vec![], comment: None }
}

fn vouch() -> Command {
    Command::Vouch { comment: Some(comment()) }
}

fn correct(email: &str) -> Command {
    Command::CorrectContact { contact: contact(email), comment: None }
}

fn unreachable_contact<T>() -> Result<T, Rejection> {
    let error = FieldError::new("/customer_contact/email", FieldCode::CustomerUnreachable);
    Err(Rejection::Fields(vec![error]))
}

fn listed(list: &RecipientList) -> Vec<(&str, &str, &str)> {
    let shown = list.recipients.iter();
    shown.map(|own| (own.email.as_str(), own.authority.as_str(), own.standing.as_str())).collect()
}

// R1

#[test]
fn r1_a_notice_goes_to_the_contact_and_to_two_verified_ones_of_which_one_is_at_no_own_domain() {
    let given = Given::notifying_to(&FOUR);
    let expected = [
        ("jana@contoso.example", "domain", "asked"),
        ("it@contoso.example", "verified", "asked"),
        ("board@holding.example", "verified", "asked"),
        ("ciso@contoso.example", "verified", "reserve"),
    ];
    assert_eq!(listed(given.list()), expected);
    let numbers: Vec<_> = given.list().recipients.iter().map(|own| own.no.0).collect();
    assert_eq!(numbers, [1, 2, 3, 4]);
    let asked: Vec<_> = given.list().recipients.iter().map(|own| own.asked_at.is_some()).collect();
    assert_eq!(asked, [true, true, true, false]);
}

#[test]
fn r1_where_only_one_verified_contact_is_known_it_is_asked_alone_beside_the_claims() {
    let given = Given::notifying();
    assert_eq!(
        given.emails(RecipientStanding::Asked),
        ["jana@contoso.example", "it@contoso.example"]
    );
    assert_eq!(given.emails(RecipientStanding::Reserve), [""; 0]);
}

#[test]
fn r1_the_standing_rules_name_more_people_and_each_address_gets_one_mail_with_its_highest_authority()
 {
    let rule =
        |email: &str| RuleContact { name: name("CISO"), email: Email::parse(email).unwrap() };
    let mut tenant = tenant_with(&FOUR);
    tenant.rules.contacts = vec![rule("legal@law.example"), rule("JANA@contoso.example")];
    let given = in_review_for("jana@contoso.example", tenant);
    let given = given.then(&validate(), reviewer(), submitted_at());
    let expected = [
        ("jana@contoso.example", "verified", "asked"),
        ("legal@law.example", "verified", "asked"),
        ("it@contoso.example", "verified", "asked"),
        ("board@holding.example", "verified", "asked"),
        ("ciso@contoso.example", "verified", "reserve"),
    ];
    assert_eq!(listed(given.list()), expected);
}

#[test]
fn r1_two_verified_contacts_are_asked_beside_a_contact_that_is_verified_itself() {
    let given = in_review_for("IT@contoso.example", tenant_with(&FOUR));
    let given = given.then(&validate(), reviewer(), submitted_at());
    let expected = ["IT@contoso.example", "ciso@contoso.example", "board@holding.example"];
    assert_eq!(given.emails(RecipientStanding::Asked), expected);
    assert_eq!(given.emails(RecipientStanding::Reserve), ["audit@contoso.example"]);
}

#[test]
fn r1_an_outside_contact_is_on_the_list_without_a_link_and_its_delivery_opens_nothing() {
    let given = in_review_for("ceo@elsewhere.example", tenant());
    let given = given.then(&validate(), reviewer(), submitted_at());
    let outside = given.list().get(RecipientNo(1)).unwrap();
    assert_eq!((outside.authority, outside.has_link()), (Authority::Outside, false));
    let given = given.delivered(RecipientNo(1), delivered_at());
    assert_eq!(given.status(), Status::Notifying);
}

#[test]
fn r1_whoever_failed_in_the_claim_is_not_asked_again() {
    let given = Given::notifying_to(&FOUR);
    let given = given.failed(FIRST, delivered_at()).failed(SECOND, delivered_at());
    assert_eq!((given.status(), given.claim.notice), (Status::Notifying, NoticeNo(2)));
    let asked = ["jana@contoso.example", "ciso@contoso.example", "audit@contoso.example"];
    assert_eq!(given.emails(RecipientStanding::Asked), asked);
    let failed = given.emails(RecipientStanding::Failed);
    assert_eq!(failed, ["it@contoso.example", "board@holding.example"]);
}

#[test]
fn the_list_that_staff_see_before_the_first_notice_is_the_one_that_validate_makes() {
    let given = Given::in_review_at(tenant_with(&FOUR));
    let seen = select_first_list(&given.claim, &given.tenant, submitted_at()).unwrap();
    let made = given.then(&validate(), reviewer(), submitted_at());
    assert_eq!(seen.recipients, made.list().recipients);
    assert_eq!(made.list().acted.len(), 1, "and that who validated acted on the claim");
}

// R3

#[test]
fn r3_the_first_delivery_to_a_verified_recipient_opens_the_window_of_v1() {
    let given = Given::notifying_to(&TWO).delivered(DOMAIN, delivered_at() - Duration::hours(2));
    assert_eq!(given.status(), Status::Notifying, "a recipient of the domain opens nothing");
    let given = given.delivered(SECOND, delivered_at());
    assert_eq!((given.closes_at(), given.claim.opened_by), (Some(closes_at()), Some(SECOND)));
    assert_eq!(given.claim.deadline(), Some(closes_at()));
    let second = given.clone().delivered(FIRST, later());
    assert_eq!(second.claim, given.claim, "a second delivery moves nothing");
}

#[test]
fn r3_of_two_deliveries_that_were_noted_together_the_earlier_counts() {
    let given = Given::notifying_to(&TWO).noted_delivery(FIRST, later());
    let given = given.noted_delivery(SECOND, delivered_at()).reports_applied(later());
    assert_eq!((given.closes_at(), given.claim.opened_by), (Some(closes_at()), Some(SECOND)));
}

#[test]
fn r3_no_report_is_no_delivery_and_a_delivery_that_failed_is_none() {
    let given = Given::notifying_to(&TWO);
    assert_eq!(given.when(&reports(1), Actor::System, delivered_at()), Ok(None));
    let given = given.noted_delivery(FIRST, delivered_at());
    let given = given.failed(FIRST, delivered_at());
    assert_eq!(given.status(), Status::Notifying);
}

#[test]
fn r3_reports_of_an_earlier_notice_change_nothing() {
    let given = Given::notifying_to(&FOUR).failed(FIRST, delivered_at());
    let given = given.failed(SECOND, delivered_at()).noted_delivery(RESERVE, later());
    assert_eq!(given.when(&reports(1), Actor::System, later()), Ok(None));
    assert_eq!(given.reports_applied(later()).status(), Status::AwaitingCustomer);
}

#[test]
fn r3_when_the_counted_delivery_fails_the_window_is_counted_from_the_next_one_in_prague() {
    let given = Given::awaiting_of(&TWO).delivered(SECOND, at("2026-12-28T09:00:00Z"));
    assert_eq!(given.closes_at(), Some(closes_at()));
    let bounced = at("2026-12-29T08:00:00Z");
    let given = given.failed(FIRST, bounced);
    assert_eq!(given.closes_at(), Some(at("2027-01-05T23:00:00Z")));
    assert_eq!(given.claim.opened_by, Some(SECOND));
    assert!(given.claim.extended_by.contains(ExtensionCause::Delivery));
    assert_eq!(given.claim.last_event.event_type, EventType::WindowExtended);
    assert_eq!(given.status(), Status::AwaitingCustomer);
}

#[test]
fn r3_a_failure_of_another_recipient_changes_nothing() {
    let given = Given::awaiting_of(&TWO).delivered(SECOND, later());
    for (other, at) in [(SECOND, later()), (DOMAIN, later()), (RESERVE, later())] {
        let after = given.clone().failed(other, at);
        assert_eq!(after.claim, given.claim, "{other:?}");
    }
}

#[test]
fn r3_a_count_from_a_later_delivery_of_the_same_day_keeps_the_end_and_names_the_recipient() {
    let given = Given::awaiting_of(&TWO).delivered(SECOND, later()).failed(FIRST, later());
    assert_eq!((given.closes_at(), given.claim.opened_by), (Some(closes_at()), Some(SECOND)));
    assert_eq!(given.claim.last_event.event_type, EventType::RecipientFailed);
    assert!(!given.claim.extended_by.contains(ExtensionCause::Delivery));
}

#[test]
fn r3_a_window_that_was_made_longer_is_not_made_shorter_by_another_count() {
    let far = Command::Extend { closes_on: Some("2027-02-01".parse().unwrap()) };
    let given = Given::awaiting_of(&TWO).delivered(SECOND, later());
    let given = given.then(&far, operator(), later()).failed(FIRST, later());
    assert_eq!(given.closes_at(), Some(at("2027-02-01T23:00:00Z")));
    assert_eq!(given.claim.opened_by, Some(SECOND));
}

#[test]
fn r3_a_decision_that_came_through_the_notice_does_not_hide_a_failure() {
    // B2: neither of a link nor of the administrator.
    for actor in [link(), administrator()] {
        let given = Given::awaiting().then(&decline(&[1]), actor, delivered_at());
        let given = given.failed(FIRST, later());
        assert_eq!(given.status(), Status::Unreachable);
        assert_eq!(given.items(), ["declined", "pending", "pending"]);
    }
    let undone = Given::awaiting().then(&decline(&[1]), link(), delivered_at());
    let undone = undone.then(&undo(&[1]), link(), later()).failed(FIRST, later());
    assert_eq!(undone.status(), Status::Unreachable);
}

#[test]
fn r3_the_window_does_not_leave_the_years_of_the_calendar() {
    let beyond = at("2099-06-01T10:00:00Z");
    let given = Given::notifying().delivered(FIRST, beyond);
    assert_eq!(
        given.claim.state,
        State::OnHold { reason: Some(domain::claim::HoldReason::CalendarEnds) }
    );
    let given = Given::awaiting_of(&TWO).noted_delivery(SECOND, beyond);
    let given = given.failed(FIRST, later());
    assert_eq!(
        given.claim.state,
        State::OnHold { reason: Some(domain::claim::HoldReason::CalendarEnds) }
    );
}

// R3a

#[test]
fn r3a_a_failure_stamped_before_the_end_and_processed_after_the_close_ends_what_silence_made() {
    let given = Given::awaiting().then(&decline(&[3]), link(), later());
    let given = given.closed();
    assert_eq!(given.items(), ["active", "active", "declined"]);
    let stamped = closes_at() - Duration::milliseconds(1);
    let given = given.noted_failure(FIRST, stamped, FailureCause::Bounce);
    let given = given.reports_applied(after_grace() + Duration::days(1));
    assert_eq!(given.items(), ["ended", "ended", "declined"]);
    let EventBody::AssociationEnded { reason, .. } = &given.events.last().unwrap().body else {
        panic!()
    };
    assert_eq!(*reason, EndReason::NoticeFailed);
    let blocked = domain::effects::newly_blocked(None, &given.claim);
    assert_eq!(blocked, [domain::ids::ItemNo(3)], "silence that fell blocks nobody");
    assert_eq!(given.when(&reports(1), Actor::System, after_grace()), Ok(None), "once");
}

#[test]
fn r3a_a_later_stamp_changes_nothing() {
    let given = Given::associated();
    let after = given.clone().failed(FIRST, closes_at());
    assert_eq!(after.claim, given.claim);
}

#[test]
fn r3a_another_delivery_that_stood_for_a_full_window_carries_the_associations() {
    let stamped = closes_at() - Duration::milliseconds(1);
    let given = Given::awaiting_of(&TWO).delivered(SECOND, later()).closed();
    let given = given.failed(FIRST, stamped);
    assert_eq!(given.items(), ["active"; 3]);
    let given = given.failed(SECOND, stamped);
    assert_eq!(given.items(), ["ended"; 3], "until that one fails too");
    let short = Given::awaiting_of(&TWO).delivered(SECOND, at("2026-12-28T09:00:00Z")).closed();
    assert_eq!(short.failed(FIRST, stamped).items(), ["ended"; 3]);
}

#[test]
fn r3a_a_full_window_is_counted_by_the_days_that_the_window_had() {
    let stamped = closes_at() - Duration::milliseconds(1);
    let given = Given::awaiting_of(&TWO).delivered(SECOND, later()).closed();
    let given = given.noted_failure(FIRST, stamped, FailureCause::Bounce);
    let mut context = given.context(Actor::System, after_grace() + Duration::days(3));
    let place = context.places.customer.take().unwrap();
    let closed = NaiveDate::from_ymd_opt(2026, 12, 28).unwrap();
    let calendar = place.calendar.with_closures([closed]);
    context.places.customer = Some(LocalCalendar { calendar, ..place });
    assert_eq!(given.decided(&reports(1), &context), Ok(None), "a day off that came later");
}

#[test]
fn r3a_what_somebody_said_yes_to_stays() {
    let accept = Command::Accept { items: these(&[1]) };
    let given = Given::awaiting().then(&accept, administrator(), later()).closed();
    let given = given.failed(FIRST, later());
    assert_eq!(given.items(), ["active", "ended", "ended"]);
}

// R4

#[test]
fn r4_a_tenant_without_a_verified_contact_can_be_claimed_once_the_operator_vouches() {
    let given = Given::in_review_at(tenant_with(&[]));
    assert_eq!(given.when(&validate(), reviewer(), later()), Err(Rejection::ContactUnverified));
    let given = given.then(&vouch(), operator(), later());
    assert!(given.claim.details.has_vouched_contact());
    assert_eq!(given.when(&vouch(), operator(), later()), Ok(None), "once");
    let given = given.then(&validate(), reviewer(), later());
    let expected = [("jana@contoso.example", "verified", "asked")];
    assert_eq!(listed(given.list()), expected);
    let given = given.delivered(DOMAIN, later());
    assert_eq!((given.status(), given.claim.opened_by), (Status::AwaitingCustomer, Some(DOMAIN)));
}

#[test]
fn r4_vouching_is_bound_to_the_address() {
    let mut given = Given::in_review_at(tenant_with(&[])).then(&vouch(), operator(), later());
    given.claim.details.customer_contact = Some(contact("other@contoso.example"));
    assert!(!given.claim.details.has_vouched_contact());
    assert_eq!(given.when(&validate(), reviewer(), later()), Err(Rejection::ContactUnverified));
}

#[test]
fn r4_only_an_operator_vouches_with_a_comment_and_where_the_policy_allows_it() {
    let given = Given::in_review_at(tenant_with(&[]));
    assert_eq!(given.when(&vouch(), reviewer(), later()), Err(Rejection::RoleNotAllowed));
    let silent = given.when(&Command::Vouch { comment: None }, operator(), later());
    let required = FieldError::new("/comment", FieldCode::Required);
    assert_eq!(silent, Err(Rejection::Fields(vec![required])));
    let policy = Policy { vouching: Vouching::Never, ..Policy::default() };
    let never = Given { policy, ..given };
    assert!(is_invalid_state(&never.when(&vouch(), operator(), later())));
}

#[test]
fn r4_a_contact_outside_the_tenant_cannot_be_vouched_for_and_a_verified_one_need_not_be() {
    let outside = in_review_for("ceo@elsewhere.example", tenant());
    let email = FieldError::new("/customer_contact/email", FieldCode::CustomerUnreachable);
    let refused = outside.when(&vouch(), operator(), later());
    assert_eq!(refused, Err(Rejection::Fields(vec![email.of_claim()])));
    let verified = in_review_for("it@contoso.example", tenant());
    assert_eq!(verified.when(&vouch(), operator(), later()), Ok(None));
}

#[test]
fn r4_where_nobody_can_be_reached_submit_says_so() {
    let submitted = |email: &str, vouching| {
        let input = ClaimInput { customer_contact: Some(contact(email)), ..input() };
        let mut context = context(alpine(), submitted_at());
        context.facts.tenant = Some(tenant_with(&[]));
        context.policy.vouching = vouching;
        created(&submit(&input, &[]), &context).map(|_| ())
    };
    assert_eq!(submitted("jana@contoso.example", Vouching::Allowed), Ok(()));
    assert_eq!(submitted("jana@contoso.example", Vouching::Never), unreachable_contact());
    assert_eq!(submitted("ceo@elsewhere.example", Vouching::Allowed), unreachable_contact());
}

// R5

/// Nobody is left who could be asked; it is the partner's turn.
fn unreachable() -> Given {
    let given = Given::awaiting().failed(FIRST, delivered_at());
    assert_eq!(
        (given.status(), given.claim.state.whose_turn()),
        (Status::Unreachable, Who::Partner)
    );
    given
}

#[test]
fn r5_a_contact_of_the_partners_is_proposed_and_nothing_is_mailed() {
    let given = unreachable();
    let partners = given.claim.deadline();
    // Five of the partner's days after Tuesday, 22 December in Berlin, where the 24th is one: 23, 24, 28, 29, 30.
    assert_eq!(partners, Some(at("2026-12-30T23:00:00Z")));
    let given = given.then(&correct("ota@contoso.example"), alpine(), later());
    assert_eq!(
        (given.status(), given.claim.state.whose_turn()),
        (Status::Unreachable, Who::Operator)
    );
    assert_eq!(given.claim.notice, NoticeNo(1), "no notice is due");
    // Five of the operator's in Dublin: 23, 24, 28, 29, 30.
    let due = at("2026-12-31T00:00:00Z");
    assert_eq!(given.claim.deadline(), Some(due));
    assert!(is_invalid_state(&given.when(&correct("x@contoso.example"), alpine(), later())));
    let given = given.then(&Command::DeadlinePassed, Actor::System, due);
    assert_eq!(given.claim.last_event.event_type, EventType::ReviewOverdue);
    assert_eq!((given.status(), given.claim.deadline()), (Status::Unreachable, None));
    let far = due + Duration::days(400);
    assert_eq!(given.when(&Command::DeadlinePassed, Actor::System, far), Ok(None), "once");
}

#[test]
fn r5_a_contact_that_belongs_to_nobody_of_the_tenant_is_not_even_proposed() {
    let refused = unreachable().when(&correct("ceo@elsewhere.example"), alpine(), later());
    assert_eq!(refused, unreachable_contact());
}

#[test]
fn r5_the_operator_answers_with_a_contact_that_is_verified_or_vouched_for() {
    let proposed = unreachable().then(&correct("ota@contoso.example"), alpine(), later());
    let unverified = proposed.when(&correct("ota@contoso.example"), operator(), later());
    assert_eq!(unverified, Err(Rejection::ContactUnverified));
    let vouched = proposed.then(&vouch(), operator(), later());
    assert!(vouched.claim.details.proposed_contact.is_some());
    let other = vouched.when(&correct("other@contoso.example"), operator(), later());
    assert_eq!(other, Err(Rejection::ContactUnverified), "bound to the address");
    // Who vouched does not also bring the claim to the contact.
    let another =
        Actor::Staff { id: StaffId::parse("another").unwrap(), role: StaffRole::Operator };
    let given = vouched.then(&correct("ota@contoso.example"), another, later());
    assert_eq!((given.status(), given.claim.notice), (Status::Notifying, NoticeNo(2)));
    assert_eq!(given.claim.details.proposed_contact, None);
    assert_eq!(given.emails(RecipientStanding::Asked), ["ota@contoso.example"]);
    let outside = unreachable().when(&correct("ceo@elsewhere.example"), operator(), later());
    assert_eq!(outside, unreachable_contact());
}

#[test]
fn r5_the_operator_refuses_a_proposed_contact_twice_at_most_and_then_rejects() {
    let refuse = Command::RefuseContact { comment: Some(comment()) };
    let mut given = unreachable();
    assert!(is_invalid_state(&given.when(&refuse, operator(), later())), "nothing is proposed");
    for round in 0..2 {
        let moment = later() + Duration::days(round);
        given = given.then(&correct("ota@contoso.example"), alpine(), moment);
        given = given.then(&refuse, operator(), moment);
        assert_eq!(
            (given.status(), given.claim.state.whose_turn()),
            (Status::Unreachable, Who::Partner)
        );
        assert_eq!(given.claim.details.proposed_contact, None);
    }
    // Refused on Wednesday, 23 December: 24, 28, 29, 30 and 31 in Berlin, a full deadline.
    assert_eq!(given.claim.deadline(), Some(at("2026-12-31T23:00:00Z")));
    let given = given.then(&correct("ota@contoso.example"), alpine(), later());
    assert!(is_invalid_state(&given.when(&refuse, operator(), later())));
    assert_eq!(given.then(&reject(), reviewer(), later()).status(), Status::Rejected);
}

#[test]
fn r5_an_address_that_is_verified_and_has_not_failed_needs_no_operator() {
    let mut given = unreachable();
    given.tenant = tenant_with(&["it@contoso.example", "new@contoso.example"]);
    let failed = given.clone().then(&correct("it@contoso.example"), alpine(), later());
    assert_eq!(failed.claim.state.whose_turn(), Who::Operator, "one that failed is proposed");
    let given = given.then(&correct("new@contoso.example"), alpine(), later());
    assert_eq!((given.status(), given.claim.notice), (Status::Notifying, NoticeNo(2)));
    assert_eq!(given.standing(FIRST), RecipientStanding::Failed);
}

#[test]
fn r5_an_unreachable_claim_that_the_partner_leaves_is_rejected() {
    let given = unreachable();
    let due = given.claim.deadline().unwrap();
    let given = given.then(&Command::DeadlinePassed, Actor::System, due);
    assert_eq!(given.status(), Status::Rejected);
    assert_eq!(given.claim.state.reasons().first().unwrap().code, ReasonCode::CustomerUnreachable);
}

// R6: refusal, failure, retirement and a deadline that passes are one rule.

/// The claim after a recipient's part in the notice has ended.
type Ending = fn(Given, RecipientNo) -> Given;

/// What ends a recipient's part in the notice.
fn ends() -> Vec<(&'static str, Ending)> {
    vec![
        ("refusal", |given, no| {
            let notice = given.claim.notice.0;
            given.then(&Command::WrongContact, link_of(notice, no), later())
        }),
        ("retirement", |given, no| given.then(&retire(no), operator(), later())),
        ("retirement by the customer", |given, no| {
            given.then(&retire(no), administrator(), later())
        }),
        ("failure", |given, no| given.failed(no, later())),
        ("complaint", |given, no| given.failed_by(no, later(), FailureCause::Complaint)),
    ]
}

#[test]
fn r6_where_a_verified_delivery_stands_the_window_is_counted_from_it() {
    for (cause, end) in ends() {
        let given = Given::awaiting_of(&TWO).delivered(SECOND, at("2026-12-28T09:00:00Z"));
        let given = end(given, FIRST);
        assert_eq!(given.closes_at(), Some(at("2027-01-05T23:00:00Z")), "{cause}");
        assert_eq!(given.claim.opened_by, Some(SECOND), "{cause}");
        assert!(given.claim.extended_by.contains(ExtensionCause::Delivery), "{cause}");
    }
}

#[test]
fn r6_else_a_new_notice_goes_to_who_has_not_failed_refused_or_been_retired() {
    for (cause, end) in ends() {
        let given = end(Given::awaiting_of(&FOUR), FIRST);
        assert_eq!(
            (given.status(), given.claim.notice),
            (Status::Notifying, NoticeNo(2)),
            "{cause}"
        );
        assert_eq!(given.claim.opened_by, None, "{cause}: the window is void");
        let asked = ["jana@contoso.example", "board@holding.example", "ciso@contoso.example"];
        assert_eq!(
            given.emails(RecipientStanding::Asked),
            asked,
            "{cause}: reports may still come"
        );
        assert!(given.emails(RecipientStanding::Unreported).is_empty(), "{cause}");
        // Two of the operator's days in Dublin: 23 and 24.
        assert_eq!(given.claim.deadline(), Some(at("2026-12-25T00:00:00Z")), "{cause}");
    }
}

#[test]
fn r6_who_stayed_without_report_until_it_was_due_is_not_asked_again() {
    // Two of the operator's days after the first delivery: 23 and 24.
    let due = at("2026-12-25T00:00:00Z");
    let given = Given::awaiting_of(&FOUR).failed(FIRST, due - Duration::milliseconds(1));
    assert!(given.emails(RecipientStanding::Unreported).is_empty());
    let given = Given::awaiting_of(&FOUR).failed(FIRST, due);
    assert_eq!((given.status(), given.claim.notice), (Status::Notifying, NoticeNo(2)));
    let asked = ["ciso@contoso.example", "audit@contoso.example"];
    assert_eq!(given.emails(RecipientStanding::Asked), asked);
    let unreported = ["jana@contoso.example", "board@holding.example"];
    assert_eq!(given.emails(RecipientStanding::Unreported), unreported);
}

#[test]
fn r6_whose_mail_the_mail_service_never_took_was_not_asked_and_is_asked_again() {
    let given = Given::notifying_to(&TWO).unsent(FIRST).unsent(SECOND);
    let due = given.claim.deadline().unwrap();
    let given = given.then(&Command::DeadlinePassed, Actor::System, due);
    assert_eq!((given.status(), given.claim.notice), (Status::Notifying, NoticeNo(2)));
    let asked = given.emails(RecipientStanding::Asked);
    assert_eq!(asked, TWO, "the mail to the claim's contact was sent");
}

#[test]
fn r6_where_no_mail_is_taken_the_same_are_asked_by_five_new_notices_and_then_a_person_looks() {
    let mut given = Given::notifying_to(&TWO);
    let first = given.emails(RecipientStanding::Asked).join(" ");
    for notice in 1..=6_u16 {
        assert_eq!((given.status(), given.claim.notice), (Status::Notifying, NoticeNo(notice)));
        assert_eq!(given.emails(RecipientStanding::Asked).join(" "), first);
        assert_eq!(u16::from(given.claim.used.renewals), notice - 1);
        let asked: Vec<_> = given.list().recipients.iter().map(|own| own.no).collect();
        given = asked.into_iter().fold(given, Given::unsent);
        let due = given.claim.deadline().unwrap();
        given = given.then(&Command::DeadlinePassed, Actor::System, due);
        assert!(given.claim.last_event.by_silence && given.claim.state.window().is_none());
    }
    assert_eq!((given.status(), given.claim.used.renewals), (Status::Unreachable, 5));
    assert_eq!(given.claim.state.whose_turn(), Who::Partner);
    let unreported = given.emails(RecipientStanding::Unreported);
    assert!(unreported.is_empty(), "nobody stayed without a report: {unreported:?}");
}

#[test]
fn r6_a_delivery_to_a_contact_that_is_not_verified_any_more_holds_up_no_deadline() {
    let mut given = Given::notifying_to(&TWO).noted_delivery(SECOND, delivered_at());
    let due = given.claim.deadline().unwrap();
    let left = given.emails(RecipientStanding::Asked)[0].to_owned();
    given.tenant = tenant_with(&[&left]);
    let given = given.then(&Command::DeadlinePassed, Actor::System, due);
    assert!(given.claim.state.window().is_none(), "{:?}", given.claim.state);
    assert_ne!(given.claim.deadline(), Some(due), "silence ends: {:?}", given.claim.state);
}

#[test]
fn r6_a_delivery_that_is_noted_opens_the_window_though_its_deadline_has_passed() {
    let given = Given::notifying_to(&TWO).noted_delivery(SECOND, delivered_at());
    let given = given.then(&Command::DeadlinePassed, Actor::System, at("2026-12-28T09:00:00Z"));
    assert_eq!(given.claim.opened_by, Some(SECOND));
    assert_eq!((given.status(), given.claim.notice), (Status::AwaitingCustomer, NoticeNo(1)));
    assert_eq!(given.closes_at(), Some(closes_at()));
}

#[test]
fn r6_else_the_customer_is_unreachable() {
    for (cause, end) in ends() {
        let given = end(Given::awaiting(), FIRST);
        assert_eq!(given.status(), Status::Unreachable, "{cause}");
        assert_eq!(given.claim.state.whose_turn(), Who::Partner, "{cause}");
    }
}

#[test]
fn r6_while_another_may_still_be_delivered_a_notice_on_its_way_stays() {
    for (cause, end) in ends() {
        let given = end(Given::notifying_to(&TWO), FIRST);
        assert_eq!(
            (given.status(), given.claim.notice),
            (Status::Notifying, NoticeNo(1)),
            "{cause}"
        );
        let given = given.delivered(SECOND, later());
        assert_eq!(given.claim.opened_by, Some(SECOND), "{cause}");
    }
}

#[test]
fn r6_a_delivery_deadline_that_passes_asks_whoever_was_not_asked_yet() {
    let given = Given::notifying_to(&FOUR);
    let due = given.claim.deadline().unwrap();
    // Validated on Monday, 21 December: 22 and 23 in Dublin.
    assert_eq!(due, at("2026-12-24T00:00:00Z"));
    let early = due - Duration::milliseconds(1);
    assert_eq!(given.when(&Command::DeadlinePassed, Actor::System, early), Ok(None));
    let given = given.then(&Command::DeadlinePassed, Actor::System, due);
    assert!(given.claim.last_event.by_silence);
    assert_eq!((given.status(), given.claim.notice), (Status::Notifying, NoticeNo(2)));
    let given = given.then(&Command::DeadlinePassed, Actor::System, due + Duration::days(9));
    assert_eq!(given.status(), Status::Unreachable, "everybody stayed without report");
}

#[test]
fn r6_five_new_notices_a_claim_at_most() {
    let many: Vec<_> = (0..20).map(|no| format!("c{no}@contoso.example")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    let mut given = Given::notifying_to(&many);
    for renewed in 1..=5_u8 {
        let asked: Vec<_> = verified_asked(&given);
        given = asked.into_iter().fold(given, |given, no| given.failed(no, later()));
        let notice = u16::from(renewed) + 1;
        assert_eq!((given.claim.notice.0, given.claim.used.renewals), (notice, renewed));
    }
    let asked = verified_asked(&given);
    let given = asked.into_iter().fold(given, |given, no| given.failed(no, later()));
    assert_eq!((given.status(), given.claim.notice.0), (Status::Unreachable, 6));
}

fn verified_asked(given: &Given) -> Vec<RecipientNo> {
    let asked = given.list().recipients.iter();
    let asked = asked.filter(|own| own.standing == RecipientStanding::Asked && own.may_open());
    asked.map(|own| own.no).collect()
}

#[test]
fn r6_who_refused_keeps_a_link_that_says_no_and_gets_later_mails_and_a_retired_one_gets_none() {
    let given = Given::awaiting_of(&TWO).delivered(SECOND, later());
    let told = |given: &Given, no| {
        let recipients = given.recipients.as_ref().unwrap();
        recipients.gets_later_mails(recipients.list.get(no).unwrap())
    };
    let refused = given.clone().then(&Command::WrongContact, link(), later());
    assert_eq!(refused.standing(FIRST), RecipientStanding::Refused);
    assert!(told(&refused, FIRST));
    let retired = given.clone().then(&retire(FIRST), operator(), later());
    assert_eq!(retired.standing(FIRST), RecipientStanding::Retired);
    assert!(!told(&retired, FIRST));
    assert!(!told(&given.failed(FIRST, later()), FIRST));
    for given in [refused, retired] {
        let given = given.then(&decline(&[2]), link(), later());
        assert_eq!(given.items(), ["pending", "declined", "pending"]);
    }
}

#[test]
fn r6_the_word_of_an_unverified_recipient_is_kept_and_changes_no_window() {
    let given = Given::awaiting_of(&TWO);
    let after = given.clone().then(&Command::WrongContact, link_of(1, DOMAIN), later());
    assert_eq!(after.standing(DOMAIN), RecipientStanding::Refused);
    assert_eq!(after.claim.state, given.claim.state);
    let EventBody::ContactRefused { change, .. } = &after.events.last().unwrap().body else {
        panic!()
    };
    assert_eq!(*change, NoticeChange::None);
}

#[test]
fn r6_the_word_of_an_address_that_is_not_verified_any_more_changes_no_window() {
    let mut given = Given::awaiting_of(&TWO);
    given.tenant = tenant_with(&["ciso@contoso.example"]);
    let after = given.clone().then(&Command::WrongContact, link(), later());
    assert_eq!(after.claim.state, given.claim.state);
}

#[test]
fn r6_no_new_window_ends_before_an_end_that_was_told() {
    let far = Command::Extend { closes_on: Some("2027-03-01".parse().unwrap()) };
    let told = at("2027-03-01T23:00:00Z");
    let extended = Given::awaiting_of(&FOUR).then(&far, operator(), later());
    let renewed = extended.clone().failed(FIRST, later());
    assert_eq!(renewed.claim.notice, NoticeNo(2));
    let renewed = renewed.delivered(RESERVE, later());
    assert_eq!(renewed.closes_at(), Some(told), "a new notice");
    for (command, actor, why) in [
        (Command::WrongContact, link(), "not the right person"),
        (retire(FIRST), operator(), "a retired link"),
    ] {
        let gone = extended.clone().then(&command, actor, later());
        assert_eq!(gone.claim.notice, NoticeNo(2), "{why}");
        assert_eq!(gone.delivered(RESERVE, later()).closes_at(), Some(told), "{why}");
    }
    let resumed = extended.then(&hold(), operator(), later());
    let resumed = resumed.then(&Command::Resume, operator(), later()).delivered(FIRST, later());
    assert_eq!(resumed.closes_at(), Some(told), "a hold");
    let alone = Given::awaiting().then(&far, operator(), later()).failed(FIRST, later());
    assert_eq!(alone.status(), Status::Unreachable);
    let corrected = alone.then(&correct("it@contoso.example"), operator(), later());
    let corrected = corrected.delivered(FIRST, later());
    assert_eq!(corrected.closes_at(), Some(told), "a corrected contact");
}

#[test]
fn r6_a_notice_after_a_hold_goes_to_the_same_people_again_but_not_to_who_failed() {
    let given = Given::awaiting_of(&TWO).noted_failure(SECOND, later(), FailureCause::Bounce);
    let given = given.then(&hold(), operator(), later());
    let given = given.then(&Command::Resume, operator(), later());
    assert_eq!(
        given.emails(RecipientStanding::Asked),
        ["jana@contoso.example", "it@contoso.example"]
    );
    assert_eq!(given.emails(RecipientStanding::Failed), ["ciso@contoso.example"]);
}

// R7

#[test]
fn r7_the_delivery_of_the_contact_in_reserve_counts_as_every_other() {
    let given = Given::awaiting_of(&FOUR).delivered(RESERVE, at("2026-12-28T09:00:00Z"));
    let given = given.failed(FIRST, at("2026-12-29T08:00:00Z"));
    assert_eq!(given.closes_at(), Some(at("2027-01-05T23:00:00Z")));
    assert_eq!(given.claim.opened_by, Some(RESERVE));
}

#[test]
fn r7_in_windows_of_one_or_two_days_the_contact_in_reserve_is_asked_at_once() {
    for (days, standing) in [
        (1, RecipientStanding::Asked),
        (2, RecipientStanding::Asked),
        (3, RecipientStanding::Reserve),
    ] {
        let policy = Policy { window_business_days: days, ..Policy::default() };
        let given = Given { policy, ..Given::in_review_at(tenant_with(&FOUR)) };
        let given = given.then(&validate(), reviewer(), later());
        assert_eq!(given.standing(RESERVE), standing, "{days}");
    }
}

#[test]
fn r7_whoever_was_in_reserve_and_never_asked_is_told_nothing_and_has_no_link() {
    let told = |given: &Given| {
        let recipients = given.recipients.as_ref().unwrap();
        recipients.gets_later_mails(recipients.list.get(RESERVE).unwrap())
    };
    // Of the next notice three others are the first.
    let mut given = Given::awaiting_of(&FOUR);
    assert!(!told(&given));
    given.tenant = tenant_with(&["n1@holding.example", "n2@contoso.example", "n3@contoso.example"]);
    let again = |given: Given| {
        given.then(&hold(), operator(), later()).then(&Command::Resume, operator(), later())
    };
    let unasked = again(given.clone());
    assert_eq!(unasked.standing(RESERVE), RecipientStanding::Past);
    assert!(!told(&unasked));
    let asked = given.delivered(RESERVE, later());
    assert!(told(&asked));
    assert!(told(&again(asked)));
}

// R9, as far as causes decide

#[test]
fn r9_where_the_provider_refuses_to_write_it_is_the_operators_turn_and_the_same_address_is_tried_again()
 {
    let given = Given::notifying().failed_by(FIRST, delivered_at(), FailureCause::Suppressed);
    assert_eq!(
        (given.status(), given.claim.state.whose_turn()),
        (Status::Unreachable, Who::Operator)
    );
    // Five of the operator's days: 23, 24, 28, 29, 30 in Dublin.
    assert_eq!(given.claim.deadline(), Some(at("2026-12-31T00:00:00Z")));
    assert!(is_invalid_state(&given.when(&correct("it@contoso.example"), alpine(), later())));
    let given = given.then(&correct("it@contoso.example"), operator(), later());
    assert_eq!(
        (given.status(), given.standing(FIRST)),
        (Status::Notifying, RecipientStanding::Asked)
    );
    let given = given.delivered(FIRST, later());
    assert_eq!(given.status(), Status::AwaitingCustomer);
}

#[test]
fn r9_one_bounce_beside_a_suppressed_address_is_the_partners_turn() {
    let given =
        Given::notifying_to(&TWO).failed_by(FIRST, delivered_at(), FailureCause::Suppressed);
    let given = given.failed(SECOND, delivered_at());
    assert_eq!(
        (given.status(), given.claim.state.whose_turn()),
        (Status::Unreachable, Who::Partner)
    );
}

#[test]
fn the_operator_does_not_ask_whoever_refused_or_was_retired() {
    for (cause, end) in ends().into_iter().take(3) {
        let given = end(Given::awaiting(), FIRST);
        let again = given.when(&correct("it@contoso.example"), operator(), later());
        assert_eq!(again, unreachable_contact(), "{cause}");
    }
}

// Where recipients are kept

#[test]
fn an_address_keeps_its_number_through_every_notice_of_the_claim() {
    let mut given = Given::awaiting_of(&FOUR);
    let before = given.list().recipients.clone();
    let backwards: Vec<_> = FOUR.iter().rev().copied().collect();
    given.tenant = tenant_with(&backwards);
    let given = given.then(&hold(), operator(), later());
    let given = given.then(&Command::Resume, operator(), later());
    for own in before {
        assert_eq!(given.list().find_recipient(&own.email).map(|now| now.no), Some(own.no));
    }
}

#[test]
fn where_the_numbers_are_used_up_the_customer_is_unreachable_and_the_operator_may_reject() {
    let mut given = Given::notifying_to(
        &[].into_iter()
            .chain(["a1@contoso.example", "a2@contoso.example", "a3@contoso.example"])
            .collect::<Vec<_>>(),
    );
    for round in 0..7 {
        let fresh: Vec<_> = (0..3).map(|no| format!("r{round}x{no}@contoso.example")).collect();
        let fresh: Vec<_> = fresh.iter().map(String::as_str).collect();
        given.tenant = tenant_with(&fresh);
        given = given.then(&hold(), operator(), later());
        given = given.then(&Command::Resume, operator(), later());
        let numbers = given.list().recipients.iter().map(|own| own.no.0);
        assert!(numbers.max().unwrap() <= MAX_RECIPIENTS);
    }
    assert_eq!(given.status(), Status::Unreachable, "1 + 8 × 3 are more than 23");
    assert_eq!(given.list().recipients.len(), 22);
    assert_eq!(given.then(&reject(), reviewer(), later()).status(), Status::Rejected);
}

#[test]
fn a_window_that_no_verified_delivery_opened_does_not_close() {
    let mut given = Given::awaiting();
    given.claim.opened_by = None;
    let held = given.clone().then(&Command::DeadlinePassed, Actor::System, after_grace());
    let reason = Some(domain::claim::HoldReason::NoVerifiedDelivery);
    assert_eq!(held.claim.state, State::OnHold { reason });
    // One from before recipients were kept gets a notice by these rules, and ends no earlier.
    given.recipients = None;
    let renewed = given.clone().then(&Command::DeadlinePassed, Actor::System, after_grace());
    assert_eq!(renewed.claim.last_event.event_type, EventType::Resumed);
    assert_eq!((renewed.status(), renewed.claim.notice), (Status::Notifying, NoticeNo(2)));
    assert_eq!(renewed.list().told_until, Some(closes_at()));
    given.tenant = tenant_with(&[]);
    let event = given.when(&Command::DeadlinePassed, Actor::System, after_grace());
    let event = event.unwrap().unwrap();
    assert_eq!(event.body.event_type(), EventType::NoticeFailed, "nobody verified is left");
}

// What is noted and not done yet

#[test]
fn reports_are_pending_while_they_demand_something_that_was_not_done() {
    use domain::decide::reports_are_pending;
    let pending = |given: &Given| {
        reports_are_pending(&given.claim, given.recipients.as_ref().expect("a notice"))
    };
    let notifying = Given::notifying_to(&TWO);
    assert!(!pending(&notifying), "nothing is reported");
    assert!(pending(&notifying.clone().noted_delivery(FIRST, later())));
    assert!(!pending(&notifying.clone().noted_delivery(DOMAIN, later())), "it opens no window");
    let one = notifying.noted_failure(FIRST, later(), FailureCause::Bounce);
    assert!(!pending(&one), "the second may still be delivered");
    assert!(pending(&one.noted_failure(SECOND, later(), FailureCause::Bounce)));
    let open = Given::awaiting_of(&TWO);
    assert!(!pending(&open));
    assert!(!pending(&open.clone().noted_failure(SECOND, later(), FailureCause::Bounce)));
    assert!(pending(&open.clone().noted_failure(FIRST, later(), FailureCause::Bounce)));
    let last = closes_at() - Duration::milliseconds(1);
    assert!(pending(&open.clone().noted_failure(FIRST, last, FailureCause::Bounce)));
    assert!(!pending(&open.noted_failure(FIRST, closes_at(), FailureCause::Bounce)));
}

#[test]
fn a_delivery_that_opens_a_window_writes_the_list_only_where_somebody_is_off_it() {
    let given = Given::notifying_to(&TWO).noted_delivery(FIRST, later());
    let event = given.when(&reports(1), Actor::System, later()).unwrap().unwrap();
    assert_eq!(event.recipients, None);
    let tenant = tenant_with(&["it@contoso.example"]);
    let fewer = Given { tenant, ..given };
    let event = fewer.when(&reports(1), Actor::System, later()).unwrap().unwrap();
    let list = event.recipients.expect("another list");
    assert_eq!(list.get(SECOND).unwrap().standing, RecipientStanding::Past);
}

#[test]
fn an_address_that_refused_or_was_retired_is_proposed_again_and_one_that_did_not_is_asked() {
    for (cause, end) in ends().into_iter().take(3) {
        let given = end(Given::awaiting(), FIRST);
        assert_eq!(given.status(), Status::Unreachable, "{cause}");
        let given = given.then(&correct("it@contoso.example"), alpine(), later());
        assert_eq!(given.claim.state.whose_turn(), Who::Operator, "{cause}");
    }
    // The claim's own contact is on the list, nobody has heard of a failure, and the directory verifies it.
    let mut given = unreachable();
    given.tenant = tenant_with(&["it@contoso.example", "jana@contoso.example"]);
    let given = given.then(&correct("jana@contoso.example"), alpine(), later());
    assert_eq!((given.status(), given.claim.notice), (Status::Notifying, NoticeNo(2)));
    assert_eq!(given.emails(RecipientStanding::Asked), ["jana@contoso.example"]);
}

#[test]
fn whoever_vouched_acted_on_the_claim_that_has_a_notice() {
    let given = unreachable().then(&correct("ota@contoso.example"), alpine(), later());
    let acted = |given: &Given| given.list().acted.contains(&StaffId::parse("operator").unwrap());
    assert!(!acted(&given));
    let vouched = given.then(&vouch(), operator(), later());
    assert!(acted(&vouched));
}

#[test]
fn an_event_that_leaves_the_window_as_it_is_writes_no_end_that_was_told() {
    let given = Given::awaiting_of(&TWO);
    for (command, actor) in [
        (decline(&[1]), link()),
        (decline(&[]), link()),
        (Command::Accept { items: these(&[1]) }, administrator()),
        (Command::Extend { closes_on: None }, link()),
    ] {
        let event = given.when(&command, actor, later()).unwrap().unwrap();
        assert_eq!(event.recipients, None, "{command:?}");
    }
    let refused = given.then(&Command::WrongContact, link_of(1, DOMAIN), later());
    assert_eq!(refused.list().told_until, None);
}

#[test]
fn an_address_that_the_directory_has_twice_is_asked_once_and_takes_nobodys_place() {
    let twice = ["it@contoso.example", "it@contoso.example", "ciso@contoso.example"];
    let given = Given::notifying_to(&twice);
    assert_eq!(
        given.emails(RecipientStanding::Asked),
        ["jana@contoso.example", "it@contoso.example", "ciso@contoso.example"]
    );
    assert_eq!(given.emails(RecipientStanding::Reserve), [""; 0]);
}

#[test]
fn who_made_a_contact_reachable_retires_another_link_once_nothing_is_asked_any_more() {
    let own_work = |given: &Given, at| {
        let mut context = given.context(operator(), at);
        let tenant = context.facts.tenant.as_mut().unwrap();
        for own in &mut tenant.contacts {
            own.verified_by = Some(StaffId::parse("operator").unwrap());
            own.verified_since = Some(at - Duration::days(1));
        }
        given.decided(&retire(SECOND), &context)
    };
    let open = Given::awaiting_of(&TWO);
    assert_eq!(own_work(&open, later()), Err(Rejection::AnotherReviewerRequired));
    let declined = open.clone().then(&decline(&[]), link(), later());
    assert_eq!(own_work(&declined, later()), Err(Rejection::AnotherReviewerRequired));
    assert!(own_work(&declined, closes_at()).unwrap().is_some());
    assert!(own_work(&open.closed(), after_grace()).unwrap().is_some());
}

#[test]
fn who_made_a_contact_reachable_that_the_notice_does_not_reach_any_more_retires_another_link() {
    let by_operator = |given: &Given| {
        let mut context = given.context(operator(), later());
        for own in &mut context.facts.tenant.as_mut().unwrap().contacts {
            if own.email.as_str() == "ciso@contoso.example" {
                own.verified_by = Some(StaffId::parse("operator").unwrap());
                own.verified_since = Some(later() - Duration::days(1));
            }
        }
        given.decided(&retire(FIRST), &context)
    };
    let open = Given::awaiting_of(&TWO);
    assert_eq!(by_operator(&open), Err(Rejection::AnotherReviewerRequired));
    let without = open.then(&retire(SECOND), administrator(), later());
    assert!(by_operator(&without).unwrap().is_some());
}

#[test]
fn who_vouched_for_an_address_that_is_not_asked_takes_another_off_the_list() {
    let mut given = Given::awaiting_of(&TWO);
    given.claim.details.vouched_for = Some(Email::parse("ota@contoso.example").unwrap());
    given.claim.details.vouched_by = vec![StaffId::parse("operator").unwrap()];
    assert!(given.when(&retire(FIRST), operator(), later()).unwrap().is_some());
    given.claim.details.vouched_for = Some(Email::parse("jana@contoso.example").unwrap());
    let refused = given.when(&retire(FIRST), operator(), later());
    assert_eq!(refused, Err(Rejection::AnotherReviewerRequired));
}
