//! The signed-in customer (`docs/api.md §3.4`): what the notice told is seen, and
//! answered for the own tenant without link and code.

use chrono::Duration;
use domain::claim::{Claim, Status};
use domain::directory::{Partner, PartnerStatus};
use domain::program::{Policy, UsageHistory};
use serde_json::{Value, json};
use support::fixtures::{self, CONTOSO, TAILWIND};
use support::stack::{Answer, Stack};
use support::test_env::{closes_at, item_statuses, validate};
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";
const ITEMS: [&str; 2] = ["exchange-online", "teams"];

async fn awaiting() -> (Stack, Claim) {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.awaiting("k", &ITEMS)).await;
    (stack, claim)
}

async fn answer(stack: &Stack, claim: &Claim, answer: &str, body: &Value) -> Answer {
    let event = RequestEvent::post(&format!("/v1/customer/claims/{}/{answer}", claim.id));
    stack.send(event.customer_admin(CONTOSO).json(body)).await
}

/// A no can be taken back after the moment at which it was said.
fn a_moment(stack: &Stack) {
    stack.env.clock.advance(Duration::milliseconds(1));
}

fn of(answer: &Answer) -> (&str, Value) {
    assert_eq!(answer.status, 200, "{}", answer.text);
    (answer.body["status"].as_str().unwrap(), answer.items())
}

async fn list(stack: &Stack, tenant: &str, query: &str) -> Answer {
    stack
        .send(RequestEvent::get(&format!("/v1/customer/claims{query}")).customer_admin(tenant))
        .await
}

#[tokio::test]
async fn a_yes_is_official_at_once_and_is_his_own() {
    let (stack, claim) = awaiting().await;
    let one = answer(&stack, &claim, "accept", &json!({"items": [1]})).await;
    assert_eq!(of(&one), ("awaiting_customer", json!([[1, "active"], [2, "pending"]])));
    assert_eq!(one.body["items"][0]["basis"], "explicit");
    assert_eq!(one.body["items"][0]["effective_at"], NOW);
    let all = answer(&stack, &claim, "accept", &json!({})).await;
    assert_eq!(of(&all), ("associated", json!([[1, "active"], [2, "active"]])));
}

#[tokio::test]
async fn a_declined_item_is_accepted_only_after_the_no_is_taken_back() {
    let (stack, claim) = awaiting().await;
    let no = answer(&stack, &claim, "decline", &json!({"items": [2]})).await;
    assert_eq!(of(&no), ("awaiting_customer", json!([[1, "pending"], [2, "declined"]])));
    let refused = answer(&stack, &claim, "accept", &json!({"items": [2]})).await;
    assert_eq!(refused.problem(), (409, "invalid-state"));
    a_moment(&stack);
    let undone = answer(&stack, &claim, "undo", &json!({"items": [2]})).await;
    assert_eq!(of(&undone), ("awaiting_customer", json!([[1, "pending"], [2, "pending"]])));
    assert_eq!(answer(&stack, &claim, "accept", &json!({"items": [2]})).await.status, 200);
}

#[tokio::test]
async fn a_no_is_taken_at_any_time_and_is_never_an_error() {
    let (stack, claim) = awaiting().await;
    stack.env.let_pass(closes_at(&claim));
    stack.env.finalize().await;
    let ended = answer(&stack, &claim, "decline", &json!({"items": [1]})).await;
    assert_eq!(of(&ended), ("associated", json!([[1, "ended"], [2, "active"]])));
    for _ in 0..2 {
        let again = answer(&stack, &claim, "decline", &json!({})).await;
        assert_eq!(of(&again), ("ended", json!([[1, "ended"], [2, "ended"]])));
    }
}

#[tokio::test]
async fn an_administrator_takes_back_everybodys_no_and_a_link_not_the_administrators() {
    let (stack, claim) = awaiting().await;
    answer(&stack, &claim, "decline", &json!({"items": [1]})).await;
    a_moment(&stack);
    let refused = stack.decide(&claim, "decision=undo&items=1").await;
    assert_eq!(refused.problem(), (409, "invalid-state"), "{}", refused.text);
    stack.decide(&claim, "decision=decline").await;
    a_moment(&stack);
    let undone = stack.decide(&claim, "decision=undo").await;
    assert_eq!(undone.items(), json!([[1, "declined"], [2, "pending"]]), "{}", undone.text);
    stack.decide(&claim, "decision=decline&items=2").await;
    a_moment(&stack);
    let undone = answer(&stack, &claim, "undo", &json!({})).await;
    assert_eq!(of(&undone), ("awaiting_customer", json!([[1, "pending"], [2, "pending"]])));
}

#[tokio::test]
async fn an_empty_list_of_items_does_not_mean_all_of_them() {
    let (stack, claim) = awaiting().await;
    for name in ["accept", "decline", "undo"] {
        let refused = answer(&stack, &claim, name, &json!({"items": []})).await;
        assert_eq!(refused.problem(), (422, "invalid-fields"), "{name}: {}", refused.text);
        assert_eq!(refused.errors(), [("/items".to_owned(), "required".to_owned())], "{name}");
    }
    assert_eq!(stack.env.read(&claim.id).await.version, claim.version);
}

#[tokio::test]
async fn a_yes_to_an_item_counts_only_while_the_partner_may_still_claim() {
    let (stack, claim) = awaiting().await;
    let suspended = Partner { status: PartnerStatus::Suspended, ..fixtures::alpine() };
    stack.env.store.put_partner(&suspended).await.unwrap();
    let refused = answer(&stack, &claim, "accept", &json!({})).await;
    assert_eq!(refused.problem(), (409, "invalid-state"), "{}", refused.text);
    let no = answer(&stack, &claim, "decline", &json!({"items": [1]})).await;
    assert_eq!(of(&no).1, json!([[1, "declined"], [2, "pending"]]));
    a_moment(&stack);
    let refused = answer(&stack, &claim, "undo", &json!({})).await;
    assert_eq!(refused.problem(), (409, "invalid-state"), "{}", refused.text);
}

#[tokio::test]
async fn two_administrators_who_disagree_leave_a_no() {
    let (stack, claim) = awaiting().await;
    assert_eq!(answer(&stack, &claim, "accept", &json!({"items": [1]})).await.status, 200);
    let no = answer(&stack, &claim, "decline", &json!({})).await;
    assert_eq!(of(&no).1, json!([[1, "ended"], [2, "declined"]]));
    stack.env.let_pass(closes_at(&claim));
    stack.env.finalize().await;
    assert_eq!(item_statuses(&stack.env.read(&claim.id).await), ["ended", "declined"]);
}

#[tokio::test]
async fn more_time_is_given_once() {
    let (stack, claim) = awaiting().await;
    let longer = answer(&stack, &claim, "extend", &json!({})).await;
    assert_eq!(longer.body["window"]["closes_at"], "2027-01-08T23:00:00Z", "{}", longer.text);
    stack.env.clock.advance(Duration::minutes(1));
    let repeated = answer(&stack, &claim, "extend", &json!({"items": [1]})).await;
    assert_eq!(repeated.body["version"], longer.body["version"], "{}", repeated.text);
    answer(&stack, &claim, "decline", &json!({"items": [1]})).await;
    let again = answer(&stack, &claim, "extend", &json!({})).await;
    assert_eq!(again.problem(), (409, "invalid-state"));
}

#[tokio::test]
async fn he_sees_what_he_was_notified_of_and_nothing_of_what_others_said() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let unknown = stack.env.in_review("k", &ITEMS).await;
    assert_eq!(list(&stack, CONTOSO, "").await.body["items"], json!([]));
    let hidden = answer(&stack, &unknown, "decline", &json!({})).await;
    assert_eq!(hidden.problem(), (404, "not-found"));
    stack.env.give(&unknown.id, &support::test_env::reviewer(), &validate()).await.unwrap();
    let listed = list(&stack, CONTOSO, "?limit=1").await;
    let shown = &listed.body["items"][0];
    assert_eq!((&shown["id"], &shown["status"]), (&json!(unknown.id), &json!("notifying")));
    assert_eq!(shown["partner"]["name"], "Alpine Cloud");
    // Whom to ask stands in the notice and on the page.
    let asked = unknown.details.partner_contact.as_ref().unwrap();
    let contact = json!({"name": asked.name.as_str(), "email": asked.email.as_str()});
    assert_eq!(shown["partner_contact"], contact, "{shown}");
    for hidden in
        ["evidence", "reasons", "label", "external_ref", "customer_contact", "technical_contact"]
    {
        assert!(shown.get(hidden).is_none(), "{hidden}: {shown}");
    }
    assert_eq!(list(&stack, TAILWIND, "").await.body["items"], json!([]));
    assert_eq!(list(&stack, CONTOSO, "?status=active").await.problem(), (400, "invalid-query"));
}

#[tokio::test]
async fn he_answers_for_his_own_tenant_only() {
    let (stack, claim) = awaiting().await;
    for name in ["accept", "decline", "undo", "extend", "retire-link"] {
        let path = format!("/v1/customer/claims/{}/{name}", claim.id);
        let foreign =
            stack.send(RequestEvent::post(&path).customer_admin(TAILWIND).json(&json!({}))).await;
        assert_eq!(foreign.problem(), (404, "not-found"));
        let partner =
            stack.send(RequestEvent::post(&path).partner_admin("p-alpine").json(&json!({}))).await;
        assert_eq!(partner.problem(), (403, "role-not-allowed"));
    }
    assert_eq!(stack.env.read(&claim.id).await.status(), Status::AwaitingCustomer);
}

#[tokio::test]
async fn an_answer_about_items_that_are_not_there_is_refused_by_field() {
    let (stack, claim) = awaiting().await;
    let refused = answer(&stack, &claim, "decline", &json!({"items": [9]})).await;
    assert_eq!(
        refused.errors(),
        [("/items/0".to_owned(), "item-unknown".to_owned())],
        "{}",
        refused.text
    );
    let twice = answer(&stack, &claim, "accept", &json!({"items": [1, 1]})).await;
    assert_eq!(twice.errors(), [("/items/1".to_owned(), "duplicate".to_owned())]);
}

#[tokio::test]
async fn an_administrators_stale_version_is_refused_but_for_a_no() {
    let stack = Stack::at(NOW).await;
    let claim = stack.env.awaiting("k", &["teams", "exchange-online"]).await;
    let send = async |answer: &str, tag: &str| {
        let event = RequestEvent::post(&format!("/v1/customer/claims/{}/{answer}", claim.id));
        let event = event.customer_admin(CONTOSO).header("If-Match", tag);
        stack.send(event.json(&json!({"items": [1]}))).await
    };
    for answer in ["accept", "undo", "extend"] {
        let refused = send(answer, "\"1\"").await;
        assert_eq!(refused.problem(), (412, "version-mismatch"), "{answer}: {}", refused.text);
        assert_eq!(refused.header("etag"), format!("\"{}\"", claim.version.0));
    }
    assert_eq!(send("accept", "junk").await.status, 400);
    assert_eq!(send("decline", "\"1\"").await.status, 200);
    stack.env.clock.advance(Duration::minutes(1));
    let present = stack.env.read(&claim.id).await.version.0;
    assert_eq!(send("undo", &format!("\"{present}\"")).await.status, 200);
}

#[tokio::test]
async fn a_claim_that_is_read_by_its_id_names_program_and_items_in_the_language_of_the_answer() {
    let (stack, claim) = awaiting().await;
    let names = json!({"names": {"cs": "Využití služeb"},
        "catalogue_names": {"teams": {"en": "Microsoft Teams", "cs": "Týmy"}}});
    let put = RequestEvent::put("/v1/programs/osu-m365").staff("operator", "olga").json(&names);
    assert_eq!(stack.send(put).await.status, 200);
    let read = async |language: &str| {
        let event = RequestEvent::get(&format!("/v1/customer/claims/{}", claim.id));
        stack.send(event.customer_admin(CONTOSO).header("accept-language", language)).await
    };
    let called = |answer: &Answer, id: &str| {
        let items = answer.body["items"].as_array().unwrap();
        items.iter().find(|item| item["id"] == id).unwrap()["name"].clone()
    };
    let (czech, english) = (read("cs").await, read("en").await);
    assert_eq!(czech.body["program_name"], "Využití služeb");
    assert_eq!(english.body["program_name"], fixtures::osu_m365().name.as_str());
    assert_eq!(
        (called(&czech, "teams"), called(&english, "teams")),
        ("Týmy".into(), "Microsoft Teams".into())
    );
    assert_eq!(
        called(&english, "exchange-online"),
        Value::Null,
        "the catalogue has no name for it"
    );
    let listed = list(&stack, CONTOSO, "").await;
    assert!(listed.body["items"][0].get("program_name").is_none(), "{}", listed.text);
}

async fn archive(stack: &Stack) {
    stack.event_functions.publish(&support::event_functions::records(&stack.env)).await.unwrap();
}

async fn read(stack: &Stack, claim: &Claim) -> Value {
    let path = format!("/v1/customer/claims/{}", claim.id);
    let answer = stack.send(RequestEvent::get(&path).customer_admin(CONTOSO)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.body
}

#[tokio::test]
async fn a_claim_that_is_read_says_who_answered_by_a_link_and_who_was_signed_in() {
    let (stack, claim) = awaiting().await;
    assert_eq!(read(&stack, &claim).await["receipts"], json!([]));
    stack.decide(&claim, "decision=decline&items=1").await;
    a_moment(&stack);
    of(&answer(&stack, &claim, "undo", &json!({"items": [1]})).await);
    archive(&stack).await;
    of(&answer(&stack, &claim, "accept", &json!({"items": [2]})).await);
    let before = read(&stack, &claim).await["receipts"].clone();
    assert_eq!(before.as_array().unwrap().len(), 2, "the last is not archived yet: {before}");
    archive(&stack).await;
    let told = read(&stack, &claim).await["receipts"].clone();
    let told: Vec<_> = told
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["type"].clone(), one["items"].clone(), one["by"].clone()))
        .collect();
    let receipt = |name: &str, no: u8, by: &str| (json!(name), json!([no]), json!(by));
    let expected = [
        receipt("items_declined", 1, "link"),
        receipt("decline_undone", 1, "administrator"),
        receipt("items_accepted", 2, "administrator"),
    ];
    assert_eq!(told, expected);
    let listed = list(&stack, CONTOSO, "").await;
    assert!(listed.body["items"][0].get("receipts").is_none(), "{}", listed.text);
}

#[tokio::test]
async fn a_claim_says_how_long_it_would_last_and_which_usage_the_partner_would_read() {
    let terms = |shown: &Value| {
        ["term_months", "term_ends_at", "usage_history"].map(|name| shown[name].clone())
    };
    let (stack, claim) = awaiting().await;
    let plain = [Value::Null, Value::Null, json!("since_association")];
    assert_eq!(terms(&read(&stack, &claim).await), plain);
    let policy =
        Policy { term_months: Some(24), usage_history: UsageHistory::All, ..Policy::default() };
    let stack = Box::pin(Stack::with_policy(NOW, policy)).await;
    let claim = Box::pin(stack.env.notifying("k", &ITEMS)).await;
    let before = [json!(24), Value::Null, json!("all")];
    assert_eq!(terms(&read(&stack, &claim).await), before, "no window to count it from");
    let claim = stack.env.deliver(&claim).await.unwrap();
    let open = [json!(24), json!("2028-12-31T23:00:00Z"), json!("all")];
    assert_eq!(terms(&read(&stack, &claim).await), open);
    let listed = list(&stack, CONTOSO, "").await;
    assert_eq!(terms(&listed.body["items"][0]), open, "{}", listed.text);
    stack.env.let_pass(closes_at(&claim));
    stack.env.finalize().await;
    assert_eq!(terms(&read(&stack, &claim).await), open);
}
