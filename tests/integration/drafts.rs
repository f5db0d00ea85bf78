//! Drafts: stored, edited, submitted, taken back, dropped, and forgotten (`docs/domain.md §3`).

use chrono::Duration;
use domain::claim::Claim;
use domain::command::{ClaimInput, Command};
use domain::directory::Partner;
use domain::ids::ClaimId;
use domain::program::{Policy, Program};
use domain::text::Name;
use serde_json::{Value, json};
use support::fixtures::{self, ALPINE, BOREALIS, CONTOSO, TAILWIND, claim_body, claim_body_of};
use support::stack::{Answer, Stack};
use support::test_env::{alpine, create_on, partner_id, withdraw};
use support::wire::Units;
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";
const TEAMS: [&str; 1] = ["teams"];

fn of_draft(mut body: Value) -> Value {
    body["draft"] = json!(true);
    body
}

/// As little as a draft needs.
fn least() -> Value {
    json!({"draft": true, "program": "osu-m365", "tenant": {"id": CONTOSO, "domain": "contoso.example"}})
}

async fn create(stack: &Stack, key: &str, body: &Value) -> Answer {
    let event =
        RequestEvent::post("/v1/claims").partner_user(ALPINE).header("idempotency-key", key);
    stack.send(event.json(body)).await
}

/// Where Alpine may submit that many claims a day.
async fn with_daily_quota(daily_claim_quota: u32) -> Stack {
    let stack = Stack::at(NOW).await;
    let partner = Partner { daily_claim_quota, ..fixtures::alpine() };
    stack.env.store.put_partner(&partner).await.unwrap();
    stack
}

/// A stored draft.
async fn draft(stack: &Stack, body: Value) -> Claim {
    let created = create(stack, "k", &of_draft(body)).await;
    assert_eq!(
        (created.status, &created.body["status"]),
        (201, &json!("draft")),
        "{}",
        created.text
    );
    read(stack, &created).await
}

async fn read(stack: &Stack, answer: &Answer) -> Claim {
    let id = answer.body["id"].as_str().expect("an id");
    stack.env.read(&ClaimId::parse(id).expect("an id")).await
}

#[tokio::test]
async fn a_draft_needs_program_and_tenant_and_nothing_else() {
    let stack = Stack::at(NOW).await;
    let created = create(&stack, "k", &least()).await;
    assert_eq!(created.status, 201, "{}", created.text);
    assert_eq!(created.body["turn"]["who"], "partner");
    assert_eq!(created.body["turn"]["on_silence"], "discard");
    assert_eq!(created.body["items"], json!([]));
    assert_eq!(created.body["submitted_at"], Value::Null);
    for field in ["program", "tenant"] {
        let mut body = least();
        body.as_object_mut().unwrap().remove(field);
        let refused = create(&stack, "other", &body).await;
        assert_eq!(refused.problem(), (422, "invalid-fields"), "{field}");
    }
    let mut unknown = least();
    unknown["program"] = json!("osu-nothing");
    unknown["tenant"]["id"] = json!("6f3c0000-0000-4000-8000-00000000ffff");
    let refused = create(&stack, "other", &unknown).await;
    let expected = [("/program", "program-unknown"), ("/tenant", "tenant-unknown")];
    let expected = expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned()));
    assert_eq!(refused.errors(), expected);
}

#[tokio::test]
async fn what_is_in_a_draft_is_well_formed_or_refused() {
    let stack = Stack::at(NOW).await;
    let mut body = least();
    body["customer_contact"] = json!({"name": "Jana"});
    body["items"] = json!([{"kind": "workload", "id": "a#b"}]);
    let refused = create(&stack, "k", &body).await;
    let pointers: Vec<_> = refused.errors().into_iter().map(|(pointer, _)| pointer).collect();
    let expected = ["/customer_contact/email", "/customer_contact/title", "/items/0/id"];
    assert_eq!(pointers, expected);
}

#[tokio::test]
async fn a_user_stores_drafts_and_an_admin_submits_them() {
    let stack = Stack::at(NOW).await;
    let submitted = create(&stack, "s", &claim_body(&TEAMS)).await;
    assert_eq!(submitted.problem(), (403, "role-not-allowed"));
    let draft = draft(&stack, claim_body(&TEAMS)).await;
    let event = RequestEvent::post(&format!("/v1/claims/{}/submit", draft.id)).partner_user(ALPINE);
    let refused = stack.send(event.header("if-match", "\"1\"").json(&json!({}))).await;
    assert_eq!(refused.problem(), (403, "role-not-allowed"));
    let submitted = stack.command(ALPINE, &draft, "submit", &json!({})).await;
    assert_eq!(submitted.status, 200, "{}", submitted.text);
    assert_eq!(submitted.body["status"], "submitted");
    assert_eq!(submitted.body["submitted_at"], "2026-12-22T14:00:00Z");
    assert_eq!(submitted.body["priority_at"], submitted.body["submitted_at"]);
}

#[tokio::test]
async fn a_repeated_draft_is_the_same_draft_and_another_under_its_key_a_conflict() {
    let stack = Stack::at(NOW).await;
    let first = create(&stack, "k", &least()).await;
    let again = create(&stack, "k", &least()).await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (201, "true"));
    assert_eq!(first.body["id"], again.body["id"]);
    let mut other = least();
    other["label"] = json!("another");
    assert_eq!(create(&stack, "k", &other).await.problem(), (422, "idempotency-conflict"));
}

#[tokio::test]
async fn an_unfit_draft_is_submitted_with_every_problem_at_once_and_stays_a_draft() {
    let stack = Stack::at(NOW).await;
    let draft = draft(&stack, least()).await;
    let refused = stack.command(ALPINE, &draft, "submit", &json!({})).await;
    assert_eq!(refused.problem(), (422, "invalid-fields"));
    let missing: Vec<_> = refused.errors().into_iter().map(|(pointer, _)| pointer).collect();
    let expected = ["/activity", "/customer_contact", "/items", "/location_id", "/partner_contact"]
        .map(|pointer| format!("claim:{pointer}"));
    assert_eq!(missing, expected);
    assert_eq!(stack.env.read(&draft.id).await.version, draft.version);
}

#[tokio::test]
async fn a_patch_changes_what_it_names_and_null_takes_away() {
    let stack = Stack::at(NOW).await;
    let mut body = claim_body(&TEAMS);
    body["label"] = json!("Rollout");
    let before = draft(&stack, body).await;
    let patch = json!({
        "label": null, "external_ref": "CRM-7", "customer_contact": {"title": "CIO"},
        "items": [{"kind": "workload", "id": "exchange-online"}, {"kind": "workload", "id": "teams"}],
    });
    let edited = stack.edit(ALPINE, &before, &patch).await;
    assert_eq!(edited.status, 200, "{}", edited.text);
    assert_eq!(edited.body["label"], Value::Null);
    assert_eq!(edited.body["external_ref"], "CRM-7");
    assert_eq!(edited.body["customer_contact"]["title"], "CIO");
    assert_eq!(edited.body["customer_contact"]["name"], "Jana Nováková");
    assert_eq!(edited.items(), json!([[1, "proposed"], [2, "proposed"]]));
    assert_eq!(edited.header("etag"), "\"2\"");
    let after = stack.env.read(&before.id).await;
    let same = stack.edit(ALPINE, &after, &json!({"external_ref": "CRM-7"})).await;
    assert_eq!((same.status, same.header("etag")), (200, "\"2\""), "nothing to change");
}

#[tokio::test]
async fn program_and_tenant_are_fixed_from_the_draft_on() {
    let stack = Stack::at(NOW).await;
    let draft = draft(&stack, claim_body(&TEAMS)).await;
    let tenant = json!({"id": TAILWIND, "domain": "tailwind.example"});
    for (patch, pointer) in [
        (json!({"program": "osa-sell"}), "/program"),
        (json!({"tenant": tenant}), "/tenant/id"),
        (json!({"program": null}), "/program"),
    ] {
        let refused = stack.edit(ALPINE, &draft, &patch).await;
        assert_eq!(refused.problem(), (422, "invalid-fields"), "{patch}");
        assert!(refused.errors().iter().any(|(at, _)| at == pointer), "{:?}", refused.errors());
    }
}

#[tokio::test]
async fn a_patch_that_is_no_patch_is_refused_and_loses_nothing() {
    let stack = Stack::at(NOW).await;
    let draft = draft(&stack, claim_body(&TEAMS)).await;
    let too_many = vec![json!({"kind": "workload", "id": "teams"}); 26];
    for (patch, pointer, code) in [
        (json!([]), "", "wrong-type"),
        (json!({"colour": "red"}), "/colour", "unknown-field"),
        (json!({"draft": false}), "/draft", "unknown-field"),
        (json!({"status": "submitted"}), "/status", "unknown-field"),
        (json!({"items": too_many}), "/items", "too-long"),
        (json!({"label": "a\u{7}b"}), "/label", "malformed"),
    ] {
        let refused = stack.edit(ALPINE, &draft, &patch).await;
        let expected = (pointer.to_owned(), code.to_owned());
        assert!(refused.errors().contains(&expected), "{patch}: {}", refused.text);
    }
    assert_eq!(stack.env.read(&draft.id).await, draft);
}

#[tokio::test]
async fn a_patch_comes_as_json_or_as_a_merge_patch() {
    let stack = Stack::at(NOW).await;
    let draft = draft(&stack, claim_body(&TEAMS)).await;
    let patch = |content_type: &str| {
        let event =
            RequestEvent::new("PATCH", &format!("/v1/claims/{}", draft.id)).partner_admin(ALPINE);
        let event = event.header("if-match", "\"1\"").header("content-type", content_type);
        event.body("{\"label\": \"x\"}")
    };
    let refused = stack.send(patch("text/plain")).await;
    assert_eq!(refused.problem(), (415, "unsupported-media-type"));
    assert_eq!(stack.send(patch("application/merge-patch+json")).await.status, 200);
}

#[tokio::test]
async fn a_patch_names_one_version_and_the_present_one() {
    let stack = Stack::at(NOW).await;
    let draft = draft(&stack, claim_body(&TEAMS)).await;
    let path = format!("/v1/claims/{}", draft.id);
    let label =
        || RequestEvent::new("PATCH", &path).partner_admin(ALPINE).json(&json!({"label": "x"}));
    assert_eq!(stack.send(label()).await.problem(), (428, "precondition-required"));
    let stale = stack.send(label().header("if-match", "\"7\"")).await;
    assert_eq!(stale.problem(), (412, "version-mismatch"));
    assert_eq!(stale.header("etag"), "\"1\"");
    let weak = stack.send(label().header("if-match", "W/\"1\"")).await;
    assert_eq!(weak.problem(), (412, "version-mismatch"), "a weak tag names no version");
    let other =
        RequestEvent::new("PATCH", &path).partner_admin(BOREALIS).header("if-match", "\"1\"");
    assert_eq!(stack.send(other.json(&json!({"label": "x"}))).await.problem(), (404, "not-found"));
}

#[tokio::test]
async fn a_recalled_claim_keeps_its_priority_date_for_five_business_days() {
    // The fifth business day after Tuesday 22 December in Prague is Thursday the 31st.
    for (later, kept) in [(Duration::days(9), true), (Duration::days(10), false)] {
        let stack = Stack::at(NOW).await;
        let first = stack.env.submitted("k", &TEAMS).await;
        let recalled = stack.command(ALPINE, &first, "recall", &json!({})).await;
        assert_eq!(recalled.body["status"], "draft", "{}", recalled.text);
        stack.env.clock.advance(later);
        let draft = stack.env.read(&first.id).await;
        let again = stack.command(ALPINE, &draft, "submit", &json!({})).await;
        assert_eq!(again.status, 200, "{}", again.text);
        let after = stack.env.read(&first.id).await;
        assert_eq!(after.priority_at == first.priority_at, kept, "{later}");
        assert_eq!(after.submitted_at, Some(stack.env.clock.now()));
    }
}

#[tokio::test]
async fn a_claim_whose_review_has_begun_is_not_recalled() {
    let stack = Stack::at(NOW).await;
    let claim = stack.env.in_review("k", &TEAMS).await;
    let refused = stack.command(ALPINE, &claim, "recall", &json!({})).await;
    assert_eq!(refused.problem(), (409, "invalid-state"));
}

#[tokio::test]
async fn a_dropped_draft_is_final_and_dropping_it_again_is_no_error() {
    let stack = Stack::at(NOW).await;
    let draft = draft(&stack, claim_body(&TEAMS)).await;
    let dropped = stack.command(ALPINE, &draft, "discard", &json!({})).await;
    assert_eq!((dropped.status, &dropped.body["status"]), (200, &json!("discarded")));
    assert!(dropped.body["turn"].is_null());
    assert_eq!(stack.command(ALPINE, &draft, "discard", &json!({})).await.status, 200);
    let claim = stack.env.read(&draft.id).await;
    assert_eq!(
        stack.command(ALPINE, &claim, "submit", &json!({})).await.problem(),
        (409, "invalid-state")
    );
}

#[tokio::test]
async fn a_draft_that_nobody_touches_for_ninety_days_is_discarded_by_the_timer() {
    let stack = Stack::at(NOW).await;
    let draft = draft(&stack, claim_body(&TEAMS)).await;
    let deadline = draft.deadline().expect("a deadline");
    assert_eq!(deadline.to_rfc3339(), "2027-03-22T23:00:00+00:00", "the 91st local day begins");
    stack.env.let_pass(deadline);
    stack.env.finalize().await;
    let stored = stack.env.stored(&draft.id);
    assert_eq!(stored["st"]["S"], "discarded");
}

#[tokio::test]
async fn an_edit_begins_the_ninety_days_anew() {
    let stack = Stack::at(NOW).await;
    let draft = draft(&stack, claim_body(&TEAMS)).await;
    stack.env.clock.advance(Duration::days(80));
    assert_eq!(stack.edit(ALPINE, &draft, &json!({"label": "still here"})).await.status, 200);
    stack.env.let_pass(draft.deadline().expect("a deadline"));
    stack.env.finalize().await;
    assert_eq!(stack.env.stored(&draft.id)["st"]["S"], "draft");
}

#[tokio::test]
async fn a_draft_counts_for_no_duplicate_and_no_quota_of_claims() {
    let stack = Stack::at(NOW).await;
    let mut partner = fixtures::alpine();
    (partner.daily_claim_quota, partner.open_claim_quota) = (1, 2);
    stack.env.store.put_partner(&partner).await.unwrap();
    let drafted = draft(&stack, claim_body(&TEAMS)).await;
    assert_eq!(create(&stack, "k2", &of_draft(claim_body(&TEAMS))).await.status, 201);
    let submitted = stack.command(ALPINE, &drafted, "submit", &json!({})).await;
    assert_eq!(submitted.status, 200, "{}", submitted.text);
    let other = claim_body_of("4711", TAILWIND, "tailwind.example", &TEAMS);
    let over = stack.submit(ALPINE, "k3", &other).await;
    assert_eq!(over.problem(), (429, "quota-exceeded"));
    // Tuesday 15:00 in Prague: nine hours until Wednesday.
    assert_eq!(over.header("retry-after"), "32400");
}

#[tokio::test]
async fn a_draft_of_yesterday_counts_on_the_day_of_its_submission() {
    let stack = with_daily_quota(1).await;
    let drafted = draft(&stack, claim_body(&TEAMS)).await;
    stack.env.clock.advance(Duration::days(1));
    assert_eq!(stack.command(ALPINE, &drafted, "submit", &json!({})).await.status, 200);
    let other = claim_body_of("4711", TAILWIND, "tailwind.example", &TEAMS);
    assert_eq!(stack.submit(ALPINE, "k3", &other).await.problem(), (429, "quota-exceeded"));
}

#[tokio::test]
async fn however_many_drafts_a_day_has_its_claims_are_counted_without_them() {
    let stack = with_daily_quota(2).await;
    stack.env.submitted("k1", &TEAMS).await;
    stack.env.clock.advance(Duration::minutes(1));
    for no in 0..20 {
        let drafted = create(&stack, &format!("d{no}"), &of_draft(claim_body(&TEAMS))).await;
        assert_eq!(drafted.status, 201, "{}", drafted.text);
    }
    let other = |item| claim_body_of("4711", TAILWIND, "tailwind.example", &[item]);
    assert_eq!(stack.submit(ALPINE, "k2", &other("teams")).await.status, 201);
    let over = stack.submit(ALPINE, "k3", &other("exchange-online")).await;
    assert_eq!(over.problem(), (429, "quota-exceeded"));
}

#[tokio::test]
async fn open_claims_are_counted_and_closed_ones_make_room() {
    let stack = Stack::at(NOW).await;
    let mut partner = fixtures::alpine();
    partner.open_claim_quota = 1;
    stack.env.store.put_partner(&partner).await.unwrap();
    let first = stack.env.submitted("k", &TEAMS).await;
    let other = claim_body_of("4711", TAILWIND, "tailwind.example", &TEAMS);
    let over = stack.submit(ALPINE, "k2", &other).await;
    assert_eq!((over.problem(), over.header("retry-after")), ((429, "quota-exceeded"), ""));
    stack.env.give(&first.id, &alpine(), &withdraw()).await.unwrap();
    assert_eq!(stack.submit(ALPINE, "k2", &other).await.status, 201);
}

#[tokio::test]
async fn submitting_a_draft_meets_the_guards_of_any_submit() {
    let stack = Stack::at(NOW).await;
    let drafted = draft(&stack, claim_body(&TEAMS)).await;
    let first = stack.env.submitted("first", &TEAMS).await;
    let refused = stack.command(ALPINE, &drafted, "submit", &json!({})).await;
    assert_eq!(refused.problem(), (409, "duplicate-claim"));
    assert_eq!(refused.body["claim_id"], first.id.as_str());
}

#[tokio::test]
async fn a_draft_is_submitted_under_the_policy_of_that_day_and_judged_by_it() {
    let stack = Stack::at(NOW).await;
    let drafted = draft(&stack, claim_body(&TEAMS)).await;
    let strict = Policy { evidence_max_age_months: 1, ..Policy::default() };
    let program = |policy| Program { policy, ..fixtures::osu_m365() };
    stack.env.store.put_program(&program(strict)).await.unwrap();
    let refused = stack.command(ALPINE, &drafted, "submit", &json!({})).await;
    let too_old = ("claim:/evidence/0/acknowledged_on".to_owned(), "evidence-too-old".to_owned());
    assert_eq!(refused.errors(), [too_old]);
    let slower = Policy { window_business_days: 7, ..Policy::default() };
    stack.env.store.put_program(&program(slower)).await.unwrap();
    let submitted = stack.command(ALPINE, &drafted, "submit", &json!({})).await;
    assert_eq!(submitted.status, 200, "{}", submitted.text);
    assert_eq!(stack.env.read(&drafted.id).await.subject.policy_version, 3);
}

async fn check(stack: &Stack, partner: &str, body: &Value) -> Answer {
    stack.send(RequestEvent::post("/v1/claims:check").partner_user(partner).json(body)).await
}

#[tokio::test]
async fn a_check_tells_the_earliest_deadline_and_stores_nothing_of_the_claim() {
    let stack = Stack::at(NOW).await;
    let before = stack.env.engine.items("").len();
    let checked = check(&stack, ALPINE, &claim_body(&TEAMS)).await;
    assert_eq!(checked.status, 200, "{}", checked.text);
    assert_eq!(
        checked.body,
        json!({"ok": true, "errors": [], "contested": false, "earliest_closes_at": "2026-12-31T23:00:00Z",
            "warnings": [{"pointer": "/customer_contact/email", "code": "contact-unverified",
                "detail": "Nobody has verified this address: the tenant's verified contacts are asked as well, and by its link one can only say no."}]})
    );
    // The count of the day, and that the customer was looked at.
    assert_eq!(stack.env.engine.items("").len(), before + 2);
    assert_eq!(stack.env.engine.items("C#").len(), 0);
}

#[tokio::test]
async fn a_check_tells_every_problem_at_once_fields_and_refusals() {
    let stack = Stack::at(NOW).await;
    let own = stack.env.submitted("k", &TEAMS).await;
    let mut body = claim_body(&TEAMS);
    body["activity"] = json!("selling");
    body["colour"] = json!("red");
    let checked = check(&stack, ALPINE, &body).await;
    assert_eq!(checked.body["ok"], false);
    let told: Vec<_> = checked.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| (error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap()))
        .collect();
    let expected = [
        ("/activity", "activity-not-allowed"),
        ("/colour", "unknown-field"),
        ("", "duplicate-claim"),
    ];
    assert_eq!(told, expected);
    assert_eq!(checked.body["errors"][2]["claim_id"], own.id.as_str());
}

#[tokio::test]
async fn a_check_tells_that_an_item_is_held_and_not_by_whom() {
    let stack = Stack::at(NOW).await;
    let holder = stack.env.holding("k", &TEAMS).await;
    let body = claim_body_of("4712", CONTOSO, "contoso.example", &TEAMS);
    let checked = check(&stack, BOREALIS, &body).await;
    assert_eq!(checked.body["contested"], true, "{}", checked.text);
    assert!(!checked.text.contains(holder.id.as_str()) && !checked.text.contains("lpine"));
}

#[tokio::test]
async fn a_check_of_an_unknown_tenant_says_neither_contested_nor_when() {
    let stack = Stack::at(NOW).await;
    let mut body = claim_body(&TEAMS);
    body["tenant"]["id"] = json!("6f3c0000-0000-4000-8000-00000000ffff");
    let checked = check(&stack, ALPINE, &body).await;
    assert_eq!(checked.body["contested"], Value::Null);
    assert_eq!(checked.body["earliest_closes_at"], Value::Null);
}

#[tokio::test]
async fn storing_a_draft_editing_it_and_submitting_it_cost_a_write_of_each_record_they_touch() {
    let stack = Stack::at(NOW).await;
    let (store, wire) = stack.env.another_store(|_| {});
    let body = of_draft(claim_body(&TEAMS));
    let moment = stack.env.now();
    create_on(&store, ALPINE, "k", &body, moment).await.unwrap();
    let id = ClaimId::of(&partner_id(ALPINE), "k");
    let drafted = Units::new(4.0, 2.0);
    assert_eq!(wire.spent().written, drafted, "claim, details, timer, the count; partner, turn");
    wire.reset();
    let edit = Command::Edit(Box::new(ClaimInput {
        label: Name::parse("x").ok(),
        ..ClaimInput::of(&stack.env.read(&id).await)
    }));
    store.execute_command(&id, &alpine(), &edit, moment, None).await.unwrap();
    assert_eq!(
        wire.spent().written,
        Units::new(5.0, 0.0),
        "claim and details together, and which fields changed"
    );
    wire.reset();
    store.execute_command(&id, &alpine(), &Command::Submit(None), moment, None).await.unwrap();
    let submitted = Units::new(6.0, 6.0);
    assert_eq!(wire.spent().written, submitted, "the same, a timer, the count; all indexes");
}

#[tokio::test]
async fn a_draft_has_items_of_the_kind_of_its_program() {
    let stack = Stack::at(NOW).await;
    let mut body = least();
    body["items"] = json!([{"kind": "subscription", "id": "teams"}]);
    let refused = create(&stack, "k", &body).await;
    let expected = ("/items/0/kind".to_owned(), "item-kind-wrong".to_owned());
    assert_eq!((refused.status, refused.errors()), (422, vec![expected]), "{}", refused.text);
    body["items"] = json!([{"kind": "workload", "id": "teams"}]);
    let created = create(&stack, "k", &body).await;
    assert_eq!(created.status, 201, "{}", created.text);
}
