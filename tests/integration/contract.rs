//! The contract against the functions: thousands of requests that are nearly right, by people of four roles. No answer is
//! a fault of the server's, and none has a status, a content type or a field that the document does not describe.

use std::collections::BTreeMap;

use domain::claim::Claim;
use domain::command::Command;
use fastrand::Rng;
use serde_json::{Map, Value, json};
use support::contract::Contract;
use support::fixtures::{self, ALPINE, CONTOSO};
use support::stack::{Answer, Stack};
use support::test_env::{alpine, reject, reviewer};
use web::event::RequestEvent;
use web::routes::{Auth, ROUTES, Route, RouteId};

use crate::simulation::read_number;

const NOW: &str = "2026-12-22T14:00:00Z";

/// How many requests are sent, unless REQUESTS says otherwise.
const REQUESTS: usize = 2_500;

/// After how many of them everything is as it was at first, so that there are claims in every state again.
const FRESH_AFTER: usize = 400;

/// Who sends them.
const ROLES: [&str; 4] = ["partner_admin", "reviewer", "operator", "customer_admin"];

fn from(event: RequestEvent, role: &str) -> RequestEvent {
    match role {
        "partner_admin" => event.partner_admin(ALPINE),
        "customer_admin" => event.customer_admin(CONTOSO),
        staff => event.staff(staff, "staff-1"),
    }
}

/// Claims in many states: a draft, a submitted one, one in review, one that is asked about, a rejected one, one that waits
/// for its customer, and one with an association.
async fn claims(stack: &Stack) -> Vec<Claim> {
    let env = &stack.env;
    let held = env.holding("held", &["teams"]).await;
    let waiting = env.awaiting("waiting", &["exchange-online"]).await;
    let reviewed = env.in_review("reviewed", &["sharepoint-online"]).await;
    let mut all = vec![held, waiting];
    all.push(reviewed);
    for (key, command) in [("asked", None), ("rejected", Some(reject()))] {
        let tenant = fixtures::TAILWIND;
        let body = fixtures::claim_body_of("4711", tenant, "tailwind.example", &["teams"]);
        let created = stack.submit(ALPINE, key, &body).await;
        let Some(id) = created.body["id"].as_str() else { continue };
        let id = domain::ids::ClaimId::parse(id).unwrap();
        env.give(&id, &reviewer(), &Command::BeginReview).await.unwrap();
        if let Some(command) = command {
            env.give(&id, &reviewer(), &command).await.unwrap();
        } else {
            let Command::Reject { reasons } = reject() else { panic!("a rejection has reasons") };
            let ask = Command::RequestInformation { reasons };
            env.give(&id, &reviewer(), &ask).await.unwrap();
            env.give(&id, &alpine(), &Command::Respond { comment: None }).await.unwrap();
            env.give(&id, &reviewer(), &reject()).await.unwrap();
        }
        all.push(env.read(&id).await);
    }
    let mut draft = fixtures::claim_body(&["teams"]);
    draft["draft"] = json!(true);
    let created = stack.submit(ALPINE, "draft", &draft).await;
    let id = domain::ids::ClaimId::parse(created.body["id"].as_str().unwrap()).unwrap();
    all.push(env.read(&id).await);
    all
}

/// Values that fields do not expect.
fn odd_values() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(0),
        json!(26),
        json!(1.5),
        json!(4_294_967_296_u64),
        json!(""),
        json!(" "),
        json!("x".repeat(300)),
        json!("a\u{0}b"),
        json!("žluťoučký kůň"),
        json!("2026-02-30"),
        json!("2030-01-01"),
        json!("2026-12-31T23:00:00Z"),
        json!("teams"),
        json!("p-alpine"),
        json!([]),
        json!([1, 1]),
        json!({}),
        json!({"id": 1}),
    ]
}

/// A body with a change somewhere in it.
fn changed(rng: &mut Rng, body: &Value) -> Value {
    let mut places = Vec::new();
    collect_places(body, "", &mut places);
    let mut changed = body.clone();
    let Some(place) = rng.choice(&places) else { return changed };
    let value = rng.choice(odd_values()).unwrap_or_default();
    let (parent, name) = place.rsplit_once('/').unwrap_or(("", ""));
    let Some(parent) = changed.pointer_mut(parent) else { return value };
    match (parent, rng.u8(..4)) {
        (Value::Object(members), 0) => drop(members.remove(name)),
        (Value::Object(members), 1) => drop(members.insert("colour".to_owned(), value)),
        (Value::Object(members), _) => drop(members.insert(name.to_owned(), value)),
        (Value::Array(entries), _) => entries.push(value),
        (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_), _) => {}
    }
    changed
}

fn collect_places(value: &Value, at: &str, places: &mut Vec<String>) {
    for (name, member) in value.as_object().into_iter().flatten() {
        places.push(format!("{at}/{name}"));
        collect_places(member, &format!("{at}/{name}"), places);
    }
    for (no, entry) in value.as_array().into_iter().flatten().enumerate() {
        collect_places(entry, &format!("{at}/{no}"), places);
    }
}

/// A request that is nearly right.
fn request(
    rng: &mut Rng,
    route: &Route,
    contract: &Contract,
    claims: &[Claim],
) -> (String, RequestEvent) {
    let method = match route.method {
        "ANY" => ["GET", "POST"][rng.usize(..2)],
        other => other,
    };
    let claim = &claims[rng.usize(..claims.len())];
    let target = format!("{}{}", path(rng, route, claim), query(rng, contract, method, route));
    let mut event = RequestEvent::new(method, &target);
    let operation = contract.operation(method, route.path);
    let content = operation["requestBody"]["content"].as_object();
    if let Some((media_type, content)) = content.and_then(|own| own.iter().next()) {
        let body = body(rng, &content["example"], claim);
        event = match (media_type.as_str(), rng.u8(..40)) {
            ("application/x-www-form-urlencoded", _) => {
                event.header("content-type", media_type).body(
                    [
                        "decision=decline&code=123456",
                        "decision=extend&code=1&items=1",
                        "email=it%40contoso.example",
                        "x=1",
                    ][rng.usize(..4)],
                )
            }
            (_, 0) => event.header("content-type", "text/plain").body("hello"),
            (_, 1) => event.header("content-type", media_type).body("{"),
            (_, 2) => event,
            (_, 3) => event.header("content-type", media_type).body(&" ".repeat(70_000)),
            (_, _) => event.header("content-type", media_type).body(&body.to_string()),
        };
    }
    for header in operation["parameters"].as_array().into_iter().flatten() {
        let name = header["name"].as_str().unwrap_or_default();
        let value = match (name, rng.u8(..10)) {
            ("If-Match", 1) => Some("7".to_owned()),
            ("If-Match", 2) => Some("\"999\"".to_owned()),
            ("If-Match", 3) => Some("*".to_owned()),
            ("If-Match", 4..) | ("If-None-Match", _) => Some(format!("\"{}\"", claim.version.0)),
            ("Idempotency-Key", 1) => Some("two words".to_owned()),
            ("Idempotency-Key", 2) => Some("always-the-same".to_owned()),
            ("Idempotency-Key", 3..) => Some(rng.u64(..).to_string()),
            (_, _) => None,
        };
        if let Some(value) = value {
            event = event.header(name, &value);
        }
    }
    if rng.bool() {
        event = event.header("accept-language", "cs");
    }
    (method.to_owned(), event)
}

fn path(rng: &mut Rng, route: &Route, claim: &Claim) -> String {
    let id = match route.id {
        RouteId::Associations(_) => format!("{}-{}", claim.id, rng.u8(1..3)),
        RouteId::Directory(_) if route.path.contains("/tenants/") => CONTOSO.to_owned(),
        RouteId::Directory(_) if route.path.contains("/partners/") => ALPINE.to_owned(),
        RouteId::Directory(_) => "osu-m365".to_owned(),
        RouteId::Webhooks(_) => "crm".to_owned(),
        RouteId::Claims(_)
        | RouteId::Evidence(_)
        | RouteId::Review(_)
        | RouteId::Decision(_)
        | RouteId::Overview(_)
        | RouteId::Customer(_) => claim.id.to_string(),
    };
    let id = if rng.u8(..20) == 0 { "unknown".to_owned() } else { id };
    let country = rng.choice(["CZ", "us", "ZZ"]).unwrap_or_default();
    let date = rng.choice(["2026-12-30", "2027-01-04", "someday"]).unwrap_or_default();
    let path = route.path.replace("{id}", &id).replace("{country}", country);
    let path = path.replace("{date}", date);
    path.replace("{eid}", "e1").replace("{token}", "unknown").replace("{code}", "7K2M9QXP")
}

fn query(rng: &mut Rng, contract: &Contract, method: &str, route: &Route) -> String {
    let mut pairs = Vec::new();
    let parameters = contract.operation(method, route.path)["parameters"].as_array();
    for parameter in parameters.into_iter().flatten().filter(|own| own["in"] == "query") {
        let name = parameter["name"].as_str().unwrap_or_default();
        let example = match (&parameter["schema"]["example"], name) {
            (Value::Null, "state") => "submitted".to_owned(),
            (Value::Null, "status") => ["active", "rejected"][rng.usize(..2)].to_owned(),
            (Value::Null, _) => "vouch".to_owned(),
            (Value::String(text), _) => text.clone(),
            (Value::Array(texts), _) => texts[0].as_str().unwrap_or_default().to_owned(),
            (other, _) => other.to_string(),
        };
        let is_required = parameter["required"] == true;
        match rng.u8(..12) {
            0 => pairs.push(format!("{name}=%00")),
            1 => pairs.push(format!("{name}=")),
            2 => pairs.extend([format!("{name}={example}"), format!("{name}={example}")]),
            3..=6 => pairs.push(format!("{name}={example}")),
            _ if is_required => pairs.push(format!("{name}={example}")),
            _ => {}
        }
    }
    if rng.u8(..30) == 0 {
        pairs.push("colour=red".to_owned());
    }
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}

/// The contract's example, made to fit what is there, with no change or a few.
fn body(rng: &mut Rng, example: &Value, claim: &Claim) -> Value {
    let mut body = example.clone();
    if body.get("action").is_some() {
        body = rng.choice(actions()).unwrap_or_default();
    } else if body.get("tenant").is_some() && rng.bool() {
        body = fixtures::claim_body(&["teams", "sharepoint-online"]);
    }
    if body.get("id").is_some() && rng.bool() {
        body["id"] = json!(claim.subject.tenant.to_string());
    }
    for _ in 0..rng.usize(..3) {
        body = changed(rng, &body);
    }
    body
}

fn actions() -> Vec<Value> {
    let reasons = json!([{"code": "evidence_missing", "item_no": 1, "comment": "Which?"}]);
    let contact = json!({"name": "Jana Nová", "title": "CIO", "email": "it@contoso.example"});
    vec![
        json!({"action": "begin"}),
        json!({"action": "request_information", "reasons": reasons}),
        json!({"action": "reject", "reasons": reasons}),
        json!({"action": "validate"}),
        json!({"action": "validate", "drop": [{"item_no": 1, "code": "evidence_missing"}]}),
        json!({"action": "hold", "comment": "wait"}),
        json!({"action": "resume"}),
        json!({"action": "extend", "closes_on": "2027-01-05"}),
        json!({"action": "correct_contact", "customer_contact": contact}),
        json!({"action": "vouch", "comment": "known"}),
        json!({"action": "refuse_contact"}),
        json!({"action": "retire_link", "recipient": 2, "comment": "left"}),
        json!({"action": "uphold", "comment": "stands"}),
        json!({"action": "overturn", "comment": "falls"}),
        json!({"action": "approve"}),
    ]
}

#[tokio::test]
async fn no_answer_to_thousands_of_requests_is_a_fault_or_is_not_described() {
    let stack = Stack::sandbox_at(NOW).await;
    let (contract, claims) = (Contract::default(), claims(&stack).await);
    let saved = stack.env.engine.save();
    let mut rng = Rng::with_seed(1);
    let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
    // The clock is moved by no request: a test clock that runs ahead would end every deadline.
    let routes: Vec<_> = ROUTES.iter().filter(|route| route.operation != "putClock").collect();
    for no in 0..read_number("REQUESTS").unwrap_or(REQUESTS) {
        if no % FRESH_AFTER == 0 {
            stack.env.engine.restore(&saved);
        }
        let route = routes[rng.usize(..routes.len())];
        let (method, event) = request(&mut rng, route, &contract, &claims);
        let fitting = |role: &&str| route.roles.iter().any(|own| own.as_str() == *role);
        let role = match ROLES.iter().filter(|role| fitting(role)).collect::<Vec<_>>() {
            right if !right.is_empty() && rng.u8(..10) > 0 => *right[rng.usize(..right.len())],
            _ => ROLES[rng.usize(..ROLES.len())],
        };
        let event = if route.auth == Auth::Jwt { from(event, role) } else { event };
        let told = format!("request {no}: {method} {} as {role}: {event:?}", route.path);
        let answer: Answer = stack.send(event).await;
        *statuses.entry(answer.status).or_default() += 1;
        assert!(answer.status < 500, "{told}: {}", answer.text);
        let undescribed = contract.undescribed(&method, route.path, &answer);
        assert!(undescribed.is_empty(), "{told}: {undescribed:?}: {}", answer.text);
    }
    for status in [200, 201, 304, 400, 403, 404, 409, 412, 413, 415, 422, 428] {
        assert!(statuses.contains_key(&status), "{status} in {statuses:?}");
    }
}

#[test]
fn every_example_of_the_document_is_as_its_schema_says() {
    let contract = Contract::default();
    let mut checked = 0;
    for route in ROUTES {
        let methods: &[&str] =
            if route.method == "ANY" { &["GET", "POST"] } else { &[route.method] };
        for method in methods {
            let operation = contract.operation(method, route.path);
            let responses = operation["responses"].as_object().into_iter().flatten();
            let contents = responses.map(|(_, response)| &response["content"]);
            let all = contents.chain([&operation["requestBody"]["content"]]);
            for (media_type, content) in all.filter_map(Value::as_object).flatten() {
                if content["example"].is_null() {
                    continue;
                }
                checked += 1;
                let found = contract.mismatches(&content["schema"], &content["example"], "");
                assert!(found.is_empty(), "{} {media_type}: {found:?}", route.operation);
            }
        }
    }
    assert!(checked > 150, "{checked}");
}

#[tokio::test]
async fn the_examples_of_bodies_are_taken_by_the_functions() {
    let stack = Stack::at(NOW).await;
    let contract = Contract::default();
    let example = |method: &str, path: &str| {
        let content = contract.operation(method, path)["requestBody"]["content"].as_object();
        let (_, content) = content.and_then(|own| own.iter().next()).unwrap();
        content["example"].clone()
    };
    let check = RequestEvent::post("/v1/claims:check").partner_admin(ALPINE);
    let answer = stack.send(check.json(&example("POST", "/v1/claims:check"))).await;
    assert_eq!((answer.status, &answer.body["ok"]), (200, &json!(true)), "{}", answer.text);
    // Before the tenant has the items of its own example alone.
    let rules = RequestEvent::put("/v1/customer/rules").customer_admin(CONTOSO);
    let answer = stack.send(rules.json(&example("PUT", "/v1/customer/rules"))).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    for (path, template) in [
        (format!("/v1/partners/{ALPINE}"), "/v1/partners/{id}"),
        (format!("/v1/tenants/{CONTOSO}"), "/v1/tenants/{id}"),
        ("/v1/programs/osu-m365".to_owned(), "/v1/programs/{id}"),
        ("/v1/calendars/CZ".to_owned(), "/v1/calendars/{country}"),
        ("/v1/calendars/CZ/days/2026-12-30".to_owned(), "/v1/calendars/{country}/days/{date}"),
        (format!("/v1/tenants/{CONTOSO}/usage"), "/v1/tenants/{id}/usage"),
    ] {
        let put = RequestEvent::put(&path).staff("operator", "olga");
        let answer = stack.send(put.json(&example("PUT", template))).await;
        assert!([200, 201].contains(&answer.status), "{path}: {}", answer.text);
    }
}

#[test]
fn an_object_that_has_more_than_its_schema_says_is_told() {
    let contract = Contract::default();
    let schema = json!({"$ref": "#/components/schemas/HealthView"});
    let told = |value: Value| contract.mismatches(&schema, &value, "");
    assert_eq!(told(json!({"status": "ok"})), Vec::<String>::new());
    assert_eq!(told(json!({"status": "ok", "load": 1})), ["/load: is not described"]);
    assert_eq!(told(Value::Object(Map::new())), ["/status: is missing"]);
    assert_eq!(told(json!({"status": 1})), ["/status: 1 is no \"string\""]);
}
