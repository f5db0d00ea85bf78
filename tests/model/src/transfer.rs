//! One item and two claims on it (`docs/domain.md §3`, *Exclusivity*): of two partners, or of one that renews what it
//! holds (§3.13). A lock, and transactions that hold what they read. Two workers, either claim's customer and partner,
//! and the operator.

use std::collections::BTreeSet;

use chrono::Duration;
use domain::actor::Actor;
use domain::claim::{
    Basis, Claim, Defence, Details, Instant, ItemStatus, Renewal, State as ClaimState, Status,
};
use domain::command::{Command, DeclaredEvidence};
use domain::context::{Rival, RivalStatus};
use domain::decide::is_due;
use domain::effects::{self, LockChange};
use domain::event::Event;
use domain::ids::{ClaimId, ItemNo, Sha256Hash};
use domain::motive::Motive;
use domain::program::Policy;
use domain::reason::EndReason;
use domain::recipient::{RecipientNo, Reports};
use domain::text::Name;
use stateright::{Model, Property};

use crate::given::{
    FIRST, Known, World, accept, at, comment, decline, link, operator, partner_id, undo,
};
use crate::record::{Answer, Memo, Record, Refused};

/// What a mutant does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutation {
    /// A decline gives the lock back at once, though it can still be undone.
    LockReleasedAtDecline,
    /// A newcomer takes over whatever has become of the holder's record.
    HolderUnasked,
    /// A renewal begins, and what it renews runs on.
    OldLeftRunning,
    /// The customer's end of the old association leaves its renewal waiting.
    RenewalLeftWaiting,
}

/// What must come about in some model, or its promises would be kept by nothing ever happening.
const SUPERSEDED: &str = "by silence, the newcomer supersedes the holder";
const SUPERSEDED_BY_A_YES: &str = "by the customer's yes, the newcomer supersedes the holder";
const LET_IN: &str = "a settled no lets the rival in";
const RENEWED: &str = "by silence, the association begins anew as the old one ends for it";
const RENEWED_BY_A_YES: &str = "by the customer's yes, it begins anew as the old one ends for it";
const RENEWED_LATER: &str = "it begins anew after the old term has ended";
const REFUSED_WITH_THE_OLD: &str = "the end of the old association refuses its renewal";
/// What a mutant of a renewal breaks.
pub const NO_GAP: &str = "an association ends for its renewal where that begins, else before it";
/// The same of the customer's end of the old one.
pub const NO_RESTART: &str = "I2: what the customer has ended is not begun anew";

/// Who holds the item, and who is next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lock {
    active: Option<usize>,
    next: Option<usize>,
}

/// What is stored.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Table {
    claims: [Record; 2],
    lock: Lock,
}

/// What somebody does to a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// Its customer says no.
    Decline,
    /// And takes it back.
    Undo,
    /// Its customer's administrator says yes.
    Accept,
    /// Its partner leaves.
    Leave,
    /// Its partner adds evidence.
    Defend,
    /// The operator validates it.
    Validate,
    /// Its notice arrives.
    Deliver,
    /// Its deadline has passed, by a worker or a reader.
    Silence,
    /// Its decline can no longer be undone.
    Settle,
}

/// Somebody at a claim: nobody, or with what was read and when.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Process {
    /// Nothing to do.
    Idle,
    /// At the moment, about a claim.
    Came(Action, usize, usize),
    /// Everything has been read.
    Read(Action, usize, usize, Table),
}

/// Everything there is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct State {
    moment: usize,
    table: Table,
    processes: [Process; 2],
    left: u8,
    crashes: u8,
    /// The "no" of each claim's customer that was taken and stands.
    refused: [bool; 2],
    /// The versions that were written, with what they say: each has one event.
    doubled: bool,
    written: BTreeSet<(usize, u32)>,
}

/// A step of the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The next moment comes.
    Tick,
    /// Somebody comes to do something to a claim.
    Come(usize, Action, usize),
    /// A read.
    Read(usize),
    /// A write; whether the answer is heard.
    Write(usize, bool),
    /// The process ends.
    Crash(usize),
}

/// The model.
pub struct Transfer {
    worlds: [World; 2],
    moments: Vec<Instant>,
    table: Table,
    actions: u8,
    /// Whether the administrator says yes: where nobody is taken over, it only multiplies the states.
    says_yes: bool,
    mutation: Option<Mutation>,
    /// What comes about in it.
    shows: &'static [&'static str],
    known: Memo<Question>,
}

/// What is asked of the domain about a claim, at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Question {
    /// What an action does; of the rival, if there is one, whether it is active; and when the window of who is next ends.
    Action(Action, usize, usize, Option<bool>, Option<Instant>),
    /// What the end of an association does that another claim takes over, and since when that is.
    Supersede(usize, usize, Instant),
    /// What the customer's end of an association does to the claim that renews it.
    Refuse(usize, usize),
}

/// What a write leaves, if nobody was faster.
struct Change {
    table: Table,
    /// Whether what was read of each claim must still be so, and the lock.
    asks: [bool; 2],
    asks_lock: bool,
}

impl Transfer {
    /// A holder, and a newcomer whose window is open.
    pub fn taken_over() -> Self {
        let worlds = worlds();
        let holder = awaiting(&worlds[0], at("2026-12-01T14:00:00Z"));
        let closed = holder.closes_at().expect("a window") + Duration::seconds(120);
        let holder = worlds[0].after(&holder, Actor::System, &Command::DeadlinePassed, closed);
        let newcomer = awaiting(&worlds[1], at("2026-12-22T14:00:00Z"));
        let newcomer = newcomer.with(Claim { contested: true, ..newcomer.claim().clone() });
        let lock = Lock { active: Some(0), next: Some(1) };
        let shows = &[SUPERSEDED, SUPERSEDED_BY_A_YES];
        Self { says_yes: true, shows, ..Self::of(worlds, [holder, newcomer], lock) }
    }

    /// A claim whose window is open, and another that waits to be validated.
    pub fn in_turn() -> Self {
        let worlds = worlds();
        let first = awaiting(&worlds[0], at("2026-12-22T14:00:00Z"));
        let at = at("2026-12-21T14:00:00Z");
        let second = worlds[1].submitted(at);
        let second = worlds[1].after(&second, operator(), &Command::BeginReview, at);
        let lock = Lock { active: Some(0), next: None };
        Self { shows: &[LET_IN], ..Self::of(worlds, [first, second], lock) }
    }

    /// An association whose term ends soon, and its renewal, whose window is open.
    pub fn renewed() -> Self {
        let policy = Policy { term_months: Some(1), ..Policy::default() };
        let worlds = [(); 2].map(|()| World::new(policy.clone(), "p-alpine"));
        let old = awaiting(&worlds[0], at("2026-12-01T14:00:00Z"));
        let closed = old.closes_at().expect("a window") + Duration::seconds(120);
        let old = worlds[0].after(&old, Actor::System, &Command::DeadlinePassed, closed);
        let new = awaiting(&worlds[1], at("2026-12-22T14:00:00Z"));
        let id = ClaimId::of(&partner_id("p-alpine"), "renewal");
        let renews = Some(Renewal { claim: old.claim().id.clone(), item: None });
        let details = Details { renews, ..new.claim().details.clone() };
        let new = new.with(Claim { id, details, ..new.claim().clone() });
        let lock = Lock { active: Some(0), next: Some(1) };
        let shows = &[RENEWED, RENEWED_BY_A_YES, RENEWED_LATER, REFUSED_WITH_THE_OLD];
        let of = Self::of(worlds, [old, new], lock);
        Self { says_yes: true, shows, actions: 3, ..of }
    }

    fn of(worlds: [World; 2], claims: [Record; 2], lock: Lock) -> Self {
        let moments = [
            "2026-12-22T15:00:00Z",
            "2026-12-31T22:59:59Z",
            "2026-12-31T23:00:15Z",
            "2026-12-31T23:02:05Z",
            "2027-01-20T12:00:00Z",
        ];
        let moments = moments.into_iter().map(at).collect();
        let table = Table { claims, lock };
        Self {
            worlds,
            moments,
            table,
            actions: 5,
            says_yes: false,
            mutation: None,
            shows: &[],
            known: Memo::default(),
        }
    }

    /// The same with a mistake in it.
    #[must_use]
    pub fn with(self, mutation: Mutation) -> Self {
        Self { mutation: Some(mutation), ..self }
    }

    fn now(&self, state: &State) -> Instant {
        self.moments[state.moment]
    }

    /// What there is to be done to a claim, as far as anybody can see.
    fn possible_actions(&self, state: &State, no: usize) -> Vec<Action> {
        let record = &state.table.claims[no];
        let status = record.claim().status();
        let policy = self.worlds[no].policy();
        let now = self.now(state);
        let open = status == Status::AwaitingCustomer;
        let has_term = record.claim().state.term_ends_at().is_some();
        let due = is_due(record.claim(), policy, now) && (open || (has_term && record.is_active()));
        let settled =
            effects::declines_settle_at(record.claim(), policy).is_some_and(|end| end <= now);
        let holds = [state.table.lock.active, state.table.lock.next].contains(&Some(no));
        let customers = record.claim().notice.0 > 0;
        let all = [
            (Action::Decline, customers && state.left > 0),
            (Action::Undo, state.refused[no] && state.left > 0),
            (Action::Accept, self.says_yes && open && state.left > 0),
            (Action::Leave, record.is_active() && state.left > 0),
            (Action::Defend, status == Status::Associated && state.left > 0),
            (Action::Validate, status == Status::InReview && state.left > 0),
            (Action::Deliver, status == Status::Notifying),
            (Action::Silence, due),
            (Action::Settle, settled && holds && status == Status::Declined),
        ];
        all.into_iter().filter(|(_, there)| *there).map(|(action, _)| action).collect()
    }

    fn command(&self, action: Action, no: usize, claim: &Claim) -> Option<(Actor, Command)> {
        let world = &self.worlds[no];
        Some(match action {
            Action::Decline => (link(claim.notice.0, FIRST), decline()),
            Action::Undo => (link(claim.notice.0, FIRST), undo()),
            Action::Accept => (world.administrator(), accept()),
            Action::Leave => (
                world.partner_admin(),
                Command::End {
                    item: ItemNo(1),
                    comment: Some(comment()),
                    motive: Some(Motive::Other),
                },
            ),
            Action::Defend => (world.partner_admin(), Command::AddEvidence(Box::new(evidence()))),
            Action::Validate => {
                let comment = Some(comment());
                (operator(), Command::Validate { drop: Vec::new(), comment })
            }
            Action::Deliver => (Actor::System, Command::ApplyReports { notice: claim.notice }),
            Action::Silence => (Actor::System, Command::DeadlinePassed),
            Action::Settle => return None,
        })
    }

    /// How the other stands to the item, where the lock names that claim.
    fn rivals(&self, table: &Table, no: usize, now: Instant) -> Vec<Rival> {
        let other = 1 - no;
        let named = [table.lock.active, table.lock.next].contains(&Some(other));
        let record = &table.claims[other];
        if !named || !effects::holds_lock(record.claim(), record.item()) {
            return Vec::new();
        }
        let policy = self.worlds[other].policy();
        if effects::declines_settle_at(record.claim(), policy).is_some_and(|end| end <= now) {
            return Vec::new();
        }
        let standing = if record.is_active() { RivalStatus::Active } else { RivalStatus::Next };
        let defence = Some(Defence { until: self.moments[0], used: true });
        let (item, rival_item) = (ItemNo(1), ItemNo(1));
        let claim = record.claim().id.clone();
        vec![Rival { item, claim, rival_item, standing, defence, held_since: None, place: None }]
    }

    /// What somebody writes who has read this; `None`: nothing.
    fn change(
        &self,
        action: Action,
        no: usize,
        since: usize,
        read: &Table,
        now: usize,
    ) -> Option<Change> {
        let claim = read.claims[no].claim();
        if action == Action::Settle {
            let ClaimState::Declined { window: Some(_) } = claim.state else { return None };
            let table = Table { lock: released(read.lock, no), ..read.clone() };
            return Some(Change { table, asks: only(no), asks_lock: true });
        }
        let moment = if action == Action::Silence { now } else { since };
        let rivals = self.rivals(read, no, self.moments[now]);
        let rival = rivals.first().map(|rival| rival.standing == RivalStatus::Active);
        let next_from = window_of_next(read, no);
        let question = Question::Action(action, no, moment, rival, next_from);
        let answer = self.known.answer(&read.claims[no], question, || {
            let (actor, command) = self.command(action, no, claim).ok_or(Refused)?;
            let event = self.ask(&read.claims[no], no, actor, &command, moment, rivals)?;
            let in_line = next_from.and_then(|from| {
                event.as_ref().and_then(|own| effects::ended_before_next(own, from))
            });
            after(&read.claims[no], in_line.or(event))
        });
        let next = answer.ok()??;
        let new = next.claim();
        let mut change = Change { table: read.clone(), asks: only(no), asks_lock: false };
        for step in effects::lock_changes(Some(claim), new) {
            change.asks_lock = true;
            change.table.lock = match step {
                LockChange::Take(_) => self.taken(read, no, self.moments[now])?,
                LockChange::Release(_) => released(read.lock, no),
            };
        }
        if action == Action::Decline && self.mutation == Some(Mutation::LockReleasedAtDecline) {
            change.table.lock = released(read.lock, no);
        }
        if !effects::activated_items(claim, new).is_empty() && read.lock.next == Some(no) {
            let since = next.status().active_since()?;
            self.take_over(read, no, (moment, since), &mut change)?;
        }
        if !effects::newly_blocked(Some(claim), new).is_empty() {
            self.refuse_renewal(read, no, moment, &mut change)?;
        }
        change.table.claims[no] = next;
        Some(change)
    }

    /// What a command on a record leads to.
    fn ask(
        &self,
        record: &Record,
        no: usize,
        actor: Actor,
        command: &Command,
        moment: usize,
        rivals: Vec<Rival>,
    ) -> Result<Option<Event>, Refused> {
        let at = self.moments[moment];
        let known = Known { rivals, recipients: record.recipients(delivered(at)) };
        let context = self.worlds[no].context(actor, at, known);
        domain::decide(Some(record.claim()), command, &context).map_err(|_| Refused)
    }

    /// The lock with the claim in it, where there is room.
    fn taken(&self, read: &Table, no: usize, now: Instant) -> Option<Lock> {
        match self.rivals(read, no, now).first().map(|rival| rival.standing) {
            None => Some(Lock { active: Some(no), next: None }),
            Some(RivalStatus::Active) => Some(Lock { active: read.lock.active, next: Some(no) }),
            Some(RivalStatus::Next | RivalStatus::Open) => None,
        }
    }

    /// The holder's association ends with the same transaction.
    fn take_over(
        &self,
        read: &Table,
        no: usize,
        (moment, since): (usize, Instant),
        change: &mut Change,
    ) -> Option<()> {
        let holder = read.lock.active?;
        let record = &read.claims[holder];
        let answer = self.known.answer(record, Question::Supersede(holder, moment, since), || {
            let renewed = read.claims[no].claim().renews(&record.claim().id);
            let command = Command::Supersede { items: vec![ItemNo(1)], since, renewed };
            after(record, self.ask(record, holder, Actor::System, &command, moment, Vec::new())?)
        });
        if self.mutation != Some(Mutation::OldLeftRunning) {
            change.table.claims[holder] = answer.ok()??;
        }
        change.table.lock = Lock { active: Some(no), next: None };
        change.asks_lock = true;
        change.asks[holder] = self.mutation != Some(Mutation::HolderUnasked);
        Some(())
    }

    /// What would renew an association that the customer ends is refused in the same transaction.
    fn refuse_renewal(
        &self,
        read: &Table,
        no: usize,
        at: usize,
        change: &mut Change,
    ) -> Option<()> {
        let Lock { active, next: Some(next) } = read.lock else { return Some(()) };
        let (old, new) = (read.claims[no].claim(), &read.claims[next]);
        let is_left = self.mutation == Some(Mutation::RenewalLeftWaiting);
        if active != Some(no) || !new.claim().renews(&old.id) || is_left {
            return Some(());
        }
        let answer = self.known.answer(new, Question::Refuse(next, at), || {
            let customer = self.worlds[next].administrator();
            after(new, self.ask(new, next, customer, &decline(), at, Vec::new())?)
        });
        if let Some(refused) = answer.ok()? {
            change.table.claims[next] = refused;
            change.asks[next] = true;
        }
        Some(())
    }

    /// What must come about, where the model is made for it.
    fn shown(&self) -> Vec<Property<Self>> {
        let all = [
            Property::sometimes(SUPERSEDED, |_: &Self, state: &State| {
                supersedes(state, Basis::Deemed)
            }),
            Property::sometimes(SUPERSEDED_BY_A_YES, |_: &Self, state: &State| {
                supersedes(state, Basis::Explicit)
            }),
            Property::sometimes(LET_IN, |_: &Self, state: &State| {
                let declined = state.table.claims[0].claim().status() == Status::Declined;
                declined && state.table.lock.active == Some(1)
            }),
            Property::sometimes(RENEWED, |_: &Self, state: &State| {
                follows(state, EndReason::Renewed, Basis::Deemed)
            }),
            Property::sometimes(RENEWED_BY_A_YES, |_: &Self, state: &State| {
                follows(state, EndReason::Renewed, Basis::Explicit)
            }),
            Property::sometimes(RENEWED_LATER, |_: &Self, state: &State| {
                follows(state, EndReason::TermExpired, Basis::Deemed)
            }),
            Property::sometimes(REFUSED_WITH_THE_OLD, |_: &Self, state: &State| {
                let [old, new] = state.table.claims.each_ref().map(Record::status);
                let revoked =
                    matches!(old, ItemStatus::Ended { reason: EndReason::CustomerRevoked, .. });
                revoked && matches!(new, ItemStatus::Declined { .. })
            }),
        ];
        all.into_iter().filter(|property| self.shows.contains(&property.name)).collect()
    }

    fn write(&self, state: &mut State, who: usize, heard: bool) {
        let Process::Read(action, no, since, read) = state.processes[who].clone() else { return };
        let Some(change) = self.change(action, no, since, &read, state.moment) else {
            state.processes[who] = Process::Idle;
            return;
        };
        let unmoved = |claim: usize| state.table.claims[claim] == read.claims[claim];
        let holds = (0..2).all(|claim| !change.asks[claim] || unmoved(claim))
            && (!change.asks_lock || state.table.lock == read.lock);
        if !holds {
            state.processes[who] = Process::Came(action, no, since);
            return;
        }
        // What the transaction does not write stays as it is by now.
        for claim in 0..2 {
            if change.table.claims[claim] != read.claims[claim] {
                let version = change.table.claims[claim].claim().version.0;
                state.doubled |= !state.written.insert((claim, version));
                state.table.claims[claim] = change.table.claims[claim].clone();
            }
        }
        if change.table.lock != read.lock {
            state.table.lock = change.table.lock;
        }
        match action {
            Action::Decline => state.refused[no] = true,
            Action::Undo => state.refused[no] = false,
            Action::Accept
            | Action::Leave
            | Action::Defend
            | Action::Validate
            | Action::Deliver
            | Action::Silence
            | Action::Settle => {}
        }
        state.processes[who] = if heard { Process::Idle } else { Process::Came(action, no, since) };
    }
}

impl Model for Transfer {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        let versions = self.table.claims.iter().enumerate();
        vec![State {
            moment: 0,
            table: self.table.clone(),
            processes: [Process::Idle, Process::Idle],
            left: self.actions,
            crashes: 1,
            refused: [false, false],
            doubled: false,
            written: versions.map(|(no, record)| (no, record.claim().version.0)).collect(),
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        if state.moment + 1 < self.moments.len() {
            steps.push(Step::Tick);
        }
        for (who, process) in state.processes.iter().enumerate() {
            match process {
                Process::Idle => {
                    for no in 0..2 {
                        let actions = self.possible_actions(state, no).into_iter();
                        steps.extend(actions.map(|action| Step::Come(who, action, no)));
                    }
                }
                Process::Came(..) => steps.push(Step::Read(who)),
                Process::Read(..) => {
                    steps.push(Step::Write(who, true));
                    if state.crashes > 0 {
                        steps.push(Step::Write(who, false));
                    }
                }
            }
            if *process != Process::Idle && state.crashes > 0 {
                steps.push(Step::Crash(who));
            }
        }
    }

    fn next_state(&self, before: &State, step: Step) -> Option<State> {
        let mut state = before.clone();
        match step {
            Step::Tick => {
                state.moment += 1;
                for process in &mut state.processes {
                    let (Process::Came(action, _, since) | Process::Read(action, _, since, _)) =
                        process
                    else {
                        continue;
                    };
                    let ran = self.moments[state.moment] - self.moments[*since];
                    // A worker goes on with the next invocation; a request is answered or is not.
                    let lasts =
                        matches!(action, Action::Silence | Action::Settle | Action::Deliver);
                    if !lasts && ran > Duration::seconds(20) {
                        *process = Process::Idle;
                    }
                }
            }
            Step::Come(who, action, no) => {
                let own = matches!(action, Action::Silence | Action::Settle | Action::Deliver);
                state.left -= u8::from(!own);
                state.processes[who] = Process::Came(action, no, state.moment);
            }
            Step::Read(who) => {
                let Process::Came(action, no, since) = state.processes[who] else { return None };
                state.processes[who] = Process::Read(action, no, since, state.table.clone());
            }
            Step::Write(who, heard) => {
                state.crashes -= u8::from(!heard);
                self.write(&mut state, who, heard);
            }
            Step::Crash(who) => {
                state.crashes -= 1;
                state.processes[who] = Process::Idle;
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = vec![
            Property::always("I3: one active association", |_, state: &State| {
                !state.table.claims.iter().all(Record::is_active)
            }),
            Property::always("I2: a no is never lost", |_, state: &State| {
                (0..2).all(|no| !(state.refused[no] && state.table.claims[no].is_active()))
            }),
            Property::always("I7: each version has one event", |_, state: &State| !state.doubled),
            Property::always("whoever is active holds the lock", |_, state: &State| {
                let holds = |no: usize| state.table.lock.active == Some(no);
                (0..2).all(|no| !state.table.claims[no].is_active() || holds(no))
            }),
            Property::always("no lock without an owner is left", |model: &Self, state: &State| {
                let idle = state.processes.iter().all(|process| *process == Process::Idle);
                let nothing_due = (0..2).all(|no| {
                    let own = [Action::Silence, Action::Settle, Action::Deliver];
                    !model.possible_actions(state, no).iter().any(|action| own.contains(action))
                });
                let owned = |no: usize| {
                    let record = &state.table.claims[no];
                    effects::holds_lock(record.claim(), record.item())
                };
                let last = state.moment + 1 == model.moments.len();
                let named = [state.table.lock.active, state.table.lock.next];
                !(last && idle && nothing_due) || named.into_iter().flatten().all(owned)
            }),
            Property::always(NO_GAP, |_, state: &State| {
                let (ItemStatus::Ended { reason, at, .. }, true) =
                    (state.table.claims[0].status(), renews(state))
                else {
                    return true;
                };
                let new = state.table.claims[1].status();
                let begins_at = begins_at(new);
                let is_renewed = reason == EndReason::Renewed;
                // That a "yes" waits until the holder has left is no part of the model.
                let precedes = begins_at.is_none_or(|since| at <= since) || is_by_yes(new);
                begins_at == Some(at) || (!is_renewed && precedes)
            }),
            Property::always(NO_RESTART, |_, state: &State| {
                let [old, new] = state.table.claims.each_ref().map(Record::status);
                let revoked =
                    matches!(old, ItemStatus::Ended { reason: EndReason::CustomerRevoked, .. });
                !(renews(state) && revoked && begins_at(new).is_some())
            }),
            Property::sometimes("the item changes hands", |_, state: &State| {
                state.table.claims[1].is_active()
            }),
        ];
        properties.extend(self.shown());
        properties
    }
}

fn worlds() -> [World; 2] {
    ["p-alpine", "p-borealis"].map(|partner| World::new(Policy::default(), partner))
}

/// A claim whose window is open since then.
fn awaiting(world: &World, at: Instant) -> Record {
    world.awaiting(&world.notifying(at - Duration::hours(1)), at)
}

/// The notice was delivered to the first verified contact, and nothing has failed.
fn delivered(at: Instant) -> Reports {
    let mut reports = Reports::default();
    reports.report_mut(RecipientNo(FIRST)).delivered_at = Some(at);
    reports
}

fn evidence() -> DeclaredEvidence {
    DeclaredEvidence {
        name: Name::parse("mail.pdf").expect("a name"),
        sha256: Sha256Hash([9; 32]),
        acknowledged_on: chrono::NaiveDate::from_ymd_opt(2026, 11, 2).expect("a date"),
    }
}

/// Whether the second claim renews the first.
fn renews(state: &State) -> bool {
    let [old, new] = state.table.claims.each_ref().map(Record::claim);
    new.renews(&old.id)
}

/// Whether the newcomer is active for that reason, and the holder's association ended with it.
fn supersedes(state: &State, basis: Basis) -> bool {
    follows(state, EndReason::Superseded, basis)
}

/// Whether the second is active by that, and the first ended for that reason.
fn follows(state: &State, ended: EndReason, by: Basis) -> bool {
    let [first, second] = state.table.claims.each_ref().map(Record::status);
    let has_ended = matches!(first, ItemStatus::Ended { reason, .. } if reason == ended);
    has_ended && matches!(second, ItemStatus::Active { basis, .. } if basis == by)
}

/// Whether an item is or was associated by a "yes".
fn is_by_yes(status: ItemStatus) -> bool {
    let (ItemStatus::Active { basis, .. } | ItemStatus::Ended { basis, .. }) = status else {
        return false;
    };
    basis == Basis::Explicit
}

/// Since when an item is or was associated.
fn begins_at(status: ItemStatus) -> Option<Instant> {
    match status {
        ItemStatus::Active { effective_at, .. } | ItemStatus::Ended { effective_at, .. } => {
            Some(effective_at)
        }
        ItemStatus::Proposed
        | ItemStatus::Pending
        | ItemStatus::Declined { .. }
        | ItemStatus::Dropped
        | ItemStatus::Withdrawn
        | ItemStatus::Rejected => None,
    }
}

/// When the window of who is next behind a claim ends: what ends later ends there.
fn window_of_next(read: &Table, no: usize) -> Option<Instant> {
    let next = read.lock.next.filter(|_| read.lock.active == Some(no))?;
    let next = read.claims.get(next)?;
    next.closes_at().filter(|_| next.claim().status() == Status::AwaitingCustomer)
}

/// The record after an event, if there is one.
fn after(record: &Record, event: Option<Event>) -> Answer {
    event.map(|event| record.after(&event).map_err(|_| Refused)).transpose()
}

/// The lock without the claim: the next moves up.
fn released(lock: Lock, no: usize) -> Lock {
    match lock {
        Lock { active: Some(own), next } if own == no => Lock { active: next, next: None },
        Lock { active, next: Some(own) } if own == no => Lock { active, next: None },
        other => other,
    }
}

fn only(no: usize) -> [bool; 2] {
    [no == 0, no == 1]
}
