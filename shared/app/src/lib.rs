//! What the functions that answer requests have in common: how they start, a command on a claim, a claim as
//! its reader may see it, pages of lists, and what an error of the store means to a caller.
//!
//! ```
//! use app::ApiError;
//! use store::StoreError;
//! use web::ProblemCode;
//!
//! let error = ApiError::from(StoreError::Unavailable("the table does not answer".to_owned()));
//! assert_eq!(error.into_failure().problem_code(), ProblemCode::Unavailable);
//! ```

mod api;
mod claim_view;
mod command;
mod cursors;
mod documents;
pub mod entry;
mod error;
mod history;
mod motive;
mod page;
pub mod pagination;
mod recipients;
mod visible_claim;

pub use api::{Api, app_clients, request_time, serve_api};
pub use claim_view::{
    claim_view, customer_view, listed_customer_view, listed_view, queued_view, shown_remarks,
};
pub use command::{CommandRequest, prefer_state_refusal, refuse_arguments, run_command};
pub use cursors::ListCursors;
pub use documents::Document;
pub use error::{ApiError, to_response};
pub use history::read_history;
pub use motive::log_motive;
pub use page::{PageHeaders, html_response, with_page_headers};
pub use visible_claim::load_visible_claim;
