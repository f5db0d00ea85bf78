//! Lists of claims, and the operator's queues.

pub(crate) mod claims;
pub(crate) mod counts;
pub(crate) mod ledger;
mod queue;
pub(crate) mod source;
