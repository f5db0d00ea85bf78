//! What reviewer and partner say to each other: questions and answers, rejections and disputes,
//! contacts corrected (`docs/domain.md §3`; §6, *Withdrawal and information*).

use chrono::{DateTime, Duration};
use domain::claim::{Claim, RejectionRecord, State};
use domain::command::Command;
use domain::event::FailureCause;
use domain::ids::{ItemNo, StaffId};
use domain::reason::{Reason, ReasonCode};
use domain::text::Email;
use serde_json::{Value, json};
use support::fixtures::ALPINE;
use support::stack::{Answer, Stack};
use support::test_env::{alpine, closes_at, decline, link, withdraw};
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";
const ITEMS: [&str; 3] = ["exchange-online", "teams", "sharepoint-online"];

/// A reviewer's action by name.
async fn act(stack: &Stack, claim: &Claim, who: (&str, &str), body: Value) -> Answer {
    let event = RequestEvent::post(&format!("/v1/claims/{}/review", claim.id)).staff(who.0, who.1);
    stack.send(event.header("if-match", &format!("\"{}\"", claim.version.0)).json(&body)).await
}

const REVIEWER: (&str, &str) = ("reviewer", "reviewer-1");
const ANOTHER: (&str, &str) = ("reviewer", "reviewer-2");
const OPERATOR: (&str, &str) = ("operator", "operator-1");

/// A claim of three items in review.
async fn in_review() -> (Stack, Claim) {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.in_review("k", &ITEMS)).await;
    (stack, claim)
}

fn question() -> Value {
    json!({"action": "request_information", "reasons": [
        {"code": "evidence_missing", "comment": "Which order?"},
        {"code": "evidence_item_missing", "item_no": 3},
    ]})
}

/// A claim that is asked about.
async fn asked() -> (Stack, Claim) {
    let (stack, claim) = in_review().await;
    let answer = Box::pin(act(&stack, &claim, REVIEWER, question())).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let claim = stack.env.read(&claim.id).await;
    (stack, claim)
}

fn answer_by(claim: &Claim) -> DateTime<chrono::Utc> {
    let State::ActionRequired { answer_by, .. } = claim.state else { panic!("{:?}", claim.state) };
    answer_by
}

#[tokio::test]
async fn a_question_names_its_reasons_and_until_when_the_partner_may_answer() {
    let (stack, claim) = asked().await;
    let event = RequestEvent::get(&format!("/v1/claims/{}", claim.id)).partner_user(ALPINE);
    let shown = stack.send(event).await;
    assert_eq!(shown.body["status"], "action_required");
    assert_eq!(
        shown.body["reasons"],
        json!([
            {"code": "evidence_missing", "item_no": null, "comment": "Which order?"},
            {"code": "evidence_item_missing", "item_no": 3, "comment": null},
        ])
    );
    // 23, 28, 29, 30, 31 December are counted.
    let turn = json!({"who": "partner", "until": "2026-12-31T23:00:00Z", "on_silence": "reject"});
    assert_eq!(shown.body["turn"], turn);
}

#[tokio::test]
async fn a_question_without_a_reason_or_about_a_foreign_item_is_refused() {
    let (stack, claim) = in_review().await;
    for (action, reasons, pointer, code) in [
        ("request_information", json!([]), "/reasons", "required"),
        ("request_information", json!([{"comment": "why?"}]), "/reasons/0/code", "required"),
        ("request_information", json!([{"code": "because"}]), "/reasons/0/code", "unknown-code"),
        (
            "request_information",
            json!([{"code": "evidence_missing", "item_no": 9}]),
            "/reasons/0/item_no",
            "item-unknown",
        ),
        (
            "reject",
            json!([{"code": "duplicate", "item_no": 9}]),
            "/reasons/0/item_no",
            "item-unknown",
        ),
    ] {
        let refused =
            act(&stack, &claim, REVIEWER, json!({"action": action, "reasons": reasons})).await;
        assert_eq!(refused.problem(), (422, "invalid-fields"), "{reasons}");
        assert_eq!(refused.errors(), [(pointer.to_owned(), code.to_owned())], "{reasons}");
    }
    assert_eq!(stack.env.read(&claim.id).await.version, claim.version);
}

#[tokio::test]
async fn the_partner_corrects_what_is_asked_answers_and_the_review_goes_on() {
    let (stack, claim) = asked().await;
    let entry = |name: &str, digit: &str| json!({"name": name, "sha256": digit.repeat(64), "acknowledged_on": "2026-10-01"});
    let patch = json!({
        "items": [{"kind": "workload", "id": "exchange-online"}, {"kind": "workload", "id": "teams"}],
        "evidence": [entry("sow.pdf", "a"), entry("order.pdf", "b")],
        "customer_contact": {"title": "CIO"}, "label": "second try",
    });
    let edited = stack.edit(ALPINE, &claim, &patch).await;
    assert_eq!(edited.status, 200, "{}", edited.text);
    assert_eq!(edited.items(), json!([[1, "proposed"], [2, "proposed"], [3, "dropped"]]));
    assert_eq!(edited.body["evidence"][1]["id"], "e2");
    let claim = stack.env.read(&claim.id).await;
    let body = json!({"comment": "The order is attached."});
    let answered = stack.command(ALPINE, &claim, "respond", &body).await;
    assert_eq!(answered.body["status"], "in_review", "{}", answered.text);
    assert_eq!(answered.body["reasons"], json!([]));
    let claim = stack.env.read(&claim.id).await;
    let valid = act(&stack, &claim, REVIEWER, json!({"action": "validate"})).await;
    assert_eq!(valid.body["status"], "notifying", "{}", valid.text);
}

#[tokio::test]
async fn a_document_that_the_customer_acknowledged_after_the_submit_answers_a_question() {
    let (stack, claim) = asked().await;
    stack.env.clock.advance(Duration::days(1));
    let entry = |digit: &str, date: &str| json!({"name": "order.pdf", "sha256": digit.repeat(64), "acknowledged_on": date});
    let first =
        json!({"name": "sow.pdf", "sha256": "a".repeat(64), "acknowledged_on": "2026-10-01"});
    let edited = json!({"evidence": [first, entry("b", "2030-01-01")]});
    let refused = stack.edit(ALPINE, &claim, &edited).await;
    let expected = ("/evidence/1/acknowledged_on".to_owned(), "in-the-future".to_owned());
    assert_eq!((refused.status, refused.errors()), (422, vec![expected]), "{}", refused.text);
    let path = format!("/v1/claims/{}/evidence", claim.id);
    let add = |date: &str| {
        let mut document = entry("b", date);
        document["content_type"] = json!("application/pdf");
        document["size"] = json!(1024);
        RequestEvent::post(&path).partner_user(ALPINE).json(&document)
    };
    let tomorrow = stack.send(add("2026-12-24")).await;
    let expected = ("/acknowledged_on".to_owned(), "in-the-future".to_owned());
    assert_eq!((tomorrow.status, tomorrow.errors()), (422, vec![expected]), "{}", tomorrow.text);
    let added = stack.send(add("2026-12-23")).await;
    assert_eq!(added.status, 201, "{}", added.text);
    let claim = stack.env.read(&claim.id).await;
    let answered = stack.command(ALPINE, &claim, "respond", &json!({})).await;
    assert_eq!(answered.body["status"], "in_review", "{}", answered.text);
    let claim = stack.env.read(&claim.id).await;
    let valid = act(&stack, &claim, REVIEWER, json!({"action": "validate"})).await;
    assert_eq!(valid.body["status"], "notifying", "{}", valid.text);
    let last = valid.body["evidence"].as_array().unwrap().last().unwrap();
    assert_eq!(last["acknowledged_on"], "2026-12-23", "{}", valid.text);
}

#[tokio::test]
async fn under_a_question_only_what_may_still_change_changes() {
    let (stack, claim) = asked().await;
    let more = json!([{"kind": "workload", "id": "teams"}, {"kind": "workload", "id": "planner"}]);
    for (patch, pointer) in [
        (json!({"activity": "presales"}), "/activity"),
        (json!({"location_id": "4712"}), "/location_id"),
        (json!({"program": "osa-sell"}), "/program"),
        (json!({"tenant": {"domain": "other.example"}}), "/tenant/domain"),
        (json!({"items": more}), "/items"),
        (json!({"items": []}), "/items"),
        (json!({"items": null}), "/items"),
    ] {
        let refused = stack.edit(ALPINE, &claim, &patch).await;
        assert_eq!(refused.problem(), (422, "invalid-fields"), "{patch}");
        assert!(refused.errors().iter().any(|(at, _)| at == pointer), "{:?}", refused.errors());
    }
    assert_eq!(stack.env.read(&claim.id).await, claim);
}

#[tokio::test]
async fn a_claim_in_review_takes_a_patch_of_label_and_reference_alone_once_a_minute() {
    let (stack, claim) = in_review().await;
    let other = json!({"label": "Q1", "items": [], "activity": null});
    let refused = stack.edit(ALPINE, &claim, &other).await;
    let fixed = |pointer: &str| (pointer.to_owned(), "not-editable".to_owned());
    assert_eq!(refused.errors(), [fixed("/activity"), fixed("/items")], "{}", refused.text);
    let edited = stack.edit(ALPINE, &claim, &json!({"label": "Q1", "external_ref": "CRM-7"})).await;
    assert_eq!((edited.status, &edited.body["label"]), (200, &json!("Q1")), "{}", edited.text);
    assert_eq!(edited.body["status"], "in_review");
    let claim = stack.env.read(&claim.id).await;
    let soon = stack.edit(ALPINE, &claim, &json!({"label": "Q2"})).await;
    assert_eq!(soon.problem(), (429, "quota-exceeded"), "{}", soon.text);
    assert_eq!(soon.header("retry-after"), "60");
    stack.env.clock.advance(Duration::seconds(60));
    assert_eq!(stack.edit(ALPINE, &claim, &json!({"label": "Q2"})).await.status, 200);
}

#[tokio::test]
async fn while_the_customer_is_asked_a_claim_takes_no_patch_whatever_is_in_it() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.awaiting("k", &ITEMS)).await;
    for patch in [json!({"label": "x"}), json!({"colour": "red"}), json!([])] {
        let refused = stack.edit(ALPINE, &claim, &patch).await;
        assert_eq!(refused.problem(), (409, "invalid-state"), "{patch}");
    }
}

#[tokio::test]
async fn an_answer_a_second_late_finds_the_claim_rejected() {
    let (stack, claim) = asked().await;
    stack.env.clock.set(answer_by(&claim) + Duration::seconds(1));
    let late = stack.command(ALPINE, &claim, "respond", &json!({})).await;
    assert_eq!(late.problem(), (412, "version-mismatch"), "the version moved with the rejection");
    let claim = stack.env.read(&claim.id).await;
    let State::Rejected { rejection, .. } = &claim.state else { panic!("{:?}", claim.state) };
    let reasons = vec![Reason { code: ReasonCode::PartnerNoResponse, item_no: None }];
    assert_eq!(rejection, &RejectionRecord { by: None, reasons });
    assert!(claim.last_event.by_silence);
    let late = stack.command(ALPINE, &claim, "respond", &json!({})).await;
    assert_eq!(late.problem(), (409, "invalid-state"));
}

#[tokio::test]
async fn an_answer_in_the_last_millisecond_is_in_time() {
    let (stack, claim) = asked().await;
    stack.env.clock.set(answer_by(&claim) + Duration::seconds(3));
    let event =
        RequestEvent::post(&format!("/v1/claims/{}/respond", claim.id)).partner_admin(ALPINE);
    let event = event.header("if-match", &format!("\"{}\"", claim.version.0)).json(&json!({}));
    let arrived = answer_by(&claim) - Duration::milliseconds(1);
    let answer = stack.send_at(event, arrived).await;
    assert_eq!(answer.body["status"], "in_review", "{}", answer.text);
}

#[tokio::test]
async fn an_unanswered_question_is_rejected_by_the_timer() {
    let (stack, claim) = asked().await;
    stack.env.let_pass(answer_by(&claim));
    stack.env.finalize().await;
    assert_eq!(stack.env.stored(&claim.id)["st"]["S"], "rejected");
}

#[tokio::test]
async fn a_command_that_does_not_fit_the_state_is_told_so_before_its_fields_are_judged() {
    let (stack, claim) = in_review().await;
    let version = |claim: &Claim| format!("\"{}\"", claim.version.0);
    for (command, body) in [
        ("respond", json!({"comment": 7})),
        ("submit", json!({"colour": "red"})),
        ("discard", json!({"colour": "red"})),
        ("dispute", json!({})),
        ("correct-contact", json!({})),
    ] {
        let refused = stack.command(ALPINE, &claim, command, &body).await;
        assert_eq!(refused.problem(), (409, "invalid-state"), "{command}");
    }
    let refused = act(&stack, &claim, OPERATOR, json!({"action": "hold"})).await;
    assert_eq!(refused.problem(), (409, "invalid-state"));
    let refused = act(&stack, &claim, REVIEWER, json!({"action": "hold"})).await;
    assert_eq!(refused.problem(), (403, "role-not-allowed"), "the role comes before the state");
    let path = format!("/v1/claims/{}/withdraw", claim.id);
    let event = RequestEvent::post(&path).partner_admin(ALPINE).json(&json!({"comment": 7}));
    let refused = stack.send(event.clone().header("if-match", "\"9\"")).await;
    assert_eq!(refused.problem(), (412, "version-mismatch"), "the version too");
    let refused = stack.send(event.header("if-match", &version(&claim))).await;
    assert_eq!(refused.problem(), (422, "invalid-fields"));
}

/// A rejected claim.
async fn rejected() -> (Stack, Claim) {
    let (stack, claim) = in_review().await;
    let reject = json!({"action": "reject", "reasons": [{"code": "evidence_unreadable"}]});
    assert_eq!(Box::pin(act(&stack, &claim, REVIEWER, reject)).await.status, 200);
    let claim = stack.env.read(&claim.id).await;
    (stack, claim)
}

fn disputable_until(claim: &Claim) -> DateTime<chrono::Utc> {
    let State::Rejected { disputable_until, .. } = claim.state else { panic!() };
    disputable_until.expect("disputable")
}

#[tokio::test]
async fn a_dispute_counts_until_the_end_of_the_thirtieth_day_of_the_partners_zone() {
    let said = json!({"comment": "The document is readable."});
    for (ms, expected) in [(-60_000, 200), (-1, 200), (0, 409)] {
        let (stack, claim) = rejected().await;
        // Rejected on 22 December in Prague: the 31st local day after is 22 January.
        assert_eq!(disputable_until(&claim).to_rfc3339(), "2027-01-21T23:00:00+00:00");
        stack.env.clock.set(disputable_until(&claim) + Duration::milliseconds(ms));
        let answer = stack.command(ALPINE, &claim, "dispute", &said).await;
        assert_eq!(answer.status, expected, "{ms}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_dispute_says_why() {
    let (stack, claim) = rejected().await;
    let refused = stack.command(ALPINE, &claim, "dispute", &json!({})).await;
    assert_eq!(refused.errors(), [("/comment".to_owned(), "required".to_owned())]);
    let long = json!({"comment": "x".repeat(2001)});
    let refused = stack.command(ALPINE, &claim, "dispute", &long).await;
    assert_eq!(refused.errors(), [("/comment".to_owned(), "too-long".to_owned())]);
}

/// A disputed claim.
async fn disputed() -> (Stack, Claim) {
    let (stack, claim) = rejected().await;
    let said = json!({"comment": "The document is readable."});
    let answer = Box::pin(stack.command(ALPINE, &claim, "dispute", &said)).await;
    assert_eq!(answer.body["status"], "disputed", "{}", answer.text);
    let claim = stack.env.read(&claim.id).await;
    (stack, claim)
}

#[tokio::test]
async fn the_reviewer_who_rejected_does_not_judge_the_dispute_and_another_does() {
    for action in ["uphold", "overturn"] {
        let (stack, claim) = Box::pin(disputed()).await;
        let body = json!({"action": action, "comment": "I looked again."});
        let own = act(&stack, &claim, REVIEWER, body.clone()).await;
        assert_eq!(own.problem(), (409, "another-reviewer-required"));
        let other = act(&stack, &claim, ANOTHER, body).await;
        let status = if action == "uphold" { "rejected" } else { "in_review" };
        assert_eq!(other.body["status"], status, "{}", other.text);
    }
}

#[tokio::test]
async fn an_upheld_rejection_is_final_and_an_overturned_one_is_disputed_once() {
    let (stack, claim) = Box::pin(disputed()).await;
    let uphold = json!({"action": "uphold", "comment": "It is right."});
    let answer = act(&stack, &claim, ANOTHER, uphold).await;
    assert!(answer.body["turn"].is_null(), "{}", answer.text);
    let claim = stack.env.read(&claim.id).await;
    let again = stack.command(ALPINE, &claim, "dispute", &json!({"comment": "No."})).await;
    assert_eq!(again.problem(), (409, "invalid-state"));

    let (stack, claim) = Box::pin(disputed()).await;
    let overturn = json!({"action": "overturn", "comment": "It is wrong."});
    assert_eq!(act(&stack, &claim, ANOTHER, overturn).await.status, 200);
    let claim = stack.env.read(&claim.id).await;
    let reject = json!({"action": "reject", "reasons": [{"code": "policy_violation"}]});
    assert_eq!(act(&stack, &claim, ANOTHER, reject).await.status, 200);
    let claim = stack.env.read(&claim.id).await;
    let again = stack.command(ALPINE, &claim, "dispute", &json!({"comment": "No."})).await;
    assert_eq!(again.problem(), (409, "invalid-state"), "one dispute a claim");
}

#[tokio::test]
async fn a_reviewer_drops_one_item_of_three_and_the_others_go_on() {
    let (stack, claim) = in_review().await;
    let drop = json!([{"item_no": 2, "code": "evidence_item_missing"}]);
    let valid = act(&stack, &claim, REVIEWER, json!({"action": "validate", "drop": drop})).await;
    assert_eq!(valid.items(), json!([[1, "pending"], [2, "dropped"], [3, "pending"]]));
}

#[tokio::test]
async fn an_item_is_not_added_after_validation_but_by_a_new_claim() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = stack.env.notifying("k", &["teams"]).await;
    let two = json!({"items": [{"kind": "workload", "id": "teams"}, {"kind": "workload", "id": "exchange-online"}]});
    assert_eq!(stack.edit(ALPINE, &claim, &two).await.problem(), (409, "invalid-state"));
    let body = support::fixtures::claim_body(&["exchange-online"]);
    assert_eq!(stack.submit(ALPINE, "k2", &body).await.status, 201);
}

#[tokio::test]
async fn a_withdrawal_in_the_last_second_leaves_nothing_to_become_official() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = stack.env.awaiting("k", &ITEMS).await;
    stack.env.clock.set(closes_at(&claim) - Duration::seconds(1));
    let withdrawn = stack
        .command(ALPINE, &claim, "withdraw", &json!({"reason_code": "customer_request"}))
        .await;
    assert_eq!(withdrawn.body["status"], "withdrawn", "{}", withdrawn.text);
    stack.env.let_pass(closes_at(&claim));
    stack.env.finalize().await;
    assert_eq!(stack.env.stored(&claim.id)["st"]["S"], "withdrawn");
}

#[tokio::test]
async fn of_a_claim_declined_in_part_the_rest_is_withdrawn() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = stack.env.awaiting("k", &["teams", "exchange-online"]).await;
    stack.env.give(&claim.id, &link(1), &decline(&[1])).await.unwrap();
    let withdrawn = stack.env.give(&claim.id, &alpine(), &withdraw()).await.unwrap().claim;
    let statuses = support::test_env::item_statuses(&withdrawn);
    assert_eq!(statuses, ["declined", "withdrawn"]);
}

#[tokio::test]
async fn an_item_accepted_before_the_withdrawal_stays_official() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = stack.env.awaiting("k", &["teams", "exchange-online"]).await;
    let items = domain::command::ItemSelection::These(vec![ItemNo(1)]);
    let yes = Command::Accept { items };
    stack.env.give(&claim.id, &support::test_env::contoso_admin(), &yes).await.unwrap();
    let after = stack.env.give(&claim.id, &alpine(), &withdraw()).await.unwrap().claim;
    assert_eq!(support::test_env::item_statuses(&after), ["active", "withdrawn"]);
    assert_eq!(after.status().as_str(), "associated");
}

#[tokio::test]
async fn a_corrected_contact_gets_a_new_notice_and_a_full_new_time_for_it() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = stack.env.notifying("k", &ITEMS).await;
    let claim = stack.env.fail(&claim, FailureCause::Bounce).await.unwrap();
    let contact =
        |email: &str| json!({"customer_contact": {"name": "Ota", "title": "CTO", "email": email}});
    let foreign =
        stack.command(ALPINE, &claim, "correct-contact", &contact("ota@alpine.example")).await;
    assert_eq!(foreign.problem(), (422, "invalid-fields"), "{}", foreign.text);
    let mut tenant = support::fixtures::contoso();
    tenant.contacts[0].email = Email::parse("ota@contoso.example").unwrap();
    stack.env.store.put_tenant(&tenant).await.unwrap();
    let known =
        stack.command(ALPINE, &claim, "correct-contact", &contact("ota@contoso.example")).await;
    assert_eq!(known.status, 200, "the directory has it as verified: {}", known.text);
    assert_eq!(known.body["status"], "notifying");
    assert_eq!(known.body["customer_contact"]["name"], "Ota");
    let after = stack.env.read(&claim.id).await;
    assert_eq!(after.notice.0, claim.notice.0 + 1);
}

/// A claim whose window ends with Thursday 31 December.
async fn awaiting() -> (Stack, Claim) {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.awaiting("k", &ITEMS)).await;
    (stack, claim)
}

fn extend(date: &str) -> Value {
    json!({"action": "extend", "closes_on": date})
}

#[tokio::test]
async fn the_operator_makes_a_window_longer_and_the_customer_has_until_the_end_of_that_day() {
    let (stack, claim) = awaiting().await;
    let longer = act(&stack, &claim, OPERATOR, extend("2027-01-06")).await;
    assert_eq!(longer.body["window"]["closes_at"], "2027-01-06T23:00:00Z", "{}", longer.text);
    assert_eq!(longer.body["last_event"]["type"], "window_extended");
    stack.env.let_pass(closes_at(&claim));
    stack.env.finalize().await;
    assert_eq!(stack.env.read(&claim.id).await.status().as_str(), "awaiting_customer");
    let refused = act(&stack, &claim, REVIEWER, extend("2027-01-07")).await;
    assert_eq!(refused.problem(), (403, "role-not-allowed"));
}

#[tokio::test]
async fn a_deadline_in_the_past_an_earlier_one_and_one_on_a_holiday_are_refused() {
    let (stack, claim) = awaiting().await;
    for (date, code) in [
        ("2026-12-01", "not-later"),
        ("2026-12-30", "not-later"),
        ("2026-12-31", "not-later"),
        ("2027-01-01", "not-a-business-day"),
        ("2027-01-02", "not-a-business-day"),
        ("soon", "malformed"),
    ] {
        let refused = act(&stack, &claim, OPERATOR, extend(date)).await;
        assert_eq!(refused.errors(), [("/closes_on".to_owned(), code.to_owned())], "{date}");
    }
    let nowhere = act(&stack, &claim, OPERATOR, json!({"action": "extend"})).await;
    assert_eq!(nowhere.errors(), [("/closes_on".to_owned(), "required".to_owned())]);
    stack.env.clock.set(closes_at(&claim));
    let late = act(&stack, &claim, OPERATOR, extend("2027-01-06")).await;
    assert_eq!(late.problem(), (409, "invalid-state"));
    assert_eq!(stack.env.read(&claim.id).await.version, claim.version);
}

#[tokio::test]
async fn an_overdue_review_is_recorded_once_and_decides_nothing() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = stack.env.submitted("k", &ITEMS).await;
    let due = claim.deadline().expect("a deadline");
    for _ in 0..3 {
        stack.env.let_pass(due);
        stack.env.finalize().await;
    }
    let after = stack.env.read(&claim.id).await;
    assert_eq!((after.status().as_str(), after.version.0), ("submitted", 2));
    assert_eq!(after.last_event.event_type.as_str(), "review_overdue");
    let overdue = RequestEvent::get("/v1/reviews?state=overdue").staff("auditor", "auditor-1");
    let listed = stack.send(overdue).await;
    assert_eq!(listed.body["items"][0]["id"], claim.id.as_str(), "{}", listed.text);
}

#[tokio::test]
async fn an_auditor_reads_everything_and_changes_nothing() {
    let (stack, claim) = asked().await;
    let auditor = ("auditor", "auditor-1");
    for path in [
        "/v1/claims/{id}",
        "/v1/claims/{id}/history",
        "/v1/claims/{id}/bundle",
        "/v1/reviews?state=submitted",
    ] {
        let path = path.replace("{id}", claim.id.as_str());
        assert_eq!(
            stack.send(RequestEvent::get(&path).staff(auditor.0, auditor.1)).await.status,
            200
        );
    }
    let refused = act(&stack, &claim, auditor, json!({"action": "begin"})).await;
    assert_eq!(refused.problem(), (403, "role-not-allowed"));
    assert_eq!(stack.env.read(&claim.id).await, claim);
}

#[tokio::test]
async fn the_names_of_staff_are_for_staff() {
    let (stack, claim) = Box::pin(disputed()).await;
    let who = StaffId::parse(REVIEWER.1).unwrap();
    let State::Disputed { rejection, .. } = &claim.state else { panic!() };
    assert_eq!(rejection.by, Some(who));
    for path in [format!("/v1/claims/{}", claim.id), format!("/v1/claims/{}/history", claim.id)] {
        let shown = stack.send(RequestEvent::get(&path).partner_admin(ALPINE)).await;
        assert!(!shown.text.contains(REVIEWER.1), "{}", shown.text);
    }
}
