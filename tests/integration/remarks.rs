//! What was said is shown, to whom it was said (`docs/domain.md §3.12`): none of it is lost, and nothing is shown that
//! did not happen.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::Duration;
use domain::actor::Actor;
use domain::canonical;
use domain::claim::{Claim, Status};
use domain::command::{Command, GivenReason};
use domain::history::Audience;
use domain::ids::{ClaimId, ItemNo, Sha256Hash};
use domain::motive::Motive;
use domain::reason::{Reason, ReasonCode};
use domain::text::Comment;
use serde_json::{Map, Value, json};
use store::Store;
use support::engine::key;
use support::event_functions::{events, records};
use support::fixtures::{self, ALPINE, BOREALIS, CONTOSO};
use support::rivals::{accept_all, grounds, operator};
use support::stack::{Answer, AsWhom, Stack, by_customer, by_partner};
use support::test_env::{TestEnv, alpine, contoso_admin, reviewer};
use support::wire::{Call, Fault, any, until_death};
use tokio::sync::Notify;
use web::event::RequestEvent;

mod actions;

const NOW: &str = "2026-12-22T14:00:00Z";
const ITEMS: [&str; 2] = ["exchange-online", "teams"];

/// Everything that anybody says in the story.
const SAID: [&str; 6] =
    ["Looks odd", "Which order?", "Ask Petra", "It is attached", "Still odd", "It is signed"];

fn comment(text: &str) -> Comment {
    Comment::parse(text).unwrap()
}

fn respond(text: &str) -> Command {
    Command::Respond { comment: Some(comment(text)) }
}

fn ask(text: &str) -> Command {
    let reason = Reason { code: ReasonCode::EvidenceMissing, item_no: None };
    Command::RequestInformation {
        reasons: vec![GivenReason { reason, comment: Some(comment(text)) }],
    }
}

async fn act(stack: &Stack, id: &ClaimId, who: (&str, &str), body: Value) -> Answer {
    let event = RequestEvent::post(&format!("/v1/claims/{id}/review")).staff(who.0, who.1);
    let answer = stack.send(event.header("if-match", "*").json(&body)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer
}

/// A claim that was asked about, answered, rejected and disputed, each with words.
async fn discussed() -> (Stack, ClaimId) {
    let stack = Box::pin(Stack::at(NOW)).await;
    let id = Box::pin(stack.env.submitted("k", &ITEMS)).await.id;
    let one = ("reviewer", "reviewer-1");
    let reasons = |text: &str| json!([{"code": "evidence_missing", "comment": text}]);
    act(&stack, &id, one, json!({"action": "begin", "note": SAID[0]})).await;
    let asked =
        json!({"action": "request_information", "reasons": reasons(SAID[1]), "note": SAID[2]});
    act(&stack, &id, one, asked).await;
    let claim = stack.env.read(&id).await;
    let answered = stack.command(ALPINE, &claim, "respond", &json!({"comment": SAID[3]})).await;
    assert_eq!(answered.status, 200, "{}", answered.text);
    act(&stack, &id, one, json!({"action": "reject", "reasons": reasons(SAID[4])})).await;
    let claim = stack.env.read(&id).await;
    let disputed = stack.command(ALPINE, &claim, "dispute", &json!({"comment": SAID[5]})).await;
    assert_eq!(disputed.status, 200, "{}", disputed.text);
    (stack, id)
}

async fn read(stack: &Stack, path: &str, as_whom: fn(RequestEvent) -> RequestEvent) -> Answer {
    let answer = stack.send(as_whom(RequestEvent::get(path))).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer
}

fn by_auditor(event: RequestEvent) -> RequestEvent {
    event.staff("auditor", "auditor-1")
}

/// Event and text of the remarks of an answer.
fn remarks(answer: &Answer) -> Vec<(String, String)> {
    let all = answer.body["remarks"].as_array().unwrap_or_else(|| panic!("{}", answer.text));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    all.iter().map(|one| (text(&one["event"]), text(&one["text"]))).collect()
}

fn texts(answer: &Answer) -> Vec<String> {
    remarks(answer).into_iter().map(|(_, text)| text).collect()
}

/// What staff are shown of a claim by a store.
async fn said(store: &Store, env: &TestEnv, id: &ClaimId) -> Vec<String> {
    let read = store.read_claim(id, env.now()).await.unwrap().unwrap();
    let page = store.list_remarks(&read, None, Audience::Staff).await.unwrap();
    page.remarks.iter().map(|own| own.remark.text.as_str().to_owned()).collect()
}

#[tokio::test]
async fn partner_and_staff_read_the_conversation_newest_first_and_the_partner_no_note() {
    let (stack, id) = discussed().await;
    let path = format!("/v1/claims/{id}");
    let partner = read(&stack, &path, by_partner).await;
    let expected = [
        ("disputed", SAID[5]),
        ("rejected", SAID[4]),
        ("information_answered", SAID[3]),
        ("information_requested", SAID[1]),
    ];
    let expected: Vec<_> =
        expected.iter().map(|(event, text)| ((*event).to_owned(), (*text).to_owned())).collect();
    assert_eq!(remarks(&partner), expected);
    assert_eq!(partner.body.get("remarks_next"), None);
    let first = &partner.body["remarks"][0];
    assert_eq!((&first["side"], &first["kind"]), (&json!("partner"), &json!("comment")));
    assert_eq!((&first["version"], &first["at"]), (&json!(6), &json!("2026-12-22T14:00:00Z")));
    assert!(first["actor_id"].is_string(), "the own people are named: {first}");
    assert_eq!(partner.body["remarks"][1].get("actor_id"), None, "{}", partner.text);
    let staff = read(&stack, &path, by_auditor).await;
    assert_eq!(texts(&staff), [SAID[5], SAID[4], SAID[3], SAID[1], SAID[2], SAID[0]]);
    assert_eq!(staff.body["remarks"][4]["kind"], "note");
    assert_eq!(staff.body["remarks"][4]["actor_id"], "reviewer-1");
}

#[tokio::test]
async fn what_was_said_is_in_no_list_on_no_bus_and_never_the_rivals() {
    let (stack, id) = discussed().await;
    stack.event_functions.publish(&records(&stack.env)).await.unwrap();
    let told = serde_json::to_string(&events(&stack.env)).unwrap();
    let by_tenant = format!("/v1/claims?tenant_id={CONTOSO}");
    let lists = [
        read(&stack, "/v1/claims", by_partner).await,
        read(&stack, &by_tenant, by_auditor).await,
        read(&stack, "/v1/reviews?state=disputed", by_auditor).await,
    ];
    for text in SAID {
        assert!(!told.contains(text), "the bus tells {text:?}");
        for list in &lists {
            assert_eq!(list.body["items"].as_array().map(Vec::len), Some(1), "{}", list.text);
            // A reason's comment stands beside its reason while it is asked, and nowhere else.
            let mut entry = list.body["items"][0].clone();
            entry.as_object_mut().unwrap().remove("reasons");
            assert!(!entry.to_string().contains(text), "{text:?}: {entry}");
            assert_eq!(entry.get("remarks"), None);
        }
    }
    let rival =
        stack.send(RequestEvent::get(&format!("/v1/claims/{id}")).partner_admin(BOREALIS)).await;
    assert_eq!(rival.status, 404);
    // Before the first notice the claim is not the customer's to see.
    let customer = RequestEvent::get(&format!("/v1/customer/claims/{id}")).customer_admin(CONTOSO);
    assert_eq!(stack.send(customer).await.status, 404);
}

#[tokio::test]
async fn grounds_notes_and_the_word_for_a_contact_are_the_staffs_alone_and_an_end_is_everybodys() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let env = &stack.env;
    let claim = Box::pin(env.in_review("k", &ITEMS)).await;
    env.give(&claim.id, &operator(), &grounds()).await.unwrap();
    let claim = env.deliver(&env.read(&claim.id).await).await.unwrap();
    let (operator_1, id) = (("operator", "operator-1"), &claim.id);
    let longer =
        json!({"action": "extend", "closes_on": "2027-01-08", "note": "They asked for it"});
    act(&stack, id, operator_1, longer).await;
    let retired =
        json!({"action": "retire_link", "recipient": 1, "comment": "It was sold", "note": "See 7"});
    act(&stack, id, operator_1, retired).await;
    env.give(id, &contoso_admin(), &accept_all()).await.unwrap();
    let end = RequestEvent::post(&format!("/v1/associations/{id}-1/end")).partner_admin(ALPINE);
    let ended = stack.send(end.json(&json!({"reason_code": "other", "comment": "We leave"}))).await;
    assert_eq!(ended.status, 200, "{}", ended.text);
    let end = RequestEvent::post(&format!("/v1/associations/{id}-2/end")).customer_admin(CONTOSO);
    let ended =
        stack.send(end.json(&json!({"reason_code": "other", "comment": "We are unhappy"}))).await;
    assert_eq!(ended.status, 200, "{}", ended.text);
    for archived in [false, true] {
        let (own, customers) = (format!("/v1/claims/{id}"), format!("/v1/customer/claims/{id}"));
        assert_eq!(texts(&read(&stack, &own, by_partner).await), ["We leave"]);
        assert_eq!(
            texts(&read(&stack, &customers, by_customer).await),
            ["We are unhappy", "We leave"]
        );
        let all = [
            "We are unhappy",
            "We leave",
            "It was sold",
            "See 7",
            "They asked for it",
            "the newer acknowledgement",
        ];
        assert_eq!(texts(&read(&stack, &own, by_auditor).await), all);
        // The history tells each reader the same words, and nobody others.
        let readers: [(&String, AsWhom, &[&str]); 3] = [
            (&own, by_partner, &all[1..2]),
            (&customers, by_customer, &all[..2]),
            (&own, by_auditor, &all[..]),
        ];
        for (path, as_whom, words) in readers {
            let history = read(&stack, &format!("{path}/history"), as_whom).await;
            let told = history.body["items"].to_string();
            for word in all {
                let is_told = archived && words.contains(&word);
                assert!(!archived || told.contains(word) == is_told, "{word:?} by {path}: {told}");
                assert!(
                    words.contains(&word) || !told.contains(word),
                    "{word:?} by {path}: {told}"
                );
            }
        }
        stack.event_functions.publish(&records(env)).await.unwrap();
    }
}

#[tokio::test]
async fn whoever_vouches_tells_the_staff_why_and_nobody_else() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.submitted("k", &ITEMS)).await;
    let vouch = json!({"action": "vouch", "comment": "I called the switchboard"});
    let event =
        RequestEvent::post(&format!("/v1/claims/{}/review", claim.id)).staff("operator", "o");
    let vouched = stack.send(event.header("if-match", "*").json(&vouch)).await;
    assert_eq!(vouched.status, 200, "{}", vouched.text);
    let path = format!("/v1/claims/{}", claim.id);
    assert_eq!(texts(&read(&stack, &path, by_auditor).await), ["I called the switchboard"]);
    assert_eq!(texts(&read(&stack, &path, by_partner).await), Vec::<String>::new());
}

#[tokio::test]
async fn older_remarks_are_read_with_what_the_page_before_says() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let env = &stack.env;
    let id = Box::pin(env.in_review("k", &ITEMS)).await.id;
    let codes = ReasonCode::ALL.iter().copied();
    let pairs: Vec<_> = codes.flat_map(|code| [(code, None), (code, Some(ItemNo(1)))]).collect();
    let given = |round: usize| {
        let reason = |(at, (code, item_no)): (usize, &(ReasonCode, Option<ItemNo>))| GivenReason {
            reason: Reason { code: *code, item_no: *item_no },
            comment: Some(comment(&format!("{round}-{at}"))),
        };
        Command::RequestInformation {
            reasons: pairs[..25].iter().enumerate().map(reason).collect(),
        }
    };
    for round in 1..=2 {
        env.give(&id, &reviewer(), &given(round)).await.unwrap();
        env.give(&id, &alpine(), &respond(&format!("answer {round}"))).await.unwrap();
    }
    let path = format!("/v1/claims/{id}");
    let newest = read(&stack, &path, by_partner).await;
    let texts_of = texts(&newest);
    assert_eq!(
        (texts_of.len(), texts_of[0].as_str(), texts_of[1].as_str()),
        (27, "answer 2", "2-0")
    );
    assert_eq!(newest.body["remarks_next"], 4, "{}", newest.body["remarks_next"]);
    let older = read(&stack, &format!("{path}?remarks_before=4"), by_partner).await;
    let texts_of = texts(&older);
    assert_eq!((texts_of.len(), texts_of[24].as_str()), (25, "1-24"));
    assert_eq!(older.body.get("remarks_next"), None);
    for wrong in ["0", "-1", "x", "1.5", "99999999999"] {
        let refused = stack
            .send(by_partner(RequestEvent::get(&format!("{path}?remarks_before={wrong}"))))
            .await;
        assert_eq!(refused.problem(), (400, "invalid-query"), "{wrong}");
    }
}

/// A claim that the partner is asked about.
async fn asked() -> (TestEnv, ClaimId) {
    let env = Box::pin(TestEnv::at(NOW)).await;
    let id = Box::pin(env.in_review("k", &ITEMS)).await.id;
    env.give(&id, &reviewer(), &ask("Which?")).await.unwrap();
    (env, id)
}

#[tokio::test]
async fn a_process_that_dies_at_any_call_leaves_no_remark_lost_and_none_of_what_did_not_happen() {
    let (env, id) = asked().await;
    let (saved, now) = (env.engine.save(), env.clock.now());
    let (store, wire) = env.another_store(|_| {});
    store.execute_command(&id, &alpine(), &respond("Attached"), env.now(), None).await.unwrap();
    let calls = wire.told(<[Call]>::len);
    assert!(calls > 2, "{:?}", wire.operations());
    let mut orphans = 0;
    for nth in 1..=calls {
        for side in [Fault::CrashBefore, Fault::CrashAfter] {
            env.engine.restore(&saved);
            env.clock.set(now);
            let (store, wire) = env.another_store(|_| {});
            let death = Arc::new(Notify::new());
            wire.on(any, nth, side(Arc::clone(&death)));
            let acts = async {
                store.execute_command(&id, &alpine(), &respond("Attached"), env.now(), None).await
            };
            assert!(until_death(acts, &death).await.is_none(), "call {nth}");
            let has_moved = env.read(&id).await.status() == Status::InReview;
            let expected: &[&str] = if has_moved { &["Attached", "Which?"] } else { &["Which?"] };
            assert_eq!(said(&env.store, &env, &id).await, expected, "after call {nth}");
            let put = env.engine.partition(&format!("C#{id}"));
            let put = put.iter().filter(|item| key(item).1.starts_with("W#")).count();
            orphans += usize::from(put > expected.len());
            // The caller asks again, and says it in other words where it has not happened.
            env.give(&id, &alpine(), &respond(if has_moved { "Attached" } else { "Here" }))
                .await
                .unwrap();
            let newest = if has_moved { "Attached" } else { "Here" };
            assert_eq!(said(&env.store, &env, &id).await, [newest, "Which?"], "after call {nth}");
        }
    }
    assert!(orphans > 0, "a death between the two writes was among them");
}

#[tokio::test]
async fn of_two_who_speak_at_once_the_one_who_was_heard_is_shown() {
    let (env, id) = asked().await;
    let (store, wire) = env.another_store(|_| {});
    let (other, _) = env.another_store(|_| {});
    let (other, at, own) = (Arc::new(other), env.now(), id.clone());
    let record = |call: &Call| call.operation == "PutItem" && call.names("C#", "A");
    let leave = Fault::before(move || {
        let (other, own) = (Arc::clone(&other), own.clone());
        async move {
            let leave =
                Command::Withdraw { motive: Motive::Other, comment: Some(comment("Never mind")) };
            other.execute_command(&own, &alpine(), &leave, at, None).await.unwrap();
        }
    });
    wire.on(record, 1, leave);
    let refused = store.execute_command(&id, &alpine(), &respond("Attached"), at, None).await;
    assert!(refused.is_err(), "{refused:?}");
    assert_eq!(env.read(&id).await.status(), Status::Withdrawn);
    assert_eq!(said(&env.store, &env, &id).await, ["Never mind", "Which?"]);
    let put = env.engine.partition(&format!("C#{id}"));
    assert_eq!(put.iter().filter(|item| key(item).1.starts_with("W#")).count(), 3);
}

#[tokio::test]
async fn a_remark_whose_moves_answer_was_lost_is_shown_once() {
    let (env, id) = asked().await;
    let (store, wire) = env.another_store(|_| {});
    let record = |call: &Call| call.operation == "PutItem" && call.names("C#", "A");
    wire.on(record, 1, Fault::AnswerLost);
    store.execute_command(&id, &alpine(), &respond("Attached"), env.now(), None).await.unwrap();
    assert_eq!(said(&env.store, &env, &id).await, ["Attached", "Which?"]);
}

#[tokio::test]
async fn what_is_said_while_the_claim_is_erased_is_kept_nowhere() {
    let env = Box::pin(TestEnv::at(NOW)).await;
    let id = Box::pin(env.in_review("k", &ITEMS)).await.id;
    let reasons = vec![GivenReason {
        reason: Reason { code: ReasonCode::Duplicate, item_no: None },
        comment: Some(comment("kanarek")),
    }];
    env.give(&id, &reviewer(), &Command::Reject { reasons }).await.unwrap();
    let (store, wire) = env.another_store(|_| {});
    let (other, _) = env.another_store(|_| {});
    let (other, own, clock) = (Arc::new(other), id.clone(), env.clock.clone());
    let in_time = env.now();
    // The dispute is under way while its time runs out, and somebody erases the claim before anything of it is put.
    let erase = Fault::before(move || {
        let (other, own, clock) = (Arc::clone(&other), own.clone(), clock.clone());
        async move {
            clock.advance(Duration::days(60));
            let now = other.present_time().await.unwrap();
            other.execute_command(&own, &operator(), &Command::Erase, now, None).await.unwrap();
        }
    });
    wire.on(|call: &Call| call.operation == "PutItem" && call.names("C#", "W#"), 1, erase);
    let dispute = Command::Dispute { comment: comment("kanarek") };
    let refused = store.execute_command(&id, &alpine(), &dispute, in_time, None).await;
    assert!(refused.is_err(), "{refused:?}");
    assert!(env.read(&id).await.erased);
    let left: Vec<Value> = env.engine.partition(&format!("C#{id}"));
    let words: Vec<_> = left.iter().filter(|item| key(item).1.starts_with("W#")).collect();
    assert_eq!(words.len(), 1);
    for item in words {
        assert_eq!(item.get("x"), None, "{item}");
        assert!(item.get("expires").is_some(), "the table removes it: {item}");
    }
}

/// A value of the table as plain JSON.
fn plain(value: &Value) -> Value {
    let (kind, inner) = value.as_object().unwrap().iter().next().unwrap();
    match kind.as_str() {
        "M" => {
            let members = inner.as_object().unwrap();
            Value::Object(
                members.iter().map(|(name, own)| (name.clone(), plain(own))).collect::<Map<_, _>>(),
            )
        }
        "L" => inner.as_array().unwrap().iter().map(plain).collect(),
        "N" => serde_json::from_str(inner.as_str().unwrap()).unwrap(),
        _ => inner.clone(),
    }
}

/// Puts a comment among the details, as it was kept before.
fn remark_among_details(env: &TestEnv, claim: &Claim, version: u32, text: &str) {
    let pk = format!("C#{}", claim.id);
    let mut details = env.engine.item(&pk, "D").unwrap();
    details["d"]["M"]["r"] =
        json!({"L": [{"M": {"v": {"N": version.to_string()}, "t": {"S": text}}}]});
    env.engine.put(&details);
    let salt = STANDARD.decode(details["s"]["B"].as_str().unwrap()).unwrap();
    let digest = canonical::hash_canonical(&plain(&details["d"]));
    let digest = Sha256Hash::of(&[salt.as_slice(), digest.0.as_slice()].concat());
    let mut record = env.stored(&claim.id);
    record["dh"] = json!({"B": STANDARD.encode(digest.0)});
    env.engine.put(&record);
}

#[tokio::test]
async fn a_remark_from_before_stays_readable_and_to_the_same_readers() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let env = &stack.env;
    let id = Box::pin(env.in_review("k", &ITEMS)).await.id;
    env.give(&id, &reviewer(), &ask("Which?")).await.unwrap();
    env.give(&id, &alpine(), &Command::Respond { comment: None }).await.unwrap();
    stack.event_functions.publish(&records(env)).await.unwrap();
    let path = format!("/v1/claims/{id}");
    for (version, event, is_partners) in
        [(4, "information_answered", true), (2, "review_begun", false)]
    {
        remark_among_details(env, &env.read(&id).await, version, "From before");
        let staff = read(&stack, &path, by_auditor).await;
        let own = ("From before".to_owned(), event.to_owned());
        let found = remarks(&staff).into_iter().find(|(_, text)| *text == own.0).unwrap();
        assert_eq!(found.0, own.1);
        let partner = texts(&read(&stack, &path, by_partner).await);
        assert_eq!(partner.contains(&own.0), is_partners, "{event}: {partner:?}");
    }
}

/// The changes that a version's entry tells.
fn changes(history: &Answer, version: u32) -> Value {
    let all = history.body["items"].as_array().unwrap();
    let entry = all.iter().find(|entry| entry["version"] == version);
    entry.map_or(Value::Null, |entry| entry["detail"]["changes"].clone())
}

#[tokio::test]
async fn the_history_tells_partner_and_staff_which_fields_changed_with_old_and_new_value() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let env = &stack.env;
    let id = Box::pin(env.submitted("k", &ITEMS)).await.id;
    let entry = json!({"name": "order.pdf", "sha256": "b".repeat(64), "acknowledged_on": "2026-10-01",
        "size": 1000, "content_type": "application/pdf"});
    let add = RequestEvent::post(&format!("/v1/claims/{id}/evidence")).partner_user(ALPINE);
    let added = stack.send(add.json(&entry)).await;
    assert_eq!(added.status, 201, "{}", added.text);
    let patch = json!({"label": "Q1", "external_ref": null});
    let edited = stack.edit(ALPINE, &env.read(&id).await, &patch).await;
    assert_eq!(edited.status, 200, "{}", edited.text);
    let history_path = format!("/v1/claims/{id}/history");
    let body = fixtures::claim_body(&ITEMS);
    for archived in [false, true] {
        let readers: [AsWhom; 2] = [by_partner, by_auditor];
        for as_whom in readers {
            let history = read(&stack, &history_path, as_whom).await;
            let labels = changes(&history, 3);
            if archived || labels != Value::Null {
                let label = json!({"field": "/label", "old": body["label"], "new": "Q1"});
                assert!(labels.as_array().unwrap().contains(&label), "{labels}");
            }
            if archived {
                let evidence = changes(&history, 2);
                assert_eq!(evidence[0]["field"], "/evidence/e2", "{evidence}");
                assert_eq!(
                    (&evidence[0]["old"], &evidence[0]["new"]["name"]),
                    (&Value::Null, &json!("order.pdf"))
                );
                proves_its_parts(&history);
            }
        }
        stack.event_functions.publish(&records(env)).await.unwrap();
    }
    // The customer sees that there was a change, and not of what.
    let claim = env.read(&id).await;
    env.give(&id, &reviewer(), &Command::BeginReview).await.unwrap();
    let validate = Command::Validate { drop: Vec::new(), comment: None };
    env.give(&id, &reviewer(), &validate).await.unwrap();
    assert_eq!(claim.version.0, 3);
    let history = read(&stack, &format!("/v1/customer/claims/{id}/history"), by_customer).await;
    assert!(
        !history.text.contains("order.pdf") && !history.text.contains("Q1"),
        "{}",
        history.text
    );
}

/// Each digest of a part that the reader is given is computed again from its salt and value.
fn proves_its_parts(history: &Answer) {
    for entry in history.body["items"].as_array().unwrap() {
        let Some(text) = entry["entry"].as_str() else { continue };
        let text: Value = serde_json::from_str(text).unwrap();
        for (audience, part) in entry["parts"].as_object().into_iter().flatten() {
            let salt = part["salt"].as_str().unwrap();
            let salt = data_encoding::HEXLOWER.decode(salt.as_bytes()).unwrap();
            let digest =
                Sha256Hash::of(&[&salt, part["value"].as_str().unwrap().as_bytes()].concat());
            assert_eq!(text["sealed"][audience], digest.to_string(), "{audience}");
        }
    }
}

#[tokio::test]
async fn an_action_that_changes_nothing_keeps_no_note_and_an_unread_note_is_refused() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.submitted("k", &ITEMS)).await;
    let path = format!("/v1/claims/{}/review", claim.id);
    let long = json!({"action": "begin", "note": "x".repeat(2001)});
    let event = RequestEvent::post(&path).staff("reviewer", "r").header("if-match", "*");
    let refused = stack.send(event.json(&long)).await;
    assert_eq!(refused.errors(), [("/note".to_owned(), "too-long".to_owned())]);
    act(&stack, &claim.id, ("reviewer", "r"), json!({"action": "begin", "note": "first"})).await;
    act(&stack, &claim.id, ("reviewer", "r"), json!({"action": "begin", "note": "second"})).await;
    let shown = read(&stack, &format!("/v1/claims/{}", claim.id), by_auditor).await;
    assert_eq!(texts(&shown), ["first"]);
}

/// The actor's own words are the actor's: nobody is told twice who said what.
#[tokio::test]
async fn a_remark_names_who_said_it_to_the_own_side_and_to_staff_alone() {
    let (stack, id) = discussed().await;
    let path = format!("/v1/claims/{id}");
    let readers: [(AsWhom, &[&str]); 2] =
        [(by_partner, &["partner"]), (by_auditor, &["partner", "operator"])];
    for (as_whom, sides) in readers {
        for remark in read(&stack, &path, as_whom).await.body["remarks"].as_array().unwrap() {
            let is_named = remark.get("actor_id").is_some();
            let side = remark["side"].as_str().unwrap();
            assert_eq!(is_named, sides.contains(&side), "{remark}");
        }
    }
    assert!(matches!(alpine(), Actor::Partner { .. }));
}
