//! Renewals (`docs/domain.md §3.13`): a claim of the partner that holds an item goes through the whole review and a full
//! window, and when it begins the old association ends in the same transaction.

use chrono::Duration;
use domain::claim::{Claim, Instant, ItemStatus, Status};
use domain::command::Command;
use domain::ids::ItemNo;
use domain::program::Policy;
use domain::reason::EndReason;
use serde_json::{Value, json};
use support::engine::key;
use support::event_functions::{Mail, events, mails, records};
use support::fixtures::{self, ALPINE, CONTOSO};
use support::rivals::accept_all;
use support::stack::{Answer, Stack};
use support::test_env::{
    SHARDS, TestEnv, alpine, closes_at, contoso_admin, decline, decline_all, item_statuses, link,
    reviewer, validate, withdraw,
};
use support::wire::{Fault, any};
use web::event::RequestEvent;

const NOW: &str = "2026-12-22T14:00:00Z";
/// The end of the old term, and sixty days before it.
const ENDS_AT: &str = "2027-12-31T23:00:00Z";
const LATER: &str = "2027-11-01T09:00:00Z";

/// A stack on which Alpine holds two items of Contoso for a year, of which ten months are over.
async fn holding() -> (Stack, Claim) {
    let policy = Policy { term_months: Some(12), ..Policy::default() };
    let stack = Box::pin(Stack::with_policy(NOW, policy)).await;
    let old = Box::pin(stack.env.holding("k", &["exchange-online", "teams"])).await;
    assert_eq!(old.status(), Status::Associated);
    jump(&stack.env, LATER.parse().unwrap());
    (stack, old)
}

/// Goes on to a moment until which the timers have looked at every bucket.
fn jump(env: &TestEnv, to: Instant) {
    let quarter_ms = 15 * 60 * 1000;
    let bucket = (to - Duration::minutes(30)).timestamp_millis() / quarter_ms * quarter_ms;
    for shard in 0..SHARDS {
        let sk = format!("{shard:02}");
        let checkpoint = json!({"pk": {"S": "S"}, "sk": {"S": sk}, "b": {"N": bucket.to_string()}});
        env.engine.put(&checkpoint);
    }
    env.clock.set(to);
}

/// The body of a renewal.
fn body(old: &Claim, items: &[&str]) -> Value {
    let mut body = fixtures::claim_body(items);
    body["renews"] = json!(old.id);
    body["evidence"][0]["acknowledged_on"] = json!("2027-10-01");
    body
}

async fn submit(stack: &Stack, name: &str, body: &Value) -> Answer {
    stack.submit(ALPINE, name, body).await
}

/// A renewal whose window is open.
async fn open(stack: &Stack, old: &Claim, items: &[&str]) -> Claim {
    let validated = notifying(stack, old, items).await;
    stack.env.deliver(&validated).await.unwrap()
}

/// A renewal whose notice is on its way.
async fn notifying(stack: &Stack, old: &Claim, items: &[&str]) -> Claim {
    let answer = submit(stack, "renewal", &body(old, items)).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(answer.body["renews"], json!(old.id));
    let id = domain::ids::ClaimId::parse(answer.body["id"].as_str().unwrap()).unwrap();
    let env = &stack.env;
    let begun = env.give(&id, &reviewer(), &Command::BeginReview).await.unwrap().claim;
    assert!(!begun.contested && begun.defence_until.is_none(), "nobody defends");
    env.give(&id, &reviewer(), &validate()).await.unwrap().claim
}

/// Who is active and who is next on an item.
fn line(env: &TestEnv, item: &str) -> (Option<String>, Option<String>) {
    let mut locks = env.engine.items("L#").into_iter();
    let lock = locks.find(|own| key(own).0.ends_with(&format!("#{item}")));
    let named = |name: &str| {
        let id = lock.as_ref()?[name]["S"].as_str()?;
        id.rsplit_once('-').map(|(claim, _)| claim.to_owned())
    };
    (named("a"), named("n"))
}

fn status(claim: &Claim, no: u8) -> ItemStatus {
    claim.item_status(claim.find_item(ItemNo(no)).unwrap())
}

fn pass(env: &TestEnv, claim: &Claim) {
    jump(env, closes_at(claim) + Duration::seconds(125));
}

#[tokio::test]
async fn the_old_one_ends_when_the_new_begins_with_no_gap_and_no_overlap() {
    let (stack, old) = holding().await;
    let env = &stack.env;
    let new = open(&stack, &old, &["teams", "exchange-online"]).await;
    assert_eq!(line(env, "teams"), (Some(old.id.to_string()), Some(new.id.to_string())));
    assert_eq!(item_statuses(&env.read(&old.id).await), ["active", "active"]);
    pass(env, &new);
    env.finalize().await;
    let (before, after) = (env.read(&old.id).await, env.read(&new.id).await);
    assert_eq!((before.status(), after.status()), (Status::Ended, Status::Associated));
    let since = closes_at(&new);
    assert_eq!(status(&after, 1).active_since(), Some(since));
    for no in [1, 2] {
        let ended = status(&before, no);
        let is_renewed = matches!(ended, ItemStatus::Ended { reason: EndReason::Renewed, at, .. } if at == since);
        assert!(is_renewed, "{ended:?}");
    }
    for item in ["teams", "exchange-online"] {
        assert_eq!(line(env, item), (Some(new.id.to_string()), None));
    }
    assert!(after.state.term_ends_at() > before.state.term_ends_at(), "the new term has begun");
    assert!(env.engine.items("B#").is_empty(), "nothing is blocked");
}

#[tokio::test]
async fn what_is_not_renewed_runs_to_its_own_end() {
    let (stack, old) = holding().await;
    let env = &stack.env;
    let new = open(&stack, &old, &["teams"]).await;
    pass(env, &new);
    env.finalize().await;
    assert_eq!(item_statuses(&env.read(&old.id).await), ["active", "ended"]);
    assert_eq!(item_statuses(&env.read(&new.id).await), ["active"]);
    jump(env, ENDS_AT.parse::<Instant>().unwrap() + Duration::seconds(125));
    assert_eq!(item_statuses(&env.read(&old.id).await), ["ended", "ended"]);
    assert_eq!(item_statuses(&env.read(&new.id).await), ["active"]);
}

#[tokio::test]
async fn a_yes_renews_at_once() {
    let (stack, old) = holding().await;
    let new = open(&stack, &old, &["teams"]).await;
    stack.env.clock.advance(Duration::hours(1));
    let at = stack.env.clock.now();
    stack.env.give(&new.id, &contoso_admin(), &accept_all()).await.unwrap();
    let ended = status(&stack.env.read(&old.id).await, 2);
    assert!(
        matches!(ended, ItemStatus::Ended { reason: EndReason::Renewed, at: end, .. } if end == at),
        "{ended:?}"
    );
}

#[tokio::test]
async fn a_no_to_the_renewal_and_its_withdrawal_leave_the_old_one_running_to_its_end() {
    for (actor, command) in [(link(1), decline_all()), (alpine(), withdraw())] {
        let (stack, old) = holding().await;
        let env = &stack.env;
        let new = open(&stack, &old, &["teams"]).await;
        env.give(&new.id, &actor, &command).await.unwrap();
        pass(env, &new);
        env.finalize().await;
        assert_eq!(item_statuses(&env.read(&old.id).await), ["active", "active"]);
        assert_eq!(line(env, "teams"), (Some(old.id.to_string()), None));
        jump(env, ENDS_AT.parse::<Instant>().unwrap() + Duration::seconds(125));
        let ended = status(&env.read(&old.id).await, 2);
        assert!(
            matches!(ended, ItemStatus::Ended { reason: EndReason::TermExpired, .. }),
            "{ended:?}"
        );
    }
}

#[tokio::test]
async fn a_customer_that_ends_the_old_one_says_no_to_its_renewal_at_every_moment_before_the_close()
{
    for late in [false, true] {
        let (stack, old) = holding().await;
        let env = &stack.env;
        let new = open(&stack, &old, &["teams"]).await;
        if late {
            env.clock.set(closes_at(&new) + Duration::seconds(60));
        }
        let end = RequestEvent::post(&format!("/v1/associations/{}-2/end", old.id));
        let ended = stack.send(end.customer_admin(CONTOSO).json(&json!({}))).await;
        assert_eq!((ended.status, &ended.body["reason"]), (200, &json!("customer_revoked")));
        assert_eq!(item_statuses(&env.read(&new.id).await), ["declined"], "late: {late}");
        pass(env, &new);
        env.finalize().await;
        assert_eq!(item_statuses(&env.read(&new.id).await), ["declined"], "late: {late}");
        assert_eq!(item_statuses(&env.read(&old.id).await), ["active", "ended"]);
        // Nor does a new claim begin anew what the customer has ended.
        for again in [body(&old, &["teams"]), fixtures::claim_body(&["teams"])] {
            let mut again = again;
            again["evidence"][0]["acknowledged_on"] = json!("2027-10-01");
            let refused = submit(&stack, "again", &again).await;
            assert!(refused.status == 409 || refused.status == 422, "{}", refused.text);
        }
    }
}

#[tokio::test]
async fn a_renewal_that_is_refused_for_good_by_the_end_of_the_old_one_lets_go_of_every_item() {
    for items in [&["teams"][..], &["exchange-online", "teams"]] {
        let (stack, old) = holding().await;
        let env = &stack.env;
        let new = notifying(&stack, &old, items).await;
        let nobody = (None, None);
        if items.len() == 2 {
            // It can be taken back by then, so that the item is kept.
            env.give(&new.id, &contoso_admin(), &decline(&[1])).await.unwrap();
            let both = (Some(old.id.to_string()), Some(new.id.to_string()));
            assert_eq!(line(env, "exchange-online"), both);
        }
        env.give(&old.id, &contoso_admin(), &decline(&[2])).await.unwrap();
        let refused = env.read(&new.id).await;
        assert_eq!(refused.status(), Status::Declined);
        assert!(refused.state.window().is_none(), "no window could take it back");
        assert_eq!(line(env, "teams"), nobody);
        assert_eq!(line(env, "exchange-online"), (Some(old.id.to_string()), None));
    }
}

#[tokio::test]
async fn a_no_by_the_old_link_before_the_renewal_is_validated_blocks_it() {
    let (stack, old) = holding().await;
    let env = &stack.env;
    let answer = submit(&stack, "renewal", &body(&old, &["teams"])).await;
    let id = domain::ids::ClaimId::parse(answer.body["id"].as_str().unwrap()).unwrap();
    env.give(&id, &reviewer(), &Command::BeginReview).await.unwrap();
    env.give(&old.id, &link(1), &decline(&[2])).await.unwrap();
    let refused = env.give(&id, &reviewer(), &validate()).await.unwrap_err();
    assert!(refused.to_string().contains("blocked"), "{refused}");
}

#[tokio::test]
async fn where_the_term_ends_first_the_renewal_begins_when_its_window_has_ended() {
    let (stack, old) = holding().await;
    let env = &stack.env;
    jump(env, "2027-12-29T09:00:00Z".parse().unwrap());
    let new = open(&stack, &old, &["teams"]).await;
    let ends_at: Instant = ENDS_AT.parse().unwrap();
    assert!(closes_at(&new) > ends_at);
    jump(env, ends_at + Duration::seconds(125));
    env.finalize().await;
    let ended = status(&env.read(&old.id).await, 2);
    assert!(matches!(ended, ItemStatus::Ended { reason: EndReason::TermExpired, .. }), "{ended:?}");
    assert_eq!(line(env, "teams"), (Some(new.id.to_string()), None));
    pass(env, &new);
    env.finalize().await;
    assert_eq!(status(&env.read(&new.id).await, 1).active_since(), Some(closes_at(&new)));
}

#[tokio::test]
async fn a_renewal_is_refused_too_early_for_other_items_and_for_what_is_not_the_partners() {
    let (stack, old) = holding().await;
    let errors = |answer: &Answer| {
        assert_eq!(answer.status, 422, "{}", answer.text);
        answer.errors()
    };
    let told = |pointer: &str, code: &str| vec![(pointer.to_owned(), code.to_owned())];
    let other = submit(&stack, "a", &body(&old, &["sharepoint-online"])).await;
    assert_eq!(errors(&other), told("/items/0/id", "not-renewable"));
    let mut unknown = body(&old, &["teams"]);
    unknown["renews"] = json!("a".repeat(26));
    assert_eq!(
        errors(&submit(&stack, "b", &unknown).await),
        told("/renews", "association-unknown")
    );
    let mut malformed = body(&old, &["teams"]);
    malformed["renews"] = json!("teams");
    assert_eq!(errors(&submit(&stack, "c", &malformed).await), told("/renews", "malformed"));
    let mut one = body(&old, &["teams"]);
    one["renews"] = json!(format!("{}-1", old.id));
    assert_eq!(errors(&submit(&stack, "d", &one).await), told("/items/0/id", "not-renewable"));
    let rival = fixtures::claim_body_of("4712", CONTOSO, "contoso.example", &["teams"]);
    let mut rival = rival;
    rival["renews"] = json!(old.id);
    rival["evidence"][0]["acknowledged_on"] = json!("2027-10-01");
    let foreign = stack.submit(fixtures::BOREALIS, "e", &rival).await;
    assert_eq!(errors(&foreign), told("/renews", "association-unknown"), "as if there were none");
    jump(&stack.env, "2027-09-30T09:00:00Z".parse().unwrap());
    let mut early = body(&old, &["teams"]);
    early["evidence"][0]["acknowledged_on"] = json!("2027-09-01");
    assert_eq!(errors(&submit(&stack, "f", &early).await), told("/renews", "not-renewable"));
    let check = RequestEvent::post("/v1/claims:check").partner_admin(ALPINE).json(&early);
    let checked = stack.send(check).await;
    assert_eq!(checked.body["errors"][0]["code"], "not-renewable", "{}", checked.text);
}

#[tokio::test]
async fn a_second_renewal_of_the_same_item_is_a_duplicate() {
    let (stack, old) = holding().await;
    open(&stack, &old, &["teams"]).await;
    let again = submit(&stack, "again", &body(&old, &["teams"])).await;
    assert_eq!(again.problem(), (409, "duplicate-claim"));
}

#[tokio::test]
async fn a_close_that_breaks_anywhere_leaves_one_association_of_the_two() {
    let (stack, old) = holding().await;
    let env = &stack.env;
    let new = open(&stack, &old, &["teams"]).await;
    pass(env, &new);
    let saved = env.engine.save();
    for nth in 1..=12 {
        env.engine.restore(&saved);
        env.wire.reset();
        env.wire.on(any, nth, Fault::AnswerLost);
        env.finalize().await;
        let running = [(&old, 2), (&new, 1)].map(|(claim, no)| async move {
            matches!(status(&env.read(&claim.id).await, no), ItemStatus::Active { .. })
        });
        let [before, after] = running;
        assert_eq!((before.await, after.await), (false, true), "call {nth}");
        assert_eq!(line(env, "teams"), (Some(new.id.to_string()), None), "call {nth}");
    }
}

/// The mails that the last event of that type makes.
async fn told(stack: &Stack, event_type: &str) -> Vec<Mail> {
    stack.env.services.forget();
    stack.event_functions.publish(&records(&stack.env)).await.unwrap();
    let mut all = events(&stack.env);
    all.retain(|event| event["type"] == event_type);
    stack.env.services.forget();
    stack.event_functions.notify(&all.pop().unwrap()).await.unwrap();
    mails(&stack.env)
}

fn text(mail: &Mail) -> String {
    mail.text().replace(['\u{2068}', '\u{2069}'], "")
}

#[tokio::test]
async fn mail_and_page_show_what_the_partner_has_and_what_it_asks_for_side_by_side() {
    let (stack, old) = holding().await;
    let env = &stack.env;
    let answer = submit(&stack, "renewal", &body(&old, &["teams"])).await;
    let id = domain::ids::ClaimId::parse(answer.body["id"].as_str().unwrap()).unwrap();
    env.give(&id, &reviewer(), &Command::BeginReview).await.unwrap();
    let validated = env.give(&id, &reviewer(), &validate()).await.unwrap().claim;
    let mail = told(&stack, "validated").await.remove(1);
    let body = text(&mail);
    assert!(body.contains("Dosud: exchange-online, teams."), "{body}");
    assert!(body.contains("31. prosince 2027") && body.contains("Žádost: teams."), "{body}");
    let link = body.lines().find(|line| line.contains("/d/")).unwrap().trim().to_owned();
    let path = link.split_once("cpor.test").unwrap().1.to_owned();
    env.deliver(&validated).await.unwrap();
    let page = stack.send(RequestEvent::get(&path)).await.text;
    for shown in ["Prodloužení", "Dosud", "Žádost", "31. prosince 2027"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let new = env.read(&id).await;
    pass(env, &new);
    env.finalize().await;
    let shown = RequestEvent::get(&format!("/v1/customer/claims/{id}")).customer_admin(CONTOSO);
    assert_eq!(stack.send(shown).await.body["renews"], json!(old.id));
    assert!(told(&stack, "association_ended").await.is_empty(), "told with the new beginning");
    assert!(!told(&stack, "window_closed").await.is_empty());
}
