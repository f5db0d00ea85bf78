//! The system where things break: under a seeded scheduler, under every fault, with a death at every call, and
//! with its invariants held after random orders of commands. A part of the binary of `tests/integration`.

mod actions;
mod crashes;
mod faults;
mod invariants;
mod renewals;
mod scheduler;

use proptest::prelude::ProptestConfig;

/// A number of the environment: which seeds to run, or how many of something.
#[expect(clippy::disallowed_methods, reason = "no setting of a function")]
pub(crate) fn read_number<N: std::str::FromStr>(name: &str) -> Option<N> {
    std::env::var(name).ok()?.parse().ok()
}

/// How a property of the whole system is tried: with so many cases, unless `PROPTEST_CASES` says otherwise, and written
/// nowhere when it fails, since the shortest story that fails is printed.
pub(crate) fn try_cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases: read_number("PROPTEST_CASES").unwrap_or(cases),
        max_shrink_iters: 300,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}
