//! What a change of the directory does to claims. It stands above claims, timers and the directory, and none of
//! them imports it.

pub(crate) mod directory;
mod recount;
mod rules;
