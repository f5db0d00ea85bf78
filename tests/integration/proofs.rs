//! A day after a notice what became of its mails should be known: a report that was lost is counted, since a mail that
//! came back would be taken for silence (`docs/domain.md §5.3`).

use chrono::Duration;
use domain::actor::Actor;
use domain::claim::Claim;
use domain::command::Command;
use domain::ids::NoticeNo;
use domain::recipient::RecipientNo;
use store::DeliveryReport;
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

#[tokio::test]
async fn a_notice_has_one_timer_for_its_proofs() {
    let env = TestEnv::at(NOW).await;
    let claim = Box::pin(env.in_review("k", &ITEMS)).await;
    env.give(&claim.id, &support::test_env::reviewer(), &validate()).await.unwrap();
    let timers = env.engine.items("T#");
    let of_proofs = timers.iter().filter(|timer| timer["k"]["S"] == "proofs").count();
    assert_eq!(of_proofs, 1);
}
