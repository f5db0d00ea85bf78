//! The operator's directory, deadlines explained, and the test clock.

use domain::claim::Status;
use domain::time::format_rfc3339;
use serde_json::{Value, json};
use support::engine::Cursor;
use support::event_functions::{Mail, directory_records, directory_records_from, events, mails};
use support::fake_services::With;
use support::fixtures::{ALPINE, CONTOSO};
use support::stack::{Answer, Stack};
use support::test_env::closes_at;
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";

async fn get(stack: &Stack, path: &str) -> Answer {
    stack.send(RequestEvent::get(path).staff("operator", "op")).await
}

async fn put(stack: &Stack, path: &str, body: &Value) -> Answer {
    stack.send(RequestEvent::put(path).staff("operator", "op").json(body)).await
}

/// What is written is what is read, and writing what was read changes nothing.
async fn survives(stack: &Stack, path: &str) {
    let read = get(stack, path).await;
    assert_eq!(read.status, 200, "{}", read.text);
    let written = put(stack, path, &read.body).await;
    // The versions of a policy stand in its own answer alone.
    let mut entry = read.body.clone();
    entry.as_object_mut().unwrap().remove("versions");
    assert_eq!((written.status, &written.body), (200, &entry), "{}", written.text);
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
    let claim = stack.env.submitted("k", &["teams"]).await;
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
    assert_eq!(stack.env.read(&claim.id).await.subject.policy_version, 1);
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
async fn a_new_id_that_is_none_is_told_the_form_and_one_that_is_not_the_paths_is_malformed() {
    let stack = Stack::at(NOW).await;
    let partner = get(&stack, "/v1/partners/p-alpine").await.body;
    for (path, form) in [
        ("/v1/partners/-x", "1 to 64 letters"),
        ("/v1/programs/Trial%20Program", "1 to 64 letters"),
        ("/v1/tenants/contoso", "6f3c1a52-9d4e-4b7a-8c21-0a5e7d9b1c01"),
    ] {
        assert_eq!(get(&stack, path).await.problem(), (404, "not-found"), "{path}");
        let refused = put(&stack, path, &partner).await;
        assert_eq!(refused.status, 422, "{path}");
        assert_eq!(refused.errors(), [("/id".to_owned(), "malformed".to_owned())]);
        assert!(refused.text.contains(form), "{}", refused.text);
    }
    let other = put(&stack, "/v1/partners/p-other", &partner).await;
    assert_eq!(other.problem(), (422, "invalid-fields"));
    assert_eq!(other.body["errors"][0]["pointer"], "/id");
    assert_eq!(get(&stack, "/v1/partners/p-other").await.problem(), (404, "not-found"));
}

#[tokio::test]
async fn only_the_operator_writes_and_only_staff_read() {
    let stack = Stack::at(NOW).await;
    let path = "/v1/partners/p-alpine";
    for event in [
        RequestEvent::put(path).staff("auditor", "a"),
        RequestEvent::put(path).partner_admin(ALPINE),
    ] {
        assert_eq!(stack.send(event.body("junk")).await.problem(), (403, "role-not-allowed"));
    }
    let partner = stack.send(RequestEvent::get(path).partner_admin(ALPINE)).await;
    assert_eq!(partner.problem(), (403, "role-not-allowed"));
    assert_eq!(stack.send(RequestEvent::get(path).staff("auditor", "a")).await.status, 200);
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
    let answer = stack.send(RequestEvent::get(path).customer_admin(CONTOSO)).await;
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
    let health = stack.send(RequestEvent::get("/v1/health")).await;
    assert_eq!((health.status, health.body), (200, json!({"status": "ok"})));
    let contract = stack.send(RequestEvent::get("/v1/openapi.json")).await;
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
    let claim = stack.env.awaiting("k", &["teams"]).await;
    let path = "/v1/sandbox/clock";
    assert_eq!(get(&stack, path).await.body, json!({"now": NOW}));
    let back = put(&stack, path, &json!({"now": "2026-12-22T13:59:59Z"})).await;
    assert_eq!(back.problem(), (422, "invalid-fields"));
    let to = closes_at(&claim) + chrono::Duration::seconds(125);
    let moved = put(&stack, path, &json!({"now": format_rfc3339(to)})).await;
    assert_eq!(
        (moved.status, &moved.body["now"]),
        (200, &json!("2026-12-31T23:02:05Z")),
        "{}",
        moved.text
    );
    let read = stack
        .send(RequestEvent::get(&format!("/v1/claims/{}", claim.id)).partner_admin(ALPINE))
        .await;
    assert_eq!(read.body["status"], Status::Associated.as_str(), "{}", read.text);
    let auditor = stack.send(RequestEvent::get(path).staff("auditor", "a")).await;
    assert_eq!(auditor.problem(), (403, "role-not-allowed"));
}

/// Puts a tenant as the operator does.
async fn put_tenant(stack: &Stack, tenant: &Value) {
    let path = format!("/v1/tenants/{}", tenant["id"].as_str().unwrap());
    let written = put(stack, &path, tenant).await;
    assert!([200, 201].contains(&written.status), "{}", written.text);
}

fn contact(email: &str, verified: bool) -> Value {
    json!({"name": "Eva Nová", "email": email, "verified": verified})
}

/// Contoso with another contact.
async fn contoso_and(stack: &Stack, contact: Value) -> Value {
    let mut tenant = get(stack, &format!("/v1/tenants/{CONTOSO}")).await.body;
    tenant["contacts"].as_array_mut().unwrap().push(contact);
    tenant
}

/// Sweeps what was written behind the cursor, and hands `notify` what it tells of contacts: the events and the
/// mails they make.
async fn told_of_contacts(stack: &Stack, read_to: &mut Cursor) -> (Vec<Value>, Vec<Mail>) {
    let (env, event_functions) = (&stack.env, &stack.event_functions);
    env.services.forget();
    let records = directory_records_from(env, read_to);
    let answer = event_functions.sweep_these(&records).await.unwrap();
    assert!(answer.batch_item_failures.is_empty());
    let events = events(env);
    for event in &events {
        event_functions.notify(event).await.unwrap();
    }
    (events, mails(env))
}

#[tokio::test]
async fn who_was_verified_before_gets_one_mail_when_another_contact_is() {
    let stack = Stack::at(NOW).await;
    let mut read_to = Cursor::default();
    let new = contact("eva@contoso.example", true);
    put_tenant(&stack, &contoso_and(&stack, new).await).await;
    let (events, mails) = told_of_contacts(&stack, &mut read_to).await;
    let [event] = events.as_slice() else { panic!("{events:?}") };
    let since = stack.env.clock.now();
    let expected = json!({
        "id": format!("{CONTOSO}-{}", since.timestamp_millis()), "type": "contact_verified",
        "tenant": CONTOSO, "at": format_rfc3339(since),
    });
    assert_eq!(*event, expected, "nothing of the contact is on the bus");
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!((mail.to.as_str(), mail.tags.as_slice()), ("it@contoso.example", [].as_slice()));
    let text = mail.text();
    assert!(text.contains("\u{2068}Eva Nová\u{2069} (eva@contoso.example)"), "{text}");
    assert!(text.contains("help@vendor.example") && text.contains("Contoso"), "{text}");
    assert!(
        text.contains("15:00") && text.contains("Dobrý den"),
        "in the tenant's language: {text}"
    );
}

#[tokio::test]
async fn a_contact_of_the_standing_rules_is_told_of_another_verified_one() {
    let stack = Stack::at(NOW).await;
    let rules = RequestEvent::put("/v1/customer/rules").customer_admin(CONTOSO).json(&json!({
        "contacts": [{"name": "Data protection", "email": "privacy@contoso.example"},
            {"name": "IT", "email": "IT@contoso.example"}]}));
    assert_eq!(stack.send(rules).await.status, 200);
    let mut read_to = Cursor::default();
    let new = contact("eva@contoso.example", true);
    put_tenant(&stack, &contoso_and(&stack, new).await).await;
    let (_, mails) = told_of_contacts(&stack, &mut read_to).await;
    let to: Vec<_> = mails.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(to, ["it@contoso.example", "privacy@contoso.example"], "each mailbox once");
}

#[tokio::test]
async fn who_is_replaced_in_the_same_change_is_told_and_no_answer_names_who_left() {
    let stack = Stack::at(NOW).await;
    let mut read_to = Cursor::default();
    let mut swapped = contoso_and(&stack, contact("eva@contoso.example", true)).await;
    swapped["contacts"].as_array_mut().unwrap().remove(0);
    put_tenant(&stack, &swapped).await;
    let (events, mails) = told_of_contacts(&stack, &mut read_to).await;
    assert_eq!(events.len(), 1);
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!(mail.to, "it@contoso.example");
    assert!(mail.text().contains("eva@contoso.example"), "{}", mail.text());
    let shown = get(&stack, &format!("/v1/tenants/{CONTOSO}")).await;
    assert!(!shown.text.contains("it@contoso.example"), "{}", shown.text);
}

#[tokio::test]
async fn a_contact_that_becomes_verified_is_told_in_one_mail_though_its_record_comes_again() {
    let stack = Stack::at(NOW).await;
    let mut read_to = Cursor::default();
    let tenant = contoso_and(&stack, contact("eva@contoso.example", false)).await;
    put_tenant(&stack, &tenant).await;
    assert_eq!(told_of_contacts(&stack, &mut read_to).await.0, Vec::<Value>::new());
    let again = read_to.clone();
    let mut verified = tenant;
    verified["contacts"][1]["verified"] = json!(true);
    put_tenant(&stack, &verified).await;
    let first = told_of_contacts(&stack, &mut read_to).await;
    let second = told_of_contacts(&stack, &mut again.clone()).await;
    assert_eq!((first.0.len(), first.1.len()), (1, 1));
    assert_eq!((second.0, second.1.len()), (first.0, 0));
}

#[tokio::test]
async fn a_first_entry_an_unverified_contact_and_any_other_change_tell_no_contact() {
    let stack = Stack::at(NOW).await;
    let mut read_to = Cursor::default();
    let mut first = get(&stack, &format!("/v1/tenants/{CONTOSO}")).await.body;
    first["id"] = json!("6f3c0000-0000-4000-8000-00000000beef");
    first["domains"] = json!(["contoso-trade.example"]);
    put_tenant(&stack, &first).await;
    put_tenant(&stack, &contoso_and(&stack, contact("eva@contoso.example", false)).await).await;
    let mut renamed = get(&stack, &format!("/v1/tenants/{CONTOSO}")).await.body;
    renamed["name"] = json!("Contoso and Sons");
    renamed["contacts"][0]["email"] = json!("IT@contoso.example");
    put_tenant(&stack, &renamed).await;
    renamed["contacts"].as_array_mut().unwrap().clear();
    put_tenant(&stack, &renamed).await;
    let (events, mails) = told_of_contacts(&stack, &mut read_to).await;
    assert!(events.is_empty() && mails.is_empty(), "{events:?} {mails:?}");
}

#[tokio::test]
async fn a_contact_that_is_taken_away_at_once_is_told_all_the_same() {
    let stack = Stack::at(NOW).await;
    let mut read_to = Cursor::default();
    let before = get(&stack, &format!("/v1/tenants/{CONTOSO}")).await.body;
    put_tenant(&stack, &contoso_and(&stack, contact("eva@contoso.example", true)).await).await;
    put_tenant(&stack, &before).await;
    let (events, mails) = told_of_contacts(&stack, &mut read_to).await;
    assert_eq!(events.len(), 1);
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!(mail.to, "it@contoso.example");
    assert!(mail.text().contains("eva@contoso.example"), "{}", mail.text());
}

#[tokio::test]
async fn a_record_whose_event_is_not_on_the_bus_comes_again_and_nothing_behind_it_is_done_before() {
    let stack = Stack::at(NOW).await;
    let (env, event_functions) = (&stack.env, &stack.event_functions);
    let tenant = contoso_and(&stack, contact("eva@contoso.example", true)).await;
    put_tenant(&stack, &tenant).await;
    let records = directory_records(env);
    let number = records.last().unwrap()["dynamodb"]["SequenceNumber"].as_str().unwrap();
    env.services.refuse("PutEvents", 4, With::Error(500, "InternalFailure"));
    let answer = event_functions.sweep_these(&records).await.unwrap();
    let failed: Vec<_> =
        answer.batch_item_failures.iter().map(|own| own.item_identifier.as_deref()).collect();
    assert_eq!(failed, [Some(number)]);
    env.services.repair();
    assert!(event_functions.sweep_these(&records).await.unwrap().batch_item_failures.is_empty());
    assert_eq!(events(env).len(), 1);
}
