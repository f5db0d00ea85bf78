//! Evidence: documents that were found clean, uploads that were asked for, and how many of them.

mod documents;
pub(crate) mod uploads;
