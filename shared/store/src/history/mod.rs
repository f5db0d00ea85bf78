//! The history of a claim, archived from the table's stream, and the feeds that tell of it.

pub(crate) mod annotations;
pub(crate) mod archive;
pub(crate) mod bundle;
pub(crate) mod day;
pub(crate) mod entries;
pub(crate) mod feed;
