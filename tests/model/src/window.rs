//! One claim and its window: two workers, two who hold links, the administrator, the operator, the mail twice,
//! and a reader.

mod reports;
mod scenes;

use std::collections::BTreeSet;

use chrono::Duration;
use domain::actor::Actor;
use domain::claim::{Basis, Claim, ExtensionCause, ExtensionCauses, Instant, ItemStatus, Status};
use domain::command::Command;
use domain::context::Facts;
use domain::decide::{is_due, select_first_list};
use domain::directory::TenantContact;
use domain::effects;
use domain::event::{Event, EventBody, Silence};
use domain::ids::NoticeNo;
use domain::reason::EndReason;
use domain::recipient::{Authority, Recipient, RecipientNo, RecipientStanding, Recipients};
use stateright::{Model, Property};

use crate::given::{
    DOMAIN, Known, RECIPIENTS, World, accept, comment, decline, link, operator, undo,
};
use crate::record::{Answer, Memo, Record, Refused};

pub use reports::{Report, ReportSet};

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
    /// Whoever has a link takes back every "no".
    UndoByAnyLink,
    /// A delivery to an address of the tenant's domain opens the window.
    OpenedByDomain,
    /// Only the first who said "no" is kept.
    OneDeclinerKept,
    /// A window goes on when the delivery that it is counted from fails.
    NoRecount,
    /// A failure that comes to light after the close is left at that.
    NoEndAfterTheClose,
    /// The batch closes a window that no delivery opened.
    OpenerNotDemanded,
    /// Whoever reads the recipients makes the list again from the directory as it is then.
    ListComputedAnew,
    /// Wrong codes lock a right "no", too.
    LockRefusesNo,
    /// A retired link refuses what silence made active.
    RetiredRefusesActive,
    /// The yes that is asked for is taken back in a claim under way.
    YesTakenBack,
    /// Whoever opens a window does not look at the reports again.
    NoSecondLook,
    /// An undo does not ask whether the window's delivery has failed while it was on its way.
    RevivedUnasked,
    /// Each undo may move the window's end.
    EndMovedAgain,
}

/// What holds in every state, as far as a mutant is to break it.
pub const FULL_WINDOW: &str = "I1: a verified delivery had stood for a full window";
/// The same of the customer's "no".
pub const NO_STANDS: &str =
    "I2: a no is never an error, and stands until its party or one above takes it back";
/// The same of a yes that is asked for.
pub const YES_STANDS: &str = "where a yes is asked for, silence makes nothing active";
/// The same of the numbers of recipients.
pub const ONE_ADDRESS: &str = "a number means one address through all notices";
/// The same of the window's end.
pub const BOUNDED: &str = "no window is extended for ever";

/// What must come about in some model, or its promises would be kept by nothing ever happening.
const SECOND_NOTICE: &str = "a window of the second notice closes";
const EXTENSION: &str = "an extended window closes";
const CLOSING_READER: &str = "a reader closes a window";
const CONFLICT: &str = "a put meets a conflict and is decided again";
const OWN_WRITE: &str = "an own write is recognised after a lost answer";
const SILENCE: &str = "silence associates";
const LAST_SECOND: &str = "a no of the last second is kept";
const RECOUNTED: &str = "a window that is counted from another delivery closes";
const ENDED_LATER: &str =
    "a failure that comes to light after the close ends what silence made active";
const JOINED: &str = "a no stands when another party has taken its own back";
const RETIRED_NO: &str = "a retired link ends what silence made active";
const MOVED_BY_UNDO: &str = "an undo moves the end of the window";
const YES_ASKED: &str = "silence declines where a yes is asked for";
const LOCKED_NO: &str = "a no is taken from a link that is locked for everything else";

/// How often each may do what: the model stays finite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Left {
    /// Answers through links.
    pub answers: u8,
    /// Answers through links, of somebody else at the same time.
    pub others: u8,
    /// Answers of the signed-in administrator.
    pub accounts: u8,
    /// Steps of the operator.
    pub operator: u8,
    /// Mails that come back.
    pub failures: u8,
    /// Reports that are handed over, doubled ones too.
    pub deliveries: u8,
    /// Reads.
    pub reads: u8,
    /// Crashes of anybody.
    pub crashes: u8,
    /// Answers of the table that nobody hears.
    pub unheard: u8,
}

/// Nobody does anything.
const NOBODY: Left = Left {
    answers: 0,
    others: 0,
    accounts: 0,
    operator: 0,
    failures: 0,
    deliveries: 0,
    reads: 0,
    crashes: 0,
    unheard: 0,
};

/// Who may ask for what, and of whose mails the provider reports.
#[derive(Debug, Clone, Copy)]
pub struct Cast {
    customer: &'static [Ask],
    other: &'static [Ask],
    admin: &'static [Ask],
    operator: &'static [Ask],
    mailed: &'static [u8],
    /// Before which moment mails are delivered.
    delivered_before: usize,
    /// Whether reports are handed over two at a time.
    both_mails: bool,
    /// Whether a second worker looks for timers.
    both_workers: bool,
}

/// The model.
pub struct Window {
    world: World,
    first: Record,
    moments: Vec<Instant>,
    /// The last moment that comes.
    last: usize,
    /// The end of a window that is counted from each moment.
    ends: Vec<Instant>,
    cast: Cast,
    /// What was delivered before the first moment.
    delivered: ReportSet,
    left: Left,
    mutation: Option<Mutation>,
    /// What comes about in it.
    shows: &'static [&'static str],
    known: Memo<Question>,
}

/// What is asked of the domain.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Question {
    /// What a request does that arrived at a moment, by what is noted.
    Request(Ask, usize, ReportSet),
    /// What silence does by a clock.
    Silence(Instant),
}

/// Who asks for something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Who {
    /// Somebody with link and code.
    Customer,
    /// Somebody else with link and code.
    Other,
    /// The customer's administrator.
    Admin,
    /// The operator.
    Operator,
    /// The function that records reports.
    Mail,
    /// The same, at the same time.
    OtherMail,
    /// Whoever reads the claim.
    Reader,
}

const EVERYBODY: [Who; 7] =
    [Who::Customer, Who::Other, Who::Admin, Who::Operator, Who::Mail, Who::OtherMail, Who::Reader];

/// For whom somebody speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum By {
    /// The recipient whose link is used; 0: a link of the form without recipients.
    Link(u8),
    /// The administrator.
    Account,
}

impl By {
    /// The party whose "no" it is: a link without recipient speaks for the administrator.
    fn party(self) -> usize {
        match self {
            Self::Link(no) => no.into(),
            Self::Account => 0,
        }
    }

    /// Whether it takes back the "no" of a party.
    fn is_above(self, party: usize) -> bool {
        match self {
            Self::Account => true,
            Self::Link(0 | DOMAIN) => false,
            Self::Link(no) => party == usize::from(no) || party == usize::from(DOMAIN),
        }
    }

    fn link(self) -> Option<u8> {
        match self {
            Self::Link(no) => Some(no),
            Self::Account => None,
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ask {
    /// "No".
    Decline(By),
    /// A no is taken back.
    Undo(By),
    /// "Yes".
    Accept,
    /// Five business days more.
    Extend(By),
    /// The recipient is not the right person.
    WrongContact(u8),
    /// A wrong code is typed.
    Guess(u8),
    /// The link of a recipient is retired.
    Retire(u8),
    /// Silence shall be a "no" from now on.
    AskForYes,
    /// And not any more.
    TakeYesBack,
    /// The operator stops everything.
    Hold,
    /// And lets it go on, with a new notice.
    Resume,
    /// A report is handed over.
    Deliver(Report),
    /// The claim as it is.
    Read,
}

impl Ask {
    /// Whether the recipients and the reports are read for it.
    fn needs_reports(self) -> bool {
        !matches!(self, Self::Decline(_) | Self::Accept | Self::Read)
    }

    /// The link that it comes by, where wrong codes lock that.
    fn lockable(self) -> Option<u8> {
        match self {
            Self::Undo(by) | Self::Extend(by) => by.link(),
            Self::WrongContact(no) => Some(no),
            Self::Decline(_)
            | Self::Accept
            | Self::Guess(_)
            | Self::Retire(_)
            | Self::AskForYes
            | Self::TakeYesBack
            | Self::Hold
            | Self::Resume
            | Self::Deliver(_)
            | Self::Read => None,
        }
    }
}

/// A request on its way through its function.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Request {
    /// None.
    Idle,
    /// It arrived at that moment; nothing is read yet.
    Arrived(Ask, usize),
    /// Its report is noted; nothing is read yet.
    Noted(Ask, usize),
    /// The claim was read, with what was noted by then.
    Read(Ask, usize, Record, ReportSet),
    /// What follows is decided, and its timer stands.
    Decided(Ask, usize, Record, Record),
    /// That was written, and the answer got lost: it looks whether what is stored is its own.
    Wrote(Ask, usize, Record),
    /// A mutant: the claim has moved, and its timer is still to be put.
    Late(Instant),
}

impl Request {
    /// What is asked for.
    fn ask(&self) -> Option<Ask> {
        match self {
            Self::Arrived(ask, _)
            | Self::Noted(ask, _)
            | Self::Read(ask, ..)
            | Self::Decided(ask, ..)
            | Self::Wrote(ask, ..) => Some(*ask),
            Self::Idle | Self::Late(_) => None,
        }
    }

    /// The report that it is about.
    fn report(&self) -> Option<Report> {
        match self.ask() {
            Some(Ask::Deliver(report)) => Some(report),
            _ => None,
        }
    }
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
    /// What the provider has to report.
    sent: ReportSet,
    /// What is noted of it.
    noted: ReportSet,
    /// What is acknowledged: it does not come again of itself.
    acknowledged: ReportSet,
    requests: Vec<Request>,
    workers: [Worker; 2],
    left: Left,
    /// Of each party, when its last "no" arrived that was answered and stands.
    noes: [Option<usize>; PARTIES],
    /// The links that wrong codes have locked.
    locked: BTreeSet<u8>,
    /// The administrator said yes.
    accepted: bool,
    /// A yes was asked for in time.
    yes_asked: bool,
    /// Who could carry the window when silence closed it.
    closed_with: BTreeSet<u8>,
    /// The latest end that was told.
    told: Option<Instant>,
    /// How often the end of the notice's window moved.
    lengthened: u8,
    /// Something that must never be.
    wrong: Option<Wrong>,
}

/// The administrator, and three recipients.
const PARTIES: usize = RECIPIENTS.len() + 1;

/// What must never be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wrong {
    /// A "no" was an error.
    NoRefused,
    /// A window was closed before its end.
    Early,
    /// A deadline moved earlier.
    MovedEarlier,
    /// A report was an error.
    ReportRefused,
}

/// A step of the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// The next moment comes.
    Tick,
    /// The provider stamps a report.
    Stamp(Report),
    /// A request arrives.
    Send(Who, Ask),
    /// Its function notes the report.
    Note(Who),
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
        let moment = if ask == Ask::Read { clock } else { self.moments[since] };
        self.is_due(read, clock) && self.is_due(read, moment)
    }

    /// What a request asks of the domain.
    fn command(&self, ask: Ask, since: usize, record: &Record) -> (Actor, Command, Instant) {
        let (arrived, notice) = (self.moments[since], record.claim().notice.0);
        let actor = |by: By, notice| match by {
            By::Link(no) => link(notice, no),
            By::Account => self.world.administrator(),
        };
        let (actor, command) = match ask {
            // The oldest link is as good for a "no" as any.
            Ask::Decline(by) => (actor(by, 1), decline()),
            Ask::Undo(By::Link(_)) if self.mutation == Some(Mutation::UndoByAnyLink) => {
                (self.world.administrator(), undo())
            }
            Ask::Undo(by) => (actor(by, notice), undo()),
            Ask::Accept => (self.world.administrator(), accept()),
            Ask::Extend(by) => (actor(by, notice), Command::Extend { closes_on: None }),
            Ask::WrongContact(no) => (link(notice, no), Command::WrongContact),
            Ask::Retire(recipient) => {
                let retire = Command::RetireLink { recipient, comment: Some(comment()) };
                (self.world.administrator(), retire)
            }
            Ask::AskForYes => (self.world.administrator(), Command::ChangeConsent),
            Ask::Hold => (operator(), Command::Hold { comment: comment() }),
            Ask::Resume => (operator(), Command::Resume),
            Ask::Deliver(report) => {
                let older = self.mutation == Some(Mutation::OlderNotice);
                let notice = NoticeNo(if older { notice } else { report.notice });
                (Actor::System, Command::ApplyReports { notice })
            }
            Ask::Read | Ask::Guess(_) | Ask::TakeYesBack => {
                (Actor::System, Command::DeadlinePassed)
            }
        };
        (actor, command, arrived)
    }

    /// What follows; `Err`: it is refused.
    fn decided(&self, ask: Ask, since: usize, record: &Record, noted: &ReportSet) -> Answer {
        if ask == Ask::TakeYesBack {
            return Ok(self.without_yes(record));
        }
        let deemed = is_deemed(record);
        let ignored = match self.mutation {
            Some(Mutation::NoRecount) => record.claim().status() == Status::AwaitingCustomer,
            Some(Mutation::NoEndAfterTheClose) => deemed,
            _ => false,
        };
        if ignored && matches!(ask, Ask::Deliver(_)) {
            return Ok(None);
        }
        let question = Question::Request(ask, since, noted.clone());
        self.known.answer(record, question, || {
            let (actor, command, moment) = self.command(ask, since, record);
            self.ask(record, actor, &command, moment, noted)
        })
    }

    /// A mutant's record after the yes that is asked for was taken back.
    fn without_yes(&self, record: &Record) -> Option<Record> {
        let claim = record.claim().clone();
        if self.mutation != Some(Mutation::YesTakenBack) || !claim.subject.explicit_yes {
            return None;
        }
        let mut claim = Claim { version: claim.version.next(), ..claim };
        claim.subject.explicit_yes = false;
        Some(record.with(claim))
    }

    /// A mutant's answer to a "no".
    fn refuses_the_no(&self, state: &State, by: By, since: usize, record: &Record) -> bool {
        let is = |standing| {
            let own = by.link().and_then(RecipientNo::new);
            let own = own.and_then(|no| record.list()?.get(no));
            own.is_some_and(|own| own.standing == standing)
        };
        match self.mutation {
            Some(Mutation::LateNoRefused) => {
                let late = record.closes_at().is_some_and(|end| self.moments[since] >= end);
                late && record.claim().status() == Status::AwaitingCustomer
            }
            Some(Mutation::NoRefusedAfterTheClose) => is_deemed(record),
            Some(Mutation::LockRefusesNo) => by.link().is_some_and(|no| state.locked.contains(&no)),
            Some(Mutation::RetiredRefusesActive) => {
                record.is_active() && is(RecipientStanding::Retired)
            }
            _ => false,
        }
    }

    fn ask(
        &self,
        record: &Record,
        actor: Actor,
        command: &Command,
        moment: Instant,
        noted: &ReportSet,
    ) -> Answer {
        let recipients = self.recipients(record, moment, noted);
        let known = Known { recipients, ..Known::default() };
        let mut context = self.world.context(actor, moment, known);
        if self.mutation == Some(Mutation::OpenedByDomain) {
            verify_everybody(&mut context.facts);
        }
        let event = domain::decide(Some(record.claim()), command, &context).map_err(|_| Refused)?;
        Ok(event.map(|event| self.following(record, event)))
    }

    /// Who is asked, and what is noted of the mails, as a command reads it.
    fn recipients(
        &self,
        record: &Record,
        moment: Instant,
        noted: &ReportSet,
    ) -> Option<Recipients> {
        let notice = record.claim().notice;
        let older = |report: &Report| Report { notice: notice.0, ..*report };
        let reports = if self.mutation == Some(Mutation::OlderNotice) {
            let noted = noted.iter().map(older).collect();
            reports::of_notice(&noted, notice, &self.moments)
        } else {
            reports::of_notice(noted, notice, &self.moments)
        };
        let mut recipients = record.recipients(reports)?;
        if self.mutation == Some(Mutation::ListComputedAnew) {
            let anew = select_first_list(record.claim(), self.world.tenant(), moment)?;
            recipients.list.recipients = anew.recipients;
        }
        if self.mutation == Some(Mutation::OpenedByDomain) {
            for own in &mut recipients.list.recipients {
                own.authority = Authority::Verified;
            }
        }
        Some(recipients)
    }

    fn following(&self, record: &Record, mut event: Event) -> Record {
        if let EventBody::ItemsDeclined { joined, .. } = &mut event.body
            && self.mutation == Some(Mutation::OneDeclinerKept)
        {
            joined.clear();
        }
        let next = record.after(&event).expect("a claim after a decided event");
        if self.mutation == Some(Mutation::EndMovedAgain) {
            let extended_by = ExtensionCauses::default();
            return next.with(Claim { extended_by, ..next.claim().clone() });
        }
        next
    }

    /// What silence makes of the claim by a clock.
    fn silenced(&self, record: &Record, now: Instant) -> Option<Record> {
        // A window's end asks for no report.
        let none = ReportSet::new();
        let silence = || self.ask(record, Actor::System, &Command::DeadlinePassed, now, &none);
        self.known.answer(record, Question::Silence(now), silence).ok()?
    }

    /// What the batch's statement makes of the claim, if its conditions hold.
    fn batched(&self, record: &Record, deadline: Instant, now: Instant) -> Option<Record> {
        if self.mutation == Some(Mutation::BlindClose) {
            return closed_blindly(record, now);
        }
        let claim = record.claim();
        let unopened = self.mutation == Some(Mutation::OpenerNotDemanded);
        let matches = claim.status() == Status::AwaitingCustomer
            && record.closes_at() == Some(deadline)
            && deadline + self.grace() <= now
            && (claim.opened_by.is_some() || unopened)
            && !effects::needs_single_close(claim, self.world.policy());
        match matches {
            true if unopened => closed_blindly(record, now),
            true => self.silenced(record, now),
            false => None,
        }
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
        if let Some(end) = next.closes_at() {
            if state.told.is_some_and(|told| end < told) {
                state.wrong = Some(Wrong::MovedEarlier);
            }
            let same = state.record.claim().notice == next.claim().notice;
            let longer = state.record.closes_at().is_some_and(|before| before < end);
            state.lengthened = (if same { state.lengthened } else { 0 }) + u8::from(same && longer);
            state.told = state.told.max(Some(end));
        }
        if is_deemed(&next) && !is_deemed(&state.record) {
            let list = next.list().into_iter().flat_map(|list| &list.recipients);
            state.closed_with = list.filter(|own| own.may_open()).map(|own| own.no.0).collect();
        }
        state.record = next;
        true
    }

    /// Whether a request can still be answered at a moment.
    fn lives(&self, request: &Request, moment: usize) -> bool {
        let (Request::Arrived(ask, since)
        | Request::Noted(ask, since)
        | Request::Read(ask, since, ..)
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
        let done = self.may_write(state, ask, &read, &next) && self.put(state, &read, next.clone());
        if done && !heard {
            state.left.unheard -= 1;
        }
        if done {
            remember(state, ask, since);
        }
        let late = self.mutation == Some(Mutation::TimerAfterTheMove);
        state.requests[place(who)] = match deadline.filter(|_| late && done) {
            Some(deadline) => Request::Late(deadline),
            None if done && heard => self.after_write(state, ask, since),
            None if done => Request::Wrote(ask, since, next),
            // A conflict: it looks again.
            None => again(ask, since),
        };
    }

    /// Whether a write keeps what it demands of the reports: one that makes a window count from a recipient's
    /// delivery, and is not the proof's own, demands in its transaction that no failure is noted of that.
    fn may_write(&self, state: &State, ask: Ask, read: &Record, next: &Record) -> bool {
        let opener = |record: &Record| {
            let open = record.claim().status() == Status::AwaitingCustomer;
            record.claim().opened_by.filter(|_| open)
        };
        let Some(no) = opener(next).filter(|no| opener(read) != Some(*no)) else { return true };
        let failed = |report: &Report| {
            report.failed
                && report.recipient == no.0
                && NoticeNo(report.notice) == next.claim().notice
        };
        matches!(ask, Ask::Deliver(_))
            || self.mutation == Some(Mutation::RevivedUnasked)
            || !state.noted.iter().any(failed)
    }

    /// Whoever has written because of a report looks once more at all that is noted.
    fn after_write(&self, state: &mut State, ask: Ask, since: usize) -> Request {
        // Where nothing fails, it would see nothing.
        let looks = self.left.failures > 0 && self.mutation != Some(Mutation::NoSecondLook);
        if looks && matches!(ask, Ask::Deliver(_)) {
            Request::Noted(ask, since)
        } else {
            finished(state, ask)
        }
    }

    /// A request's function executes the silence it finds due, and looks again.
    fn close_first(&self, state: &mut State, who: Who) {
        let Request::Read(ask, since, read, _) = state.requests[place(who)].clone() else { return };
        if let Some(next) = self.silenced(&read, self.now(state) + skew()) {
            self.put(state, &read, next);
        }
        state.requests[place(who)] = again(ask, since);
    }

    /// A request's function reads the claim.
    fn load(&self, state: &mut State, who: Who) {
        let (Request::Arrived(ask, since)
        | Request::Noted(ask, since)
        | Request::Wrote(ask, since, _)) = state.requests[place(who)]
        else {
            return;
        };
        let read = state.record.clone();
        // Its own write, after a lost answer.
        let own = state.requests[place(who)] == Request::Wrote(ask, since, read.clone());
        let shown = ask == Ask::Read && !self.is_due(&read, self.now(state) + skew());
        state.requests[place(who)] = if own {
            self.after_write(state, ask, since)
        } else if shown {
            Request::Idle
        } else {
            let noted = if ask.needs_reports() { state.noted.clone() } else { ReportSet::new() };
            Request::Read(ask, since, read, noted)
        };
    }

    /// A request's function decides.
    fn decide(&self, state: &mut State, who: Who) {
        let request = state.requests[place(who)].clone();
        let Request::Read(ask, since, read, noted) = request else { return };
        if ask == Ask::Read {
            // The clock shows that it is not due: the claim is shown as it is.
            state.requests[place(who)] = Request::Idle;
            return;
        }
        let refused =
            matches!(ask, Ask::Decline(by) if self.refuses_the_no(state, by, since, &read));
        let answer = if refused { Err(Refused) } else { self.decided(ask, since, &read, &noted) };
        state.requests[place(who)] = match answer {
            Ok(Some(next)) => {
                let late = self.mutation == Some(Mutation::TimerAfterTheMove);
                let deadline = next.closes_at().filter(|end| read.closes_at() != Some(*end));
                state.timers.extend(deadline.filter(|_| !late));
                Request::Decided(ask, since, read, next)
            }
            // It is so already.
            Ok(None) => {
                if let Ask::Decline(by) = ask
                    && stands_firmly(state, by, &read)
                {
                    state.noes[by.party()].get_or_insert(since);
                }
                finished(state, ask)
            }
            Err(Refused) => {
                if matches!(ask, Ask::Decline(_)) {
                    state.wrong = Some(Wrong::NoRefused);
                } else if matches!(ask, Ask::Deliver(_)) {
                    state.wrong = Some(Wrong::ReportRefused);
                }
                finished(state, ask)
            }
        };
    }

    fn requests_of(&self, state: &State, who: Who, actions: &mut Vec<Action>) {
        let left = state.left;
        let (asks, left) = match who {
            Who::Customer => (self.cast.customer, left.answers),
            Who::Other => (self.cast.other, left.others),
            Who::Admin => (self.cast.admin, left.accounts),
            Who::Operator => (self.cast.operator, left.operator),
            Who::Reader => (&[Ask::Read][..], left.reads),
            // Two of a kind: the first comes first.
            Who::OtherMail if state.requests[place(Who::Mail)] == Request::Idle => return,
            Who::OtherMail if !self.cast.both_mails => return,
            Who::Mail | Who::OtherMail => {
                // A message that is being read is not handed to another reader meanwhile.
                let free = |report: &&Report| {
                    let same = |request: &Request| request.report() == Some(**report);
                    !state.requests.iter().any(same)
                };
                if left.deliveries > 0 {
                    let sends = |report: &Report| Action::Send(who, Ask::Deliver(*report));
                    actions.extend(state.sent.iter().filter(free).map(sends));
                }
                return;
            }
        };
        if left == 0 {
            return;
        }
        let held = state.record.claim().status() == Status::OnHold;
        let unlocked = |no: u8| !state.locked.contains(&no);
        let possible = |ask: &&Ask| match **ask {
            Ask::Hold => !held,
            Ask::Resume => held,
            Ask::Guess(no) => unlocked(no),
            Ask::Decline(_)
            | Ask::Undo(_)
            | Ask::Accept
            | Ask::Extend(_)
            | Ask::WrongContact(_)
            | Ask::Retire(_)
            | Ask::AskForYes
            | Ask::TakeYesBack
            | Ask::Deliver(_)
            | Ask::Read => ask.lockable().is_none_or(unlocked),
        };
        actions.extend(asks.iter().filter(possible).map(|ask| Action::Send(who, *ask)));
    }

    /// What the provider may report now.
    fn stamps(&self, state: &State, actions: &mut Vec<Action>) {
        let (notice, status) = (state.record.claim().notice.0, state.record.claim().status());
        let waits = matches!(status, Status::Notifying | Status::AwaitingCustomer);
        for recipient in self.cast.mailed.iter().copied() {
            let known = |failed| {
                let same = |own: &Report| {
                    (own.notice, own.recipient, own.failed) == (notice, recipient, failed)
                };
                state.sent.iter().any(same)
            };
            let report = |failed| Report { notice, recipient, failed, moment: state.moment };
            if waits && state.moment < self.cast.delivered_before && !known(false) {
                actions.push(Action::Stamp(report(false)));
            }
            if state.left.failures > 0 && !known(true) {
                actions.push(Action::Stamp(report(true)));
            }
        }
    }

    fn steps_of(&self, state: &State, who: Who, actions: &mut Vec<Action>) {
        let request = &state.requests[place(who)];
        let lossy = state.left.unheard > 0;
        match request {
            Request::Idle => self.requests_of(state, who, actions),
            Request::Arrived(Ask::Deliver(_), _) => actions.push(Action::Note(who)),
            Request::Arrived(..) | Request::Noted(..) | Request::Wrote(..) => {
                actions.push(Action::Load(who));
            }
            // Within the seconds by which its clock may be wrong, it does the one or the other.
            Request::Read(ask, since, read, _) => {
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
            Worker::Idle if no == 0 && !self.cast.both_workers => {}
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
        state.moment == self.last
            && idle
            && rested
            && state.timers.is_empty()
            && state.sent == state.acknowledged
            && state.left.reads == 0
    }

    /// Whether a "no" that arrived in time is on its way while silence has already had its effect.
    fn loses_the_race(&self, state: &State) -> bool {
        let in_time = |request: &Request| {
            let (Request::Arrived(Ask::Decline(_), since)
            | Request::Read(Ask::Decline(_), since, ..)
            | Request::Decided(Ask::Decline(_), since, _, _)) = request
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

    /// Whether somebody is about to put a decision on a record that is no longer so, and what
    /// it wants can be decided on the one that is.
    fn meets_a_conflict(&self, state: &State) -> bool {
        state.requests.iter().any(|request| {
            let Request::Decided(ask, since, read, _) = request else { return false };
            state.record != *read
                && matches!(self.decided(*ask, *since, &state.record, &state.noted), Ok(Some(_)))
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
            Property::sometimes(SILENCE, |_: &Self, state: &State| is_deemed(&state.record)),
            Property::sometimes(LAST_SECOND, |model: &Self, state: &State| {
                let over = state.record.closes_at().is_some_and(|end| model.now(state) > end);
                over && has_no(state) && state.record.claim().status() == Status::Declined
            }),
            Property::sometimes(RECOUNTED, |_: &Self, state: &State| {
                is_deemed(&state.record)
                    && state.acknowledged.iter().any(|report| {
                        let opener = state.record.claim().opened_by;
                        report.failed && opener.is_some_and(|no| no.0 != report.recipient)
                    })
            }),
            Property::sometimes(ENDED_LATER, |_: &Self, state: &State| {
                let ended = EndReason::NoticeFailed;
                matches!(state.record.status(), ItemStatus::Ended { reason, .. } if reason == ended)
            }),
            Property::sometimes(JOINED, |_: &Self, state: &State| {
                has_no(state) && state.record.claim().used.undos > 0
            }),
            Property::sometimes(RETIRED_NO, |_: &Self, state: &State| {
                let list = state.record.list().into_iter().flat_map(|list| &list.recipients);
                let mut retired = list.filter(|own| own.standing == RecipientStanding::Retired);
                let ended = matches!(state.record.status(), ItemStatus::Ended { .. });
                ended && retired.any(|own| state.noes[usize::from(own.no.0)].is_some())
            }),
            Property::sometimes(MOVED_BY_UNDO, |_: &Self, state: &State| {
                state.record.claim().extended_by.contains(ExtensionCause::Undo)
            }),
            Property::sometimes(YES_ASKED, |_: &Self, state: &State| {
                matches!(state.record.status(), ItemStatus::Declined { no_answer: true, .. })
            }),
            Property::sometimes(LOCKED_NO, |_: &Self, state: &State| {
                state.locked.iter().any(|no| state.noes[usize::from(*no)].is_some())
            }),
            Property::sometimes(CONFLICT, Self::meets_a_conflict),
            Property::sometimes(OWN_WRITE, |_: &Self, state: &State| {
                let own = |request: &Request| matches!(request, Request::Wrote(_, _, own) if *own == state.record);
                state.requests.iter().any(own)
            }),
        ];
        all.into_iter().filter(|property| self.shows.contains(&property.name)).collect()
    }

    /// I1: silence made something active, and by all that is known no delivery to a verified recipient had
    /// stood for a full window. As long as a report is under way, or noted and not acknowledged,
    /// somebody is still to look.
    fn is_unearned(&self, state: &State) -> bool {
        let ItemStatus::Active { basis: Basis::Deemed, effective_at } = state.record.status()
        else {
            return false;
        };
        let record = &state.record;
        let notice = record.claim().notice.0;
        let looked = state.requests.iter().all(|request| request.report().is_none());
        if !looked || !state.noted.is_subset(&state.acknowledged) {
            return false;
        }
        let Some(closes_at) = record.closes_at() else { return true };
        let stood = |delivered: &Report| {
            let failed = |report: &Report| {
                report.failed
                    && (report.notice, report.recipient) == (notice, delivered.recipient)
                    && self.moments[report.moment] < closes_at
            };
            !delivered.failed
                && delivered.notice == notice
                && state.closed_with.contains(&delivered.recipient)
                && self.ends[delivered.moment] <= closes_at
                && !state.acknowledged.iter().any(failed)
        };
        effective_at < closes_at || !state.noted.iter().any(stood)
    }

    /// How often the end of a window may move: once for an undo, once where the customer may ask for more time,
    /// and once for each delivery that another takes the place of.
    fn most_lengthenings(&self) -> u8 {
        let others = self.cast.mailed.len().saturating_sub(1);
        let asks = self.cast.customer.iter().any(|ask| matches!(ask, Ask::Extend(_)));
        u8::try_from(others).expect("few") + 1 + u8::from(asks)
    }
}

impl Model for Window {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            moment: 0,
            record: self.first.clone(),
            timers: self.first.closes_at().into_iter().collect(),
            sent: self.delivered.clone(),
            noted: self.delivered.clone(),
            acknowledged: self.delivered.clone(),
            requests: vec![Request::Idle; EVERYBODY.len()],
            workers: [Worker::Idle, Worker::Idle],
            left: self.left,
            noes: [None; PARTIES],
            locked: BTreeSet::new(),
            accepted: false,
            yes_asked: false,
            closed_with: BTreeSet::new(),
            told: self.first.closes_at(),
            lengthened: 0,
            wrong: None,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        if state.moment < self.last {
            actions.push(Action::Tick);
        }
        self.stamps(state, actions);
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
            Action::Stamp(report) => {
                state.left.failures -= u8::from(report.failed);
                state.sent.insert(report);
            }
            Action::Send(who, ask) => {
                spend(&mut state.left, who);
                if let Ask::Guess(no) = ask {
                    state.locked.insert(no);
                } else {
                    state.requests[place(who)] = Request::Arrived(ask, state.moment);
                }
            }
            Action::Note(who) => {
                let Request::Arrived(ask @ Ask::Deliver(report), since) =
                    state.requests[place(who)]
                else {
                    return None;
                };
                state.noted.insert(report);
                state.requests[place(who)] = Request::Noted(ask, since);
                // Where nothing fails, what is between the two steps changes nothing.
                if self.left.failures == 0 {
                    self.load(&mut state, who);
                }
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
            Property::always(FULL_WINDOW, |model: &Self, state: &State| {
                !model.is_unearned(state) && state.wrong != Some(Wrong::Early)
            }),
            Property::always(NO_STANDS, |_, state: &State| {
                let lost = state.record.is_active() || state.record.status() == ItemStatus::Pending;
                !(has_no(state) && lost) && state.wrong != Some(Wrong::NoRefused)
            }),
            Property::always("a report is never an error", |_, state: &State| {
                state.wrong != Some(Wrong::ReportRefused)
            }),
            Property::always(YES_STANDS, |_, state: &State| {
                !(state.yes_asked && is_deemed(&state.record))
            }),
            Property::always(ONE_ADDRESS, |_, state: &State| {
                let list = state.record.list().into_iter().flat_map(|list| &list.recipients);
                list.into_iter().all(|own| RECIPIENTS.contains(&(own.no.0, own.email.as_str())))
            }),
            Property::always(BOUNDED, |model: &Self, state: &State| {
                state.lengthened <= model.most_lengthenings()
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
        Who::Other => &mut left.others,
        Who::Admin => &mut left.accounts,
        Who::Operator => &mut left.operator,
        Who::Reader => &mut left.reads,
        Who::Mail | Who::OtherMail => &mut left.deliveries,
    };
    *budget -= 1;
}

/// What a request that was carried out promises, whether its answer was heard or not.
fn remember(state: &mut State, ask: Ask, since: usize) {
    match ask {
        Ask::Decline(by) => {
            let own = &mut state.noes[by.party()];
            *own = (*own).max(Some(since));
        }
        // What arrived after the undo, or with it, stands.
        Ask::Undo(by) => {
            for (party, no) in state.noes.iter_mut().enumerate() {
                *no = no.filter(|arrived| !by.is_above(party) || *arrived >= since);
            }
        }
        Ask::Accept => state.accepted = true,
        Ask::AskForYes => state.yes_asked = true,
        Ask::Extend(_)
        | Ask::WrongContact(_)
        | Ask::Guess(_)
        | Ask::Retire(_)
        | Ask::TakeYesBack
        | Ask::Hold
        | Ask::Resume
        | Ask::Deliver(_)
        | Ask::Read => {}
    }
}

/// Whether a "no" that was said before is promised once more: unless an undo is on its way, which takes the
/// first and knows nothing of the second.
fn stands_firmly(state: &State, by: By, read: &Record) -> bool {
    let takes = |ask: Ask| matches!(ask, Ask::Undo(other) if other.is_above(by.party()));
    let on_its_way = |request: &Request| request.ask().is_some_and(takes);
    state.record == *read && !state.requests.iter().any(on_its_way)
}

/// Whether anybody's "no" stands.
fn has_no(state: &State) -> bool {
    state.noes.iter().any(Option::is_some)
}

/// A request that looks again: what it had to note is noted.
fn again(ask: Ask, since: usize) -> Request {
    if matches!(ask, Ask::Deliver(_)) {
        Request::Noted(ask, since)
    } else {
        Request::Arrived(ask, since)
    }
}

/// A request is done: its report does not come again.
fn finished(state: &mut State, ask: Ask) -> Request {
    if let Ask::Deliver(report) = ask {
        state.acknowledged.insert(report);
    }
    Request::Idle
}

/// Whether silence made it active.
fn is_deemed(record: &Record) -> bool {
    matches!(record.status(), ItemStatus::Active { basis: Basis::Deemed, .. })
}

/// The move of a statement without its conditions.
fn closed_blindly(record: &Record, now: Instant) -> Option<Record> {
    let claim = record.claim();
    let body = EventBody::WindowClosed { outcome: Silence::Associate, ends_at: None };
    let event = Event::new(claim.version.next(), now, &Actor::System, body);
    record.after(&event).ok()
}

/// The directory has every recipient as a verified contact.
fn verify_everybody(facts: &mut Facts) {
    let (Some(tenant), Some(recipients)) = (&mut facts.tenant, &facts.recipients) else { return };
    let contact = |own: &Recipient| TenantContact {
        name: own.name.clone(),
        email: own.email.clone(),
        verified: true,
        verified_since: None,
        verified_by: None,
    };
    tenant.contacts.extend(recipients.list.recipients.iter().map(contact));
}
