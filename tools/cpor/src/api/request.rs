//! A request and its answer.

use std::time::Duration;

use http::{HeaderMap, Method};
use serde::Serialize;
use serde_json::Value;

use super::failure::Failure;

/// The longest wait that an answer can ask for, in seconds: two days.
const LONGEST_RETRY_S: u64 = 2 * 24 * 60 * 60;

/// A request to the API. It can be sent again without doing anything twice.
#[derive(Debug, Clone)]
pub struct Request {
    /// The method, such as GET.
    pub method: Method,
    /// The path with its query, from the slash on.
    pub path: String,
    /// Headers besides the token.
    pub headers: Vec<(&'static str, String)>,
    /// The body and its content type.
    pub body: Option<(&'static str, Vec<u8>)>,
}

impl Request {
    /// A read of that path.
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), headers: Vec::new(), body: None }
    }

    /// A create or a command, with a body in JSON.
    pub fn post(path: impl Into<String>, body: &impl Serialize) -> Result<Self, Failure> {
        Self::with_json(Method::POST, path.into(), body)
    }

    /// A write of an entry, with a body in JSON.
    pub fn put(path: impl Into<String>, body: &impl Serialize) -> Result<Self, Failure> {
        Self::with_json(Method::PUT, path.into(), body)
    }

    fn with_json(method: Method, path: String, body: &impl Serialize) -> Result<Self, Failure> {
        let bytes = serde_json::to_vec(body).map_err(|error| Failure::unreadable("body", error))?;
        let body = Some(("application/json", bytes));
        Ok(Self { method, path, headers: Vec::new(), body })
    }

    /// The same request with one more header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// What came back, whatever its status.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers, as they came.
    pub headers: HeaderMap,
    /// The body, whole and not parsed.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// How long to wait, as the answer says.
    pub fn retry_after(&self) -> Option<Duration> {
        let seconds: u64 = self.header("retry-after")?.trim().parse().ok()?;
        Some(Duration::from_secs(seconds.min(LONGEST_RETRY_S)))
    }

    /// The body as JSON.
    pub fn json(&self) -> Result<Value, Failure> {
        serde_json::from_slice(&self.body)
            .map_err(|error| Failure::Unreachable(format!("the answer is no JSON: {error}")))
    }
}
