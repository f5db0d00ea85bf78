//! Things that vanish (`docs/domain.md §3`, *vanish*; §6): what a change of the directory does to claims.

use std::sync::{Arc, Mutex};

use chrono::Duration;
use domain::claim::{Claim, HoldReason, State, Status};
use domain::command::{Command, ItemSelection};
use domain::directory::{Partner, PartnerStatus, Tenant, TenantItemState, TenantStatus};
use domain::ids::ClaimId;
use domain::reason::{EndReason, ReasonCode};
use domain::text::Domain;
use serde_json::{Value, json};
use store::{DirectoryEntry, StoreError};
use support::event_functions::directory_records;
use support::fixtures::{self, ALPINE, CONTOSO};
use support::stack::{Answer, Stack};
use support::test_env::{
    TestEnv, closes_at, contoso_admin, decline_all, item_statuses, partner_id,
};
use support::wire::{Fault, any};
use web::event::RequestEvent;

use super::capacity::copy_open_claims;

const NOW: &str = "2026-12-22T14:00:00Z";
const ITEMS: [&str; 2] = ["exchange-online", "teams"];

async fn awaiting() -> (Stack, Claim) {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.awaiting("k", &ITEMS)).await;
    (stack, claim)
}

async fn associated() -> (Stack, Claim) {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.holding("k", &ITEMS)).await;
    (stack, claim)
}

/// Contoso with a change, written and swept.
async fn contoso(stack: &Stack, change: impl FnOnce(&mut Tenant)) {
    let mut tenant = fixtures::contoso();
    change(&mut tenant);
    stack.env.store.put_tenant(&tenant).await.unwrap();
    sweep(stack).await;
}

/// Alpine with a change, written and swept.
async fn alpine(stack: &Stack, change: impl FnOnce(&mut Partner)) {
    put_alpine(stack, change).await;
    sweep(stack).await;
}

/// Alpine with a change, written now, and nobody sweeps.
async fn put_alpine(stack: &Stack, change: impl FnOnce(&mut Partner)) {
    let mut partner = fixtures::alpine();
    change(&mut partner);
    let stamped = partner.stamp_changes(Some(&fixtures::alpine()), stack.env.clock.now());
    stack.env.store.put_partner(&stamped).await.unwrap();
}

async fn sweep(stack: &Stack) {
    let response = Box::pin(stack.event_functions.sweep(&stack.env)).await.unwrap();
    assert!(response.batch_item_failures.is_empty(), "{response:?}");
}

/// All is declined, and the customer takes it back while `change` is written and swept: after the undo has read partner and
/// tenant, and before it is written. Then the sweep comes again.
async fn undone_while(
    entry: DirectoryEntry,
    change: impl Fn(&mut Partner, &mut Tenant),
) -> (TestEnv, Claim) {
    let env = TestEnv::at(NOW).await;
    let claim = Box::pin(env.awaiting("k", &ITEMS)).await;
    env.give(&claim.id, &contoso_admin(), &decline_all()).await.unwrap();
    env.clock.advance(Duration::seconds(5));
    let now = env.clock.now();
    let (mut partner, mut tenant) = (fixtures::alpine(), fixtures::contoso());
    change(&mut partner, &mut tenant);
    let partner = partner.stamp_changes(Some(&fixtures::alpine()), now);
    let (sweep, _) = env.another_store(|_| {});
    let (customer, wire) = env.another_store(|_| {});
    let (sweep, swept) = (Arc::new(sweep), Arc::new(Mutex::new(None)));
    let (seen, reconciled) = (Arc::clone(&swept), entry.clone());
    let fault = Fault::before(move || {
        let (sweep, seen) = (Arc::clone(&sweep), Arc::clone(&seen));
        let (partner, tenant, entry) = (partner.clone(), tenant.clone(), reconciled.clone());
        async move {
            sweep.put_partner(&partner).await.unwrap();
            sweep.put_tenant(&tenant).await.unwrap();
            let report = Box::pin(sweep.reconcile_entry(&entry, Some(now))).await;
            *seen.lock().unwrap() = Some(report);
        }
    });
    let record = format!("C#{}", claim.id);
    wire.on(move |call| call.writes() && call.names(&record, "A"), 1, fault);
    let undo = Command::Undo { items: ItemSelection::All };
    let admin = contoso_admin();
    let undone = customer.execute_command(&claim.id, &admin, &undo, env.now(), None);
    let undone = Box::pin(undone).await.unwrap();
    assert_eq!(undone.claim.status(), Status::AwaitingCustomer, "it knew nothing of the change");
    let early = swept.lock().unwrap().take().expect("a sweep before the undo was written");
    assert!(matches!(early, Err(StoreError::Unavailable(_))), "it comes again: {early:?}");
    Box::pin(env.store.reconcile_entry(&entry, Some(now))).await.unwrap();
    (env, claim)
}

#[tokio::test]
async fn an_undo_that_read_its_partner_before_a_suspension_and_is_written_after_the_sweep_makes_nothing_official()
 {
    let entry = DirectoryEntry::Partner(partner_id(ALPINE));
    let suspend = |partner: &mut Partner, _: &mut Tenant| partner.status = PartnerStatus::Suspended;
    let (env, claim) = undone_while(entry, suspend).await;
    assert_eq!(env.read(&claim.id).await.status(), Status::OnHold);
    env.let_pass(closes_at(&claim));
    env.finalize().await;
    assert_eq!(item_statuses(&env.read(&claim.id).await), ["pending"; 2]);
}

#[tokio::test]
async fn an_undo_that_read_its_tenant_before_an_item_ended_and_is_written_after_the_sweep_revives_no_item_that_is_gone()
 {
    let entry = DirectoryEntry::Tenant(fixtures::contoso().id);
    let end =
        |_: &mut Partner, tenant: &mut Tenant| state_of(tenant, "teams", TenantItemState::Ended);
    let (env, claim) = undone_while(entry, end).await;
    env.let_pass(closes_at(&claim));
    env.finalize().await;
    assert_eq!(item_statuses(&env.read(&claim.id).await), ["active", "rejected"]);
}

#[tokio::test]
async fn a_sweep_waits_for_no_undo_once_none_can_be_under_way() {
    let (stack, claim) = awaiting().await;
    stack.env.give(&claim.id, &contoso_admin(), &decline_all()).await.unwrap();
    put_alpine(&stack, |partner| partner.status = PartnerStatus::Suspended).await;
    let mut record = directory_records(&stack.env).pop().expect("a change");
    let written_at = stack.env.clock.now();
    record["dynamodb"]["ApproximateCreationDateTime"] = json!(written_at.timestamp());
    for (seconds, is_swept) in [(0, false), (39, false), (40, true)] {
        stack.env.clock.set(written_at + Duration::seconds(seconds));
        let swept = Box::pin(stack.event_functions.sweep_these(&[record.clone()])).await.unwrap();
        assert_eq!(swept.batch_item_failures.is_empty(), is_swept, "after {seconds} s");
    }
}

fn state_of(tenant: &mut Tenant, id: &str, state: TenantItemState) {
    let item = tenant.items.iter_mut().find(|item| item.id.as_str() == id);
    item.expect("an item").state = state;
}

fn deleted(tenant: &mut Tenant) {
    tenant.status = TenantStatus::Deleted;
}

fn suspended(partner: &mut Partner) {
    partner.status = PartnerStatus::Suspended;
}

fn without_programs(partner: &mut Partner) {
    for location in &mut partner.locations {
        location.programs.clear();
    }
}

async fn usage(stack: &Stack, claim: &Claim) -> Answer {
    let path = format!("/v1/associations/{}-1/usage", claim.id);
    stack.send(RequestEvent::get(&path).partner_admin(ALPINE)).await
}

fn locks(env: &TestEnv) -> usize {
    env.engine.items("L#").iter().filter(|item| item["sk"]["S"] == "L").count()
}

#[tokio::test]
async fn a_tenant_deleted_in_the_window_ends_the_claim_and_nothing_becomes_official() {
    let (stack, claim) = awaiting().await;
    contoso(&stack, deleted).await;
    let after = stack.env.read(&claim.id).await;
    assert_eq!((after.status(), item_statuses(&after)), (Status::Rejected, vec!["rejected"; 2]));
    assert_eq!(after.last_event.actor.as_str(), "system");
    assert_eq!(locks(&stack.env), 0);
    stack.env.let_pass(closes_at(&claim));
    stack.env.finalize().await;
    assert_eq!(stack.env.read(&claim.id).await.status(), Status::Rejected);
}

#[tokio::test]
async fn a_tenant_deleted_later_ends_its_associations_and_their_data() {
    let (stack, claim) = associated().await;
    assert_eq!(usage(&stack, &claim).await.status, 200);
    contoso(&stack, deleted).await;
    let after = stack.env.read(&claim.id).await;
    assert_eq!((after.status(), item_statuses(&after)), (Status::Ended, vec!["ended"; 2]));
    assert_eq!(usage(&stack, &claim).await.problem(), (403, "association-not-active"));
    let path = format!("/v1/associations/{}-1", claim.id);
    let shown = stack.send(RequestEvent::get(&path).partner_admin(ALPINE)).await;
    assert_eq!(shown.body["reason"], EndReason::TenantGone.as_str());
    assert_eq!(locks(&stack.env), 0);
}

#[tokio::test]
async fn an_item_in_grace_stays_one_that_ended_goes_and_a_renewed_one_is_claimed_anew() {
    let (stack, claim) = associated().await;
    contoso(&stack, |tenant| state_of(tenant, "teams", TenantItemState::Grace)).await;
    assert_eq!(item_statuses(&stack.env.read(&claim.id).await), ["active", "active"]);
    contoso(&stack, |tenant| state_of(tenant, "teams", TenantItemState::Ended)).await;
    assert_eq!(item_statuses(&stack.env.read(&claim.id).await), ["active", "ended"]);
    let body = fixtures::claim_body(&["teams"]);
    let refused = stack.submit(ALPINE, "k2", &body).await;
    assert_eq!(refused.errors(), [("/items/0/id".to_owned(), "item-not-in-tenant".to_owned())]);
    contoso(&stack, |_| {}).await;
    assert_eq!(item_statuses(&stack.env.read(&claim.id).await), ["active", "ended"]);
    assert_eq!(stack.submit(ALPINE, "k3", &body).await.status, 201);
}

#[tokio::test]
async fn an_item_that_is_no_longer_the_tenants_leaves_an_open_window_to_the_others() {
    let (stack, claim) = awaiting().await;
    contoso(&stack, |tenant| tenant.items.retain(|item| item.id.as_str() != "teams")).await;
    let after = stack.env.read(&claim.id).await;
    assert_eq!(item_statuses(&after), ["pending", "rejected"]);
    assert_eq!(after.status(), Status::AwaitingCustomer);
    stack.env.let_pass(closes_at(&claim));
    stack.env.finalize().await;
    let after = stack.env.read(&claim.id).await;
    assert_eq!(item_statuses(&after), ["active", "rejected"]);
    assert_eq!(locks(&stack.env), 1);
}

#[tokio::test]
async fn what_is_gone_before_its_review_is_rejected_with_its_reason() {
    let stack = Stack::at(NOW).await;
    let claim = stack.env.submitted("k", &["teams"]).await;
    contoso(&stack, |tenant| state_of(tenant, "teams", TenantItemState::Ended)).await;
    let after = stack.env.read(&claim.id).await;
    let codes: Vec<_> = after.state.reasons().iter().map(|reason| reason.code).collect();
    assert_eq!((after.status(), codes), (Status::Rejected, vec![ReasonCode::ItemNotClaimable]));
}

#[tokio::test]
async fn a_window_of_a_suspended_partner_is_held_and_his_data_closed_until_he_is_back() {
    let (stack, claim) = awaiting().await;
    alpine(&stack, suspended).await;
    let held = stack.env.read(&claim.id).await;
    let reason = Some(HoldReason::PartnerSuspended);
    assert_eq!(held.state, State::OnHold { reason });
    stack.env.let_pass(closes_at(&claim));
    stack.env.finalize().await;
    assert_eq!(stack.env.read(&claim.id).await.status(), Status::OnHold, "no window runs");

    let (stack, claim) = associated().await;
    alpine(&stack, suspended).await;
    assert_eq!(stack.env.read(&claim.id).await.status(), Status::Associated);
    assert_eq!(usage(&stack, &claim).await.problem(), (403, "association-not-active"));
    alpine(&stack, |_| {}).await;
    assert_eq!(usage(&stack, &claim).await.status, 200);
}

#[tokio::test]
async fn a_lost_enrolment_holds_the_window_and_a_resume_is_a_new_notice_and_a_full_window() {
    let (stack, claim) = awaiting().await;
    alpine(&stack, without_programs).await;
    let held = stack.env.read(&claim.id).await;
    assert_eq!(held.state, State::OnHold { reason: Some(HoldReason::NotEnrolled) });
    alpine(&stack, |_| {}).await;
    let event =
        RequestEvent::post(&format!("/v1/claims/{}/review", claim.id)).staff("operator", "op");
    let event = event.header("if-match", &format!("\"{}\"", held.version.0));
    let resumed = stack.send(event.json(&json!({"action": "resume"}))).await;
    assert_eq!(resumed.body["status"], "notifying", "{}", resumed.text);
    let resumed = stack.env.read(&claim.id).await;
    assert_eq!(resumed.notice.0, claim.notice.0 + 1);
}

#[tokio::test]
async fn what_silence_made_official_between_a_loss_and_its_sweep_is_never_read_and_ends_without_a_block()
 {
    let losses: [fn(&mut Partner); 2] = [suspended, without_programs];
    for lose in losses {
        let (stack, claim) = awaiting().await;
        put_alpine(&stack, lose).await;
        assert_eq!(usage(&stack, &claim).await.problem(), (403, "association-not-active"));
        stack.env.let_pass(closes_at(&claim));
        stack.env.finalize().await;
        let official = stack.env.read(&claim.id).await;
        assert_eq!(official.status(), Status::Associated, "the close reads no partner");
        assert_eq!(usage(&stack, &claim).await.problem(), (403, "association-not-active"));
        sweep(&stack).await;
        let ended = stack.env.read(&claim.id).await;
        assert_eq!((ended.status(), item_statuses(&ended)), (Status::Ended, vec!["ended"; 2]));
        assert_eq!(ended.last_event.actor.as_str(), "system");
        for item in 1..=2 {
            let path = format!("/v1/associations/{}-{item}", claim.id);
            let shown = stack.send(RequestEvent::get(&path).partner_admin(ALPINE)).await;
            assert_eq!(shown.body["reason"], EndReason::NotEnrolled.as_str(), "{}", shown.text);
        }
        assert_eq!(locks(&stack.env), 0);
        assert!(stack.env.engine.items("B#").is_empty(), "the customer has refused nothing");
        put_alpine(&stack, |_| {}).await;
        let anew = stack.submit(ALPINE, "k2", &fixtures::claim_body(&["teams"])).await;
        assert_eq!(anew.status, 201, "{}", anew.text);
    }
}

#[tokio::test]
async fn a_notice_on_its_way_when_the_partner_is_suspended_opens_no_window() {
    let stack = Stack::at(NOW).await;
    let claim = stack.env.notifying("k", &ITEMS).await;
    alpine(&stack, suspended).await;
    assert_eq!(stack.env.read(&claim.id).await.status(), Status::OnHold);
    let late = stack.env.deliver(&claim).await;
    assert_eq!(late.unwrap().status(), Status::OnHold);
}

#[tokio::test]
async fn a_domain_that_moved_to_another_tenant_stops_a_claim_under_review_and_ends_nothing() {
    let (stack, held) = associated().await;
    let reviewed = stack.env.in_review("k2", &["sharepoint-online"]).await;
    let moved = Domain::parse("contoso.example").unwrap();
    let own = Domain::parse("contoso-renamed.example").unwrap();
    contoso(&stack, |tenant| {
        tenant.domains.remove(&moved);
        tenant.domains.insert(own);
    })
    .await;
    assert_eq!(stack.env.read(&held.id).await.status(), Status::Associated);
    let version = u64::from(reviewed.version.0);
    let refused = stack.review(reviewed.id.as_str(), version, &json!({"action": "validate"})).await;
    let expected = ("claim:/tenant".to_owned(), "tenant-unknown".to_owned());
    assert!(refused.errors().contains(&expected), "{}", refused.text);
}

/// Osu-m365 with a change, put as the operator puts it.
async fn program(stack: &Stack, change: impl FnOnce(&mut Value)) {
    let mut program = serde_json::to_value(fixtures::osu_m365()).unwrap();
    for answered in ["id", "policy_version"] {
        program.as_object_mut().unwrap().remove(answered);
    }
    change(&mut program);
    let event = RequestEvent::put("/v1/programs/osu-m365").staff("operator", "op");
    let answer = stack.send(event.json(&program)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

#[tokio::test]
async fn a_program_that_closes_finishes_its_open_windows_and_takes_no_new_claim() {
    let (stack, claim) = awaiting().await;
    program(&stack, |program| program["status"] = json!("closed")).await;
    let body = fixtures::claim_body(&["sharepoint-online"]);
    let refused = stack.submit(ALPINE, "k2", &body).await;
    assert_eq!(refused.errors(), [("/program".to_owned(), "program-closed".to_owned())]);
    stack.env.let_pass(closes_at(&claim));
    stack.env.finalize().await;
    let after = stack.env.read(&claim.id).await;
    assert_eq!((after.status(), after.subject.policy_version), (Status::Associated, 1));
}

#[tokio::test]
async fn a_policy_changed_from_five_to_seven_days_is_for_claims_submitted_afterwards() {
    let stack = Stack::at(NOW).await;
    let old = stack.env.notifying("k", &["teams"]).await;
    program(&stack, |program| program["policy"]["window_business_days"] = json!(7)).await;
    let new = stack.env.notifying("k2", &["exchange-online"]).await;
    for (claim, days, version) in [(old, 5, 1), (new, 7, 2)] {
        let claim = stack.env.deliver(&claim).await.unwrap();
        assert_eq!(claim.state.window().unwrap().counted.len(), days);
        assert_eq!(claim.subject.policy_version, version);
    }
}

#[tokio::test]
async fn a_policy_out_of_bounds_is_refused_with_every_field_at_once() {
    let stack = Stack::at(NOW).await;
    let mut body = serde_json::to_value(fixtures::osu_m365()).unwrap();
    for answered in ["id", "policy_version"] {
        body.as_object_mut().unwrap().remove(answered);
    }
    body["policy"]["grace_seconds"] = json!(59);
    body["policy"]["window_business_days"] = json!(0);
    let event = RequestEvent::put("/v1/programs/osu-m365").staff("operator", "op").json(&body);
    let refused = stack.send(event).await;
    let mut pointers: Vec<_> = refused.errors().into_iter().map(|(pointer, _)| pointer).collect();
    pointers.sort();
    assert_eq!(pointers, ["/policy/grace_seconds", "/policy/window_business_days"]);
    let errors = refused.body["errors"].as_array().unwrap();
    let limits = |one: &serde_json::Value| (one["minimum"].clone(), one["maximum"].clone());
    let limits: Vec<_> = errors.iter().map(limits).collect();
    assert_eq!(limits, [(json!(60), json!(120)), (json!(1), json!(30))], "{}", refused.text);
}

#[tokio::test]
async fn a_sweep_that_breaks_off_begins_anew_and_does_nothing_twice() {
    let (stack, claim) = associated().await;
    let mut tenant = fixtures::contoso();
    deleted(&mut tenant);
    stack.env.store.put_tenant(&tenant).await.unwrap();
    let (store, wire) = stack.env.another_store(|_| {});
    let entry = store::DirectoryEntry::Tenant(tenant.id.clone());
    for nth in 1..30 {
        for more in 0..12 {
            wire.on(any, nth + more, Fault::Throttle);
        }
        let broken = Box::pin(store.reconcile_entry(&entry, None)).await;
        wire.reset();
        if broken.is_ok() {
            break;
        }
    }
    let again = Box::pin(store.reconcile_entry(&entry, None)).await.unwrap();
    assert_eq!((again.seen, again.changed), (1, 0));
    let after = stack.env.read(&claim.id).await;
    assert_eq!((after.status(), after.version.0), (Status::Ended, claim.version.0 + 1));
}

#[tokio::test]
async fn a_sweep_reaches_every_claim_of_a_partner_and_at_a_tenant_beyond_the_first_page() {
    for (entry, status) in
        [("partner", Status::OnHold), ("tenant", Status::Rejected), ("rules", Status::Declined)]
    {
        let stack = Box::pin(Stack::at(NOW)).await;
        Box::pin(copy_open_claims(&stack.env, 105)).await.unwrap();
        match entry {
            "partner" => put_alpine(&stack, suspended).await,
            "tenant" => {
                let tenant = Tenant { status: TenantStatus::Deleted, ..fixtures::contoso() };
                stack.env.store.put_tenant(&tenant).await.unwrap();
            }
            _ => {
                let rules = RequestEvent::put("/v1/customer/rules").customer_admin(CONTOSO);
                let put = rules.json(&json!({"blocked_partners": [ALPINE]}));
                assert_eq!(stack.send(put).await.status, 200);
            }
        }
        sweep(&stack).await;
        let records =
            stack.env.engine.items("C#").into_iter().filter(|item| item["sk"]["S"] == "A");
        let ids: Vec<_> = records
            .map(|record| record["pk"]["S"].as_str().unwrap().trim_start_matches("C#").to_owned())
            .collect();
        assert_eq!(ids.len(), 106);
        for id in ids {
            let claim = stack.env.read(&ClaimId::parse(&id).unwrap()).await;
            assert_eq!(claim.status(), status, "{entry}: {id}");
        }
    }
}
