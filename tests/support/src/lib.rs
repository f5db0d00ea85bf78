//! What the integration tests stand on: a private database in the process behind the real SDK
//! client, and below that client a wire that counts, records and breaks on request.
//!
//! Nothing here knows a rule of the domain. The tests themselves are one binary, `tests/integration`.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::print_stderr,
    reason = "a harness that cannot go on is a failed test"
)]

pub mod clock;
pub mod contract;
pub mod documents;
pub mod engine;
pub mod event_functions;
pub mod fake_services;
pub mod fixtures;
pub mod internet;
pub mod logs;
pub mod rivals;
pub mod stack;
pub mod template;
pub mod test_env;
pub mod wire;
