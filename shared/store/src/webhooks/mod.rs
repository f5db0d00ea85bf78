//! Webhooks: their items, their secrets, what became of deliveries, and which are due (`docs/architecture.md §2.1`).

mod attempts;
pub(crate) mod deliveries;
pub(crate) mod due;
pub(crate) mod entries;
pub(crate) mod item;
pub(crate) mod lease;
mod party;
pub(crate) mod secrets;
