//! A day after a notice what became of its mails should be known: a report that was lost is counted, since a mail that
//! came back would be taken for silence (`docs/domain.md §5.3`).

use chrono::Duration;
use domain::actor::Actor;
use domain::claim::Claim;
use domain::command::Command;
use domain::ids::NoticeNo;
use domain::recipient::RecipientNo;
use domain::reminder::Reminder;
use domain::text::Email;
use serde_json::json;
use store::DeliveryReport;
use support::event_functions::{Mail, events, mails, records};
use support::fake_services::With;
use support::fixtures;
use support::stack::Stack;
use support::test_env::{TestEnv, validate};

const NOW: &str = "2026-12-22T14:00:00Z";
const ITEMS: [&str; 1] = ["exchange-online"];

/// A claim whose notice went to Jana and to the IT desk.
async fn notified(env: &TestEnv) -> Claim {
    let claim = Box::pin(env.notifying("k", &ITEMS)).await;
    let list = env.store.recipient_list(&claim.id, claim.notice).await.unwrap().unwrap();
    assert_eq!(list.recipients.len(), 2);
    claim
}

async fn note(env: &TestEnv, claim: &Claim, no: u8, noted: DeliveryReport) {
    let no = RecipientNo(no);
    env.store.note_report(&claim.id, claim.notice, no, noted).await.unwrap();
}

/// How many proofs are missing when a day has passed since `from`.
async fn missing_after(env: &TestEnv, from: domain::claim::Instant, by: Duration) -> u32 {
    env.let_pass_by(from, by);
    env.finalize().await.iter().map(|run| run.proofs_missing).sum()
}

const A_DAY: Duration = Duration::minutes(24 * 60 + 20);

#[tokio::test]
async fn a_mail_that_was_sent_and_of_which_nothing_is_known_after_a_day_is_counted_once() {
    let env = TestEnv::at(NOW).await;
    let claim = notified(&env).await;
    let now = env.clock.now();
    env.send_all(&claim).await;
    note(&env, &claim, 2, DeliveryReport::Delivered { at: now }).await;
    assert_eq!(missing_after(&env, now, Duration::hours(23)).await, 0, "it may still come");
    assert_eq!(missing_after(&env, now, A_DAY).await, 1, "Jana's");
    assert_eq!(missing_after(&env, now, A_DAY + Duration::hours(1)).await, 0, "once");
}

#[tokio::test]
async fn a_mail_that_failed_or_that_the_mail_service_never_took_is_not_missing() {
    let env = TestEnv::at(NOW).await;
    let claim = notified(&env).await;
    let now = env.clock.now();
    note(&env, &claim, 1, DeliveryReport::Sent).await;
    let cause = domain::event::FailureCause::Bounce;
    note(&env, &claim, 1, DeliveryReport::Failed { at: now, cause }).await;
    assert_eq!(missing_after(&env, now, A_DAY).await, 0);
}

#[tokio::test]
async fn of_a_notice_that_another_one_has_replaced_nothing_is_counted() {
    let env = TestEnv::at(NOW).await;
    let claim = notified(&env).await;
    let now = env.clock.now();
    env.send_all(&claim).await;
    env.clock.advance(Duration::hours(2));
    let operator = support::test_env::reviewer();
    let Actor::Staff { id, .. } = operator else { panic!() };
    let operator = Actor::Staff { id, role: domain::actor::StaffRole::Operator };
    let comment = domain::text::Comment::parse("A moment.").unwrap();
    env.give(&claim.id, &operator, &Command::Hold { comment }).await.unwrap();
    let resumed = env.give(&claim.id, &operator, &Command::Resume).await.unwrap().claim;
    assert_eq!(resumed.notice, NoticeNo(2));
    assert_eq!(missing_after(&env, now, A_DAY).await, 0, "of the first");
    env.send_all(&resumed).await;
    assert_eq!(missing_after(&env, now, A_DAY + Duration::hours(2)).await, 2, "of the second");
}

/// How many timers of proofs stand.
fn timers(env: &TestEnv) -> usize {
    env.engine.items("T#").iter().filter(|timer| timer["k"]["S"] == "proofs").count()
}

/// The mails that the last event of that type makes.
async fn told(stack: &Stack, event_type: &str) -> Vec<Mail> {
    stack.env.services.forget();
    stack.event_functions.publish(&records(&stack.env)).await.unwrap();
    let told = events(&stack.env).into_iter().rfind(|event| event["type"] == event_type).unwrap();
    stack.env.services.forget();
    stack.event_functions.notify(&told).await.unwrap();
    mails(&stack.env)
}

fn addresses(mails: &[Mail]) -> Vec<&str> {
    mails.iter().map(|mail| mail.to.as_str()).collect()
}

const JANA: &str = "jana@contoso.example";
const IT: &str = "it@contoso.example";
const BOARD: &str = "board@contoso.example";
const CFO: &str = "cfo@contoso.example";

#[tokio::test]
async fn a_notice_has_one_timer_for_its_proofs_and_its_first_mails_bring_no_other() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let claim = Box::pin(stack.env.in_review("k", &ITEMS)).await;
    stack.env.give(&claim.id, &support::test_env::reviewer(), &validate()).await.unwrap();
    assert_eq!(timers(&stack.env), 1);
    stack.env.clock.advance(Duration::hours(23));
    assert_eq!(addresses(&told(&stack, "validated").await), [JANA, IT]);
    assert_eq!(timers(&stack.env), 1);
}

#[tokio::test]
async fn the_mail_to_a_contact_outside_of_which_no_report_comes_is_not_missing() {
    let stack = Box::pin(Stack::at(NOW)).await;
    let mut body = fixtures::claim_body(&ITEMS);
    body["customer_contact"]["email"] = json!("jana@consulting.example");
    let claim = stack.env.create_of(fixtures::ALPINE, "k", &body).await.unwrap().claim;
    for command in [Command::BeginReview, validate()] {
        stack.env.give(&claim.id, &support::test_env::reviewer(), &command).await.unwrap();
    }
    let claim = stack.env.read(&claim.id).await;
    let sent = told(&stack, "validated").await;
    assert_eq!(addresses(&sent), ["jana@consulting.example", IT]);
    assert!(sent[0].tags.iter().all(|(name, _)| name != "notice"), "{:?}", sent[0].tags);
    let known = stack.env.store.load_recipients(&claim).await.unwrap().unwrap().reports;
    assert!(known.of(RecipientNo(1)).sent, "it is known that the mail service took it");
    let now = stack.env.clock.now();
    note(&stack.env, &claim, 2, DeliveryReport::Delivered { at: now }).await;
    assert_eq!(missing_after(&stack.env, now, A_DAY).await, 0);
}

/// A claim in an open window whose contact in reserve was asked at half time; all others have the notice.
async fn with_reserve_asked() -> (Stack, Claim) {
    let stack = Box::pin(Stack::at(NOW)).await;
    let mut tenant = fixtures::contoso();
    for email in [BOARD, CFO] {
        let mut other = tenant.contacts[0].clone();
        other.email = Email::parse(email).unwrap();
        tenant.contacts.push(other);
    }
    stack.env.store.put_tenant(&tenant).await.unwrap();
    let claim = Box::pin(stack.env.notifying("k", &ITEMS)).await;
    assert_eq!(addresses(&told(&stack, "validated").await), [JANA, IT, BOARD]);
    let at = stack.env.clock.now();
    for no in [1, 2, 3] {
        note(&stack.env, &claim, no, DeliveryReport::Delivered { at }).await;
    }
    let apply = support::test_env::apply_reports(claim.notice);
    let open = stack.env.give(&claim.id, &Actor::System, &apply).await.unwrap().claim;
    assert_eq!(missing_after(&stack.env, at, A_DAY).await, 0, "everybody has it");
    let half = Reminder::HalfTime.due_at(open.state.window().unwrap()).unwrap();
    assert_eq!(missing_after(&stack.env, half, Duration::seconds(125)).await, 0);
    assert_eq!(addresses(&told(&stack, "reminder_due").await), [JANA, IT, BOARD, CFO]);
    (stack, open)
}

#[tokio::test]
async fn the_mail_to_the_contact_in_reserve_is_looked_at_a_day_after_it_went_out() {
    for (known, missing) in [(false, 1), (true, 0)] {
        let (stack, claim) = Box::pin(with_reserve_asked()).await;
        let sent_at = stack.env.clock.now();
        if known {
            note(&stack.env, &claim, 4, DeliveryReport::Delivered { at: sent_at }).await;
        }
        assert_eq!(missing_after(&stack.env, sent_at, Duration::hours(23)).await, 0);
        assert_eq!(missing_after(&stack.env, sent_at, A_DAY).await, missing, "known: {known}");
        assert_eq!(missing_after(&stack.env, sent_at, A_DAY + A_DAY).await, 0, "once");
    }
}

#[tokio::test]
async fn a_mail_that_is_sent_again_is_looked_at_again_and_no_other_with_it() {
    for (known, missing) in [(false, 1), (true, 0)] {
        let stack = Box::pin(Stack::at(NOW)).await;
        let claim = Box::pin(stack.env.notifying("k", &ITEMS)).await;
        told(&stack, "validated").await;
        let now = stack.env.clock.now();
        assert_eq!(missing_after(&stack.env, now, A_DAY).await, 2, "nothing is known of either");
        note(&stack.env, &claim, 2, DeliveryReport::Delivered { at: stack.env.clock.now() }).await;
        stack.env.give(&claim.id, &support::test_env::alpine(), &Command::Resend).await.unwrap();
        assert_eq!(addresses(&told(&stack, "notice_resent").await), [JANA]);
        let again = stack.env.clock.now();
        if known {
            note(&stack.env, &claim, 1, DeliveryReport::Delivered { at: again }).await;
        }
        assert_eq!(missing_after(&stack.env, again, A_DAY).await, missing, "known: {known}");
    }
}

#[tokio::test]
async fn mails_that_waited_until_their_notices_own_look_was_over_are_looked_at_a_day_after_them() {
    let stack = Box::pin(Stack::at(NOW)).await;
    Box::pin(stack.env.notifying("k", &ITEMS)).await;
    let due_at = stack.env.clock.now();
    assert_eq!(missing_after(&stack.env, due_at, A_DAY).await, 0, "the mail service has none");
    assert_eq!(addresses(&told(&stack, "validated").await), [JANA, IT]);
    let sent_at = stack.env.clock.now();
    assert_eq!(missing_after(&stack.env, sent_at, A_DAY).await, 2);
}

#[tokio::test]
async fn an_attempt_that_the_mail_service_did_not_take_leaves_a_timer_that_counts_nothing() {
    let stack = Box::pin(Stack::at(NOW)).await;
    Box::pin(stack.env.notifying("k", &ITEMS)).await;
    let due_at = stack.env.clock.now();
    assert_eq!(missing_after(&stack.env, due_at, A_DAY).await, 0);
    stack.env.services.forget();
    stack.event_functions.publish(&records(&stack.env)).await.unwrap();
    let all = events(&stack.env);
    let validated = all.iter().find(|event| event["type"] == "validated").unwrap();
    stack.env.services.forget();
    stack.env.services.refuse("SendEmail", 1, With::Error(429, "TooManyRequestsException"));
    stack.event_functions.notify(validated).await.unwrap();
    assert!(mails(&stack.env).is_empty(), "the message waits");
    assert_eq!(timers(&stack.env), 2, "the notice's own, and that of the mail that was tried");
    let tried_at = stack.env.clock.now();
    assert_eq!(missing_after(&stack.env, tried_at, A_DAY).await, 0);
}
