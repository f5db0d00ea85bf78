//! Checks the bundle of a claim without a server, draws deadlines (`docs/api.md §3.1.17`), and calls the API for the command
//! line (`docs/cpor.md`).
//!
//! [`verify()`] computes every hash of a bundle again, derives every state by the rules of the domain, counts every
//! deadline again, and says in words why the claim is where it is. What it finds has a kind and a version; what it could
//! not check is named.
//!
//! ```
//! // Text of others is printed so that it deceives nobody.
//! assert_eq!(cpor::visible::to_visible("safe\u{202e}fdp.exe"), "safe\\u{202e}fdp.exe");
//! ```

pub mod api;
pub mod bundle;
mod chain;
pub mod columns;
mod deadlines;
pub mod export;
#[cfg(test)]
mod fuzz;
pub mod import;
mod lists;
mod moments;
mod notices;
mod places;
mod plain;
mod report;
mod roots;
pub mod shown;
pub mod sign_in;
mod states;
mod story;
mod strict;
mod trust;
mod verify;
pub mod visible;
pub mod window;
mod windows;

pub use bundle::{Bundle, Unreadable};
pub use report::{Counts, Finding, FindingKind, ItemState, Report, RootOfVersion, Step};
pub use trust::{Trust, TrustedRoots, UnreadableRoots};
pub use verify::{verify, verify_with};
