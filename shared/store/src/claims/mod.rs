//! Claims: reading one, creating one, and running a command on one.

pub(crate) mod commit;
pub(crate) mod context;
pub(crate) mod create;
mod cross_claim;
pub(crate) mod deadline;
pub(crate) mod load;
pub(crate) mod preflight;
mod quota;
pub(crate) mod run;
