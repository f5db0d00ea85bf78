//! The API as a client calls it: addresses, requests, answers, refusals, pages.

mod address;
mod failure;
mod pace;
mod pages;
mod problem;
mod request;
mod session;
mod transport;

pub use address::{Address, AddressError};
pub use failure::{Exit, Failure};
pub use pace::{LONGEST_PAUSE, Pace, SteadyPace};
pub use pages::{Query, encode_segment, read_pages};
pub use problem::{ApiProblem, FieldProblem};
pub use request::{Answer, Request};
pub use session::{Session, Tokens};
pub use transport::Transport;
