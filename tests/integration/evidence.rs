//! Documents of evidence (`docs/domain.md §3`, *add evidence*; `docs/api.md`): the form, the scan, the link, and
//! what a reviewer is told.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::claim::{Claim, Status};
use domain::ids::Sha256Hash;
use domain::program::{EvidencePolicy, Policy};
use serde_json::{Value, json};
use support::documents::Object;
use support::fixtures::{self, ALPINE, BOREALIS};
use support::logs::Lines;
use support::stack::{Answer, Stack};
use support::test_env::reviewer;
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";
const PDF: &[u8] = b"%PDF-1.7\nsigned\n%%EOF\n";
const OTHER: &[u8] = b"%PDF-1.7\nsomething else\n%%EOF\n";

/// The functions, under a program that asks for documents.
async fn stack() -> Stack {
    let policy = Policy { evidence: EvidencePolicy::Uploaded, ..Policy::default() };
    Box::pin(Stack::with_policy(NOW, policy)).await
}

async fn draft(stack: &Stack, key: &str, tenant: (&str, &str)) -> Claim {
    let mut body = fixtures::claim_body_of("4711", tenant.0, tenant.1, &["teams"]);
    body["draft"] = json!(true);
    body["evidence"] = json!([]);
    let created = stack.submit(ALPINE, key, &body).await;
    assert_eq!(created.status, 201, "{}", created.text);
    claim(stack, created.body["id"].as_str().unwrap()).await
}

const CONTOSO: (&str, &str) = (fixtures::CONTOSO, "contoso.example");
const TAILWIND: (&str, &str) = (fixtures::TAILWIND, "tailwind.example");

async fn claim(stack: &Stack, id: &str) -> Claim {
    stack.env.read(&domain::ids::ClaimId::parse(id).unwrap()).await
}

fn announcement(bytes: &[u8]) -> Value {
    json!({
        "name": "smlouva.pdf", "size": bytes.len(), "content_type": "application/pdf",
        "sha256": Sha256Hash::of(bytes).to_string(), "acknowledged_on": "2026-10-01",
    })
}

fn adding(claim: &Claim, body: &Value) -> RequestEvent {
    RequestEvent::post(&format!("/v1/claims/{}/evidence", claim.id)).partner_user(ALPINE).json(body)
}

async fn add(stack: &Stack, claim: &Claim, body: &Value) -> Answer {
    stack.send(adding(claim, body)).await
}

/// Sends a form with that content.
fn upload(stack: &Stack, added: &Answer, bytes: &[u8]) -> (String, Object) {
    let field = |name: &str| added.body["upload"]["fields"][name].as_str().unwrap().to_owned();
    let (key, content_type) = (field("key"), field("Content-Type"));
    let object = stack.env.documents.upload(&key, &content_type, bytes);
    (key, object)
}

fn scanned(key: &str, etag: &str, status: &str) -> Value {
    json!({
        "source": "aws.guardduty",
        "detail-type": "GuardDuty Malware Protection Object Scan Result",
        "detail": {
            "scanStatus": "COMPLETED",
            "s3ObjectDetails": {"bucketName": "documents", "objectKey": key, "eTag": etag},
            "scanResultDetails": {"scanResultStatus": status},
        },
    })
}

const CLEAN: &str = "NO_THREATS_FOUND";
const THREATS: &str = "THREATS_FOUND";

/// Announces, uploads and scans a document of a claim.
async fn bring(stack: &Stack, claim: &Claim, bytes: &[u8], status: &str) -> Answer {
    let added = add(stack, claim, &announcement(bytes)).await;
    assert_eq!(added.status, 201, "{}", added.text);
    let (key, object) = upload(stack, &added, bytes);
    stack.event_functions.scan(scanned(&key, &object.etag(), status)).await.unwrap();
    added
}

async fn scans(stack: &Stack, claim: &Claim) -> Vec<Value> {
    let path = format!("/v1/claims/{}", claim.id);
    let shown = stack.send(RequestEvent::get(&path).partner_user(ALPINE)).await;
    let entries = shown.body["evidence"].as_array().unwrap();
    assert!(entries.iter().all(|entry| entry.get("reused").is_none()), "{}", shown.text);
    entries.iter().map(|entry| entry["scan"].clone()).collect()
}

async fn link(stack: &Stack, claim: &Claim, entry: &str) -> Answer {
    let path = format!("/v1/claims/{}/evidence/{entry}", claim.id);
    stack.send(RequestEvent::get(&path).staff("auditor", "auditor-1")).await
}

#[tokio::test]
async fn a_clean_document_leaves_the_quarantine_and_carries_the_claim_through_validation() {
    let stack = stack().await;
    let claim = draft(&stack, "k", CONTOSO).await;
    let added = bring(&stack, &claim, PDF, CLEAN).await;
    assert_eq!(added.body["evidence"]["scan"], "pending");
    assert_eq!(added.header("location"), format!("/v1/claims/{}/evidence/e1", claim.id));
    assert_eq!(scans(&stack, &claim).await, ["clean"]);
    let digest = Sha256Hash::of(PDF);
    assert_eq!(stack.env.documents.keys(), [format!("clean/{}/e1/{digest}", claim.id)]);
    stack.env.clock.advance(chrono::Duration::milliseconds(250));
    let link = link(&stack, &claim, "e1").await;
    assert!(!link.body["expires_at"].as_str().unwrap().contains('.'), "{}", link.text);
    let url = link.body["url"].as_str().unwrap();
    assert!(url.contains(&format!("clean/{}/e1/{digest}?", claim.id)), "{url}");
    assert!(
        url.contains("response-content-disposition=attachment") && url.contains("X-Amz-Signature="),
        "{url}"
    );
    let submitted = self::claim(&stack, claim.id.as_str()).await;
    let submitted = stack.command(ALPINE, &submitted, "submit", &json!({})).await;
    assert_eq!(submitted.status, 200, "{}", submitted.text);
    stack.env.give(&claim.id, &reviewer(), &domain::command::Command::BeginReview).await.unwrap();
    let validated = stack.env.give(&claim.id, &reviewer(), &support::test_env::validate()).await;
    assert_eq!(validated.unwrap().claim.status(), Status::Notifying);
}

#[tokio::test]
async fn an_infected_document_is_deleted_and_carries_nothing() {
    let stack = stack().await;
    let claim = draft(&stack, "k", CONTOSO).await;
    bring(&stack, &claim, PDF, THREATS).await;
    assert_eq!(scans(&stack, &claim).await, ["infected"]);
    assert_eq!(stack.env.documents.keys(), [""; 0]);
    assert_eq!(link(&stack, &claim, "e1").await.problem(), (404, "not-found"));
    let again = add(&stack, &claim, &announcement(PDF)).await;
    assert_eq!(again.errors(), [("/sha256".to_owned(), "evidence-rejected".to_owned())]);
    let submitted = self::claim(&stack, claim.id.as_str()).await;
    stack.command(ALPINE, &submitted, "submit", &json!({})).await;
    let begun = json!({"action": "begin"});
    let version = self::claim(&stack, claim.id.as_str()).await.version.0;
    stack.review(claim.id.as_str(), version.into(), &begun).await;
    let version = self::claim(&stack, claim.id.as_str()).await.version.0;
    let validate = json!({"action": "validate"});
    let refused = stack.review(claim.id.as_str(), version.into(), &validate).await;
    assert_eq!(refused.errors(), [("claim:/evidence".to_owned(), "evidence-rejected".to_owned())]);
}

#[tokio::test]
async fn a_document_of_the_wrong_kind_is_as_good_as_infected() {
    let stack = stack().await;
    let claim = draft(&stack, "k", CONTOSO).await;
    bring(&stack, &claim, b"MZ, an executable", CLEAN).await;
    assert_eq!(scans(&stack, &claim).await, ["infected"]);
    assert_eq!(stack.env.documents.keys(), [""; 0]);
}

#[tokio::test]
async fn another_content_than_the_declared_one_is_dropped_and_the_right_one_can_be_brought() {
    let stack = stack().await;
    let claim = draft(&stack, "k", CONTOSO).await;
    let added = add(&stack, &claim, &announcement(PDF)).await;
    let (key, object) = upload(&stack, &added, OTHER);
    stack.event_functions.scan(scanned(&key, &object.etag(), CLEAN)).await.unwrap();
    assert_eq!(scans(&stack, &claim).await, ["none"]);
    assert_eq!(stack.env.documents.keys(), [""; 0]);
    bring(&stack, &claim, PDF, CLEAN).await;
    assert_eq!(scans(&stack, &claim).await, ["clean"]);
}

#[tokio::test]
async fn what_was_put_in_place_of_the_scanned_bytes_is_never_taken_for_clean() {
    let stack = stack().await;
    let claim = draft(&stack, "k", CONTOSO).await;
    let added = add(&stack, &claim, &announcement(PDF)).await;
    let (key, object) = upload(&stack, &added, PDF);
    upload(&stack, &added, OTHER);
    stack.event_functions.scan(scanned(&key, &object.etag(), CLEAN)).await.unwrap();
    assert_eq!(scans(&stack, &claim).await, ["pending"], "the scan of what is there now decides");
    assert!(stack.env.documents.keys().iter().all(|key| key.starts_with("quarantine/")));
}

#[tokio::test]
async fn a_scan_told_twice_or_late_changes_nothing_more() {
    let stack = stack().await;
    let claim = draft(&stack, "k", CONTOSO).await;
    let added = bring(&stack, &claim, PDF, CLEAN).await;
    let after = self::claim(&stack, claim.id.as_str()).await;
    let (key, object) = upload(&stack, &added, PDF);
    for status in [CLEAN, THREATS, CLEAN] {
        stack.event_functions.scan(scanned(&key, &object.etag(), status)).await.unwrap();
    }
    assert_eq!(self::claim(&stack, claim.id.as_str()).await, after);
    assert!(stack.env.documents.keys().iter().all(|key| key.starts_with("clean/")));
}

#[tokio::test]
async fn a_scan_that_meets_a_broken_bucket_is_told_again() {
    for refused in 1..=3 {
        let stack = stack().await;
        let claim = draft(&stack, "k", CONTOSO).await;
        let added = add(&stack, &claim, &announcement(PDF)).await;
        let (key, object) = upload(&stack, &added, PDF);
        let event = scanned(&key, &object.etag(), CLEAN);
        let mut told = 0;
        stack.env.documents.refuse(refused);
        while stack.event_functions.scan(event.clone()).await.is_err() {
            told += 1;
        }
        assert_eq!((told, scans(&stack, &claim).await), (refused, vec![json!("clean")]));
    }
}

/// What a failed scan is called, by `GuardDuty` and by a scanner of one's own.
const FAILED: [&str; 3] = ["FAILED", "ACCESS_DENIED", "my_scanner_timed_out"];

#[tokio::test]
async fn a_document_that_could_not_be_scanned_is_given_to_the_scanner_again_and_is_clean_then() {
    for status in FAILED {
        let stack = stack().await;
        let claim = draft(&stack, "k", CONTOSO).await;
        let added = add(&stack, &claim, &announcement(PDF)).await;
        let (key, object) = upload(&stack, &added, PDF);
        let failed = scanned(&key, &object.etag(), status);
        assert!(stack.event_functions.scan(failed.clone()).await.is_err(), "later, not at once");
        assert_eq!(stack.env.documents.object(&key), Some(object.clone()));
        stack.event_functions.scan_at(failed.clone(), 2).await.unwrap();
        let again = stack.env.documents.object(&key).unwrap();
        assert_eq!((&again.bytes, &again.content_type), (&object.bytes, &object.content_type));
        assert_ne!(again.etag(), object.etag(), "it looks like another upload");
        // The failure is told twice, and a result of the first upload late: neither is about what is there now.
        stack.event_functions.scan_at(failed, 3).await.unwrap();
        stack.event_functions.scan(scanned(&key, &object.etag(), CLEAN)).await.unwrap();
        assert_eq!(stack.env.documents.object(&key), Some(again.clone()));
        assert_eq!(scans(&stack, &claim).await, ["pending"]);
        stack.event_functions.scan(scanned(&key, &again.etag(), CLEAN)).await.unwrap();
        assert_eq!(scans(&stack, &claim).await, ["clean"]);
    }
}

#[tokio::test]
async fn a_document_is_given_to_the_scanner_three_times_and_then_it_waits_for_a_person() {
    let stack = stack().await;
    let claim = draft(&stack, "k", CONTOSO).await;
    let added = add(&stack, &claim, &announcement(PDF)).await;
    let (key, _) = upload(&stack, &added, PDF);
    let lines = Lines::default();
    let kept = lines.kept();
    let mut given = vec![stack.env.documents.object(&key).unwrap()];
    for _ in 0..9 {
        let there = stack.env.documents.object(&key).unwrap();
        if given.last() != Some(&there) {
            given.push(there.clone());
        }
        stack.event_functions.scan_at(scanned(&key, &there.etag(), "FAILED"), 2).await.unwrap();
    }
    drop(kept);
    let counts: Vec<_> = given.iter().map(|object| object.scans.as_deref()).collect();
    assert_eq!(counts, [None, Some("2"), Some("3")]);
    assert!(lines.logged().contains("a document could not be scanned"));
    assert_eq!(scans(&stack, &claim).await, ["pending"]);
    // Uploaded once more, it is a new document to the scanner.
    let (_, object) = upload(&stack, &added, PDF);
    stack.event_functions.scan(scanned(&key, &object.etag(), CLEAN)).await.unwrap();
    assert_eq!(scans(&stack, &claim).await, ["clean"]);
}

#[tokio::test]
async fn a_failed_scan_that_meets_a_broken_bucket_is_told_again_and_gives_the_document_once() {
    for refused in 1..=3 {
        let stack = stack().await;
        let claim = draft(&stack, "k", CONTOSO).await;
        let added = add(&stack, &claim, &announcement(PDF)).await;
        let (key, object) = upload(&stack, &added, PDF);
        let failed = scanned(&key, &object.etag(), "FAILED");
        stack.env.documents.refuse(refused);
        let mut told = 2;
        while stack.event_functions.scan_at(failed.clone(), told).await.is_err() {
            told += 1;
        }
        let scans = stack.env.documents.object(&key).unwrap().scans;
        assert_eq!((told, scans.as_deref()), (2 + u32::try_from(refused).unwrap(), Some("2")));
    }
}

#[tokio::test]
async fn junk_is_passed_and_a_message_without_an_event_comes_again() {
    let stack = stack().await;
    assert!(stack.event_functions.scan(json!("no event")).await.is_err());
    for junk in [json!({}), scanned("clean/x", "tag", CLEAN), json!({"detail": "x"})] {
        stack.event_functions.scan(junk).await.unwrap();
    }
}

#[tokio::test]
async fn the_form_lets_through_this_size_type_digest_and_place_only_and_ends_at_a_whole_second() {
    let stack = stack().await;
    stack.env.clock.advance(chrono::Duration::milliseconds(750));
    let claim = draft(&stack, "k", CONTOSO).await;
    let form = add(&stack, &claim, &announcement(PDF)).await.body["upload"].clone();
    let policy = STANDARD.decode(form["fields"]["policy"].as_str().unwrap()).unwrap();
    let policy: Value = serde_json::from_slice(&policy).unwrap();
    let conditions = policy["conditions"].as_array().unwrap();
    let digest = Sha256Hash::of(PDF);
    for condition in [
        json!(["content-length-range", PDF.len(), PDF.len()]),
        json!(["eq", "$Content-Type", "application/pdf"]),
        json!(["eq", "$key", format!("quarantine/{}/e1/{digest}", claim.id)]),
        json!(["eq", "$x-amz-checksum-sha256", STANDARD.encode(digest.0)]),
        json!({"bucket": "documents"}),
    ] {
        assert!(conditions.contains(&condition), "{condition} in {policy}");
    }
    assert_eq!(policy["expiration"], "2026-12-22T14:15:00Z");
    assert_eq!(form["expires_at"], policy["expiration"]);
    assert_eq!(form["url"], "https://documents.s3.us-east-1.amazonaws.com/");
}

#[tokio::test]
async fn the_same_key_answers_again_and_takes_no_other_document() {
    let stack = stack().await;
    let claim = draft(&stack, "k", CONTOSO).await;
    let with_key = |body: &Value| adding(&claim, body).header("idempotency-key", "upload-1");
    let first = stack.send(with_key(&announcement(PDF))).await;
    let again = stack.send(with_key(&announcement(PDF))).await;
    assert_eq!(
        (first.header("idempotent-replayed"), again.header("idempotent-replayed")),
        ("", "true")
    );
    assert_eq!(first.body["evidence"], again.body["evidence"]);
    let other = stack.send(with_key(&announcement(OTHER))).await;
    assert_eq!(other.problem(), (422, "idempotency-conflict"));
    assert_eq!(scans(&stack, &claim).await, ["pending"]);
    let malformed = adding(&claim, &announcement(OTHER)).header("idempotency-key", "white space");
    assert_eq!(stack.send(malformed).await.problem(), (400, "idempotency-key-missing"));
}

#[tokio::test]
async fn a_repeat_is_answered_from_a_claim_that_takes_no_evidence_any_more() {
    let stack = stack().await;
    let claim = draft(&stack, "k", CONTOSO).await;
    let adding = adding(&claim, &announcement(PDF)).header("idempotency-key", "upload-1");
    let first = stack.send(adding.clone()).await;
    let added = self::claim(&stack, claim.id.as_str()).await;
    let submitted = stack.command(ALPINE, &added, "submit", &json!({})).await;
    assert_eq!(submitted.status, 200, "{}", submitted.text);
    let again = stack.send(adding).await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (201, "true"));
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(again.header("etag"), submitted.header("etag"));
    assert_eq!(again.body["evidence"], first.body["evidence"]);
}

#[tokio::test]
async fn a_repeat_does_not_bring_back_an_entry_that_was_taken_out() {
    let stack = stack().await;
    let claim = draft(&stack, "k", CONTOSO).await;
    let adding = adding(&claim, &announcement(PDF)).header("idempotency-key", "upload-1");
    assert_eq!(stack.send(adding.clone()).await.status, 201);
    let added = self::claim(&stack, claim.id.as_str()).await;
    assert_eq!(stack.edit(ALPINE, &added, &json!({"evidence": []})).await.status, 200);
    assert_eq!(stack.send(adding).await.problem(), (404, "not-found"));
    assert_eq!(scans(&stack, &claim).await, [""; 0]);
}

#[tokio::test]
async fn a_program_that_asks_for_no_documents_takes_the_entry_without_one() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.holding("k", &["teams"])).await;
    let added = add(&stack, &claim, &announcement(PDF)).await;
    assert_eq!((added.status, &added.body["upload"]), (201, &Value::Null), "{}", added.text);
    assert_eq!(scans(&stack, &claim).await, ["none", "none"]);
}

#[tokio::test]
async fn the_state_is_told_before_the_fields_and_another_partner_is_told_nothing() {
    let stack = stack().await;
    let claim = draft(&stack, "k", CONTOSO).await;
    let empty = json!({"name": "", "size": 0, "sha256": "x"});
    let told = add(&stack, &claim, &empty).await;
    assert_eq!((told.status, told.errors().len()), (422, 5), "{}", told.text);
    let foreign = adding(&claim, &announcement(PDF)).partner_admin(BOREALIS);
    assert_eq!(stack.send(foreign).await.problem(), (404, "not-found"));
    let submitted = stack.command(ALPINE, &claim, "submit", &json!({})).await;
    assert_eq!(submitted.status, 200, "{}", submitted.text);
    let told = add(&stack, &claim, &empty).await;
    assert_eq!(
        (told.status, told.errors().len()),
        (422, 5),
        "before the review begins: {}",
        told.text
    );
    let begun = stack.review(claim.id.as_str(), 2, &json!({"action": "begin"})).await;
    assert_eq!(begun.status, 200, "{}", begun.text);
    assert_eq!(add(&stack, &claim, &empty).await.problem(), (409, "invalid-state"));
    assert_eq!(add(&stack, &claim, &announcement(PDF)).await.problem(), (409, "invalid-state"));
}

#[tokio::test]
async fn a_document_brought_for_another_tenant_too_is_flagged_to_the_reviewer_alone() {
    let stack = stack().await;
    let first = draft(&stack, "k", CONTOSO).await;
    bring(&stack, &first, PDF, CLEAN).await;
    let flags = |shown: Answer| shown.body["evidence"][0]["reused"].clone();
    let seen = |claim: &Claim| {
        RequestEvent::get(&format!("/v1/claims/{}", claim.id)).staff("reviewer", "reviewer-1")
    };
    assert_eq!(flags(stack.send(seen(&first)).await), json!(false));
    let second = draft(&stack, "k2", TAILWIND).await;
    bring(&stack, &second, PDF, CLEAN).await;
    assert_eq!(flags(stack.send(seen(&second)).await), json!(true));
    assert_eq!(flags(stack.send(seen(&first)).await), json!(true));
    assert_eq!(scans(&stack, &second).await, ["clean"]);
}

#[tokio::test]
async fn a_document_of_a_claim_that_no_longer_lists_it_is_dropped() {
    let stack = stack().await;
    let claim = draft(&stack, "k", CONTOSO).await;
    let added = add(&stack, &claim, &announcement(PDF)).await;
    let now = self::claim(&stack, claim.id.as_str()).await;
    let edited = stack.edit(ALPINE, &now, &json!({"evidence": []})).await;
    assert_eq!(edited.status, 200, "{}", edited.text);
    let (key, object) = upload(&stack, &added, PDF);
    stack.event_functions.scan(scanned(&key, &object.etag(), CLEAN)).await.unwrap();
    assert_eq!(scans(&stack, &claim).await, [""; 0]);
    assert_eq!(stack.env.documents.unnamed(), stack.env.documents.keys(), "no entry names it");
    assert!(stack.env.engine.items("E#").is_empty(), "it was no evidence of anybody's");
}

/// An announcement of so many bytes, of a document of its own.
fn announced(no: usize, size: u64) -> Value {
    let mut body = announcement(format!("%PDF-{no}").as_bytes());
    body["size"] = json!(size);
    body
}

/// Announces documents of one size, at most twenty a claim; the answers.
async fn announce(stack: &Stack, count: usize, size: u64) -> Vec<u16> {
    let mut statuses = Vec::new();
    for first in (0..count).step_by(20) {
        let claim = draft(stack, &format!("d{first}"), CONTOSO).await;
        for no in first..count.min(first + 20) {
            statuses.push(add(stack, &claim, &announced(no, size)).await.status);
        }
    }
    statuses
}

/// What is counted of the partner's uploads of the day.
fn counted(stack: &Stack) -> (Value, Value) {
    let day = stack.env.engine.item("Q#p-alpine", "U#2026-12-22").unwrap();
    (day["n"]["N"].clone(), day["b"]["N"].clone())
}

#[tokio::test]
async fn a_partner_announces_fifty_documents_a_local_day_and_no_more() {
    let stack = stack().await;
    assert_eq!(announce(&stack, 50, 10).await, [201; 50]);
    let claim = draft(&stack, "k", CONTOSO).await;
    let refused = add(&stack, &claim, &announced(50, 10)).await;
    assert_eq!(refused.problem(), (429, "quota-exceeded"), "{}", refused.text);
    // 15:00 in Prague: nine hours to midnight.
    assert_eq!(refused.header("retry-after"), "32400");
    assert_eq!(scans(&stack, &claim).await, [""; 0], "nothing was added");
    assert_eq!(counted(&stack), (json!("50"), json!("500")));
    stack.env.clock.advance(chrono::Duration::seconds(32_399));
    assert_eq!(add(&stack, &claim, &announced(50, 10)).await.status, 429);
    stack.env.clock.advance(chrono::Duration::seconds(1));
    assert_eq!(add(&stack, &claim, &announced(50, 10)).await.status, 201);
}

#[tokio::test]
async fn a_partner_announces_200_mib_a_day_and_no_byte_more() {
    let stack = stack().await;
    assert_eq!(announce(&stack, 20, 10 * 1024 * 1024).await, [201; 20]);
    let claim = draft(&stack, "k", CONTOSO).await;
    let refused = add(&stack, &claim, &announced(20, 1)).await;
    assert_eq!(refused.problem(), (429, "quota-exceeded"), "{}", refused.text);
    assert_eq!(counted(&stack), (json!("20"), json!("209715200")));
}

#[tokio::test]
async fn announcements_at_once_do_not_get_past_the_quota() {
    let stack = stack().await;
    assert_eq!(announce(&stack, 49, 10).await, [201; 49]);
    let (one, two) = (draft(&stack, "k1", CONTOSO).await, draft(&stack, "k2", CONTOSO).await);
    let (body, other) = (announced(49, 10), announced(50, 10));
    let (first, second) = tokio::join!(add(&stack, &one, &body), add(&stack, &two, &other));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 429]);
}

#[tokio::test]
async fn what_is_refused_repeated_or_needs_no_document_counts_for_nothing() {
    let stack = stack().await;
    let claim = draft(&stack, "k", CONTOSO).await;
    let with_key = || adding(&claim, &announcement(PDF)).header("idempotency-key", "upload-1");
    for _ in 0..3 {
        assert_eq!(stack.send(with_key()).await.status, 201);
    }
    let size = json!(PDF.len().to_string());
    assert_eq!(counted(&stack), (json!("1"), size.clone()));
    let mut old = announcement(OTHER);
    old["acknowledged_on"] = json!("2020-01-01");
    let refused = add(&stack, &claim, &old).await;
    assert_eq!(refused.errors(), [("/acknowledged_on".to_owned(), "evidence-too-old".to_owned())]);
    assert_eq!(counted(&stack), (json!("1"), size.clone()), "it was taken back");
    bring(&stack, &claim, PDF, CLEAN).await;
    let before = counted(&stack);
    assert_eq!(add(&stack, &claim, &announcement(PDF)).await.body["upload"], Value::Null);
    assert_eq!(counted(&stack), before, "there is a clean one");
    let declared = Box::pin(Stack::at(NOW)).await;
    let held = Box::pin(declared.env.holding("k", &["teams"])).await;
    assert_eq!(add(&declared, &held, &announcement(PDF)).await.status, 201);
    let of_uploads = |item: &Value| item["sk"]["S"].as_str().unwrap().starts_with("U#");
    assert!(!declared.env.engine.items("Q#").iter().any(of_uploads));
}

/// The event of the bus that tells of an edit.
fn edited(claim: &Claim) -> Value {
    json!({"source": "cpor", "detail-type": "edited", "detail": {"claim": claim.id, "type": "edited"}})
}

#[tokio::test]
async fn a_clean_document_that_loses_its_entry_is_left_to_the_bucket_to_delete() {
    let stack = stack().await;
    let claim = draft(&stack, "k", CONTOSO).await;
    bring(&stack, &claim, PDF, CLEAN).await;
    bring(&stack, &claim, OTHER, CLEAN).await;
    assert_eq!(stack.env.documents.unnamed(), [""; 0], "entries name both");
    stack.event_functions.scan(edited(&claim)).await.unwrap();
    assert_eq!(stack.env.documents.unnamed(), [""; 0]);
    let now = self::claim(&stack, claim.id.as_str()).await;
    let mut kept = announcement(OTHER);
    for gone in ["size", "content_type"] {
        kept.as_object_mut().unwrap().remove(gone);
    }
    let answer = stack.edit(ALPINE, &now, &json!({"evidence": [kept]})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    for _ in 0..2 {
        stack.event_functions.scan(edited(&claim)).await.unwrap();
        let unnamed = format!("clean/{}/e1/{}", claim.id, Sha256Hash::of(PDF));
        assert_eq!(stack.env.documents.unnamed(), [unnamed]);
    }
    assert_eq!(link(&stack, &claim, "e2").await.status, 200);
}

#[tokio::test]
async fn a_clean_document_bears_the_tag_of_what_none_names_until_its_entry_has_the_result() {
    let stack = stack().await;
    let claim = draft(&stack, "k", CONTOSO).await;
    let added = add(&stack, &claim, &announcement(PDF)).await;
    let (key, object) = upload(&stack, &added, PDF);
    let event = scanned(&key, &object.etag(), CLEAN);
    let wires = &stack.event_functions.wires;
    for wire in wires {
        wire.always(support::wire::any, support::wire::Fault::Internal);
    }
    assert!(stack.event_functions.scan(event.clone()).await.is_err());
    assert_eq!(stack.env.documents.unnamed().len(), 1, "nothing is recorded");
    for wire in wires {
        wire.reset();
    }
    stack.event_functions.scan(event).await.unwrap();
    assert_eq!(stack.env.documents.unnamed(), [""; 0]);
    assert_eq!(scans(&stack, &claim).await, ["clean"]);
}

#[tokio::test]
async fn evidence_is_added_before_the_review_to_a_rejection_that_can_be_disputed_and_to_the_dispute()
 {
    let stack = stack().await;
    let drafted = draft(&stack, "k", CONTOSO).await;
    let mut known = Vec::new();
    let mut bring_another = async |status: Status, text: &str| {
        let before = claim(&stack, drafted.id.as_str()).await;
        assert_eq!(before.status(), status);
        let document = format!("%PDF-1.7\n{text}\n%%EOF\n");
        let brought = bring(&stack, &before, document.as_bytes(), CLEAN).await;
        let entry = brought.body["evidence"]["id"].as_str().unwrap().to_owned();
        let after = claim(&stack, drafted.id.as_str()).await;
        assert_eq!((after.status(), after.state.runs_until()), (status, before.state.runs_until()));
        assert_eq!(link(&stack, &after, &entry).await.status, 200, "staff read it");
        known.push(json!("clean"));
        assert_eq!(scans(&stack, &after).await, known);
        after
    };
    let started = bring_another(Status::Draft, "the order").await;
    assert_eq!(stack.command(ALPINE, &started, "submit", &json!({})).await.status, 200);
    let submitted = bring_another(Status::Submitted, "the order, signed").await;
    for command in [domain::command::Command::BeginReview, support::test_env::reject()] {
        stack.env.give(&submitted.id, &reviewer(), &command).await.unwrap();
    }
    let rejected = bring_another(Status::Rejected, "the missing page").await;
    let comment = json!({"comment": "The page is there now."});
    assert_eq!(stack.command(ALPINE, &rejected, "dispute", &comment).await.status, 200);
    let disputed = bring_another(Status::Disputed, "a letter of the customer's").await;
    let uphold = RequestEvent::post(&format!("/v1/claims/{}/review", disputed.id))
        .staff("reviewer", "reviewer-2")
        .header("if-match", &format!("\"{}\"", disputed.version.0))
        .json(&json!({"action": "uphold", "comment": "It names another item."}));
    let judged = stack.send(uphold).await;
    assert_eq!(
        (judged.status, &judged.body["status"]),
        (200, &json!("rejected")),
        "{}",
        judged.text
    );
    let late = add(&stack, &disputed, &announcement(OTHER)).await;
    assert_eq!(late.problem(), (409, "invalid-state"), "the rejection is final");
}
