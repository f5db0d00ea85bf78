//! Checks: what a partner may learn of a tenant at which it claims nothing, how often, and who is told of it
//! (`docs/domain.md §3.10`).

use chrono::Duration;
use domain::directory::{Partner, PartnerStatus};
use domain::program::{EvidencePolicy, Policy};
use serde_json::{Value, json};
use support::fixtures::{
    self, ALPINE, BOREALIS, CONTOSO, FABRIKAM, TAILWIND, claim_body, claim_body_of,
};
use support::stack::{Answer, Stack};
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";
const FULL: (u16, &str) = (429, "quota-exceeded");

async fn with_alpine(change: impl FnOnce(&mut Partner)) -> Stack {
    let stack = Box::pin(Stack::at(NOW)).await;
    let mut partner = fixtures::alpine();
    change(&mut partner);
    stack.env.store.put_partner(&partner).await.unwrap();
    stack
}

async fn check(stack: &Stack, partner: &str, body: &Value) -> Answer {
    stack.send(RequestEvent::post("/v1/claims:check").partner_user(partner).json(body)).await
}

/// What a partner asks who wants to know what it can claim at a tenant.
fn question(tenant: &str, domain: &str) -> Value {
    json!({"program": "osu-m365", "location_id": "4711", "activity": "usage",
           "tenant": {"id": tenant, "domain": domain}})
}

fn at_contoso() -> Value {
    question(CONTOSO, "contoso.example")
}

/// The items of an answer: id, name and whether each can be claimed.
fn claimable(answer: &Answer) -> Vec<(String, Value, String)> {
    let items = answer.body["items"].as_array().unwrap_or_else(|| panic!("{}", answer.text));
    let text = |item: &Value, name: &str| item[name].as_str().unwrap().to_owned();
    items
        .iter()
        .map(|item| (text(item, "id"), item["name"].clone(), text(item, "claimability")))
        .collect()
}

async fn checks_left(stack: &Stack) -> Value {
    let me = stack.send(RequestEvent::get("/v1/me").partner_user(ALPINE)).await;
    me.body["quotas"]["daily_checks_left"].clone()
}

/// The checks in the customer's ledger, by partner.
async fn told(stack: &Stack, tenant: &str) -> Vec<(String, usize)> {
    let ledger = stack.send(RequestEvent::get("/v1/customer/ledger").customer_admin(tenant)).await;
    assert_eq!(ledger.status, 200, "{}", ledger.text);
    let entries = ledger.body["items"].as_array().unwrap().iter();
    entries
        .map(|entry| {
            let partner = entry["partner"]["id"].as_str().unwrap().to_owned();
            (partner, entry["checks"].as_array().unwrap().len())
        })
        .collect()
}

#[tokio::test]
async fn a_check_without_items_lists_what_the_partner_can_claim() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let mut tenant = fixtures::contoso();
    tenant
        .items
        .iter_mut()
        .find(|item| item.id.as_str() == "sharepoint-online")
        .unwrap()
        .claimable = false;
    stack.env.store.put_tenant(&tenant).await.unwrap();
    let own = stack.env.submitted("own", &["teams"]).await;
    let answer = check(&stack, ALPINE, &at_contoso()).await;
    let found: Vec<_> =
        claimable(&answer).into_iter().map(|(id, _, claimability)| (id, claimability)).collect();
    let expected = [
        ("exchange-online", "claimable"),
        ("teams", "mine"),
        ("sharepoint-online", "not_claimable"),
    ];
    let expected = expected.map(|(id, own)| (id.to_owned(), own.to_owned()));
    assert_eq!(found, expected, "{}", answer.text);
    assert_eq!(answer.body["ok"], false);
    let required =
        |error: &(String, String)| *error == ("/items".to_owned(), "required".to_owned());
    assert!(answer.errors().iter().any(required), "{}", answer.text);
    // The partner's own claim stands against none of the items that the body does not name.
    assert!(!answer.text.contains("duplicate-claim"), "{}", answer.text);
    assert!(!answer.text.contains(own.id.as_str()), "{}", answer.text);
}

#[tokio::test]
async fn a_check_calls_items_by_their_names_in_the_language_of_who_asks() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let names = json!({"catalogue_names": {"teams": {"en": "Microsoft Teams", "cs": "Týmy"}}});
    let put = RequestEvent::put("/v1/programs/osu-m365").staff("operator", "olga").json(&names);
    let put = stack.send(put).await;
    assert_eq!(put.status, 200, "{}", put.text);
    for (language, name) in [("en", "Microsoft Teams"), ("cs", "Týmy")] {
        let question = RequestEvent::post("/v1/claims:check").partner_user(ALPINE);
        let question = question.header("accept-language", language).json(&at_contoso());
        let answer = stack.send(question).await;
        let told: Vec<_> = claimable(&answer).into_iter().map(|(id, own, _)| (id, own)).collect();
        let expected = [
            ("exchange-online", Value::Null),
            ("teams", json!(name)),
            ("sharepoint-online", Value::Null),
        ];
        assert_eq!(told, expected.map(|(id, own)| (id.to_owned(), own)), "{}", answer.text);
    }
}

#[tokio::test]
async fn a_check_tells_nothing_of_a_rival_and_everything_of_a_block() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let rival = stack.env.rival_submitted("rival", &["teams"]).await;
    let rules = json!({"blocked_partners": [ALPINE]});
    let free = check(&stack, ALPINE, &at_contoso()).await;
    let claimability = |answer: &Answer| claimable(answer).into_iter().map(|(.., own)| own);
    assert!(claimability(&free).all(|own| own == "claimable"), "{}", free.text);
    assert_eq!(free.body["contested"], Value::Null, "{}", free.text);
    assert!(!free.text.contains(rival.id.as_str()) && !free.text.contains(BOREALIS));
    let put = RequestEvent::put("/v1/customer/rules").customer_admin(CONTOSO).json(&rules);
    assert_eq!(stack.send(put).await.status, 200);
    let blocked = check(&stack, ALPINE, &at_contoso()).await;
    assert!(claimability(&blocked).all(|own| own == "blocked"), "{}", blocked.text);
    let question =
        json!({"program": "osu-m365", "tenant": {"id": CONTOSO, "domain": "contoso.example"}});
    let other = check(&stack, BOREALIS, &question).await;
    assert!(claimability(&other).any(|own| own == "mine"), "{}", other.text);
}

#[tokio::test]
async fn a_wrong_pair_an_unknown_tenant_and_a_partner_that_may_not_claim_get_the_same_answer() {
    let stack = with_alpine(|alpine| {
        alpine.locations.iter_mut().for_each(|location| {
            location.programs.retain(|program| program.as_str() != "osa-sell");
        });
    })
    .await;
    let tenant = |answer: &Answer| {
        let errors = answer.errors();
        let own: Vec<_> = errors.into_iter().filter(|(at, _)| at.starts_with("/tenant")).collect();
        assert!(answer.body.get("items").is_none(), "{}", answer.text);
        assert_eq!(answer.body["contested"], Value::Null);
        assert_eq!(answer.body["earliest_closes_at"], Value::Null);
        own
    };
    let unknown = vec![("/tenant".to_owned(), "tenant-unknown".to_owned())];
    let wrong_pair = check(&stack, ALPINE, &question(CONTOSO, "tailwind.example")).await;
    assert_eq!(tenant(&wrong_pair), unknown);
    let nobody = question("00000000-0000-4000-8000-000000000000", "contoso.example");
    assert_eq!(check(&stack, ALPINE, &nobody).await.body, wrong_pair.body);
    let mut elsewhere = at_contoso();
    elsewhere["program"] = json!("osa-sell");
    assert_eq!(tenant(&check(&stack, ALPINE, &elsewhere).await), unknown);
    let mut wrong = elsewhere;
    wrong["tenant"]["domain"] = json!("tailwind.example");
    let right_and_wrong = (check(&stack, ALPINE, &wrong).await.body, {
        let mut right = wrong.clone();
        right["tenant"]["domain"] = json!("contoso.example");
        check(&stack, ALPINE, &right).await.body
    });
    assert_eq!(right_and_wrong.0, right_and_wrong.1);
    let mut suspended = fixtures::alpine();
    suspended.status = PartnerStatus::Suspended;
    stack.env.store.put_partner(&suspended).await.unwrap();
    assert_eq!(tenant(&check(&stack, ALPINE, &at_contoso()).await), unknown);
    // Nobody whom nothing was told of stands in a ledger.
    assert_eq!(told(&stack, CONTOSO).await, []);
}

#[tokio::test]
async fn a_tenant_counts_once_a_day_and_a_wrong_pair_five_times() {
    let stack = with_alpine(|alpine| alpine.daily_check_quota = 7).await;
    assert_eq!(checks_left(&stack).await, 7);
    for _ in 0..3 {
        assert_eq!(check(&stack, ALPINE, &at_contoso()).await.status, 200);
    }
    assert_eq!(checks_left(&stack).await, 6);
    assert_eq!(check(&stack, ALPINE, &question(CONTOSO, "tailwind.example")).await.status, 200);
    assert_eq!(checks_left(&stack).await, 1);
    assert_eq!(check(&stack, ALPINE, &question(TAILWIND, "tailwind.example")).await.status, 200);
    let over = check(&stack, ALPINE, &question(FABRIKAM, "fabrikam.example")).await;
    assert_eq!(over.problem(), FULL, "{}", over.text);
    // Prague's midnight is nine hours away.
    assert_eq!(over.header("retry-after"), "32400");
    let guess = check(&stack, ALPINE, &question(FABRIKAM, "contoso.example")).await;
    assert_eq!(guess.body, over.body);
    // What was looked at today may be looked at again; the next day begins anew.
    assert_eq!(check(&stack, ALPINE, &at_contoso()).await.status, 200);
    stack.env.clock.advance(Duration::hours(10));
    assert_eq!(check(&stack, ALPINE, &question(FABRIKAM, "fabrikam.example")).await.status, 200);
    assert_eq!(checks_left(&stack).await, 6);
}

#[tokio::test]
async fn a_tenant_at_which_the_partner_claims_counts_nothing() {
    let stack = with_alpine(|alpine| alpine.daily_check_quota = 0).await;
    assert_eq!(check(&stack, ALPINE, &at_contoso()).await.problem(), FULL);
    stack.env.submitted("own", &["teams"]).await;
    let answer = check(&stack, ALPINE, &at_contoso()).await;
    assert_eq!(claimable(&answer).len(), 3, "{}", answer.text);
    // The claim is not the customer's to see before the first notice.
    assert_eq!(told(&stack, CONTOSO).await, []);
}

#[tokio::test]
async fn a_refused_submit_is_a_look_as_well() {
    let stack = with_alpine(|alpine| alpine.daily_check_quota = 6).await;
    let missing = claim_body(&["yammer"]);
    let refused = stack.submit(ALPINE, "k1", &missing).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert_eq!(checks_left(&stack).await, 5);
    let guess = claim_body_of("4711", CONTOSO, "tailwind.example", &["teams"]);
    assert_eq!(stack.submit(ALPINE, "k2", &guess).await.status, 422);
    assert_eq!(stack.submit(ALPINE, "k3", &guess).await.problem(), FULL);
    let mut draft = guess;
    draft["draft"] = json!(true);
    assert_eq!(stack.submit(ALPINE, "k4", &draft).await.problem(), FULL);
    assert_eq!(told(&stack, CONTOSO).await, [(ALPINE.to_owned(), 1)]);
    // What is in order is a claim, and no look.
    assert_eq!(stack.submit(ALPINE, "k5", &claim_body(&["teams"])).await.status, 201);
}

#[tokio::test]
async fn a_draft_that_cannot_be_submitted_is_a_look_as_well() {
    let stack = with_alpine(|alpine| alpine.daily_check_quota = 1).await;
    let mut body = claim_body(&["yammer"]);
    body["draft"] = json!(true);
    let drafted = stack.submit(ALPINE, "k", &body).await;
    assert_eq!(drafted.status, 201, "{}", drafted.text);
    assert_eq!(checks_left(&stack).await, 1);
    let id = domain::ids::ClaimId::parse(drafted.body["id"].as_str().unwrap()).unwrap();
    let claim = stack.env.read(&id).await;
    assert_eq!(stack.command(ALPINE, &claim, "submit", &json!({})).await.status, 422);
    assert_eq!(checks_left(&stack).await, 0);
    assert_eq!(told(&stack, CONTOSO).await, [(ALPINE.to_owned(), 1)]);
}

#[tokio::test]
async fn the_customer_and_staff_see_who_has_looked() {
    let stack = Box::pin(Stack::at(NOW)).await;
    check(&stack, ALPINE, &at_contoso()).await;
    let mut other = at_contoso();
    other["location_id"] = json!("4712");
    check(&stack, BOREALIS, &other).await;
    stack.env.clock.advance(Duration::days(1));
    check(&stack, ALPINE, &at_contoso()).await;
    let expected = [(BOREALIS.to_owned(), 1), (ALPINE.to_owned(), 2)];
    assert_eq!(told(&stack, CONTOSO).await, expected);
    assert_eq!(told(&stack, TAILWIND).await, []);
    let path = format!("/v1/tenants/{CONTOSO}/checks");
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = RequestEvent::get(&format!("{path}?limit=1{cursor}")).staff("reviewer", "r1");
        let page = stack.send(page).await;
        let items = page.body["items"].as_array().unwrap_or_else(|| panic!("{}", page.text));
        seen.extend(items.iter().map(|item| {
            (item["partner"]["id"].as_str().unwrap().to_owned(), item["date"].clone())
        }));
        match page.body["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let day = |partner: &str, date: &str| (partner.to_owned(), json!(date));
    let expected =
        [day(BOREALIS, "2026-12-22"), day(ALPINE, "2026-12-23"), day(ALPINE, "2026-12-22")];
    assert_eq!(seen, expected);
    let nowhere = "/v1/tenants/00000000-0000-4000-8000-000000000000/checks";
    assert_eq!(stack.send(RequestEvent::get(nowhere).staff("reviewer", "r1")).await.status, 404);
}

#[tokio::test]
async fn a_ledger_in_pages_has_claims_first_and_then_every_look_once() {
    let stack = Box::pin(Stack::at(NOW)).await;
    stack.env.awaiting("own", &["teams"]).await;
    let mut other = at_contoso();
    other["location_id"] = json!("4712");
    for _ in 0..3 {
        check(&stack, BOREALIS, &other).await;
        stack.env.clock.advance(Duration::days(1));
    }
    for limit in 1..=5 {
        let (mut looks, mut pending, mut cursor) = (Vec::new(), 0, String::new());
        loop {
            let page = format!("/v1/customer/ledger?limit={limit}{cursor}");
            let page = stack.send(RequestEvent::get(&page).customer_admin(CONTOSO)).await;
            for entry in page.body["items"].as_array().unwrap_or_else(|| panic!("{}", page.text)) {
                pending += entry["pending"].as_array().unwrap().len();
                let checks = entry["checks"].as_array().unwrap().iter();
                looks.extend(checks.map(|look| look["date"].as_str().unwrap().to_owned()));
            }
            match page.body["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(
            (looks, pending),
            (["24", "23", "22"].map(|day| format!("2026-12-{day}")).to_vec(), 1)
        );
    }
}

#[tokio::test]
async fn a_claim_that_is_over_lets_nobody_look_uncounted() {
    let stack = with_alpine(|alpine| alpine.daily_check_quota = 1).await;
    let own = stack.env.submitted("own", &["teams"]).await;
    stack.command(ALPINE, &own, "withdraw", &json!({"reason_code": "customer_request"})).await;
    assert_eq!(check(&stack, ALPINE, &at_contoso()).await.status, 200);
    assert_eq!(checks_left(&stack).await, 0);
    assert_eq!(told(&stack, CONTOSO).await, [(ALPINE.to_owned(), 1)]);
}

#[tokio::test]
async fn a_submit_that_a_block_refuses_is_a_look_as_well_and_a_check_names_the_blocked_item() {
    let stack = with_alpine(|alpine| alpine.daily_check_quota = 1).await;
    let rules = json!({"blocks": [{"partner_id": ALPINE, "kind": "workload", "id": "teams",
                                   "until": "2027-03-01T00:00:00Z"}]});
    let put = RequestEvent::put("/v1/customer/rules").customer_admin(CONTOSO).json(&rules);
    let put = stack.send(put).await;
    assert_eq!(put.status, 200, "{}", put.text);
    let body = claim_body(&["exchange-online", "teams"]);
    let refused = stack.submit(ALPINE, "k", &body).await;
    assert_eq!(refused.problem(), (409, "blocked-by-customer"), "{}", refused.text);
    assert_eq!(refused.body["items"], json!([2]), "the second of the body's items");
    assert_eq!(checks_left(&stack).await, 0);
    assert_eq!(told(&stack, CONTOSO).await, [(ALPINE.to_owned(), 1)]);
    let checked = check(&stack, ALPINE, &body).await;
    let expected = [("/items/1".to_owned(), "blocked-by-customer".to_owned())];
    assert_eq!(checked.errors(), expected, "{}", checked.text);
}

#[tokio::test]
async fn a_partner_that_may_not_claim_learns_nothing_by_a_draft() {
    let stack = with_alpine(|_| ()).await;
    let mut body = claim_body(&["yammer"]);
    body["draft"] = json!(true);
    let drafted = stack.submit(ALPINE, "k", &body).await;
    assert_eq!(drafted.status, 201, "{}", drafted.text);
    let mut suspended = fixtures::alpine();
    suspended.status = PartnerStatus::Suspended;
    suspended.daily_check_quota = 8;
    stack.env.store.put_partner(&suspended).await.unwrap();
    let id = domain::ids::ClaimId::parse(drafted.body["id"].as_str().unwrap()).unwrap();
    let claim = stack.env.read(&id).await;
    let refused = stack.command(ALPINE, &claim, "submit", &json!({})).await;
    assert!(refused.text.contains("tenant-unknown"), "{}", refused.text);
    assert!(!refused.text.contains("item-not-in-tenant"), "{}", refused.text);
    assert_eq!(checks_left(&stack).await, 3);
    let again = stack.submit(ALPINE, "k2", &body).await;
    let unknown = ("/tenant".to_owned(), "tenant-unknown".to_owned());
    assert!(again.errors().contains(&unknown), "{}", again.text);
}

#[tokio::test]
async fn a_check_warns_of_contacts_that_decide_little_and_of_missing_evidence() {
    let stack = with_alpine(|alpine| {
        alpine.domains = [domain::text::Domain::parse("alpine.example").unwrap()].into();
    })
    .await;
    let warned = async |address: &str| {
        let mut body = claim_body(&["teams"]);
        body["customer_contact"]["email"] = json!(address);
        let answer = check(&stack, ALPINE, &body).await;
        let warnings = answer.body["warnings"].as_array().unwrap().clone();
        warnings.iter().map(|own| own["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(warned("it@contoso.example").await, [""; 0]);
    assert_eq!(warned("jana@contoso.example").await, ["contact-unverified"]);
    assert_eq!(warned("al@alpine.example").await, ["contact-outside", "contact-own"]);
    let mut body = claim_body(&["teams"]);
    body["customer_contact"]["email"] = json!("it@contoso.example");
    for (address, ok, told) in [
        ("petr@elsewhere.example", true, "partner-contact-elsewhere"),
        ("jana@contoso.example", false, "domain-not-own"),
    ] {
        body["partner_contact"]["email"] = json!(address);
        let answer = check(&stack, ALPINE, &body).await;
        let expected = json!({"pointer": "/partner_contact/email", "code": told});
        let list = if ok { &answer.body["warnings"] } else { &answer.body["errors"] };
        let found = json!({"pointer": list[0]["pointer"], "code": list[0]["code"]});
        assert_eq!((&answer.body["ok"], found), (&json!(ok), expected), "{}", answer.text);
        assert_eq!(list.as_array().unwrap().len(), 1, "{}", answer.text);
    }
    // The program asks for no documents, and is not validated in without an entry either.
    let mut body = claim_body(&["teams"]);
    body["customer_contact"]["email"] = json!("it@contoso.example");
    body["evidence"] = json!([]);
    let answer = check(&stack, ALPINE, &body).await;
    assert_eq!(answer.body["warnings"][0]["code"], "evidence-missing", "{}", answer.text);
}

#[tokio::test]
async fn a_check_warns_of_missing_documents_where_the_program_asks_for_them() {
    let policy = Policy { evidence: EvidencePolicy::Uploaded, ..Policy::default() };
    let stack = Box::pin(Stack::with_policy(NOW, policy)).await;
    let mut body = claim_body(&["teams"]);
    body["customer_contact"]["email"] = json!("it@contoso.example");
    for none in [json!([]), Value::Null] {
        body["evidence"] = none;
        let answer = check(&stack, ALPINE, &body).await;
        let warnings = answer.body["warnings"].as_array().unwrap();
        let told: Vec<_> = warnings.iter().map(|own| (&own["pointer"], &own["code"])).collect();
        assert_eq!(told, [(&json!("/evidence"), &json!("evidence-missing"))], "{}", answer.text);
        assert!(warnings[0]["detail"].as_str().unwrap().contains("evidence"), "{}", answer.text);
        assert_eq!(answer.body["ok"], true, "it hinders no submit: {}", answer.text);
    }
    let declared = claim_body(&["teams"])["evidence"].clone();
    assert_eq!(declared.as_array().map(Vec::len), Some(1));
    body["evidence"] = declared;
    let answer = check(&stack, ALPINE, &body).await;
    let warnings = answer.body["warnings"].as_array().unwrap();
    let told: Vec<_> = warnings.iter().map(|own| (&own["pointer"], &own["code"])).collect();
    let expected = [(&json!("/evidence"), &json!("evidence-document-missing"))];
    assert_eq!((told, &answer.body["ok"]), (expected.to_vec(), &json!(true)), "{}", answer.text);
    assert!(warnings[0]["detail"].as_str().unwrap().contains("documents"), "{}", answer.text);
    assert_eq!(stack.submit(ALPINE, "k", &body).await.status, 201);
}

#[tokio::test]
async fn whether_a_claim_would_be_contested_is_told_of_one_that_could_be_submitted_alone() {
    let stack = Box::pin(Stack::at(NOW)).await;
    stack.env.holding("held", &["teams"]).await;
    let whole = claim_body_of("4712", CONTOSO, "contoso.example", &["teams"]);
    let contested = async |body: &Value, ok: bool| {
        let answer = check(&stack, BOREALIS, body).await;
        assert_eq!(answer.body["ok"], ok, "{}", answer.text);
        answer.body["contested"].clone()
    };
    assert_eq!(contested(&whole, true).await, json!(true));
    let other = claim_body_of("4712", CONTOSO, "contoso.example", &["exchange-online"]);
    assert_eq!(contested(&other, true).await, json!(false));
    // Items that are merely named, a field that is wrong, and what the customer or an own claim keeps it from.
    let mut named = question(CONTOSO, "contoso.example");
    named["items"] = json!([{"kind": "workload", "id": "teams"}]);
    let mut wrong = whole.clone();
    wrong["activity"] = json!("selling");
    for body in [named, wrong] {
        assert_eq!(contested(&body, false).await, Value::Null, "{body}");
    }
    let both = claim_body_of("4712", CONTOSO, "contoso.example", &["teams", "exchange-online"]);
    stack.env.create_of(BOREALIS, "own", &other).await.unwrap();
    assert_eq!(contested(&both, false).await, Value::Null, "an own claim is in the way");
    let rules = RequestEvent::put("/v1/customer/rules").customer_admin(CONTOSO);
    let rules = stack.send(rules.json(&json!({"blocked_partners": [BOREALIS]}))).await;
    assert_eq!(rules.status, 200, "{}", rules.text);
    assert_eq!(contested(&whole, false).await, Value::Null, "the customer blocks it");
}
