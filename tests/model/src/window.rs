//! One claim and its window: two workers, the customer twice, the operator, the mail, and a reader.

use std::collections::BTreeSet;

use chrono::Duration;
use domain::actor::Actor;
use domain::claim::{Basis, Instant, ItemStatus, Status};
use domain::command::Command;
use domain::decide::is_due;
use domain::effects;
use domain::event::{Event, EventBody, Silence};
use domain::ids::NoticeNo;
use domain::program::Policy;
use stateright::{Model, Property};

use crate::given::{World, accept, at, comment, decline, link, operator, undo};
use crate::record::{Answer, Memo, Record, Refused};

/// How long a function runs at most after a request arrived, in seconds (`docs/architecture.md §3`).
const FUNCTION_S: i64 = 20;
/// The same of the function that records proofs.
const DELIVERY_S: i64 = 30;
/// By how much a checked clock may be wrong, in seconds.
const SKEW_S: i64 = 2;

/// What a mutant does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutation {
    /// The timer is put after the move that it is for.
    TimerAfterTheMove,
    /// A worker closes without asking whether the claim is still as its timer says.
    BlindClose,
    /// A version is put whatever is stored by then.
    BlindPut,
    /// The proof of an older notice opens the window of the present one.
    OlderNotice,
    /// A "no" at or after the end is refused while the window is not closed yet.
    LateNoRefused,
    /// A "no" is refused once silence has had its effect.
    NoRefusedAfterTheClose,
}

/// What must come about in some model, or its promises would be kept by nothing ever happening.
const SECOND_NOTICE: &str = "a window of the second notice closes";
const EXTENSION: &str = "an extended window closes";
const CLOSING_READER: &str = "a reader closes a window";
const CONFLICT: &str = "a put meets a conflict and is decided again";
const OWN_WRITE: &str = "an own write is recognised after a lost answer";

/// How often each may do what: the model stays finite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Left {
    /// Answers through the link.
    pub answers: u8,
    /// Answers of the signed-in administrator.
    pub accounts: u8,
    /// Steps of the operator.
    pub operator: u8,
    /// Proofs of delivery that are handed over, doubled ones too.
    pub deliveries: u8,
    /// Reads.
    pub reads: u8,
    /// Crashes of anybody.
    pub crashes: u8,
    /// Answers of the table that nobody hears.
    pub unheard: u8,
}

/// Nobody does anything.
const NOBODY: Left =
    Left { answers: 0, accounts: 0, operator: 0, deliveries: 0, reads: 0, crashes: 0, unheard: 0 };

/// Two notices may go out, and the windows of both end; the seconds that matter stand around each end,
/// and a proof may be under way from before the grace is over until after it.
const TWO_NOTICES: [&str; 8] = [
    "2026-12-22T14:00:00Z",
    "2026-12-23T10:00:00Z",
    "2026-12-31T22:59:59Z",
    "2026-12-31T23:01:35Z",
    "2026-12-31T23:02:01Z",
    "2027-01-04T22:59:59Z",
    "2027-01-04T23:01:40Z",
    "2027-01-04T23:02:05Z",
];

/// A window's end, and the one that an extension moves it to.
const EXTENDED: [&str; 9] = [
    "2026-12-22T14:00:00Z",
    "2026-12-31T22:59:59Z",
    "2026-12-31T23:00:00Z",
    "2026-12-31T23:00:15Z",
    "2026-12-31T23:01:58Z",
    "2026-12-31T23:02:05Z",
    "2027-01-08T22:59:59Z",
    "2027-01-08T23:00:15Z",
    "2027-01-08T23:02:05Z",
];

/// A window's end, and the least grace after it.
const LEAST_GRACE: [&str; 7] = [
    "2026-12-22T14:00:00Z",
    "2026-12-31T22:59:59Z",
    "2026-12-31T23:00:00Z",
    "2026-12-31T23:00:15Z",
    "2026-12-31T23:00:41Z",
    "2026-12-31T23:00:59Z",
    "2026-12-31T23:01:05Z",
];

/// The model.
pub struct Window {
    world: World,
    moments: Vec<Instant>,
    left: Left,
    mutation: Option<Mutation>,
    /// What comes about in it.
    shows: &'static [&'static str],
    known: Memo<Question>,
}

/// What is asked of the domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Question {
    /// What a request does that arrived at a moment.
    Request(Ask, usize),
    /// What silence does by a clock.
    Silence(Instant),
}

/// Who asks for something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Who {
    /// Somebody with link and code.
    Customer,
    /// The customer's administrator.
    Admin,
    /// The operator.
    Operator,
    /// The function that records proofs.
    Mail,
    /// Whoever reads the claim.
    Reader,
}

const EVERYBODY: [Who; 5] = [Who::Customer, Who::Admin, Who::Operator, Who::Mail, Who::Reader];

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ask {
    /// "No".
    Decline,
    /// The no is taken back.
    Undo,
    /// "Yes".
    Accept,
    /// Five business days more.
    Extend,
    /// The operator stops everything.
    Hold,
    /// And lets it go on, with a new notice.
    Resume,
    /// A proof that the notice was delivered at that moment.
    Deliver(u16, usize),
    /// The claim as it is.
    Read,
}

/// A request on its way through its function.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Request {
    /// None.
    Idle,
    /// It arrived at that moment; nothing is read yet.
    Arrived(Ask, usize),
    /// The claim was read.
    Read(Ask, usize, Record),
    /// What follows is decided, and its timer stands.
    Decided(Ask, usize, Record, Record),
    /// That was written, and the answer got lost: it looks whether what is stored is its own.
    Wrote(Ask, usize, Record),
    /// A mutant: the claim has moved, and its timer is still to be put.
    Late(Instant),
}

/// A worker at a timer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Worker {
    /// It looks for one.
    Idle,
    /// It has one.
    Has(Instant),
    /// It has read the claim: the batch would not close it.
    Sees(Instant, Record),
    /// The timer has its final outcome.
    Done(Instant),
}

/// Everything there is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct State {
    moment: usize,
    record: Record,
    timers: BTreeSet<Instant>,
    /// Which notice arrived when.
    arrived: BTreeSet<(u16, usize)>,
    requests: Vec<Request>,
    workers: [Worker; 2],
    left: Left,
    /// A "no" was answered and has not been taken back.
    refused: bool,
    /// The administrator said yes.
    accepted: bool,
    /// Something that must never be.
    wrong: Option<Wrong>,
}

/// What must never be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wrong {
    /// A "no" was an error.
    NoRefused,
    /// A window was closed before its end.
    Early,
    /// A deadline moved earlier.
    MovedEarlier,
}

/// A step of the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// The next moment comes.
    Tick,
    /// The notice arrives.
    Arrive(u16),
    /// A request arrives.
    Send(Who, Ask),
    /// Its function reads the claim.
    Load(Who),
    /// It finds silence due, and executes it first.
    Silence(Who),
    /// It decides, and puts the timer.
    Decide(Who),
    /// It writes; whether the table's answer is heard.
    Write(Who, bool),
    /// A mutant puts its timer.
    PutTimer(Who),
    /// Its process ends.
    Crash(Who),
    /// A worker finds a timer.
    Find(usize, Instant),
    /// It closes by the statement of the batch; whether the table's answer is heard.
    Batch(usize, bool),
    /// It closes the generic way; whether the table's answer is heard.
    Close(usize, bool),
    /// Its position passes the timer.
    Pass(usize),
    /// Its process ends.
    Fall(usize),
}

impl Window {
    /// Two notices with a hold between them; anybody may crash.
    pub fn held() -> Self {
        let left = Left { answers: 1, operator: 2, deliveries: 2, crashes: 1, ..NOBODY };
        Self::of(&TWO_NOTICES, left).showing(&[SECOND_NOTICE, CONFLICT])
    }

    /// One notice; a reader who looks when he likes, answers that nobody hears, proofs that come twice.
    pub fn unheard() -> Self {
        let left = Left { answers: 1, deliveries: 2, crashes: 1, reads: 1, unheard: 1, ..NOBODY };
        Self::of(&TWO_NOTICES, left).showing(&[CLOSING_READER, OWN_WRITE])
    }

    /// Link and account at once, and more time is asked for; anybody may crash.
    pub fn two_who_answer() -> Self {
        let left = Left { answers: 2, accounts: 1, deliveries: 1, crashes: 1, ..NOBODY };
        Self::of(&EXTENDED, left).showing(&[EXTENSION, CONFLICT])
    }

    /// A customer who changes his mind twice, beside his administrator.
    pub fn changed_mind() -> Self {
        let left = Left { answers: 3, accounts: 1, deliveries: 1, ..NOBODY };
        Self::of(&EXTENDED, left)
    }

    /// Link and account at once, under a policy with as little grace as there may be.
    pub fn least_grace() -> Self {
        let left = Left { answers: 1, accounts: 1, deliveries: 1, ..NOBODY };
        Self::of(&LEAST_GRACE, left).graced(60)
    }

    fn of(moments: &[&str], left: Left) -> Self {
        let moments = moments.iter().map(|text| at(text)).collect();
        let (world, known) = (World::new(Policy::default(), "p-alpine"), Memo::default());
        Self { world, moments, left, mutation: None, shows: &[], known }
    }

    fn showing(self, shows: &'static [&'static str]) -> Self {
        Self { shows, ..self }
    }

    /// The same with a mistake in it.
    #[must_use]
    pub fn with(self, mutation: Mutation) -> Self {
        Self { mutation: Some(mutation), ..self }
    }

    /// The same under a policy with another grace.
    #[must_use]
    pub fn graced(self, grace_seconds: u32) -> Self {
        let policy = Policy { grace_seconds, ..Policy::default() };
        Self { world: World::new(policy, "p-alpine"), ..self }
    }

    fn now(&self, state: &State) -> Instant {
        self.moments[state.moment]
    }

    /// What a worker's clock shows: one is slow, the other fast.
    fn clock(&self, state: &State, worker: usize) -> Instant {
        if worker == 0 { self.now(state) - skew() } else { self.now(state) + skew() }
    }

    fn grace(&self) -> Duration {
        Duration::seconds(self.world.policy().grace_seconds.into())
    }

    fn is_due(&self, record: &Record, now: Instant) -> bool {
        let open = record.claim().status() == Status::AwaitingCustomer;
        open && is_due(record.claim(), self.world.policy(), now)
    }

    /// Whether silence comes before a request: one that arrived before the deadline counts, however
    /// late it is processed.
    fn is_overtaken(&self, ask: Ask, since: usize, read: &Record, clock: Instant) -> bool {
        let moment = match ask {
            Ask::Read => clock,
            Ask::Deliver(_, at) => self.moments[at],
            Ask::Decline | Ask::Undo | Ask::Accept | Ask::Extend | Ask::Hold | Ask::Resume => {
                self.moments[since]
            }
        };
        self.is_due(read, clock) && self.is_due(read, moment)
    }

    /// What a request asks of the domain.
    fn command(&self, ask: Ask, since: usize, record: &Record) -> (Actor, Command, Instant) {
        let arrived = self.moments[since];
        match ask {
            Ask::Decline => (link(1), decline(), arrived),
            Ask::Undo => (link(1), undo(), arrived),
            Ask::Accept => (self.world.administrator(), accept(), arrived),
            Ask::Extend => (link(1), Command::Extend { closes_on: None }, arrived),
            Ask::Hold => (operator(), Command::Hold { comment: comment() }, arrived),
            Ask::Resume => (operator(), Command::Resume, arrived),
            Ask::Deliver(notice, at) => {
                let older = self.mutation == Some(Mutation::OlderNotice);
                let notice = if older { record.claim().notice } else { NoticeNo(notice) };
                let proof = Command::RecordDelivery { notice, qualifying: true };
                (Actor::System, proof, self.moments[at])
            }
            Ask::Read => (Actor::System, Command::DeadlinePassed, arrived),
        }
    }

    /// What follows; `Err`: it is refused.
    fn decided(&self, ask: Ask, since: usize, record: &Record) -> Answer {
        if ask == Ask::Decline && self.refuses_the_no(since, record) {
            return Err(Refused);
        }
        self.known.answer(record, Question::Request(ask, since), || {
            let (actor, command, moment) = self.command(ask, since, record);
            self.ask(record, actor, &command, moment)
        })
    }

    /// A mutant's answer to a "no".
    fn refuses_the_no(&self, since: usize, record: &Record) -> bool {
        match self.mutation {
            Some(Mutation::LateNoRefused) => {
                let late = record.closes_at().is_some_and(|end| self.moments[since] >= end);
                late && record.claim().status() == Status::AwaitingCustomer
            }
            Some(Mutation::NoRefusedAfterTheClose) => is_deemed(record),
            _ => false,
        }
    }

    fn ask(&self, record: &Record, actor: Actor, command: &Command, moment: Instant) -> Answer {
        let context = self.world.context(actor, moment, Vec::new());
        let event = domain::decide(Some(record.claim()), command, &context).map_err(|_| Refused)?;
        Ok(event.map(|event| following(record, &event)))
    }

    /// What silence makes of the claim by a clock.
    fn silenced(&self, record: &Record, now: Instant) -> Option<Record> {
        let silence = || self.ask(record, Actor::System, &Command::DeadlinePassed, now);
        self.known.answer(record, Question::Silence(now), silence).ok()?
    }

    /// What the batch's statement makes of the claim, if its conditions hold.
    fn batched(&self, record: &Record, deadline: Instant, now: Instant) -> Option<Record> {
        if self.mutation == Some(Mutation::BlindClose) {
            return closed_blindly(record, now);
        }
        let claim = record.claim();
        let matches = claim.status() == Status::AwaitingCustomer
            && record.closes_at() == Some(deadline)
            && deadline + self.grace() <= now
            && !effects::closes_slowly(claim, self.world.policy());
        if matches { self.silenced(record, now) } else { None }
    }

    /// Stores what follows `read`, if that is still what is stored; whether it was.
    fn put(&self, state: &mut State, read: &Record, next: Record) -> bool {
        let blind = self.mutation == Some(Mutation::BlindPut);
        if !blind && state.record != *read {
            return false;
        }
        let early = next.closes_at().is_some_and(|end| self.now(state) < end);
        if is_deemed(&next) && !is_deemed(&state.record) && early {
            state.wrong = Some(Wrong::Early);
        }
        if moved_earlier(&state.record, &next) {
            state.wrong = Some(Wrong::MovedEarlier);
        }
        state.record = next;
        true
    }

    /// Whether a request can still be answered at a moment.
    fn lives(&self, request: &Request, moment: usize) -> bool {
        let (Request::Arrived(ask, since)
        | Request::Read(ask, since, _)
        | Request::Decided(ask, since, _, _)
        | Request::Wrote(ask, since, _)) = request
        else {
            return true;
        };
        let most = if matches!(ask, Ask::Deliver(..)) { DELIVERY_S } else { FUNCTION_S };
        self.moments[moment] - self.moments[*since] <= Duration::seconds(most)
    }

    /// The end of a request's write.
    fn written(&self, state: &mut State, who: Who, heard: bool) {
        let request = state.requests[place(who)].clone();
        let Request::Decided(ask, since, read, next) = request else { return };
        let deadline = next.closes_at().filter(|end| read.closes_at() != Some(*end));
        let done = self.put(state, &read, next.clone());
        if done && !heard {
            state.left.unheard -= 1;
        }
        if done {
            remember(state, ask);
        }
        let late = self.mutation == Some(Mutation::TimerAfterTheMove);
        state.requests[place(who)] = match deadline.filter(|_| late && done) {
            Some(deadline) => Request::Late(deadline),
            None if done && heard => Request::Idle,
            None if done => Request::Wrote(ask, since, next),
            // A conflict: it looks again.
            None => Request::Arrived(ask, since),
        };
    }

    /// A request's function executes the silence it finds due, and looks again.
    fn close_first(&self, state: &mut State, who: Who) {
        let Request::Read(ask, since, read) = state.requests[place(who)].clone() else { return };
        if let Some(next) = self.silenced(&read, self.now(state) + skew()) {
            self.put(state, &read, next);
        }
        state.requests[place(who)] = Request::Arrived(ask, since);
    }

    /// A request's function reads the claim.
    fn load(&self, state: &mut State, who: Who) {
        let (Request::Arrived(ask, since) | Request::Wrote(ask, since, _)) =
            state.requests[place(who)]
        else {
            return;
        };
        let read = state.record.clone();
        // Its own write, after a lost answer.
        let own = state.requests[place(who)] == Request::Wrote(ask, since, read.clone());
        let shown = ask == Ask::Read && !self.is_due(&read, self.now(state) + skew());
        let over = own || shown;
        state.requests[place(who)] =
            if over { Request::Idle } else { Request::Read(ask, since, read) };
    }

    /// A request's function decides.
    fn decide(&self, state: &mut State, who: Who) {
        let Request::Read(ask, since, read) = state.requests[place(who)].clone() else { return };
        if ask == Ask::Read {
            // The clock shows that it is not due: the claim is shown as it is.
            state.requests[place(who)] = Request::Idle;
            return;
        }
        state.requests[place(who)] = match self.decided(ask, since, &read) {
            Ok(Some(next)) => {
                let late = self.mutation == Some(Mutation::TimerAfterTheMove);
                let deadline = next.closes_at().filter(|end| read.closes_at() != Some(*end));
                state.timers.extend(deadline.filter(|_| !late));
                Request::Decided(ask, since, read, next)
            }
            // It is so already: whoever made it so has promised it.
            Ok(None) => Request::Idle,
            Err(Refused) => {
                if ask == Ask::Decline && read.claim().notice.0 > 0 {
                    state.wrong = Some(Wrong::NoRefused);
                }
                Request::Idle
            }
        };
    }

    fn requests_of(&self, state: &State, who: Who, actions: &mut Vec<Action>) {
        let left = state.left;
        let mut may = |ask, left: u8| {
            if left > 0 {
                actions.push(Action::Send(who, ask));
            }
        };
        match who {
            Who::Customer => {
                may(Ask::Decline, left.answers);
                may(Ask::Undo, left.answers);
                // Extensions make their own model; with a hold they only multiply the states.
                may(Ask::Extend, if self.left.operator == 0 { left.answers } else { 0 });
            }
            Who::Admin => {
                may(Ask::Accept, left.accounts);
                may(Ask::Decline, left.accounts);
            }
            Who::Operator => {
                let held = state.record.claim().status() == Status::OnHold;
                may(if held { Ask::Resume } else { Ask::Hold }, left.operator);
            }
            Who::Mail => {
                for (notice, moment) in &state.arrived {
                    may(Ask::Deliver(*notice, *moment), left.deliveries);
                }
            }
            Who::Reader => may(Ask::Read, left.reads),
        }
    }

    fn steps_of(&self, state: &State, who: Who, actions: &mut Vec<Action>) {
        let request = &state.requests[place(who)];
        let lossy = state.left.unheard > 0;
        match request {
            Request::Idle => self.requests_of(state, who, actions),
            Request::Arrived(..) | Request::Wrote(..) => actions.push(Action::Load(who)),
            // Within the seconds by which its clock may be wrong, it does the one or the other.
            Request::Read(ask, since, read) => {
                if self.is_overtaken(*ask, *since, read, self.now(state) + skew()) {
                    actions.push(Action::Silence(who));
                }
                if !self.is_overtaken(*ask, *since, read, self.now(state) - skew()) {
                    actions.push(Action::Decide(who));
                }
            }
            Request::Decided(_, _, read, _) => {
                actions.push(Action::Write(who, true));
                if lossy && state.record == *read {
                    actions.push(Action::Write(who, false));
                }
            }
            Request::Late(_) => actions.push(Action::PutTimer(who)),
        }
        if *request != Request::Idle && state.left.crashes > 0 {
            actions.push(Action::Crash(who));
        }
    }

    fn steps_of_worker(&self, state: &State, no: usize, actions: &mut Vec<Action>) {
        match &state.workers[no] {
            Worker::Idle => {
                // The other has the lease: two at the same timer are met by a lease that ran out.
                let ripe = |end: &&Instant| **end + self.grace() <= self.clock(state, no);
                actions.extend(state.timers.iter().filter(ripe).map(|end| Action::Find(no, *end)));
            }
            Worker::Has(end) => {
                actions.push(Action::Batch(no, true));
                let closes = || self.batched(&state.record, *end, self.clock(state, no)).is_some();
                if state.left.unheard > 0 && closes() {
                    actions.push(Action::Batch(no, false));
                }
            }
            Worker::Sees(_, read) => {
                actions.push(Action::Close(no, true));
                if state.left.unheard > 0 && state.record == *read {
                    actions.push(Action::Close(no, false));
                }
            }
            Worker::Done(_) => actions.push(Action::Pass(no)),
        }
        if state.workers[no] != Worker::Idle && state.left.crashes > 0 {
            actions.push(Action::Fall(no));
        }
    }

    fn work(&self, state: &mut State, no: usize, heard: bool) {
        let now = self.clock(state, no);
        state.workers[no] = match state.workers[no].clone() {
            Worker::Has(end) => match self.batched(&state.record, end, now) {
                Some(next) => {
                    let read = state.record.clone();
                    self.put(state, &read, next);
                    state.left.unheard -= u8::from(!heard);
                    if heard { Worker::Done(end) } else { Worker::Has(end) }
                }
                // The statement answers with the record as it is.
                None => Worker::Sees(end, state.record.clone()),
            },
            Worker::Sees(end, read) => match self.silenced(&read, now) {
                None => Worker::Done(end),
                Some(next) => {
                    let done = self.put(state, &read, next);
                    state.left.unheard -= u8::from(done && !heard);
                    if done && heard { Worker::Done(end) } else { Worker::Has(end) }
                }
            },
            other @ (Worker::Idle | Worker::Done(_)) => other,
        };
    }

    /// Whether nothing can happen any more of itself.
    fn is_quiet(&self, state: &State) -> bool {
        let idle = state.requests.iter().all(|request| *request == Request::Idle);
        let rested = state.workers.iter().all(|worker| *worker == Worker::Idle);
        state.moment + 1 == self.moments.len()
            && idle
            && rested
            && state.timers.is_empty()
            && state.left.reads == 0
    }

    /// Whether a "no" that arrived in time is on its way while silence has already had its effect.
    fn loses_the_race(&self, state: &State) -> bool {
        let in_time = |request: &Request| {
            let (Request::Arrived(Ask::Decline, since)
            | Request::Read(Ask::Decline, since, _)
            | Request::Decided(Ask::Decline, since, _, _)) = request
            else {
                return false;
            };
            state.record.closes_at().is_some_and(|end| self.moments[*since] < end)
        };
        is_deemed(&state.record) && state.requests.iter().any(in_time)
    }

    /// Whether only a reader can have closed the window: no worker has come to its timer, and nobody
    /// else has asked for anything but the proof that opened it.
    fn is_closed_by_a_reader(&self, state: &State) -> bool {
        let asked = Left {
            deliveries: self.left.deliveries.saturating_sub(1),
            reads: self.left.reads.saturating_sub(1),
            ..self.left
        };
        let untouched = state.workers.iter().all(|worker| *worker == Worker::Idle)
            && state.record.closes_at().is_some_and(|end| state.timers.contains(&end));
        is_deemed(&state.record) && state.left == asked && untouched
    }

    /// Whether somebody is about to put what he decided on a record that is no longer so, and what he
    /// wants can be decided on the one that is.
    fn meets_a_conflict(&self, state: &State) -> bool {
        state.requests.iter().any(|request| {
            let Request::Decided(ask, since, read, _) = request else { return false };
            state.record != *read
                && matches!(self.decided(*ask, *since, &state.record), Ok(Some(_)))
        })
    }

    /// What must come about, where the model is made for it.
    fn shown(&self) -> Vec<Property<Self>> {
        let all = [
            Property::sometimes(SECOND_NOTICE, |_: &Self, state: &State| {
                is_deemed(&state.record) && state.record.claim().notice.0 == 2
            }),
            Property::sometimes(EXTENSION, |_: &Self, state: &State| {
                is_deemed(&state.record) && state.record.claim().extended
            }),
            Property::sometimes(CLOSING_READER, Self::is_closed_by_a_reader),
            Property::sometimes(CONFLICT, Self::meets_a_conflict),
            Property::sometimes(OWN_WRITE, |_: &Self, state: &State| {
                let own = |request: &Request| matches!(request, Request::Wrote(_, _, own) if *own == state.record);
                state.requests.iter().any(own)
            }),
        ];
        all.into_iter().filter(|property| self.shows.contains(&property.name)).collect()
    }

    /// I1: silence made something active, and the notice it rests on never arrived, or not long enough
    /// ago.
    fn unearned(&self, state: &State) -> bool {
        let ItemStatus::Active { basis: Basis::Deemed, effective_at } = state.record.status()
        else {
            return false;
        };
        let notice = state.record.claim().notice.0;
        let Some(window) = state.record.claim().state.window() else { return true };
        let proof = |(no, moment): &(u16, usize)| {
            *no == notice && self.moments[*moment] == window.delivered_at
        };
        let full = window.counted.len() >= 5 && effective_at >= window.closes_at;
        !(state.arrived.iter().any(proof) && full)
    }
}

impl Model for Window {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            moment: 0,
            record: Record::of(self.world.notifying(self.moments[0])),
            timers: BTreeSet::new(),
            arrived: BTreeSet::new(),
            requests: vec![Request::Idle; EVERYBODY.len()],
            workers: [Worker::Idle, Worker::Idle],
            left: self.left,
            refused: false,
            accepted: false,
            wrong: None,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        if state.moment + 1 < self.moments.len() {
            actions.push(Action::Tick);
        }
        let notice = state.record.claim().notice.0;
        let on_its_way = state.record.claim().status() == Status::Notifying;
        if on_its_way && state.moment < 2 && state.arrived.iter().all(|(no, _)| *no != notice) {
            actions.push(Action::Arrive(notice));
        }
        for who in EVERYBODY {
            self.steps_of(state, who, actions);
        }
        for worker in 0..state.workers.len() {
            self.steps_of_worker(state, worker, actions);
        }
    }

    fn next_state(&self, before: &State, action: Action) -> Option<State> {
        let mut state = before.clone();
        match action {
            Action::Tick => {
                state.moment += 1;
                for request in &mut state.requests {
                    if !self.lives(request, state.moment) {
                        *request = Request::Idle;
                    }
                }
            }
            Action::Arrive(notice) => {
                state.arrived.insert((notice, state.moment));
            }
            Action::Send(who, ask) => {
                spend(&mut state.left, who);
                state.requests[place(who)] = Request::Arrived(ask, state.moment);
            }
            Action::Load(who) => self.load(&mut state, who),
            Action::Silence(who) => self.close_first(&mut state, who),
            Action::Decide(who) => self.decide(&mut state, who),
            Action::Write(who, heard) => self.written(&mut state, who, heard),
            Action::PutTimer(who) => {
                let Request::Late(end) = state.requests[place(who)] else { return None };
                state.timers.insert(end);
                state.requests[place(who)] = Request::Idle;
            }
            Action::Crash(who) => {
                state.left.crashes -= 1;
                state.requests[place(who)] = Request::Idle;
            }
            Action::Find(no, end) => state.workers[no] = Worker::Has(end),
            Action::Batch(no, heard) | Action::Close(no, heard) => self.work(&mut state, no, heard),
            Action::Pass(no) => {
                let Worker::Done(end) = state.workers[no] else { return None };
                state.timers.remove(&end);
                state.workers[no] = Worker::Idle;
            }
            Action::Fall(no) => {
                state.left.crashes -= 1;
                state.workers[no] = Worker::Idle;
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = vec![
            Property::always(
                "I1: silence has had a full window after the last proof",
                |model: &Self, state: &State| {
                    !model.unearned(state) && state.wrong != Some(Wrong::Early)
                },
            ),
            Property::always("I2: a no is never lost and never an error", |_, state: &State| {
                let lost = state.record.is_active() || state.record.status() == ItemStatus::Pending;
                !(state.refused && lost) && state.wrong != Some(Wrong::NoRefused)
            }),
            Property::always("an in-time no wins", |model: &Self, state: &State| {
                !model.loses_the_race(state)
            }),
            Property::always("nobody but the customer says yes", |_, state: &State| {
                let ItemStatus::Active { basis, .. } = state.record.status() else { return true };
                basis == Basis::Deemed || state.accepted
            }),
            Property::always("I4: no deadline moves earlier", |_, state: &State| {
                state.wrong != Some(Wrong::MovedEarlier)
            }),
            Property::always("every window closes", |model: &Self, state: &State| {
                let open = state.record.claim().status() == Status::AwaitingCustomer;
                !(open && model.is_quiet(state))
            }),
            Property::sometimes("silence associates", |_, state: &State| is_deemed(&state.record)),
            Property::sometimes(
                "a no of the last second is kept",
                |model: &Self, state: &State| {
                    let end = state.record.closes_at();
                    let last = |end: Instant| model.now(state) > end;
                    state.refused
                        && end.is_some_and(last)
                        && state.record.claim().status() == Status::Declined
                },
            ),
        ];
        properties.extend(self.shown());
        properties
    }
}

/// By how much a clock may be wrong.
fn skew() -> Duration {
    Duration::seconds(SKEW_S)
}

fn place(who: Who) -> usize {
    EVERYBODY.iter().position(|one| *one == who).expect("somebody")
}

fn spend(left: &mut Left, who: Who) {
    let budget = match who {
        Who::Customer => &mut left.answers,
        Who::Admin => &mut left.accounts,
        Who::Operator => &mut left.operator,
        Who::Mail => &mut left.deliveries,
        Who::Reader => &mut left.reads,
    };
    *budget -= 1;
}

/// What a request that was carried out promises, whether its answer was heard or not.
fn remember(state: &mut State, ask: Ask) {
    match ask {
        Ask::Decline => state.refused = true,
        Ask::Undo => state.refused = false,
        Ask::Accept => state.accepted = true,
        Ask::Extend | Ask::Hold | Ask::Resume | Ask::Deliver(..) | Ask::Read => {}
    }
}

fn following(record: &Record, event: &Event) -> Record {
    let claim = record.claim().clone();
    Record::of(domain::evolve(Some(claim), event).expect("a claim after a decided event"))
}

/// Whether silence made it active.
fn is_deemed(record: &Record) -> bool {
    matches!(record.status(), ItemStatus::Active { basis: Basis::Deemed, .. })
}

/// Of one notice.
fn moved_earlier(before: &Record, after: &Record) -> bool {
    let same = before.claim().notice == after.claim().notice;
    same && matches!((before.closes_at(), after.closes_at()), (Some(old), Some(new)) if new < old)
}

/// The move of a statement without its conditions.
fn closed_blindly(record: &Record, now: Instant) -> Option<Record> {
    let claim = record.claim();
    let body = EventBody::WindowClosed { outcome: Silence::Associate, ends_at: None };
    let event = Event::new(claim.version.next(), now, &Actor::System, body);
    domain::evolve(Some(claim.clone()), &event).ok().map(Record::of)
}
