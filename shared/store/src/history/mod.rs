//! The history of a claim, archived from the table's stream.

pub(crate) mod annotations;
pub(crate) mod archive;
pub(crate) mod bundle;
pub(crate) mod entries;
