//! Usage of an associated item, and when it was last read.

pub(crate) mod readings;
pub(crate) mod rows;
