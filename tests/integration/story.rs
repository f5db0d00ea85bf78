//! One claim from submission to the data of its associations, through every function as the platform
//! calls it, each with no more permission than the template gives it.

use chrono::Duration;
use domain::command::Command;
use domain::ids::Sha256Hash;
use serde_json::{Value, json};
use support::event_functions::{events, mail_event, mails, records};
use support::fixtures::{self, ALPINE, BOREALIS, CONTOSO, WORKLOADS};
use support::stack::{self, Stack};
use support::template::Permissions;
use support::test_env::{TestEnv, VERIFIED, closes_at, reviewer};
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";

async fn ok(stack: &Stack, event: RequestEvent) -> Value {
    let answer = stack.send(event).await;
    assert_eq!(answer.status / 100, 2, "{}", answer.text);
    answer.body
}

/// Moves what the stream holds on to history and bus, and what the bus holds on to the customer.
async fn settle(stack: &Stack) {
    stack.env.services.forget();
    let answer = stack.event_functions.publish(&records(&stack.env)).await.unwrap();
    assert!(answer.batch_item_failures.is_empty());
}

#[tokio::test]
async fn a_claim_goes_from_its_submission_to_the_data_of_its_associations() {
    let stack = Stack::at(NOW).await;
    let env = &stack.env;
    let claim = stack.submit(ALPINE, "k", &fixtures::claim_body(&WORKLOADS)).await.body;
    let id = claim["id"].as_str().unwrap().to_owned();
    let queue =
        ok(&stack, RequestEvent::get("/v1/reviews?state=submitted").staff("reviewer", "r-1")).await;
    assert_eq!(queue["items"][0]["id"], id.as_str());
    let begun = stack.review(&id, 1, &json!({"action": "begin"})).await;
    assert_eq!(begun.status, 200, "{}", begun.text);
    let validated = stack.review(&id, 2, &json!({"action": "validate"})).await;
    assert_eq!(validated.body["status"], "notifying", "{}", validated.text);

    settle(&stack).await;
    let event = events(env).into_iter().find(|event| event["type"] == "validated").unwrap();
    stack.event_functions.notify(&event).await.unwrap();
    let mail = mails(env).remove(1);
    stack
        .event_functions
        .deliver(&mail_event("Delivery", &claim_id(&id), 1, (VERIFIED, &mail.to), env.clock.now()))
        .await;

    let awaiting = env.read(&claim_id(&id)).await;
    assert_eq!(closes_at(&awaiting), support::clock::instant("2026-12-31T23:00:00Z"));
    let page =
        stack.send(RequestEvent::get(&format!("/d/{}", stack::token(&awaiting.id, 1)))).await;
    assert_eq!(page.status, 200);
    let no = stack.decide(&awaiting, "decision=decline&items=3").await;
    assert_eq!(no.items(), json!([[1, "pending"], [2, "pending"], [3, "declined"]]), "{}", no.text);

    env.let_pass_by(closes_at(&awaiting), Duration::seconds(-60));
    stack.event_functions.tick(env).await;
    assert_eq!(env.stored(&awaiting.id)["st"]["S"], "awaiting_customer");
    env.let_pass(closes_at(&awaiting));
    stack.event_functions.tick(env).await;
    let closed =
        ok(&stack, RequestEvent::get(&format!("/v1/claims/{id}")).partner_admin(ALPINE)).await;
    let statuses: Vec<_> =
        closed["items"].as_array().unwrap().iter().map(|item| item["status"].clone()).collect();
    assert_eq!(statuses, ["active", "active", "declined"]);

    usage(&stack, &id).await;
    settle(&stack).await;
    history(&stack, &id).await;
}

fn claim_id(id: &str) -> domain::ids::ClaimId {
    domain::ids::ClaimId::parse(id).unwrap()
}

async fn usage(stack: &Stack, id: &str) {
    let rows = json!({"rows": [{"kind": "workload", "id": WORKLOADS[0], "date": "2027-01-01",
        "active_users": 40, "provisioned_seats": 50}]});
    ok(
        stack,
        RequestEvent::put(&format!("/v1/tenants/{CONTOSO}/usage"))
            .staff("operator", "o-1")
            .json(&rows),
    )
    .await;
    let of = |no: u8, partner: &str| {
        RequestEvent::get(&format!("/v1/associations/{id}-{no}/usage")).partner_admin(partner)
    };
    let read = ok(stack, of(1, ALPINE)).await;
    assert_eq!(read["items"][0]["active_users"], 40);
    assert_eq!(stack.send(of(3, ALPINE)).await.problem(), (403, "association-not-active"));
    assert_eq!(stack.send(of(1, BOREALIS)).await.problem(), (404, "not-found"));
}

async fn history(stack: &Stack, id: &str) {
    let event = RequestEvent::get(&format!("/v1/claims/{id}/history")).partner_admin(ALPINE);
    let entries = ok(stack, event).await["items"].as_array().unwrap().clone();
    let types: Vec<_> = entries.iter().map(|entry| entry["type"].clone()).collect();
    let expected = [
        "submitted",
        "review_begun",
        "validated",
        "window_opened",
        "items_declined",
        "window_closed",
    ];
    assert_eq!(types, expected);
    assert!(entries.iter().all(|entry| entry["hash"].is_string()));
    assert_eq!(entries[5]["detail"]["by"], "silence");
    for pair in entries.windows(2) {
        assert_eq!(pair[1]["previous_hash"], pair[0]["hash"]);
    }
    each_party_checks_it(stack, id).await;
}

/// Partner, customer and staff are given one text, and compute every hash of what they are shown.
async fn each_party_checks_it(stack: &Stack, id: &str) {
    let of_claim = || RequestEvent::get(&format!("/v1/claims/{id}/history"));
    let of_customer = RequestEvent::get(&format!("/v1/customer/claims/{id}/history"));
    let mut texts = Vec::new();
    for (event, parts) in [
        (of_claim().partner_admin(ALPINE), vec!["partner"]),
        (of_claim().partner_user(ALPINE), vec!["partner"]),
        (of_customer.customer_admin(CONTOSO), vec!["customer"]),
        (of_claim().staff("reviewer", "r"), vec!["customer", "partner", "staff"]),
        (of_claim().staff("auditor", "a"), vec!["customer", "partner", "staff"]),
    ] {
        let entries = ok(stack, event).await["items"].as_array().unwrap().clone();
        texts.push(checked_texts(&entries, &parts));
    }
    texts.dedup();
    assert_eq!(texts.len(), 1, "one text for every party");
}

/// The texts of a history, whose hashes and parts are computed again as `docs/api.md §3.1.5` says.
fn checked_texts(entries: &[Value], may_read: &[&str]) -> Vec<String> {
    let mut previous = None;
    let mut texts = Vec::new();
    for entry in entries {
        let text = entry["entry"].as_str().unwrap();
        let hash = domain::history::hash_entry(previous, text);
        assert_eq!(entry["hash"], hash.to_string());
        let sealed: Value = serde_json::from_str::<Value>(text).unwrap()["sealed"].clone();
        for (audience, part) in entry["parts"].as_object().into_iter().flatten() {
            assert!(may_read.contains(&audience.as_str()), "{audience}");
            let salt = data_encoding::HEXLOWER.decode(part["salt"].as_str().unwrap().as_bytes());
            let value = part["value"].as_str().unwrap();
            let digest = Sha256Hash::of(&[salt.unwrap().as_slice(), value.as_bytes()].concat());
            assert_eq!(sealed[audience], digest.to_string());
        }
        previous = Some(hash);
        texts.push(text.to_owned());
    }
    texts
}

#[tokio::test]
async fn every_other_request_works_within_its_permissions() {
    let stack = Stack::at(NOW).await;
    let id = stack.submit(ALPINE, "a", &fixtures::claim_body(&["teams"])).await.body["id"].clone();
    let id = id.as_str().unwrap();
    stack.review(id, 1, &json!({"action": "begin"})).await;
    let reasons = json!({"action": "reject", "reasons": [{"code": "evidence_item_missing", "comment": "which?"}]});
    let rejected = stack.review(id, 2, &reasons).await;
    assert_eq!(rejected.body["status"], "rejected", "{}", rejected.text);
    let other =
        stack.submit(ALPINE, "b", &fixtures::claim_body(&["teams"])).await.body["id"].clone();
    let withdraw = RequestEvent::post(&format!("/v1/claims/{}/withdraw", other.as_str().unwrap()))
        .partner_admin(ALPINE)
        .header("if-match", "\"1\"")
        .json(&json!({"reason_code": "claimed_in_error", "comment": "a mistake"}));
    assert_eq!(ok(&stack, withdraw).await["status"], "withdrawn");
    for state in ["submitted", "in_review", "disputed", "on_hold", "unreachable", "overdue"] {
        ok(&stack, RequestEvent::get(&format!("/v1/reviews?state={state}")).staff("auditor", "a"))
            .await;
    }
    for query in ["", "?status=rejected", &format!("?tenant_id={CONTOSO}")] {
        ok(&stack, RequestEvent::get(&format!("/v1/claims{query}")).partner_admin(ALPINE)).await;
    }
    for query in [format!("?partner_id={ALPINE}"), format!("?tenant_id={CONTOSO}")] {
        ok(&stack, RequestEvent::get(&format!("/v1/claims{query}")).staff("reviewer", "r")).await;
    }
    for path in
        ["/v1/partners/p-alpine", &format!("/v1/tenants/{CONTOSO}"), "/v1/programs/osu-m365"]
    {
        let body = ok(&stack, RequestEvent::get(path).staff("operator", "o")).await;
        ok(&stack, RequestEvent::put(path).staff("operator", "o").json(&body)).await;
    }
    ok(&stack, RequestEvent::get("/v1/health")).await;
    ok(&stack, RequestEvent::get("/v1/openapi.json")).await;
    let window = "/v1/windows?country=CZ&time_zone=Europe/Prague&delivered_at=2026-12-22T14:00:00Z";
    let window = ok(&stack, RequestEvent::get(window).partner_user(BOREALIS)).await;
    assert_eq!(window["closes_at"], "2026-12-31T23:00:00Z");
}

#[tokio::test]
async fn every_deadline_is_carried_out_within_the_permissions_of_finalize() {
    let stack = Stack::at(NOW).await;
    let env = &stack.env;
    let notifying = env.notifying("a", &["teams"]).await;
    env.send_all(&notifying).await;
    let declined = env.awaiting("b", &["exchange-online"]).await;
    stack.decide(&declined, "decision=decline").await;
    let overdue = env.submitted("c", &["sharepoint-online"]).await;
    for deadline in
        [notifying.deadline().unwrap(), closes_at(&declined), overdue.deadline().unwrap()]
    {
        env.let_pass_by(deadline, Duration::seconds(125));
        stack.event_functions.tick(env).await;
    }
    assert_eq!(env.stored(&notifying.id)["st"]["S"], "unreachable");
    assert_eq!(env.stored(&overdue.id)["v"]["N"], "2", "overdue is recorded once");
    assert_eq!(env.engine.items("B#").len(), 1);
}

#[tokio::test]
async fn the_test_clock_carries_a_claim_over_its_deadline() {
    let stack = Stack::sandbox_at(NOW).await;
    let env = &stack.env;
    let claim = env.awaiting("k", &["teams"]).await;
    stack.event_functions.tick(env).await;
    let clock = || RequestEvent::get("/v1/sandbox/clock").staff("operator", "o");
    assert_eq!(ok(&stack, clock()).await["now"], NOW);
    let advance = |by: &str| {
        RequestEvent::put("/v1/sandbox/clock").staff("operator", "o").json(&json!({"advance": by}))
    };
    ok(&stack, advance("P9D")).await;
    assert_eq!(ok(&stack, clock()).await["now"], "2026-12-31T14:00:00Z");
    stack.event_functions.tick(env).await;
    assert_eq!(env.stored(&claim.id)["st"]["S"], "awaiting_customer");
    ok(&stack, advance("PT9H5M")).await;
    stack.event_functions.tick(env).await;
    assert_eq!(env.stored(&claim.id)["st"]["S"], "associated");
    let backwards =
        RequestEvent::put("/v1/sandbox/clock").staff("operator", "o").json(&json!({"now": NOW}));
    assert_eq!(stack.send(backwards).await.status, 422);
    let partner = RequestEvent::put("/v1/sandbox/clock")
        .partner_admin(ALPINE)
        .json(&json!({"advance": "P1D"}));
    assert_eq!(stack.send(partner).await.problem(), (403, "role-not-allowed"));
}

#[tokio::test]
async fn outside_a_sandbox_there_is_no_test_clock() {
    let stack = Stack::at(NOW).await;
    let event = RequestEvent::put("/v1/sandbox/clock")
        .staff("operator", "o")
        .json(&json!({"advance": "P1D"}));
    assert_eq!(stack.send(event).await.problem(), (404, "not-found"));
}

#[tokio::test]
async fn what_the_template_does_not_permit_the_wire_refuses() {
    let env = TestEnv::at(NOW).await;
    let claim = env.submitted("k", &["teams"]).await;
    let (store, wire) = env.another_store(|_| {});
    wire.permit(Permissions::of("directory", false));
    let (actor, command) = (reviewer(), Command::BeginReview);
    let given = store.execute_command(&claim.id, &actor, &command, env.now(), None);
    assert!(Box::pin(given).await.is_err(), "directory writes no claims");
    wire.permit(Permissions::of("publish", false));
    assert!(store.load_up_to_date(&claim.id, env.now()).await.is_err(), "publish queries nothing");
    wire.permit(Permissions::of("claims", false));
    assert!(store.load_up_to_date(&claim.id, env.now()).await.is_ok());
    let queue = store::Source::Waiting { queue: None, assigned_to: store::AssignedTo::Anyone };
    let waiting = store.list_claims(store::ClaimList::all_of(queue), None, 10, env.now());
    assert!(Box::pin(waiting).await.is_err(), "the queue is the operator's");
}
