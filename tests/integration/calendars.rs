//! Holidays that are announced while windows are open (`docs/domain.md §4`, 2 and 5): they lengthen what
//! they must, with a mail, before anything else happens to the claim, and shorten nothing.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use chrono::Duration;
use domain::actor::Actor;
use domain::calendar::{CountryCode, Exception};
use domain::claim::{Claim, Status};
use domain::event::EventType;
use serde_json::{Value, json};
use store::{Author, RecountCause, RecountReport};
use support::event_functions::{Mail, events, mails, records, work_messages};
use support::fixtures::{self, ALPINE};
use support::stack::{Answer, Stack};
use support::test_env::closes_at;
use support::wire::{Call, Fault};
use web::event::RequestEvent;

use super::capacity::copy_open_claims;

const NOW: &str = "2026-12-22T14:00:00Z";
const ITEMS: [&str; 2] = ["exchange-online", "teams"];
/// Five days of which 31 December is one, and the same without it.
const SHORT: &str = "2026-12-31T23:00:00Z";
const LONG: &str = "2027-01-04T23:00:00Z";

async fn awaiting() -> (Stack, Claim) {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.awaiting("k", &ITEMS)).await;
    assert_eq!(closes_at(&claim), SHORT.parse::<domain::claim::Instant>().unwrap());
    (stack, claim)
}

fn new_years_eve() -> Value {
    json!([{"date": "2026-12-31", "name": "Day of mourning"}])
}

/// Announces days, without anybody following the stream.
async fn announce(stack: &Stack, country: &str, added: &Value) -> Answer {
    let event =
        RequestEvent::new("PUT", &format!("/v1/calendars/{country}")).staff("operator", "op");
    let answer = stack.send(event.json(&json!({"added": added}))).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer
}

async fn recount(stack: &Stack) {
    Box::pin(stack.env.recount()).await;
}

/// The end of the claim's window, to the second.
pub(crate) async fn deadline(stack: &Stack, claim: &Claim) -> String {
    let now = closes_at(&stack.env.read(&claim.id).await);
    now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// The mails that tell of a longer window.
pub(crate) async fn told(stack: &Stack) -> Vec<Mail> {
    stack.env.services.forget();
    stack.event_functions.publish(&records(&stack.env)).await.unwrap();
    for event in events(&stack.env).iter().filter(|event| event["type"] == "window_extended") {
        stack.event_functions.notify(event).await.unwrap();
    }
    mails(&stack.env)
}

#[tokio::test]
async fn a_holiday_announced_in_an_open_window_lengthens_it_and_the_customer_is_told() {
    let (stack, claim) = awaiting().await;
    let answer = announce(&stack, "CZ", &new_years_eve()).await;
    assert_eq!((&answer.body["country"], &answer.body["revision"]), (&json!("CZ"), &json!(1)));
    recount(&stack).await;
    assert_eq!(deadline(&stack, &claim).await, LONG);
    let mails = told(&stack).await;
    let to: Vec<_> = mails.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(to, ["jana@contoso.example", "it@contoso.example"]);
    let text = mails[0].text();
    assert!(text.contains("konce pondělí 4. ledna 2027"), "{text}");
    assert!(text.contains("Day of mourning") && !text.contains("/d/"), "{text}");
    stack.env.let_pass(SHORT.parse().unwrap());
    stack.env.finalize().await;
    assert_eq!(stack.env.read(&claim.id).await.status(), Status::AwaitingCustomer);
    stack.env.let_pass(LONG.parse().unwrap());
    stack.env.finalize().await;
    assert_eq!(stack.env.read(&claim.id).await.status(), Status::Associated);
}

#[tokio::test]
async fn a_window_that_an_announced_holiday_lengthens_passes_by_the_days_on_which_the_customer_rests()
 {
    let stack = Box::pin(Stack::at(NOW)).await;
    let rules = RequestEvent::put("/v1/customer/rules").customer_admin(fixtures::CONTOSO);
    let put = stack.send(rules.json(&json!({"closures": ["2027-01-04"]}))).await;
    assert_eq!(put.status, 200, "{}", put.text);
    let claim = Box::pin(stack.env.awaiting("k", &ITEMS)).await;
    assert_eq!(deadline(&stack, &claim).await, SHORT);
    announce(&stack, "CZ", &new_years_eve()).await;
    recount(&stack).await;
    assert_eq!(deadline(&stack, &claim).await, "2027-01-05T23:00:00Z");
    let longer = stack.env.read(&claim.id).await;
    let counted: Vec<_> =
        longer.state.window().unwrap().counted.iter().map(ToString::to_string).collect();
    assert_eq!(counted, ["2026-12-23", "2026-12-28", "2026-12-29", "2026-12-30", "2027-01-05"]);
}

#[tokio::test]
async fn a_holiday_announced_between_the_end_of_a_window_and_its_close_gives_no_day() {
    let (stack, claim) = awaiting().await;
    let end: domain::claim::Instant = SHORT.parse().unwrap();
    stack.env.clock.set(end + Duration::seconds(30));
    announce(&stack, "CZ", &new_years_eve()).await;
    recount(&stack).await;
    stack.env.let_pass(end);
    stack.env.finalize().await;
    let closed = stack.env.read(&claim.id).await;
    assert_eq!((closed.status(), closes_at(&closed)), (Status::Associated, end));
}

#[tokio::test]
async fn the_window_of_a_customer_without_a_zone_ends_where_it_ends_last_and_so_does_the_longer_one()
 {
    let stack = Box::pin(Stack::at("2026-12-15T05:30:00Z")).await;
    let contoso = fixtures::contoso();
    let country = "US".parse().unwrap();
    let tenant = domain::directory::Tenant { country, time_zone: None, ..contoso };
    stack.env.store.put_tenant(&tenant).await.unwrap();
    let claim = Box::pin(stack.env.awaiting("k", &ITEMS)).await;
    // Half past midnight in New York, the evening before on Adak: 16 to 22 there, and 15 to 21 here.
    assert_eq!(deadline(&stack, &claim).await, "2026-12-23T05:00:00Z");
    announce(&stack, "US", &json!([{"date": "2026-12-15", "name": "Day of mourning"}])).await;
    recount(&stack).await;
    assert_eq!(deadline(&stack, &claim).await, "2026-12-23T10:00:00Z", "on Adak it is a day more");
    let window = stack.env.read(&claim.id).await.state.window().unwrap().clone();
    assert_eq!(window.time_zone.to_string(), "America/Adak");
}

#[tokio::test]
async fn the_next_tick_counts_the_windows_again_with_one_message_for_the_country() {
    let (stack, claim) = awaiting().await;
    announce(&stack, "CZ", &new_years_eve()).await;
    stack.env.services.forget();
    assert!(stack.event_functions.tick_alone(&stack.env).await);
    let messages = work_messages(&stack.env);
    let asked = messages.iter().filter(|message| message["recount"] == "CZ").count();
    assert_eq!(asked, 1, "{messages:?}");
    assert_eq!(deadline(&stack, &claim).await, SHORT);
    for message in &messages {
        assert!(stack.event_functions.work(&stack.env, message).await, "{message}");
    }
    assert_eq!(deadline(&stack, &claim).await, LONG);
    stack.env.services.forget();
    assert!(stack.event_functions.tick_alone(&stack.env).await);
    assert!(work_messages(&stack.env).iter().all(|message| message["recount"].is_null()));
}

#[tokio::test]
async fn the_longer_window_explains_itself_with_the_name_of_the_day() {
    let (stack, claim) = awaiting().await;
    announce(&stack, "CZ", &new_years_eve()).await;
    recount(&stack).await;
    let path = format!("/v1/claims/{}", claim.id);
    let shown = stack.send(RequestEvent::get(&path).partner_user(ALPINE)).await;
    assert_eq!(shown.body["window"]["calendar"], "CZ@2026.12+1", "{}", shown.text);
    let day = json!({"date": "2026-12-31", "reason": "exception", "name": "Day of mourning"});
    let skipped = shown.body["window"]["skipped"].as_array().unwrap();
    assert!(skipped.contains(&day), "{skipped:?}");
    assert_eq!(shown.body["last_event"]["actor"], "system");
}

#[tokio::test]
async fn a_window_that_nobody_recounted_is_counted_again_before_it_is_closed() {
    let (stack, claim) = awaiting().await;
    announce(&stack, "CZ", &new_years_eve()).await;
    stack.env.let_pass(SHORT.parse().unwrap());
    stack.env.finalize().await;
    let stored = stack.env.stored(&claim.id);
    assert_eq!(stored["st"]["S"], Status::AwaitingCustomer.as_str());
    assert_eq!(deadline(&stack, &claim).await, LONG);
    stack.env.let_pass(LONG.parse().unwrap());
    stack.env.finalize().await;
    assert_eq!(stack.env.read(&claim.id).await.status(), Status::Associated);
}

#[tokio::test]
async fn a_list_that_finds_a_window_due_counts_it_again_as_well() {
    let (stack, claim) = awaiting().await;
    announce(&stack, "CZ", &new_years_eve()).await;
    stack.env.let_pass(SHORT.parse().unwrap());
    let listed = stack.send(RequestEvent::get("/v1/claims").partner_admin(ALPINE)).await;
    assert_eq!(listed.body["items"][0]["status"], "awaiting_customer", "{}", listed.text);
    assert_eq!(listed.body["items"][0]["turn"]["until"], LONG);
    assert_eq!(deadline(&stack, &claim).await, LONG);
}

#[tokio::test]
async fn a_tenant_in_a_zone_of_another_country_has_his_window_counted_again_at_its_end() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let mut tenant = fixtures::contoso();
    tenant.time_zone = "America/New_York".parse().ok();
    stack.env.store.put_tenant(&tenant).await.unwrap();
    let claim = Box::pin(stack.env.awaiting("k", &ITEMS)).await;
    announce(&stack, "CZ", &new_years_eve()).await;
    recount(&stack).await;
    stack.env.let_pass(closes_at(&claim));
    stack.env.finalize().await;
    assert_eq!(deadline(&stack, &claim).await, "2027-01-05T05:00:00Z");
}

#[tokio::test]
async fn a_day_that_is_taken_back_shortens_nothing_and_a_window_opened_later_counts_it() {
    let (stack, claim) = awaiting().await;
    announce(&stack, "CZ", &new_years_eve()).await;
    recount(&stack).await;
    announce(&stack, "CZ", &json!([])).await;
    recount(&stack).await;
    assert_eq!(deadline(&stack, &claim).await, LONG);
    let later = stack.env.awaiting("k2", &["sharepoint-online"]).await;
    assert_eq!(deadline(&stack, &later).await, SHORT);
}

#[tokio::test]
async fn an_announcement_made_twice_and_recounted_twice_changes_a_claim_once() {
    let (stack, claim) = awaiting().await;
    for _ in 0..2 {
        let answer = announce(&stack, "CZ", &new_years_eve()).await;
        assert_eq!(answer.body["revision"], 1);
        recount(&stack).await;
    }
    let after = stack.env.read(&claim.id).await;
    assert_eq!(after.version.0, claim.version.0 + 1);
    assert_eq!(after.last_event.event_type, EventType::WindowExtended);
    assert_eq!(stack.env.store.pending_recounts().await.unwrap(), []);
}

#[tokio::test]
async fn windows_of_other_countries_are_closed_by_the_batch_as_ever() {
    let (stack, claim) = awaiting().await;
    announce(&stack, "DE", &new_years_eve()).await;
    recount(&stack).await;
    stack.env.let_pass(SHORT.parse().unwrap());
    let drained = stack.env.finalize().await;
    assert_eq!(drained.iter().map(|run| run.closed).sum::<u32>(), 1, "{drained:?}");
    assert_eq!(stack.env.read(&claim.id).await.version.0, claim.version.0 + 1);
}

/// How many windows the batch closes at their end.
async fn closed_by_batch(stack: &Stack, claim: &Claim) -> u32 {
    stack.env.let_pass(closes_at(claim));
    let drained = stack.env.finalize().await;
    assert_eq!(stack.env.read(&claim.id).await.status(), Status::Associated);
    drained.iter().map(|run| run.closed).sum()
}

#[tokio::test]
async fn a_day_that_is_no_day_of_a_window_leaves_it_to_the_batch_without_a_recount() {
    let behind_its_end = json!([{"date": "2027-01-04", "name": "Day of mourning"}]);
    for added in [&behind_its_end, &json!([])] {
        let (stack, claim) = awaiting().await;
        announce(&stack, "CZ", &behind_its_end).await;
        announce(&stack, "CZ", added).await;
        assert_eq!(Box::pin(stack.env.recount()).await, 0);
        assert_eq!(closed_by_batch(&stack, &claim).await, 1, "{added}");
    }
}

#[tokio::test]
async fn a_day_of_another_part_of_the_country_leaves_a_window_to_the_batch() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let country = "US".parse().unwrap();
    let subdivision = domain::calendar::Subdivision::parse(country, "NY").ok();
    let time_zone = "America/New_York".parse().ok();
    let tenant =
        domain::directory::Tenant { country, subdivision, time_zone, ..fixtures::contoso() };
    stack.env.store.put_tenant(&tenant).await.unwrap();
    let claim = Box::pin(stack.env.awaiting("k", &ITEMS)).await;
    let day = |part: &str| json!([{"date": "2026-12-29", "name": "Day of mourning", "subdivision": part}]);
    announce(&stack, "US", &day("US-CA")).await;
    assert_eq!(Box::pin(stack.env.recount()).await, 0);
    assert_eq!(closed_by_batch(&stack, &claim).await, 1);
    let later = Box::pin(stack.env.awaiting("k2", &["sharepoint-online"])).await;
    let date = later.state.window().unwrap().last_counted().unwrap();
    let own =
        json!([{"date": date.to_string(), "name": "Day of mourning", "subdivision": "US-NY"}]);
    announce(&stack, "US", &own).await;
    assert_eq!(Box::pin(stack.env.recount()).await, 1);
}

#[tokio::test]
async fn a_window_that_a_recount_leaves_as_it_is_is_closed_by_the_batch() {
    let (stack, claim) = awaiting().await;
    // A Sunday within the window.
    let sunday = json!([{"date": "2026-12-27", "name": "Day of mourning"}]);
    announce(&stack, "CZ", &sunday).await;
    assert_eq!(Box::pin(stack.env.recount()).await, 0);
    assert_eq!(closed_by_batch(&stack, &claim).await, 1);
}

#[tokio::test]
async fn a_list_of_revisions_without_its_days_has_every_window_counted_again() {
    let (stack, claim) = awaiting().await;
    announce(&stack, "CZ", &json!([{"date": "2027-01-04", "name": "Day of mourning"}])).await;
    let mut listed = stack.env.engine.item("CA#revisions", "CZ").unwrap();
    assert_eq!(listed["d"]["S"], "2027-01-04+1");
    listed.as_object_mut().unwrap().remove("d");
    stack.env.engine.put(&listed);
    assert_eq!(closed_by_batch(&stack, &claim).await, 0, "it goes the generic way");
}

#[tokio::test]
async fn a_window_that_the_announced_day_counted_already_is_closed_by_the_batch() {
    let stack = Box::pin(Stack::at(NOW)).await;
    announce(&stack, "CZ", &new_years_eve()).await;
    let claim = stack.env.awaiting("k", &ITEMS).await;
    assert_eq!(deadline(&stack, &claim).await, LONG);
    stack.env.let_pass(LONG.parse().unwrap());
    let drained = stack.env.finalize().await;
    assert_eq!(drained.iter().map(|run| run.closed).sum::<u32>(), 1, "{drained:?}");
}

#[tokio::test]
async fn a_no_to_everything_can_be_taken_back_for_the_longer_time() {
    let (stack, claim) = awaiting().await;
    stack.decide(&claim, "decision=decline").await;
    announce(&stack, "CZ", &new_years_eve()).await;
    recount(&stack).await;
    assert_eq!(stack.env.read(&claim.id).await.status(), Status::Declined);
    stack.env.clock.set(SHORT.parse().unwrap());
    let undone = stack.decide(&claim, "decision=undo").await;
    assert_eq!(undone.body["claim_status"], "awaiting_customer", "{}", undone.text);
}

#[tokio::test]
async fn a_claim_in_no_window_keeps_its_deadline() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = stack.env.submitted("k", &ITEMS).await;
    announce(&stack, "CZ", &new_years_eve()).await;
    recount(&stack).await;
    assert_eq!(stack.env.read(&claim.id).await, claim);
    let later = stack.env.submitted("k2", &["sharepoint-online"]).await;
    assert!(later.deadline() > claim.deadline(), "the operator's own time skips the day as well");
}

#[tokio::test]
async fn an_explained_deadline_skips_the_announced_day_only_where_it_was_announced() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let day = json!([{"date": "2026-12-29", "name": "Day of mourning", "subdivision": "US-CA"}]);
    announce(&stack, "us", &day).await;
    for (subdivision, skips) in [("CA", true), ("NY", false)] {
        let path = format!(
            "/v1/windows?country=US&subdivision={subdivision}&delivered_at=2026-12-22T14:00:00Z"
        );
        let shown = stack.send(RequestEvent::get(&path).partner_admin(ALPINE)).await;
        let skipped = shown.body["skipped"].as_array().unwrap();
        let named = skipped.iter().any(|day| day["name"] == "Day of mourning");
        assert_eq!(named, skips, "{}", shown.text);
    }
}

#[tokio::test]
async fn a_country_that_does_not_exist_has_no_calendar() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let event = RequestEvent::new("PUT", "/v1/calendars/ZZ").staff("operator", "op");
    let answer = stack.send(event.json(&json!({"added": []}))).await;
    assert_eq!(answer.problem(), (404, "not-found"));
}

#[tokio::test]
async fn two_thousand_windows_are_counted_again_over_many_runs_each_of_them_once() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = copy_open_claims(&stack.env, 2_000).await.unwrap();
    announce(&stack, "CZ", &new_years_eve()).await;
    let store = stack.env.store_of_slow_work(Duration::milliseconds(15));
    let mut reports: Vec<RecountReport> = Vec::new();
    while let [country] = store.pending_recounts().await.unwrap()[..] {
        // A run of a function; the lease of a run that is over stands in nobody's way.
        let until = stack.env.clock.now() + Duration::seconds(40);
        reports.push(Box::pin(store.recount_windows(country, until)).await.unwrap());
        assert!(reports.len() < 20, "{reports:?}");
    }
    assert!(reports.len() >= 3, "{reports:?}");
    let (last, before) = reports.split_last().unwrap();
    assert!(last.finished && before.iter().all(|run| run.leased && !run.finished), "{reports:?}");
    assert_eq!(reports.iter().map(|run| run.seen).sum::<u32>(), 2_001, "{reports:?}");
    assert_eq!(stack.env.claims_at_version(claim.version.0 + 1), 2_001);
}

#[tokio::test]
async fn a_worker_that_dies_leaves_the_recount_to_the_next_one_once_its_lease_is_over() {
    let (stack, claim) = awaiting().await;
    announce(&stack, "CZ", &new_years_eve()).await;
    let country: CountryCode = "CZ".parse().unwrap();
    let (first, wire) = stack.env.another_store(|_| {});
    let until = stack.env.clock.now() + Duration::seconds(40);
    // Its lease, an update, is the last that it writes.
    wire.always(|call| call.operation == "PutItem", Fault::Reset);
    assert!(Box::pin(first.recount_windows(country, until)).await.is_err());
    let store = &stack.env.store;
    assert_eq!(store.pending_recounts().await.unwrap(), [RecountCause::Country(country)]);
    stack.env.clock.advance(Duration::minutes(1));
    recount(&stack).await;
    assert_eq!(deadline(&stack, &claim).await, LONG);
    assert_eq!(store.pending_recounts().await.unwrap(), []);
}

#[tokio::test]
async fn two_workers_do_not_count_the_same_windows() {
    let (stack, _) = awaiting().await;
    announce(&stack, "CZ", &new_years_eve()).await;
    let country: CountryCode = "CZ".parse().unwrap();
    let until = stack.env.clock.now() + Duration::seconds(40);
    let (other, _) = stack.env.another_store(|_| {});
    let (wire, met) = (&stack.env.wire, Arc::new(Mutex::new(None)));
    let meets = Arc::clone(&met);
    let second = Fault::before(move || {
        let (other, meets) = (other.clone(), Arc::clone(&meets));
        async move {
            let report = Box::pin(other.recount_windows(country, until)).await.unwrap();
            meets.lock().unwrap().replace(report);
        }
    });
    wire.on(|call| call.names("T#", "") && call.writes(), 1, second);
    let first = Box::pin(stack.env.store.recount_windows(country, until)).await.unwrap();
    assert_eq!((first.changed, first.finished), (1, true));
    assert_eq!(met.lock().unwrap().take(), Some(RecountReport::default()));
}

#[tokio::test]
async fn a_day_announced_while_windows_are_counted_begins_the_recount_anew() {
    let (stack, claim) = awaiting().await;
    announce(&stack, "CZ", &new_years_eve()).await;
    let country: CountryCode = "CZ".parse().unwrap();
    let until = stack.env.clock.now() + Duration::seconds(40);
    let other = stack.env.another_store(|_| {}).0;
    let later = Fault::before(move || {
        let other = other.clone();
        async move {
            let days = ["2026-12-30", "2026-12-31"].map(|date| Exception {
                date: date.parse().unwrap(),
                name: "Day of mourning".to_owned(),
                subdivision: None,
            });
            let author = Author::of(&Actor::System, NOW.parse().unwrap());
            let added = |_: &BTreeSet<Exception>| Ok(days.iter().cloned().collect());
            let put = other.put_country_calendar(country, &added, &author, &|_, _| true);
            put.await.unwrap();
        }
    });
    stack.env.wire.on(Call::writes, 2, later);
    Box::pin(stack.env.store.recount_windows(country, until)).await.unwrap();
    assert_eq!(stack.env.store.pending_recounts().await.unwrap(), [RecountCause::Country(country)]);
    recount(&stack).await;
    assert_eq!(deadline(&stack, &claim).await, "2027-01-05T23:00:00Z");
    assert_eq!(stack.env.store.pending_recounts().await.unwrap(), []);
}

#[tokio::test]
async fn a_window_that_cannot_be_counted_is_left_to_its_close_and_the_others_are_counted() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = copy_open_claims(&stack.env, 60).await.unwrap();
    let records = stack.env.engine.items("C#");
    let mut broken = records.into_iter().find(|record| record["sk"]["S"] == "A").unwrap();
    broken["pr"] = json!({"N": "7"});
    stack.env.engine.put(&broken);
    announce(&stack, "CZ", &new_years_eve()).await;
    let country: CountryCode = "CZ".parse().unwrap();
    let mut failed = 0;
    let report = loop {
        let until = stack.env.clock.now() + Duration::seconds(40);
        match Box::pin(stack.env.store.recount_windows(country, until)).await {
            Ok(report) => break report,
            Err(error) => assert!(!error.is_retryable(), "{error}"),
        }
        failed += 1;
    };
    assert_eq!((failed, report.passed, report.finished), (2, 1, true), "{report:?}");
    assert_eq!(stack.env.claims_at_version(claim.version.0 + 1), 60);
}
