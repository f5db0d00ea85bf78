//! What each step costs, exactly: table and index units apart (`docs/architecture.md §2` and `§3`).

use chrono::Duration;
use domain::actor::Actor;
use domain::claim::Claim;
use domain::command::{Command, GivenReason, ItemSelection};
use domain::directory::TenantContact;
use domain::event::FailureCause;
use domain::ids::NoticeNo;
use domain::motive::Motive;
use domain::reason::{Reason, ReasonCode};
use domain::recipient::RecipientNo;
use domain::text::{Comment, Email};
use serde_json::{Value, json};
use support::clock::instant;
use support::engine::key;
use support::fixtures;
use support::test_env::{
    TestEnv, VERIFIED, alpine, apply_reports, closes_at, contoso_admin, decline, decline_all, link,
    reject, reviewer, undo_all, validate, withdraw,
};
use support::wire::{Spent, Units};

use store::{CodeUse, DeliveryReport, Effect, WrongCodes};

const NOW: &str = "2026-12-22T14:00:00Z";

/// The claim's contact, whom nobody has verified.
const UNVERIFIED: RecipientNo = RecipientNo(1);

/// Three items, of which each has its lock.
const ITEMS: [&str; 3] = ["exchange-online", "teams", "sharepoint-online"];

async fn env() -> TestEnv {
    TestEnv::at(NOW).await
}

/// What was written since the last reset.
fn written(env: &TestEnv) -> Units {
    env.wire.spent().written
}

/// What was written to the indexes since the last reset.
fn of_indexes(env: &TestEnv) -> Units {
    Units { table: 0.0, ..written(env) }
}

#[tokio::test]
async fn submitting_costs_four_units_of_the_table_and_four_of_the_indexes() {
    let env = env().await;
    env.submitted("k", &ITEMS).await;
    // Claim, details, timer, and the count of the day; partner, tenant, queue and day.
    assert_eq!(written(&env), Units::new(4.0, 4.0));
}

#[tokio::test]
async fn submitting_with_a_reference_costs_one_unit_of_an_index_more() {
    let env = env().await;
    let mut body = fixtures::claim_body(&ITEMS);
    body["external_ref"] = json!("CRM-1");
    env.create_of(fixtures::ALPINE, "k", &body).await.unwrap();
    assert_eq!(written(&env), Units::new(4.0, 5.0));
}

#[tokio::test]
async fn a_draft_costs_two_units_of_the_indexes_and_its_submit_six() {
    let env = env().await;
    let mut body = fixtures::claim_body(&ITEMS);
    body["draft"] = json!(true);
    let draft = env.create_of(fixtures::ALPINE, "k", &body).await.unwrap().claim;
    assert_eq!(written(&env), Units::new(4.0, 2.0));
    env.wire.reset();
    env.give(&draft.id, &alpine(), &Command::Submit(None)).await.unwrap();
    // It moves in its partner's index, leaves that of turns, and comes to tenant, queue and day.
    assert_eq!(of_indexes(&env), Units::new(0.0, 6.0));
    env.wire.reset();
    env.give(&draft.id, &alpine(), &Command::Recall).await.unwrap();
    assert_eq!(of_indexes(&env), Units::new(0.0, 6.0));
    env.wire.reset();
    env.give(&draft.id, &alpine(), &Command::Discard).await.unwrap();
    assert_eq!(of_indexes(&env), Units::new(0.0, 3.0));
}

#[tokio::test]
async fn an_edit_of_a_draft_moves_it_among_turns_on_another_day_alone() {
    let env = env().await;
    let mut body = fixtures::claim_body(&ITEMS);
    body["draft"] = json!(true);
    let draft = env.create_of(fixtures::ALPINE, "k", &body).await.unwrap().claim;
    for (days, indexes) in [(0, 0.0), (1, 2.0)] {
        env.clock.advance(Duration::days(days));
        body["label"] = json!(format!("after {days} days"));
        let input = Box::new(web::bodies::read_claim(&body).input);
        env.wire.reset();
        env.give(&draft.id, &alpine(), &Command::Edit(input)).await.unwrap();
        assert_eq!(of_indexes(&env), Units::new(0.0, indexes), "after {days} days");
    }
}

#[tokio::test]
async fn saying_who_works_on_a_claim_costs_four_and_nothing_of_an_index() {
    let env = env().await;
    let claim = env.submitted("k", &ITEMS).await;
    env.wire.reset();
    let staff = domain::ids::StaffId::parse("reviewer-2").unwrap();
    let at = env.clock.now();
    assert!(env.store.assign_claim(&claim.id, Some(&staff), &staff, at).await.unwrap());
    // In one transaction: the item, and the question whether the claim was erased.
    assert_eq!(written(&env), Units::new(4.0, 0.0));
}

#[tokio::test]
async fn asking_the_partner_and_its_answer_cost_two_units_of_the_indexes_each() {
    let env = env().await;
    let claim = env.in_review("k", &ITEMS).await;
    let reason = Reason { code: ReasonCode::EvidenceItemMissing, item_no: None };
    let ask = Command::RequestInformation { reasons: vec![GivenReason { reason, comment: None }] };
    env.wire.reset();
    env.give(&claim.id, &reviewer(), &ask).await.unwrap();
    assert_eq!(of_indexes(&env), Units::new(0.0, 2.0));
    env.wire.reset();
    env.give(&claim.id, &alpine(), &Command::Respond { comment: None }).await.unwrap();
    assert_eq!(of_indexes(&env), Units::new(0.0, 2.0));
}

#[tokio::test]
async fn an_unreachable_customer_costs_two_units_of_the_indexes() {
    let env = env().await;
    let claim = env.notifying("k", &ITEMS).await;
    env.wire.reset();
    let failed = env.fail(&claim, FailureCause::Bounce).await.unwrap();
    assert_eq!(failed.status().as_str(), "unreachable");
    assert_eq!(of_indexes(&env), Units::new(0.0, 2.0));
}

#[tokio::test]
async fn beginning_a_review_costs_two_and_two() {
    let env = env().await;
    let claim = env.submitted("k", &ITEMS).await;
    env.clock.advance(Duration::days(1));
    env.wire.reset();
    env.give(&claim.id, &reviewer(), &Command::BeginReview).await.unwrap();
    assert_eq!(written(&env), Units::new(2.0, 2.0));
}

#[tokio::test]
async fn a_review_begun_on_the_day_of_its_submit_keeps_the_timer_and_costs_one_less() {
    let env = env().await;
    let claim = env.submitted("k", &ITEMS).await;
    env.wire.reset();
    env.give(&claim.id, &reviewer(), &Command::BeginReview).await.unwrap();
    assert_eq!(written(&env), Units::new(1.0, 2.0));
}

#[tokio::test]
async fn rejecting_from_review_costs_one_and_two_and_the_timer_of_its_erasure() {
    let env = env().await;
    let claim = env.in_review("k", &ITEMS).await;
    env.wire.reset();
    env.give(&claim.id, &reviewer(), &reject()).await.unwrap();
    assert_eq!(written(&env), Units::new(2.0, 2.0));
}

#[tokio::test]
async fn validating_costs_two_for_claim_each_item_and_list_and_one_for_each_timer_month_and_queue()
{
    for items in [&ITEMS[..1], &ITEMS[..2], &ITEMS[..]] {
        let env = env().await;
        let claim = env.in_review("k", items).await;
        env.wire.reset();
        env.give(&claim.id, &reviewer(), &validate()).await.unwrap();
        let records = if items.len() == 1 {
            2.0
        } else if items.len() == 2 {
            3.0
        } else {
            4.0
        };
        let list = 2.0;
        let (timer, proofs, month) = (1.0, 1.0, 1.0);
        let all = Units::new(2.0 * records + list + timer + proofs + month, 1.0);
        assert_eq!(written(&env), all, "{items:?}");
    }
}

#[tokio::test]
async fn opening_a_window_costs_two_and_one_for_each_of_its_two_reminders() {
    let env = env().await;
    let claim = env.notifying("k", &ITEMS).await;
    let delivered = DeliveryReport::Delivered { at: env.clock.now() };
    env.note(&claim, claim.notice, delivered).await.unwrap();
    env.wire.reset();
    env.give(&claim.id, &Actor::System, &apply_reports(claim.notice)).await.unwrap();
    assert_eq!(written(&env), Units::new(4.0, 0.0));
}

#[tokio::test]
async fn a_report_costs_one_and_one_that_changes_nothing_no_more() {
    let env = env().await;
    let claim = env.awaiting("k", &ITEMS).await;
    let at = env.clock.now();
    let failed = DeliveryReport::Failed { at, cause: FailureCause::Bounce };
    let later = DeliveryReport::Delivered { at: at - Duration::seconds(1) };
    for noted in [DeliveryReport::Sent, DeliveryReport::Unattended, later, failed] {
        env.wire.reset();
        env.store.note_report(&claim.id, claim.notice, UNVERIFIED, noted).await.unwrap();
        let apply = apply_reports(claim.notice);
        let acted = env.give(&claim.id, &Actor::System, &apply).await.unwrap();
        assert_eq!(acted.effect, Effect::Unchanged, "{noted:?}");
        assert_eq!(written(&env), Units::new(1.0, 0.0), "{noted:?}");
    }
}

#[tokio::test]
async fn a_mail_later_than_its_notice_costs_one_more_for_the_timer_of_its_proof() {
    let env = env().await;
    let claim = env.awaiting("k", &ITEMS).await;
    env.wire.reset();
    env.store.schedule_proof(&claim.id, claim.notice, VERIFIED, env.clock.now()).await.unwrap();
    assert_eq!(written(&env), Units::new(1.0, 0.0));
}

#[tokio::test]
async fn the_list_of_three_recipients_costs_no_more_than_that_of_two() {
    let env = env().await;
    let mut tenant = fixtures::contoso();
    let second = TenantContact {
        email: Email::parse("second@contoso.example").unwrap(),
        ..tenant.contacts[0].clone()
    };
    tenant.contacts.push(second);
    env.store.put_tenant(&tenant).await.unwrap();
    let claim = env.in_review("k", &ITEMS[..1]).await;
    env.wire.reset();
    env.give(&claim.id, &reviewer(), &validate()).await.unwrap();
    let list = env.store.recipient_list(&claim.id, NoticeNo(1)).await.unwrap().unwrap();
    assert_eq!(list.recipients.len(), 3);
    // The record, the lock, the list: 2 each, so each is at most a kilobyte. Each timer is one.
    assert_eq!(written(&env), Units::new(9.0, 1.0));
}

#[tokio::test]
async fn a_decline_costs_one_and_its_undo_four() {
    // In one transaction: two for the record, and two for the question whether the delivery has failed since, or the
    // "no" was said again.
    for no in [decline(&[1]), decline_all()] {
        let env = env().await;
        let claim = env.awaiting("k", &ITEMS).await;
        env.wire.reset();
        env.give(&claim.id, &link(1), &no).await.unwrap();
        assert_eq!(written(&env), Units::new(1.0, 0.0));
        env.wire.reset();
        env.clock.advance(chrono::Duration::milliseconds(1));
        env.give(&claim.id, &link(1), &undo_all()).await.unwrap();
        assert_eq!(written(&env), Units::new(4.0, 0.0));
    }
}

#[tokio::test]
async fn an_undo_that_moves_the_end_costs_one_more_for_each_of_its_two_timers() {
    let env = env().await;
    let claim = env.awaiting("k", &ITEMS).await;
    env.clock.set(instant("2026-12-31T08:00:00Z"));
    env.give(&claim.id, &link(1), &decline_all()).await.unwrap();
    env.clock.set(instant("2026-12-31T09:00:00Z"));
    env.wire.reset();
    let undone = env.give(&claim.id, &link(1), &undo_all()).await.unwrap().claim;
    assert_eq!(closes_at(&undone), instant("2027-01-04T23:00:00Z"));
    // The undo costs four as ever; the timers of the end and of the reminder before it are one each, and so is the
    // mark that asks the contact in reserve, since half time is over.
    assert_eq!(written(&env), Units::new(7.0, 0.0));
}

#[tokio::test]
async fn a_wrong_code_costs_one() {
    let env = env().await;
    let claim = env.awaiting("k", &ITEMS).await;
    env.wire.reset();
    let (no, used, at) = (Some(VERIFIED), CodeUse::Undo, env.now().at);
    env.store
        .count_wrong_code(&claim.id, NoticeNo(1), no, used, at, WrongCodes::default())
        .await
        .unwrap();
    assert_eq!(written(&env), Units::new(1.0, 0.0));
}

#[tokio::test]
async fn withdrawing_from_an_open_window_costs_two_for_claim_and_each_lock_a_timer_and_the_reason()
{
    let env = env().await;
    let claim = env.awaiting("k", &ITEMS).await;
    env.wire.reset();
    env.give(&claim.id, &alpine(), &withdraw()).await.unwrap();
    assert_eq!(written(&env), Units::new(10.0, 0.0));
}

#[tokio::test]
async fn what_is_said_with_a_command_costs_one_more_whatever_it_is() {
    let comment = || Comment::parse("We have changed our minds.").ok();
    // The reason of a "no" stands beside the record, and so does a comment with the reason of a withdrawal.
    let declined = async |motive: Option<Motive>| {
        let env = env().await;
        let claim = env.awaiting("k", &ITEMS).await;
        env.wire.reset();
        let no = Command::Decline { items: ItemSelection::All, motive };
        env.give(&claim.id, &contoso_admin(), &no).await.unwrap();
        written(&env)
    };
    let silent = declined(None).await;
    let said = declined(Some(Motive::NotOurPartner)).await;
    assert_eq!(said, Units::new(silent.table + 1.0, silent.indexes));
    let withdrawn = async |comment: Option<Comment>| {
        let env = env().await;
        let claim = env.awaiting("k", &ITEMS).await;
        env.wire.reset();
        let withdraw = Command::Withdraw { motive: Motive::CustomerRequest, comment };
        env.give(&claim.id, &alpine(), &withdraw).await.unwrap();
        written(&env)
    };
    assert_eq!(withdrawn(None).await, Units::new(10.0, 0.0));
    assert_eq!(withdrawn(comment()).await, Units::new(10.0, 0.0));
    // An answer moves the record, with timer and index; what is said with it stands beside it.
    let answered = async |comment: Option<Comment>| {
        let env = env().await;
        let claim = env.in_review("k", &ITEMS).await;
        let Command::Reject { reasons } = reject() else { panic!("reasons") };
        env.give(&claim.id, &reviewer(), &Command::RequestInformation { reasons }).await.unwrap();
        env.wire.reset();
        env.give(&claim.id, &alpine(), &Command::Respond { comment }).await.unwrap();
        written(&env)
    };
    let silent = answered(None).await;
    assert_eq!(answered(comment()).await, Units::new(silent.table + 1.0, silent.indexes));
}

#[tokio::test]
async fn evidence_that_is_added_costs_two_for_record_and_details_each_and_one_for_what_changed() {
    let env = env().await;
    let claim = env.submitted("k", &ITEMS).await;
    let entry = domain::command::DeclaredEvidence {
        name: domain::text::Name::parse("order.pdf").unwrap(),
        sha256: domain::ids::Sha256Hash([9; 32]),
        acknowledged_on: instant(NOW).date_naive(),
    };
    env.wire.reset();
    env.give(&claim.id, &alpine(), &Command::AddEvidence(Box::new(entry))).await.unwrap();
    assert_eq!(written(&env), Units::new(5.0, 0.0));
}

#[tokio::test]
async fn erasing_costs_two_for_record_details_and_list_and_one_for_all_else_that_it_removes() {
    let env = env().await;
    let claim = env.awaiting("k", &ITEMS).await;
    env.give(&claim.id, &alpine(), &withdraw()).await.unwrap();
    env.wire.reset();
    let operator = support::rivals::operator();
    env.give(&claim.id, &operator, &Command::Erase).await.unwrap();
    // The transaction, the timer, the list of the notice and its reports, and why the partner withdrew.
    assert_eq!(written(&env), Units::new(6.0 + 1.0 + 2.0 + 1.0, 0.0));
}

#[tokio::test]
async fn closing_a_window_costs_one() {
    let env = env().await;
    let claim = env.awaiting("k", &ITEMS).await;
    env.let_pass(closes_at(&claim));
    let tick = env.store.find_due_work().await.unwrap();
    env.wire.reset();
    for shard in tick.due {
        env.store.drain_timers(shard, env.clock.now() + Duration::seconds(40)).await.unwrap();
    }
    let closes =
        env.wire.calls().into_iter().filter(|call| call.operation == "BatchExecuteStatement");
    let spent: Spent = closes.map(|call| call.spent()).sum();
    assert_eq!(spent.written, Units::new(1.0, 0.0));
    assert_eq!(env.read(&claim.id).await.status().as_str(), "associated");
}

#[tokio::test]
async fn archiving_a_version_costs_one_and_one_for_each_feed_that_tells_of_it() {
    let env = env().await;
    env.awaiting("k", &ITEMS).await;
    let records = crate::archive::records(&env);
    let mut spent = Vec::new();
    for record in &records {
        env.wire.reset();
        crate::archive::archive(&env.store, record).await.unwrap();
        spent.push(written(&env));
    }
    // The customer is told from the notice on.
    let (two, three) = (Units::new(3.0, 0.0), Units::new(4.0, 0.0));
    assert_eq!(spent, [two, two, three, three]);
}

#[tokio::test]
async fn a_feed_with_nothing_new_is_read_for_a_unit_and_that_of_staff_for_one_of_each_part() {
    let env = env().await;
    let partner = support::test_env::partner_id(fixtures::ALPINE);
    for (feed, queries) in [(store::Feed::Partner(&partner), 1), (store::Feed::Staff, 16)] {
        env.wire.reset();
        env.store.read_feed(feed, None, 100).await.unwrap();
        assert_eq!(env.wire.operations(), vec!["Query"; queries]);
        assert!(env.wire.spent().read.table <= f64::from(u8::try_from(queries).unwrap()));
    }
}

#[tokio::test]
async fn a_slow_close_costs_two_for_claim_and_each_lock_and_one_for_each_block() {
    let env = env().await;
    let claim = env.awaiting("k", &ITEMS).await;
    env.give(&claim.id, &link(1), &decline(&[2])).await.unwrap();
    env.let_pass(closes_at(&claim));
    env.wire.reset();
    env.read(&claim.id).await;
    let transactions =
        env.wire.calls().into_iter().filter(|call| call.operation == "TransactWriteItems");
    let spent: Spent = transactions.map(|call| call.spent()).sum();
    // The claim, the lock that is given back and the block of the declined item.
    assert_eq!(spent.written, Units::new(6.0, 0.0));
}

#[tokio::test]
async fn a_claim_is_read_for_one_unit() {
    let env = env().await;
    let claim = env.awaiting("k", &ITEMS).await;
    let (store, wire) = env.another_store(|_| {});
    store.load_up_to_date(&claim.id, env.now()).await.unwrap();
    let reads =
        wire.calls().into_iter().filter(|call| call.names("C#", "") || call.operation == "Query");
    let spent: Spent = reads.map(|call| call.spent()).sum();
    assert_eq!(spent.read, Units::new(1.0, 0.0));
}

#[tokio::test]
async fn a_tick_with_nothing_due_is_one_query_however_many_claims_are_open() {
    for open in [0, 100, 10_000] {
        let env = env().await;
        copy_open_claims(&env, open).await;
        env.let_pass_by(env.clock.now(), Duration::zero());
        env.finalize().await;
        env.wire.reset();
        let tick = env.store.find_due_work().await.unwrap();
        assert_eq!(tick.due, Vec::<u16>::new(), "{open} open claims");
        assert_eq!(env.wire.operations(), ["Query"], "{open} open claims");
        assert!(env.wire.spent().read.table <= 1.0, "{open} open claims");
    }
}

/// Puts copies of an awaiting claim into the table, each with its window's timer; the claim.
pub(crate) async fn copy_open_claims(env: &TestEnv, copies: usize) -> Option<Claim> {
    if copies == 0 {
        return None;
    }
    let claim = env.awaiting("k", &ITEMS[..1]).await;
    let records = env.engine.items(&format!("C#{}", claim.id));
    let timers = env.engine.items("T#");
    let is_its_windows =
        |timer: &&Value| key(timer).1 == claim.id.as_str() && timer["k"]["S"] == "window";
    let timer = timers.iter().find(is_its_windows).expect("the timer of a window");
    let mut all = Vec::new();
    for copy in 0..copies {
        let id = format!("{:a>26}", letters(copy));
        for record in &records {
            let mut record = record.clone();
            record["pk"] = json!({"S": format!("C#{id}")});
            all.push(record);
        }
        let mut timer = timer.clone();
        timer["sk"] = json!({"S": id});
        all.push(timer);
    }
    env.engine.import(all);
    Some(claim)
}

/// A number in the letters of a claim id.
fn letters(number: usize) -> String {
    let letters = [b'b', b'c', b'd', b'e', b'f', b'g', b'h', b'i', b'j', b'k'];
    number.to_string().bytes().map(|digit| char::from(letters[usize::from(digit - b'0')])).collect()
}
