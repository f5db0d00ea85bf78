//! Deadlines (`docs/architecture.md §3`): one mechanism for every waiting state. Timers stand in buckets
//! of a quarter of an hour, a position says how far each shard is drained, and what counts in the
//! end is the claim's own deadline.

mod batch_close;
mod bucket;
mod checkpoint;
mod dead_letter;
mod drain;
mod recount;
mod release_locks;
mod reminders;
mod test_clock;
mod timer;
mod work;

pub use checkpoint::Tick;
pub use drain::Drained;
pub use reminders::ReminderDue;

pub(crate) use checkpoint::shard_of;
pub(crate) use reminders::reminders_of;
pub(crate) use timer::{floor_quarter, timer_of};

use chrono::Duration;

/// The length of a bucket. Every UTC offset in use is a multiple of it.
pub(crate) const QUARTER: Duration = Duration::minutes(15);
/// When a bucket may be drained, after its time: the longest grace, and longer than any function
/// that writes timers runs.
pub(crate) const SETTLING_TIME: Duration = Duration::seconds(120);
