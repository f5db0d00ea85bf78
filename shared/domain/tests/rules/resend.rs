//! A notice that is sent again (`docs/domain.md §5.3`): who may ask for it, when and how often, and that it moves nothing.

use chrono::Duration;
use domain::actor::Actor;
use domain::claim::Status;
use domain::command::{Command, CommandKind};
use domain::event::{EventBody, EventMail, EventType};
use domain::rejection::Rejection;

use crate::given::*;

fn later(hours: i64) -> Instant {
    delivered_at() + Duration::hours(hours)
}

fn is_in_wrong_state<T: std::fmt::Debug>(decided: &Result<T, Rejection>) -> bool {
    matches!(decided, Err(Rejection::InvalidState { command: CommandKind::Resend, .. }))
}

#[test]
fn a_notice_is_sent_again_while_it_is_on_its_way_or_its_window_is_open() {
    for given in [Given::notifying(), Given::awaiting()] {
        for actor in [alpine(), operator()] {
            let event = given.when(&Command::Resend, actor, later(1)).unwrap().unwrap();
            assert_eq!(event.body, EventBody::NoticeResent);
        }
    }
    for status in Status::ALL {
        let is_sent = matches!(status, Status::Notifying | Status::AwaitingCustomer);
        let decided = given_in(*status).when(&Command::Resend, operator(), later(1));
        assert_eq!(is_in_wrong_state(&decided), !is_sent, "{status:?}: {decided:?}");
    }
}

#[test]
fn from_the_end_of_the_window_on_nothing_is_sent_again() {
    let last = closes_at() - Duration::milliseconds(1);
    let given = Given::awaiting();
    assert!(given.when(&Command::Resend, operator(), last).unwrap().is_some());
    assert!(is_in_wrong_state(&given.when(&Command::Resend, operator(), closes_at())));
}

#[test]
fn it_opens_nothing_and_moves_no_deadline() {
    for given in [Given::notifying(), Given::awaiting()] {
        let before = given.claim.clone();
        let after = given.then(&Command::Resend, alpine(), later(1)).claim;
        assert_eq!((&after.state, after.notice), (&before.state, before.notice));
        assert_eq!(after.deadline(), before.deadline());
        assert_eq!((after.opened_by, after.used), (before.opened_by, before.used));
        assert_eq!(after.version, before.version.next());
    }
    assert_eq!(EventType::NoticeResent.table_row().mail, EventMail::Resend);
    assert!(!EventType::NoticeResent.makes_notice_due());
}

#[test]
fn the_partner_asks_for_it_once_a_day_by_its_own_clocks_and_the_operator_at_any_time() {
    let given = Given::awaiting().then(&Command::Resend, alpine(), later(0));
    let again = given.when(&Command::Resend, alpine(), later(1));
    let left = (at("2026-12-22T23:00:00Z") - later(1)).num_seconds();
    let retry_after_s = Some(u32::try_from(left).unwrap());
    assert_eq!(again, Err(Rejection::QuotaExceeded { retry_after_s }));
    let midnight = at("2026-12-22T23:00:00Z");
    let just_before = given.when(&Command::Resend, alpine(), midnight - Duration::milliseconds(1));
    assert_eq!(just_before, Err(Rejection::QuotaExceeded { retry_after_s: Some(1) }));
    assert!(given.when(&Command::Resend, alpine(), midnight).unwrap().is_some());
    let given = given.then(&Command::Resend, operator(), later(1));
    let given = given.then(&Command::Resend, operator(), later(2));
    assert!(given.when(&Command::Resend, alpine(), later(3)).is_err(), "the day is used up");
}

#[test]
fn a_day_is_used_up_through_all_notices_of_the_claim() {
    let given = Given::awaiting().then(&Command::Resend, alpine(), later(0));
    let given = given.then(&hold(), operator(), later(1));
    let given = given.then(&Command::Resume, operator(), later(2));
    let again = given.when(&Command::Resend, alpine(), later(3));
    assert!(matches!(again, Err(Rejection::QuotaExceeded { .. })), "{again:?}");
}

#[test]
fn nobody_else_has_a_notice_sent_again() {
    for actor in [reviewer(), administrator(), link(), Actor::System] {
        let refused = Given::awaiting().when(&Command::Resend, actor.clone(), later(1));
        assert_eq!(refused, Err(Rejection::RoleNotAllowed), "{actor:?}");
    }
}
