//! Why a message is not done with.

use std::error::Error;

use runtime::Failure;

/// Why no further mail is handed over for now.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The mail service takes no more for now: a rate, the day's quota, or a pause. Nothing is wrong.
    Wait,
    /// Something failed. Trying again may help.
    Fault(Failure),
}

impl Stop {
    /// A fault with no other error behind it.
    pub(crate) fn fault(message: &str) -> Self {
        Self::Fault(Failure::new(message))
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Fault(Failure::from(error))
    }
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Wait => Self::new("the mail service takes no more for now"),
            Stop::Fault(failure) => failure,
        }
    }
}
