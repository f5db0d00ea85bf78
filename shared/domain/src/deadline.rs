//! Deadlines of partner, holder and operator, counted in business days.

use crate::calendar::CalendarId;
use crate::time::Instant;

/// A deadline in business days. It is never refused: where the party's own calendar ends, another
/// stands in for it (`docs/domain.md §4`, 7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// The first instant that is too late.
    pub at: Instant,
    /// By which calendar it was counted, where the party's own ends: the operator's, or
    /// [`CalendarId::weekdays`].
    pub stand_in: Option<CalendarId>,
}
