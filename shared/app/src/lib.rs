//! What the functions that answer requests have in common: how they start, a command on a claim, a claim as
//! its reader may see it, pages of lists, and what an error of the store means to a caller.

mod api;
mod documents;
mod error;
mod give;
pub mod pages;
mod view;

pub use api::{Api, moment, serve_api};
pub use documents::Document;
pub use error::failed;
pub use give::{Asked, give, state_first};
pub use view::{claim_view, listed_view};
