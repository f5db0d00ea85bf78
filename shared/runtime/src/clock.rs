//! The clock. Nobody else reads the system's: time is injected.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};

/// What tells the time.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// The system's clock, without the sandbox's offset.
pub fn system_clock() -> Clock {
    Arc::new(system_time)
}

#[expect(clippy::disallowed_methods, reason = "the one place where the clock is read")]
fn system_time() -> DateTime<Utc> {
    SystemTime::now().into()
}

/// Measures how long something takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stopwatch(std::time::Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "the one place where durations are measured")]
    pub(crate) fn start() -> Self {
        Self(std::time::Instant::now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}
