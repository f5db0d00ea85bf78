//! What breaks during a step: some calls below the SDK, chosen by what they are and not by when they come,
//! so that the same seed breaks the same calls.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::Duration;
use integration::elsewhere::With;
use integration::wire::{Call, Fault, Wire};

use super::Sim;

impl Sim {
    /// Breaks something in one of three steps, and lets a customer answer in the middle of another.
    pub(super) fn disturb(&mut self) {
        match self.rng.u8(0..3) {
            0 => self.break_calls(),
            1 => self.let_answer_meanwhile(),
            _ => {}
        }
    }

    /// Between two calls of whatever the step does, a customer answers.
    fn let_answer_meanwhile(&mut self) {
        let Some(intent) = self.intends() else { return };
        let (nth, calls) = (self.rng.usize(1..9), Arc::new(AtomicUsize::new(0)));
        let (stack, answers) = (Arc::downgrade(&self.stack), Arc::clone(&self.answers));
        let act = Fault::before(move || {
            let (intent, stack, answers) = (intent.clone(), stack.clone(), Arc::clone(&answers));
            async move {
                let Some(stack) = stack.upgrade() else { return };
                let answered = Box::pin(intent.done(&stack)).await;
                answers.lock().unwrap_or_else(PoisonError::into_inner).push(answered);
            }
        });
        for wire in self.wires() {
            let calls = Arc::clone(&calls);
            let is_nth = move |_: &Call| calls.fetch_add(1, Ordering::Relaxed) + 1 == nth;
            wire.always(is_nth, act.clone());
        }
    }

    fn break_calls(&mut self) {
        let salt = self.rng.u64(..);
        let faults =
            [Fault::Throttle, Fault::Internal, Fault::Reset, Fault::AnswerLost, Fault::Conflict];
        let fault = self.rng.choice(&faults).unwrap().clone();
        let often = *self.rng.choice(&[2, 3, 5]).unwrap();
        for wire in self.wires() {
            let struck = Struck::new(salt, often, matches!(fault, Fault::Conflict));
            wire.always(move |call| struck.concerns(call), fault.clone());
        }
        match self.rng.u8(0..8) {
            0 => self.stack.world.elsewhere.refuse("SendEmail", 1, With::Error(500, "Internal")),
            1 => self.stack.world.clock.set_function_error(Duration::seconds(2)),
            2 => self.stack.world.clock.set_function_error(Duration::seconds(-2)),
            3 => self.stack.world.clock.set_function_error(Duration::hours(1)),
            4 => self.stack.world.clock.set_function_error(Duration::hours(-1)),
            _ => {}
        }
        self.note(format!("disturbed: {fault:?}, one in {often}"));
    }

    pub(super) fn repair(&mut self) {
        for wire in self.wires() {
            wire.reset();
        }
        self.stack.world.elsewhere.repair();
        self.stack.world.clock.set_function_error(Duration::zero());
    }

    fn wires(&self) -> Vec<Wire> {
        let world = std::iter::once(self.stack.world.wire.clone());
        let functions = self.stack.wires.iter().chain(&self.stack.backstage.wires).cloned();
        world.chain(functions).collect()
    }
}

/// Which calls are struck: a part of them, each attempt judged anew.
struct Struck {
    salt: u64,
    often: u64,
    writes_only: bool,
    seen: Arc<Mutex<HashMap<u64, u64>>>,
}

impl Struck {
    fn new(salt: u64, often: u64, writes_only: bool) -> Self {
        Self { salt, often, writes_only, seen: Arc::default() }
    }

    fn concerns(&self, call: &Call) -> bool {
        if self.writes_only && !call.writes() {
            return false;
        }
        let mut hasher = DefaultHasher::new();
        (self.salt, &call.operation, call.keys()).hash(&mut hasher);
        let kind = hasher.finish();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let times = seen.entry(kind).or_default();
        *times += 1;
        (kind, *times).hash(&mut hasher);
        hasher.finish().is_multiple_of(self.often)
    }
}
