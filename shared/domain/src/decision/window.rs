//! The notice that is waited for, and the window that is open.

use crate::calendar::Window;
use crate::claim::{Claim, Instant, State};

/// The window, where it is open at `at`.
pub(crate) fn open_window(claim: &Claim, at: Instant) -> Option<&Window> {
    let State::AwaitingCustomer { window } = &claim.state else { return None };
    (at < window.closes_at).then_some(window)
}

/// Whether the claim waits to see its notice delivered, or answered: its window has not passed, and not everything is
/// declined.
pub(crate) fn awaits_notice(claim: &Claim, at: Instant) -> bool {
    matches!(claim.state, State::Notifying { .. }) || open_window(claim, at).is_some()
}
