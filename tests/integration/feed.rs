//! The feeds (`docs/api.md §3.6`, `docs/architecture.md §3`, *publish*): who is told what and when, that no event is
//! missed whatever a publisher does, and what a page of it is.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use chrono::Duration;
use domain::claim::Claim;
use domain::history::ToldEvent;
use domain::ids::{PartnerId, TenantId};
use serde_json::Value;
use store::{Cursor, Feed, Store, StoreError};
use support::event_functions::records;
use support::fixtures::{ALPINE, BOREALIS, CONTOSO, FABRIKAM, claim_body};
use support::stack::{Answer, Stack};
use support::test_env::{TestEnv, partner_id};
use support::wire::{Call, Fault};
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";
const ITEMS: [&str; 2] = ["exchange-online", "teams"];
/// More than an item is kept back.
const A_WHILE: Duration = Duration::seconds(20);

/// Whoever keeps a cursor and asks again and again.
#[derive(Debug, Clone, Default)]
struct Consumer {
    after: Option<Cursor>,
    seen: Vec<ToldEvent>,
}

impl Consumer {
    async fn read(&mut self, store: &Store, feed: Feed<'_>, limit: u16) {
        loop {
            let page = store.read_feed(feed, self.after.as_ref(), limit).await.unwrap();
            self.seen.extend(page.events);
            self.after = Some(page.end);
            if !page.more {
                break;
            }
        }
    }

    /// The versions of a claim, each where it was seen first.
    fn versions(&self, claim: &Claim) -> Vec<u32> {
        let mut versions = Vec::new();
        for event in self.seen.iter().filter(|event| event.claim == claim.id) {
            if !versions.contains(&event.version.0) {
                versions.push(event.version.0);
            }
        }
        versions
    }
}

async fn publish(stack: &Stack) {
    let answer = stack.event_functions.publish(&records(&stack.env)).await.unwrap();
    assert!(answer.batch_item_failures.is_empty(), "{answer:?}");
}

/// A claim in an open window, all of whose versions are in the feeds and old enough.
async fn told() -> (Stack, Claim) {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = stack.env.awaiting("k", &ITEMS).await;
    publish(&stack).await;
    stack.env.clock.advance(A_WHILE);
    (stack, claim)
}

async fn get(stack: &Stack, path: &str, who: fn(RequestEvent) -> RequestEvent) -> Answer {
    stack.send(who(RequestEvent::get(path))).await
}

fn alpine(event: RequestEvent) -> RequestEvent {
    event.partner_user(ALPINE)
}

fn borealis(event: RequestEvent) -> RequestEvent {
    event.partner_admin(BOREALIS)
}

fn contoso(event: RequestEvent) -> RequestEvent {
    event.customer_admin(CONTOSO)
}

fn fabrikam(event: RequestEvent) -> RequestEvent {
    event.customer_admin(FABRIKAM)
}

fn staff(event: RequestEvent) -> RequestEvent {
    event.staff("auditor", "anna")
}

fn types(page: &Answer) -> Vec<&str> {
    assert_eq!(page.status, 200, "{}", page.text);
    let items = page.body["items"].as_array().unwrap().iter();
    items.map(|event| event["type"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn each_party_is_told_of_its_own_claims_and_a_customer_from_the_first_notice_on() {
    let (stack, claim) = told().await;
    let whole = ["submitted", "review_begun", "validated", "window_opened"];
    assert_eq!(types(&get(&stack, "/v1/events", alpine).await), whole);
    assert_eq!(types(&get(&stack, "/v1/events", staff).await), whole);
    assert_eq!(types(&get(&stack, "/v1/events", contoso).await), whole[2..]);
    for stranger in [borealis, fabrikam] {
        let page = get(&stack, "/v1/events", stranger).await;
        assert_eq!(types(&page), Vec::<&str>::new());
        assert_eq!(page.body["more"], false);
    }
    let page = get(&stack, "/v1/events", alpine).await;
    let mut opened = page.body["items"][3].clone();
    assert!(opened["at"].as_str().unwrap().starts_with("2026-12-22T"), "{opened}");
    opened["at"] = Value::Null;
    let expected = serde_json::json!({
        "id": format!("{}-4", claim.id), "claim_id": claim.id, "version": 4, "type": "window_opened", "at": null,
        "status": "awaiting_customer", "items": [],
    });
    assert_eq!(opened, expected, "nothing else is told");
}

#[tokio::test]
async fn an_event_is_told_when_it_is_ten_seconds_old_and_no_sooner() {
    let stack = Box::pin(Stack::at(NOW)).await;
    stack.env.submitted("k", &ITEMS).await;
    publish(&stack).await;
    for (seconds, events) in [(0, 0), (9, 0), (2, 1)] {
        stack.env.clock.advance(Duration::seconds(seconds));
        let page = get(&stack, "/v1/events", alpine).await;
        assert_eq!(types(&page).len(), events, "{seconds} s more");
    }
}

#[tokio::test]
async fn a_reader_whose_clock_is_ahead_goes_by_the_tables() {
    let stack = Box::pin(Stack::at(NOW)).await;
    stack.env.submitted("k", &ITEMS).await;
    publish(&stack).await;
    stack.env.clock.set_function_error(Duration::hours(1));
    assert_eq!(types(&get(&stack, "/v1/events", alpine).await).len(), 0);
    stack.env.clock.advance(A_WHILE);
    assert_eq!(types(&get(&stack, "/v1/events", alpine).await).len(), 1);
}

#[tokio::test]
async fn a_reader_goes_on_where_it_was_and_finds_what_is_new_alone() {
    let (stack, claim) = told().await;
    let mut path = "/v1/events?limit=1".to_owned();
    let mut seen = Vec::new();
    for _ in 0..6 {
        let page = get(&stack, &path, alpine).await;
        seen.extend(types(&page).into_iter().map(str::to_owned));
        path = format!("/v1/events?limit=1&after={}", page.body["next_cursor"].as_str().unwrap());
    }
    assert_eq!(seen, ["submitted", "review_begun", "validated", "window_opened"]);
    stack
        .env
        .give(&claim.id, &support::test_env::alpine(), &support::test_env::withdraw())
        .await
        .unwrap();
    publish(&stack).await;
    stack.env.clock.advance(A_WHILE);
    // The whole stream was published anew: what was told before is told again, and the new event last.
    let mut later = Vec::new();
    loop {
        let page = get(&stack, &path, alpine).await;
        later.extend(types(&page).into_iter().map(str::to_owned));
        path = format!("/v1/events?limit=1&after={}", page.body["next_cursor"].as_str().unwrap());
        if page.body["more"] == false {
            break;
        }
    }
    assert_eq!(later.last().map(String::as_str), Some("withdrawn"), "{later:?}");
}

#[tokio::test]
async fn types_narrow_a_feed_and_the_cursor_passes_what_was_not_asked_for() {
    let (stack, _) = told().await;
    let asked = "/v1/events?types=review_begun,window_opened";
    let page = get(&stack, asked, alpine).await;
    assert_eq!(types(&page), ["review_begun", "window_opened"]);
    let short = get(&stack, "/v1/events?types=window_opened&limit=3", alpine).await;
    assert_eq!((types(&short).len(), &short.body["more"]), (0, &Value::Bool(true)));
    let next = short.body["next_cursor"].as_str().unwrap();
    let next = format!("/v1/events?types=window_opened&limit=3&after={next}");
    assert_eq!(types(&get(&stack, &next, alpine).await), ["window_opened"]);
    for wrong in [
        "types=",
        "types=submitted,",
        "types=levitated",
        "types=submitted,submitted",
        "cursor=x",
        "type=x",
    ] {
        let refused = get(&stack, &format!("/v1/events?{wrong}"), alpine).await;
        assert_eq!(refused.status, 400, "{wrong}: {}", refused.text);
    }
}

#[tokio::test]
async fn a_place_in_a_feed_is_good_for_its_reader_and_filter_alone() {
    let (stack, _) = told().await;
    let page = get(&stack, "/v1/events?limit=1", alpine).await;
    let cursor = page.body["next_cursor"].as_str().unwrap();
    for other in [borealis, contoso, staff] {
        let refused = get(&stack, &format!("/v1/events?after={cursor}"), other).await;
        assert_eq!((refused.status, refused.body["code"].as_str()), (400, Some("invalid-cursor")));
    }
    let filtered = format!("/v1/events?types=submitted&after={cursor}");
    assert_eq!(get(&stack, &filtered, alpine).await.status, 400);
    let forged = format!("/v1/events?after={}x", &cursor[..cursor.len() - 1]);
    assert_eq!(get(&stack, &forged, alpine).await.status, 400);
}

#[tokio::test]
async fn the_sixteen_parts_of_staffs_feed_are_one_list_in_the_order_of_writing() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let mut written = Vec::new();
    for no in 0..40 {
        let mut draft = claim_body(&ITEMS);
        draft["draft"] = serde_json::json!(true);
        let draft = stack.env.create_of(ALPINE, &format!("k{no}"), &draft).await.unwrap().claim;
        written.push(draft.id.to_string());
        let record = crate::archive::records(&stack.env).pop().unwrap();
        crate::archive::archive(&stack.env.store, &record).await.unwrap();
        stack.env.clock.advance(Duration::seconds(1));
    }
    stack.env.clock.advance(A_WHILE);
    for limit in [1, 3, 7, 100] {
        let mut consumer = Consumer::default();
        consumer.read(&stack.env.store, Feed::Staff, limit).await;
        let seen: Vec<String> = consumer.seen.iter().map(|event| event.claim.to_string()).collect();
        assert_eq!(seen, written, "pages of {limit}");
    }
    let parts: BTreeSet<String> =
        stack.env.engine.items("F#S#").iter().map(|item| support::engine::key(item).0).collect();
    assert!(parts.len() > 8, "{parts:?}");
}

/// Of a write into a partner's feed.
fn of_partner(call: &Call) -> bool {
    call.operation == "PutItem" && call.names("F#P#", "")
}

/// What a consumer of Alpine's feed has after a publisher of one record whose write is struck by that.
async fn after_a_stall(stall: impl Fn(Arc<TestEnv>, Arc<Mutex<Consumer>>) -> Fault) {
    let env = Arc::new(TestEnv::at(NOW).await);
    let claim = env.awaiting("k", &ITEMS).await;
    let all = crate::archive::records(&env);
    let consumer = Arc::new(Mutex::new(Consumer::default()));
    let (store, wire) = env.another_store(|_| {});
    let partner = partner_id(ALPINE);
    for (no, record) in all.iter().enumerate() {
        if no == 1 {
            wire.on(of_partner, 1, stall(Arc::clone(&env), Arc::clone(&consumer)));
        }
        crate::archive::archive(&store, record).await.unwrap();
        env.clock.advance(Duration::seconds(1));
    }
    env.clock.advance(A_WHILE);
    let mut consumer = consumer.lock().unwrap().clone();
    consumer.read(&env.store, Feed::Partner(&partner), 10).await;
    assert_eq!(consumer.versions(&claim), [1, 2, 3, 4]);
}

/// A minute passes, and the consumer reads on.
async fn a_minute_later(env: Arc<TestEnv>, consumer: Arc<Mutex<Consumer>>) {
    env.clock.advance(Duration::minutes(1));
    let mut own = consumer.lock().unwrap().clone();
    own.read(&env.store, Feed::Partner(&partner_id(ALPINE)), 10).await;
    *consumer.lock().unwrap() = own;
}

#[tokio::test]
async fn a_publisher_that_stalls_before_its_item_is_written_hides_nothing_from_who_has_read_on() {
    after_a_stall(|env, consumer| {
        Fault::before(move || a_minute_later(Arc::clone(&env), Arc::clone(&consumer)))
    })
    .await;
}

#[tokio::test]
async fn a_publisher_that_stalls_before_it_hears_the_answer_tells_the_event_once_more() {
    after_a_stall(|env, consumer| {
        Fault::after(move || a_minute_later(Arc::clone(&env), Arc::clone(&consumer)))
    })
    .await;
}

#[tokio::test]
async fn while_one_publisher_stalls_another_one_tells_the_same_and_what_follows_and_versions_ascend()
 {
    after_a_stall(|env, consumer| {
        Fault::before(move || {
            let (env, consumer) = (Arc::clone(&env), Arc::clone(&consumer));
            async move {
                let (other, _) = env.another_store(|_| {});
                for record in crate::archive::records(&env).iter().skip(1) {
                    crate::archive::archive(&other, record).await.unwrap();
                }
                a_minute_later(env, consumer).await;
            }
        })
    })
    .await;
}

#[tokio::test]
async fn a_publisher_whose_clock_is_wrong_hides_nothing_and_versions_ascend() {
    for error in [Duration::hours(-1), Duration::seconds(-8), Duration::hours(1)] {
        let env = TestEnv::at(NOW).await;
        let claim = env.awaiting("k", &ITEMS).await;
        let mut consumer = Consumer::default();
        let partner = partner_id(ALPINE);
        for (no, record) in crate::archive::records(&env).iter().enumerate() {
            env.clock.set_function_error(if no == 1 { error } else { Duration::zero() });
            crate::archive::archive(&env.store, record).await.unwrap();
            env.clock.set_function_error(Duration::zero());
            env.clock.advance(A_WHILE);
            consumer.read(&env.store, Feed::Partner(&partner), 10).await;
        }
        env.clock.advance(Duration::hours(2));
        consumer.read(&env.store, Feed::Partner(&partner), 10).await;
        assert_eq!(consumer.versions(&claim), [1, 2, 3, 4], "{error}");
    }
}

#[tokio::test]
async fn a_write_that_is_never_answered_in_time_is_given_up_and_comes_again() {
    let env = TestEnv::at(NOW).await;
    env.submitted("k", &ITEMS).await;
    let (store, wire) = env.another_store(|_| {});
    let clock = env.clock.clone();
    wire.always(
        of_partner,
        Fault::after(move || {
            clock.advance(Duration::seconds(6));
            std::future::ready(())
        }),
    );
    let record = &crate::archive::records(&env)[0];
    let given_up = crate::archive::archive(&store, record).await;
    assert!(matches!(&given_up, Err(error) if error.is_retryable()), "{given_up:?}");
    assert!(
        env.engine.items("C#").iter().all(|item| !support::engine::key(item).1.starts_with("H#"))
    );
    wire.reset();
    crate::archive::archive(&store, record).await.unwrap();
}

#[tokio::test]
async fn records_that_come_in_another_order_or_whose_neighbour_is_lost_are_told_ascending() {
    for lost in [0, 1, 2] {
        let env = TestEnv::at(NOW).await;
        let claim = env.awaiting("k", &ITEMS).await;
        let mut all = crate::archive::records(&env);
        let late = all.remove(lost);
        for record in all.iter().chain([&late]) {
            crate::archive::archive(&env.store, record).await.unwrap();
        }
        env.clock.advance(A_WHILE);
        let (mut own, mut customers) = (Consumer::default(), Consumer::default());
        own.read(&env.store, Feed::Partner(&partner_id(ALPINE)), 10).await;
        customers.read(&env.store, Feed::Tenant(&TenantId::parse(CONTOSO).unwrap()), 10).await;
        assert_eq!(own.versions(&claim), [1, 2, 3, 4], "without version {}", lost + 1);
        assert_eq!(customers.versions(&claim), [3, 4]);
    }
}

#[tokio::test]
async fn an_item_of_a_feed_that_cannot_be_read_is_a_fault_and_names_the_attribute() {
    let env = TestEnv::at(NOW).await;
    env.submitted("k", &ITEMS).await;
    crate::archive::archive(&env.store, &crate::archive::records(&env)[0]).await.unwrap();
    env.clock.advance(A_WHILE);
    let mut items = env.engine.items("F#P#");
    items[0]["st"] = serde_json::json!({"S": "levitating"});
    env.engine.import(items);
    let partner = PartnerId::parse(ALPINE).unwrap();
    let read = env.store.read_feed(Feed::Partner(&partner), None, 10).await;
    assert!(
        matches!(&read, Err(StoreError::Corrupt(why)) if why.contains("feed item")),
        "{read:?}"
    );
}

#[tokio::test]
async fn items_of_feeds_hold_no_person_no_text_and_no_address_and_expire_after_ninety_days() {
    let (stack, _) = told().await;
    let mut items = stack.env.engine.items("F#");
    assert_eq!(items.len(), 4 + 4 + 2);
    for item in &mut items {
        // The leaf of the daily root, for staff alone: 32 bytes of SHA-256.
        let leaf = item.as_object_mut().unwrap().remove("h");
        let is_staffs = item["pk"]["S"].as_str().unwrap().starts_with("F#S#");
        assert_eq!(leaf.map(|leaf| leaf["B"].as_str().unwrap().len()), is_staffs.then_some(44));
        let item = &*item;
        let names: BTreeSet<&str> = item.as_object().unwrap().keys().map(String::as_str).collect();
        assert!(names.is_subset(&["pk", "sk", "y", "a", "st", "i", "expires"].into()), "{item}");
        for personal in ["jana", "Jana", "petr", "@", "contoso.example", "reviewer-1", "Alpine"] {
            assert!(!item.to_string().contains(personal), "{personal}: {item}");
        }
        let stamp = support::engine::key(item).1[..13].parse::<i64>().unwrap() / 1000;
        let expires: i64 = item["expires"]["N"].as_str().unwrap().parse().unwrap();
        assert_eq!(expires - stamp, 90 * 86_400);
    }
}
