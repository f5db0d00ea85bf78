//! Deadlines (`docs/architecture.md §3`): one mechanism for every waiting state. Timers stand in buckets
//! of a quarter of an hour, a position says how far each shard is drained, and what counts in the
//! end is the claim's own deadline.

mod batch;
mod drain;
mod page;
mod poison;
mod position;
mod recount;
mod remind;
mod settle;
mod timer;
mod work;

pub use drain::Drained;
pub use position::Tick;
pub use remind::ReminderDue;

pub(crate) use position::shard_of;
pub(crate) use remind::reminders_of;
pub(crate) use timer::{floor_quarter, timer_of};

use chrono::Duration;

/// The length of a bucket. Every UTC offset in use is a multiple of it.
pub(crate) const QUARTER: Duration = Duration::minutes(15);
/// When a bucket may be drained, after its time: the longest grace, and longer than any function
/// that writes timers runs.
pub(crate) const SETTLING_TIME: Duration = Duration::seconds(120);
