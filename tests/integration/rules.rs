//! The customer's standing rules (`docs/domain.md §3.7`, `docs/api.md §3.4`): they act on claims at their submit, and
//! on claims under way as of the moment at which they arrived.

use chrono::Duration;
use domain::claim::{Claim, ItemStatus, Status};
use domain::reason::EndReason;
use domain::recipient::Decliners;
use domain::rejection::Rejection;
use serde_json::{Value, json};
use store::StoreError;
use support::event_functions::{mails, records};
use support::fixtures::{self, ALPINE, BOREALIS, CONTOSO, TAILWIND};
use support::stack::{Answer, Stack};
use support::test_env::{
    VERIFIED, closes_at, create_on, decline_all, item_statuses, link, reviewer, validate,
};
use support::wire::{Call, Fault};
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";

async fn stack() -> Stack {
    Box::pin(Stack::at(NOW)).await
}

async fn rules(stack: &Stack) -> Value {
    let answer = stack.send(RequestEvent::get("/v1/customer/rules").customer_admin(CONTOSO)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.body
}

async fn put(stack: &Stack, rules: &Value) -> Answer {
    let event = RequestEvent::new("PUT", "/v1/customer/rules").customer_admin(CONTOSO);
    stack.send(event.json(rules)).await
}

async fn set(stack: &Stack, rules: &Value) -> Value {
    let answer = put(stack, rules).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.body
}

async fn submit(stack: &Stack, partner: &str, key: &str, workloads: &[&str]) -> Answer {
    let location = if partner == BOREALIS { "4712" } else { "4711" };
    let body = fixtures::claim_body_of(location, CONTOSO, "contoso.example", workloads);
    stack.submit(partner, key, &body).await
}

/// Declines everything of an awaiting claim and lets its window close.
async fn refused(stack: &Stack, key: &str, workloads: &[&str]) -> Claim {
    let claim = Box::pin(stack.env.awaiting(key, workloads)).await;
    stack.env.give(&claim.id, &link(1), &decline_all()).await.unwrap();
    stack.env.let_pass(closes_at(&claim));
    stack.env.finalize().await;
    stack.env.read(&claim.id).await
}

#[tokio::test]
async fn a_customer_without_rules_has_empty_ones_and_reads_back_what_he_writes() {
    let stack = stack().await;
    let none = json!({"blocked_partners": [], "explicit_yes": "none", "closures": [], "locale": null,
        "contacts": [], "blocks": []});
    assert_eq!(rules(&stack).await, none);
    let own = json!({
        "blocked_partners": [BOREALIS], "explicit_yes": ["osu-m365"], "closures": ["2026-12-31"],
        "locale": "en", "contacts": [{"name": "CISO", "email": "ciso@contoso.example"}],
        "blocks": [{"partner_id": ALPINE, "kind": "workload", "id": "teams", "until": "2027-06-01T00:00:00Z"}],
    });
    assert_eq!(set(&stack, &own).await, own);
    assert_eq!(rules(&stack).await, own);
    let other = stack.send(RequestEvent::get("/v1/customer/rules").customer_admin(TAILWIND)).await;
    assert_eq!(other.body, none);
    assert_eq!(set(&stack, &json!({})).await, own, "what is left out stays");
    assert_eq!(set(&stack, &none).await, none);
}

#[tokio::test]
async fn the_operator_cannot_overwrite_them_by_writing_the_tenant() {
    let stack = stack().await;
    set(&stack, &json!({"blocked_partners": [BOREALIS]})).await;
    stack.env.store.put_tenant(&fixtures::contoso()).await.unwrap();
    assert_eq!(rules(&stack).await["blocked_partners"], json!([BOREALIS]));
}

#[tokio::test]
async fn a_tenant_that_is_not_in_the_directory_has_none() {
    let stack = stack().await;
    let nowhere = "6f3c0000-0000-4000-8000-00000000dead";
    for event in
        [RequestEvent::get("/v1/customer/rules"), RequestEvent::new("PUT", "/v1/customer/rules")]
    {
        let answer = stack.send(event.customer_admin(nowhere).json(&json!({}))).await;
        assert_eq!(answer.problem(), (404, "not-found"));
    }
}

#[tokio::test]
async fn a_blocked_partner_is_refused_at_submit_and_told_which_items_and_nothing_more() {
    let stack = stack().await;
    set(&stack, &json!({"blocked_partners": [BOREALIS]})).await;
    let answer = submit(&stack, BOREALIS, "k", &["teams"]).await;
    assert_eq!(answer.problem(), (409, "blocked-by-customer"));
    let told: Vec<_> = answer.body.as_object().unwrap().keys().cloned().collect();
    assert_eq!(told, ["code", "detail", "instance", "items", "status", "title", "type"]);
    assert_eq!(answer.body["items"], json!([1]));
    assert_eq!(submit(&stack, ALPINE, "k", &["teams"]).await.status, 201);
    set(&stack, &json!({"blocked_partners": []})).await;
    assert_eq!(
        submit(&stack, BOREALIS, "k", &["teams"]).await.status,
        201,
        "the key is not used up"
    );
}

#[tokio::test]
async fn a_block_that_comes_between_submit_and_validate_is_heeded() {
    let stack = stack().await;
    let claim = stack.env.in_review("k", &["teams"]).await;
    set(&stack, &json!({"blocked_partners": [ALPINE]})).await;
    let refused = stack.env.give(&claim.id, &reviewer(), &validate()).await;
    assert!(
        matches!(refused, Err(StoreError::Rejected(Rejection::BlockedByCustomer { .. }))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_wished_block_keeps_a_partner_from_that_item_until_it_ends() {
    let stack = stack().await;
    let block = json!({"partner_id": ALPINE, "kind": "workload", "id": "teams", "until": "2026-12-29T00:00:00Z"});
    set(&stack, &json!({"blocks": [block]})).await;
    let refused = submit(&stack, ALPINE, "k1", &["teams", "exchange-online"]).await;
    assert_eq!(refused.problem(), (409, "blocked-by-customer"));
    assert_eq!(submit(&stack, ALPINE, "k2", &["exchange-online"]).await.status, 201);
    stack.env.clock.set("2026-12-29T00:00:00Z".parse().unwrap());
    assert_eq!(rules(&stack).await["blocks"], json!([]));
    assert_eq!(submit(&stack, ALPINE, "k3", &["teams"]).await.status, 201);
}

#[tokio::test]
async fn the_block_that_a_no_has_left_is_shown_and_lifted_by_leaving_it_out() {
    let stack = stack().await;
    refused(&stack, "k", &["teams", "exchange-online"]).await;
    let shown = rules(&stack).await;
    let until = "2027-04-01T22:00:00Z";
    let block =
        |id: &str| json!({"partner_id": ALPINE, "kind": "workload", "id": id, "until": until});
    assert_eq!(shown["blocks"], json!([block("exchange-online"), block("teams")]));
    assert_eq!(submit(&stack, ALPINE, "k2", &["teams"]).await.problem().1, "blocked-by-customer");
    let left = set(&stack, &json!({"blocks": [block("exchange-online")]})).await;
    assert_eq!(left["blocks"], json!([block("exchange-online")]));
    assert_eq!(submit(&stack, ALPINE, "k3", &["teams"]).await.status, 201);
    let other = submit(&stack, ALPINE, "k4", &["exchange-online"]).await;
    assert_eq!(other.problem(), (409, "blocked-by-customer"));
}

#[tokio::test]
async fn blocks_are_told_without_reading_any_claim_however_many_there_are() {
    let stack = stack().await;
    for (key, item) in [("k1", "teams"), ("k2", "exchange-online")] {
        refused(&stack, key, &[item]).await;
    }
    let customer = &stack.wires[5];
    customer.reset();
    assert_eq!(rules(&stack).await["blocks"].as_array().unwrap().len(), 2);
    let calls = customer.calls();
    let about_claims = |call: &&Call| call.request.to_string().contains("\"C#");
    assert_eq!(calls.iter().find(about_claims).map(|call| &call.operation), None);
    let queries = calls.iter().filter(|call| call.operation == "Query");
    let indexes: Vec<_> = queries.map(|call| call.request.get("IndexName").is_some()).collect();
    assert_eq!(indexes, [false], "one query, and of no index");
}

#[tokio::test]
async fn the_blocks_of_another_tenant_are_not_told() {
    let stack = stack().await;
    refused(&stack, "k", &["teams"]).await;
    assert_eq!(rules(&stack).await["blocks"].as_array().unwrap().len(), 1);
    let other = RequestEvent::get("/v1/customer/rules").customer_admin(TAILWIND);
    assert_eq!(stack.send(other).await.body["blocks"], json!([]));
}

#[tokio::test]
async fn a_block_can_be_shortened_and_lengthened_and_stays_where_none_are_named() {
    let stack = stack().await;
    refused(&stack, "k", &["teams"]).await;
    let with = |until: &str| json!({"blocks": [{"partner_id": ALPINE, "kind": "workload", "id": "teams", "until": until}]});
    for until in ["2027-01-31T00:00:00Z", "2028-01-31T00:00:00Z", "2027-02-01T00:00:00Z"] {
        set(&stack, &with(until)).await;
        assert_eq!(set(&stack, &json!({"locale": "en"})).await["blocks"], with(until)["blocks"]);
    }
    stack.env.clock.set("2027-02-01T00:00:00Z".parse().unwrap());
    assert_eq!(submit(&stack, ALPINE, "k2", &["teams"]).await.status, 201);
}

#[tokio::test]
async fn where_a_yes_is_asked_for_silence_is_a_no_that_blocks_nobody() {
    let stack = stack().await;
    set(&stack, &json!({"explicit_yes": ["osu-m365"]})).await;
    let claim = Box::pin(stack.env.awaiting("k", &["teams", "exchange-online"])).await;
    let shown = stack
        .send(RequestEvent::get(&format!("/v1/claims/{}", claim.id)).partner_admin(ALPINE))
        .await;
    assert_eq!(shown.body["turn"]["on_silence"], "decline");
    let accept = RequestEvent::post(&format!("/v1/customer/claims/{}/accept", claim.id));
    stack.send(accept.customer_admin(CONTOSO).json(&json!({"items": [1]}))).await;
    stack.env.let_pass(closes_at(&claim));
    stack.env.finalize().await;
    let closed = stack.env.read(&claim.id).await;
    assert_eq!(
        (closed.status(), item_statuses(&closed)),
        (Status::Associated, vec!["active", "declined"])
    );
    assert_eq!(rules(&stack).await["blocks"], json!([]));
}

#[tokio::test]
async fn a_yes_that_is_asked_for_in_an_open_window_makes_silence_a_no_before_the_answer() {
    let stack = stack().await;
    let open = Box::pin(stack.env.awaiting("k1", &["teams"])).await;
    let sent = Box::pin(stack.env.notifying("k2", &["exchange-online"])).await;
    let submitted = stack.env.submitted("k3", &["sharepoint-online"]).await;
    stack.env.clock.advance(Duration::hours(1));
    set(&stack, &json!({"explicit_yes": "all"})).await;
    for claim in [&open, &sent, &submitted] {
        let stored = stack.env.read(&claim.id).await;
        assert_eq!(stored.version.0, claim.version.0 + 1, "one event, before the answer");
        assert_eq!(stored.last_event.event_type.as_str(), "consent_changed");
        assert_eq!(stored.last_event.at, stack.env.clock.now());
        assert!(stored.subject.explicit_yes);
        assert_eq!(stored.status(), claim.status());
    }
    set(&stack, &json!({"explicit_yes": ["osu-m365"]})).await;
    assert_eq!(stack.env.read(&open.id).await.version.0, open.version.0 + 1, "once");
    stack.env.let_pass(closes_at(&open));
    stack.env.finalize().await;
    let closed = stack.env.read(&open.id).await;
    assert_eq!((closed.status(), item_statuses(&closed)), (Status::Declined, vec!["declined"]));
    assert_eq!(rules(&stack).await["blocks"], json!([]), "silence blocks nobody");
}

#[tokio::test]
async fn a_yes_that_is_asked_for_no_more_changes_no_claim_that_was_submitted() {
    let stack = stack().await;
    set(&stack, &json!({"explicit_yes": "all"})).await;
    let open = Box::pin(stack.env.awaiting("k1", &["teams"])).await;
    set(&stack, &json!({"explicit_yes": "none"})).await;
    assert_eq!(stack.env.read(&open.id).await.version, open.version);
    stack.event_functions.sweep(&stack.env).await.unwrap();
    let later = Box::pin(stack.env.awaiting("k2", &["exchange-online"])).await;
    stack.env.let_pass(closes_at(&later));
    stack.env.finalize().await;
    assert_eq!(stack.env.read(&open.id).await.status(), Status::Declined);
    assert_eq!(stack.env.read(&later.id).await.status(), Status::Associated);
}

#[tokio::test]
async fn a_yes_that_is_asked_for_in_one_program_concerns_its_claims_alone() {
    let stack = stack().await;
    let open = Box::pin(stack.env.awaiting("k1", &["teams"])).await;
    set(&stack, &json!({"explicit_yes": ["osa-sell"]})).await;
    assert_eq!(stack.env.read(&open.id).await.version, open.version);
}

#[tokio::test]
async fn a_blocked_partner_is_a_no_to_every_undecided_item_of_a_claim_that_had_a_notice() {
    let stack = stack().await;
    let open = Box::pin(stack.env.awaiting("k1", &["teams", "exchange-online"])).await;
    let sent = Box::pin(stack.env.notifying("k2", &["sharepoint-online"])).await;
    let rival = stack.env.rival_submitted("k3", &["teams"]).await;
    stack.env.clock.advance(Duration::hours(1));
    let arrived = stack.env.clock.now();
    set(&stack, &json!({"blocked_partners": [ALPINE]})).await;
    for claim in [&open, &sent] {
        let stored = stack.env.read(&claim.id).await;
        assert_eq!(stored.status(), Status::Declined);
        for item in &stored.items {
            let ItemStatus::Declined { at, by, in_time, no_answer, .. } = stored.item_status(item)
            else {
                panic!("{:?}", stored.item_status(item))
            };
            assert_eq!((at, in_time, no_answer), (arrived, true, false));
            assert_eq!(by, Decliners::ADMINISTRATOR);
        }
    }
    assert_eq!(stack.env.read(&rival.id).await.version, rival.version, "another partner's");
    set(&stack, &json!({"blocked_partners": []})).await;
    assert_eq!(stack.env.read(&open.id).await.status(), Status::Declined, "it undoes nothing");
}

#[tokio::test]
async fn a_block_is_a_no_to_that_item_alone_and_a_claim_without_a_notice_is_judged_at_validate() {
    let stack = stack().await;
    let open = Box::pin(stack.env.awaiting("k1", &["teams", "exchange-online"])).await;
    let reviewed = stack.env.in_review("k2", &["sharepoint-online"]).await;
    let block = |id: &str| json!({"partner_id": ALPINE, "kind": "workload", "id": id, "until": "2028-01-01T00:00:00Z"});
    set(&stack, &json!({"blocks": [block("teams"), block("sharepoint-online")]})).await;
    let stored = stack.env.read(&open.id).await;
    assert_eq!(item_statuses(&stored), ["declined", "pending"]);
    assert_eq!(stored.status(), Status::AwaitingCustomer);
    assert_eq!(stack.env.read(&reviewed.id).await.version, reviewed.version);
    let shown = stack
        .send(RequestEvent::get(&format!("/v1/claims/{}", open.id)).partner_admin(ALPINE))
        .await;
    assert_eq!(shown.body["items"][0]["status"], "declined", "{}", shown.text);
    assert!(!shown.text.contains("block"), "{}", shown.text);
    stack.env.let_pass(closes_at(&open));
    stack.env.finalize().await;
    assert_eq!(item_statuses(&stack.env.read(&open.id).await), ["declined", "active"]);
}

#[tokio::test]
async fn a_blocked_partner_does_not_end_what_is_active_already() {
    let stack = stack().await;
    let held = Box::pin(stack.env.holding("k1", &["teams"])).await;
    set(&stack, &json!({"blocked_partners": [ALPINE], "explicit_yes": "all"})).await;
    assert_eq!(item_statuses(&stack.env.read(&held.id).await), ["active"]);
}

#[tokio::test]
async fn a_claim_that_falls_for_a_block_cannot_be_disputed() {
    let stack = stack().await;
    let open = Box::pin(stack.env.awaiting("k1", &["teams"])).await;
    set(&stack, &json!({"blocked_partners": [ALPINE]})).await;
    let body = json!({"comment": "we disagree"});
    let refused = stack.command(ALPINE, &stack.env.read(&open.id).await, "dispute", &body).await;
    assert_eq!(refused.problem(), (409, "invalid-state"), "{}", refused.text);
}

/// The function `customer` writes the rules, and no claim after them: the answer is 503.
async fn dies_after_the_rules(stack: &Stack, rules: &Value) {
    let wire = &stack.wires[5];
    wire.always(|call| call.writes() && !call.names("RU#", ""), Fault::Internal);
    let answer = put(stack, rules).await;
    assert_eq!(answer.problem(), (503, "unavailable"), "{}", answer.text);
    wire.reset();
}

#[tokio::test]
async fn a_put_that_broke_off_is_carried_on_by_the_sweep_as_of_its_arrival() {
    let stack = stack().await;
    let open = Box::pin(stack.env.awaiting("k1", &["teams"])).await;
    let sent = Box::pin(stack.env.notifying("k2", &["exchange-online"])).await;
    stack.env.clock.advance(Duration::hours(1));
    let arrived = stack.env.clock.now();
    dies_after_the_rules(&stack, &json!({"blocked_partners": [ALPINE]})).await;
    assert_eq!(rules(&stack).await["blocked_partners"], json!([ALPINE]), "the rules are stored");
    assert_eq!(stack.env.read(&open.id).await.version, open.version);
    stack.env.clock.advance(Duration::hours(1));
    for _ in 0..2 {
        let swept = stack.event_functions.sweep(&stack.env).await.unwrap();
        assert!(swept.batch_item_failures.is_empty());
    }
    for claim in [&open, &sent] {
        let stored = stack.env.read(&claim.id).await;
        assert_eq!((stored.status(), stored.version.0), (Status::Declined, claim.version.0 + 1));
        let ItemStatus::Declined { at, in_time, .. } = stored.item_status(&stored.items[0]) else {
            panic!("{:?}", stored.items)
        };
        assert_eq!((at, in_time), (arrived, true));
    }
}

#[tokio::test]
async fn the_rules_of_a_put_that_broke_off_count_though_they_are_written_anew_before_the_sweep() {
    let stack = stack().await;
    let open = Box::pin(stack.env.awaiting("k1", &["teams"])).await;
    dies_after_the_rules(&stack, &json!({"blocked_partners": [ALPINE]})).await;
    stack.env.clock.advance(Duration::hours(1));
    set(&stack, &json!({"blocked_partners": []})).await;
    stack.event_functions.sweep(&stack.env).await.unwrap();
    assert_eq!(stack.env.read(&open.id).await.status(), Status::Declined);
}

#[tokio::test]
async fn what_silence_made_active_although_the_rule_came_before_the_end_ends_with_the_sweep() {
    for given in [json!({"explicit_yes": "all"}), json!({"blocked_partners": [ALPINE]})] {
        let stack = stack().await;
        let open = Box::pin(stack.env.awaiting("k1", &["teams"])).await;
        stack.env.clock.set(closes_at(&open) - Duration::milliseconds(1));
        dies_after_the_rules(&stack, &given).await;
        stack.env.let_pass(closes_at(&open));
        stack.env.finalize().await;
        assert_eq!(item_statuses(&stack.env.read(&open.id).await), ["active"], "{given}");
        stack.event_functions.sweep(&stack.env).await.unwrap();
        let stored = stack.env.read(&open.id).await;
        assert_eq!(item_statuses(&stored), ["ended"], "{given}");
        let ItemStatus::Ended { reason, .. } = stored.item_status(&stored.items[0]) else {
            panic!("{:?}", stored.items)
        };
        assert_eq!(reason, EndReason::CustomerRevoked, "{given}");
    }
}

#[tokio::test]
async fn a_rule_that_arrives_at_the_end_of_a_window_comes_too_late_for_it() {
    for given in [json!({"explicit_yes": "all"}), json!({"blocked_partners": [ALPINE]})] {
        let stack = stack().await;
        let open = Box::pin(stack.env.awaiting("k1", &["teams"])).await;
        stack.env.let_pass(closes_at(&open));
        set(&stack, &given).await;
        stack.event_functions.sweep(&stack.env).await.unwrap();
        let stored = stack.env.read(&open.id).await;
        assert_eq!(item_statuses(&stored), ["active"], "{given}");
    }
}

#[tokio::test]
async fn a_draft_takes_the_rules_of_the_day_it_is_submitted() {
    let stack = stack().await;
    let mut body = fixtures::claim_body(&["teams"]);
    body["draft"] = json!(true);
    let draft = create_on(&stack.env.store, ALPINE, "k", &body, stack.env.now()).await.unwrap();
    assert!(!draft.claim.subject.explicit_yes);
    set(&stack, &json!({"explicit_yes": "all"})).await;
    let submitted = stack.command(ALPINE, &draft.claim, "submit", &json!({})).await;
    assert_eq!(submitted.status, 200, "{}", submitted.text);
    assert!(stack.env.read(&draft.claim.id).await.subject.explicit_yes);
}

#[tokio::test]
async fn a_closure_lengthens_the_windows_that_open_after_it() {
    let stack = stack().await;
    let before = Box::pin(stack.env.awaiting("k1", &["teams"])).await;
    set(&stack, &json!({"closures": ["2026-12-30"]})).await;
    let after = Box::pin(stack.env.awaiting("k2", &["exchange-online"])).await;
    assert_eq!(closes_at(&before).to_rfc3339(), "2026-12-31T23:00:00+00:00");
    assert_eq!(closes_at(&after).to_rfc3339(), "2027-01-04T23:00:00+00:00");
}

#[tokio::test]
async fn the_language_and_the_contacts_of_the_rules_are_those_of_the_mails() {
    let stack = stack().await;
    let own =
        json!({"locale": "en", "contacts": [{"name": "CISO", "email": "ciso@holding.example"}]});
    set(&stack, &own).await;
    let claim = stack.env.notifying("k", &["teams"]).await;
    let (env, event_functions) = (&stack.env, &stack.event_functions);
    event_functions.publish(&records(env)).await.unwrap();
    for event in support::event_functions::events(env) {
        event_functions.notify(&event).await.unwrap();
    }
    let to: Vec<_> = mails(env).into_iter().map(|mail| (mail.to.clone(), mail.text())).collect();
    let names: Vec<_> = to.iter().map(|(to, _)| to.as_str()).collect();
    let everybody = ["jana@contoso.example", "ciso@holding.example", "it@contoso.example"];
    assert_eq!(names, everybody);
    assert!(to.iter().all(|(_, text)| text.contains("If you do nothing")), "{}", to[0].1);
    // This contact speaks for the customer, so theirs is the delivery that opens the window.
    let at = env.clock.now() + Duration::minutes(1);
    env.clock.set(at);
    let event = support::event_functions::mail_event(
        "Delivery",
        &claim.id,
        1,
        (VERIFIED, "ciso@holding.example"),
        at,
    );
    event_functions.deliver(&event).await;
    assert_eq!(env.read(&claim.id).await.status(), Status::AwaitingCustomer);
}

#[tokio::test]
async fn rules_that_make_no_sense_are_refused_by_field_and_change_nothing() {
    let stack = stack().await;
    let answer = put(&stack, &json!({"explicit_yes": "maybe", "blocked_partners": "all"})).await;
    let told = answer.errors();
    assert_eq!(
        told,
        [
            ("/blocked_partners".to_owned(), "wrong-type".to_owned()),
            ("/explicit_yes".to_owned(), "unknown-code".to_owned()),
        ]
    );
    assert_eq!(rules(&stack).await["blocked_partners"], json!([]));
}
