//! What the functions that answer requests have in common: how they start, a command on a claim, a claim as
//! its reader may see it, pages of lists, and what an error of the store means to a caller.

mod api;
mod claim_view;
mod command;
mod cursors;
mod documents;
pub mod entry;
mod error;
mod history;
pub mod pagination;
mod recipients;

pub use api::{Api, app_clients, moment, serve_api};
pub use claim_view::{
    claim_view, customer_view, listed_customer_view, listed_view, queued_view, shown_remarks,
};
pub use command::{CommandRequest, refuse_arguments, run_command, state_first};
pub use cursors::ListCursors;
pub use documents::Document;
pub use error::{ApiError, respond};
pub use history::history_page;
