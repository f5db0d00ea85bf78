//! A model check of the window protocol (`docs/domain.md §4`, *The race*, and `§3`, *Exclusivity*): every
//! interleaving of workers, customers, the operator, the mail and a rival, each of which may crash,
//! repeat, run late by as much as its function is given, and never hear an answer that was given.
//!
//! What a command does is asked of `domain` itself. What the models add is what the store does with it:
//! the conditions of its writes, what is written before what, and what a clock may show.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a model that cannot go on is a failed test"
)]

pub mod given;
pub mod record;
pub mod transfer;
pub mod window;
