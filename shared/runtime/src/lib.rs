//! What every function's `main.rs` needs: settings, clients, clock, the store, keys, telemetry, and
//! the loop that serves invocations. The only crate that reads the environment and the system's clock.

mod api;
pub mod clients;
pub mod clock;
mod documents;
mod failure;
pub mod fields;
mod give;
mod https;
mod invocation;
pub mod keys;
mod metrics;
pub mod pages;
mod panics;
mod serve;
pub mod settings;
mod table;
pub mod telemetry;
mod view;

pub use api::{Api, moment, serve_api};
pub use clients::Clients;
pub use clock::Clock;
pub use documents::Document;
pub use failure::{Failure, StartError};
pub use give::{Asked, give, state_first};
pub use https::AMAZON_ROOTS;
pub use invocation::Invocation;
pub use keys::Keys;
pub use serve::{serve_event, serve_http};
pub use table::{failed, open_store, open_store_and_keys};
pub use view::{claim_view, listed_view};
