//! The end of a term is told thirty days before it (`docs/domain.md §5.11`): by a timer that the close puts, to every
//! verified contact and to the partner by its mail of the day. What has ended before is not told.

use chrono::Duration;
use domain::claim::{Claim, Instant, PartnerContact};
use domain::command::Command;
use domain::directory::{Partner, Tenant};
use domain::motive::Motive;
use domain::program::Policy;
use domain::text::{Comment, Domain, Email, Name};
use serde_json::{Value, json};
use support::event_functions::{Mail, events, mails, records};
use support::fixtures;
use support::stack::Stack;
use support::test_env::{alpine, closes_at, decline_all, link};
use support::wire::Units;

const NOW: &str = "2026-12-22T14:00:00Z";
const ITEMS: [&str; 2] = ["exchange-online", "teams"];
const IT: &str = "it@contoso.example";
const JANA: &str = "jana@contoso.example";
const QUARTER_MS: i64 = 15 * 60 * 1000;
const PETR: &str = "petr@alpine.example";
/// A year after the end of the window.
const ENDS_AT: &str = "2027-12-31T23:00:00Z";

fn term(months: u32) -> Policy {
    Policy { term_months: Some(months), ..Policy::default() }
}

/// Alpine with a contact at its own domain.
fn told_alpine() -> Partner {
    let contact = PartnerContact {
        name: Name::parse("Petr Alpin").unwrap(),
        email: Email::parse(PETR).unwrap(),
    };
    Partner {
        domains: [Domain::parse("alpine.example").unwrap()].into(),
        contacts: vec![contact],
        ..fixtures::alpine()
    }
}

/// Contoso with three more verified contacts: more than are told of every act.
fn contoso() -> Tenant {
    let more = |name: &str| {
        let email = format!("{name}@contoso.example");
        serde_json::from_value(json!({"name": "CISO", "email": email, "verified": true})).unwrap()
    };
    let mut tenant = fixtures::contoso();
    tenant.contacts.extend(["ciso", "audit", "board"].map(more));
    tenant
}

/// A claim whose window has ended, under a policy.
async fn closing(policy: Policy) -> (Stack, Claim) {
    let stack = Box::pin(Stack::with_policy(NOW, policy)).await;
    stack.env.store.put_partner(&told_alpine()).await.unwrap();
    stack.env.store.put_tenant(&contoso()).await.unwrap();
    let claim = Box::pin(stack.env.awaiting("k", &ITEMS)).await;
    stack.env.let_pass(closes_at(&claim));
    (stack, claim)
}

/// The same, closed by the timer.
async fn associated(policy: Policy) -> (Stack, Claim) {
    let (stack, claim) = closing(policy).await;
    stack.env.finalize().await;
    let claim = stack.env.read(&claim.id).await;
    assert_eq!(claim.status().as_str(), "associated");
    (stack, claim)
}

fn ends_at() -> Instant {
    ENDS_AT.parse().unwrap()
}

fn told_at() -> Instant {
    ends_at() - Duration::days(30)
}

/// Lets the moment pass with the timers looking shortly after it; how many marks they left.
async fn let_pass(stack: &Stack, at: Instant) -> u32 {
    // The timers have looked at every bucket until then.
    let before = (at - Duration::minutes(30)).timestamp_millis() / QUARTER_MS * QUARTER_MS;
    for shard in 0..support::test_env::SHARDS {
        let sk = format!("{shard:02}");
        let checkpoint = json!({"pk": {"S": "S"}, "sk": {"S": sk}, "b": {"N": before.to_string()}});
        stack.env.engine.put(&checkpoint);
    }
    stack.env.clock.set(at + Duration::seconds(125));
    stack.env.finalize().await.iter().map(|drained| drained.reminded).sum()
}

/// The events of ends, once the stream has told everything.
async fn due(stack: &Stack) -> Vec<Value> {
    stack.env.services.forget();
    stack.event_functions.publish(&records(&stack.env)).await.unwrap();
    let mut all = events(&stack.env);
    all.retain(|event| event["type"] == "reminder_due" && event["reminder"] == "term");
    stack.env.services.forget();
    all
}

/// The mails that these events make.
async fn told(stack: &Stack, events: &[Value]) -> Vec<Mail> {
    for event in events {
        stack.event_functions.notify(event).await.unwrap();
    }
    mails(&stack.env)
}

/// The mails that the schedule sends on the morning after.
async fn morning_mails(stack: &Stack) -> Vec<Mail> {
    stack.env.services.forget();
    stack.env.clock.advance(Duration::days(1));
    stack.event_functions.digest(&stack.env).await.unwrap();
    mails(&stack.env)
}

fn text(mail: &Mail) -> String {
    mail.text().replace(['\u{2068}', '\u{2069}'], "")
}

#[tokio::test]
async fn thirty_days_before_every_verified_contact_and_the_partner_are_told_and_nothing_moves() {
    let (stack, claim) = associated(term(12)).await;
    assert_eq!(let_pass(&stack, told_at()).await, 1);
    let events = due(&stack).await;
    assert_eq!(events.len(), 1);
    let mails = told(&stack, &events).await;
    let mut to: Vec<_> = mails.iter().map(|mail| mail.to.as_str()).collect();
    to.sort_unstable();
    let everybody = ["audit", "board", "ciso"].map(|name| format!("{name}@contoso.example"));
    let [audit, board, ciso] = everybody.each_ref().map(String::as_str);
    assert_eq!(to, [audit, board, ciso, IT, JANA]);
    let body = text(&mails[0]);
    assert!(body.contains("sobota 1. ledna 2028 0:00"), "{body}");
    assert!(body.contains("Mlčením na tento e-mail se nic neprodlužuje"), "{body}");
    assert!(!body.contains("/d/") && !body.contains("dělat nic"), "a renewal may wait: {body}");
    assert!(told(&stack, &events).await.len() == mails.len(), "nobody is told twice");
    let now = stack.env.read(&claim.id).await;
    assert_eq!((now.version, now.state), (claim.version, claim.state));
    let morning = morning_mails(&stack).await;
    assert_eq!(morning.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), [PETR]);
    let body = text(&morning[0]);
    assert!(body.contains("31 December 2027") && body.contains("not renewed"), "{body}");
}

#[tokio::test]
async fn when_the_term_is_over_silence_ends_it() {
    let (stack, claim) = associated(term(12)).await;
    let_pass(&stack, told_at()).await;
    let_pass(&stack, ends_at()).await;
    let ended = stack.env.read(&claim.id).await;
    assert_eq!(ended.status().as_str(), "ended");
    assert!(ended.last_event.by_silence);
}

#[tokio::test]
async fn what_has_ended_before_is_not_told() {
    let (stack, claim) = associated(term(12)).await;
    stack.env.give(&claim.id, &link(1), &decline_all()).await.unwrap();
    assert_eq!(let_pass(&stack, told_at()).await, 0);
    assert!(due(&stack).await.is_empty());
}

#[tokio::test]
async fn what_ends_while_the_message_is_on_its_way_is_not_told() {
    let (stack, claim) = associated(term(12)).await;
    let_pass(&stack, told_at()).await;
    let events = due(&stack).await;
    stack.env.give(&claim.id, &link(1), &decline_all()).await.unwrap();
    assert!(told(&stack, &events).await.is_empty());
    let leave = Command::End {
        item: domain::ids::ItemNo(1),
        comment: Comment::parse("done").ok(),
        motive: Some(Motive::EngagementOver),
    };
    let again = stack.env.give(&claim.id, &alpine(), &leave).await.unwrap();
    assert_eq!(again.claim.status().as_str(), "ended");
}

#[tokio::test]
async fn of_a_term_that_ends_within_thirty_days_the_mail_about_its_beginning_has_told() {
    let (stack, claim) = closing(term(1)).await;
    // The close comes so late that fewer than thirty days are left.
    stack.env.clock.set(closes_at(&claim) + Duration::days(2));
    stack.env.finalize().await;
    assert_eq!(stack.env.read(&claim.id).await.status().as_str(), "associated");
    assert!(timers(&stack).is_empty());
}

/// The timers of ends of terms.
fn timers(stack: &Stack) -> Vec<Value> {
    let mut all = stack.env.engine.items("T#");
    all.retain(|timer| timer["k"]["S"] == "term");
    all
}

#[tokio::test]
async fn the_timer_costs_a_close_with_a_term_one_unit_and_a_close_without_one_has_none() {
    let spent = async |policy: Policy| {
        let (stack, _) = closing(policy).await;
        stack.env.wire.reset();
        stack.env.finalize().await;
        (timers(&stack).len(), stack.env.wire.spent().written)
    };
    let (count, without) = spent(Policy::default()).await;
    assert_eq!(count, 0);
    let (count, long) = spent(term(12)).await;
    assert_eq!(count, 1);
    // The record, the timer of the term, and that of its telling; a close by the batch writes the record alone.
    assert_eq!(long, Units::new(without.table + 2.0, long.indexes));
}
