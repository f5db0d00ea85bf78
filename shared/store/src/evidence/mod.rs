//! Evidence: documents that were found clean, and uploads that were asked for.

mod documents;
