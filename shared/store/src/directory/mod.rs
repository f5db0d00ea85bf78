//! The directory: partners, tenants, programs and calendars, and their history.

pub(crate) mod calendars;
pub(crate) mod country_files;
pub(crate) mod domains;
pub(crate) mod entry;
pub(crate) mod history;
pub(crate) mod listing;
pub(crate) mod mailboxes;
pub(crate) mod of_claim;
pub(crate) mod outages;
pub(crate) mod partners;
pub(crate) mod places;
pub(crate) mod programs;
pub(crate) mod recounts;
pub(crate) mod revision;
pub(crate) mod tenants;
