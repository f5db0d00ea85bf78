//! How fast requests follow each other, and how long to wait where the API says so.

use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::failure::Failure;

/// The longest wait at one go. Whoever has to wait longer asks again: a machine that slept has not counted.
pub const LONGEST_PAUSE: Duration = Duration::from_mins(15);

/// When requests go out.
pub trait Pace {
    /// Waits until the next request may go out.
    fn await_turn(&mut self);

    /// Waits that long, and says why.
    fn pause(&mut self, wait: Duration, why: &str);
}

/// Who is told how long is waited, and why.
type WaitListener = Box<dyn FnMut(Duration, &str)>;

/// So many requests a second at most. What is waited for is told to a listener.
pub struct SteadyPace {
    runtime: Runtime,
    turns: Option<Interval>,
    tell: WaitListener,
}

impl std::fmt::Debug for SteadyPace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SteadyPace").field("turns", &self.turns).finish_non_exhaustive()
    }
}

impl SteadyPace {
    /// A pace of so many requests a second; `None`: as fast as they are answered.
    pub fn new(
        per_second: Option<u32>,
        tell: impl FnMut(Duration, &str) + 'static,
    ) -> Result<Self, Failure> {
        let runtime = Builder::new_current_thread()
            .enable_time()
            .build()
            .map_err(|error| Failure::unreadable("timers", error))?;
        let turns = per_second.and_then(|count| Duration::from_secs(1).checked_div(count));
        let turns = turns.filter(|period| !period.is_zero()).map(|period| {
            let _entered = runtime.enter();
            let mut turns = interval(period);
            turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
            turns
        });
        Ok(Self { runtime, turns, tell: Box::new(tell) })
    }
}

impl Pace for SteadyPace {
    fn await_turn(&mut self) {
        if let Some(turns) = &mut self.turns {
            self.runtime.block_on(turns.tick());
        }
    }

    fn pause(&mut self, wait: Duration, why: &str) {
        (self.tell)(wait, why);
        std::thread::sleep(wait.min(LONGEST_PAUSE));
    }
}
