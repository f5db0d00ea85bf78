//! The same of an association with a term and of what renews it (`docs/domain.md §3.13`): two claims, each with its own
//! story, and between them what the store writes with a step in one transaction.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a few statuses of many are on the straight way"
)]

use std::collections::BTreeMap;

use chrono::Duration;
use domain::actor::Actor;
use domain::claim::{Claim, Item, ItemStatus, Renewal, State, Status};
use domain::command::{ClaimInput, Command, Creation, ItemSelection};
use domain::effects;
use domain::ids::{ClaimId, ItemId, ItemNo, PartnerId};
use domain::program::{ItemRef, Policy};
use domain::reason::EndReason;
use domain::rejection::Rejection;
use proptest::prelude::*;

use super::{Act, FOUR, Step, World, step};
use crate::given::*;

/// The term ends four months after the window of V1.
const TERM_MONTHS: u32 = 4;
/// Of so short a term the last third can be renewed.
const RENEWABLE_PART: i32 = 3;

/// What happens to the two.
#[derive(Debug, Clone)]
enum Move {
    Old(Step),
    New(Step),
    /// The partner asks anew for these items, or for the association of the first of them alone.
    Renew(Vec<u8>, bool),
    /// What comes next for the renewal, whatever it waits for.
    Advance,
    /// The time comes so many minutes before the end of the term.
    Approach(i64),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let items = prop::sample::subsequence(vec![1_u8, 2, 3], 1..=3);
    let one = prop_oneof![
        4 => step().prop_map(Move::New),
        3 => step().prop_map(Move::Old),
        1 => (items, prop::bool::weighted(0.3)).prop_map(|(items, one)| Move::Renew(items, one)),
        8 => Just(Move::Advance),
        1 => (-20_i64..20_000).prop_map(Move::Approach),
    ];
    prop::collection::vec(one, 1..32)
}

/// An association, and what renews it, if anything does.
struct Pair {
    old: World,
    new: Option<World>,
    now: Instant,
    ends_at: Instant,
    /// How many renewals were submitted.
    asked: u8,
    /// Since when what of the old one is associated anew.
    begun: BTreeMap<ItemId, Instant>,
    /// What the customer has ended: it is blocked for the partner.
    refused: Vec<ItemRef>,
}

impl Pair {
    /// An association by silence, so many days before the end of its term.
    fn holding(lead_days: i64) -> Result<Self, TestCaseError> {
        let policy = Policy { term_months: Some(TERM_MONTHS), ..Policy::default() };
        let mut old = World::of(Given { policy, ..Given::awaiting_of(&FOUR) });
        old.now = after_grace();
        let close = old.given.when(&Command::DeadlinePassed, Actor::System, old.now);
        old.happened(close.unwrap().expect("it is due"), None)?;
        let ends_at = old.given.claim.state.term_ends_at().expect("a term");
        let now = ends_at - Duration::days(lead_days);
        let (begun, refused) = (BTreeMap::new(), Vec::new());
        Ok(Self { old, new: None, now, ends_at, asked: 0, begun, refused })
    }

    fn take(&mut self, chosen: &Move) -> Result<(), TestCaseError> {
        match chosen {
            Move::Old(step) => {
                self.pass(step.after)?;
                self.step_old(Some(&step.act))
            }
            Move::New(step) => {
                self.pass(step.after)?;
                self.step_new(Some(&step.act))
            }
            Move::Renew(items, one) => {
                self.pass(Duration::zero())?;
                self.renew(items, *one)
            }
            Move::Advance => self.advance(),
            Move::Approach(minutes) => {
                let to = self.ends_at - Duration::minutes(*minutes);
                self.pass((to - self.now).max(Duration::zero()))
            }
        }
    }

    /// The straight way of the renewal.
    fn advance(&mut self) -> Result<(), TestCaseError> {
        self.pass(Duration::hours(1))?;
        let Some(new) = &self.new else { return Ok(()) };
        let claim = &new.given.claim;
        let act = match claim.status() {
            Status::Submitted => Act::Say(Command::BeginReview, reviewer()),
            Status::InReview => {
                Act::Say(Command::Validate { drop: vec![], comment: None }, reviewer())
            }
            Status::Notifying => Act::Delivered(FIRST),
            Status::AwaitingCustomer => {
                let end = claim.deadline().expect("a window");
                return self.pass((end + Duration::seconds(121) - self.now).max(Duration::zero()));
            }
            _ => return Ok(()),
        };
        self.step_new(Some(&act))
    }

    /// Time passes, and whatever is due is done: of both, what ends first.
    fn pass(&mut self, by: Duration) -> Result<(), TestCaseError> {
        self.now += by;
        self.step_old(None)?;
        self.step_new(None)
    }

    /// A step of the old one. Where the customer ends something, its renewal is refused with it.
    fn step_old(&mut self, act: Option<&Act>) -> Result<(), TestCaseError> {
        self.old.now = self.now;
        // What ends while the window of its renewal has ended, ends with that window.
        let waits = self.new.as_ref().and_then(|new| match &new.given.claim.state {
            State::AwaitingCustomer { window } => Some(window.closes_at),
            _ => None,
        });
        self.old.next_from = waits.filter(|end| *end <= self.now);
        let before = self.old.given.claim.clone();
        self.old.pass_silence()?;
        if let Some(act) = act {
            self.old.act(act)?;
        }
        let after = &self.old.given.claim;
        let ended = effects::newly_blocked(Some(&before), after);
        let ended = after.items.iter().filter(|item| ended.contains(&item.no));
        let ended: Vec<_> = ended.map(|item| after.item_ref(item)).collect();
        if let Some(new) = &mut self.new {
            let claim = &new.given.claim;
            let is_next = |item: &&Item| {
                ended.contains(&claim.item_ref(item)) && effects::holds_lock(claim, item)
            };
            let refused: Vec<ItemNo> =
                claim.items.iter().filter(is_next).map(|item| item.no).collect();
            if !refused.is_empty() {
                let no = Command::Decline { items: ItemSelection::These(refused), motive: None };
                new.now = self.now;
                if let Some(event) = new.given.when(&no, administrator(), self.now).unwrap() {
                    new.happened(event, Some(&administrator()))?;
                }
            }
        }
        self.refused.extend(ended);
        self.look_around();
        self.holds()
    }

    /// A step of the renewal. What becomes active of it ends in the old one.
    fn step_new(&mut self, act: Option<&Act>) -> Result<(), TestCaseError> {
        self.look_around();
        let Some(new) = &mut self.new else { return Ok(()) };
        new.now = self.now;
        let before = new.given.claim.clone();
        new.pass_silence()?;
        if let Some(act) = act {
            new.act(act)?;
        }
        let after = &new.given.claim;
        let activated = effects::activated_items(&before, after);
        let activated: Vec<_> =
            after.items.iter().filter(|item| activated.contains(&item.no)).collect();
        let Some(first) = activated.first() else { return self.holds() };
        let since = after.item_status(first).active_since().expect("active");
        let ids: Vec<ItemId> = activated.iter().map(|item| item.id.clone()).collect();
        self.begun.extend(ids.iter().map(|id| (id.clone(), since)));
        let old = &self.old.given.claim;
        let own = old.items.iter().filter(|item| ids.contains(&item.id)).map(|item| item.no);
        let renewed = after.renews(&old.id);
        let items = own.collect();
        let taken = Command::Supersede { items, since, renewed };
        if let Some(event) = self.old.given.when(&taken, Actor::System, self.now).unwrap() {
            self.old.now = self.now;
            self.old.happened(event, None)?;
        }
        self.holds()
    }

    /// What the renewal finds beside it.
    fn look_around(&mut self) {
        if let Some(new) = &mut self.new {
            new.given.renewed = Some(self.old.given.claim.clone());
            new.given.blocked.clone_from(&self.refused);
        }
    }

    /// The partner asks anew: taken in the last third of the term, for what runs, is not blocked, and is not asked
    /// for already.
    fn renew(&mut self, numbers: &[u8], one: bool) -> Result<(), TestCaseError> {
        let old = self.old.given.claim.clone();
        let chosen = old.items.iter().filter(|item| numbers.contains(&item.no.0));
        let ids: Vec<ItemId> = chosen.map(|item| item.id.clone()).collect();
        let item = numbers.first().filter(|_| one).map(|no| ItemNo(*no));
        let renews = Some(Renewal { claim: old.id.clone(), item });
        let items = ids.iter().map(|id| crate::given::item(id.as_str())).collect();
        let input = ClaimInput { items, renews, ..input() };
        self.asked += 1;
        let id =
            ClaimId::of(&PartnerId::parse("p-alpine").unwrap(), &format!("renewal-{}", self.asked));
        let mut context = self.old.given.context(alpine(), self.now);
        let pending: Vec<_> =
            self.new.iter().flat_map(|new| open_items(&new.given.claim)).collect();
        let held = old.active_items().map(|item| (old.item_ref(item), old.id.clone()));
        let own_claims = held.chain(pending.iter().cloned());
        context.facts.own_claims = own_claims.filter(|(own, _)| ids.contains(&own.id)).collect();
        context.facts.renewed = Some(old.clone());
        let blocked = self.refused.iter().filter(|own| ids.contains(&own.id));
        context.facts.blocked = blocked.cloned().collect();
        let creation = Creation { id, input, malformed: vec![] };
        let submitted = created(&Command::Submit(Some(Box::new(creation))), &context);

        let runs = |id: &ItemId| old.active_items().any(|own| own.id == *id);
        let covered =
            |id: &ItemId| item.is_none_or(|no| old.find_item(no).is_some_and(|own| own.id == *id));
        let from = self.ends_at - (self.ends_at - closes_at()) / RENEWABLE_PART;
        let in_time = from <= self.now && self.now < self.ends_at;
        let renewable = in_time && ids.iter().all(|id| runs(id) && covered(id));
        let asked_for = |id: &ItemId| pending.iter().any(|(own, _)| own.id == *id);
        let doubled = ids.iter().any(asked_for);
        prop_assert_eq!(submitted.is_ok(), renewable && !doubled, "{:?}", submitted);
        if renewable && doubled {
            let is_duplicate = matches!(submitted, Err(Rejection::DuplicateClaim { .. }));
            prop_assert!(is_duplicate, "{submitted:?}");
        }
        // Of two renewals beside each other the first is told on.
        let is_over = self.new.as_ref().is_none_or(|new| {
            let claim = &new.given.claim;
            !claim.state.is_open() && claim.active_items().next().is_none()
        });
        if let (Ok(event), true) = (submitted, is_over) {
            let policy = self.old.given.policy.clone();
            let given = Given { tenant: tenant_with(&FOUR), policy, ..Given::begun(event) };
            self.new = Some(World::of(given));
            self.look_around();
        }
        Ok(())
    }

    /// What must be true of the two.
    fn holds(&self) -> Result<(), TestCaseError> {
        let old = &self.old.given.claim;
        for item in &old.items {
            let (was, begun) = (old.item_status(item), self.begun.get(&item.id));
            match (was, begun) {
                (ItemStatus::Ended { reason, at, .. }, Some(since)) => {
                    prop_assert!(reason != EndReason::CustomerRevoked, "{} after a no", item.id);
                    prop_assert!(reason != EndReason::Superseded, "{} by its own partner", item.id);
                    let renewed = reason == EndReason::Renewed;
                    prop_assert!(at == *since || (!renewed && at < *since), "{was:?}, {since}");
                }
                (ItemStatus::Ended { reason, .. }, None) => {
                    prop_assert!(reason != EndReason::Renewed, "{} and nothing has begun", item.id);
                }
                (_, begun) => prop_assert!(begun.is_none(), "{} twice: {was:?}", item.id),
            }
        }
        let Some(new) = &self.new else { return Ok(()) };
        let claim = &new.given.claim;
        for item in &claim.items {
            let refused = self.refused.contains(&claim.item_ref(item));
            let status = claim.item_status(item);
            let waits = matches!(status, ItemStatus::Pending | ItemStatus::Active { .. });
            prop_assert!(!(refused && waits), "I2: {} is {status:?} after a no", item.id);
        }
        Ok(())
    }
}

/// What a claim asks for or holds.
fn open_items(claim: &Claim) -> impl Iterator<Item = (ItemRef, ClaimId)> {
    let open = claim.items.iter().filter(|item| {
        let status = claim.item_status(item);
        matches!(status, ItemStatus::Proposed | ItemStatus::Pending | ItemStatus::Active { .. })
    });
    open.map(|item| (claim.item_ref(item), claim.id.clone()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn whatever_everybody_does_to_an_association_and_its_renewal_the_invariants_hold(
        lead_days in prop_oneof![1 => 38_i64..60, 6 => 1_i64..40],
        first in prop::sample::subsequence(vec![1_u8, 2, 3], 1..=3),
        moves in moves(),
    ) {
        let mut pair = Pair::holding(lead_days)?;
        pair.take(&Move::Renew(first, false))?;
        for chosen in &moves {
            pair.take(chosen)?;
        }
    }
}
