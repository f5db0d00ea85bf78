//! The functions behind the stream, the bus and the queues: what they are handed twice, too late, for
//! nobody or from the future.

use chrono::Duration;
use domain::actor::Actor;
use domain::claim::{Claim, Status};
use domain::command::Command;
use domain::recipient::RecipientNo;
use serde_json::{Value, json};
use support::engine::key;
use support::event_functions::{EventFunctions, events, mail_event, mails, records};
use support::fake_services::With;
use support::logs::Lines;
use support::stack::{SECRET, Stack, StoredSecret};
use support::test_env::{
    TestEnv, VERIFIED, alpine, apply_reports, closes_at, decline, item_statuses, link, reviewer,
    validate, withdraw,
};
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";
const CONTACT: (RecipientNo, &str) = (VERIFIED, "it@contoso.example");

async fn notifying() -> (TestEnv, EventFunctions, Claim) {
    let env = TestEnv::at(NOW).await;
    let event_functions = EventFunctions::of(&env, false, &StoredSecret::new(SECRET));
    let claim = env.notifying("k", &["teams", "exchange-online"]).await;
    (env, event_functions, claim)
}

fn history(env: &TestEnv) -> Vec<String> {
    env.engine
        .items("C#")
        .iter()
        .map(key)
        .map(|key| key.1)
        .filter(|sk| sk.starts_with("H#"))
        .collect()
}

/// Type and count of each line that `publish` logs about what is on the bus.
fn told_by_type(lines: &Lines) -> Vec<(String, u64)> {
    let lines = lines.logged();
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let told = lines.filter(|line| line["message"] == "events are on the bus");
    told.map(|line| {
        (line["event.type"].as_str().unwrap().to_owned(), line["count"].as_u64().unwrap())
    })
    .collect()
}

#[tokio::test]
async fn what_a_batch_puts_on_the_bus_is_logged_once_for_each_type_of_event() {
    let env = TestEnv::at(NOW).await;
    let event_functions = EventFunctions::of(&env, false, &StoredSecret::new(SECRET));
    for key in ["a", "b"] {
        env.submitted(key, &[if key == "a" { "teams" } else { "exchange-online" }]).await;
    }
    let claim = env.notifying("c", &["sharepoint-online"]).await;
    env.give(&claim.id, &alpine(), &withdraw()).await.unwrap();
    let lines = Lines::default();
    let _kept = lines.kept();
    event_functions.publish(&records(&env)).await.unwrap();
    let expected = [("review_begun", 1), ("submitted", 3), ("validated", 1), ("withdrawn", 1)];
    let expected = expected.map(|(event_type, count)| (event_type.to_owned(), count));
    assert_eq!(told_by_type(&lines), expected);
}

#[tokio::test]
async fn every_version_is_archived_and_put_on_the_bus_without_personal_data() {
    let (env, event_functions, claim) = notifying().await;
    let answer = event_functions.publish(&records(&env)).await.unwrap();
    assert!(answer.batch_item_failures.is_empty());
    assert_eq!(history(&env), ["H#000001", "H#000002", "H#000003"]);
    let events = events(&env);
    let types: Vec<_> = events.iter().map(|event| event["type"].clone()).collect();
    assert_eq!(types, ["submitted", "review_begun", "validated"]);
    assert_eq!(events[2]["id"], format!("{}-3", claim.id));
    let put = env.services.sent("PutEvents")[0].to_string();
    assert!(
        put.contains("\"Source\":\"cpor\"") && put.contains("\"DetailType\":\"validated\""),
        "{put}"
    );
    for personal in ["jana", "Nov\u{e1}kov", "petr", "@"] {
        assert!(!put.contains(personal), "{personal} in {put}");
    }
}

#[tokio::test]
async fn a_record_whose_version_did_not_rise_is_passed() {
    let (env, event_functions, _) = notifying().await;
    let mut records = records(&env);
    let last = records.last().unwrap().clone();
    let mut same = last.clone();
    same["dynamodb"]["OldImage"] = last["dynamodb"]["NewImage"].clone();
    records.push(same);
    let answer = event_functions.publish(&records).await.unwrap();
    assert!(answer.batch_item_failures.is_empty());
    assert_eq!(events(&env).len(), 3);
}

#[tokio::test]
async fn a_record_of_an_unknown_version_is_parked_whole_and_passed() {
    let (env, event_functions, _) = notifying().await;
    let mut records = records(&env);
    records[1]["dynamodb"]["NewImage"]["st"] = json!({"S": "levitating"});
    let answer = event_functions.publish(&records).await.unwrap();
    assert!(answer.batch_item_failures.is_empty());
    let parked = env.services.sent("SendMessage");
    assert_eq!(parked.len(), 1);
    let body: Value = serde_json::from_str(parked[0]["MessageBody"].as_str().unwrap()).unwrap();
    assert_eq!(body, records[1], "the record is whole");
    assert_eq!(parked[0]["QueueUrl"], "https://sqs.test/park");
    let types: Vec<_> = events(&env).iter().map(|event| event["type"].clone()).collect();
    assert_eq!(types, ["submitted", "validated"], "those around it went on");
}

#[tokio::test]
async fn a_record_that_cannot_even_be_parked_comes_again() {
    let (env, event_functions, _) = notifying().await;
    let mut records = records(&env);
    records[1]["dynamodb"]["NewImage"]["st"] = json!({"S": "levitating"});
    env.services.refuse("SendMessage", 1, With::Error(500, "InternalFailure"));
    let answer = event_functions.publish(&records).await.unwrap();
    let failed: Vec<_> =
        answer.batch_item_failures.iter().map(|one| one.item_identifier.clone()).collect();
    assert_eq!(failed, [records[1]["dynamodb"]["SequenceNumber"].as_str().map(str::to_owned)]);
    assert_eq!(events(&env).len(), 1, "those before it are done");
}

#[tokio::test]
async fn failed_entries_of_an_answer_of_200_are_put_again() {
    let (env, event_functions, _) = notifying().await;
    env.services.refuse("PutEvents", 1, With::FailedEntries(vec![1]));
    let answer = event_functions.publish(&records(&env)).await.unwrap();
    assert!(answer.batch_item_failures.is_empty());
    let puts = env.services.sent("PutEvents");
    assert_eq!(puts.len(), 2);
    assert_eq!(puts[1]["Entries"].as_array().map(Vec::len), Some(1), "the failed one alone");
}

#[tokio::test]
async fn events_that_never_reach_the_bus_come_again_and_history_is_not_doubled() {
    let (env, event_functions, _) = notifying().await;
    env.services.refuse("PutEvents", 100, With::Error(500, "InternalFailure"));
    let answer = event_functions.publish(&records(&env)).await.unwrap();
    let first = records(&env)[0]["dynamodb"]["SequenceNumber"].as_str().map(str::to_owned);
    assert_eq!(answer.batch_item_failures[0].item_identifier, first);
    let before = history(&env);
    let env_again = EventFunctions::of(&env, false, &StoredSecret::new(SECRET));
    env.services.repair();
    let again = env_again.publish(&records(&env)).await.unwrap();
    assert!(again.batch_item_failures.is_empty());
    assert_eq!(history(&env), before);
}

/// The event that makes the claim's notice due.
async fn validated(env: &TestEnv, event_functions: &EventFunctions) -> Value {
    event_functions.publish(&records(env)).await.unwrap();
    events(env).into_iter().find(|event| event["type"] == "validated").unwrap()
}

#[tokio::test]
async fn the_notice_goes_to_its_recipients_in_the_customers_language_and_says_everything() {
    let (env, event_functions, claim) = notifying().await;
    let event = validated(&env, &event_functions).await;
    event_functions.notify(&event).await.unwrap();
    let mails = mails(&env);
    assert_eq!(
        mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(),
        ["jana@contoso.example", "it@contoso.example"]
    );
    let mail = &mails[1];
    let recipient = ("recipient".into(), VERIFIED.0.to_string());
    let tags = [("claim".into(), claim.id.to_string()), ("notice".into(), "1".into()), recipient];
    assert_eq!(mail.tags, tags);
    let text = mail.text();
    let lines: Vec<&str> = text.lines().collect();
    let link = format!("https://cpor.test/d/{}", support::stack::token(&claim.id, 1));
    let code = support::stack::code(&claim.id, 1);
    let own = support::stack::link(&claim.id, 1, VERIFIED);
    let own = own.notice_code(&support::stack::keys(support::stack::SECRET));
    let known: Vec<_> = env.engine.items("N#").iter().map(|item| key(item).0).collect();
    assert_eq!(known.len(), 2, "the authenticity codes were written before the mails");
    assert!(known.contains(&format!("N#{}", own.as_str())), "{known:?}");
    let genuine = format!("https://cpor.test/n/{}", own.as_str());
    for alone in [link.as_str(), &code, &genuine] {
        assert!(lines.contains(&alone), "{alone} stands alone on a line: {text}");
    }
    let first = lines.iter().position(|line| line.contains("Pokud neud\u{11b}l\u{e1}te nic"));
    assert!(lines[0].contains("Vendor Ltd.") && lines[4].contains("Vendor Ltd."), "{text}");
    assert_eq!(first, Some(6), "who writes comes first, then what silence means: {text}");
    for part in [
        "Alpine Cloud",
        "Contoso",
        "teams",
        "exchange-online",
        "\u{10d}tvrtek 31. prosince 2026 23:00 UTC",
        "Europe/Prague",
        "help@vendor.example",
        "?lang=en",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[tokio::test]
async fn an_event_that_comes_twice_sends_its_mails_once_and_one_of_an_older_notice_none() {
    let (env, event_functions, claim) = notifying().await;
    let event = validated(&env, &event_functions).await;
    event_functions.notify(&event).await.unwrap();
    event_functions.notify(&event).await.unwrap();
    assert_eq!(mails(&env).len(), 2);
    env.services.forget();
    let mut older = event.clone();
    older["notice"] = json!(0);
    event_functions.notify(&older).await.unwrap();
    env.engine.delete(&format!("C#{}", claim.id), "R#1");
    env.give(&claim.id, &alpine(), &withdraw()).await.unwrap();
    event_functions.notify(&event).await.unwrap();
    assert_eq!(mails(&env).len(), 0, "nobody waits for that notice any more");
}

#[tokio::test]
async fn a_mail_that_was_sent_without_a_mark_of_it_is_sent_again_as_the_same_mail() {
    let (env, event_functions, claim) = notifying().await;
    let event = validated(&env, &event_functions).await;
    event_functions.notify(&event).await.unwrap();
    env.engine.delete(&format!("C#{}", claim.id), "R#1");
    event_functions.notify(&event).await.unwrap();
    let raw: Vec<_> = mails(&env).into_iter().map(|mail| mail.raw).collect();
    assert_eq!(raw.len(), 4);
    assert_eq!(raw[..2], raw[2..]);
}

#[tokio::test]
async fn an_event_of_an_unknown_claim_or_none_at_all_sends_nothing() {
    let (env, event_functions, _) = notifying().await;
    let mut event = validated(&env, &event_functions).await;
    event["claim"] = json!("a".repeat(26));
    event_functions.notify(&event).await.unwrap();
    event_functions.notify(&json!({"type": "validated"})).await.unwrap();
    event_functions.notify(&json!(null)).await.unwrap();
    assert_eq!(mails(&env).len(), 0);
}

#[tokio::test]
async fn a_mail_that_could_not_be_handed_over_is_tried_again_by_the_platform() {
    let (env, event_functions, _) = notifying().await;
    let event = validated(&env, &event_functions).await;
    env.services.refuse("SendEmail", 1, With::Error(500, "InternalServiceErrorException"));
    assert!(event_functions.notify(&event).await.is_err());
    event_functions.notify(&event).await.unwrap();
}

#[tokio::test]
async fn a_delivery_to_a_verified_contact_opens_the_window() {
    let (env, event_functions, claim) = notifying().await;
    let at = env.clock.now();
    let answer = event_functions.deliver(&mail_event("Delivery", &claim.id, 1, CONTACT, at)).await;
    assert!(answer.batch_item_failures.is_empty());
    let open = env.read(&claim.id).await;
    assert_eq!(open.status(), Status::AwaitingCustomer);
    assert_eq!(open.state.window().unwrap().delivered_at, at);
    event_functions
        .deliver(&mail_event("Delivery", &claim.id, 1, CONTACT, at + Duration::hours(1)))
        .await;
    assert_eq!(env.read(&claim.id).await.version, open.version, "the first proof counts");
}

#[tokio::test]
async fn a_delivery_to_a_stranger_or_of_another_notice_opens_nothing() {
    let (env, event_functions, claim) = notifying().await;
    let at = env.clock.now();
    let stranger = (RecipientNo(9), "somebody@alpine.example");
    for (notice, recipient) in [(1, stranger), (0, CONTACT), (2, CONTACT)] {
        let event = mail_event("Delivery", &claim.id, notice, recipient, at);
        assert!(event_functions.deliver(&event).await.batch_item_failures.is_empty());
        assert_eq!(env.read(&claim.id).await.status(), Status::Notifying, "{notice} {recipient:?}");
    }
}

#[tokio::test]
async fn a_mail_event_of_an_unknown_claim_or_no_mail_event_is_passed() {
    let (env, event_functions, claim) = notifying().await;
    let nobody = domain::ids::ClaimId::parse(&"a".repeat(26)).unwrap();
    let at = env.clock.now();
    let strange = [
        mail_event("Delivery", &nobody, 1, CONTACT, at),
        json!({"eventType": "Open", "mail": {}}),
        json!("junk"),
        json!({}),
    ];
    for event in strange {
        assert!(event_functions.deliver(&event).await.batch_item_failures.is_empty(), "{event}");
    }
    assert_eq!(env.read(&claim.id).await.version, claim.version);
}

#[tokio::test]
async fn a_bounce_or_complaint_of_the_only_recipient_makes_the_customer_unreachable() {
    for kind in ["Bounce", "Complaint"] {
        for days in [0, 3] {
            let (env, event_functions, claim) = notifying().await;
            if days > 0 {
                event_functions
                    .deliver(&mail_event("Delivery", &claim.id, 1, CONTACT, env.clock.now()))
                    .await;
                env.clock.advance(Duration::days(days));
            }
            let event = mail_event(kind, &claim.id, 1, CONTACT, env.clock.now());
            event_functions.deliver(&event).await;
            assert_eq!(
                env.read(&claim.id).await.status(),
                Status::Unreachable,
                "{kind} after {days} d"
            );
        }
    }
}

#[tokio::test]
async fn a_bounce_counts_beside_an_answer_and_not_after_the_deadline() {
    let (env, event_functions, claim) = notifying().await;
    event_functions.deliver(&mail_event("Delivery", &claim.id, 1, CONTACT, env.clock.now())).await;
    env.give(&claim.id, &link(1), &decline(&[1])).await.unwrap();
    event_functions.deliver(&mail_event("Bounce", &claim.id, 1, CONTACT, env.clock.now())).await;
    let unreachable = env.read(&claim.id).await;
    assert_eq!(unreachable.status(), Status::Unreachable, "nobody verified has the notice");
    assert_eq!(item_statuses(&unreachable), ["declined", "pending"], "the no stands");
    let (env, event_functions, claim) = notifying().await;
    event_functions.deliver(&mail_event("Delivery", &claim.id, 1, CONTACT, env.clock.now())).await;
    let open = env.read(&claim.id).await;
    env.clock.set(closes_at(&open));
    event_functions.deliver(&mail_event("Bounce", &claim.id, 1, CONTACT, env.clock.now())).await;
    assert_eq!(env.read(&claim.id).await.version, open.version);
}

/// A claim whose contact is not of the tenant's domain, so that the verified contact is written to as
/// well.
async fn two_recipients() -> (TestEnv, EventFunctions, Claim) {
    let env = TestEnv::at(NOW).await;
    let event_functions = EventFunctions::of(&env, false, &StoredSecret::new(SECRET));
    let mut body = support::fixtures::claim_body(&["teams"]);
    body["customer_contact"]["email"] = json!("jana@consulting.example");
    let claim = env.create_of("p-alpine", "k", &body).await.unwrap().claim;
    env.give(&claim.id, &reviewer(), &Command::BeginReview).await.unwrap();
    let claim = env.give(&claim.id, &reviewer(), &validate()).await.unwrap().claim;
    (env, event_functions, claim)
}

#[tokio::test]
async fn a_contact_of_another_domain_is_told_and_only_the_verified_one_opens_the_window() {
    let (env, event_functions, claim) = two_recipients().await;
    let event = validated(&env, &event_functions).await;
    event_functions.notify(&event).await.unwrap();
    let to: Vec<String> = mails(&env).into_iter().map(|mail| mail.to).collect();
    assert_eq!(to, ["jana@consulting.example", "it@contoso.example"]);
    let at = env.clock.now();
    event_functions
        .deliver(&mail_event(
            "Delivery",
            &claim.id,
            1,
            (RecipientNo(1), "jana@consulting.example"),
            at,
        ))
        .await;
    assert_eq!(env.read(&claim.id).await.status(), Status::Notifying);
    event_functions.deliver(&mail_event("Delivery", &claim.id, 1, CONTACT, at)).await;
    assert_eq!(env.read(&claim.id).await.status(), Status::AwaitingCustomer);
    event_functions
        .deliver(&mail_event(
            "Bounce",
            &claim.id,
            1,
            (RecipientNo(1), "jana@consulting.example"),
            at,
        ))
        .await;
    assert_eq!(env.read(&claim.id).await.status(), Status::AwaitingCustomer, "the other has it");
}

#[tokio::test]
async fn the_first_contact_bounces_and_the_second_accepts() {
    let (env, event_functions, claim) = two_recipients().await;
    let at = env.clock.now();
    event_functions
        .deliver(&mail_event(
            "Bounce",
            &claim.id,
            1,
            (RecipientNo(1), "jana@consulting.example"),
            at,
        ))
        .await;
    assert_eq!(env.read(&claim.id).await.status(), Status::Notifying, "the other may still get it");
    event_functions.deliver(&mail_event("Delivery", &claim.id, 1, CONTACT, at)).await;
    assert_eq!(env.read(&claim.id).await.status(), Status::AwaitingCustomer);
    let (env, event_functions, claim) = two_recipients().await;
    for recipient in [(RecipientNo(1), "jana@consulting.example"), CONTACT] {
        event_functions.deliver(&mail_event("Bounce", &claim.id, 1, recipient, at)).await;
    }
    assert_eq!(env.read(&claim.id).await.status(), Status::Unreachable);
}

#[tokio::test]
async fn an_event_of_an_older_notice_voids_nothing() {
    let (env, _, claim) = notifying().await;
    let older = apply_reports(domain::ids::NoticeNo(0));
    let outcome = env.give(&claim.id, &Actor::System, &older).await.unwrap();
    assert_eq!(outcome.claim.version, claim.version);
}

#[tokio::test]
async fn any_payload_that_is_no_message_is_a_tick() {
    let (env, event_functions, claim) = notifying().await;
    env.let_pass(claim.deadline().unwrap());
    for payload in [
        json!(null),
        json!({}),
        json!("tick"),
        json!([1]),
        json!({"detail-type": "Scheduled Event"}),
        json!({"what": "ever"}),
    ] {
        env.services.forget();
        event_functions.finalize(&env, payload.clone()).await.unwrap();
        assert_eq!(env.services.sent("SendMessageBatch").len(), 1, "{payload}");
    }
}

#[tokio::test]
async fn a_message_that_names_no_shard_is_not_worked_and_harms_nobody() {
    let (env, event_functions, claim) = notifying().await;
    for body in ["junk", "{}", "{\"shard\": \"x\"}", "{\"shard\": 70000}", "{\"shard\": -1}"] {
        let record =
            json!({"messageId": "m", "body": body, "attributes": {}, "messageAttributes": {}});
        let answer = event_functions.finalize(&env, json!({"Records": [record]})).await;
        assert!(answer.is_ok(), "{body}");
    }
    assert_eq!(env.read(&claim.id).await.version, claim.version);
}

#[tokio::test]
async fn a_tick_and_its_messages_carry_out_what_is_due() {
    let (env, event_functions, claim) = notifying().await;
    event_functions.deliver(&mail_event("Delivery", &claim.id, 1, CONTACT, env.clock.now())).await;
    let open = env.read(&claim.id).await;
    env.let_pass_by(closes_at(&open), Duration::seconds(-60));
    event_functions.tick(&env).await;
    assert_eq!(env.stored(&claim.id)["st"]["S"], "awaiting_customer");
    env.let_pass(closes_at(&open));
    event_functions.tick(&env).await;
    assert_eq!(env.stored(&claim.id)["st"]["S"], "associated");
}

#[tokio::test]
async fn an_out_of_office_answer_changes_nothing_and_is_shown_to_the_operator_alone() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.awaiting("k", &["teams"])).await;
    let at = stack.env.clock.now();
    let mut away = mail_event("Bounce", &claim.id, 1, CONTACT, at);
    away["bounce"]["bounceType"] = json!("Transient");
    away["bounce"]["bounceSubType"] = json!("General");
    for _ in 0..2 {
        stack.event_functions.deliver(&away).await;
    }
    assert_eq!(stack.env.read(&claim.id).await.version, claim.version);
    let path = format!("/v1/claims/{}", claim.id);
    let read = |event: RequestEvent| stack.send(event);
    let staff = read(RequestEvent::get(&path).staff("auditor", "a-1")).await;
    assert_eq!(staff.body["out_of_office"], 1, "{}", staff.text);
    let partner = read(RequestEvent::get(&path).partner_admin("p-alpine")).await;
    assert!(partner.body.get("out_of_office").is_none(), "{}", partner.text);
}
