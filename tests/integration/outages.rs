//! Windows that end while customers cannot answer get a business day more (`docs/domain.md §4.4`,
//! `docs/api.md §3.7`): each once, with a mail, and only where somebody has confirmed their number.

use std::sync::Arc;

use chrono::Duration;
use domain::actor::Actor;
use domain::claim::{Claim, ExtensionCause, Instant, Status};
use domain::event::EventType;
use serde_json::{Value, json};
use store::{RecountCause, RecountReport};
use support::event_functions::work_messages;
use support::fixtures::ALPINE;
use support::stack::{Answer, Stack};
use support::test_env::{closes_at, decline_all, link, withdraw};
use support::wire::{Call, Fault, until_death};
use tokio::sync::Notify;
use web::event::RequestEvent;

use super::calendars::{deadline, told};
use super::capacity::copy_open_claims;

/// When the windows are opened.
const NOW: &str = "2026-12-22T14:00:00Z";
/// When customers cannot answer.
const OUTAGE: &str = "2026-12-31T19:00:00Z";
const ITEMS: [&str; 2] = ["exchange-online", "teams"];
const END: &str = "2026-12-31T23:00:00Z";
const ONE_DAY_MORE: &str = "2027-01-04T23:00:00Z";
const TWO_DAYS_MORE: &str = "2027-01-05T23:00:00Z";
const PATH: &str = "/v1/windows:extend";

async fn awaiting() -> (Stack, Claim) {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.awaiting("k", &ITEMS)).await;
    assert_eq!(closes_at(&claim), END.parse::<Instant>().unwrap());
    stack.env.clock.set(OUTAGE.parse().unwrap());
    (stack, claim)
}

fn body() -> Value {
    json!({"closing_from": "2026-12-31T18:00:00Z", "closing_until": "2027-01-01T00:00:00Z",
        "comment": "The decision page could not be reached."})
}

fn event(query: &str, body: &Value) -> RequestEvent {
    RequestEvent::post(&format!("{PATH}{query}")).staff("operator", "olga").json(body)
}

async fn send(stack: &Stack, query: &str, tag: &str, body: &Value) -> Answer {
    stack.send(event(query, body).header("if-match", tag)).await
}

async fn dry_run(stack: &Stack, body: &Value) -> Answer {
    let answer = stack.send(event("?dry_run=true", body)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer
}

/// Announces the outage with what a dry run says.
async fn announce(stack: &Stack, body: &Value) -> Answer {
    let dry = dry_run(stack, body).await;
    let query = format!("?confirm={}", dry.body["confirm"].as_str().unwrap().replace('+', "%2B"));
    let answer = send(stack, &query, dry.header("etag"), body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer
}

fn later(stack: &Stack) -> Instant {
    stack.env.clock.now() + Duration::seconds(40)
}

#[tokio::test]
async fn every_window_that_ends_in_the_interval_gets_a_business_day_and_its_customer_a_mail() {
    let (stack, claim) = awaiting().await;
    let answer = announce(&stack, &body()).await;
    let expected = json!({"number": 1, "closing_from": "2026-12-31T18:00:00Z",
        "closing_until": "2027-01-01T00:00:00Z", "announced_at": OUTAGE, "announced_by": "olga",
        "comment": "The decision page could not be reached."});
    assert_eq!((answer.header("etag"), &answer.body), ("\"1\"", &expected));
    assert_eq!(deadline(&stack, &claim).await, END, "the next tick does it");
    assert_eq!(Box::pin(stack.env.recount()).await, 1);
    assert_eq!(deadline(&stack, &claim).await, ONE_DAY_MORE);
    let mails = told(&stack).await;
    let to: Vec<_> = mails.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(to, ["jana@contoso.example", "it@contoso.example"]);
    let text = mails[0].text();
    assert!(text.contains("konce pondělí 4. ledna 2027"), "{text}");
    assert!(text.contains("nedostupná") && !text.contains("/d/"), "{text}");
    let path = format!("/v1/claims/{}", claim.id);
    let shown = stack.send(RequestEvent::get(&path).staff("operator", "olga")).await;
    assert_eq!(shown.body["window"]["extended_by"], json!(["outage"]));
    assert_eq!(shown.body["last_event"]["actor"], "system");
    for (end, status) in [(END, Status::AwaitingCustomer), (ONE_DAY_MORE, Status::Associated)] {
        stack.env.let_pass(end.parse().unwrap());
        stack.env.finalize().await;
        assert_eq!(stack.env.read(&claim.id).await.status(), status);
    }
}

#[tokio::test]
async fn staff_lists_the_outages_that_were_announced_the_newest_first() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let interval = |day: u32, comment: &str| {
        json!({"closing_from": format!("2026-12-{day}T15:00:00Z"),
            "closing_until": format!("2026-12-{day}T18:00:00Z"), "comment": comment})
    };
    for (day, comment) in [(22, "first"), (23, "second"), (24, "third")] {
        announce(&stack, &interval(day, comment)).await;
    }
    let list = async |path: &str| {
        let answer = stack.send(RequestEvent::get(path).staff("auditor", "a")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let items = answer.body["items"].as_array().unwrap();
        let told = items.iter().map(|own| (own["number"].clone(), own["comment"].clone()));
        (told.collect::<Vec<_>>(), answer.body["next_cursor"].clone())
    };
    let expected =
        [(json!(3), json!("third")), (json!(2), json!("second")), (json!(1), json!("first"))];
    assert_eq!(list("/v1/outages").await, (expected.to_vec(), Value::Null));
    let (page, next) = list("/v1/outages?limit=2").await;
    assert_eq!(page, expected[..2]);
    let rest = format!("/v1/outages?limit=2&cursor={}", next.as_str().unwrap());
    assert_eq!(list(&rest).await, (expected[2..].to_vec(), Value::Null));
    assert_eq!(list("/v1/outages?limit=3").await.1, Value::Null, "nothing is behind the last");
}

#[tokio::test]
async fn nothing_is_announced_until_the_number_of_windows_and_the_outages_before_are_confirmed() {
    let (stack, claim) = awaiting().await;
    let dry = dry_run(&stack, &body()).await;
    let told = json!({"claim_id": claim.id.as_str(), "partner_id": ALPINE,
        "tenant_id": claim.subject.tenant.as_str(), "program": "osu-m365",
        "status": "awaiting_customer", "ended": [], "rejected": [], "held": false, "declined": [],
        "needs_yes": false});
    let expected =
        json!({"confirm": "1", "count": 1, "held": 0, "touched_by_rules": 0, "claims": [told]});
    assert_eq!((&dry.body, dry.header("etag")), (&expected, "\"0\""));
    let before = stack.env.engine.stream().len();
    for (query, tag) in [
        ("", Some("\"0\"")),
        ("?confirm=2", Some("\"0\"")),
        ("?confirm=1%2B", Some("\"0\"")),
        ("?confirm=1", None),
        ("?confirm=1", Some("*")),
    ] {
        let event = event(query, &body());
        let event = match tag {
            Some(tag) => event.header("if-match", tag),
            None => event,
        };
        let refused = stack.send(event).await;
        assert_eq!(refused.problem(), (409, "confirmation-required"), "{query} {tag:?}");
        assert_eq!(refused.header("etag"), "\"0\"");
        assert_eq!(refused.body["consequences"]["confirm"], "1");
    }
    for query in ["?dry_run=true", "?confirm=1"] {
        let stale = send(&stack, query, "\"7\"", &body()).await;
        assert_eq!((stale.problem(), stale.header("etag")), ((412, "version-mismatch"), "\"0\""));
    }
    assert_eq!(stack.env.engine.stream().len(), before, "nothing is written");
    // The number is that of the moment at which it is announced.
    stack.env.give(&claim.id, &support::test_env::alpine(), &withdraw()).await.unwrap();
    let changed = send(&stack, "?confirm=1", "\"0\"", &body()).await;
    assert_eq!(changed.problem(), (409, "confirmation-required"));
    assert_eq!(changed.body["consequences"]["confirm"], "0");
    assert_eq!(send(&stack, "?confirm=0", "\"0\"", &body()).await.status, 200);
}

#[tokio::test]
async fn a_repeat_moves_nothing_and_a_second_day_is_asked_for_as_such() {
    let (stack, claim) = awaiting().await;
    announce(&stack, &body()).await;
    Box::pin(stack.env.recount()).await;
    for _ in 0..2 {
        let repeat = send(&stack, "?confirm=1", "\"0\"", &body()).await;
        assert_eq!((repeat.status, repeat.header("etag")), (200, "\"1\""), "{}", repeat.text);
    }
    assert_eq!(stack.env.store.pending_recounts().await.unwrap(), []);
    let other = json!({"closing_from": "2026-12-31T18:00:00Z", "comment": "Another",
        "closing_until": "2027-01-01T00:00:00Z"});
    let stale = send(&stack, "?confirm=1", "\"0\"", &other).await;
    assert_eq!((stale.problem(), stale.header("etag")), ((412, "version-mismatch"), "\"1\""));
    // No window ends in the interval any more; the same days again are another announcement all the same.
    assert_eq!(announce(&stack, &body()).await.body["number"], 2);
    Box::pin(stack.env.recount()).await;
    assert_eq!(deadline(&stack, &claim).await, ONE_DAY_MORE);
    let again = json!({"closing_from": "2027-01-04T00:00:00Z", "comment": "Once more.",
        "closing_until": "2027-01-05T00:00:00Z"});
    announce(&stack, &again).await;
    announce(&stack, &again).await;
    assert_eq!(Box::pin(stack.env.recount()).await, 1);
    assert_eq!(deadline(&stack, &claim).await, TWO_DAYS_MORE, "the fourth found it gone");
    assert_eq!(stack.env.read(&claim.id).await.last_outage, 3);
}

#[tokio::test]
async fn what_is_wrong_with_an_interval_or_a_comment_is_told_at_its_place() {
    let (stack, _) = awaiting().await;
    let with = |name: &str, value: Value| {
        let mut body = body();
        body[name] = value;
        body
    };
    for (body, expected) in [
        (with("closing_until", json!("2026-12-31T18:00:00Z")), ("/closing_until", "not-later")),
        (with("closing_until", json!("2026-12-31T17:00:00Z")), ("/closing_until", "not-later")),
        (with("closing_until", json!("2027-01-03T18:00:01Z")), ("/closing_until", "out-of-range")),
        (with("closing_from", json!("yesterday")), ("/closing_from", "malformed")),
        (with("comment", json!(null)), ("/comment", "required")),
        (with("comment", json!("x".repeat(2001))), ("/comment", "too-long")),
        (with("days", json!(2)), ("/days", "unknown-field")),
    ] {
        for query in ["?dry_run=true", "?confirm=1"] {
            let refused = send(&stack, query, "\"0\"", &body).await;
            let (place, code) = (expected.0.to_owned(), expected.1.to_owned());
            assert_eq!(refused.errors(), [(place, code)], "{body} {}", refused.text);
        }
    }
    let over = json!({"closing_from": "2026-12-31T10:00:00Z", "comment": "It is over.",
        "closing_until": OUTAGE});
    let refused = stack.send(event("?dry_run=true", &over)).await;
    assert_eq!(refused.errors(), [("/closing_until".to_owned(), "not-later".to_owned())]);
    for query in ["?confirm=x", "?confirm=-1", "?days=2"] {
        assert_eq!(stack.send(event(query, &body())).await.problem(), (400, "invalid-query"));
    }
    for role in ["reviewer", "auditor"] {
        let event = RequestEvent::post(PATH).staff(role, "rolf").json(&body());
        assert_eq!(stack.send(event).await.problem(), (403, "role-not-allowed"));
    }
    let event = RequestEvent::post(PATH).partner_admin(ALPINE).json(&body());
    assert_eq!(stack.send(event).await.problem(), (403, "role-not-allowed"));
}

#[tokio::test]
async fn a_window_whose_end_comes_before_the_work_is_not_closed_by_batch_reader_or_list() {
    for reader in ["batch", "read", "list"] {
        let (stack, claim) = awaiting().await;
        announce(&stack, &body()).await;
        stack.env.let_pass(END.parse().unwrap());
        match reader {
            "batch" => {
                stack.env.finalize().await;
                let stored = stack.env.stored(&claim.id);
                assert_eq!(stored["st"]["S"], Status::AwaitingCustomer.as_str());
            }
            "list" => {
                let listed =
                    stack.send(RequestEvent::get("/v1/claims").partner_admin(ALPINE)).await;
                assert_eq!(listed.body["items"][0]["turn"]["until"], ONE_DAY_MORE);
            }
            _ => {}
        }
        assert_eq!(deadline(&stack, &claim).await, ONE_DAY_MORE, "{reader}");
        assert_eq!(Box::pin(stack.env.recount()).await, 0, "{reader}");
        assert_eq!(deadline(&stack, &claim).await, ONE_DAY_MORE, "{reader}");
    }
}

#[tokio::test]
async fn a_window_that_has_ended_is_not_opened_again_and_a_final_claim_gets_none() {
    let (stack, claim) = awaiting().await;
    let end: Instant = END.parse().unwrap();
    stack.env.clock.set(end + Duration::seconds(30));
    assert_eq!(announce(&stack, &body()).await.body["number"], 1);
    assert_eq!(Box::pin(stack.env.recount()).await, 0);
    stack.env.let_pass(end);
    stack.env.finalize().await;
    let closed = stack.env.read(&claim.id).await;
    assert_eq!((closed.status(), closes_at(&closed)), (Status::Associated, end));
    let refused = json!({"closing_from": OUTAGE, "closing_until": END, "comment": "Too late."});
    let refused = stack.send(event("?dry_run=true", &refused)).await;
    assert_eq!(refused.errors(), [("/closing_until".to_owned(), "not-later".to_owned())]);
}

#[tokio::test]
async fn a_no_stays_and_can_be_taken_back_for_the_longer_time() {
    let (stack, claim) = awaiting().await;
    stack.env.give(&claim.id, &link(1), &decline_all()).await.unwrap();
    assert_eq!(dry_run(&stack, &body()).await.body["count"], 1);
    announce(&stack, &body()).await;
    Box::pin(stack.env.recount()).await;
    let after = stack.env.read(&claim.id).await;
    assert_eq!(
        (after.status(), deadline(&stack, &claim).await),
        (Status::Declined, ONE_DAY_MORE.to_owned())
    );
    stack.env.clock.set(END.parse().unwrap());
    let undone = stack.decide(&claim, "decision=undo").await;
    assert_eq!(undone.body["claim_status"], "awaiting_customer", "{}", undone.text);
}

#[tokio::test]
async fn the_tick_asks_for_the_work_with_one_message() {
    let (stack, claim) = awaiting().await;
    announce(&stack, &body()).await;
    stack.env.services.forget();
    assert!(stack.event_functions.tick_alone(&stack.env).await);
    let messages = work_messages(&stack.env);
    let asked = messages.iter().filter(|message| message["recount"] == "outage-1").count();
    assert_eq!(asked, 1, "{messages:?}");
    for message in &messages {
        assert!(stack.event_functions.work(&stack.env, message).await, "{message}");
    }
    assert_eq!(deadline(&stack, &claim).await, ONE_DAY_MORE);
    assert_eq!(stack.env.store.pending_recounts().await.unwrap(), []);
}

#[tokio::test]
async fn more_windows_than_one_run_has_time_for_are_moved_over_many_runs_each_once() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(copy_open_claims(&stack.env, 150)).await.unwrap();
    stack.env.clock.set(OUTAGE.parse().unwrap());
    assert_eq!(dry_run(&stack, &body()).await.body["confirm"], "151");
    announce(&stack, &body()).await;
    let store = stack.env.store_of_slow_work(Duration::milliseconds(40));
    let mut reports: Vec<RecountReport> = Vec::new();
    while let [cause] = store.pending_recounts().await.unwrap()[..] {
        let until = stack.env.clock.now() + Duration::seconds(10);
        reports.push(Box::pin(store.recount_windows(cause, until)).await.unwrap());
        assert!(reports.len() < 40, "{reports:?}");
    }
    assert!(reports.len() >= 3, "{reports:?}");
    assert_eq!(reports.iter().map(|run| run.changed).sum::<u32>(), 151, "{reports:?}");
    assert_eq!(stack.env.claims_at_version(claim.version.0 + 1), 151);
}

#[tokio::test]
async fn a_thousand_windows_and_more_are_confirmed_with_a_plus() {
    let stack = Box::pin(Stack::at(NOW)).await;
    Box::pin(copy_open_claims(&stack.env, 1_050)).await.unwrap();
    stack.env.clock.set(OUTAGE.parse().unwrap());
    let dry = dry_run(&stack, &body()).await;
    assert_eq!((&dry.body["confirm"], &dry.body["at_least"]), (&json!("1000+"), &json!(1000)));
    assert_eq!(dry.body["claims"].as_array().unwrap().len(), 100);
    assert_eq!(announce(&stack, &body()).await.status, 200);
}

#[tokio::test]
async fn two_workers_move_a_window_once_also_where_both_have_the_work() {
    let (stack, claim) = awaiting().await;
    announce(&stack, &body()).await;
    let until = later(&stack);
    let (other, _) = stack.env.another_store(|_| {});
    let clock = stack.env.clock.clone();
    // The first one's lease is over just before it writes the claim, and the second does all of it.
    let second = Fault::before(move || {
        let (other, clock) = (other.clone(), clock.clone());
        async move {
            clock.advance(Duration::minutes(2));
            let until = clock.now() + Duration::seconds(40);
            let report = Box::pin(other.recount_windows(RecountCause::Outage(1), until)).await;
            assert_eq!(report.unwrap().changed, 1);
        }
    });
    stack.env.wire.on(|call| call.names("C#", "A") && call.writes(), 1, second);
    drop(Box::pin(stack.env.store.recount_windows(RecountCause::Outage(1), until)).await);
    let after = stack.env.read(&claim.id).await;
    assert_eq!(
        (after.version.0, deadline(&stack, &claim).await),
        (claim.version.0 + 1, ONE_DAY_MORE.to_owned())
    );
    assert_eq!(stack.env.store.pending_recounts().await.unwrap(), []);
}

#[tokio::test]
async fn a_worker_that_dies_at_any_call_moves_each_window_once_all_the_same() {
    let (stack, claim) = awaiting().await;
    announce(&stack, &body()).await;
    let (saved, now) = (stack.env.engine.save(), stack.env.clock.now());
    let mut died = 0;
    for crash in [Fault::CrashBefore, Fault::CrashAfter] {
        for no in 1.. {
            stack.env.engine.restore(&saved);
            stack.env.clock.set(now);
            let (store, wire) = stack.env.another_store(|_| {});
            let death = Arc::new(Notify::new());
            // Empty buckets are read the same way, each as the one before it.
            let counts = |call: &Call| call.writes() || call.names("C#", "A");
            wire.on(counts, no, crash(Arc::clone(&death)));
            let work = store.recount_windows(RecountCause::Outage(1), later(&stack));
            let alive = until_death(Box::pin(work), &death).await.is_some();
            stack.env.clock.advance(Duration::minutes(2));
            Box::pin(stack.env.recount()).await;
            let after = stack.env.read(&claim.id).await;
            assert_eq!(after.version.0, claim.version.0 + 1, "call {no}");
            assert_eq!(deadline(&stack, &claim).await, ONE_DAY_MORE, "call {no}");
            assert_eq!(after.last_event.event_type, EventType::WindowExtended);
            assert_eq!(stack.env.store.pending_recounts().await.unwrap(), [], "call {no}");
            if alive {
                break;
            }
            died += 1;
        }
    }
    assert!(died >= 8, "{died}");
}

#[tokio::test]
async fn a_window_that_cannot_be_moved_keeps_no_other_waiting() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(copy_open_claims(&stack.env, 60)).await.unwrap();
    stack.env.clock.set(OUTAGE.parse().unwrap());
    announce(&stack, &body()).await;
    let records = stack.env.engine.items("C#");
    let mut broken = records.into_iter().find(|record| record["sk"]["S"] == "A").unwrap();
    broken["pr"] = json!({"N": "7"});
    stack.env.engine.put(&broken);
    let mut runs = 0;
    let report = loop {
        let work = stack.env.store.recount_windows(RecountCause::Outage(1), later(&stack));
        match Box::pin(work).await {
            Ok(report) => break report,
            Err(error) => assert!(!error.is_retryable(), "{error}"),
        }
        runs += 1;
        assert!(runs < 5);
    };
    assert_eq!((report.passed, report.finished), (1, true), "{report:?}");
    assert_eq!(stack.env.claims_at_version(claim.version.0 + 1), 60);
}

#[tokio::test]
async fn an_extension_by_the_operator_in_between_costs_no_day() {
    let (stack, claim) = awaiting().await;
    announce(&stack, &body()).await;
    let operator = support::test_env::reviewer();
    let Actor::Staff { id, .. } = operator else { panic!() };
    let operator = Actor::Staff { id, role: domain::actor::StaffRole::Operator };
    let closes_on = Some("2027-01-06".parse().unwrap());
    let extend = domain::command::Command::Extend { closes_on };
    stack.env.give(&claim.id, &operator, &extend).await.unwrap();
    assert_eq!(Box::pin(stack.env.recount()).await, 0, "it does not end in the interval");
    let after = stack.env.read(&claim.id).await;
    assert!(!after.extended_by.contains(ExtensionCause::Outage));
    assert_eq!(deadline(&stack, &claim).await, "2027-01-06T23:00:00Z");
}
