//! The directory: partners, tenants, programs and calendars, and what a change of it does to claims.

pub(crate) mod calendars;
mod entry;
pub(crate) mod of_claim;
pub(crate) mod partners;
pub(crate) mod places;
pub(crate) mod programs;
pub(crate) mod reconcile;
pub(crate) mod tenants;
