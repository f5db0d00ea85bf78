//! The time of a test: one moment that stands still until the test moves it, seen by the function's
//! clock (which may be wrong) and by the database's `Date` header (which is right).

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};

/// How code under test reads the raw clock.
pub type ReadClock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// A clock that a test sets. Clones share the time.
#[derive(Debug, Clone)]
pub struct Clock(Arc<Mutex<Hands>>);

#[derive(Debug)]
struct Hands {
    now: DateTime<Utc>,
    function_error: Duration,
}

impl Clock {
    /// A clock that stands at `now`, RFC 3339.
    pub fn at(now: &str) -> Self {
        let hands = Hands { now: instant(now), function_error: Duration::zero() };
        Self(Arc::new(Mutex::new(hands)))
    }

    /// The true time.
    pub fn now(&self) -> DateTime<Utc> {
        self.hands(|hands| hands.now)
    }

    /// Sets the time.
    pub fn set(&self, now: DateTime<Utc>) {
        self.hands(|hands| hands.now = now);
    }

    /// Moves the time on.
    pub fn advance(&self, by: Duration) {
        self.hands(|hands| hands.now += by);
    }

    /// From now on the function's clock is wrong by `error`; the database's is right.
    pub fn set_function_error(&self, error: Duration) {
        self.hands(|hands| hands.function_error = error);
    }

    /// The clock of the function.
    pub fn function(&self) -> ReadClock {
        let clock = self.clone();
        Arc::new(move || clock.hands(|hands| hands.now + hands.function_error))
    }

    fn hands<T>(&self, act: impl FnOnce(&mut Hands) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A moment written as RFC 3339.
pub fn instant(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).expect("an instant of RFC 3339").to_utc()
}
