//! The directory: partners, tenants, programs and calendars, and what a change of it does to claims.

pub(crate) mod calendars;
mod entry;
mod partners;
mod places;
mod programs;
pub(crate) mod reconcile;
mod tenants;
