//! The form in which a claim is stored.

pub(crate) mod claim_item;
pub(crate) mod codes;
pub(crate) mod deflated;
pub(crate) mod details_item;
pub(crate) mod packing;
