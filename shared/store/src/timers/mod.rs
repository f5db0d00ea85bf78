//! Deadlines (`docs/architecture.md §3`): one mechanism for every waiting state. Timers stand in buckets
//! of a quarter of an hour, a checkpoint says how far each shard is drained, and what counts in the
//! end is the claim's own deadline.

mod batch_close;
pub(crate) mod bucket;
pub(crate) mod checkpoint;
pub(crate) mod dead_letter;
pub(crate) mod drain;
mod erasures;
pub(crate) mod page;
pub(crate) mod proofs;
mod release_locks;
pub(crate) mod reminders;
mod schedule;
mod stuck;
mod test_clock;
pub(crate) mod timer;
mod work;
