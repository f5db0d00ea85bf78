//! Who may be asked for a tenant, and who says so: vouching, contacts that a partner proposes, looking again at
//! the partner's standing, and two people (`docs/domain.md §3`, `§5.1`).

use chrono::Duration;
use domain::claim::Claim;
use domain::directory::{Partner, PartnerStatus, Tenant, TenantContact};
use domain::event::{EventType, FailureCause};
use domain::ids::ClaimId;
use domain::program::{Policy, Vouching};
use domain::text::{Email, Name};
use serde_json::{Value, json};
use support::engine::Cursor;
use support::event_functions::{Mail, events, mails, records_from};
use support::fixtures::{self, ALPINE, BOREALIS, CONTOSO, TAILWIND, claim_body, claim_body_of};
use support::stack::{Answer, Stack};
use support::test_env::closes_at;
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";
const ITEMS: [&str; 2] = ["exchange-online", "teams"];

const REVIEWER: (&str, &str) = ("reviewer", "reviewer-1");
const OPERATOR: (&str, &str) = ("operator", "operator-1");
const ANOTHER: (&str, &str) = ("operator", "operator-2");

/// An action of a member of staff on the claim as it stands.
async fn act(stack: &Stack, id: &ClaimId, who: (&str, &str), body: Value) -> Answer {
    let version = stack.env.read(id).await.version;
    let event = RequestEvent::post(&format!("/v1/claims/{id}/review")).staff(who.0, who.1);
    stack.send(event.header("if-match", &format!("\"{version}\"")).json(&body)).await
}

async fn validate(stack: &Stack, id: &ClaimId, who: (&str, &str)) -> Answer {
    act(stack, id, who, json!({"action": "validate"})).await
}

async fn vouch(stack: &Stack, id: &ClaimId, who: (&str, &str)) -> Answer {
    act(stack, id, who, json!({"action": "vouch", "comment": "She answered the main number."}))
        .await
}

fn contact(email: &str) -> Value {
    json!({"name": "Ota Novák", "title": "CTO", "email": email})
}

/// The partner names another contact.
async fn correct(stack: &Stack, id: &ClaimId, email: &str) -> Answer {
    let claim = stack.env.read(id).await;
    let body = json!({"customer_contact": contact(email)});
    stack.command(ALPINE, &claim, "correct-contact", &body).await
}

/// The operator names another contact.
async fn corrected_by(stack: &Stack, id: &ClaimId, who: (&str, &str), email: &str) -> Answer {
    let body = json!({"action": "correct_contact", "customer_contact": contact(email)});
    act(stack, id, who, body).await
}

async fn refuse(stack: &Stack, id: &ClaimId, who: (&str, &str)) -> Answer {
    let body = json!({"action": "refuse_contact", "comment": "Nobody there knows that person."});
    act(stack, id, who, body).await
}

async fn check(stack: &Stack, body: &Value) -> Answer {
    stack.send(RequestEvent::post("/v1/claims:check").partner_user(ALPINE).json(body)).await
}

fn verified(email: &str) -> TenantContact {
    TenantContact {
        name: Name::parse("IT desk").unwrap(),
        email: Email::parse(email).unwrap(),
        verified: true,
        verified_since: None,
        verified_by: None,
    }
}

/// Contoso with these verified contacts and no others.
async fn with_contacts(stack: &Stack, emails: &[&str]) {
    let contacts = emails.iter().map(|email| verified(email)).collect();
    let tenant = Tenant { contacts, ..fixtures::contoso() };
    stack.env.store.put_tenant(&tenant).await.unwrap();
}

/// A stack whose Contoso has no verified contact, and a claim in review there.
async fn nobody_verified() -> (Stack, Claim) {
    let stack = Box::pin(Stack::at(NOW)).await;
    with_contacts(&stack, &[]).await;
    let claim = Box::pin(stack.env.in_review("k", &ITEMS)).await;
    (stack, claim)
}

/// A claim whose notice came back from its only verified recipient.
async fn unreachable() -> (Stack, Claim) {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.notifying("k", &ITEMS)).await;
    let claim = stack.env.fail(&claim, FailureCause::Bounce).await.unwrap();
    assert_eq!(claim.status().as_str(), "unreachable");
    (stack, claim)
}

async fn set_status(stack: &Stack, status: PartnerStatus) {
    let partner = Partner { status, ..fixtures::alpine() };
    stack.env.store.put_partner(&partner).await.unwrap();
}

fn names(answer: &Answer) -> Vec<&str> {
    let items = answer.body["items"].as_array().unwrap_or_else(|| panic!("{}", answer.text));
    items.iter().map(|one| one["id"].as_str().unwrap()).collect()
}

/// The mails of what happened behind the cursor.
async fn mailed(stack: &Stack, cursor: &mut Cursor) -> Vec<Mail> {
    stack.env.services.forget();
    let records = records_from(&stack.env, cursor);
    stack.event_functions.publish(&records).await.unwrap();
    for event in events(&stack.env) {
        stack.event_functions.notify(&event).await.unwrap();
    }
    mails(&stack.env)
}

#[tokio::test]
async fn without_a_verified_contact_nobody_validates_before_the_operator_vouched() {
    let (stack, claim) = nobody_verified().await;
    for who in [REVIEWER, OPERATOR] {
        let early = validate(&stack, &claim.id, who).await;
        assert_eq!(early.problem(), (409, "contact-unverified"), "{}", early.text);
    }
    let reviewer = vouch(&stack, &claim.id, REVIEWER).await;
    assert_eq!(reviewer.problem(), (403, "role-not-allowed"));
    let silent = act(&stack, &claim.id, OPERATOR, json!({"action": "vouch"})).await;
    assert_eq!(silent.problem(), (422, "invalid-fields"));
    assert_eq!(silent.errors(), [("/comment".to_owned(), "required".to_owned())]);
    let vouched = vouch(&stack, &claim.id, OPERATOR).await;
    assert_eq!((vouched.status, &vouched.body["vouched"]), (200, &json!(true)), "{}", vouched.text);
    assert_eq!(vouched.body["last_event"]["type"], "contact_vouched");
    let validated = validate(&stack, &claim.id, REVIEWER).await;
    assert_eq!(validated.body["status"], "notifying", "{}", validated.text);
    let asked = &validated.body["recipients"][0];
    assert_eq!(
        (&asked["email"], &asked["authority"]),
        (&json!("jana@contoso.example"), &json!("verified"))
    );
}

#[tokio::test]
async fn whoever_vouched_does_not_validate() {
    let (stack, claim) = nobody_verified().await;
    assert_eq!(vouch(&stack, &claim.id, OPERATOR).await.status, 200);
    let own = validate(&stack, &claim.id, OPERATOR).await;
    assert_eq!(own.problem(), (409, "another-reviewer-required"), "{}", own.text);
    let another = validate(&stack, &claim.id, ANOTHER).await;
    assert_eq!(another.body["status"], "notifying", "{}", another.text);
}

#[tokio::test]
async fn an_address_outside_the_tenant_is_never_vouched_for() {
    let stack = Stack::at(NOW).await;
    let mut body = claim_body(&ITEMS);
    body["customer_contact"]["email"] = json!("jana@alpine.example");
    let created = stack.env.create_of(ALPINE, "k", &body).await.unwrap().claim;
    let refused = vouch(&stack, &created.id, OPERATOR).await;
    assert_eq!(refused.problem(), (422, "invalid-fields"));
    let outside = ("claim:/customer_contact/email".to_owned(), "customer-unreachable".to_owned());
    assert_eq!(refused.errors(), [outside]);
}

#[tokio::test]
async fn where_the_policy_lets_nobody_vouch_such_a_tenant_cannot_be_claimed() {
    let policy = Policy { vouching: Vouching::Never, ..Policy::default() };
    let stack = Stack::with_policy(NOW, policy).await;
    with_contacts(&stack, &[]).await;
    let unreachable = ("/customer_contact/email".to_owned(), "customer-unreachable".to_owned());
    let refused = stack.submit(ALPINE, "k", &claim_body(&ITEMS)).await;
    assert_eq!(refused.problem(), (422, "invalid-fields"), "{}", refused.text);
    assert_eq!(refused.errors(), std::slice::from_ref(&unreachable));
    let checked = check(&stack, &claim_body(&ITEMS)).await;
    assert_eq!((checked.status, &checked.body["ok"]), (200, &json!(false)));
    assert_eq!(checked.errors(), [unreachable]);
}

#[tokio::test]
async fn a_check_warns_of_a_contact_outside_and_of_one_to_be_vouched_for() {
    let stack = Stack::at(NOW).await;
    let told = |answer: &Answer| {
        let warnings = answer.body["warnings"].as_array().unwrap();
        warnings.iter().map(|one| one["code"].clone()).collect::<Vec<_>>()
    };
    let mut outside = claim_body(&ITEMS);
    outside["customer_contact"]["email"] = json!("jana@alpine.example");
    let checked = check(&stack, &outside).await;
    assert_eq!(checked.body["ok"], true, "{}", checked.text);
    assert_eq!(told(&checked), ["contact-outside"]);
    with_contacts(&stack, &[]).await;
    let checked = check(&stack, &claim_body(&ITEMS)).await;
    assert_eq!(checked.body["ok"], true, "{}", checked.text);
    assert_eq!(told(&checked), ["vouching-needed"]);
}

#[tokio::test]
async fn the_claims_that_need_somebody_to_vouch_are_listed_until_somebody_did() {
    let (stack, claim) = nobody_verified().await;
    for item in ["teams", "exchange-online"] {
        let body = claim_body_of("4711", TAILWIND, "tailwind.example", &[item]);
        stack.env.create_of(ALPINE, item, &body).await.unwrap();
    }
    let request =
        || RequestEvent::get("/v1/reviews?needs=vouch&limit=100").staff("operator", "operator-1");
    let needed = walk(&stack, request).await;
    assert_eq!(needed, [claim.id.as_str()]);
    let alone =
        RequestEvent::get("/v1/reviews?needs=vouch&limit=1").staff("operator", "operator-1");
    let first = stack.send(alone).await;
    assert_eq!(names(&first), [claim.id.as_str()], "a page is filled past those that need nobody");
    assert_eq!(vouch(&stack, &claim.id, OPERATOR).await.status, 200);
    let left = stack.send(request()).await;
    assert_eq!(
        (names(&left), &left.body["next_cursor"]),
        (vec![], &json!(null)),
        "one page is all"
    );
    assert_eq!(walk(&stack, request).await, Vec::<String>::new());
}

/// The ids on all pages of a list.
async fn walk(stack: &Stack, request: impl Fn() -> RequestEvent) -> Vec<String> {
    let mut ids = Vec::new();
    let mut cursor = String::new();
    for _ in 0..10 {
        let path = format!("/v1/reviews?needs=vouch&limit=100{cursor}");
        let page = if cursor.is_empty() {
            stack.send(request()).await
        } else {
            stack.send(RequestEvent::get(&path).staff("operator", "operator-1")).await
        };
        ids.extend(names(&page).into_iter().map(str::to_owned));
        match page.body["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return ids,
        }
    }
    panic!("the list does not end");
}

#[tokio::test]
async fn claim_association_and_ledger_show_that_somebody_vouched() {
    let (stack, claim) = nobody_verified().await;
    assert_eq!(vouch(&stack, &claim.id, OPERATOR).await.status, 200);
    assert_eq!(validate(&stack, &claim.id, REVIEWER).await.status, 200);
    let notified = stack.env.read(&claim.id).await;
    let open = stack.env.deliver(&notified).await.unwrap();
    let path = format!("/v1/claims/{}", claim.id);
    let partners = stack.send(RequestEvent::get(&path).partner_user(ALPINE)).await;
    let path = format!("/v1/customer/claims/{}", claim.id);
    let customers = stack.send(RequestEvent::get(&path).customer_admin(CONTOSO)).await;
    for view in [partners, customers] {
        assert_eq!(view.body["vouched"], true, "{}", view.text);
    }
    stack.env.let_pass(closes_at(&open));
    stack.env.finalize().await;
    mailed(&stack, &mut Cursor::default()).await;
    let associations =
        stack.send(RequestEvent::get("/v1/associations").partner_admin(ALPINE)).await;
    assert_eq!(associations.body["items"][0]["vouched"], true, "{}", associations.text);
    let ledger = stack.send(RequestEvent::get("/v1/customer/ledger").customer_admin(CONTOSO)).await;
    let of_partner = &ledger.body["items"][0]["associations"];
    assert_eq!(of_partner[0]["vouched"], true, "{}", ledger.text);
}

#[tokio::test]
async fn a_contact_that_the_partner_names_is_proposed_and_nothing_is_mailed() {
    let (stack, claim) = unreachable().await;
    let mut cursor = Cursor::default();
    mailed(&stack, &mut cursor).await;
    let proposed = correct(&stack, &claim.id, "ota@contoso.example").await;
    assert_eq!(proposed.status, 200, "{}", proposed.text);
    assert_eq!(
        (&proposed.body["status"], &proposed.body["turn"]["who"]),
        (&json!("unreachable"), &json!("operator"))
    );
    assert_eq!(proposed.body["proposed_contact"]["email"], "ota@contoso.example");
    assert_eq!(proposed.body["customer_contact"]["email"], "jana@contoso.example");
    assert_eq!(proposed.body["last_event"]["type"], "contact_proposed");
    let mails = mailed(&stack, &mut cursor).await;
    let to_the_customer = mails.iter().filter(|mail| mail.to.ends_with("@contoso.example"));
    assert_eq!(to_the_customer.count(), 0, "{mails:?}");
    let again = correct(&stack, &claim.id, "eva@contoso.example").await;
    assert_eq!(again.problem(), (409, "invalid-state"), "it is the operator's turn");
}

#[tokio::test]
async fn a_contact_outside_the_tenant_is_not_even_proposed() {
    let (stack, claim) = unreachable().await;
    for outside in ["ota@alpine.example", "ota@contoso.example.org"] {
        let refused = correct(&stack, &claim.id, outside).await;
        assert_eq!(refused.problem(), (422, "invalid-fields"), "{}", refused.text);
        let pointer = "/customer_contact/email".to_owned();
        assert_eq!(refused.errors(), [(pointer, "customer-unreachable".to_owned())]);
    }
    assert_eq!(stack.env.read(&claim.id).await, claim);
}

#[tokio::test]
async fn an_address_that_the_directory_has_as_verified_is_asked_at_once() {
    let (stack, claim) = unreachable().await;
    with_contacts(&stack, &["it@contoso.example", "ota@contoso.example"]).await;
    let corrected = correct(&stack, &claim.id, "ota@contoso.example").await;
    assert_eq!(corrected.body["status"], "notifying", "{}", corrected.text);
    assert_eq!(stack.env.read(&claim.id).await.notice, claim.notice.next());
}

#[tokio::test]
async fn a_verified_address_that_has_failed_in_the_claim_needs_the_operator() {
    let (stack, claim) = unreachable().await;
    let proposed = correct(&stack, &claim.id, "it@contoso.example").await;
    assert_eq!(proposed.body["turn"]["who"], "operator", "{}", proposed.text);
    let corrected = corrected_by(&stack, &claim.id, OPERATOR, "it@contoso.example").await;
    assert_eq!(corrected.body["status"], "notifying", "{}", corrected.text);
}

#[tokio::test]
async fn the_operator_asks_a_proposed_contact_after_another_one_vouched_for_it() {
    let (stack, claim) = unreachable().await;
    correct(&stack, &claim.id, "ota@contoso.example").await;
    let early = corrected_by(&stack, &claim.id, OPERATOR, "ota@contoso.example").await;
    assert_eq!(early.problem(), (409, "contact-unverified"), "{}", early.text);
    assert_eq!(vouch(&stack, &claim.id, OPERATOR).await.status, 200);
    let own = corrected_by(&stack, &claim.id, OPERATOR, "ota@contoso.example").await;
    assert_eq!(own.problem(), (409, "another-reviewer-required"), "{}", own.text);
    let other = corrected_by(&stack, &claim.id, ANOTHER, "eva@contoso.example").await;
    assert_eq!(other.problem(), (409, "contact-unverified"), "vouching is bound to the address");
    let corrected = corrected_by(&stack, &claim.id, ANOTHER, "ota@contoso.example").await;
    assert_eq!(corrected.body["status"], "notifying", "{}", corrected.text);
    assert_eq!(corrected.body["vouched"], true);
    assert_eq!(corrected.body["customer_contact"]["email"], "ota@contoso.example");
    assert_eq!(corrected.body["proposed_contact"], Value::Null);
}

#[tokio::test]
async fn a_proposal_is_refused_twice_at_most_and_then_the_claim_can_be_rejected() {
    let (stack, claim) = unreachable().await;
    for email in ["ota@contoso.example", "eva@contoso.example"] {
        stack.env.clock.advance(Duration::days(1));
        let proposed = correct(&stack, &claim.id, email).await;
        assert_eq!(proposed.status, 200, "{}", proposed.text);
        let refused = refuse(&stack, &claim.id, OPERATOR).await;
        assert_eq!(refused.status, 200, "{}", refused.text);
        assert_eq!(refused.body["last_event"]["type"], "contact_proposal_refused");
        let turn = &refused.body["turn"];
        assert_eq!((&turn["who"], &turn["on_silence"]), (&json!("partner"), &json!("reject")));
        assert!(
            turn["until"].as_str() > claim.deadline().map(domain::time::format_rfc3339).as_deref()
        );
        assert_eq!(refused.body["proposed_contact"], Value::Null);
    }
    assert_eq!(correct(&stack, &claim.id, "jan@contoso.example").await.status, 200);
    let third = refuse(&stack, &claim.id, OPERATOR).await;
    assert_eq!(third.problem(), (409, "invalid-state"), "{}", third.text);
    let reject = json!({"action": "reject", "reasons": [{"code": "contact_unverified"}]});
    let rejected = act(&stack, &claim.id, REVIEWER, reject).await;
    assert_eq!(rejected.body["status"], "rejected", "{}", rejected.text);
}

#[tokio::test]
async fn silence_about_a_proposed_contact_is_recorded_once_and_rejects_nothing() {
    let (stack, claim) = unreachable().await;
    correct(&stack, &claim.id, "ota@contoso.example").await;
    let proposed = stack.env.read(&claim.id).await;
    stack.env.let_pass(proposed.deadline().unwrap());
    stack.env.finalize().await;
    let overdue = stack.env.read(&claim.id).await;
    assert_eq!(overdue.version, proposed.version.next());
    assert_eq!(overdue.last_event.event_type, EventType::ReviewOverdue);
    assert_eq!(overdue.status().as_str(), "unreachable");
    stack.env.clock.advance(Duration::days(60));
    assert_eq!(stack.env.read(&claim.id).await, overdue);
    assert_eq!(vouch(&stack, &claim.id, OPERATOR).await.status, 200);
    let corrected = corrected_by(&stack, &claim.id, ANOTHER, "ota@contoso.example").await;
    assert_eq!(corrected.body["status"], "notifying", "{}", corrected.text);
}

#[tokio::test]
async fn a_claim_that_nobody_can_be_asked_for_is_held_and_resumed_by_who_can_be_asked_then() {
    let (stack, claim) = unreachable().await;
    let asked = json!({"action": "hold", "comment": "The customer is moving its mail."});
    let held = act(&stack, &claim.id, OPERATOR, asked.clone()).await;
    assert_eq!(held.body["status"], "on_hold", "{}", held.text);
    assert_eq!(held.body.get("hold_reason"), None, "the operator holds it");
    let again = || json!({"action": "resume"});
    let nobody = act(&stack, &claim.id, OPERATOR, again()).await;
    assert_eq!(nobody.body["status"], "unreachable", "{}", nobody.text);
    act(&stack, &claim.id, OPERATOR, asked).await;
    with_contacts(&stack, &["it@contoso.example", "ota@contoso.example"]).await;
    let resumed = act(&stack, &claim.id, OPERATOR, again()).await;
    assert_eq!(resumed.body["status"], "notifying", "{}", resumed.text);
    let states = resumed.body["recipients"].as_array().unwrap().iter();
    let states: Vec<_> = states.map(|own| (&own["email"], &own["state"])).collect();
    assert!(states.contains(&(&json!("ota@contoso.example"), &json!("asked"))), "{states:?}");
    assert!(states.contains(&(&json!("it@contoso.example"), &json!("failed"))), "{states:?}");
}

#[tokio::test]
async fn a_suspended_partner_names_no_contact_and_nobody_does_for_it() {
    let (stack, claim) = unreachable().await;
    with_contacts(&stack, &["it@contoso.example", "ota@contoso.example"]).await;
    set_status(&stack, PartnerStatus::Suspended).await;
    let suspended = [("claim:".to_owned(), "partner-suspended".to_owned())];
    for answer in [
        correct(&stack, &claim.id, "ota@contoso.example").await,
        corrected_by(&stack, &claim.id, OPERATOR, "ota@contoso.example").await,
    ] {
        assert_eq!(answer.problem(), (422, "invalid-fields"), "{}", answer.text);
        assert_eq!(answer.errors(), suspended);
    }
    set_status(&stack, PartnerStatus::Active).await;
    let corrected = correct(&stack, &claim.id, "ota@contoso.example").await;
    assert_eq!(corrected.body["status"], "notifying", "{}", corrected.text);
}

#[tokio::test]
async fn a_partner_whose_location_left_the_program_names_no_contact_and_nobody_does_for_it() {
    let (stack, claim) = unreachable().await;
    with_contacts(&stack, &["it@contoso.example", "ota@contoso.example"]).await;
    let mut partner = fixtures::alpine();
    partner.locations[0].programs.clear();
    stack.env.store.put_partner(&partner).await.unwrap();
    let left = [("claim:/location_id".to_owned(), "location-not-enrolled".to_owned())];
    for answer in [
        correct(&stack, &claim.id, "ota@contoso.example").await,
        corrected_by(&stack, &claim.id, OPERATOR, "ota@contoso.example").await,
    ] {
        assert_eq!(answer.problem(), (422, "invalid-fields"), "{}", answer.text);
        assert_eq!(answer.errors(), left);
    }
    stack.env.store.put_partner(&fixtures::alpine()).await.unwrap();
    let corrected = correct(&stack, &claim.id, "ota@contoso.example").await;
    assert_eq!(corrected.body["status"], "notifying", "{}", corrected.text);
}

#[tokio::test]
async fn a_no_is_not_taken_back_for_a_partner_that_was_suspended_meanwhile() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.awaiting("k", &ITEMS)).await;
    assert_eq!(stack.decide(&claim, "decision=decline").await.status, 200);
    stack.env.clock.advance(Duration::seconds(1));
    set_status(&stack, PartnerStatus::Suspended).await;
    let undo = stack.decide(&claim, "decision=undo").await;
    assert_eq!(undo.problem(), (409, "invalid-state"), "{}", undo.text);
    let path = format!("/v1/customer/claims/{}/undo", claim.id);
    let undo = stack.send(RequestEvent::post(&path).customer_admin(CONTOSO).json(&json!({}))).await;
    assert_eq!(undo.problem(), (409, "invalid-state"), "{}", undo.text);
    stack.env.let_pass(closes_at(&claim));
    stack.env.finalize().await;
    assert_eq!(stack.env.read(&claim.id).await.status().as_str(), "declined");
    let associations =
        stack.send(RequestEvent::get("/v1/associations").partner_admin(ALPINE)).await;
    assert_eq!(names(&associations), Vec::<&str>::new());
}

#[tokio::test]
async fn a_claim_that_a_suspension_holds_is_not_resumed_before_the_suspension_ends() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.awaiting("k", &ITEMS)).await;
    set_status(&stack, PartnerStatus::Suspended).await;
    Box::pin(stack.event_functions.sweep(&stack.env)).await.unwrap();
    let path = format!("/v1/claims/{}", claim.id);
    let held = stack.send(RequestEvent::get(&path).staff("operator", "operator-1")).await;
    assert_eq!(
        (&held.body["status"], &held.body["hold_reason"]),
        (&json!("on_hold"), &json!("partner_suspended")),
        "{}",
        held.text
    );
    let early = act(&stack, &claim.id, OPERATOR, json!({"action": "resume"})).await;
    let suspended = ("claim:".to_owned(), "partner-suspended".to_owned());
    assert_eq!(early.errors(), [suspended], "{}", early.text);
    set_status(&stack, PartnerStatus::Active).await;
    let resumed = act(&stack, &claim.id, OPERATOR, json!({"action": "resume"})).await;
    assert_eq!(resumed.body["status"], "notifying", "{}", resumed.text);
}

#[tokio::test]
async fn a_delivery_opens_no_window_for_a_partner_that_was_suspended_meanwhile() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.notifying("k", &ITEMS)).await;
    set_status(&stack, PartnerStatus::Suspended).await;
    let held = stack.env.deliver(&claim).await.unwrap();
    assert_eq!(held.status().as_str(), "on_hold");
    assert_eq!(stack.decide(&claim, "decision=decline").await.status, 200, "a no always counts");
}

async fn tenant_of(stack: &Stack) -> Value {
    let path = format!("/v1/tenants/{CONTOSO}");
    stack.send(RequestEvent::get(&path).staff("operator", "operator-1")).await.body
}

/// A member of staff adds a verified contact to Contoso's entry.
async fn add_contact(stack: &Stack, who: (&str, &str), email: &str) -> Answer {
    let mut tenant = tenant_of(stack).await;
    let contact = json!({"name": "New desk", "email": email, "verified": true,
        "verified_since": "2020-01-01T00:00:00Z", "verified_by": "nobody"});
    tenant["contacts"].as_array_mut().unwrap().push(contact);
    let path = format!("/v1/tenants/{CONTOSO}");
    let answer = stack.send(RequestEvent::put(&path).staff(who.0, who.1).json(&tenant)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer
}

#[tokio::test]
async fn the_system_says_since_when_a_contact_is_verified_and_by_whom() {
    let stack = Stack::at(NOW).await;
    let stored = add_contact(&stack, OPERATOR, "new@contoso.example").await;
    for body in [stored.body, tenant_of(&stack).await] {
        let [first, new] = [&body["contacts"][0], &body["contacts"][1]];
        assert_eq!((&first["verified_since"], &first["verified_by"]), (&Value::Null, &Value::Null));
        let known = (&new["verified_since"], &new["verified_by"]);
        assert_eq!(known, (&json!("2026-12-22T14:00:00Z"), &json!("operator-1")));
    }
    stack.env.clock.advance(Duration::days(1));
    let path = format!("/v1/tenants/{CONTOSO}");
    let same = tenant_of(&stack).await;
    let again =
        stack.send(RequestEvent::put(&path).staff("operator", "operator-2").json(&same)).await;
    assert_eq!(again.body["contacts"], same["contacts"], "{}", again.text);
}

#[tokio::test]
async fn whoever_verified_a_contact_does_not_validate_a_claim_that_reaches_it_for_seven_days() {
    let stack = Stack::at(NOW).await;
    add_contact(&stack, OPERATOR, "new@contoso.example").await;
    let claim = stack.env.in_review("k", &ITEMS).await;
    stack.env.clock.advance(Duration::days(7) - Duration::milliseconds(1));
    let own = validate(&stack, &claim.id, OPERATOR).await;
    assert_eq!(own.problem(), (409, "another-reviewer-required"), "{}", own.text);
    stack.env.clock.advance(Duration::milliseconds(1));
    let later = validate(&stack, &claim.id, OPERATOR).await;
    assert_eq!(later.body["status"], "notifying", "{}", later.text);
}

#[tokio::test]
async fn another_one_validates_at_once_a_claim_that_reaches_a_new_contact() {
    let stack = Stack::at(NOW).await;
    add_contact(&stack, OPERATOR, "new@contoso.example").await;
    let claim = stack.env.in_review("k", &ITEMS).await;
    let validated = validate(&stack, &claim.id, REVIEWER).await;
    assert_eq!(validated.body["status"], "notifying", "{}", validated.text);
    let asked = validated.body["recipients"].as_array().unwrap();
    assert!(asked.iter().any(|own| own["email"] == "new@contoso.example"), "{asked:?}");
}

#[tokio::test]
async fn a_tenants_first_entry_asks_for_no_second_person() {
    let stack = Stack::at(NOW).await;
    let id = "6f3c1a52-9d4e-4b7a-8c21-0a5e7d9b1c09";
    let mut tenant = tenant_of(&stack).await;
    tenant["id"] = json!(id);
    tenant["domains"] = json!(["wingtip.example"]);
    tenant["contacts"] = json!([{"name": "IT", "email": "it@wingtip.example", "verified": true}]);
    let path = format!("/v1/tenants/{id}");
    let stored =
        stack.send(RequestEvent::put(&path).staff(OPERATOR.0, OPERATOR.1).json(&tenant)).await;
    assert!(matches!(stored.status, 200 | 201), "{}", stored.text);
    assert_eq!(stored.body["contacts"][0]["verified_since"], Value::Null);
    let body = claim_body_of("4711", id, "wingtip.example", &ITEMS);
    let claim = stack.env.create_of(ALPINE, "k", &body).await.unwrap().claim;
    assert_eq!(act(&stack, &claim.id, OPERATOR, json!({"action": "begin"})).await.status, 200);
    let validated = validate(&stack, &claim.id, OPERATOR).await;
    assert_eq!(validated.body["status"], "notifying", "{}", validated.text);
}

#[tokio::test]
async fn a_contact_that_became_verified_by_who_had_acted_on_the_claim_is_on_no_list_of_it() {
    for (by, status) in [(OPERATOR, 422), (ANOTHER, 200)] {
        let stack = Box::pin(Stack::at(NOW)).await;
        let claim = Box::pin(stack.env.in_review("k", &ITEMS)).await;
        assert_eq!(validate(&stack, &claim.id, OPERATOR).await.status, 200);
        let notified = stack.env.read(&claim.id).await;
        stack.env.fail(&notified, FailureCause::Bounce).await.unwrap();
        add_contact(&stack, by, "new@contoso.example").await;
        let corrected = correct(&stack, &claim.id, "new@contoso.example").await;
        assert_eq!(corrected.status, status, "{by:?}: {}", corrected.text);
    }
}

#[tokio::test]
async fn nothing_is_mailed_for_a_window_that_could_not_be_counted() {
    let stack = Stack::at("2026-12-28T06:00:00Z").await;
    let tenant = Tenant {
        country: "LK".parse().unwrap(),
        time_zone: "Asia/Colombo".parse().ok(),
        ..fixtures::contoso()
    };
    stack.env.store.put_tenant(&tenant).await.unwrap();
    let claim = stack.env.in_review("k", &ITEMS).await;
    let mut cursor = Cursor::default();
    mailed(&stack, &mut cursor).await;
    let refused = validate(&stack, &claim.id, REVIEWER).await;
    assert_eq!(refused.problem(), (409, "invalid-state"), "{}", refused.text);
    assert_eq!(stack.env.read(&claim.id).await, claim);
    assert!(mailed(&stack, &mut cursor).await.is_empty());
}

#[tokio::test]
async fn nothing_is_mailed_by_a_resume_or_a_corrected_contact_where_the_window_could_not_be_counted()
 {
    let stack = Stack::at(NOW).await;
    let moved = Tenant {
        country: "LK".parse().unwrap(),
        time_zone: "Asia/Colombo".parse().ok(),
        contacts: vec![verified("it@contoso.example"), verified("ota@contoso.example")],
        ..fixtures::contoso()
    };
    let held = Box::pin(stack.env.notifying("a", &["exchange-online"])).await;
    let pause = json!({"action": "hold", "comment": "Somebody asked."});
    assert_eq!(act(&stack, &held.id, OPERATOR, pause).await.body["status"], "on_hold");
    let lost = Box::pin(stack.env.notifying("b", &["teams"])).await;
    let lost = stack.env.fail(&lost, FailureCause::Bounce).await.unwrap();
    assert_eq!(lost.status().as_str(), "unreachable");
    // The customer is where the calendar has no January.
    stack.env.store.put_tenant(&moved).await.unwrap();
    stack.env.clock.set("2026-12-28T06:00:00Z".parse().unwrap());
    let mut cursor = Cursor::default();
    mailed(&stack, &mut cursor).await;
    for (answer, before) in [
        (act(&stack, &held.id, OPERATOR, json!({"action": "resume"})).await, "on_hold"),
        (correct(&stack, &lost.id, "ota@contoso.example").await, "unreachable"),
        (corrected_by(&stack, &lost.id, OPERATOR, "ota@contoso.example").await, "unreachable"),
    ] {
        assert_eq!(answer.problem(), (409, "invalid-state"), "{before}: {}", answer.text);
    }
    for (claim, before) in [(&held, "on_hold"), (&lost, "unreachable")] {
        assert_eq!(stack.env.read(&claim.id).await.status().as_str(), before);
    }
    assert!(mailed(&stack, &mut cursor).await.is_empty());
}

#[tokio::test]
async fn where_a_partners_calendar_ends_claims_are_read_and_a_no_counts() {
    let stack = Stack::at(NOW).await;
    let partner = Partner {
        country: "LK".parse().unwrap(),
        time_zone: "Asia/Colombo".parse().unwrap(),
        ..fixtures::alpine()
    };
    stack.env.store.put_partner(&partner).await.unwrap();
    let claim = stack.env.notifying("k", &ITEMS).await;
    stack.env.note(&claim, claim.notice, store::DeliveryReport::Sent).await.unwrap();
    stack.env.clock.set("2026-12-30T14:00:00Z".parse().unwrap());
    let path = format!("/v1/claims/{}", claim.id);
    let reads = [
        RequestEvent::get(&path).partner_admin(ALPINE),
        RequestEvent::get(&path).staff("operator", "operator-1"),
        RequestEvent::get(&format!("/v1/customer/claims/{}", claim.id)).customer_admin(CONTOSO),
        RequestEvent::get("/v1/claims").partner_admin(ALPINE),
        RequestEvent::get("/v1/customer/claims").customer_admin(CONTOSO),
        RequestEvent::get("/v1/associations").partner_admin(ALPINE),
        RequestEvent::get("/v1/reviews?state=unreachable").staff("operator", "operator-1"),
    ];
    for read in reads {
        let answer = stack.send(read).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    let waiting = stack.env.read(&claim.id).await;
    assert_eq!(waiting.status().as_str(), "unreachable");
    assert!(waiting.deadline().is_some(), "counted by a calendar that stands in");
    let declined = stack.decide(&claim, "decision=decline").await;
    assert_eq!(
        (declined.status, &declined.body["claim_status"]),
        (200, &json!("declined")),
        "{}",
        declined.text
    );
}

#[tokio::test]
async fn a_rival_is_told_nothing_of_who_is_asked_for_a_claim() {
    let (stack, claim) = unreachable().await;
    correct(&stack, &claim.id, "ota@contoso.example").await;
    let path = format!("/v1/claims/{}", claim.id);
    let rivals = stack.send(RequestEvent::get(&path).partner_admin(BOREALIS)).await;
    assert_eq!(rivals.problem(), (404, "not-found"));
    let own = stack.send(RequestEvent::get(&path).partner_admin(ALPINE)).await;
    assert_eq!(own.body.get("recipients"), None, "{}", own.text);
    assert!(!own.text.contains("it@contoso.example"), "{}", own.text);
}
