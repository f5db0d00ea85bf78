//! Running seeds: one after the other on each of several threads, and what is printed when one fails.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use super::coverage::Coverage;
use super::{Trace, run};

/// Threads for each processor: a run waits now and then, and another one uses the time.
const THREADS: usize = 2;

/// Runs a seed; what happened in it, line by line and in numbers.
pub(super) fn told_by(seed: u64) -> (Vec<String>, Coverage) {
    let replay = Replay { seed, trace: Trace::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let coverage = runtime.block_on(Box::pin(run(seed, replay.trace.clone())));
    (replay.told(), coverage)
}

/// Prints what happened in a seed and how to run it again, if its run panics.
struct Replay {
    seed: u64,
    trace: Trace,
}

impl Replay {
    fn told(&self) -> Vec<String> {
        self.trace.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Replay {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("{}\nagain: make replay SEED={}", self.told().join("\n"), self.seed);
        }
    }
}

/// Does something with each seed, on threads with room for a function that is called within another's
/// call. The first that fails is the last that begins.
pub(super) fn on_threads(seeds: Range<u64>, act: impl Fn(u64) + Sync) {
    let (next, failed) = (AtomicU64::new(seeds.start), AtomicBool::new(false));
    let work = || {
        while !failed.load(Ordering::Relaxed) {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return;
            }
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| act(seed))) {
                failed.store(true, Ordering::Relaxed);
                resume_unwind(panic);
            }
        }
    };
    let processors = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..processors * THREADS {
            thread::Builder::new().stack_size(64 << 20).spawn_scoped(scope, work).unwrap();
        }
    });
}
