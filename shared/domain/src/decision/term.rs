//! The term of associations.

use crate::calendar::{Tz, months_after};
use crate::claim::{Claim, Instant, State};
use crate::context::Context;
use crate::program::Policy;

/// When the policy's term runs out, should the claim become associated now: that many calendar months of the
/// customer's zone after its window's end, or from now where it has none. Past the end of representable time: never.
pub(crate) fn term_end(claim: &Claim, context: &Context) -> Option<Instant> {
    match claim.state.window() {
        Some(_) => end_after_window(claim, &context.policy),
        None => months_after(context.at, context.policy.term_months?, Tz::UTC),
    }
}

/// When the term ends that is counted from the claim's window; `None` where either is missing.
fn end_after_window(claim: &Claim, policy: &Policy) -> Option<Instant> {
    // A window whose zone was not known was counted in the zone where it ends last.
    let window = claim.state.window()?;
    months_after(window.closes_at, policy.term_months?, window.time_zone)
}

impl Claim {
    /// When the term of the claim's associations ends: as it was set when the claim became associated, else as its
    /// window would have it by now. Of a claim that has ended, when the term would have ended. `None`: the policy has
    /// no term, or the claim has no window to count it from.
    pub fn term_ends_at(&self, policy: &Policy) -> Option<Instant> {
        if let State::Associated { ends_at, .. } = self.state {
            return ends_at;
        }
        self.state.term_ends_at().or_else(|| end_after_window(self, policy))
    }
}
