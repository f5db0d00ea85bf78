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
pub mod columns;
pub mod export;
#[cfg(test)]
mod fuzz;
pub mod import;
pub mod output;
pub mod sign_in;
pub mod verify;
pub mod visible;
pub mod window;

pub use verify::{
    Bundle, BundleReport, Counts, Finding, FindingKind, ItemState, RootOfVersion, Step, Trust,
    TrustedRoots, UnreadableBundle, UnreadableRoots, verify, verify_with,
};
