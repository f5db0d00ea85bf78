//! The fast close is the rules' close: the statement that sets one attribute leaves exactly the claim
//! that `decide` and `evolve` make (`docs/architecture.md §3`).

use chrono::Duration;
use domain::actor::Actor;
use domain::calendar::Zone;
use domain::claim::Claim;
use domain::command::Command;
use domain::context::{Context, Facts, LocalCalendar, LocalCalendars};
use domain::program::Policy;
use proptest::prelude::*;
use store::CloseMethod;
use support::fixtures;
use support::test_env::{TestEnv, closes_at, prague, reviewer, validate};

use crate::simulation::try_cases;

const NOW: &str = "2026-12-22T14:00:00Z";

/// A claim as some request might have made it.
#[derive(Debug, Clone)]
struct Shape {
    tenant: usize,
    items: Vec<&'static str>,
    drop_first: bool,
    delivered_after_h: i64,
    closing: CloseMethod,
    late_s: i64,
}

fn shape() -> impl Strategy<Value = Shape> {
    let items = proptest::sample::subsequence(fixtures::WORKLOADS.to_vec(), 1..=3).prop_shuffle();
    let closing = prop_oneof![Just(CloseMethod::Batch), Just(CloseMethod::OneByOne)];
    (0..3_usize, items, any::<bool>(), 0..40_i64, closing, 121..20_000_i64).prop_map(
        |(tenant, items, drop, delivered_after_h, closing, late_s)| Shape {
            tenant,
            drop_first: drop && items.len() > 1,
            items,
            delivered_after_h,
            closing,
            late_s,
        },
    )
}

/// The claim of that shape, its window open.
async fn awaiting(env: &TestEnv, shape: &Shape) -> Claim {
    let tenants = [
        (fixtures::CONTOSO, "contoso.example"),
        (fixtures::TAILWIND, "tailwind.example"),
        (fixtures::FABRIKAM, "fabrikam.example"),
    ];
    let (tenant, domain) = tenants[shape.tenant];
    let body = fixtures::claim_body_of("4711", tenant, domain, &shape.items);
    let claim = env.create_of(fixtures::ALPINE, "k", &body).await.unwrap().claim;
    env.give(&claim.id, &reviewer(), &Command::BeginReview).await.unwrap();
    let mut command = validate();
    if let (true, Command::Validate { drop, .. }) = (shape.drop_first, &mut command) {
        drop.push((domain::ids::ItemNo(1), domain::reason::ReasonCode::Duplicate));
    }
    let claim = env.give(&claim.id, &reviewer(), &command).await.unwrap().claim;
    env.clock.advance(Duration::hours(shape.delivered_after_h));
    env.deliver(&claim).await.unwrap()
}

/// What the rules make of the claim when its deadline has passed.
fn closed_by_the_rules(claim: &Claim, at: domain::claim::Instant) -> Claim {
    let window = claim.state.window().unwrap();
    let calendar = window.calendar.embedded_calendar().unwrap();
    let customer = Some(LocalCalendar { calendar, zone: Zone::Known(window.time_zone) });
    let places =
        LocalCalendars { operator: prague(), partner: None, customer, customer_at_end: None };
    let context = Context {
        at,
        actor: Actor::System,
        policy: Policy::default(),
        places,
        facts: Facts::default(),
    };
    let event = domain::decide(Some(claim), &Command::DeadlinePassed, &context).unwrap().unwrap();
    domain::evolve(Some(claim.clone()), &event).unwrap()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

async fn hold(shape: Shape) -> Result<(), TestCaseError> {
    let env = TestEnv::at(NOW).await;
    let claim = awaiting(&env, &shape).await;
    env.let_pass_by(closes_at(&claim), Duration::seconds(shape.late_s));
    let now = env.clock.now();
    let (store, wire) = env.another_store(|config| config.closing = shape.closing);
    for shard in store.find_due_work().await.unwrap().due {
        store.drain_timers(shard, now + Duration::seconds(40)).await.unwrap();
    }
    // A dropped item is an exception like any other, so such a claim closes slowly.
    let fast = wire.calls().iter().any(|call| match shape.closing {
        CloseMethod::Batch => call.operation == "BatchExecuteStatement",
        CloseMethod::OneByOne => call.operation == "UpdateItem" && call.names("C#", "A"),
    });
    prop_assert!(fast || shape.drop_first);
    let mut closed = env.read(&claim.id).await;
    let mut expected = closed_by_the_rules(&claim, now);
    prop_assert!(closed.last_event.at >= closes_at(&claim) && closed.last_event.at <= now);
    expected.last_event.at = closed.last_event.at;
    closed.last_event.fingerprint = None;
    expected.last_event.fingerprint = None;
    prop_assert_eq!(closed, expected);
    Ok(())
}

proptest! {
    #![proptest_config(try_cases(48))]

    #[test]
    fn the_closing_statement_leaves_what_decide_and_evolve_make(shape in shape()) {
        runtime().block_on(hold(shape))?;
    }
}
