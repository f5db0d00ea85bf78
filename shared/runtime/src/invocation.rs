//! What an invocation knows of itself.

use chrono::{DateTime, Duration, Utc};
use lambda_runtime::Context;

/// An invocation by an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The platform's id of it.
    pub request_id: String,
    /// When the platform stops the function, on the raw clock.
    pub deadline_at: DateTime<Utc>,
}

impl Invocation {
    /// An invocation that may run for `duration` from `now` on, for tests.
    pub fn running_for(request_id: &str, now: DateTime<Utc>, duration: Duration) -> Self {
        Self { request_id: request_id.to_owned(), deadline_at: now + duration }
    }

    /// How long the function may still run; zero at least. `now` is the raw clock's: the platform
    /// knows nothing of the sandbox's.
    pub fn time_left(&self, now: DateTime<Utc>) -> Duration {
        (self.deadline_at - now).max(Duration::zero())
    }
}

impl From<&Context> for Invocation {
    fn from(context: &Context) -> Self {
        Self {
            request_id: context.request_id.clone(),
            deadline_at: DateTime::<Utc>::from(context.deadline()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_remains_after_the_deadline() {
        let now = DateTime::UNIX_EPOCH;
        let invocation = Invocation::running_for("r1", now, Duration::seconds(50));
        assert_eq!(invocation.time_left(now + Duration::seconds(20)), Duration::seconds(30));
        assert_eq!(invocation.time_left(now + Duration::seconds(60)), Duration::zero());
    }
}
