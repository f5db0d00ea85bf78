//! The system where things break: under a seeded scheduler, under every fault, with a death at every call, and
//! with its invariants held after random orders of commands. A part of the binary of `tests/integration`.

mod actions;
mod crashes;
mod faults;
mod invariants;
mod renewals;
mod scheduler;
