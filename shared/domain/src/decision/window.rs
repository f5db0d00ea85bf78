//! The window that is open.

use crate::calendar::Window;
use crate::claim::{Claim, Instant, State};

/// The window, where it is open at `at`.
pub(crate) fn open_window(claim: &Claim, at: Instant) -> Option<&Window> {
    let State::AwaitingCustomer { window } = &claim.state else { return None };
    (at < window.closes_at).then_some(window)
}
