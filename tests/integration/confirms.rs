//! A write to the directory says beforehand what it would do to claims, and what ends associations or rejects claims is
//! confirmed (`docs/api.md §3.6`): the same that the sweep does afterwards.

use std::collections::BTreeMap;

use domain::claim::{Claim, ItemStatus, Status};
use domain::command::Command;
use domain::ids::{ClaimId, ItemNo};
use domain::motive::Motive;
use serde_json::{Value, json};
use support::fixtures::{self, ALPINE, CONTOSO};
use support::stack::{Answer, Stack};
use support::test_env::{TestEnv, decline, link};
use support::wire::Fault;
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";
const PARTNER: &str = "/v1/partners/p-alpine";
const RULES: &str = "/v1/customer/rules";

fn tenant() -> String {
    format!("/v1/tenants/{CONTOSO}")
}

async fn get(stack: &Stack, path: &str) -> Answer {
    stack.send(RequestEvent::get(path).staff("operator", "olga")).await
}

fn event(path: &str, body: &Value) -> RequestEvent {
    RequestEvent::put(path).staff("operator", "olga").json(body)
}

async fn put(stack: &Stack, path: &str, body: &Value) -> Answer {
    stack.send(event(path, body)).await
}

async fn over(stack: &Stack, path: &str, tag: &str, body: &Value) -> Answer {
    stack.send(event(path, body).header("if-match", tag)).await
}

async fn dry_run(stack: &Stack, path: &str, body: &Value) -> Answer {
    let answer = put(stack, &format!("{path}?dry_run=true"), body).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer
}

async fn sweep(stack: &Stack) {
    let response = Box::pin(stack.event_functions.sweep(&stack.env)).await.unwrap();
    assert!(response.batch_item_failures.is_empty(), "{response:?}");
}

/// Contoso's items without `teams`.
fn without_teams() -> Value {
    let items = serde_json::to_value(fixtures::contoso().items).unwrap();
    let left = items.as_array().unwrap().iter().filter(|item| item["id"] != "teams");
    json!({"items": left.collect::<Vec<_>>()})
}

fn deleted() -> Value {
    json!({"status": "deleted"})
}

/// A stack with an association of `teams` and `exchange-online`.
async fn associated() -> (Stack, Claim) {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.holding("k", &["exchange-online", "teams"])).await;
    (stack, claim)
}

#[tokio::test]
async fn what_ends_an_association_is_told_and_not_done_until_its_number_is_confirmed() {
    let (stack, claim) = associated().await;
    let path = tenant();
    let dry = dry_run(&stack, &path, &without_teams()).await;
    let told = json!({"claim_id": claim.id.as_str(), "partner_id": ALPINE, "tenant_id": CONTOSO,
        "program": "osu-m365", "status": "associated", "ended": [2], "rejected": [], "held": false,
        "declined": [], "needs_yes": false});
    let expected =
        json!({"confirm": "1", "count": 1, "held": 0, "touched_by_rules": 0, "claims": [told]});
    assert_eq!(dry.body, expected);
    let tag = get(&stack, &path).await.header("etag").to_owned();
    assert_eq!(dry.header("etag"), tag);
    let before = stack.env.engine.stream().len();

    for (query, if_match) in [
        ("", Some(tag.as_str())),
        ("?confirm=2", Some(tag.as_str())),
        ("?confirm=1%2B", Some(tag.as_str())),
        ("?confirm=1", None),
        ("?confirm=1", Some("*")),
    ] {
        let event = event(&format!("{path}{query}"), &without_teams());
        let event = match if_match {
            Some(tag) => event.header("if-match", tag),
            None => event,
        };
        let refused = stack.send(event).await;
        assert_eq!(refused.problem(), (409, "confirmation-required"), "{query} {if_match:?}");
        assert_eq!(refused.header("etag"), tag);
        for member in ["confirm", "count", "held", "claims"] {
            assert_eq!(refused.body["consequences"][member], expected[member], "{query}");
        }
        assert_eq!(stack.env.engine.stream().len(), before, "nothing is written: {query}");
    }
    let confirmed = format!("{path}?confirm=1");
    let done = over(&stack, &confirmed, &tag, &without_teams()).await;
    assert_eq!(done.status, 200, "{}", done.text);
    let again = over(&stack, &confirmed, &tag, &without_teams()).await;
    assert_eq!((again.status, again.header("etag")), (200, done.header("etag")), "a repeat");
    sweep(&stack).await;
    let after = stack.env.read(&claim.id).await;
    let second = after.item_status(after.find_item(ItemNo(2)).unwrap());
    assert!(matches!(second, ItemStatus::Ended { .. }), "{second:?}");
}

#[tokio::test]
async fn a_dry_run_writes_nothing_and_refuses_what_the_write_would_refuse() {
    let (stack, _) = associated().await;
    let before = stack.env.engine.stream().len();
    let tenant = tenant();
    let all = [
        (tenant.as_str(), json!({"name": "Another name"})),
        (
            "/v1/tenants/6f3c1a52-9d4e-4b7a-8c21-0a5e7d9b1c77",
            json!({"name": "Wingtip", "status": "active", "domains": ["w.example"], "country": "CZ", "locale": "cs"}),
        ),
        (PARTNER, json!({"name": "Another name"})),
        ("/v1/programs/osu-m365", json!({"status": "closed"})),
        ("/v1/calendars/CZ", json!({"added": [{"date": "2026-12-30", "name": "Day of mourning"}]})),
    ];
    let nothing =
        json!({"confirm": null, "count": 0, "held": 0, "touched_by_rules": 0, "claims": []});
    for (path, body) in &all {
        assert_eq!(dry_run(&stack, path, body).await.body, nothing, "{path}");
        let stale = over(&stack, &format!("{path}?dry_run=true"), "\"99\"", body).await;
        assert_eq!(stale.problem(), (412, "version-mismatch"), "{path}");
        let wrong = put(&stack, &format!("{path}?dry_run=true"), &json!({"color": 1})).await;
        assert_eq!(wrong.problem(), (422, "invalid-fields"), "{path}");
        let unknown = put(&stack, &format!("{path}?dryrun=true"), body).await;
        assert_eq!(unknown.problem(), (400, "invalid-query"), "{path}: it is never a real one");
    }
    let taken =
        put(&stack, &format!("{tenant}?dry_run=true"), &json!({"domains": ["tailwind.example"]}))
            .await;
    assert_eq!(taken.errors(), [("/domains/0".to_owned(), "domain-taken".to_owned())]);
    assert_eq!(stack.env.engine.stream().len(), before, "nothing is written");
}

/// Claims at Contoso in every state that a change of the tenant or the partner may act on, each of its own workload or
/// of all of them.
async fn population() -> (Stack, Vec<ClaimId>) {
    let stack = Box::pin(Stack::at(NOW)).await;
    let env: &TestEnv = &stack.env;
    let held = Box::pin(env.holding("held", &["teams"])).await;
    let mut body = fixtures::claim_body(&["exchange-online"]);
    body["draft"] = json!(true);
    let draft = env.create_of(ALPINE, "draft", &body).await.unwrap().claim;
    let declined =
        Box::pin(env.awaiting("declined", &["exchange-online", "sharepoint-online"])).await;
    env.give(&declined.id, &link(1), &decline(&[1])).await.unwrap();
    let rival = Box::pin(env.rival_submitted("rival", &["exchange-online", "teams"])).await;
    let withdrawn = Box::pin(env.rival_submitted("gone", &["sharepoint-online"])).await;
    let partner = support::test_env::partner_admin(withdrawn.subject.partner.as_str());
    env.give(
        &withdrawn.id,
        &partner,
        &Command::Withdraw { motive: Motive::CustomerRequest, comment: None },
    )
    .await
    .unwrap();
    (stack, [held, draft, declined, rival, withdrawn].map(|claim| claim.id).into())
}

type Fate = (Vec<u8>, Vec<u8>, bool);

/// What became of a claim: the items that ended, those that were rejected, and whether it is held.
fn fate(before: &Claim, after: &Claim) -> Fate {
    let became = |is: fn(ItemStatus) -> bool| {
        let changed = |no: &u8| {
            let status = |claim: &Claim| claim.item_status(claim.find_item(ItemNo(*no)).unwrap());
            is(status(after)) && !is(status(before))
        };
        before.items.iter().map(|item| item.no.0).filter(changed).collect::<Vec<_>>()
    };
    let held = after.status() == Status::OnHold && before.status() != Status::OnHold;
    let ended = became(|status| matches!(status, ItemStatus::Ended { .. }));
    (ended, became(|status| matches!(status, ItemStatus::Rejected)), held)
}

#[tokio::test]
async fn what_is_foretold_is_what_the_sweep_does_to_every_claim() {
    let tenant = tenant();
    for (path, body) in [
        (tenant.as_str(), without_teams()),
        (tenant.as_str(), json!({"items": []})),
        (tenant.as_str(), deleted()),
        (PARTNER, json!({"status": "suspended"})),
        (PARTNER, json!({"locations": []})),
    ] {
        let (stack, ids) = Box::pin(population()).await;
        let dry = dry_run(&stack, path, &body).await;
        let foretold: BTreeMap<String, Fate> = dry.body["claims"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                let numbers = |name: &str| serde_json::from_value(one[name].clone()).unwrap();
                let id = one["claim_id"].as_str().unwrap().to_owned();
                (id, (numbers("ended"), numbers("rejected"), one["held"] == true))
            })
            .collect();
        let mut before = Vec::new();
        for id in &ids {
            before.push(stack.env.read(id).await);
        }
        let confirm = dry.body["confirm"].as_str().map(|number| format!("?confirm={number}"));
        let confirmed = format!("{path}{}", confirm.unwrap_or_default());
        let done = over(&stack, &confirmed, dry.header("etag"), &body).await;
        assert_eq!(done.status, 200, "{body}: {}", done.text);
        sweep(&stack).await;
        let mut happened = BTreeMap::new();
        for before in &before {
            let after = stack.env.read(&before.id).await;
            let fate = fate(before, &after);
            if fate != Fate::default() {
                happened.insert(before.id.to_string(), fate);
            }
        }
        assert!(!happened.is_empty(), "{body}");
        assert_eq!(foretold, happened, "{body}");
        let lost = happened
            .values()
            .filter(|(ended, rejected, _)| !ended.is_empty() || !rejected.is_empty());
        assert_eq!(dry.body["count"], lost.count(), "{body}");
    }
}

#[tokio::test]
async fn a_suspension_holds_claims_and_asks_for_no_confirmation() {
    let stack = Box::pin(Stack::at(NOW)).await;
    Box::pin(stack.env.awaiting("k", &["teams"])).await;
    let suspended = json!({"status": "suspended"});
    let dry = dry_run(&stack, PARTNER, &suspended).await;
    assert_eq!((&dry.body["confirm"], &dry.body["held"]), (&Value::Null, &json!(1)));
    assert_eq!(dry.body["claims"][0]["held"], true);
    assert_eq!(put(&stack, PARTNER, &suspended).await.status, 200);
    let again = dry_run(&stack, PARTNER, &json!({"name": "Another name"})).await;
    assert_eq!(again.body["held"], 0, "what the present entry does already is not told again");
}

#[tokio::test]
async fn what_the_present_entry_ends_already_is_not_to_be_confirmed_again() {
    let (stack, _) = associated().await;
    let tag = get(&stack, &tenant()).await.header("etag").to_owned();
    let confirmed = format!("{}?confirm=1", tenant());
    assert_eq!(over(&stack, &confirmed, &tag, &without_teams()).await.status, 200);
    // The sweep has not come yet.
    let renamed = put(&stack, &tenant(), &json!({"name": "Another name"})).await;
    assert_eq!(renamed.status, 200, "{}", renamed.text);
}

#[tokio::test]
async fn who_changes_nothing_that_claims_stand_on_reads_no_claims() {
    let (stack, _) = associated().await;
    let wire = &stack.wires[6];
    wire.reset();
    assert_eq!(put(&stack, &tenant(), &json!({"name": "Another name"})).await.status, 200);
    let of_claims = |calls: &[support::wire::Call]| {
        calls
            .iter()
            .filter(|call| call.names("C#", "") || !call.request["IndexName"].is_null())
            .count()
    };
    assert_eq!(wire.told(of_claims), 0);
}

#[tokio::test]
async fn a_claim_that_comes_between_the_dry_run_and_the_write_makes_the_number_stale() {
    let (stack, _) = associated().await;
    let path = tenant();
    let dry = dry_run(&stack, &path, &deleted()).await;
    assert_eq!(dry.body["confirm"], "1");
    Box::pin(stack.env.submitted("k2", &["sharepoint-online"])).await;
    let refused = over(&stack, &format!("{path}?confirm=1"), dry.header("etag"), &deleted()).await;
    assert_eq!(refused.problem(), (409, "confirmation-required"));
    let told = &refused.body["consequences"];
    assert_eq!((&told["count"], &told["confirm"]), (&json!(2), &json!("2")));
    let done = over(&stack, &format!("{path}?confirm=2"), refused.header("etag"), &deleted()).await;
    assert_eq!(done.status, 200, "{}", done.text);
}

#[tokio::test]
async fn an_entry_that_changes_between_the_dry_run_and_the_write_is_412() {
    let (stack, _) = associated().await;
    let path = tenant();
    let dry = dry_run(&stack, &path, &deleted()).await;
    assert_eq!(put(&stack, &path, &json!({"name": "Another name"})).await.status, 200);
    let refused = over(&stack, &format!("{path}?confirm=1"), dry.header("etag"), &deleted()).await;
    assert_eq!(refused.problem(), (412, "version-mismatch"));
    assert_eq!(get(&stack, &path).await.body["status"], "active");
}

#[tokio::test]
async fn of_two_operators_who_confirm_at_once_one_writes_and_the_other_has_seen_another_entry() {
    for _ in 0..8 {
        let (stack, _) = associated().await;
        let path = format!("{}?confirm=1", tenant());
        let tag = get(&stack, &tenant()).await.header("etag").to_owned();
        let (gone, fewer) = (deleted(), without_teams());
        let (one, other) =
            tokio::join!(over(&stack, &path, &tag, &gone), over(&stack, &path, &tag, &fewer));
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412], "{} {}", one.text, other.text);
    }
}

#[tokio::test]
async fn an_entry_that_changes_between_the_count_and_the_write_is_counted_anew() {
    // Somebody else takes an item away at the very moment at which a put without a tag is about to be stored.
    let (stack, claim) = associated().await;
    let path = tenant();
    assert_eq!(put(&stack, &path, &json!({"name": "Contoso Ltd"})).await.status, 200);
    let (store, _) = stack.env.another_store(|_| ());
    let between = Fault::before(move || {
        let store = store.clone();
        async move { store.put_tenant(&fixtures::tailwind_named(CONTOSO)).await.unwrap() }
    });
    stack.wires[6].on(|call| call.operation == "TransactWriteItems", 1, between);
    let items = serde_json::to_value(fixtures::contoso().items).unwrap();
    let answer = put(&stack, &path, &json!({"name": "Another name", "items": items})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let now = get(&stack, &path).await.body;
    assert_eq!((&now["name"], &now["country"]), (&json!("Another name"), &json!("US")));
    sweep(&stack).await;
    assert_eq!(stack.env.read(&claim.id).await.status(), Status::Associated);
}

#[tokio::test]
async fn a_count_that_cannot_be_made_writes_nothing() {
    let (stack, _) = associated().await;
    let tag = get(&stack, &tenant()).await.header("etag").to_owned();
    let before = stack.env.engine.stream().len();
    stack.wires[6].always(|call| call.names("C#", ""), Fault::Internal);
    let failed = over(&stack, &format!("{}?confirm=1", tenant()), &tag, &deleted()).await;
    assert_eq!(failed.problem(), (503, "unavailable"));
    stack.wires[6].reset();
    assert_eq!(stack.env.engine.stream().len(), before, "nothing is written");
}

/// Puts the record of a claim under so many other ids at its tenant.
fn multiply(stack: &Stack, claim: &Claim, times: usize) {
    let record = stack.env.stored(&claim.id);
    let copies = (0..times).map(|no| {
        let id = ClaimId::of(&claim.subject.partner, &format!("copy-{no}"));
        let text = record.to_string().replace(claim.id.as_str(), id.as_str());
        serde_json::from_str(&text).unwrap()
    });
    stack.env.engine.import(copies.collect());
}

#[tokio::test]
async fn beyond_a_thousand_claims_the_number_is_a_thousand_and_more() {
    let (stack, claim) = associated().await;
    multiply(&stack, &claim, 998);
    let dry = dry_run(&stack, &tenant(), &deleted()).await;
    assert_eq!((&dry.body["count"], &dry.body["confirm"]), (&json!(999), &json!("999")));
    assert_eq!(dry.body["claims"].as_array().unwrap().len(), 100);
    multiply(&stack, &claim, 1_400);
    let wire = &stack.wires[6];
    wire.reset();
    let dry = dry_run(&stack, &tenant(), &deleted()).await;
    assert_eq!((&dry.body["at_least"], &dry.body["confirm"]), (&json!(1000), &json!("1000+")));
    assert!(dry.body["count"].is_null());
    let batches = |calls: &[support::wire::Call]| {
        calls.iter().filter(|call| call.operation == "BatchGetItem" && call.names("C#", "")).count()
    };
    assert_eq!(wire.told(batches), 10, "no more is read than is counted");
    let path = tenant();
    let exact = over(&stack, &format!("{path}?confirm=1000"), dry.header("etag"), &deleted()).await;
    assert_eq!(exact.problem(), (409, "confirmation-required"));
    let more =
        over(&stack, &format!("{path}?confirm=1000%2B"), dry.header("etag"), &deleted()).await;
    assert_eq!(more.status, 200, "{}", more.text);
}

#[tokio::test]
async fn a_customer_is_told_what_the_rules_would_do_and_a_no_needs_no_confirmation() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let open = Box::pin(stack.env.awaiting("k", &["teams", "exchange-online"])).await;
    // Between partner and operator still: the customer is told nothing of it.
    Box::pin(stack.env.in_review("k2", &["sharepoint-online"])).await;
    let block = json!({"blocked_partners": [ALPINE], "explicit_yes": "all"});
    let send = |path: String, body: Value| {
        stack.send(RequestEvent::put(&path).customer_admin(CONTOSO).json(&body))
    };
    let before = stack.env.engine.stream().len();
    let dry = send(format!("{RULES}?dry_run=true"), block.clone()).await;
    assert_eq!((dry.status, &dry.body["confirm"]), (200, &Value::Null), "{}", dry.text);
    assert_eq!((&dry.body["count"], &dry.body["touched_by_rules"]), (&json!(0), &json!(1)));
    let told = &dry.body["claims"][0];
    assert_eq!(
        (&told["claim_id"], &told["declined"], &told["needs_yes"]),
        (&json!(open.id.as_str()), &json!([1, 2]), &json!(true))
    );
    assert_eq!(stack.env.engine.stream().len(), before, "nothing is written");
    let done = send(RULES.to_owned(), block.clone()).await;
    assert_eq!(done.status, 200, "{}", done.text);
    assert_eq!(stack.env.read(&open.id).await.status(), Status::Declined);
    let again = send(format!("{RULES}?dry_run=true"), block).await;
    assert_eq!(again.body["touched_by_rules"], 0);
}
