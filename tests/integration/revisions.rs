//! The history of the directory: every `PUT` on a partner, tenant, program, calendar or on standing rules is a
//! revision, and `If-Match` names the one that was read (`docs/api.md §3.6`).

use std::sync::Arc;

use domain::directory::Partner;
use domain::ids::{PartnerId, TenantId};
use domain::rules::StandingRules;
use serde_json::{Value, json};
use store::{Author, DirectoryEntry};
use support::event_functions::directory_records;
use support::fixtures::{self, ALPINE, BOREALIS, CONTOSO, TAILWIND};
use support::stack::{Answer, Stack};
use support::test_env::{closes_at, decline_all, link};
use support::wire::{Fault, any};
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";
const PARTNER: &str = "/v1/partners/p-alpine";
const PROGRAM: &str = "/v1/programs/osu-m365";
const CALENDAR: &str = "/v1/calendars/CZ";
const RULES: &str = "/v1/customer/rules";

fn tenant() -> String {
    format!("/v1/tenants/{CONTOSO}")
}

fn rules_history() -> String {
    format!("/v1/tenants/{CONTOSO}/rules/history")
}

async fn stack() -> Stack {
    Box::pin(Stack::at(NOW)).await
}

/// An entry as its writes and its history have it: the versions of a policy stand in its own answer alone.
async fn get(stack: &Stack, path: &str) -> Answer {
    let mut answer = stack.send(RequestEvent::get(path).staff("auditor", "anna")).await;
    answer.body.as_object_mut().map(|members| members.remove("versions"));
    answer
}

fn put(path: &str, by: &str, body: &Value) -> RequestEvent {
    RequestEvent::put(path).staff("operator", by).json(body)
}

async fn written(stack: &Stack, path: &str, by: &str, body: &Value) -> Answer {
    let answer = stack.send(put(path, by, body)).await;
    assert!([200, 201].contains(&answer.status), "{path}: {}", answer.text);
    answer
}

async fn over(stack: &Stack, path: &str, if_match: &str, body: &Value) -> Answer {
    stack.send(put(path, "olga", body).header("if-match", if_match)).await
}

/// The revisions of an entry, oldest first.
async fn revisions(stack: &Stack, path: &str) -> Vec<Value> {
    let answer = get(stack, path).await;
    assert_eq!((answer.status, &answer.body["next_cursor"]), (200, &Value::Null), "{path}");
    answer.body["items"].as_array().unwrap().clone()
}

/// Numbers, authors and staff of the revisions.
async fn told(stack: &Stack, path: &str) -> Value {
    let revisions = revisions(stack, path).await;
    revisions.iter().map(|one| json!([one["revision"], one["actor"], one["actor_id"]])).collect()
}

/// A change of an entry.
type Change = fn(&mut Value);

/// The operator's entries that exist from the start, each with a change of it.
fn entries() -> [(String, Change); 3] {
    let rename = |entry: &mut Value| {
        entry["name"] = json!(format!("{}, renamed", entry["name"].as_str().unwrap()));
    };
    [(PARTNER.to_owned(), rename), (tenant(), rename), (PROGRAM.to_owned(), rename)]
}

fn days(dates: &[&str]) -> Value {
    let added: Vec<_> =
        dates.iter().map(|date| json!({"date": date, "name": "Day of mourning"})).collect();
    json!({ "added": added })
}

async fn customer(stack: &Stack, event: RequestEvent) -> Answer {
    stack.send(event.customer_admin(CONTOSO)).await
}

async fn put_rules(stack: &Stack, rules: &Value) -> Answer {
    customer(stack, RequestEvent::put(RULES).json(rules)).await
}

#[tokio::test]
async fn every_put_is_a_revision_with_who_wrote_it_and_when() {
    for (path, change) in entries() {
        let stack = stack().await;
        let before = get(&stack, &path).await;
        let mut changed = before.body.clone();
        change(&mut changed);
        let first = written(&stack, &path, "olga", &changed).await;
        stack.env.clock.advance(chrono::Duration::hours(1));
        let mut again = changed.clone();
        change(&mut again);
        let second = written(&stack, &path, "petr", &again).await;
        let number =
            |answer: &Answer| answer.header("etag").trim_matches('"').parse::<u32>().unwrap();
        assert_eq!(number(&first), number(&before) + 1, "{path}");
        assert_eq!(number(&second), number(&before) + 2, "{path}");
        let read = get(&stack, &path).await;
        assert_eq!((read.header("etag"), &read.body), (second.header("etag"), &again), "{path}");
        let all = revisions(&stack, &format!("{path}/history")).await;
        let expected = [
            json!({"revision": number(&first), "at": NOW, "actor": "operator", "actor_id": "olga",
                   "entry": changed}),
            json!({"revision": number(&second), "at": "2026-12-22T15:00:00Z", "actor": "operator",
                   "actor_id": "petr", "entry": again}),
        ];
        assert_eq!(all[0]["entry"], before.body, "{path}");
        assert_eq!(all[1..], expected, "{path}");
    }
}

#[tokio::test]
async fn every_put_of_a_calendar_is_a_revision_under_its_own_number() {
    let stack = stack().await;
    let history = format!("{CALENDAR}/history");
    let untouched = get(&stack, CALENDAR).await;
    assert_eq!((untouched.status, untouched.header("etag")), (200, "\"0\""));
    assert_eq!(untouched.body, json!({"country": "CZ", "revision": 0, "added": []}));
    assert_eq!(revisions(&stack, &history).await, Vec::<Value>::new());
    let first = written(&stack, CALENDAR, "olga", &days(&["2026-12-30"])).await;
    let second = written(&stack, CALENDAR, "petr", &days(&[])).await;
    assert_eq!((first.header("etag"), second.header("etag")), ("\"1\"", "\"2\""));
    assert_eq!((&first.body["revision"], &second.body["revision"]), (&json!(1), &json!(2)));
    assert_eq!(get(&stack, CALENDAR).await.body, second.body);
    let all = revisions(&stack, &history).await;
    assert_eq!((&all[0]["entry"], &all[1]["entry"]), (&first.body, &second.body));
    assert_eq!(
        told(&stack, &history).await,
        json!([[1, "operator", "olga"], [2, "operator", "petr"]])
    );
    assert_eq!(get(&stack, "/v1/calendars/XX").await.problem(), (404, "not-found"));
    assert_eq!(get(&stack, "/v1/calendars/XX/history").await.problem(), (404, "not-found"));
}

#[tokio::test]
async fn what_is_written_as_it_stands_is_a_repeat_and_no_revision() {
    let stack = stack().await;
    let calendar = (CALENDAR.to_owned(), days(&["2026-12-30"]));
    written(&stack, CALENDAR, "olga", &calendar.1).await;
    let mut all = vec![calendar];
    for (path, change) in entries() {
        let mut body = get(&stack, &path).await.body;
        change(&mut body);
        written(&stack, &path, "olga", &body).await;
        all.push((path, body));
    }
    for (path, body) in all {
        let (before, history) = (get(&stack, &path).await, format!("{path}/history"));
        let archived = revisions(&stack, &history).await;
        let repeated = written(&stack, &path, "petr", &body).await;
        assert_eq!(
            (repeated.header("etag"), &repeated.body),
            (before.header("etag"), &before.body),
            "{path}"
        );
        assert_eq!(revisions(&stack, &history).await, archived, "{path}");
    }
    let none = written(&stack, "/v1/calendars/US", "olga", &days(&[])).await;
    assert_eq!(none.header("etag"), "\"0\"", "nothing was added and nothing is");
}

/// Strips an item of what it has since there is a history, and of the history.
fn forget_history(stack: &Stack, pk: &str, attribute: &str) {
    let engine = &stack.env.engine;
    for item in engine.partition(pk) {
        let sort = item["sk"]["S"].as_str().unwrap().to_owned();
        if sort.starts_with("H#") {
            engine.delete(pk, &sort);
        }
    }
    let mut record = engine.item(pk, "A").unwrap();
    record.as_object_mut().unwrap().remove(attribute);
    engine.put(&record);
}

#[tokio::test]
async fn an_entry_from_before_the_history_is_kept_by_its_first_put() {
    let stack = stack().await;
    let path = format!("{PARTNER}/history");
    let before = get(&stack, PARTNER).await;
    assert_eq!(before.header("etag"), "\"0\"");
    let shown = json!({"revision": 0, "at": null, "actor": null, "entry": before.body});
    assert_eq!(
        json!(revisions(&stack, &path).await),
        json!([shown]),
        "it is shown before it is kept"
    );
    let mut changed = before.body.clone();
    changed["name"] = json!("Another name");
    let written = over(&stack, PARTNER, "\"0\"", &changed).await;
    assert_eq!((written.status, written.header("etag")), (200, "\"1\""));
    assert_eq!(revisions(&stack, &path).await[0], shown);
    assert_eq!(told(&stack, &path).await, json!([[0, null, null], [1, "operator", "olga"]]));
}

#[tokio::test]
async fn a_partner_that_has_a_number_and_no_history_keeps_its_number() {
    let stack = stack().await;
    forget_history(&stack, "PA#p-alpine", "v");
    let mut record = stack.env.engine.item("PA#p-alpine", "A").unwrap();
    record["v"] = json!({"N": "7"});
    stack.env.engine.put(&record);
    let read = get(&stack, PARTNER).await;
    assert_eq!(read.header("etag"), "\"7\"");
    let mut changed = read.body.clone();
    changed["name"] = json!("Another name");
    assert_eq!(over(&stack, PARTNER, "\"7\"", &changed).await.header("etag"), "\"8\"");
    let told = told(&stack, &format!("{PARTNER}/history")).await;
    assert_eq!(told, json!([[7, null, null], [8, "operator", "olga"]]));
}

#[tokio::test]
async fn a_program_from_before_the_history_keeps_its_policies_and_gets_a_first_revision() {
    let stack = stack().await;
    forget_history(&stack, "PR#osu-m365", "r");
    let read = get(&stack, PROGRAM).await;
    assert_eq!((read.header("etag"), &read.body["policy_version"]), ("\"0\"", &json!(1)));
    let mut changed = read.body.clone();
    changed["policy"]["window_business_days"] = json!(7);
    let first = over(&stack, PROGRAM, "\"0\"", &changed).await;
    assert_eq!((first.header("etag"), &first.body["policy_version"]), ("\"1\"", &json!(2)));
    changed["name"] = json!("Another name");
    let second = over(&stack, PROGRAM, "\"1\"", &changed).await;
    assert_eq!((second.header("etag"), &second.body["policy_version"]), ("\"2\"", &json!(2)));
    let all = revisions(&stack, &format!("{PROGRAM}/history")).await;
    let versions: Value = all.iter().map(|one| one["entry"]["policy_version"].clone()).collect();
    assert_eq!(versions, json!([1, 2, 2]));
    assert_eq!(all[0]["actor"], Value::Null);
}

#[tokio::test]
async fn a_calendar_and_rules_from_before_the_history_are_kept_by_their_first_put() {
    let stack = stack().await;
    written(&stack, CALENDAR, "olga", &days(&["2026-12-30"])).await;
    stack.env.engine.delete("CA#CZ", "H#000001");
    written(&stack, CALENDAR, "petr", &days(&["2026-12-31"])).await;
    let history = told(&stack, &format!("{CALENDAR}/history")).await;
    assert_eq!(history, json!([[1, null, null], [2, "operator", "petr"]]));
    put_rules(&stack, &json!({"blocked_partners": [BOREALIS]})).await;
    forget_history(&stack, &format!("RU#{CONTOSO}"), "v");
    assert_eq!(told(&stack, &rules_history()).await, json!([[0, null, null]]));
    put_rules(&stack, &json!({"blocked_partners": [ALPINE]})).await;
    let all = revisions(&stack, &rules_history()).await;
    assert_eq!(all[0]["entry"]["blocked_partners"], json!([BOREALIS]));
    assert_eq!(
        told(&stack, &rules_history()).await,
        json!([[0, null, null], [1, "customer", null]])
    );
}

#[tokio::test]
async fn an_entry_that_was_put_as_it_stands_over_others_gets_the_next_numbers() {
    let stack = stack().await;
    let mut partner = get(&stack, PARTNER).await.body;
    partner["name"] = json!("Another name");
    written(&stack, PARTNER, "olga", &partner).await;
    stack.env.store.put_partner(&fixtures::alpine()).await.unwrap();
    let history = format!("{PARTNER}/history");
    let expected = json!([[0, null, null], [1, "operator", "olga"], [2, null, null]]);
    assert_eq!(told(&stack, &history).await, expected);
    let third = written(&stack, PARTNER, "petr", &partner).await;
    assert_eq!(third.header("etag"), "\"3\"");
    let names: Value =
        revisions(&stack, &history).await.iter().map(|one| one["entry"]["name"].clone()).collect();
    assert_eq!(names, json!(["Alpine Cloud", "Another name", "Alpine Cloud", "Another name"]));
}

#[tokio::test]
async fn an_if_match_of_another_revision_is_412_and_tells_the_present_one() {
    let stack = stack().await;
    let mut all: Vec<(String, Value)> = vec![(CALENDAR.to_owned(), days(&["2026-12-30"]))];
    for (path, change) in entries() {
        let mut body = get(&stack, &path).await.body;
        change(&mut body);
        all.push((path, body));
    }
    for (path, body) in all {
        let before = get(&stack, &path).await;
        for stale in ["\"99\"", "\"98\", \"99\"", "W/\"0\"", "W/\"1\"", "\"00\"", "\"x\""] {
            let refused = over(&stack, &path, stale, &body).await;
            assert_eq!(refused.problem(), (412, "version-mismatch"), "{path} {stale}");
            assert_eq!(refused.header("etag"), before.header("etag"), "{path} {stale}");
        }
        let malformed = over(&stack, &path, "7", &body).await;
        assert_eq!(malformed.problem(), (400, "precondition-malformed"), "{path}");
        assert_eq!(get(&stack, &path).await.body, before.body, "{path}");
        let listed = format!("\"99\", {}", before.header("etag"));
        let changed = over(&stack, &path, &listed, &body).await;
        assert_eq!(changed.status, 200, "{path}: {}", changed.text);
        assert_eq!(over(&stack, &path, "*", &body).await.status, 200, "{path}");
        let repeated = over(&stack, &path, before.header("etag"), &body).await;
        assert_eq!(repeated.status, 200, "{path}: a repeat names the revision before");
        assert_eq!(repeated.header("etag"), changed.header("etag"), "{path}");
    }
}

#[tokio::test]
async fn an_if_match_on_an_entry_that_is_not_there_creates_nothing() {
    let stack = stack().await;
    let mut partner = get(&stack, PARTNER).await.body;
    partner["id"] = json!("p-new");
    for named in ["*", "\"0\"", "\"1\""] {
        let refused = over(&stack, "/v1/partners/p-new", named, &partner).await;
        assert_eq!(refused.problem(), (412, "version-mismatch"), "{named}");
        assert!(refused.headers.get("etag").is_none(), "{named}");
    }
    assert_eq!(get(&stack, "/v1/partners/p-new").await.status, 404);
    assert_eq!(get(&stack, "/v1/partners/p-new/history").await.problem(), (404, "not-found"));
    let created = written(&stack, "/v1/partners/p-new", "olga", &partner).await;
    assert_eq!(created.header("etag"), "\"1\"");
    let told = told(&stack, "/v1/partners/p-new/history").await;
    assert_eq!(told, json!([[1, "operator", "olga"]]));
}

#[tokio::test]
async fn the_revision_is_checked_before_the_fields_and_after_the_body() {
    let stack = stack().await;
    let wrong = json!({"id": "p-alpine", "status": "?"});
    let stale = over(&stack, PARTNER, "\"9\"", &wrong).await;
    assert_eq!((stale.problem(), stale.header("etag")), ((412, "version-mismatch"), "\"0\""));
    assert_eq!(over(&stack, PARTNER, "\"0\"", &wrong).await.problem(), (422, "invalid-fields"));
    assert_eq!(over(&stack, PARTNER, "0", &wrong).await.problem(), (400, "precondition-malformed"));
    let junk = put(PARTNER, "olga", &wrong).header("if-match", "0").body("junk");
    assert_eq!(stack.send(junk).await.problem(), (400, "malformed-body"));
    for (path, etag) in
        [(tenant(), "\"0\""), (PROGRAM.to_owned(), "\"1\""), (CALENDAR.to_owned(), "\"0\"")]
    {
        let stale = over(&stack, &path, "\"9\"", &json!({"x": 1})).await;
        assert_eq!((stale.problem(), stale.header("etag")), ((412, "version-mismatch"), etag));
        assert_eq!(over(&stack, &path, etag, &json!({"x": 1})).await.status, 422, "{path}");
    }
}

/// Two changes of one entry, sent at once.
async fn race(stack: &Stack, path: &str, if_match: Option<&str>) -> [Answer; 2] {
    let body = get(stack, path).await.body;
    let send = |name: &'static str| {
        let mut body = body.clone();
        body["name"] = json!(name);
        let event = put(path, name, &body);
        let event = match if_match {
            Some(seen) => event.header("if-match", seen),
            None => event,
        };
        stack.send(event)
    };
    let (one, other) = tokio::join!(send("one"), send("other"));
    [one, other]
}

#[tokio::test]
async fn of_two_who_read_the_same_revision_one_writes_and_the_other_is_refused() {
    for (path, _) in entries() {
        let stack = stack().await;
        let seen = get(&stack, &path).await.header("etag").to_owned();
        let answers = race(&stack, &path, Some(&seen)).await;
        let mut statuses = answers.clone().map(|answer| answer.status);
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412], "{path}");
        let done = answers.iter().find(|answer| answer.status == 200).unwrap();
        let refused = answers.iter().find(|answer| answer.status == 412).unwrap();
        assert_eq!(refused.header("etag"), done.header("etag"), "{path}");
        assert_eq!(get(&stack, &path).await.body, done.body, "{path}");
    }
}

#[tokio::test]
async fn two_who_name_no_revision_both_write_and_both_stay_in_the_history() {
    for (path, _) in entries() {
        let stack = stack().await;
        let answers = race(&stack, &path, None).await;
        assert_eq!(answers.clone().map(|answer| answer.status), [200, 200], "{path}");
        let all = revisions(&stack, &format!("{path}/history")).await;
        assert_eq!(all.len(), 3, "{path}");
        let mut names = [&all[1]["entry"]["name"], &all[2]["entry"]["name"]];
        assert_eq!(get(&stack, &path).await.body["name"], *names[1], "{path}");
        names.sort_by_key(ToString::to_string);
        assert_eq!(names, [&json!("one"), &json!("other")], "{path}");
        assert_eq!(all[1]["actor_id"], all[1]["entry"]["name"], "{path}: each under its own name");
    }
}

#[tokio::test]
async fn a_history_is_read_page_by_page_by_staff_alone() {
    let stack = stack().await;
    let mut partner = get(&stack, PARTNER).await.body;
    for name in ["A", "B", "C"] {
        partner["name"] = json!(name);
        written(&stack, PARTNER, "olga", &partner).await;
    }
    let mut path = format!("{PARTNER}/history?limit=3");
    let mut pages = Vec::new();
    loop {
        let page = get(&stack, &path).await;
        let items = page.body["items"].as_array().unwrap();
        pages.push(items.iter().map(|one| one["revision"].as_u64().unwrap()).collect::<Vec<_>>());
        let Some(cursor) = page.body["next_cursor"].as_str() else { break };
        let other = get(&stack, &format!("/v1/partners/p-borealis/history?cursor={cursor}")).await;
        assert_eq!(other.problem(), (400, "invalid-cursor"), "it is of this history");
        path = format!("{PARTNER}/history?limit=3&cursor={cursor}");
    }
    assert_eq!(pages.concat(), [0, 1, 2, 3]);
    assert!(pages.len() > 1 && pages[0].len() == 3, "{pages:?}");
    assert_eq!(
        get(&stack, &format!("{PARTNER}/history?x=1")).await.problem(),
        (400, "invalid-query")
    );
    let paths = [format!("{PARTNER}/history"), rules_history(), CALENDAR.to_owned()];
    for path in paths {
        for event in [
            RequestEvent::get(&path).partner_admin(ALPINE),
            RequestEvent::get(&path).customer_admin(CONTOSO),
        ] {
            assert_eq!(stack.send(event).await.problem(), (403, "role-not-allowed"), "{path}");
        }
        let reviewer = stack.send(RequestEvent::get(&path).staff("reviewer", "rita")).await;
        assert_eq!(reviewer.status, 200, "{path}");
    }
}

#[tokio::test]
async fn the_history_of_a_tenant_names_who_made_a_contact_verified_and_who_took_it_away() {
    let stack = stack().await;
    let mut tenant_body = get(&stack, &tenant()).await.body;
    let kept = tenant_body["contacts"].clone();
    let eva = json!({"name": "Eva", "email": "eva@contoso.example", "verified": true});
    tenant_body["contacts"].as_array_mut().unwrap().push(eva);
    written(&stack, &tenant(), "olga", &tenant_body).await;
    tenant_body["contacts"] = kept;
    written(&stack, &tenant(), "petr", &tenant_body).await;
    let all = revisions(&stack, &format!("{}/history", tenant())).await;
    let eva = all[1]["entry"]["contacts"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&eva["email"], &eva["verified_by"]),
        (&json!("eva@contoso.example"), &json!("olga"))
    );
    assert_eq!(all[2]["actor_id"], "petr");
    assert!(!all[2]["entry"].to_string().contains("eva@"));
}

#[tokio::test]
async fn standing_rules_have_a_history_that_staff_read_and_that_names_no_administrator() {
    let stack = stack().await;
    assert_eq!(revisions(&stack, &rules_history()).await, Vec::<Value>::new());
    let block = json!({"partner_id": ALPINE, "kind": "workload", "id": "teams", "until": "2027-06-01T00:00:00Z"});
    let first =
        put_rules(&stack, &json!({"blocked_partners": [BOREALIS], "blocks": [block]})).await;
    stack.env.clock.advance(chrono::Duration::hours(1));
    let second = put_rules(&stack, &json!({"locale": "en"})).await;
    assert_eq!((first.status, second.status), (200, 200));
    let expected = [
        json!({"revision": 1, "at": NOW, "actor": "customer", "entry": first.body}),
        json!({"revision": 2, "at": "2026-12-22T15:00:00Z", "actor": "customer", "entry": second.body}),
    ];
    assert_eq!(revisions(&stack, &rules_history()).await, expected);
    assert_eq!(second.body["blocks"], json!([block]), "the blocks stay where none are named");
    assert_eq!(
        get(&stack, &format!("/v1/tenants/{TAILWIND}/rules/history")).await.body["items"],
        json!([])
    );
    let nowhere = "/v1/tenants/6f3c0000-0000-4000-8000-00000000dead/rules/history";
    assert_eq!(get(&stack, nowhere).await.problem(), (404, "not-found"));
    let of_tenant = told(&stack, &format!("{}/history", tenant())).await;
    assert_eq!(of_tenant, json!([[0, null, null]]), "rules are no revision of the tenant");
}

#[tokio::test]
async fn two_administrators_do_not_overwrite_each_others_rules() {
    let stack = stack().await;
    let read = customer(&stack, RequestEvent::get(RULES)).await;
    let seen = read.header("etag").to_owned();
    let over =
        |seen: &str, rules: &Value| RequestEvent::put(RULES).header("if-match", seen).json(rules);
    let first = customer(&stack, over(&seen, &json!({"blocked_partners": [BOREALIS]}))).await;
    assert_eq!(first.status, 200, "{}", first.text);
    assert_ne!(first.header("etag"), seen);
    let stale = customer(&stack, over(&seen, &json!({"locale": "en"}))).await;
    assert_eq!(stale.problem(), (412, "version-mismatch"));
    assert_eq!(stale.header("etag"), first.header("etag"));
    let wrong = customer(&stack, over(&seen, &json!({"locale": "?"}))).await;
    assert_eq!(wrong.problem(), (412, "version-mismatch"), "before the fields");
    let malformed = customer(&stack, over("x", &json!({}))).await;
    assert_eq!(malformed.problem(), (400, "precondition-malformed"));
    let now = customer(&stack, RequestEvent::get(RULES)).await;
    assert_eq!((now.header("etag"), &now.body), (first.header("etag"), &first.body));
    assert_eq!(customer(&stack, over("*", &json!({"locale": "en"}))).await.status, 200);
    assert_eq!(
        told(&stack, &rules_history()).await,
        json!([[1, "customer", null], [2, "customer", null]])
    );
}

#[tokio::test]
async fn rules_that_were_read_before_a_no_do_not_lift_the_block_that_it_leaves() {
    let stack = stack().await;
    let claim = Box::pin(stack.env.awaiting("k", &["teams"])).await;
    let read = customer(&stack, RequestEvent::get(RULES)).await;
    stack.env.give(&claim.id, &link(1), &decline_all()).await.unwrap();
    stack.env.let_pass(closes_at(&claim));
    stack.env.finalize().await;
    let seen = read.header("etag");
    let stale =
        customer(&stack, RequestEvent::put(RULES).header("if-match", seen).json(&read.body)).await;
    assert_eq!(stale.problem(), (412, "version-mismatch"));
    let now = customer(&stack, RequestEvent::get(RULES)).await;
    assert_eq!(now.body["blocks"][0]["partner_id"], ALPINE);
    assert_eq!(stale.header("etag"), now.header("etag"));
    let mut lifted = now.body.clone();
    lifted["blocks"] = json!([]);
    let event = RequestEvent::put(RULES).header("if-match", now.header("etag"));
    assert_eq!(customer(&stack, event.json(&lifted)).await.body["blocks"], json!([]));
    let all = revisions(&stack, &rules_history()).await;
    assert_eq!(
        all.last().unwrap()["entry"]["blocks"],
        json!([]),
        "who lifted it stands in the history"
    );
}

#[tokio::test]
async fn rules_that_say_what_holds_are_no_revision_and_are_swept_all_the_same() {
    let stack = stack().await;
    let rules = json!({"blocked_partners": [BOREALIS], "blocks": [{"partner_id": ALPINE, "kind": "workload",
        "id": "teams", "until": "2027-06-01T00:00:00Z"}]});
    let first = put_rules(&stack, &rules).await;
    let swept = directory_records(&stack.env).len();
    stack.env.clock.advance(chrono::Duration::hours(1));
    for same in [&rules, &first.body, &json!({"blocked_partners": [BOREALIS]})] {
        let repeated = put_rules(&stack, same).await;
        assert_eq!((repeated.header("etag"), &repeated.body), (first.header("etag"), &first.body));
    }
    assert_eq!(told(&stack, &rules_history()).await, json!([[1, "customer", null]]));
    assert!(directory_records(&stack.env).len() > swept, "each arrival is carried out");
}

#[tokio::test]
async fn a_revision_wakes_no_sweep_and_leaves_policies_and_calendars_what_they_were() {
    let stack = stack().await;
    for (path, change) in entries() {
        let mut body = get(&stack, &path).await.body;
        change(&mut body);
        written(&stack, &path, "olga", &body).await;
    }
    written(&stack, CALENDAR, "olga", &days(&["2026-12-30"])).await;
    put_rules(&stack, &json!({"locale": "en"})).await;
    let revisions: Vec<_> = ["PA#", "TN#", "PR#", "CA#", "RU#"]
        .iter()
        .flat_map(|prefix| stack.env.engine.items(prefix))
        .collect();
    let keys = revisions
        .iter()
        .map(|item| (item["pk"]["S"].as_str().unwrap(), item["sk"]["S"].as_str().unwrap()));
    let archived: Vec<_> = keys.filter(|(_, sk)| sk.starts_with("H#")).collect();
    assert!(archived.len() >= 8, "{archived:?}");
    for (pk, sk) in archived {
        assert_eq!(DirectoryEntry::of_item(pk, sk, None), None, "{pk} {sk}");
    }
    for record in directory_records(&stack.env) {
        assert_eq!(record["dynamodb"]["Keys"]["sk"]["S"], "A", "{record}");
    }
    let swept = stack.event_functions.sweep(&stack.env).await.unwrap();
    assert!(swept.batch_item_failures.is_empty());
}

#[tokio::test]
async fn an_entry_and_its_revision_are_stored_together_whatever_breaks() {
    let faults =
        [Fault::Throttle, Fault::Internal, Fault::Reset, Fault::AnswerLost, Fault::Conflict(0)];
    let id = PartnerId::parse(ALPINE).unwrap();
    for fault in faults {
        for nth in 1..=4 {
            let stack = stack().await;
            let (store, wire) = stack.env.another_store(|_| ());
            wire.on(any, nth, fault.clone());
            let mut partner = fixtures::alpine();
            partner.daily_claim_quota = 7;
            let author = Author::of(&support::rivals::operator(), stack.env.clock.now());
            let wish = |_: Option<&Partner>| Ok(partner.clone());
            let put = || store.change_partner(&id, &wish, &author, &|_, _| true);
            if let Err(error) = put().await {
                assert!(error.is_retryable(), "{fault:?}: {error}");
                put().await.unwrap();
            }
            let stored = stack.env.store.partner_entry(&id).await.unwrap().unwrap();
            assert_eq!((stored.revision, &stored.entry), (1, &partner), "{fault:?} {nth}");
            let page = stack.env.store.partner_history(&id, None, 100).await.unwrap().unwrap();
            let numbers: Vec<_> = page.items.iter().map(|one| one.revision).collect();
            assert_eq!(numbers, [0, 1], "{fault:?} {nth}");
            assert_eq!(page.items[1].author.as_ref(), Some(&author), "{fault:?} {nth}");
        }
    }
}

#[tokio::test]
async fn rules_that_keep_a_block_keep_it_from_whoever_was_about_to_lift_it() {
    let stack = stack().await;
    let claim = Box::pin(stack.env.awaiting("k", &["teams"])).await;
    stack.env.give(&claim.id, &link(1), &decline_all()).await.unwrap();
    stack.env.let_pass(closes_at(&claim));
    stack.env.finalize().await;
    let tenant = TenantId::parse(CONTOSO).unwrap();
    let now = stack.env.store.present_time().await.unwrap();
    let held = stack.env.store.standing_rules(&tenant, now).await.unwrap().unwrap().entry;
    assert_eq!(held.blocks.len(), 1);
    // The first has stored its rules and lifts the block next: a second one is stored in between.
    let (store, wire) = stack.env.another_store(|_| ());
    let other = Arc::new((stack.env.another_store(|_| ()).0, tenant.clone(), held.clone()));
    let between = Fault::after(move || {
        let other = other.clone();
        async move {
            let (store, tenant, held) = &*other;
            let keeping = |_: &StandingRules| Ok(held.clone());
            store.put_standing_rules(tenant, &keeping, now, &|_, _| true).await.unwrap();
        }
    });
    wire.on(|call| call.operation == "TransactWriteItems", 1, between);
    let lifting = |_: &StandingRules| Ok(StandingRules::default());
    store.put_standing_rules(&tenant, &lifting, now, &|_, _| true).await.unwrap();
    let left = stack.env.store.standing_rules(&tenant, now).await.unwrap().unwrap().entry;
    assert_eq!(left.blocks, held.blocks);
}
