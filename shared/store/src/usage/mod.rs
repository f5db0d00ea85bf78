//! Usage of an associated item, and when it was last read.

mod readings;
pub(crate) mod rows;
