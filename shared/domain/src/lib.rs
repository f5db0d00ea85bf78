//! The rules of claiming a partner of record: pure and synchronous, without I/O, without a clock.
//!
//! - A [`claim::Claim`] is in a state. What holds of every claim in it is its row in the table of states:
//!   [`claim::Status::table_row`].
//! - A [`command::Command`] asks something of it. Who may give it, from which states, what has to be read for it
//!   and which events it can lead to is its row in the table of commands: [`command::CommandKind::table_row`].
//! - [`decide()`] tells what a command leads to, an event or a refusal; [`evolve()`] gives the claim after the
//!   event; [`effects`] tells what goes with the step in the same transaction.
//!
//! ```
//! use domain::claim::Status;
//! use domain::command::CommandKind;
//! use domain::decide::is_allowed_in;
//! use domain::states::{OnDeadline, Who};
//!
//! // A claim can be taken back until its review begins, and its partner's calendar is read for that.
//! assert!(is_allowed_in(CommandKind::Recall, Status::Submitted));
//! assert!(!is_allowed_in(CommandKind::Recall, Status::InReview));
//! assert!(CommandKind::Recall.needs().partner);
//!
//! // It is the operator's turn then, and silence decides nothing.
//! let row = Status::Submitted.table_row();
//! assert_eq!((row.turn, row.on_deadline), (Who::Operator, OnDeadline::RecordOverdue));
//! ```

pub mod actor;
pub mod calendar;
pub mod canonical;
pub mod claim;
mod codes;
pub mod command;
mod commands;
pub mod consequence;
pub mod content;
pub mod context;
pub mod deadline;
pub mod decide;
mod decision;
pub mod directory;
pub mod document;
pub mod effects;
pub mod eligibility;
pub mod event;
pub mod evolve;
pub mod explain;
mod field_error;
pub mod given_remark;
pub mod history;
pub mod ids;
mod locale;
pub mod motive;
pub mod outage;
pub mod overview;
pub mod partner_news;
pub mod possible;
pub mod program;
pub mod queue;
pub mod reason;
pub mod recipient;
pub mod rejection;
pub mod remark;
pub mod reminder;
pub mod root;
mod rule;
pub mod rules;
pub mod states;
pub mod text;
pub mod time;
mod transition;
pub mod turn;
pub mod webhook;

pub use decide::{check_submit, decide};
pub use evolve::evolve;
