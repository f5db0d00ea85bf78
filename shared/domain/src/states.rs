//! The states of a claim, as a table (`docs/domain.md §3.1`).

mod columns;
mod table;

pub use columns::{OnDeadline, Phase, Queue, Stage, Who};
pub use table::StateRow;
