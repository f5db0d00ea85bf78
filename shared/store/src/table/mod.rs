//! The table: its keys and items, and the calls on it.

pub(crate) mod attributes;
pub(crate) mod clock;
pub(crate) mod clock_check;
pub(crate) mod codec;
pub(crate) mod config;
pub(crate) mod counter;
pub(crate) mod error;
pub(crate) mod fetched;
pub(crate) mod index;
pub(crate) mod keys;
pub(crate) mod mailbox_keys;
pub(crate) mod random;
pub(crate) mod read;
pub(crate) mod retry;
pub mod schema;
pub(crate) mod transaction;
pub(crate) mod write_id;
