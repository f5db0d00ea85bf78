//! Who may read what, and when (`docs/domain.md §4`, I5): usage is readable exactly while the association
//! runs, by its own partner, for its own item.

use chrono::Duration;
use domain::claim::{Claim, Status};
use domain::directory::{Partner, PartnerStatus};
use domain::ids::{ClaimId, ItemId};
use domain::program::{ItemKind, ItemRef, Policy, UsageHistory};
use serde_json::{Value, json};
use store::UsageRecord;
use support::fixtures::{self, ALPINE, BOREALIS, CONTOSO, TAILWIND};
use support::stack::{Answer, Stack};
use support::test_env::{closes_at, decline, link, tenant_id};
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";
const ITEMS: [&str; 2] = ["exchange-online", "teams"];

async fn awaiting() -> (Stack, Claim) {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.awaiting("k", &ITEMS)).await;
    Box::pin(feed(&stack)).await;
    (stack, claim)
}

/// The operator's usage feed, as it is some days later: two items, one of them with a day before the association.
async fn feed(stack: &Stack) {
    let row = |id: &str, date: &str, users: u32| UsageRecord {
        item: ItemRef { kind: ItemKind::Workload, id: ItemId::parse(id).unwrap() },
        date: date.parse().unwrap(),
        active_users: users,
        provisioned_seats: 100,
    };
    let rows = [
        row("teams", "2026-12-31", 12),
        row("teams", "2027-01-01", 40),
        row("teams", "2027-01-02", 4),
        row("exchange-online", "2027-01-02", 77),
    ];
    let (store, at) = (&stack.env.store, stack.env.clock.now());
    store.put_usage(&tenant_id(CONTOSO), &rows, at).await.unwrap();
}

async fn usage(stack: &Stack, claim: &Claim, item: u8, partner: &str) -> Answer {
    usage_of(stack, claim, item, partner, "?from=2027-01-01&to=2027-01-31").await
}

async fn usage_of(stack: &Stack, claim: &Claim, item: u8, partner: &str, query: &str) -> Answer {
    let path = format!("/v1/associations/{}-{item}/usage{query}", claim.id);
    stack.send(RequestEvent::get(&path).partner_admin(partner)).await
}

/// The days of an answer.
fn days(answer: &Answer) -> Vec<&str> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let rows = answer.body["items"].as_array().unwrap();
    rows.iter().map(|row| row["date"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn usage_is_readable_from_the_local_date_on_which_the_association_began() {
    let (stack, claim) = awaiting().await;
    // 23:00 UTC on 31 December: 1 January in Prague.
    stack.env.let_pass(closes_at(&claim));
    let of = |query| usage_of(&stack, &claim, 2, ALPINE, query);
    let early = of("?from=2026-12-31&to=2027-01-31").await;
    assert_eq!(early.problem(), (422, "invalid-fields"), "{}", early.text);
    let errors = early.body["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{}", early.text);
    assert_eq!(
        (&errors[0]["pointer"], &errors[0]["code"]),
        (&json!("/from"), &json!("before-association"))
    );
    assert!(errors[0]["detail"].as_str().unwrap().contains("2027-01-01"), "{}", early.text);
    let early = of("?to=2026-12-31").await;
    assert_eq!((early.status, &early.body["errors"][0]["pointer"]), (422, &json!("/to")));
    assert_eq!(days(&of("?from=2027-01-01&to=2027-01-31").await), ["2027-01-01", "2027-01-02"]);
    assert_eq!(days(&of("?to=2027-01-15").await), ["2027-01-01", "2027-01-02"], "it begins there");
    assert_eq!(days(&of("").await), ["2027-01-01"], "up to the local date of today");
    assert_eq!(ledger_says(&stack).await, json!("since_association"));
}

#[tokio::test]
async fn where_the_policy_says_all_earlier_days_are_read_as_the_notice_said() {
    let policy = Policy { usage_history: UsageHistory::All, ..Policy::default() };
    let stack = Box::pin(Stack::with_policy(NOW, policy)).await;
    let claim = Box::pin(stack.env.awaiting("k", &ITEMS)).await;
    Box::pin(feed(&stack)).await;
    stack.env.let_pass(closes_at(&claim));
    let earlier = usage_of(&stack, &claim, 2, ALPINE, "?from=2026-12-01&to=2027-01-31").await;
    assert_eq!(days(&earlier), ["2026-12-31", "2027-01-01", "2027-01-02"]);
    assert_eq!(ledger_says(&stack).await, json!("all"));
}

#[tokio::test]
async fn a_later_policy_opens_no_earlier_days_to_a_claim_of_before() {
    let (stack, claim) = awaiting().await;
    stack.env.let_pass(closes_at(&claim));
    let mut program = fixtures::osu_m365();
    program.policy.usage_history = UsageHistory::All;
    stack.env.store.put_program(&program).await.unwrap();
    let early = usage_of(&stack, &claim, 2, ALPINE, "?from=2026-12-31&to=2027-01-31").await;
    assert_eq!(early.problem(), (422, "invalid-fields"), "{}", early.text);
}

/// What the customer's ledger says of the days that the partner may read.
async fn ledger_says(stack: &Stack) -> Value {
    let ledger = stack.send(RequestEvent::get("/v1/customer/ledger").customer_admin(CONTOSO)).await;
    ledger.body["items"][0]["associations"][0]["usage_history"].clone()
}

#[tokio::test]
async fn usage_is_closed_a_millisecond_before_the_deadline_and_until_the_grace_is_over() {
    let (stack, claim) = awaiting().await;
    for ms in [-1, 0, 118_000] {
        stack.env.clock.set(closes_at(&claim) + Duration::milliseconds(ms));
        assert_eq!(
            usage(&stack, &claim, 1, ALPINE).await.problem(),
            (403, "association-not-active"),
            "{ms}"
        );
    }
}

#[tokio::test]
async fn the_read_that_finds_the_window_over_closes_it_and_answers() {
    let (stack, claim) = awaiting().await;
    stack.env.let_pass_by(closes_at(&claim), Duration::seconds(121));
    let answer = usage(&stack, &claim, 2, ALPINE).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(
        answer.body["items"],
        json!([
            {"date": "2027-01-01", "active_users": 40, "provisioned_seats": 100},
            {"date": "2027-01-02", "active_users": null, "provisioned_seats": 100},
        ]),
        "only the association's own item, and no count below five"
    );
    assert_eq!(stack.env.stored(&claim.id)["st"]["S"], "associated");
}

#[tokio::test]
async fn usage_is_open_exactly_while_the_association_runs() {
    let (stack, claim) = awaiting().await;
    stack.env.give(&claim.id, &link(1), &decline(&[2])).await.unwrap();
    stack.env.let_pass(closes_at(&claim));
    assert_eq!(usage(&stack, &claim, 1, ALPINE).await.status, 200);
    assert_eq!(usage(&stack, &claim, 2, ALPINE).await.problem(), (403, "association-not-active"));
    assert_eq!(usage(&stack, &claim, 3, ALPINE).await.problem(), (404, "not-found"));
    let end =
        RequestEvent::post(&format!("/v1/associations/{}-1/end", claim.id)).partner_admin(ALPINE);
    let ended =
        stack.send(end.clone().json(&json!({"reason_code": "other", "comment": "we leave"}))).await;
    assert_eq!((ended.status, &ended.body["status"]), (200, &json!("ended")), "{}", ended.text);
    assert_eq!(ended.body["reason"], "partner_left");
    let again = stack.send(end.json(&json!({"reason_code": "other", "comment": "we leave"}))).await;
    assert_eq!(again.status, 200, "a repeat");
    assert_eq!(usage(&stack, &claim, 1, ALPINE).await.problem(), (403, "association-not-active"));
}

#[tokio::test]
async fn a_suspended_partner_reads_nothing() {
    let (stack, claim) = awaiting().await;
    stack.env.let_pass(closes_at(&claim));
    assert_eq!(usage(&stack, &claim, 1, ALPINE).await.status, 200);
    let suspended = Partner { status: PartnerStatus::Suspended, ..fixtures::alpine() };
    stack.env.store.put_partner(&suspended).await.unwrap();
    assert_eq!(usage(&stack, &claim, 1, ALPINE).await.problem(), (403, "association-not-active"));
}

/// Alpine, whose locations leave every program now. Nobody sweeps.
async fn leave_programs(stack: &Stack) {
    let mut partner = fixtures::alpine();
    partner.locations.iter_mut().for_each(|location| location.programs.clear());
    let stamped = partner.stamp_changes(Some(&fixtures::alpine()), stack.env.clock.now());
    stack.env.store.put_partner(&stamped).await.unwrap();
}

/// The associations of which the partner reads the usage, all at once.
async fn read_at_once(stack: &Stack) -> usize {
    let all = RequestEvent::get("/v1/usage?from=2027-01-01&to=2027-01-31").partner_admin(ALPINE);
    let all = stack.send(all).await;
    assert_eq!(all.status, 200, "{}", all.text);
    all.body["items"].as_array().map_or(0, Vec::len)
}

#[tokio::test]
async fn an_association_that_began_when_its_location_had_left_the_program_is_read_by_its_customer_alone()
 {
    let (stack, claim) = awaiting().await;
    leave_programs(&stack).await;
    stack.env.let_pass(closes_at(&claim));
    stack.env.finalize().await;
    assert_eq!(stack.env.read(&claim.id).await.status(), Status::Associated);
    assert_eq!(usage(&stack, &claim, 1, ALPINE).await.problem(), (403, "association-not-active"));
    assert_eq!(read_at_once(&stack).await, 0);
    let path = format!("/v1/customer/associations/{}-1/usage", claim.id);
    let customer = stack.send(RequestEvent::get(&path).customer_admin(CONTOSO)).await;
    assert_eq!(customer.status, 200, "{}", customer.text);
}

#[tokio::test]
async fn an_association_whose_location_leaves_the_program_later_is_still_read() {
    let (stack, claim) = awaiting().await;
    stack.env.let_pass(closes_at(&claim));
    stack.env.finalize().await;
    leave_programs(&stack).await;
    assert_eq!(usage(&stack, &claim, 1, ALPINE).await.status, 200);
    assert_eq!(read_at_once(&stack).await, 2);
}

#[tokio::test]
async fn nobody_elses_association_is_seen() {
    let (stack, claim) = awaiting().await;
    stack.env.let_pass(closes_at(&claim));
    assert_eq!(usage(&stack, &claim, 1, BOREALIS).await.problem(), (404, "not-found"));
    let get = || RequestEvent::get(&format!("/v1/associations/{}-1", claim.id));
    let list = || RequestEvent::get("/v1/associations");
    for event in [get().partner_admin(BOREALIS), get().customer_admin(TAILWIND)] {
        assert_eq!(stack.send(event).await.problem(), (404, "not-found"));
    }
    let views =
        [get().partner_admin(ALPINE), get().customer_admin(CONTOSO), get().staff("auditor", "a")];
    for event in views {
        let answer = stack.send(event).await;
        assert_eq!(
            (answer.status, &answer.body["status"]),
            (200, &json!("active")),
            "{}",
            answer.text
        );
        assert_eq!(answer.body["basis"], "deemed");
    }
    let none = stack.send(list().partner_admin(BOREALIS)).await;
    assert_eq!(none.body["items"], json!([]));
    let own = stack.send(list().partner_admin(ALPINE)).await;
    assert_eq!(own.body["items"].as_array().map(Vec::len), Some(2), "{}", own.text);
    let customers = stack.send(list().customer_admin(CONTOSO)).await;
    assert_eq!(customers.body["items"].as_array().map(Vec::len), Some(2), "{}", customers.text);
}

#[tokio::test]
async fn the_customers_contact_is_shown_to_partner_and_operator_only() {
    let (stack, claim) = awaiting().await;
    let get = || RequestEvent::get(&format!("/v1/claims/{}", claim.id));
    for event in [get().partner_admin(ALPINE), get().staff("reviewer", "r")] {
        let answer = stack.send(event).await;
        assert_eq!(
            answer.body["customer_contact"]["email"], "jana@contoso.example",
            "{}",
            answer.text
        );
    }
    let customer = stack.send(get().customer_admin(CONTOSO)).await;
    assert!(!customer.text.contains("jana@contoso.example"), "{}", customer.text);
}

#[tokio::test]
async fn recipients_are_shown_to_staff_and_from_the_first_notice_on_to_the_administrator() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let submitted = stack.env.submitted("k1", &["sharepoint-online"]).await;
    let open = Box::pin(stack.env.awaiting("k2", &ITEMS)).await;
    let states = |answer: &Answer| -> Vec<(String, String)> {
        let text = |own: &Value, name: &str| own[name].as_str().unwrap().to_owned();
        let all = answer.body["recipients"].as_array().map(Vec::as_slice).unwrap_or_default();
        all.iter().map(|own| (text(own, "email"), text(own, "state"))).collect()
    };
    let of = |states: [&str; 2]| {
        let [named, verified] = states.map(str::to_owned);
        vec![
            ("jana@contoso.example".to_owned(), named),
            ("it@contoso.example".to_owned(), verified),
        ]
    };
    let staff = |id: &ClaimId| RequestEvent::get(&format!("/v1/claims/{id}")).staff("auditor", "a");
    let early = stack.send(staff(&submitted.id)).await;
    assert_eq!(states(&early), of(["not_asked", "not_asked"]), "{}", early.text);
    let shown = stack.send(staff(&open.id)).await;
    assert_eq!(states(&shown), of(["asked", "delivered"]), "{}", shown.text);
    let get = |id: &ClaimId| RequestEvent::get(&format!("/v1/customer/claims/{id}"));
    let hidden = stack.send(get(&submitted.id).customer_admin(CONTOSO)).await;
    assert_eq!(hidden.problem(), (404, "not-found"));
    let customer = stack.send(get(&open.id).customer_admin(CONTOSO)).await;
    assert_eq!(states(&customer), of(["asked", "delivered"]), "{}", customer.text);
    let listed = stack.send(RequestEvent::get("/v1/customer/claims").customer_admin(CONTOSO)).await;
    assert!(!listed.text.contains("it@contoso.example"), "of a claim that is read alone");
    for id in [&submitted.id, &open.id] {
        let partner = RequestEvent::get(&format!("/v1/claims/{id}")).partner_admin(ALPINE);
        let partner = stack.send(partner).await;
        assert!(partner.body.get("recipients").is_none(), "{}", partner.text);
    }
}

#[tokio::test]
async fn a_claim_that_has_not_changed_is_not_sent_again() {
    let (stack, claim) = awaiting().await;
    let get = |tag: &str| {
        RequestEvent::get(&format!("/v1/claims/{}", claim.id))
            .partner_admin(ALPINE)
            .header("if-none-match", tag)
    };
    let same = stack.send(get(&format!("\"{}\"", claim.version.0))).await;
    assert_eq!((same.status, same.text.as_str()), (304, ""));
    assert_eq!(stack.send(get("\"1\"")).await.status, 200);
}

#[tokio::test]
async fn the_claim_says_whose_turn_it_is_until_when_and_what_silence_does() {
    let (stack, claim) = awaiting().await;
    let answer = stack
        .send(RequestEvent::get(&format!("/v1/claims/{}", claim.id)).partner_admin(ALPINE))
        .await;
    let turn =
        json!({"who": "customer", "until": "2026-12-31T23:00:00Z", "on_silence": "associate"});
    assert_eq!(answer.body["turn"], turn, "{}", answer.text);
    let window = &answer.body["window"];
    assert_eq!(window["closes_at_local"], "2027-01-01T00:00:00+01:00");
    let counted = json!(["2026-12-23", "2026-12-28", "2026-12-29", "2026-12-30", "2026-12-31"]);
    assert_eq!(window["counted"], counted);
    assert_eq!(window["skipped"].as_array().map(Vec::len), Some(4), "{window}");
}

#[tokio::test]
async fn an_answer_says_which_days_it_covers_and_whether_they_are_complete() {
    let (stack, claim) = awaiting().await;
    stack.env.let_pass(closes_at(&claim));
    let of = |query| usage_of(&stack, &claim, 2, ALPINE, query);
    let early = of("?from=2027-01-01&to=2027-01-02").await;
    assert_eq!(early.body["status"], "provisional", "{}", early.text);
    assert_eq!(
        (&early.body["from"], &early.body["to"], &early.body["as_of"]),
        (&json!("2027-01-01"), &json!("2027-01-02"), &json!(NOW))
    );
    assert_eq!(of("?to=2027-01-15").await.body["from"], "2027-01-01", "the first that is readable");
    let none = of("?from=2027-02-01&to=2027-02-02").await;
    assert_eq!((&none.body["as_of"], &none.body["items"]), (&Value::Null, &json!([])));
    stack.env.clock.set("2027-01-04T22:59:59Z".parse().unwrap());
    assert_eq!(of("?from=2027-01-01&to=2027-01-02").await.body["status"], "provisional");
    stack.env.clock.set("2027-01-04T23:00:00Z".parse().unwrap());
    assert_eq!(of("?from=2027-01-01&to=2027-01-02").await.body["status"], "final");
}

#[tokio::test]
async fn usage_is_a_table_for_whoever_asks_for_one() {
    let (stack, claim) = awaiting().await;
    stack.env.let_pass(closes_at(&claim));
    let path = format!("/v1/associations/{}-2/usage?from=2027-01-01&to=2027-01-31", claim.id);
    let event = RequestEvent::get(&path).partner_admin(ALPINE).header("accept", "text/csv");
    let table = stack.send(event).await;
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8; header=present");
    let expected =
        "date,active_users,provisioned_seats\r\n2027-01-01,40,100\r\n2027-01-02,,100\r\n";
    assert_eq!(table.text, expected);
}

/// The usage of all active associations, by association.
async fn usage_of_many(stack: &Stack, partner: &str, query: &str) -> Answer {
    stack.send(RequestEvent::get(&format!("/v1/usage{query}")).partner_user(partner)).await
}

#[tokio::test]
async fn one_request_reads_all_active_associations_of_a_partner_each_from_its_first_day() {
    let (stack, claim) = awaiting().await;
    stack.env.let_pass(closes_at(&claim));
    let answer = usage_of_many(&stack, ALPINE, "?from=2026-12-01&to=2027-01-31").await;
    let items = answer.body["items"].as_array().unwrap();
    let told: Vec<_> = items
        .iter()
        .map(|one| (one["item"]["id"].clone(), one["usage"]["from"].clone(), dates(one)))
        .collect();
    let first = json!("2027-01-01");
    assert_eq!(
        told,
        [
            (json!("exchange-online"), first.clone(), vec!["2027-01-02".to_owned()]),
            (json!("teams"), first, vec!["2027-01-01".to_owned(), "2027-01-02".to_owned()]),
        ],
        "{}",
        answer.text
    );
    for query in ["?tenant_id=6f3c0000-0000-4000-8000-0000000000ff", "?program=osu-security"] {
        assert_eq!(usage_of_many(&stack, ALPINE, query).await.body["items"], json!([]), "{query}");
    }
    assert_eq!(usage_of_many(&stack, BOREALIS, "").await.body["items"], json!([]));
    let all = format!("?tenant_id={CONTOSO}&program=osu-m365&from=2027-01-01&to=2027-01-31");
    assert_eq!(
        usage_of_many(&stack, ALPINE, &all).await.body["items"].as_array().unwrap().len(),
        2
    );
}

fn dates(one: &Value) -> Vec<String> {
    let days = one["usage"]["items"].as_array().unwrap();
    days.iter().map(|day| day["date"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn every_association_that_is_read_among_many_stands_as_read_in_the_ledger() {
    let (stack, claim) = awaiting().await;
    stack.env.let_pass(closes_at(&claim));
    usage_of_many(&stack, ALPINE, "").await;
    let ledger = stack.send(RequestEvent::get("/v1/customer/ledger").customer_admin(CONTOSO)).await;
    let associations = ledger.body["items"][0]["associations"].as_array().unwrap();
    assert_eq!(associations.len(), 2);
    for association in associations {
        assert!(association["last_read_at"].is_string(), "{association}");
    }
}

#[tokio::test]
async fn the_associations_of_a_page_are_a_table_and_the_next_page_stands_in_the_link() {
    let (stack, claim) = awaiting().await;
    stack.env.let_pass(closes_at(&claim));
    let first = "/v1/usage?limit=1&from=2027-01-01&to=2027-01-31";
    let get = |path: &str| {
        stack.send(RequestEvent::get(path).partner_user(ALPINE).header("accept", "text/csv"))
    };
    let table = get(first).await;
    let names =
        "association_id,tenant_id,program,item_kind,item_id,date,active_users,provisioned_seats";
    let row =
        format!("{}-1,{CONTOSO},osu-m365,workload,exchange-online,2027-01-02,77,100", claim.id);
    assert_eq!(table.text, format!("{names}\r\n{row}\r\n"));
    let link = table.header("link").to_owned();
    let next = link.trim_start_matches('<').split_once('>').unwrap().0;
    let rest = get(next).await;
    assert!(rest.text.contains(&format!("{}-2,", claim.id)), "{}", rest.text);
}

#[tokio::test]
async fn no_usage_of_many_is_read_by_a_suspended_partner_or_over_more_than_400_days() {
    let (stack, claim) = awaiting().await;
    stack.env.let_pass(closes_at(&claim));
    let long = usage_of_many(&stack, ALPINE, "?from=2025-01-01&to=2027-01-31").await;
    assert_eq!(long.problem(), (400, "invalid-query"), "{}", long.text);
    let suspended = Partner { status: PartnerStatus::Suspended, ..fixtures::alpine() };
    stack.env.store.put_partner(&suspended).await.unwrap();
    let closed = usage_of_many(&stack, ALPINE, "").await;
    assert_eq!(closed.problem(), (403, "association-not-active"), "{}", closed.text);
}

#[tokio::test]
async fn the_customer_reads_what_its_partner_reads_and_that_is_nobodys_reading() {
    let (stack, claim) = awaiting().await;
    stack.env.let_pass(closes_at(&claim));
    let path =
        format!("/v1/customer/associations/{}-2/usage?from=2027-01-01&to=2027-01-31", claim.id);
    let own = stack.send(RequestEvent::get(&path).customer_admin(CONTOSO)).await;
    let ledger = stack.send(RequestEvent::get("/v1/customer/ledger").customer_admin(CONTOSO)).await;
    let last_read = &ledger.body["items"][0]["associations"][1]["last_read_at"];
    assert_eq!(last_read, &Value::Null, "{}", ledger.text);
    assert_eq!(own.body, usage(&stack, &claim, 2, ALPINE).await.body, "{}", own.text);
    let other = stack.send(RequestEvent::get(&path).customer_admin(TAILWIND)).await;
    assert_eq!(other.status, 404, "{}", other.text);
}

#[tokio::test]
async fn an_ended_item_keeps_since_when_and_on_what_basis_it_was_official() {
    let (stack, claim) = awaiting().await;
    stack.env.let_pass(closes_at(&claim));
    let end = format!("/v1/associations/{}-2/end", claim.id);
    let ended = stack
        .send(
            RequestEvent::post(&end)
                .partner_admin(ALPINE)
                .json(&json!({"reason_code": "other", "comment": "We leave."})),
        )
        .await;
    assert_eq!(ended.status, 200, "{}", ended.text);
    let shown = stack
        .send(RequestEvent::get(&format!("/v1/claims/{}", claim.id)).partner_user(ALPINE))
        .await;
    let item = &shown.body["items"][1];
    assert_eq!((&item["status"], &item["basis"]), (&json!("ended"), &json!("deemed")));
    assert_eq!(item["effective_at"], "2026-12-31T23:00:00Z", "{item}");
    assert_eq!(item["association_id"], format!("{}-2", claim.id));
}

/// What was fed of an item of a tenant.
async fn fed(stack: &Stack, tenant: &str, query: &str) -> Answer {
    let path = format!("/v1/tenants/{tenant}/usage?{query}");
    stack.send(RequestEvent::get(&path).staff("auditor", "anna")).await
}

#[tokio::test]
async fn staff_read_what_was_fed_as_it_was_fed_whether_anybody_is_associated_or_not() {
    let stack = Box::pin(Stack::at(NOW)).await;
    Box::pin(feed(&stack)).await;
    let days = "from=2026-12-01&to=2027-01-02";
    let answer = fed(&stack, CONTOSO, &format!("kind=workload&id=teams&{days}")).await;
    let day = |date, users| json!({"date": date, "active_users": users, "provisioned_seats": 100});
    let items = [day("2026-12-31", 12), day("2027-01-01", 40), day("2027-01-02", 4)];
    let expected = json!({"from": "2026-12-01", "to": "2027-01-02", "as_of": NOW,
        "status": "provisional", "items": items});
    assert_eq!((answer.status, &answer.body), (200, &expected), "{}", answer.text);
    stack.env.clock.set("2027-01-09T12:00:00Z".parse().unwrap());
    let last = fed(&stack, CONTOSO, "kind=workload&id=exchange-online").await;
    let (from, to) = (json!("2026-12-11"), json!("2027-01-09"));
    assert_eq!((&last.body["from"], &last.body["to"]), (&from, &to), "the last 30 days");
    assert_eq!(last.body["items"], json!([day("2027-01-02", 77)]));
    let past = fed(&stack, CONTOSO, &format!("kind=workload&id=teams&{days}")).await;
    assert_eq!(past.body["status"], "final");
    let path =
        format!("/v1/tenants/{CONTOSO}/usage?kind=workload&id=teams&from=2027-01-02&to=2027-01-02");
    let table = RequestEvent::get(&path).staff("operator", "olga").header("accept", "text/csv");
    let table = stack.send(table).await;
    assert_eq!(table.text, "date,active_users,provisioned_seats\r\n2027-01-02,4,100\r\n");
    let ledger = stack.send(RequestEvent::get("/v1/customer/ledger").customer_admin(CONTOSO)).await;
    assert_eq!(ledger.body["items"], json!([]), "it is nobody's reading");
}

#[tokio::test]
async fn what_was_fed_is_of_an_item_that_the_tenant_has_and_of_400_days_at_most() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let item = "kind=workload&id=teams";
    for (query, parameter, code) in [
        ("id=teams".to_owned(), "/kind", "required"),
        ("kind=workload".to_owned(), "/id", "required"),
        ("kind=thing&id=teams".to_owned(), "/kind", "unknown-code"),
        (format!("{item}&limit=1"), "/limit", "unknown-parameter"),
        (format!("{item}&from=2026-12-02&to=2026-12-01"), "/to", "not-later"),
        (format!("{item}&from=2025-11-17"), "/from", "out-of-range"),
        (format!("{item}&from=2026-12-23"), "/from", "in-the-future"),
    ] {
        let refused = fed(&stack, CONTOSO, &query).await;
        assert_eq!(refused.problem(), (400, "invalid-query"), "{query}: {}", refused.text);
        assert_eq!(refused.errors(), [(parameter.to_owned(), code.to_owned())], "{query}");
    }
    assert_eq!(fed(&stack, CONTOSO, &format!("{item}&from=2025-11-18")).await.status, 200);
    for unknown in ["kind=workload&id=nope", "kind=subscription&id=teams"] {
        let refused = fed(&stack, CONTOSO, unknown).await;
        assert_eq!(refused.problem(), (422, "invalid-fields"), "{}", refused.text);
        assert_eq!(refused.errors(), [("/id".to_owned(), "item-not-in-tenant".to_owned())]);
    }
    let nobody = "00000000-0000-4000-8000-000000000000";
    assert_eq!(fed(&stack, nobody, "x=1").await.problem(), (404, "not-found"));
    let reviewer = RequestEvent::get(&format!("/v1/tenants/{CONTOSO}/usage?{item}"));
    let reviewer = stack.send(reviewer.staff("reviewer", "rita")).await;
    assert_eq!(reviewer.problem(), (403, "role-not-allowed"));
}
