//! The invariants of `domain.md §3`, held after every step of random stories of three claims that two
//! partners make on the same items.

use chrono::Duration;
use domain::actor::Actor;
use domain::claim::{Claim, ItemStatus};
use domain::command::Command;
use domain::effects::holds_lock;
use domain::event::FailureCause;
use domain::ids::{ClaimId, ItemNo};
use domain::rejection::Rejection;
use domain::text::Comment;
use integration::engine::key;
use integration::world::{
    World, contoso_admin, decline, decline_all, delivered, link, partner_admin, reject, reviewer,
    undo_all, validate, withdraw,
};
use proptest::prelude::*;
use store::StoreError;

const NOW: &str = "2026-12-22T14:00:00Z";

/// Whose claims there are, and on what.
const CLAIMS: [(&str, &str, &[&str]); 3] = [
    ("p-alpine", "4711", &["teams", "exchange-online"]),
    ("p-borealis", "4712", &["exchange-online", "teams"]),
    ("p-borealis", "4712", &["sharepoint-online"]),
];

#[derive(Debug, Clone, Copy)]
enum Step {
    Begin,
    Reject,
    Validate,
    Deliver,
    Bounce,
    Decline(u8),
    DeclineAll,
    Undo,
    Withdraw,
    End(u8),
    Revoke(u8),
    Read,
    Finalize,
    Wait(i64),
    ToDeadline(i64),
}

fn step() -> impl Strategy<Value = (usize, Step)> {
    let step = prop_oneof![
        3 => Just(Step::Begin),
        1 => Just(Step::Reject),
        4 => Just(Step::Validate),
        4 => Just(Step::Deliver),
        1 => Just(Step::Bounce),
        2 => (1..3_u8).prop_map(Step::Decline),
        1 => Just(Step::DeclineAll),
        2 => Just(Step::Undo),
        1 => Just(Step::Withdraw),
        1 => (1..3_u8).prop_map(Step::End),
        1 => (1..3_u8).prop_map(Step::Revoke),
        2 => Just(Step::Read),
        2 => Just(Step::Finalize),
        1 => (1..48_i64).prop_map(Step::Wait),
        3 => prop_oneof![Just(-1_i64), Just(0), Just(60), Just(125), Just(7200)].prop_map(Step::ToDeadline),
    ];
    (0..CLAIMS.len(), step)
}

fn command(step: Step, claim: &Claim, partner: &str) -> Option<(Actor, Command)> {
    let remark = Comment::parse("we leave").ok();
    Some(match step {
        Step::Begin => (reviewer(), Command::BeginReview),
        Step::Reject => (reviewer(), reject()),
        Step::Validate => (reviewer(), validate()),
        Step::Deliver => (Actor::System, delivered(claim.notice)),
        Step::Bounce => {
            let (notice, cause) = (claim.notice, FailureCause::Bounce);
            (Actor::System, Command::RecordFailure { notice, cause, others_left: false })
        }
        Step::Decline(no) => (link(claim.notice.0), decline(&[no])),
        Step::DeclineAll => (link(claim.notice.0), decline_all()),
        Step::Undo => (link(claim.notice.0), undo_all()),
        Step::Withdraw => (partner_admin(partner), withdraw()),
        Step::End(no) => {
            (partner_admin(partner), Command::End { item: ItemNo(no), comment: remark })
        }
        Step::Revoke(no) => (contoso_admin(), Command::End { item: ItemNo(no), comment: None }),
        Step::Read | Step::Finalize | Step::Wait(_) | Step::ToDeadline(_) => return None,
    })
}

/// A story and what must stay true in it.
struct Story {
    world: World,
    ids: Vec<ClaimId>,
    deadlines: Vec<Option<(u16, domain::claim::Instant)>>,
}

impl Story {
    async fn begin() -> Self {
        let world = World::at(NOW).await;
        let mut ids = Vec::new();
        for (no, (partner, location, items)) in CLAIMS.into_iter().enumerate() {
            let body = integration::fixtures::claim_body_of(
                location,
                integration::fixtures::CONTOSO,
                "contoso.example",
                items,
            );
            ids.push(world.create_of(partner, &no.to_string(), &body).await.unwrap().claim.id);
        }
        Self { world, ids, deadlines: vec![None; CLAIMS.len()] }
    }

    async fn take(&mut self, at: usize, step: Step) -> Result<(), TestCaseError> {
        let world = &self.world;
        match step {
            Step::Wait(hours) => world.clock.advance(Duration::hours(hours)),
            Step::ToDeadline(after_s) => {
                let claim = world.read(&self.ids[at]).await;
                let now = world.clock.now();
                if let Some(deadline) = claim.deadline().filter(|deadline| *deadline > now) {
                    world.let_pass_by(deadline, Duration::seconds(after_s));
                }
            }
            Step::Finalize => self.finalize().await,
            Step::Read => drop(world.read(&self.ids[at]).await),
            Step::Begin
            | Step::Reject
            | Step::Validate
            | Step::Deliver
            | Step::Bounce
            | Step::Decline(_)
            | Step::DeclineAll
            | Step::Undo
            | Step::Withdraw
            | Step::End(_)
            | Step::Revoke(_) => self.give(at, step).await?,
        }
        self.hold().await
    }

    /// Drains from shortly before now, so that no story walks through days of empty buckets.
    async fn finalize(&self) {
        for position in self.world.engine.items("S") {
            let (pk, sk) = key(&position);
            self.world.engine.delete(&pk, &sk);
        }
        let now = self.world.clock.now();
        self.world.let_pass_by(now - Duration::hours(3), Duration::hours(3));
        self.world.finalize().await;
    }

    async fn give(&self, at: usize, step: Step) -> Result<(), TestCaseError> {
        let claim = self.world.read(&self.ids[at]).await;
        let Some((actor, command)) = command(step, &claim, CLAIMS[at].0) else { return Ok(()) };
        let no = matches!(step, Step::Decline(_) | Step::DeclineAll);
        match self.world.give(&claim.id, &actor, &command).await {
            Ok(outcome) => {
                // I2: after a "no" nothing it names can become active by silence.
                let refused = |item: &domain::claim::Item| {
                    !matches!(
                        outcome.claim.item_status(item),
                        ItemStatus::Pending | ItemStatus::Active { .. }
                    )
                };
                let all = outcome.claim.items.iter().all(refused);
                prop_assert!(!matches!(step, Step::DeclineAll) || all);
            }
            Err(StoreError::Rejected(Rejection::Fields(_))) => {}
            Err(StoreError::Rejected(refusal)) => {
                let before_any_notice = claim.notice.0 == 0;
                prop_assert!(
                    !no || before_any_notice,
                    "a no was refused: {refusal} in {:?}",
                    claim.status()
                );
            }
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        }
        Ok(())
    }

    async fn hold(&mut self) -> Result<(), TestCaseError> {
        let mut claims = Vec::new();
        for id in &self.ids {
            claims.push(self.world.read(id).await);
        }
        one_active_each(&claims)?;
        self.locks_are_held(&claims)?;
        for (claim, known) in claims.iter().zip(&mut self.deadlines) {
            // I4: while the notice is the same, its window never closes earlier.
            if let Some(window) = claim.state.window() {
                let now = (claim.notice.0, window.closes_at);
                prop_assert!(known.is_none_or(|known| known.0 != now.0 || known.1 <= now.1));
                *known = Some(now);
            }
        }
        // I7: each version once, none skipped.
        for id in &self.ids {
            let versions = super::stream::versions(&self.world.engine, id);
            let whole: Vec<u64> = (1..).take(versions.len()).collect();
            prop_assert_eq!(versions, whole);
        }
        Ok(())
    }

    /// Whoever holds an item by the rules holds its lock, and nobody else does.
    fn locks_are_held(&self, claims: &[Claim]) -> Result<(), TestCaseError> {
        let locks = self.world.engine.items("L#");
        for claim in claims {
            for item in claim.items.iter().filter(|item| holds_lock(claim, item)) {
                let end = format!("#{}", item.id);
                let lock =
                    locks.iter().find(|lock| key(lock).1 == "L" && key(lock).0.ends_with(&end));
                let holder =
                    lock.map(|lock| lock["a"]["S"].as_str().unwrap_or_default().to_owned());
                let own = claim.association_id(item.no).to_string();
                // A decline whose window has passed may have been taken over before it is settled.
                let settled = claim.status() == domain::claim::Status::Declined;
                prop_assert!(
                    settled || holder.as_deref() == Some(own.as_str()),
                    "{end}: {holder:?}"
                );
            }
        }
        Ok(())
    }
}

/// I3.
fn one_active_each(claims: &[Claim]) -> Result<(), TestCaseError> {
    let active = claims.iter().flat_map(|claim| claim.active().map(|item| item.id.as_str()));
    let mut all: Vec<&str> = active.collect();
    all.sort_unstable();
    let count = all.len();
    all.dedup();
    prop_assert_eq!(all.len(), count, "two active associations of one item");
    Ok(())
}

async fn run(steps: Vec<(usize, Step)>) -> Result<(), TestCaseError> {
    let mut story = Box::pin(Story::begin()).await;
    for (at, step) in steps {
        Box::pin(story.take(at, step)).await?;
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_story_of_rivals_breaks_an_invariant(steps in proptest::collection::vec(step(), 8..24)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(run(steps))?;
    }
}
