//! The conventions of the HTTP API (`docs/api.md`) over `lambda_http`: who asks, what is asked, and how
//! it is answered or refused. It knows the domain and nothing of the store.
//!
//! A handler asks a [`Call`] its questions in the order of the contract's checks and puts together a
//! [`Reply`]; whatever goes wrong on the way is a [`RequestError`], which [`Call::problem_response`] turns into a
//! problem document in the caller's language.
//!
//! ```
//! let (route, id) = web::routes::find_route("GET", "/v1/claims/yciliad6mj6bgqj2mjp7ols5re").expect("a route");
//! assert_eq!((route.operation, id), ("getClaim", Some("yciliad6mj6bgqj2mjp7ols5re")));
//! ```

pub mod action;
pub mod bodies;
mod caller;
pub mod csv;
mod cursor;
mod entity_tag;
pub mod event;
mod failure;
mod fields;
#[cfg(test)]
mod fuzz;
mod json;
mod negotiation;
pub mod openapi;
mod period;
mod precondition;
mod problem;
mod problem_code;
pub mod queries;
mod reply;
mod request;
pub mod routes;
mod texts;
mod values;
pub mod views;
mod webhook_url;
pub mod words;

pub use bodies::request_hash;
pub use caller::{AppClients, Caller, Viewer};
pub use cursor::{Cursors, DEFAULT_LIMIT, MAX_LIMIT, PageRequest};
pub use entity_tag::EntityTag;
pub use failure::{RequestError, outside_data};
pub use language::Language;
pub use period::Period;
pub use precondition::IfMatch;
pub use problem::{Problem, ProblemField};
pub use problem_code::ProblemCode;
pub use reply::Reply;
pub use request::{Call, MAX_BODY_BYTES};
pub use webhook_url::{HTTPS_PORT, WebhookUrl};
