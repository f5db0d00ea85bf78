//! Claims: reading one, creating one, and running a command on one.

pub(crate) mod assignee;
pub(crate) mod checks;
mod claimed_items;
pub(crate) mod commit;
pub(crate) mod competition;
pub(crate) mod context;
pub(crate) mod create;
mod cross_claim;
pub(crate) mod deadline;
pub(crate) mod link;
pub(crate) mod load;
pub(crate) mod open_claims;
mod opening;
pub(crate) mod preflight;
mod quota;
pub(crate) mod remaining_quotas;
mod renewal;
pub(crate) mod run;
