//! The invariants of `docs/domain.md §4`, on random sequences of commands and reports by everybody, with a moving
//! clock. I5 needs the store, and so does I3 of two partners; I9 has examples of its own.

mod renewals;

use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;
use domain::actor::Actor;
use domain::claim::{Basis, Claim, ExtensionCause, ItemStatus, State, Status};
use domain::command::Command;
use domain::decide::is_due;
use domain::effects::ended_before_next;
use domain::event::{Event, EventBody, FailureCause, NoticeChange, Silence};
use domain::ids::{ItemNo, NoticeNo};
use domain::program::Policy;
use domain::recipient::{Authority, Decliners, RecipientNo, RecipientStanding};
use domain::{content, evolve};
use proptest::prelude::*;

use crate::given::*;

const FOUR: [&str; 4] = [
    "it@contoso.example",
    "ciso@contoso.example",
    "audit@contoso.example",
    "board@holding.example",
];

/// What one step does.
#[derive(Debug, Clone)]
enum Act {
    /// A command of somebody without a link.
    Say(Command, Actor),
    /// A command by the link of a recipient: of the present notice, or of the first.
    ByLink { command: Command, recipient: Option<RecipientNo>, first: bool },
    /// The present notice is delivered to a recipient.
    Delivered(RecipientNo),
    /// It failed there, so many minutes ago.
    Failed(RecipientNo, i64, FailureCause),
}

/// One step: what happens, how long after the step before.
#[derive(Debug, Clone)]
struct Step {
    act: Act,
    after: Duration,
}

fn recipients() -> impl Strategy<Value = RecipientNo> {
    prop_oneof![
        2 => Just(DOMAIN),
        4 => Just(FIRST),
        4 => Just(SECOND),
        2 => (4_u8..8).prop_map(RecipientNo),
    ]
}

fn acts() -> impl Strategy<Value = Act> {
    let items = || prop::sample::subsequence(vec![1_u8, 2, 3], 0..=3);
    let cause = prop_oneof![
        3 => Just(FailureCause::Bounce),
        1 => Just(FailureCause::Complaint),
        1 => Just(FailureCause::Suppressed),
    ];
    let by_link =
        (0_u8..9, items(), prop::option::weighted(0.9, recipients()), prop::bool::weighted(0.2));
    let failed = (recipients(), prop_oneof![2 => Just(0_i64), 1 => 0_i64..20_000], cause);
    prop_oneof![
        8 => (0_u8..28, items()).prop_map(|(kind, items)| said(kind, &items)),
        8 => by_link.prop_map(|(kind, items, recipient, first)| Act::ByLink {
            command: by_customer(kind, &items),
            recipient,
            first,
        }),
        4 => recipients().prop_map(Act::Delivered),
        2 => failed.prop_map(|(no, ago, cause)| Act::Failed(no, ago, cause)),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let minutes = prop_oneof![4 => 0_i64..300, 1 => 0_i64..20_000];
    (acts(), minutes).prop_map(|(act, minutes)| Step { act, after: Duration::minutes(minutes) })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 1..32)
}

fn by_customer(kind: u8, items: &[u8]) -> Command {
    match kind {
        0..=2 => decline(items),
        3..=5 => undo(items),
        6 => Command::Extend { closes_on: None },
        7 => Command::WrongContact,
        _ => Command::Accept { items: these(items) },
    }
}

fn said(kind: u8, items: &[u8]) -> Act {
    let first = items.first().copied().unwrap_or(1);
    let (command, actor) = match kind {
        0 | 1 => (Command::BeginReview, reviewer()),
        2..=4 => (Command::Validate { drop: vec![], comment: None }, reviewer()),
        5 => (decline(items), administrator()),
        6 | 7 => (undo(items), administrator()),
        8 => (Command::Accept { items: these(items) }, administrator()),
        9 => (Command::Extend { closes_on: None }, administrator()),
        10 => (retire(RecipientNo(first)), administrator()),
        11 => (retire(RecipientNo(first + 1)), operator()),
        12 => (Command::ChangeConsent, administrator()),
        13 if first == 1 => (withdraw(), alpine()),
        13 => {
            let closes_on = Some("2027-02-01".parse().unwrap());
            (Command::Extend { closes_on }, operator())
        }
        14 => (end(first), alpine()),
        15 | 16 => (hold(), operator()),
        17..=19 => (Command::Resume, operator()),
        20 => (Command::Dispute { comment: comment() }, alpine()),
        21 => (Command::Overturn { comment: comment() }, operator()),
        22 => {
            let contact = contact(FOUR.get(usize::from(first)).unwrap());
            (Command::CorrectContact { contact, comment: None }, operator())
        }
        23 => (
            Command::CorrectContact { contact: contact("ota@contoso.example"), comment: None },
            alpine(),
        ),
        24 => (Command::Vouch { comment: Some(comment()) }, operator()),
        25 => (Command::RefuseContact { comment: None }, operator()),
        26 => {
            let gone = domain::command::DirectoryLoss::Items(vec![ItemNo(first)]);
            (Command::Vanish(gone), Actor::System)
        }
        _ => (reject(), reviewer()),
    };
    Act::Say(command, actor)
}

/// What the steps did, checked after each.
struct World {
    given: Given,
    now: Instant,
    /// The noes that stand: of whom, on which item.
    noes: BTreeSet<(ItemNo, u32)>,
    /// The items that the customer ended.
    ended: BTreeSet<ItemNo>,
    /// The latest end of a window that was told.
    told: Option<Instant>,
    /// When a recipient refused or was retired.
    left: BTreeMap<RecipientNo, Instant>,
    /// Whose delivery had stood for a full window when silence made items active.
    carriers: BTreeSet<RecipientNo>,
    numbers: BTreeMap<String, RecipientNo>,
    extensions: Vec<(NoticeNo, ExtensionCause)>,
    /// When the window of who is next for the items has ended: what ends, ends there.
    next_from: Option<Instant>,
}

impl World {
    fn of(given: Given) -> Self {
        Self {
            given,
            now: submitted_at() + Duration::hours(2),
            noes: BTreeSet::new(),
            ended: BTreeSet::new(),
            told: None,
            left: BTreeMap::new(),
            carriers: BTreeSet::new(),
            numbers: BTreeMap::new(),
            extensions: Vec::new(),
            next_from: None,
        }
    }

    fn take(&mut self, step: &Step) -> Result<(), TestCaseError> {
        self.now += step.after;
        self.pass_silence()?;
        self.act(&step.act)
    }

    /// What is due by now is done.
    fn pass_silence(&mut self) -> Result<(), TestCaseError> {
        while is_due(&self.given.claim, &Policy::default(), self.now) {
            let silence = self.given.when(&Command::DeadlinePassed, Actor::System, self.now);
            self.happened(silence.unwrap().expect("a due claim has a silence"), None)?;
        }
        Ok(())
    }

    fn act(&mut self, act: &Act) -> Result<(), TestCaseError> {
        match act {
            Act::Say(command, actor) => self.say(command, actor)?,
            Act::ByLink { command, recipient, first } => {
                let notice = if *first { NoticeNo(1) } else { self.given.claim.notice };
                self.say(command, &Actor::CustomerLink { notice, recipient: *recipient })?;
            }
            Act::Delivered(no) => self.report(*no, Given::noted_delivery)?,
            Act::Failed(no, ago, cause) => {
                let (ago, cause) = (Duration::minutes(*ago), *cause);
                self.report(*no, |given, no, now| given.noted_failure(no, now - ago, cause))?;
            }
        }
        self.a_right_no_is_no_error()
    }

    fn say(&mut self, command: &Command, actor: &Actor) -> Result<(), TestCaseError> {
        let before = self.given.claim.clone();
        let decided = self.given.when(command, actor.clone(), self.now);
        let no = matches!(command, Command::Decline { .. });
        if let Ok(Some(event)) = decided {
            let silent_rights =
                matches!(event.body, EventBody::LinkRetired { change: NoticeChange::None, .. });
            if is_final(&before, self.now) {
                prop_assert!(no || silent_rights, "I8: {command:?} in {:?}", before.status());
            }
            self.happened(event, Some(actor))?;
        }
        if let (Command::Decline { items, .. }, true) = (command, before.notice.0 > 0) {
            self.no_is_kept(items, actor)?;
        }
        Ok(())
    }

    /// A report of a recipient that the present notice went to is noted and acted on.
    fn report(
        &mut self,
        no: RecipientNo,
        note: impl Fn(Given, RecipientNo, Instant) -> Given,
    ) -> Result<(), TestCaseError> {
        let recipients = self.given.recipients.as_ref();
        let known = recipients.and_then(|own| own.list.get(no)).is_some();
        if known {
            self.given = note(self.given.clone(), no, self.now);
            let notice = self.given.claim.notice.0;
            let decided = self.given.when(&reports(notice), Actor::System, self.now).unwrap();
            if let Some(event) = decided {
                self.happened(event, None)?;
            }
        }
        self.silence_is_still_earned()
    }

    fn happened(&mut self, event: Event, actor: Option<&Actor>) -> Result<(), TestCaseError> {
        let before = self.given.claim.clone();
        let in_line = self.next_from.and_then(|from| ended_before_next(&event, from));
        let event = in_line.unwrap_or(event);
        prop_assert!(event.follows(Some(before.status())), "{:?}: {event:?}", before.status());
        if let Some(window) = before.state.window() {
            self.told = self.told.max(Some(window.closes_at));
        }
        self.remember(&event, actor)?;
        if let EventBody::WindowClosed { outcome: Silence::Associate, .. } = event.body {
            let State::AwaitingCustomer { window } = &before.state else { panic!("a window") };
            self.carriers = self.full_windows_before(window.closes_at);
            prop_assert!(!self.carriers.is_empty(), "no verified delivery stood for a full window");
        }
        self.given = self.given.clone().evolved(event);
        let after = &self.given.claim;
        crate::partner_news::is_told_what_it_must_do(&before, after, self.now)?;
        if before.status() == after.status()
            && before.status() != Status::Unreachable
            && let (Some(old), Some(new)) = (before.deadline(), after.deadline())
        {
            prop_assert!(new >= old, "I4: {old} became {new}");
        }
        if let State::AwaitingCustomer { window } = &after.state {
            prop_assert!(
                Some(window.closes_at) >= self.told,
                "no window ends before one that was told"
            );
            let opener = after.opened_by.and_then(|no| self.given.list().get(no));
            let verified = opener.is_some_and(|own| own.authority == Authority::Verified);
            prop_assert!(verified, "an open window names whose verified delivery counts");
        }
        self.every_no_stands()?;
        self.silence_was_earned()?;
        self.no_window_is_extended_for_ever()?;
        self.numbers_stay()?;
        self.the_record_is_the_fold_of_its_events()
    }

    fn remember(&mut self, event: &Event, actor: Option<&Actor>) -> Result<(), TestCaseError> {
        let notice = self.given.claim.notice;
        if let EventBody::ItemsDeclined { declined, ended, joined, by, .. } = &event.body {
            let said = declined.iter().chain(joined).map(|no| (*no, by.to_bits()));
            self.noes.extend(said);
            self.ended.extend(ended);
        }
        if let EventBody::AssociationEnded { items, .. } = &event.body {
            self.ended.extend(items);
        }
        if let EventBody::DeclineUndone { items, by, by_link, .. } = &event.body {
            self.only_who_may_took_it_back(*by, *by_link, actor)?;
            let taken = |bits| Decliners::of_bits(bits).is_some_and(|party| by.contains(party));
            self.noes.retain(|(item, bits)| !(items.contains(item) && taken(*bits)));
        }
        let listed = event.recipients.iter().flat_map(|list| &list.recipients);
        for own in listed.filter(|own| {
            matches!(own.standing, RecipientStanding::Refused | RecipientStanding::Retired)
        }) {
            self.left.entry(own.no).or_insert(event.at);
        }
        if let EventBody::WindowExtended { cause, .. }
        | EventBody::DeclineUndone {
            change: NoticeChange::Window { cause: Some(cause), .. },
            ..
        }
        | EventBody::ContactRefused {
            change: NoticeChange::Window { cause: Some(cause), .. },
            ..
        }
        | EventBody::LinkRetired {
            change: NoticeChange::Window { cause: Some(cause), .. },
            ..
        } = &event.body
        {
            self.extensions.push((notice, *cause));
        }
        Ok(())
    }

    /// A verified link takes back its own "no" and those of recipients of the domain, an administrator all, and
    /// nobody else any.
    fn only_who_may_took_it_back(
        &self,
        by: Decliners,
        by_link: bool,
        actor: Option<&Actor>,
    ) -> Result<(), TestCaseError> {
        match actor {
            Some(Actor::CustomerAdmin { .. }) => prop_assert!(!by_link),
            Some(Actor::CustomerLink { notice, recipient: Some(no) }) => {
                let list = self.given.list();
                prop_assert_eq!(*notice, list.notice);
                prop_assert!(list.get(*no).is_some_and(|own| own.authority == Authority::Verified));
                let others = by.without(Decliners::only_recipient(*no));
                let verified = |own: &RecipientNo| {
                    list.get(*own).is_none_or(|own| own.authority == Authority::Verified)
                };
                prop_assert!(
                    !others.has_administrator() && !others.recipients().any(|own| verified(&own))
                );
            }
            other => prop_assert!(false, "{other:?} took a no back"),
        }
        Ok(())
    }

    /// I2: a "no" to items leaves none of them waiting or active.
    fn no_is_kept(
        &self,
        items: &domain::command::ItemSelection,
        actor: &Actor,
    ) -> Result<(), TestCaseError> {
        let claim = &self.given.claim;
        // A renewal may have fewer items: a "no" that names another is a mistake.
        if let domain::command::ItemSelection::These(numbers) = items
            && numbers.iter().any(|no| claim.find_item(*no).is_none())
        {
            return Ok(());
        }
        let party = if let Actor::CustomerLink { recipient: Some(no), .. } = actor {
            Decliners::only_recipient(*no)
        } else {
            Decliners::ADMINISTRATOR
        };
        let undoable = matches!(
            claim.state,
            State::Notifying { .. }
                | State::Unreachable { .. }
                | State::OnHold { .. }
                | State::AwaitingCustomer { .. }
                | State::Declined { window: Some(_) }
        );
        for item in &claim.items {
            let chosen = match items {
                domain::command::ItemSelection::All => true,
                domain::command::ItemSelection::These(numbers) => numbers.contains(&item.no),
            };
            let status = claim.item_status(item);
            let open = claim.state.is_open() || claim.state.can_be_overturned();
            let waits = matches!(
                status,
                ItemStatus::Proposed | ItemStatus::Pending | ItemStatus::Active { .. }
            ) || (status == ItemStatus::Rejected && open);
            if let ItemStatus::Declined { by, settled: false, no_answer: false, .. } = status {
                let kept = by.contains(party);
                prop_assert!(!chosen || !undoable || kept, "I2: {party:?} said no as well");
            }
            prop_assert!(!(chosen && waits) || claim.is_final(self.now), "I2: a no was lost");
        }
        Ok(())
    }

    /// I2: in every state, by every link, also of earlier notices, and signed in.
    fn a_right_no_is_no_error(&self) -> Result<(), TestCaseError> {
        let current = self.given.claim.notice.0;
        let links = (1..=current).flat_map(|notice| {
            let known = (1..9).map(move |no| link_of(notice, RecipientNo(no)));
            known.chain([old_link(notice)])
        });
        for actor in links.chain((current > 0).then(administrator)) {
            let decided = self.given.when(&decline(&[]), actor.clone(), self.now);
            prop_assert!(decided.is_ok(), "I2: {actor:?}: {decided:?}");
        }
        Ok(())
    }

    /// Each party's "no" stands until that party takes it back, or one that may.
    fn every_no_stands(&self) -> Result<(), TestCaseError> {
        let claim = &self.given.claim;
        for (no, bits) in &self.noes {
            let status = claim.item_status(claim.find_item(*no).unwrap());
            let party = Decliners::of_bits(*bits).unwrap();
            let stands = matches!(status, ItemStatus::Declined { by, .. } if by.contains(party));
            prop_assert!(stands, "I2: item {no} of {party:?} is {}", status.as_str());
        }
        for no in &self.ended {
            let status = claim.item_status(claim.find_item(*no).unwrap());
            let ended = matches!(status, ItemStatus::Ended { .. });
            prop_assert!(ended, "I2: item {no} is {}", status.as_str());
        }
        Ok(())
    }

    /// The verified recipients whose delivery, by all that was reported, had stood for a full window at its end.
    fn full_windows_before(&self, closes_at: Instant) -> BTreeSet<RecipientNo> {
        let recipients = self.given.recipients.as_ref().expect("recipients");
        let place = place("CZ", "Europe/Prague");
        let stood = recipients.list.recipients.iter().filter(|own| {
            let report = recipients.reports.of(own.no);
            let full = report
                .delivered_at
                .is_some_and(|at| place.open_window(at, 5).unwrap().closes_at <= closes_at);
            let failed = report.failure.is_some_and(|failure| failure.at < closes_at);
            let left = self.left.get(&own.no).is_some_and(|at| *at < closes_at);
            own.authority == Authority::Verified && full && !failed && !left
        });
        stood.map(|own| own.no).collect()
    }

    /// By what is reported later, associations by silence end if no verified delivery had stood.
    fn silence_is_still_earned(&self) -> Result<(), TestCaseError> {
        let claim = &self.given.claim;
        let (State::Associated { window: Some(window), .. }, Some(recipients)) =
            (&claim.state, &self.given.recipients)
        else {
            return Ok(());
        };
        let failed = |no: &RecipientNo| {
            let failure = recipients.reports.of(*no).failure;
            failure.is_some_and(|failure| failure.at < window.closes_at)
        };
        let carried = self.carriers.iter().any(|no| !failed(no));
        let deemed = claim.active_items().any(|item| {
            matches!(claim.item_status(item), ItemStatus::Active { basis: Basis::Deemed, .. })
        });
        prop_assert!(carried || !deemed, "associations that no delivery carries");
        Ok(())
    }

    /// I1 and I6.
    fn silence_was_earned(&self) -> Result<(), TestCaseError> {
        let claim = &self.given.claim;
        for item in claim.active_items() {
            let ItemStatus::Active { basis: Basis::Deemed, effective_at } = claim.item_status(item)
            else {
                continue;
            };
            let window = claim.state.window().expect("I1: a window led here");
            prop_assert_eq!(window.closes_at, effective_at);
            prop_assert!(window.counted.len() >= 5, "I1: a full window");
            prop_assert!(window.closes_at > window.delivered_at);
            prop_assert!(claim.last_event.at >= window.closes_at, "I1: not before it closed");
            prop_assert_eq!(
                claim.content_hash,
                Some(content::content_hash(claim, &self.given.policy)),
                "I6"
            );
            prop_assert!(claim.opened_by.is_some());
            prop_assert!(!claim.subject.explicit_yes, "silence was a no");
        }
        Ok(())
    }

    /// The customer's extension comes once a claim, an undo's once a notice, another count once a recipient.
    fn no_window_is_extended_for_ever(&self) -> Result<(), TestCaseError> {
        let of = |cause| self.extensions.iter().filter(move |(_, own)| *own == cause);
        prop_assert!(of(ExtensionCause::Customer).count() <= 1);
        for notice in (1..=self.given.claim.notice.0).map(NoticeNo) {
            let times = |cause| of(cause).filter(|(own, _)| *own == notice).count();
            prop_assert!(times(ExtensionCause::Undo) <= 1);
            prop_assert!(times(ExtensionCause::Delivery) < self.given.list().recipients.len());
        }
        prop_assert!(self.given.claim.used.renewals <= 5);
        prop_assert!(self.given.claim.used.undos <= 3);
        Ok(())
    }

    fn numbers_stay(&mut self) -> Result<(), TestCaseError> {
        let Some(recipients) = &self.given.recipients else { return Ok(()) };
        let list = &recipients.list.recipients;
        prop_assert!(list.len() >= self.numbers.len(), "nobody is forgotten");
        for own in list {
            let address = own.email.as_str().to_ascii_lowercase();
            let number = *self.numbers.entry(address).or_insert(own.no);
            prop_assert_eq!(number, own.no);
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
    fn whatever_everybody_does_from_the_submit_on_the_invariants_hold(steps in steps()) {
        let mut world = World::of(Given { tenant: tenant_with(&FOUR), ..Given::submitted() });
        for step in &steps {
            world.take(step)?;
        }
    }

    #[test]
    fn whatever_everybody_does_in_a_window_the_invariants_hold(steps in steps()) {
        let mut world = World::of(Given::awaiting_of(&FOUR));
        world.now = delivered_at();
        for step in &steps {
            world.take(step)?;
        }
    }

    #[test]
    fn what_is_reported_after_the_close_ends_what_no_delivery_carried(
        delivered in prop::collection::vec((recipients(), 0_i64..15_000), 0..4),
        failed in prop::collection::vec((recipients(), 0_i64..60_000), 1..8),
    ) {
        let mut world = World::of(Given::awaiting_of(&FOUR));
        for (no, minutes) in delivered {
            world.now = delivered_at() + Duration::minutes(minutes);
            world.report(no, Given::noted_delivery)?;
        }
        world.now = after_grace();
        let close = world.given.when(&Command::DeadlinePassed, Actor::System, after_grace());
        world.happened(close.unwrap().expect("it is due"), None)?;
        world.now += Duration::days(30);
        for (no, ago) in failed {
            let act = Act::Failed(no, ago, FailureCause::Bounce);
            world.take(&Step { act, after: Duration::zero() })?;
        }
    }

    #[test]
    fn a_repeat_of_any_command_changes_nothing_or_is_refused(steps in steps()) {
        let mut given = Given::awaiting_of(&FOUR);
        let mut now = delivered_at();
        for Step { act, after } in steps {
            now += after;
            let (command, actor) = match act {
                Act::Say(command, actor) => (command, actor),
                Act::ByLink { command, recipient, .. } => {
                    (command, Actor::CustomerLink { notice: given.claim.notice, recipient })
                }
                Act::Delivered(no) => {
                    given = given.noted_delivery(no, now);
                    (reports(given.claim.notice.0), Actor::System)
                }
                Act::Failed(no, _, cause) => {
                    given = given.noted_failure(no, now, cause);
                    (reports(given.claim.notice.0), Actor::System)
                }
            };
            let Ok(Some(event)) = given.when(&command, actor.clone(), now) else { continue };
            given = given.evolved(event);
            let again = given.when(&command, actor, now);
            prop_assert!(!matches!(again, Ok(Some(_))), "{command:?} twice: {again:?}");
        }
    }
}
