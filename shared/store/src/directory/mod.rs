//! The directory: partners, tenants, programs and calendars.

pub(crate) mod calendars;
mod entry;
pub(crate) mod of_claim;
pub(crate) mod partners;
pub(crate) mod places;
pub(crate) mod programs;
pub(crate) mod tenants;
