//! The operator's directory, deadlines explained, and the test clock.

use domain::claim::Status;
use integration::fixtures::{ALPINE, CONTOSO};
use integration::stack::{Answer, Stack};
use integration::world::closes_at;
use serde_json::{Value, json};
use web::event::Event;

const NOW: &str = "2026-12-22T14:00:00Z";

async fn get(stack: &Stack, path: &str) -> Answer {
    stack.send(Event::get(path).staff("operator", "op")).await
}

async fn put(stack: &Stack, path: &str, body: &Value) -> Answer {
    stack.send(Event::put(path).staff("operator", "op").json(body)).await
}

/// What is written is what is read, and writing what was read changes nothing.
async fn survives(stack: &Stack, path: &str) {
    let read = get(stack, path).await;
    assert_eq!(read.status, 200, "{}", read.text);
    let written = put(stack, path, &read.body).await;
    assert_eq!((written.status, &written.body), (200, &read.body), "{}", written.text);
    assert_eq!(get(stack, path).await.body, read.body);
}

#[tokio::test]
async fn what_is_written_to_the_directory_is_read_from_it() {
    let stack = Stack::at(NOW).await;
    survives(&stack, "/v1/partners/p-alpine").await;
    survives(&stack, &format!("/v1/tenants/{CONTOSO}")).await;
    survives(&stack, "/v1/programs/osu-m365").await;
}

#[tokio::test]
async fn a_changed_policy_is_a_new_version_and_claims_keep_theirs() {
    let stack = Stack::at(NOW).await;
    let claim = stack.world.submitted("k", &["teams"]).await;
    let path = "/v1/programs/osu-m365";
    let mut program = get(&stack, path).await.body;
    program["name"] = json!("Another name");
    assert_eq!(
        put(&stack, path, &program).await.body["policy_version"],
        1,
        "the policy is the same"
    );
    program["policy"]["window_business_days"] = json!(7);
    let changed = put(&stack, path, &program).await;
    assert_eq!(
        (changed.status, &changed.body["policy_version"]),
        (200, &json!(2)),
        "{}",
        changed.text
    );
    assert_eq!(stack.world.read(&claim.id).await.subject.policy_version, 1);
}

#[tokio::test]
async fn a_policy_that_could_not_be_kept_is_refused_by_its_keys() {
    let stack = Stack::at(NOW).await;
    let path = "/v1/programs/osu-m365";
    let mut program = get(&stack, path).await.body;
    program["policy"]["grace_seconds"] = json!(59);
    program["policy"]["term_months"] = json!(0);
    let refused = put(&stack, path, &program).await;
    assert_eq!(refused.problem(), (422, "invalid-fields"));
    let pointers: Vec<_> =
        refused.body["errors"].as_array().unwrap().iter().map(|error| &error["pointer"]).collect();
    assert_eq!(pointers, ["/policy/grace_seconds", "/policy/term_months"]);
    assert_eq!(get(&stack, path).await.body["policy_version"], 1);
}

#[tokio::test]
async fn an_id_that_is_none_is_not_found_and_one_that_is_not_the_paths_is_malformed() {
    let stack = Stack::at(NOW).await;
    let partner = get(&stack, "/v1/partners/p-alpine").await.body;
    assert_eq!(put(&stack, "/v1/partners/-x", &partner).await.problem(), (404, "not-found"));
    assert_eq!(put(&stack, "/v1/tenants/contoso", &json!({})).await.problem(), (404, "not-found"));
    let other = put(&stack, "/v1/partners/p-other", &partner).await;
    assert_eq!(other.problem(), (422, "invalid-fields"));
    assert_eq!(other.body["errors"][0]["pointer"], "/id");
    assert_eq!(get(&stack, "/v1/partners/p-other").await.problem(), (404, "not-found"));
}

#[tokio::test]
async fn only_the_operator_writes_and_only_staff_read() {
    let stack = Stack::at(NOW).await;
    let path = "/v1/partners/p-alpine";
    for event in [Event::put(path).staff("auditor", "a"), Event::put(path).partner_admin(ALPINE)] {
        assert_eq!(stack.send(event.body("junk")).await.problem(), (403, "role-not-allowed"));
    }
    let partner = stack.send(Event::get(path).partner_admin(ALPINE)).await;
    assert_eq!(partner.problem(), (403, "role-not-allowed"));
    assert_eq!(stack.send(Event::get(path).staff("auditor", "a")).await.status, 200);
}

#[tokio::test]
async fn usage_of_an_unknown_tenant_is_not_found() {
    let stack = Stack::at(NOW).await;
    let unknown = "/v1/tenants/00000000-0000-4000-8000-00000000dead/usage";
    assert_eq!(put(&stack, unknown, &json!({"rows": []})).await.problem(), (404, "not-found"));
}

#[tokio::test]
async fn a_deadline_is_explained_to_anyone_who_is_signed_in() {
    let stack = Stack::at(NOW).await;
    let path = "/v1/windows?country=CZ&time_zone=Europe/Prague&delivered_at=2026-12-22T14:00:00Z";
    let answer = stack.send(Event::get(path).customer_admin(CONTOSO)).await;
    assert_eq!((answer.status, &answer.body["closes_at"]), (200, &json!("2026-12-31T23:00:00Z")));
    let skipped = &answer.body["skipped"][0];
    assert_eq!(
        *skipped,
        json!({"date": "2026-12-24", "reason": "holiday", "name": "Christmas Eve"})
    );
    let outside = "/v1/windows?country=CZ&delivered_at=2190-12-22T14:00:00Z";
    assert_eq!(get(&stack, outside).await.problem(), (422, "invalid-fields"));
    let unknown = "/v1/windows?country=ZZ&delivered_at=2026-12-22T14:00:00Z";
    assert_eq!(get(&stack, unknown).await.problem(), (400, "invalid-query"));
}

#[tokio::test]
async fn health_and_the_contract_are_for_anyone() {
    let stack = Stack::at(NOW).await;
    let health = stack.send(Event::get("/v1/health")).await;
    assert_eq!((health.status, health.body), (200, json!({"status": "ok"})));
    let contract = stack.send(Event::get("/v1/openapi.json")).await;
    assert_eq!((contract.status, &contract.body["openapi"]), (200, &json!("3.1.0")));
}

#[tokio::test]
async fn outside_a_sandbox_there_is_no_test_clock() {
    let stack = Stack::at(NOW).await;
    assert_eq!(get(&stack, "/v1/sandbox/clock").await.problem(), (404, "not-found"));
    let moved = put(&stack, "/v1/sandbox/clock", &json!({"advance": "P1D"})).await;
    assert_eq!(moved.problem(), (404, "not-found"));
}

#[tokio::test]
async fn the_test_clock_moves_forwards_and_takes_every_deadline_with_it() {
    let stack = Stack::sandbox_at(NOW).await;
    let claim = stack.world.awaiting("k", &["teams"]).await;
    let path = "/v1/sandbox/clock";
    assert_eq!(get(&stack, path).await.body, json!({"now": NOW}));
    let back = put(&stack, path, &json!({"now": "2026-12-22T13:59:59Z"})).await;
    assert_eq!(back.problem(), (422, "invalid-fields"));
    let to = closes_at(&claim) + chrono::Duration::seconds(125);
    let moved = put(&stack, path, &json!({"now": domain::time::rfc3339(to)})).await;
    assert_eq!(
        (moved.status, &moved.body["now"]),
        (200, &json!("2026-12-31T23:02:05Z")),
        "{}",
        moved.text
    );
    let read =
        stack.send(Event::get(&format!("/v1/claims/{}", claim.id)).partner_admin(ALPINE)).await;
    assert_eq!(read.body["status"], Status::Associated.as_str(), "{}", read.text);
    let auditor = stack.send(Event::get(path).staff("auditor", "a")).await;
    assert_eq!(auditor.problem(), (403, "role-not-allowed"));
}
