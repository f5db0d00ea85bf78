//! Quotas: what a partner may store, submit and have open, and how many notices a tenant gets (`docs/domain.md §3.10`).

use chrono::Duration;
use domain::claim::{Claim, Status};
use domain::command::{Command, ItemSelection};
use domain::directory::Partner;
use domain::ids::ClaimId;
use domain::program::Policy;
use domain::text::Comment;
use serde_json::{Value, json};
use support::engine::key;
use support::event_functions::{events, records};
use support::fixtures::{
    self, ALPINE, BOREALIS, CONTOSO, FABRIKAM, TAILWIND, WORKLOADS, claim_body, claim_body_of,
};
use support::rivals::operator;
use support::stack::{Answer, Stack};
use support::test_env::{alpine, contoso_admin, create_on, decline_all, link, withdraw};
use support::wire::{Fault, any};
use web::event::RequestEvent;

use super::work_lists::copies;

const NOW: &str = "2026-12-22T14:00:00Z";
const FULL: (u16, &str) = (429, "quota-exceeded");

/// A draft's body.
fn draft(mut body: Value) -> Value {
    body["draft"] = json!(true);
    body
}

fn at_tailwind(workload: &str) -> Value {
    claim_body_of("4711", TAILWIND, "tailwind.example", &[workload])
}

/// Where Alpine's entry is another.
async fn with_alpine(change: impl FnOnce(&mut Partner)) -> Stack {
    let stack = Stack::at(NOW).await;
    let mut partner = fixtures::alpine();
    change(&mut partner);
    stack.env.store.put_partner(&partner).await.unwrap();
    stack
}

async fn list(stack: &Stack, path: &str) -> Answer {
    let answer = stack.send(RequestEvent::get(path).partner_user(ALPINE)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer
}

/// The ids of a page.
fn ids(answer: &Answer) -> Vec<String> {
    let items = answer.body["items"].as_array().unwrap().iter();
    items.map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// The statuses of all pages of a list, each at most two long.
async fn statuses(stack: &Stack, query: &str) -> Vec<String> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = list(stack, &format!("/v1/claims?limit=2{query}{cursor}")).await;
        let items = page.body["items"].as_array().unwrap();
        assert!(items.len() <= 2, "{}", page.text);
        all.extend(items.iter().map(|item| item["status"].as_str().unwrap().to_owned()));
        match page.body["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

async fn read(stack: &Stack, answer: &Answer) -> Claim {
    stack.env.read(&ClaimId::parse(answer.body["id"].as_str().unwrap()).unwrap()).await
}

/// The record's key in its partner's index, and whether it stands in its tenant's.
fn places(stack: &Stack, claim: &Claim) -> (String, bool) {
    let record = stack.env.stored(&claim.id);
    assert_eq!(record.get("it").is_some(), record.get("iu").is_some());
    (record["ik"]["S"].as_str().unwrap().to_owned(), record.get("it").is_some())
}

// Drafts

#[tokio::test]
async fn a_draft_stands_in_its_partners_index_apart_and_in_no_tenants() {
    let stack = Stack::at(NOW).await;
    let created = stack.submit(ALPINE, "k", &draft(claim_body(&["teams"]))).await;
    let drafted = read(&stack, &created).await;
    let created_at = stack.env.clock.now().timestamp_millis();
    let id = drafted.id.clone();
    let as_draft = format!("D#{created_at:013}#{id}");
    assert_eq!(places(&stack, &drafted), (as_draft.clone(), false));
    stack.env.clock.advance(Duration::minutes(1));
    let submitted_at = stack.env.clock.now().timestamp_millis();
    stack.command(ALPINE, &drafted, "submit", &json!({})).await;
    let submitted = stack.env.read(&id).await;
    assert_eq!(places(&stack, &submitted), (format!("{submitted_at:013}#{id}"), true));
    assert_eq!(submitted.created_at, drafted.created_at);
    stack.command(ALPINE, &submitted, "recall", &json!({})).await;
    let recalled = stack.env.read(&id).await;
    assert_eq!(places(&stack, &recalled), (as_draft, false));
    let same = (drafted.created_at, submitted.submitted_at, drafted.subject.tenant.clone());
    let subject = recalled.subject.clone();
    assert_eq!((recalled.created_at, recalled.submitted_at, subject.tenant), same);
    stack.command(ALPINE, &recalled, "discard", &json!({})).await;
    let discarded = stack.env.read(&id).await;
    assert_eq!(places(&stack, &discarded), (format!("A#{created_at:013}#{id}"), false));
    assert_eq!(discarded.subject, recalled.subject);
}

#[tokio::test]
async fn two_hundred_drafts_hide_no_rival_and_no_claim_in_a_list() {
    let stack = Stack::at(NOW).await;
    let env = &stack.env;
    let own = env.submitted("own", &["teams"]).await;
    for no in 0..200 {
        env.clock.advance(Duration::milliseconds(1));
        let body = draft(claim_body(&["teams"]));
        env.create_of(ALPINE, &format!("d{no}"), &body).await.unwrap();
    }
    let over = stack.submit(ALPINE, "d200", &draft(claim_body(&["teams"]))).await;
    assert_eq!((over.problem(), over.header("retry-after")), (FULL, ""), "{}", over.text);
    let rival = env.rival_submitted("rival", &["teams"]).await;
    let staff = |path: String| stack.send(RequestEvent::get(&path).staff("reviewer", "r1"));
    let seen = staff(format!("/v1/claims/{}", rival.id)).await;
    assert_eq!(seen.body["rivals"][0]["claim_id"], own.id.as_str(), "{}", seen.text);
    assert_eq!(seen.body["rivals"].as_array().unwrap().len(), 1);
    let at_tenant = staff(format!("/v1/claims?tenant_id={CONTOSO}&limit=2")).await;
    assert_eq!(ids(&at_tenant), [rival.id.as_str(), own.id.as_str()]);
    let of_partner = staff(format!("/v1/claims?partner_id={ALPINE}&limit=1")).await;
    assert_eq!(ids(&of_partner), [own.id.as_str()]);
    assert_eq!(ids(&list(&stack, "/v1/claims?limit=2").await)[0], own.id.as_str());
    // A draft that is given up makes room.
    let given_up = ClaimId::of(&fixtures::alpine().id, "d7");
    let given_up = env.read(&given_up).await;
    assert_eq!(stack.command(ALPINE, &given_up, "discard", &json!({})).await.status, 200);
    let fits = stack.submit(ALPINE, "d201", &draft(claim_body(&["teams"]))).await;
    assert_eq!(fits.status, 201, "{}", fits.text);
}

#[tokio::test]
async fn a_partners_list_has_what_was_submitted_then_drafts_then_what_was_discarded() {
    let stack = Stack::at(NOW).await;
    let mut drafts = Vec::new();
    for (no, tenant) in [CONTOSO, TAILWIND, CONTOSO, CONTOSO].iter().enumerate() {
        let domain = if *tenant == CONTOSO { "contoso.example" } else { "tailwind.example" };
        let body = draft(claim_body_of("4711", tenant, domain, &["teams"]));
        let created = stack.submit(ALPINE, &format!("d{no}"), &body).await;
        drafts.push(read(&stack, &created).await);
        stack.env.clock.advance(Duration::seconds(1));
    }
    assert_eq!(stack.command(ALPINE, &drafts[3], "discard", &json!({})).await.status, 200);
    for workload in ["exchange-online", "sharepoint-online"] {
        stack.env.submitted(workload, &[workload]).await;
    }
    stack.submit(ALPINE, "t", &at_tailwind("exchange-online")).await;
    let (new, old) = (["submitted"; 3], ["draft", "draft", "draft", "discarded"]);
    assert_eq!(statuses(&stack, "").await, [new.as_slice(), &old].concat());
    let at_contoso = format!("&tenant_id={CONTOSO}");
    let (new, old) = (["submitted"; 2], ["draft", "draft", "discarded"]);
    assert_eq!(statuses(&stack, &at_contoso).await, [new.as_slice(), &old].concat());
    assert_eq!(statuses(&stack, "&status=draft").await, ["draft"; 3]);
    assert_eq!(statuses(&stack, "&status=discarded").await, ["discarded"]);
    assert_eq!(statuses(&stack, &format!("&status=draft{at_contoso}")).await, ["draft"; 2]);
    assert_eq!(statuses(&stack, "&status=submitted").await, ["submitted"; 3]);
}

#[tokio::test]
async fn a_list_of_drafts_asks_the_index_once() {
    let stack = Stack::at(NOW).await;
    stack.submit(ALPINE, "d", &draft(claim_body(&["teams"]))).await;
    stack.env.submitted("k", &["teams"]).await;
    let wire = &stack.wires[0];
    wire.reset();
    let page = list(&stack, "/v1/claims?status=draft").await;
    assert_eq!(ids(&page).len(), 1);
    assert_eq!(wire.operations(), ["Query", "BatchGetItem"]);
}

#[tokio::test]
async fn as_many_drafts_are_stored_on_a_day_as_ten_for_each_claim_of_the_quota() {
    let stack = with_alpine(|alpine| alpine.daily_claim_quota = 1).await;
    for no in 0..10 {
        let created = stack.submit(ALPINE, &format!("d{no}"), &draft(claim_body(&["teams"]))).await;
        assert_eq!(created.status, 201, "{}", created.text);
        let drafted = read(&stack, &created).await;
        assert_eq!(stack.command(ALPINE, &drafted, "discard", &json!({})).await.status, 200);
    }
    let over = stack.submit(ALPINE, "d10", &draft(claim_body(&["teams"]))).await;
    // Tuesday 15:00 in Prague: nine hours until Wednesday.
    assert_eq!((over.problem(), over.header("retry-after")), (FULL, "32400"));
    let claim = stack.submit(ALPINE, "k", &claim_body(&["teams"])).await;
    assert_eq!(claim.status, 201, "drafts use up no claim of the day: {}", claim.text);
    stack.env.clock.advance(Duration::days(1));
    assert_eq!(stack.submit(ALPINE, "d10", &draft(claim_body(&["teams"]))).await.status, 201);
}

// The day

#[tokio::test]
async fn a_burst_of_submits_stays_within_the_day() {
    let stack = Box::pin(with_alpine(|alpine| alpine.daily_claim_quota = 3)).await;
    let mut drafts = Vec::new();
    for workload in WORKLOADS {
        let created = stack.submit(ALPINE, workload, &draft(claim_body(&[workload]))).await;
        drafts.push(read(&stack, &created).await);
    }
    // Each call of the table lets all the others go first.
    stack.wires[0].always(any, Fault::before(tokio::task::yield_now));
    let body = json!({});
    let of_draft = |no: usize| stack.command(ALPINE, &drafts[no], "submit", &body);
    let bodies = WORKLOADS.map(at_tailwind);
    let new = |no: usize| stack.submit(ALPINE, ["a", "b", "c"][no], &bodies[no]);
    let answers: [Answer; 6] =
        tokio::join!(of_draft(0), new(0), of_draft(1), new(1), of_draft(2), new(2)).into();
    let done = answers.iter().filter(|answer| matches!(answer.status, 200 | 201)).count();
    let refused = answers.iter().filter(|answer| answer.problem() == FULL).count();
    assert_eq!((done, refused), (3, 3), "{answers:?}");
    for drafted in drafts {
        let now = stack.env.read(&drafted.id).await;
        assert!(matches!(now.status(), Status::Draft | Status::Submitted));
    }
}

#[tokio::test]
async fn submitting_and_recalling_in_a_loop_ends_at_the_days_quota() {
    let stack = with_alpine(|alpine| alpine.daily_claim_quota = 4).await;
    let created = stack.submit(ALPINE, "k", &draft(claim_body(&["teams"]))).await;
    let mut claim = read(&stack, &created).await;
    for _ in 0..4 {
        let submitted = stack.command(ALPINE, &claim, "submit", &json!({})).await;
        assert_eq!(submitted.status, 200, "{}", submitted.text);
        claim = stack.env.read(&claim.id).await;
        assert_eq!(stack.command(ALPINE, &claim, "recall", &json!({})).await.status, 200);
        claim = stack.env.read(&claim.id).await;
    }
    let over = stack.command(ALPINE, &claim, "submit", &json!({})).await;
    assert_eq!((over.problem(), over.header("retry-after")), (FULL, "32400"));
    assert_eq!(stack.env.read(&claim.id).await, claim, "nothing is lost");
    let checked = RequestEvent::post("/v1/claims:check").partner_user(ALPINE);
    let checked = stack.send(checked.json(&claim_body(&["teams"]))).await;
    assert_eq!(checked.body["errors"][0]["code"], "quota-exceeded", "{}", checked.text);
    stack.env.clock.advance(Duration::days(1));
    assert_eq!(stack.command(ALPINE, &claim, "submit", &json!({})).await.status, 200);
}

#[tokio::test]
async fn a_repeat_and_what_is_refused_otherwise_count_nothing() {
    let stack = with_alpine(|alpine| alpine.daily_claim_quota = 2).await;
    for status in [201, 201, 201] {
        assert_eq!(stack.submit(ALPINE, "k", &claim_body(&["teams"])).await.status, status);
    }
    let mut unfit = claim_body(&["exchange-online"]);
    unfit["activity"] = json!("gardening");
    assert_eq!(stack.submit(ALPINE, "u", &unfit).await.problem(), (422, "invalid-fields"));
    let twice = stack.submit(ALPINE, "t", &claim_body(&["teams"])).await;
    assert_eq!(twice.problem(), (409, "duplicate-claim"));
    let created = stack.submit(ALPINE, "d", &draft(at_tailwind("teams"))).await;
    let drafted = read(&stack, &created).await;
    for _ in 0..2 {
        let submitted = stack.command(ALPINE, &drafted, "submit", &json!({})).await;
        assert_eq!(submitted.status, 200, "{}", submitted.text);
    }
    let over = stack.submit(ALPINE, "k2", &at_tailwind("exchange-online")).await;
    assert_eq!(over.problem(), FULL);
}

#[tokio::test]
async fn a_partner_whose_quota_is_nothing_submits_and_stores_nothing() {
    let stack = with_alpine(|alpine| alpine.daily_claim_quota = 0).await;
    assert_eq!(stack.submit(ALPINE, "k", &claim_body(&["teams"])).await.problem(), FULL);
    assert_eq!(stack.submit(ALPINE, "d", &draft(claim_body(&["teams"]))).await.problem(), FULL);
    assert_eq!(stack.env.engine.items("C#"), [Value::Null; 0]);
}

#[tokio::test]
async fn a_lost_answer_counts_once_too_often_and_never_too_seldom() {
    let stack = with_alpine(|alpine| alpine.daily_claim_quota = 3).await;
    let (store, wire) = stack.env.another_store(|_| {});
    let moment = stack.env.now();
    wire.on(|call| call.operation == "UpdateItem", 1, Fault::AnswerLost);
    create_on(&store, ALPINE, "k", &claim_body(&["teams"]), moment).await.unwrap();
    let day = stack.env.engine.item(&format!("Q#{ALPINE}"), "C#2026-12-22").unwrap();
    assert_eq!(day["n"]["N"], "2");
    assert_eq!(stack.submit(ALPINE, "b", &at_tailwind("teams")).await.status, 201);
    assert_eq!(stack.submit(ALPINE, "c", &at_tailwind("exchange-online")).await.problem(), FULL);
}

// Open claims

#[tokio::test]
async fn a_partner_has_so_many_open_claims_at_a_tenant_and_more_at_others() {
    let policy = Policy { open_claims_at_tenant: 2, ..Policy::default() };
    let stack = Stack::with_policy(NOW, policy).await;
    let first = stack.env.submitted("a", &["teams"]).await;
    stack.env.submitted("b", &["exchange-online"]).await;
    let third = claim_body(&["sharepoint-online"]);
    let over = stack.submit(ALPINE, "c", &third).await;
    assert_eq!((over.problem(), over.header("retry-after")), (FULL, ""));
    let kept = stack.submit(ALPINE, "d", &draft(third.clone())).await;
    let kept = read(&stack, &kept).await;
    assert_eq!(stack.command(ALPINE, &kept, "submit", &json!({})).await.problem(), FULL);
    assert_eq!(stack.submit(ALPINE, "t", &at_tailwind("teams")).await.status, 201);
    let rival = claim_body_of("4712", CONTOSO, "contoso.example", &["sharepoint-online"]);
    assert_eq!(stack.submit(BOREALIS, "c", &rival).await.status, 201, "everybody has a quota");
    stack.env.give(&first.id, &alpine(), &withdraw()).await.unwrap();
    assert_eq!(stack.command(ALPINE, &kept, "submit", &json!({})).await.status, 200);
}

// Notices

/// A stack in which a month has so many notices to a tenant.
async fn with_notices(monthly_notice_quota: u32) -> Stack {
    Box::pin(Stack::with_policy(NOW, Policy { monthly_notice_quota, ..Policy::default() })).await
}

async fn validate(stack: &Stack, claim: &Claim) -> Answer {
    let version = u64::from(claim.version.0);
    stack.review(claim.id.as_str(), version, &json!({"action": "validate"})).await
}

fn counted(stack: &Stack, month: &str) -> Value {
    let key = (format!("Q#{CONTOSO}"), format!("N#osu-m365#{month}"));
    let item = stack.env.engine.item(&key.0, &key.1).unwrap();
    json!([item["n"]["N"], item["p#p-alpine"]["N"], item["p#p-borealis"]["N"]])
}

#[tokio::test]
async fn one_partner_cannot_use_up_the_notices_of_a_tenant_against_another() {
    let stack = with_notices(3).await;
    let env = &stack.env;
    for workload in ["teams", "exchange-online"] {
        let claim = env.in_review(workload, &[workload]).await;
        assert_eq!(validate(&stack, &claim).await.status, 200);
    }
    let third = env.in_review("c", &["sharepoint-online"]).await;
    let over = validate(&stack, &third).await;
    // Nine days and ten hours until the month ends, in UTC.
    assert_eq!((over.problem(), over.header("retry-after")), (FULL, "813600"), "{}", over.text);
    assert_eq!(env.read(&third.id).await, third, "the claim waits");
    assert_eq!(
        stack
            .command(ALPINE, &third, "withdraw", &json!({"reason_code": "customer_request"}))
            .await
            .status,
        200
    );
    let rival = env.rival_in_review("r", &["sharepoint-online"]).await;
    assert_eq!(validate(&stack, &rival).await.status, 200);
    assert_eq!(counted(&stack, "2026-12"), json!(["3", "2", "1"]));
    // All of the tenant's are used up now, and Borealis has one left of its own.
    let first = ClaimId::of(&fixtures::alpine().id, "teams");
    let first = env.read(&first).await;
    assert_eq!(
        stack
            .command(ALPINE, &first, "withdraw", &json!({"reason_code": "customer_request"}))
            .await
            .status,
        200
    );
    let second = env.rival_in_review("r2", &["teams"]).await;
    let over = validate(&stack, &second).await;
    assert_eq!((over.problem(), over.header("retry-after")), (FULL, "813600"));
    env.clock.set(support::clock::instant("2027-01-01T00:00:00Z"));
    let second = env.read(&second.id).await;
    let done = validate(&stack, &second).await;
    assert_eq!(done.status, 200, "{}", done.text);
    assert_eq!(counted(&stack, "2027-01"), json!(["1", null, "1"]));
}

#[tokio::test]
async fn the_months_notices_are_those_of_the_programs_present_policy() {
    let stack = with_notices(2).await;
    let env = &stack.env;
    let (one, two) =
        (env.in_review("a", &["teams"]).await, env.in_review("b", &["exchange-online"]).await);
    assert_eq!(validate(&stack, &one).await.status, 200);
    assert_eq!(validate(&stack, &two).await.problem(), FULL);
    let mut more = fixtures::osu_m365();
    more.policy.monthly_notice_quota = 4;
    env.store.put_program(&more).await.unwrap();
    assert_eq!(validate(&stack, &two).await.status, 200);
}

#[tokio::test]
async fn a_notice_that_no_validate_made_due_is_counted_and_never_refused() {
    let stack = with_notices(1).await;
    let env = &stack.env;
    let claim = env.awaiting("k", &["teams"]).await;
    for (times, total) in [(0_u8, "1"), (1, "2"), (2, "3")] {
        if times > 0 {
            let hold = Command::Hold { comment: Comment::parse("wait").unwrap() };
            env.give(&claim.id, &operator(), &hold).await.unwrap();
            env.give(&claim.id, &operator(), &Command::Resume).await.unwrap();
        }
        for _ in 0..2 {
            stack.event_functions.publish(&records(env)).await.unwrap();
            for event in events(env) {
                stack.event_functions.notify(&event).await.unwrap();
            }
        }
        assert_eq!(counted(&stack, "2026-12"), json!([total, total, null]));
    }
    let other = env.in_review("b", &["exchange-online"]).await;
    assert_eq!(validate(&stack, &other).await.problem(), FULL);
}

#[tokio::test]
async fn a_validate_that_is_refused_otherwise_and_a_repeat_count_no_notice() {
    let stack = with_notices(4).await;
    let env = &stack.env;
    let claim = env.in_review("k", &["teams"]).await;
    let drop =
        json!({"action": "validate", "drop": [{"item_no": 9, "reason": "item_not_claimable"}]});
    let refused = stack.review(claim.id.as_str(), 2, &drop).await;
    assert_eq!(refused.problem(), (422, "invalid-fields"), "{}", refused.text);
    for _ in 0..2 {
        assert_eq!(validate(&stack, &claim).await.status, 200);
    }
    assert_eq!(counted(&stack, "2026-12"), json!(["1", "1", null]));
}

// The tenant

/// Whatever a claim of a tenant that is not known asks is answered alike.
#[tokio::test]
async fn an_unknown_tenant_and_a_domain_that_is_not_its_own_are_one_answer_for_the_same_work() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let nobody = "6f3c1a52-9d4e-4b7a-8c21-0a5e7d9b1cff";
    stack.env.submitted("own", &["teams"]).await;
    let wire = &stack.wires[0];
    let body = |tenant: &str, draft: Value| {
        let mut body = claim_body_of("4711", tenant, "elsewhere.example", &["teams", "no-such"]);
        body["draft"] = draft;
        body["customer_contact"]["email"] = json!("ceo@outside.example");
        body
    };
    let asked = |event: RequestEvent, tenant: &'static str, draft: Value| {
        let event = event.header("idempotency-key", "k").json(&body(tenant, draft));
        async {
            wire.reset();
            let answer = stack.send(event).await;
            let mut told = answer.body.clone();
            for own in ["request_id", "instance"] {
                told.as_object_mut().unwrap().remove(own);
            }
            (answer.status, told, wire.operations())
        }
    };
    let check = || RequestEvent::post("/v1/claims:check").partner_admin(ALPINE);
    let create = || RequestEvent::post("/v1/claims").partner_admin(ALPINE);
    for (event, draft) in
        [(check(), json!(false)), (create(), json!(false)), (create(), json!(true))]
    {
        let known = asked(event.clone(), CONTOSO, draft.clone()).await;
        let unknown = asked(event, nobody, draft).await;
        assert_eq!(known, unknown);
        let errors = known.1["errors"].as_array().unwrap();
        let told: Vec<_> = errors.iter().map(|one| (&one["pointer"], &one["code"])).collect();
        assert_eq!(told, [(&json!("/tenant"), &json!("tenant-unknown"))], "{}", known.1);
    }
    let missing = |tenant: &str| {
        let mut body = body(tenant, json!(false));
        body["tenant"].as_object_mut().unwrap().remove("domain");
        body
    };
    for tenant in [CONTOSO, nobody, FABRIKAM] {
        let answer = stack.submit(ALPINE, "k", &missing(tenant)).await;
        assert_eq!(answer.errors(), [("/tenant/domain".to_owned(), "required".to_owned())]);
    }
}

#[tokio::test]
async fn claims_that_were_withdrawn_by_the_hundred_hide_no_open_claim() {
    let stack = Box::pin(with_alpine(|partner| partner.open_claim_quota = 3)).await;
    let first = stack.env.submitted("a", &["teams"]).await;
    stack.env.submitted("b", &["exchange-online"]).await;
    let over = stack.env.submitted("c", &["sharepoint-online"]).await;
    stack.env.give(&over.id, &alpine(), &withdraw()).await.unwrap();
    let over = stack.env.read(&over.id).await;
    copies(&stack.env, &over, 2_100);
    stack.env.clock.advance(Duration::hours(2));

    let submit =
        async |key: &str, workload| stack.submit(ALPINE, key, &at_tailwind(workload)).await;
    assert_eq!(submit("d", "teams").await.status, 201, "the third");
    assert_eq!(submit("e", "exchange-online").await.problem(), FULL);
    let counts = list(&stack, "/v1/claims:counts").await.body;
    let submitted = json!({"status": "submitted", "count": 3});
    assert!(counts["statuses"].as_array().unwrap().contains(&submitted), "{counts}");
    assert_eq!(counts["complete"], false);
    let me = list(&stack, "/v1/me").await.body;
    assert_eq!(me["quotas"]["open_claims_left"], 0);

    // What is over has been looked at once: a submit reads what may be open, and not the rest.
    let wire = &stack.wires[0];
    wire.reset();
    assert_eq!(submit("f", "sharepoint-online").await.problem(), FULL);
    let keys: usize = wire.calls().iter().map(|call| call.keys_without_write_ids().len()).sum();
    assert!(keys < 30, "{keys} items");
    let remembered = stack.env.engine.items("Q#p-alpine").into_iter();
    let remembered: Vec<_> = remembered.filter(|item| key(item).1 == "O").collect();
    assert_eq!(remembered.len(), 1);

    stack.env.give(&first.id, &alpine(), &withdraw()).await.unwrap();
    assert_eq!(submit("g", "teams").await.problem().1, "duplicate-claim");
    assert_eq!(submit("h", "exchange-online").await.status, 201, "room for one");
    assert_eq!(submit("i", "sharepoint-online").await.problem(), FULL);
}

#[tokio::test]
async fn a_claim_that_is_open_again_counts_again() {
    let stack = Box::pin(with_alpine(|partner| partner.open_claim_quota = 1)).await;
    let claim = Box::pin(stack.env.awaiting("a", &["teams"])).await;
    let decline = decline_all();
    let declined = stack.env.give(&claim.id, &link(1), &decline).await.unwrap();
    copies(&stack.env, &declined.claim, 120);
    stack.env.clock.advance(Duration::hours(2));
    let submit =
        async |key: &str, workload| stack.submit(ALPINE, key, &at_tailwind(workload)).await;
    let second = submit("b", "teams").await;
    assert_eq!(second.status, 201, "{}", second.text);
    assert_eq!(submit("c", "exchange-online").await.problem(), FULL);
    let id = ClaimId::parse(second.body["id"].as_str().unwrap()).unwrap();
    stack.env.give(&id, &alpine(), &withdraw()).await.unwrap();
    let undo = Command::Undo { items: ItemSelection::All };
    let undone = stack.env.give(&claim.id, &contoso_admin(), &undo).await;
    assert_eq!(undone.unwrap().claim.status(), Status::AwaitingCustomer);
    assert_eq!(submit("d", "exchange-online").await.problem(), FULL, "the no was taken back");
}
