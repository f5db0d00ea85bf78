//! The race between the customer's "no" and the close (`docs/domain.md §4`, *The race*): exactly one wins,
//! an in-time "no" always does, and no "no" is ever lost.

use std::sync::Arc;

use chrono::Duration;
use domain::claim::{Claim, ItemStatus, Mark, Status};
use domain::command::{Command, CommandKind, ItemSelection};
use domain::ids::ClaimId;
use domain::reason::EndReason;
use domain::rejection::Rejection;
use domain::text::Comment;
use serde_json::{Value, json};
use store::{CommandOutcome, Effect, RequestTime, Store, StoreError};
use support::fixtures::{ALPINE, CONTOSO};
use support::rivals::operator;
use support::stack::Stack;
use support::test_env::{
    TestEnv, alpine, closes_at, contoso_admin, decline, decline_all, item_statuses, link, undo_all,
    withdraw,
};
use support::wire::{Act, Fault, any};
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";
const ITEMS: [&str; 2] = ["exchange-online", "teams"];

fn arrived(at: domain::claim::Instant) -> RequestTime {
    RequestTime::new(at, Duration::zero())
}

fn in_time_marks(claim: &Claim) -> Vec<bool> {
    let in_time = |mark: Option<Mark>| match mark {
        Some(Mark::Declined { in_time, .. }) => Some(in_time),
        _ => None,
    };
    claim.items.iter().filter_map(|item| in_time(item.mark)).collect()
}

async fn say_no(
    store: &Store,
    id: &ClaimId,
    at: domain::claim::Instant,
) -> Result<CommandOutcome, StoreError> {
    store.execute_command(id, &link(1), &decline_all(), arrived(at), None).await
}

#[tokio::test]
async fn a_decline_that_arrived_a_millisecond_before_the_deadline_wins_however_late_the_function_runs()
 {
    for late_s in [3, 60, 119] {
        let env = TestEnv::at(NOW).await;
        let claim = env.awaiting("k", &ITEMS).await;
        let deadline = closes_at(&claim);
        env.clock.set(deadline + Duration::seconds(late_s));
        let outcome =
            say_no(&env.store, &claim.id, deadline - Duration::milliseconds(1)).await.unwrap();
        assert_eq!((outcome.claim.status(), outcome.effect), (Status::Declined, Effect::Changed));
        assert_eq!(in_time_marks(&outcome.claim), [true, true], "{late_s} s late");
        env.let_pass_by(deadline, Duration::hours(1));
        env.finalize().await;
        assert_eq!(item_statuses(&env.read(&claim.id).await), ["declined", "declined"]);
    }
}

#[tokio::test]
async fn a_no_from_the_deadline_on_is_kept_as_late_and_cannot_be_undone() {
    for after_ms in [0, 1, 60_000, 119_000] {
        let env = TestEnv::at(NOW).await;
        let claim = env.awaiting("k", &ITEMS).await;
        let at = closes_at(&claim) + Duration::milliseconds(after_ms);
        env.clock.set(at);
        let outcome = say_no(&env.store, &claim.id, at).await.unwrap();
        assert_eq!(outcome.claim.status(), Status::Declined);
        assert_eq!(in_time_marks(&outcome.claim), [false, false]);
        let undo = env.give(&claim.id, &link(1), &undo_all()).await.unwrap_err();
        let refused = (Status::Declined, CommandKind::Undo);
        assert!(
            matches!(&undo, StoreError::Rejected(Rejection::InvalidState { status, command, .. })
                if (*status, *command) == refused),
            "{undo}"
        );
    }
}

#[tokio::test]
async fn between_deadline_and_close_only_a_no_is_taken() {
    let env = TestEnv::at(NOW).await;
    let claim = env.awaiting("k", &ITEMS).await;
    env.clock.set(closes_at(&claim));
    let refused = env.give(&claim.id, &alpine(), &withdraw()).await.unwrap_err();
    assert!(matches!(refused, StoreError::Rejected(Rejection::InvalidState { .. })), "{refused}");
    env.clock.set(closes_at(&claim) - Duration::milliseconds(1));
    let taken = env.give(&claim.id, &alpine(), &withdraw()).await.unwrap();
    assert_eq!(taken.claim.status(), Status::Withdrawn, "in the last millisecond it is taken");
}

/// What everybody but a customer who says no may try on an open window: the status and the code of each answer.
async fn tried(stack: &Stack, claim: &Claim) -> Vec<(&'static str, u16, String)> {
    let of_claim = |end: &str| RequestEvent::post(&format!("/v1/claims/{}/{end}", claim.id));
    let seen = format!("\"{}\"", claim.version.0);
    let staff = |body: Value| {
        let event = of_claim("review").staff("operator", "operator-1").header("if-match", &seen);
        event.json(&body)
    };
    let customer = |end: &str| {
        let event = RequestEvent::post(&format!("/v1/customer/claims/{}/{end}", claim.id));
        event.customer_admin(CONTOSO).json(&json!({}))
    };
    let withdraw = of_claim("withdraw").partner_admin(ALPINE).header("if-match", &seen);
    let events = [
        ("withdraw", withdraw.json(&json!({"reason_code": "other"}))),
        ("hold", staff(json!({"action": "hold", "comment": "a complaint"}))),
        ("extend", staff(json!({"action": "extend", "closes_on": "2027-01-08"}))),
        ("accept", customer("accept")),
        ("more time", customer("extend")),
        ("undo", customer("undo")),
    ];
    let mut answers = Vec::new();
    for (told, event) in events {
        let answer = stack.send(event).await;
        answers.push((told, answer.status, answer.problem().1.to_owned()));
    }
    for (told, decision) in [
        ("more time by link", "extend"),
        ("undo by link", "undo"),
        ("wrong person by link", "wrong_contact"),
    ] {
        let answer = stack.decide(claim, &format!("decision={decision}")).await;
        answers.push((told, answer.status, answer.problem().1.to_owned()));
    }
    answers
}

#[tokio::test]
async fn from_the_end_of_a_window_to_its_close_every_function_takes_a_no_and_nothing_else() {
    for after_s in [0, 60, 119] {
        let stack = Stack::at(NOW).await;
        let claim = stack.env.awaiting("k", &ITEMS).await;
        // One item is declined in time, so that there is something to take back.
        let one = stack.decide(&claim, "decision=decline&items=1").await;
        assert_eq!(one.status, 200, "{}", one.text);
        let claim = stack.env.read(&claim.id).await;
        stack.env.clock.set(closes_at(&claim) + Duration::seconds(after_s));
        for (told, status, code) in tried(&stack, &claim).await {
            assert_eq!(
                (status, code.as_str()),
                (409, "invalid-state"),
                "{told}, {after_s} s after"
            );
        }
        assert_eq!(stack.env.read(&claim.id).await.version, claim.version);
        let no = stack.decide(&claim, "decision=decline").await;
        assert_eq!((no.status, &no.body["claim_status"]), (200, &json!("declined")), "{}", no.text);
    }
}

#[tokio::test]
async fn what_arrived_in_the_last_millisecond_of_a_window_is_taken_whatever_it_is() {
    let stack = Stack::at(NOW).await;
    let claim = stack.env.awaiting("k", &ITEMS).await;
    stack.decide(&claim, "decision=decline&items=1").await;
    let claim = stack.env.read(&claim.id).await;
    let saved = stack.env.engine.save();
    for name in ["accept", "extend", "undo"] {
        stack.env.engine.restore(&saved);
        stack.env.clock.set(closes_at(&claim) + Duration::seconds(60));
        let event = RequestEvent::post(&format!("/v1/customer/claims/{}/{name}", claim.id));
        let event = event.customer_admin(CONTOSO).json(&json!({}));
        let answer = stack.send_at(event, closes_at(&claim) - Duration::milliseconds(1)).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.text);
        assert_eq!(stack.env.read(&claim.id).await.version, claim.version.next(), "{name}");
    }
}

#[tokio::test]
async fn a_no_after_the_close_ends_the_association() {
    let env = TestEnv::at(NOW).await;
    let claim = env.awaiting("k", &ITEMS).await;
    env.let_pass(closes_at(&claim));
    let ended = say_no(&env.store, &claim.id, env.clock.now()).await.unwrap().claim;
    assert_eq!((ended.status(), ended.version.0), (Status::Ended, claim.version.0 + 2));
    assert!(ended.items.iter().all(|item| revoked(&ended, item)));
    let again = say_no(&env.store, &claim.id, env.clock.now()).await.unwrap();
    assert_eq!((again.claim.version, again.effect != Effect::Changed), (ended.version, true));
}

fn revoked(claim: &Claim, item: &domain::claim::Item) -> bool {
    matches!(claim.item_status(item), ItemStatus::Ended { reason: EndReason::CustomerRevoked, .. })
}

/// Whether the customer's "no" to everything stands, whichever came first.
fn is_refused(claim: &Claim) -> bool {
    claim.items.iter().all(|item| {
        matches!(claim.item_status(item), ItemStatus::Declined { no_answer: false, .. })
            || revoked(claim, item)
    })
}

/// An environment with an awaiting claim whose close is due; `partly` declined, so that its close is slow.
async fn due(partly: bool) -> (TestEnv, Claim) {
    let env = TestEnv::at(NOW).await;
    let mut claim = env.awaiting("k", &ITEMS).await;
    if partly {
        claim = env.give(&claim.id, &link(1), &decline(&[1])).await.unwrap().claim;
    }
    env.let_pass(closes_at(&claim));
    (env, claim)
}

async fn close_all(store: &Store, env_now: domain::claim::Instant) {
    for shard in store.find_due_work().await.unwrap().due {
        store.drain_timers(shard, env_now + Duration::seconds(40)).await.unwrap();
    }
}

#[tokio::test]
async fn a_no_stands_whenever_a_close_comes_between_its_steps() {
    for partly in [false, true] {
        for before in [true, false] {
            for nth in 1..=8 {
                let (env, claim) = due(partly).await;
                let (rival, _) = env.another_store(|_| {});
                let (store, wire) = env.another_store(|_| {});
                let now = env.clock.now();
                let rival = Arc::new(rival);
                let act = move || {
                    let rival = rival.clone();
                    async move { close_all(&rival, now).await }
                };
                let fault = if before { Fault::before(act) } else { Fault::after(act) };
                wire.on(any, nth, fault);
                // It arrived in time for the grace, and was held up until after it.
                let at = closes_at(&claim) + Duration::seconds(30);
                let outcome = say_no(&store, &claim.id, at).await.unwrap();
                assert!(is_refused(&outcome.claim), "partly {partly}, before {before}, call {nth}");
                assert!(is_refused(&env.read(&claim.id).await));
                versions_are_whole(&env, &claim.id);
            }
        }
    }
}

#[tokio::test]
async fn a_no_stands_whenever_it_comes_between_the_steps_of_a_close() {
    for partly in [false, true] {
        for before in [true, false] {
            for nth in 1..=16 {
                let (env, claim) = due(partly).await;
                let (rival, _) = env.another_store(|_| {});
                let (store, wire) = env.another_store(|_| {});
                let (rival, id) = (Arc::new(rival), claim.id.clone());
                let at = closes_at(&claim) - Duration::milliseconds(1);
                let act = move || {
                    let (rival, id) = (rival.clone(), id.clone());
                    async move {
                        let no = say_no(&rival, &id, at).await.unwrap();
                        assert!(is_refused(&no.claim));
                    }
                };
                let fault = if before { Fault::before(act) } else { Fault::after(act) };
                wire.on(any, nth, fault);
                close_all(&store, env.clock.now()).await;
                if wire.operations().len() >= nth {
                    assert!(is_refused(&env.read(&claim.id).await), "{partly} {before} {nth}");
                }
                versions_are_whole(&env, &claim.id);
            }
        }
    }
}

/// Every version was written once, none was skipped.
fn versions_are_whole(env: &TestEnv, id: &ClaimId) {
    let versions = super::stream::versions(&env.engine, id);
    let expected: Vec<u64> = (1..).take(versions.len()).collect();
    assert_eq!(versions, expected);
}

#[tokio::test]
async fn two_answers_at_once_are_both_kept() {
    for nth in 1..=4 {
        let env = TestEnv::at(NOW).await;
        let claim = env.awaiting("k", &ITEMS).await;
        let (rival, _) = env.another_store(|_| {});
        let (store, wire) = env.another_store(|_| {});
        let (rival, id, now) = (Arc::new(rival), claim.id.clone(), env.now());
        wire.on(
            any,
            nth,
            Fault::before(move || {
                let (rival, id) = (rival.clone(), id.clone());
                async move {
                    rival.execute_command(&id, &link(1), &decline(&[1]), now, None).await.unwrap();
                }
            }),
        );
        let outcome =
            store.execute_command(&claim.id, &link(1), &decline(&[2]), now, None).await.unwrap();
        if wire.operations().len() >= nth {
            assert_eq!(item_statuses(&outcome.claim), ["declined", "declined"], "call {nth}");
            assert_eq!(outcome.claim.version.0, claim.version.0 + 2);
        }
        versions_are_whole(&env, &claim.id);
    }
}

#[tokio::test]
async fn a_no_said_twice_or_by_two_links_is_one_no() {
    let env = TestEnv::at(NOW).await;
    let claim = env.awaiting("k", &ITEMS).await;
    for (actor, command) in [
        (operator(), Command::Hold { comment: Comment::parse("We are asking.").unwrap() }),
        (operator(), Command::Resume),
    ] {
        env.give(&claim.id, &actor, &command).await.unwrap();
    }
    env.deliver(&env.read(&claim.id).await).await.unwrap();
    let first = env.give(&claim.id, &link(1), &decline_all()).await.unwrap();
    assert_eq!((first.claim.status(), first.effect), (Status::Declined, Effect::Changed));
    for notice in [1, 2] {
        let again = env.give(&claim.id, &link(notice), &decline_all()).await.unwrap();
        assert_eq!(again.claim.version, first.claim.version, "by notice {notice}");
        assert_ne!(again.effect, Effect::Changed, "by notice {notice}");
    }
}

/// Lets one of two answers come between the steps of the other, and holds the "no" against the claim.
async fn at_once(yes_first: bool, before: bool, nth: usize) {
    let env = TestEnv::at(NOW).await;
    let claim = env.awaiting("k", &ITEMS).await;
    let yes = (contoso_admin(), Command::Accept { items: ItemSelection::All });
    let no = (link(1), decline_all());
    let (held_up, between) = if yes_first { (yes, no) } else { (no, yes) };
    let (rival, _) = env.another_store(|_| {});
    let (store, wire) = env.another_store(|_| {});
    let (rival, id, now) = (Arc::new(rival), claim.id.clone(), env.now());
    let act = move || {
        let (rival, id, between) = (rival.clone(), id.clone(), between.clone());
        // A yes that comes second is refused.
        async move { drop(rival.execute_command(&id, &between.0, &between.1, now, None).await) }
    };
    let fault = if before { Fault::before(act) } else { Fault::after(act) };
    wire.on(any, nth, fault);
    drop(store.execute_command(&claim.id, &held_up.0, &held_up.1, now, None).await);
    if wire.operations().len() >= nth {
        let after = env.read(&claim.id).await;
        assert!(is_refused(&after), "{yes_first} {before} {nth}: {:?}", item_statuses(&after));
        env.let_pass(closes_at(&claim));
        env.finalize().await;
        assert!(is_refused(&env.read(&claim.id).await), "{yes_first} {before} {nth}");
    }
    versions_are_whole(&env, &claim.id);
}

#[tokio::test]
async fn a_yes_and_a_no_at_once_leave_a_no() {
    for nth in 1..=8 {
        for (yes_first, before) in [(true, true), (true, false), (false, true), (false, false)] {
            Box::pin(at_once(yes_first, before, nth)).await;
        }
    }
}

#[tokio::test]
async fn a_no_said_again_outlives_an_undo_that_arrived_before_it() {
    for actor in [link(1), contoso_admin()] {
        let env = TestEnv::at(NOW).await;
        let claim = env.awaiting("k", &ITEMS).await;
        let second = |n: i64| arrived(env.clock.now() + Duration::seconds(n));
        let say = |no: Command, at: RequestTime| {
            let (store, id, actor) = (&env.store, &claim.id, &actor);
            async move { store.execute_command(id, actor, &no, at, None).await }
        };
        let no = say(decline_all(), second(1)).await.unwrap();
        let again = say(decline_all(), second(3)).await.unwrap();
        assert_eq!(again.claim.version, no.claim.version, "it is no event");
        // A slow function: it arrived between the two.
        let refused = say(undo_all(), second(2)).await.unwrap_err();
        assert!(
            matches!(refused, StoreError::Rejected(Rejection::InvalidState { .. })),
            "{refused}"
        );
        let refused = say(undo_all(), second(3)).await.unwrap_err();
        assert!(
            matches!(refused, StoreError::Rejected(Rejection::InvalidState { .. })),
            "{refused}"
        );
        let undone = say(undo_all(), second(4)).await.unwrap().claim;
        assert_eq!(item_statuses(&undone), ["pending", "pending"]);
    }
}

#[tokio::test]
async fn a_no_to_more_items_counts_again_for_those_that_are_declined() {
    let env = TestEnv::at(NOW).await;
    let claim = env.awaiting("k", &ITEMS).await;
    let second = |n: i64| arrived(env.clock.now() + Duration::seconds(n));
    let say = |no: Command, at: RequestTime| {
        let (store, id) = (&env.store, &claim.id);
        async move { store.execute_command(id, &link(1), &no, at, None).await }
    };
    say(decline(&[1]), second(1)).await.unwrap();
    say(decline_all(), second(3)).await.unwrap();
    let undo = Command::Undo { items: ItemSelection::These(vec![domain::ids::ItemNo(1)]) };
    let refused = say(undo.clone(), second(2)).await.unwrap_err();
    assert!(matches!(refused, StoreError::Rejected(Rejection::InvalidState { .. })), "{refused}");
    let undone = say(undo, second(4)).await.unwrap().claim;
    assert_eq!(item_statuses(&undone), ["pending", "declined"]);
}

/// Each call of a "no" that is said again, with the whole of an undo that arrived before it on either side.
#[tokio::test]
async fn whichever_is_written_first_a_no_said_again_stands() {
    for nth in 0..4 {
        let sides: [fn(Act) -> Fault; 2] = [Fault::Before, Fault::After];
        for side in sides {
            let env = TestEnv::at(NOW).await;
            let claim = env.awaiting("k", &ITEMS).await;
            let second = |n: i64| arrived(env.clock.now() + Duration::seconds(n));
            let (no, undo, again) = (second(1), second(2), second(3));
            env.store.execute_command(&claim.id, &link(1), &decline_all(), no, None).await.unwrap();
            let (store, id) = (env.store.clone(), claim.id.clone());
            let undoes: Act = Arc::new(move || {
                let (store, id) = (store.clone(), id.clone());
                Box::pin(async move {
                    // It is done, or refused: a "no" that arrived later is noted already.
                    let undone =
                        store.execute_command(&id, &link(1), &undo_all(), undo, None).await;
                    assert!(matches!(undone, Ok(_) | Err(StoreError::Rejected(_))), "{undone:?}");
                })
            });
            let (slow, wire) = env.another_store(|_| {});
            wire.on(any, nth, side(undoes));
            slow.execute_command(&claim.id, &link(1), &decline_all(), again, None).await.unwrap();
            let after = env.read(&claim.id).await;
            assert_eq!(item_statuses(&after), ["declined", "declined"], "around call {nth}");
        }
    }
}
