//! What becomes of a webhook whose receiver fails (`docs/domain.md §5.12`).

use chrono::Duration;
use domain::ids::WebhookId;
use domain::webhook::{
    DeliveryError, DisableCause, Webhook, WebhookDisablement, WebhookFailure, WebhookOwner,
    WebhookState, seconds_to_test,
};

use crate::given::{Instant, at};

const NOON: &str = "2026-12-22T12:00:00Z";

fn failing(state: WebhookState) -> WebhookFailure {
    let WebhookState::Failing(failing) = state else { panic!("{state:?}") };
    failing
}

/// Where a webhook stands that fails at each attempt, each made when it may be.
fn attempts(jitter: u16) -> Vec<(Instant, WebhookState)> {
    let (mut state, mut now) = (WebhookState::Active, at(NOON));
    let mut all = Vec::new();
    loop {
        state = state.after_failure(DeliveryError::Unreachable, now, jitter);
        all.push((now, state));
        let WebhookState::Failing(failing) = state else { return all };
        assert!(!state.may_send(failing.next_attempt_at - Duration::milliseconds(1)));
        assert!(state.may_send(failing.next_attempt_at));
        now = failing.next_attempt_at;
    }
}

#[test]
fn each_failure_doubles_the_delay_from_five_seconds_to_six_hours() {
    let all = attempts(0);
    let delays: Vec<_> = all.windows(2).map(|pair| (pair[1].0 - pair[0].0).num_seconds()).collect();
    assert_eq!(delays[..6], [5, 10, 20, 40, 80, 160]);
    assert_eq!(delays[12], 20_480);
    assert!(delays[13..].iter().all(|delay| *delay == 21_600), "{delays:?}");
}

#[test]
fn up_to_a_tenth_is_added_at_random_and_nothing_more() {
    let delay = |jitter| {
        let after = WebhookState::Active.after_failure(DeliveryError::TimedOut, at(NOON), jitter);
        (failing(after).next_attempt_at - at(NOON)).num_milliseconds()
    };
    assert_eq!((delay(0), delay(500), delay(999), delay(u16::MAX)), (5000, 5250, 5499, 5499));
}

#[test]
fn three_days_of_failing_disable_and_not_a_second_less() {
    let all = attempts(0);
    let (first, last) = (all[0].0, all[all.len() - 1]);
    let before = all[all.len() - 2].0;
    assert!(before - first < Duration::days(3) && last.0 - first >= Duration::days(3));
    let cause = DisableCause::Failed;
    assert_eq!(
        last.1,
        WebhookState::Disabled(WebhookDisablement { at: last.0, cause, told: false })
    );
    assert!(last.1.is_untold() && !last.1.may_send(last.0 + Duration::days(365)));
    let since = at(NOON);
    let nearly = failing(all[3].1);
    let nearly = WebhookState::Failing(WebhookFailure { since, ..nearly });
    let short = since + Duration::days(3) - Duration::seconds(1);
    failing(nearly.after_failure(DeliveryError::Refused, short, 0));
}

#[test]
fn who_answers_410_is_sent_nothing_more_at_once() {
    let gone = WebhookState::Active.after_failure(DeliveryError::Gone, at(NOON), 0);
    let cause = DisableCause::Gone;
    assert_eq!(
        gone,
        WebhookState::Disabled(WebhookDisablement { at: at(NOON), cause, told: false })
    );
    let later = gone.after_failure(DeliveryError::Refused, at("2026-12-23T12:00:00Z"), 0);
    assert_eq!(later, gone, "what is disabled stays as it is");
}

#[test]
fn a_test_waits_ten_seconds_for_the_next_one_of_the_party() {
    assert_eq!(seconds_to_test(None, at(NOON)), None);
    let after = |ms| seconds_to_test(Some(at(NOON)), at(NOON) + Duration::milliseconds(ms));
    assert_eq!(
        [after(0), after(1), after(9001), after(10_000)],
        [Some(10), Some(10), Some(1), None]
    );
}

#[test]
fn a_webhook_without_types_wants_every_event() {
    let webhook = Webhook {
        owner: WebhookOwner::Staff,
        id: WebhookId::parse("crm").unwrap(),
        url: "https://crm.example/hook".to_owned(),
        types: vec!["validated".to_owned()],
        created_at: at(NOON),
        cursor: String::new(),
        state: WebhookState::Active,
    };
    assert!(webhook.wants("validated") && !webhook.wants("submitted"));
    assert!(Webhook { types: Vec::new(), ..webhook }.wants("submitted"));
}
