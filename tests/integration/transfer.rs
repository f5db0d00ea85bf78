//! A newcomer on an item that another partner holds (`docs/domain.md §3`, *Exclusivity*): defence,
//! arbitration, next in line, and the handing over in one transaction.

use std::sync::Arc;

use chrono::Duration;
use domain::claim::{Basis, Claim, Instant, ItemStatus, Status};
use domain::command::Command;
use domain::context::RivalStatus;
use domain::event::EventType;
use domain::ids::{ClaimId, ItemNo};
use domain::motive::Motive;
use domain::reason::EndReason;
use domain::rejection::Rejection;
use domain::text::Comment;
use serde_json::{Value, json};
use store::{RequestTime, StoreError};
use support::engine::key;
use support::fixtures;
use support::rivals::{accept_all, begin, borealis, grounds, operator};
use support::stack::{Answer, Stack};
use support::test_env::{
    TestEnv, alpine, closes_at, contoso_admin, decline, decline_all, item_statuses, link, reject,
    reviewer, validate, withdraw,
};
use support::wire::{Fault, Units, any};
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";
const TEAMS: [&str; 1] = ["teams"];

/// Who is active and who is next on the one item.
fn line(env: &TestEnv) -> (Option<String>, Option<String>) {
    let lock = env.engine.items("L#").into_iter().find(|item| key(item).1 == "L");
    let named = |name: &str| {
        let id = lock.as_ref()?[name]["S"].as_str()?;
        id.rsplit_once('-').map(|(claim, _)| claim.to_owned())
    };
    (named("a"), named("n"))
}

fn in_line(holder: &Claim, next: Option<&Claim>) -> (Option<String>, Option<String>) {
    (Some(holder.id.to_string()), next.map(|claim| claim.id.to_string()))
}

fn status(claim: &Claim) -> ItemStatus {
    claim.item_status(claim.items.first().unwrap())
}

fn stored_status(env: &TestEnv, claim: &Claim) -> String {
    env.stored(&claim.id)["st"]["S"].as_str().expect("a status").to_owned()
}

#[tokio::test]
async fn beginning_the_review_of_a_held_item_asks_its_holder_to_defend_it() {
    let env = TestEnv::at(NOW).await;
    let before = env.holding("k", &TEAMS).await;
    let newcomer = env.rival_in_review("k", &TEAMS).await;
    let holder = env.read(&before.id).await;
    assert!(newcomer.contested);
    // Asked on Friday 1 January in Prague, a holiday: 4, 5, 6, 7, 8 January are counted.
    let until = "2027-01-08T23:00:00Z".parse().unwrap();
    assert_eq!(holder.defence.map(|defence| (defence.until, defence.used)), Some((until, false)));
    assert_eq!(newcomer.defence_until, Some(until));
    assert_eq!(holder.version, before.version.next());
    assert_eq!(holder.last_event.event_type, EventType::DefenceRequested);
    assert_eq!((before.status(), holder.status()), (Status::Associated, Status::Associated));
}

#[tokio::test]
async fn validating_a_contested_claim_takes_the_operator_grounds_and_the_end_of_the_defence() {
    let env = TestEnv::at(NOW).await;
    let (_, newcomer) = env.contested(&TEAMS, &TEAMS).await;
    let refused = |result: Result<_, StoreError>| match result {
        Err(StoreError::Rejected(rejection)) => rejection,
        other => panic!("{other:?}"),
    };
    let early = refused(env.give(&newcomer.id, &operator(), &grounds()).await);
    assert!(matches!(early, Rejection::InvalidState { .. }), "{early:?}");
    env.clock.set(newcomer.defence_until.unwrap() - Duration::milliseconds(1));
    let early = refused(env.give(&newcomer.id, &operator(), &grounds()).await);
    assert!(matches!(early, Rejection::InvalidState { .. }), "{early:?}");
    env.clock.set(newcomer.defence_until.unwrap());
    let reviewers = refused(env.give(&newcomer.id, &reviewer(), &grounds()).await);
    assert_eq!(reviewers, Rejection::RoleNotAllowed);
    let groundless = refused(env.give(&newcomer.id, &operator(), &validate()).await);
    assert!(matches!(groundless, Rejection::Fields(_)), "{groundless:?}");
    let next = env.give(&newcomer.id, &operator(), &grounds()).await.unwrap().claim;
    assert_eq!((next.status(), next.contested), (Status::Notifying, true));
}

#[tokio::test]
async fn a_holder_that_has_defended_itself_is_not_waited_for_any_longer() {
    let env = TestEnv::at(NOW).await;
    let (holder, newcomer) = env.contested(&TEAMS, &TEAMS).await;
    let mut entry = holder.details.evidence[0].as_declared();
    entry.sha256 = domain::ids::Sha256Hash([9; 32]);
    env.give(&holder.id, &alpine(), &Command::AddEvidence(Box::new(entry))).await.unwrap();
    let next = env.give(&newcomer.id, &operator(), &grounds()).await.unwrap().claim;
    assert_eq!(line(&env), in_line(&holder, Some(&next)));
}

#[tokio::test]
async fn a_silent_holder_is_superseded_when_the_newcomers_window_closes() {
    let env = TestEnv::at(NOW).await;
    let (holder, newcomer) = env.in_line(&TEAMS, &TEAMS).await;
    assert_eq!(line(&env), in_line(&holder, Some(&newcomer)));
    let closes_at = closes_at(&newcomer);
    env.let_pass(closes_at);
    env.finalize().await;
    let (holder, newcomer) = (env.read(&holder.id).await, env.read(&newcomer.id).await);
    assert_eq!((holder.status(), newcomer.status()), (Status::Ended, Status::Associated));
    let basis = Basis::Deemed;
    assert_eq!(status(&newcomer), ItemStatus::Active { basis, effective_at: closes_at });
    let ended = status(&holder);
    let superseded = matches!(ended,
        ItemStatus::Ended { reason: EndReason::Superseded, at, .. } if at == closes_at);
    assert!(superseded, "no gap and no overlap: {ended:?}");
    assert_eq!(line(&env), in_line(&newcomer, None));
}

#[tokio::test]
async fn a_holder_that_moves_before_the_late_close_is_superseded_as_of_the_deadline_too() {
    let env = TestEnv::at(NOW).await;
    let (holder, newcomer) = env.in_line(&TEAMS, &TEAMS).await;
    let closes_at = closes_at(&newcomer);
    env.let_pass(closes_at);
    let mut entry = holder.details.evidence[0].as_declared();
    entry.sha256 = domain::ids::Sha256Hash([9; 32]);
    env.give(&holder.id, &alpine(), &Command::AddEvidence(Box::new(entry))).await.unwrap();
    env.finalize().await;
    let ended = status(&env.read(&holder.id).await);
    let superseded = matches!(ended,
        ItemStatus::Ended { reason: EndReason::Superseded, at, .. } if at == closes_at);
    assert!(superseded, "no overlap: {ended:?}");
}

/// Since when, and until when, an item was an association.
fn recorded(claim: &Claim) -> (Instant, Option<Instant>) {
    if let ItemStatus::Ended { effective_at, at, .. } = status(claim) {
        return (effective_at, Some(at));
    }
    (status(claim).active_since().expect("an association"), None)
}

#[tokio::test]
async fn a_holder_that_leaves_between_the_end_and_the_close_of_the_next_ones_window_leaves_no_overlap()
 {
    let env = TestEnv::at(NOW).await;
    let (holder, newcomer) = env.in_line(&TEAMS, &TEAMS).await;
    let (end, saved) = (closes_at(&newcomer), env.engine.save());
    let leave = Command::End {
        item: ItemNo(1),
        comment: Comment::parse("we leave").ok(),
        motive: Some(Motive::Other),
    };
    let ways = [
        (alpine(), leave.clone()),
        (operator(), leave.clone()),
        (contoso_admin(), leave),
        (link(1), decline_all()),
    ];
    for after_s in [0, 60, 119, 125, 6 * 3600] {
        for (actor, command) in &ways {
            env.engine.restore(&saved);
            env.let_pass_by(end, Duration::seconds(after_s));
            env.give(&holder.id, actor, command).await.unwrap();
            env.let_pass_by(end, Duration::seconds(after_s.max(125)));
            env.finalize().await;
            let (holder, newcomer) = (env.read(&holder.id).await, env.read(&newcomer.id).await);
            let told = format!("{after_s} s after the end: {:?}", status(&holder));
            assert_eq!(recorded(&newcomer), (end, None), "{told}");
            assert_eq!(recorded(&holder).1, Some(end), "{told}");
            assert!(!matches!(
                status(&holder),
                ItemStatus::Ended { reason: EndReason::Superseded, .. }
            ));
        }
    }
}

#[tokio::test]
async fn a_holder_that_leaves_before_the_next_ones_window_ends_leaves_at_that_moment() {
    let env = TestEnv::at(NOW).await;
    let (holder, newcomer) = env.in_line(&TEAMS, &TEAMS).await;
    let left = closes_at(&newcomer) - Duration::milliseconds(1);
    env.clock.set(left);
    let leave = Command::End {
        item: ItemNo(1),
        comment: Comment::parse("we leave").ok(),
        motive: Some(Motive::Other),
    };
    env.give(&holder.id, &alpine(), &leave).await.unwrap();
    assert_eq!(recorded(&env.read(&holder.id).await).1, Some(left));
}

#[tokio::test]
async fn an_item_declined_before_a_second_review_is_free_for_others() {
    let env = TestEnv::at(NOW).await;
    let claim = env.awaiting("k", &["exchange-online", "teams"]).await;
    let said = || Comment::parse("Because.").unwrap();
    for (actor, command) in [
        (link(1), decline(&[2])),
        (operator(), Command::Hold { comment: said() }),
        (reviewer(), reject()),
        (alpine(), Command::Dispute { comment: said() }),
        (operator(), Command::Overturn { comment: said() }),
    ] {
        env.give(&claim.id, &actor, &command).await.unwrap();
    }
    let rival = env.rival_in_review("r", &TEAMS).await;
    let rival = env.give(&rival.id, &reviewer(), &validate()).await.unwrap().claim;
    let reviewed = env.give(&claim.id, &reviewer(), &validate()).await.unwrap().claim;
    assert_eq!((reviewed.status(), reviewed.contested), (Status::Notifying, false));
    assert_eq!(item_statuses(&reviewed), ["pending", "declined"]);
    let named = |item: &str| {
        let is_of_item = |(pk, sk): (String, String)| pk.ends_with(item) && sk == "L";
        let lock = env.engine.items("L#").into_iter().find(|lock| is_of_item(key(lock)));
        lock.expect("a lock")["a"]["S"].as_str().map(str::to_owned)
    };
    assert_eq!(named("teams"), Some(format!("{}-1", rival.id)));
    assert_eq!(named("exchange-online"), Some(format!("{}-1", reviewed.id)));
    let open = env.deliver(&reviewed).await.unwrap();
    env.let_pass(closes_at(&open));
    env.finalize().await;
    assert_eq!(item_statuses(&env.read(&claim.id).await), ["active", "declined"]);
}

#[tokio::test]
async fn there_is_no_instant_with_two_associations_or_with_none() {
    let env = TestEnv::at(NOW).await;
    let (holder, newcomer) = env.in_line(&TEAMS, &TEAMS).await;
    env.let_pass(closes_at(&newcomer));
    let (saved, mut nth) = (env.engine.save(), 0);
    loop {
        nth += 1;
        env.engine.restore(&saved);
        let (store, wire) = env.another_store(|_| {});
        let (engine, ids) = (env.engine.clone(), [holder.id.clone(), newcomer.id.clone()]);
        let look = move || {
            let (engine, ids) = (engine.clone(), ids.clone());
            async move {
                let records = ids.map(|id| engine.item(&format!("C#{id}"), "A").unwrap());
                let active = records.iter().filter(|record| record["st"]["S"] == "associated");
                assert_eq!(active.count(), 1);
            }
        };
        wire.on(any, nth, Fault::before(look.clone()));
        wire.on(any, nth, Fault::after(look));
        store.load_up_to_date(&newcomer.id, env.now()).await.unwrap();
        assert_eq!(stored_status(&env, &newcomer), "associated");
        assert_eq!(stored_status(&env, &holder), "ended");
        if wire.operations().len() < nth {
            break;
        }
    }
    assert!(nth > 5, "only {nth} calls");
}

#[tokio::test]
async fn a_yes_of_the_customers_hands_the_item_over_at_once() {
    let env = TestEnv::at(NOW).await;
    let (holder, newcomer) = env.in_line(&TEAMS, &TEAMS).await;
    env.clock.advance(Duration::hours(1));
    let accepted = env.give(&newcomer.id, &contoso_admin(), &accept_all()).await.unwrap().claim;
    let since = env.clock.now();
    let explicit = ItemStatus::Active { basis: Basis::Explicit, effective_at: since };
    assert_eq!((accepted.status(), status(&accepted)), (Status::Associated, explicit));
    let ended = status(&env.read(&holder.id).await);
    let superseded = matches!(ended,
        ItemStatus::Ended { reason: EndReason::Superseded, at, .. } if at == since);
    assert!(superseded, "{ended:?}");
    assert_eq!(line(&env), in_line(&newcomer, None));
}

#[tokio::test]
async fn a_yes_that_a_leaving_holder_has_overtaken_begins_when_the_holder_had_left() {
    let env = TestEnv::at(NOW).await;
    let (holder, newcomer) = env.in_line(&TEAMS, &TEAMS).await;
    env.clock.advance(Duration::hours(1));
    let left = env.clock.now();
    let leave = Command::End {
        item: ItemNo(1),
        comment: Comment::parse("we leave").ok(),
        motive: Some(Motive::Other),
    };
    env.give(&holder.id, &alpine(), &leave).await.unwrap();
    env.clock.advance(Duration::seconds(1));
    let arrived = RequestTime { at: left - Duration::seconds(19), ..env.now() };
    let (customer, yes) = (contoso_admin(), accept_all());
    let accepted = env.store.execute_command(&newcomer.id, &customer, &yes, arrived, None).await;
    let accepted = accepted.unwrap().claim;
    assert_eq!(recorded(&accepted), (left, None));
    assert_eq!(recorded(&env.read(&holder.id).await).1, Some(left));
    assert_eq!(line(&env), in_line(&newcomer, None));
}

#[tokio::test]
async fn only_the_contested_item_changes_hands() {
    let env = TestEnv::at(NOW).await;
    let held = ["exchange-online", "teams"];
    let (holder, newcomer) = env.in_line(&held, &TEAMS).await;
    env.let_pass(closes_at(&newcomer));
    env.finalize().await;
    let holder = env.read(&holder.id).await;
    assert_eq!(item_statuses(&holder), ["active", "ended"]);
    assert_eq!(holder.status(), Status::Associated);
    assert_eq!(item_statuses(&env.read(&newcomer.id).await), ["active"]);
}

#[tokio::test]
async fn a_newcomer_that_is_refused_leaves_the_holder_where_he_is() {
    for (actor, command, later) in [
        (link(1), decline_all(), true),
        (contoso_admin(), decline_all(), true),
        (borealis(), withdraw(), false),
    ] {
        let env = TestEnv::at(NOW).await;
        let (holder, newcomer) = env.in_line(&TEAMS, &TEAMS).await;
        env.give(&newcomer.id, &actor, &command).await.unwrap();
        if later {
            env.let_pass(closes_at(&newcomer));
            env.finalize().await;
        }
        assert_eq!(line(&env), in_line(&holder, None), "{command:?}");
        assert_eq!(env.read(&holder.id).await.version, holder.version);
    }
}

#[tokio::test]
async fn a_rejected_newcomer_gives_its_place_in_the_line_up() {
    let env = TestEnv::at(NOW).await;
    let (holder, newcomer) = env.in_line(&TEAMS, &TEAMS).await;
    let comment = Comment::parse("a complaint").unwrap();
    env.give(&newcomer.id, &operator(), &Command::Hold { comment }).await.unwrap();
    assert_eq!(line(&env), in_line(&holder, Some(&newcomer)));
    env.give(&newcomer.id, &reviewer(), &reject()).await.unwrap();
    assert_eq!(line(&env), in_line(&holder, None));
}

#[tokio::test]
async fn a_holder_that_ends_first_simply_leaves() {
    let env = TestEnv::at(NOW).await;
    let (holder, newcomer) = env.in_line(&TEAMS, &TEAMS).await;
    let leave = Command::End {
        item: ItemNo(1),
        comment: Comment::parse("we leave").ok(),
        motive: Some(Motive::Other),
    };
    env.give(&holder.id, &alpine(), &leave).await.unwrap();
    assert_eq!(line(&env), in_line(&newcomer, None));
    env.let_pass(closes_at(&newcomer));
    env.finalize().await;
    let left = status(&env.read(&holder.id).await);
    assert!(matches!(left, ItemStatus::Ended { reason: EndReason::PartnerLeft, .. }), "{left:?}");
    assert_eq!(env.read(&newcomer.id).await.status(), Status::Associated);
}

/// A third partner's claim on the item, in review.
async fn third_in_review(env: &TestEnv) -> Claim {
    let mut third = fixtures::borealis();
    third.id = domain::ids::PartnerId::parse("p-cirrus").unwrap();
    env.store.put_partner(&third).await.unwrap();
    let body = fixtures::claim_body_of("4712", fixtures::CONTOSO, "contoso.example", &TEAMS);
    let claim = env.create_of("p-cirrus", "k", &body).await.unwrap().claim;
    let (actor, command) = begin();
    env.give(&claim.id, &actor, &command).await.unwrap().claim
}

/// The review of a claim by somebody of the staff, who has seen its present version.
async fn reviewed(stack: &Stack, claim: &ClaimId, who: (&str, &str), body: Value) -> Answer {
    let version = stack.env.read(claim).await.version.0;
    let event = RequestEvent::post(&format!("/v1/claims/{claim}/review")).staff(who.0, who.1);
    stack.send(event.header("if-match", &format!("\"{version}\"")).json(&body)).await
}

const REVIEWER: (&str, &str) = ("reviewer", "reviewer-1");
const OPERATOR: (&str, &str) = ("operator", "operator-1");

#[tokio::test]
async fn the_reviewer_who_began_begins_once_more_and_the_holder_that_came_in_is_asked() {
    let stack = Stack::at(NOW).await;
    let env = &stack.env;
    let first = env.awaiting("k", &TEAMS).await;
    let second = env.rival_submitted("r", &TEAMS).await;
    // The review is not overdue when the holder comes in.
    env.clock.set(closes_at(&first) - Duration::hours(1));
    let begin = || json!({"action": "begin"});
    let contested = reviewed(&stack, &second.id, REVIEWER, begin()).await;
    assert_eq!(
        (contested.status, &contested.body["contested"]),
        (200, &json!(true)),
        "{}",
        contested.text
    );
    env.let_pass(closes_at(&first));
    env.finalize().await;
    let validate = || json!({"action": "validate", "comment": "the newer acknowledgement"});
    let unheard = reviewed(&stack, &second.id, OPERATOR, validate()).await;
    assert_eq!(unheard.problem(), (409, "invalid-state"), "{}", unheard.text);
    let before = env.read(&second.id).await.version;
    let again = reviewed(&stack, &second.id, REVIEWER, begin()).await;
    assert_eq!(again.status, 200, "{}", again.text);
    let asked = env.read(&second.id).await;
    assert_eq!(asked.version, before.next(), "no repeat");
    // Asked on Friday 1 January in Prague, a holiday: 4, 5, 6, 7, 8 count.
    let until: Instant = "2027-01-08T23:00:00Z".parse().unwrap();
    let defence = env.read(&first.id).await.defence.map(|defence| defence.until);
    assert_eq!((asked.defence_until, defence), (Some(until), Some(until)));
    env.clock.set(until);
    let validated = reviewed(&stack, &second.id, OPERATOR, validate()).await;
    assert_eq!(validated.body["status"], "notifying", "{}", validated.text);
}

#[tokio::test]
async fn a_newcomer_that_was_long_ago_in_time_waits_for_a_holder_that_another_has_just_asked() {
    let stack = Stack::at(NOW).await;
    let env = &stack.env;
    let (first, second) = env.contested(&TEAMS, &TEAMS).await;
    let long_ago = second.defence_until.unwrap();
    // The first holder leaves, a third partner gets the item and holds it.
    env.clock.set(long_ago);
    let leave = Command::End {
        item: ItemNo(1),
        comment: Comment::parse("we leave").ok(),
        motive: Some(Motive::Other),
    };
    env.give(&first.id, &alpine(), &leave).await.unwrap();
    let third = third_in_review(env).await;
    let third = env.give(&third.id, &reviewer(), &validate()).await.unwrap().claim;
    let third = env.deliver(&third).await.unwrap();
    env.let_pass(closes_at(&third));
    env.finalize().await;
    let validate = || json!({"action": "validate", "comment": "the newer acknowledgement"});
    let unheard = reviewed(&stack, &second.id, OPERATOR, validate()).await;
    assert_eq!(unheard.problem(), (409, "invalid-state"), "{}", unheard.text);
    let begun = reviewed(&stack, &second.id, REVIEWER, json!({"action": "begin"})).await;
    assert_eq!(begun.status, 200, "{}", begun.text);
    let until = env.read(&third.id).await.defence.unwrap().until;
    assert!(until > env.clock.now());
    env.clock.set(until - Duration::milliseconds(1));
    let early = reviewed(&stack, &second.id, OPERATOR, validate()).await;
    assert_eq!(early.problem(), (409, "invalid-state"), "{}", early.text);
    env.clock.set(until);
    let validated = reviewed(&stack, &second.id, OPERATOR, validate()).await;
    assert_eq!(validated.body["status"], "notifying", "{}", validated.text);
}

#[tokio::test]
async fn there_is_one_place_behind_a_holder() {
    let env = TestEnv::at(NOW).await;
    let (_, newcomer) = env.contested(&TEAMS, &TEAMS).await;
    let third = third_in_review(&env).await;
    env.clock.set(third.defence_until.unwrap());
    env.give(&newcomer.id, &operator(), &grounds()).await.unwrap();
    let busy = env.give(&third.id, &operator(), &grounds()).await;
    let is_busy = matches!(&busy, Err(StoreError::Rejected(Rejection::ItemBusy { items }))
        if *items == [ItemNo(1)]);
    assert!(is_busy, "{busy:?}");
}

#[tokio::test]
async fn of_two_newcomers_in_the_same_second_exactly_one_gets_in_line() {
    let env = TestEnv::at(NOW).await;
    let (holder, newcomer) = env.contested(&TEAMS, &TEAMS).await;
    let third = third_in_review(&env).await;
    env.clock.set(third.defence_until.unwrap());
    let saved = env.engine.save();
    for nth in 1..=14 {
        env.engine.restore(&saved);
        let (rival, _) = env.another_store(|_| {});
        let (store, wire) = env.another_store(|_| {});
        let (rival, id, now) = (Arc::new(rival), third.id.clone(), env.now());
        wire.on(
            any,
            nth,
            Fault::before(move || {
                let (rival, id) = (rival.clone(), id.clone());
                async move {
                    drop(rival.execute_command(&id, &operator(), &grounds(), now, None).await);
                }
            }),
        );
        drop(store.execute_command(&newcomer.id, &operator(), &grounds(), env.now(), None).await);
        let waiting = [&newcomer, &third].map(|claim| stored_status(&env, claim));
        let next = waiting.iter().filter(|status| *status == "notifying").count();
        assert_eq!(next, 1, "call {nth}: {waiting:?}");
        assert_eq!(line(&env).0, Some(holder.id.to_string()), "call {nth}");
    }
}

#[tokio::test]
async fn an_overturned_dispute_meets_the_rival_that_became_active_meanwhile_by_arbitration() {
    let env = TestEnv::at(NOW).await;
    let first = env.rival_in_review("k", &TEAMS).await;
    env.give(&first.id, &reviewer(), &reject()).await.unwrap();
    let holder = env.holding("k", &TEAMS).await;
    let comment = || Comment::parse("it is ours").unwrap();
    env.give(&first.id, &borealis(), &Command::Dispute { comment: comment() }).await.unwrap();
    let overturn = Command::Overturn { comment: comment() };
    env.give(&first.id, &operator(), &overturn).await.unwrap();
    let unheard = env.give(&first.id, &operator(), &grounds()).await;
    assert!(unheard.is_err(), "no silent swap");
    let (actor, command) = begin();
    let asked = env.give(&first.id, &actor, &command).await.unwrap().claim;
    env.clock.set(asked.defence_until.unwrap());
    let next = env.give(&first.id, &operator(), &grounds()).await.unwrap().claim;
    assert_eq!(line(&env), in_line(&holder, Some(&next)));
    assert_eq!(env.read(&holder.id).await.status(), Status::Associated);
}

#[tokio::test]
async fn a_newcomer_whose_rival_has_just_become_official_is_not_told_that_it_still_waits() {
    let env = TestEnv::at(NOW).await;
    let holder = env.awaiting("k", &TEAMS).await;
    env.let_pass(closes_at(&holder));
    // No timer has fired yet: who reads the holder closes it first.
    let newcomer = env.rival_in_review("k", &TEAMS).await;
    assert!(newcomer.defence_until.is_some());
    assert_eq!(stored_status(&env, &holder), "associated");
}

#[tokio::test]
async fn handing_one_item_over_costs_two_units_for_each_claim_and_the_lock_and_a_timer() {
    let env = TestEnv::at(NOW).await;
    let (_, newcomer) = env.in_line(&TEAMS, &TEAMS).await;
    env.let_pass(closes_at(&newcomer));
    env.wire.reset();
    env.read(&newcomer.id).await;
    // The holder's claim is over: the timer is that of its erasure.
    assert_eq!(env.wire.spent().written, Units::new(7.0, 0.0));
}

#[tokio::test]
async fn operator_staff_see_the_rivals_of_a_claim_open_waiting_and_active() {
    let env = TestEnv::at(NOW).await;
    let first = env.submitted("k", &TEAMS).await;
    let second = env.rival_submitted("k", &["exchange-online", "teams"]).await;
    let seen = async |at| {
        let rivals = env.store.load_competition(&second, at).await.unwrap().rivals;
        rivals.into_iter().map(|own| (own.item, own.claim, own.standing)).collect::<Vec<_>>()
    };
    let stands = |standing| vec![(ItemNo(2), first.id.clone(), standing)];
    assert_eq!(seen(env.clock.now()).await, stands(RivalStatus::Open));
    let (actor, command) = begin();
    env.give(&first.id, &actor, &command).await.unwrap();
    let validated = env.give(&first.id, &reviewer(), &validate()).await.unwrap().claim;
    env.deliver(&validated).await.unwrap();
    assert_eq!(seen(env.clock.now()).await, stands(RivalStatus::Next), "named once");
    env.let_pass(closes_at(&env.read(&first.id).await));
    env.finalize().await;
    assert_eq!(seen(env.clock.now()).await, stands(RivalStatus::Active));
}
