//! The rules of claiming a partner of record: pure and synchronous, without I/O, without a clock.
//!
//! `decide` tells what a command does to a [`claim::Claim`], [`evolve()`] gives the claim after it, and
//! [`effects`] what goes with the step in the same transaction.

pub mod actor;
pub mod calendar;
pub mod canonical;
pub mod claim;
mod codes;
pub mod command;
mod commands;
pub mod content;
pub mod context;
pub mod decide;
mod decision;
pub mod directory;
pub mod document;
pub mod effects;
pub mod eligibility;
pub mod event;
mod event_type;
pub mod evolve;
pub mod explain;
mod field_error;
pub mod history;
pub mod ids;
mod locale;
pub mod program;
pub mod queue;
pub mod reason;
pub mod rejection;
pub mod reminder;
mod rule;
pub mod rules;
pub mod states;
pub mod text;
pub mod time;
mod transition;
pub mod turn;

pub use decide::{check, decide};
pub use evolve::evolve;
