//! What every function's `main.rs` needs: settings, clients, clock, the store, keys, telemetry, and
//! the loop that serves invocations. The only crate that reads the environment and the system's clock.
//!
//! ```
//! use runtime::telemetry::error_chain;
//! use store::StoreError;
//!
//! // What a log line says of an error: its own words and those of its causes, and never the item that failed.
//! let error = StoreError::Corrupt("the attribute v is no number".to_owned());
//! assert!(error_chain(&error).ends_with("the attribute v is no number"));
//! ```

mod beside;
mod bus;
pub mod clients;
pub mod clock;
mod failure;
pub mod fields;
mod https;
mod invocation;
mod key_ring;
pub mod keys;
mod metrics;
mod panics;
mod queue;
mod roots;
mod serve;
pub mod settings;
mod table;
pub mod telemetry;

pub use beside::file_beside_binary;
pub use bus::{Bus, BusEvent};
pub use clients::Clients;
pub use clock::Clock;
pub use failure::{InvocationError, StartError};
pub use https::AMAZON_ROOTS;
pub use invocation::Invocation;
pub use key_ring::KeyRing;
pub use keys::Keys;
pub use queue::send_work;
pub use roots::{ClosedDays, RootBucket, RootError};
pub use serve::{serve_event, serve_http, serve_requests_and_events};
pub use table::{mailbox_keys, open_mailbox_ring, open_store, open_store_and_ring};
