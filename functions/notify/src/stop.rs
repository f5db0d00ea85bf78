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

/// What comes after some mails: it is done after a fault too, which stays the outcome, and not after a wait.
///
/// # Errors
/// [`Stop::Wait`].
pub(crate) fn go_on(first: Result<(), Stop>) -> Result<Result<(), Stop>, Stop> {
    match first {
        Err(Stop::Wait) => Err(Stop::Wait),
        outcome => Ok(outcome),
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
