//! The benchmarks: `bench pace`, `bench scale`, `bench load`; `docs/performance.md` has what they found.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark that cannot go on stops, and says what it found"
)]

mod certificate;
mod cloud;
mod figures;
mod fixture;
mod job;
mod load;
mod null_table;
mod pace;
mod package;
mod peers;
mod platform;
mod process;
mod report;
mod scale;

use std::time::SystemTime;

use chrono::{DateTime, Utc};

const USAGE: &str =
    "bench pace [NAME …] | bench trace | bench scale [CLAIMS …] | bench load [SECONDS]";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (what, rest) = arguments.split_first().expect(USAGE);
    match what.as_str() {
        "pace" => {
            let rounds = number("ROUNDS").unwrap_or(7);
            let warm = number("WARM").unwrap_or(30);
            let plan = pace::Plan { rounds, warm };
            // One thread, on a core of its own: the other is that of the function.
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            runtime.enable_all().build().expect("a runtime").block_on(pace::run(plan, rest, now));
        }
        "trace" => several().block_on(pace::trace(now)),
        "scale" => {
            let counts: Vec<usize> = rest.iter().map(|count| count.parse().expect(USAGE)).collect();
            let whole = [10_000, 100_000, 1_000_000];
            let counts = if counts.is_empty() { &whole[..] } else { &counts };
            several().block_on(scale::run(counts, rest.is_empty(), now));
        }
        "load" => {
            let seconds = rest.first().map_or(60, |seconds| seconds.parse().expect(USAGE));
            let local = tokio::task::LocalSet::new();
            local.block_on(&several(), load::run(seconds, rest.is_empty(), now));
        }
        _ => panic!("{USAGE}"),
    }
}

/// For the services on all cores.
fn several() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime")
}

#[expect(clippy::disallowed_methods, reason = "no setting of a function")]
fn number(name: &str) -> Option<usize> {
    std::env::var(name).ok()?.parse().ok()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the functions under measurement have the real clock"
)]
fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}
