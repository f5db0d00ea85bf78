//! The calendars, one day at a time (`docs/api.md §3.6`): what one operator announces takes nothing back of another's.

use serde_json::{Value, json};
use support::fixtures::ALPINE;
use support::stack::{Answer, Stack};
use support::test_env::closes_at;
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";
const CALENDAR: &str = "/v1/calendars/CZ";

async fn stack() -> Stack {
    Box::pin(Stack::at(NOW)).await
}

fn day(date: &str) -> String {
    format!("{CALENDAR}/days/{date}")
}

async fn get(stack: &Stack, path: &str) -> Answer {
    let answer = stack.send(RequestEvent::get(path).staff("auditor", "anna")).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer
}

async fn put(stack: &Stack, path: &str, by: &str, body: &Value) -> Answer {
    stack.send(RequestEvent::put(path).staff("operator", by).json(body)).await
}

async fn delete(stack: &Stack, path: &str) -> Answer {
    stack.send(RequestEvent::new("DELETE", path).staff("operator", "olga")).await
}

/// The days that are added, with when and by whom.
fn told(calendar: &Value) -> Vec<[Value; 4]> {
    let members = ["date", "name", "added_at", "added_by"];
    let days = calendar["added"].as_array().unwrap().iter();
    days.map(|day| members.map(|name| day[name].clone())).collect()
}

fn told_day(date: &str, name: &str, at: &str, by: &str) -> [Value; 4] {
    [date, name, at, by].map(Value::from)
}

#[tokio::test]
async fn a_day_is_added_and_taken_back_and_all_others_stay() {
    let stack = stack().await;
    let first = put(&stack, &day("2026-12-30"), "olga", &json!({"name": "Mourning"})).await;
    assert_eq!((first.status, first.header("etag")), (201, "\"1\""), "{}", first.text);
    assert_eq!(first.header("location"), day("2026-12-30"));
    stack.env.clock.advance(chrono::Duration::hours(1));
    let second = put(&stack, &day("2027-01-04"), "petr", &json!({"name": "Election"})).await;
    assert_eq!((second.status, second.header("etag")), (201, "\"2\""));
    let both = [
        told_day("2026-12-30", "Mourning", NOW, "olga"),
        told_day("2027-01-04", "Election", "2026-12-22T15:00:00Z", "petr"),
    ];
    assert_eq!(told(&second.body), both);
    let renamed =
        put(&stack, &day("2026-12-30"), "petr", &json!({"name": "Day of mourning"})).await;
    assert_eq!((renamed.status, renamed.header("etag")), (200, "\"3\""));
    let own = told_day("2026-12-30", "Day of mourning", NOW, "olga");
    assert_eq!(told(&renamed.body)[0], own, "who announced it stays");
    let again = put(&stack, &day("2026-12-30"), "petr", &json!({"name": "Day of mourning"})).await;
    assert_eq!((again.status, again.header("etag")), (200, "\"3\""), "a repeat");
    let less = delete(&stack, &day("2026-12-30")).await;
    assert_eq!((less.status, told(&less.body)), (200, vec![both[1].clone()]));
    let gone = delete(&stack, &day("2026-12-30")).await;
    assert_eq!(gone.problem(), (404, "not-found"));
    assert_eq!(get(&stack, CALENDAR).await.body, less.body);
    let whole = get(&stack, CALENDAR).await.body;
    let written = put(&stack, CALENDAR, "petr", &whole).await;
    assert_eq!((written.status, &written.body), (200, &whole), "what is read can be written back");
}

#[tokio::test]
async fn two_who_announce_at_once_both_stay() {
    for _ in 0..8 {
        let stack = stack().await;
        let (one, other) = (day("2026-12-30"), day("2027-01-04"));
        let (mourning, election) = (json!({"name": "Mourning"}), json!({"name": "Election"}));
        let (one, other) = tokio::join!(
            put(&stack, &one, "olga", &mourning),
            put(&stack, &other, "petr", &election),
        );
        assert_eq!((one.status, other.status), (201, 201), "{} {}", one.text, other.text);
        let by: Vec<_> =
            told(&get(&stack, CALENDAR).await.body).into_iter().map(|day| day[3].clone()).collect();
        assert_eq!(by, ["olga", "petr"]);
    }
}

#[tokio::test]
async fn a_day_of_a_part_of_the_country_is_another_one() {
    let stack = stack().await;
    let path = "/v1/calendars/US/days/2026-12-30";
    for body in [json!({"name": "Mourning"}), json!({"name": "Recount", "subdivision": "CA"})] {
        assert_eq!(put(&stack, path, "olga", &body).await.status, 201);
    }
    let left = delete(&stack, path).await;
    assert_eq!(left.body["added"][0]["subdivision"], "CA", "{}", left.text);
    assert_eq!(delete(&stack, path).await.problem(), (404, "not-found"));
    let wrong = delete(&stack, &format!("{path}?subdivision=QQ")).await;
    assert_eq!(wrong.problem(), (400, "invalid-query"));
    let none = delete(&stack, &format!("{path}?subdivision=CA")).await;
    assert_eq!((none.status, &none.body["added"]), (200, &json!([])));
}

#[tokio::test]
async fn a_day_names_a_country_a_date_and_a_name_and_there_are_at_most_200() {
    let stack = stack().await;
    let body = json!({"name": "Mourning"});
    for path in [
        "/v1/calendars/XX/days/2026-12-30",
        "/v1/calendars/CZ/days/someday",
        "/v1/calendars/CZ/days/2026-12-9",
        "/v1/calendars/CZ/days/+2026-12-09",
    ] {
        assert_eq!(put(&stack, path, "olga", &body).await.problem(), (404, "not-found"), "{path}");
    }
    let nameless = put(&stack, &day("2026-12-30"), "olga", &json!({"subdivision": "CA"})).await;
    let expected = [("/name", "required"), ("/subdivision", "unknown-code")];
    assert_eq!(nameless.errors(), expected.map(|(at, code)| (at.to_owned(), code.to_owned())));
    let odd = put(&stack, &format!("{}?dry_run=perhaps", day("2026-12-30")), "olga", &body).await;
    assert_eq!(odd.problem(), (400, "invalid-query"));
    let one = |no: i32| json!({"date": format!("{}-12-30", 2030 + no), "name": "Day"});
    let days: Vec<_> = (0..200).map(one).collect();
    assert_eq!(put(&stack, CALENDAR, "olga", &json!({"added": days})).await.status, 200);
    let many = put(&stack, &day("2026-12-30"), "olga", &body).await;
    assert_eq!(many.errors(), [(String::new(), "too-long".to_owned())]);
    assert_eq!(
        put(&stack, &day("2030-12-30"), "olga", &json!({"name": "Other"})).await.status,
        200
    );
}

#[tokio::test]
async fn if_match_is_heeded_where_it_is_sent() {
    let stack = stack().await;
    let (path, body) = (day("2026-12-30"), json!({"name": "Mourning"}));
    let over = |tag: &str| {
        RequestEvent::put(&path).staff("operator", "olga").header("if-match", tag).json(&body)
    };
    assert_eq!(stack.send(over("\"7\"")).await.problem(), (412, "version-mismatch"));
    assert_eq!(stack.send(over("\"0\"")).await.status, 201);
    let stale =
        RequestEvent::new("DELETE", &path).staff("operator", "olga").header("if-match", "\"0\"");
    let stale = stack.send(stale).await;
    assert_eq!((stale.problem(), stale.header("etag")), ((412, "version-mismatch"), "\"1\""));
}

#[tokio::test]
async fn an_announced_day_makes_an_open_window_longer() {
    let stack = stack().await;
    let claim = Box::pin(stack.env.awaiting("k", &["teams"])).await;
    assert_eq!(
        put(&stack, &day("2026-12-30"), "olga", &json!({"name": "Mourning"})).await.status,
        201
    );
    stack.event_functions.tick(&stack.env).await;
    assert!(closes_at(&stack.env.read(&claim.id).await) > closes_at(&claim));
}

#[tokio::test]
async fn the_calendars_that_something_was_added_to_are_listed_by_country() {
    let stack = stack().await;
    let none = get(&stack, "/v1/calendars").await;
    assert_eq!(none.body, json!({"items": [], "next_cursor": null}));
    for country in ["US", "CZ", "SK"] {
        let path = format!("/v1/calendars/{country}/days/2026-12-30");
        assert_eq!(put(&stack, &path, "olga", &json!({"name": "Mourning"})).await.status, 201);
    }
    let first = get(&stack, "/v1/calendars?limit=2").await;
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let rest = get(&stack, &format!("/v1/calendars?limit=2&cursor={cursor}")).await;
    let countries = |page: &Answer| -> Vec<Value> {
        page.body["items"].as_array().unwrap().iter().map(|one| one["country"].clone()).collect()
    };
    assert_eq!(
        (countries(&first), countries(&rest)),
        (vec![json!("CZ"), json!("SK")], vec![json!("US")])
    );
    assert_eq!(first.body["items"][0], get(&stack, CALENDAR).await.body);
    let partner = stack.send(RequestEvent::get("/v1/calendars").partner_admin(ALPINE)).await;
    assert_eq!(partner.problem(), (403, "role-not-allowed"), "who announced what is for staff");
}

#[tokio::test]
async fn what_a_day_would_do_is_told_before_it_is_written_or_taken_back() {
    let stack = stack().await;
    let (path, body) = (day("2026-12-30"), json!({"name": "Mourning"}));
    let dry = put(&stack, &format!("{path}?dry_run=true"), "olga", &body).await;
    assert_eq!((dry.status, &dry.body["held"]), (200, &json!(0)), "{}", dry.text);
    assert_eq!(dry.body["confirm"], Value::Null);
    assert!(told(&get(&stack, CALENDAR).await.body).is_empty(), "nothing is written");
    let unknown = delete(&stack, &format!("{path}?dry_run=true")).await;
    assert_eq!(unknown.problem(), (404, "not-found"), "a dry run is refused as the write would be");
    assert_eq!(put(&stack, &path, "olga", &body).await.status, 201);
    let dry = delete(&stack, &format!("{path}?dry_run=true")).await;
    assert_eq!((dry.status, dry.header("etag")), (200, "\"1\""), "{}", dry.text);
    assert_eq!(told(&get(&stack, CALENDAR).await.body).len(), 1, "nothing is taken back");
    assert_eq!(delete(&stack, &path).await.status, 200);
}

#[tokio::test]
async fn only_the_write_of_a_tenant_can_be_confirmed() {
    let stack = stack().await;
    for path in [
        CALENDAR.to_owned(),
        day("2026-12-30"),
        format!("/v1/partners/{ALPINE}"),
        "/v1/programs/osu-m365".to_owned(),
    ] {
        let refused = put(&stack, &format!("{path}?confirm=0"), "olga", &json!({})).await;
        assert_eq!(refused.problem(), (400, "invalid-query"), "{path}: {}", refused.text);
        assert_eq!(refused.errors(), [("/confirm".to_owned(), "unknown-parameter".to_owned())]);
    }
}
