//! What breaks during a step: some calls below the SDK, chosen by what they are and not by when they come,
//! so that the same seed breaks the same calls; the whole process at one of its calls; or nothing, but
//! somebody else comes in between.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::Duration;
use support::fake_services::With;
use support::internet::Incident;
use support::wire::{Act, Call, Fault, any};

use super::meanwhile::Middle;
use super::{Move, Sim};

impl Sim {
    /// Breaks something in one of three steps, lets somebody come in between in another, and a process
    /// die in one of six.
    pub(super) async fn disturb(&mut self, chosen: Move) {
        let calm = self.is_calm();
        match self.rng.u8(0..12) {
            0..4 | 8..10 if calm => {}
            0..4 => self.break_calls(chosen),
            4..8 => self.let_come_between(chosen).await,
            8..10 => self.let_die(chosen),
            _ => {}
        }
        if chosen == Move::Turn && !calm {
            self.fail_receivers();
        }
        self.receipts.set_disturbed(self.disturbed);
    }

    /// Between two calls of whatever the step does, somebody else does something.
    async fn let_come_between(&mut self, chosen: Move) {
        let (middle, others) = self.others(chosen).await;
        if others.is_empty() {
            return;
        }
        self.note(format!("meanwhile {others:?} in the middle of an own {middle:?}"));
        let around = self.around();
        let act: Act = Arc::new(move || {
            let (others, around) = (others.clone(), around.clone());
            Box::pin(around.let_in(others))
        });
        let is_before = self.rng.bool();
        match middle {
            Middle::Call => self.at_one_call(&Fault::Before(act)),
            Middle::Attempt => {
                let at = if is_before { Incident::Before } else { Incident::After };
                self.stack.internet.on(self.rng.usize(1..5), at(act));
            }
            Middle::Feed => {
                let fault = if is_before { Fault::Before } else { Fault::After };
                let nth = self.rng.usize(1..6);
                self.at_one_of(nth, puts_into_a_feed, &fault(act));
            }
        }
    }

    /// The process is gone at one of its calls.
    fn let_die(&mut self, chosen: Move) {
        self.expect_death();
        let (death, before) = (Arc::clone(&self.death), self.rng.bool());
        if chosen == Move::Turn && self.rng.bool() {
            let at = if before { Incident::DeathBefore } else { Incident::DeathAfter };
            self.stack.internet.on(self.rng.usize(1..4), at(death));
        } else if self.rng.u8(0..4) == 0 {
            let with = if before { With::CrashBefore(death) } else { With::CrashAfter(death) };
            self.stack.env.services.on(self.rng.usize(1..4), with);
        } else {
            let fault = if before { Fault::CrashBefore(death) } else { Fault::CrashAfter(death) };
            self.at_one_call(&fault);
        }
    }

    /// The process may die in this step: what it sent may be sent again.
    pub(in super::super) fn expect_death(&mut self) {
        self.mortal = true;
    }

    /// Any of the first calls, on whatever wire it is, and now and then a much later one.
    fn at_one_call(&mut self, fault: &Fault) {
        let last = if self.rng.u8(0..3) == 0 { 40 } else { 9 };
        let nth = self.rng.usize(1..last);
        self.at_one_of(nth, any, fault);
    }

    /// The `nth` of such calls (from 1), on whatever wire it is.
    fn at_one_of(&self, nth: usize, concerned: fn(&Call) -> bool, fault: &Fault) {
        let calls = Arc::new(AtomicUsize::new(0));
        for wire in self.wires() {
            let calls = Arc::clone(&calls);
            let is_nth = move |call: &Call| {
                concerned(call) && calls.fetch_add(1, Ordering::Relaxed) + 1 == nth
            };
            wire.always(is_nth, fault.clone());
        }
    }

    fn break_calls(&mut self, chosen: Move) {
        self.disturbed = true;
        let salt = self.rng.u64(..);
        let fault = self.fault(chosen);
        let often = *self.rng.choice(&[2, 3, 5]).unwrap();
        for wire in self.wires() {
            let struck = Struck { salt, often, concerns: concerns(&fault), seen: Arc::default() };
            wire.always(move |call| struck.strikes(call), fault.clone());
        }
        self.note(format!("disturbed: {fault:?}, one in {often}"));
        let clock = &self.stack.env.clock;
        match self.rng.u8(0..10) {
            0 => clock.set_function_error(Duration::seconds(2)),
            1 => clock.set_function_error(Duration::seconds(-2)),
            2 => clock.set_function_error(Duration::hours(1)),
            3 => clock.set_function_error(Duration::hours(-1)),
            4..7 => self.break_services(),
            _ => {}
        }
    }

    fn fault(&mut self, chosen: Move) -> Fault {
        // Batches are seldom made by anybody but the workers.
        let batches = chosen == Move::Work && self.rng.bool();
        match if batches { self.rng.u8(5..8) } else { self.rng.u8(0..9) } {
            0 => Fault::Throttle,
            1 => Fault::Internal,
            2 => Fault::Reset,
            3 => Fault::AnswerLost,
            4 => Fault::Conflict(self.rng.usize(0..8)),
            5 => Fault::ThrottleStatements(self.some()),
            6 => Fault::ConflictStatements(self.some()),
            7 => Fault::RefuseStatements("ValidationError"),
            _ => Fault::Unprocessed(self.some()),
        }
    }

    /// Some places, at random.
    fn some(&mut self) -> Vec<usize> {
        let chosen = self.rng.u32(..);
        (0..32).filter(|place| (chosen >> place) & 1 == 1).collect()
    }

    /// The services beside the table refuse, answer into the void, or break off.
    fn break_services(&mut self) {
        let services = self.stack.env.services.clone();
        let with = match self.rng.u8(0..5) {
            0 => With::Error(500, "Internal"),
            4 => With::Error(429, "TooManyRequestsException"),
            1 => With::AnswerLost,
            2 => With::Reset,
            _ => With::FailedEntries(self.some()),
        };
        self.note(format!("elsewhere: {with:?}"));
        for operation in ["PutEvents", "SendMessageBatch", "SendMessage", "SendEmail"] {
            // A mail has no entries, nor has a single message: it fails whole.
            let with = match (&with, operation) {
                (With::FailedEntries(_), "SendEmail") => With::Error(400, "MessageRejected"),
                (With::FailedEntries(_), "SendMessage") => With::Error(500, "InternalError"),
                _ => with.clone(),
            };
            services.refuse(operation, self.rng.usize(1..6), with);
        }
    }

    /// Nothing is broken any more, and the calls so far are forgotten.
    pub(in super::super) fn repair(&mut self) {
        (self.disturbed, self.mortal) = (false, false);
        for wire in self.wires() {
            wire.reset();
        }
        self.stack.env.services.repair();
        self.stack.internet.repair();
        self.receipts.set_disturbed(false);
        self.stack.env.clock.set_function_error(Duration::zero());
        // A death that nobody died is none of the next step's.
        self.death = Arc::default();
    }
}

/// Whether something is told in a feed.
fn puts_into_a_feed(call: &Call) -> bool {
    call.operation == "PutItem" && call.names("F#", "")
}

/// Which calls a fault can strike.
fn concerns(fault: &Fault) -> fn(&Call) -> bool {
    match fault {
        Fault::Conflict(_) => |call| call.writes(),
        Fault::ThrottleStatements(_)
        | Fault::ConflictStatements(_)
        | Fault::RefuseStatements(_) => |call| call.operation == "BatchExecuteStatement",
        Fault::Unprocessed(_) => |call| call.operation == "BatchGetItem",
        Fault::Throttle
        | Fault::Internal
        | Fault::AnswerLost
        | Fault::Reset
        | Fault::Slow(_)
        | Fault::Before(_)
        | Fault::After(_)
        | Fault::CrashBefore(_)
        | Fault::CrashAfter(_) => |_| true,
    }
}

/// Which calls are struck: a part of them, each attempt judged anew.
struct Struck {
    salt: u64,
    often: u64,
    concerns: fn(&Call) -> bool,
    seen: Arc<Mutex<HashMap<u64, u64>>>,
}

impl Struck {
    fn strikes(&self, call: &Call) -> bool {
        if !(self.concerns)(call) {
            return false;
        }
        let mut hasher = DefaultHasher::new();
        (self.salt, &call.operation, call.keys_without_write_ids()).hash(&mut hasher);
        let kind = hasher.finish();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let times = seen.entry(kind).or_default();
        *times += 1;
        (kind, *times).hash(&mut hasher);
        hasher.finish().is_multiple_of(self.often)
    }
}
