//! The end of personal data (`docs/domain.md §3.11`): after an erasure a canary is nowhere, the history verifies, and
//! a restored table is erased again.

use std::io::Read;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Duration, Utc};
use domain::claim::{Claim, Status};
use domain::ids::{ClaimId, Sha256Hash};
use domain::program::{EvidencePolicy, Policy, RetentionDays};
use domain::recipient::RecipientNo;
use flate2::read::DeflateDecoder;
use serde_json::{Value, json};
use support::engine::key;
use support::event_functions::{events, mail_event, mails, records};
use support::fixtures::{self, ALPINE, CONTOSO};
use support::logs::Lines;
use support::stack::{Answer, Stack, link, token_of};
use support::test_env::{
    SHARDS, TestEnv, VERIFIED, alpine, closes_at, contoso_admin, decline, decline_all, withdraw,
};
use support::wire::{Call, Fault, any, until_death};
use tokio::sync::Notify;
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";
/// Stands in every name, address and text that somebody gives.
const CANARY: &str = "kanarek";
const ADDRESSES: [&str; 2] = ["quirin.kanarek@contoso.example", "petra.kanarek@alpine.example"];
/// The claim's contact, of the tenant's domain, as a recipient.
const CONTACT: RecipientNo = RecipientNo(1);

fn body() -> Value {
    let mut body = fixtures::claim_body(&["teams", "exchange-online"]);
    body["customer_contact"] =
        json!({"name": "Quirin Kanarek", "title": "Kanarek officer", "email": ADDRESSES[0]});
    body["technical_contact"] = body["customer_contact"].clone();
    body["partner_contact"] = json!({"name": "Petra Kanarek", "email": ADDRESSES[1]});
    body["label"] = json!("Kanarek label");
    body["external_ref"] = json!("kanarek-1");
    body["evidence"][0]["name"] = json!("kanarek.pdf");
    body
}

/// What a value of the table says, each binary also inflated, in lower case.
fn texts(value: &Value, found: &mut Vec<Vec<u8>>) {
    match value {
        Value::String(text) => {
            found.push(text.to_lowercase().into_bytes());
            if let Ok(bytes) = STANDARD.decode(text) {
                let mut inflated = Vec::new();
                if DeflateDecoder::new(bytes.as_slice()).read_to_end(&mut inflated).is_ok() {
                    found.push(inflated.to_ascii_lowercase());
                }
                found.push(bytes);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| texts(value, found)),
        Value::Object(members) => members.values().for_each(|value| texts(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The keys of the items with a name, an address, or a digest of an address in them.
fn traces(env: &TestEnv) -> Vec<(String, String)> {
    let mut needles = vec![CANARY.as_bytes().to_vec()];
    for address in ADDRESSES {
        let digest = Sha256Hash::of(address.as_bytes());
        needles.extend([digest.0.to_vec(), digest.to_string().into_bytes()]);
    }
    let has_trace = |item: &Value| {
        let mut found = Vec::new();
        texts(item, &mut found);
        needles.iter().any(|needle| {
            found.iter().any(|text| text.windows(needle.len()).any(|part| part == needle))
        })
    };
    env.engine.items("").iter().filter(|item| has_trace(item)).map(key).collect()
}

/// The versions of a claim whose history has values or salts.
fn unstripped(env: &TestEnv, id: &ClaimId) -> Vec<String> {
    let entries = env.engine.partition(&format!("C#{id}")).into_iter();
    let whole = entries.filter(|item| item.get("v").is_some() || item.get("z").is_some());
    whole.map(|item| key(&item).1).filter(|sort| sort.starts_with("H#")).collect()
}

/// The history, held to be a chain; the types of its entries.
async fn verified_history(env: &TestEnv, claim: &Claim) -> Vec<String> {
    let history = env.store.whole_history(claim).await.unwrap();
    assert_eq!(history.len(), usize::try_from(claim.version.0).unwrap());
    let mut previous = None;
    for entry in &history {
        assert_eq!(entry.previous_hash, previous, "version {}", entry.version);
        let hash = domain::history::hash_entry(previous, &entry.sealed.text);
        assert_eq!(entry.hash, Some(hash), "version {}", entry.version);
        previous = entry.hash;
    }
    let name = |text: &str| serde_json::from_str::<Value>(text).unwrap()["type"].clone();
    history.iter().map(|own| name(&own.sealed.text).as_str().unwrap().to_owned()).collect()
}

/// The archive and the bus hear of everything that has happened, and the mails are written.
async fn tell(stack: &Stack) {
    let told = events(&stack.env).len();
    stack.event_functions.publish(&records(&stack.env)).await.unwrap();
    for event in events(&stack.env).iter().skip(told) {
        stack.event_functions.notify(event).await.unwrap();
        let of_bus = json!({"source": "cpor", "detail-type": event["type"], "detail": event});
        if ["edited", "erased"].contains(&event["type"].as_str().unwrap()) {
            stack.event_functions.scan(of_bus).await.unwrap();
        }
    }
}

fn id_of(answer: &Answer) -> ClaimId {
    ClaimId::parse(answer.body["id"].as_str().unwrap_or_else(|| panic!("{}", answer.text))).unwrap()
}

/// A claim that went through everything in which somebody is named, and whose customer said no to all of it for good.
async fn refused(stack: &Stack) -> Claim {
    let env = &stack.env;
    let id = id_of(&stack.submit(ALPINE, "k", &body()).await);
    let asked = json!({"action": "request_information",
        "reasons": [{"code": "evidence_missing", "comment": "Who is Kanarek?"}]});
    for (version, action) in [(1, json!({"action": "begin"})), (2, asked)] {
        assert_eq!(stack.review(id.as_str(), version, &action).await.status, 200);
    }
    let answer = json!({"comment": "Kanarek is the officer."});
    let answered = stack.command(ALPINE, &env.read(&id).await, "respond", &answer).await;
    assert_eq!(answered.status, 200, "{}", answered.text);
    assert_eq!(stack.review(id.as_str(), 4, &json!({"action": "validate"})).await.status, 200);
    tell(stack).await;
    for (no, address) in [(VERIFIED, "it@contoso.example"), (CONTACT, ADDRESSES[0])] {
        let delivered = mail_event("Delivery", &id, 1, (no, address), env.clock.now());
        stack.event_functions.deliver(&delivered).await;
    }
    for (no, decision) in [(CONTACT, "decline"), (VERIFIED, "undo"), (CONTACT, "decline")] {
        env.clock.advance(Duration::minutes(1));
        let said = stack.decide_by(&link(&id, 1, no), &format!("decision={decision}")).await;
        assert_eq!(said.status, 200, "{decision}: {}", said.text);
        tell(stack).await;
    }
    let token = token_of(&link(&id, 1, VERIFIED));
    let wrong = stack.post_form(&token, "decision=extend&code=000000").await;
    assert_eq!(wrong.status, 403, "{}", wrong.text);
    let claim = env.read(&id).await;
    assert_eq!(claim.status(), Status::Declined);
    env.let_pass(closes_at(&claim));
    stack.event_functions.tick(env).await;
    claim
}

async fn erase(stack: &Stack, id: &ClaimId) -> Answer {
    let event =
        RequestEvent::post(&format!("/v1/claims/{id}/erase")).staff("operator", "operator-1");
    stack.send(event.header("if-match", "*")).await
}

/// Everything that anybody can read of the claim.
async fn reads(stack: &Stack, id: &ClaimId) -> String {
    let mut read = String::new();
    let claims = [
        "/v1/claims".to_owned(),
        format!("/v1/claims/{id}"),
        format!("/v1/claims/{id}/history"),
        format!("/v1/claims/{id}/bundle"),
    ];
    let of_customer = [
        "/v1/customer/claims".to_owned(),
        format!("/v1/customer/claims/{id}"),
        format!("/v1/customer/claims/{id}/history"),
        format!("/v1/claims/{id}/bundle"),
        "/v1/customer/ledger".to_owned(),
    ];
    let mut all: Vec<RequestEvent> = Vec::new();
    for path in &claims {
        all.push(RequestEvent::get(path).partner_admin(ALPINE));
        let path =
            if path == "/v1/claims" { format!("{path}?tenant_id={CONTOSO}") } else { path.clone() };
        all.push(RequestEvent::get(&path).staff("operator", "operator-1"));
    }
    all.extend(of_customer.iter().map(|path| RequestEvent::get(path).customer_admin(CONTOSO)));
    for no in [CONTACT, VERIFIED] {
        all.push(RequestEvent::get(&format!("/d/{}", token_of(&link(id, 1, no)))));
    }
    for event in all {
        let answer = stack.send(event).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        read.push_str(&answer.text);
    }
    read.to_lowercase()
}

/// The first bucket after `due`, drained by a system that has ticked all along.
async fn tick_after(stack: &Stack, due: DateTime<Utc>) {
    let quarter_ms = 15 * 60 * 1000;
    let before = (due.timestamp_millis() / quarter_ms - 1) * quarter_ms;
    for shard in 0..SHARDS {
        let checkpoint = json!({"pk": {"S": "S"}, "sk": {"S": format!("{shard:02}")},
            "b": {"N": before.to_string()}});
        stack.env.engine.put(&checkpoint);
    }
    stack.env.clock.set(due + Duration::minutes(20));
    stack.event_functions.tick(&stack.env).await;
}

#[tokio::test]
async fn after_an_erasure_a_canary_is_nowhere_and_the_history_verifies() {
    let lines = Lines::default();
    let _logs = lines.kept();
    let stack = Stack::at(NOW).await;
    let env = &stack.env;
    let claim = refused(&stack).await;
    let id = &claim.id;
    let code = env.engine.items("N#").iter().map(key).next().unwrap().0.replace("N#", "/n/");
    assert!(reads(&stack, id).await.contains(CANARY), "the canary is there to be found");
    let places: Vec<_> = traces(env).into_iter().map(|(_, sort)| sort).collect();
    assert!(
        ["D", "P#1", "X#1#cs"].iter().all(|one| places.contains(&(*one).to_owned())),
        "{places:?}"
    );
    assert!(places.iter().any(|one| one.starts_with("W#")), "what was said: {places:?}");
    assert!(!unstripped(env, id).is_empty());

    let answer = erase(&stack, id).await;
    assert_eq!((answer.status, &answer.body["erased"]), (200, &json!(true)), "{}", answer.text);
    assert_eq!(answer.body["last_event"]["type"], "erased");
    assert!(!answer.text.to_lowercase().contains(CANARY), "{}", answer.text);
    assert_eq!(traces(env), [], "at once");
    assert_eq!(unstripped(env, id), Vec::<String>::new());
    let left: Vec<_> = env.engine.partition(&format!("C#{id}")).iter().map(key).collect();
    let left = left.iter().filter(|(_, sort)| !sort.starts_with("H#") && !sort.starts_with("M#"));
    assert_eq!(left.map(|(_, sort)| sort.as_str()).collect::<Vec<_>>(), ["A", "D"]);

    let sent = mails(env).len();
    tell(&stack).await;
    // What comes again, late, or was on its way: the whole stream, the whole bus, and a report.
    stack.event_functions.publish(&records(env)).await.unwrap();
    for event in events(env) {
        stack.event_functions.notify(&event).await.unwrap();
    }
    let bounced = mail_event("Bounce", id, 1, (CONTACT, ADDRESSES[0]), env.clock.now());
    let failures = stack.event_functions.deliver(&bounced).await.batch_item_failures;
    assert!(failures.is_empty(), "a late report is done with");
    assert_eq!(mails(env).len(), sent, "nobody is written to");
    assert_eq!(traces(env), []);
    let now = env.read(id).await;
    let types = verified_history(env, &now).await;
    assert_eq!(types.last().map(String::as_str), Some("erased"));
    assert_eq!(unstripped(env, id), [format!("H#{:06}", now.version.0)], "who erased stays known");

    let read = reads(&stack, id).await;
    assert!(!read.contains(CANARY), "{read}");
    let page = stack.send(RequestEvent::get(&format!("{code}?lang=en"))).await;
    assert_eq!(page.status, 200, "the notice was genuine");
    assert!(page.text.contains("not kept any more"), "{}", page.text);
    assert!(!page.text.to_lowercase().contains(CANARY), "{}", page.text);
    let told = serde_json::to_string(&events(env)).unwrap().to_lowercase();
    assert!(!told.contains(CANARY), "the bus never had it");
    let messages = [env.services.sent("SendMessage"), env.services.sent("SendMessageBatch")];
    let messages = messages.concat();
    assert!(!messages.is_empty(), "the queues had something");
    let messages = serde_json::to_string(&messages).unwrap().to_lowercase();
    assert!(!messages.contains(CANARY), "no queue ever had it: {messages}");
    assert!(!lines.logged().is_empty());
    assert!(!lines.logged().contains(CANARY), "no log ever had it");
}

#[tokio::test]
async fn an_erased_claim_keeps_no_rule_of_its_customer_from_the_claims_behind_it() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let over = stack.env.submitted("a", &["exchange-online"]).await;
    stack.env.give(&over.id, &alpine(), &withdraw()).await.unwrap();
    let erased = erase(&stack, &over.id).await;
    assert_eq!(erased.status, 200, "{}", erased.text);
    let open = Box::pin(stack.env.awaiting("k", &["teams"])).await;
    let rules = RequestEvent::put("/v1/customer/rules").customer_admin(CONTOSO);
    let put = stack.send(rules.json(&json!({"explicit_yes": "all"}))).await;
    assert_eq!(put.status, 200, "{}", put.text);
    assert!(stack.env.read(&open.id).await.subject.explicit_yes);
    let swept = Box::pin(stack.event_functions.sweep(&stack.env)).await.unwrap();
    assert!(swept.batch_item_failures.is_empty(), "{swept:?}");
}

#[tokio::test]
async fn the_link_of_an_erased_claim_shows_that_it_is_closed_and_takes_a_no() {
    let stack = Stack::at(NOW).await;
    let claim = refused(&stack).await;
    assert_eq!(erase(&stack, &claim.id).await.status, 200);
    for no in [CONTACT, VERIFIED] {
        let own = link(&claim.id, 1, no);
        let page = stack.send(RequestEvent::get(&format!("/d/{}?lang=en", token_of(&own)))).await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains("This request is closed"), "{}", page.text);
        stack.env.clock.advance(Duration::minutes(1));
        let said = stack.decide_by(&own, "decision=decline").await;
        assert_eq!(said.status, 200, "{}", said.text);
        for decision in ["undo", "extend", "wrong_contact"] {
            let refused = stack.decide_by(&own, &format!("decision={decision}")).await;
            assert_eq!(refused.problem(), (409, "invalid-state"), "{decision}: {}", refused.text);
        }
    }
    let now = stack.env.read(&claim.id).await;
    assert!(now.erased && now.status() == Status::Declined);
    assert_eq!(traces(&stack.env), []);
}

#[tokio::test]
async fn an_erasure_is_refused_while_a_no_can_still_be_taken_back_and_twice_is_once() {
    let stack = Stack::at(NOW).await;
    let claim = stack.env.awaiting("k", &["teams"]).await;
    assert_eq!(erase(&stack, &claim.id).await.problem(), (409, "invalid-state"));
    stack.env.give(&claim.id, &contoso_admin(), &decline_all()).await.unwrap();
    assert_eq!(erase(&stack, &claim.id).await.problem(), (409, "invalid-state"));
    stack.env.let_pass(closes_at(&claim));
    let path = format!("/v1/claims/{}/erase", claim.id);
    let operator = || RequestEvent::post(&path).staff("operator", "operator-1");
    assert_eq!(stack.send(operator()).await.status, 428, "the version must be named");
    let unknown = operator().header("if-match", "*").json(&json!({"why": "asked"}));
    assert_eq!(stack.send(unknown).await.status, 422);
    let first = erase(&stack, &claim.id).await;
    let second = erase(&stack, &claim.id).await;
    assert_eq!((first.status, second.status), (200, 200), "{}", second.text);
    assert_eq!(first.body["version"], second.body["version"]);
}

#[tokio::test]
async fn whoever_sends_the_request_of_an_erased_claim_again_is_told_of_a_conflict() {
    let stack = Stack::at(NOW).await;
    let claim = refused(&stack).await;
    let repeat = stack.submit(ALPINE, "k", &body()).await;
    assert_eq!((repeat.status, repeat.header("idempotent-replayed")), (201, "true"));
    erase(&stack, &claim.id).await;
    let again = stack.submit(ALPINE, "k", &body()).await;
    assert_eq!(again.problem(), (422, "idempotency-conflict"));
}

#[tokio::test]
async fn a_version_that_is_archived_behind_its_erasure_loses_its_values_by_the_timer() {
    let stack = Stack::at(NOW).await;
    let env = &stack.env;
    let claim = env.awaiting("k", &["teams"]).await;
    env.give(&claim.id, &alpine(), &withdraw()).await.unwrap();
    let erased_at = env.clock.now();
    assert_eq!(erase(&stack, &claim.id).await.status, 200);
    let all = records(env);
    stack.event_functions.publish(&all[..all.len() - 1]).await.unwrap();
    assert_ne!(unstripped(env, &claim.id), Vec::<String>::new(), "what comes late has its values");
    tick_after(&stack, erased_at).await;
    assert_eq!(unstripped(env, &claim.id), Vec::<String>::new());
    // The erasure itself is not archived yet: so one more look is due.
    let timers = |env: &TestEnv| env.engine.items("T#").iter().map(key).collect::<Vec<_>>();
    let erasures = timers(env).into_iter().filter(|(_, sort)| sort.ends_with("#erase")).count();
    assert_eq!(erasures, 3, "the policy's, the one that was worked, and the next");
    stack.event_functions.publish(&all).await.unwrap();
    tick_after(&stack, env.clock.now() + Duration::minutes(15)).await;
    let after = timers(env).into_iter().filter(|(_, sort)| sort.ends_with("#erase")).count();
    assert_eq!(after, 3, "no further look");
    let now = env.read(&claim.id).await;
    verified_history(env, &now).await;
    assert_eq!(unstripped(env, &claim.id), [format!("H#{:06}", now.version.0)]);
}

#[tokio::test]
async fn an_erasure_that_dies_at_any_call_is_brought_to_its_end_by_the_timer() {
    let stack = Stack::at(NOW).await;
    let env = &stack.env;
    let claim = refused(&stack).await;
    let (saved, at) = (env.engine.save(), env.clock.now());
    let review = &stack.wires[2];
    review.reset();
    assert_eq!(erase(&stack, &claim.id).await.status, 200);
    let calls = review.calls().len();
    let of_record = |call: &Call| call.writes() && call.names(&format!("C#{}", claim.id), "A");
    assert!(review.calls().iter().any(of_record));
    for nth in 1..=calls {
        for fault in [Fault::CrashBefore, Fault::CrashAfter] {
            env.engine.restore(&saved);
            env.clock.set(at);
            review.reset();
            let death = Arc::new(Notify::new());
            review.on(any, nth, fault(death.clone()));
            if Box::pin(until_death(erase(&stack, &claim.id), &death)).await.is_some() {
                // What is read once and kept made the first run longer.
                continue;
            }
            review.reset();
            if env.read(&claim.id).await.erased {
                stack.event_functions.publish(&records(env)).await.unwrap();
                tick_after(&stack, at).await;
            } else {
                assert_eq!(erase(&stack, &claim.id).await.status, 200);
            }
            assert_eq!(traces(env), [], "call {nth}");
        }
    }
}

#[tokio::test]
async fn a_discarded_draft_is_erased_after_30_days_and_any_other_claim_after_400() {
    let stack = Stack::at(NOW).await;
    let env = &stack.env;
    let mut draft = body();
    draft["draft"] = json!(true);
    let draft = id_of(&stack.submit(ALPINE, "d", &draft).await);
    let discarded = stack.command(ALPINE, &env.read(&draft).await, "discard", &json!({})).await;
    assert_eq!(discarded.status, 200, "{}", discarded.text);
    let other = id_of(&stack.submit(ALPINE, "w", &body()).await);
    let withdrawn = stack
        .command(
            ALPINE,
            &env.read(&other).await,
            "withdraw",
            &json!({"reason_code": "customer_request"}),
        )
        .await;
    assert_eq!(withdrawn.status, 200, "{}", withdrawn.text);
    let end = env.clock.now();
    let erased = |id: &ClaimId| {
        let id = id.clone();
        async move { stack_read(env, &id).await }
    };
    for (days, expected) in [(29, [false, false]), (30, [true, false]), (399, [true, false])] {
        tick_after(&stack, end + Duration::days(days)).await;
        assert_eq!([erased(&draft).await, erased(&other).await], expected, "day {days}");
    }
    tick_after(&stack, end + Duration::days(400)).await;
    assert!(erased(&other).await);
    let now = env.read(&other).await;
    assert_eq!((now.last_event.actor.as_str(), now.last_event.actor_id), ("system", None));
    assert_eq!(traces(env), []);
    let list: Vec<_> = env.engine.items("Z#erased").iter().map(|item| key(item).1).collect();
    let mut both = [draft.to_string(), other.to_string()];
    both.sort();
    assert_eq!(list, both, "the list has ids and moments alone");
    assert!(env.engine.items("Z#erased").iter().all(|item| item.as_object().unwrap().len() == 3));
}

async fn stack_read(env: &TestEnv, id: &ClaimId) -> bool {
    env.read(id).await.erased
}

#[tokio::test]
async fn a_claim_that_its_customer_refused_is_erased_400_days_after_its_window_and_one_more_no() {
    let stack = Stack::at(NOW).await;
    let env = &stack.env;
    let claim = env.awaiting("k", &["teams"]).await;
    env.wire.reset();
    env.give(&claim.id, &contoso_admin(), &decline_all()).await.unwrap();
    let writes = env.wire.calls().iter().filter(|call| call.writes()).count();
    assert_eq!(writes, 1, "a no writes the record and nothing else");
    let settled_at = closes_at(&claim) + Duration::seconds(120);
    env.let_pass(closes_at(&claim));
    stack.event_functions.tick(env).await;
    env.clock.set(settled_at + Duration::days(10));
    env.give(&claim.id, &support::test_env::link(1), &decline(&[1])).await.unwrap();
    tick_after(&stack, settled_at + Duration::days(400)).await;
    assert!(!env.read(&claim.id).await.erased, "the time began anew");
    tick_after(&stack, settled_at + Duration::days(410)).await;
    assert!(env.read(&claim.id).await.erased);
}

#[tokio::test]
async fn a_policy_without_a_time_has_no_timer_and_erases_nothing() {
    let never = Policy { retention_days: None, ..Policy::default() };
    let drafts = Some(RetentionDays { discarded: Some(1), after_end: None });
    let only_drafts = Policy { retention_days: drafts, ..Policy::default() };
    for policy in [never, only_drafts] {
        let stack = Stack::with_policy(NOW, policy).await;
        let claim = stack.env.awaiting("k", &["teams"]).await;
        stack.env.give(&claim.id, &alpine(), &withdraw()).await.unwrap();
        let timers = stack.env.engine.items("T#");
        assert!(!timers.iter().any(|timer| key(timer).1.ends_with("#erase")));
    }
}

#[tokio::test]
async fn the_documents_of_an_erased_claim_are_deleted_at_once_in_every_version_and_what_is_uploaded_behind_it_too()
 {
    let policy = Policy { evidence: EvidencePolicy::Uploaded, ..Policy::default() };
    let stack = Stack::with_policy(NOW, policy).await;
    let env = &stack.env;
    let mut draft = body();
    (draft["draft"], draft["evidence"]) = (json!(true), json!([]));
    let id = id_of(&stack.submit(ALPINE, "k", &draft).await);
    let other = id_of(&stack.submit(ALPINE, "other", &draft).await);
    let bytes = |no: u8| format!("%PDF-1.7\nkanarek {no}\n%%EOF\n").into_bytes();
    let announce = async |claim: &ClaimId, no: u8| {
        let body = json!({"name": "kanarek.pdf", "size": bytes(no).len(),
            "content_type": "application/pdf", "acknowledged_on": "2026-10-01",
            "sha256": Sha256Hash::of(&bytes(no)).to_string()});
        let event = RequestEvent::post(&format!("/v1/claims/{claim}/evidence"));
        let added = stack.send(event.partner_user(ALPINE).json(&body)).await;
        assert_eq!(added.status, 201, "{}", added.text);
        added.body["upload"]["fields"]["key"].as_str().unwrap().to_owned()
    };
    let upload = |key: &str, no: u8| env.documents.upload(key, "application/pdf", &bytes(no));
    let scan = |key: &str, etag: String| {
        stack.event_functions.scan(json!({"source": "aws.guardduty",
            "detail": {"s3ObjectDetails": {"objectKey": key, "eTag": etag},
                "scanResultDetails": {"scanResultStatus": "NO_THREATS_FOUND"}}}))
    };
    let (clean, waiting, late) =
        (announce(&id, 1).await, announce(&id, 2).await, announce(&id, 3).await);
    let kept = announce(&other, 4).await;
    scan(&clean, upload(&clean, 1).etag()).await.unwrap();
    upload(&waiting, 2);
    upload(&kept, 4);
    assert_eq!(env.documents.keys().len(), 3);
    let of_claim = || env.documents.versions().into_iter().filter(|key| key.contains(id.as_str()));
    assert!(of_claim().count() > 3, "the quarantine keeps as old versions what has left it");
    stack.command(ALPINE, &env.read(&id).await, "discard", &json!({})).await;
    assert_eq!(erase(&stack, &id).await.status, 200);
    tell(&stack).await;
    assert_eq!(env.documents.keys(), std::slice::from_ref(&kept), "another claim keeps its own");
    assert_eq!(of_claim().count(), 0, "gone in every version, its markers too");
    scan(&late, upload(&late, 3).etag()).await.unwrap();
    assert_eq!(env.documents.keys(), [kept]);
    assert_eq!(of_claim().count(), 0);
    let found = traces(env).into_iter().filter(|(pk, _)| *pk == format!("C#{id}"));
    assert_eq!(found.count(), 0);
}

#[tokio::test]
async fn a_table_that_was_restored_to_before_an_erasure_is_erased_again_from_the_list() {
    let stack = Stack::at(NOW).await;
    let env = &stack.env;
    let claim = refused(&stack).await;
    let before = env.engine.save();
    assert_eq!(erase(&stack, &claim.id).await.status, 200);
    let list: Vec<String> = env.engine.items("Z#erased").iter().map(|item| key(item).1).collect();
    env.engine.restore(&before);
    assert_ne!(traces(env), []);
    for _ in 0..2 {
        for id in &list {
            assert_eq!(erase(&stack, &ClaimId::parse(id).unwrap()).await.status, 200);
        }
    }
    assert_eq!(traces(env), []);
    assert_eq!(env.engine.items("Z#erased").len(), 1);
}
