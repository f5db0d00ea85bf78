//! Why a message is not done with.

use std::error::Error;

use runtime::InvocationError;

/// Why no further mail is handed over for now.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The mail service takes no more for now: a rate, the day's quota, or a pause. Nothing is wrong.
    Wait,
    /// Something failed. Trying again may help.
    Fault(InvocationError),
}

impl Stop {
    /// A fault with no other error behind it.
    pub(crate) fn fault(message: &str) -> Self {
        Self::Fault(InvocationError::new(message))
    }
}

/// What comes after some mails: it is done after a fault too, which stays the outcome, and not after a wait.
///
/// # Errors
/// [`Stop::Wait`].
pub(crate) fn continue_after_fault(first: Result<(), Stop>) -> Result<Result<(), Stop>, Stop> {
    match first {
        Err(Stop::Wait) => Err(Stop::Wait),
        outcome => Ok(outcome),
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Fault(InvocationError::from(error))
    }
}

impl From<Stop> for InvocationError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Wait => Self::new("the mail service takes no more for now"),
            Stop::Fault(failure) => failure,
        }
    }
}
