//! The customer's overview, without an account (`docs/domain.md §5.10`): who gets a link, what it shows, and that it only
//! takes away.

use std::collections::BTreeSet;

use chrono::{Duration, NaiveDate};
use domain::directory::{Tenant, TenantContact};
use domain::program::{ItemKind, ItemRef};
use domain::text::{Email, Name};
use notice::OverviewLink;
use serde_json::{Value, json};
use store::UsageRecord;
use support::event_functions::{Mail, mails, overview_messages, records};
use support::fixtures::{self, ALPINE, BOREALIS, CONTOSO, TAILWIND};
use support::logs::Lines;
use support::stack::{self, Answer, OTHER_SECRET, ROTATED_SECRET, SECRET, Stack};
use support::test_env::{closes_at, item_statuses, tenant_id};
use support::wire::{Fault, Wire};
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";
const IT: &str = "it@contoso.example";
const OFFICE: &str = "office@contoso.example";

/// A stack whose tenants' mailboxes are known.
async fn stack() -> Stack {
    let stack = Box::pin(Stack::at(NOW)).await;
    stack.env.store.put_tenant(&fixtures::contoso_with(&["office"])).await.unwrap();
    sweep(&stack).await;
    stack
}

async fn sweep(stack: &Stack) {
    let swept = stack.event_functions.sweep(&stack.env).await.unwrap();
    assert!(swept.batch_item_failures.is_empty());
}

fn wire(stack: &Stack) -> &Wire {
    &stack.wires[7]
}

/// Somebody asks for a link.
async fn ask(stack: &Stack, email: &str) -> Answer {
    let body = format!("email={}", email.replace('@', "%40"));
    let event =
        RequestEvent::post("/c").header("content-type", "application/x-www-form-urlencoded");
    stack.send(event.body(&body)).await
}

/// What `notify` mails for everything that `overview` has sent since the services were told to forget.
async fn mailed(stack: &Stack) -> Vec<Mail> {
    for message in overview_messages(&stack.env) {
        stack.event_functions.notify_of(&message).await.unwrap();
    }
    mails(&stack.env)
}

/// Asks for a link, and gets it: token and code.
async fn link_to(stack: &Stack, email: &str) -> (String, String) {
    stack.env.services.forget();
    assert_eq!(ask(stack, email).await.status, 200);
    let mails = mailed(stack).await;
    let [mail] = mails.as_slice() else { panic!("{} mails", mails.len()) };
    assert_eq!(mail.to, email);
    let text = mail.text();
    let token = text.lines().find_map(|line| line.strip_prefix("https://cpor.test/c/")).unwrap();
    let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|c| c.is_ascii_digit());
    (token.to_owned(), text.lines().find(is_code).unwrap().to_owned())
}

async fn open(stack: &Stack, token: &str) -> Answer {
    stack.send(RequestEvent::get(&format!("/c/{token}?lang=en"))).await
}

async fn send(stack: &Stack, token: &str, form: &str) -> Answer {
    let event = RequestEvent::post(&format!("/c/{token}?lang=en"));
    stack.send(event.header("content-type", "application/x-www-form-urlencoded").body(form)).await
}

fn other_code(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

fn contact(email: &str, verified_since: Option<&str>) -> TenantContact {
    TenantContact {
        name: Name::parse("IT desk").unwrap(),
        email: Email::parse(email).unwrap(),
        verified: true,
        verified_since: verified_since.map(|since| since.parse().unwrap()),
        verified_by: None,
    }
}

/// The mailboxes that the table knows, without their keys: how many there are for each tenant.
fn known(stack: &Stack, tenant: &str) -> usize {
    let items = stack.env.engine.items("MB#");
    items.iter().filter(|item| item["sk"]["S"] == format!("T#{tenant}")).count()
}

async fn put_contacts(stack: &Stack, contacts: &Value) -> Answer {
    let event =
        RequestEvent::put(&format!("/v1/tenants/{CONTOSO}")).staff("operator", "operator-1");
    stack.send(event.json(&json!({"contacts": contacts}))).await
}

async fn ledger_of(stack: &Stack, partner: &str) -> Value {
    stack.event_functions.publish(&records(&stack.env)).await.unwrap();
    let event = RequestEvent::get("/v1/customer/ledger").customer_admin(CONTOSO);
    let answer = stack.send(event).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let all = answer.body["items"].as_array().unwrap().clone();
    all.into_iter().find(|entry| entry["partner"]["id"] == partner).unwrap()
}

#[tokio::test]
async fn whoever_asks_for_a_link_gets_one_answer_after_one_work_whatever_the_address_is() {
    let stack = stack().await;
    let mut answers = Vec::new();
    for email in [IT, "nobody@contoso.example", "IT@contoso.example", "it", ""] {
        stack.env.services.forget();
        wire(&stack).reset();
        let before = stack.env.services.count();
        let answer = ask(&stack, email).await;
        assert_eq!(wire(&stack).calls().len(), 0, "{email:?}: nothing is read");
        assert_eq!(stack.env.services.count() - before, 1, "{email:?}: one call");
        let sent = stack.env.services.taken("SendMessage");
        assert_eq!(sent[0]["QueueUrl"], "https://sqs.test/000000000000/cpor-overviews");
        answers.push((answer.status, answer.text, format!("{:?}", answer.headers)));
    }
    assert_eq!(answers[0].0, 200);
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}

#[tokio::test]
async fn a_verified_contact_alone_is_mailed_a_link_that_opens_its_tenant() {
    let stack = stack().await;
    for email in ["nobody@contoso.example", "jana@contoso.example", "it", "it@fabrikam.test"] {
        ask(&stack, email).await;
    }
    assert_eq!(mailed(&stack).await.len(), 0);
    let (token, _) = link_to(&stack, IT).await;
    let page = open(&stack, &token).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains("Contoso") && !page.text.contains("Tailwind"), "{}", page.text);
    let (token, _) = link_to(&stack, "it@tailwind.example").await;
    assert!(open(&stack, &token).await.text.contains("Tailwind"));
}

#[tokio::test]
async fn an_address_that_became_verified_six_days_ago_gets_no_link() {
    let stack = stack().await;
    let contacts = vec![
        contact("six@contoso.example", Some("2026-12-16T13:00:00Z")),
        contact("seven@contoso.example", Some("2026-12-15T14:00:00Z")),
    ];
    stack.env.store.put_tenant(&Tenant { contacts, ..fixtures::contoso() }).await.unwrap();
    sweep(&stack).await;
    ask(&stack, "six@contoso.example").await;
    assert_eq!(mailed(&stack).await.len(), 0);
    link_to(&stack, "seven@contoso.example").await;
}

#[tokio::test]
async fn an_address_gets_three_links_a_day_and_a_message_that_comes_again_is_none_of_them() {
    let stack = stack().await;
    for _ in 0..5 {
        ask(&stack, IT).await;
    }
    let first = overview_messages(&stack.env).remove(0);
    for _ in 0..3 {
        stack.event_functions.notify_of(&first).await.unwrap();
    }
    assert_eq!(mails(&stack.env).len(), 1, "the same message");
    assert_eq!(mailed(&stack).await.len(), 3);
    let tokens: BTreeSet<_> = mails(&stack.env).iter().map(Mail::text).collect();
    assert_eq!(tokens.len(), 1, "made at one moment it is one link");
    stack.env.clock.set("2026-12-22T23:59:00Z".parse().unwrap());
    stack.env.services.forget();
    ask(&stack, IT).await;
    assert_eq!(mailed(&stack).await.len(), 0);
    stack.env.clock.set("2026-12-23T00:00:00Z".parse().unwrap());
    stack.env.services.forget();
    ask(&stack, IT).await;
    let mut message = overview_messages(&stack.env).remove(0);
    message["messageId"] = json!("another");
    stack.event_functions.notify_of(&message).await.unwrap();
    assert_eq!(mails(&stack.env).len(), 1);
}

#[tokio::test]
async fn two_hundred_links_go_out_in_an_hour_and_more_are_asked_for_anew() {
    let stack = stack().await;
    let hour = json!({"pk": {"S": "MB#links"}, "sk": {"S": "H#2026-12-22T14"}, "n": {"N": "199"}});
    stack.env.engine.put(&hour);
    ask(&stack, IT).await;
    ask(&stack, OFFICE).await;
    assert_eq!(mailed(&stack).await.len(), 1);
    stack.env.clock.advance(Duration::hours(1));
    stack.env.services.forget();
    ask(&stack, OFFICE).await;
    let mut message = overview_messages(&stack.env).remove(0);
    message["messageId"] = json!("later");
    stack.event_functions.notify_of(&message).await.unwrap();
    assert_eq!(mails(&stack.env).len(), 1);
}

#[tokio::test]
async fn a_tenant_is_written_together_with_whose_its_verified_contacts_are() {
    let stack = Box::pin(Stack::at(NOW)).await;
    assert_eq!(known(&stack, CONTOSO), 0, "it is from before");
    let person =
        |email: &str, verified: bool| json!({"name": "A", "email": email, "verified": verified});
    let wires = &stack.wires[6];
    wires.reset();
    let all = json!([person(IT, true), person(OFFICE, true), person("x@contoso.example", false)]);
    assert_eq!(put_contacts(&stack, &all).await.status, 200);
    let transactions: Vec<_> =
        wires.calls().into_iter().filter(|call| call.operation == "TransactWriteItems").collect();
    assert_eq!(transactions.len(), 1);
    assert!(transactions[0].names("TN#", "A") && transactions[0].names("MB#", "T#"));
    assert_eq!(known(&stack, CONTOSO), 2);
    assert_eq!(put_contacts(&stack, &json!([person(OFFICE, true)])).await.status, 200);
    assert_eq!(known(&stack, CONTOSO), 1, "who left is not found any more");
    let all = stack.env.engine.items("MB#");
    assert!(all.iter().all(|item| !item.to_string().contains("contoso.example")), "{all:?}");
}

#[tokio::test]
async fn a_tenant_from_before_is_found_after_a_sweep_and_so_is_one_with_more_contacts_than_a_transaction_takes()
 {
    let stack = Box::pin(Stack::at(NOW)).await;
    ask(&stack, IT).await;
    assert_eq!(mailed(&stack).await.len(), 0);
    sweep(&stack).await;
    link_to(&stack, IT).await;
    let many: Vec<_> = (0..150)
        .map(|no| json!({"name": "A", "email": format!("c{no}@contoso.example"), "verified": true}))
        .collect();
    let put = put_contacts(&stack, &json!(many)).await;
    assert_eq!(put.status, 200, "{}", put.text);
    assert!(known(&stack, CONTOSO) < 150);
    sweep(&stack).await;
    assert_eq!(known(&stack, CONTOSO), 150, "and the one who left is gone");
}

#[tokio::test]
async fn the_overview_shows_who_sees_what_since_when_on_what_basis_and_who_asks() {
    let stack = stack().await;
    let held = Box::pin(stack.env.awaiting("k", &["teams"])).await;
    stack.env.let_pass(closes_at(&held));
    stack.env.finalize().await;
    let item = ItemRef { kind: ItemKind::Workload, id: held.items[0].id.clone() };
    let day = |no: u32| NaiveDate::from_ymd_opt(2027, 1, no).unwrap();
    let row = |no: u32, users: u32| UsageRecord {
        item: item.clone(),
        date: day(no),
        active_users: users,
        provisioned_seats: 40,
    };
    let rows = [row(1, 12), row(2, 30), row(3, 4)];
    stack.env.store.put_usage(&tenant_id(CONTOSO), &rows, stack.env.clock.now()).await.unwrap();
    stack.env.clock.set("2027-01-04T09:00:00Z".parse().unwrap());
    let read = RequestEvent::get(&format!("/v1/associations/{}-1/usage", held.id));
    assert_eq!(stack.send(read.partner_user(ALPINE)).await.status, 200);
    Box::pin(stack.env.awaiting("k2", &["exchange-online"])).await;
    let look = fixtures::claim_body_of("4712", CONTOSO, "contoso.example", &["sharepoint-online"]);
    stack.send(RequestEvent::post("/v1/claims:check").partner_user(BOREALIS).json(&look)).await;
    let (token, _) = link_to(&stack, IT).await;
    let page = open(&stack, &token).await;
    for part in [
        "<bdi>Alpine Cloud</bdi>",
        "<bdi>Borealis Partners</bdi>",
        "last on Monday 4 January 2027",
        "Friday 1 January 2027 0:00",
        "Nobody said no in time",
        "you or the partner end it",
        "Monday 4 January 2027 10:00",
        "<polyline points=\"3,",
        "1 January to 3 January: 12 to 30 people a day",
        "Nobody has decided yet: <bdi>exchange-online</bdi>",
        "Only days since the partnership became active",
    ] {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
    for hidden in [OFFICE, IT, "jana@", "IT desk", "petr@alpine.example", "<script", "accept"] {
        assert!(!page.text.contains(hidden), "{hidden}: {}", page.text);
    }
}

#[tokio::test]
async fn a_form_with_the_code_ends_an_association_which_every_verified_contact_is_told_with_who_did_it()
 {
    let stack = stack().await;
    let rules = json!({"contacts": [{"name": "CISO", "email": "ciso@contoso.example"}]});
    let put = RequestEvent::put("/v1/customer/rules").customer_admin(CONTOSO).json(&rules);
    assert_eq!(stack.send(put).await.status, 200);
    let held = Box::pin(stack.env.holding("k", &["teams", "exchange-online"])).await;
    let (token, code) = link_to(&stack, OFFICE).await;
    let page = send(&stack, &token, &format!("end={}-1&code={code}", held.id)).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains("Ended at once") && page.text.contains("teams"), "{}", page.text);
    let claim = stack.env.read(&held.id).await;
    assert_eq!(item_statuses(&claim), ["ended", "active"]);
    let again = send(&stack, &token, &format!("end={}-1&code={code}", held.id)).await;
    assert_eq!((again.status, stack.env.read(&held.id).await.version), (200, claim.version));
    let entry = ledger_of(&stack, ALPINE).await;
    let receipt = entry["receipts"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (&receipt["type"], &receipt["by"]),
        (&json!("association_ended"), &json!("contact"))
    );
    let actor = receipt["actor_id"].as_str().unwrap();
    assert!(actor.starts_with("contact:") && actor.len() == 24, "{actor}");
    stack.env.services.forget();
    stack.event_functions.publish(&records(&stack.env)).await.unwrap();
    let told = support::event_functions::events(&stack.env);
    let ended = told.iter().rfind(|event| event["type"] == "association_ended").unwrap();
    stack.event_functions.notify(ended).await.unwrap();
    let mails = mails(&stack.env);
    let to: BTreeSet<_> = mails.iter().map(|mail| mail.to.as_str()).collect();
    for everybody in [IT, OFFICE, "ciso@contoso.example"] {
        assert!(to.contains(everybody), "{everybody}: {to:?}");
    }
    assert_eq!(to.len(), mails.len(), "one act, one mail an address");
    assert!(mails.iter().all(|mail| mail.text().contains(OFFICE)), "{}", mails[0].text());
}

#[tokio::test]
async fn a_form_blocks_a_partner_and_asks_for_a_yes_which_holds_at_once_and_stands_in_the_ledger() {
    let stack = stack().await;
    let claim = Box::pin(stack.env.awaiting("k", &["teams"])).await;
    let (token, code) = link_to(&stack, OFFICE).await;
    stack.env.services.forget();
    let page = send(&stack, &token, &format!("block={ALPINE}&yes=all&code={code}")).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert_eq!(item_statuses(&stack.env.read(&claim.id).await), ["declined"]);
    let rules =
        stack.send(RequestEvent::get("/v1/customer/rules").customer_admin(CONTOSO)).await.body;
    assert_eq!(
        (&rules["blocked_partners"], &rules["explicit_yes"]),
        (&json!([ALPINE]), &json!("all"))
    );
    let refused = stack.submit(ALPINE, "k2", &fixtures::claim_body(&["exchange-online"])).await;
    assert_eq!(refused.problem(), (409, "blocked-by-customer"));
    let mails = mailed(&stack).await;
    assert_eq!(mails.len(), 4, "two acts, two contacts");
    let texts: Vec<_> = mails.iter().map(Mail::text).collect();
    assert!(texts.iter().all(|text| text.contains(OFFICE)), "{}", texts[0]);
    assert_eq!(texts.iter().filter(|text| text.contains("Alpine Cloud")).count(), 2);
    let acts = ledger_of(&stack, ALPINE).await["acts"].clone();
    let told: BTreeSet<_> =
        acts.as_array().unwrap().iter().map(|act| act["act"].as_str().unwrap()).collect();
    assert_eq!(told, ["ask_for_yes", "block_partner"].into(), "{acts}");
    let page = open(&stack, &token).await;
    assert!(page.text.contains("may claim nothing of yours"), "{}", page.text);
    assert!(
        !page.text.contains("name=\"block\"") && !page.text.contains("name=\"yes\""),
        "{}",
        page.text
    );
    let again = send(&stack, &token, &format!("block={ALPINE}&yes=all&code={code}")).await;
    assert_eq!(again.status, 200, "{}", again.text);
    assert_eq!(ledger_of(&stack, ALPINE).await["acts"].as_array().unwrap().len(), 2, "once");
}

#[tokio::test]
async fn nothing_is_lifted_by_an_overview() {
    let stack = stack().await;
    let block = json!({"partner_id": BOREALIS, "kind": "workload", "id": "teams", "until": "2027-06-01T00:00:00Z"});
    let before = json!({"blocked_partners": [BOREALIS], "explicit_yes": ["osu-m365"], "closures": ["2026-12-31"],
        "locale": "en", "contacts": [{"name": "CISO", "email": "ciso@contoso.example"}], "blocks": [block]});
    let put = RequestEvent::put("/v1/customer/rules").customer_admin(CONTOSO).json(&before);
    assert_eq!(stack.send(put).await.status, 200);
    Box::pin(stack.env.awaiting("k", &["exchange-online"])).await;
    let (token, code) = link_to(&stack, IT).await;
    for form in
        ["unblock=p-borealis", "yes=none", "locale=cs", "contacts=x", "decision=undo", "accept=1"]
    {
        let refused = send(&stack, &token, &format!("{form}&block={ALPINE}&code={code}")).await;
        assert_eq!(refused.status, 422, "{form}: {}", refused.text);
    }
    assert_eq!(send(&stack, &token, &format!("block={ALPINE}&code={code}")).await.status, 200);
    let after =
        stack.send(RequestEvent::get("/v1/customer/rules").customer_admin(CONTOSO)).await.body;
    assert_eq!(after["blocked_partners"], json!([ALPINE, BOREALIS]));
    for kept in ["explicit_yes", "closures", "locale", "contacts", "blocks"] {
        assert_eq!(after[kept], before[kept], "{kept}");
    }
}

#[tokio::test]
async fn whoever_opens_the_page_or_sends_its_form_as_it_stands_takes_nothing() {
    let stack = stack().await;
    let held = Box::pin(stack.env.holding("k", &["teams"])).await;
    let (token, code) = link_to(&stack, IT).await;
    let version = stack.env.read(&held.id).await.version;
    let end = format!("end={}-1", held.id);
    for method in ["GET", "HEAD"] {
        let event = RequestEvent::new(method, &format!("/c/{token}"));
        assert_eq!(stack.send(event).await.status, 200, "{method}");
    }
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS"] {
        let event = RequestEvent::new(method, &format!("/c/{token}"));
        assert_eq!(stack.send(event).await.status, 405, "{method}");
    }
    for form in [
        format!("{end}&take=away&code="),
        end.clone(),
        format!("{end}&code={code}&code={code}"),
        format!("code={code}"),
    ] {
        let refused = send(&stack, &token, &form).await;
        assert_eq!(refused.status, 422, "{form}: {}", refused.text);
    }
    let wrong = send(&stack, &token, &format!("{end}&code={}", other_code(&code))).await;
    assert_eq!(wrong.status, 403, "{}", wrong.text);
    assert!(
        wrong.text.contains(" checked>") && wrong.text.contains("aria-invalid"),
        "{}",
        wrong.text
    );
    assert_eq!(stack.env.read(&held.id).await.version, version);
}

#[tokio::test]
async fn a_link_takes_twenty_forms_and_guesses_made_at_once_are_counted_one_by_one() {
    let stack = stack().await;
    let held = Box::pin(stack.env.holding("k", &["teams"])).await;
    let (token, code) = link_to(&stack, IT).await;
    let wrong = format!("end={}-1&code={}", held.id, other_code(&code));
    let guess = || send(&stack, &token, &wrong);
    let mut answers = Vec::new();
    for _ in 0..5 {
        let all = tokio::join!(guess(), guess(), guess(), guess(), guess(), guess());
        answers.extend([all.0, all.1, all.2, all.3, all.4, all.5]);
    }
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 403).count(), 20, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 10, "{statuses:?}");
    let right = send(&stack, &token, &format!("end={}-1&code={code}", held.id)).await;
    assert_eq!((right.status, right.header("retry-after")), (429, "1800"), "{}", right.text);
    let (fresh, code) = {
        stack.env.clock.advance(Duration::minutes(1));
        stack.env.services.forget();
        ask(&stack, IT).await;
        let mut message = overview_messages(&stack.env).remove(0);
        message["messageId"] = json!("fresh");
        stack.event_functions.notify_of(&message).await.unwrap();
        let text = mails(&stack.env)[0].text();
        let token = text
            .lines()
            .find_map(|line| line.strip_prefix("https://cpor.test/c/"))
            .unwrap()
            .to_owned();
        let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|c| c.is_ascii_digit());
        let code = text.lines().find(is_code).unwrap().to_owned();
        (token, code)
    };
    let answer = send(&stack, &fresh, &format!("end={}-1&code={code}", held.id)).await;
    assert_eq!(answer.status, 200, "another link: {}", answer.text);
}

#[tokio::test]
async fn a_form_that_names_what_is_not_the_tenants_is_refused_whole() {
    let stack = stack().await;
    let held = Box::pin(stack.env.holding("k", &["teams"])).await;
    let (token, code) = link_to(&stack, "it@tailwind.example").await;
    for form in
        [format!("end={}-1", held.id), format!("block={ALPINE}"), "block=p-nobody".to_owned()]
    {
        let refused = send(&stack, &token, &format!("{form}&yes=all&code={code}")).await;
        assert_eq!(refused.status, 422, "{form}: {}", refused.text);
    }
    assert_eq!(item_statuses(&stack.env.read(&held.id).await), ["active"]);
    let rules = stack.send(RequestEvent::get("/v1/customer/rules").customer_admin(TAILWIND)).await;
    assert_eq!(rules.body["explicit_yes"], "none");
}

#[tokio::test]
async fn a_link_is_over_after_half_an_hour_and_with_the_entry_of_its_contact() {
    let stack = stack().await;
    let (token, code) = link_to(&stack, IT).await;
    stack.env.clock.advance(Duration::milliseconds(30 * 60 * 1000 - 1));
    assert_eq!(open(&stack, &token).await.status, 200);
    stack.env.clock.advance(Duration::milliseconds(1));
    let over = open(&stack, &token).await;
    assert_eq!(over.status, 404, "{}", over.text);
    assert!(over.text.contains("href=\"/c?lang=en\""), "{}", over.text);
    assert_eq!(send(&stack, &token, &format!("yes=all&code={code}")).await.status, 404);
    stack.env.clock.advance(Duration::days(1));
    let (token, code) = link_to_anew(&stack, OFFICE).await;
    assert_eq!(open(&stack, &token).await.status, 200);
    stack.env.store.put_tenant(&fixtures::contoso()).await.unwrap();
    assert_eq!(open(&stack, &token).await.status, 404, "the contact was taken out");
    assert_eq!(send(&stack, &token, &format!("yes=all&code={code}")).await.status, 404);
    let rules = stack.send(RequestEvent::get("/v1/customer/rules").customer_admin(CONTOSO)).await;
    assert_eq!(rules.body["explicit_yes"], "none");
}

/// The same as [`link_to`], by a message of another id.
async fn link_to_anew(stack: &Stack, email: &str) -> (String, String) {
    stack.env.services.forget();
    ask(stack, email).await;
    let mut message = overview_messages(&stack.env).remove(0);
    message["messageId"] = json!(format!("at-{}", stack.env.clock.now().timestamp_millis()));
    stack.event_functions.notify_of(&message).await.unwrap();
    let text = mails(&stack.env).last().unwrap().text();
    let token = text.lines().find_map(|line| line.strip_prefix("https://cpor.test/c/")).unwrap();
    let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|c| c.is_ascii_digit());
    (token.to_owned(), text.lines().find(is_code).unwrap().to_owned())
}

#[tokio::test]
async fn a_token_that_is_not_ours_is_answered_before_anything_is_read() {
    let stack = stack().await;
    let (token, _) = link_to(&stack, IT).await;
    let theirs = stack::keys(OTHER_SECRET);
    let tenant = fixtures::contoso();
    let foreign =
        OverviewLink::of(&theirs, &tenant, &tenant.contacts[0], stack.env.clock.now()).unwrap();
    let mut changed = token.clone();
    changed.replace_range(20..21, if &token[20..21] == "A" { "B" } else { "A" });
    for wrong in [foreign.to_token(&theirs), changed, "nobody".to_owned(), token[1..].to_owned()] {
        wire(&stack).reset();
        for answer in
            [open(&stack, &wrong).await, send(&stack, &wrong, "yes=all&code=123456").await]
        {
            assert_eq!(answer.status, 404, "{wrong}");
        }
        assert_eq!(wire(&stack).calls().len(), 0, "{wrong}");
    }
}

#[tokio::test]
async fn a_link_stays_good_through_a_rotation_of_the_key_and_one_of_the_new_key_is_opened() {
    let stack = stack().await;
    let (old, code) = link_to(&stack, IT).await;
    stack.secret.put(ROTATED_SECRET);
    stack.env.clock.advance(Duration::minutes(11));
    let (new, _) = link_to_anew(&stack, IT).await;
    assert_ne!(&old[..2], &new[..2], "made under another key");
    for token in [&new, &old] {
        assert_eq!(open(&stack, token).await.status, 200);
    }
    assert_eq!(send(&stack, &old, &format!("yes=all&code={code}")).await.status, 200);
    let contact = OverviewLink::from_token(&stack::keys(SECRET), &old).unwrap().contact();
    let acts = ledger_acts(&stack).await;
    assert!(acts.iter().any(|act| act["actor_id"] == format!("contact:{contact}")), "{acts:?}");
}

async fn ledger_acts(stack: &Stack) -> Vec<Value> {
    Box::pin(stack.env.awaiting("k9", &["teams"])).await;
    ledger_of(stack, ALPINE).await["acts"].as_array().unwrap().clone()
}

#[tokio::test]
async fn what_was_done_before_a_fault_stays_done_and_the_same_form_does_the_rest() {
    let stack = stack().await;
    let held = Box::pin(stack.env.holding("k", &["teams"])).await;
    let (token, code) = link_to(&stack, IT).await;
    let form = format!("end={}-1&block={ALPINE}&code={code}", held.id);
    stack.env.services.refuse(
        "SendMessage",
        10,
        support::fake_services::With::Error(500, "InternalError"),
    );
    let failed = send(&stack, &token, &form).await;
    assert_eq!(failed.status, 503, "{}", failed.text);
    assert!(failed.text.contains("not everything was done"), "{}", failed.text);
    assert_eq!(item_statuses(&stack.env.read(&held.id).await), ["ended"]);
    stack.env.services.repair();
    stack.env.services.forget();
    assert_eq!(send(&stack, &token, &form).await.status, 200);
    assert_eq!(mailed(&stack).await.len(), 2, "now both contacts are told");
    wire(&stack).always(|call| call.names("RU#", "A") && call.writes(), Fault::Internal);
    let failed = send(&stack, &token, &format!("yes=all&code={code}")).await;
    assert_eq!(failed.status, 503, "{}", failed.text);
}

#[tokio::test]
async fn every_page_bears_the_strict_headers_and_no_log_an_address_a_token_or_a_code() {
    let lines = Lines::default();
    let guard = lines.kept();
    let stack = stack().await;
    let held = Box::pin(stack.env.holding("k", &["teams"])).await;
    let (token, code) = link_to(&stack, IT).await;
    let answers = [
        stack.send(RequestEvent::get("/c")).await,
        ask(&stack, IT).await,
        ask(&stack, "nobody@contoso.example").await,
        open(&stack, &token).await,
        open(&stack, "nobody").await,
        send(&stack, &token, "code=1").await,
        send(&stack, &token, &format!("end={}-1&code={}", held.id, other_code(&code))).await,
        send(&stack, &token, &format!("end={}-1&code={code}", held.id)).await,
        stack.send(RequestEvent::new("PUT", &format!("/c/{token}"))).await,
    ];
    mailed(&stack).await;
    drop(guard);
    for answer in answers {
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{}: {policy}", answer.status);
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("x-robots-tag"), "noindex, nofollow");
        assert!(!answer.text.contains("<script") && !answer.text.contains(" style="));
    }
    let logged = lines.logged();
    assert!(logged.contains("a contact took something away"), "{logged}");
    for secret in [IT, "nobody@contoso.example", &token.to_lowercase(), &code, "it desk"] {
        assert!(!logged.contains(secret), "{secret}: {logged}");
    }
}
