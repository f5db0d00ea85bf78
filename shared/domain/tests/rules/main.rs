//! The rules as sentences of fact: given a claim, when a command, then an event or a refusal.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "fixtures fail by panicking"
)]

mod customer;
mod evidence;
mod explain;
mod given;
mod invariants;
mod notice;
mod partner;
mod people;
mod review;
mod silence;
mod submit;
mod table;
mod vanish;
mod withdrawal;
