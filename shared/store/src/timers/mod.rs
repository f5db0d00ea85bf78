//! Deadlines (`docs/architecture.md §3`): one mechanism for every waiting state. Timers stand in buckets
//! of a quarter of an hour, a checkpoint says how far each shard is drained, and what counts in the
//! end is the claim's own deadline.

mod batch_close;
mod bucket;
pub(crate) mod checkpoint;
mod dead_letter;
pub(crate) mod drain;
mod page;
mod recount;
mod release_locks;
pub(crate) mod reminders;
mod schedule;
mod test_clock;
mod timer;
mod work;
