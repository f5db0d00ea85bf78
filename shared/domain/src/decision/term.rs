//! The term of associations.

use crate::calendar::{Tz, months_after};
use crate::claim::{Claim, Instant};
use crate::context::Context;

/// When the policy's term runs out, should the claim become associated now: that many calendar months of the
/// customer's zone after its window's end, or from now where it has none. Past the end of representable time: never.
pub(crate) fn term_end(claim: &Claim, context: &Context) -> Option<Instant> {
    let months = context.policy.term_months?;
    // A window whose zone was not known was counted in the zone where it ends last.
    let (from, zone) = match claim.state.window() {
        Some(window) => (window.closes_at, window.time_zone),
        None => (context.at, Tz::UTC),
    };
    months_after(from, months, zone)
}
