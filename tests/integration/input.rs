//! Bad input, each with its code (`docs/api.md §1.7`), through the functions as the gateway calls them.

use serde_json::{Value, json};
use support::fixtures::{self, ALPINE, BOREALIS, CONTOSO};
use support::stack::{Answer, Stack};
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";

async fn stack() -> Stack {
    Stack::at(NOW).await
}

fn body() -> Value {
    fixtures::claim_body(&["teams", "exchange-online"])
}

/// Submits a body changed at one place.
async fn with(pointer: &str, value: Value) -> Answer {
    let stack = stack().await;
    let mut body = body();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = body.pointer_mut(parent).unwrap();
    match parent.as_array_mut() {
        Some(values) if name == "-" => values.push(value),
        Some(values) => values[name.parse::<usize>().unwrap()] = value,
        None => parent[name] = value,
    }
    stack.submit(ALPINE, "k", &body).await
}

/// Submits raw bytes.
async fn raw(text: &str) -> Answer {
    let event =
        RequestEvent::post("/v1/claims").partner_admin(ALPINE).header("idempotency-key", "k");
    stack().await.send(event.header("content-type", "application/json").body(text)).await
}

fn refused(answer: &Answer, pointer: &str, code: &str) {
    assert_eq!(answer.problem(), (422, "invalid-fields"), "{}", answer.text);
    let expected = (pointer.to_owned(), code.to_owned());
    assert!(answer.errors().contains(&expected), "{pointer} {code} in {:?}", answer.errors());
    assert_eq!(answer.header("content-type").split(';').next(), Some("application/problem+json"));
    assert_eq!(answer.body["type"], "urn:cpor:problem:invalid-fields");
    assert_eq!(answer.body["instance"], "request-1");
}

#[tokio::test]
async fn a_body_that_is_not_json_or_empty_is_malformed() {
    for text in ["{", "", "nonsense", "[1,2", "\u{0}", "{\"a\":1}{"] {
        assert_eq!(raw(text).await.problem(), (400, "malformed-body"), "{text:?}");
    }
}

#[tokio::test]
async fn a_body_of_65_kib_is_too_large_and_one_of_64_kib_is_not() {
    let of_size = |size: usize| {
        let empty = json!({"label": ""}).to_string().len();
        json!({"label": "x".repeat(size - empty)}).to_string()
    };
    assert_eq!(raw(&of_size(65 * 1024)).await.problem(), (413, "payload-too-large"));
    assert_eq!(raw(&of_size(64 * 1024)).await.status, 422);
}

#[tokio::test]
async fn a_deeply_nested_body_is_malformed_and_breaks_nothing() {
    let deep = format!("{}1{}", "[".repeat(20_000), "]".repeat(20_000));
    assert_eq!(raw(&deep).await.problem(), (400, "malformed-body"));
    let nested = format!("{{\"label\":{}1{}}}", "[".repeat(100), "]".repeat(100));
    refused(&raw(&nested).await, "/label", "wrong-type");
}

#[tokio::test]
async fn another_media_type_is_unsupported() {
    let event =
        RequestEvent::post("/v1/claims").partner_admin(ALPINE).header("idempotency-key", "k");
    let answer = stack().await.send(event.header("content-type", "text/plain").body("{}")).await;
    assert_eq!(answer.problem(), (415, "unsupported-media-type"));
}

#[tokio::test]
async fn an_unknown_field_is_named_wherever_it_stands() {
    for (pointer, parent) in
        [("/color", ""), ("/tenant/size", "/tenant"), ("/items/0/color", "/items/0")]
    {
        assert!(pointer.starts_with(parent));
        refused(&with(pointer, json!(1)).await, pointer, "unknown-field");
    }
}

#[tokio::test]
async fn a_field_of_the_wrong_type_or_form_says_which_it_is() {
    let cases = [
        ("/program", json!(7), "wrong-type"),
        ("/tenant", json!("contoso"), "wrong-type"),
        ("/items", json!({"kind": "workload"}), "wrong-type"),
        ("/items/0", json!(null), "wrong-type"),
        ("/items/0/kind", json!("balloon"), "unknown-code"),
        ("/evidence", json!("sow.pdf"), "wrong-type"),
        ("/evidence/0/acknowledged_on", json!("yesterday"), "malformed"),
        ("/evidence/0/sha256", json!("abc"), "malformed"),
        ("/customer_contact", json!([]), "wrong-type"),
    ];
    for (pointer, value, code) in cases {
        refused(&with(pointer, value).await, pointer, code);
    }
}

#[tokio::test]
async fn what_is_not_eligible_is_named_at_its_place() {
    let cases = [
        ("/items/-", json!({"kind": "workload", "id": "teams"}), "/items/2", "duplicate"),
        ("/items/0/kind", json!("subscription"), "/items/0/kind", "item-kind-wrong"),
        ("/items/0/id", json!("no-such-workload"), "/items/0/id", "item-not-in-tenant"),
        ("/tenant/id", json!("6f3c1a52-9d4e-4b7a-8c21-0a5e7d9b1cff"), "/tenant", "tenant-unknown"),
        ("/tenant/domain", json!("tailwind.example"), "/tenant", "tenant-unknown"),
        ("/program", json!("osu-unheard-of"), "/program", "program-unknown"),
        ("/activity", json!("gardening"), "/activity", "activity-not-allowed"),
        ("/location_id", json!("4712"), "/location_id", "location-not-enrolled"),
        (
            "/evidence/0/acknowledged_on",
            json!("2025-12-21"),
            "/evidence/0/acknowledged_on",
            "evidence-too-old",
        ),
        (
            "/evidence/0/acknowledged_on",
            json!("2026-12-23"),
            "/evidence/0/acknowledged_on",
            "in-the-future",
        ),
    ];
    for (change, value, pointer, code) in cases {
        refused(&with(change, value).await, pointer, code);
    }
}

#[tokio::test]
async fn a_contact_without_an_address_or_with_a_line_break_in_it_is_refused() {
    let without = json!({"name": "Jana", "title": "IT"});
    refused(&with("/customer_contact", without).await, "/customer_contact/email", "required");
    for address in
        ["jana", "jana@contoso.example\r\nBcc: all@contoso.example", "a b@contoso.example"]
    {
        let answer = with("/customer_contact/email", json!(address)).await;
        refused(&answer, "/customer_contact/email", "malformed");
    }
    refused(
        &with("/customer_contact/name", json!("Jana\r\nX: y")).await,
        "/customer_contact/name",
        "malformed",
    );
}

#[tokio::test]
async fn two_thousand_characters_in_a_name_are_too_long() {
    for pointer in ["/customer_contact/name", "/partner_contact/name", "/label", "/evidence/0/name"]
    {
        refused(&with(pointer, json!("x".repeat(2000))).await, pointer, "too-long");
    }
}

#[tokio::test]
async fn control_characters_and_number_signs_in_ids_are_malformed() {
    for id in ["a#b", "a\u{0}b", "a\nb", "../x", " teams", "", "té"] {
        refused(&with("/items/0/id", json!(id)).await, "/items/0/id", "malformed");
        refused(&with("/location_id", json!(id)).await, "/location_id", "malformed");
        refused(&with("/program", json!(id)).await, "/program", "malformed");
    }
    for id in ["contoso", "6f3c1a52#9d4e-4b7a-8c21-0a5e7d9b1c01"] {
        refused(&with("/tenant/id", json!(id)).await, "/tenant/id", "malformed");
    }
}

#[tokio::test]
async fn a_tenant_in_capitals_or_braces_is_the_same_tenant() {
    let forms = [
        CONTOSO.to_uppercase(),
        format!("{{{CONTOSO}}}"),
        CONTOSO.replace('-', ""),
        format!("{{{}}}", CONTOSO.replace('-', "").to_uppercase()),
    ];
    for id in forms {
        let answer = with("/tenant/id", json!(id)).await;
        assert_eq!((answer.status, &answer.body["tenant"]["id"]), (201, &json!(CONTOSO)), "{id}");
    }
}

#[tokio::test]
async fn a_domain_is_matched_in_whatever_form_it_is_written() {
    let answer = with("/tenant/domain", json!("CONTOSO\u{ff0e}example")).await;
    assert_eq!(answer.body["tenant"]["domain"], "contoso.example", "{}", answer.text);
    refused(&with("/tenant/domain", json!("contoßo.example")).await, "/tenant", "tenant-unknown");
    let contact = with("/customer_contact/email", json!("jana@contoso\u{3002}example")).await;
    assert_eq!(
        contact.body["customer_contact"]["email"], "jana@contoso.example",
        "{}",
        contact.text
    );
}

#[tokio::test]
async fn a_name_that_could_deceive_is_malformed_and_blanks_around_one_are_taken_away() {
    let tower = format!("a{}", "\u{316}".repeat(50));
    for name in [
        "Contoso\u{202e}moc.evil",
        "Alp\u{200b}ine",
        "a\u{2028}b",
        tower.as_str(),
        "visit https://evil.example now",
    ] {
        refused(
            &with("/customer_contact/name", json!(name)).await,
            "/customer_contact/name",
            "malformed",
        );
        refused(
            &with("/partner_contact/name", json!(name)).await,
            "/partner_contact/name",
            "malformed",
        );
    }
    let given = with("/customer_contact/name", json!(" Kater\u{30c}ina ")).await;
    assert_eq!(given.body["customer_contact"]["name"], "Kateřina", "{}", given.text);
}

#[tokio::test]
async fn a_name_that_is_given_twice_in_an_object_is_malformed() {
    for text in [r#"{"program":"a","program":"b"}"#, r#"{"tenant":{"id":"a","id":"a"}}"#] {
        assert_eq!(raw(text).await.problem(), (400, "malformed-body"), "{text}");
    }
    let stack = stack().await;
    let id = stack.submit(ALPINE, "k", &body()).await.body["id"].as_str().unwrap().to_owned();
    let patch = RequestEvent::new("PATCH", &format!("/v1/claims/{id}")).partner_admin(ALPINE);
    let patch = patch.header("if-match", "\"1\"").header("content-type", "application/json");
    let twice = stack.send(patch.body(r#"{"label":"a","label":"b"}"#)).await;
    assert_eq!(twice.problem(), (400, "malformed-body"), "{}", twice.text);
}

#[tokio::test]
async fn too_many_items_or_none_are_refused() {
    let many: Vec<Value> =
        (0..26).map(|no| json!({"kind": "workload", "id": format!("w{no}")})).collect();
    refused(&with("/items", json!(many)).await, "/items", "too-long");
    refused(&with("/items", json!([])).await, "/items", "required");
}

#[tokio::test]
async fn every_error_is_reported_at_once() {
    let stack = stack().await;
    let mut body = body();
    body["program"] = json!("osu-unheard-of");
    body["color"] = json!("red");
    body["tenant"]["domain"] = json!("tailwind.example");
    body["customer_contact"]["email"] = json!("nobody");
    let answer = stack.submit(ALPINE, "k", &body).await;
    for (pointer, code) in [
        ("/color", "unknown-field"),
        ("/customer_contact/email", "malformed"),
        ("/program", "program-unknown"),
        ("/tenant", "tenant-unknown"),
    ] {
        refused(&answer, pointer, code);
    }
}

#[tokio::test]
async fn an_idempotency_key_is_required_and_bounded() {
    let stack = stack().await;
    let event = || RequestEvent::post("/v1/claims").partner_admin(ALPINE);
    let missing = stack.send(event().json(&body())).await;
    assert_eq!(missing.problem(), (400, "idempotency-key-missing"));
    for key in [&"k".repeat(256), "", "a b", "ž"] {
        let answer = stack.send(event().header("idempotency-key", key).json(&body())).await;
        assert_eq!(answer.problem(), (400, "idempotency-key-missing"), "{key}");
    }
    let longest =
        stack.send(event().header("idempotency-key", &"k".repeat(255)).json(&body())).await;
    assert_eq!(longest.status, 201);
}

#[tokio::test]
async fn the_same_key_replays_the_same_request_and_refuses_another() {
    let stack = stack().await;
    let first = stack.submit(ALPINE, "k", &body()).await;
    assert_eq!(first.status, 201, "{}", first.text);
    let id = first.body["id"].as_str().unwrap();
    assert_eq!(first.header("location"), format!("/v1/claims/{id}"));
    stack.review(id, 1, &json!({"action": "begin"})).await;
    let replay = stack.submit(ALPINE, "k", &body()).await;
    assert_eq!((replay.status, replay.header("idempotent-replayed")), (201, "true"));
    assert_eq!(replay.header("location"), first.header("location"));
    assert_eq!((&replay.body["status"], &replay.body["version"]), (&json!("in_review"), &json!(2)));
    let mut other = body();
    other["label"] = json!("another");
    assert_eq!(stack.submit(ALPINE, "k", &other).await.problem(), (422, "idempotency-conflict"));
    other["label"] = json!(7);
    let broken = stack.submit(ALPINE, "k", &other).await;
    refused(&broken, "/label", "wrong-type");
}

#[tokio::test]
async fn a_refused_request_does_not_use_up_its_key() {
    let stack = stack().await;
    let mut wrong = body();
    wrong["tenant"]["domain"] = json!("tailwind.example");
    assert_eq!(stack.submit(ALPINE, "k", &wrong).await.status, 422);
    assert_eq!(stack.submit(ALPINE, "k", &body()).await.status, 201);
}

#[tokio::test]
async fn a_command_needs_the_version_that_stands() {
    let stack = stack().await;
    let id = stack.submit(ALPINE, "k", &body()).await.body["id"].as_str().unwrap().to_owned();
    let begin =
        RequestEvent::post(&format!("/v1/claims/{id}/review")).staff("reviewer", "reviewer-1");
    let begin = begin.json(&json!({"action": "begin"}));
    let missing = stack.send(begin.clone()).await;
    assert_eq!(missing.problem(), (428, "precondition-required"));
    for stale in ["\"0\"", "\"2\"", "W/\"1\"", "\"0\", \"2\""] {
        let answer = stack.send(begin.clone().header("if-match", stale)).await;
        assert_eq!(answer.problem(), (412, "version-mismatch"), "{stale}");
        assert_eq!(answer.header("etag"), "\"1\"", "what is current");
    }
    for malformed in ["1", "", "\"1", "*, \"1\""] {
        let answer = stack.send(begin.clone().header("if-match", malformed)).await;
        assert_eq!(answer.problem(), (400, "precondition-malformed"), "{malformed}");
    }
    let good = stack.send(begin.clone().header("if-match", "\"1\"")).await;
    assert_eq!((good.status, good.header("etag")), (200, "\"2\""));
    for repeated in ["\"1\"", "\"2\"", "*", "\"0\", \"1\"", "\"2\", \"9\""] {
        let repeat = stack.send(begin.clone().header("if-match", repeated)).await;
        assert_eq!(
            (repeat.status, repeat.header("etag")),
            (200, "\"2\""),
            "a repeat with {repeated}"
        );
    }
}

#[tokio::test]
async fn a_role_that_may_not_act_is_refused_before_it_is_asked_for_a_version() {
    let stack = stack().await;
    let id = stack.submit(ALPINE, "k", &body()).await.body["id"].as_str().unwrap().to_owned();
    let hold = RequestEvent::post(&format!("/v1/claims/{id}/review"));
    let hold = hold.json(&json!({"action": "hold", "comment": "a call from the customer"}));
    let reviewer = hold.clone().staff("reviewer", "reviewer-1");
    assert_eq!(stack.send(reviewer).await.problem(), (403, "role-not-allowed"));
    let operator = hold.staff("operator", "operator-1");
    assert_eq!(stack.send(operator).await.problem(), (428, "precondition-required"));
}

#[tokio::test]
async fn another_partys_claim_is_answered_as_one_that_does_not_exist() {
    let stack = stack().await;
    let id = stack.submit(ALPINE, "k", &body()).await.body["id"].as_str().unwrap().to_owned();
    let nowhere = "a".repeat(26);
    for (path, method) in [("", "GET"), ("/history", "GET"), ("/withdraw", "POST")] {
        let mut answers = Vec::new();
        for id in [id.as_str(), &nowhere, "not-an-id"] {
            let event = RequestEvent::new(method, &format!("/v1/claims/{id}{path}"))
                .partner_admin(BOREALIS);
            let event =
                event.header("if-match", "\"1\"").header("content-type", "application/json");
            let answer = stack.send(event.body("{}")).await;
            assert_eq!(answer.problem(), (404, "not-found"), "{method} {path}");
            answers.push(answer.text);
        }
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "the same shape: {answers:?}");
    }
}

#[tokio::test]
async fn without_a_token_or_with_another_role_nothing_is_done() {
    let stack = stack().await;
    let post = || RequestEvent::post("/v1/claims").header("idempotency-key", "k").json(&body());
    assert_eq!(stack.send(post()).await.problem(), (401, "unauthenticated"));
    let junk = post().staff("emperor", "x");
    assert_eq!(stack.send(junk).await.status / 100, 4);
    let others = [
        post().partner_user(ALPINE),
        post().staff("operator", "o-1"),
        post().staff("auditor", "a-1"),
        post().customer_admin(CONTOSO),
    ];
    for event in others {
        assert_eq!(stack.send(event).await.problem(), (403, "role-not-allowed"));
    }
    assert_eq!(stack.env.engine.items("C#").len(), 0);
}

async fn three_claims(stack: &Stack) {
    for (key, item) in [("a", "teams"), ("b", "exchange-online"), ("c", "sharepoint-online")] {
        let answer = stack.submit(ALPINE, key, &fixtures::claim_body(&[item])).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
    }
}

#[tokio::test]
async fn a_cursor_is_bound_to_its_caller_and_filter_and_cannot_be_forged() {
    let stack = stack().await;
    three_claims(&stack).await;
    let page = stack.send(RequestEvent::get("/v1/claims?limit=1").partner_admin(ALPINE)).await;
    assert_eq!(page.body["items"].as_array().map(Vec::len), Some(1), "{}", page.text);
    let cursor = page.body["next_cursor"].as_str().unwrap().to_owned();
    assert!(page.header("link").contains("rel=\"next\""), "{}", page.header("link"));
    let get = |query: &str| RequestEvent::get(&format!("/v1/claims?{query}"));
    let next = stack.send(get(&format!("limit=1&cursor={cursor}")).partner_admin(ALPINE)).await;
    assert_eq!(next.status, 200, "{}", next.text);
    assert_ne!(next.body["items"][0]["id"], page.body["items"][0]["id"]);
    let mut tampered = cursor.clone().into_bytes();
    tampered[10] = if tampered[10] == b'A' { b'B' } else { b'A' };
    let tampered = String::from_utf8(tampered).unwrap();
    let refused = [
        get(&format!("limit=1&cursor={cursor}")).partner_admin(BOREALIS),
        get(&format!("limit=1&cursor={cursor}&status=submitted")).partner_admin(ALPINE),
        get(&format!("limit=1&cursor={tampered}")).partner_admin(ALPINE),
        get("limit=1&cursor=nonsense").partner_admin(ALPINE),
        RequestEvent::get(&format!("/v1/associations?limit=1&cursor={cursor}"))
            .partner_admin(ALPINE),
    ];
    for event in refused {
        let answer = stack.send(event).await;
        assert_eq!(answer.problem(), (400, "invalid-cursor"), "{}", answer.text);
    }
}

#[tokio::test]
async fn a_query_that_cannot_be_read_is_invalid() {
    let stack = stack().await;
    let queries = [
        "limit=0",
        "limit=101",
        "limit=x",
        "status=flying",
        "color=red",
        "tenant_id=x",
        "limit=1&limit=2",
    ];
    for query in queries {
        let event = RequestEvent::get(&format!("/v1/claims?{query}")).partner_admin(ALPINE);
        assert_eq!(stack.send(event).await.problem(), (400, "invalid-query"), "{query}");
    }
    let event = RequestEvent::get("/v1/reviews?state=flying").staff("reviewer", "r");
    assert_eq!(stack.send(event).await.problem(), (400, "invalid-query"));
}

#[tokio::test]
async fn a_list_walks_every_claim_once_newest_first() {
    let stack = stack().await;
    three_claims(&stack).await;
    let seen = walked(&stack, "/v1/claims?limit=1", |event| event.partner_admin(ALPINE)).await;
    let mut unique = seen.clone();
    unique.sort();
    unique.dedup();
    assert_eq!((seen.len(), unique.len()), (3, 3));
    let none = stack.send(RequestEvent::get("/v1/claims").partner_admin(BOREALIS)).await;
    assert_eq!(none.body, json!({"items": [], "next_cursor": null}));
}

/// The ids of a list, page by page.
async fn walked(
    stack: &Stack,
    list: &str,
    from: impl Fn(RequestEvent) -> RequestEvent,
) -> Vec<String> {
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = stack.send(from(RequestEvent::get(&format!("{list}{cursor}")))).await;
        let items = page.body["items"].as_array().expect("a list");
        seen.extend(items.iter().map(|claim| claim["id"].as_str().unwrap().to_owned()));
        let Some(next) = page.body["next_cursor"].as_str() else { return seen };
        cursor = format!("&cursor={next}");
    }
}

#[tokio::test]
async fn a_list_of_a_tenant_walks_the_claims_of_all_its_partners_newest_first() {
    let stack = stack().await;
    let mut made = Vec::new();
    for (partner, location, item) in [
        (BOREALIS, "4712", "teams"),
        (ALPINE, "4711", "teams"),
        (BOREALIS, "4712", "exchange-online"),
        (ALPINE, "4711", "exchange-online"),
        (BOREALIS, "4712", "sharepoint-online"),
    ] {
        let body = fixtures::claim_body_of(location, CONTOSO, "contoso.example", &[item]);
        let created = stack.submit(partner, item, &body).await;
        made.insert(0, created.body["id"].as_str().unwrap().to_owned());
        stack.env.clock.advance(chrono::Duration::seconds(1));
    }
    for limit in [1, 2, 5] {
        let list = format!("/v1/claims?tenant_id={CONTOSO}&limit={limit}");
        assert_eq!(walked(&stack, &list, |event| event.staff("auditor", "a")).await, made);
    }
    let own = format!("/v1/claims?tenant_id={CONTOSO}&limit=2");
    let own = walked(&stack, &own, |event| event.partner_admin(BOREALIS)).await;
    assert_eq!(own, [made[0].as_str(), &made[2], &made[4]]);
}

#[tokio::test]
async fn claims_of_one_moment_are_each_listed_once() {
    let stack = stack().await;
    three_claims(&stack).await;
    let list = format!("/v1/claims?tenant_id={CONTOSO}&limit=1");
    let mut seen = walked(&stack, &list, |event| event.staff("auditor", "a")).await;
    assert_eq!(seen.len(), 3);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 3);
}

#[tokio::test]
async fn a_stored_claim_that_cannot_be_read_is_a_fault_and_tells_nothing() {
    let stack = stack().await;
    let claim = stack.env.submitted("k", &["teams"]).await;
    let mut record = stack.env.stored(&claim.id);
    record["st"] = json!({"S": "levitating"});
    stack.env.engine.put(&record);
    let answer = stack
        .send(RequestEvent::get(&format!("/v1/claims/{}", claim.id)).partner_admin(ALPINE))
        .await;
    assert!(answer.status >= 500, "{}", answer.status);
    assert!(
        !answer.text.contains("levitating") && !answer.text.contains("attribute"),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn an_unknown_route_is_not_found() {
    let stack = stack().await;
    for (method, path) in
        [("GET", "/v1/nowhere"), ("DELETE", "/v1/claims"), ("GET", "/"), ("PATCH", "/v1/claims")]
    {
        let answer = stack.send(RequestEvent::new(method, path).partner_admin(ALPINE)).await;
        assert_eq!(answer.problem(), (404, "not-found"), "{method} {path}");
    }
}
