//! I3 over what is recorded: of two partners that had one item one after the other, the first has it no longer than to
//! the moment from which the second has it, whatever ends the one and begins the other (`docs/domain.md §3.4`).
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a few reasons and statuses of many matter here"
)]

use chrono::Duration;
use domain::actor::Actor;
use domain::claim::{ItemStatus, State, Status};
use domain::command::{Command, DirectoryLoss};
use domain::effects::{delay_begin, ended_before_next};
use domain::event::{Event, EventBody, FailureCause};
use domain::ids::ItemNo;
use domain::reason::EndReason;
use proptest::prelude::*;

use crate::given::*;

/// What ends the holder's associations.
const WAYS: [EndReason; 6] = [
    EndReason::PartnerLeft,
    EndReason::OperatorRevoked,
    EndReason::CustomerRevoked,
    EndReason::ItemGone,
    EndReason::TenantGone,
    EndReason::NoticeFailed,
];

/// A claim whose associations run since the end of V1, and one that is next: its window ends on 19 January.
struct Line {
    holder: Given,
    next: Given,
}

impl Line {
    fn begun() -> Self {
        let delivered = at("2027-01-12T14:00:00Z");
        let next = Given::notifying().delivered(FIRST, delivered);
        assert_eq!(next.closes_at(), Some(at("2027-01-19T23:00:00Z")));
        Self { holder: Given::associated(), next }
    }

    fn end_of_window(&self) -> Instant {
        self.next.closes_at().unwrap()
    }

    /// The holder's associations end, for that reason.
    fn leave(&mut self, why: EndReason, now: Instant) {
        let given = match why {
            EndReason::NoticeFailed => {
                let stamp = delivered_at() + Duration::hours(1);
                self.holder.clone().noted_failure(FIRST, stamp, FailureCause::Bounce)
            }
            _ => self.holder.clone(),
        };
        let (command, actor) = match why {
            EndReason::PartnerLeft => (end(1), alpine()),
            EndReason::OperatorRevoked => (end(1), operator()),
            EndReason::CustomerRevoked => (decline(&[1]), link()),
            EndReason::ItemGone => {
                (Command::Vanish(DirectoryLoss::Items(vec![ItemNo(1)])), Actor::System)
            }
            EndReason::TenantGone => (Command::Vanish(DirectoryLoss::Tenant), Actor::System),
            EndReason::NoticeFailed => (reports(1), Actor::System),
            EndReason::Superseded
            | EndReason::TermExpired
            | EndReason::NotEnrolled
            | EndReason::Renewed => {
                unreachable!("no way of these tests")
            }
        };
        let Some(event) = given.when(&command, actor, now).unwrap() else { return };
        self.holder = given.evolved(self.as_committed(event));
    }

    /// The event as the store writes it.
    fn as_committed(&self, event: Event) -> Event {
        let State::AwaitingCustomer { window } = &self.next.claim.state else { return event };
        ended_before_next(&event, window.closes_at).unwrap_or(event)
    }

    /// The next one's items become active, and what the holder still has of them is taken over.
    fn take_over(&mut self, command: &Command, actor: Actor, now: Instant) {
        self.next = self.next.clone().then(command, actor, now);
        let (since, _) = recorded(&self.next);
        let items = self.holder.claim.active_items().map(|item| item.no).collect();
        let supersede = Command::Supersede { items, since, renewed: false };
        if let Some(event) = self.holder.when(&supersede, Actor::System, since.max(now)).unwrap() {
            self.holder = self.holder.clone().evolved(event);
        }
    }

    fn no_two_recorded_associations_overlap(&self) -> Result<(), TestCaseError> {
        let (began, ended) = recorded(&self.holder);
        let (since, _) = recorded(&self.next);
        let ended = ended.expect("the holder has left");
        prop_assert!(began <= ended && ended <= since, "{began} to {ended}, then from {since}");
        Ok(())
    }
}

/// Since when, and until when, the first item was an association.
fn recorded(given: &Given) -> (Instant, Option<Instant>) {
    match given.claim.item_status(given.claim.items.first().unwrap()) {
        ItemStatus::Active { effective_at, .. } => (effective_at, None),
        ItemStatus::Ended { effective_at, at, .. } => (effective_at, Some(at)),
        other => panic!("no association: {other:?}"),
    }
}

fn moments() -> impl Strategy<Value = Duration> {
    let around = prop_oneof![Just(-1_i64), Just(0), Just(1), Just(119_999), Just(120_000)];
    let any = -8 * 86_400_000_i64..8 * 86_400_000;
    prop_oneof![1 => around, 2 => any].prop_map(Duration::milliseconds)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn no_two_recorded_associations_overlap(
        why in prop::sample::select(&WAYS[..]),
        left in moments(),
        acted in moments(),
        by_yes in any::<bool>(),
    ) {
        let mut line = Line::begun();
        let end = line.end_of_window();
        let (leaves, acts) = (end + left, end + acted);
        let accepts = by_yes && acts < end;
        let closed = acts.max(end + Duration::seconds(120));
        let activated = if accepts { acts } else { closed };
        if leaves < activated {
            line.leave(why, leaves);
        }
        if accepts {
            line.take_over(&Command::Accept { items: these(&[]) }, administrator(), acts);
        } else {
            line.take_over(&Command::DeadlinePassed, Actor::System, closed);
        }
        if leaves >= activated {
            line.leave(why, leaves);
        }
        line.no_two_recorded_associations_overlap()?;
    }
}

#[test]
fn who_leaves_in_the_ended_window_of_the_next_leaves_at_its_end_for_its_own_reason() {
    for why in WAYS {
        let mut line = Line::begun();
        let end = line.end_of_window();
        line.leave(why, end + Duration::minutes(1));
        let status = line.holder.claim.item_status(line.holder.claim.items.first().unwrap());
        let kept =
            matches!(status, ItemStatus::Ended { reason, at, .. } if reason == why && at == end);
        assert!(kept, "{why:?}: {status:?}");
    }
}

#[test]
fn a_no_to_an_active_and_an_undecided_item_ends_the_active_one_where_the_next_ones_began() {
    let mut line = Line::begun();
    let holder = Given::notifying().delivered(FIRST, at("2027-01-14T14:00:00Z"));
    let first = Command::Accept { items: these(&[1]) };
    line.holder = holder.then(&first, administrator(), at("2027-01-15T09:00:00Z"));
    let (end, now) = (line.end_of_window(), line.end_of_window() + Duration::minutes(1));
    let event = line.holder.when(&decline(&[]), link(), now).unwrap().unwrap();
    assert!(matches!(event.body, EventBody::ItemsDeclined { .. }), "{event:?}");
    line.holder = line.holder.clone().evolved(line.as_committed(event));
    assert_eq!(recorded(&line.holder).1, Some(end));
    let status = line.holder.claim.item_status(&line.holder.claim.items[1]);
    assert!(matches!(status, ItemStatus::Declined { at, .. } if at == now), "{status:?}");
}

#[test]
fn a_yes_that_arrived_before_the_holder_left_begins_when_the_holder_had_left() {
    let mut line = Line::begun();
    let left_at = line.end_of_window() - Duration::minutes(5);
    let yes = |line: &Line, at| {
        let accept = Command::Accept { items: these(&[]) };
        line.next.when(&accept, administrator(), at).unwrap().unwrap()
    };
    let (before, after) = (left_at - Duration::seconds(20), left_at + Duration::seconds(20));
    assert_eq!(delay_begin(&yes(&line, after), left_at), None);
    line.leave(EndReason::PartnerLeft, left_at);
    let begun = delay_begin(&yes(&line, before), left_at).unwrap();
    line.next = line.next.clone().evolved(begun);
    assert_eq!(recorded(&line.next), (left_at, None));
    line.no_two_recorded_associations_overlap().unwrap();
}

#[test]
fn who_leaves_before_leaves_at_that_moment() {
    for why in WAYS {
        let mut line = Line::begun();
        let now = line.end_of_window() - Duration::milliseconds(1);
        line.leave(why, now);
        assert_eq!(recorded(&line.holder).1, Some(now), "{why:?}");
    }
}

#[test]
fn no_other_event_is_changed_by_who_is_next() {
    let given = Given::awaiting();
    for (command, actor) in [(decline(&[1]), link()), (hold(), operator())] {
        let event = given.when(&command, actor, delivered_at()).unwrap().unwrap();
        assert_eq!(ended_before_next(&event, at("2020-01-01T00:00:00Z")), None, "{command:?}");
    }
}

#[test]
fn an_association_does_not_end_before_it_began_though_its_no_arrived_before_its_yes() {
    let yes = delivered_at() + Duration::seconds(10);
    let accepted =
        Given::awaiting().then(&Command::Accept { items: these(&[]) }, administrator(), yes);
    let no = yes - Duration::seconds(5);
    let ended = accepted.then(&decline(&[]), link(), no);
    assert_eq!((ended.status(), recorded(&ended)), (Status::Ended, (yes, Some(yes))));
    let body = &ended.events.last().unwrap().body;
    assert!(matches!(body, EventBody::AssociationEnded { reason: EndReason::CustomerRevoked, .. }));
}
