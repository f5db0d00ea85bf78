//! Whose "no" stands, and what each party may do (`docs/domain.md §5`, `docs/design` *A no stays a no*).

use chrono::Duration;
use domain::actor::Actor;
use domain::claim::{Claim, Mark, State, Status};
use domain::command::Command;
use domain::decide;
use domain::event::{EventBody, EventType};
use domain::ids::ItemNo;
use domain::reason::EndReason;
use domain::recipient::{Decliners, RecipientNo, RecipientStanding};
use domain::rejection::{FieldCode, FieldError, Rejection};

use crate::given::*;

const TWO: [&str; 2] = ["it@contoso.example", "ciso@contoso.example"];

fn later() -> Instant {
    delivered_at() + Duration::hours(1)
}

/// The window is open; both verified contacts and the claim's own have the notice.
fn open() -> Given {
    Given::awaiting_of(&TWO).delivered(SECOND, delivered_at()).delivered(DOMAIN, delivered_at())
}

fn extend() -> Command {
    Command::Extend { closes_on: None }
}

/// Whose noes stand on an item.
fn decliners(claim: &Claim, no: u8) -> Decliners {
    match claim.find_item(ItemNo(no)).unwrap().mark {
        Some(Mark::Declined { by, .. }) => by,
        other => panic!("{other:?}"),
    }
}

/// Who asks by which link, with the refused and the retired one of each kind.
fn refused(no: RecipientNo) -> Given {
    open().then(&Command::WrongContact, link_of(1, no), later())
}

fn retired(no: RecipientNo) -> Given {
    open().then(&retire(no), operator(), later())
}

// The table *Who*

#[test]
fn a_verified_link_says_no_asks_for_more_time_and_refuses_itself_and_never_says_yes() {
    let given = open();
    assert!(given.when(&decline(&[1]), link(), later()).unwrap().is_some());
    assert!(given.when(&extend(), link(), later()).unwrap().is_some());
    let refusal = given.when(&Command::WrongContact, link(), later()).unwrap().unwrap();
    assert!(matches!(refusal.body, EventBody::ContactRefused { .. }));
    let after = given.evolved(refusal);
    assert_eq!(after.standing(FIRST), RecipientStanding::Refused, "itself");
    let given = open();
    let yes = Command::Accept { items: these(&[]) };
    assert_eq!(given.when(&yes, link(), later()), Err(Rejection::RoleNotAllowed));
}

#[test]
fn more_time_is_given_once_a_claim_whoever_asks_and_through_every_notice() {
    let given = open().then(&extend(), link(), later());
    for actor in [link(), link_of(1, SECOND), administrator()] {
        assert!(is_invalid_state(&given.when(&extend(), actor, later())));
    }
    let given = given.then(&hold(), operator(), later());
    let given = given.then(&Command::Resume, operator(), later()).delivered(FIRST, later());
    assert!(is_invalid_state(&given.when(&extend(), administrator(), later())));
}

#[test]
fn a_domain_link_says_no_and_refuses_itself_and_does_nothing_else() {
    let given = open();
    let domain = || link_of(1, DOMAIN);
    let declined = given.clone().then(&decline(&[1]), domain(), later());
    assert!(is_invalid_state(&declined.when(&undo(&[1]), domain(), later() + Duration::hours(1))));
    assert!(is_invalid_state(&given.when(&extend(), domain(), later())));
    let refusal = given.then(&Command::WrongContact, domain(), later());
    assert_eq!(refusal.claim.last_event.event_type, EventType::ContactRefused);
    assert_eq!(refusal.status(), Status::AwaitingCustomer);
}

#[test]
fn who_refused_or_was_retired_says_no_and_nothing_else() {
    for no in [FIRST, DOMAIN] {
        for (given, is_retired) in [(refused(no), false), (retired(no), true)] {
            let declined = given.then(&decline(&[1]), link_of(1, no), later());
            assert_eq!(declined.items(), ["declined", "pending", "pending"]);
            for command in [undo(&[1]), extend(), Command::WrongContact] {
                let answer = declined.when(&command, link_of(1, no), later() + Duration::hours(1));
                if is_retired {
                    assert_eq!(answer, Err(Rejection::LinkRetired), "{command:?}");
                } else {
                    assert!(is_invalid_state(&answer), "{command:?}: {answer:?}");
                }
            }
        }
    }
}

#[test]
fn an_old_link_says_no_and_nothing_else() {
    let given = open().then(&decline(&[1]), old_link(1), later());
    assert_eq!(decliners(&given.claim, 1), Decliners::ADMINISTRATOR);
    for command in [undo(&[1]), extend(), Command::WrongContact] {
        let answer = given.when(&command, old_link(1), later() + Duration::hours(1));
        assert!(is_invalid_state(&answer), "{command:?}: {answer:?}");
    }
}

#[test]
fn a_link_of_an_earlier_notice_says_no_and_nothing_else() {
    let given = open().then(&hold(), operator(), later());
    let given = given.then(&Command::Resume, operator(), later()).delivered(FIRST, later());
    let given = given.then(&decline(&[1]), link_of(1, SECOND), later());
    assert_eq!(decliners(&given.claim, 1), Decliners::only_recipient(SECOND));
    for command in [undo(&[1]), extend(), Command::WrongContact] {
        let answer = given.when(&command, link_of(1, SECOND), later() + Duration::hours(1));
        assert!(is_invalid_state(&answer), "{command:?}: {answer:?}");
    }
}

#[test]
fn undo_more_time_and_the_wrong_person_need_an_address_that_is_verified_when_the_link_is_used() {
    let mut given = open().then(&decline(&[1]), link(), later());
    given.tenant = tenant_with(&["ciso@contoso.example"]);
    let moment = later() + Duration::hours(1);
    assert!(is_invalid_state(&given.when(&undo(&[1]), link(), moment)));
    assert!(is_invalid_state(&given.when(&extend(), link(), moment)));
    let refusal = given.clone().then(&Command::WrongContact, link(), moment);
    assert_eq!(refusal.claim.state, given.claim.state, "it changes no window");
    assert!(given.when(&decline(&[2]), link(), moment).unwrap().is_some(), "a no never looks");
}

#[test]
fn authority_is_that_of_the_notices_list() {
    let mut given = open().then(&decline(&[1]), link_of(1, DOMAIN), later());
    given.tenant = tenant_with(&["it@contoso.example", "jana@contoso.example"]);
    let answer = given.when(&undo(&[1]), link_of(1, DOMAIN), later() + Duration::hours(1));
    assert!(is_invalid_state(&answer), "verified since, but not in the list");
}

#[test]
fn an_administrator_says_no_undoes_asks_for_more_time_retires_anybody_and_says_yes() {
    let given = open();
    for command in [
        decline(&[1]),
        extend(),
        retire(FIRST),
        retire(DOMAIN),
        Command::Accept { items: these(&[]) },
    ] {
        assert!(given.when(&command, administrator(), later()).unwrap().is_some(), "{command:?}");
    }
    let declined = given.then(&decline(&[1]), link(), later());
    assert!(declined.when(&undo(&[1]), administrator(), later() + Duration::hours(1)).is_ok());
}

#[test]
fn a_number_that_no_recipient_has_cannot_be_retired_and_an_outside_recipient_has_no_link_to_retire()
{
    let malformed =
        Err(Rejection::Fields(vec![FieldError::new("/recipient", FieldCode::RecipientUnknown)]));
    for no in [0, 9, 24, 255] {
        let retire = Command::RetireLink { recipient: no, comment: Some(comment()) };
        assert_eq!(open().when(&retire, administrator(), later()), malformed, "{no}");
    }
}

#[test]
fn an_operator_says_why_a_link_is_retired_and_the_customer_need_not() {
    let retire = Command::RetireLink { recipient: FIRST.0, comment: None };
    let required = FieldError::new("/comment", FieldCode::Required);
    assert_eq!(open().when(&retire, operator(), later()), Err(Rejection::Fields(vec![required])));
    assert!(open().when(&retire, administrator(), later()).unwrap().is_some());
    for actor in [link(), alpine(), reviewer()] {
        assert_eq!(open().when(&retire, actor, later()), Err(Rejection::RoleNotAllowed));
    }
}

#[test]
fn a_link_is_retired_in_every_state_after_the_first_notice_and_once() {
    for status in Status::ALL.iter().copied() {
        let given = given_in(status);
        let moment = after_grace() + Duration::days(1);
        let answer = given.when(&retire(FIRST), operator(), moment);
        if given.recipients.is_none() {
            assert!(is_invalid_state(&answer), "{status:?}");
            continue;
        }
        let after = given.evolved(answer.unwrap().expect("an event"));
        assert_eq!(after.standing(FIRST), RecipientStanding::Retired, "{status:?}");
        assert_eq!(after.when(&retire(FIRST), operator(), moment), Ok(None), "{status:?}");
    }
}

#[test]
fn a_retired_link_takes_a_no_to_everything_also_to_what_is_active() {
    let given = Given::associated().then(&retire(FIRST), operator(), after_grace());
    assert_eq!(given.items(), ["active"; 3]);
    let given = given.then(&decline(&[1]), link(), after_grace() + Duration::days(300));
    assert_eq!(given.items(), ["ended", "active", "active"]);
}

#[test]
fn whoever_retired_a_link_acted_on_the_claim() {
    let given = open().then(&retire(SECOND), operator(), later());
    assert!(given.list().acted.iter().any(|staff| staff.as_str() == "operator"));
}

// Everybody who declined is kept

#[test]
fn a_declined_item_keeps_everybody_who_declined_it() {
    let given = open().then(&decline(&[1]), link(), later());
    let second = later() + Duration::minutes(1);
    let given = given.then(&decline(&[1]), link_of(1, DOMAIN), second);
    let third = later() + Duration::minutes(2);
    let given = given.then(&decline(&[1]), administrator(), third);
    let by = Decliners::only_recipient(FIRST)
        .with(Decliners::only_recipient(DOMAIN))
        .with(Decliners::ADMINISTRATOR);
    let expected = Mark::Declined {
        at: later(),
        latest: third,
        by,
        in_time: true,
        no_answer: false,
        settled: false,
    };
    assert_eq!(given.claim.items.first().unwrap().mark, Some(expected));
}

#[test]
fn a_no_by_one_more_party_is_an_event_in_every_state_in_which_it_can_be_taken_back() {
    let declined = || Given::notifying_to(&TWO).then(&decline(&[1]), link(), delivered_at());
    let open = || declined().delivered(FIRST, delivered_at());
    let held = open().then(&hold(), operator(), later());
    let unreachable = declined().failed(FIRST, later()).failed(SECOND, later());
    let all = open().then(&decline(&[]), link(), delivered_at());
    for given in [declined(), open(), held, unreachable, all] {
        let status = given.status();
        let event = given.when(&decline(&[1]), link_of(1, SECOND), later()).unwrap();
        let event = event.unwrap_or_else(|| panic!("{status:?}"));
        let EventBody::ItemsDeclined { declined, joined, .. } = &event.body else { panic!() };
        assert_eq!((declined.len(), joined.as_slice()), (0, [ItemNo(1)].as_slice()), "{status:?}");
        let after = given.evolved(event);
        assert_eq!(after.status(), status, "it changes no status");
    }
}

#[test]
fn one_event_declines_joins_and_ends_by_what_each_item_is() {
    let accept = Command::Accept { items: these(&[3]) };
    let given = open().then(&accept, administrator(), later());
    let given = given.then(&decline(&[1]), link_of(1, SECOND), later());
    let event = given.when(&decline(&[]), link(), later()).unwrap().unwrap();
    let EventBody::ItemsDeclined { declined, ended, joined, by, .. } = event.body else { panic!() };
    assert_eq!((declined, ended, joined), (vec![ItemNo(2)], vec![ItemNo(3)], vec![ItemNo(1)]));
    assert_eq!(by, Decliners::only_recipient(FIRST));
}

#[test]
fn a_no_that_is_settled_or_was_silence_takes_nobody_in() {
    let mut given = Given::awaiting();
    given.claim.subject.explicit_yes = true;
    let silent = given.closed();
    assert_eq!(silent.items(), ["declined"; 3]);
    assert_eq!(silent.when(&decline(&[]), link(), after_grace()), Ok(None));
}

// `explicit_yes` under way

#[test]
fn an_explicit_yes_makes_silence_a_no_in_every_claim_under_way() {
    for status in [
        Status::Submitted,
        Status::InReview,
        Status::ActionRequired,
        Status::Disputed,
        Status::Rejected,
        Status::Notifying,
        Status::Unreachable,
        Status::OnHold,
        Status::AwaitingCustomer,
        Status::Declined,
    ] {
        let given = given_in(status).then(&Command::ChangeConsent, administrator(), later());
        assert_eq!(given.claim.last_event.event_type, EventType::ConsentChanged, "{status:?}");
        assert!(given.claim.subject.explicit_yes, "{status:?}");
        let again = given.when(&Command::ChangeConsent, administrator(), later());
        assert_eq!(again, Ok(None), "{status:?}");
    }
}

#[test]
fn an_explicit_yes_reaches_an_open_window_and_one_that_an_undo_opens_again() {
    let changed = open().then(&Command::ChangeConsent, administrator(), later());
    assert_eq!(changed.closes_at(), Some(closes_at()), "it moves no deadline");
    assert_eq!(changed.closed().items(), ["declined"; 3]);
    let declined = open().then(&decline(&[]), link(), later());
    let declined = declined.then(&Command::ChangeConsent, administrator(), later());
    let undone = declined.then(&undo(&[]), link(), later() + Duration::hours(1));
    assert_eq!(undone.closed().items(), ["declined"; 3]);
}

#[test]
fn what_silence_made_active_although_the_rule_came_in_time_ends() {
    let accept = Command::Accept { items: these(&[1]) };
    let closed = Given::awaiting().then(&accept, administrator(), later()).closed();
    let in_time = closes_at() - Duration::milliseconds(1);
    let given = closed.clone().then(&Command::ChangeConsent, administrator(), in_time);
    assert_eq!(given.items(), ["active", "ended", "ended"], "a yes stays");
    let EventBody::AssociationEnded { reason, at, .. } = given.events.last().unwrap().body else {
        panic!()
    };
    assert_eq!(reason, EndReason::CustomerRevoked);
    assert!(at >= closes_at(), "not before they began");
    assert_eq!(closed.when(&Command::ChangeConsent, administrator(), closes_at()), Ok(None));
}

#[test]
fn from_the_end_of_a_window_on_a_rule_says_nothing_about_it() {
    let late = open().when(&Command::ChangeConsent, administrator(), closes_at());
    assert_eq!(late, Ok(None));
}

#[test]
fn an_explicit_yes_that_is_taken_back_changes_no_claim_that_was_submitted() {
    let changed = open().then(&Command::ChangeConsent, administrator(), later());
    assert!(!changed.tenant.rules.needs_explicit_yes(&changed.claim.subject.program));
    let held = changed.then(&hold(), operator(), later());
    let resumed = held.then(&Command::Resume, operator(), later()).delivered(FIRST, later());
    assert!(resumed.claim.subject.explicit_yes, "nor does a new notice");
}

// A right no is never an error

#[test]
fn a_no_is_never_an_error_after_the_first_notice_whoever_says_it_and_when() {
    for status in Status::ALL.iter().copied() {
        let given = given_in(status);
        let links =
            [link(), link_of(1, DOMAIN), old_link(1), link_of(1, RecipientNo(23)), administrator()];
        for actor in links {
            for moment in [delivered_at(), closes_at(), after_grace() + Duration::days(500)] {
                let answer = given.when(&decline(&[]), actor.clone(), moment);
                let told = given.recipients.is_some();
                assert_eq!(answer.is_ok(), told, "{status:?} {actor:?}: {answer:?}");
            }
        }
    }
}

#[test]
fn a_no_needs_nothing_to_be_read_but_the_claim() {
    let given = open();
    let mut bare = context(link(), later());
    bare.facts = domain::context::Facts::default();
    bare.places.partner = None;
    bare.places.customer = None;
    let event = decide(Some(&given.claim), &decline(&[]), &bare).unwrap().unwrap();
    assert_eq!(given.evolved(event).status(), Status::Declined);
}

#[test]
fn declined_in_the_window_is_a_state_with_a_window_until_it_settles() {
    let given = open().then(&decline(&[]), link(), later());
    let State::Declined { window: Some(window) } = &given.claim.state else { panic!() };
    assert_eq!(window.closes_at, closes_at());
    assert_eq!(given.when(&Command::DeadlinePassed, Actor::System, after_grace()), Ok(None));
}

#[test]
fn a_block_reaches_what_silence_made_active_after_it_and_nothing_that_was_active_before() {
    use domain::decide::commands_demanded_by;
    use domain::rules::StandingRules;
    let partner = Given::awaiting().claim.subject.partner;
    let rules = StandingRules { blocked_partners: [partner].into(), ..StandingRules::default() };
    let closed = Given::awaiting().closed();
    let before = closes_at() - Duration::milliseconds(1);
    assert_eq!(commands_demanded_by(&rules, &closed.claim, before), [decline(&[1, 2, 3])]);
    for moment in [closes_at(), after_grace()] {
        assert_eq!(commands_demanded_by(&rules, &closed.claim, moment), [], "{moment}");
    }
    // What somebody said yes to stays, although its window has ended at the moment of the yes.
    let mut said = closed;
    let (basis, effective_at) = (domain::claim::Basis::Explicit, closes_at());
    said.claim.items.first_mut().unwrap().mark = Some(Mark::Active { basis, effective_at });
    assert_eq!(commands_demanded_by(&rules, &said.claim, before), [decline(&[2, 3])]);
    // Nor what an earlier window had made active.
    let earlier = Mark::Active { basis: domain::claim::Basis::Deemed, effective_at: later() };
    said.claim.items.first_mut().unwrap().mark = Some(earlier);
    assert_eq!(commands_demanded_by(&rules, &said.claim, delivered_at()), [decline(&[2, 3])]);
}

#[test]
fn a_no_that_stands_is_later_for_every_item_that_is_named_again() {
    let given = open().then(&decline(&[1]), link(), later());
    let again = later() + Duration::minutes(5);
    let event = given.when(&decline(&[1, 2]), link(), again).unwrap().unwrap();
    let EventBody::ItemsDeclined { declined, joined, .. } = &event.body else { panic!() };
    assert_eq!(
        (declined.as_slice(), joined.as_slice()),
        ([ItemNo(2)].as_slice(), [ItemNo(1)].as_slice())
    );
    let given = given.evolved(event);
    for (no, first) in [(1, later()), (2, again)] {
        let Some(Mark::Declined { at, latest, by, .. }) =
            given.claim.find_item(ItemNo(no)).unwrap().mark
        else {
            panic!()
        };
        assert_eq!((at, latest, by), (first, again, Decliners::only_recipient(FIRST)));
    }
    // An undo that arrived in between takes neither back.
    let between = later() + Duration::minutes(2);
    assert!(is_invalid_state(&given.when(&undo(&[]), link(), between)));
}

#[test]
fn a_no_said_again_is_kept_where_an_undo_could_still_be_on_its_way() {
    use domain::decide::is_kept_as_repeated;
    for status in Status::ALL.iter().copied() {
        let claim = in_status(status);
        let may_be_undone = matches!(
            status,
            Status::Notifying
                | Status::Unreachable
                | Status::OnHold
                | Status::AwaitingCustomer
                | Status::Declined
        );
        assert_eq!(is_kept_as_repeated(&claim, &decline(&[])), may_be_undone, "{status:?}");
        assert!(!is_kept_as_repeated(&claim, &undo(&[])), "{status:?}");
    }
}
