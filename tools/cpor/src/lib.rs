//! Checks the bundle of a claim without a server, and draws deadlines (`docs/api.md §3.1.17`).
//!
//! [`verify()`] computes every hash of a bundle again, derives every state by the rules of the domain, counts every
//! deadline again, and says in words why the claim is where it is. What it finds has a kind and a version; what it could
//! not check is named.

pub mod bundle;
mod chain;
mod deadlines;
mod notices;
mod places;
mod report;
mod states;
mod story;
mod verify;
pub mod visible;
pub mod window;
mod windows;

pub use bundle::{Bundle, Unreadable};
pub use report::{Counts, Finding, FindingKind, ItemState, Report, Step};
pub use verify::verify;
