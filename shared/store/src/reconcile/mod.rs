//! What a change of the directory does to claims. It stands above claims, timers and the directory, and none of
//! them imports it.

pub(crate) mod confirmed;
pub(crate) mod directory;
mod failures;
pub(crate) mod foresight;
pub(crate) mod outages;
pub(crate) mod recount;
pub(crate) mod report;
mod rules;
mod window_ends;
