//! The writes beside the claim, under the same faults: tries, receipts, codes, directory, usage and the
//! test clock.

use chrono::{Duration, NaiveDate};
use domain::ids::NoticeNo;
use domain::program::{ItemKind, ItemRef, Policy, Program};
use store::{CodeUse, DeliveryReport, NoticeOfCode, Store, StoreError, UsageRecord, WrongCodes};
use support::fixtures;
use support::test_env::{TestEnv, VERIFIED, tenant_id};
use support::wire::{Fault, Wire, any};

const NOW: &str = "2026-12-22T14:00:00Z";
const FAULTS: [Fault; 5] =
    [Fault::Throttle, Fault::Internal, Fault::Reset, Fault::AnswerLost, Fault::Conflict(0)];

/// Runs `act` against a store whose first call meets the fault, once or for good, and again without it
/// where it failed in a way that says so.
async fn disturbed<T, F>(env: &TestEnv, fault: &Fault, more: usize, act: impl Fn(Store) -> F) -> T
where
    F: Future<Output = Result<T, StoreError>>,
{
    let (store, wire): (Store, Wire) = env.another_store(|config| config.sandbox = true);
    for nth in 1..=1 + more {
        wire.on(any, nth, fault.clone());
    }
    match act(store.clone()).await {
        Ok(done) => done,
        Err(error) => {
            assert!(error.is_retryable(), "{fault:?}: {error}");
            wire.reset();
            act(store).await.unwrap()
        }
    }
}

fn row(day: u32, users: u32) -> UsageRecord {
    let item =
        ItemRef { kind: ItemKind::Workload, id: domain::ids::ItemId::parse("teams").unwrap() };
    let date = NaiveDate::from_ymd_opt(2026, 12, day).unwrap();
    UsageRecord { item, date, active_users: users, provisioned_seats: 100 }
}

#[tokio::test]
async fn usage_rows_are_all_there_once_whatever_breaks() {
    for fault in &FAULTS {
        for more in [0, 11] {
            let env = TestEnv::at(NOW).await;
            let tenant = tenant_id(fixtures::CONTOSO);
            let rows: Vec<_> = (1..=30).map(|day| row(day, day)).collect();
            disturbed(&env, fault, more, |store| {
                let (tenant, rows) = (tenant.clone(), rows.clone());
                async move { store.put_usage(&tenant, &rows, NOW.parse().unwrap()).await }
            })
            .await;
            let (from, to) = (row(1, 0).date, row(31, 0).date);
            let read = env.store.list_usage(&tenant, &row(1, 0).item, from, to).await.unwrap();
            assert_eq!(
                read.days.iter().map(|row| row.active_users).collect::<Vec<_>>(),
                (1..=30).collect::<Vec<_>>()
            );
        }
    }
}

#[tokio::test]
async fn a_changed_policy_is_one_new_version_whatever_breaks() {
    for fault in &FAULTS {
        for more in [0, 11] {
            let env = TestEnv::at(NOW).await;
            let policy = Policy { window_business_days: 7, ..Policy::default() };
            let program = Program { policy, ..fixtures::osu_m365() };
            disturbed(&env, fault, more, |store| {
                let program = program.clone();
                async move { store.put_program(&program).await }
            })
            .await;
            let stored = env.store.load_program(&program.id).await.unwrap().unwrap();
            assert_eq!(
                (stored.policy_version, stored.policy.window_business_days),
                (2, 7),
                "{fault:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_report_and_a_notice_code_are_kept_whatever_breaks() {
    for fault in &FAULTS {
        let env = TestEnv::at(NOW).await;
        let claim = env.notifying("k", &["teams"]).await;
        let noted = DeliveryReport::Delivered { at: env.now().at };
        let reports = disturbed(&env, fault, 11, |store| {
            let id = claim.id.clone();
            async move { store.note_report(&id, NoticeNo(1), VERIFIED, noted).await }
        })
        .await;
        assert_eq!(reports.of(VERIFIED).delivered_at, Some(env.now().at), "{fault:?}");
        disturbed(&env, fault, 11, |store| {
            let id = claim.id.clone();
            let of = NoticeOfCode {
                claim: id,
                notice: NoticeNo(1),
                recipient: Some(VERIFIED),
                promised: Some(env.now().at),
            };
            async move { store.put_notice_code("ABCDE-FGHJK", &of).await }
        })
        .await;
        let found = env.store.notice_of_code("ABCDE-FGHJK").await.unwrap();
        let found = found.unwrap();
        assert_eq!((found.claim, found.notice), (claim.id.clone(), NoticeNo(1)), "{fault:?}");
        assert_eq!(found.promised, Some(env.now().at), "{fault:?}");
    }
}

#[tokio::test]
async fn a_wrong_code_is_never_left_uncounted_and_the_lock_comes_no_later() {
    for fault in &FAULTS {
        let env = TestEnv::at(NOW).await;
        let claim = env.awaiting("k", &["teams"]).await;
        let at = env.clock.now();
        for _ in 0..10 {
            disturbed(&env, fault, 0, |store| {
                let id = claim.id.clone();
                let (no, used, known) = (Some(VERIFIED), CodeUse::Undo, WrongCodes::default());
                async move { store.count_wrong_code(&id, NoticeNo(1), no, used, at, known).await }
            })
            .await;
        }
        let opened = env.store.open_by_link(&claim.id, NoticeNo(1), Some(VERIFIED), env.now());
        let wrong = opened.await.unwrap().unwrap().wrong;
        assert!(wrong.locked_until(CodeUse::Undo, at).is_some(), "{fault:?}: {wrong:?}");
        assert_eq!(wrong.locked_until(CodeUse::No, at), None, "a no is never locked");
    }
}

#[tokio::test]
async fn the_test_clock_never_goes_back_whatever_breaks() {
    for fault in &FAULTS {
        let env = TestEnv::at(NOW).await;
        let now = disturbed(&env, fault, 0, |store| async move {
            store.advance_clock(Duration::days(1)).await
        })
        .await;
        assert!(now >= env.clock.now() + Duration::days(1), "{fault:?}");
        let (store, _) = env.another_store(|config| config.sandbox = true);
        assert_eq!(store.present_time().await.unwrap().at, now, "{fault:?}");
    }
}
