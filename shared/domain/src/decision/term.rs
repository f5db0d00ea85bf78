//! The term of associations.

use chrono::Months;

use crate::claim::{Claim, Instant};
use crate::context::Context;

/// When the policy's term runs out, should the claim become associated now: that many calendar months
/// after its window's end, or from now where it has none. Past the end of representable time: never.
pub(crate) fn term_end(claim: &Claim, context: &Context) -> Option<Instant> {
    let months = Months::new(context.policy.term_months?);
    let from = claim.state.window().map_or(context.at, |window| window.closes_at);
    from.checked_add_months(months)
}
