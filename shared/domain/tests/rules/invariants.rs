//! The invariants of `docs/domain.md §4`, on random sequences of commands by everybody, with a moving
//! clock. I3 and I5 need the store; I9 has examples of its own.

use std::collections::BTreeSet;

use chrono::Duration;
use domain::actor::Actor;
use domain::claim::{Basis, Claim, ItemStatus, Status};
use domain::command::Command;
use domain::decide::is_due;
use domain::event::{Event, EventBody, FailureCause};
use domain::ids::{ItemNo, NoticeNo};
use domain::program::Policy;
use domain::{content, decide, evolve};
use proptest::prelude::*;

use crate::given::*;

/// One step: who does what, how long after the step before.
#[derive(Debug, Clone)]
struct Step {
    command: Command,
    actor: Actor,
    after: Duration,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let items = prop::sample::subsequence(vec![1_u8, 2, 3], 0..=3);
    let command = (0_u8..19, items).prop_map(|(kind, items)| command(kind, &items));
    let minutes = prop_oneof![3 => 0_i64..300, 1 => 0_i64..20_000];
    let step = (command, minutes).prop_map(|((command, actor), minutes)| Step {
        command,
        actor,
        after: Duration::minutes(minutes),
    });
    prop::collection::vec(step, 1..24)
}

fn command(kind: u8, items: &[u8]) -> (Command, Actor) {
    match kind {
        0 | 1 => (Command::BeginReview, reviewer()),
        2 | 3 => (Command::Validate { drop: vec![], comment: None }, reviewer()),
        4 | 5 => (delivery(1), Actor::System),
        6 => (decline(items), link()),
        7 => (decline(items), administrator()),
        8 => (undo(items), link()),
        9 => {
            let (notice, cause) = (NoticeNo(1), FailureCause::Bounce);
            (Command::RecordFailure { notice, cause, others_left: false }, Actor::System)
        }
        10 => (withdraw(), alpine()),
        11 => (end(items.first().copied().unwrap_or(1)), alpine()),
        12 => (delivery(2), Actor::System),
        13 => (Command::Hold { comment: comment() }, operator()),
        14 => (Command::Resume, operator()),
        15 => (Command::Dispute { comment: comment() }, alpine()),
        16 => (Command::Overturn { comment: comment() }, operator()),
        17 => (Command::Accept { items: these(items) }, administrator()),
        _ => (reject(), reviewer()),
    }
}

/// What the steps did, checked after each.
struct World {
    given: Given,
    now: Instant,
    refused: BTreeSet<ItemNo>,
}

impl World {
    fn new() -> Self {
        Self { given: Given::submitted(), now: submitted_at(), refused: BTreeSet::new() }
    }

    fn take(&mut self, step: &Step) -> Result<(), TestCaseError> {
        self.now += step.after;
        while is_due(&self.given.claim, &Policy::default(), self.now) {
            let silence = self.given.when(&Command::DeadlinePassed, Actor::System, self.now);
            self.happened(silence.unwrap().expect("a due claim has a silence"))?;
        }
        let before = self.given.claim.clone();
        let decided = self.given.when(&step.command, step.actor.clone(), self.now);
        let no = matches!(step.command, Command::Decline { .. });
        if no && before.notice.0 > 0 {
            prop_assert!(decided.is_ok(), "I2: a no is never an error: {decided:?}");
        }
        let Ok(Some(event)) = decided else { return Ok(()) };
        if is_final(&before, self.now) {
            prop_assert!(no, "I8: {:?} in {:?}", step.command, before.status());
        }
        self.happened(event)
    }

    fn happened(&mut self, event: Event) -> Result<(), TestCaseError> {
        let before = self.given.claim.clone();
        self.remember(&event.body);
        self.given = self.given.clone().evolved(event);
        let after = &self.given.claim;
        if before.status() == after.status()
            && let (Some(old), Some(new)) = (before.deadline(), after.deadline())
        {
            prop_assert!(new >= old, "I4: {old} became {new}");
        }
        self.no_refused_item_is_active()?;
        self.silence_was_earned()?;
        self.the_record_is_the_fold_of_its_events()
    }

    fn remember(&mut self, body: &EventBody) {
        if let EventBody::ItemsDeclined { declined, ended, .. } = body {
            self.refused.extend(declined.iter().chain(ended));
        }
        if let EventBody::DeclineUndone { items } = body {
            self.refused.retain(|no| !items.contains(no));
        }
    }

    fn no_refused_item_is_active(&self) -> Result<(), TestCaseError> {
        for item in &self.given.claim.items {
            if self.refused.contains(&item.no) {
                let status = self.given.claim.item_status(item);
                let lost = matches!(status, ItemStatus::Active { .. } | ItemStatus::Pending);
                prop_assert!(!lost, "I2: item {} is {}", item.no, status.as_str());
            }
        }
        Ok(())
    }

    /// I1 and I6.
    fn silence_was_earned(&self) -> Result<(), TestCaseError> {
        let claim = &self.given.claim;
        for item in claim.active() {
            let ItemStatus::Active { basis: Basis::Deemed, effective_at } = claim.item_status(item)
            else {
                continue;
            };
            let opened = self.given.events.iter().rev().find_map(|event| {
                let EventBody::WindowOpened { window } = &event.body else { return None };
                Some((event.at, window))
            });
            let (delivered_at, window) = opened.expect("I1: a notice was delivered");
            prop_assert_eq!(window.closes_at, effective_at);
            prop_assert_eq!(window.counted.len(), 5, "I1: a full window");
            prop_assert!(window.closes_at > delivered_at);
            prop_assert!(claim.last_event.at >= window.closes_at, "I1: not before it closed");
            prop_assert_eq!(claim.content_hash, Some(content::hash(claim)), "I6");
        }
        Ok(())
    }

    /// I7.
    fn the_record_is_the_fold_of_its_events(&self) -> Result<(), TestCaseError> {
        let folded =
            self.given.events.iter().try_fold(None, |claim, event| evolve(claim, event).map(Some));
        let folded: Option<Claim> = folded.unwrap();
        prop_assert_eq!(folded.as_ref(), Some(&self.given.claim));
        let versions: Vec<_> = self.given.events.iter().map(|event| event.version.0).collect();
        let expected: Vec<_> = (1..).take(versions.len()).collect();
        prop_assert_eq!(versions, expected);
        Ok(())
    }
}

fn is_final(claim: &Claim, now: Instant) -> bool {
    let settled = matches!(claim.status(), Status::Withdrawn | Status::Discarded | Status::Ended);
    settled || (claim.status() == Status::Rejected && claim.turn(&Policy::default(), now).is_none())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn whatever_everybody_does_the_invariants_hold(steps in steps()) {
        let mut world = World::new();
        for step in &steps {
            world.take(step)?;
        }
    }

    #[test]
    fn a_repeat_of_any_command_changes_nothing_or_is_refused(steps in steps()) {
        let mut given = Given::submitted();
        let mut now = submitted_at();
        for Step { command, actor, after } in steps {
            now += after;
            let Ok(Some(event)) = given.when(&command, actor.clone(), now) else { continue };
            given = given.evolved(event);
            let again = decide(Some(&given.claim), &command, &context(actor, now));
            prop_assert!(!matches!(again, Ok(Some(_))), "{command:?} twice: {again:?}");
        }
    }
}
