//! Lists of claims, and the operator's queues.

pub(crate) mod claims;
mod queue;
