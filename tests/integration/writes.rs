//! Writing to the directory is safe (`docs/api.md §3.6`): what is left out stays, what is named must be there, and a
//! domain is one tenant's.

use serde_json::{Value, json};
use support::fixtures::{ALPINE, BOREALIS, CONTOSO, TAILWIND};
use support::stack::{Answer, Stack};
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";
const PARTNER: &str = "/v1/partners/p-alpine";
const PROGRAM: &str = "/v1/programs/osu-m365";
const RULES: &str = "/v1/customer/rules";
const NEW_TENANT: &str = "/v1/tenants/6f3c1a52-9d4e-4b7a-8c21-0a5e7d9b1c77";

async fn stack() -> Stack {
    Box::pin(Stack::at(NOW)).await
}

fn tenant(id: &str) -> String {
    format!("/v1/tenants/{id}")
}

/// An entry as its writes have it: the versions of a policy stand in its own answer alone.
async fn get(stack: &Stack, path: &str) -> Value {
    let mut answer = stack.send(RequestEvent::get(path).staff("auditor", "anna")).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer.body.as_object_mut().map(|members| members.remove("versions"));
    answer.body
}

async fn put(stack: &Stack, path: &str, body: &Value) -> Answer {
    stack.send(RequestEvent::put(path).staff("operator", "olga").json(body)).await
}

async fn stored(stack: &Stack, path: &str, body: &Value) -> Value {
    let answer = put(stack, path, body).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer.body
}

async fn put_rules(stack: &Stack, body: &Value) -> Answer {
    stack.send(RequestEvent::put(RULES).customer_admin(CONTOSO).json(body)).await
}

fn told(errors: &[(&str, &str)]) -> Vec<(String, String)> {
    errors.iter().map(|(at, code)| ((*at).to_owned(), (*code).to_owned())).collect()
}

fn wingtip() -> Value {
    json!({"name": "Wingtip", "status": "active", "domains": ["wingtip.example"], "country": "CZ", "locale": "cs"})
}

#[tokio::test]
async fn what_is_new_is_created_at_its_place_and_what_is_there_is_written_over() {
    let stack = stack().await;
    let partner = json!({"name": "Carpathia", "status": "active", "country": "SK",
        "time_zone": "Europe/Bratislava", "daily_claim_quota": 10, "open_claim_quota": 10});
    let program = json!({"name": "Security", "status": "open", "family": "sec", "item_kind": "workload",
        "activities": ["usage"]});
    for (path, body) in
        [("/v1/partners/p-new", partner), (NEW_TENANT, wingtip()), ("/v1/programs/sec", program)]
    {
        let created = put(&stack, path, &body).await;
        assert_eq!(created.status, 201, "{path}: {}", created.text);
        assert_eq!((created.header("location"), created.header("etag")), (path, "\"1\""));
        assert_eq!(get(&stack, path).await, created.body, "{path}");
        let again = put(&stack, path, &body).await;
        assert_eq!((again.status, again.header("etag")), (200, "\"1\""), "{path}: a repeat");
        assert!(again.headers.get("location").is_none(), "{path}");
        let renamed = put(&stack, path, &json!({"name": "Another name"})).await;
        assert_eq!((renamed.status, renamed.header("etag")), (200, "\"2\""), "{path}");
    }
}

#[tokio::test]
async fn what_a_put_leaves_out_stays_and_an_empty_list_empties() {
    let stack = stack().await;
    let contoso = tenant(CONTOSO);
    for (path, lists) in [
        (PARTNER.to_owned(), vec!["locations"]),
        (contoso.clone(), vec!["items", "contacts", "closures"]),
        (PROGRAM.to_owned(), vec!["catalogue"]),
    ] {
        let before = get(&stack, &path).await;
        assert_eq!(stored(&stack, &path, &json!({})).await, before, "{path}");
        let renamed = stored(&stack, &path, &json!({"name": "Another name"})).await;
        let mut expected = before.clone();
        expected["name"] = json!("Another name");
        assert_eq!(renamed, expected, "{path}");
        for list in lists {
            let null = stored(&stack, &path, &json!({list: null})).await;
            assert_eq!(null, expected, "{path} {list}: null is left out");
            let emptied = stored(&stack, &path, &json!({list: []})).await;
            expected[list] = json!([]);
            assert_eq!(emptied, expected, "{path} {list}");
        }
    }
    let zone = stored(&stack, &contoso, &json!({"time_zone": null})).await;
    assert_eq!(zone["time_zone"], Value::Null, "what may be unknown is emptied by null");
}

#[tokio::test]
async fn a_policy_keeps_the_keys_that_are_left_out_and_a_term_is_taken_back_by_null() {
    let stack = stack().await;
    let policy = |body: &Value| (body["policy"].clone(), body["policy_version"].clone());
    let first = stored(&stack, PROGRAM, &json!({"policy": {"term_months": 24}})).await;
    let second = stored(&stack, PROGRAM, &json!({"policy": {"window_business_days": 7}})).await;
    let mut expected = first["policy"].clone();
    expected["window_business_days"] = json!(7);
    assert_eq!(policy(&second), (expected.clone(), json!(3)));
    let third = stored(&stack, PROGRAM, &json!({"policy": {"term_months": null}})).await;
    expected["term_months"] = Value::Null;
    assert_eq!(policy(&third), (expected, json!(4)));
}

#[tokio::test]
async fn a_new_entry_needs_what_has_no_default() {
    let stack = stack().await;
    let refused = put(&stack, "/v1/partners/p-new", &json!({"name": "Carpathia"})).await;
    let missing = ["country", "daily_claim_quota", "open_claim_quota", "status", "time_zone"];
    let missing = missing.map(|name| (format!("/{name}"), "required".to_owned()));
    assert_eq!(refused.errors(), missing, "{}", refused.text);
    let refused = put(&stack, NEW_TENANT, &json!({})).await;
    let missing = ["country", "domains", "locale", "name", "status"];
    assert_eq!(refused.errors(), missing.map(|name| (format!("/{name}"), "required".to_owned())));
}

#[tokio::test]
async fn two_operators_who_write_different_parts_at_once_lose_neither() {
    for _ in 0..8 {
        let stack = stack().await;
        let path = tenant(CONTOSO);
        let (items, contacts) = (json!({"items": []}), json!({"contacts": []}));
        let (one, other) = tokio::join!(put(&stack, &path, &items), put(&stack, &path, &contacts));
        assert_eq!((one.status, other.status), (200, 200));
        let now = get(&stack, &path).await;
        assert_eq!((&now["items"], &now["contacts"]), (&json!([]), &json!([])));
    }
}

#[tokio::test]
async fn a_program_that_there_is_not_is_refused_at_its_place_unless_it_is_named_already() {
    let stack = stack().await;
    let with = |programs: &[&str]| json!({"locations": [{"id": "4711", "programs": []}, {"id": "4713", "programs": programs}]});
    let body = with(&["osu-m365", "no-such-prog", "a b"]);
    let refused = put(&stack, PARTNER, &body).await;
    let expected = told(&[
        ("/locations/1/programs/1", "program-unknown"),
        ("/locations/1/programs/2", "malformed"),
    ]);
    assert_eq!((refused.status, refused.errors()), (422, expected));
    stored(&stack, PARTNER, &with(&["osu-m365"])).await;
    // An entry from before this was asked names a program that was never there.
    let mut record = stack.env.engine.item("PA#p-alpine", "A").unwrap();
    record["b"]["M"]["locations"]["L"][1]["M"]["programs"]["L"][0] = json!({"S": "bygone"});
    stack.env.engine.put(&record);
    stored(&stack, PARTNER, &with(&["bygone"])).await;
    let refused = put(&stack, PARTNER, &with(&["bygone", "no-such-prog"])).await;
    assert_eq!(refused.errors(), told(&[("/locations/1/programs/1", "program-unknown")]));
}

#[tokio::test]
async fn rules_name_partners_programs_and_languages_that_there_are() {
    let stack = stack().await;
    let block = |partner: &str| json!({"partner_id": partner, "kind": "workload", "id": "teams", "until": "2027-06-01T00:00:00Z"});
    let wrong = json!({"blocked_partners": [BOREALIS, "p-unknown"], "explicit_yes": ["nope-program", "osu-m365"],
        "locale": "de", "blocks": [block(ALPINE), block("p-unknown")], "closures": ["x"]});
    let refused = put_rules(&stack, &wrong).await;
    let expected = told(&[
        ("/blocked_partners/1", "partner-unknown"),
        ("/blocks/1/partner_id", "partner-unknown"),
        ("/closures/0", "malformed"),
        ("/explicit_yes/0", "program-unknown"),
        ("/locale", "language-unknown"),
    ]);
    assert_eq!((refused.status, refused.errors()), (422, expected));
    let idle = |id: &str, until: &str| json!({"partner_id": ALPINE, "kind": "workload", "id": id, "until": until});
    let (soon, bygone) = ("2027-06-01T00:00:00Z", "2025-06-01T00:00:00Z");
    let wrong = json!({"blocks": [idle("teams", soon), idle("exchnage-online", soon), idle("exchange-online", bygone)]});
    let refused = put_rules(&stack, &wrong).await;
    let expected =
        told(&[("/blocks/1/id", "item-not-in-tenant"), ("/blocks/2/until", "not-later")]);
    assert_eq!((refused.status, refused.errors()), (422, expected), "a slip would protect nobody");
    let right = json!({"blocked_partners": [BOREALIS], "explicit_yes": ["osu-m365"], "locale": "cs-CZ",
        "blocks": [block(ALPINE)]});
    let first = put_rules(&stack, &right).await;
    assert_eq!(first.status, 200, "{}", first.text);
    let locale = put_rules(&stack, &json!({"locale": "en"})).await;
    let mut expected = first.body.clone();
    expected["locale"] = json!("en");
    assert_eq!(locale.body, expected, "what is left out stays");
    let ended = put_rules(&stack, &json!({"blocks": [idle("teams", bygone)]})).await;
    assert_eq!(
        (ended.status, &ended.body["blocks"]),
        (200, &json!([])),
        "a block there is may end"
    );
}

#[tokio::test]
async fn a_tenant_is_written_to_in_a_language_that_there_are_texts_in() {
    let stack = stack().await;
    let refused = put(&stack, &tenant(CONTOSO), &json!({"locale": "de"})).await;
    assert_eq!(refused.errors(), told(&[("/locale", "language-unknown")]));
    assert_eq!(
        stored(&stack, &tenant(CONTOSO), &json!({"locale": "EN-us"})).await["locale"],
        "EN-us"
    );
}

#[tokio::test]
async fn a_domain_is_one_tenants_and_moves_when_the_old_one_lets_it_go() {
    let stack = stack().await;
    let mut body = wingtip();
    body["domains"] = json!(["wingtip.example", "tailwind.example", "contoso.example"]);
    let refused = put(&stack, NEW_TENANT, &body).await;
    let expected = told(&[("/domains/1", "domain-taken"), ("/domains/2", "domain-taken")]);
    assert_eq!((refused.status, refused.errors()), (422, expected));
    assert!(stack.env.engine.item("DM#wingtip.example", "A").is_none(), "nothing is stored");
    let (old, moved) = (tenant(TAILWIND), json!({"domains": ["tailwind-traders.example"]}));
    stored(&stack, &old, &moved).await;
    body["domains"] = json!(["wingtip.example", "tailwind.example"]);
    assert_eq!(put(&stack, NEW_TENANT, &body).await.status, 201);
    let back = put(&stack, &old, &json!({"domains": ["tailwind.example"]})).await;
    assert_eq!(back.errors(), told(&[("/domains/0", "domain-taken")]));
}

#[tokio::test]
async fn a_deleted_tenant_lets_its_domains_go_and_comes_back_only_without_those_that_others_have() {
    let stack = stack().await;
    let old = tenant(TAILWIND);
    stored(&stack, &old, &json!({"status": "deleted"})).await;
    let mut body = wingtip();
    body["domains"] = json!(["tailwind.example"]);
    assert_eq!(put(&stack, NEW_TENANT, &body).await.status, 201);
    let back = put(&stack, &old, &json!({"status": "active"})).await;
    assert_eq!((back.status, back.errors()), (422, told(&[("/domains", "domain-taken")])));
    stored(&stack, &old, &json!({"status": "active", "domains": ["tailwind-traders.example"]}))
        .await;
}

#[tokio::test]
async fn of_two_tenants_that_take_a_domain_at_once_one_has_it() {
    for _ in 0..8 {
        let stack = stack().await;
        let with = json!({"domains": ["shared.example"]});
        let (contoso, tailwind) = (tenant(CONTOSO), tenant(TAILWIND));
        let (one, other) =
            tokio::join!(put(&stack, &contoso, &with), put(&stack, &tailwind, &with));
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 422], "{} {}", one.text, other.text);
        let owner = &stack.env.engine.item("DM#shared.example", "A").unwrap()["tn"]["S"];
        let winner = if one.status == 200 { CONTOSO } else { TAILWIND };
        assert_eq!(owner, winner);
    }
}

#[tokio::test]
async fn a_put_that_leaves_the_domains_as_they_are_writes_none_of_them() {
    let stack = stack().await;
    let wire = &stack.wires[6];
    let written = || {
        wire.told(|calls| {
            calls.iter().filter(|call| call.names("DM#", "")).filter(|call| call.writes()).count()
        })
    };
    stored(&stack, &tenant(CONTOSO), &json!({"name": "Another name"})).await;
    assert_eq!(written(), 0);
    let two = json!({"domains": ["contoso.example", "münchen.example"]});
    stored(&stack, &tenant(CONTOSO), &two).await;
    assert_eq!(written(), 1);
    assert!(stack.env.engine.item("DM#xn--mnchen-3ya.example", "A").is_some());
    assert_eq!(stack.env.engine.items("DM#").len(), 4, "one for each domain");
}

#[tokio::test]
async fn ninety_domains_come_or_go_with_one_put_and_no_more() {
    let stack = stack().await;
    let domains = |count: usize| {
        let names = (0..count).map(|no| json!(format!("d{no}.example")));
        json!({"domains": names.collect::<Vec<_>>()})
    };
    let many = put(&stack, &tenant(CONTOSO), &domains(90)).await;
    assert_eq!(many.errors(), told(&[("/domains", "too-long")]), "90 come and one goes");
    stored(&stack, &tenant(CONTOSO), &domains(89)).await;
    stored(&stack, &tenant(CONTOSO), &domains(179)).await;
}

#[tokio::test]
async fn usage_is_of_items_that_the_tenant_has_and_of_days_that_have_begun_there() {
    let stack = stack().await;
    // 23:30 in UTC is the next day in Prague already.
    stack.env.clock.set("2026-12-22T23:30:00Z".parse().unwrap());
    let row = |id: &str, date: &str| json!({"kind": "workload", "id": id, "date": date, "active_users": 1, "provisioned_seats": 2});
    let path = format!("{}/usage", tenant(CONTOSO));
    let body = json!({"rows": [row("teams", "2026-12-23"), row("nope", "2026-12-22"), row("teams", "2026-12-24")]});
    let refused = put(&stack, &path, &body).await;
    let expected = told(&[("/rows/1/id", "item-not-in-tenant"), ("/rows/2/date", "in-the-future")]);
    assert_eq!((refused.status, refused.errors()), (422, expected));
    assert!(stack.env.engine.items("U#").is_empty(), "none of the rows is stored");
    let today = put(&stack, &path, &json!({"rows": [row("teams", "2026-12-23")]})).await;
    assert_eq!((today.status, &today.body), (200, &json!({"rows": 1})), "{}", today.text);
}
