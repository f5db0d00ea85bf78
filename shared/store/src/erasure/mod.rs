//! The end of a claim's personal data: which claims were erased, and what is removed beside them.

pub(crate) mod list;
pub(crate) mod removal;
